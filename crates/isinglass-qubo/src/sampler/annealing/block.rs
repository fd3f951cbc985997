//! A block of reads that are annealed side by side.

use super::acceptance::Acceptance;
use super::lanes::{LANES, Lanes, State, spread};
use super::number::Number;
use super::order::Order;
use super::problem::{PART, Problem};
use super::random::{Random, random_spins};
use crate::rng::{Stream, stream};
use crate::sampler::isa::Isa;

/// States of [`LANES`] reads.
pub(super) struct Block<T> {
    state: State<T>,
    random: Random,
    /// The order of the sweep, and what it is drawn from, where each sweep has one of its own.
    shuffled: Option<(Order, Stream)>,
}

/// Streams from here on are for orders; those below for lanes.
const FIRST_ORDER_STREAM: u64 = 1 << 63;

/// Bytes that a block's states take.
pub(super) fn block_bytes<T>(num_variables: usize) -> usize {
    num_variables.saturating_mul(size_of::<u64>() + size_of::<Lanes<T>>()).saturating_add(size_of::<Random>())
}

impl<T: Number> Block<T> {
    /// Block `index` of `seed` with random spins, one random bit for each.
    pub(super) fn new(problem: &Problem<T>, seed: u64, index: usize) -> Self {
        let mut random = Random::new(seed, index);
        let num_variables = problem.linear.len();
        let spins = random_spins(&mut random, num_variables);
        let state = State { spins, fields: vec![Lanes([T::ZERO; LANES]); num_variables] };
        let shuffled =
            problem.shuffles.then(|| (Order::joined(&problem.order), stream(seed, FIRST_ORDER_STREAM + index as u64)));
        let mut block = Self { state, random, shuffled };
        block.compute_fields(problem);
        block
    }

    fn compute_fields(&mut self, problem: &Problem<T>) {
        let State { spins, fields } = &mut self.state;
        for (variable, fields) in fields.iter_mut().enumerate() {
            fields.0 = [problem.down[variable]; LANES];
            for (neighbor, twice) in problem.couplings.row(variable) {
                for (field, up) in fields.0.iter_mut().zip(spread(spins[neighbor])) {
                    *field = if up == 0 { *field } else { field.plus(twice) };
                }
            }
        }
    }

    /// One sweep for each rule; a long one ends in the middle when `is_stopped`.
    pub(super) fn sweep(
        &mut self,
        problem: &Problem<T>,
        isa: Isa,
        rules: impl Iterator<Item = Acceptance>,
        is_stopped: &dyn Fn() -> bool,
    ) {
        if problem.rounds {
            self.compute_fields(problem);
        }
        for rule in rules {
            let shuffled;
            let order = match &mut self.shuffled {
                Some((order, stream)) => {
                    order.shuffle(stream);
                    shuffled = order.clone().into_parts(PART);
                    &shuffled
                }
                None => &problem.order,
            };
            for (index, part) in order.iter().enumerate() {
                if index > 0 && is_stopped() {
                    return;
                }
                T::sweep(isa, &rule, &problem.couplings, part, &mut self.state, &mut self.random);
            }
            T::flip_clusters(isa, &rule, &problem.clusters, &problem.couplings, &mut self.state, &mut self.random);
        }
    }

    /// Twice the energy of every lane as the fields tell it, `sum_i s_i (f_i + h_i)`, in units.
    pub(super) fn energies(&self, problem: &Problem<T>) -> [f64; LANES] {
        let mut energies = [0.0f64; LANES];
        for ((spins, fields), &own) in self.state.spins.iter().zip(&self.state.fields).zip(&problem.linear) {
            for ((energy, up), field) in energies.iter_mut().zip(spread(*spins)).zip(&fields.0) {
                let twice = field.to_f64() + own.to_f64();
                *energy += if up == 0 { -twice } else { twice };
            }
        }
        energies
    }

    /// The spins of one read, as these values.
    pub(super) fn sample(&self, lane: usize, [low, high]: [i8; 2]) -> Vec<i8> {
        self.state.spins.iter().map(|spins| if spins >> lane & 1 == 1 { high } else { low }).collect()
    }

    /// Checks that fields are those of the spins, up to rounding.
    #[cfg(test)]
    pub(super) fn assert_fields(&mut self, problem: &Problem<T>) {
        let found = self.state.fields.clone();
        self.compute_fields(problem);
        for (found, expected) in found.iter().zip(&self.state.fields) {
            for (found, expected) in found.0.iter().zip(&expected.0) {
                assert!((found.to_f64() - expected.to_f64()).abs() < 1e-9);
            }
        }
    }
}
