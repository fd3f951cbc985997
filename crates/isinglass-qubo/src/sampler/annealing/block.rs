//! A block of reads that are annealed side by side.

use super::lanes::{LANES, Lanes, State};
use super::number::Number;
use super::problem::Problem;
use super::random::Random;
use crate::sampler::isa::Isa;

/// States of [`LANES`] reads.
pub(super) struct Block<T> {
    state: State<T>,
    random: Random,
}

/// Bytes that a block's states take.
pub(super) fn block_bytes<T>(num_variables: usize) -> usize {
    num_variables.saturating_mul(2 * size_of::<Lanes<T>>()).saturating_add(size_of::<Random>())
}

impl<T: Number> Block<T> {
    /// Block `index` of `seed` with random spins, one random bit for each.
    pub(super) fn new(problem: &Problem<T>, seed: u64, index: usize) -> Self {
        let mut random = Random::new(seed, index);
        let num_variables = problem.linear.len();
        let mut spins = Vec::with_capacity(num_variables);
        for _ in 0..num_variables {
            let bits = u64::from_le_bytes(*random.bytes::<8>());
            let sign = |lane: usize| if bits >> lane & 1 == 1 { T::ONE } else { T::ONE.plus(T::MINUS_TWO) };
            spins.push(Lanes(std::array::from_fn(sign)));
        }
        random.discard_rest();
        let state = State { spins, fields: vec![Lanes([T::ZERO; LANES]); num_variables] };
        let mut block = Self { state, random };
        block.compute_fields(problem);
        block
    }

    fn compute_fields(&mut self, problem: &Problem<T>) {
        let State { spins, fields } = &mut self.state;
        for (variable, fields) in fields.iter_mut().enumerate() {
            fields.0 = [problem.linear[variable]; LANES];
            for entry in problem.couplings.row(variable) {
                for (field, spin) in fields.0.iter_mut().zip(&spins[entry.neighbor as usize].0) {
                    *field = field.plus(entry.strength.times(*spin));
                }
            }
        }
    }

    /// One sweep for each inverse temperature (per unit of the fields).
    pub(super) fn sweep(&mut self, problem: &Problem<T>, isa: Isa, betas: impl Iterator<Item = f64>) {
        if problem.rounds {
            self.compute_fields(problem);
        }
        for beta in betas {
            T::sweep(isa, beta, &problem.couplings, &mut self.state, &mut self.random);
        }
    }

    /// The lane of least energy as the fields tell it: `sum_i s_i (f_i + h_i) / 2` in units.
    pub(super) fn best_lane(&self, problem: &Problem<T>) -> usize {
        let mut energies = [0.0f64; LANES];
        for ((spins, fields), &own) in self.state.spins.iter().zip(&self.state.fields).zip(&problem.linear) {
            for ((energy, spin), field) in energies.iter_mut().zip(&spins.0).zip(&fields.0) {
                *energy += spin.to_f64() * (field.to_f64() + own.to_f64());
            }
        }
        (0..LANES).min_by(|&left, &right| energies[left].total_cmp(&energies[right])).unwrap_or(0)
    }

    /// The spins of one read, as these values.
    pub(super) fn sample(&self, lane: usize, [low, high]: [i8; 2]) -> Vec<i8> {
        self.state.spins.iter().map(|spins| if spins.0[lane] > T::ZERO { high } else { low }).collect()
    }
}
