//! SCIP's shell, with its commands as arguments. Its search has one thread, however many are asked for.

use std::path::Path;
use std::process::Command;

use super::{Limits, MODEL, SOLUTION, SolverProgram, after, number};
use crate::solver::AnswerStatus;

pub(super) struct Scip;

impl SolverProgram for Scip {
    fn version_arguments(&self) -> &'static [&'static str] {
        &["-v"]
    }

    fn before_version(&self) -> &'static str {
        "SCIP version "
    }

    fn prepare(&self, command: &mut Command, _folder: &Path, limits: &Limits) -> std::io::Result<()> {
        let mut say = |text: String| {
            command.arg("-c").arg(text);
        };
        say(format!("set randomization randomseedshift {}", limits.seed));
        if let Some(time) = limits.time {
            say(format!("set limits time {time}"));
        }
        for text in
            [&format!("read {MODEL}"), "optimize", &format!("write solution {SOLUTION}"), "display statistics", "quit"]
        {
            say(text.to_owned());
        }
        Ok(())
    }

    fn status(&self, log: &str, _solution: &str) -> AnswerStatus {
        let status = after(log, "SCIP Status").unwrap_or_default();
        let reason = status.rsplit_once('[').map_or("no status", |(_, reason)| reason.trim_end_matches(']'));
        match reason {
            "optimal solution found" => AnswerStatus::Optimal,
            "infeasible" => AnswerStatus::Infeasible,
            "time limit reached" => AnswerStatus::TimeLimit,
            "user interrupt" => AnswerStatus::Interrupted,
            other => AnswerStatus::Other(format!("it ended with `{other}`")),
        }
    }

    fn bound(&self, log: &str) -> Option<f64> {
        number(after(log, "Dual Bound")?.trim_start_matches([' ', ':']))
    }

    fn value<'a>(&self, line: &'a str) -> Option<(&'a str, f64)> {
        let mut words = line.split_ascii_whitespace();
        Some((words.next()?, words.next()?.parse().ok()?))
    }

    fn has_point(&self, solution: &str) -> bool {
        solution.lines().any(|line| line.starts_with("objective value:"))
    }
}
