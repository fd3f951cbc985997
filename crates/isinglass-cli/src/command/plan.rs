//! `isinglass plan`: what a run would take on a chip, before anyone pays.

mod report;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use isinglass_qubo::RunControl;
use isinglass_qubo::embedding::{
    ChainStrength, Embedded, Embedder, Embedding, EmbeddingFile, Router, interaction_graph,
};
use isinglass_qubo::hardware::Chip;
use isinglass_qubo::qpu::{Plan, PlanRequest};

use crate::app::Outcome;
use crate::arguments::chip::ChipArguments;
use crate::arguments::problem::{Problem, ProblemArguments};
use crate::arguments::value;
use crate::failure::Failure;
use crate::files::{cannot_read, read_text};
use crate::session::Session;
use report::PlanReport;

/// Which problem, on which chip, and how often.
#[derive(Args, Debug)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    problem: ProblemArguments,
    #[command(flatten)]
    chip: ChipArguments,
    /// Take the embedding of this file, an object from variables to lists of qubits, instead of looking for one
    #[arg(long, value_name = "FILE", help_heading = "Embedding")]
    embedding: Option<PathBuf>,
    /// Strength of chains [default: uniform torque compensation]
    #[arg(long, value_name = "NUMBER", value_parser = value::positive, help_heading = "Embedding")]
    chain_strength: Option<f64>,
    /// Seed of the search for an embedding
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Embedding")]
    seed: u64,
    /// Reads in all
    #[arg(long, value_name = "N", value_parser = value::count, default_value = "1000", help_heading = "Run")]
    num_reads: NonZeroUsize,
    /// Length of an anneal in microseconds [default: the chip's]
    #[arg(long, value_name = "US", value_parser = value::not_negative, help_heading = "Run")]
    annealing_time: Option<f64>,
    /// Cooling after programming in microseconds [default: the chip's]
    #[arg(long, value_name = "US", value_parser = value::not_negative, help_heading = "Run")]
    programming_thermalization: Option<f64>,
    /// Cooling after each read in microseconds [default: the chip's]
    #[arg(long, value_name = "US", value_parser = value::not_negative, help_heading = "Run")]
    readout_thermalization: Option<f64>,
    /// Spend time between reads to make them independent
    #[arg(long, help_heading = "Run")]
    reduce_intersample_correlation: bool,
    /// Random gauges, a submission each; the reads are shared out among them
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Run")]
    num_spin_reversal_transforms: u64,
}

/// Embeds the problem and counts what the run would take.
///
/// # Errors
/// A [`Failure`] when problem or chip cannot be read, no embedding is found, or the chip does not take the run.
pub(crate) fn run(arguments: &PlanArguments, session: &Session) -> Result<Outcome, Failure> {
    let properties = arguments.chip.properties()?;
    let chosen = arguments.chip.required()?;
    let problem = arguments.problem.read()?;
    let bqm = &problem.file.bqm;
    let embedding = match &arguments.embedding {
        Some(path) => from_file(path, &problem, &chosen.chip)?,
        None => find(arguments.seed, &problem, &chosen.chip, session)?,
    };
    let strength = arguments.chain_strength.map_or_else(ChainStrength::default, ChainStrength::Uniform);
    let embedded =
        Embedded::new(bqm, &embedding, &chosen.chip, &strength).map_err(|error| Failure::from_error(&error))?;
    let request = PlanRequest {
        num_reads: arguments.num_reads.get() as u64,
        annealing_time: arguments.annealing_time,
        programming_thermalization: arguments.programming_thermalization,
        readout_thermalization: arguments.readout_thermalization,
        reduce_intersample_correlation: arguments.reduce_intersample_correlation,
        num_spin_reversal_transforms: arguments.num_spin_reversal_transforms,
    };
    let plan = Plan::new(&properties, &embedded, &request)
        .map_err(|error| Failure::from_error(&error).context(format!("no such run on {}", properties.name)))?;
    let report = PlanReport::new(&problem, &chosen, arguments.embedding.as_deref(), plan);
    session.output().report(&report)?;
    Ok(Outcome::Done)
}

fn from_file(path: &Path, problem: &Problem, chip: &Chip) -> Result<Embedding, Failure> {
    let bqm = &problem.file.bqm;
    let of_file = || {
        let chains = EmbeddingFile::from_json(&read_text(path)?).map_err(|error| Failure::from_error(&error))?;
        let chains = chains.chains(bqm.num_variables(), problem.file.labels.as_deref());
        let chains = chains.map_err(|error| Failure::from_error(&error))?;
        Embedding::new(chains, &interaction_graph(bqm), chip).map_err(|error| Failure::from_error(&error))
    };
    of_file().map_err(|failure: Failure| match failure.message() {
        message if message == cannot_read(path) => failure,
        _ => failure.context(format!("{} is no embedding of {} on {}", path.display(), problem.name(), chip.name())),
    })
}

fn find(seed: u64, problem: &Problem, chip: &Chip, session: &Session) -> Result<Embedding, Failure> {
    let embedder = Embedder { router: Router { seed, ..Router::default() }, ..Embedder::default() };
    let cancel = session.interrupted()?;
    let bar = session.bar("embed");
    let control = RunControl { cancel: Some(cancel), progress: Some(&bar), ..RunControl::default() };
    let found = embedder.find(&interaction_graph(&problem.file.bqm), chip, &control);
    drop(bar);
    let no_embedding = format!("no embedding of {} on {}", problem.name(), chip.name());
    Ok(found.map_err(|error| Failure::from_error(&error).context(no_embedding))?.embedding)
}
