//! `isinglass solve`: the sample of least energy of any QUBO or Ising problem.

mod report;
mod sample;

use std::path::{Path, PathBuf};
use std::slice;
use std::time::Instant;

use clap::Args;
use isinglass_chip::embedding::{
    ChainStrength, ControlError, Embedded, EmbeddingCompositeError, EnergyGap, FindError, ScanRow, best_of_scan,
};
use isinglass_chip::qpu::PlanError;
use isinglass_qubo::io::{SampleFormat, UnknownSampleFormat, write_samples_csv, write_samples_with_info};
use isinglass_qubo::race::{MemberResult, PortfolioMember, race};
use isinglass_qubo::sampler::SampleResult;
use isinglass_qubo::{Bqm, RunControl};
use serde_json::{Map, Value};

use crate::app::Outcome;
use crate::arguments::embedding::{EmbeddedOutput, EmbeddingArguments, NAME_A_CHIP, Setup, stopped_early};
use crate::arguments::layout::{LayoutArguments, energy_gap};
use crate::arguments::problem::{Problem, ProblemArguments};
use crate::arguments::solver::{
    Call, Emulation, EmulationOutput, Sampled, SolverArguments, SolverName, SolverOptions, Spent, with_restarts,
};
use crate::failure::Failure;
use crate::files::{check_ending, check_places, output_name, write_with};
use crate::output::number::compact;
use crate::session::Session;
use report::{Run, SolveReport};

/// Which problem, how, and where the samples go.
#[derive(Args, Debug)]
#[command(mut_args = with_restarts)]
pub(crate) struct SolveArguments {
    #[command(flatten)]
    problem: ProblemArguments,
    #[command(flatten)]
    layout: LayoutArguments,
    #[command(flatten)]
    solver: SolverArguments,
    /// Let these samplers, such as sa,pt,tabu, race until --time-limit or --target, a thread for each
    #[arg(long, value_name = "SOLVER,...", value_delimiter = ',', conflicts_with = "solver", help_heading = "Solver")]
    race: Vec<SolverName>,
    #[command(flatten)]
    embedding: EmbeddingArguments,
    /// Write all samples to this file: .json is dimod's SampleSet, .csv the table that pandas makes of it
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Format of the samples: json or csv [default: by the ending of --out, else json]
    #[arg(long, value_name = "FORMAT", value_parser = parse_sample_format, requires = "out", help_heading = "Output")]
    to: Option<SampleFormat>,
    /// Print the whole best sample, however many variables it has
    #[arg(long, help_heading = "Output")]
    print_sample: bool,
}

/// Reads the problem, samples it, and shows what came of it.
///
/// # Errors
/// A [`Failure`] when the problem cannot be read, the sampler cannot run on it, or the samples cannot be written.
pub(crate) fn run(arguments: &SolveArguments, session: &Session) -> Result<Outcome, Failure> {
    if arguments.to.is_none() {
        check_ending(arguments.out.as_deref(), &SampleFormat::ALL.map(SampleFormat::name))?;
    }
    check_places([&arguments.out])?;
    let options = &arguments.solver.options;
    let solvers = if arguments.race.is_empty() { slice::from_ref(&arguments.solver.solver) } else { &arguments.race };
    let setup = arguments.embedding.setup(session.output())?;
    let is_on_chip = setup.is_some() || solvers.contains(&SolverName::QpuEmulator);
    if is_on_chip && !arguments.race.is_empty() {
        return Err(Failure::input("a race is not run on a chip").with_hint("name one --solver"));
    }
    if arguments.race.contains(&SolverName::Mip) {
        return Err(Failure::input("mip makes no rounds to race in").with_hint("name it with --solver mip"));
    }
    for &solver in solvers {
        if setup.is_some() {
            options.check_on_chip(solver)?;
        } else {
            options.check(solver)?;
        }
    }
    if arguments.layout.is_given() && setup.is_none() {
        return Err(Failure::input("--layout requires a chip, whose precision it judges").with_hint(NAME_A_CHIP));
    }
    let problem = arguments.problem.read()?;
    let bqm = &problem.file.bqm;
    let layout = arguments.layout.read(problem.name(), problem.file.labels.as_deref(), bqm.num_variables())?;
    let cancel = session.interrupted()?;
    let name = if arguments.race.is_empty() { arguments.solver.solver.text() } else { "race" };
    let bar = session.bar(name);
    let control = options.sampling.control(cancel, &bar);
    let start = Instant::now();
    let (sampled, standings, on_chip) = match (&setup, arguments.race.as_slice()) {
        (Some(setup), _) => {
            let gap = energy_gap(bqm, layout.as_ref())?;
            let (sampled, on_chip) = run_on_chip(options, arguments.solver.solver, setup, (&problem, gap), &control)?;
            (sampled, Vec::new(), Some(on_chip))
        }
        (None, []) => (options.sample(arguments.solver.solver, bqm, &control)?, Vec::new(), None),
        (None, racers) => {
            let (sampled, standings) = run_race(options, racers, bqm, &control)?;
            (sampled, standings, None)
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    drop(bar);
    let (embedded, emulation) = on_chip.unzip();
    if let Some(note) = embedded.as_ref().and_then(EmbeddedOutput::note) {
        session.output().note(&note);
    }

    if let Some(path) = &arguments.out {
        let labels = problem.file.labels.as_deref();
        let context = |(embedded, setup): (&EmbeddedOutput, &Setup)| {
            ("embedding_context".to_owned(), embedded.context(labels, setup.chain_break_name()))
        };
        let context = embedded.as_ref().zip(setup.as_ref()).map(context);
        let emulated = emulation.as_ref().and_then(Option::as_ref).map(EmulationOutput::info);
        let info: Map<String, Value> = context.into_iter().chain(emulated.into_iter().flatten()).collect();
        let format = arguments.to.or_else(|| SampleFormat::from_path(path)).unwrap_or(SampleFormat::DimodJson);
        if format == SampleFormat::Csv && !info.is_empty() {
            session
                .output()
                .note(&format!("{}: CSV omits the chip details; write JSON to keep them", output_name(path)));
        }
        write(path, format, &problem, &sampled.sampling, info)?;
    }
    let (seed, target) = (options.sampling.seed, options.sampling.target);
    let outcome = outcome(&sampled.sampling, target);
    let run = Run {
        solver: name,
        seed,
        target,
        seconds,
        sampled: &sampled,
        standings,
        embedded,
        emulation: emulation.flatten(),
        is_whole_sample_printed: arguments.print_sample,
    };
    session.output().report(&SolveReport::new(&problem, run))?;
    Ok(outcome)
}

/// Chain strengths of a scan, in units of uniform torque compensation.
const SCAN: [f64; 8] = [0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0];

/// Samples on a chip; a scan of chain strengths comes first and takes half of the time, if there is a limit.
fn run_on_chip(
    options: &SolverOptions,
    solver: SolverName,
    setup: &Setup,
    (problem, gap): (&Problem, Option<EnergyGap>),
    control: &RunControl<'_>,
) -> Result<(Sampled, (EmbeddedOutput, Option<EmulationOutput>)), Failure> {
    let call = Call::of(&options.sampling);
    let emulation = options.emulation(solver, || setup.properties(), setup.num_spin_reversal_transforms)?;
    let make = |seed, embedded: &Embedded| options.on_chip(solver, Call { seed, ..call }, emulation.as_ref(), embedded);
    let mut composite = setup.composite(problem, call.seed, make)?;
    if emulation.is_some() {
        // the emulator shares its reads out among the transforms, as a chip's users do
        composite.num_spin_reversal_transforms = 0;
    }
    let bqm = &problem.file.bqm;
    let failed = |error: EmbeddingCompositeError| match error {
        error @ EmbeddingCompositeError::Find(FindError::NotFound { .. }) => {
            stopped_early(error.into(), control.should_stop(None))
        }
        error => error.into(),
    };
    let mut scan = Vec::new();
    if setup.is_scan() {
        let now = Instant::now();
        let deadline = control.deadline.map(|deadline| now + deadline.saturating_duration_since(now) / 2);
        scan = composite.scan(bqm, &SCAN, &RunControl { deadline, target: None, ..*control }).map_err(failed)?;
        if let Some(best) = best_of_scan(&scan) {
            composite.chain_strength = ChainStrength::Uniform(best.chain_strength);
        }
    }
    let (sampling, report) = composite.sample_embedded(bqm, control).map_err(failed)?;
    drop(composite);
    let time = |emulation: &Emulation| {
        let time = |num_reads| emulation.time(&report.embedded, num_reads);
        // strengths change no qubits, and so no times
        let of_scan: Vec<usize> = scan.iter().map(|row: &ScanRow| row.num_reads).collect();
        let scan_times = of_scan.iter().map(|&num_reads| time(num_reads)).collect::<Result<Vec<_>, _>>()?;
        let of_scan = (!scan.is_empty()).then(|| Spent::new(of_scan.iter().sum(), &scan_times));
        Ok::<_, PlanError>(emulation.output(report.num_reads, &[time(report.num_reads)?], of_scan))
    };
    let emulated = emulation.as_ref().map(time).transpose()?;
    let reason = format!("on the qubits of {}", setup.chosen.text());
    let control_error = emulation.as_ref().map_or_else(ControlError::default, Emulation::control_error);
    let precision = setup.precision(&report.embedded, gap, control_error);
    let embedded = EmbeddedOutput::new(&setup.chosen, report, scan, precision);
    Ok((Sampled { sampling, reason, presolve: None, claim: None }, (embedded, emulated)))
}

fn run_race(
    options: &SolverOptions,
    racers: &[SolverName],
    bqm: &Bqm,
    control: &RunControl<'_>,
) -> Result<(Sampled, Vec<MemberResult>), Failure> {
    if control.deadline.is_none() && control.target.is_none() {
        return Err(Failure::input("a race without an end").with_hint("end it with --time-limit or --target"));
    }
    let call = Call::of(&options.sampling);
    let contestant = |&solver: &SolverName| PortfolioMember {
        name: solver.text().to_owned(),
        make: Box::new(move |round| {
            options.make(solver, Call { seed: round.seed, effort: round.effort, threads: Some(1), ..call })
        }),
    };
    let contestants: Vec<PortfolioMember<'_>> = racers.iter().map(contestant).collect();
    let race = race(bqm, call.seed, &contestants, control)?;
    let reason = format!("{} reached the least energy first", racers[race.winner].text());
    Ok((Sampled { sampling: race.sampling, reason, presolve: None, claim: None }, race.standings))
}

fn write(
    path: &Path,
    format: SampleFormat,
    problem: &Problem,
    sampling: &SampleResult,
    info: Map<String, Value>,
) -> Result<(), Failure> {
    let (vartype, labels) = (problem.file.bqm.vartype(), problem.file.labels.as_deref());
    write_with(path, |file| {
        match format {
            SampleFormat::Csv => write_samples_csv(&sampling.samples, labels, file)?,
            _ => write_samples_with_info(&sampling.samples, vartype, labels, info, file)?,
        }
        Ok(())
    })
}

fn parse_sample_format(text: &str) -> Result<SampleFormat, String> {
    text.parse().map_err(|error: UnknownSampleFormat| error.to_string())
}

/// Whether the target, if there is one, was met.
fn outcome(sampling: &SampleResult, target: Option<f64>) -> Outcome {
    let best = sampling.best().map(|row| row.energy);
    match (target, best) {
        (Some(target), Some(best)) if best > target => {
            Outcome::GoalNotMet(format!("the best energy {} is above the target {}", compact(best), compact(target)))
        }
        (Some(_), None) => Outcome::GoalNotMet("no sample was returned to compare with the target".to_owned()),
        _ => Outcome::Done,
    }
}
