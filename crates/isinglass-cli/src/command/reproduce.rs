//! `isinglass reproduce`: the experiments of the paper again, mode by mode, and what it could not do.

mod document;
mod qpu;
mod text;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use isinglass::dataset::{ReadOptions, Table};
use isinglass::network::Architecture;
use isinglass_chip::hardware::{Chip, Topology};
use isinglass_paper::ablation::{Ablation, AblationPlan, ablate};
use isinglass_paper::reproduce::{
    ConstrainedSolver, Experiment, FormulationChoice, HIDDEN, HardMip, Mode, ReproduceData, ReproducePlan,
    Reproduction, Shape, reproduce,
};
use isinglass_qubo::RunControl;
use isinglass_qubo::time_to_solution::Effort;
use serde::Serialize;

use crate::app::Outcome;
use crate::arguments::chip::ChipArguments;
use crate::arguments::embedding::cache;
use crate::arguments::fetched::fetched;
use crate::arguments::real_chip::RealChip;
use crate::arguments::report::ReportArguments;
use crate::arguments::solver::MipArguments;
use crate::arguments::value;
use crate::command::train::command_line;
use crate::failure::Failure;
use crate::memory;
use crate::output::Output;
use crate::session::Session;
use qpu::QpuChoice;

/// Which experiments, in which ways, and for how long.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReproduceArguments {
    /// Folder with the files a1a and a1a.t [default: where `isinglass data fetch` puts them; if they are not there, a built-in
    /// substitute, and it says so]
    #[arg(long, value_name = "DIR", help_heading = "Data")]
    data_dir: Option<PathBuf>,
    /// Experiments with batches: exp0 (20 batches of 4 rows), exp1 (20 of 8), or none
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "exp0,exp1", value_parser = ["exp0", "exp1", "none"], help_heading = "What is run")]
    experiments: Vec<String>,
    /// Modes: hard, soft-exact, soft-annealed, embedded-exact, embedded-annealed, embedded-single-flips, qpu-emulated, qpu (a real
    /// chip) [default: all, with one of the last two as --qpu says]
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = Mode::NAMES, help_heading = "What is run")]
    modes: Vec<String>,
    /// Formulations
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "reference,compact",
        help_heading = "What is run"
    )]
    formulations: Vec<FormulationName>,
    /// Maximum inputs for whole training sets: 3, 7, 9 and 15 with a1a; 0 skips them [default: all; 7 with --quick]
    #[arg(long, value_name = "N", help_heading = "What is run")]
    max_inputs: Option<usize>,
    /// Hidden neurons of the networks on whole sets, each without and with bias
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = value::count, default_value = "3", help_heading = "What is run")]
    hidden: Vec<NonZeroUsize>,
    /// Fewer batches, reads and sets: seconds instead of minutes
    #[arg(long, help_heading = "What is run")]
    quick: bool,
    /// Reads of annealing for each batch [default: 1000, as in the paper; 128 with --quick]
    #[arg(long, value_name = "N", value_parser = value::count, help_heading = "Effort")]
    num_reads: Option<NonZeroUsize>,
    /// Sweeps of each read [default: 1000; 300 with --quick]
    #[arg(long, value_name = "N", value_parser = value::count, help_heading = "Effort")]
    num_sweeps: Option<NonZeroUsize>,
    /// Reads of the chip for each batch [default: 500, as in the paper's shorter runs; 20 with --quick]
    #[arg(long, value_name = "N", value_parser = value::count, help_heading = "Effort")]
    qpu_reads: Option<NonZeroUsize>,
    /// Time limit for each proof of an optimum
    /// [default: 10s; 2s with --quick]
    #[arg(long, value_name = "TIME", value_parser = value::duration, help_heading = "Effort")]
    proof_time: Option<Duration>,
    /// Leave out the hard constraints by an installed solver of mixed-integer programs
    #[arg(long, conflicts_with_all = ["mip_solver", "mip_threads"], help_heading = "What is run")]
    no_mip: bool,
    /// Leave out what each reduction of the formulation buys on the first batch of the last experiment
    #[arg(long, help_heading = "What is run")]
    no_ablation: bool,
    #[command(flatten)]
    mip: MipArguments,
    #[command(flatten)]
    report: ReportArguments,
    /// Stop after this time, such as 2m, with what is done by then
    #[arg(long, value_name = "TIME", value_parser = value::duration, help_heading = "Effort")]
    time_limit: Option<Duration>,
    /// Seed of all randomness
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Effort")]
    seed: u64,
    /// Topology of the chip without faults on which embedded QUBOs are annealed and solved exactly
    #[arg(long, value_name = "TOPOLOGY", default_value = "pegasus:16", value_parser = topology, help_heading = "Chip")]
    topology: Topology,
    /// The chip that is emulated: advantage4, advantage6, advantage2-1, advantage2-2, advantage2-4, or the JSON file of a solver
    /// [default: advantage6; the real chip, if there is one]
    #[arg(long, value_name = "NAME|FILE", help_heading = "Chip")]
    chip: Option<String>,
    /// The QPU: auto takes a real chip of D-Wave if a token is configured in DWAVE_API_TOKEN or dwave.conf, but not with --quick, --chip,
    /// or --modes without qpu, and says before what it will submit; real insists on it; emulated submits nothing
    #[arg(
        long,
        value_name = "auto|emulated|real",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "Chip"
    )]
    qpu: QpuChoice,
    /// Folder that keeps embeddings for later runs, or off [default: one in the user's folder of caches]
    #[arg(long, value_name = "DIR|off", help_heading = "Chip")]
    embedding_cache: Option<PathBuf>,
}

/// A formulation by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormulationName {
    /// The paper's, with one penalty of 50.
    #[value(help = None)]
    Reference,
    /// Ours.
    #[value(help = None)]
    Compact,
}

fn topology(text: &str) -> Result<Topology, String> {
    text.parse().map_err(|error: isinglass_chip::hardware::TopologyError| error.to_string())
}

/// The report; its fields are the names in JSON.
#[derive(Serialize)]
pub(crate) struct ReproduceReport {
    /// Version of isinglass.
    isinglass: String,
    /// The command line.
    command: String,
    data: DataReport,
    plan: PlanReport,
    #[serde(flatten)]
    reproduction: Reproduction,
    /// What each reduction of the formulation buys.
    #[serde(skip_serializing_if = "Option::is_none")]
    ablation: Option<AblationReport>,
    /// What the seconds of a batch are.
    timed: &'static str,
    seconds: f64,
}

/// An ablation and what it is about.
#[derive(Serialize)]
struct AblationReport {
    /// The batch.
    of: String,
    #[serde(flatten)]
    result: Ablation,
}

/// What was learned from.
#[derive(Serialize)]
struct DataReport {
    source: String,
    sha256: String,
    is_substitute: bool,
    notice: Option<String>,
    num_rows: usize,
    input_names: Vec<String>,
}

/// What was asked for.
#[derive(Serialize)]
struct PlanReport {
    num_reads: usize,
    num_sweeps: u64,
    qpu_reads: usize,
    chip: String,
    qpu_chip: String,
    qpu_notice: String,
    proof_seconds: f64,
    seed: u64,
    threads: usize,
    quick: bool,
}

/// What the seconds of a batch are.
const TIMED: &str = "from the rows of a batch to verified weights: compiling, solving, decoding, verifying; without the search for the \
                     embedding, which is done once for each graph";

/// Runs, and shows the tables.
///
/// # Errors
/// A [`Failure`] when the data cannot be read, or a chip is not known.
pub(crate) fn run(arguments: &ReproduceArguments, session: &Session) -> Result<Outcome, Failure> {
    let start = Instant::now();
    arguments.report.check()?;
    let data = data(arguments.data_dir.as_deref())?;
    if let Some(notice) = &data.notice {
        session.output().note(notice);
    }
    if data.is_substitute {
        session.output().note("`isinglass data fetch` fetches a1a and a1a.t");
    }
    let cancel = session.interrupted()?;
    let unwatched = RunControl {
        deadline: arguments.time_limit.and_then(|time| start.checked_add(time)),
        cancel: Some(cancel),
        progress: None,
        target: None,
        memory_limit: memory::limit(),
    };
    let real = arguments.real_chip(&unwatched)?;
    let plan = arguments.plan(real.as_ref())?;
    if let Some(real) = &real {
        session.output().charge(&qpu::announcement(&plan, real)?);
    }
    let bar = session.bar("reproduce");
    let control = RunControl { progress: Some(&bar), ..unwatched };
    let mip = arguments.hard_mip(&plan)?;
    let others: Vec<&dyn ConstrainedSolver> = mip.iter().map(|mip| mip as &dyn ConstrainedSolver).collect();
    let reproduction = reproduce(&data, &plan, &others, &control)?;
    drop(bar);
    let bar = session.bar("ablation");
    let ablation = arguments.ablation(&data, &plan, &RunControl { progress: Some(&bar), ..unwatched })?;
    drop(bar);
    let report = ReproduceReport {
        isinglass: env!("CARGO_PKG_VERSION").to_owned(),
        command: command_line(),
        data: DataReport {
            source: data.source.clone(),
            sha256: data.sha256.clone(),
            is_substitute: data.is_substitute,
            notice: data.notice.clone(),
            num_rows: data.batches.num_rows(),
            input_names: data.input_names.clone(),
        },
        plan: PlanReport {
            num_reads: plan.num_reads,
            num_sweeps: plan.num_sweeps,
            qpu_reads: plan.qpu_reads,
            chip: plan.chip.name().to_owned(),
            qpu_chip: qpu::chip_text(&plan),
            qpu_notice: qpu::notice(&plan),
            proof_seconds: plan.proof_seconds,
            seed: plan.seed,
            threads: rayon::current_num_threads(),
            quick: arguments.quick,
        },
        reproduction,
        ablation,
        timed: TIMED,
        seconds: start.elapsed().as_secs_f64(),
    };
    arguments.report.write(session.output(), || document::document(&report, &plan))?;
    session.output().report(&report)?;
    Ok(Outcome::Done)
}

/// The rows: those of the folder, those that were fetched, or the substitute.
pub(crate) fn data(folder: Option<&Path>) -> Result<ReproduceData, Failure> {
    let read = |path: &Path| Table::read(path, &ReadOptions::default()).map_err(Failure::from);
    let (train, test) = match folder {
        Some(folder) => {
            let train = folder.join("a1a");
            if !train.is_file() {
                return Err(Failure::input(format!("there is no file a1a in {}", folder.display())).with_hint(
                    "`isinglass data fetch a1a --data-dir DIR` fetches it; without --data-dir a built-in substitute is taken",
                ));
            }
            (Some(train), Some(folder.join("a1a.t")).filter(|path| path.is_file()))
        }
        None => (fetched("a1a"), fetched("a1a.t")),
    };
    let Some(train) = train else { return Ok(ReproduceData::substitute()?) };
    let test = test.as_deref().map(read).transpose()?;
    Ok(ReproduceData::a1a(&read(&train)?, test.as_ref())?)
}

impl ReproduceArguments {
    /// The installed solver beside the exact trainer, if there is one and the mode is run.
    fn hard_mip(&self, plan: &ReproducePlan) -> Result<Option<HardMip>, Failure> {
        if self.no_mip || plan.experiments.is_empty() || !plan.modes.contains(&Mode::Hard) {
            return Ok(None);
        }
        let solver = self.mip.if_installed()?;
        Ok(solver.map(|solver| HardMip { solver, seconds: plan.proof_seconds, seed: plan.seed }))
    }

    /// What each reduction buys on the first batch of the last experiment.
    fn ablation(
        &self,
        data: &ReproduceData,
        plan: &ReproducePlan,
        control: &RunControl<'_>,
    ) -> Result<Option<AblationReport>, Failure> {
        let Some(experiment) = plan.experiments.last().filter(|_| !self.no_ablation) else { return Ok(None) };
        let task = data.batches.select_rows(&(0..experiment.batch_size).collect::<Vec<_>>());
        let widths = vec![task.inputs().num_columns(), HIDDEN, 1];
        let architecture = Architecture::new(widths, false).map_err(|error| Failure::from_error(&error))?;
        let full = AblationPlan::new(plan.chip.clone(), plan.qpu.clone());
        let quick = AblationPlan {
            sweeps: vec![30, 300],
            effort: Effort { num_reads: 256, seconds: 0.1 },
            embedding_seconds: 5.0,
            ..full.clone()
        };
        let ablation_plan = AblationPlan {
            cache: plan.cache.clone(),
            proof_seconds: plan.proof_seconds,
            seed: plan.seed,
            ..if self.quick { quick } else { full }
        };
        let result = ablate(&task, &architecture, &ablation_plan, control)?;
        Ok(Some(AblationReport { of: experiment.name.clone(), result }))
    }

    fn plan(&self, real: Option<&RealChip>) -> Result<ReproducePlan, Failure> {
        let default = if self.quick { ReproducePlan::quick() } else { ReproducePlan::default() };
        let (qpu_chip, properties) = match real {
            Some(real) => (real.chip.clone(), real.properties.clone()),
            None => {
                let name = self.chip.as_deref().unwrap_or("advantage6").to_owned();
                let chip = ChipArguments { chip: Some(name), ..ChipArguments::default() };
                // no faults are named, so there is nothing to note
                (chip.required(Output::new(false, true))?.chip, chip.properties()?)
            }
        };
        // one of the two ways to have a QPU
        let of_default = |mode: &Mode| !mode.is_qpu() || (*mode == Mode::Qpu) == real.is_some();
        let is_wanted = |experiment: &Experiment| self.experiments.contains(&experiment.name);
        let modes: Vec<Mode> = self.modes.iter().filter_map(|name| Mode::named(name)).collect();
        let max_inputs = self.max_inputs.unwrap_or(default.max_inputs);
        let shapes = self.hidden.iter().flat_map(|hidden| {
            let hidden = hidden.get();
            [false, true].map(|bias| Shape { hidden, bias })
        });
        Ok(ReproducePlan {
            experiments: default.experiments.iter().filter(|&each| is_wanted(each)).cloned().collect(),
            formulations: self
                .formulations
                .iter()
                .map(|name| match name {
                    FormulationName::Reference => FormulationChoice::Reference,
                    FormulationName::Compact => FormulationChoice::Compact,
                })
                .collect(),
            modes: match modes.is_empty() {
                true => Mode::ALL.into_iter().filter(of_default).collect(),
                // always in the same order, and each once
                false => Mode::ALL.into_iter().filter(|mode| modes.contains(mode)).collect(),
            },
            num_reads: self.num_reads.map_or(default.num_reads, NonZeroUsize::get),
            num_sweeps: self.num_sweeps.map_or(default.num_sweeps, |sweeps| sweeps.get() as u64),
            qpu_reads: self.qpu_reads.map_or(default.qpu_reads, NonZeroUsize::get),
            chip: Chip::ideal(self.topology),
            qpu_chip,
            qpu: properties,
            real_qpu: real.map(|real| real.service.clone()),
            cache: cache(self.embedding_cache.as_ref()),
            proof_seconds: self.proof_time.map_or(default.proof_seconds, |time| time.as_secs_f64()),
            shapes: if max_inputs == 0 { Vec::new() } else { shapes.collect() },
            max_inputs,
            seed: self.seed,
            ..default
        })
    }
}
