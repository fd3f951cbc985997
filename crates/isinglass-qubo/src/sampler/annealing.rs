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
use super::threads::in_pool;
use super::watch::Watch;
use super::{RunControl, SampleError, SampleStatus, Sampler, Sampling, scaling};
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

/// Simulated annealing.
///
/// Each read starts at random and makes `num_sweeps` sweeps, the inverse temperature `beta` following `beta_schedule` from the
/// first to the second of `beta_range`. In a sweep every variable in turn is offered a flip, which is taken by Metropolis' rule
/// with probability `min(1, exp(-beta dE))`, and with 15/16 where `dE = 0`, so that walls between domains do not ride along with
/// the sweep; or by heat bath. Then every cluster of strongly coupled variables is offered a flip of all its members at once. The
/// state after the last sweep (or the current one, when stopped early) is the sample.
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

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<Sampling, SampleError> {
        self.check()?;
        scaling::check_energies(bqm)?;
        in_pool(self.threads, || self.run(bqm, control))
    }
}

impl SimulatedAnnealing {
    fn check(&self) -> Result<(), SampleError> {
        if self.num_reads == 0 {
            return Err(SampleError::Parameter { name: "num_reads", value: 0.0, allowed: "at least 1" });
        }
        self.beta_schedule.check(self.num_sweeps, self.beta_range)
    }

    fn run(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<Sampling, SampleError> {
        let spin = bqm.to_vartype(Vartype::Spin)?;
        let range = match self.beta_range {
            Some(range) => range,
            None if self.beta_schedule.takes_range() => default_beta_range(&spin),
            None => (0.0, 0.0),
        };
        let schedule = Schedule::new(&self.beta_schedule, range, self.num_sweeps)?;
        let scaling = Scaling::new(&spin, schedule.coldest());
        let run = Run { parameters: self, bqm, spin: &spin, control, schedule, scaling };
        let is_dense = self.variable_order == VariableOrder::Index
            && dense::suits(&spin, scaling.width)
            && !(self.cluster_moves && super::clusters::Clusters::are_in(&spin));
        match (scaling.width, is_dense) {
            (Width::Byte, _) => run.all_blocks::<Block<i8>>(),
            (Width::Integer, false) => run.all_blocks::<Block<i16>>(),
            (Width::Single, false) => run.all_blocks::<Block<f32>>(),
            (Width::Double, false) => run.all_blocks::<Block<f64>>(),
            (Width::Integer, true) => run.all_blocks::<DenseBlock<i16>>(),
            (Width::Single, true) => run.all_blocks::<DenseBlock<f32>>(),
            (Width::Double, true) => run.all_blocks::<DenseBlock<f64>>(),
        }
    }
}

/// One call of the sampler.
struct Run<'a> {
    parameters: &'a SimulatedAnnealing,
    /// The problem as it was given, and over spins.
    bqm: &'a Bqm,
    spin: &'a Bqm,
    control: &'a RunControl<'a>,
    schedule: Schedule,
    scaling: Scaling,
}

impl Run<'_> {
    fn all_blocks<L: Layout>(&self) -> Result<Sampling, SampleError> {
        let (num_reads, num_sweeps) = (self.parameters.num_reads, self.schedule.num_sweeps());
        let num_variables = self.bqm.num_variables();
        let num_blocks = num_reads.div_ceil(LANES);
        self.check_memory(L::bytes(num_variables), num_blocks)?;
        let SimulatedAnnealing { variable_order, cluster_moves, .. } = *self.parameters;
        let problem = L::problem(self.spin, self.scaling, variable_order, cluster_moves);
        let watch = Watch::new(self.control, (num_blocks as u64).saturating_mul(num_sweeps));
        let one_block = |index: usize| {
            // a run that was stopped still returns its first block
            if index > 0 && watch.is_stopped() {
                return None;
            }
            let block: L = self.block(&problem, index, &watch);
            let values = self.bqm.vartype().values();
            let samples = (0..LANES.min(num_reads - index * LANES)).map(|lane| block.sample(lane, values));
            let set = SampleSet::from_samples(self.bqm, samples).expect("one value of the vartype for each variable");
            set.best().inspect(|best| watch.enter(best.energy));
            Some(set)
        };
        let sets: Vec<Option<SampleSet>> = (0..num_blocks).into_par_iter().map(one_block).collect();
        let mut sets = sets.into_iter().flatten();
        let mut samples = sets.next().expect("the first block is always there");
        sets.for_each(|set| samples.append(set));
        // lanes beyond the last read are no reads of the user's
        let updates = u128::from(watch.done()) * (num_variables * num_reads) as u128 / num_blocks as u128;
        let num_updates = u64::try_from(updates).unwrap_or(u64::MAX);
        let status = watch.stopped_by().unwrap_or(SampleStatus::Heuristic);
        let beta_range = Some(self.schedule.ends());
        Ok(Sampling { samples, status, lower_bound: None, num_sweeps, num_updates, beta_range })
    }

    /// Anneals block `index`, with a look at the clock now and then.
    fn block<L: Layout>(&self, problem: &L::Problem, index: usize, watch: &Watch<'_>) -> L {
        // lanes beyond the last read are no reads of the user's
        let num_reads = LANES.min(self.parameters.num_reads - index * LANES);
        let SimulatedAnnealing { seed, isa, proposal_acceptance_criteria: criteria, .. } = *self.parameters;
        let (isa, num_sweeps) = (Isa::or_detect(isa), self.schedule.num_sweeps());
        let mut block = L::new(problem, seed, index);
        // the same on every machine: rounding fields are computed afresh at each look
        let between_looks = (UPDATES_BETWEEN_LOOKS / (LANES * self.bqm.num_variables().max(1))).max(1) as u64;
        let mut done = 0;
        while done < num_sweeps {
            let next = done + between_looks.min(num_sweeps - done);
            let rule = |sweep| Acceptance { criteria, beta: self.schedule.beta(sweep) * self.scaling.unit };
            block.sweep(problem, isa, (done..next).map(rule));
            if watch.target().is_some() {
                let best = block.sample(block.best_lane(problem, num_reads), self.bqm.vartype().values());
                watch.enter(self.bqm.energy(&best));
            }
            if watch.advance(next - done) {
                break;
            }
            done = next;
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
