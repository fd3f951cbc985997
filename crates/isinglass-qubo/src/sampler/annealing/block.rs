//! A block of reads that are annealed side by side.

#![expect(clippy::needless_range_loop, reason = "one index runs over the lanes of several arrays")]

use super::Watch;
use super::kernel::{Couplings, LANES, Lanes, State, sweep};
use super::schedule::Geometric;
use crate::model::{Bqm, Vartype};
use crate::rng::stream_state;
use crate::sampler::isa::Isa;

/// Updates of a block between two looks at the clock.
const UPDATES_BETWEEN_CHECKS: usize = 1 << 20;

/// An Ising model as the kernel wants it, and the schedule.
///
/// Coefficients are scaled so that the largest field is of order 1, and rounded to `f32`. Energies of samples are
/// computed elsewhere from the model itself; what is lost here is no more than a change of temperature by a part in 10^7.
pub(super) struct Problem {
    offset: f64,
    fields: Vec<f32>,
    row_starts: Vec<usize>,
    neighbors: Vec<u32>,
    couplings: Vec<f32>,
    scale: f64,
    schedule: Geometric,
    num_sweeps: u64,
    /// Fields are sums of `f32` that may round; then they are computed afresh now and then.
    rounds: bool,
}

impl Problem {
    pub(super) fn new(spin: &Bqm, num_sweeps: u64, beta_range: (f64, f64)) -> Self {
        let num_variables = spin.num_variables();
        let (scale, rounds) = scale(spin);
        let mut row_starts = Vec::with_capacity(num_variables + 1);
        let (mut neighbors, mut couplings) = (Vec::new(), Vec::new());
        row_starts.push(0);
        for variable in 0..num_variables {
            let (row, biases) = spin.neighborhood(variable);
            neighbors.extend_from_slice(row);
            couplings.extend(biases.iter().map(|bias| (bias * scale) as f32));
            row_starts.push(neighbors.len());
        }
        let fields = spin.linear().iter().map(|bias| (bias * scale) as f32).collect();
        let schedule = Geometric::new((beta_range.0 / scale, beta_range.1 / scale), num_sweeps);
        Self { offset: spin.offset(), fields, row_starts, neighbors, couplings, scale, schedule, num_sweeps, rounds }
    }

    fn couplings(&self) -> Couplings<'_> {
        Couplings { row_starts: &self.row_starts, neighbors: &self.neighbors, couplings: &self.couplings }
    }
}

/// The factor that coefficients are multiplied by, a power of two, and whether sums of them may round in `f32`.
///
/// If all coefficients are integers after scaling and no field can exceed 2^23, every sum is exact. Otherwise the largest
/// field is brought to about 1.
fn scale(spin: &Bqm) -> (f64, bool) {
    let row = |variable: usize| {
        let (_, biases) = spin.neighborhood(variable);
        spin.linear()[variable].abs() + biases.iter().map(|bias| bias.abs()).sum::<f64>()
    };
    let largest = (0..spin.num_variables()).map(row).fold(0.0, f64::max);
    if largest == 0.0 {
        return (1.0, false);
    }
    let coefficients = || spin.linear().iter().copied().chain(spin.interactions().map(|(.., bias)| bias));
    for shift in 0..16 {
        let factor = f64::from(1u32 << shift);
        if largest * factor < f64::from(1u32 << 23) && coefficients().all(|bias| (bias * factor).fract() == 0.0) {
            return (factor, false);
        }
    }
    // a power of two, so that scaling itself never rounds; kept away from the ends of the range of f64
    (2f64.powi((-largest.log2().floor() as i32).clamp(-1000, 1000)), true)
}

/// States of [`LANES`] reads.
pub(super) struct Block {
    spins: Vec<Lanes<f32>>,
    fields: Vec<Lanes<f32>>,
    random: [Lanes<u32>; 4],
}

impl Block {
    /// Bytes that the states of a block take.
    pub(super) fn bytes(num_variables: usize) -> usize {
        num_variables.saturating_mul(2 * size_of::<Lanes<f32>>())
    }

    /// Block `index` of `seed` in its random initial state.
    pub(super) fn new(problem: &Problem, seed: u64, index: usize) -> Self {
        let num_variables = problem.fields.len();
        let mut random = [Lanes([0; LANES]); 4];
        for lane in 0..LANES {
            // the low halves drive the kernel; a state of zeros would stay there
            let state = stream_state(seed, (index * LANES + lane) as u64);
            for (words, word) in random.iter_mut().zip(state) {
                words.0[lane] = word as u32;
            }
            random[0].0[lane] |= 1;
        }
        let mut spins = vec![Lanes([1.0; LANES]); num_variables];
        for lane in 0..LANES {
            // the high halves give the initial spins, 64 at a time
            let [a, b, c, d] = stream_state(seed, (index * LANES + lane) as u64);
            let mut word = (a >> 32) ^ (b >> 32 << 32) ^ (c >> 32).rotate_left(16) ^ (d >> 32).rotate_left(48);
            for spin in &mut spins {
                word = word.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                spin.0[lane] = if word >> 63 == 1 { 1.0 } else { -1.0 };
            }
        }
        let mut block = Self { spins, fields: vec![Lanes([0.0; LANES]); num_variables], random };
        block.compute_fields(problem);
        block
    }

    fn compute_fields(&mut self, problem: &Problem) {
        for (variable, fields) in self.fields.iter_mut().enumerate() {
            fields.0 = [problem.fields[variable]; LANES];
            for entry in problem.row_starts[variable]..problem.row_starts[variable + 1] {
                let neighbor = &self.spins[problem.neighbors[entry] as usize].0;
                for (field, spin) in fields.0.iter_mut().zip(neighbor) {
                    *field += problem.couplings[entry] * spin;
                }
            }
        }
    }

    /// All sweeps, with a look at the clock now and then.
    pub(super) fn anneal(&mut self, problem: &Problem, isa: Isa, watch: &Watch<'_>) {
        let between_checks = (UPDATES_BETWEEN_CHECKS / (LANES * self.spins.len().max(1))).max(1) as u64;
        let mut done = 0;
        while done < problem.num_sweeps {
            let chunk = between_checks.min(problem.num_sweeps - done);
            if problem.rounds {
                self.compute_fields(problem);
            }
            for index in done..done + chunk {
                let mut state = State { spins: &mut self.spins, fields: &mut self.fields, random: &mut self.random };
                sweep(isa, problem.schedule.beta(index) as f32, &problem.couplings(), &mut state);
            }
            done += chunk;
            if watch.target().is_some_and(|target| self.least_energy(problem) <= target) {
                watch.meet_target();
            }
            if watch.stop_after(chunk) {
                return;
            }
        }
    }

    /// The least energy of all lanes as the fields tell it.
    fn least_energy(&self, problem: &Problem) -> f64 {
        let mut energies = [0.0; LANES];
        for ((spins, fields), &own) in self.spins.iter().zip(&self.fields).zip(&problem.fields) {
            for lane in 0..LANES {
                energies[lane] += 0.5 * f64::from(spins.0[lane]) * (f64::from(fields.0[lane]) + f64::from(own));
            }
        }
        problem.offset + energies.into_iter().fold(f64::INFINITY, f64::min) / problem.scale
    }

    /// The state of one read as a sample.
    pub(super) fn sample(&self, lane: usize, vartype: Vartype) -> Vec<i8> {
        let [low, high] = vartype.values();
        self.spins.iter().map(|spins| if spins.0[lane] > 0.0 { high } else { low }).collect()
    }
}
