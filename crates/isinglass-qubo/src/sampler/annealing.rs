//! Simulated annealing with reads as lanes.

mod block;
mod kernel;
mod schedule;
#[cfg(test)]
mod tests;

pub use schedule::default_beta_range;

use super::isa::Isa;
use super::{ProgressReport, RunControl, SampleError, SampleStatus, Sampler, Sampling};
use crate::model::{Bqm, Vartype};
use crate::sample_set::SampleSet;
use block::{Block, Problem};
use kernel::LANES;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The most bytes that the states of all blocks under way may take.
const MAX_BYTES: usize = 16 << 30;

/// Simulated annealing (Metropolis but for ties, variables in index order, geometric schedule).
///
/// Each read starts at random and makes `num_sweeps` sweeps, the inverse temperature `beta` rising geometrically from the first
/// to the second of `beta_range`, both included. In a sweep every variable in turn is offered a flip, which is taken with
/// probability `min(1, exp(-beta dE))`, or 15/16 for a tie, `dE = 0`. The state after the last sweep is the sample.
///
/// The rule of Metropolis takes every tie. In index order that is not even ergodic: on a ring all domain walls ride along
/// with the sweep at one pace and never meet, so that a ring of six spins is stuck four times in five. Any probability for
/// ties keeps detailed balance, since both directions share it. Of 31/32, 15/16, 7/8, 3/4 and 1/2, those near 1 gave the
/// lower energies: a wall rides far, but not as far as the next. A `dE` of less than about 10^-6 of the largest is a tie.
///
/// Reads are lanes: 32 of them, a block, go through the problem side by side, and blocks are spread over threads. Read
/// `k` is lane `k % 32` of block `k / 32` and has a random stream of its own, and every block is run whole: so the same seed
/// gives the same samples for any number of reads and threads and on any instruction set.
///
/// # References
/// S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, *Optimization by simulated annealing*, Science 220 (1983);
/// N. Metropolis et al., J. Chem. Phys. 21 (1953).
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimulatedAnnealing {
    /// Number of reads. `[default: 32] [range: 1..]`
    pub num_reads: usize,
    /// Sweeps of each read. `[default: 1000] [range: 1..]`
    pub num_sweeps: u64,
    /// Inverse temperatures of the first and the last sweep. `[default: from the problem, see default_beta_range]`
    pub beta_range: Option<(f64, f64)>,
    /// Seed of all random streams. `[default: 0]`
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool]`
    pub threads: Option<usize>,
    /// Instruction set. `[default: the widest there is]` Changes the speed only.
    pub isa: Option<Isa>,
}

impl Default for SimulatedAnnealing {
    fn default() -> Self {
        Self { num_reads: 32, num_sweeps: 1000, beta_range: None, seed: 0, threads: None, isa: None }
    }
}

impl SimulatedAnnealing {
    fn check(&self, bqm: &Bqm) -> Result<(), SampleError> {
        let refuse = |name, value, allowed| Err(SampleError::Parameter { name, value, allowed });
        if self.num_reads == 0 {
            return refuse("num_reads", 0.0, "at least 1");
        }
        if self.num_sweeps == 0 {
            return refuse("num_sweeps", 0.0, "at least 1");
        }
        if self.threads == Some(0) {
            return refuse("threads", 0.0, "at least 1");
        }
        if let Some((hot, cold)) = self.beta_range {
            for beta in [hot, cold] {
                if !(beta.is_finite() && beta >= 0.0) {
                    return refuse("beta_range", beta, "two finite numbers of at least 0");
                }
            }
            if hot == 0.0 && cold != 0.0 {
                return refuse("beta_range", hot, "above 0 at its first end, for a geometric schedule to rise from");
            }
        }
        let states = Block::bytes(bqm.num_variables()).saturating_mul(rayon::current_num_threads());
        let samples = self.num_reads.saturating_mul(bqm.num_variables());
        let bytes = states.saturating_add(samples.saturating_mul(2));
        if bytes > MAX_BYTES {
            return Err(SampleError::Memory { bytes, limit: MAX_BYTES });
        }
        Ok(())
    }

    fn run(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<Sampling, SampleError> {
        let spin = bqm.to_vartype(Vartype::Spin)?;
        let beta_range = self.beta_range.unwrap_or_else(|| default_beta_range(&spin));
        let problem = Problem::new(&spin, self.num_sweeps, beta_range);
        let isa = Isa::or_detect(self.isa);
        let num_blocks = self.num_reads.div_ceil(LANES);
        let watch = Watch::new(control, num_blocks as u64 * self.num_sweeps);
        let run_block = |index: usize| -> Option<Vec<Vec<i8>>> {
            // a run that was stopped still returns its first block
            if index > 0 && watch.is_stopped() {
                return None;
            }
            let mut block = Block::new(&problem, self.seed, index);
            block.anneal(&problem, isa, &watch);
            let lanes = LANES.min(self.num_reads - index * LANES);
            Some((0..lanes).map(|lane| block.sample(lane, bqm.vartype())).collect())
        };
        let blocks: Vec<Option<Vec<Vec<i8>>>> = (0..num_blocks).into_par_iter().map(run_block).collect();
        let samples = SampleSet::from_samples(bqm, blocks.into_iter().flatten().flatten())
            .expect("lanes hold one value of the vartype for each variable");
        let best = samples.best().map(|row| row.energy);
        let status = match watch.stopped_by() {
            Some(status) => status,
            None if control.target.zip(best).is_some_and(|(target, best)| best <= target) => SampleStatus::Target,
            None => SampleStatus::Heuristic,
        };
        let num_updates = watch.done() * (bqm.num_variables() * LANES) as u64;
        Ok(Sampling { samples, status, num_sweeps: self.num_sweeps, num_updates, beta_range: Some(beta_range) })
    }
}

impl Sampler for SimulatedAnnealing {
    fn name(&self) -> &'static str {
        "sa"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<Sampling, SampleError> {
        self.check(bqm)?;
        match self.threads {
            None => self.run(bqm, control),
            Some(threads) => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                pool.map_err(|_| SampleError::Threads { threads })?.install(|| self.run(bqm, control))
            }
        }
    }
}

/// Shared by the blocks of a run: who stopped it, and how far it is.
struct Watch<'a> {
    control: &'a RunControl<'a>,
    target_met: AtomicBool,
    /// Sweeps of blocks done.
    done: AtomicU64,
    total: u64,
    status: std::sync::OnceLock<SampleStatus>,
}

impl<'a> Watch<'a> {
    fn new(control: &'a RunControl<'a>, total: u64) -> Self {
        let (target_met, done) = (AtomicBool::new(false), AtomicU64::new(0));
        Self { control, target_met, done, total, status: std::sync::OnceLock::new() }
    }

    fn target(&self) -> Option<f64> {
        self.control.target
    }

    fn meet_target(&self) {
        self.target_met.store(true, Ordering::Relaxed);
        let _ = self.status.set(SampleStatus::Target);
    }

    /// Whether to stop, after `sweeps` more sweeps of a block.
    fn stop_after(&self, sweeps: u64) -> bool {
        let done = self.done.fetch_add(sweeps, Ordering::Relaxed) + sweeps;
        if let Some(progress) = self.control.progress {
            progress.report(ProgressReport { done, total: self.total, best_energy: None });
        }
        self.is_stopped()
    }

    fn is_stopped(&self) -> bool {
        if self.target_met.load(Ordering::Relaxed) {
            return true;
        }
        match self.control.should_stop(None) {
            Some(status) => {
                let _ = self.status.set(status);
                true
            }
            None => false,
        }
    }

    fn stopped_by(&self) -> Option<SampleStatus> {
        self.status.get().copied()
    }

    fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}
