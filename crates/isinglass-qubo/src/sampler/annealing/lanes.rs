//! Reads side by side: the arrays that every kernel works on.

/// Reads in a block. It is the same on every instruction set, because samples depend on which reads share a block.
pub(super) const LANES: usize = 64;

/// One number for each read of a block, aligned to a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Lanes<T>(pub(super) [T; LANES]);

/// Couplings as compressed rows, neighbours apart from strengths: a row of bytes would otherwise be half padding.
pub(super) struct Couplings<T> {
    row_starts: Vec<usize>,
    neighbors: Vec<u32>,
    twice: Vec<T>,
}

impl<T: Copy> Couplings<T> {
    /// Room for `num_variables` rows with `num_entries` couplings in all, each counted at both ends.
    pub(super) fn with_capacity(num_variables: usize, num_entries: usize) -> Self {
        let mut row_starts = Vec::with_capacity(num_variables + 1);
        row_starts.push(0);
        Self { row_starts, neighbors: Vec::with_capacity(num_entries), twice: Vec::with_capacity(num_entries) }
    }

    /// Adds a coupling of the next variable: its neighbour, and twice its strength, which is what a flip changes.
    pub(super) fn push(&mut self, neighbor: u32, twice: T) {
        self.neighbors.push(neighbor);
        self.twice.push(twice);
    }

    /// Ends the row of the next variable.
    pub(super) fn end_row(&mut self) {
        self.row_starts.push(self.neighbors.len());
    }

    /// The couplings of `variable`: neighbours with twice the strength.
    #[inline(always)]
    pub(super) fn row(&self, variable: usize) -> impl Iterator<Item = (usize, T)> {
        let row = self.row_starts[variable]..self.row_starts[variable + 1];
        self.neighbors[row.clone()].iter().zip(&self.twice[row]).map(|(&neighbor, &twice)| (neighbor as usize, twice))
    }
}

/// Spins and local fields `f_i = h_i + sum_j J_ij s_j` of a block, structure of arrays: one entry for each variable.
pub(super) struct State<T> {
    /// Bit `lane` is set where the spin is +1.
    pub(super) spins: Vec<u64>,
    pub(super) fields: Vec<Lanes<T>>,
}

/// -1 in every lane whose bit is set, 0 elsewhere.
#[inline(always)]
pub(super) fn spread(bits: u64) -> [i8; LANES] {
    std::array::from_fn(|lane| ((bits >> lane & 1) as i8).wrapping_neg())
}

/// The bits of the lanes that are not 0.
#[inline(always)]
pub(super) fn gather(flags: &[i8; LANES]) -> u64 {
    flags.iter().rev().fold(0, |bits, &flag| bits << 1 | u64::from(flag != 0))
}
