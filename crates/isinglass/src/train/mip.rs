//! A solver of mixed-integer programs as the solver of a training run: hard constraints in place of penalties.

use super::{Polished, StepRecord, StepResult, TrainError, TrainingPlan, TrainingState, check_network, known_weights};
use crate::formulation::{Formulation, WeightTerms, hard_constraints_within};
use crate::task::Task;
use isinglass_qubo::mip_solver::{MipClaim, MipSolver};
use isinglass_qubo::{RunControl, SampleStatus};
use serde::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// A solver of mixed-integer programs.
///
/// Two of them are equal if name and parameters are.
#[derive(Clone)]
pub struct NamedMipSolver {
    /// All that its answers depend on beside the program, the seed and its version; for the fingerprints of checkpoints.
    pub parameters: String,
    /// The solver.
    pub solver: Arc<dyn MipSolver>,
}

impl NamedMipSolver {
    fn identity(&self) -> (String, &str) {
        (self.solver.name(), &self.parameters)
    }
}

impl fmt::Debug for NamedMipSolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("NamedMipSolver").field(&self.identity()).finish()
    }
}

impl PartialEq for NamedMipSolver {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Serialize for NamedMipSolver {
    /// For fingerprints; nothing reads it back.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.identity().serialize(serializer)
    }
}

/// Solves the [program with hard constraints](crate::formulation::hard_constraints), and writes the network found as a sample of the QUBO.
///
/// What the solver says of the minimum goes into the record; the status of the step is no proof. Without a point, because the solver was stopped
/// too early, the network is the one whose free weights are all `-1`, polished like any other.
pub(super) fn solve_program(
    task: &Task,
    plan: &TrainingPlan,
    formulation: Option<&Formulation>,
    state: &TrainingState,
    (solver, seed): (&NamedMipSolver, u64),
    control: &RunControl<'_>,
) -> Result<StepResult, TrainError> {
    // a run that is stopped has a network all the same
    let unstopped = RunControl { memory_limit: control.memory_limit, ..RunControl::default() };
    let hard = hard_constraints_within(task, &plan.architecture, &plan.formulation, &state.weight_terms(), &unstopped)?;
    let solution = solver.solver.solve(&hard.mip, seed, control)?;
    let claim = MipClaim::new(solver.solver.name(), &hard.mip, &solution);
    let network = hard.network(&solution.values.unwrap_or_else(|| vec![0.0; hard.mip.num_variables()]));
    // weight terms are about the representative that the gauge names; the loss is the same for all of them
    let terms = WeightTerms { fixed: known_weights(formulation, state), ..state.weight_terms() };
    let polished = Polished::all(task, plan, &terms, vec![network], control);
    let (_, read) = polished.best().expect("there is one network");
    let status = match solution.status {
        SampleStatus::Optimal => SampleStatus::Heuristic,
        other => other,
    };
    let record = StepRecord { status, mip: Some(claim), ..StepRecord::default() };
    check_network(task, formulation, &read.network, &terms, polished.counts(None), record)
}
