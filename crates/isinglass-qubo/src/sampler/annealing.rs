//! Simulated annealing with reads as lanes.

mod acceptance;
mod beta_range;
mod block;
mod clusters;
mod dense;
mod integer;
mod lanes;
mod layout;
mod number;
mod order;
mod problem;
mod random;
mod schedule;
mod small;
#[cfg(test)]
mod tests;
mod wide;

pub use acceptance::ProposalAcceptanceCriteria;
pub use beta_range::default_beta_range;
pub use order::VariableOrder;
pub use schedule::{BetaSchedule, Schedule};

use super::isa::Isa;
use super::pace::Pace;
use super::short_read::{is_too_short_for_blocks, short_read};
use super::threads::in_pool;
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, SampleStatus, Sampler, scaling};
use crate::model::{Bqm, Vartype};
use crate::sample_set::SampleSet;
use acceptance::Acceptance;
use block::Block;
use dense::DenseBlock;
use lanes::LANES;
use layout::Layout;
use problem::{Scaling, Width};
use rayon::prelude::*;

/// The most bytes that samples and the states of all blocks under way may take.
const MAX_BYTES: usize = 16 << 30;

/// Updates of a block between two looks at the clock: about a millisecond.
const UPDATES_BETWEEN_LOOKS: usize = 1 << 22;

/// Neighbours whose fields are changed in the time of one update.
const DEGREE_FOR_AN_UPDATE: usize = 16;

/// Simulated annealing.
///
/// Each read starts at random and makes `num_sweeps` sweeps, the inverse temperature `beta` following `beta_schedule` from the
/// first to the second of `beta_range`. In a sweep every variable in turn is offered a flip, which is taken by Metropolis' rule
/// with probability `min(1, exp(-beta dE))`, and with 15/16 where `dE = 0`, so that walls between domains do not ride along with
/// the sweep; or by heat bath. Then every cluster of strongly coupled variables is offered a flip of all its members at once. The
/// state after the last sweep (or the current one, when stopped early) is the sample. In a run with a deadline that the schedule
/// would not meet, sweeps are passed over, so that it is gone through to its cold end in time.
///
/// Reads are lanes: 64 of them, a block, go through the problem side by side, and blocks are spread over threads. Read `k` is
/// lane `k mod 64` of block `k div 64`, and every block is simulated whole: so the same seed gives the same samples for any
/// number of threads and on any instruction set, and more reads only add samples. Fewer reads than a multiple of 64 save
/// no time. Fields are bytes or 16-bit integers where all coefficients are multiples of a common unit and fit; then a run is free
/// of rounding. Otherwise they are floating-point numbers. Problems of high mean degree are held as full matrices, which changes the
/// speed and not the samples.
///
/// # References
/// S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, *Optimization by simulated annealing*, Science 220 (1983);
/// N. Metropolis et al., *Equation of state calculations by fast computing machines*, J. Chem. Phys. 21 (1953).
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::SimulatedAnnealing};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 3);
/// for (first, second) in [(0, 1), (1, 2), (0, 2)] {
///     builder.add_quadratic(first, second, 1.0);
/// }
/// let sampling = SimulatedAnnealing::default().sample(&builder.build()?, &RunControl::default())?;
/// assert_eq!(sampling.best().map(|row| row.energy), Some(-1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedAnnealing {
    /// Number of reads. `[default: 64] [range: 1..]`
    pub num_reads: usize,
    /// Sweeps of each read. `[default: 1000] [range: 1..]`
    pub num_sweeps: u64,
    /// Inverse temperatures of the first and the last sweep. `[default: from the problem, see default_beta_range]`
    /// `[range: 0.., finite; for a geometric schedule above 0 unless both are 0]`
    pub beta_range: Option<(f64, f64)>,
    /// Inverse temperatures in between, or a list of all of them. `[default: geometric]`
    pub beta_schedule: BetaSchedule,
    /// When a flip is taken. `[default: Metropolis]`
    pub proposal_acceptance_criteria: ProposalAcceptanceCriteria,
    /// The order of the variables in a sweep. `[default: index]`
    pub variable_order: VariableOrder,
    /// Whether strongly coupled variables are offered flips together after every sweep. `[default: true]` Changes nothing where
    /// there are none.
    pub cluster_moves: bool,
    /// Seed of all random streams. `[default: 0]`
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
    /// Instruction set. `[default: the widest there is]` Changes the speed only.
    pub isa: Option<Isa>,
}

impl Default for SimulatedAnnealing {
    fn default() -> Self {
        Self {
            num_reads: LANES,
            num_sweeps: 1000,
            beta_range: None,
            beta_schedule: BetaSchedule::Geometric,
            proposal_acceptance_criteria: ProposalAcceptanceCriteria::Metropolis,
            variable_order: VariableOrder::Index,
            cluster_moves: true,
            seed: 0,
            threads: None,
            isa: None,
        }
    }
}

impl Sampler for SimulatedAnnealing {
    fn name(&self) -> &'static str {
        "sa"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        let is_metropolis = self.proposal_acceptance_criteria == ProposalAcceptanceCriteria::Metropolis;
        if is_metropolis && self.beta_schedule == BetaSchedule::Geometric && is_too_short_for_blocks(bqm, control) {
            self.check()?;
            scaling::check_energies(bqm)?;
            return short_read(bqm, self.beta_range, self.seed, control);
        }
        in_pool(self.threads, || self.prepared(bqm)?.run(self, LANES, control))
    }
}

impl SimulatedAnnealing {
    fn check(&self) -> Result<(), SampleError> {
        if self.num_reads == 0 {
            return Err(SampleError::Parameter { name: "num_reads", value: 0.0, allowed: "at least 1" });
        }
        self.beta_schedule.check(self.num_sweeps, self.beta_range)
    }

    /// Everything that depends on the problem alone, so that it can be annealed again and again; only reads, sweeps, seed, and
    /// threads may change.
    pub(crate) fn prepared<'a>(&self, bqm: &'a Bqm) -> Result<Prepared<'a>, SampleError> {
        self.check()?;
        scaling::check_energies(bqm)?;
        let spin = bqm.as_vartype(Vartype::Spin)?;
        let beta_range = match self.beta_range {
            Some(range) => range,
            None if self.beta_schedule.takes_range() => default_beta_range(&spin),
            None => (0.0, 0.0),
        };
        let schedule = Schedule::new(&self.beta_schedule, beta_range, self.num_sweeps)?;
        let scaling = Scaling::new(&spin, schedule.coldest());
        let is_dense = self.variable_order == VariableOrder::Index
            && dense::suits(&spin, scaling.width)
            && !(self.cluster_moves && super::clusters::Clusters::are_in(&spin));
        let problem = match (scaling.width, is_dense) {
            (Width::Byte, _) => self.laid_out::<Block<i8>>(&spin, scaling),
            (Width::Integer, false) => self.laid_out::<Block<i16>>(&spin, scaling),
            (Width::Single, false) => self.laid_out::<Block<f32>>(&spin, scaling),
            (Width::Double, false) => self.laid_out::<Block<f64>>(&spin, scaling),
            (Width::Integer, true) => self.laid_out::<DenseBlock<i16>>(&spin, scaling),
            (Width::Single, true) => self.laid_out::<DenseBlock<f32>>(&spin, scaling),
            (Width::Double, true) => self.laid_out::<DenseBlock<f64>>(&spin, scaling),
        };
        Ok(Prepared { bqm, beta_range, scaling, problem })
    }

    fn laid_out<L: Layout + 'static>(&self, spin: &Bqm, scaling: Scaling) -> Box<dyn Blocks> {
        Box::new(LaidOut::<L>(L::problem(spin, scaling, self.variable_order, self.cluster_moves)))
    }
}

/// A problem ready to be annealed.
pub(crate) struct Prepared<'a> {
    bqm: &'a Bqm,
    beta_range: (f64, f64),
    scaling: Scaling,
    problem: Box<dyn Blocks>,
}

impl Prepared<'_> {
    /// Anneals in the surrounding pool, with the parameters that the problem was prepared with, but for reads, sweeps and seed.
    /// Of each block at most `samples_per_block` are returned, the best ones.
    pub(crate) fn run(
        &self,
        parameters: &SimulatedAnnealing,
        samples_per_block: usize,
        control: &RunControl<'_>,
    ) -> Result<SampleResult, SampleError> {
        parameters.check()?;
        let schedule = Schedule::new(&parameters.beta_schedule, self.beta_range, parameters.num_sweeps)?;
        let Self { bqm, scaling, .. } = *self;
        self.problem.all_blocks(&Run { parameters, bqm, control, schedule, scaling, samples_per_block })
    }
}

/// A problem in one of the layouts.
trait Blocks: Send + Sync {
    /// Anneals all reads of a run.
    fn all_blocks(&self, run: &Run<'_>) -> Result<SampleResult, SampleError>;
}

struct LaidOut<L: Layout>(L::Problem);

impl<L: Layout> Blocks for LaidOut<L> {
    fn all_blocks(&self, run: &Run<'_>) -> Result<SampleResult, SampleError> {
        run.all_blocks::<L>(&self.0)
    }
}

/// One call of the sampler.
struct Run<'a> {
    parameters: &'a SimulatedAnnealing,
    /// The problem as it was given.
    bqm: &'a Bqm,
    control: &'a RunControl<'a>,
    schedule: Schedule,
    scaling: Scaling,
    samples_per_block: usize,
}

impl Run<'_> {
    fn all_blocks<L: Layout>(&self, problem: &L::Problem) -> Result<SampleResult, SampleError> {
        let (num_reads, num_sweeps) = (self.parameters.num_reads, self.schedule.num_sweeps());
        let num_variables = self.bqm.num_variables();
        let num_blocks = num_reads.div_ceil(LANES);
        self.check_memory(L::bytes(num_variables), num_blocks)?;
        let watch = Watch::new(self.control, (num_blocks as u64).saturating_mul(num_sweeps));
        let one_block = |index: usize| {
            // a run that was stopped still returns its first block
            if index > 0 && watch.is_stopped() {
                return None;
            }
            let block: L = self.block(problem, index, &watch);
            let values = self.bqm.vartype().values();
            let lanes = self.lanes(&block, problem, LANES.min(num_reads - index * LANES), &watch);
            let samples = lanes.into_iter().map(|lane| block.sample(lane, values));
            let set = SampleSet::from_samples(self.bqm, samples).expect("one value of the vartype for each variable");
            set.best().inspect(|best| watch.enter(best.energy));
            Some(set)
        };
        let sets: Vec<Option<SampleSet>> = (0..num_blocks).into_par_iter().map(one_block).collect();
        let mut sets = sets.into_iter().flatten();
        let mut samples = sets.next().expect("the first block is always there");
        sets.for_each(|set| samples.append(set));
        // lanes beyond the last read are padding
        let updates = u128::from(watch.done()) * (num_variables * num_reads) as u128 / num_blocks as u128;
        let num_updates = u64::try_from(updates).unwrap_or(u64::MAX);
        let status = watch.stopped_by().unwrap_or(SampleStatus::Heuristic);
        let beta_range = Some(self.schedule.ends());
        Ok(SampleResult { samples, status, lower_bound: None, num_sweeps, num_updates, beta_range })
    }

    /// The lanes whose samples are taken: all in order, or those of least energy that there is time for.
    fn lanes<L: Layout>(&self, block: &L, problem: &L::Problem, num_lanes: usize, watch: &Watch<'_>) -> Vec<usize> {
        let affordable = watch.affordable_samples(self.bqm).min(self.samples_per_block);
        if affordable >= num_lanes {
            return (0..num_lanes).collect();
        }
        let mut lanes = block.lanes_by_energy(problem, num_lanes);
        lanes.truncate(affordable);
        lanes.sort_unstable();
        lanes
    }

    /// Anneals block `index`, with a look at the clock now and then.
    fn block<L: Layout>(&self, problem: &L::Problem, index: usize, watch: &Watch<'_>) -> L {
        // lanes beyond the last read are padding
        let num_reads = LANES.min(self.parameters.num_reads - index * LANES);
        let SimulatedAnnealing { seed, isa, proposal_acceptance_criteria: criteria, .. } = *self.parameters;
        let isa = Isa::or_detect(isa);
        let mut block = L::new(problem, seed, index);
        // the same on every machine where there is no deadline: rounding fields are computed afresh at each look
        let degree = 2 * self.bqm.num_interactions() / self.bqm.num_variables().max(1);
        let for_update = if watch.deadline().is_some() { 1 + degree / DEGREE_FOR_AN_UPDATE } else { 1 };
        let updates = UPDATES_BETWEEN_LOOKS / for_update;
        let between_looks = (updates / (LANES * self.bqm.num_variables().max(1))).max(1) as u64;
        let mut pace = Pace::new(watch.deadline(), self.schedule.num_sweeps());
        while let Some(stretch) = pace.next(between_looks) {
            let rule = |sweep| Acceptance { criteria, beta: self.schedule.beta(sweep) * self.scaling.unit };
            block.sweep(problem, isa, stretch.sweeps().map(rule), &|| watch.is_stopped());
            if watch.target().is_some() {
                let best = block.lanes_by_energy(problem, num_reads)[0];
                watch.enter(self.bqm.energy(&block.sample(best, self.bqm.vartype().values())));
            }
            watch.pass_over(stretch.num_passed_over());
            if watch.advance(stretch.len()) {
                break;
            }
        }
        block
    }

    fn check_memory(&self, (problem, block): (usize, usize), num_blocks: usize) -> Result<(), SampleError> {
        let states = block.saturating_mul(rayon::current_num_threads().min(num_blocks));
        // values and energies, in the blocks and in the set returned
        let sample = self.bqm.num_variables().saturating_add(size_of::<f64>());
        let samples = self.parameters.num_reads.saturating_mul(sample).saturating_mul(2);
        let bytes = problem.saturating_add(states).saturating_add(samples);
        self.control.check_memory(bytes, MAX_BYTES)
    }
}
