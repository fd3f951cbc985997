//! The report of a training run, for people.

use isinglass_report::chart::{Chart, Line, Marks, Point};
use isinglass_report::document::{Block, Document, Figure, Manifest, Section};

use super::chip::Chains;
use super::text::{OF_MINIBATCHES, TrainOutput};
use crate::output::confusion::ConfusionTable;
use crate::output::figure::{axis, bars, on_chip, table_of, weights};
use crate::output::number::count;

/// Chains whose break rates are shown, the worst ones.
const SHOWN_CHAINS: usize = 24;

/// The report; the embedding is drawn where there is one for the whole set.
pub(super) fn document(output: &TrainOutput<'_>, chains: Option<&Chains<'_>>) -> Document {
    let report = &output.report;
    let data = &report.dataset;
    let solver = &report.solver;
    let manifest = Manifest::new(&report.command, &report.isinglass)
        .with("data", &data.source)
        .with("SHA-256 of the data", &data.sha256)
        .with("classes", data.classes.join(", "))
        .with("formulation", &report.formulation.name)
        .with("solver", &solver.name)
        .with("reads", solver.num_reads)
        .with("sweeps", solver.num_sweeps)
        .with("seed", solver.seed);
    let paragraphs = |lines: Vec<String>| lines.into_iter().map(Block::Text).collect::<Vec<Block>>();
    let mut sections = Vec::new();
    let mut push = |title: &str, blocks: Vec<Block>| {
        if !blocks.is_empty() {
            sections.push(Section::new(title, blocks));
        }
    };
    push("Result", [paragraphs(output.result_lines()), accuracy(output), confusion(output)].concat());
    push("Data and network", [paragraphs(output.data_lines()), paragraphs(vec![output.network_line()])].concat());
    push("Formulation", paragraphs(output.qubo_lines()));
    push("Solver", [paragraphs(output.solver_lines()), paragraphs(output.program_lines())].concat());
    push("On the chip", chip(output, chains));
    push("Minibatches", minibatches(output));
    push("Weights", weights("trained", "The trained network", output.network, &data.input_names));
    let name = data.source.rsplit(['/', '\\']).next().unwrap_or_default();
    let widths: Vec<String> = report.network.widths.iter().map(ToString::to_string).collect();
    Document {
        title: format!("A binary neural network {} for {name}", widths.join("-")),
        summary: output.result_lines().join(". ") + ".",
        manifest,
        sections,
    }
}

/// Beside simpler methods, as everywhere.
fn accuracy(output: &TrainOutput<'_>) -> Vec<Block> {
    let mut rows = output.comparison_rows();
    let columns = rows.remove(0);
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut blocks = vec![table_of("Accuracy beside simpler methods", &columns, rows)];
    let result = &output.report.result;
    let (mut train, mut test) = (vec![Some(result.train_accuracy)], vec![result.test_accuracy]);
    for baseline in &output.report.baselines {
        train.push(Some(baseline.train_accuracy));
        test.push(baseline.test_accuracy);
    }
    let wrong = |accuracies: Vec<Option<f64>>| {
        accuracies.into_iter().map(|accuracy| accuracy.map(|accuracy| 100.0 * (1.0 - accuracy))).collect::<Vec<_>>()
    };
    let mut series = vec![("training".to_owned(), wrong(train)), ("test".to_owned(), wrong(test))];
    series.retain(|(_, values)| values.iter().any(Option::is_some));
    let short = output.report.baselines.iter().map(|baseline| match baseline.name {
        "majority" => "majority class".to_owned(),
        "logistic" => "logistic regression".to_owned(),
        "gradient_median" => "gradients, median".to_owned(),
        "gradient_best" => "gradients, best".to_owned(),
        other => other.to_owned(),
    });
    let names = std::iter::once("this network".to_owned()).chain(short).collect();
    blocks.extend(bars("wrong", "Share of wrong rows", ("", axis("wrong rows, %")), names, series));
    blocks
}

/// Which classes are taken for which.
fn confusion(output: &TrainOutput<'_>) -> Vec<Block> {
    let table = |table: ConfusionTable| {
        let columns: Vec<&str> = table.columns.iter().map(String::as_str).collect();
        table_of(&table.caption, &columns, table.rows)
    };
    output.confusion_tables().into_iter().map(table).collect()
}

fn chip(output: &TrainOutput<'_>, chains: Option<&Chains<'_>>) -> Vec<Block> {
    let Some(embedded) = &output.embedded else { return Vec::new() };
    let mut blocks = Vec::new();
    if let Some(emulation) = &output.emulation {
        let mut lines = emulation.lines().into_iter();
        blocks.extend(lines.next().map(Block::Notice));
        blocks.extend(lines.map(Block::Text));
    }
    blocks.extend(embedded.lines().into_iter().chain(embedded.precision_lines()).map(Block::Text));
    if let Some(chains) = chains {
        blocks.push(on_chip("embedding", "The QUBO on the chip", chains.chip, &chains.chains, &chains.labels));
    }
    let worst: Vec<&(String, f64)> = embedded.break_rates().iter().take(SHOWN_CHAINS).collect();
    let caption = match embedded.break_rates().len() {
        all if all > SHOWN_CHAINS => {
            format!("How often chains break: the worst {SHOWN_CHAINS} of {}", count(all, "chain", "chains"))
        }
        _ => "How often chains break: all that do".to_owned(),
    };
    let names = worst.iter().map(|(name, _)| name.clone()).collect();
    let rates = worst.iter().map(|(_, rate)| Some(100.0 * rate)).collect();
    blocks.extend(bars(
        "breaks",
        &caption,
        ("chain of", axis("reads in which it is broken, %")),
        names,
        vec![("chains".to_owned(), rates)],
    ));
    blocks
}

fn minibatches(output: &TrainOutput<'_>) -> Vec<Block> {
    let steps = &output.report.batches;
    if steps.is_empty() {
        return Vec::new();
    }
    let points = steps.iter().enumerate().map(|(index, step)| Point {
        x: (index + 1) as f64,
        y: step.loss,
        low: None,
        high: None,
    });
    let caption = "Errors on each minibatch after it was learned";
    let series = vec![Line { name: "errors on the minibatch".to_owned(), points: points.collect() }];
    let chart =
        Chart { title: caption.to_owned(), x: axis("minibatch"), y: axis("errors"), marks: Marks::Lines { series } };
    let mut rows = output.batch_rows();
    let columns = rows.remove(0);
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    vec![
        Block::Figure(Figure::chart("minibatches", caption, chart)),
        table_of("Minibatches", &columns, rows),
        Block::Text(OF_MINIBATCHES.to_owned()),
    ]
}
