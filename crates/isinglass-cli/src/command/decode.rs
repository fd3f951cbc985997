//! `isinglass decode`: a model of samples that came back from elsewhere.

use std::path::PathBuf;

use clap::Args;
use isinglass::handover::Handover;
use isinglass::verify::Verification;
use isinglass_qubo::Vartype;
use isinglass_qubo::io::{ReadOptions, read_samples};
use serde::Serialize;

use crate::app::Outcome;
use crate::arguments::problem::VartypeName;
use crate::arguments::value;
use crate::command::eval::goal;
use crate::failure::Failure;
use crate::files::{cannot_read, check_places, read_bytes, read_text, write_text};
use crate::output::Report;
use crate::output::number::{compact, percent, thousands};
use crate::output::sheet::Sheet;
use crate::session::Session;

/// Which samples of which problem, and where the model goes.
#[derive(Args, Debug)]
pub(crate) struct DecodeArguments {
    /// Samples: dimod's SampleSet as JSON, plain JSON, or text with one sample a line
    samples: PathBuf,
    /// The layout that `isinglass compile --layout` wrote with the problem
    #[arg(long, value_name = "FILE")]
    layout: PathBuf,
    /// Values of the samples, for files that do not say
    #[arg(long, value_name = "VARTYPE", ignore_case = true)]
    vartype: Option<VartypeName>,
    /// Write the model to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
    /// Exit with code 1 if the accuracy on the training rows is below this share, such as 0.9
    #[arg(long, value_name = "SHARE", value_parser = value::share, help_heading = "Output")]
    require_accuracy: Option<f64>,
}

#[derive(Serialize)]
struct DecodeReport {
    num_samples: usize,
    best_sample: usize,
    energy: f64,
    loss: f64,
    violations: usize,
    train_errors: usize,
    num_train_rows: usize,
    train_accuracy: f64,
    verification: Verification,
    out: Option<PathBuf>,
}

/// Reads layout and samples, and makes a model of the best of them.
///
/// # Errors
/// A [`Failure`] when a file cannot be read or written, or the two do not belong together.
pub(crate) fn run(arguments: &DecodeArguments, session: &Session) -> Result<Outcome, Failure> {
    check_places([&arguments.out])?;
    let handover = Handover::from_json(&read_text(&arguments.layout)?)
        .map_err(|error| Failure::from(error).context(cannot_read(&arguments.layout)))?;
    let bytes = read_bytes(&arguments.samples)?;
    let vartype = arguments.vartype.map(|vartype| match vartype {
        VartypeName::Binary => Vartype::Binary,
        VartypeName::Spin => Vartype::Spin,
    });
    let samples = read_samples(&bytes, &ReadOptions { vartype, ..ReadOptions::default() })
        .map_err(|error| Failure::from(error).context(cannot_read(&arguments.samples)))?;
    let decoded =
        handover.decode(&samples).map_err(|error| Failure::from(error).context(cannot_read(&arguments.samples)))?;
    let score = decoded.train;
    if let Some(path) = &arguments.out {
        write_text(path, &decoded.model.to_json())?;
    }
    session.output().report(&DecodeReport {
        num_samples: decoded.num_samples,
        best_sample: decoded.index,
        energy: decoded.verification.energy,
        loss: decoded.verification.loss,
        violations: decoded.verification.violations(),
        train_errors: score.errors,
        num_train_rows: score.num_rows,
        train_accuracy: score.accuracy(),
        verification: decoded.verification,
        out: arguments.out.clone(),
    })?;
    Ok(goal(arguments.require_accuracy, score.accuracy(), "training"))
}

impl Report for DecodeReport {
    fn text(&self) -> String {
        let mut sheet = Sheet::new();
        let number = thousands(self.best_sample as u64 + 1);
        sheet.line(
            "Samples",
            format!("{}; number {number} has the weights of least loss", thousands(self.num_samples as u64)),
        );
        sheet.line(
            "Energy",
            format!("{}, {} violated constraints", compact(self.energy), thousands(self.violations as u64)),
        );
        sheet.line(
            "Training",
            format!(
                "{} {} on {} rows: {} right",
                thousands(self.train_errors as u64),
                if self.train_errors == 1 { "error" } else { "errors" },
                thousands(self.num_train_rows as u64),
                percent(self.train_accuracy)
            ),
        );
        if let Some(path) = &self.out {
            sheet.line("Model", path.display().to_string());
        }
        sheet.finish()
    }
}
