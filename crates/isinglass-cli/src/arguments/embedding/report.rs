//! What is said about a run on a chip.

use isinglass_chip::embedding::{
    EmbeddedReport, EmbeddingOrigin, EmbeddingStatistics, GapResolution, GapSource, Precision, ScanRow,
};
use isinglass_qubo::io::Label;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::arguments::chip::ChosenChip;
use crate::output::number::{compact, count, duration, percent, significant, thousands};
use crate::output::table::{Align, table};

/// Chains that break most often, so many are named in text.
const SHOWN_CHAINS: usize = 5;

/// A chain that breaks in more than this share of reads is worth a hint.
const FREQUENT: f64 = 0.1;

/// A run on a chip; its fields are the names in JSON.
#[derive(Serialize)]
pub(crate) struct EmbeddedOutput {
    /// Whether the chip's faults were drawn at random.
    is_emulated: bool,
    /// Its working qubits.
    chip_qubits: usize,
    #[serde(flatten)]
    report: EmbeddedReport,
    /// Chain strengths that were tried; empty without a scan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scan: Vec<ScanRow>,
    /// How precisely the chip sees the problem.
    precision: Precision,
    #[serde(skip)]
    chip_text: String,
}

impl EmbeddedOutput {
    /// `precision` is that of the model over qubits.
    pub(crate) fn new(chosen: &ChosenChip, report: EmbeddedReport, scan: Vec<ScanRow>, precision: Precision) -> Self {
        let (is_emulated, chip_qubits) = (chosen.is_emulated, chosen.chip.qubits().len());
        Self { is_emulated, chip_qubits, report, scan, precision, chip_text: chosen.text() }
    }

    /// What to say beside the result, if anything.
    pub(crate) fn note(&self) -> Option<String> {
        self.report.unsaved.as_ref().map(|error| format!("the embedding was not kept for later runs: {error}"))
    }

    /// Lines for people; `names` are the names of the variables.
    pub(crate) fn lines(&self, names: &dyn Fn(usize) -> String) -> Vec<String> {
        let report = &self.report;
        let found = match report.origin {
            EmbeddingOrigin::EmbeddingResult => format!("found in {}", duration(report.embedding_seconds)),
            EmbeddingOrigin::Memory => "as before".to_owned(),
            EmbeddingOrigin::Disk => "kept from an earlier run".to_owned(),
            EmbeddingOrigin::Given => "from the file given".to_owned(),
        };
        let mut lines = vec![
            format!("{}: {}", self.chip_text, count(self.chip_qubits, "qubit", "qubits")),
            format!("{}, {found}", statistics_text(&report.embedding, report.chains.len())),
            strengths_text(&report.chain_strengths),
        ];
        let broken: Vec<(String, f64)> =
            report.worst_chains().into_iter().map(|variable| (names(variable), report.break_rates[variable])).collect();
        let breaks = breaks_lines(report.num_broken_reads, report.num_reads, report.mean_break_rate(), &broken);
        // the scan has compared strengths already
        let is_scan = !self.scan.is_empty();
        lines.extend(breaks.into_iter().take(if is_scan { 1 } else { usize::MAX }));
        if report.num_spin_reversal_transforms > 0 {
            lines.push(count(
                report.num_spin_reversal_transforms,
                "spin-reversal transform",
                "spin-reversal transforms",
            ));
        }
        lines
    }

    /// The embedding as Ocean's `EmbeddingComposite` tells it with samples; `labels` are the names of the variables, `method` is that of
    /// mending chains.
    pub(crate) fn context(&self, labels: Option<&[Label]>, method: &str) -> Value {
        let report = &self.report;
        let name = |index: usize| labels.map_or_else(|| index.to_string(), |labels| labels[index].to_string());
        let chains: Map<String, Value> =
            report.chains.iter().enumerate().map(|(index, chain)| (name(index), json!(chain))).collect();
        let strengths = &report.chain_strengths;
        let strength = match strengths.first() {
            Some(first) if strengths.iter().all(|strength| strength == first) => json!(first),
            _ => strengths.iter().enumerate().map(|(index, strength)| (name(index), json!(strength))).collect(),
        };
        json!({
            "embedding": chains,
            "chain_break_method": method,
            "embedding_parameters": {},
            "chain_strength": strength,
        })
    }

    /// How precisely the chip sees the problem.
    pub(crate) fn precision_lines(&self) -> Vec<String> {
        precision_lines("on the chip", &self.precision)
    }

    /// The table of the scan.
    pub(crate) fn scan_lines(&self) -> Vec<String> {
        if self.scan.is_empty() {
            return Vec::new();
        }
        let head = ["strength", "best", "mean", "reads at best", "broken reads", "broken chains", "time"];
        let row = |row: &ScanRow| {
            let energy = |energy: Option<f64>| energy.map_or_else(|| "-".to_owned(), compact);
            vec![
                significant(row.chain_strength),
                energy(row.best_energy),
                row.mean_energy.map_or_else(|| "-".to_owned(), significant),
                percent(row.success_rate),
                percent(row.broken_reads),
                percent(row.mean_break_rate),
                duration(row.seconds),
            ]
        };
        let head = head.map(str::to_owned).to_vec();
        table(&[Align::Right; 7], &[head].into_iter().chain(self.scan.iter().map(row)).collect::<Vec<_>>())
    }
}

/// Qubits, bound and chains.
pub(crate) fn statistics_text(embedding: &EmbeddingStatistics, num_variables: usize) -> String {
    let method = serde_json::to_value(embedding.method).ok();
    let method = method.as_ref().and_then(|method| method.as_str()).unwrap_or_default();
    format!(
        "{} on {} (at least {}), chains of at most {}; {method}",
        count(num_variables, "variable", "variables"),
        count(embedding.num_qubits, "qubit", "qubits"),
        thousands(embedding.lower_bound as u64),
        thousands(embedding.max_chain_length as u64)
    )
}

/// The strength of all chains, or the range of them.
pub(crate) fn strengths_text(strengths: &[f64]) -> String {
    let low = strengths.iter().copied().fold(f64::INFINITY, f64::min);
    let high = strengths.iter().copied().fold(0.0, f64::max);
    match strengths {
        [] => "no chains".to_owned(),
        _ if low == high => format!("chain strength {}", significant(low)),
        _ => format!("chain strengths {} to {}", significant(low), significant(high)),
    }
}

/// How precisely a chip sees a model, and a warning where it does not.
pub(crate) fn precision_lines(place: &str, precision: &Precision) -> Vec<String> {
    let is_lower_bound = precision.gap.is_some_and(|gap| gap.source == GapSource::CommonDivisor);
    let mut lines = vec![format!("{place}: {precision}")];
    match precision.visibility {
        GapResolution::Invisible => lines.push(
            "warning: the loss is invisible: a chip's control errors are larger than the gap and decide what looks best"
                .to_owned(),
        ),
        GapResolution::Blurred => lines
            .push("the gap is smaller than the noise of most flips: expect samples that are not the best".to_owned()),
        GapResolution::Unknown if is_lower_bound => lines.extend(
            [
                "the common divisor of the coefficients is only a lower bound of the gap, and it is smaller than the noise",
                "hint: pass the layout of a compiled task with --layout to judge its loss",
            ]
            .map(str::to_owned),
        ),
        GapResolution::Visible | GapResolution::Unknown => {}
    }
    lines
}

/// How many reads have broken chains, which chains break most often, and what to do where that is too often.
pub(crate) fn breaks_lines(
    num_broken: usize,
    num_reads: usize,
    mean_rate: f64,
    worst: &[(String, f64)],
) -> Vec<String> {
    let mut lines = vec![breaks_line(num_broken, num_reads, mean_rate, worst)];
    if worst.first().is_some_and(|(_, rate)| *rate > FREQUENT) {
        lines.push(
            "hint: a larger --chain-strength breaks fewer chains; `isinglass solve --chain-strength scan` compares some"
                .to_owned(),
        );
    }
    lines
}

fn breaks_line(num_broken: usize, num_reads: usize, mean_rate: f64, worst: &[(String, f64)]) -> String {
    if num_broken == 0 {
        return format!("no chain broken in {}", count(num_reads, "read", "reads"));
    }
    let named = worst.iter().take(SHOWN_CHAINS).map(|(name, rate)| format!("{name} {}", percent(*rate)));
    format!(
        "chains broken in {} of {}, {} of all chains; most often {}",
        thousands(num_broken as u64),
        count(num_reads, "read", "reads"),
        percent(mean_rate),
        named.collect::<Vec<_>>().join(", ")
    )
}
