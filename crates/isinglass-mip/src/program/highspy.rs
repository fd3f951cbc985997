//! HiGHS inside the Python package highspy, which brings no library along in most versions.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::highs::Highs;
use super::{Limits, MODEL, SOLUTION, SolverProgram};
use crate::solver::AnswerStatus;

/// The program that Python runs; it prints and writes what HiGHS's own program does.
const DRIVER: &str = include_str!("highspy.py");

pub(super) struct Highspy;

impl SolverProgram for Highspy {
    fn version_arguments(&self) -> &'static [&'static str] {
        &["-c", DRIVER, "--version"]
    }

    fn before_version(&self) -> &'static str {
        Highs.before_version()
    }

    fn prepare(&self, command: &mut Command, _folder: &Path, limits: &Limits) -> std::io::Result<()> {
        // Python takes a while to start, so the limit is a point in time, not a duration
        let end = limits.time.map(|seconds| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
            (now.as_secs_f64() + seconds).to_string()
        });
        command.args(["-c", DRIVER, MODEL, SOLUTION]);
        command.args([limits.seed.to_string(), limits.threads.to_string(), end.unwrap_or_else(|| "none".to_owned())]);
        Ok(())
    }

    fn status(&self, log: &str, solution: &str) -> AnswerStatus {
        Highs.status(log, solution)
    }

    fn bound(&self, log: &str) -> Option<f64> {
        Highs.bound(log)
    }

    fn value<'a>(&self, line: &'a str) -> Option<(&'a str, f64)> {
        Highs.value(line)
    }

    fn has_point(&self, solution: &str) -> bool {
        Highs.has_point(solution)
    }
}
