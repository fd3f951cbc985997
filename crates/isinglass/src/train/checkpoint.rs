//! Checkpoints: the state of a run with a fingerprint of what it is the state of.

use super::state::terms_of;
use super::{Batching, BestNetwork, Found, Step, StepRecord, TrainError, TrainingPlan, TrainingState, without_qubo};
use crate::checksummed::{self, ChecksummedError};
use crate::task::Task;
use crate::verify::loss;
use isinglass_qubo::{RunControl, SampleStatus};
use serde::{Deserialize, Serialize};

/// The word that every checkpoint begins with.
const FORMAT: &str = "isinglass-checkpoint";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checkpoint {
    /// SHA-256 of plan and task.
    fingerprint: String,
    state: TrainingState,
}

/// Why a checkpoint is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// A foreign or damaged file.
    #[error(transparent)]
    Seal(#[from] ChecksummedError),
    /// The state of another run.
    #[error(
        "the checkpoint is of another run: data, network, formulation, solver with reads and sweeps, batches and seed must be the same"
    )]
    OtherRun,
    /// A state that the run cannot be in.
    #[error("the checkpoint is damaged: its state is not one that the run can be in")]
    State,
}

impl CheckpointError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Seal(error) => error.hint(),
            Self::OtherRun => "repeat the command that wrote it, or start anew without --resume".to_owned(),
            Self::State => "start anew without --resume".to_owned(),
        }
    }
}

fn fingerprint(plan: &TrainingPlan, task: &Task) -> String {
    checksummed::digest(&serde_json::json!({ "plan": plan, "task": task }))
}

impl TrainingState {
    /// The text of a checkpoint of this state.
    #[must_use]
    pub fn to_checkpoint(&self, plan: &TrainingPlan, task: &Task) -> String {
        checksummed::write(FORMAT, &Checkpoint { fingerprint: fingerprint(plan, task), state: self.clone() })
    }

    /// The state of a checkpoint of the same run.
    ///
    /// A checkpoint proves nothing. Losses, biases and the best network are computed again from the networks of all steps, and the sample of
    /// the best one is verified. What samplers did in earlier steps cannot be computed again: reads, updates, energies of their samples and
    /// what happened on a chip are those of the file. A last step on the whole set that ended with a proof, or with what
    /// a solver of mixed-integer programs says, is taken out, so that it is done again.
    ///
    /// # Errors
    /// [`CheckpointError`] when the file is foreign, damaged, or of another run.
    pub fn from_checkpoint(text: &str, plan: &TrainingPlan, task: &Task) -> Result<Self, CheckpointError> {
        let Checkpoint { fingerprint: found, mut state } = checksummed::read(FORMAT, text)?;
        if found != fingerprint(plan, task) {
            return Err(CheckpointError::OtherRun);
        }
        if !state.fits(plan) || !state.follows_from_networks(task, plan) {
            return Err(CheckpointError::State);
        }
        if let Some(best) = &state.best
            && !best.is_true(plan, task).unwrap_or(false)
        {
            return Err(CheckpointError::State);
        }
        let is_claimed = |last: &StepRecord| last.status == SampleStatus::Optimal || last.mip.is_some();
        if plan.batching == Batching::Whole && state.steps.last().is_some_and(is_claimed) {
            state.steps.pop();
            state.networks.pop();
            state.next_step -= 1;
            state.best = state.best.filter(|best| best.step < state.next_step);
        }
        Ok(state)
    }

    /// Whether it is a state after some step of the plan.
    fn fits(&self, plan: &TrainingPlan) -> bool {
        let architecture = &plan.architecture;
        let weight_exists = |&(layer, neuron, input, bias): &(usize, usize, usize, f64)| {
            layer < architecture.num_layers()
                && neuron < architecture.width(layer + 1)
                && input < architecture.fan_in(layer)
                && bias.is_finite()
        };
        let last = self.steps.len().saturating_sub(1);
        let ended = |(index, step): (usize, &StepRecord)| match step.status {
            SampleStatus::Heuristic | SampleStatus::Target => true,
            SampleStatus::Optimal => plan.batching == Batching::Whole && index == last,
            SampleStatus::TimeLimit | SampleStatus::Interrupted => false,
        };
        let best_biases = self.best.iter().flat_map(|best| &best.biases);
        self.next_step <= plan.num_steps()
            && self.steps.len() == self.next_step
            && self.networks.len() == self.next_step
            && self.networks.iter().all(|network| network.architecture() == architecture)
            && self.steps.iter().all(|step| step.num_best <= step.num_reads)
            && self.steps.iter().enumerate().all(ended)
            && self.best.is_some() == (self.next_step > 0)
            && self.best.as_ref().is_none_or(|best| best.step < self.next_step)
            && self.best.as_ref().is_none_or(|best| best.network.architecture() == architecture)
            && self.best.iter().filter_map(|best| best.sample.as_ref()).all(|sample| sample.num_rows() == 1)
            && self.biases.iter().chain(&self.last_biases).chain(best_biases).all(weight_exists)
    }
}

impl BestNetwork {
    /// Whether loss, sample and network belong together.
    fn is_true(&self, plan: &TrainingPlan, task: &Task) -> Result<bool, TrainError> {
        if loss(&self.network, task) != self.loss {
            return Ok(false);
        }
        let terms = terms_of(&self.biases);
        let step = Step::compile(self.step, task, plan, &terms, &RunControl::default())?;
        // whether a QUBO that is not needed was compiled may depend on the time there was
        let is_counted = || self.verification == without_qubo(step.rows(task), &self.network, &terms);
        let Some(formulation) = &step.formulation else { return Ok(self.sample.is_none() && is_counted()) };
        let sample: Option<Vec<i8>> = self
            .sample
            .as_ref()
            .map(|sample| (0..sample.num_columns()).map(|variable| i8::from(sample.get(0, variable))).collect());
        let found = sample.as_deref().map_or(Found::Network(&self.network), Found::Sample);
        let (network, verification) = found.verify(step.rows(task), formulation)?;
        let is_verified = network == self.network && verification == self.verification;
        Ok(is_verified || !plan.needs_qubo() && self.sample.is_none() && is_counted())
    }
}
