//! What an embedding takes.

use isinglass_chip::embedding::{EmbeddingResult, EmbeddingStatistics, Precision};
use isinglass_qubo::SampleStatus;
use isinglass_qubo::io::Label;
use serde::Serialize;

use super::{EmbedArguments, Source};
use crate::arguments::chip::ChosenChip;
use crate::arguments::embedding::{precision_lines, statistics_text};
use crate::files::input_name;
use crate::output::Report;
use crate::output::number::{count, duration, percent, significant, thousands};
use crate::output::sheet::Sheet;
use crate::output::table::{Align, table};

/// Chain lengths in a line of text, up to a maximum number.
const SHOWN_LENGTHS: usize = 40;

/// The report; its fields are the names in JSON.
#[derive(Serialize)]
pub(super) struct EmbedReport<'a> {
    source: &'a str,
    format: &'static str,
    num_variables: usize,
    num_interactions: usize,
    max_degree: usize,
    density: f64,
    chip: &'a str,
    is_emulated: bool,
    chip_qubits: usize,
    chip_couplers: usize,
    #[serde(flatten)]
    statistics: EmbeddingStatistics,
    /// By kind of variable, with a layout.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kinds: Vec<Kind>,
    /// Whether the search was stopped before its end, and by whom.
    stopped: Option<SampleStatus>,
    /// How precisely the chip sees the problem, with chains of the default strength; an edge list has no numbers.
    precision: Option<Precision>,
    /// The same without chains.
    logical_precision: Option<Precision>,
    seed: u64,
    chains: &'a [Vec<u32>],
    labels: Option<&'a [Label]>,
    out: Option<String>,
    seconds: f64,
    #[serde(skip)]
    chip_text: String,
}

/// Variables of one kind.
#[derive(Serialize)]
struct Kind {
    kind: &'static str,
    num_variables: usize,
    num_qubits: usize,
    max_chain_length: usize,
}

impl<'a> EmbedReport<'a> {
    pub(super) fn new(
        source: &'a Source,
        chosen: &'a ChosenChip,
        found: &'a EmbeddingResult,
        kinds: Option<&[&'static str]>,
        precision: Option<(Precision, Precision)>,
        arguments: &EmbedArguments,
        (seconds, stopped): (f64, Option<SampleStatus>),
    ) -> Self {
        let (graph, chains) = (&source.graph, found.embedding.chains());
        let num_variables = graph.num_nodes();
        let mut by_kind: Vec<Kind> = Vec::new();
        for (kind, length) in kinds.into_iter().flatten().zip(chains.iter().map(Vec::len)) {
            let index = by_kind.iter().position(|each| each.kind == *kind).unwrap_or_else(|| {
                by_kind.push(Kind { kind, num_variables: 0, num_qubits: 0, max_chain_length: 0 });
                by_kind.len() - 1
            });
            let each = &mut by_kind[index];
            each.num_variables += 1;
            each.num_qubits += length;
            each.max_chain_length = each.max_chain_length.max(length);
        }
        let (logical_precision, precision) = precision.unzip();
        let possible = num_variables * num_variables.saturating_sub(1) / 2;
        Self {
            source: &source.name,
            format: source.format,
            num_variables,
            num_interactions: graph.num_edges(),
            max_degree: (0..num_variables as u32).map(|node| graph.degree(node)).max().unwrap_or(0),
            density: graph.num_edges() as f64 / possible.max(1) as f64,
            chip: chosen.chip.name(),
            is_emulated: chosen.is_emulated,
            chip_qubits: chosen.chip.qubits().len(),
            chip_couplers: chosen.chip.graph().num_edges(),
            statistics: found.statistics(),
            kinds: by_kind,
            stopped,
            precision,
            logical_precision,
            seed: arguments.seed,
            chains,
            labels: source.labels.as_deref(),
            out: arguments.out.as_ref().map(|path| path.display().to_string()),
            seconds,
            chip_text: chosen.text(),
        }
    }

    fn chain_lines(&self) -> Vec<String> {
        let lengths = &self.statistics.chain_lengths;
        let of_length = |(index, number): (usize, &usize)| format!("{number} of {}", index + 1);
        let shown = lengths.iter().enumerate().filter(|(_, number)| **number > 0).take(SHOWN_LENGTHS);
        let mean = self.statistics.num_qubits as f64 / self.num_variables.max(1) as f64;
        vec![
            format!("{} qubits on average", significant(mean)),
            format!("lengths: {}", shown.map(of_length).collect::<Vec<_>>().join(", ")),
        ]
    }

    fn kind_lines(&self) -> Vec<String> {
        if self.kinds.is_empty() {
            return Vec::new();
        }
        let head = ["kind", "variables", "qubits", "longest"].map(str::to_owned).to_vec();
        let row = |each: &Kind| {
            let numbers = [each.num_variables, each.num_qubits, each.max_chain_length];
            std::iter::once(each.kind.to_owned()).chain(numbers.map(|number| thousands(number as u64))).collect()
        };
        let rows: Vec<Vec<String>> = std::iter::once(head).chain(self.kinds.iter().map(row)).collect();
        table(&[Align::Left, Align::Right, Align::Right, Align::Right], &rows)
    }
}

impl Report for EmbedReport<'_> {
    fn text(&self) -> String {
        let mut sheet = Sheet::new();
        sheet.line(
            "problem",
            format!(
                "{} ({}): {}, {}, degree at most {}, density {}",
                input_name(self.source.as_ref()),
                self.format,
                count(self.num_variables, "variable", "variables"),
                count(self.num_interactions, "interaction", "interactions"),
                thousands(self.max_degree as u64),
                percent(self.density)
            ),
        );
        sheet.line(
            "chip",
            format!(
                "{}: {}, {}",
                self.chip_text,
                count(self.chip_qubits, "qubit", "qubits"),
                count(self.chip_couplers, "coupler", "couplers")
            ),
        );
        sheet.line("embedding", statistics_text(&self.statistics, self.num_variables));
        sheet.lines("chains", self.chain_lines());
        sheet.lines("kinds", self.kind_lines());
        let logical =
            self.logical_precision.iter().flat_map(|one| precision_lines("without chains", one).into_iter().take(1));
        let embedded = self.precision.iter().flat_map(|one| precision_lines("on the chip", one));
        sheet.lines("precision", logical.chain(embedded));
        if let Some(path) = &self.out {
            sheet.line("written", path);
        }
        let stopped = match self.stopped {
            None => "",
            Some(SampleStatus::TimeLimit) => ", stopped by --time-limit, this is the best so far",
            Some(_) => ", stopped by the user, this is the best so far",
        };
        sheet.line("time", duration(self.seconds) + stopped);
        sheet.finish()
    }
}
