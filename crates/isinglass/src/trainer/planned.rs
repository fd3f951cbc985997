//! A fit whose solver is chosen.

use super::{Fit, FittedNetwork};
use crate::formulation::FormulationError;
use crate::task::Task;
use crate::train::{TrainError, TrainingPlan, TrainingState, train};
use isinglass_qubo::RunControl;
use std::ops::ControlFlow;
use std::time::Instant;

/// A fit whose solver is chosen: the whole plan of the run.
#[derive(Clone, Debug)]
pub struct PlannedFit<'a> {
    pub(super) fit: Fit<'a>,
    pub(super) plan: TrainingPlan,
    pub(super) reason: Option<String>,
    start: Instant,
}

impl<'a> PlannedFit<'a> {
    pub(super) fn new(fit: Fit<'a>, control: &RunControl<'_>) -> Result<Self, FormulationError> {
        let start = Instant::now();
        let trainer = fit.trainer;
        let (solver, reason) = trainer.choose_solver(&fit.task, &fit.architecture, control)?;
        let plan = TrainingPlan {
            architecture: fit.architecture.clone(),
            formulation: trainer.formulation,
            solver,
            batching: trainer.batching(fit.task.num_rows()),
            polish: trainer.polish,
            seed: trainer.seed,
            embedding: trainer.embedding.clone(),
            threads: None,
        };
        Ok(Self { fit, plan, reason, start })
    }

    /// What is to be learned.
    #[must_use]
    pub fn task(&self) -> &Task {
        &self.fit.task
    }

    /// The plan: shape, formulation, solver, rows of each step.
    #[must_use]
    pub fn plan(&self) -> &TrainingPlan {
        &self.plan
    }

    /// The third stage: [trains](train) from `state` on; `watch` sees the state after every complete step.
    ///
    /// # Errors
    /// [`TrainError`] when the plan does not fit the task or the solver cannot run.
    pub fn train(
        &self,
        state: TrainingState,
        control: &RunControl<'_>,
        watch: impl FnMut(&TrainingState) -> ControlFlow<()>,
    ) -> Result<FittedNetwork<'_>, TrainError> {
        let training = train(&self.fit.task, &self.plan, state, control, watch)?;
        Ok(FittedNetwork::new(self, training, self.start.elapsed().as_secs_f64()))
    }
}
