//! Exhaustive search in Gray-code order.

use super::isa::{Isa, dispatch};
use super::{ProgressReport, RunControl, SampleError, SampleStatus, Sampler, Sampling};
use crate::model::{Bqm, Vartype};
use crate::sample_set::SampleSet;
use rayon::prelude::*;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Variables whose assignments are looked at side by side.
const LANE_VARIABLES: usize = 6;
const LANES: usize = 1 << LANE_VARIABLES;
/// Variables walked through in Gray-code order by one task; the rest number the tasks.
const WALK_VARIABLES: usize = 14;

/// Looks at every assignment: the sample returned is proven to be a minimum.
///
/// `2^n` assignments for `n` variables. Those of the first six variables are lanes; the next ones are walked through in Gray-code
/// order, each step flipping one variable and adding its change of energy to all lanes; the rest number the tasks that threads
/// take. Energies are sums of `f64`, computed afresh for every task: exact where the coefficients are integers (or dyadic
/// fractions) of moderate size, and otherwise to about `1e-12` of the largest energy, which is then all that the proof is
/// good for. Among equal minima the first in the order of search is returned.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, SampleStatus, Sampler, Vartype, sampler::Exhaustive};
/// let mut builder = BqmBuilder::new(Vartype::Binary, 2);
/// builder.add_linear(0, -1.0);
/// builder.add_quadratic(0, 1, 2.0);
/// let sampling = Exhaustive::default().sample(&builder.build()?, &RunControl::default())?;
/// assert_eq!((sampling.status, sampling.samples.energies()), (SampleStatus::Optimal, [-1.0].as_slice()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhaustive {
    /// The most variables that are searched. `[default: 34] [range: 0..=48]`
    pub max_variables: usize,
    /// Instruction set. `[default: the widest there is]` Changes the speed only.
    pub isa: Option<Isa>,
}

impl Default for Exhaustive {
    fn default() -> Self {
        Self { max_variables: 34, isa: None }
    }
}

impl Sampler for Exhaustive {
    fn name(&self) -> &'static str {
        "exhaustive"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<Sampling, SampleError> {
        let num_variables = bqm.num_variables();
        let limit = self.max_variables.min(48);
        if num_variables > limit {
            return Err(SampleError::TooLarge { solver: "exhaustive", limit, num_variables });
        }
        let binary = bqm.to_vartype(Vartype::Binary)?;
        let search = Search::new(&binary, Isa::or_detect(self.isa));
        let done = AtomicU64::new(0);
        let status = OnceLock::new();
        let run_task = |task: u64| {
            if task > 0 && status.get().is_some() {
                return None;
            }
            let found = search.task(task);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some(progress) = control.progress {
                progress.report(ProgressReport { done, total: search.num_tasks, best_energy: Some(found.energy) });
            }
            if done < search.num_tasks
                && let Some(stopped) = control.should_stop(Some(found.energy))
            {
                let _ = status.set(stopped);
            }
            Some(found)
        };
        let found: Vec<Found> = (0..search.num_tasks).into_par_iter().filter_map(run_task).collect();
        let best = found.into_iter().reduce(Found::lower).expect("the first task always runs");
        let [low, high] = bqm.vartype().values();
        let sample: Vec<i8> =
            (0..num_variables).map(|v| if best.assignment >> v & 1 == 1 { high } else { low }).collect();
        let samples = SampleSet::from_samples(bqm, [sample]).expect("one value of the vartype for each variable");
        let status = status.get().copied().unwrap_or(SampleStatus::Optimal);
        Ok(Sampling {
            samples,
            status,
            num_sweeps: 0,
            num_updates: done.load(Ordering::Relaxed) << search.task_bits(),
            beta_range: None,
        })
    }
}

/// The lowest assignment of a task; bit `v` of `assignment` is the value of variable `v`.
#[derive(Clone, Copy)]
struct Found {
    energy: f64,
    assignment: u64,
}

impl Found {
    /// The lower of two; the first one among equals.
    fn lower(self, other: Self) -> Self {
        if other.energy < self.energy { other } else { self }
    }
}

/// One variable that is walked through: its own bias, what each lane adds to it, and its couplings to other walked ones.
struct Walked {
    bias: f64,
    from_lanes: [f64; LANES],
    couplings: Vec<(usize, f64)>,
}

struct Search {
    /// Energies of the lanes with all other variables zero.
    lane_energies: [f64; LANES],
    walked: Vec<Walked>,
    num_tasks: u64,
    num_lane_variables: usize,
    isa: Isa,
}

impl Search {
    fn new(binary: &Bqm, isa: Isa) -> Self {
        let num_variables = binary.num_variables();
        let num_lane_variables = num_variables.min(LANE_VARIABLES);
        let mut lane_energies = [f64::INFINITY; LANES];
        for (lane, energy) in lane_energies.iter_mut().enumerate().take(1 << num_lane_variables) {
            let sample: Vec<i8> = (0..num_variables).map(|v| (v < 64 && lane >> v & 1 == 1).into()).collect();
            *energy = binary.energy(&sample);
        }
        let walked = (num_lane_variables..num_variables).map(|variable| {
            let (neighbors, biases) = binary.neighborhood(variable);
            let terms = neighbors.iter().map(|&neighbor| neighbor as usize).zip(biases.iter().copied());
            let from_lanes = std::array::from_fn(|lane| {
                let set = |&(neighbor, _): &(usize, f64)| neighbor < num_lane_variables && lane >> neighbor & 1 == 1;
                terms.clone().filter(set).map(|(_, bias)| bias).sum()
            });
            let couplings = terms.clone().filter(|&(neighbor, _)| neighbor >= num_lane_variables);
            let couplings = couplings.map(|(neighbor, bias)| (neighbor - num_lane_variables, bias)).collect();
            Walked { bias: binary.linear()[variable], from_lanes, couplings }
        });
        let walked: Vec<Walked> = walked.collect();
        let num_tasks = 1 << walked.len().saturating_sub(WALK_VARIABLES);
        Self { lane_energies, walked, num_tasks, num_lane_variables, isa }
    }

    /// Variables that a task decides: `2^` that many assignments.
    fn task_bits(&self) -> usize {
        self.num_lane_variables + self.walked.len().min(WALK_VARIABLES)
    }

    /// The lowest assignment with the variables past the walk set to the bits of `task`.
    fn task(&self, task: u64) -> Found {
        let mut values = 0;
        let mut energies = self.lane_energies;
        // the change of energy when each walked variable flips is kept in `fields`, without the part of the lanes
        let mut fields: Vec<f64> = self.walked.iter().map(|walked| walked.bias).collect();
        let start = self.walked.len().min(WALK_VARIABLES);
        for place in start..self.walked.len() {
            if task >> (place - start) & 1 == 1 {
                walk_step(self.isa, &self.walked[place], fields[place], 1.0, &mut energies);
                for &(other, bias) in &self.walked[place].couplings {
                    fields[other] += bias;
                }
                values |= 1 << place;
            }
        }
        let mut best = Found { energy: f64::INFINITY, assignment: 0 };
        let mut enter = |energies: &[f64; LANES], least: f64, values: u64| {
            if least < best.energy {
                let lane = energies.iter().position(|&energy| energy == least).unwrap_or(0);
                best = Found { energy: least, assignment: values << self.num_lane_variables | lane as u64 };
            }
        };
        enter(&energies, energies.iter().copied().fold(f64::INFINITY, f64::min), values);
        for step in 1..1u64 << start {
            let place = step.trailing_zeros() as usize;
            values ^= 1 << place;
            let direction = if values >> place & 1 == 1 { 1.0 } else { -1.0 };
            let walked = &self.walked[place];
            let least = walk_step(self.isa, walked, fields[place], direction, &mut energies);
            for &(other, bias) in &walked.couplings {
                fields[other] += direction * bias;
            }
            enter(&energies, least, values);
        }
        best
    }
}

dispatch! {
    /// Flips a walked variable up (`direction` 1) or down (-1) in all lanes, and returns the least energy.
    fn walk_step(walked: &Walked, field: f64, direction: f64, energies: &mut [f64; LANES]) -> f64 = walk_step_lanes
}

#[inline(always)]
fn walk_step_lanes(walked: &Walked, field: f64, direction: f64, energies: &mut [f64; LANES]) -> f64 {
    let mut least = [f64::INFINITY; 8];
    for (energies, from_lanes) in energies.chunks_exact_mut(8).zip(walked.from_lanes.chunks_exact(8)) {
        for lane in 0..8 {
            energies[lane] += direction * (field + from_lanes[lane]);
            least[lane] = if energies[lane] < least[lane] { energies[lane] } else { least[lane] };
        }
    }
    least.into_iter().fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BqmBuilder;
    use crate::rng::stream;
    use rand_core::Rng;

    fn random_model(num_variables: usize, vartype: Vartype, seed: u64) -> Bqm {
        let mut stream = stream(seed, 0);
        let mut draw = |below: usize| (stream.next_u64() >> 16) as usize % below;
        let mut builder = BqmBuilder::new(vartype, num_variables);
        builder.add_offset(0.5);
        for _ in 0..3 * num_variables {
            let (first, second) = (draw(num_variables), draw(num_variables));
            builder.add_quadratic(first, second, draw(15) as f64 - 7.0);
            builder.add_linear(first, draw(15) as f64 - 7.0);
        }
        builder.build().unwrap()
    }

    fn plain_minimum(bqm: &Bqm) -> f64 {
        let [low, high] = bqm.vartype().values();
        let samples = (0u32..1 << bqm.num_variables()).map(|bits| {
            (0..bqm.num_variables()).map(|v| if bits >> v & 1 == 1 { high } else { low }).collect::<Vec<i8>>()
        });
        samples.map(|sample| bqm.energy(&sample)).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn the_minimum_is_that_of_plain_enumeration_at_every_size() {
        for num_variables in 0..=14 {
            for vartype in [Vartype::Binary, Vartype::Spin] {
                let bqm = random_model(num_variables.max(1), vartype, num_variables as u64);
                let sampling = Exhaustive::default().sample(&bqm, &RunControl::default()).unwrap();
                assert_eq!(sampling.samples.energies(), [plain_minimum(&bqm)], "{num_variables} variables");
                assert_eq!(sampling.status, SampleStatus::Optimal);
            }
        }
    }

    #[test]
    fn several_tasks_agree_on_every_instruction_set() {
        let bqm = random_model(22, Vartype::Spin, 5);
        let run =
            |isa| Exhaustive { isa: Some(isa), ..Exhaustive::default() }.sample(&bqm, &RunControl::default()).unwrap();
        let portable = run(Isa::Portable);
        assert_eq!(portable.num_updates, 1 << 22);
        for isa in Isa::ALL {
            assert_eq!(run(isa), portable);
        }
    }

    #[test]
    fn too_many_variables_are_refused() {
        let bqm = BqmBuilder::new(Vartype::Spin, 35).build().unwrap();
        let error = Exhaustive::default().sample(&bqm, &RunControl::default()).unwrap_err();
        insta::assert_snapshot!(error, @"exhaustive search takes at most 34 variables, but the problem has 35");
    }
}
