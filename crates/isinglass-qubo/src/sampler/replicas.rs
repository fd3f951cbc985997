//! 64 replicas of one Ising model side by side, each at an inverse temperature of its own.

mod kernel;
mod number;
mod problem;
#[cfg(test)]
mod tests;

pub(super) use number::Number;
pub(super) use problem::{Problem, Scaling, Width, with_width};

use super::isa::Isa;
use super::lanes::{LANES, LaneRandom, Lanes};

/// Share of the flips that cost nothing which are not taken. Taken always, and offered in index order, they carry the walls
/// between domains of a chain along with the sweep, so that these never meet. At `beta = 0` all are taken.
const ZERO_COST_REJECTION: f32 = 1.0 / 16.0;

/// Variables of a sweep between two looks at the clock in a problem that has more of them: some milliseconds.
const PART: usize = 1 << 16;

/// Sweeps after which rounding fields are computed afresh.
const SWEEPS_BETWEEN_REFRESHES: u32 = 64;

/// Spins, local fields `f_i = h_i + sum_j J_ij s_j` and energies of 64 replicas, in units of the problem's scaling.
pub(super) struct Replicas<'a, T> {
    problem: &'a Problem<T>,
    isa: Isa,
    spins: Vec<Lanes<T>>,
    fields: Vec<Lanes<T>>,
    energies: Lanes<f64>,
    random: LaneRandom,
    sweeps: u32,
}

/// What a lane needs to know of its temperature.
pub(super) struct Temperatures {
    /// `1 / (2 beta)`: a flip of gain `s f` is taken iff `s f + reach * E >= 0` with `E` exponentially distributed.
    reach: Lanes<f32>,
    /// What `reach * E` must exceed for a flip that costs nothing.
    least_if_free: Lanes<f32>,
}

impl Temperatures {
    /// From the inverse temperature of each lane, per unit of the fields.
    pub(super) fn new(beta: impl Fn(usize) -> f64) -> Self {
        // beta = 0 would make the reach infinite and 0 * inf a NaN; at this size every flip is taken just as well
        let reach = Lanes(std::array::from_fn(|lane| (0.5 / beta(lane)).min(1e30) as f32));
        let turned_down = -(1.0 - ZERO_COST_REJECTION).ln();
        let least = |lane: usize| if beta(lane) > 0.0 { reach.0[lane] * turned_down } else { 0.0 };
        Self { reach, least_if_free: Lanes(std::array::from_fn(least)) }
    }
}

/// One replica taken out of its block.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Replica<T> {
    spins: Vec<T>,
    fields: Vec<T>,
    energy: f64,
}

/// Bytes that the replicas of a block take.
pub(super) fn block_bytes<T>(num_variables: usize) -> usize {
    num_variables.saturating_mul(2 * size_of::<Lanes<T>>()).saturating_add(size_of::<LaneRandom>())
}

impl<'a, T: Number> Replicas<'a, T> {
    /// Block `block` of `seed` with random spins.
    pub(super) fn new(problem: &'a Problem<T>, isa: Isa, seed: u64, block: usize) -> Self {
        let mut random = LaneRandom::new(seed, block);
        let num_variables = problem.linear.len();
        let mut spins = Vec::with_capacity(num_variables);
        for _ in 0..num_variables {
            let words = random.words();
            spins.push(Lanes(words.0.map(|word| if word >> 31 == 1 { T::ONE } else { T::MINUS_ONE })));
        }
        let fields = vec![Lanes([T::ZERO; LANES]); num_variables];
        let mut replicas = Self { problem, isa, spins, fields, energies: Lanes([0.0; LANES]), random, sweeps: 0 };
        replicas.refresh();
        replicas
    }

    /// Computes fields and energies afresh.
    fn refresh(&mut self) {
        self.energies = Lanes([0.0; LANES]);
        for variable in 0..self.spins.len() {
            let own = self.problem.linear[variable];
            let mut fields = Lanes([own; LANES]);
            for entry in self.problem.row(variable) {
                for (field, spin) in fields.0.iter_mut().zip(&self.spins[entry.neighbor as usize].0) {
                    *field = field.plus(entry.strength.signed(*spin));
                }
            }
            self.fields[variable] = fields;
            // every interaction is met twice
            for ((energy, spin), field) in self.energies.0.iter_mut().zip(&self.spins[variable].0).zip(&fields.0) {
                *energy += 0.5 * spin.to_f64() * (field.to_f64() + own.to_f64());
            }
        }
    }

    /// Computes fields afresh where they round and it is time. Called before each sweep.
    pub(super) fn begin_sweep(&mut self) {
        if self.problem.rounds && self.sweeps.is_multiple_of(SWEEPS_BETWEEN_REFRESHES) {
            self.refresh();
        }
        self.sweeps = self.sweeps.wrapping_add(1);
    }

    /// Offers every variable a flip in every lane, in index order; a long sweep ends in the middle when `is_stopped`.
    pub(super) fn sweep(&mut self, temperatures: &Temperatures, is_stopped: &dyn Fn() -> bool) {
        self.begin_sweep();
        let Self { problem, isa, spins, fields, energies, random, .. } = self;
        let num_variables = spins.len();
        for first in (0..num_variables).step_by(PART) {
            if first > 0 && is_stopped() {
                return;
            }
            let part = first..num_variables.min(first + PART);
            T::sweep(*isa, (problem, part), spins, fields, energies, temperatures, random);
        }
    }

    /// Half of what `variable` would gain by a turn in each lane, `s_i f_i`, and the lanes in which it is up as bits.
    pub(super) fn look(&self, variable: usize) -> ([f32; LANES], u64) {
        let mut gains = [0.0; LANES];
        let ups = T::look(self.isa, &self.spins[variable], &self.fields[variable], &mut gains);
        (gains, ups)
    }

    /// Turns `variable` in the lanes whose bits are set.
    pub(super) fn turn(&mut self, variable: usize, lanes: u64) {
        let Self { problem, isa, spins, fields, energies, .. } = self;
        T::turn(*isa, problem, variable, lanes, spins, fields, energies);
    }

    /// The random numbers of the lanes.
    pub(super) fn random(&mut self) -> &mut LaneRandom {
        &mut self.random
    }

    /// The energy of each lane, in units, without the offset.
    pub(super) fn energies(&self) -> &[f64; LANES] {
        &self.energies.0
    }

    /// The problem that all lanes have.
    pub(super) fn problem(&self) -> &'a Problem<T> {
        self.problem
    }

    /// Whether `variable` has the same spin in two lanes.
    pub(super) fn agree(&self, variable: usize, [first, second]: [usize; 2]) -> bool {
        self.spins[variable].0[first] == self.spins[variable].0[second]
    }

    /// Flips `variable` in two lanes.
    pub(super) fn flip_both(&mut self, variable: usize, lanes: [usize; 2]) {
        let mut turned = [T::ZERO; 2];
        for (lane, turned) in lanes.into_iter().zip(&mut turned) {
            let spin = &mut self.spins[variable].0[lane];
            self.energies.0[lane] -= 2.0 * self.fields[variable].0[lane].signed(*spin).to_f64();
            *turned = T::MINUS_ONE.signed(*spin);
            *spin = *turned;
        }
        for entry in self.problem.row(variable) {
            let twice = entry.strength.plus(entry.strength);
            let fields = &mut self.fields[entry.neighbor as usize].0;
            for (lane, turned) in lanes.into_iter().zip(turned) {
                fields[lane] = fields[lane].plus(twice.signed(turned));
            }
        }
    }

    /// The spins of a lane.
    pub(super) fn spins(&self, lane: usize) -> Vec<i8> {
        self.spins.iter().map(|spins| if spins.0[lane] > T::ZERO { 1 } else { -1 }).collect()
    }

    /// A copy of the replica in a lane.
    pub(super) fn replica(&self, lane: usize) -> Replica<T> {
        let of = |rows: &[Lanes<T>]| rows.iter().map(|row| row.0[lane]).collect();
        Replica { spins: of(&self.spins), fields: of(&self.fields), energy: self.energies.0[lane] }
    }

    /// Puts a replica into a lane in place of the one there.
    pub(super) fn put(&mut self, lane: usize, replica: &Replica<T>) {
        for (rows, values) in [(&mut self.spins, &replica.spins), (&mut self.fields, &replica.fields)] {
            for (row, value) in rows.iter_mut().zip(values) {
                row.0[lane] = *value;
            }
        }
        self.energies.0[lane] = replica.energy;
    }
}
