//! The report of a training run: plain data, and its rendering as text.
//!
//! Everything here is pure: the same report gives the same bytes.

mod picture;
mod weight_maps;

pub use picture::weights_picture;
pub use weight_maps::{WeightMap, weight_maps};

use crate::baseline::BaselineResult;
use crate::dataset::TestRows;
use crate::formulation::{GateKind, Statistics};
use crate::metrics::Confusion;
use crate::network::Architecture;
use crate::task::{Objective, Task};
use crate::train::{StepRecord, Training};
use isinglass_qubo::SampleStatus;
use serde::Serialize;

/// A count with a comma between groups of three digits.
#[must_use]
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What was learned from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatasetReport {
    /// Name or path.
    pub source: String,
    /// SHA-256 of the data, hexadecimal.
    pub sha256: String,
    /// Training rows.
    pub num_rows: usize,
    /// Test rows.
    pub num_test_rows: usize,
    /// Groups of training rows in the QUBO (of the last minibatch, if there are minibatches).
    pub num_groups: usize,
    /// Input bits.
    pub num_inputs: usize,
    /// Names of the input bits.
    pub input_names: Vec<String>,
    /// Columns without information that were left out.
    pub num_dropped_columns: usize,
    /// Columns that the user left out.
    pub dropped_by_user: Vec<String>,
    /// Columns among the inputs that look like identifiers of the rows.
    pub identifier_columns: Vec<String>,
    /// How the test rows were chosen, if there are any.
    pub test_rows: Option<TestRows>,
    /// Names of the classes.
    pub classes: Vec<String>,
}

/// What was trained.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkReport {
    /// Widths, inputs first.
    pub widths: Vec<usize>,
    /// Whether each neuron has a bias.
    pub bias: bool,
    /// Number of weights.
    pub num_weights: usize,
}

impl NetworkReport {
    /// The report of an architecture.
    #[must_use]
    pub fn of(architecture: &Architecture) -> Self {
        let (widths, bias) = (architecture.widths().to_vec(), architecture.bias());
        Self { widths, bias, num_weights: architecture.num_weights() }
    }
}

/// How training became a QUBO.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FormulationReport {
    /// `compact`, `reference`, or `compact` with reductions switched off.
    pub name: String,
    /// Reductions that were switched off.
    pub without: Vec<String>,
    /// Which threshold gates, if half steps are not switched off.
    pub gate: GateKind,
    /// Whether the QUBO was compiled: solvers that search the weights do not need a large one.
    pub compiled: bool,
    /// Size and guarantees; absent where it was not compiled.
    #[serde(flatten)]
    pub statistics: Option<Statistics>,
}

/// Who minimised.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SolverReport {
    /// Its name.
    pub name: String,
    /// Why it was taken, where the user left the choice.
    pub reason: Option<String>,
    /// How the run ended.
    pub status: SampleStatus,
    /// Reads of all steps.
    pub num_reads: usize,
    /// Sweeps of each read.
    pub num_sweeps: u64,
    /// Reads of the step that found the network whose weights were as good as the best of that step.
    pub num_best: usize,
    /// Whether decoded weights were polished by descent on the true loss.
    pub polished: bool,
    /// Least loss (plus weight terms) of the weights of any sample of that step, before they were polished.
    pub sampled_loss: Option<f64>,
    /// Inverse temperatures at both ends.
    pub beta_range: Option<(f64, f64)>,
    /// Seed.
    pub seed: u64,
    /// Seconds of compiling, sampling and verifying, without data and baselines.
    pub seconds: f64,
    /// Spin updates a second, over all of these seconds; absent where there are no spins.
    pub updates_per_second: Option<f64>,
}

/// The least possible loss, or why it is not known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OptimumReport {
    /// The least loss of all networks of this shape, if proven.
    pub loss: Option<f64>,
    /// A proven lower bound.
    pub lower_bound: Option<f64>,
    /// How it was proven, or why not.
    pub how: String,
    /// Seconds that the proof, or the attempt, took.
    pub seconds: f64,
}

/// Wrong output bits, where the loss counts classification errors instead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutputBitsReport {
    /// Wrong output bits of the network on the training rows, weighted: what a QUBO counts.
    pub wrong: f64,
    /// The least number of all networks of this shape, where the solver of the QUBO proved it.
    pub least: Option<f64>,
    /// Whether the network has that number: it is optimal in output bits (not in classification errors).
    pub optimal: bool,
}

impl OutputBitsReport {
    /// The report of a run whose loss counts classification errors; nothing for others.
    #[must_use]
    pub fn of(training: &Training, task: &Task) -> Option<Self> {
        let (wrong, least) = (training.wrong_output_bits, training.least_output_bits);
        (task.objective() == Objective::Errors).then_some(Self { wrong, least, optimal: least == Some(wrong) })
    }
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResultReport {
    /// Energy of the sample on the QUBO, offset included: wrong output bits, where the formulation is exact; null where there is
    /// no QUBO.
    pub energy: Option<f64>,
    /// What the loss counts; absent where wrong output bits and classification errors are the same.
    #[serde(skip_serializing_if = "Objective::is_output_bits")]
    pub objective: Objective,
    /// Loss of the network on the training rows.
    pub loss: f64,
    /// Wrong output bits, where the loss counts something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_bits: Option<OutputBitsReport>,
    /// Training rows whose predicted class is wrong.
    pub train_errors: usize,
    /// Share of training rows that are right.
    pub train_accuracy: f64,
    /// Test rows whose predicted class is wrong; absent without test rows.
    pub test_errors: Option<usize>,
    /// Share of test rows that are right; absent without test rows.
    pub test_accuracy: Option<f64>,
    /// Whether the loss is proven to be the least possible.
    pub proven_optimal: bool,
    /// The optimum.
    pub optimum: OptimumReport,
    /// Violated constraints of the sample that the weights were read from; null where there is no QUBO, and where a search over weights, or
    /// their polish, found them: the sample that they encode to violates none by construction.
    pub violations: Option<usize>,
    /// Which class is taken for which.
    pub confusion: Confusion,
}

/// A training run from end to end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrainReport {
    /// Version of isinglass.
    pub isinglass: String,
    /// The command line.
    pub command: String,
    /// What was learned from.
    pub dataset: DatasetReport,
    /// What was trained.
    pub network: NetworkReport,
    /// How training became a QUBO.
    pub formulation: FormulationReport,
    /// Who minimised.
    pub solver: SolverReport,
    /// What came out.
    pub result: ResultReport,
    /// What simpler methods reach on the same rows.
    pub baselines: Vec<BaselineResult>,
    /// A record of each minibatch; empty when the whole set was learned at once.
    pub batches: Vec<StepRecord>,
    /// Seconds in all.
    pub seconds: f64,
}

#[cfg(test)]
mod tests;
