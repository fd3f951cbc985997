//! `isinglass predict`: the classes of raw rows.

use std::path::PathBuf;

use clap::Args;
use isinglass::dataset::LabelColumn;
use isinglass::model::{Model, RowScores};
use isinglass::network::ClassScore;
use serde::Serialize;

use crate::app::Outcome;
use crate::arguments::rows::RowArguments;
use crate::arguments::table::TableArguments;
use crate::command::eval::{does_not_fit, read_model};
use crate::failure::Failure;
use crate::files::{check_ending, check_places, output_name, write_text};
use crate::output::Report;
use crate::progress::stage;
use crate::session::Session;

/// Which model, on which rows.
#[derive(Args, Debug)]
pub(crate) struct PredictArguments {
    /// The model that `isinglass train --out` wrote
    model: PathBuf,
    #[command(flatten)]
    table: TableArguments,
    #[command(flatten)]
    rows: RowArguments,
    /// Print distance and margin of every class as CSV
    #[arg(long, help_heading = "Output")]
    scores: bool,
    /// Write the classes to this file, one a line, instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct PredictReport {
    source: String,
    num_rows: usize,
    predictions: Vec<String>,
    /// With `--scores`: the names of the classes, and of each row a score for each class, in their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scores: Option<Vec<Vec<ClassScore>>>,
    out: Option<PathBuf>,
    /// The text of the result.
    #[serde(skip)]
    lines: String,
}

/// Reads model and rows, and writes a class for each row.
///
/// # Errors
/// A [`Failure`] when either cannot be read, the two do not fit, or the output cannot be written.
pub(crate) fn run(arguments: &PredictArguments, session: &Session) -> Result<Outcome, Failure> {
    check_ending(arguments.out.as_deref(), &["txt", "csv"])?;
    check_places([&arguments.out])?;
    let bar = stage("predicting");
    let model = read_model(&arguments.model)?;
    let (source, rows) = predict(&model, arguments)?;
    let names = model.classes.names();
    let predictions: Vec<String> = rows.iter().map(|row| names[row.class as usize].clone()).collect();
    let lines = match arguments.scores {
        true => model.scores_to_csv(&rows),
        false => predictions.iter().flat_map(|class| [class.as_str(), "\n"]).collect(),
    };
    let report = PredictReport {
        source,
        num_rows: predictions.len(),
        predictions,
        classes: arguments.scores.then(|| names.to_vec()),
        scores: arguments.scores.then(|| rows.into_iter().map(|row| row.scores).collect()),
        out: arguments.out.clone(),
        lines,
    };
    if let Some(path) = &arguments.out {
        write_text(path, &report.lines)?;
    }
    drop(bar);
    session.output().report(&report)?;
    Ok(Outcome::Done)
}

/// The source of the rows, and their classes with scores. Raw rows need no labels: a file that does not fit when one of its columns is taken for the label
/// is read again with all columns as inputs.
fn predict(model: &Model, arguments: &PredictArguments) -> Result<(String, Vec<RowScores>), Failure> {
    let with = |table: &TableArguments| -> Result<(String, Vec<RowScores>), Failure> {
        let rows = arguments.rows.select(table.read_columns(None, model.pipeline.needed_columns())?)?;
        let scores = model.scores(&rows).map_err(|error| does_not_fit(model, error))?;
        Ok((rows.source().to_owned(), scores))
    };
    let table = &arguments.table;
    let first = with(table);
    if first.is_ok() || table.label.is_some() || table.labels.is_some() || table.data.is_none() {
        return first;
    }
    with(&TableArguments { label: Some(LabelColumn::None), ..table.clone() }).or(first)
}

impl Report for PredictReport {
    fn text(&self) -> String {
        match &self.out {
            Some(path) => format!("{} classes written to {}\n", self.num_rows, output_name(path)),
            None => self.lines.clone(),
        }
    }
}
