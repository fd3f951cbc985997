//! What a solver of mixed-integer programs is asked and answers, and such a solver as a sampler of QUBOs.
//!
//! Solvers themselves are programs of others; the crate `isinglass-mip` finds and runs those that are installed.

mod sampling;
#[cfg(test)]
mod tests;

pub use sampling::MipSampler;

use crate::mip::{Mip, VariableKind, Violation};
use crate::sampler::{RunControl, SampleStatus};
use serde::{Deserialize, Serialize};

/// By how much solvers may miss rows: ten times what HiGHS, SCIP, CBC and Gurobi allow themselves.
const TOLERANCE: f64 = 1e-5;

/// Solves mixed-integer programs.
pub trait MipSolver: Send + Sync {
    /// Name and version, such as `HiGHS 1.15.1`.
    fn name(&self) -> String;

    /// Whether it minimises quadratic objectives over binary variables, convex or not.
    fn takes_quadratic_objectives(&self) -> bool;

    /// Minimises `mip` until it is done or `control` says stop; a target is not looked at.
    ///
    /// # Errors
    /// [`MipSolveError`] when the solver does not run, or says what cannot be.
    fn solve(&self, mip: &Mip, seed: u64, control: &RunControl<'_>) -> Result<MipSolution, MipSolveError>;
}

/// What a solver says of a program. The point was checked against all rows; the bound and the status are the solver's word.
#[derive(Clone, Debug, PartialEq)]
pub struct MipSolution {
    /// The best point, whole variables rounded; none if the solver had none when it was stopped.
    pub values: Option<Vec<f64>>,
    /// How the solver says it ended; [`SampleStatus::Heuristic`] where it gave up for a reason of its own.
    pub status: SampleStatus,
    /// No point has a smaller objective, says the solver.
    pub bound: Option<f64>,
}

/// What a solver says of the minimum, for reports. isinglass does not check it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MipClaim {
    /// The solver and its version.
    pub solver: String,
    /// Variables of the program.
    pub num_variables: usize,
    /// Rows of the program.
    pub num_rows: usize,
    /// Coefficients in rows.
    pub num_nonzeros: usize,
    /// The objective of its point, computed here; absent if it had none.
    pub objective: Option<f64>,
    /// Whether it says that no point is better.
    pub optimal: bool,
    /// The least objective that it says is possible.
    pub bound: Option<f64>,
}

impl MipClaim {
    /// What `solver` says of `mip`.
    #[must_use]
    pub fn new(solver: String, mip: &Mip, solution: &MipSolution) -> Self {
        Self {
            solver,
            num_variables: mip.num_variables(),
            num_rows: mip.num_rows(),
            num_nonzeros: mip.num_nonzeros(),
            objective: solution.values.as_deref().map(|values| mip.objective(values)),
            optimal: solution.status == SampleStatus::Optimal,
            bound: solution.bound,
        }
    }
}

/// Why there is no solution.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MipSolveError {
    /// No solver was found.
    #[error("no solver of mixed-integer programs was found: {reason}")]
    NotFound {
        /// What was looked for.
        reason: String,
    },
    /// The solver does not run, or ends in a way that it should not.
    #[error("{solver}: {reason}")]
    Failed {
        /// Its name.
        solver: String,
        /// What went wrong.
        reason: String,
    },
    /// The solver says that no point meets the rows.
    #[error("{solver} says that no point meets all rows")]
    Infeasible {
        /// Its name.
        solver: String,
    },
    /// The solver's point violates the program.
    #[error("the point that {solver} returned violates the program: {violation}")]
    Violated {
        /// Its name.
        solver: String,
        /// What is violated.
        violation: String,
    },
    /// The program takes quadratic terms that the solver does not.
    #[error("{solver} does not minimise quadratic objectives")]
    Quadratic {
        /// Its name.
        solver: String,
    },
}

impl MipSolution {
    /// A solver's answer, its point rounded where variables are whole and checked. That of a solver that claims optimality without a
    /// bound is its own objective.
    ///
    /// # Errors
    /// [`MipSolveError::Violated`] when the point is none of the program.
    pub fn checked(
        solver: &str,
        mip: &Mip,
        values: Option<Vec<f64>>,
        status: SampleStatus,
        bound: Option<f64>,
    ) -> Result<Self, MipSolveError> {
        let Some(mut values) = values else {
            return Ok(Self { values: None, status, bound: bound.filter(|bound| bound.is_finite()) });
        };
        let violated = |violation: String| MipSolveError::Violated { solver: solver.to_owned(), violation };
        for (variable, value) in mip.variables().iter().zip(&mut values) {
            let rounded = value.round();
            if variable.kind != VariableKind::Continuous && (*value - rounded).abs() <= TOLERANCE {
                // adding zero makes no minus zero
                *value = rounded + 0.0;
            }
        }
        mip.check(&values, TOLERANCE).map_err(|violation: Violation| violated(violation.to_string()))?;
        let claimed = (status == SampleStatus::Optimal).then(|| mip.objective(&values));
        Ok(Self { values: Some(values), status, bound: bound.filter(|bound| bound.is_finite()).or(claimed) })
    }
}
