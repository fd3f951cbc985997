//! `isinglass tts`: how often a read of a solver meets a target, and how long it takes until one does.

mod report;

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::Args;
use isinglass_qubo::RunControl;
use isinglass_qubo::time_to_solution::{self, Effort, scan};

use crate::app::Outcome;
use crate::arguments::problem::{Problem, ProblemArguments};
use crate::arguments::solver::{Call, SolverArguments, without_chip};
use crate::arguments::value;
use crate::failure::Failure;
use crate::output::number::compact;
use crate::session::Session;
use report::TtsReport;

/// Numbers of sweeps that are tried unless the user names some: three to a decade.
const SWEEPS: [u64; 16] =
    [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000];

/// Which problem, which target, which solver, and how carefully.
#[derive(Args, Debug)]
#[command(mut_args = without_chip)]
pub(crate) struct TtsArguments {
    #[command(flatten)]
    problem: ProblemArguments,
    #[command(flatten)]
    solver: SolverArguments,
    /// Success is a cut of at least this weight, for max-cut files
    #[arg(long, value_name = "CUT", value_parser = value::finite, allow_hyphen_values = true, conflicts_with = "target", help_heading = "Measurement")]
    target_cut: Option<f64>,
    /// Numbers of sweeps to measure, such as 100,1000,10000 [default: 10, 20, 50, 100, ... until the time to solution rises]
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = value::count, help_heading = "Measurement")]
    sweeps: Vec<NonZeroUsize>,
    /// Reads for each number of sweeps; fewer where --seconds are over
    #[arg(long, value_name = "N", value_parser = value::count, default_value = "1000", help_heading = "Measurement")]
    min_reads: NonZeroUsize,
    /// Time limit for each number of sweeps, such as 10s
    #[arg(long, value_name = "TIME", value_parser = value::duration, default_value = "10s", help_heading = "Measurement")]
    seconds: Duration,
}

/// What counts as success.
#[derive(Clone, Copy, Debug)]
struct Target {
    energy: f64,
    /// Whether the file states it, rather than the user.
    is_of_file: bool,
}

impl TtsArguments {
    /// The energy or cut that the user names, else the optimum that the file states.
    ///
    /// # Errors
    /// A [`Failure`] when there is none, or when it is worse than the mean of all samples.
    fn target(&self, problem: &Problem) -> Result<Target, Failure> {
        let (file, mean) = (&problem.file, problem.file.bqm.mean_energy());
        let is_max_cut = file.total_weight.is_some();
        let own = |energy| Target { energy, is_of_file: false };
        let target = match (self.solver.options.sampling.target, self.target_cut) {
            (Some(energy), _) => own(energy),
            (None, Some(cut)) => own(file.energy_of_cut(cut).ok_or_else(|| {
                Failure::input(format!("--target-cut: {} is not a max-cut file", problem.source))
                    .with_hint("name an energy with --target ENERGY")
            })?),
            (None, None) => {
                let known = file.optimum.map(|energy| Target { energy, is_of_file: true });
                let hint = match is_max_cut {
                    true => "name a cut with --target-cut CUT, or an energy with --target ENERGY",
                    false => "name an energy with --target ENERGY",
                };
                known.ok_or_else(|| Failure::input("no success target specified").with_hint(hint))?
            }
        };
        if target.energy > mean + 1e-9 * mean.abs() {
            let found = format!(
                "the target energy {} is above the mean {} of all samples",
                compact(target.energy),
                compact(mean)
            );
            let failure = Failure::input(found).because("random samples meet it");
            return Err(match (is_max_cut, self.target_cut) {
                (true, None) => failure
                    .with_hint(format!("--target is an energy; for a cut use --target-cut {}", compact(target.energy))),
                (true, Some(_)) => failure.with_hint("name a larger cut"),
                (false, _) => failure.with_hint("name a lower energy"),
            });
        }
        Ok(target)
    }
}

/// Measures setting after setting, and shows the table.
///
/// # Errors
/// A [`Failure`] when the problem cannot be read, there is no target, or the solver cannot run on the problem.
pub(crate) fn run(arguments: &TtsArguments, session: &Session) -> Result<Outcome, Failure> {
    let problem = arguments.problem.read()?;
    let bqm = &problem.file.bqm;
    let SolverArguments { solver, options } = &arguments.solver;
    options.check(*solver)?;
    let sampling = &options.sampling;
    let sweeps: Vec<u64> = match (solver.has_sweeps(), arguments.sweeps.is_empty()) {
        (false, true) => vec![0],
        (false, false) => {
            return Err(Failure::input(format!("--sweeps: {} makes no sweeps", solver.text())));
        }
        (true, true) => match sampling.num_sweeps {
            Some(sweeps) => vec![sweeps.get() as u64],
            None => SWEEPS.to_vec(),
        },
        (true, false) => arguments.sweeps.iter().map(|sweeps| sweeps.get() as u64).collect(),
    };
    let target = arguments.target(&problem)?;
    let effort = Effort { num_reads: arguments.min_reads.get() as u64, seconds: arguments.seconds.as_secs_f64() };
    let cancel = session.interrupted()?;
    let bar = session.bar(solver.text()).until(sampling.deadline());
    // a target does not stop the run here
    let control = RunControl { target: None, ..sampling.control(cancel, &bar) };
    options.check_memory(bqm, &control)?;
    let make = |num_sweeps, one: time_to_solution::Call| {
        let call = Call::of(sampling);
        options.make(
            *solver,
            Call {
                num_reads: call.num_reads.or(Some(one.num_reads)),
                num_sweeps: Some(num_sweeps),
                seed: call.seed.wrapping_add(one.seed),
                ..call
            },
        )
    };
    let measurements = scan(bqm, target.energy, &sweeps, make, effort, &control, |_| ())?;
    drop(bar);
    let report = TtsReport::new(&problem, *solver, target, sampling.seed, measurements);
    if report.is_too_easy() {
        session.output().note(
            "the first read of every batch met the target: it is too easy to measure a time to solution; choose a lower energy \
             or a larger problem",
        );
    }
    session.output().report(&report)?;
    Ok(match report.least_energy() {
        Some(_) if report.has_success() => Outcome::Done,
        Some(least) => Outcome::GoalNotMet(format!(
            "no read met the target {}, the best energy is {}",
            compact(target.energy),
            compact(least)
        )),
        None => Outcome::GoalNotMet("there is no read".to_owned()),
    })
}
