//! `isinglass plan`: what a run would take on a chip, before anyone pays.

mod report;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use isinglass_chip::embedding::{ControlError, Embedded, EmbeddingCompositeError};
use isinglass_chip::qpu::{Plan, PlanRequest};
use isinglass_qubo::RunControl;

use crate::app::Outcome;
use crate::arguments::chip::ChipArguments;
use crate::arguments::embedding::{EmbeddingArguments, Strength, strength};
use crate::arguments::layout::{LayoutArguments, energy_gap};
use crate::arguments::problem::ProblemArguments;
use crate::arguments::value;
use crate::failure::Failure;
use crate::memory;
use crate::session::Session;
use report::PlanReport;

/// Which problem, on which chip, and how often.
#[derive(Args, Debug)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    problem: ProblemArguments,
    #[command(flatten)]
    layout: LayoutArguments,
    #[command(flatten)]
    chip: ChipArguments,
    /// Take the embedding of this file, an object from variables to lists of qubits, instead of looking for one
    #[arg(long, value_name = "FILE", help_heading = "Embedding")]
    embedding: Option<PathBuf>,
    /// Strength of chains: a number, utc or utc:PREFACTOR, scaled or scaled:PREFACTOR [default: utc:1.414]
    #[arg(long, value_name = "STRENGTH", value_parser = strength, help_heading = "Embedding")]
    chain_strength: Option<Strength>,
    /// Seed of the search for an embedding
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Embedding")]
    seed: u64,
    /// Folder that keeps embeddings for later runs, or off [default: one in the user's folder of caches]
    #[arg(long, value_name = "DIR|off", help_heading = "Embedding")]
    embedding_cache: Option<PathBuf>,
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
    let embedding = EmbeddingArguments {
        chip: arguments.chip.clone(),
        embedding: arguments.embedding.clone(),
        chain_strength: arguments.chain_strength.clone(),
        embedding_seed: Some(arguments.seed),
        embedding_cache: arguments.embedding_cache.clone(),
        ..EmbeddingArguments::default()
    };
    let setup = embedding.required_setup(session.output())?;
    if setup.is_scan() {
        return Err(Failure::input("--chain-strength scan: nothing is sampled here")
            .with_hint("scan with `isinglass solve --chain-strength scan`, and give the number found"));
    }
    let problem = arguments.problem.read()?;
    let bqm = &problem.file.bqm;
    let layout = arguments.layout.read(problem.name(), problem.file.labels.as_deref(), bqm.num_variables())?;
    let cancel = session.interrupted()?;
    let bar = session.bar("embed");
    let control = RunControl {
        cancel: Some(cancel),
        progress: Some(&bar),
        memory_limit: memory::limit(),
        ..RunControl::default()
    };
    let lookup = setup.embed(&problem, &control)?;
    drop(bar);
    if let Some(error) = &lookup.unsaved {
        session.output().note(&format!("the embedding was not kept for later runs: {error}"));
    }
    let chip = &setup.chosen.chip;
    let embedded = Embedded::new(bqm, &lookup.found.embedding, chip, &setup.strength())
        .map_err(|error| Failure::from(EmbeddingCompositeError::from(error)))?;
    let request = PlanRequest {
        num_reads: arguments.num_reads.get() as u64,
        annealing_time: arguments.annealing_time,
        programming_thermalization: arguments.programming_thermalization,
        readout_thermalization: arguments.readout_thermalization,
        reduce_intersample_correlation: arguments.reduce_intersample_correlation,
        num_spin_reversal_transforms: arguments.num_spin_reversal_transforms,
    };
    let plan = Plan::new(&properties, &embedded, &request)
        .map_err(|error| Failure::from(error).context(format!("no such run on {}", properties.name)))?;
    let precision = setup.precision(&embedded, energy_gap(bqm, layout.as_ref())?, ControlError::default());
    let report = PlanReport::new(&problem, &setup.chosen, arguments.embedding.as_deref(), plan, precision);
    session.output().report(&report)?;
    Ok(Outcome::Done)
}
