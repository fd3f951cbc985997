//! Runs solvers of mixed-integer programs that are installed on the machine: HiGHS, SCIP, Gurobi and CBC.
//!
//! None of them is needed to build this crate or to pass its tests: [`InstalledSolver::find`] looks for them at run time. HiGHS is
//! taken as a library where there is one, else as a program, else through Python, whose package `highspy` has a library in some versions
//! and none in others; the others are programs. It is a separate crate because it starts processes and loads foreign code, which the libraries do not.
//!
//! What a solver returns is checked: its point is rounded and held against all rows
//! ([`MipSolution::checked`](isinglass_qubo::mip_solver::MipSolution::checked)). Its bound is its word, and is passed on as that.
//!
//! Solvers run on one thread unless more are asked for, because with more than one CBC's results are not the same every time.

mod find;
mod highs;
mod program;
mod solver;
#[cfg(test)]
mod tests;

pub use find::{FindError, SearchLocations, SolverKind};
pub use solver::InstalledSolver;
