//! Runs installed MIP solvers: HiGHS, SCIP, Gurobi and CBC.
//!
//! None of them is needed to build this crate or to pass its tests: [`InstalledSolver::find`] searches for them at run time. HiGHS is
//! loaded as a library if available, else run as a program, else through Python, whose package `highspy` includes a library in some
//! versions; the others are run as programs. It is a separate crate because it starts processes and loads foreign code.
//!
//! Results are checked: the solution is rounded and all constraints are evaluated
//! ([`MipSolution::checked`](isinglass_qubo::mip_solver::MipSolution::checked)). The bound is reported as the solver's claim.
//!
//! Solvers run on one thread by default, because CBC's results vary from run to run with more than one.

mod find;
mod highs;
mod program;
mod solver;
#[cfg(test)]
mod tests;

pub use find::{FindError, SearchLocations, SolverKind};
pub use solver::InstalledSolver;
