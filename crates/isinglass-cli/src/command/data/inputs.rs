//! What a network would see of a data set: bits, and groups of rows that are equal to it.

use isinglass::dataset::{Pipeline, Split, TestRows};
use isinglass::network::Codebook;
use isinglass::task::{Merge, Task};
use serde::Serialize;

use crate::arguments::data::{DataArguments, note_identifiers};
use crate::failure::Failure;
use crate::output::number::{compact, thousands};
use crate::session::Session;

/// The training rows as bits.
#[derive(Serialize)]
pub(super) struct Inputs {
    num_inputs: usize,
    num_dropped_columns: usize,
    num_test_rows: Option<usize>,
    test_rows: Option<TestRows>,
    dropped_by_user: Vec<String>,
    identifier_columns: Vec<String>,
    /// Groups of rows with equal bits, without those that cost any network the same; unknown without classes.
    num_groups: Option<usize>,
    /// Errors that no network can avoid, because rows have equal bits and different labels; unknown without classes.
    unavoidable_errors: Option<f64>,
}

impl Inputs {
    /// The rows of `split` as `arguments` make bits of them.
    ///
    /// # Errors
    /// A [`Failure`] when the pipeline cannot be fitted or applied.
    pub(super) fn new(
        arguments: &DataArguments,
        split: &Split,
        num_classes: usize,
        session: &Session,
    ) -> Result<Self, Failure> {
        let num_test_rows = split.test.as_ref().map(isinglass::dataset::Table::num_rows);
        let test_rows = split.test_rows.clone();
        if num_classes < 2 || !arguments.has_classes(split) {
            let pipeline = Pipeline::fit(&split.train, &arguments.pipeline_options())?;
            return Ok(Self {
                num_inputs: pipeline.num_inputs(),
                num_dropped_columns: pipeline.dropped_columns(),
                num_test_rows,
                test_rows,
                dropped_by_user: pipeline.dropped_by_user().to_vec(),
                identifier_columns: Vec::new(),
                num_groups: None,
                unavoidable_errors: None,
            });
        }
        let data = arguments.prepare(split)?;
        note_identifiers(&data.identifiers, session);
        let codebook = Codebook::for_classes(data.classes.names().len());
        let task = Task::of_classes(data.train.inputs, &data.train.labels, &codebook)
            .map_err(|error| Failure::from_error(&error))?;
        let groups = task.loss_groups(Merge::Equal);
        Ok(Self {
            num_inputs: data.pipeline.num_inputs(),
            num_dropped_columns: data.pipeline.dropped_columns(),
            num_test_rows: data.test.map(|test| test.labels.len()),
            test_rows,
            dropped_by_user: data.pipeline.dropped_by_user().to_vec(),
            identifier_columns: data.identifiers,
            num_groups: Some(groups.len()),
            unavoidable_errors: Some(groups.constant),
        })
    }

    /// The lines of the report.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut first = format!("{} bits", thousands(self.num_inputs as u64));
        if self.num_dropped_columns > 0 {
            first.push_str(&format!(", {} constant columns left out", thousands(self.num_dropped_columns as u64)));
        }
        let mut lines = vec![first];
        if let Some(num_groups) = self.num_groups {
            lines.push(format!("{} groups of rows with equal bits", thousands(num_groups as u64)));
        }
        if let Some(errors) = self.unavoidable_errors.filter(|&errors| errors > 0.0) {
            lines.push(format!("{} errors that no network can avoid: equal bits, different labels", compact(errors)));
        }
        if let Some(num_test_rows) = self.num_test_rows {
            let chosen = self.test_rows.as_ref().map_or_else(String::new, |chosen| format!(", {chosen}"));
            lines.push(format!("{} test rows{chosen}", thousands(num_test_rows as u64)));
        }
        lines
    }
}
