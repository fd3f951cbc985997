//! HiGHS's program.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use super::{Limits, MODEL, SOLUTION, SolverProgram, after, number};
use crate::solver::AnswerStatus;

const OPTIONS: &str = "options.txt";

pub(super) struct Highs;

impl SolverProgram for Highs {
    fn version_arguments(&self) -> &'static [&'static str] {
        &["--version"]
    }

    fn before_version(&self) -> &'static str {
        "HiGHS version "
    }

    fn prepare(&self, command: &mut Command, folder: &Path, limits: &Limits) -> std::io::Result<()> {
        // its own default stops within 0.01 % of the optimum
        let mut options = format!(
            "mip_rel_gap = 0\nrandom_seed = {}\nthreads = {}\nwrite_solution_to_file = true\nsolution_file = {SOLUTION}\n",
            limits.seed, limits.threads
        );
        if let Some(time) = limits.time {
            writeln!(options, "time_limit = {time}").expect("a text takes text");
        }
        std::fs::write(folder.join(OPTIONS), options)?;
        command.args(["--options_file", OPTIONS, MODEL]);
        Ok(())
    }

    fn status(&self, log: &str, solution: &str) -> AnswerStatus {
        let status = after(log, "Status  ").or_else(|| solution.lines().nth(1)).unwrap_or("no status");
        match status.trim() {
            "Optimal" | "Empty" => AnswerStatus::Optimal,
            "Infeasible" => AnswerStatus::Infeasible,
            "Time limit reached" => AnswerStatus::TimeLimit,
            "Interrupted by user" => AnswerStatus::Interrupted,
            other => AnswerStatus::Other(format!("it ended with `{other}`")),
        }
    }

    fn bound(&self, log: &str) -> Option<f64> {
        number(after(log, "Dual bound")?)
    }

    fn value<'a>(&self, line: &'a str) -> Option<(&'a str, f64)> {
        let (name, value) = line.split_once(' ')?;
        Some((name, value.trim().parse().ok()?))
    }

    fn has_point(&self, solution: &str) -> bool {
        solution.lines().skip_while(|line| *line != "# Primal solution values").nth(1) == Some("Feasible")
    }
}
