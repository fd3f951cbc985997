//! The two ways in which a block holds its problem and its fields, as the runs of the sampler see them.

use super::acceptance::Acceptance;
use super::block::{Block, block_bytes};
use super::lanes::LANES;
use super::number::Number;
use super::order::VariableOrder;
use super::problem::{Problem, Scaling};
use crate::model::Bqm;
use crate::sampler::isa::Isa;

/// The states of a block of reads in one layout. The dense one goes strictly by index; where every pair interacts so does the sparse
/// one, and in floating-point numbers samples are then the same, bit for bit.
pub(super) trait Layout: Sized {
    /// The problem in this layout, shared by all blocks.
    type Problem: Send + Sync;

    /// The problem in units of the scaling. The dense layout takes index order and no clusters.
    fn problem(spin: &Bqm, scaling: Scaling, order: VariableOrder, cluster_moves: bool) -> Self::Problem;
    /// Bytes that are taken for the problem beyond what the model has taken, and for one block.
    fn bytes(num_variables: usize) -> (usize, usize);
    /// Block `index` of `seed` with random spins.
    fn new(problem: &Self::Problem, seed: u64, index: usize) -> Self;
    /// One sweep for each rule; a long one ends in the middle when `is_stopped`.
    fn sweep(
        &mut self,
        problem: &Self::Problem,
        isa: Isa,
        rules: impl Iterator<Item = Acceptance>,
        is_stopped: &dyn Fn() -> bool,
    );
    /// Numbers that are ordered as the energies of the lanes are, as the fields tell them.
    fn energies(&self, problem: &Self::Problem) -> [f64; LANES];
    /// The first `num_lanes` lanes, those of least energy first, the first among equals.
    fn lanes_by_energy(&self, problem: &Self::Problem, num_lanes: usize) -> Vec<usize> {
        let energies = self.energies(problem);
        let mut lanes: Vec<usize> = (0..num_lanes).collect();
        lanes.sort_by(|&left, &right| energies[left].total_cmp(&energies[right]));
        lanes
    }
    /// The spins of one lane, as values `[low, high]`.
    fn sample(&self, lane: usize, values: [i8; 2]) -> Vec<i8>;
}

impl<T: Number> Layout for Block<T> {
    type Problem = Problem<T>;

    fn problem(spin: &Bqm, scaling: Scaling, order: VariableOrder, cluster_moves: bool) -> Problem<T> {
        Problem::new(spin, scaling, order, cluster_moves)
    }

    fn bytes(num_variables: usize) -> (usize, usize) {
        (0, block_bytes::<T>(num_variables))
    }

    fn new(problem: &Problem<T>, seed: u64, index: usize) -> Self {
        Block::new(problem, seed, index)
    }

    fn sweep(
        &mut self,
        problem: &Problem<T>,
        isa: Isa,
        rules: impl Iterator<Item = Acceptance>,
        is_stopped: &dyn Fn() -> bool,
    ) {
        Block::sweep(self, problem, isa, rules, is_stopped);
    }

    fn energies(&self, problem: &Problem<T>) -> [f64; LANES] {
        Block::energies(self, problem)
    }

    fn sample(&self, lane: usize, values: [i8; 2]) -> Vec<i8> {
        Block::sample(self, lane, values)
    }
}
