//! Ablation study of the formulation: each reduction of `compact` disabled, and each one added to `reference`.

mod variant;

pub use variant::{Variant, variants};

use crate::reproduce::ScanPoint;
use isinglass::exact::ExactTrainer;
use isinglass::formulation::{Formulation, FormulationError, WeightTerms, compile_within};
use isinglass::network::Architecture;
use isinglass::task::{Merge, Task};
use isinglass::weight_annealing::WeightAnnealing;
use isinglass_chip::embedding::{
    ChainStrength, ControlError, Embedded, Embedder, EmbeddingCache, FindError, GapResolution, Precision,
    interaction_graph,
};
use isinglass_chip::hardware::Chip;
use isinglass_chip::qpu::SolverProperties;
use isinglass_qubo::sampler::{ProgressReport, SimulatedAnnealing};
use isinglass_qubo::time_to_solution::{Call, Effort, Measurement, measure};
use isinglass_qubo::{RunControl, SampleError, SampleStatus, rng};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Plan of an ablation study. Sizes, gaps and qubits depend only on task, chip and seed; times are measured.
#[derive(Clone, Debug)]
pub struct AblationPlan {
    /// Variants to compare. `[default: variants()]`
    pub variants: Vec<Variant>,
    /// Chip. `[default: that of the caller]`
    pub chip: Chip,
    /// Bias ranges of the chip.
    pub properties: SolverProperties,
    /// Embedding cache. `[default: in memory, empty]`
    pub cache: EmbeddingCache,
    /// Time limit for the embedding of each variant, in seconds; 0 skips the embedding. `[default: 30] [range: 0..]`
    pub embedding_seconds: f64,
    /// Numbers of sweeps to measure; the best one counts. `[default: 10, 30, 100, 300, 1000, 3000] [range: 1.. each, at least one]`
    pub sweeps: Vec<u64>,
    /// Measurement effort for each number of sweeps. `[default: 2048 reads or 2 s]`
    pub effort: Effort,
    /// Time limit for the proof of the optimum, in seconds. `[default: 30] [range: above 0]`
    pub proof_seconds: f64,
    /// Random seed. `[default: 0]`
    pub seed: u64,
    /// Number of annealing threads; all cores if absent.
    pub threads: Option<usize>,
}

impl AblationPlan {
    /// Creates a plan for a chip, with defaults for everything else.
    #[must_use]
    pub fn new(chip: Chip, properties: SolverProperties) -> Self {
        Self {
            variants: variants(),
            chip,
            properties,
            cache: EmbeddingCache::default(),
            embedding_seconds: 30.0,
            sweeps: vec![10, 30, 100, 300, 1000, 3000],
            effort: Effort { num_reads: 2048, seconds: 2.0 },
            proof_seconds: 30.0,
            seed: 0,
            threads: None,
        }
    }
}

/// Results of an ablation study.
#[derive(Clone, Debug, Serialize)]
pub struct Ablation {
    /// Target loss: the minimum, or the lowest loss found.
    pub target: f64,
    /// Whether the target is proven to be the minimum loss.
    pub target_proven: bool,
    /// One row for each variant, in order.
    pub rows: Vec<AblationRow>,
    /// Variants that were not reached before the run was interrupted.
    pub unfinished: Vec<String>,
}

/// Results for one variant.
#[derive(Clone, Debug, Serialize)]
pub struct AblationRow {
    /// Name of the variant.
    pub name: String,
    /// Number of QUBO variables.
    pub num_variables: Option<usize>,
    /// Number of QUBO interactions.
    pub num_interactions: Option<usize>,
    /// Whether the QUBO minimum is proven to be the minimum loss.
    pub exact: bool,
    /// Guaranteed gap after scaling to the chip's range without embedding, where `J` is at most 1.
    pub scaled_gap: Option<f64>,
    /// Number of qubits of the embedding.
    pub num_qubits: Option<usize>,
    /// Length of the longest chain.
    pub max_chain_length: Option<usize>,
    /// Gap after scaling of the embedded model, chains included.
    pub scaled_gap_on_chip: Option<f64>,
    /// Whether the scaled gap exceeds the chip's control errors.
    pub visibility: Option<GapResolution>,
    /// Annealing results for each number of sweeps.
    pub scan: Vec<ScanPoint>,
    /// The result with the lowest time to solution.
    pub best: Option<usize>,
    /// Stages that were skipped, with the reason.
    pub notes: Vec<String>,
}

/// Error of an ablation study.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AblationError {
    /// The task cannot be compiled.
    #[error("the task cannot be compiled into a QUBO")]
    Formulation(#[from] FormulationError),
    /// Annealing cannot run.
    #[error("a solver cannot run")]
    Sample(#[from] SampleError),
    /// The model cannot be embedded on the chip.
    #[error("the QUBO cannot be embedded on the chip")]
    Embed(#[from] isinglass_chip::embedding::EmbedError),
    /// The list of sweep counts is empty.
    #[error("the list of sweep counts is empty")]
    NoSweeps,
}

/// Compiles, embeds and anneals every variant of the formulation of `task`. A run that `control` interrupts returns the rows so far and
/// lists the missing ones.
///
/// # Errors
/// [`AblationError`] if the task does not fit the network or a stage fails. A variant that is too large or has no embedding is reported
/// in its row.
///
/// # Examples
/// ```
/// use isinglass::{bits::BitMatrix, network::Architecture, task::Task};
/// use isinglass_chip::{hardware::Chip, qpu::SolverProperties};
/// use isinglass_paper::ablation::{AblationPlan, ablate};
/// use isinglass_qubo::{RunControl, time_to_solution::Effort};
/// let inputs = BitMatrix::from_fn(8, 3, |row, column| row >> column & 1 == 1);
/// let targets = BitMatrix::from_fn(8, 1, |row, _| row.count_ones() >= 2);
/// let (task, architecture) = (Task::new(inputs, targets)?, Architecture::new(vec![3, 1], false)?);
/// let plan = AblationPlan::new(Chip::ideal("pegasus:3".parse()?), SolverProperties::named("advantage6")?);
/// let effort = Effort { num_reads: 64, seconds: 0.1 };
/// let plan = AblationPlan { sweeps: vec![20], effort, ..plan };
/// let ablation = ablate(&task, &architecture, &plan, &RunControl::default())?;
/// assert_eq!((ablation.rows[0].name.as_str(), ablation.target), ("compact", 0.0));
/// assert!(ablation.rows.iter().all(|row| row.num_variables >= ablation.rows[0].num_variables));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ablate(
    task: &Task,
    architecture: &Architecture,
    plan: &AblationPlan,
    control: &RunControl<'_>,
) -> Result<Ablation, AblationError> {
    if plan.sweeps.is_empty() {
        return Err(AblationError::NoSweeps);
    }
    // samples of a QUBO are judged by what it counts
    let task = &task.counting_output_bits();
    let inner = RunControl { progress: None, target: None, ..*control };
    let (target, target_proven) = target(task, architecture, plan, &inner)?;
    let mut ablation = Ablation { target, target_proven, rows: Vec::new(), unfinished: Vec::new() };
    for (number, variant) in plan.variants.iter().enumerate() {
        if control.should_stop(None).is_some() {
            ablation.unfinished.push(variant.name.clone());
            continue;
        }
        ablation.rows.push(row(variant, task, architecture, plan, target, &inner)?);
        if let Some(progress) = control.progress {
            let (done, total) = (number as u64 + 1, plan.variants.len() as u64);
            progress.report(ProgressReport { done, total, best_energy: None });
        }
    }
    Ok(ablation)
}

/// The deadline this many seconds from now, or the end of the run if earlier.
fn deadline(seconds: f64, control: &RunControl<'_>) -> Option<Instant> {
    let own = Duration::try_from_secs_f64(seconds).ok().and_then(|time| Instant::now().checked_add(time));
    [own, control.deadline].into_iter().flatten().min()
}

/// The least loss, or what annealing of the weights finds where it cannot be proven.
fn target(
    task: &Task,
    architecture: &Architecture,
    plan: &AblationPlan,
    control: &RunControl<'_>,
) -> Result<(f64, bool), AblationError> {
    let limited = RunControl { deadline: deadline(plan.proof_seconds, control), ..*control };
    let proof = ExactTrainer::default().train(task, architecture, &limited);
    if let Ok(training) = &proof
        && training.status == SampleStatus::Optimal
    {
        return Ok((training.loss, true));
    }
    let merge = if architecture.is_odd() { Merge::EqualAndNegated } else { Merge::Equal };
    let annealing = WeightAnnealing { seed: plan.seed, threads: plan.threads, ..WeightAnnealing::default() };
    let found = annealing.run(&task.group(merge), architecture, &WeightTerms::default(), control)?;
    let losses = found.reads.iter().map(|read| isinglass::verify::loss(&read.network, task));
    let loss = losses.chain(proof.ok().map(|training| training.loss)).fold(f64::INFINITY, f64::min);
    Ok((loss, loss <= task.group(Merge::Equal).constant))
}

fn row(
    variant: &Variant,
    task: &Task,
    architecture: &Architecture,
    plan: &AblationPlan,
    target: f64,
    control: &RunControl<'_>,
) -> Result<AblationRow, AblationError> {
    let mut row = AblationRow {
        name: variant.name.clone(),
        num_variables: None,
        num_interactions: None,
        exact: false,
        scaled_gap: None,
        num_qubits: None,
        max_chain_length: None,
        scaled_gap_on_chip: None,
        visibility: None,
        scan: Vec::new(),
        best: None,
        notes: Vec::new(),
    };
    let formulation = match compile_within(task, architecture, &variant.options, &WeightTerms::default(), control) {
        Ok(formulation) => formulation,
        Err(
            error @ (FormulationError::TooLarge { .. }
            | FormulationError::Memory { .. }
            | FormulationError::Stopped { .. }),
        ) => {
            row.notes.push(error.to_string());
            return Ok(row);
        }
        Err(error) => return Err(error.into()),
    };
    row.num_variables = Some(formulation.qubo.num_variables());
    row.num_interactions = Some(formulation.qubo.num_interactions());
    row.exact = formulation.statistics.exact;
    let range = plan.properties.hardware_range();
    let precision = formulation.precision(&range, ControlError::default()).map_err(FormulationError::from)?;
    row.scaled_gap = precision.scaled_gap;
    put_onto_chip(&mut row, &formulation, plan, control)?;
    if row.exact {
        scan(&mut row, &formulation, plan, target, control)?;
    } else {
        row.notes
            .push("not exact: a sample below the target would prove nothing, so success is not measured".to_owned());
    }
    Ok(row)
}

fn put_onto_chip(
    row: &mut AblationRow,
    formulation: &Formulation,
    plan: &AblationPlan,
    control: &RunControl<'_>,
) -> Result<(), AblationError> {
    if plan.embedding_seconds <= 0.0 {
        return Ok(());
    }
    let limited = RunControl { deadline: deadline(plan.embedding_seconds, control), ..*control };
    let graph = interaction_graph(&formulation.qubo);
    let found = match plan.cache.find(&Embedder::default(), &graph, &plan.chip, &limited) {
        Ok(lookup) => lookup.found,
        Err(FindError::NotFound { .. }) if limited.should_stop(None).is_some() => {
            row.notes.push(format!("no embedding within {} s", plan.embedding_seconds));
            return Ok(());
        }
        Err(error) => {
            row.notes.push(error.to_string());
            return Ok(());
        }
    };
    let statistics = found.statistics();
    row.num_qubits = Some(statistics.num_qubits);
    row.max_chain_length = Some(statistics.max_chain_length);
    let embedded = Embedded::new(&formulation.qubo, &found.embedding, &plan.chip, &ChainStrength::default())?;
    let precision: Precision = plan.properties.precision(&embedded, formulation.gap(), ControlError::default());
    row.scaled_gap_on_chip = precision.scaled_gap;
    row.visibility = Some(precision.visibility);
    Ok(())
}

fn scan(
    row: &mut AblationRow,
    formulation: &Formulation,
    plan: &AblationPlan,
    target: f64,
    control: &RunControl<'_>,
) -> Result<(), AblationError> {
    for &num_sweeps in &plan.sweeps {
        if control.should_stop(None).is_some() {
            row.notes.push("stopped before all numbers of sweeps were measured".to_owned());
            break;
        }
        let make = |Call { seed, num_reads }: Call| {
            let seed = rng::stream_state(plan.seed, seed)[0];
            let default = SimulatedAnnealing::default();
            Box::new(SimulatedAnnealing { num_reads, num_sweeps, seed, threads: plan.threads, ..default }) as _
        };
        let measurement: Measurement = measure(&formulation.qubo, target, make, plan.effort, control)?;
        row.scan.push(ScanPoint::new(measurement));
    }
    let with_time = row.scan.iter().enumerate().filter_map(|(index, point)| Some((index, point.tts99?)));
    row.best = with_time.min_by(|(_, one), (_, two)| one.total_cmp(two)).map(|(index, _)| index);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use isinglass::bits::BitMatrix;
    use std::sync::atomic::AtomicBool;

    fn task() -> (Task, Architecture) {
        let inputs = BitMatrix::from_fn(3, 3, |row, column| [1, 1, 6][row] >> column & 1 == 1);
        let targets = BitMatrix::from_fn(3, 1, |row, _| row != 1);
        (Task::new(inputs, targets).unwrap(), Architecture::new(vec![3, 3, 1], false).unwrap())
    }

    fn plan() -> AblationPlan {
        let chip = Chip::ideal("pegasus:8".parse().unwrap());
        let plan = AblationPlan::new(chip, SolverProperties::named("advantage6").unwrap());
        AblationPlan { sweeps: vec![30, 100], effort: Effort { num_reads: 128, seconds: 0.2 }, ..plan }
    }

    #[test]
    fn each_reduction_that_is_switched_off_costs_something_and_none_changes_the_minimum() {
        let (task, architecture) = task();
        let ablation = ablate(&task, &architecture, &plan(), &RunControl::default()).unwrap();
        assert!(ablation.target_proven && ablation.unfinished.is_empty());
        let row = |name: &str| ablation.rows.iter().find(|row| row.name == name).unwrap();
        let (compact, reference) = (row("compact"), row("reference"));
        for other in &ablation.rows {
            assert!(other.num_variables >= compact.num_variables, "{}", other.name);
            assert!(other.num_variables <= reference.num_variables, "{}", other.name);
            assert!(other.num_qubits >= other.num_variables, "{}", other.name);
            assert!(other.exact && other.scan.len() == 2 && other.scaled_gap.is_some(), "{}", other.name);
            assert!(
                other.scan.iter().all(|point| point.measurement.best_energy >= ablation.target - 1e-9),
                "{}: a sample below the proven least loss",
                other.name
            );
        }
        assert!(compact.scaled_gap > reference.scaled_gap);
        assert!(compact.best.is_some());
        assert!(row("compact without gauge").num_variables > compact.num_variables);
        assert!(row("reference with gauge").num_variables < reference.num_variables);
        let fifty = row("compact with lambda 50");
        assert_eq!(fifty.num_variables, compact.num_variables);
        assert!(fifty.scaled_gap < compact.scaled_gap);
    }

    #[test]
    fn a_run_that_is_stopped_names_the_variants_that_are_missing() {
        let (task, architecture) = task();
        let cancel = AtomicBool::new(true);
        let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
        let ablation = ablate(&task, &architecture, &plan(), &control).unwrap();
        assert_eq!((ablation.rows.len(), ablation.unfinished.len()), (0, variants().len()));
    }

    #[test]
    fn a_chip_without_room_is_said_and_the_rest_is_measured() {
        let (task, architecture) = task();
        let chip = Chip::ideal("pegasus:2".parse().unwrap());
        let reference = variants().into_iter().filter(|variant| variant.name == "reference").collect();
        let plan = AblationPlan { chip, variants: reference, ..plan() };
        let ablation = ablate(&task, &architecture, &plan, &RunControl::default()).unwrap();
        let [row] = ablation.rows.as_slice() else { panic!("one row") };
        assert_eq!((row.num_qubits, row.scan.len()), (None, 2));
        assert!(row.notes[0].contains("no embedding"), "{:?}", row.notes);
    }
}
