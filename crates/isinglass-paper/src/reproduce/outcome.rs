//! Results of a reproduction, as plain data.

use super::mode::Mode;
use super::plan::{Experiment, FormulationChoice, ReproducePlan, Shape};
use isinglass::baseline::BaselineResult;
use isinglass::network::Network;
use isinglass_qubo::time_to_solution::{Measurement, Success};
use serde::Serialize;
use std::collections::BTreeMap;

/// Results of a reproduction, possibly partial.
#[derive(Clone, Debug, Serialize)]
pub struct Reproduction {
    /// Batch experiments.
    pub experiments: Vec<ExperimentResult>,
    /// Results on the whole training set, for several choices of inputs.
    pub sets: Vec<SetResult>,
    /// Requested parts that are missing or incomplete, as phrases; empty if complete.
    pub unfinished: Vec<String>,
}

/// Results of one experiment of the paper.
#[derive(Clone, Debug, Serialize)]
pub struct ExperimentResult {
    /// Name, batch size, number of batches.
    #[serde(flatten)]
    pub experiment: Experiment,
    /// Minimum number of errors of each batch, by the exact trainer.
    pub optima: Vec<f64>,
    /// Sum of the minimum errors.
    pub total_optimum: f64,
    /// Results of the hard-constraint mode and of added solvers, which use no QUBO formulation.
    pub hard: Vec<ModeResult>,
    /// Results of the QUBO modes, by formulation.
    pub formulations: Vec<FormulationResult>,
    /// An optimal network of the first batch.
    pub network: Option<Network>,
}

/// Results of one formulation in one experiment.
#[derive(Clone, Debug, Serialize)]
pub struct FormulationResult {
    /// Formulation.
    pub name: FormulationChoice,
    /// Number of QUBO variables: minimum and maximum over all batches.
    pub num_variables: (usize, usize),
    /// Number of QUBO interactions: minimum and maximum over all batches.
    pub num_interactions: (usize, usize),
    /// Results by mode.
    pub modes: Vec<ModeResult>,
    /// Success against sweeps on the QUBO of the first batch.
    pub scan: Vec<ScanPoint>,
}

/// Annealing results at one number of sweeps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScanPoint {
    /// Number of reads at the optimum, total number of reads, and their time.
    #[serde(flatten)]
    pub measurement: Measurement,
    /// 95 % confidence interval of the success rate per read.
    pub interval: (f64, f64),
    /// Time to solution with 99 % certainty, in seconds; `None` without a success.
    pub tts99: Option<f64>,
    /// Confidence interval of the time to solution.
    pub tts99_interval: (f64, Option<f64>),
}

impl ScanPoint {
    /// With what follows from a measurement.
    #[must_use]
    pub fn new(measurement: Measurement) -> Self {
        let (interval, tts99) = (measurement.success.interval(), measurement.tts99());
        Self { interval, tts99, tts99_interval: measurement.tts99_interval(), measurement }
    }
}

/// Results of one mode on all batches of an experiment.
#[derive(Clone, Debug, Serialize)]
pub struct ModeResult {
    /// Name: one of [`Mode::NAMES`], or that of an added solver.
    pub mode: String,
    /// Title in tables.
    pub title: String,
    /// Description of the paper's method.
    pub of_paper: String,
    /// Description of our method.
    pub of_isinglass: String,
    /// Whether the chip is emulated.
    pub is_emulated: bool,
    /// Reason for missing results, if any.
    pub unfinished: Option<String>,
    /// Summary over all completed batches.
    pub summary: Summary,
    /// Results by batch.
    pub batches: Vec<BatchResult>,
    /// Chains of the first batch, by variable, for figures.
    #[serde(skip)]
    pub chains: Vec<Vec<u32>>,
}

/// Results of one mode on one batch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BatchResult {
    /// Batch index, from 0.
    pub batch: usize,
    /// Errors of the decoded network on the rows of the batch, by a forward pass.
    pub errors: f64,
    /// Errors above the optimum.
    pub excess: f64,
    /// Energy of the best sample on the QUBO, offset included.
    pub energy: Option<f64>,
    /// Whether the mode itself proved its result optimal.
    pub proven: bool,
    /// Number of violated constraints of the best sample; absent for modes under hard constraints, which have no sample.
    pub violations: Option<usize>,
    /// Time from rows to verified weights in seconds: compiling, solving, decoding, verifying; without the embedding.
    pub seconds: f64,
    /// Number of reads at the minimum energy, for modes with reads.
    pub success: Option<Success>,
    /// Chip statistics.
    pub on_chip: Option<OnChip>,
    /// Histogram of read energies above the minimum, rounded to integers.
    pub energies: BTreeMap<i64, u64>,
}

/// Chip statistics of one batch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OnChip {
    /// Total number of qubits in all chains.
    pub num_qubits: usize,
    /// Length of the longest chain.
    pub max_chain_length: usize,
    /// Embedding time in seconds; close to zero if an earlier batch had the same graph.
    pub embedding_seconds: f64,
    /// Largest chain strength, in the units of the Ising problem.
    pub chain_strength: f64,
    /// Number of reads with a broken chain, and total number of reads.
    pub broken_reads: Success,
    /// Mean chain break rate.
    pub mean_break_rate: f64,
    /// Ratio of the smallest gap to the largest bias after scaling to the chip.
    pub scaled_gap: Option<f64>,
    /// QPU access time in microseconds: measured by the service for a real chip, from the published timing model for an emulated one;
    /// `None` if unknown.
    pub qpu_access_time: Option<f64>,
}

/// Summary of a mode over its batches.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Number of completed batches.
    pub num_batches: usize,
    /// Number of batches with optimal weights.
    pub num_optimal: usize,
    /// Number of batches that the mode itself proved.
    pub num_proven: usize,
    /// Number of batches whose best sample satisfies all constraints; absent for modes under hard constraints.
    pub num_feasible: Option<usize>,
    /// Mean errors above the optimum.
    pub mean_excess: f64,
    /// Histogram of errors above the optimum.
    pub excess_histogram: BTreeMap<u64, usize>,
    /// Median time of a batch in seconds.
    pub median_seconds: f64,
    /// Maximum time of a batch in seconds.
    pub max_seconds: f64,
    /// Number of reads at the minimum over all batches, for modes with reads.
    pub success: Option<Success>,
    /// Number of qubits: minimum and maximum over all batches.
    pub num_qubits: Option<(usize, usize)>,
    /// Length of the longest chain of all batches.
    pub max_chain_length: Option<usize>,
    /// Number of reads with a broken chain, and total number of reads.
    pub broken_reads: Option<Success>,
    /// Mean chain break rate.
    pub mean_break_rate: Option<f64>,
    /// Total embedding time in seconds.
    pub embedding_seconds: Option<f64>,
    /// Median QPU access time in microseconds: measured for a real chip, modelled for an emulated one.
    pub median_qpu_access_time: Option<f64>,
}

impl Summary {
    /// Summarizes these batches.
    #[must_use]
    pub fn of(batches: &[BatchResult]) -> Self {
        if batches.is_empty() {
            return Self::default();
        }
        let count = |is: &dyn Fn(&BatchResult) -> bool| batches.iter().filter(|&batch| is(batch)).count();
        let seconds: Vec<f64> = batches.iter().map(|batch| batch.seconds).collect();
        let mut excess_histogram = BTreeMap::new();
        for batch in batches {
            *excess_histogram.entry(batch.excess.max(0.0).round() as u64).or_default() += 1;
        }
        let chips: Vec<&OnChip> = batches.iter().filter_map(|batch| batch.on_chip.as_ref()).collect();
        let qubits = chips.iter().map(|chip| chip.num_qubits);
        let times: Vec<f64> = chips.iter().filter_map(|chip| chip.qpu_access_time).collect();
        let rates = chips.iter().map(|chip| chip.mean_break_rate).sum::<f64>();
        Self {
            num_batches: batches.len(),
            num_optimal: count(&|batch| batch.excess <= 0.0),
            num_proven: count(&|batch| batch.proven),
            num_feasible: batches
                .iter()
                .all(|batch| batch.violations.is_some())
                .then(|| count(&|batch| batch.violations == Some(0))),
            mean_excess: batches.iter().map(|batch| batch.excess).sum::<f64>() / batches.len() as f64,
            excess_histogram,
            median_seconds: median(&seconds).unwrap_or(0.0),
            max_seconds: seconds.iter().copied().fold(0.0, f64::max),
            success: sum(batches.iter().filter_map(|batch| batch.success)),
            num_qubits: qubits.clone().min().zip(qubits.max()),
            max_chain_length: chips.iter().map(|chip| chip.max_chain_length).max(),
            broken_reads: sum(chips.iter().map(|chip| chip.broken_reads)).filter(|reads| reads.num_reads > 0),
            mean_break_rate: (!chips.is_empty()).then(|| rates / chips.len() as f64),
            embedding_seconds: (!chips.is_empty()).then(|| chips.iter().map(|chip| chip.embedding_seconds).sum()),
            median_qpu_access_time: median(&times),
        }
    }
}

fn sum(parts: impl Iterator<Item = Success>) -> Option<Success> {
    parts.reduce(|one, two| Success {
        successes: one.successes + two.successes,
        num_reads: one.num_reads + two.num_reads,
    })
}

/// The middle one, or the mean of both in the middle.
fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted.get((sorted.len().checked_sub(1)?) / 2)?, sorted.get(sorted.len() / 2)?);
    Some((low + high) / 2.0)
}

/// Results on the whole training set with one choice of inputs.
#[derive(Clone, Debug, Serialize)]
pub struct SetResult {
    /// Name of the choice.
    pub name: String,
    /// Number of inputs.
    pub num_inputs: usize,
    /// Input names.
    pub input_names: Vec<String>,
    /// Number of training rows.
    pub num_rows: usize,
    /// Number of test rows.
    pub num_test_rows: usize,
    /// Distinct inputs whose rows are not evenly divided between the classes.
    pub num_groups: usize,
    /// Errors on the training rows that no classifier of these inputs can avoid.
    pub unavoidable_errors: f64,
    /// Results by network.
    pub networks: Vec<NetworkResult>,
}

/// Results of a network trained on a whole set.
#[derive(Clone, Debug, Serialize)]
pub struct NetworkResult {
    /// Hidden layer.
    #[serde(flatten)]
    pub shape: Shape,
    /// Number of QUBO variables by formulation; `None` if the QUBO would be too large to build.
    pub num_variables: BTreeMap<&'static str, Option<usize>>,
    /// Results by training method.
    pub trainings: Vec<TrainingResult>,
    /// Optimality proof, or the reason why there is none.
    pub optimum: ProvenOptimum,
    /// Baselines: majority class, logistic regression, gradient-trained network of the same shape.
    pub baselines: Vec<BaselineResult>,
    /// Network with the fewest training errors.
    #[serde(skip)]
    pub network: Option<Network>,
}

/// Results of one training method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrainingResult {
    /// Name: `weights` (annealing of the weights), `compact-annealed` (the QUBO, with local search) or `exact`.
    pub method: &'static str,
    /// Number of training errors.
    pub train_errors: usize,
    /// Training accuracy.
    pub train_accuracy: f64,
    /// Test accuracy.
    pub test_accuracy: Option<f64>,
    /// Time in seconds.
    pub seconds: f64,
}

/// Lower bound on the errors of a network of this shape, with the proof status.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProvenOptimum {
    /// Minimum number of errors, if proven.
    pub errors: Option<f64>,
    /// Lower bound on the number of errors of any network of this shape.
    pub lower_bound: Option<f64>,
    /// Reason why the minimum is not proven.
    pub reason: Option<String>,
    /// Time of the proof, or of the attempt, in seconds.
    pub seconds: f64,
}

impl ModeResult {
    pub(super) fn of(mode: Mode, plan: &ReproducePlan) -> Self {
        let title = match &plan.real_qpu {
            Some(service) if mode == Mode::Qpu => format!("QPU ({}, real)", service.solver()),
            _ => mode.title().to_owned(),
        };
        Self {
            mode: mode.name().to_owned(),
            title,
            of_paper: mode.of_paper().to_owned(),
            of_isinglass: mode.of_isinglass().to_owned(),
            is_emulated: mode == Mode::QpuEmulated,
            unfinished: None,
            summary: Summary::default(),
            batches: Vec::new(),
            chains: Vec::new(),
        }
    }
}
