//! `isinglass eval`: the errors of a trained model on labelled rows.

use std::path::{Path, PathBuf};

use clap::Args;
use isinglass::dataset::DatasetError;
use isinglass::metrics::{Score, confusion_matrix};
use isinglass::model::Model;
use serde::Serialize;

use crate::app::Outcome;
use crate::arguments::rows::RowArguments;
use crate::arguments::table::TableArguments;
use crate::arguments::value;
use crate::failure::Failure;
use crate::files::{cannot_read, read_text};
use crate::output::Report;
use crate::output::confusion::confusion_table;
use crate::output::number::{percent, thousands};
use crate::output::sheet::Sheet;
use crate::progress::stage;
use crate::session::Session;

/// Which model, on which rows.
#[derive(Args, Debug)]
pub(crate) struct EvalArguments {
    /// The model that `isinglass train --out` wrote
    model: PathBuf,
    #[command(flatten)]
    table: TableArguments,
    #[command(flatten)]
    rows: RowArguments,
    /// Exit with code 1 if the accuracy is below this share, such as 0.9
    #[arg(long, value_name = "SHARE", value_parser = value::share, help_heading = "Output")]
    require_accuracy: Option<f64>,
}

#[derive(Serialize)]
struct EvalReport {
    model: PathBuf,
    source: String,
    sha256: String,
    num_rows: usize,
    errors: usize,
    accuracy: f64,
    /// Of always answering the class that most of these rows have.
    majority_accuracy: f64,
    classes: Vec<String>,
    /// `confusion[true class][predicted class]`
    confusion: Vec<Vec<usize>>,
}

/// Reads model and rows, and counts errors.
///
/// # Errors
/// A [`Failure`] when either cannot be read or the two do not fit.
pub(crate) fn run(arguments: &EvalArguments, session: &Session) -> Result<Outcome, Failure> {
    let bar = stage("evaluating");
    let model = read_model(&arguments.model)?;
    let table = arguments.table.read_columns(None, model.pipeline.needed_columns())?;
    let rows = arguments.rows.select(table)?;
    let predicted = model.predict(&rows).map_err(|error| does_not_fit(&model, error))?;
    let labels = model.classes.encode(&rows)?;
    let score = Score::of(&predicted, &labels);
    let confusion = confusion_matrix(&predicted, &labels, model.classes.names().len());
    let largest = confusion.iter().map(|row| row.iter().sum::<usize>()).max().unwrap_or(0);
    drop(bar);
    session.output().report(&EvalReport {
        model: arguments.model.clone(),
        source: rows.source().to_owned(),
        sha256: rows.sha256().to_owned(),
        num_rows: score.num_rows,
        errors: score.errors,
        accuracy: score.accuracy(),
        majority_accuracy: largest as f64 / score.num_rows.max(1) as f64,
        classes: model.classes.names().to_vec(),
        confusion,
    })?;
    Ok(goal(arguments.require_accuracy, score.accuracy(), "these"))
}

/// Whether the accuracy asked for, if any, is reached on the rows called `which`.
pub(crate) fn goal(required: Option<f64>, accuracy: f64, which: &str) -> Outcome {
    match required {
        Some(required) if accuracy < required => Outcome::GoalNotMet(format!(
            "the accuracy on {which} rows is {}, below the required {}",
            percent(accuracy),
            percent(required)
        )),
        _ => Outcome::Done,
    }
}

/// The failure that says which columns a model needs, for rows of another kind.
pub(crate) fn does_not_fit(model: &Model, error: DatasetError) -> Failure {
    const SHOWN: usize = 8;
    let names: Vec<&str> = model.pipeline.column_names().collect();
    let more = if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
    let shown = names[..names.len().min(SHOWN)].join(", ");
    Failure::from(error).context("the rows do not fit the model").with_hint(format!(
        "the model was trained on {} and needs rows with the columns {shown}{more}",
        model.made.data
    ))
}

/// A model from its file.
pub(crate) fn read_model(path: &Path) -> Result<Model, Failure> {
    Model::from_json(&read_text(path)?).map_err(|error| Failure::from(error).context(cannot_read(path)))
}

impl Report for EvalReport {
    fn text(&self) -> String {
        let mut sheet = Sheet::new();
        sheet.line("Data", format!("{}: {} rows", self.source, thousands(self.num_rows as u64)));
        sheet.line("Errors", format!("{} ({} right)", thousands(self.errors as u64), percent(self.accuracy)));
        sheet.line(
            "Majority",
            format!("{} right by always answering the most frequent class", percent(self.majority_accuracy)),
        );
        let confusion = confusion_table("these rows", &self.classes, &self.confusion).lines();
        let mut text = sheet.finish() + "\n";
        text.extend(confusion.into_iter().map(|line| line + "\n"));
        text
    }
}
