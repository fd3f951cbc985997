//! `isinglass data show`: a table in numbers and, for images, in pictures.

use clap::Args;
use isinglass::dataset::{ClassCount, ColumnKind, ColumnSummary, TableSummary, summary};
use serde::Serialize;

use super::inputs::Inputs;
use super::picture;
use crate::arguments::data::DataArguments;
use crate::failure::Failure;
use crate::output::Report;
use crate::output::number::{compact, percent, thousands};
use crate::output::sheet::Sheet;
use crate::progress::stage;
use crate::session::Session;

/// Columns shown one by one; of longer tables only the first ones are.
const SHOWN_COLUMNS: usize = 12;
/// Categories named for a column.
const SHOWN_CATEGORIES: usize = 6;
/// Classes listed one by one.
const SHOWN_CLASSES: usize = 20;

/// Which data to look at.
#[derive(Args, Debug)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    data: DataArguments,
}

#[derive(Serialize)]
struct Show {
    #[serde(flatten)]
    summary: TableSummary,
    majority_share: Option<f64>,
    inputs: Inputs,
    #[serde(skip)]
    pictures: Vec<String>,
}

impl Show {
    fn new(arguments: &DataArguments, session: &Session) -> Result<Self, Failure> {
        let split = arguments.split(None)?;
        let _bar = stage("counting");
        let summary = summary(&split.train);
        if !arguments.has_classes(&split) {
            session
                .output()
                .note("the label has too many different values for classes, so no groups of rows are counted");
        }
        let inputs = Inputs::new(arguments, &split, summary.classes.len(), session)?;
        let largest = summary.classes.iter().map(|class| class.num_rows).max();
        let majority_share = largest.map(|largest| largest as f64 / summary.num_rows as f64);
        let pictures = picture::first_of_each_class(&split.train);
        Ok(Self { summary, majority_share, inputs, pictures })
    }

    fn class_lines(&self) -> Vec<String> {
        let Some(majority_share) = self.majority_share else { return vec!["none: the rows have no labels".to_owned()] };
        let classes = &self.summary.classes;
        let line = |class: &ClassCount| {
            let share = class.num_rows as f64 / self.summary.num_rows as f64;
            format!("{}: {} ({})", class.label, thousands(class.num_rows as u64), percent(share))
        };
        let mut lines: Vec<String> = classes.iter().take(SHOWN_CLASSES).map(line).collect();
        if classes.len() > SHOWN_CLASSES {
            lines.push(format!("and {} more", classes.len() - SHOWN_CLASSES));
        }
        lines.push(format!("always guessing the largest class is right for {}", percent(majority_share)));
        lines
    }

    fn column_lines(&self) -> Vec<String> {
        let columns = &self.summary.columns;
        let mut lines: Vec<String> = columns.iter().take(SHOWN_COLUMNS).map(column_line).collect();
        if columns.len() > SHOWN_COLUMNS {
            lines.push(format!("and {} more", thousands((columns.len() - SHOWN_COLUMNS) as u64)));
        }
        lines
    }
}

fn column_line(column: &ColumnSummary) -> String {
    let name = &column.name;
    let num_distinct = thousands(column.num_distinct as u64);
    match &column.kind {
        ColumnKind::Numeric { min, max, mean } => {
            let (min, max) = (compact(*min), compact(*max));
            format!("{name}: {min} to {max}, mean {mean:.4}, different values {num_distinct}")
        }
        ColumnKind::Categorical { categories } => {
            let shown = categories.iter().take(SHOWN_CATEGORIES).cloned().collect::<Vec<_>>().join(", ");
            let more = if categories.len() > SHOWN_CATEGORIES { ", ..." } else { "" };
            format!("{name}: {num_distinct} categories: {shown}{more}")
        }
    }
}

impl Report for Show {
    fn text(&self) -> String {
        let summary = &self.summary;
        let (rows, columns) = (thousands(summary.num_rows as u64), thousands(summary.num_columns as u64));
        let distinct = thousands(summary.num_distinct_rows as u64);
        let mut sheet = Sheet::new();
        sheet.line("source", &summary.source).line("sha256", &summary.sha256);
        sheet.line("rows", format!("{rows}, of which {distinct} are different, labels aside"));
        match summary.image_shape {
            Some((height, width)) => sheet.line("columns", format!("{columns}, images of {height}x{width} pixels")),
            None => sheet.line("columns", columns),
        };
        sheet.lines("classes", self.class_lines());
        if self.pictures.is_empty() {
            sheet.lines("values", self.column_lines());
        }
        sheet.lines("inputs", self.inputs.lines());
        sheet.lines("examples", &self.pictures);
        sheet.finish()
    }
}

/// Prints what a table holds.
///
/// # Errors
/// A [`Failure`] when the table cannot be read.
pub(super) fn run(arguments: &ShowArguments, session: &Session) -> Result<(), Failure> {
    session.output().report(&Show::new(&arguments.data, session)?)
}
