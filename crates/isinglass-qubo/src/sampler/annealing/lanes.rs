//! Reads side by side: the arrays that every kernel works on.

/// Reads in a block. It is the same on every instruction set, because samples depend on which reads share a block.
pub(super) const LANES: usize = 64;

/// One number for each read of a block, aligned to a cache line.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Lanes<T>(pub(super) [T; LANES]);

/// Couplings of every variable, those of equal strength together: what a flip adds to a field is then computed once for each
/// strength and added to all neighbours of that strength.
pub(super) struct Couplings<T> {
    /// Groups of variable `v`: `row_starts[v]..row_starts[v + 1]`.
    row_starts: Vec<usize>,
    groups: Vec<Group<T>>,
    neighbors: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Group<T> {
    strength: T,
    start: usize,
    end: usize,
}

impl<T: Copy + PartialEq> Couplings<T> {
    /// Room for `num_variables` rows.
    pub(super) fn with_capacity(num_variables: usize) -> Self {
        let mut row_starts = Vec::with_capacity(num_variables + 1);
        row_starts.push(0);
        Self { row_starts, groups: Vec::new(), neighbors: Vec::new() }
    }

    /// Adds the row of the next variable, in which neighbours of equal strength follow each other.
    pub(super) fn push_row(&mut self, row: &[(T, u32)]) {
        for group in row.chunk_by(|left, right| left.0 == right.0) {
            let start = self.neighbors.len();
            self.neighbors.extend(group.iter().map(|&(_, neighbor)| neighbor));
            self.groups.push(Group { strength: group[0].0, start, end: self.neighbors.len() });
        }
        self.row_starts.push(self.groups.len());
    }

    /// The couplings of `variable` by strength.
    #[inline(always)]
    pub(super) fn row(&self, variable: usize) -> impl Iterator<Item = (T, &[u32])> {
        let groups = &self.groups[self.row_starts[variable]..self.row_starts[variable + 1]];
        groups.iter().map(|group| (group.strength, &self.neighbors[group.start..group.end]))
    }
}

/// Spins (±1) and local fields `f_i = h_i + sum_j J_ij s_j` of a block, structure of arrays: one entry for each variable.
pub(super) struct State<T> {
    pub(super) spins: Vec<Lanes<T>>,
    pub(super) fields: Vec<Lanes<T>>,
}
