//! What a training run is to do.

use super::embedding::EmbeddingPlan;
use super::mip::NamedMipSolver;
use super::sampler::NamedSampler;
use super::state::TrainingState;
use crate::formulation::FormulationOptions;
use crate::network::Architecture;
use crate::task::Task;
use isinglass_qubo::{RunControl, SampleStatus};
use serde::{Deserialize, Serialize};

/// Who minimises.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Solver {
    /// Simulated annealing of the QUBO.
    Annealing {
        /// Reads of the whole run, or of each minibatch.
        num_reads: usize,
        /// Sweeps of each read.
        num_sweeps: u64,
        /// Inverse temperatures at both ends; the sampler's own choice if absent.
        beta_range: Option<(f64, f64)>,
    },
    /// [Annealing of the weights](crate::weight_annealing) on the true loss; its network is encoded as a sample of the QUBO.
    Weights {
        /// Reads of the whole run, or of each minibatch.
        num_reads: usize,
        /// Sweeps of each read.
        num_sweeps: u64,
        /// Inverse temperatures at both ends, in units of 1 / loss; the annealer's own choice if absent.
        beta_range: Option<(f64, f64)>,
    },
    /// Any sampler of the QUBO.
    Sampler(NamedSampler),
    /// Exhaustive search of the QUBO.
    Exhaustive,
    /// Exact search over neuron functions; its network is encoded as a sample of the QUBO.
    Exact,
    /// A solver of mixed-integer programs, given the [program with hard constraints](crate::formulation::hard_constraints); its
    /// network is encoded as a sample of the QUBO.
    Mip(NamedMipSolver),
}

impl Solver {
    /// The name on the command line.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Annealing { .. } => "sa",
            Self::Weights { .. } => "weights",
            Self::Sampler(sampler) => sampler.name,
            Self::Exhaustive => "exhaustive",
            Self::Exact => "exact",
            Self::Mip(_) => "mip",
        }
    }

    /// Independent reads, for solvers that have them.
    fn num_reads(&self) -> Option<usize> {
        match self {
            Self::Annealing { num_reads, .. } | Self::Weights { num_reads, .. } => Some(*num_reads),
            Self::Sampler(sampler) => sampler.num_reads,
            Self::Exhaustive | Self::Exact | Self::Mip(_) => None,
        }
    }

    /// Whether it minimises the QUBO; the others search the weights.
    fn samples_qubo(&self) -> bool {
        !matches!(self, Self::Weights { .. } | Self::Exact | Self::Mip(_))
    }

    /// Reads of a round on the whole set.
    fn reads_per_round(&self) -> usize {
        match self {
            Self::Sampler(NamedSampler { has_rounds: false, .. }) => usize::MAX,
            _ => READS_PER_ROUND,
        }
    }
}

/// Which rows a step learns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Batching {
    /// All rows, in rounds of reads.
    Whole,
    /// A minibatch after the other, in the order of the rows; after the last row the first one follows.
    Minibatches {
        /// Rows in a batch.
        batch_size: usize,
        /// Number of batches.
        batches: usize,
        /// The paper's online term: after a batch with solution `w*`, every weight bit's bias becomes
        /// `h_w - alpha (2 w* - 1)`. An alpha of more than 24 significant bits is rounded up to 8, so that sums of it are exact
        /// ([`few_bits`](crate::formulation::few_bits)).
        alpha: f64,
    },
}

/// A whole run: the network's shape, the formulation, the solver, the rows of each step, and the seed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrainingPlan {
    /// The network's shape.
    pub architecture: Architecture,
    /// How training becomes a QUBO.
    pub formulation: FormulationOptions,
    /// Who minimises.
    pub solver: Solver,
    /// Which rows a step learns.
    pub batching: Batching,
    /// Whether decoded weights are polished by [descent](crate::descent) on the true loss before the best are chosen.
    pub polish: bool,
    /// Every random number comes from here.
    pub seed: u64,
    /// The chip that QUBOs are sampled on, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding: Option<EmbeddingPlan>,
    /// Threads of the solver; all cores if absent. Not part of what the result depends on.
    #[serde(skip)]
    pub threads: Option<usize>,
}

/// Why a plan makes no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A count of zero.
    #[error("{name} is 0, but must be at least 1")]
    Zero {
        /// What is zero.
        name: &'static str,
    },
    /// A batch larger than the task.
    #[error("batch_size is {batch_size}, but there are only {num_rows} training rows")]
    BatchTooLarge {
        /// Rows wanted.
        batch_size: usize,
        /// Rows there are.
        num_rows: usize,
    },
    /// `alpha` is no finite number.
    #[error("alpha is {alpha}, but must be a finite number")]
    Alpha {
        /// Its value.
        alpha: f64,
    },
    /// A chip with a solver that does not sample QUBOs.
    #[error("the solver {solver} does not sample a QUBO, so it cannot work on a chip")]
    NothingToEmbed {
        /// The solver.
        solver: &'static str,
    },
    /// The online term with a solver that does not see it.
    #[error("the exact trainer minimises the loss alone, so alpha must be 0, not {alpha}")]
    AlphaWithExact {
        /// Its value.
        alpha: f64,
    },
}

/// Reads of a round on the whole set: enough for the lanes of several threads, and a checkpoint after each.
const READS_PER_ROUND: usize = 128;

impl TrainingPlan {
    /// The default plan for a network of this shape: `compact`, annealing, all rows, polished, seed 0.
    #[must_use]
    pub fn new(architecture: Architecture) -> Self {
        Self {
            architecture,
            formulation: FormulationOptions::compact(),
            solver: Solver::Annealing { num_reads: 64, num_sweeps: 1000, beta_range: None },
            batching: Batching::Whole,
            polish: true,
            seed: 0,
            embedding: None,
            threads: None,
        }
    }

    /// Number of steps of the whole run.
    #[must_use]
    pub fn num_steps(&self) -> usize {
        match self.batching {
            Batching::Minibatches { batches, .. } => batches,
            Batching::Whole => {
                self.solver.num_reads().map_or(1, |num_reads| num_reads.div_ceil(self.solver.reads_per_round()))
            }
        }
    }

    /// Whether a step cannot do without its QUBO: the solver minimises it, or the online term is about the representative that its gauge
    /// names.
    pub(super) fn needs_qubo(&self) -> bool {
        let has_online_term = matches!(self.batching, Batching::Minibatches { alpha, .. } if alpha != 0.0);
        self.solver.samples_qubo() || has_online_term
    }

    pub(super) fn check(&self, task: &Task) -> Result<(), PlanError> {
        if self.solver.num_reads() == Some(0) {
            return Err(PlanError::Zero { name: "num_reads" });
        }
        if self.embedding.is_some() && !self.solver.samples_qubo() {
            return Err(PlanError::NothingToEmbed { solver: self.solver.name() });
        }
        let Batching::Minibatches { batch_size, batches, alpha } = self.batching else { return Ok(()) };
        if batch_size == 0 {
            return Err(PlanError::Zero { name: "batch_size" });
        }
        if batches == 0 {
            return Err(PlanError::Zero { name: "batches" });
        }
        if batch_size > task.num_rows() {
            return Err(PlanError::BatchTooLarge { batch_size, num_rows: task.num_rows() });
        }
        if !alpha.is_finite() {
            return Err(PlanError::Alpha { alpha });
        }
        if alpha != 0.0 && self.solver == Solver::Exact {
            return Err(PlanError::AlphaWithExact { alpha });
        }
        Ok(())
    }

    /// The rows of a minibatch; `None` for the whole set.
    pub(super) fn rows_of_step(&self, step: usize, task: &Task) -> Option<Vec<usize>> {
        match self.batching {
            Batching::Whole => None,
            Batching::Minibatches { batch_size, .. } => {
                let first = step * batch_size;
                Some((first..first + batch_size).map(|row| row % task.num_rows()).collect())
            }
        }
    }

    /// Reads of a step: a round of the whole set, or all of a minibatch.
    pub(super) fn reads_of_step(&self, step: usize) -> usize {
        match (self.solver.num_reads(), self.batching) {
            (Some(num_reads), Batching::Whole) => {
                let round = self.solver.reads_per_round();
                round.min(num_reads.saturating_sub(step.saturating_mul(round)))
            }
            (Some(num_reads), Batching::Minibatches { .. }) => num_reads,
            (None, _) => 1,
        }
    }

    /// The control of one step: the target is about the whole task, so a minibatch must not stop at it.
    pub(super) fn control_of_step<'a>(&self, control: &RunControl<'a>) -> RunControl<'a> {
        match self.batching {
            Batching::Whole => *control,
            Batching::Minibatches { .. } => RunControl { target: None, ..*control },
        }
    }

    /// How the run ends after the step that `state` ends with; `None` if it goes on.
    pub(super) fn end_of_run(&self, state: &TrainingState, control: &RunControl<'_>) -> Option<SampleStatus> {
        let last = state.steps.last()?.status;
        match last {
            SampleStatus::Interrupted | SampleStatus::TimeLimit => return Some(last),
            SampleStatus::Optimal if self.batching == Batching::Whole => return Some(last),
            // a sampler stops at the energy, but the target is about the loss, and that of this run: a state may be resumed
            // with another one
            _ => {}
        }
        let best = state.best.as_ref().map(|best| best.loss);
        // with the least energy of the QUBO proven, more samples of it are of no use
        let is_done = state.next_step >= self.num_steps() || state.least_output_bits(self).is_some();
        let done = is_done.then_some(SampleStatus::Heuristic);
        match (done, control.should_stop(best)) {
            // with all the work done, only a target that was met is worth saying
            (Some(_), Some(SampleStatus::Target)) => Some(SampleStatus::Target),
            (Some(done), _) => Some(done),
            (None, stopped) => stopped,
        }
    }
}
