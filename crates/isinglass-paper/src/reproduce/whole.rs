//! Training on whole sets, beyond the paper: all rows, more inputs, biases, and test accuracy.

use super::ReproduceError;
use super::data::FeatureSet;
use super::outcome::{NetworkResult, ProvenOptimum, SetResult, TrainingResult};
use super::plan::{FormulationChoice, ReproducePlan, Shape};
use isinglass::baseline::{LabelledBits, evaluate_all};
use isinglass::dataset::Dataset;
use isinglass::exact::ExactTrainer;
use isinglass::formulation::{FormulationError, WeightTerms, compile_within};
use isinglass::metrics::Score;
use isinglass::model::predict;
use isinglass::network::{Architecture, Codebook, Network};
use isinglass::task::{Merge, Task};
use isinglass::train::{Solver, TrainError, TrainingPlan, TrainingState, train};
use isinglass_qubo::{RunControl, SampleStatus};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// Reads and sweeps of annealing on a whole set.
const NUM_READS: usize = 128;
const NUM_SWEEPS: u64 = 2000;
/// QUBOs of more variables are not annealed on a whole set.
const MAX_ANNEALED: usize = 4000;

/// The result of a set without its networks.
pub(super) fn empty(set: &FeatureSet, task: &Task) -> SetResult {
    let groups = task.group(Merge::Equal);
    SetResult {
        name: set.name.clone(),
        num_inputs: set.train.inputs.num_columns(),
        input_names: set.train.input_names.clone(),
        num_rows: set.train.labels.len(),
        num_test_rows: set.test.as_ref().map_or(0, |test| test.labels.len()),
        num_groups: groups.len(),
        unavoidable_errors: groups.constant,
        networks: Vec::new(),
    }
}

/// Trains and compares one network; `None` if the run is interrupted.
pub(super) fn network(
    set: &FeatureSet,
    task: &Task,
    shape: Shape,
    plan: &ReproducePlan,
    control: &RunControl<'_>,
) -> Result<Option<NetworkResult>, ReproduceError> {
    let codebook = set.codebook();
    let widths = vec![set.train.inputs.num_columns(), shape.hidden, codebook.num_outputs()];
    let architecture = Architecture::new(widths, shape.bias)?;
    let mut sizes = std::collections::BTreeMap::new();
    for choice in [FormulationChoice::Reference, FormulationChoice::Compact] {
        let size = match compile_within(task, &architecture, &choice.options(), &WeightTerms::default(), control) {
            Ok(formulation) => Some(formulation.statistics.num_variables),
            Err(FormulationError::TooLarge { .. } | FormulationError::Memory { .. }) => None,
            Err(FormulationError::Stopped { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        sizes.insert(choice.name(), size);
    }
    let rows = Rows { set, codebook: &codebook };
    let mut found: Vec<(TrainingResult, Network)> = Vec::new();
    for method in ["weights", "compact-annealed"] {
        let beta_range = None;
        let solver = match method {
            "weights" => Solver::Weights { num_reads: NUM_READS, num_sweeps: NUM_SWEEPS, beta_range },
            _ if sizes["compact"].is_some_and(|size| size <= MAX_ANNEALED) => {
                Solver::Annealing { num_reads: NUM_READS, num_sweeps: NUM_SWEEPS, beta_range }
            }
            _ => continue,
        };
        let training_plan =
            TrainingPlan { solver, seed: plan.seed, threads: plan.threads, ..TrainingPlan::new(architecture.clone()) };
        let start = Instant::now();
        let trained = train(task, &training_plan, TrainingState::default(), control, |_| ControlFlow::Continue(()));
        let training = match trained {
            Err(TrainError::Formulation(FormulationError::Stopped { .. })) => return Ok(None),
            trained => trained?,
        };
        if matches!(training.status, SampleStatus::Interrupted | SampleStatus::TimeLimit) {
            return Ok(None);
        }
        found.push(rows.result(method, training.network, start));
    }
    let start = Instant::now();
    let own = Duration::try_from_secs_f64(plan.proof_seconds).ok().and_then(|time| start.checked_add(time));
    let deadline = [own, control.deadline].into_iter().flatten().min();
    let proof = ExactTrainer::default().train(task, &architecture, &RunControl { deadline, ..*control });
    let seconds = start.elapsed().as_secs_f64();
    let optimum = match proof {
        Ok(training) => {
            let is_proven = training.status == SampleStatus::Optimal;
            let optimum = ProvenOptimum {
                errors: is_proven.then_some(training.loss),
                lower_bound: Some(training.lower_bound),
                reason: (!is_proven).then(|| format!("not proven within {} s", plan.proof_seconds)),
                seconds,
            };
            found.push(rows.result("exact", training.network, start));
            optimum
        }
        Err(error) => ProvenOptimum { errors: None, lower_bound: None, reason: Some(error.to_string()), seconds },
    };
    if control.should_stop(None).is_some() {
        return Ok(None);
    }
    let (train_rows, test_rows) = (labelled(&set.train)?, set.test.as_ref().map(labelled).transpose()?);
    let baselines = evaluate_all(&train_rows, test_rows.as_ref(), &architecture, &codebook, plan.seed, control)?;
    if control.should_stop(None).is_some() {
        return Ok(None);
    }
    let network = found.iter().min_by_key(|(result, _)| result.train_errors).map(|(_, network)| network.clone());
    let trainings = found.into_iter().map(|(result, _)| result).collect();
    Ok(Some(NetworkResult { shape, num_variables: sizes, trainings, optimum, baselines, network }))
}

fn labelled(data: &Dataset) -> Result<LabelledBits<'_>, ReproduceError> {
    Ok(LabelledBits::new(&data.inputs, &data.labels, data.classes.len())?)
}

struct Rows<'a> {
    set: &'a FeatureSet,
    codebook: &'a Codebook,
}

impl Rows<'_> {
    fn result(&self, method: &'static str, network: Network, start: Instant) -> (TrainingResult, Network) {
        let seconds = start.elapsed().as_secs_f64();
        let score = |data: &Dataset| Score::of(&predict(&network, self.codebook, &data.inputs), &data.labels);
        let train = score(&self.set.train);
        let result = TrainingResult {
            method,
            train_errors: train.errors,
            train_accuracy: train.accuracy(),
            test_accuracy: self.set.test.as_ref().map(|test| score(test).accuracy()),
            seconds,
        };
        (result, network)
    }
}
