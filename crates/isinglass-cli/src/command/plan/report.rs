//! What `isinglass plan` says.

use std::path::Path;

use isinglass_chip::embedding::Precision;
use isinglass_chip::qpu::Plan;
use serde::Serialize;

use crate::arguments::chip::ChosenChip;
use crate::arguments::embedding::precision_lines;
use crate::arguments::problem::Problem;
use crate::files::input_name;
use crate::output::Report;
use crate::output::number::{compact, count, duration, significant, thousands};
use crate::output::sheet::Sheet;

/// A plan, and of what it is.
#[derive(Debug, Serialize)]
pub(crate) struct PlanReport {
    source: String,
    num_variables: usize,
    num_interactions: usize,
    chip: String,
    is_emulated: bool,
    embedding: Option<String>,
    #[serde(flatten)]
    plan: Plan,
    /// How precisely the chip sees the problem.
    precision: Precision,
}

impl PlanReport {
    /// The plan of a problem on a chip; `embedding` is the file that the embedding is from.
    pub(crate) fn new(
        problem: &Problem,
        chosen: &ChosenChip,
        embedding: Option<&Path>,
        plan: Plan,
        precision: Precision,
    ) -> Self {
        Self {
            source: problem.source.clone(),
            num_variables: problem.file.bqm.num_variables(),
            num_interactions: problem.file.bqm.num_interactions(),
            chip: chosen.text(),
            is_emulated: chosen.is_emulated,
            embedding: embedding.map(|path| path.display().to_string()),
            plan,
            precision,
        }
    }
}

/// Microseconds for people.
fn time(microseconds: f64) -> String {
    duration(microseconds * 1e-6)
}

impl Report for PlanReport {
    fn text(&self) -> String {
        let plan = &self.plan;
        let mut sheet = Sheet::new();
        let (variables, interactions) = (
            count(self.num_variables, "variable", "variables"),
            count(self.num_interactions, "interaction", "interactions"),
        );
        sheet.line("problem", format!("{}: {variables}, {interactions}", input_name(self.source.as_ref())));
        let faults = if self.is_emulated { ": as many faults as the real one has, but not the same" } else { "" };
        sheet.line("chip", format!("{}{faults}", self.chip));
        let from = self.embedding.as_ref().map_or_else(String::new, |path| format!(", from {path}"));
        sheet.line(
            "embedding",
            format!(
                "{} on {} and {}, the longest has {}{from}",
                count(plan.num_chains, "chain", "chains"),
                count(plan.num_qubits, "qubit", "qubits"),
                count(plan.num_couplers, "coupler", "couplers"),
                thousands(plan.max_chain_length as u64),
            ),
        );
        let submissions = plan.submissions.iter().map(|each| {
            let (times, time) = (thousands(each.count), time(each.time.qpu_access_time));
            format!("{times} of {}, {time} each", count(each.num_reads as usize, "read", "reads"))
        });
        sheet.lines("submit", submissions);
        sheet.line("", format!("one takes {} reads at most", thousands(plan.max_reads_per_submission)));
        if let Some(first) = plan.submissions.first() {
            sheet.line("program", format!("{}, once for each submission", time(first.time.qpu_programming_time)));
            sheet.line(
                "read",
                format!(
                    "{} µs anneal, {} µs readout, {} µs delay",
                    compact(first.time.qpu_anneal_time_per_sample),
                    significant(first.time.qpu_readout_time_per_sample),
                    significant(first.time.qpu_delay_time_per_sample)
                ),
            );
        }
        sheet.line("access", format!("{} ({} µs)", time(plan.qpu_access_time), compact(plan.qpu_access_time.round())));
        sheet.line("charge", format!("{} µs", compact(plan.charge.round())));
        let taken =
            if plan.is_in_range { "then the chip takes all" } else { "and even then the chip does not take all" };
        sheet.line("scale", format!("all biases are divided by {}, {taken}", significant(plan.scale)));
        if let Some(fault) = &plan.unscaled_fault {
            sheet.line("", format!("without it {fault}"));
        }
        if let Some(least) = plan.least_bias {
            let errors = format!("the least bias is then {}, errors of chips are 0.01 to 0.02", significant(least));
            sheet.line("", errors);
        }
        sheet.lines("precision", precision_lines("on the chip", &self.precision));
        sheet.lines("assumed", &plan.assumptions);
        sheet.line("note", "times are the service's model, without queue and network; nothing was sent");
        sheet.finish()
    }
}
