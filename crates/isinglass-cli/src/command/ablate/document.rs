//! The report of an ablation, for people.

use isinglass_paper::ablation::{Ablation, AblationRow};
use isinglass_report::chart::Axis;
use isinglass_report::document::{Block, Document, Manifest, Section};

use super::report::{AblateReport, COLUMNS, cells};
use crate::output::figure::{axis, bars, id, log_axis, scans, table_of};
use crate::output::number::{compact, count};

/// The report.
pub(super) fn document(report: &AblateReport) -> Document {
    let task = &report.task;
    let summary = format!(
        "{}: {}, network {}. Each reduction of the formulation compact is switched off, and each is switched on in reference; all \
         variants have the same least loss.",
        task.source,
        count(task.num_rows, "row", "rows"),
        report.network_text
    );
    let manifest = Manifest::new(&report.command, &report.isinglass)
        .with("data", &task.source)
        .with("inputs", task.input_names.join(", "))
        .with("chip", &report.chip)
        .with("seed", report.seed)
        .with("threads", report.threads);
    let mut all = Vec::new();
    all.extend(task.notice.clone().map(Block::Notice));
    all.extend(report.loss_note().map(Block::Text));
    all.extend(blocks(&report.ablation));
    Document {
        title: "What each reduction of the formulation buys".to_owned(),
        summary,
        manifest,
        sections: vec![Section::new("Reductions", all)],
    }
}

/// Table and figures of an ablation.
pub(crate) fn blocks(ablation: &Ablation) -> Vec<Block> {
    let how = if ablation.target_proven { "the least loss, proven" } else { "the least loss found, not proven" };
    let target = compact(ablation.target);
    let rows = &ablation.rows;
    let mut blocks = vec![
        Block::Text(format!(
            "A read succeeds if it reaches {target}, {how}. Success and time to solution are those at the number of sweeps of least time."
        )),
        table_of("Variants of the formulation", &COLUMNS, rows.iter().map(cells).collect()),
    ];
    for family in ["compact", "reference"] {
        blocks.extend(of_family(family, rows));
    }
    let ends: Vec<_> = rows
        .iter()
        .filter(|row| ["compact", "reference"].contains(&row.name.as_str()))
        .map(|row| (row.name.clone(), row.scan.as_slice()))
        .collect();
    blocks.extend(scans("ablation", "Both ends of the table", &ends));
    blocks
        .extend(rows.iter().flat_map(|row| row.notes.iter().map(|note| Block::Text(format!("{}: {note}", row.name)))));
    if !ablation.unfinished.is_empty() {
        blocks.push(Block::Notice(format!("Missing: {}", ablation.unfinished.join(", "))));
    }
    blocks
}

/// The figures of one formulation and its variants.
fn of_family(family: &str, rows: &[AblationRow]) -> Vec<Block> {
    let members: Vec<(&str, &AblationRow)> = rows
        .iter()
        .filter_map(|row| {
            let rest = row.name.strip_prefix(family)?.trim_start();
            Some((if rest.is_empty() { family } else { rest }, row))
        })
        .collect();
    let of =
        |value: &dyn Fn(&AblationRow) -> Option<f64>| members.iter().map(|(_, row)| value(row)).collect::<Vec<_>>();
    let figure = |suffix: &str, caption: &str, y: Axis, series: Vec<(&str, Vec<Option<f64>>)>| {
        let names = members.iter().map(|(name, _)| (*name).to_owned()).collect();
        let series = series.into_iter().map(|(name, values)| (name.to_owned(), values)).collect();
        bars(&id(&["ablation", family, suffix]), &format!("{family}: {caption}"), ("", y), names, series)
    };
    let number = |number: Option<usize>| number.map(|number| number as f64);
    let seconds = |row: &AblationRow| row.best.and_then(|best| row.scan.get(best)).and_then(|point| point.tts99);
    let figures = [
        figure(
            "size",
            "variables of each variant, and qubits of its embedding",
            axis("number"),
            vec![("variables", of(&|row| number(row.num_variables))), ("qubits", of(&|row| number(row.num_qubits)))],
        ),
        figure(
            "gap",
            "guaranteed gap after scaling to the chip's range; a chip sees a larger one better",
            axis("gap, in units of the largest coupling"),
            vec![("without chains", of(&|row| row.scaled_gap)), ("with chains", of(&|row| row.scaled_gap_on_chip))],
        ),
        figure(
            "tts",
            "time of annealing to the least loss with 99 % certainty, at the best number of sweeps",
            log_axis("TTS99, ms"),
            vec![("simulated annealing", of(&|row| seconds(row).map(|seconds| 1e3 * seconds)))],
        ),
    ];
    figures.into_iter().flatten().collect()
}
