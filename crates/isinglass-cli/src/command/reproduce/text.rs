//! The tables on a terminal.

use isinglass_paper::reproduce::{
    ExperimentResult, FormulationResult, ModeResult, NetworkResult, ProvenOptimum, ScanPoint, SetResult,
};
use isinglass_qubo::time_to_solution::Success;

use super::ReproduceReport;
use crate::command::ablate;
use crate::output::Report;
use crate::output::number::{compact, count, duration, percent, thousands};
use crate::output::sheet::Sheet;
use crate::output::table::{Align, table};

/// Names of the columns of a table of ways of training.
pub(super) const SET_COLUMNS: [&str; 5] = ["", "training errors", "training", "test", "time"];

/// Names of the columns of a table of modes, those of chips last.
pub(super) const MODE_COLUMNS: [&str; 12] = [
    "mode",
    "optimal",
    "proven",
    "samples feasible",
    "mean excess",
    "excess: batches",
    "median",
    "max",
    "reads at minimum",
    "qubits",
    "chain",
    "broken reads",
];

impl Report for ReproduceReport {
    fn text(&self) -> String {
        let mut sheet = Sheet::new();
        let data = &self.data;
        if let Some(notice) = &data.notice {
            sheet.line("DATA", notice);
        }
        sheet.lines(
            "Data",
            [
                format!("{}: {}", data.source, count(data.num_rows, "training row", "training rows")),
                format!("batches have the inputs {}", data.input_names.join(", ")),
            ],
        );
        let plan = &self.plan;
        sheet.lines(
            "Modes",
            [
                format!(
                    "annealed: {} reads of {} sweeps; embedded on {}",
                    thousands(plan.num_reads as u64),
                    thousands(plan.num_sweeps),
                    plan.chip
                ),
                format!("QPU: {} reads on {}: {}", thousands(plan.qpu_reads as u64), plan.qpu_chip, plan.qpu_notice),
                "weights: lowest-energy sample, no local search; excess: errors above the optimum".to_owned(),
                format!("median and max are seconds of a batch, {}", self.timed),
            ],
        );
        for experiment in &self.reproduction.experiments {
            sheet.gap();
            experiment_lines(&mut sheet, experiment);
        }
        for set in &self.reproduction.sets {
            sheet.gap();
            set_lines(&mut sheet, set);
        }
        sheet.gap();
        if let Some(ablation) = &self.ablation {
            sheet.line("Ablation", format!("what each reduction buys on the first batch of {}", ablation.of));
            sheet.lines("", ablate::table_lines(&ablation.result)).gap();
        }
        if !self.reproduction.unfinished.is_empty() {
            sheet.lines("Unfinished", &self.reproduction.unfinished);
        }
        sheet.line("Time", format!("{}, {} threads", duration(self.seconds), plan.threads));
        sheet.finish()
    }
}

fn experiment_lines(sheet: &mut Sheet, result: &ExperimentResult) {
    let experiment = &result.experiment;
    sheet.line(
        &experiment.name,
        format!(
            "{} of {} rows, network 3-3-1; least possible errors {} of {}",
            count(experiment.num_batches, "batch", "batches"),
            experiment.batch_size,
            compact(result.total_optimum),
            thousands((result.optima.len() * experiment.batch_size) as u64)
        ),
    );
    for formulation in &result.formulations {
        let title = format!(
            "{}: {} variables, {} interactions",
            formulation.name.name(),
            range(formulation.num_variables),
            range(formulation.num_interactions)
        );
        sheet.gap();
        sheet.line("", title);
        let modes: Vec<&ModeResult> = result.hard.iter().chain(&formulation.modes).collect();
        sheet.lines("", mode_table(&modes));
        if !formulation.scan.is_empty() {
            sheet.lines("", scan_lines(formulation));
        }
    }
    if result.formulations.is_empty() {
        sheet.lines("", mode_table(&result.hard.iter().collect::<Vec<_>>()));
    }
}

/// A number, or two if they differ.
pub(super) fn range((low, high): (usize, usize)) -> String {
    if low == high { thousands(low as u64) } else { format!("{}-{}", thousands(low as u64), thousands(high as u64)) }
}

fn mode_table(modes: &[&ModeResult]) -> Vec<String> {
    let mut rows = vec![MODE_COLUMNS.map(str::to_owned).to_vec()];
    rows.extend(modes.iter().map(|mode| mode_cells(mode)));
    let mut columns = [Align::Right; MODE_COLUMNS.len()];
    columns[0] = Align::Left;
    columns[5] = Align::Left;
    let mut lines = table(&columns, &rows);
    let embedding: f64 = modes.iter().filter_map(|mode| mode.summary.embedding_seconds).sum();
    if modes.iter().any(|mode| mode.summary.embedding_seconds.is_some()) {
        lines
            .push(format!("finding embeddings, or reading those of earlier runs, took {} in all", duration(embedding)));
    }
    for mode in modes {
        if let Some(microseconds) = mode.summary.median_qpu_access_time {
            let time = duration(microseconds * 1e-6);
            let source = match mode.is_emulated {
                true => "modelled from published times, not measured",
                false => "as the service measured it",
            };
            lines.push(format!("{}: QPU access time of a batch {time}, {source}", mode.title));
        }
    }
    lines
}

/// The cells of a mode, under [`MODE_COLUMNS`].
pub(super) fn mode_cells(mode: &ModeResult) -> Vec<String> {
    let summary = &mode.summary;
    let of_batches = |number: usize| format!("{number}/{}", summary.num_batches);
    let title = match &mode.unfinished {
        Some(_) => format!("{} (unfinished)", mode.title),
        None => mode.title.clone(),
    };
    if summary.num_batches == 0 {
        return vec![title];
    }
    let histogram: Vec<String> =
        summary.excess_histogram.iter().map(|(excess, batches)| format!("{excess}:{batches}")).collect();
    vec![
        title,
        of_batches(summary.num_optimal),
        of_batches(summary.num_proven),
        summary.num_feasible.map_or_else(|| "-".to_owned(), of_batches),
        format!("{:.2}", summary.mean_excess),
        histogram.join(" "),
        duration(summary.median_seconds),
        duration(summary.max_seconds),
        summary.success.map_or_else(String::new, share),
        summary.num_qubits.map_or_else(String::new, range),
        summary.max_chain_length.map_or_else(String::new, |length| length.to_string()),
        summary.broken_reads.map_or_else(String::new, share),
    ]
}

fn share(success: Success) -> String {
    success.rate().map_or_else(String::new, percent)
}

/// Success against sweeps, the header first.
pub(super) fn scan_rows(formulation: &FormulationResult) -> Vec<Vec<String>> {
    let point = |point: &ScanPoint| {
        let rate = share(point.measurement.success);
        let tts = point.tts99.map_or_else(
            || format!("above {}", duration(point.tts99_interval.0)),
            |tts| {
                let (low, high) = point.tts99_interval;
                let high = high.map_or_else(|| "-".to_owned(), duration);
                format!("{} ({} to {high})", duration(tts), duration(low))
            },
        );
        vec![thousands(point.measurement.num_sweeps), rate, tts]
    };
    let mut rows = vec![["sweeps", "reads at minimum", "TTS99 (95 %)"].map(str::to_owned).to_vec()];
    rows.extend(formulation.scan.iter().map(point));
    rows
}

fn scan_lines(formulation: &FormulationResult) -> Vec<String> {
    let mut lines = vec![format!("{}: the QUBO of the first batch, annealed", formulation.name.name())];
    lines.extend(table(&[Align::Right, Align::Right, Align::Left], &scan_rows(formulation)));
    lines
}

fn set_lines(sheet: &mut Sheet, set: &SetResult) {
    sheet.line(&set.name, format!(" whole set: {}", set_text(set)));
    for network in &set.networks {
        sheet.gap();
        sheet.lines("", network_lines(set, network));
    }
}

/// What a set has.
pub(super) fn set_text(set: &SetResult) -> String {
    format!(
        "{} training rows, {} test rows, {} inputs, {} groups; {} errors that no classifier avoids",
        thousands(set.num_rows as u64),
        thousands(set.num_test_rows as u64),
        set.num_inputs,
        thousands(set.num_groups as u64),
        compact(set.unavoidable_errors)
    )
}

/// A network and the sizes of its QUBO.
pub(super) fn network_title(set: &SetResult, network: &NetworkResult) -> String {
    let size = |name: &str| match network.num_variables.get(name) {
        Some(Some(number)) => thousands(*number as u64),
        _ => "too many".to_owned(),
    };
    let bias = if network.shape.bias { " with bias" } else { "" };
    format!(
        "{}-{}-1{bias}: QUBO variables {} (reference), {} (compact)",
        set.num_inputs,
        network.shape.hidden,
        size("reference"),
        size("compact")
    )
}

/// The least possible errors, or why they are not known.
pub(super) fn proof_text(optimum: &ProvenOptimum) -> String {
    match (optimum.errors, optimum.lower_bound, &optimum.reason) {
        (Some(errors), ..) => {
            format!("least possible errors {}, proven in {}", compact(errors), duration(optimum.seconds))
        }
        (None, Some(bound), Some(reason)) => format!("at least {} errors; {reason}", compact(bound)),
        (None, _, reason) => reason.clone().unwrap_or_default(),
    }
}

fn network_lines(set: &SetResult, network: &NetworkResult) -> Vec<String> {
    let mut lines = vec![network_title(set, network), proof_text(&network.optimum)];
    let mut rows = vec![SET_COLUMNS.map(str::to_owned).to_vec()];
    rows.extend(network_rows(set, network));
    lines.extend(table(&[Align::Left, Align::Right, Align::Right, Align::Right, Align::Right], &rows));
    lines
}

/// What each way of training reaches, under [`SET_COLUMNS`].
pub(super) fn network_rows(set: &SetResult, network: &NetworkResult) -> Vec<Vec<String>> {
    let accuracy = |share: Option<f64>| share.map_or_else(|| "-".to_owned(), |share| format!("{:.2} %", 100.0 * share));
    let mut rows = Vec::new();
    for training in &network.trainings {
        rows.push(vec![
            training_title(training.method).to_owned(),
            thousands(training.train_errors as u64),
            accuracy(Some(training.train_accuracy)),
            accuracy(training.test_accuracy),
            duration(training.seconds),
        ]);
    }
    for baseline in &network.baselines {
        rows.push(vec![
            baseline_title(baseline.name).to_owned(),
            thousands(((1.0 - baseline.train_accuracy) * set.num_rows as f64).round() as u64),
            accuracy(Some(baseline.train_accuracy)),
            accuracy(baseline.test_accuracy),
        ]);
    }
    rows
}

/// A way of training, for tables.
fn training_title(method: &str) -> &str {
    match method {
        "weights" => "annealing of the weights",
        "compact-annealed" => "compact QUBO, annealed and polished",
        "exact" => "exact trainer",
        other => other,
    }
}

/// A baseline, for tables.
fn baseline_title(name: &str) -> &str {
    match name {
        "majority" => "majority class",
        "logistic" => "logistic regression",
        "gradient_median" => "gradient-trained BNN, median seed",
        "gradient_best" => "gradient-trained BNN, best seed",
        other => other,
    }
}
