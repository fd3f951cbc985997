//! `isinglass decode`: a model of samples that came back from elsewhere.

use std::path::PathBuf;

use clap::Args;
use isinglass::compiled_task::{CompiledTask, Decoded};
use isinglass::dataset::{self, Format, LabelColumn, Table, TestRows, TestSource};
use isinglass::metrics::Score;
use isinglass::verify::Verification;
use isinglass_qubo::io::{ReadOptions, read_samples};
use isinglass_qubo::{RunControl, Vartype};
use serde::Serialize;

use crate::app::Outcome;
use crate::arguments::data::test_file;
use crate::arguments::problem::VartypeName;
use crate::arguments::table::parse;
use crate::arguments::value;
use crate::command::eval::{does_not_fit, goal};
use crate::failure::Failure;
use crate::files::{cannot_read, check_ending, check_places, read_bytes, read_text, write_text};
use crate::memory;
use crate::output::Report;
use crate::output::number::{compact, count, percent, thousands};
use crate::output::sheet::Sheet;
use crate::progress::stage;
use crate::session::Session;

/// Which samples of which problem, and where the model goes.
#[derive(Args, Debug)]
pub(crate) struct DecodeArguments {
    /// Samples: SampleSet JSON, data frame CSV, plain JSON, or text
    samples: PathBuf,
    /// The layout that `isinglass compile --layout` wrote with the problem
    #[arg(long, value_name = "FILE")]
    layout: PathBuf,
    /// Values of the samples, for files that do not say
    #[arg(long, value_name = "VARTYPE", ignore_case = true)]
    vartype: Option<VartypeName>,
    /// Polish decoded weights by single-weight flips, as train does
    #[arg(long)]
    polish: bool,
    /// Test rows: a file, `-` for standard input, or the fraction that compile kept apart [default: what compile kept apart]
    #[arg(long, value_name = "FILE|FRACTION", value_parser = parse::<TestSource>, help_heading = "Rows")]
    test: Option<TestSource>,
    /// File of the labels of the test file
    #[arg(long, value_name = "FILE", requires = "test", help_heading = "Rows")]
    test_labels: Option<PathBuf>,
    /// Label column of the test file: first, last, none, a position from 1, or a name [default: last]
    #[arg(long, value_name = "COLUMN", value_parser = parse::<LabelColumn>, requires = "test", help_heading = "Rows")]
    label: Option<LabelColumn>,
    /// Format of the test file: libsvm, csv, npy, npz or idx [default: from content and name]
    #[arg(long, value_name = "FORMAT", value_parser = parse::<Format>, requires = "test", help_heading = "Rows")]
    format: Option<Format>,
    /// Write the model to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Exit with code 1 if the accuracy on the test rows (the training rows if there are none) is below this share
    #[arg(long, value_name = "SHARE", value_parser = value::share, help_heading = "Output")]
    require_accuracy: Option<f64>,
}

#[derive(Serialize)]
struct DecodeReport {
    num_samples: usize,
    best_sample: usize,
    energy: f64,
    violations: usize,
    /// Loss of the weights of that sample, before they were polished.
    sampled_loss: f64,
    polished: bool,
    loss: f64,
    train_errors: usize,
    num_train_rows: usize,
    train_accuracy: f64,
    test_errors: Option<usize>,
    num_test_rows: usize,
    test_accuracy: Option<f64>,
    test_rows: Option<TestRows>,
    verification: Verification,
    out: Option<PathBuf>,
}

/// Reads layout and samples, and makes a model of the best of them.
///
/// # Errors
/// A [`Failure`] when a file cannot be read or written, or they do not belong together.
pub(crate) fn run(arguments: &DecodeArguments, session: &Session) -> Result<Outcome, Failure> {
    check_ending(arguments.out.as_deref(), &["json"])?;
    check_places([&arguments.out])?;
    let handover = CompiledTask::from_json(&read_text(&arguments.layout)?)
        .map_err(|error| Failure::from(error).context(cannot_read(&arguments.layout)))?;
    let test_file = test_table(arguments, &handover)?;
    let bar = stage("decoding");
    let bytes = read_bytes(&arguments.samples)?;
    let vartype = arguments.vartype.map(|vartype| match vartype {
        VartypeName::Binary => Vartype::Binary,
        VartypeName::Spin => Vartype::Spin,
    });
    let options = ReadOptions { vartype, memory_limit: memory::available(), ..ReadOptions::default() };
    let samples = read_samples(&bytes, &options)
        .map_err(|error| Failure::from(error).context(cannot_read(&arguments.samples)))?;
    let decoded = if arguments.polish {
        let control = RunControl { cancel: Some(session.interrupted()?), ..RunControl::default() };
        handover.decode_polished(&samples, &control)
    } else {
        handover.decode(&samples)
    };
    let decoded = decoded.map_err(|error| Failure::from(error).context(cannot_read(&arguments.samples)))?;
    let (test, test_rows) = test_score(arguments, &handover, &decoded, test_file.as_ref())?;
    drop(bar);
    let score = decoded.train;
    if let Some(path) = &arguments.out {
        write_text(path, &decoded.model.to_json())?;
    }
    session.output().report(&DecodeReport {
        num_samples: decoded.num_samples,
        best_sample: decoded.index,
        energy: decoded.verification.energy,
        violations: decoded.verification.violations(),
        sampled_loss: decoded.sampled_loss,
        polished: arguments.polish,
        loss: decoded.loss,
        train_errors: score.errors,
        num_train_rows: score.num_rows,
        train_accuracy: score.accuracy(),
        test_errors: test.map(|test| test.errors),
        num_test_rows: test.map_or(0, |test| test.num_rows),
        test_accuracy: test.map(|test| test.accuracy()),
        test_rows,
        verification: decoded.verification,
        out: arguments.out.clone(),
    })?;
    let which = if test.is_some() { "test" } else { "training" };
    Ok(goal(arguments.require_accuracy, test.unwrap_or(score).accuracy(), which))
}

/// The rows of the test file, if one is named.
///
/// # Errors
/// A [`Failure`] when it cannot be read, or a fraction is asked for that the layout did not keep apart.
fn test_table(arguments: &DecodeArguments, handover: &CompiledTask) -> Result<Option<Table>, Failure> {
    let kept = handover.test.as_ref().and_then(|test| test.fraction);
    match (&arguments.test, kept) {
        (Some(TestSource::File { path, .. }), _) => {
            let options = dataset::ReadOptions {
                format: arguments.format,
                label: arguments.label.clone(),
                only: handover.pipeline.needed_columns(),
                ..dataset::ReadOptions::default()
            };
            let source = test_file(path.clone(), arguments.test_labels.clone())?;
            Ok(source.read(&options)?)
        }
        (Some(TestSource::Fraction(fraction)), None) => {
            Err(Failure::input("the layout keeps no fraction of the rows for testing: all of them were compiled")
                .with_hint(format!(
                    "keep rows apart with `compile --test {fraction}`, or name a file with --test FILE"
                )))
        }
        (Some(TestSource::Fraction(fraction)), Some(kept)) if *fraction != kept => {
            Err(Failure::input(format!("the layout keeps {kept} of the rows for testing, not {fraction}"))
                .with_hint("leave --test out"))
        }
        _ => Ok(None),
    }
}

/// The errors on the test rows, and how these were chosen.
fn test_score(
    arguments: &DecodeArguments,
    handover: &CompiledTask,
    decoded: &Decoded,
    file: Option<&Table>,
) -> Result<(Option<Score>, Option<TestRows>), Failure> {
    if let Some(table) = file {
        let labels = decoded.model.classes.encode(table)?;
        let predicted = decoded.model.predict(table).map_err(|error| does_not_fit(&decoded.model, error))?;
        let score = Score::of(&predicted, &labels);
        return Ok((Some(score), Some(TestRows::File { source: table.source().to_owned() })));
    }
    if arguments.test == Some(TestSource::None) {
        return Ok((None, None));
    }
    Ok((decoded.test, handover.test.as_ref().map(|test| test.chosen.clone())))
}

/// Errors on rows of a kind, with the share that is right.
fn score_line(errors: usize, num_rows: usize, accuracy: f64) -> String {
    let (errors, rows) = (count(errors, "error", "errors"), count(num_rows, "row", "rows"));
    format!("{errors} on {rows}: {} right", percent(accuracy))
}

impl Report for DecodeReport {
    fn text(&self) -> String {
        let mut sheet = Sheet::new();
        let number = thousands(self.best_sample as u64 + 1);
        let after = if self.polished { " after polish" } else { "" };
        sheet.line(
            "Samples",
            format!("{}; number {number} has the weights of least loss{after}", thousands(self.num_samples as u64)),
        );
        let of = if self.polished { " (before polish)" } else { "" };
        let violated = count(self.violations, "violated constraint", "violated constraints");
        sheet.line("Sample", format!("energy {}, {violated}{of}", compact(self.energy)));
        if self.polished {
            let (from, to) = (compact(self.sampled_loss), compact(self.loss));
            sheet.line("Polish", format!("from loss {from} to {to} by flips of single weights"));
        }
        sheet.line("Training", score_line(self.train_errors, self.num_train_rows, self.train_accuracy));
        if let Some((errors, accuracy)) = self.test_errors.zip(self.test_accuracy) {
            let line = score_line(errors, self.num_test_rows, accuracy);
            let chosen = self.test_rows.as_ref().map(|chosen| format!("test rows: {chosen}"));
            sheet.lines("Test", std::iter::once(line).chain(chosen));
        }
        if let Some(path) = &self.out {
            sheet.line("Model", path.display().to_string());
        }
        sheet.finish()
    }
}
