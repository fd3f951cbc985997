//! The table of an ablation.

use isinglass::network::Architecture;
use isinglass::report::NetworkReport;
use isinglass_paper::ablation::{Ablation, AblationRow};
use isinglass_paper::reproduce::ScanPoint;
use serde::Serialize;

use crate::command::train::command_line;
use crate::output::Report;
use crate::output::number::{compact, count, duration, percent, significant, thousands};
use crate::output::sheet::Sheet;
use crate::output::table::{Align, table};

/// Names of the columns.
pub(super) const COLUMNS: [&str; 9] = [
    "formulation",
    "variables",
    "interactions",
    "gap",
    "qubits",
    "gap on chip",
    "success per read",
    "TTS99",
    "95 % interval",
];

/// What was compiled.
#[derive(Serialize)]
pub(super) struct TaskReport {
    pub(super) source: String,
    pub(super) notice: Option<String>,
    pub(super) num_rows: usize,
    pub(super) input_names: Vec<String>,
}

/// The report; its fields are the names in JSON.
#[derive(Serialize)]
pub(super) struct AblateReport {
    pub(super) isinglass: String,
    pub(super) command: String,
    pub(super) task: TaskReport,
    pub(super) network: NetworkReport,
    pub(super) chip: String,
    pub(super) seed: u64,
    pub(super) threads: usize,
    #[serde(flatten)]
    pub(super) ablation: Ablation,
    pub(super) seconds: f64,
    #[serde(skip)]
    pub(super) network_text: String,
}

impl AblateReport {
    pub(super) fn new(
        task: TaskReport,
        architecture: &Architecture,
        chip: String,
        seed: u64,
        ablation: Ablation,
        seconds: f64,
    ) -> Self {
        Self {
            isinglass: env!("CARGO_PKG_VERSION").to_owned(),
            command: command_line(),
            task,
            network: NetworkReport::of(architecture),
            chip,
            seed,
            threads: rayon::current_num_threads(),
            ablation,
            seconds,
            network_text: architecture.to_string(),
        }
    }
}

impl AblateReport {
    /// What the loss counts, where it could be something else.
    pub(super) fn loss_note(&self) -> Option<String> {
        (self.network.widths.last() > Some(&1))
            .then(|| "the loss counts wrong output bits, not classification errors".to_owned())
    }
}

impl Report for AblateReport {
    fn text(&self) -> String {
        let mut sheet = Sheet::new();
        if let Some(notice) = &self.task.notice {
            sheet.line("DATA", notice);
        }
        let rows = count(self.task.num_rows, "row", "rows");
        sheet.line("Task", format!("{}: {rows}, network {}", self.task.source, self.network_text));
        sheet.line("Chip", &self.chip);
        let how =
            if self.ablation.target_proven { "the least loss, proven" } else { "the least loss found, not proven" };
        sheet.line("Target", format!("{}: {how}", compact(self.ablation.target)));
        sheet.lines("", self.loss_note());
        sheet.line("Annealing", format!("at the number of sweeps of least time to solution, {} threads", self.threads));
        let notes =
            self.ablation.rows.iter().flat_map(|row| row.notes.iter().map(move |note| format!("{}: {note}", row.name)));
        let notes: Vec<String> = notes.collect();
        sheet.gap().lines("", table_lines(&self.ablation)).gap().lines("Notes", notes);
        if !self.ablation.unfinished.is_empty() {
            sheet.line("Missing", self.ablation.unfinished.join(", "));
        }
        sheet.line("Time", duration(self.seconds));
        sheet.finish()
    }
}

/// The table.
pub(crate) fn table_lines(ablation: &Ablation) -> Vec<String> {
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    rows.extend(ablation.rows.iter().map(cells));
    let mut columns = [Align::Right; COLUMNS.len()];
    columns[0] = Align::Left;
    table(&columns, &rows)
}

/// The cells of a row, under [`COLUMNS`].
pub(super) fn cells(row: &AblationRow) -> Vec<String> {
    let number = |value: Option<usize>| value.map_or_else(|| "-".to_owned(), |value| thousands(value as u64));
    let gap = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), significant);
    let mut cells = vec![
        row.name.clone(),
        number(row.num_variables),
        number(row.num_interactions),
        gap(row.scaled_gap),
        number(row.num_qubits),
        gap(row.scaled_gap_on_chip),
    ];
    match (row.best.and_then(|best| row.scan.get(best)), row.scan.last()) {
        (Some(best), _) => cells.extend(measured(best)),
        // no read of any setting met the target: what the last one rules out
        (None, Some(last)) => {
            cells.push(format!("0 of {}", thousands(last.measurement.success.num_reads)));
            cells.push("-".to_owned());
            cells.push(format!("above {}", duration(last.tts99_interval.0)));
        }
        (None, None) => cells.extend(["-", "-", "-"].map(str::to_owned)),
    }
    cells
}

fn measured(point: &ScanPoint) -> [String; 3] {
    let rate = point.measurement.success.rate().map_or_else(|| "-".to_owned(), percent);
    let (low, high) = point.tts99_interval;
    let high = high.map_or_else(|| "-".to_owned(), duration);
    [
        format!("{rate} at {}", thousands(point.measurement.num_sweeps)),
        point.tts99.map_or_else(|| "-".to_owned(), duration),
        format!("{} to {high}", duration(low)),
    ]
}
