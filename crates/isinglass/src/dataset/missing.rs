//! Missing values, counted over all columns of a file.

use std::fmt;

/// Columns named in a message.
const SHOWN_COLUMNS: usize = 8;
/// Places kept for each column.
pub(super) const KEPT_PLACES: usize = 3;

/// Missing values of a file, at least one.
///
/// Displayed as `3 missing values in 2 of 150 rows: "age" 2 (lines 4, 9), "job" 1 (line 9)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingValues {
    /// The columns with missing values, in the order of the file.
    pub columns: Vec<MissingColumn>,
    /// Rows with at least one missing value.
    pub num_affected_rows: usize,
    /// Rows of the file.
    pub num_rows: usize,
    /// The unit of a location: `line` of a text or `row` of an array, both from 1.
    pub unit: &'static str,
}

/// The missing values of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingColumn {
    /// Its name.
    pub name: String,
    /// Its position in the file, from 1.
    pub position: usize,
    /// Whether it holds the labels.
    pub is_label: bool,
    /// Number of missing values.
    pub num_missing: usize,
    /// Where the first of them are, at most three.
    pub first_places: Vec<u64>,
}

impl fmt::Display for MissingColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" {}", self.name, self.num_missing)
    }
}

impl fmt::Display for MissingValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let num_missing: usize = self.columns.iter().map(|column| column.num_missing).sum();
        let (values, rows) = (if num_missing == 1 { "value" } else { "values" }, self.num_affected_rows);
        write!(f, "{num_missing} missing {values} in {rows} of {} rows: ", self.num_rows)?;
        for (index, column) in self.columns.iter().take(SHOWN_COLUMNS).enumerate() {
            let places: Vec<String> = column.first_places.iter().map(ToString::to_string).collect();
            let plural = if column.num_missing == 1 { "" } else { "s" };
            let more = if column.num_missing > places.len() { ", ..." } else { "" };
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{column} ({}{plural} {}{more})", self.unit, places.join(", "))?;
        }
        match self.columns.len().saturating_sub(SHOWN_COLUMNS) {
            0 => Ok(()),
            1 => f.write_str(" and 1 more column"),
            more => write!(f, " and {more} more columns"),
        }
    }
}

/// The count while a file is read. A place is whatever the reader can find the row by.
pub(super) struct Tally {
    counts: Vec<(usize, Vec<usize>)>,
    num_affected_rows: usize,
    last_place: Option<usize>,
}

impl Tally {
    pub(super) fn new(num_columns: usize) -> Self {
        Self { counts: vec![(0, Vec::new()); num_columns], num_affected_rows: 0, last_place: None }
    }

    /// Counts a missing value. Rows come one after the other.
    pub(super) fn add(&mut self, column: usize, place: usize) {
        let (count, places) = &mut self.counts[column];
        *count += 1;
        if places.len() < KEPT_PLACES {
            places.push(place);
        }
        if self.last_place.replace(place) != Some(place) {
            self.num_affected_rows += 1;
        }
    }

    /// What was counted, `None` if no value is missing; `line_of` turns a place into the number to show.
    pub(super) fn finish(
        self,
        names: &[String],
        label: Option<usize>,
        num_rows: usize,
        unit: &'static str,
        line_of: impl Fn(usize) -> u64,
    ) -> Option<MissingValues> {
        let column = |(index, (num_missing, places)): (usize, (usize, Vec<usize>))| MissingColumn {
            name: names[index].clone(),
            position: index + 1,
            is_label: label == Some(index),
            num_missing,
            first_places: places.into_iter().map(&line_of).collect(),
        };
        let affected = self.counts.into_iter().enumerate().filter(|(_, (count, _))| *count > 0);
        let columns: Vec<MissingColumn> = affected.map(column).collect();
        let num_affected_rows = self.num_affected_rows;
        (!columns.is_empty()).then_some(MissingValues { columns, num_affected_rows, num_rows, unit })
    }
}
