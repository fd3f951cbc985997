//! `isinglass train`: from rows to a trained, verified network, beside the proven optimum and simpler methods.

mod checkpoint;
mod chip;
mod document;
mod job;
mod proof;
mod solver;
mod text;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use isinglass::baseline::{BaselineResult, LabelledBits, evaluate_all};
use isinglass::certificate::Certificate;
use isinglass::dataset::{Dataset, Split};
use isinglass::metrics::{Confusion, Score, confusion_matrix};
use isinglass::model::{Model, Provenance, predict};
use isinglass::network::Codebook;
use isinglass::report::{
    DatasetReport, FormulationReport, NetworkReport, OptimumReport, OutputBitsReport, ResultReport, SolverReport,
    TrainReport,
};
use isinglass::task::{Merge, Task};
use isinglass::train::{Batching, RandomWeights, Solver, TrainError, Training, TrainingPlan, random_weights, train};
use isinglass_chip::embedding::{EmbeddingCompositeError, FindError};
use isinglass_qubo::{RunControl, SampleStatus};

use crate::app::Outcome;
use crate::arguments::data::{DataArguments, PreparedData};
use crate::arguments::embedding::{EmbeddingArguments, stopped_early};
use crate::arguments::formulation::{FormulationArguments, note_rounding};
use crate::arguments::network::NetworkArguments;
use crate::arguments::report::ReportArguments;
use crate::arguments::solver::{SamplingArguments, TuningArguments};
use crate::arguments::value;
use crate::command::eval::goal;
use crate::failure::Failure;
use crate::files::{cannot_write, check_ending, check_places, is_standard, write_text};
use crate::memory;
use crate::progress::stage;
use crate::session::Session;
use checkpoint::Checkpoints;
use chip::OnChip;
use solver::{Choice, TrainSolver};
use text::TrainOutput;

/// What to learn, with which network, how, and where the model goes.
///
/// Without a data set this is the main job: the handwritten digits 4 and 9.
#[derive(Args, Clone, Debug)]
pub(crate) struct TrainArguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    network: NetworkArguments,
    #[command(flatten)]
    formulation: FormulationArguments,
    /// Solver: weights, exact and mip search the weights, all others sample the QUBO, as it is or on a chip
    #[arg(long, value_name = "SOLVER", default_value = "auto", help_heading = "Solver")]
    solver: TrainSolver,
    #[command(flatten)]
    sampling: SamplingArguments,
    #[command(flatten)]
    tuning: TuningArguments,
    #[command(flatten)]
    embedding: EmbeddingArguments,
    /// Take decoded weights as they are, without descent on the true loss by flips of single weights
    #[arg(long, help_heading = "Solver")]
    no_polish: bool,
    /// Learn minibatches of so many rows, one after the other, instead of all rows at once
    #[arg(long, value_name = "ROWS", value_parser = value::count, help_heading = "Minibatches")]
    batch_size: Option<NonZeroUsize>,
    /// Number of minibatches [default: as many as cover all rows once]
    #[arg(long, value_name = "N", value_parser = value::count, requires = "batch_size", help_heading = "Minibatches")]
    batches: Option<NonZeroUsize>,
    /// The paper's online term: pull of weights towards each batch's solution, rounded as `--lambda` is
    #[arg(long, value_name = "NUMBER", value_parser = value::not_negative, requires = "batch_size", default_value_t = 0.0, allow_hyphen_values = true, help_heading = "Minibatches")]
    alpha: f64,
    /// Time limit of the proof of the optimum, after training
    #[arg(long, value_name = "TIME", value_parser = value::duration, default_value = "10s", help_heading = "Comparison")]
    proof_time: Duration,
    /// Do not try to prove the optimum
    #[arg(long, help_heading = "Comparison")]
    no_proof: bool,
    /// Do not train majority class, logistic regression and gradient network to compare with, nor try random weights
    #[arg(long, help_heading = "Comparison")]
    no_baselines: bool,
    /// Write the model to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Write what was proven about the loss to this file, for `isinglass verify`
    #[arg(long, value_name = "FILE", conflicts_with = "no_proof", help_heading = "Output")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    report: ReportArguments,
    /// Save the state of the run to this file after every round of reads or minibatch; qpu-emulator makes all reads in one
    /// round
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint, if there is one
    #[arg(long, requires = "checkpoint", help_heading = "Output")]
    resume: bool,
    /// Exit with code 1 if the accuracy on the test rows (the training rows if there are none) is below this share
    #[arg(long, value_name = "SHARE", value_parser = value::share, help_heading = "Output")]
    require_accuracy: Option<f64>,
}

/// Trains, verifies, compares and reports.
///
/// # Errors
/// A [`Failure`] when data, network, solver or files do not allow it.
pub(crate) fn run(arguments: &TrainArguments, session: &Session) -> Result<Outcome, Failure> {
    let start = Instant::now();
    let arguments = &job::with_main_job(arguments.clone());
    for file in [&arguments.out, &arguments.checkpoint, &arguments.certificate] {
        check_ending(file.as_deref(), &["json"])?;
    }
    if arguments.checkpoint.as_deref().is_some_and(is_standard) {
        return Err(Failure::input(
            "--checkpoint cannot be standard output: it is written again and again, and read back",
        )
        .with_hint("name a file"));
    }
    check_places([&arguments.out, &arguments.checkpoint, &arguments.certificate])?;
    arguments.report.check()?;
    arguments.formulation.check()?;
    arguments.formulation.note_rounding(session.output());
    note_rounding(session.output(), "--alpha", arguments.alpha);
    let split = arguments.data.split(None)?;
    let prepared = arguments.data.prepare(&split)?;
    prepared.note_identifiers(session);
    let codebook = Codebook::for_classes(prepared.classes.names().len());
    let architecture = arguments.network.architecture(prepared.pipeline.num_inputs(), &codebook)?;
    let task = Task::of_classes(prepared.train.inputs.clone(), &prepared.train.labels, &codebook)
        .map_err(|error| Failure::from_error(&error))?;
    if arguments.certificate.is_some() {
        Certificate::check_task(&task, &architecture).map_err(|error| {
            Failure::from_error(&error).with_hint(error.hint()).context("nothing can be certified about this task")
        })?;
    }
    let setup = arguments.embedding.setup(session.output())?;
    let cancel = session.interrupted()?;
    let bar = session.bar("training").until(arguments.sampling.deadline());
    let control = arguments.sampling.control(cancel, &bar);
    let solving = Instant::now();
    let choice = Choice::new(arguments, setup.as_ref(), &task, &architecture, &control)?;
    let Choice { solver, reason, emulation } = choice;
    let plan = TrainingPlan {
        architecture,
        formulation: arguments.formulation.options(),
        solver,
        batching: batching(arguments, task.num_rows()),
        polish: !arguments.no_polish,
        seed: arguments.sampling.seed,
        embedding: setup.as_ref().map(|setup| chip::plan(setup, emulation.as_ref())).transpose()?,
        threads: None,
    };

    let checkpoints = Checkpoints::new(arguments.checkpoint.as_deref(), &plan, &task);
    let state = if arguments.resume { checkpoints.load(session)? } else { checkpoints.start()? };
    let mut unsaved = None;
    let result = train(&task, &plan, state, &control, |state| {
        // the result is worth more than the checkpoint: the run goes on, and tells at its end
        unsaved = checkpoints.save(state).err();
        ControlFlow::Continue(())
    });
    let training = result.map_err(|error| {
        let is_search =
            matches!(error, TrainError::Embedding(EmbeddingCompositeError::Find(FindError::NotFound { .. })));
        let stopped = if is_search { control.should_stop(None) } else { None };
        stopped_early(error.into(), stopped)
    })?;
    let solver_seconds = solving.elapsed().as_secs_f64();
    drop(bar);
    checkpoints.note_if_empty(&training.state, session);

    let run =
        Run { arguments, split: &split, prepared: &prepared, codebook: &codebook, plan: &plan, training: &training };
    let (train_score, test_score) = run.scores();
    // the model is safe before anything else is computed
    if let Some(path) = &arguments.out {
        write_text(path, &run.model(train_score).to_json())?;
    }
    let unlimited = RunControl { cancel: Some(cancel), memory_limit: memory::limit(), ..RunControl::default() };
    let optimum = run.optimum(&task, &unlimited, session);
    let is_certified = run.certify(&task, optimum.lower_bound, &unlimited)?;
    let comparing = RunControl { deadline: arguments.sampling.deadline(), ..unlimited };
    let baselines = run.baselines(&comparing, session)?;
    let random_weights = run.random_weights(&task, &comparing);
    let solver = run.solver_report(reason, solver_seconds);
    let result = run.result(&task, train_score, test_score, optimum);
    let report = TrainReport {
        isinglass: env!("CARGO_PKG_VERSION").to_owned(),
        command: command_line(),
        dataset: run.dataset_report(&task),
        network: NetworkReport::of(&plan.architecture),
        formulation: FormulationReport {
            name: arguments.formulation.name().to_owned(),
            without: arguments.formulation.left_out(),
            gate: arguments.formulation.gate_kind(),
            compiled: training.formulation.is_some(),
            statistics: training.formulation.as_ref().map(|formulation| formulation.statistics.clone()),
        },
        solver,
        result,
        baselines,
        batches: if plan.batching == Batching::Whole { Vec::new() } else { training.state.steps.clone() },
        seconds: start.elapsed().as_secs_f64(),
    };
    let accuracy = test_score.unwrap_or(train_score).accuracy();
    let output = TrainOutput {
        mip: (plan.batching == Batching::Whole).then(|| training.state.steps.last()?.mip.clone()).flatten(),
        report,
        embedded: setup.as_ref().and_then(|setup| OnChip::of(&setup.chosen, &training)),
        emulation: emulation.as_ref().map(|emulation| chip::emulated(emulation, &training)),
        random_weights,
        network: &training.network,
        out: arguments.out.as_deref(),
    };
    arguments
        .report
        .write(session.output(), || document::document(&output, chip::chains(&plan, &training).as_ref()))?;
    session.output().report(&output)?;
    if !is_certified {
        return Ok(Outcome::GoalNotMet("nothing was proven about the loss: there is no certificate".to_owned()));
    }
    if let Some(failure) = unsaved {
        return Ok(Outcome::GoalNotMet(format!("{}: {}", failure.message(), failure.causes().join(": "))));
    }
    if let Some(target) = arguments.sampling.target
        && training.loss > target
    {
        let loss = training.loss;
        return Ok(Outcome::GoalNotMet(format!("the loss {loss} is above the target {target}")));
    }
    Ok(goal(arguments.require_accuracy, accuracy, if test_score.is_some() { "test" } else { "training" }))
}

fn batching(arguments: &TrainArguments, num_rows: usize) -> Batching {
    match arguments.batch_size {
        None => Batching::Whole,
        Some(batch_size) => {
            let batch_size = batch_size.get();
            let batches = arguments.batches.map_or(num_rows.div_ceil(batch_size), NonZeroUsize::get);
            Batching::Minibatches { batch_size, batches, alpha: arguments.alpha }
        }
    }
}

/// The command line as it was given.
pub(crate) fn command_line() -> String {
    let words = std::env::args_os().skip(1).map(|word| value::quoted(&word.to_string_lossy()));
    std::iter::once("isinglass".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

fn labelled(data: &Dataset, num_classes: usize) -> Result<LabelledBits<'_>, Failure> {
    Ok(LabelledBits::new(&data.inputs, &data.labels, num_classes)?)
}

/// A finished run and all that it came from.
struct Run<'a> {
    arguments: &'a TrainArguments,
    split: &'a Split,
    prepared: &'a PreparedData,
    codebook: &'a Codebook,
    plan: &'a TrainingPlan,
    training: &'a Training,
}

impl Run<'_> {
    fn scores(&self) -> (Score, Option<Score>) {
        let score =
            |data: &Dataset| Score::of(&predict(&self.training.network, self.codebook, &data.inputs), &data.labels);
        (score(&self.prepared.train), self.prepared.test.as_ref().map(score))
    }

    fn model(&self, train: Score) -> Model {
        Model {
            network: self.training.network.clone(),
            classes: self.prepared.classes.clone(),
            codebook: self.codebook.clone(),
            pipeline: self.prepared.pipeline.clone(),
            made: Provenance {
                isinglass: env!("CARGO_PKG_VERSION").to_owned(),
                command: command_line(),
                seed: self.plan.seed,
                data: self.split.train.source().to_owned(),
                data_sha256: self.split.train.sha256().to_owned(),
                formulation: self.arguments.formulation.name().to_owned(),
                solver: self.plan.solver.name().to_owned(),
                train_errors: train.errors,
                num_train_rows: train.num_rows,
            },
        }
    }

    fn optimum(&self, task: &Task, control: &RunControl<'_>, session: &Session) -> OptimumReport {
        if self.arguments.no_proof {
            let how = "not asked for".to_owned();
            return OptimumReport { loss: None, lower_bound: None, how, seconds: 0.0 };
        }
        let formulation = self.training.formulation.as_ref();
        let is_exact = formulation.is_none_or(|formulation| formulation.statistics.exact);
        let already = self.training.status == SampleStatus::Optimal && is_exact;
        let deadline = Instant::now().checked_add(self.arguments.proof_time);
        let bar = session.bar("proof").until(deadline);
        let control = RunControl { deadline, progress: Some(&bar), ..*control };
        let by_solver = already.then_some((self.training.loss, &self.plan.solver));
        let optimum = proof::optimum(task, &self.plan.architecture, by_solver, &control);
        proof::or_unavoidable(optimum, task, self.training.loss)
    }

    /// Writes the certificate, if one is asked for; false if nothing was proven.
    fn certify(&self, task: &Task, lower_bound: Option<f64>, control: &RunControl<'_>) -> Result<bool, Failure> {
        let Some(path) = &self.arguments.certificate else { return Ok(true) };
        let Some(lower_bound) = lower_bound else { return Ok(false) };
        let _bar = stage("certificate");
        let control = RunControl { deadline: Instant::now().checked_add(self.arguments.proof_time), ..*control };
        let certificate = Certificate::new(task, &self.training.network, lower_bound, &control)
            .map_err(|error| Failure::from_error(&error).with_hint(error.hint()).context(cannot_write(path)))?;
        write_text(path, &certificate.to_json())?;
        Ok(true)
    }

    fn baselines(&self, control: &RunControl<'_>, session: &Session) -> Result<Vec<BaselineResult>, Failure> {
        if self.arguments.no_baselines {
            return Ok(Vec::new());
        }
        let bar = session.bar("baselines").until(control.deadline);
        let control = RunControl { progress: Some(&bar), ..*control };
        let num_classes = self.prepared.classes.names().len();
        let train = labelled(&self.prepared.train, num_classes)?;
        let test = self.prepared.test.as_ref().map(|test| labelled(test, num_classes)).transpose()?;
        Ok(evaluate_all(&train, test.as_ref(), &self.plan.architecture, self.codebook, self.plan.seed, &control)?)
    }

    /// What weights reach that nobody learned; for runs with more than one read on all rows.
    fn random_weights(&self, task: &Task, control: &RunControl<'_>) -> Option<RandomWeights> {
        let num_reads = self.training.state.steps.iter().map(|step| step.num_reads).sum();
        let is_asked = !self.arguments.no_baselines && self.plan.batching == Batching::Whole && num_reads > 1;
        let _bar = stage("random weights");
        let formulation = self.training.formulation.as_ref();
        is_asked.then(|| random_weights(task, self.plan, formulation, num_reads, control)).flatten()
    }

    /// Groups in the QUBO; those of equal inputs where there is none.
    fn num_groups(&self, task: &Task) -> usize {
        match &self.training.formulation {
            Some(formulation) => formulation.statistics.num_groups,
            None => task.group(Merge::Equal).len(),
        }
    }

    fn dataset_report(&self, task: &Task) -> DatasetReport {
        DatasetReport {
            source: self.split.train.source().to_owned(),
            sha256: self.split.train.sha256().to_owned(),
            num_rows: self.prepared.train.labels.len(),
            num_test_rows: self.prepared.test.as_ref().map_or(0, |test| test.labels.len()),
            num_groups: self.num_groups(task),
            num_inputs: self.prepared.pipeline.num_inputs(),
            input_names: self.prepared.train.input_names.clone(),
            num_dropped_columns: self.prepared.pipeline.dropped_columns(),
            dropped_by_user: self.prepared.pipeline.dropped_by_user().to_vec(),
            identifier_columns: self.prepared.identifiers.clone(),
            test_rows: self.split.test_rows.clone(),
            classes: self.prepared.classes.names().to_vec(),
        }
    }

    fn solver_report(&self, reason: Option<String>, seconds: f64) -> SolverReport {
        let steps = &self.training.state.steps;
        let found = self.training.state.best.as_ref().and_then(|best| steps.get(best.step));
        let updates: u64 = steps.iter().map(|step| step.num_updates).sum();
        let has_spins = self.plan.solver != Solver::Exact && updates > 0;
        SolverReport {
            name: self.plan.solver.name().to_owned(),
            reason,
            status: self.training.status,
            num_reads: steps.iter().map(|step| step.num_reads).sum(),
            num_sweeps: found.map_or(0, |step| step.num_sweeps),
            num_best: found.map_or(0, |step| step.num_best),
            polished: self.plan.polish,
            sampled_loss: found.map(|step| step.sampled_loss),
            beta_range: found.and_then(|step| step.beta_range),
            seed: self.plan.seed,
            seconds,
            updates_per_second: has_spins.then(|| updates as f64 / seconds.max(1e-9)),
        }
    }

    fn result(&self, task: &Task, train: Score, test: Option<Score>, optimum: OptimumReport) -> ResultReport {
        let has_qubo = self.training.formulation.is_some();
        ResultReport {
            objective: task.objective(),
            output_bits: OutputBitsReport::of(self.training, task),
            energy: has_qubo.then_some(self.training.verification.energy),
            loss: self.training.loss,
            train_errors: train.errors,
            train_accuracy: train.accuracy(),
            test_errors: test.map(|score| score.errors),
            test_accuracy: test.map(|score| score.accuracy()),
            proven_optimal: optimum.loss == Some(self.training.loss),
            optimum,
            violations: self.training.is_sampled.then(|| self.training.verification.violations()),
            confusion: self.confusion(),
        }
    }

    fn confusion(&self) -> Confusion {
        let of = |data: &Dataset| {
            let predicted = predict(&self.training.network, self.codebook, &data.inputs);
            confusion_matrix(&predicted, &data.labels, self.codebook.num_classes())
        };
        Confusion { train: of(&self.prepared.train), test: self.prepared.test.as_ref().map(of) }
    }
}
