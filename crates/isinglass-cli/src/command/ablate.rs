//! `isinglass ablate`: what each reduction of the formulation buys.

pub(crate) mod document;
mod report;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use isinglass::network::{Architecture, Codebook};
use isinglass::task::Task;
use isinglass_paper::ablation::{AblationPlan, ablate};
use isinglass_qubo::RunControl;
use isinglass_qubo::time_to_solution::Effort;

use crate::app::Outcome;
use crate::arguments::chip::ChipArguments;
use crate::arguments::data::DataArguments;
use crate::arguments::embedding::cache;
use crate::arguments::network::NetworkArguments;
use crate::arguments::report::ReportArguments;
use crate::arguments::value;
use crate::command::reproduce;
use crate::failure::Failure;
use crate::memory;
use crate::session::Session;
pub(crate) use report::table_lines;
use report::{AblateReport, TaskReport};

/// Rows of the task without a data set: a batch of the paper's second experiment.
const DEFAULT_ROWS: usize = 8;
/// Its hidden neurons.
const DEFAULT_HIDDEN: usize = 3;

/// Which task, on which chip, and how carefully.
///
/// Without a data set it is the first batch of eight rows of the paper's data, or of the substitute for it, with three hidden neurons.
#[derive(Args, Clone, Debug)]
pub(crate) struct AblateArguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    network: NetworkArguments,
    #[command(flatten)]
    chip: ChipArguments,
    /// The most time of the search for an embedding of each variant
    #[arg(long, value_name = "TIME", value_parser = value::duration, default_value = "30s", help_heading = "Chip")]
    embedding_time: Duration,
    /// Do not look for embeddings: no qubits, and no gap on the chip
    #[arg(long, conflicts_with = "embedding_time", help_heading = "Chip")]
    no_embedding: bool,
    /// Folder that keeps embeddings for later runs, or off [default: one in the user's folder of caches]
    #[arg(long, value_name = "DIR|off", help_heading = "Chip")]
    embedding_cache: Option<PathBuf>,
    /// Numbers of sweeps to measure; the one of least time to solution counts
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = value::count, default_value = "10,30,100,300,1000,3000", help_heading = "Measurement")]
    sweeps: Vec<NonZeroUsize>,
    /// Reads for each number of sweeps; fewer where --seconds are over
    #[arg(long, value_name = "N", value_parser = value::count, default_value = "2048", help_heading = "Measurement")]
    min_reads: NonZeroUsize,
    /// Time after which a number of sweeps has been measured long enough
    #[arg(long, value_name = "TIME", value_parser = value::duration, default_value = "2s", help_heading = "Measurement")]
    seconds: Duration,
    /// The most time of the proof of the least loss, which counts as success
    #[arg(long, value_name = "TIME", value_parser = value::duration, default_value = "30s", help_heading = "Measurement")]
    proof_time: Duration,
    /// Stop after this time, such as 2m, with what is done by then
    #[arg(long, value_name = "TIME", value_parser = value::duration, help_heading = "Measurement")]
    time_limit: Option<Duration>,
    #[command(flatten)]
    report: ReportArguments,
    /// Seed of all randomness
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Measurement")]
    seed: u64,
}

/// Compiles, embeds and anneals every variant, and shows the table.
///
/// # Errors
/// A [`Failure`] when the data cannot be read, or chip or network do not fit.
pub(crate) fn run(arguments: &AblateArguments, session: &Session) -> Result<Outcome, Failure> {
    let start = Instant::now();
    arguments.report.check()?;
    let (task, architecture, described) = arguments.task()?;
    if let Some(notice) = &described.notice {
        session.output().note(notice);
    }
    let chip = arguments.chip();
    let chosen = chip.required(session.output())?;
    let chip_name = chosen.text();
    let cancel = session.interrupted()?;
    let bar = session.bar("ablate");
    let control = RunControl {
        deadline: arguments.time_limit.and_then(|time| start.checked_add(time)),
        cancel: Some(cancel),
        progress: Some(&bar),
        target: None,
        memory_limit: memory::limit(),
    };
    let plan = AblationPlan {
        cache: cache(arguments.embedding_cache.as_ref()),
        embedding_seconds: if arguments.no_embedding { 0.0 } else { arguments.embedding_time.as_secs_f64() },
        sweeps: arguments.sweeps.iter().map(|sweeps| sweeps.get() as u64).collect(),
        effort: Effort { num_reads: arguments.min_reads.get() as u64, seconds: arguments.seconds.as_secs_f64() },
        proof_seconds: arguments.proof_time.as_secs_f64(),
        seed: arguments.seed,
        ..AblationPlan::new(chosen.chip, chip.properties()?)
    };
    let ablation = ablate(&task, &architecture, &plan, &control)?;
    drop(bar);
    let seconds = start.elapsed().as_secs_f64();
    let report = AblateReport::new(described, &architecture, chip_name, arguments.seed, ablation, seconds);
    arguments.report.write(session.output(), || document::document(&report))?;
    session.output().report(&report)?;
    Ok(Outcome::Done)
}

impl AblateArguments {
    /// The chip that was named, or the ideal chip of the paper's topology.
    fn chip(&self) -> ChipArguments {
        let chip = &self.chip;
        if chip.topology.is_some() || chip.chip.is_some() || chip.graph.is_some() {
            return chip.clone();
        }
        ChipArguments { topology: "pegasus:16".parse().ok(), ..chip.clone() }
    }

    /// The rows and the network.
    fn task(&self) -> Result<(Task, Architecture, TaskReport), Failure> {
        let table = &self.data.table;
        if table.dataset.is_none() && table.data.is_none() {
            let data = reproduce::data(None)?;
            let rows = self.data.rows.limit.map_or(DEFAULT_ROWS, NonZeroUsize::get).min(data.batches.num_rows());
            let task = data.batches.select_rows(&(0..rows).collect::<Vec<_>>());
            let hidden = self.network.hidden.as_ref().map_or_else(|| vec![DEFAULT_HIDDEN], |hidden| hidden.0.clone());
            let widths = std::iter::once(task.inputs().num_columns()).chain(hidden).chain([1]).collect();
            let architecture =
                Architecture::new(widths, self.network.bias).map_err(|error| Failure::from_error(&error))?;
            let described = TaskReport {
                source: data.source,
                notice: data.notice,
                num_rows: task.num_rows(),
                input_names: data.input_names,
            };
            return Ok((task, architecture, described));
        }
        let split = self.data.split(None)?;
        let prepared = self.data.prepare(&split)?;
        let codebook = Codebook::for_classes(prepared.classes.names().len());
        let architecture = self.network.architecture(prepared.pipeline.num_inputs(), &codebook)?;
        let task = Task::new(prepared.train.inputs.clone(), codebook.targets(&prepared.train.labels))
            .map_err(|error| Failure::from_error(&error))?;
        let described = TaskReport {
            source: split.train.source().to_owned(),
            notice: None,
            num_rows: task.num_rows(),
            input_names: prepared.train.input_names,
        };
        Ok((task, architecture, described))
    }
}
