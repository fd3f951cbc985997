//! Checkpoints on disk.

use std::path::Path;

use isinglass::task::Task;
use isinglass::train::{TrainingPlan, TrainingState};

use crate::failure::Failure;
use crate::files::{read_text, write_text};
use crate::session::Session;

/// Where the states of a run are saved, if anywhere.
pub(super) struct Checkpoints<'a> {
    path: Option<&'a Path>,
    plan: &'a TrainingPlan,
    task: &'a Task,
}

impl<'a> Checkpoints<'a> {
    pub(super) fn new(path: Option<&'a Path>, plan: &'a TrainingPlan, task: &'a Task) -> Self {
        Self { path, plan, task }
    }

    /// The state to go on from; that of a new run when there is no file yet.
    pub(super) fn load(&self, session: &Session) -> Result<TrainingState, Failure> {
        let Some(path) = self.path.filter(|path| path.exists()) else {
            session.output().note("there is no checkpoint yet: starting anew");
            return Ok(TrainingState::default());
        };
        let state = TrainingState::from_checkpoint(&read_text(path)?, self.plan, self.task)
            .map_err(|error| Failure::from(error).context(format!("cannot resume from {}", path.display())))?;
        session.output().note(&format!("going on after step {} of {}", state.next_step, self.plan.num_steps()));
        Ok(state)
    }

    /// The state of a new run, if no checkpoint of another one would be lost.
    pub(super) fn start(&self) -> Result<TrainingState, Failure> {
        match self.path.filter(|path| path.is_file()) {
            Some(path) => Err(Failure::input(format!("there is a checkpoint already: {}", path.display()))
                .with_hint("go on from it with --resume, or remove it to start anew")),
            None => Ok(TrainingState::default()),
        }
    }

    /// Says so if a run was cut off before there was anything to save.
    pub(super) fn note_if_empty(&self, state: &TrainingState, session: &Session) {
        if self.path.is_some_and(|path| !path.exists()) && state.next_step <= 1 {
            session.output().note("the first round was not finished, so there is no checkpoint");
        }
    }

    pub(super) fn save(&self, state: &TrainingState) -> Result<(), Failure> {
        match self.path {
            Some(path) => write_text(path, &state.to_checkpoint(self.plan, self.task)),
            None => Ok(()),
        }
    }
}
