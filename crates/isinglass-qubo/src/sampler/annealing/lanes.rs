//! Reads side by side: the arrays that every kernel works on.

/// Reads in a block. It is the same on every instruction set, because samples depend on which reads share a block.
pub(super) const LANES: usize = 64;

/// One number for each read of a block, aligned to a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Lanes<T>(pub(super) [T; LANES]);

/// Couplings as compressed rows.
pub(super) struct Couplings<T> {
    row_starts: Vec<usize>,
    entries: Vec<Entry<T>>,
}

/// What a kernel needs of one coupling: its strength and the other variable.
#[derive(Clone, Copy)]
pub(super) struct Entry<T> {
    pub(super) strength: T,
    pub(super) neighbor: u32,
}

impl<T: Copy> Couplings<T> {
    /// Room for `num_variables` rows.
    pub(super) fn with_capacity(num_variables: usize) -> Self {
        let mut row_starts = Vec::with_capacity(num_variables + 1);
        row_starts.push(0);
        Self { row_starts, entries: Vec::new() }
    }

    /// Adds the row of the next variable.
    pub(super) fn push_row(&mut self, row: impl Iterator<Item = Entry<T>>) {
        self.entries.extend(row);
        self.row_starts.push(self.entries.len());
    }

    /// The couplings of `variable`.
    #[inline(always)]
    pub(super) fn row(&self, variable: usize) -> &[Entry<T>] {
        &self.entries[self.row_starts[variable]..self.row_starts[variable + 1]]
    }
}

/// Spins (±1) and local fields `f_i = h_i + sum_j J_ij s_j` of a block, structure of arrays: one entry for each variable.
pub(super) struct State<T> {
    pub(super) spins: Vec<Lanes<T>>,
    pub(super) fields: Vec<Lanes<T>>,
}
