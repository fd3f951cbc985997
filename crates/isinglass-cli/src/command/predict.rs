//! `isinglass predict`: the classes of raw rows.

use std::path::PathBuf;

use clap::Args;
use isinglass::dataset::{LabelColumn, Table};
use isinglass::model::Model;
use serde::Serialize;

use crate::app::Outcome;
use crate::arguments::rows::RowArguments;
use crate::arguments::table::TableArguments;
use crate::command::eval::{self, read_model};
use crate::failure::Failure;
use crate::files::{check_places, write_text};
use crate::output::Report;
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
    /// Write the classes to this file, one a line, instead of to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct PredictReport {
    source: String,
    num_rows: usize,
    predictions: Vec<String>,
    out: Option<PathBuf>,
}

/// Reads model and rows, and writes a class for each row.
///
/// # Errors
/// A [`Failure`] when either cannot be read, the two do not fit, or the output cannot be written.
pub(crate) fn run(arguments: &PredictArguments, session: &Session) -> Result<Outcome, Failure> {
    check_places([&arguments.out])?;
    let model = read_model(&arguments.model)?;
    let (rows, classes) = predict(&model, arguments)?;
    let names = model.classes.names();
    let predictions: Vec<String> = classes.into_iter().map(|class| names[class as usize].clone()).collect();
    let report = PredictReport {
        source: rows.source().to_owned(),
        num_rows: predictions.len(),
        predictions,
        out: arguments.out.clone(),
    };
    if let Some(path) = &arguments.out {
        write_text(path, &report.lines())?;
    }
    session.output().report(&report)?;
    Ok(Outcome::Done)
}

/// Rows and their classes. Raw rows need no labels: a file that does not fit when one of its columns is taken for the label
/// is read again with all columns as inputs.
fn predict(model: &Model, arguments: &PredictArguments) -> Result<(Table, Vec<u32>), Failure> {
    let with = |table: &TableArguments| -> Result<(Table, Vec<u32>), Failure> {
        let rows = arguments.rows.select(table.read_columns(None, model.pipeline.needed_columns())?)?;
        let classes = eval::predict(model, &rows)?;
        Ok((rows, classes))
    };
    let table = &arguments.table;
    let first = with(table);
    if first.is_ok() || table.label.is_some() || table.labels.is_some() || table.data.is_none() {
        return first;
    }
    with(&TableArguments { label: Some(LabelColumn::None), ..table.clone() }).or(first)
}

impl PredictReport {
    fn lines(&self) -> String {
        self.predictions.iter().flat_map(|class| [class.as_str(), "\n"]).collect()
    }
}

impl Report for PredictReport {
    fn text(&self) -> String {
        match &self.out {
            Some(path) => format!("{} classes written to {}\n", self.num_rows, path.display()),
            None => self.lines(),
        }
    }
}
