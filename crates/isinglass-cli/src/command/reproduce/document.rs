//! The report of a reproduction, for people.

use std::collections::BTreeMap;

use isinglass_paper::reproduce::{
    ExperimentResult, FormulationResult, ModeResult, NetworkResult, ReproducePlan, SetResult,
};
use isinglass_report::document::{Block, Document, Manifest, Section};

use super::ReproduceReport;
use super::text::{
    MODE_COLUMNS, SET_COLUMNS, mode_cells, network_rows, network_title, proof_text, range, scan_rows, set_text,
};
use crate::command::ablate;
use crate::output::figure::{axis, bars, id, on_chip, scans, table_of, weights};
use crate::output::number::{compact, count, thousands};

/// The report; embeddings are drawn on the chips of the plan.
pub(super) fn document(report: &ReproduceReport, plan: &ReproducePlan) -> Document {
    let reproduction = &report.reproduction;
    let mut sections = vec![overview(report)];
    sections.extend(reproduction.experiments.iter().map(|experiment| of_experiment(report, plan, experiment)));
    sections.extend(reproduction.sets.iter().map(of_set));
    if let Some(ablation) = &report.ablation {
        let mut blocks = vec![Block::Text(format!(
            "Each reduction of the formulation compact switched off, and each switched on in reference, on the first batch of {}.",
            ablation.of
        ))];
        blocks.extend(ablate::document::blocks(&ablation.result));
        sections.push(Section::new("What each reduction buys", blocks));
    }
    if !reproduction.unfinished.is_empty() {
        let lines = reproduction.unfinished.iter().map(|line| Block::Text(line.clone()));
        sections.push(Section::new("Unfinished", lines.collect()));
    }
    Document {
        title: "Binary neural networks on an annealer: the paper's experiments again".to_owned(),
        summary: summary(report),
        manifest: manifest(report),
        sections,
    }
}

fn summary(report: &ReproduceReport) -> String {
    let mut text = "M. Sasdelli and T.-J. Chin, Quantum Annealing Formulation for Binary Neural Networks, arXiv 2107.02751 (2021), train a \
         3-3-1 network on batches of four and of eight rows in six ways. Here all of them are run again, with the paper's \
         formulation (reference) and with ours (compact), and measured against the least possible errors, which are proven \
         for every batch. Then come whole training sets, which the paper could not place on a chip."
        .to_owned();
    for experiment in &report.reproduction.experiments {
        text.push_str(&format!(
            "\n\n{}: the least possible errors of its {} batches are {} of {}, proven.",
            experiment.experiment.name,
            experiment.optima.len(),
            compact(experiment.total_optimum),
            thousands((experiment.optima.len() * experiment.experiment.batch_size) as u64)
        ));
    }
    text
}

fn manifest(report: &ReproduceReport) -> Manifest {
    let (data, plan) = (&report.data, &report.plan);
    Manifest::new(&report.command, &report.isinglass)
        .with("data", &data.source)
        .with("SHA-256 of the data", &data.sha256)
        .with("inputs of batches", data.input_names.join(", "))
        .with("seed", plan.seed)
        .with("reads of annealing", plan.num_reads)
        .with("sweeps", plan.num_sweeps)
        .with("chip of the embedded modes", &plan.chip)
        .with("reads of the QPU", plan.qpu_reads)
        .with("chip of the QPU", &plan.qpu_chip)
        .with("seconds for a proof", plan.proof_seconds)
        .with("threads", plan.threads)
}

fn overview(report: &ReproduceReport) -> Section {
    let mut blocks = Vec::new();
    blocks.extend(report.data.notice.clone().map(Block::Notice));
    blocks.push(Block::Notice(format!("QPU: {}", report.plan.qpu_notice)));
    let columns: Vec<(String, Vec<&ModeResult>)> = report
        .reproduction
        .experiments
        .iter()
        .flat_map(|experiment| {
            let name = |formulation: &FormulationResult| {
                format!("{}, {}", experiment.experiment.name, formulation.name.name())
            };
            experiment.formulations.iter().map(move |formulation| {
                (name(formulation), experiment.hard.iter().chain(&formulation.modes).collect::<Vec<_>>())
            })
        })
        .collect();
    let titles = titles(columns.iter().flat_map(|(_, modes)| modes.iter().copied()));
    let mode = |title: &str, modes: &[&ModeResult]| modes.iter().find(|mode| mode.title == title).copied().cloned();
    let explained = titles.iter().filter_map(|title| {
        let mode = columns.iter().find_map(|(_, modes)| mode(title, modes))?;
        Some(vec![title.clone(), mode.of_paper, mode.of_isinglass])
    });
    blocks.push(table_of("Ways to solve a batch", &["mode", "the paper", "isinglass"], explained.collect()));
    let share = |title: &str, modes: &[&ModeResult]| {
        let summary = mode(title, modes)?.summary;
        (summary.num_batches > 0).then_some((summary.num_optimal, summary.num_batches))
    };
    let rows = titles.iter().map(|title| {
        let cells = columns.iter().map(|(_, modes)| {
            share(title, modes).map_or_else(String::new, |(optimal, all)| format!("{optimal}/{all}"))
        });
        std::iter::once(title.clone()).chain(cells).collect()
    });
    let names: Vec<&str> = std::iter::once("mode").chain(columns.iter().map(|(name, _)| name.as_str())).collect();
    blocks.push(table_of("Batches whose weights are optimal", &names, rows.collect()));
    let series = columns.iter().map(|(name, modes)| {
        let percent = |title: &String| share(title, modes).map(|(optimal, all)| 100.0 * optimal as f64 / all as f64);
        (name.clone(), titles.iter().map(percent).collect())
    });
    let caption = "Share of batches whose weights are optimal";
    let short = |title: &String| columns.iter().find_map(|(_, modes)| mode(title, modes)).map(|mode| mode.mode);
    let names = titles.iter().filter_map(short).collect();
    blocks.extend(bars("optimal", caption, ("", axis("batches at the optimum, %")), names, series.collect()));
    blocks.push(Block::Text("Weights come from the lowest-energy sample, without local search.".to_owned()));
    Section::new("At a glance", blocks)
}

/// Titles in the order in which they come, each once.
fn titles<'a>(modes: impl Iterator<Item = &'a ModeResult>) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for mode in modes {
        if !titles.contains(&mode.title) {
            titles.push(mode.title.clone());
        }
    }
    titles
}

fn of_experiment(report: &ReproduceReport, plan: &ReproducePlan, result: &ExperimentResult) -> Section {
    let name = result.experiment.name.as_str();
    let mut blocks = vec![Block::Text(format!(
        "The least possible errors of all batches are {}. Excess is errors above them; median and max are seconds of a batch, {}.",
        compact(result.total_optimum),
        report.timed
    ))];
    if result.formulations.is_empty() {
        let rows = result.hard.iter().map(mode_cells).collect();
        blocks.push(table_of("Hard constraints", &MODE_COLUMNS, rows));
    }
    for formulation in &result.formulations {
        blocks.extend(of_formulation(plan, result, formulation));
    }
    blocks.extend(chain_breaks(result));
    let lines: Vec<_> = result
        .formulations
        .iter()
        .map(|formulation| (formulation.name.name().to_owned(), formulation.scan.as_slice()))
        .collect();
    blocks.extend(scans(name, &format!("{name}, first batch, annealed"), &lines));
    for formulation in result.formulations.iter().filter(|formulation| !formulation.scan.is_empty()) {
        let caption = format!("{}: annealing of the first batch", formulation.name.name());
        let mut rows = scan_rows(formulation);
        let columns = rows.remove(0);
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        blocks.push(table_of(&caption, &columns, rows));
    }
    if let Some(network) = &result.network {
        let of = format!("{name}, an optimal network of the first batch");
        blocks.extend(weights(name, &of, network, &report.data.input_names));
    }
    let title = format!(
        "{name}: {} of {} rows",
        count(result.experiment.num_batches, "batch", "batches"),
        result.experiment.batch_size
    );
    Section::new(title, blocks)
}

fn of_formulation(plan: &ReproducePlan, result: &ExperimentResult, formulation: &FormulationResult) -> Vec<Block> {
    let (experiment, name) = (result.experiment.name.as_str(), formulation.name.name());
    let of = format!("{experiment}, {name}");
    let all: Vec<&ModeResult> = result.hard.iter().chain(&formulation.modes).collect();
    let caption = format!(
        "{of}: {} variables, {} interactions",
        range(formulation.num_variables),
        range(formulation.num_interactions)
    );
    let mut blocks = vec![table_of(&caption, &MODE_COLUMNS, all.iter().map(|mode| mode_cells(mode)).collect())];
    let done: Vec<&ModeResult> = formulation.modes.iter().filter(|mode| mode.summary.num_batches > 0).collect();
    let largest = done.iter().filter_map(|mode| mode.summary.excess_histogram.keys().max()).max().copied();
    let categories = || (0..=largest.unwrap_or(0)).map(|excess| excess.to_string()).collect();
    let excess = done.iter().map(|mode| {
        let batches = |excess| mode.summary.excess_histogram.get(&excess).map(|&number| number as f64);
        (mode.title.clone(), (0..=largest.unwrap_or(0)).map(batches).collect())
    });
    blocks.extend(bars(
        &id(&[experiment, name, "excess"]),
        &format!("{of}: training errors above the optimum"),
        ("errors above the optimum", axis("batches")),
        categories(),
        excess.collect(),
    ));
    blocks.extend(energies(&id(&[experiment, name, "energies"]), &of, &done));
    // the QPU's comes last and is the one that a user would submit
    if let Some(mode) = formulation.modes.iter().rev().find(|mode| !mode.chains.is_empty()) {
        let chip = if mode.mode.starts_with("qpu") { &plan.qpu_chip } else { &plan.chip };
        let of = format!("{of}, first batch, {}", mode.title);
        blocks.push(on_chip(&id(&[experiment, name]), &of, chip, &mode.chains, &[]));
    }
    blocks
}

/// How far reads are above the minimum, in classes that double.
fn energies(id: &str, of: &str, modes: &[&ModeResult]) -> Option<Block> {
    let class = |energy: i64| u64::BITS - u64::try_from(energy).unwrap_or(0).leading_zeros();
    let with_reads: Vec<(&ModeResult, BTreeMap<u32, u64>)> = modes
        .iter()
        .map(|&mode| {
            let mut classes = BTreeMap::new();
            for (&energy, &reads) in mode.batches.iter().flat_map(|batch| &batch.energies) {
                *classes.entry(class(energy)).or_default() += reads;
            }
            (mode, classes)
        })
        .filter(|(_, classes)| !classes.is_empty())
        .collect();
    let last = with_reads.iter().filter_map(|(_, classes)| classes.keys().max()).max().copied()?;
    let name = |class: u32| match class {
        0 | 1 => class.to_string(),
        _ => format!("{}-{}", 1_u64 << (class - 1), (1_u64 << (class - 1)) * 2 - 1),
    };
    let series = with_reads.iter().map(|(mode, classes)| {
        let all: u64 = classes.values().sum();
        let percent = |class: u32| classes.get(&class).map(|&reads| 100.0 * reads as f64 / all as f64);
        (mode.title.clone(), (0..=last).map(percent).collect())
    });
    bars(
        id,
        &format!("{of}: energies of all reads of all batches above the minimum, rounded"),
        ("energy above the minimum", axis("reads, %")),
        (0..=last).map(name).collect(),
        series.collect(),
    )
}

fn chain_breaks(result: &ExperimentResult) -> Option<Block> {
    let name = result.experiment.name.as_str();
    let share = |mode: &ModeResult| mode.summary.broken_reads.and_then(|reads| reads.rate());
    let mut modes: Vec<String> = Vec::new();
    for mode in result.formulations.iter().flat_map(|formulation| &formulation.modes) {
        if share(mode).is_some() && !modes.contains(&mode.mode) {
            modes.push(mode.mode.clone());
        }
    }
    let series = result.formulations.iter().map(|formulation| {
        let of_mode = |name: &String| {
            let mode = formulation.modes.iter().find(|mode| mode.mode == *name)?;
            share(mode).map(|rate| 100.0 * rate)
        };
        (formulation.name.name().to_owned(), modes.iter().map(of_mode).collect())
    });
    let series = series.collect();
    let y = "reads with a broken chain, %";
    bars(&id(&[name, "breaks"]), &format!("{name}: reads with a broken chain"), ("", axis(y)), modes, series)
}

fn of_set(set: &SetResult) -> Section {
    let mut blocks = vec![Block::Text(set_text(set))];
    for network in &set.networks {
        let caption = format!("{}; {}", network_title(set, network), proof_text(&network.optimum));
        blocks.push(table_of(&caption, &SET_COLUMNS, network_rows(set, network)));
    }
    blocks.extend(wrong(set));
    for network in &set.networks {
        let shape = shape(set, network);
        if let Some(best) = &network.network {
            blocks.extend(weights(
                &id(&[&set.name, &shape]),
                &format!("{}, {shape}", set.name),
                best,
                &set.input_names,
            ));
        }
    }
    Section::new(format!("Whole training set {}", set.name), blocks)
}

fn shape(set: &SetResult, network: &NetworkResult) -> String {
    let bias = if network.shape.bias { " with bias" } else { "" };
    format!("{}-{}-1{bias}", set.num_inputs, network.shape.hidden)
}

/// Shares of wrong rows, method by method.
fn wrong(set: &SetResult) -> Option<Block> {
    let first = set.networks.first()?;
    let name = |index: usize| network_rows(set, first).get(index).and_then(|row| row.first().cloned());
    let categories: Vec<String> = (0..).map_while(name).collect();
    let percent = |accuracy: f64| 100.0 * (1.0 - accuracy);
    let series = set.networks.iter().flat_map(|network| {
        let shape = shape(set, network);
        let accuracies: Vec<(f64, Option<f64>)> = network
            .trainings
            .iter()
            .map(|training| (training.train_accuracy, training.test_accuracy))
            .chain(network.baselines.iter().map(|baseline| (baseline.train_accuracy, baseline.test_accuracy)))
            .collect();
        let train = accuracies.iter().map(|&(train, _)| Some(percent(train))).collect();
        let test = accuracies.iter().map(|&(_, test)| test.map(percent)).collect();
        [(format!("{shape}, training"), train), (format!("{shape}, test"), test)]
    });
    let mut series: Vec<(String, Vec<Option<f64>>)> = series.take(6).collect();
    series.iter_mut().for_each(|(_, values)| values.resize(categories.len(), None));
    series.retain(|(_, values)| values.iter().any(Option::is_some));
    let caption = format!("{}: share of wrong rows", set.name);
    bars(&id(&[&set.name, "wrong"]), &caption, ("", axis("wrong rows, %")), categories, series)
}
