//! CBC's program.

use std::path::Path;
use std::process::Command;

use super::{Limits, MODEL, SOLUTION, SolverProgram, after, number};
use crate::solver::AnswerStatus;

/// A bound is printed with three digits after the point; half of the last one may have been added.
const ROUNDING: f64 = 0.0005;

pub(super) struct Cbc;

/// The first line of the solution file.
fn headline(solution: &str) -> &str {
    solution.lines().next().unwrap_or_default()
}

impl SolverProgram for Cbc {
    fn version_arguments(&self) -> &'static [&'static str] {
        &["-quit"]
    }

    fn before_version(&self) -> &'static str {
        "Version:"
    }

    fn prepare(&self, command: &mut Command, _folder: &Path, limits: &Limits) -> std::io::Result<()> {
        command.arg(MODEL).args(["-randomSeed", &limits.seed.to_string(), "-randomCbcSeed", &limits.seed.to_string()]);
        // one thread is asked for by no thread: with `-threads 1` it starts another one
        if limits.threads > 1 {
            command.args(["-threads", &limits.threads.to_string()]);
        }
        if let Some(time) = limits.time {
            command.args(["-timeMode", "elapsed", "-sec", &time.to_string()]);
        }
        command.args(["-ratioGap", "0", "-allowableGap", "0", "-solve", "-solution", SOLUTION, "-quit"]);
        Ok(())
    }

    fn status(&self, log: &str, solution: &str) -> AnswerStatus {
        let line = headline(solution);
        if line.starts_with("Optimal") {
            return AnswerStatus::Optimal;
        }
        if line.starts_with("Infeasible") || line.starts_with("Integer infeasible") {
            return AnswerStatus::Infeasible;
        }
        match after(log, "Result - ").unwrap_or_default() {
            result if result.starts_with("User ctrl-c") => AnswerStatus::Interrupted,
            result if result.starts_with("Stopped on time") || line.starts_with("Stopped on time") => {
                AnswerStatus::TimeLimit
            }
            _ if line.is_empty() => AnswerStatus::Other("it wrote no solution file".to_owned()),
            _ => AnswerStatus::Other(format!("it ended with `{line}`")),
        }
    }

    fn bound(&self, log: &str) -> Option<f64> {
        // CBC omits this line if it found the optimum
        number(after(log, "Lower bound:")?).map(|bound| bound - ROUNDING)
    }

    fn value<'a>(&self, line: &'a str) -> Option<(&'a str, f64)> {
        let mut words = line.trim_start_matches('*').split_ascii_whitespace().skip(1);
        Some((words.next()?, words.next()?.parse().ok()?))
    }

    fn has_point(&self, solution: &str) -> bool {
        let line = headline(solution);
        let is_stopped = line.starts_with("Stopped") && !line.contains("no integer solution");
        (line.starts_with("Optimal") || is_stopped) && !solution.lines().any(|line| line.starts_with("**"))
    }
}
