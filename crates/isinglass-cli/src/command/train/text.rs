//! The report of a training run as text.

use std::path::Path;

use isinglass::formulation::GateKind;
use isinglass::network::Network;
use isinglass::report::{TrainReport, weights_picture};
use isinglass::train::RandomWeights;
use isinglass_qubo::SampleStatus;
use isinglass_qubo::mip_solver::MipClaim;
use serde::Serialize;

use super::chip::OnChip;
use crate::arguments::solver::{EmulationOutput, claim_lines};
use crate::command::compile::statistics_lines;
use crate::output::Report;
use crate::output::confusion::{ConfusionTable, confusion_table};
use crate::output::number::{compact, count, duration, rate, significant, thousands};
use crate::output::sheet::Sheet;
use crate::output::table::{Align, table};

/// Rows of the table of minibatches that are shown.
const SHOWN_BATCHES: usize = 20;
/// What is proven where only the QUBO is.
const OPTIMAL_IN_OUTPUT_BITS: &str = "optimal in output bits (not in classification errors)";
/// Which network a run on minibatches gives.
pub(super) const OF_MINIBATCHES: &str =
    "The network is the one of all minibatches with the fewest errors on all training rows.";

/// A report, and what its picture is drawn from.
#[derive(Serialize)]
pub(super) struct TrainOutput<'a> {
    #[serde(flatten)]
    pub(super) report: TrainReport,
    /// What a solver of mixed-integer programs says of the whole set; of minibatches it is in `batches`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mip: Option<MipClaim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) embedded: Option<OnChip>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) emulation: Option<EmulationOutput>,
    /// Whole set and several reads only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) random_weights: Option<RandomWeights>,
    #[serde(skip)]
    pub(super) network: &'a Network,
    /// Where the model went.
    pub(super) out: Option<&'a Path>,
}

impl Report for TrainOutput<'_> {
    fn text(&self) -> String {
        let mut sheet = Sheet::new();
        sheet.lines("Data", self.data_lines());
        sheet.line("Network", self.network_line());
        sheet.lines("QUBO", self.qubo_lines());
        sheet.lines("Solver", self.solver_lines());
        sheet.lines("Program", self.program_lines());
        if let Some(embedded) = &self.embedded {
            sheet.lines("Chip", embedded.lines());
            sheet.lines("Precision", embedded.precision_lines());
        }
        if let Some(emulation) = &self.emulation {
            sheet.lines("Emulated", emulation.lines());
        }
        sheet.lines("Result", self.result_lines());
        if let Some(path) = self.out {
            sheet.line("Model", path.display().to_string());
        }
        let mut text = sheet.finish();
        let mut section = |lines: Vec<String>| {
            if !lines.is_empty() {
                text.push('\n');
                text.extend(lines.into_iter().map(|line| line + "\n"));
            }
        };
        section(self.batch_lines());
        section(self.comparison_lines());
        // one matrix is enough here; --json and reports have both
        section(self.confusion_tables().first().map(ConfusionTable::lines).unwrap_or_default());
        let picture = weights_picture(self.network, &self.report.dataset.input_names);
        if !picture.is_empty() {
            section(vec!["Weights (█ is +1, · is -1)".to_owned(), picture.trim_end().to_owned()]);
        }
        text
    }
}

impl TrainOutput<'_> {
    pub(super) fn data_lines(&self) -> Vec<String> {
        let data = &self.report.dataset;
        let rows = count(data.num_rows, "training row", "training rows");
        let test = match data.num_test_rows {
            0 => "no test rows".to_owned(),
            number => count(number, "test row", "test rows"),
        };
        let mut lines = vec![
            format!("{}: {rows}, {test}, {}", data.source, count(data.num_inputs, "input bit", "input bits")),
            format!("classes {}", data.classes.join(" ")),
        ];
        lines.extend(data.test_rows.as_ref().map(|chosen| format!("test rows: {chosen}")));
        if !data.dropped_by_user.is_empty() {
            lines.push(format!("dropped columns: {}", data.dropped_by_user.join(", ")));
        }
        if data.num_dropped_columns > 0 {
            lines.push(format!("{} left out", count(data.num_dropped_columns, "constant column", "constant columns")));
        }
        lines
    }

    pub(super) fn network_line(&self) -> String {
        let network = &self.report.network;
        let widths: Vec<String> = network.widths.iter().map(ToString::to_string).collect();
        let bias = if network.bias { " with bias" } else { ", no bias" };
        format!("{}{bias}, {}", widths.join("-"), count(network.num_weights, "binary weight", "binary weights"))
    }

    pub(super) fn qubo_lines(&self) -> Vec<String> {
        let formulation = &self.report.formulation;
        let mut name = formulation.name.clone();
        if !formulation.without.is_empty() {
            name.push_str(&format!(" without {}", formulation.without.join(", ")));
        }
        if formulation.gate != GateKind::HalfStep {
            name.push_str(&format!(", {} gates", formulation.gate.name()));
        }
        if !self.report.batches.is_empty() {
            name.push_str(", the last minibatch");
        }
        let lines = match &formulation.statistics {
            Some(statistics) => statistics_lines(statistics),
            None => vec!["not compiled: the solver searches the weights, and the QUBO is large".to_owned()],
        };
        std::iter::once(name).chain(lines).collect()
    }

    /// What a solver of mixed-integer programs claims.
    pub(super) fn program_lines(&self) -> Vec<String> {
        let of_batches: Vec<&MipClaim> = self.report.batches.iter().filter_map(|step| step.mip.as_ref()).collect();
        match (&self.mip, of_batches.first()) {
            (Some(claim), _) => {
                let mut lines = claim_lines(claim, claim.objective);
                if self.report.result.output_bits.is_some() {
                    lines.push("the program counts wrong output bits, not classification errors".to_owned());
                }
                lines
            }
            (None, Some(first)) => {
                let optimal = of_batches.iter().filter(|claim| claim.optimal).count();
                let all = count(of_batches.len(), "minibatch", "minibatches");
                vec![format!(
                    "{optimal} of {all} solved to the optimum according to {}, not checked by isinglass",
                    first.solver
                )]
            }
            (None, None) => Vec::new(),
        }
    }

    pub(super) fn solver_lines(&self) -> Vec<String> {
        let solver = &self.report.solver;
        let mut first = solver.name.clone();
        if let Some((hot, cold)) = solver.beta_range {
            first.push_str(&format!(
                ": {}, {} sweeps each, beta {} to {}, seed {}",
                count(solver.num_reads, "read", "reads"),
                thousands(solver.num_sweeps),
                significant(hot),
                significant(cold),
                solver.seed
            ));
        } else if solver.num_reads > 1 {
            first.push_str(&format!(": {}, seed {}", count(solver.num_reads, "read", "reads"), solver.seed));
        }
        first.push_str(&format!("; {}", duration(solver.seconds)));
        if let Some(per_second) = solver.updates_per_second {
            let updates = if solver.name == "weights" { "weights offered a flip/s" } else { "spin updates/s" };
            first.push_str(&format!(", {} {updates} in all", rate(per_second)));
        }
        let mut lines = vec![first];
        lines.extend(solver.reason.as_ref().map(|reason| format!("chosen because {reason}")));
        if solver.num_reads > 1 && self.report.batches.is_empty() {
            let after = if solver.polished { ", after polish" } else { "" };
            let reads = count(solver.num_best, "read", "reads");
            lines.push(format!("{reads} as good as the best one in its round{after}"));
        }
        lines.extend(self.polish_line());
        lines.extend(self.random_weights.map(|random| {
            let (polish, before) = match solver.polished {
                true => (" and polish", format!(" ({} before polish)", compact(random.sampled_loss))),
                false => ("", String::new()),
            };
            let best = format!("{} of {}", thousands(random.num_best as u64), thousands(random.num_reads as u64));
            format!("random weights, same reads{polish}: loss {}{before} in {best}", compact(random.loss))
        }));
        let ended = match solver.status {
            SampleStatus::TimeLimit => Some("stopped at the time limit, with the best so far"),
            SampleStatus::Interrupted => Some("interrupted, with the best so far"),
            SampleStatus::Target => Some("stopped at the target"),
            SampleStatus::Heuristic | SampleStatus::Optimal => None,
        };
        lines.extend(ended.map(str::to_owned));
        lines
    }

    /// What flips of single weights made of the best read.
    fn polish_line(&self) -> Option<String> {
        let (solver, loss) = (&self.report.solver, self.report.result.loss);
        let sampled = solver.sampled_loss.filter(|_| solver.polished && self.report.batches.is_empty())?;
        match sampled == loss {
            false => {
                let (from, to) = (compact(sampled), compact(loss));
                Some(format!("polished by flips of single weights: from loss {from} to {to}"))
            }
            true if solver.num_reads > 1 => Some(format!("least loss before polish {}", compact(sampled))),
            true => None,
        }
    }

    pub(super) fn result_lines(&self) -> Vec<String> {
        let result = &self.report.result;
        let of = if self.report.batches.is_empty() { "" } else { " of its minibatch" };
        let errors = |number| count(number, "error", "errors");
        let loss = compact(result.loss);
        let mut lines = vec![
            format!(
                "{} on {}, counted by the forward pass",
                errors(result.train_errors),
                count(self.report.dataset.num_rows, "training row", "training rows")
            ),
            match (result.energy, result.violations) {
                (None, _) => format!("loss {loss}"),
                (Some(energy), Some(violations)) => {
                    let violated = count(violations, "violated constraint", "violated constraints");
                    format!("QUBO energy{of} {}, loss {loss}, {violated}", compact(energy))
                }
                (Some(energy), None) => format!(
                    "QUBO energy{of} {}, loss {loss} (network encoded as a sample: its constraints hold by construction)",
                    compact(energy)
                ),
            },
        ];
        lines.extend(self.output_bits_lines());
        let optimum = &result.optimum;
        let in_errors = if result.output_bits.is_some() { " in classification errors" } else { "" };
        let how = match (optimum.lower_bound, optimum.seconds) {
            // nothing was searched, so there is no time to speak of
            (None, _) | (_, 0.0) => optimum.how.clone(),
            (Some(_), seconds) => format!("{}, {}", optimum.how, duration(seconds)),
        };
        lines.push(match optimum.loss {
            Some(_) if result.proven_optimal => format!("proven optimal{in_errors}: {how}"),
            Some(least) => {
                format!("{} above the optimum of {}{in_errors}: {how}", compact(result.loss - least), compact(least))
            }
            None => format!("optimum not proven{in_errors}: {how}"),
        });
        lines
    }

    /// What the QUBO counts, where that is not the loss.
    fn output_bits_lines(&self) -> Vec<String> {
        let result = &self.report.result;
        let Some(bits) = &result.output_bits else { return Vec::new() };
        let mut lines = vec![format!(
            "the loss counts classification errors; the QUBO counts wrong output bits, of which this network has {}",
            compact(bits.wrong)
        )];
        lines.extend(bits.least.map(|least| match bits.optimal {
            true => format!("{OPTIMAL_IN_OUTPUT_BITS}: the solver proved the least energy of an exact QUBO"),
            false => format!(
                "{} above the optimum in output bits of {} (not in classification errors)",
                compact(bits.wrong - least),
                compact(least)
            ),
        }));
        lines
    }

    /// Confusion matrices, those of the test rows first.
    pub(super) fn confusion_tables(&self) -> Vec<ConfusionTable> {
        let (classes, confusion) = (&self.report.dataset.classes, &self.report.result.confusion);
        let test = confusion.test.iter().map(|matrix| confusion_table("the test rows", classes, matrix));
        test.chain([confusion_table("the training rows", classes, &confusion.train)]).collect()
    }

    /// The table of minibatches, its header first; nothing without them.
    pub(super) fn batch_rows(&self) -> Vec<Vec<String>> {
        let batches = &self.report.batches;
        if batches.is_empty() {
            return Vec::new();
        }
        let header = ["Minibatch", "errors", "energy", "reads at best", "violations"].map(str::to_owned).to_vec();
        let row = |(index, step): (usize, &isinglass::train::StepRecord)| {
            vec![
                (index + 1).to_string(),
                compact(step.loss),
                compact(step.energy),
                format!("{} of {}", step.num_best, step.num_reads),
                step.violations.map_or_else(|| "-".to_owned(), |violations| violations.to_string()),
            ]
        };
        let rows: Vec<Vec<String>> = std::iter::once(header).chain(batches.iter().enumerate().map(row)).collect();
        rows
    }

    fn batch_lines(&self) -> Vec<String> {
        let mut rows = self.batch_rows();
        let more = rows.len().saturating_sub(1 + SHOWN_BATCHES);
        if rows.is_empty() {
            return Vec::new();
        }
        rows.truncate(1 + SHOWN_BATCHES);
        let mut lines = table(&[Align::Right; 5], &rows);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines.push(OF_MINIBATCHES.to_owned());
        lines
    }

    /// The table of accuracies, its header first.
    pub(super) fn comparison_rows(&self) -> Vec<Vec<String>> {
        let percent = |accuracy: f64| format!("{:.2} %", 100.0 * accuracy);
        let row = |name: String, train: f64, test: Option<f64>| {
            vec![name, percent(train), test.map_or_else(|| "-".to_owned(), percent)]
        };
        let result = &self.report.result;
        let mut rows = vec![["Accuracy", "training", "test"].map(str::to_owned).to_vec()];
        rows.push(row("this network".to_owned(), result.train_accuracy, result.test_accuracy));
        for baseline in &self.report.baselines {
            let seeds = baseline.detail.get("num_seeds").copied().unwrap_or(0.0);
            let name = match baseline.name {
                "majority" => "majority class".to_owned(),
                "logistic" => "logistic regression".to_owned(),
                "gradient_median" => format!("same network by gradients, median of {seeds} seeds"),
                "gradient_best" => format!("same network by gradients, best of {seeds} seeds"),
                other => other.to_owned(),
            };
            rows.push(row(name, baseline.train_accuracy, baseline.test_accuracy));
        }
        rows
    }

    fn comparison_lines(&self) -> Vec<String> {
        table(&[Align::Left, Align::Right, Align::Right], &self.comparison_rows())
    }
}
