//! `isinglass train`: from rows to a trained, verified network, beside the proven optimum and simpler methods.

mod checkpoint;
mod chip;
mod document;
mod job;
mod solver;
mod text;

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use isinglass::certificate::Certificate;
use isinglass::network::Network;
use isinglass::task::Task;
use isinglass::train::{Batching, EmbeddingPlan, TrainError};
use isinglass::trainer::{NUM_READS, NUM_SWEEPS, SolverChoice, Trainer};
use isinglass_chip::embedding::{EmbeddingCompositeError, FindError};
use isinglass_qubo::RunControl;

use crate::app::Outcome;
use crate::arguments::data::{DataArguments, note_identifiers};
use crate::arguments::embedding::{EmbeddingArguments, stopped_early};
use crate::arguments::formulation::{FormulationArguments, note_rounding};
use crate::arguments::network::NetworkArguments;
use crate::arguments::report::ReportArguments;
use crate::arguments::solver::{Call, SamplingArguments, SolverOptions, TuningArguments, with_baselines};
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
#[command(mut_args = with_baselines)]
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
    /// Keep decoded weights, without local search on the true loss
    #[arg(long, help_heading = "Solver")]
    no_polish: bool,
    /// Minibatch size [default: all rows at once]
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
    let deadline = arguments.sampling.deadline();
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
    note_identifiers(&prepared.identifiers, session);
    let setup = arguments.embedding.setup(session.output())?;
    let options = arguments.solver_options();
    let Choice { solver, emulation } = Choice::new(arguments.solver, &options, setup.as_ref())?;
    let embedding = setup.as_ref().map(|setup| chip::plan(setup, emulation.as_ref())).transpose()?;
    let trainer = arguments.trainer(solver, embedding, &options);
    let fit = trainer.prepare(&prepared)?;
    if arguments.certificate.is_some() {
        Certificate::check_task(fit.task(), fit.architecture()).map_err(|error| {
            Failure::from_error(&error).with_hint(error.hint()).context("nothing can be certified about this task")
        })?;
    }
    let cancel = session.interrupted()?;
    let unlimited = RunControl { cancel: Some(cancel), memory_limit: memory::limit(), ..RunControl::default() };
    let limited = RunControl { deadline, target: arguments.sampling.target, ..unlimited };
    let solving = trainer.control_of_solver(&limited);
    let bar = session.bar("training").until(solving.deadline);
    let control = RunControl { progress: Some(&bar), ..solving };
    let planned = fit.plan(&control)?;

    let checkpoints = Checkpoints::new(arguments.checkpoint.as_deref(), planned.plan(), planned.task());
    let state = if arguments.resume { checkpoints.load(session)? } else { checkpoints.start()? };
    let mut unsaved = None;
    let result = planned.train(state, &control, |state| {
        // the result is worth more than the checkpoint: the run goes on, and tells at its end
        unsaved = checkpoints.save(state).err();
        ControlFlow::Continue(())
    });
    let fitted = result.map_err(|error| {
        let is_search =
            matches!(error, TrainError::Embedding(EmbeddingCompositeError::Find(FindError::NotFound { .. })));
        let stopped = if is_search { control.should_stop(None) } else { None };
        stopped_early(error.into(), stopped)
    })?;
    drop(bar);
    checkpoints.note_if_empty(&fitted.training().state, session);

    // the model is safe before anything else is computed
    if let Some(path) = &arguments.out {
        write_text(path, &fitted.model().to_json())?;
    }
    // what is within the time limit comes before the proof, which has its own time
    let bar = session.bar("baselines").until(deadline);
    let baselines = fitted.baselines(&RunControl { progress: Some(&bar), ..limited })?;
    drop(bar);
    let bar = stage("random weights");
    let random_weights = fitted.random_weights(&limited);
    drop(bar);
    let bar = session.bar("proof").until(Instant::now().checked_add(arguments.proof_time));
    let optimum = fitted.optimum(&RunControl { progress: Some(&bar), ..unlimited });
    drop(bar);
    let is_certified =
        arguments.certify(planned.task(), &fitted.training().network, optimum.lower_bound, &unlimited)?;
    let report = fitted.report(optimum, baselines, start.elapsed().as_secs_f64());
    let trained = fitted.finish(report, random_weights);
    let (plan, training) = (planned.plan(), &trained.training);
    let (accuracy, has_test_rows) = (trained.accuracy(), trained.test_score.is_some());
    let output = TrainOutput {
        mip: (plan.batching == Batching::Whole).then(|| training.state.steps.last()?.mip.clone()).flatten(),
        report: trained.report,
        embedded: setup.as_ref().and_then(|setup| OnChip::of(&setup.chosen, training)),
        emulation: emulation.as_ref().map(|emulation| chip::emulated(emulation, training)),
        random_weights: trained.random_weights,
        network: &training.network,
        out: arguments.out.as_deref(),
    };
    arguments.report.write(session.output(), || document::document(&output, chip::chains(plan, training).as_ref()))?;
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
    Ok(goal(arguments.require_accuracy, accuracy, if has_test_rows { "test" } else { "training" }))
}

impl TrainArguments {
    fn solver_options(&self) -> SolverOptions {
        let (sampling, tuning) = (self.sampling.clone(), self.tuning.clone());
        SolverOptions { presolve: false, polish: false, sampling, tuning }
    }

    /// The trainer that these arguments describe.
    fn trainer(&self, solver: SolverChoice, embedding: Option<EmbeddingPlan>, options: &SolverOptions) -> Trainer {
        let sampling = &self.sampling;
        Trainer {
            hidden: self.network.hidden.as_ref().map_or_else(Vec::new, |hidden| hidden.0.clone()),
            bias: self.network.bias,
            formulation: self.formulation.options(),
            solver,
            num_reads: sampling.num_reads.map_or(NUM_READS, NonZeroUsize::get),
            num_sweeps: sampling.num_sweeps.map_or(NUM_SWEEPS, |sweeps| sweeps.get() as u64),
            beta_range: sampling.beta_range,
            annealing: options.annealing(Call::of(sampling)),
            batch_size: self.batch_size.map(NonZeroUsize::get),
            batches: self.batches.map(NonZeroUsize::get),
            alpha: self.alpha,
            polish: !self.no_polish,
            seed: sampling.seed,
            embedding,
            proof_time: (!self.no_proof).then_some(self.proof_time),
            baselines: !self.no_baselines,
            command: command_line(),
        }
    }

    /// Writes the certificate, if one is asked for; false if nothing was proven.
    fn certify(
        &self,
        task: &Task,
        network: &Network,
        lower_bound: Option<f64>,
        control: &RunControl<'_>,
    ) -> Result<bool, Failure> {
        let Some(path) = &self.certificate else { return Ok(true) };
        let Some(lower_bound) = lower_bound else { return Ok(false) };
        let _bar = stage("certificate");
        let control = RunControl { deadline: Instant::now().checked_add(self.proof_time), ..*control };
        let certificate = Certificate::new(task, network, lower_bound, &control)
            .map_err(|error| Failure::from_error(&error).with_hint(error.hint()).context(cannot_write(path)))?;
        write_text(path, &certificate.to_json())?;
        Ok(true)
    }
}

/// The command line as it was given.
pub(crate) fn command_line() -> String {
    let words = std::env::args_os().skip(1).map(|word| value::quoted(&word.to_string_lossy()));
    std::iter::once("isinglass".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}
