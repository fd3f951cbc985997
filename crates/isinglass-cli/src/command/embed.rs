//! `isinglass embed`: a chain of qubits for each variable of a problem.

mod report;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use isinglass_chip::embedding::{
    ChainStrength, ControlError, Embedded, Embedder, EmbeddingCompositeError, EmbeddingFile, EmbeddingResult,
    FindError, HardwareRange, Precision, Router, interaction_graph,
};
use isinglass_chip::hardware::{Chip, EdgeList, Graph};
use isinglass_chip::qpu::SolverProperties;
use isinglass_qubo::io::{Format, Label};
use isinglass_qubo::{Bqm, RunControl};

use crate::app::Outcome;
use crate::arguments::chip::ChipArguments;
use crate::arguments::embedding::{embedder, stopped_early};
use crate::arguments::layout::{LayoutArguments, ProblemLayout, energy_gap};
use crate::arguments::problem::ProblemArguments;
use crate::arguments::value;
use crate::failure::Failure;
use crate::files::{cannot_read, check_ending, check_places, write_text};
use crate::memory;
use crate::session::Session;
use report::EmbedReport;

/// Which problem, on which chip, and where the embedding goes.
#[derive(Args, Debug)]
pub(crate) struct EmbedArguments {
    /// The problem; a plain edge list, two nodes in each line, is one too.
    #[command(flatten)]
    problem: ProblemArguments,
    /// Tells weights from slack bits, too.
    #[command(flatten)]
    layout: LayoutArguments,
    #[command(flatten)]
    chip: ChipArguments,
    /// Seed of the search; the same seed gives the same embedding
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Search")]
    seed: u64,
    /// Starts from scratch until one succeeds [default: 10]
    #[arg(long, value_name = "N", value_parser = value::count, help_heading = "Search")]
    tries: Option<NonZeroUsize>,
    /// Stop after this time, such as 500ms, 10s or 2m, with the best so far
    #[arg(long, value_name = "TIME", value_parser = value::duration, help_heading = "Search")]
    time_limit: Option<Duration>,
    /// Write the embedding to this file, as an object from variables to lists of qubits
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
}

/// What is to be embedded.
struct Source {
    name: String,
    format: &'static str,
    graph: Graph,
    labels: Option<Vec<Label>>,
    /// The model; an edge list has none.
    bqm: Option<Bqm>,
}

/// Finds an embedding, writes it, and shows what it takes.
///
/// # Errors
/// A [`Failure`] when problem or chip cannot be read, or no embedding is found.
pub(crate) fn run(arguments: &EmbedArguments, session: &Session) -> Result<Outcome, Failure> {
    check_ending(arguments.out.as_deref(), &["json"])?;
    check_places([&arguments.out])?;
    let chosen = arguments.chip.required(session.output())?;
    let source = read(&arguments.problem)?;
    if source.graph.num_nodes() == 0 {
        return Err(Failure::input(format!("{} has no variables to embed", source.name)));
    }
    let layout = arguments.layout.read(&source.name, source.labels.as_deref(), source.graph.num_nodes())?;
    let default = embedder(Some(arguments.seed));
    let tries = arguments.tries.map_or(default.router.tries, |tries| tries.get().try_into().unwrap_or(u32::MAX));
    let embedder = Embedder { router: Router { tries, ..default.router }, ..default };
    let cancel = session.interrupted()?;
    let bar = session.bar("embed");
    let control = RunControl {
        deadline: arguments.time_limit.and_then(|limit| Instant::now().checked_add(limit)),
        cancel: Some(cancel),
        progress: Some(&bar),
        memory_limit: memory::limit(),
        ..RunControl::default()
    };
    let start = Instant::now();
    let result = embedder.find(&source.graph, &chosen.chip, &control);
    let stopped = control.should_stop(None);
    let seconds = start.elapsed().as_secs_f64();
    drop(bar);
    let found = result.map_err(|error| {
        let is_not_found = matches!(error, FindError::NotFound { .. });
        let failure = Failure::from(error).context(format!("no embedding of {} on {}", source.name, chosen.text()));
        if is_not_found { stopped_early(failure, stopped) } else { failure }
    })?;
    let precision = |bqm| precision(bqm, layout.as_ref(), &found, &arguments.chip, &chosen.chip);
    let precision = source.bqm.as_ref().map(precision).transpose()?;
    if let Some(path) = &arguments.out {
        write_text(path, &EmbeddingFile::new(found.embedding.chains(), source.labels.as_deref()).to_json())?;
    }
    let kinds = layout.as_ref().map(ProblemLayout::kinds);
    let report = EmbedReport::new(&source, &chosen, &found, kinds, precision, arguments, (seconds, stopped));
    session.output().report(&report)?;
    Ok(Outcome::Done)
}

/// A problem in one of the formats, or a plain edge list: what ends in `.edges`, or has no ending of a format and two numbers in each
/// line.
fn read(arguments: &ProblemArguments) -> Result<Source, Failure> {
    if arguments.format.is_none() {
        let (path, bytes) = (&arguments.file, arguments.bytes()?);
        let is_named_so = path.extension().is_some_and(|ending| ending == "edges" || ending == "edgelist");
        if is_named_so || Format::from_path(path).is_none() {
            let edges = EdgeList::read(&String::from_utf8_lossy(&bytes));
            match edges {
                // every format has a line of another kind
                Ok(edges) if is_named_so || has_edges_of_integers(&edges) => {
                    let EdgeList { graph, labels } = edges;
                    return Ok(Source { name: path.display().to_string(), format: "edges", graph, labels, bqm: None });
                }
                Err(error) if is_named_so => return Err(Failure::from_error(&error).context(cannot_read(path))),
                _ => {}
            }
        }
    }
    let problem = arguments.read()?;
    let graph = interaction_graph(&problem.file.bqm);
    let (name, format) = (problem.source, problem.format.name());
    Ok(Source { name, format, graph, labels: problem.file.labels, bqm: Some(problem.file.bqm) })
}

/// Whether a file without a name of its kind is an edge list: any two words could be nodes.
fn has_edges_of_integers(edges: &EdgeList) -> bool {
    let is_integer = |label: &Label| matches!(label, Label::Integer(_));
    edges.graph.num_edges() > 0 && edges.labels.iter().flatten().all(is_integer)
}

/// How precisely a chip sees the problem, without chains and with the default ones; the gap is that of the task where there is a
/// layout.
fn precision(
    bqm: &Bqm,
    layout: Option<&ProblemLayout<'_>>,
    found: &EmbeddingResult,
    arguments: &ChipArguments,
    chip: &Chip,
) -> Result<(Precision, Precision), Failure> {
    let gap = energy_gap(bqm, layout)?;
    let properties = arguments.properties().ok();
    let range = properties.as_ref().map_or_else(HardwareRange::default, SolverProperties::hardware_range);
    let failed = |error| Failure::from(EmbeddingCompositeError::from(error));
    let control_error = ControlError::default();
    let logical = Precision::of(bqm, gap, &range, control_error)
        .map_err(|error| Failure::from(EmbeddingCompositeError::from(error)))?;
    let embedded = Embedded::new(bqm, &found.embedding, chip, &ChainStrength::default()).map_err(failed)?;
    Ok((logical, Precision::on_chip(properties.as_ref(), &embedded, gap, control_error)))
}
