//! The two ways in which a block holds its problem and its fields, as the runs of the sampler see them.

use super::acceptance::Acceptance;
use super::block::{Block, block_bytes};
use super::number::Number;
use super::order::VariableOrder;
use super::problem::{Problem, Scaling};
use crate::model::Bqm;
use crate::sampler::isa::Isa;

/// The states of a block of reads in one layout. The dense one goes strictly by index; where every pair interacts so does the sparse
/// one, and in floating-point numbers samples are then the same, bit for bit.
pub(super) trait Layout: Sized {
    /// The problem in this layout, shared by all blocks.
    type Problem: Sync;

    /// The problem in units of the scaling. The dense layout takes index order and no clusters.
    fn problem(spin: &Bqm, scaling: Scaling, order: VariableOrder, cluster_moves: bool) -> Self::Problem;
    /// Bytes that are taken for the problem beyond what the model has taken, and for one block.
    fn bytes(num_variables: usize) -> (usize, usize);
    /// Block `index` of `seed` with random spins.
    fn new(problem: &Self::Problem, seed: u64, index: usize) -> Self;
    /// One sweep for each rule.
    fn sweep(&mut self, problem: &Self::Problem, isa: Isa, rules: impl Iterator<Item = Acceptance>);
    /// Of the first `num_lanes` lanes the one of least energy as the fields tell it.
    fn best_lane(&self, problem: &Self::Problem, num_lanes: usize) -> usize;
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

    fn sweep(&mut self, problem: &Problem<T>, isa: Isa, rules: impl Iterator<Item = Acceptance>) {
        Block::sweep(self, problem, isa, rules);
    }

    fn best_lane(&self, problem: &Problem<T>, num_lanes: usize) -> usize {
        Block::best_lane(self, problem, num_lanes)
    }

    fn sample(&self, lane: usize, values: [i8; 2]) -> Vec<i8> {
        Block::sample(self, lane, values)
    }
}
