//! The trait that every sampler implements, and how a run is limited, watched and stopped.

mod anneal_schedule;
mod annealing;
#[cfg(test)]
mod boltzmann;
mod branch_and_bound;
mod clusters;
mod descent;
pub mod exhaustive;
mod isa;
mod lanes;
mod memetic;
mod one_read;
mod pace;
mod parallel_tempering;
mod part;
mod polished;
mod population_annealing;
mod presolving;
mod quantum_annealing;
mod random;
mod reads;
mod reference;
mod replicas;
mod scaling;
mod short_read;
mod spin_vector;
mod state;
mod tabu;
mod threads;
mod tree;
mod watch;

pub use anneal_schedule::{AnnealSchedule, SchedulePoint};
pub(crate) use annealing::Prepared;
pub use annealing::{
    BetaSchedule, ProposalAcceptanceCriteria, Schedule, SimulatedAnnealing, VariableOrder, default_beta_range,
};
pub use branch_and_bound::BranchAndBound;
pub use clusters::ClusterMoves;
pub use descent::SteepestDescent;
pub(crate) use descent::descend;
pub use exhaustive::Exhaustive;
pub use isa::Isa;
pub(crate) use memetic::Contraction;
pub use memetic::Memetic;
pub(crate) use one_read::anneal_one;
pub use parallel_tempering::ParallelTempering;
pub use part::PartProgress;
pub use polished::SteepestDescentComposite;
pub use population_annealing::{PopulationAnnealing, PopulationStep};
pub use presolving::Presolving;
pub(crate) use presolving::{combine, confirmed};
pub use quantum_annealing::{Readout, SimulatedQuantumAnnealing, WorldlineMoves};
pub use random::RandomSampling;
pub use reference::{ReferenceAnnealing, ReferenceSchedule, reference_beta_range};
pub use scaling::{check_energies, common_divisor};
pub(crate) use short_read::{anneal_until_deadline, polished, seconds_per_block_sweep, seconds_to_prepare};
pub use spin_vector::{RotorMoves, SpinVectorMonteCarlo};
pub use state::{State as SpinState, random_spins};
pub use tabu::Tabu;
pub use threads::in_pool;
pub(crate) use tree::elimination_width_within;
pub use tree::{EliminationWidth, TreeDecomposition, elimination_width};
pub use watch::{UnfinishedReads, Watch};

use crate::memory::Bytes;
use crate::model::{Bqm, ModelError};
use crate::presolve::PresolveError;
use crate::sample_set::{Row, SampleSet, SampleSetError};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// How a run ended. Not to reach the optimum is a status, not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleStatus {
    /// All reads done; nothing is known about the optimum.
    Heuristic,
    /// The best sample is proven to be a minimum: no sample has less energy, as the exact sum of the coefficients.
    Optimal,
    /// Stopped because the target energy was met.
    Target,
    /// Stopped at the deadline; the best so far is kept.
    TimeLimit,
    /// Stopped by the user; the best so far is kept.
    Interrupted,
}

/// What a run has done so far, in the sampler's own unit of work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProgressReport {
    /// Units done.
    pub done: u64,
    /// Units in all.
    pub total: u64,
    /// Least energy so far as the sampler sees it (recomputed only in the sample set).
    pub best_energy: Option<f64>,
}

/// Listens to a run. Called from worker threads, a few times a second at most.
pub trait Progress: Sync {
    /// Something was done.
    fn report(&self, report: ProgressReport);
}

/// When to stop, and whom to tell.
///
/// Limits are counts first (reads, sweeps: the sampler's own parameters); wall time comes in only through `deadline`.
#[derive(Clone, Copy, Default)]
pub struct RunControl<'a> {
    /// Stop at this moment and keep the best so far.
    pub deadline: Option<Instant>,
    /// Stop as soon as a sample has at most this energy.
    pub target: Option<f64>,
    /// Stop when this becomes true.
    pub cancel: Option<&'a AtomicBool>,
    /// Told about progress.
    pub progress: Option<&'a dyn Progress>,
    /// The most bytes of memory to take, where less than what a sampler allows itself.
    pub memory_limit: Option<usize>,
}

impl RunControl<'_> {
    /// The status with which to stop now, if any reason to stop holds: `best` is the least energy so far.
    #[must_use]
    pub fn should_stop(&self, best: Option<f64>) -> Option<SampleStatus> {
        if self.cancel.is_some_and(|cancel| cancel.load(Ordering::Relaxed)) {
            Some(SampleStatus::Interrupted)
        } else if let (Some(target), Some(best)) = (self.target, best)
            && best <= target
        {
            Some(SampleStatus::Target)
        } else if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            Some(SampleStatus::TimeLimit)
        } else {
            None
        }
    }

    /// Refuses work that takes more than `memory_limit`, or more than `most` bytes.
    ///
    /// # Errors
    /// [`SampleError::Memory`] with the estimate and the limit.
    pub fn check_memory(&self, bytes: usize, most: usize) -> Result<(), SampleError> {
        let limit = self.memory_limit.map_or(most, |limit| limit.min(most));
        if bytes > limit { Err(SampleError::Memory { bytes, limit }) } else { Ok(()) }
    }
}

/// What a sampler returns: samples with energies recomputed on the problem given, and how it went.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleResult {
    /// One sample per read (fewer when stopped early).
    pub samples: SampleSet,
    /// How the run ended.
    pub status: SampleStatus,
    /// No sample has less energy than this, as the exact sum of the coefficients, for samplers that prove a bound; the best exact energy,
    /// rounded down, where that is optimal.
    pub lower_bound: Option<f64>,
    /// Sweeps asked of each read, fewer if stopped early; zero for samplers without sweeps.
    pub num_sweeps: u64,
    /// Spin updates offered in all; zero where the word has no meaning.
    pub num_updates: u64,
    /// Inverse temperatures at both ends of the schedule, for samplers that have one.
    pub beta_range: Option<(f64, f64)>,
}

impl SampleResult {
    /// The sample of least energy.
    #[must_use]
    pub fn best(&self) -> Option<Row<'_>> {
        self.samples.best()
    }
}

/// Why a sampler cannot run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// An exact method was given more than it can search.
    #[error("{solver} search takes at most {limit} variables, but the problem has {num_variables}")]
    TooLarge {
        /// The sampler's name.
        solver: &'static str,
        /// Its limit.
        limit: usize,
        /// The problem's size.
        num_variables: usize,
    },
    /// An exact method was given a graph of more width than it takes.
    #[error("{}, but at most {limit} is taken", width_found(*width, *lower_bound))]
    TooWide {
        /// The width of the best elimination order found, if any was found.
        width: Option<usize>,
        /// No elimination order has less width.
        lower_bound: usize,
        /// The largest width that is taken.
        limit: usize,
    },
    /// Coefficients too far apart to be added without rounding.
    #[error("exact sums of the coefficients need {bits} bits, but at most {limit} are available")]
    Precision {
        /// Bits from the lowest one of any coefficient to the highest one of their sum.
        bits: u32,
        /// The most that are available.
        limit: u32,
    },
    /// A parameter outside its range.
    #[error("{name} is {value}, but must be {allowed}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What it was set to.
        value: f64,
        /// What it may be.
        allowed: &'static str,
    },
    /// A number that the hardware does not take.
    #[error("{what} is {value}, but the chip takes {low} to {high}")]
    OutOfRange {
        /// Which number.
        what: String,
        /// What it is.
        value: f64,
        /// The least one.
        low: f64,
        /// The greatest one.
        high: f64,
    },
    /// More memory than is allowed.
    #[error("sampling needs about {} of memory, but the limit is {}", Bytes(*bytes as u64), Bytes(*limit as u64))]
    Memory {
        /// Bytes needed.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Threads cannot be started.
    #[error("{threads} threads cannot be started")]
    Threads {
        /// How many.
        threads: usize,
    },
    /// An initial state is not a sample of the problem.
    #[error("an initial state does not fit the problem")]
    InitialState(#[source] SampleSetError),
    /// Some sample's energy could be too large for a number.
    #[error("energies of the problem could overflow: its coefficients add up to more than {:.1e}", f64::MAX / 8.0)]
    EnergyOverflow,
    /// The problem cannot be written in the form the sampler needs.
    #[error("the problem cannot be converted for the sampler")]
    Model(#[from] ModelError),
    /// The problem could not be sampled on a chip.
    #[error("the problem cannot be sampled on the chip: {reason}")]
    Embedding {
        /// Why: what was tried, and how far it came.
        reason: String,
    },
    /// The problem cannot be presolved by a sampler that depends on it.
    #[error(transparent)]
    Presolve(#[from] PresolveError),
    /// A service did not run the problem on its chip.
    #[error("{solver} did not run the problem: {reason}")]
    Service {
        /// The solver.
        solver: String,
        /// Why.
        reason: String,
    },
    /// A solver of mixed-integer programs was not found, or failed.
    #[error("{reason}")]
    Mip {
        /// Why: which solver, and what it said.
        reason: String,
    },
}

fn width_found(width: Option<usize>, lower_bound: usize) -> String {
    match width {
        Some(width) => format!("the best elimination order found has width {width} (none has less than {lower_bound})"),
        None => format!("no elimination order of width up to 96 was found (none has less than {lower_bound})"),
    }
}

/// Looks for samples of low energy.
///
/// # Contract
/// The conformance suite (`testing::sampler_conformance`) holds every sampler to it: samples have the vartype of
/// the problem; energies are those of [`Bqm::energy`]; the same seed gives the same samples whatever the number of
/// threads, unless a deadline, a target or the user ends the run early; a problem without variables or without terms is solved like any other; a cancelled run returns what it has.
pub trait Sampler {
    /// The name used on the command line and in reports.
    fn name(&self) -> &'static str;

    /// Samples `bqm` until the work is done or `control` says stop.
    ///
    /// # Errors
    /// [`SampleError`] when the sampler cannot run on this problem or with its parameters.
    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError>;
}
