//! What came of a reproduction, as plain data.

use super::mode::Mode;
use super::plan::{Experiment, FormulationChoice, ReproducePlan, Shape};
use isinglass::baseline::BaselineResult;
use isinglass::network::Network;
use isinglass_qubo::time_to_solution::{Measurement, Success};
use serde::Serialize;
use std::collections::BTreeMap;

/// A reproduction, complete or as far as it came.
#[derive(Clone, Debug, Serialize)]
pub struct Reproduction {
    /// The experiments with batches.
    pub experiments: Vec<ExperimentResult>,
    /// The whole training set with several choices of inputs.
    pub sets: Vec<SetResult>,
    /// What was asked for and not done or not finished, in words; empty if all is there.
    pub unfinished: Vec<String>,
}

/// One experiment of the paper.
#[derive(Clone, Debug, Serialize)]
pub struct ExperimentResult {
    /// Name, batch size, number of batches.
    #[serde(flatten)]
    pub experiment: Experiment,
    /// The least possible number of errors of each batch, by the exact trainer.
    pub optima: Vec<f64>,
    /// Their sum.
    pub total_optimum: f64,
    /// The hard-constraint mode, and those that were added to it; they know no formulation.
    pub hard: Vec<ModeResult>,
    /// The modes that work on a QUBO, by formulation.
    pub formulations: Vec<FormulationResult>,
    /// An optimal network of the first batch.
    pub network: Option<Network>,
}

/// One formulation in one experiment.
#[derive(Clone, Debug, Serialize)]
pub struct FormulationResult {
    /// Which one.
    pub name: FormulationChoice,
    /// Variables of the QUBO: least and most of all batches.
    pub num_variables: (usize, usize),
    /// Its interactions: least and most.
    pub num_interactions: (usize, usize),
    /// The modes.
    pub modes: Vec<ModeResult>,
    /// Success against sweeps on the QUBO of the first batch.
    pub scan: Vec<ScanPoint>,
}

/// Annealing with one number of sweeps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScanPoint {
    /// Reads that met the optimum, of all, and their time.
    #[serde(flatten)]
    pub measurement: Measurement,
    /// Success per read: both ends of the interval of 95 %.
    pub interval: (f64, f64),
    /// Seconds to the optimum with 99 % certainty; none without a success.
    pub tts99: Option<f64>,
    /// The same at both ends of the interval.
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

/// One mode on all batches of an experiment.
#[derive(Clone, Debug, Serialize)]
pub struct ModeResult {
    /// Its name: one of [`Mode::NAMES`], or that of a solver that was added.
    pub mode: String,
    /// Its title in tables.
    pub title: String,
    /// What the paper does there.
    pub of_paper: String,
    /// What was done here.
    pub of_isinglass: String,
    /// Whether a chip was emulated.
    pub is_emulated: bool,
    /// Why it is not complete, if it is not.
    pub unfinished: Option<String>,
    /// Figures over all batches done.
    pub summary: Summary,
    /// Each batch.
    pub batches: Vec<BatchResult>,
    /// The chains of the first batch, by variable, for pictures.
    #[serde(skip)]
    pub chains: Vec<Vec<u32>>,
}

/// One mode on one batch.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BatchResult {
    /// The batch, from 0.
    pub batch: usize,
    /// Errors on its rows of the weights of the best sample, by the plain forward pass.
    pub errors: f64,
    /// Errors above the optimum.
    pub excess: f64,
    /// Energy of that sample on the QUBO, offset included.
    pub energy: Option<f64>,
    /// Whether the mode itself proved its result to be the best.
    pub proven: bool,
    /// Violated constraints of that sample; absent for modes under hard constraints, which have no sample: none could be violated.
    pub violations: Option<usize>,
    /// Seconds from the rows to verified weights: compiling, solving, decoding, verifying; no search for an embedding.
    pub seconds: f64,
    /// Reads whose energy is the minimum, for modes with reads.
    pub success: Option<Success>,
    /// What happened on the chip.
    pub on_chip: Option<OnChip>,
    /// Energies of all reads above the minimum, rounded to whole units, with their numbers.
    pub energies: BTreeMap<i64, u64>,
}

/// What happened on the chip.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OnChip {
    /// Qubits in all chains.
    pub num_qubits: usize,
    /// The longest chain.
    pub max_chain_length: usize,
    /// Seconds that the search for the embedding took; next to none where an earlier batch had the same graph.
    pub embedding_seconds: f64,
    /// The largest chain strength, in the units of the QUBO over spins.
    pub chain_strength: f64,
    /// Reads with a broken chain, of all.
    pub broken_reads: Success,
    /// The mean share of broken chains.
    pub mean_break_rate: f64,
    /// Smallest gap over the largest number after scaling to the chip.
    pub scaled_gap: Option<f64>,
    /// Microseconds that a real chip was busy, as its service measured them, or that an emulated one would be, by its published model of
    /// times; none where the service does not say, and in other modes.
    pub qpu_access_time: Option<f64>,
}

/// Figures over the batches of a mode.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Batches done.
    pub num_batches: usize,
    /// Batches whose weights are optimal.
    pub num_optimal: usize,
    /// Batches that the mode itself proved.
    pub num_proven: usize,
    /// Batches whose best sample satisfies all constraints; absent for modes under hard constraints, which have no samples.
    pub num_feasible: Option<usize>,
    /// Mean errors above the optimum.
    pub mean_excess: f64,
    /// How many batches have how many errors above the optimum.
    pub excess_histogram: BTreeMap<u64, usize>,
    /// Median of the seconds of a batch.
    pub median_seconds: f64,
    /// Their maximum.
    pub max_seconds: f64,
    /// Reads at the minimum, of all batches, for modes with reads.
    pub success: Option<Success>,
    /// Qubits: least and most of all batches.
    pub num_qubits: Option<(usize, usize)>,
    /// The longest chain of all batches.
    pub max_chain_length: Option<usize>,
    /// Reads with a broken chain, of all.
    pub broken_reads: Option<Success>,
    /// The mean share of broken chains.
    pub mean_break_rate: Option<f64>,
    /// Seconds that the search for embeddings took in all.
    pub embedding_seconds: Option<f64>,
    /// Median of the microseconds of the chip: measured for a real one, modelled for an emulated one.
    pub median_qpu_access_time: Option<f64>,
}

impl Summary {
    /// The figures of these batches.
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

/// The whole training set with one choice of inputs.
#[derive(Clone, Debug, Serialize)]
pub struct SetResult {
    /// Its name.
    pub name: String,
    /// Inputs.
    pub num_inputs: usize,
    /// Their names.
    pub input_names: Vec<String>,
    /// Training rows.
    pub num_rows: usize,
    /// Test rows.
    pub num_test_rows: usize,
    /// Distinct inputs whose rows are not evenly divided between the classes.
    pub num_groups: usize,
    /// Errors on the training rows that no classifier of these inputs can avoid.
    pub unavoidable_errors: f64,
    /// Each network.
    pub networks: Vec<NetworkResult>,
}

/// A network trained on a whole set.
#[derive(Clone, Debug, Serialize)]
pub struct NetworkResult {
    /// Its hidden layer.
    #[serde(flatten)]
    pub shape: Shape,
    /// Variables of the QUBO, by formulation; none where it would be too large to build.
    pub num_variables: BTreeMap<&'static str, Option<usize>>,
    /// The ways of training.
    pub trainings: Vec<TrainingResult>,
    /// The proof, or how far it came.
    pub optimum: ProvenOptimum,
    /// Majority class, logistic regression, gradient-trained network of the same shape.
    pub baselines: Vec<BaselineResult>,
    /// The network of fewest errors on the training rows.
    #[serde(skip)]
    pub network: Option<Network>,
}

/// One way of training.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrainingResult {
    /// Which one: `weights` (annealing of the weights), `compact-annealed` (the QUBO, polished) or `exact`.
    pub method: &'static str,
    /// Wrong training rows.
    pub train_errors: usize,
    /// Share of training rows that are right.
    pub train_accuracy: f64,
    /// Share of test rows that are right.
    pub test_accuracy: Option<f64>,
    /// Seconds.
    pub seconds: f64,
}

/// The least possible errors of a network, or why they are not known.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProvenOptimum {
    /// The least errors, if proven.
    pub errors: Option<f64>,
    /// No network of this shape has fewer.
    pub lower_bound: Option<f64>,
    /// Why it is not proven.
    pub reason: Option<String>,
    /// Seconds that the proof, or the attempt, took.
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
