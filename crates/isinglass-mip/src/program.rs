//! Solvers as executables: a model file in, a solution file and a log out.

mod cbc;
mod gurobi;
mod highs;
mod highspy;
mod process;
mod scip;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use isinglass_qubo::RunControl;
use isinglass_qubo::io::{Format, WriteNote, write_mip};
use isinglass_qubo::mip::Mip;

use crate::find::SolverKind;
use crate::solver::{Answer, AnswerStatus};
use process::End;
pub(crate) use process::output_of;

/// The problem, in the folder of the run.
const MODEL: &str = "model.mps";
/// The solution, in the same folder, where its ending does not matter.
const SOLUTION: &str = "solution.txt";
/// Grace period after the time limit for a solver to end by itself: this share of the limit, and at least this long.
const GRACE: (f64, Duration) = (0.05, Duration::from_millis(50));
/// Solvers that know no infinity say this or more.
const INFINITE: f64 = 1e19;

/// Settings of a run, in addition to the problem.
pub(crate) struct Limits {
    seed: u32,
    threads: usize,
    /// Seconds.
    time: Option<f64>,
}

/// Command-line interface of a solver.
pub(crate) trait SolverProgram: Sync {
    /// Arguments that make it print its version and end.
    fn version_arguments(&self) -> &'static [&'static str];

    /// Text before the version in the output.
    fn before_version(&self) -> &'static str;

    /// Writes what files it needs, and adds the arguments for a run in `folder`, which is its working directory.
    fn prepare(&self, command: &mut Command, folder: &Path, limits: &Limits) -> std::io::Result<()>;

    /// The file that it writes its solution to, in the same folder.
    fn solution(&self) -> &'static str {
        SOLUTION
    }

    /// How it says that it ended, from its log and its solution file.
    fn status(&self, log: &str, solution: &str) -> AnswerStatus;

    /// The bound in its log.
    fn bound(&self, log: &str) -> Option<f64>;

    /// A line of the solution file as the name and the value of a variable; anything else gives nothing or an unknown name.
    fn value<'a>(&self, line: &'a str) -> Option<(&'a str, f64)>;

    /// Whether its solution file holds a feasible point.
    fn has_point(&self, solution: &str) -> bool;
}

/// Interface of each executable.
#[derive(Clone, Copy)]
pub(crate) struct Dialect(&'static dyn SolverProgram);

impl Dialect {
    pub(crate) fn of(kind: SolverKind) -> Self {
        Self(match kind {
            SolverKind::Highs => &highs::Highs,
            SolverKind::Scip => &scip::Scip,
            SolverKind::Gurobi => &gurobi::Gurobi,
            SolverKind::Cbc => &cbc::Cbc,
        })
    }

    /// Interface of HiGHS in Python.
    pub(crate) fn of_python() -> Self {
        Self(&highspy::Highspy)
    }

    pub(crate) fn version_arguments(self) -> &'static [&'static str] {
        self.0.version_arguments()
    }

    /// The version in what the program printed.
    pub(crate) fn version_in(self, text: &str) -> Option<String> {
        let (_, rest) = text.split_once(self.0.before_version())?;
        let version: String = rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let version = version.trim_end_matches('.');
        (!version.is_empty()).then(|| version.to_owned())
    }

    /// Parses log and solution file. A variable that is not in the file is zero.
    fn answer(self, names: &HashMap<&str, usize>, log: &str, solution: &str) -> Answer {
        let values = self.0.has_point(solution).then(|| {
            let mut values = vec![0.0; names.len()];
            for (name, value) in solution.lines().filter_map(|line| self.0.value(line)) {
                if let Some(&index) = names.get(name) {
                    values[index] = value;
                }
            }
            values
        });
        let bound = self.0.bound(log).filter(|bound| bound.abs() < INFINITE);
        Answer { status: self.0.status(log, solution), values, bound }
    }
}

/// A run of a program.
pub(crate) struct Job<'a> {
    pub(crate) program: &'a Path,
    pub(crate) dialect: Dialect,
    pub(crate) seed: u32,
    pub(crate) threads: usize,
    pub(crate) scratch: &'a Path,
}

impl Job<'_> {
    /// Writes the problem to a temporary directory, runs the program there until it is done or `control` stops it, and reads its output.
    pub(crate) fn run(&self, mip: &Mip, control: &RunControl<'_>) -> Result<Answer, String> {
        let text = |error: std::io::Error| error.to_string();
        let folder = tempfile::Builder::new().prefix("isinglass-mip-").tempdir_in(self.scratch).map_err(text)?;
        let keeps_names = write_model(&folder.path().join(MODEL), mip)?;
        let time = control.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()).as_secs_f64());
        let limits = Limits { seed: self.seed, threads: self.threads, time };
        let mut command = Command::new(self.program);
        command.current_dir(folder.path());
        self.dialect.0.prepare(&mut command, folder.path(), &limits).map_err(text)?;
        let grace = GRACE.1.max(Duration::try_from_secs_f64(time.unwrap_or(0.0) * GRACE.0).unwrap_or_default());
        let deadline = control.deadline.and_then(|end| end.checked_add(grace));
        let output = process::run(command, folder.path(), &RunControl { deadline, ..*control }).map_err(text)?;
        let solution = fs::read(folder.path().join(self.dialect.0.solution())).unwrap_or_default();
        let solution = String::from_utf8_lossy(&solution);
        let own_names: Vec<String> = match keeps_names {
            true => mip.variables().iter().map(|variable| variable.name.clone()).collect(),
            false => (0..mip.num_variables()).map(|index| format!("x{index}")).collect(),
        };
        let names = own_names.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
        let mut answer = self.dialect.answer(&names, &output.text, &solution);
        match (output.end, &answer.status) {
            (_, AnswerStatus::Optimal | AnswerStatus::Infeasible) => {}
            (End::Stopped, _) => answer.status = AnswerStatus::Interrupted,
            (End::Failed(how), AnswerStatus::Other(_)) => {
                answer.status = AnswerStatus::Other(excerpt(&how, &output.text))
            }
            (End::Done, AnswerStatus::Other(how)) => answer.status = AnswerStatus::Other(excerpt(how, &output.text)),
            _ => {}
        }
        Ok(answer)
    }
}

/// Whether variables have their own names in the file; else they are `x0`, `x1`, ...
fn write_model(path: &Path, mip: &Mip) -> Result<bool, String> {
    let file = File::create(path).map_err(|error| error.to_string())?;
    let report = write_mip(mip, Format::Mps, BufWriter::new(file)).map_err(|error| error.to_string())?;
    Ok(!report.notes.contains(&WriteNote::LabelsLeftOut))
}

/// Error message with the last lines that the program printed.
fn excerpt(how: &str, text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(3)..].join(" | ");
    if last.is_empty() { how.to_owned() } else { format!("{how}: {last}") }
}

/// The rest of the first line that begins with `start`, white space apart.
fn after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.trim_start().strip_prefix(start)).map(str::trim)
}

/// The number that a text begins with.
fn number(text: &str) -> Option<f64> {
    text.split([' ', '\t', ',']).next()?.parse().ok()
}
