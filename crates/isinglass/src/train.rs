//! The training pipeline: rows to learn in, a trained and verified network out.
//!
//! This is the one module that sees every stage. A run is a sequence of steps, each a function of the plan and of the state
//! after the step before it alone: a round of reads on the whole set, or a minibatch. So a run that was cut off goes on from
//! its state, and ends where it would have ended.

mod checkpoint;
mod embedding;
mod mip;
mod plan;
mod random_weights;
mod sampler;
mod state;

pub use checkpoint::CheckpointError;
pub use embedding::{EmbeddedStep, EmbeddingPlan, QpuTime};
pub use mip::NamedMipSolver;
pub use plan::{Batching, PlanError, Solver, TrainingPlan};
pub use random_weights::{RandomWeights, random_weights};
pub use sampler::{MakeStepSampler, NamedSampler, SamplerCall};
pub use state::{BestNetwork, StepRecord, TrainingState};

use crate::bits::BitMatrix;
use crate::descent::Descent;
use crate::evaluation::SlicedGroups;
use crate::exact::{ExactError, ExactTrainer};
use crate::formulation::{Formulation, FormulationError, Size, WeightTerms, compile_within};
use crate::network::Network;
use crate::task::{Merge, Objective, Task};
use crate::verify::{Verification, VerifyError, encode, loss, verify, wrong_output_bits};
use crate::weight_annealing::WeightAnnealing;
use embedding::{MakeSampler, sample_qubo};
use isinglass_chip::embedding::{Embedded, EmbeddingCompositeError, EmbeddingFileError};
use isinglass_qubo::mip_solver::MipSolveError;
use isinglass_qubo::sampler::{Exhaustive, PartProgress, SimulatedAnnealing};
use isinglass_qubo::{Progress, RunControl, SampleError, SampleStatus, Sampler, rng};
use mip::solve_program;
use rayon::prelude::*;
use state::terms_of;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Why training cannot run. That an optimum is not reached is a status, not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The plan makes no sense for the task.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The task cannot be compiled.
    #[error("the task cannot be compiled into a QUBO")]
    Formulation(#[from] FormulationError),
    /// The sampler cannot run.
    #[error("the solver cannot run")]
    Sample(#[from] SampleError),
    /// A QUBO cannot be sampled on the chip.
    #[error("the QUBO cannot be sampled on the chip")]
    Embedding(#[from] EmbeddingCompositeError),
    /// The embedding given is of another problem.
    #[error("the embedding given does not fit the QUBO")]
    EmbeddingFile(#[from] EmbeddingFileError),
    /// The chip does not take the run.
    #[error("the chip does not take the run")]
    Chip(#[from] isinglass_chip::qpu::PlanError),
    /// The exact trainer cannot run.
    #[error("the exact trainer cannot run")]
    Exact(#[from] ExactError),
    /// The solver of the mixed-integer program cannot run, or says what cannot be.
    #[error("the program with hard constraints was not solved")]
    Mip(#[from] MipSolveError),
    /// A sample does not pass verification.
    #[error("a sample cannot be verified")]
    Verify(#[from] VerifyError),
}

/// A finished or interrupted run.
#[derive(Clone, Debug)]
pub struct Training {
    /// The best network found, judged by its loss on the whole task.
    pub network: Network,
    /// Its loss on the whole task, by the plain forward pass of [`verify`](crate::verify): what the task's
    /// [objective](crate::task::Objective) counts.
    pub loss: f64,
    /// Its wrong output bits on the whole task, weighted, by the same forward pass: what QUBOs count.
    pub wrong_output_bits: f64,
    /// The least number of wrong output bits, weighted, of all networks of this shape, where a solver of the QUBO proved it and the loss
    /// counts classification errors, about which it proves nothing.
    pub least_output_bits: Option<f64>,
    /// How the run ended.
    pub status: SampleStatus,
    /// The formulation of the last step that was solved; none where the solver searches the weights and the QUBO, which it does not
    /// need, would take long to compile.
    pub formulation: Option<Formulation>,
    /// What the sample that gave the network turned out to be; without a formulation, the loss of the network alone.
    pub verification: Verification,
    /// Whether a sampler returned that sample. If not, a search over weights, or their polish, found the network, and the sample is the one
    /// that it encodes to: it violates no constraint by construction.
    pub is_sampled: bool,
    /// The state at the end, with a record of every step.
    pub state: TrainingState,
}

/// Trains a network on `task` as `plan` says, from `state` on.
///
/// After every complete step `watch` sees the state (to show or to save it) and may end the run. A step that was cut off is
/// reported in the result, but not shown to `watch`: taken up again, it is done anew.
///
/// # Errors
/// [`TrainError`] when the plan does not fit the task or a stage refuses it.
///
/// # Examples
/// ```
/// use isinglass::{bits::BitMatrix, network::Architecture, task::Task};
/// use isinglass::train::{TrainingPlan, TrainingState, train};
/// use isinglass_qubo::RunControl;
/// use std::ops::ControlFlow;
/// let inputs = BitMatrix::from_fn(8, 3, |row, column| row >> column & 1 == 1);
/// let targets = BitMatrix::from_fn(8, 1, |row, _| row.count_ones() >= 2);
/// let task = Task::new(inputs, targets)?;
/// let plan = TrainingPlan::new(Architecture::new(vec![3, 3, 1], false)?);
/// let training =
///     train(&task, &plan, TrainingState::default(), &RunControl::default(), |_| ControlFlow::Continue(()))?;
/// assert_eq!(training.loss, 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn train(
    task: &Task,
    plan: &TrainingPlan,
    mut state: TrainingState,
    control: &RunControl<'_>,
    mut watch: impl FnMut(&TrainingState) -> ControlFlow<()>,
) -> Result<Training, TrainError> {
    plan.check(task)?;
    let control = &with_time_to_count(task, plan, control);
    // what a file says is counted again
    let is_resumed = state.best.is_some();
    let mut last: Option<Step> = None;
    let mut stopped = None;
    loop {
        let ended = stopped.or_else(|| plan.end_of_run(&state, control));
        if let (Some(status), Some(best)) = (ended, state.best.clone()) {
            let formulation = match last {
                Some(step) => step.formulation,
                None if stopped.is_some() => None,
                // a finished state that was loaded has compiled nothing yet
                None => {
                    let control = RunControl { deadline: None, ..*control };
                    Step::compile(state.next_step - 1, task, plan, &terms_of(&state.last_biases), &control)?.formulation
                }
            };
            let BestNetwork { network, verification, sample, loss: counted, .. } = best;
            let loss = if is_resumed { loss(&network, task) } else { counted };
            let counts_bits = task.objective().is_output_bits();
            return Ok(Training {
                loss,
                wrong_output_bits: if counts_bits { loss } else { wrong_output_bits(&network, task) },
                least_output_bits: state.least_output_bits(plan),
                network,
                status,
                formulation,
                verification,
                is_sampled: sample.is_some(),
                state,
            });
        }
        let step = match last.take() {
            // the whole set is compiled once, a minibatch at its step
            Some(step) if plan.batching == Batching::Whole => step,
            _ => match Step::compile(state.next_step, task, plan, &state.weight_terms(), control) {
                // what the steps before it found is kept
                Err(FormulationError::Stopped { status }) if state.best.is_some() => {
                    stopped = Some(status);
                    continue;
                }
                compiled => compiled?,
            },
        };
        let (part, num_parts) = (state.next_step, plan.num_steps());
        let part = control.progress.map(|whole| PartProgress { whole, part, num_parts });
        let progress = part.as_ref().map(|part| part as &dyn Progress);
        let of_step = RunControl { progress, ..*control };
        let found = solve_step(step.rows(task), plan, step.formulation.as_ref(), &state, &of_step)?;
        last = Some(step);
        let is_complete = found.is_complete();
        state.enter(task, plan, found);
        if is_complete && watch(&state).is_break() {
            state.stop();
        }
    }
}

/// How often the loss of a network on the whole task is counted after the last step, at most.
const COUNTS: f64 = 3.0;

/// Rows on which the time of a count is measured.
const TIMED_ROWS: usize = 512;

/// A control whose deadline leaves time to count the loss of what is found; at most half of the time goes into that.
fn with_time_to_count<'a>(task: &Task, plan: &TrainingPlan, control: &RunControl<'a>) -> RunControl<'a> {
    let Some(deadline) = control.deadline else { return *control };
    let num_rows = task.num_rows().min(TIMED_ROWS);
    let some = task.select_rows(&(0..num_rows).collect::<Vec<_>>());
    let start = Instant::now();
    // only its time is of interest
    let _ = loss(&Network::from_fn(plan.architecture.clone(), |_, _, _| true), &some);
    let needed = start.elapsed().mul_f64(COUNTS * task.num_rows() as f64 / num_rows.max(1) as f64);
    let left = deadline.saturating_duration_since(Instant::now());
    RunControl { deadline: deadline.checked_sub(needed.min(left / 2)), ..*control }
}

/// The most terms and variables of a QUBO that the solver does not need: below a second to compile and to verify.
const MOST_UNNEEDED: (u128, u128) = (20_000_000, 200_000);

/// The share of the time left that may go into a QUBO that the solver does not need.
const SHARE_FOR_UNNEEDED: u32 = 10;

/// The rows of a step, if not all, and their formulation.
struct Step {
    batch: Option<Task>,
    formulation: Option<Formulation>,
}

impl Step {
    /// Compiles a step. Where its solver does not need the QUBO, a large one is left out.
    fn compile(
        step: usize,
        task: &Task,
        plan: &TrainingPlan,
        terms: &WeightTerms,
        control: &RunControl<'_>,
    ) -> Result<Self, FormulationError> {
        let batch = plan.rows_of_step(step, task).map(|rows| task.select_rows(&rows));
        let rows = batch.as_ref().unwrap_or(task);
        let compile =
            |control: &RunControl<'_>| compile_within(rows, &plan.architecture, &plan.formulation, terms, control);
        if plan.needs_qubo() {
            let formulation = Some(compile(control)?);
            return Ok(Self { batch, formulation });
        }
        let size = Size::of_task(rows, &plan.architecture, &plan.formulation);
        let now = Instant::now();
        let deadline =
            control.deadline.map(|deadline| now + deadline.saturating_duration_since(now) / SHARE_FOR_UNNEEDED);
        let formulation = match size.terms <= MOST_UNNEEDED.0 && size.variables <= MOST_UNNEEDED.1 {
            true => match compile(&RunControl { deadline, ..*control }) {
                Err(FormulationError::Stopped { .. } | FormulationError::Memory { .. }) => None,
                compiled => Some(compiled?),
            },
            false => None,
        };
        Ok(Self { batch, formulation })
    }

    /// Its rows.
    fn rows<'a>(&'a self, task: &'a Task) -> &'a Task {
        self.batch.as_ref().unwrap_or(task)
    }
}

/// What one step found: the network of the best sample, what that sample is worth, and how sampling ended.
struct StepResult {
    network: Network,
    /// The sample, if a sampler returned it.
    sample: Option<BitMatrix>,
    verification: Verification,
    record: StepRecord,
}

impl StepResult {
    /// Whether the step did all its work: only then may a run be taken up again after it.
    fn is_complete(&self) -> bool {
        !matches!(self.record.status, SampleStatus::Interrupted | SampleStatus::TimeLimit)
    }
}

fn solve_step(
    task: &Task,
    plan: &TrainingPlan,
    formulation: Option<&Formulation>,
    state: &TrainingState,
    control: &RunControl<'_>,
) -> Result<StepResult, TrainError> {
    let control = &plan.control_of_step(control);
    let qubo = || formulation.expect("a solver of the QUBO has one");
    let seed = rng::stream_state(plan.seed, state.next_step as u64)[0];
    let (num_reads, threads) = (plan.reads_of_step(state.next_step), plan.threads);
    match &plan.solver {
        Solver::Exact => solve_exactly(task, plan, formulation, control),
        Solver::Mip(solver) => solve_program(task, plan, formulation, state, (solver, seed), control),
        Solver::Exhaustive => {
            let make =
                |_, _: Option<&Embedded>| Box::new(Exhaustive { threads, ..Exhaustive::default() }) as Box<dyn Sampler>;
            sample(task, plan, qubo(), state, (seed, &make), control)
        }
        &Solver::Annealing { num_sweeps, beta_range, .. } => {
            let make = |seed, _: Option<&Embedded>| {
                let default = SimulatedAnnealing::default();
                let annealing = SimulatedAnnealing { num_reads, num_sweeps, beta_range, seed, threads, ..default };
                Box::new(annealing) as Box<dyn Sampler>
            };
            sample(task, plan, qubo(), state, (seed, &make), control)
        }
        Solver::Sampler(sampler) => {
            let num_reads = sampler.num_reads.is_some().then_some(num_reads);
            let make = |seed, embedded: Option<&Embedded>| (sampler.make)(SamplerCall { seed, num_reads, embedded });
            sample(task, plan, qubo(), state, (seed, &make), control)
        }
        &Solver::Weights { num_sweeps, beta_range, .. } => {
            let default = WeightAnnealing::default();
            let annealing = WeightAnnealing { num_reads, num_sweeps, beta_range, seed, threads, ..default };
            anneal_weights(task, plan, formulation, state, &annealing, control)
        }
    }
}

/// Samples the QUBO, reads the weights of every sample, polishes them, and keeps those of the least objective: loss plus
/// weight terms.
///
/// The QUBO counts wrong output bits. Where the loss counts classification errors, so do polish and choice.
fn sample(
    task: &Task,
    plan: &TrainingPlan,
    formulation: &Formulation,
    state: &TrainingState,
    (seed, make): (u64, &MakeSampler<'_>),
    control: &RunControl<'_>,
) -> Result<StepResult, TrainError> {
    let (sampling, embedded) = sample_qubo(formulation, plan.embedding.as_ref(), seed, make, control)?;
    let networks = sampling.samples.rows().map(|row| formulation.layout.decode(row.sample));
    let decoded = networks.collect::<Result<Vec<Network>, _>>().map_err(VerifyError::from)?;
    let terms = WeightTerms { fixed: formulation.layout.known_weights().to_vec(), ..state.weight_terms() };
    let polished = Polished::all(task, plan, &terms, decoded, control);
    let untried;
    let found = match polished.best() {
        // a sample whose weights are good already is kept as it is, with its own slack bits and activations
        Some((index, read)) if read.energy == read.before => Found::Sample(sampling.samples.row(index).sample),
        Some((_, read)) => Found::Network(&read.network),
        // a run that was cancelled before its first sample still has a network: that of the all-zero sample
        None => {
            let zeros = vec![0; formulation.qubo.num_variables()];
            untried = formulation.layout.decode(&zeros).map_err(VerifyError::from)?;
            Found::Network(&untried)
        }
    };
    let counts = polished.counts(sampling.best().map(|row| row.energy));
    // the least energy is proven, but it is not the least loss
    let (status, least_output_bits) = match (sampling.status, task.objective()) {
        (SampleStatus::Optimal, Objective::Errors) => {
            let is_about_bits = formulation.statistics.exact && state.biases.is_empty();
            (SampleStatus::Heuristic, sampling.best().map(|row| row.energy).filter(|_| is_about_bits))
        }
        (status, _) => (status, None),
    };
    let record = StepRecord {
        status,
        least_output_bits,
        num_sweeps: sampling.num_sweeps,
        num_updates: sampling.num_updates,
        beta_range: sampling.beta_range,
        embedded,
        ..StepRecord::default()
    };
    check_step(task, formulation, found, counts, record)
}

/// Anneals the weights themselves, and writes the best network found as a sample of the QUBO.
fn anneal_weights(
    task: &Task,
    plan: &TrainingPlan,
    formulation: Option<&Formulation>,
    state: &TrainingState,
    annealing: &WeightAnnealing,
    control: &RunControl<'_>,
) -> Result<StepResult, TrainError> {
    // weight terms are about the representative that the gauge of the QUBO names; the loss is the same for all of them
    let terms = WeightTerms { fixed: known_weights(formulation, state), ..state.weight_terms() };
    let merge = if plan.architecture.is_odd() { Merge::EqualAndNegated } else { Merge::Equal };
    let annealed = annealing.run(&task.loss_groups(merge), &plan.architecture, &terms, control)?;
    let mut reads = annealed.reads;
    if control.should_stop(None).is_some() {
        // the best of them first: the others may not be looked at any more
        reads.sort_by(|left, right| left.energy.total_cmp(&right.energy));
    }
    let networks = reads.into_iter().map(|read| read.network).collect();
    let polished = Polished::all(task, plan, &terms, networks, control);
    let (_, read) = polished.best().expect("a run has at least one read");
    let record = StepRecord {
        status: annealed.status,
        num_sweeps: annealed.num_sweeps,
        num_updates: annealed.num_updates,
        beta_range: Some(annealed.beta_range),
        ..StepRecord::default()
    };
    check_network(task, formulation, &read.network, &terms, polished.counts(None), record)
}

/// The weights that the gauge of the QUBO knows, where weight terms are about the representative that it names.
fn known_weights(formulation: Option<&Formulation>, state: &TrainingState) -> Vec<(usize, usize, usize, bool)> {
    let known = formulation.filter(|_| !state.biases.is_empty());
    known.map_or_else(Vec::new, |formulation| formulation.layout.known_weights().to_vec())
}

/// Time for the networks of a run that was stopped.
const GRACE: Duration = Duration::from_millis(50);

/// The networks of all reads, polished if the plan says so; fewer of a run that was stopped, but never none.
struct Polished(Vec<PolishedRead>);

/// A network, its objective (loss plus weight terms), and what that was before polish.
struct PolishedRead {
    network: Network,
    energy: f64,
    before: f64,
}

impl Polished {
    fn all(
        task: &Task,
        plan: &TrainingPlan,
        terms: &WeightTerms,
        networks: Vec<Network>,
        control: &RunControl<'_>,
    ) -> Self {
        let groups = task.loss_groups(Merge::Equal);
        let sliced = SlicedGroups::new(&groups, &plan.architecture);
        let stop = || control.should_stop(None).is_some();
        // of a run that is stopped the first network counts, and those that take no time
        let grace = Instant::now() + GRACE;
        let is_over = |index: usize| index > 0 && stop() && Instant::now() > grace;
        let descent = Descent { groups: &sliced, terms, stop: &stop };
        let objective = |network: &Network| groups.loss_of(network) + terms.bias_energy(network);
        let polish = |network: Network| {
            let before = objective(&network);
            if !plan.polish || stop() {
                return PolishedRead { energy: before, before, network };
            }
            let network = descent.run(&network);
            PolishedRead { energy: objective(&network), before, network }
        };
        let networks = networks.into_par_iter().enumerate();
        Self(networks.filter_map(|(index, network)| (!is_over(index)).then(|| polish(network))).collect())
    }

    /// The best read and its number; of equal ones the one that was better before.
    fn best(&self) -> Option<(usize, &PolishedRead)> {
        self.0.iter().enumerate().min_by(|(_, left), (_, right)| {
            let key = |read: &PolishedRead| (read.energy, read.before);
            key(left).partial_cmp(&key(right)).expect("losses are numbers")
        })
    }

    fn counts(&self, least_energy: Option<f64>) -> Counts {
        let least = self.best().map(|(_, read)| read.energy);
        Counts {
            num_reads: self.0.len(),
            num_best: self.0.iter().filter(|read| Some(read.energy) == least).count(),
            least_energy,
            sampled_loss: self.0.iter().map(|read| read.before).reduce(f64::min),
        }
    }
}

/// Trains by search over neuron functions, and writes the network found as a sample of the QUBO.
fn solve_exactly(
    task: &Task,
    plan: &TrainingPlan,
    formulation: Option<&Formulation>,
    control: &RunControl<'_>,
) -> Result<StepResult, TrainError> {
    let training = ExactTrainer::default().train(task, &plan.architecture, control)?;
    let counts = Counts { num_reads: 1, num_best: 1, least_energy: None, sampled_loss: None };
    let record = StepRecord { status: training.status, num_updates: training.num_nodes, ..StepRecord::default() };
    check_network(task, formulation, &training.network, &WeightTerms::default(), counts, record)
}

/// What a step chose.
enum Found<'a> {
    /// A sample that a sampler returned.
    Sample(&'a [i8]),
    /// A network that a search over weights, or their polish, found.
    Network(&'a Network),
}

impl Found<'_> {
    /// The network, as the QUBO knows it, and what its sample is.
    fn verify(&self, task: &Task, formulation: &Formulation) -> Result<(Network, Verification), TrainError> {
        let Formulation { qubo, layout, .. } = formulation;
        let sample = match *self {
            Self::Sample(sample) => sample.to_vec(),
            Self::Network(network) => encode(qubo, layout, task, network)?,
        };
        Ok((layout.decode(&sample).map_err(VerifyError::from)?, verify(qubo, layout, task, &sample)?))
    }
}

struct Counts {
    num_reads: usize,
    num_best: usize,
    least_energy: Option<f64>,
    sampled_loss: Option<f64>,
}

/// Writes a network as a sample of the QUBO and verifies that; without a QUBO only the loss is counted.
fn check_network(
    task: &Task,
    formulation: Option<&Formulation>,
    network: &Network,
    terms: &WeightTerms,
    counts: Counts,
    record: StepRecord,
) -> Result<StepResult, TrainError> {
    if let Some(formulation) = formulation {
        return check_step(task, formulation, Found::Network(network), counts, record);
    }
    let verification = without_qubo(task, network, terms);
    let record = complete(record, task, loss(network, task), &verification, counts, false);
    Ok(StepResult { network: network.clone(), sample: None, record, verification })
}

/// What there is to say of a network where no QUBO was compiled: its loss and the energy of its weight terms.
fn without_qubo(task: &Task, network: &Network, terms: &WeightTerms) -> Verification {
    let wrong_bits = wrong_output_bits(network, task);
    let energy = wrong_bits + terms.bias_energy(network);
    Verification {
        loss: wrong_bits,
        energy,
        completed_energy: energy,
        violated_gates: 0,
        violated_products: 0,
        violated_losses: 0,
    }
}

/// Verifies what a step chose and completes its record.
fn check_step(
    task: &Task,
    formulation: &Formulation,
    found: Found<'_>,
    counts: Counts,
    record: StepRecord,
) -> Result<StepResult, TrainError> {
    let (network, verification) = found.verify(task, formulation)?;
    let sample = match found {
        Found::Sample(sample) => Some(BitMatrix::from_fn(1, sample.len(), |_, variable| sample[variable] > 0)),
        Found::Network(_) => None,
    };
    let record = complete(record, task, loss(&network, task), &verification, counts, sample.is_some());
    Ok(StepResult { network, sample, verification, record })
}

fn complete(
    record: StepRecord,
    task: &Task,
    loss: f64,
    verification: &Verification,
    counts: Counts,
    is_sampled: bool,
) -> StepRecord {
    StepRecord {
        num_rows: task.num_rows(),
        num_reads: counts.num_reads,
        num_best: counts.num_best,
        loss,
        energy: verification.energy,
        least_energy: counts.least_energy.unwrap_or(verification.energy),
        sampled_loss: counts.sampled_loss.unwrap_or(loss),
        violations: is_sampled.then(|| verification.violations()),
        ..record
    }
}

#[cfg(test)]
mod tests;
