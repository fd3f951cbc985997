//! Checkpoints: the state of a run with a fingerprint of what it is the state of.

use super::{TrainingPlan, TrainingState};
use crate::sealed::{self, SealError};
use crate::task::Task;
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
    Seal(#[from] SealError),
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
    sealed::digest(&serde_json::json!({ "plan": plan, "task": task }))
}

impl TrainingState {
    /// The text of a checkpoint of this state.
    #[must_use]
    pub fn to_checkpoint(&self, plan: &TrainingPlan, task: &Task) -> String {
        sealed::seal(FORMAT, &Checkpoint { fingerprint: fingerprint(plan, task), state: self.clone() })
    }

    /// The state of a checkpoint of the same run.
    ///
    /// # Errors
    /// [`CheckpointError`] when the file is foreign, damaged, or of another run.
    pub fn from_checkpoint(text: &str, plan: &TrainingPlan, task: &Task) -> Result<Self, CheckpointError> {
        let Checkpoint { fingerprint: found, state } = sealed::open(FORMAT, text)?;
        if found != fingerprint(plan, task) {
            return Err(CheckpointError::OtherRun);
        }
        let architecture = &plan.architecture;
        let weight_exists = |&(layer, neuron, input, bias): &(usize, usize, usize, f64)| {
            layer < architecture.num_layers()
                && neuron < architecture.width(layer + 1)
                && input < architecture.fan_in(layer)
                && bias.is_finite()
        };
        let fits = state.next_step <= plan.num_steps()
            && state.steps.len() == state.next_step
            && state.best.is_some() == (state.next_step > 0)
            && state.best.as_ref().is_none_or(|best| best.network.architecture() == architecture)
            && state.biases.iter().all(weight_exists);
        if fits { Ok(state) } else { Err(CheckpointError::State) }
    }
}
