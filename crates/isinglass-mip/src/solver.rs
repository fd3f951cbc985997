//! Installed solvers as [`MipSolver`]s.

use std::path::PathBuf;

use isinglass_qubo::mip::Mip;
use isinglass_qubo::mip_solver::{MipSolution, MipSolveError, MipSolver};
use isinglass_qubo::{RunControl, SampleStatus};

use crate::find::SolverKind;
use crate::highs::Library;
use crate::program::{Dialect, Job};

/// How a solver is reached.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    Library(Library),
    Program(PathBuf),
    /// A Python that has the package highspy.
    Python(PathBuf),
}

/// Installed MIP solver, see [`InstalledSolver::find`].
#[derive(Clone, Debug)]
pub struct InstalledSolver {
    pub(crate) kind: SolverKind,
    pub(crate) way: Way,
    pub(crate) version: String,
    pub(crate) threads: usize,
    pub(crate) scratch: PathBuf,
}

/// Unchecked answer of a solver.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: AnswerStatus,
    pub(crate) values: Option<Vec<f64>>,
    pub(crate) bound: Option<f64>,
}

/// How a solver says it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AnswerStatus {
    Optimal,
    Infeasible,
    /// Stopped by time.
    TimeLimit,
    /// Stopped by the caller.
    Interrupted,
    /// Another status, as text.
    Other(String),
}

impl InstalledSolver {
    /// Kind of the solver.
    #[must_use]
    pub fn kind(&self) -> SolverKind {
        self.kind
    }

    /// Version, as reported by the solver.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Path of the executable, or of Python for the package highspy; `None` for a library.
    #[must_use]
    pub fn program(&self) -> Option<&std::path::Path> {
        match &self.way {
            Way::Library(_) => None,
            Way::Program(path) | Way::Python(path) => Some(path),
        }
    }

    fn check(&self, mip: &Mip, answer: Answer, control: &RunControl<'_>) -> Result<MipSolution, MipSolveError> {
        let solver = self.name();
        let status = match answer.status {
            AnswerStatus::Optimal => SampleStatus::Optimal,
            AnswerStatus::Infeasible => return Err(MipSolveError::Infeasible { solver }),
            AnswerStatus::TimeLimit => SampleStatus::TimeLimit,
            AnswerStatus::Interrupted => control.should_stop(None).unwrap_or(SampleStatus::Interrupted),
            AnswerStatus::Other(reason) if answer.values.is_none() => {
                return Err(MipSolveError::Failed { solver, reason });
            }
            AnswerStatus::Other(_) => SampleStatus::Heuristic,
        };
        MipSolution::checked(&solver, mip, answer.values, status, answer.bound)
    }
}

impl MipSolver for InstalledSolver {
    fn name(&self) -> String {
        format!("{} {}", self.kind, self.version)
    }

    fn takes_quadratic_objectives(&self) -> bool {
        matches!(self.kind, SolverKind::Scip | SolverKind::Gurobi)
    }

    fn solve(&self, mip: &Mip, seed: u64, control: &RunControl<'_>) -> Result<MipSolution, MipSolveError> {
        if !mip.is_linear() && !self.takes_quadratic_objectives() {
            return Err(MipSolveError::Quadratic { solver: self.name() });
        }
        if let Some(status) = control.should_stop(None) {
            return MipSolution::checked(&self.name(), mip, None, status, None);
        }
        if mip.num_variables() == 0 {
            let (values, bound) = (Some(Vec::new()), Some(mip.offset()));
            return MipSolution::checked(&self.name(), mip, values, SampleStatus::Optimal, bound);
        }
        // all of them take seeds below 2^31
        let seed = (seed % (1 << 31)) as u32;
        let failed = |reason: String| MipSolveError::Failed { solver: self.name(), reason };
        let answer = match &self.way {
            Way::Library(library) => library.solve(mip, seed, self.threads, control).map_err(failed)?,
            Way::Program(program) | Way::Python(program) => {
                let is_python = matches!(self.way, Way::Python(_));
                let dialect = if is_python { Dialect::of_python() } else { Dialect::of(self.kind) };
                let job = Job { program, dialect, seed, threads: self.threads, scratch: &self.scratch };
                job.run(mip, control).map_err(failed)?
            }
        };
        self.check(mip, answer, control)
    }
}
