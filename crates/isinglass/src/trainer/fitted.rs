//! A trained network with all that is reported about it.

use super::planned::PlannedFit;
use super::{Trainer, optimum};
use crate::baseline::{BaselineError, BaselineResult, LabelledBits, evaluate_all};
use crate::dataset::{Dataset, PreparedData};
use crate::metrics::{Confusion, Score, confusion_matrix};
use crate::model::{Model, Provenance, predict};
use crate::network::Network;
use crate::report::{
    DatasetReport, FormulationReport, NetworkReport, OptimumReport, OutputBitsReport, ResultReport, SolverReport,
    TrainReport,
};
use crate::task::Merge;
use crate::train::{Batching, RandomWeights, Solver, Training, random_weights};
use isinglass_qubo::{RunControl, SampleStatus};
use std::time::Instant;

/// A network after training, before it is compared with anything.
#[derive(Clone, Debug)]
pub struct FittedNetwork<'a> {
    planned: &'a PlannedFit<'a>,
    training: Training,
    train_score: Score,
    test_score: Option<Score>,
    seconds: f64,
}

/// All that a fit gives.
#[derive(Clone, Debug)]
pub struct TrainedNetwork {
    /// The network with the pipeline that feeds it, in the form of the model file.
    pub model: Model,
    /// Errors on the training rows.
    pub train_score: Score,
    /// Errors on the test rows, if there are any.
    pub test_score: Option<Score>,
    /// How training went, step by step.
    pub training: Training,
    /// What random weights reach with as many reads and the same polish; absent for runs of one read, on minibatches or without baselines.
    pub random_weights: Option<RandomWeights>,
    /// The report: statistics of the QUBO, the optimum, baselines.
    pub report: TrainReport,
}

impl TrainedNetwork {
    /// The network.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.model.network
    }

    /// The accuracy on the test rows, or on the training rows if there are none.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        self.test_score.unwrap_or(self.train_score).accuracy()
    }
}

impl<'a> FittedNetwork<'a> {
    pub(super) fn new(planned: &'a PlannedFit<'a>, training: Training, seconds: f64) -> Self {
        let (data, codebook) = (planned.fit.data, &planned.fit.codebook);
        let score = |rows: &Dataset| Score::of(&predict(&training.network, codebook, &rows.inputs), &rows.labels);
        let (train_score, test_score) = (score(&data.train), data.test.as_ref().map(score));
        Self { planned, training, train_score, test_score, seconds }
    }

    fn trainer(&self) -> &'a Trainer {
        self.planned.fit.trainer
    }

    fn data(&self) -> &'a PreparedData {
        self.planned.fit.data
    }

    /// How training went.
    #[must_use]
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// Errors on the training rows.
    #[must_use]
    pub fn train_score(&self) -> Score {
        self.train_score
    }

    /// Errors on the test rows, if there are any.
    #[must_use]
    pub fn test_score(&self) -> Option<Score> {
        self.test_score
    }

    /// The network with the pipeline that feeds it, in the form of the model file.
    #[must_use]
    pub fn model(&self) -> Model {
        let (trainer, data) = (self.trainer(), self.data());
        Model {
            network: self.training.network.clone(),
            classes: data.classes.clone(),
            codebook: self.planned.fit.codebook.clone(),
            pipeline: data.pipeline.clone(),
            made: Provenance {
                isinglass: env!("CARGO_PKG_VERSION").to_owned(),
                command: trainer.command.clone(),
                seed: trainer.seed,
                data: data.source.clone(),
                data_sha256: data.sha256.clone(),
                formulation: trainer.formulation.name().to_owned(),
                solver: self.planned.plan.solver.name().to_owned(),
                train_errors: self.train_score.errors,
                num_train_rows: self.train_score.num_rows,
            },
        }
    }

    /// The least possible loss: what the solver proved, or what an exact search proves within the [time for it](Trainer::proof_time).
    /// The deadline and the target of `control` do not count.
    #[must_use]
    pub fn optimum(&self, control: &RunControl<'_>) -> OptimumReport {
        let Some(time) = self.trainer().proof_time else { return optimum::not_asked() };
        let (task, plan) = (&self.planned.fit.task, &self.planned.plan);
        let formulation = self.training.formulation.as_ref();
        let is_exact = formulation.is_none_or(|formulation| formulation.statistics.exact);
        let already = self.training.status == SampleStatus::Optimal && is_exact;
        let control = RunControl { deadline: Instant::now().checked_add(time), target: None, ..*control };
        let by_solver = already.then_some((self.training.loss, &plan.solver));
        let optimum = optimum::optimum(task, &plan.architecture, by_solver, &control);
        optimum::or_unavoidable(optimum, task, self.training.loss)
    }

    /// What simpler methods reach on the same rows, within the deadline of `control`; nothing for a trainer without baselines.
    ///
    /// # Errors
    /// [`BaselineError`] when one of them cannot be evaluated.
    pub fn baselines(&self, control: &RunControl<'_>) -> Result<Vec<BaselineResult>, BaselineError> {
        if !self.trainer().baselines {
            return Ok(Vec::new());
        }
        let control = RunControl { target: None, ..*control };
        let (data, fit) = (self.data(), &self.planned.fit);
        let num_classes = data.classes.names().len();
        let labelled = |rows: &'a Dataset| LabelledBits::new(&rows.inputs, &rows.labels, num_classes);
        let train = labelled(&data.train)?;
        let test = data.test.as_ref().map(labelled).transpose()?;
        evaluate_all(&train, test.as_ref(), &fit.architecture, &fit.codebook, self.trainer().seed, &control)
    }

    /// What weights reach that were drawn, not learned; for runs with more than one read on all rows, within the deadline of `control`.
    #[must_use]
    pub fn random_weights(&self, control: &RunControl<'_>) -> Option<RandomWeights> {
        let plan = &self.planned.plan;
        let num_reads = self.training.state.steps.iter().map(|step| step.num_reads).sum();
        if !self.trainer().baselines || plan.batching != Batching::Whole || num_reads <= 1 {
            return None;
        }
        let control = RunControl { target: None, ..*control };
        let formulation = self.training.formulation.as_ref();
        random_weights(&self.planned.fit.task, plan, formulation, num_reads, &control)
    }

    /// The report of the whole run, which took `seconds`.
    #[must_use]
    pub fn report(&self, optimum: OptimumReport, baselines: Vec<BaselineResult>, seconds: f64) -> TrainReport {
        let (trainer, training) = (self.trainer(), &self.training);
        let steps = &training.state.steps;
        TrainReport {
            isinglass: env!("CARGO_PKG_VERSION").to_owned(),
            command: trainer.command.clone(),
            dataset: self.dataset_report(),
            network: NetworkReport::of(&self.planned.fit.architecture),
            formulation: FormulationReport {
                name: trainer.formulation.name().to_owned(),
                without: trainer.formulation.left_out(),
                gate: trainer.formulation.gate,
                compiled: training.formulation.is_some(),
                statistics: training.formulation.as_ref().map(|formulation| formulation.statistics.clone()),
            },
            solver: self.solver_report(),
            result: self.result(optimum),
            baselines,
            batches: if self.planned.plan.batching == Batching::Whole { Vec::new() } else { steps.clone() },
            seconds,
        }
    }

    /// The end: all that the fit gave.
    #[must_use]
    pub fn finish(self, report: TrainReport, random_weights: Option<RandomWeights>) -> TrainedNetwork {
        let model = self.model();
        let Self { training, train_score, test_score, .. } = self;
        TrainedNetwork { model, train_score, test_score, training, random_weights, report }
    }

    fn dataset_report(&self) -> DatasetReport {
        let data = self.data();
        // groups in the QUBO; those of equal inputs where there is none
        let num_groups = match &self.training.formulation {
            Some(formulation) => formulation.statistics.num_groups,
            None => self.planned.fit.task.group(Merge::Equal).len(),
        };
        DatasetReport {
            source: data.source.clone(),
            sha256: data.sha256.clone(),
            num_rows: data.train.labels.len(),
            num_test_rows: data.test.as_ref().map_or(0, |test| test.labels.len()),
            num_groups,
            num_inputs: data.pipeline.num_inputs(),
            input_names: data.train.input_names.clone(),
            num_dropped_columns: data.pipeline.dropped_columns(),
            dropped_by_user: data.pipeline.dropped_by_user().to_vec(),
            identifier_columns: data.identifiers.clone(),
            test_rows: data.test_rows.clone(),
            classes: data.classes.names().to_vec(),
        }
    }

    fn solver_report(&self) -> SolverReport {
        let plan = &self.planned.plan;
        let steps = &self.training.state.steps;
        let found = self.training.state.best.as_ref().and_then(|best| steps.get(best.step));
        let updates: u64 = steps.iter().map(|step| step.num_updates).sum();
        let has_spins = plan.solver != Solver::Exact && updates > 0;
        SolverReport {
            name: plan.solver.name().to_owned(),
            reason: self.planned.reason.clone(),
            status: self.training.status,
            num_reads: steps.iter().map(|step| step.num_reads).sum(),
            num_sweeps: found.map_or(0, |step| step.num_sweeps),
            num_best: found.map_or(0, |step| step.num_best),
            polished: plan.polish,
            sampled_loss: found.map(|step| step.sampled_loss),
            beta_range: found.and_then(|step| step.beta_range),
            seed: plan.seed,
            seconds: self.seconds,
            updates_per_second: has_spins.then(|| updates as f64 / self.seconds.max(1e-9)),
        }
    }

    fn result(&self, optimum: OptimumReport) -> ResultReport {
        let (training, task) = (&self.training, &self.planned.fit.task);
        let (train, test) = (self.train_score, self.test_score);
        ResultReport {
            objective: task.objective(),
            output_bits: OutputBitsReport::of(training, task),
            energy: training.formulation.is_some().then_some(training.verification.energy),
            loss: training.loss,
            train_errors: train.errors,
            train_accuracy: train.accuracy(),
            test_errors: test.map(|score| score.errors),
            test_accuracy: test.map(|score| score.accuracy()),
            proven_optimal: optimum.loss == Some(training.loss),
            optimum,
            violations: training.is_sampled.then(|| training.verification.violations()),
            confusion: self.confusion(),
        }
    }

    fn confusion(&self) -> Confusion {
        let codebook = &self.planned.fit.codebook;
        let of = |data: &Dataset| {
            let predicted = predict(&self.training.network, codebook, &data.inputs);
            confusion_matrix(&predicted, &data.labels, codebook.num_classes())
        };
        Confusion { train: of(&self.data().train), test: self.data().test.as_ref().map(of) }
    }
}
