//! Reproduction of the paper's experiments, mode by mode, and extensions of them.
//!
//! The paper trains a 3-3-1 network on 20 batches of four rows and on 20 of eight, in six ways: under hard constraints, as a QUBO that
//! is solved exactly or annealed, as a QUBO over the qubits of a chip that is solved exactly or annealed, and on a chip.
//! [`reproduce`] does all of that on the same batches with its formulation and with ours, the chip being emulated, or a real one where the
//! caller brings a service that runs problems on it. Then come whole training sets with more inputs, tested.
//!
//! # References
//! M. Sasdelli, T.-J. Chin, *Quantum Annealing Formulation for Binary Neural Networks*, arXiv 2107.02751 (2021).

mod batch;
mod data;
mod exact_search;
mod hard_mip;
mod mode;
mod outcome;
mod plan;
#[cfg(test)]
mod tests;
mod whole;

pub use data::{A1A_SHA256, A1A_TEST_SHA256, FeatureSet, ReproduceData};
pub use hard_mip::HardMip;
pub use mode::Mode;
pub use outcome::{
    BatchResult, ExperimentResult, FormulationResult, ModeResult, NetworkResult, OnChip, ProvenOptimum, Reproduction,
    ScanPoint, SetResult, Summary, TrainingResult,
};
pub use plan::{Experiment, FormulationChoice, ReproducePlan, Shape};

use batch::Batch;
use isinglass::baseline::BaselineError;
use isinglass::exact::{ExactError, ExactTrainer};
use isinglass::formulation::{Formulation, FormulationError, WeightTerms, compile};
use isinglass::network::{Architecture, ArchitectureError, Network};
use isinglass::task::Task;
use isinglass::train::TrainError;
use isinglass::verify::{VerifyError, loss};
use isinglass_chip::embedding::EmbeddingCompositeError;
use isinglass_qubo::sampler::{ProgressReport, SimulatedAnnealing};
use isinglass_qubo::time_to_solution::{Call, Effort, measure};
use isinglass_qubo::{RunControl, SampleError, SampleStatus, rng};
use std::time::Instant;

/// Hidden neurons of the paper's network.
pub const HIDDEN: usize = 3;
/// How long a number of sweeps is measured at most.
const SCAN_EFFORT: Effort = Effort { num_reads: 2048, seconds: 2.0 };

/// Error of a reproduction.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReproduceError {
    /// The data set has too few rows for the batches.
    #[error("{experiment} needs {needed} rows, but there are only {num_rows}")]
    Rows {
        /// Name of the experiment.
        experiment: String,
        /// Number of rows needed.
        needed: usize,
        /// Number of rows available.
        num_rows: usize,
    },
    /// A parameter is out of range.
    #[error("{name} is {value}, but must be {allowed}")]
    Parameter {
        /// Name of the parameter.
        name: &'static str,
        /// Value found.
        value: f64,
        /// Allowed values.
        allowed: &'static str,
    },
    /// The network is too large.
    #[error(transparent)]
    Architecture(#[from] ArchitectureError),
    /// A batch cannot be compiled.
    #[error("a batch cannot be compiled into a QUBO")]
    Formulation(#[from] FormulationError),
    /// The exact trainer does not support the batch.
    #[error("the exact trainer cannot run")]
    Exact(#[from] ExactError),
    /// A sampler failed.
    #[error("a solver cannot run")]
    Sample(#[from] SampleError),
    /// A QUBO cannot be sampled on the chip.
    #[error("a QUBO cannot be sampled on the chip")]
    Embedding(#[from] EmbeddingCompositeError),
    /// The real-chip mode is requested, but no service is given.
    #[error("the real chip is to be used, but no service is given")]
    NoService,
    /// The chip does not accept the run.
    #[error("the chip does not accept the run")]
    Chip(#[from] isinglass_chip::qpu::PlanError),
    /// A sample cannot be verified.
    #[error("a sample cannot be verified")]
    Verify(#[from] VerifyError),
    /// Training on a whole set failed.
    #[error("training on a whole set failed")]
    Train(#[from] TrainError),
    /// A baseline cannot be evaluated.
    #[error("a baseline cannot be evaluated")]
    Baseline(#[from] BaselineError),
}

impl ReproduceError {
    /// Error of the QPU service, if it caused this error.
    fn of_service(&self) -> Option<&SampleError> {
        match self {
            Self::Embedding(EmbeddingCompositeError::Sample(error @ SampleError::Service { .. })) => Some(error),
            _ => None,
        }
    }
}

/// Additional solver of batches under hard constraints, such as a MIP solver, to compare with the exact trainer.
pub trait ConstrainedSolver {
    /// Name in tables.
    fn name(&self) -> String;

    /// Finds weights for the rows of a batch, with whether they are proven optimal; `None` if interrupted before any are found.
    ///
    /// # Errors
    /// The reason why it cannot run; the mode is then skipped and the reason reported.
    fn solve(
        &self,
        task: &Task,
        architecture: &Architecture,
        control: &RunControl<'_>,
    ) -> Result<Option<(Network, bool)>, String>;
}

/// Runs the plan on `data`, with `others` in addition to the exact trainer. A run that `control` interrupts returns the results so far
/// and lists the missing ones.
///
/// Progress is counted in batches of a mode and networks of a set.
///
/// # Errors
/// [`ReproduceError`] if the plan does not fit the data or a stage fails.
///
/// # Examples
/// ```
/// use isinglass_paper::reproduce::{Experiment, Mode, ReproduceData, ReproducePlan, reproduce};
/// use isinglass_qubo::RunControl;
/// let plan = ReproducePlan {
///     experiments: vec![Experiment { name: "small".to_owned(), batch_size: 4, num_batches: 2 }],
///     modes: vec![Mode::Hard, Mode::SoftExact],
///     shapes: vec![],
///     ..ReproducePlan::quick()
/// };
/// let data = ReproduceData::substitute()?;
/// let reproduction = reproduce(&data, &plan, &[], &RunControl::default())?;
/// let soft = &reproduction.experiments[0].formulations[0].modes[0];
/// assert_eq!((soft.summary.num_optimal, soft.summary.num_proven), (2, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn reproduce(
    data: &ReproduceData,
    plan: &ReproducePlan,
    others: &[&dyn ConstrainedSolver],
    control: &RunControl<'_>,
) -> Result<Reproduction, ReproduceError> {
    check(data, plan)?;
    let sets: Vec<&FeatureSet> = if plan.shapes.is_empty() {
        Vec::new()
    } else {
        data.sets.iter().filter(|set| set.train.inputs.num_columns() <= plan.max_inputs).collect()
    };
    let progress = Progress::new(plan, others.len(), sets.len(), control);
    let mut run = Run { data, plan, control, progress, service_failure: None };
    let mut reproduction = Reproduction { experiments: Vec::new(), sets: Vec::new(), unfinished: Vec::new() };
    for (number, experiment) in plan.experiments.iter().enumerate() {
        let result = run.experiment(number, experiment, others)?;
        reproduction.unfinished.extend(unfinished(&result));
        reproduction.experiments.push(result);
    }
    for set in sets {
        let (result, missing) = run.set(set)?;
        reproduction.unfinished.extend(missing);
        reproduction.sets.push(result);
    }
    Ok(reproduction)
}

fn check(data: &ReproduceData, plan: &ReproducePlan) -> Result<(), ReproduceError> {
    for (name, value) in [
        ("num_reads", plan.num_reads as f64),
        ("num_sweeps", plan.num_sweeps as f64),
        ("qpu_reads", plan.qpu_reads as f64),
    ] {
        if value < 1.0 {
            return Err(ReproduceError::Parameter { name, value, allowed: "at least 1" });
        }
    }
    if !(plan.proof_seconds.is_finite() && plan.proof_seconds > 0.0) {
        let (name, value) = ("proof_seconds", plan.proof_seconds);
        return Err(ReproduceError::Parameter { name, value, allowed: "a finite number above 0" });
    }
    if plan.modes.contains(&Mode::Qpu) && plan.real_qpu.is_none() && !plan.experiments.is_empty() {
        return Err(ReproduceError::NoService);
    }
    for Experiment { name, batch_size, num_batches } in &plan.experiments {
        let (needed, num_rows) = (batch_size.saturating_mul(*num_batches), data.batches.num_rows());
        if needed == 0 || needed > num_rows {
            return Err(ReproduceError::Rows { experiment: name.clone(), needed, num_rows });
        }
    }
    Ok(())
}

/// Missing parts of an experiment, as a phrase.
fn unfinished(result: &ExperimentResult) -> Vec<String> {
    let of_formulations = result
        .formulations
        .iter()
        .flat_map(|formulation| formulation.modes.iter().map(move |mode| (formulation.name.name(), mode)));
    let all = result.hard.iter().map(|mode| ("", mode)).chain(of_formulations);
    let name = &result.experiment.name;
    all.filter_map(|(formulation, mode)| {
        let missing = mode.unfinished.as_ref()?;
        let words = [name.as_str(), formulation, &mode.title].into_iter().filter(|word| !word.is_empty());
        Some(format!("{}: {missing}", words.collect::<Vec<_>>().join(", ")))
    })
    .collect()
}

/// Progress of the work.
struct Progress<'a> {
    control: &'a RunControl<'a>,
    done: u64,
    total: u64,
}

impl<'a> Progress<'a> {
    fn new(plan: &ReproducePlan, num_others: usize, num_sets: usize, control: &'a RunControl<'a>) -> Self {
        let modes = plan.modes.iter().filter(|&&mode| mode != Mode::Hard).count();
        let each = 1 + num_others + modes * plan.formulations.len();
        let batches: usize = plan.experiments.iter().map(|experiment| experiment.num_batches).sum();
        Self { control, done: 0, total: (batches * each + num_sets * plan.shapes.len()) as u64 }
    }

    fn advance(&mut self) {
        self.done += 1;
        if let Some(progress) = self.control.progress {
            progress.report(ProgressReport { done: self.done, total: self.total, best_energy: None });
        }
    }
}

/// A reproduction under way.
struct Run<'a> {
    data: &'a ReproduceData,
    plan: &'a ReproducePlan,
    control: &'a RunControl<'a>,
    progress: Progress<'a>,
    /// Why the service of the real chip failed: nothing is submitted after that.
    service_failure: Option<String>,
}

impl Run<'_> {
    /// The control of one piece of work: progress is about all of it, and a target about none.
    fn inner(&self) -> RunControl<'_> {
        RunControl { progress: None, target: None, ..*self.control }
    }

    fn experiment(
        &mut self,
        number: usize,
        experiment: &Experiment,
        others: &[&dyn ConstrainedSolver],
    ) -> Result<ExperimentResult, ReproduceError> {
        let Experiment { batch_size, num_batches, .. } = *experiment;
        let architecture = Architecture::new(vec![self.data.batches.inputs().num_columns(), HIDDEN, 1], false)?;
        let rows = |batch: usize| (batch * batch_size..(batch + 1) * batch_size).collect::<Vec<usize>>();
        let tasks: Vec<Task> = (0..num_batches).map(|batch| self.data.batches.select_rows(&rows(batch))).collect();
        let mut optima = Vec::new();
        let mut network = None;
        let mut exact = ModeResult::of(Mode::Hard, self.plan);
        for (batch, task) in tasks.iter().enumerate() {
            let start = Instant::now();
            let training = ExactTrainer::default().train(task, &architecture, &self.inner())?;
            if training.status != SampleStatus::Optimal {
                break;
            }
            let result = hard_result(batch, &training.network, task, training.loss, true, start);
            network.get_or_insert(training.network);
            optima.push(training.loss);
            exact.batches.push(result);
            self.progress.advance();
        }
        finish(&mut exact, num_batches);
        let mut hard = if self.plan.modes.contains(&Mode::Hard) { vec![exact] } else { Vec::new() };
        for other in others {
            hard.push(self.other(*other, &tasks, &architecture, &optima));
        }
        let mut formulations = Vec::new();
        for (index, &choice) in self.plan.formulations.iter().enumerate() {
            let seed_of = |mode: Mode, batch: usize| {
                let place = ((number * 8 + index) * 16 + mode as usize) as u64;
                rng::stream_state(self.plan.seed, place << 32 | batch as u64)[0]
            };
            let batches: Vec<Batch<'_>> = tasks
                .iter()
                .zip(&optima)
                .enumerate()
                .map(|(number, (task, &optimum))| Batch { number, task, architecture: &architecture, optimum, seed: 0 })
                .collect();
            let compiled = tasks
                .iter()
                .map(|task| compile(task, &architecture, &choice.options(), &WeightTerms::default()))
                .collect::<Result<Vec<Formulation>, _>>()?;
            let range = |size: &dyn Fn(&Formulation) -> usize| {
                let sizes = compiled.iter().map(size);
                (sizes.clone().min().unwrap_or(0), sizes.max().unwrap_or(0))
            };
            let mut modes = Vec::new();
            for &mode in self.plan.modes.iter().filter(|&&mode| mode != Mode::Hard) {
                let mut result = ModeResult::of(mode, self.plan);
                for batch in &batches {
                    if mode == Mode::Qpu && self.service_failure.is_some() {
                        result.unfinished.clone_from(&self.service_failure);
                        break;
                    }
                    let batch = Batch { seed: seed_of(mode, batch.number), ..*batch };
                    if self.control.should_stop(None).is_some() {
                        break;
                    }
                    let solved = match batch.solve(mode, choice, self.plan, &self.inner()) {
                        Ok(Some(solved)) => solved,
                        Ok(None) => break,
                        // if this graph does not fit on the chip, the other modes still run
                        Err(ReproduceError::Embedding(EmbeddingCompositeError::Find(error))) => {
                            result.unfinished = Some(error.to_string());
                            break;
                        }
                        // and so does a service that fails: what it has done is kept
                        Err(error) => match error.of_service() {
                            Some(reason) => {
                                self.service_failure = Some(reason.to_string());
                                result.unfinished.clone_from(&self.service_failure);
                                break;
                            }
                            None => return Err(error),
                        },
                    };
                    if result.batches.is_empty() {
                        result.chains = solved.chains;
                    }
                    result.batches.push(solved.result);
                    if solved.failure.is_some() {
                        result.unfinished.clone_from(&solved.failure);
                        self.service_failure = solved.failure;
                    }
                    self.progress.advance();
                }
                finish(&mut result, num_batches);
                modes.push(result);
            }
            let scan = match (compiled.first(), optima.first()) {
                (Some(first), Some(&optimum)) => self.scan(first, optimum)?,
                _ => Vec::new(),
            };
            formulations.push(FormulationResult {
                name: choice,
                num_variables: range(&|formulation| formulation.qubo.num_variables()),
                num_interactions: range(&|formulation| formulation.qubo.num_interactions()),
                modes,
                scan,
            });
        }
        let total_optimum = optima.iter().sum();
        Ok(ExperimentResult { experiment: experiment.clone(), optima, total_optimum, hard, formulations, network })
    }

    /// A solver that was added.
    fn other(
        &mut self,
        other: &dyn ConstrainedSolver,
        tasks: &[Task],
        architecture: &Architecture,
        optima: &[f64],
    ) -> ModeResult {
        let name = other.name();
        let mut result = ModeResult {
            mode: format!("hard-{name}"),
            title: format!("hard constraints ({name})"),
            of_isinglass: format!("hard-constraint model solved by {name}, which also claims the proof"),
            ..ModeResult::of(Mode::Hard, self.plan)
        };
        for (batch, (task, &optimum)) in tasks.iter().zip(optima).enumerate() {
            let start = Instant::now();
            match other.solve(task, architecture, &self.inner()) {
                Ok(Some((network, proven))) => {
                    result.batches.push(hard_result(batch, &network, task, optimum, proven, start));
                    self.progress.advance();
                }
                Ok(None) => break,
                Err(reason) => {
                    result.unfinished = Some(reason);
                    break;
                }
            }
        }
        finish(&mut result, tasks.len());
        result
    }

    /// Measures success against sweeps, until the run is interrupted.
    fn scan(&self, formulation: &Formulation, optimum: f64) -> Result<Vec<ScanPoint>, ReproduceError> {
        let control = self.inner();
        let mut points = Vec::new();
        for &num_sweeps in &self.plan.scan_sweeps {
            if control.should_stop(None).is_some() {
                break;
            }
            let make = |Call { seed, num_reads }: Call| {
                let seed = rng::stream_state(self.plan.seed, seed)[0];
                let default = SimulatedAnnealing::default();
                Box::new(SimulatedAnnealing { num_reads, num_sweeps, seed, threads: self.plan.threads, ..default }) as _
            };
            let measurement = measure(&formulation.qubo, optimum, make, SCAN_EFFORT, &control)?;
            points.push(ScanPoint::new(measurement));
        }
        Ok(points)
    }

    fn set(&mut self, set: &FeatureSet) -> Result<(SetResult, Vec<String>), ReproduceError> {
        let task = Task::new(set.train.inputs.clone(), set.codebook().targets(&set.train.labels))
            .expect("a set has as many labels as rows, and some");
        let mut result = whole::empty(set, &task);
        let mut missing = Vec::new();
        for &shape in &self.plan.shapes {
            let found = match self.control.should_stop(None) {
                Some(_) => None,
                None => whole::network(set, &task, shape, self.plan, &self.inner())?,
            };
            match found {
                Some(network) => result.networks.push(network),
                None => missing.push(format!(
                    "whole set {}, {} hidden neurons{}: stopped",
                    set.name,
                    shape.hidden,
                    if shape.bias { " with bias" } else { "" }
                )),
            }
            self.progress.advance();
        }
        Ok((result, missing))
    }
}

/// The figures of a mode, and whether batches are missing.
fn finish(result: &mut ModeResult, num_batches: usize) {
    result.summary = Summary::of(&result.batches);
    if result.batches.len() < num_batches {
        let stopped = format!("{} of {num_batches} batches done", result.batches.len());
        result.unfinished = Some(match result.unfinished.take() {
            Some(reason) => format!("{reason} ({stopped})"),
            None => stopped,
        });
    }
}

fn hard_result(
    batch: usize,
    network: &Network,
    task: &Task,
    optimum: f64,
    proven: bool,
    start: Instant,
) -> BatchResult {
    let errors = loss(network, task);
    BatchResult {
        batch,
        errors,
        excess: errors - optimum,
        energy: None,
        proven,
        violations: None,
        seconds: start.elapsed().as_secs_f64(),
        success: None,
        on_chip: None,
        energies: std::collections::BTreeMap::new(),
    }
}
