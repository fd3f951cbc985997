//! An installed solver of mixed-integer programs: which one, where it is looked for, and what is said of its claims.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use clap::{Args, ValueEnum};
use isinglass_mip::{FindError, InstalledSolver, SearchLocations, SolverKind};
use isinglass_qubo::RunControl;
use isinglass_qubo::mip::Mip;
use isinglass_qubo::mip_solver::{MipClaim, MipSampler, MipSolution, MipSolveError, MipSolver};

use crate::arguments::value;
use crate::failure::Failure;
use crate::output::number::{compact, count};

/// Names the library or the program of HiGHS, or a Python that has it.
const HIGHS: &str = "ISINGLASS_HIGHS";

/// Name the folders of virtual environments of Python that are active.
const ENVIRONMENTS: [&str; 2] = ["VIRTUAL_ENV", "CONDA_PREFIX"];

/// The path in a variable of the environment, if there is one.
fn path_in(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// By how much a bound may be above an energy and still be called the same.
const TOLERANCE: f64 = 1e-6;

/// Which installed solver.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Mixed-integer programs")]
pub(crate) struct MipArguments {
    /// Installed solver: highs, scip, gurobi, cbc, or auto, the first of them that is found; HiGHS is also found in Python's
    /// highspy, or where ISINGLASS_HIGHS says [default: auto]
    #[arg(long, value_name = "NAME", ignore_case = true)]
    pub(super) mip_solver: Option<MipSolverName>,
    /// Threads of that solver [default: 1]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(super) mip_threads: Option<NonZeroUsize>,
}

/// Names of the arguments above.
pub(super) const FLAGS: [&str; 2] = ["mip_solver", "mip_threads"];

/// An installed solver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MipSolverName {
    /// The first that is found.
    #[value(help = None)]
    Auto,
    /// HiGHS.
    #[value(help = None)]
    Highs,
    /// SCIP.
    #[value(help = None)]
    Scip,
    /// Gurobi.
    #[value(help = None)]
    Gurobi,
    /// CBC.
    #[value(help = None)]
    Cbc,
}

impl MipSolverName {
    fn kind(self) -> Option<SolverKind> {
        match self {
            Self::Auto => None,
            Self::Highs => Some(SolverKind::Highs),
            Self::Scip => Some(SolverKind::Scip),
            Self::Gurobi => Some(SolverKind::Gurobi),
            Self::Cbc => Some(SolverKind::Cbc),
        }
    }
}

impl MipArguments {
    /// The solver, looked for once: its place does not change while the program runs.
    fn find(&self) -> Result<Arc<InstalledSolver>, FindError> {
        static FOUND: OnceLock<Result<Arc<InstalledSolver>, FindError>> = OnceLock::new();
        let look = || {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let surroundings = SearchLocations {
                path: std::env::split_paths(&path).collect(),
                environments: ENVIRONMENTS.iter().filter_map(|name| path_in(name)).collect(),
                highs: path_in(HIGHS),
                scratch: std::env::temp_dir(),
            };
            let wanted = self.mip_solver.and_then(MipSolverName::kind);
            InstalledSolver::find(wanted, &surroundings, self.threads()).map(Arc::new)
        };
        FOUND.get_or_init(look).clone()
    }

    /// The solver.
    ///
    /// # Errors
    /// A [`Failure`] that says what to install.
    pub(crate) fn installed(&self) -> Result<Arc<dyn MipSolver>, Failure> {
        let solver = self.find().map_err(|error| {
            let hint = match &error {
                FindError::NotHighs { .. } => {
                    format!("{HIGHS} names the library libhighs, the program highs, or a Python that imports highspy")
                }
                _ => format!(
                    "install one of them, for instance with `pip install highspy`; \
                     if HiGHS is elsewhere, set {HIGHS} to its library, its program, or the Python that imports highspy"
                ),
            };
            Failure::from_error(&error).with_hint(hint)
        })?;
        Ok(solver)
    }

    /// The solver that was named, or any that is installed; nothing if none was named and none is there.
    ///
    /// # Errors
    /// A [`Failure`] when the one that was named is not there.
    pub(crate) fn if_installed(&self) -> Result<Option<Arc<dyn MipSolver>>, Failure> {
        match (self.find(), self.mip_solver) {
            (Err(FindError::NotFound { .. }), None | Some(MipSolverName::Auto)) => Ok(None),
            _ => self.installed().map(Some),
        }
    }

    /// Threads of the solver.
    pub(crate) fn threads(&self) -> usize {
        self.mip_threads.map_or(1, NonZeroUsize::get)
    }

    /// The solver as a sampler of QUBOs; that there is none is found out when it samples.
    pub(super) fn sampler(&self, seed: u64) -> MipSampler {
        MipSampler { solver: Arc::new(Late(self.clone())), seed }
    }
}

/// A solver that is looked for when it is needed.
struct Late(MipArguments);

impl MipSolver for Late {
    fn name(&self) -> String {
        self.0.find().map_or_else(|_| "mip".to_owned(), |solver| solver.name())
    }

    fn takes_quadratic_objectives(&self) -> bool {
        self.0.find().is_ok_and(|solver| solver.takes_quadratic_objectives())
    }

    fn solve(&self, mip: &Mip, seed: u64, control: &RunControl<'_>) -> Result<MipSolution, MipSolveError> {
        let solver = self.0.find().map_err(|error| MipSolveError::NotFound { reason: error.to_string() })?;
        solver.solve(mip, seed, control)
    }
}

/// What a solver claims, in a few lines; `value` is the energy or the loss that was computed here.
pub(crate) fn claim_lines(claim: &MipClaim, value: Option<f64>) -> Vec<String> {
    let MipClaim { solver, num_variables, num_rows, num_nonzeros, .. } = claim;
    let size = format!(
        "{solver}: {} and {} with {}",
        count(*num_variables, "variable", "variables"),
        count(*num_rows, "row", "rows"),
        count(*num_nonzeros, "coefficient", "coefficients")
    );
    let claimed = match (claim.bound, value) {
        (None, _) => format!("{solver} returned no bound"),
        (Some(bound), Some(value)) if bound > value + TOLERANCE => {
            format!("{solver} claims that nothing is below {}, which is wrong", compact(bound))
        }
        (Some(bound), _) if claim.optimal => {
            format!("optimal according to {solver}: bound {}, not checked by isinglass", compact(bound))
        }
        (Some(bound), Some(value)) => format!(
            "bound {} according to {solver}, not checked by isinglass: a gap of {}",
            compact(bound),
            compact(value - bound)
        ),
        (Some(bound), None) => format!("bound {} according to {solver}, not checked by isinglass", compact(bound)),
    };
    vec![size, claimed]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_told_as_claims() {
        let claim = |optimal, bound| MipClaim {
            solver: "HiGHS 1.15.1".to_owned(),
            num_variables: 10,
            num_rows: 1,
            num_nonzeros: 20,
            objective: Some(5.0),
            optimal,
            bound,
        };
        let last = |claim: MipClaim, value| claim_lines(&claim, value).pop().unwrap();
        insta::assert_snapshot!(claim_lines(&claim(true, Some(5.0)), Some(5.0)).join("\n"), @r"
        HiGHS 1.15.1: 10 variables and 1 row with 20 coefficients
        optimal according to HiGHS 1.15.1: bound 5, not checked by isinglass
        ");
        insta::assert_snapshot!(last(claim(false, Some(3.5)), Some(5.0)), @"bound 3.5 according to HiGHS 1.15.1, not checked by isinglass: a gap of 1.5");
        insta::assert_snapshot!(last(claim(true, Some(6.0)), Some(5.0)), @"HiGHS 1.15.1 claims that nothing is below 6, which is wrong");
        insta::assert_snapshot!(last(claim(false, None), Some(5.0)), @"HiGHS 1.15.1 returned no bound");
        insta::assert_snapshot!(last(claim(false, Some(3.5)), None), @"bound 3.5 according to HiGHS 1.15.1, not checked by isinglass");
    }
}
