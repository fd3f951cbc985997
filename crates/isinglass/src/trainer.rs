//! Training from end to end: prepared data in; a model, its scores, a proof, and the accuracy of simpler methods out.
//!
//! [`Trainer::fit`] does all of it. Its stages can be called one by one, to save or to show what is there after each:
//! [`Trainer::prepare`], [`Fit::plan`], [`PlannedFit::train`], then the methods of [`FittedNetwork`].

mod fitted;
mod optimum;
mod planned;
mod solver;

pub use fitted::{FittedNetwork, TrainedNetwork};
pub use planned::PlannedFit;
pub use solver::SolverChoice;

use crate::baseline::BaselineError;
use crate::dataset::PreparedData;
use crate::formulation::{FormulationError, FormulationOptions};
use crate::network::{Architecture, ArchitectureError, Codebook};
use crate::task::{Task, TaskError};
use crate::train::{Batching, EmbeddingPlan, TrainError, TrainingState};
use isinglass_qubo::RunControl;
use isinglass_qubo::sampler::SimulatedAnnealing;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Reads when training, unless the user says how many.
pub const NUM_READS: usize = 128;
/// Sweeps when training, unless the user says how many.
pub const NUM_SWEEPS: u64 = 2000;
/// The time limit of the proof of the optimum, unless the user gives one.
pub const PROOF_TIME: Duration = Duration::from_secs(10);
/// The share of a time limit that the solver gets where baselines follow, which get the rest.
pub const SOLVER_SHARE: f64 = 0.75;

/// Trains a network on prepared data, and compares it with the proven optimum and with simpler methods.
///
/// # Examples
/// ```
/// use isinglass::dataset::{PreparedData, builtin};
/// use isinglass::{qubo::RunControl, trainer::Trainer};
/// let data = PreparedData::of_table(builtin("majority:5", 0)?, 0.0)?;
/// let trainer = Trainer { hidden: vec![3], num_reads: 8, ..Trainer::default() };
/// let trained = trainer.fit(&data, &RunControl::default())?;
/// assert_eq!(trained.train_score.errors, 0);
/// assert!(trained.report.result.proven_optimal);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Trainer {
    /// Widths of the hidden layers; none for a perceptron. `[default: none]`
    pub hidden: Vec<usize>,
    /// Whether every neuron has a bias: one more weight, from a constant input of +1. `[default: false]`
    pub bias: bool,
    /// How training becomes a QUBO. `[default: compact]`
    pub formulation: FormulationOptions,
    /// What minimises the loss. `[default: auto]`
    pub solver: SolverChoice,
    /// Reads of solvers that the trainer makes itself; a [given](SolverChoice::Given) one has its own. `[default: 128] [range: 1..]`
    pub num_reads: usize,
    /// Sweeps of each read, of the same solvers. `[default: 2000] [range: 1..]`
    pub num_sweeps: u64,
    /// Inverse temperatures at both ends of a read, of the same solvers. `[default: from the problem]`
    pub beta_range: Option<(f64, f64)>,
    /// Annealing of a QUBO on a chip, where the choice is automatic; its reads, sweeps, temperatures and seed are those above and below.
    pub annealing: SimulatedAnnealing,
    /// Rows of a minibatch; all rows at once if absent. `[default: none] [range: 1..]`
    pub batch_size: Option<usize>,
    /// Number of minibatches. `[default: as many as cover all rows once] [range: 1..]`
    pub batches: Option<usize>,
    /// The online term of minibatches, as in [`Batching::Minibatches`]. `[default: 0]`
    pub alpha: f64,
    /// Whether decoded weights descend on the true loss by flips of single weights. `[default: true]`
    pub polish: bool,
    /// Seed of all randomness. `[default: 0]`
    pub seed: u64,
    /// The chip that QUBOs are sampled on. `[default: none]`
    pub embedding: Option<EmbeddingPlan>,
    /// Time limit of the proof of the optimum, beside that of the control; no proof is tried if absent. `[default: 10 s]`
    pub proof_time: Option<Duration>,
    /// Whether majority class, logistic regression, a network trained by gradients and random weights are tried. `[default: true]`
    pub baselines: bool,
    /// What made the run, for model and report: a command line, for instance. `[default: the name of the trainer]`
    pub command: String,
}

impl Default for Trainer {
    fn default() -> Self {
        Self {
            hidden: Vec::new(),
            bias: false,
            formulation: FormulationOptions::compact(),
            solver: SolverChoice::Auto,
            num_reads: NUM_READS,
            num_sweeps: NUM_SWEEPS,
            beta_range: None,
            annealing: SimulatedAnnealing::default(),
            batch_size: None,
            batches: None,
            alpha: 0.0,
            polish: true,
            seed: 0,
            embedding: None,
            proof_time: Some(PROOF_TIME),
            baselines: true,
            command: "isinglass::trainer::Trainer".to_owned(),
        }
    }
}

/// Why a network cannot be trained on data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// The network would be too large.
    #[error(transparent)]
    Architecture(#[from] ArchitectureError),
    /// The training rows do not make a task.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// The task cannot be compiled.
    #[error("the task cannot be compiled into a QUBO")]
    Formulation(#[from] FormulationError),
    /// Training cannot run.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A baseline cannot be evaluated.
    #[error(transparent)]
    Baseline(#[from] BaselineError),
}

/// A trainer with its data: the network's shape, and the task that it is to learn.
#[derive(Clone, Debug)]
pub struct Fit<'a> {
    trainer: &'a Trainer,
    data: &'a PreparedData,
    codebook: Codebook,
    architecture: Architecture,
    task: Task,
}

impl Trainer {
    /// Chooses a solver, trains, evaluates baselines and tries to prove the optimum.
    ///
    /// The deadline of `control` holds for all of this but the proof, which has [its own time](Self::proof_time): the solver gets
    /// [three quarters](SOLVER_SHARE) of the time, and the baselines the rest. Without baselines the solver gets all of it. Progress is
    /// reported stage by stage, each from zero on.
    ///
    /// # Errors
    /// [`FitError`] when data, network and solver do not fit each other, or a stage cannot run.
    pub fn fit(&self, data: &PreparedData, control: &RunControl<'_>) -> Result<TrainedNetwork, FitError> {
        let start = Instant::now();
        let solving = self.control_of_solver(control);
        let planned = self.prepare(data)?.plan(&solving)?;
        let fitted = planned.train(TrainingState::default(), &solving, |_| ControlFlow::Continue(()))?;
        let baselines = fitted.baselines(control)?;
        let random_weights = fitted.random_weights(control);
        let optimum = fitted.optimum(control);
        let report = fitted.report(optimum, baselines, start.elapsed().as_secs_f64());
        Ok(fitted.finish(report, random_weights))
    }

    /// The first stage: shape and task.
    ///
    /// # Errors
    /// [`FitError`] when the network would be too large, or rows and labels do not make a task.
    pub fn prepare<'a>(&'a self, data: &'a PreparedData) -> Result<Fit<'a>, FitError> {
        let codebook = Codebook::for_classes(data.classes.names().len());
        let hidden = self.hidden.iter().copied();
        let widths = std::iter::once(data.pipeline.num_inputs()).chain(hidden).chain([codebook.num_outputs()]);
        let architecture = Architecture::new(widths.collect(), self.bias)?;
        let task = Task::of_classes(data.train.inputs.clone(), &data.train.labels, &codebook)?;
        Ok(Fit { trainer: self, data, codebook, architecture, task })
    }

    /// The limits of the solver within those of the whole fit: a part of the time where baselines follow.
    #[must_use]
    pub fn control_of_solver<'a>(&self, control: &RunControl<'a>) -> RunControl<'a> {
        if !self.baselines {
            return *control;
        }
        let now = Instant::now();
        let deadline = control.deadline.map(|end| now + end.saturating_duration_since(now).mul_f64(SOLVER_SHARE));
        RunControl { deadline, ..*control }
    }

    fn batching(&self, num_rows: usize) -> Batching {
        match self.batch_size {
            None => Batching::Whole,
            Some(batch_size) => {
                let batches = self.batches.unwrap_or_else(|| num_rows.div_ceil(batch_size.max(1)));
                Batching::Minibatches { batch_size, batches, alpha: self.alpha }
            }
        }
    }
}

impl<'a> Fit<'a> {
    /// What is to be learned.
    #[must_use]
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// The network's shape.
    #[must_use]
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The second stage: chooses the solver.
    ///
    /// # Errors
    /// [`FormulationError`] when the QUBO, whose size decides, cannot be compiled.
    pub fn plan(self, control: &RunControl<'_>) -> Result<PlannedFit<'a>, FormulationError> {
        PlannedFit::new(self, control)
    }
}

#[cfg(test)]
mod tests;
