//! `isinglass bench`: a table of solvers over a folder of problems.

mod report;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Instant;

use clap::Args;
use isinglass_qubo::io::Format;
use isinglass_qubo::sampler::PartProgress;

use crate::app::Outcome;
use crate::arguments::problem::{Problem, ProblemArguments, VartypeName};
use crate::arguments::solver::{SolverName, SolverOptions, without_emulator};
use crate::failure::Failure;
use crate::files::is_standard;
use crate::session::Session;
use report::{BenchReport, Line};

/// Which problems, which solvers.
#[derive(Args, Debug)]
#[command(mut_args = without_emulator)]
pub(crate) struct BenchArguments {
    /// Folder of problem files, or one file or `-`; files without a known ending are passed over
    #[arg(value_name = "FOLDER", help_heading = "Problem")]
    folder: PathBuf,
    /// Values of the variables, for files that do not say: 0/1 or -1/+1
    #[arg(long, value_name = "VARTYPE", ignore_case = true, help_heading = "Problem")]
    vartype: Option<VartypeName>,
    /// Samplers, such as sa,tabu
    #[arg(
        long,
        visible_alias = "solver",
        value_name = "SOLVER,...",
        value_delimiter = ',',
        default_value = "auto",
        help_heading = "Solver"
    )]
    solvers: Vec<SolverName>,
    /// What all samplers share; the time limit is for each run.
    #[command(flatten)]
    options: SolverOptions,
}

/// Runs every solver on every problem, and shows the table. A solver that refuses a problem is a line of the table, too.
///
/// # Errors
/// A [`Failure`] when the folder or one of its problems cannot be read.
pub(crate) fn run(arguments: &BenchArguments, session: &Session) -> Result<Outcome, Failure> {
    for &solver in &arguments.solvers {
        arguments.options.check(solver)?;
    }
    let problems = problems(arguments)?;
    let cancel = session.interrupted()?;
    let mut lines = Vec::new();
    let options = &arguments.options;
    let num_parts = problems.len() * arguments.solvers.len();
    let bar = session.bar("bench");
    'all: for problem in &problems {
        for &solver in &arguments.solvers {
            let part = PartProgress { whole: &bar, part: lines.len(), num_parts };
            let start = Instant::now();
            let result = options.sample(solver, &problem.file.bqm, &options.sampling.control(cancel, &part));
            let seconds = start.elapsed().as_secs_f64();
            lines.push(Line::new(problem, solver, result, seconds));
            if cancel.load(Ordering::Relaxed) {
                break 'all;
            }
        }
    }
    drop(bar);
    session.output().report(&BenchReport::new(options.sampling.seed, lines))?;
    Ok(Outcome::Done)
}

/// The problems of a folder by name, or the one problem.
fn problems(arguments: &BenchArguments) -> Result<Vec<Problem>, Failure> {
    let folder = &arguments.folder;
    let cannot = |error: std::io::Error| {
        Failure::from_error(&error).context(format!("cannot read the folder {}", folder.display()))
    };
    let mut files = vec![folder.clone()];
    if !is_standard(folder) && fs::metadata(folder).map_err(cannot)?.is_dir() {
        let entries = fs::read_dir(folder).map_err(cannot)?.collect::<Result<Vec<_>, _>>().map_err(cannot)?;
        files =
            entries.into_iter().map(|entry| entry.path()).filter(|path| Format::from_path(path).is_some()).collect();
        files.sort();
        if files.is_empty() {
            let endings = Format::all().map(Format::ending).collect::<Vec<_>>().join(", ");
            return Err(Failure::input(format!("there is no problem in the folder {}", folder.display()))
                .with_hint(format!("problem files end in {endings}")));
        }
    }
    let read = |file| ProblemArguments { file, format: None, vartype: arguments.vartype, sense: None }.read();
    files.into_iter().map(read).collect()
}
