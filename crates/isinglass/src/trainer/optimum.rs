//! The least possible loss, where it can be proven.

use crate::exact::ExactTrainer;
use crate::network::Architecture;
use crate::report::{OptimumReport, thousands};
use crate::task::{Merge, Task};
use crate::train::Solver;
use isinglass_qubo::{RunControl, SampleStatus};
use std::time::Instant;

/// No proof was tried.
pub(super) fn not_asked() -> OptimumReport {
    OptimumReport { loss: None, lower_bound: None, how: "not asked for".to_owned(), seconds: 0.0 }
}

/// The optimum of a task: what the solver proved already, or what the exact trainer proves within the limits of `control`.
pub(super) fn optimum(
    task: &Task,
    architecture: &Architecture,
    by_solver: Option<(f64, &Solver)>,
    control: &RunControl<'_>,
) -> OptimumReport {
    if let Some((loss, solver)) = by_solver {
        let how = match solver {
            Solver::Exact => "the solver searched all networks of this shape",
            Solver::Exhaustive => "the solver looked at every state of an exact QUBO",
            _ => "the solver proved the least energy of an exact QUBO",
        };
        return OptimumReport { loss: Some(loss), lower_bound: Some(loss), how: how.to_owned(), seconds: 0.0 };
    }
    let start = Instant::now();
    let training = ExactTrainer::default().train(task, architecture, control);
    let seconds = start.elapsed().as_secs_f64();
    match training {
        Ok(training) if training.status == SampleStatus::Optimal => {
            let functions = thousands(training.num_functions as u64);
            let how = format!("exact search over networks of {functions} neuron functions");
            OptimumReport { loss: Some(training.loss), lower_bound: Some(training.lower_bound), how, seconds }
        }
        Ok(training) => {
            let bound = training.lower_bound;
            let how = format!("exact search ended early with {}, and proved at least {bound}", training.loss);
            OptimumReport { loss: None, lower_bound: Some(bound), how, seconds }
        }
        Err(error) => OptimumReport { loss: None, lower_bound: None, how: error.to_string(), seconds },
    }
}

/// The same optimum, or, where it is not proven, the loss that no network of any shape can avoid, if `loss` is no more.
pub(super) fn or_unavoidable(optimum: OptimumReport, task: &Task, loss: f64) -> OptimumReport {
    let unavoidable = task.loss_groups(Merge::Equal).constant;
    if optimum.loss.is_some() || loss > unavoidable {
        return optimum;
    }
    let how = match unavoidable {
        0.0 => "no network can err on less than no row",
        _ => "every network errs that much, since rows with equal inputs have different labels",
    };
    OptimumReport { loss: Some(unavoidable), lower_bound: Some(unavoidable), how: how.to_owned(), seconds: 0.0 }
}
