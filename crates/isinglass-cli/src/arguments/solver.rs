//! How a problem is sampled: the solver, its schedule, and its limits.

mod emulator;
mod make;
mod mip;
mod tuning;

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, Args, ValueEnum};
use isinglass_chip::embedding::Embedded;
use isinglass_chip::qpu::{PlanError, SolverProperties};
use isinglass_qubo::automatic::{Automatic, AutomaticReport};
use isinglass_qubo::memory::sampling_bytes;
use isinglass_qubo::mip_solver::MipClaim;
use isinglass_qubo::presolve::Statistics;
use isinglass_qubo::race::Restarts;
use isinglass_qubo::sampler::{Presolving, SampleResult, SteepestDescentComposite};
use isinglass_qubo::{Bqm, Progress, RunControl, Sampler};

use super::value;
use crate::failure::Failure;
use crate::memory;
pub(crate) use emulator::{Emulation, EmulationOutput, Spent};
pub(crate) use make::Call;
pub(crate) use mip::{MipArguments, claim_lines};
pub(crate) use tuning::TuningArguments;

/// Which sampler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SolverName {
    /// Presolve, then exact where feasible, else annealing
    Auto,
    /// Simulated annealing
    Sa,
    /// Parallel tempering
    Pt,
    /// Population annealing
    Pa,
    /// Simulated quantum annealing (path-integral Monte Carlo)
    Sqa,
    /// Spin-vector Monte Carlo
    Svmc,
    /// Tabu search
    Tabu,
    /// Memetic: an annealed population, recombined and improved by tabu search
    Memetic,
    /// Steepest descent from random samples
    Descent,
    /// Random samples
    Random,
    /// dwave-samplers' simulated annealing, flip by flip
    SaReference,
    /// Exact: all samples
    Exhaustive,
    /// Exact: bucket elimination along a tree decomposition
    Tree,
    /// Exact: branch and bound, which returns a bound when stopped
    BranchAndBound,
    /// Mixed-integer programming by an installed HiGHS, SCIP, Gurobi or CBC
    Mip,
    /// Classical emulation of the chip: no quantum computer takes part
    QpuEmulator,
}

impl SolverName {
    /// The name on the command line and in reports.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Sa => "sa",
            Self::Pt => "pt",
            Self::Pa => "pa",
            Self::Sqa => "sqa",
            Self::Svmc => "svmc",
            Self::Tabu => "tabu",
            Self::Memetic => "memetic",
            Self::Descent => "descent",
            Self::Random => "random",
            Self::SaReference => "sa-reference",
            Self::Exhaustive => "exhaustive",
            Self::Tree => "tree",
            Self::BranchAndBound => "branch-and-bound",
            Self::Mip => "mip",
            Self::QpuEmulator => "qpu-emulator",
        }
    }

    /// Whether another run with another seed may find something better.
    fn can_restart(self) -> bool {
        let exact = matches!(self, Self::Exhaustive | Self::Tree | Self::BranchAndBound | Self::Mip);
        !(exact || matches!(self, Self::Auto | Self::QpuEmulator))
    }

    /// Whether more sweeps make a read better and longer.
    pub(crate) fn has_sweeps(self) -> bool {
        matches!(self, Self::Auto | Self::Sa | Self::Pt | Self::Sqa | Self::Svmc | Self::Memetic | Self::SaReference)
    }
}

/// An argument as commands have it that measure reads of ours: solvers are offered without the emulated chip, which those
/// commands do not know, and without those of others, which make no reads; their flags are hidden.
pub(crate) fn without_chip(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "solver" | "solvers" => offering(argument, |name| !matches!(name, SolverName::QpuEmulator | SolverName::Mip)),
        flag if emulator::FLAGS.contains(&flag) || mip::FLAGS.contains(&flag) => argument.hide(true),
        _ => argument,
    }
}

/// An argument of commands that run solvers on whole problems: all but the emulated chip, which they do not know.
pub(crate) fn without_emulator(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "solver" | "solvers" => offering(argument, |name| name != SolverName::QpuEmulator),
        flag if emulator::FLAGS.contains(&flag) => argument.hide(true),
        _ => argument,
    }
}

/// An argument as `solve` has it, which goes on sampling until the time limit.
pub(crate) fn with_restarts(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "time_limit" => argument.help(
            "Sample until this time, such as 500ms, 10s or 2m; samplers restart, unless --num-reads is given, \
             and then stop early when all reads are done",
        ),
        _ => argument,
    }
}

/// An argument as `train` has it, which compares the network after training.
pub(crate) fn with_baselines(argument: Arg) -> Arg {
    match argument.get_id().as_str() {
        "time_limit" => argument.help(
            "Time limit of the whole run but the proof (three quarters for the solver), such as 500ms, 10s or 2m",
        ),
        _ => argument,
    }
}

/// An argument whose values are these solvers.
fn offering(argument: Arg, is_offered: impl Fn(SolverName) -> bool) -> Arg {
    let offered = SolverName::value_variants().iter().filter(|&&name| is_offered(name));
    let names = PossibleValuesParser::new(offered.filter_map(ValueEnum::to_possible_value));
    argument.value_parser(names.try_map(|name| SolverName::from_str(&name, false)))
}

/// Which sampler runs, and how.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Solver")]
pub(crate) struct SolverArguments {
    /// Sampler
    #[arg(long, value_name = "SOLVER", default_value = "auto")]
    pub(crate) solver: SolverName,
    /// What samplers share.
    #[command(flatten)]
    pub(crate) options: SolverOptions,
}

/// What all samplers of a command share.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Solver")]
pub(crate) struct SolverOptions {
    /// Reduce the problem exactly before a named solver sees it; `auto` always does
    #[arg(long)]
    pub(crate) presolve: bool,
    /// Descend from every sample to a local minimum; `auto` always does
    #[arg(long)]
    pub(crate) polish: bool,
    /// Schedule and limits.
    #[command(flatten)]
    pub(crate) sampling: SamplingArguments,
    /// Parameters of single samplers.
    #[command(flatten)]
    pub(crate) tuning: TuningArguments,
}

/// Schedule and limits of a sampler.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Solver")]
pub(crate) struct SamplingArguments {
    /// Number of independent reads [default: 64 for annealing; 128 when training; 1000 for qpu-emulator]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) num_reads: Option<NonZeroUsize>,
    /// Number of sweeps of each read [default: 1000; 2000 when training]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) num_sweeps: Option<NonZeroUsize>,
    /// Inverse temperatures at both ends of the schedule [default: from the problem]
    #[arg(long, value_name = "LOW..HIGH", value_parser = value::beta_range, allow_hyphen_values = true)]
    pub(crate) beta_range: Option<(f64, f64)>,
    /// Seed of all randomness; the same seed gives the same samples
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Stop after this time, such as 500ms, 10s, 2m or 1h, with the best so far
    #[arg(long, value_name = "TIME", value_parser = value::duration)]
    pub(crate) time_limit: Option<Duration>,
    /// Stop at a sample of at most this energy
    #[arg(long, value_name = "ENERGY", value_parser = value::finite, allow_hyphen_values = true)]
    pub(crate) target: Option<f64>,
}

/// Samples, and how they came about.
pub(crate) struct Sampled {
    /// The samples.
    pub(crate) sampling: SampleResult,
    /// Why this solver was taken, for reports.
    pub(crate) reason: String,
    /// What the presolve bought, where there was one.
    pub(crate) presolve: Option<Statistics>,
    /// What a solver of mixed-integer programs says of the minimum.
    pub(crate) claim: Option<MipClaim>,
}

impl SolverOptions {
    /// Refuses parameters that `solver` does not have: they would be ignored.
    ///
    /// # Errors
    /// A [`Failure`] that names the flag, and the solvers that have it.
    pub(crate) fn check(&self, solver: SolverName) -> Result<(), Failure> {
        if solver == SolverName::QpuEmulator {
            return Err(Failure::input("emulation requires a chip")
                .with_hint("name one with --chip advantage6, the JSON file of a solver, or --topology pegasus:16"));
        }
        self.check_on_chip(solver)
    }

    /// The same for a solver of the model over the qubits of a chip.
    ///
    /// # Errors
    /// A [`Failure`] that names the flag.
    pub(crate) fn check_on_chip(&self, solver: SolverName) -> Result<(), Failure> {
        self.tuning.check(Ok(solver))?;
        if solver == SolverName::Mip {
            self.tuning.mip.installed()?;
        }
        if solver == SolverName::QpuEmulator {
            let given = [("--num-sweeps", self.sampling.num_sweeps.is_some()), ("--presolve", self.presolve)];
            if let Some((flag, _)) = given.into_iter().find(|(_, is_given)| *is_given) {
                let failure = Failure::input(format!("{flag} means nothing to the solver qpu-emulator"));
                return Err(match flag {
                    "--presolve" => failure.with_hint("presolve is not supported on a chip"),
                    _ => failure
                        .with_hint("say how long an anneal is, with --annealing-time and --sweeps-per-microsecond"),
                });
            }
        }
        if self.sampling.beta_range.is_some() && solver == SolverName::QpuEmulator {
            return Err(Failure::input(
                "--beta-range means nothing to the solver qpu-emulator: temperatures are the chip's",
            )
            .with_hint("say how cold it is with --effective-temperature"));
        }
        if self.sampling.beta_range.is_some() && !make::has_beta_range(solver) {
            return Err(Failure::input(format!("--beta-range: {} has no temperatures", solver.text())));
        }
        Ok(())
    }

    /// Refuses a problem whose samples do not fit into memory, whichever solver draws them.
    ///
    /// # Errors
    /// A [`Failure`] with the estimate and the limit.
    pub(crate) fn check_memory(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<(), Failure> {
        let num_reads = self.sampling.num_reads.map_or(1, NonZeroUsize::get) as u64;
        let bytes = sampling_bytes(bqm.num_variables() as u64, bqm.num_interactions() as u64, num_reads);
        Ok(control.check_memory(usize::try_from(bytes).unwrap_or(usize::MAX), usize::MAX)?)
    }

    /// Runs the solver on a problem.
    ///
    /// # Errors
    /// A [`Failure`] for parameters that it does not have, or when it cannot run.
    pub(crate) fn sample(&self, solver: SolverName, bqm: &Bqm, control: &RunControl<'_>) -> Result<Sampled, Failure> {
        self.check(solver)?;
        self.check_memory(bqm, control)?;
        let call = Call::of(&self.sampling);
        if solver == SolverName::Auto {
            let (sampling, report) = self.automatic(call).sample_with_report(bqm, control)?;
            let reason = reason(bqm, &report);
            return Ok(Sampled { sampling, reason, presolve: report.presolve, claim: None });
        }
        let reason = "asked for with --solver".to_owned();
        if solver == SolverName::Mip && !self.presolve && !self.polish {
            let (sampling, claim) = self.tuning.mip.sampler(call.seed).sample_with_claim(bqm, control)?;
            return Ok(Sampled { sampling, reason, presolve: None, claim: Some(claim) });
        }
        if self.presolve {
            let restarts = control.deadline.is_some() && call.num_reads.is_none() && solver.can_restart();
            let make = |_: &Bqm| -> Box<dyn Sampler + '_> {
                if restarts { Box::new(self.restarts(solver, call)) } else { self.named(solver, call) }
            };
            let presolving = Presolving::new(Box::new(make));
            let (sampling, presolve) = presolving.sample_with_statistics(bqm, control)?;
            return Ok(Sampled { sampling, reason, presolve, claim: None });
        }
        if control.deadline.is_some() && call.num_reads.is_none() && solver.can_restart() {
            let reason = "asked for with --solver, and restarted until the end".to_owned();
            let sampling = self.restarts(solver, call).sample(bqm, control)?;
            return Ok(Sampled { sampling, reason, presolve: None, claim: None });
        }
        let sampling = self.named(solver, call).sample(bqm, control)?;
        Ok(Sampled { sampling, reason, presolve: None, claim: None })
    }

    /// The solver again and again: with ever more sweeps, unless their number is given.
    fn restarts(&self, solver: SolverName, call: Call) -> Restarts<'_> {
        let has_sweeps = call.num_sweeps.is_some();
        let make = move |seed, effort| {
            let effort = if has_sweeps { 1 } else { effort };
            self.make(solver, Call { seed, effort, threads: Some(1), ..call })
        };
        Restarts { seed: call.seed, threads: None, make: Box::new(make) }
    }

    /// The solver as a sampler, presolve and polish included.
    pub(crate) fn make(&self, solver: SolverName, call: Call) -> Box<dyn Sampler> {
        match solver {
            SolverName::Auto => Box::new(self.automatic(call)),
            _ if self.presolve => {
                let options = self.clone();
                Box::new(Presolving::new(Box::new(move |_| options.named(solver, call))))
            }
            _ => self.named(solver, call),
        }
    }

    /// The chip to be emulated, if the solver is its emulator; `num_spin_reversal_transforms` are shared out reads.
    pub(crate) fn emulation(
        &self,
        solver: SolverName,
        properties: impl FnOnce() -> Result<SolverProperties, Failure>,
        num_spin_reversal_transforms: usize,
    ) -> Result<Option<Emulation>, Failure> {
        if solver != SolverName::QpuEmulator {
            return Ok(None);
        }
        let num_reads = self.sampling.num_reads.map(NonZeroUsize::get);
        let num_slices = self.tuning.num_slices.map(NonZeroUsize::get);
        let transforms = num_spin_reversal_transforms;
        let properties = properties()?;
        let (low, high) = properties.annealing_time_range;
        if let Some(value) = self.tuning.emulator.annealing_time
            && !(low..=high).contains(&value)
        {
            let (name, solver) = ("annealing_time", properties.name);
            return Err(PlanError::OutOfRange { name, value, solver, low, high }.into());
        }
        Ok(Some(self.tuning.emulator.emulation(properties, num_reads, num_slices, transforms)))
    }

    /// The sampler of the model over qubits.
    pub(crate) fn on_chip(
        &self,
        solver: SolverName,
        call: Call,
        emulation: Option<&Emulation>,
        embedded: &Embedded,
    ) -> Box<dyn Sampler> {
        let Some(emulation) = emulation else { return self.make(solver, call) };
        let inner = Box::new(emulation.sampler(call.seed, embedded));
        if self.polish { Box::new(SteepestDescentComposite { inner, threads: call.threads }) } else { inner }
    }

    fn automatic(&self, call: Call) -> Automatic {
        Automatic { annealing: self.annealing(call), ..Automatic::default() }
    }

    fn named(&self, solver: SolverName, call: Call) -> Box<dyn Sampler> {
        let inner = self.sampler(solver, call);
        if self.polish { Box::new(SteepestDescentComposite { inner, threads: call.threads }) } else { inner }
    }
}

/// What `auto` did, in a sentence.
fn reason(bqm: &Bqm, report: &AutomaticReport) -> String {
    use isinglass_qubo::automatic::Method;
    let left = report.presolve.map_or(bqm.num_variables(), |statistics| statistics.num_variables_left);
    let presolve = match report.presolve {
        Some(_) if left == 0 => return "the presolve left nothing to search".to_owned(),
        Some(_) if left == bqm.num_variables() => String::new(),
        Some(_) => format!("the presolve left {left} of {} variables; ", bqm.num_variables()),
        None => String::new(),
    };
    let Some(choice) = report.main_choice() else { return presolve };
    let part = match report.choices.len() {
        1 => String::new(),
        parts => format!("of {parts} components the one of {} variables: ", choice.num_variables),
    };
    let method = match (choice.method, choice.width) {
        (Method::Exhaustive, _) => format!("{} variables are few enough to try all samples", choice.num_variables),
        (Method::Tree, Some(width)) => format!("elimination width {width} is small enough for exact tables"),
        (Method::Tree, None) => "its interactions are narrow enough for exact tables".to_owned(),
        (Method::Sa, Some(width)) => format!("annealed, since elimination width {width} is too large for exact tables"),
        (Method::Sa, None) => "annealed, since no elimination order is narrow enough for exact tables".to_owned(),
    };
    presolve + &part + &method
}

impl SamplingArguments {
    /// The end of the time limit, counted from now. One beyond what the clock can tell is none.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.time_limit.and_then(|limit| Instant::now().checked_add(limit))
    }

    /// The limits, counted from now.
    pub(crate) fn control<'a>(&self, cancel: &'a AtomicBool, progress: &'a dyn Progress) -> RunControl<'a> {
        RunControl {
            deadline: self.deadline(),
            target: self.target,
            cancel: Some(cancel),
            progress: Some(progress),
            memory_limit: memory::limit(),
        }
    }
}
