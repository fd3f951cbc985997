//! Gurobi's program.

use std::path::Path;
use std::process::Command;

use super::{Limits, MODEL, SolverProgram, after, number};
use crate::solver::AnswerStatus;

/// Gurobi tells the format by the ending.
const SOL: &str = "solution.sol";

pub(super) struct Gurobi;

impl SolverProgram for Gurobi {
    fn version_arguments(&self) -> &'static [&'static str] {
        &["--version"]
    }

    fn before_version(&self) -> &'static str {
        "Gurobi Optimizer version "
    }

    fn prepare(&self, command: &mut Command, _folder: &Path, limits: &Limits) -> std::io::Result<()> {
        // its own default stops within 0.01 % of the optimum
        command.args([format!("Seed={}", limits.seed), format!("Threads={}", limits.threads), "MIPGap=0".to_owned()]);
        if let Some(time) = limits.time {
            command.arg(format!("TimeLimit={time}"));
        }
        command.args([format!("ResultFile={SOL}").as_str(), MODEL]);
        Ok(())
    }

    fn solution(&self) -> &'static str {
        SOL
    }

    fn status(&self, log: &str, _solution: &str) -> AnswerStatus {
        let says = |text: &str| log.lines().any(|line| line.starts_with(text));
        if says("Optimal solution found") || says("Optimal objective") {
            AnswerStatus::Optimal
        } else if says("Model is infeasible") || says("Infeasible model") {
            AnswerStatus::Infeasible
        } else if says("Time limit reached") {
            AnswerStatus::TimeLimit
        } else if says("Solve interrupted") {
            AnswerStatus::Interrupted
        } else {
            AnswerStatus::Other("it found no solution".to_owned())
        }
    }

    fn bound(&self, log: &str) -> Option<f64> {
        let (_, rest) = after(log, "Best objective ")?.split_once("best bound ")?;
        number(rest)
    }

    fn value<'a>(&self, line: &'a str) -> Option<(&'a str, f64)> {
        let (name, value) = line.split_once(' ')?;
        Some((name, value.trim().parse().ok()?))
    }

    fn has_point(&self, solution: &str) -> bool {
        solution.lines().any(|line| line.starts_with("# Objective value"))
    }
}
