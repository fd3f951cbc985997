//! `isinglass solve`: the sample of least energy of any QUBO or Ising problem.

mod report;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use isinglass_qubo::io::{WriteError, write_atomically, write_samples};
use isinglass_qubo::sampler::Sampling;

use crate::app::Outcome;
use crate::arguments::problem::{Problem, ProblemArguments};
use crate::arguments::solver::SolverArguments;
use crate::failure::Failure;
use crate::files::{cannot_write, check_places};
use crate::output::number::compact;
use crate::session::Session;
use report::{Run, SolveReport};

/// Which problem, how, and where the samples go.
#[derive(Args, Debug)]
pub(crate) struct SolveArguments {
    #[command(flatten)]
    problem: ProblemArguments,
    #[command(flatten)]
    solver: SolverArguments,
    /// Write all samples to this file, as dimod's SampleSet in JSON
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
}

/// Reads the problem, samples it, and shows what came of it.
///
/// # Errors
/// A [`Failure`] when the problem cannot be read, the sampler cannot run on it, or the samples cannot be written.
pub(crate) fn run(arguments: &SolveArguments, session: &Session) -> Result<Outcome, Failure> {
    check_places([&arguments.out])?;
    let problem = arguments.problem.read()?;
    let bqm = &problem.file.bqm;
    let chosen = arguments.solver.choose(bqm);
    let solver = chosen.sampler.name();

    let sampling_arguments = &arguments.solver.sampling;
    let cancel = session.interrupted()?;
    let bar = session.bar(solver);
    let start = Instant::now();
    let sampling = chosen.sampler.sample(bqm, &sampling_arguments.control(cancel, &bar))?;
    let seconds = start.elapsed().as_secs_f64();
    drop(bar);

    if let Some(path) = &arguments.out {
        write(path, &problem, &sampling)?;
    }
    let run = Run {
        solver,
        reason: chosen.reason,
        seed: sampling_arguments.seed,
        target: sampling_arguments.target,
        seconds,
        sampling: &sampling,
    };
    session.output().report(&SolveReport::new(&problem, run))?;
    Ok(outcome(&sampling, sampling_arguments.target))
}

fn write(path: &Path, problem: &Problem, sampling: &Sampling) -> Result<(), Failure> {
    let labels = problem.file.labels.as_deref();
    write_atomically(path, |file| write_samples(&sampling.samples, problem.file.bqm.vartype(), labels, file))
        .map_err(|error: WriteError| Failure::from(error).context(cannot_write(path)))
}

/// Whether the target, if there is one, was met.
fn outcome(sampling: &Sampling, target: Option<f64>) -> Outcome {
    let best = sampling.best().map(|row| row.energy);
    match (target, best) {
        (Some(target), Some(best)) if best > target => {
            Outcome::GoalNotMet(format!("the best energy {} is above the target {}", compact(best), compact(target)))
        }
        (Some(_), None) => Outcome::GoalNotMet("there is no sample to compare with the target".to_owned()),
        _ => Outcome::Done,
    }
}
