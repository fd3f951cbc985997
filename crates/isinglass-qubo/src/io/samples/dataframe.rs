//! Samples as CSV: what `SampleSet.to_pandas_dataframe().to_csv()` of dimod writes.
//!
//! A row of names, then a row for each sample. The index of the rows comes first, under no name, if it is there at all; then a
//! column for each variable, under its label; then the data vectors: `chain_break_fraction`, `energy`, `num_occurrences` and
//! any others, in alphabetical order.
//!
//! # References
//! dimod 0.12, `dimod.SampleSet.to_pandas_dataframe`; pandas, `DataFrame.to_csv`.

use std::ops::Range;

use csv::{ReaderBuilder, StringRecord};

use super::Values;
use super::plain::label;
use super::table;
use crate::io::error::{Fault, Feature, ReadCause, excerpt};
use crate::io::labels::{are_range, duplicate};
use crate::io::problem::{Label, MAX_VARIABLES};

/// The names of the vectors that dimod and Ocean's samplers return.
const VECTORS: [&str; 3] = ["chain_break_fraction", NUM_OCCURRENCES, ENERGY];
const ENERGY: &str = "energy";
const NUM_OCCURRENCES: &str = "num_occurrences";
/// The column of whole samples as Python dictionaries, with `to_pandas_dataframe(sample_column=True)`.
const SAMPLE: &str = "sample";
/// The name of the index: none, or the one that pandas gives to a column without a name.
const INDEX: [&str; 2] = ["", "Unnamed: 0"];
/// Counts up to this one are exact as floats, as which pandas may write them.
const LARGEST_COUNT: f64 = 9_007_199_254_740_992.0;

/// Whether the first row names an index or a vector, which the rows of a plain table do not have.
pub(super) fn looks_like(text: &str) -> bool {
    let mut names = StringRecord::new();
    let is_row = records(text).read_record(&mut names).unwrap_or(false);
    is_row && names.len() > 1 && (INDEX.contains(&&names[0]) || names.iter().any(|name| VECTORS.contains(&name)))
}

pub(super) fn read(text: &str) -> Result<Values, Fault> {
    let mut columns = None;
    for_each(text, |names| {
        if columns.is_none() {
            columns = Some(Columns::find(names)?);
        }
        Ok(())
    })?;
    let Some(columns) = columns else { return Err(Fault::in_file(ReadCause::Empty)) };
    let columns = columns.without_vectors(text)?;
    let mut rows = Vec::new();
    let mut num_occurrences = columns.num_occurrences.map(|_| Vec::new());
    for_each_sample(text, |record| {
        let row = rows.len();
        let values = columns.variables.clone().enumerate().map(|(variable, column)| {
            let (cell, allowed) = (&record[column], "-1, 0 and 1");
            value(cell).ok_or_else(|| ReadCause::SampleValue { row, variable, found: excerpt(cell), allowed })
        });
        rows.push(values.collect::<Result<Vec<i8>, ReadCause>>()?);
        if let Some((counts, column)) = num_occurrences.as_mut().zip(columns.num_occurrences) {
            let unexpected =
                || ReadCause::Unexpected { found: excerpt(&record[column]), expected: "a number of occurrences" };
            counts.push(count(&record[column]).ok_or_else(unexpected)?);
        }
        Ok(())
    })?;
    let labels = (!are_range(&columns.labels)).then_some(columns.labels);
    Ok(Values { rows, labels, num_occurrences })
}

/// Which columns are read.
struct Columns {
    /// Number of columns.
    width: usize,
    variables: Range<usize>,
    labels: Vec<Label>,
    num_occurrences: Option<usize>,
    /// Whether a column is called `sample`.
    has_dictionaries: bool,
}

impl Columns {
    /// From the names: all columns between the index and the first vector that is known hold variables.
    fn find(names: &StringRecord) -> Result<Self, ReadCause> {
        let position = |wanted: &str| names.iter().position(|name| name == wanted);
        if let Some(vector) = VECTORS.iter().find(|vector| names.iter().filter(|name| name == *vector).count() > 1) {
            return Err(ReadCause::GivenTwice { what: vector });
        }
        let first = usize::from(INDEX.contains(&&names[0]));
        let end = VECTORS.iter().filter_map(|vector| position(vector)).min().unwrap_or(names.len());
        let variables = first..end.max(first);
        if variables.len() > MAX_VARIABLES {
            return Err(ReadCause::TooManyVariables { found: variables.len().to_string(), limit: MAX_VARIABLES });
        }
        let labels: Vec<Label> = names.iter().skip(first).take(variables.len()).map(label).collect();
        let (num_occurrences, has_dictionaries) = (position(NUM_OCCURRENCES), position(SAMPLE).is_some());
        match duplicate(&labels) {
            Some(label) => Err(ReadCause::DuplicateLabel { label: label.clone() }),
            None => Ok(Self { width: names.len(), variables, labels, num_occurrences, has_dictionaries }),
        }
    }

    /// Takes vectors with unknown names, which stand between the variables and the first vector that is known, out of the
    /// variables: columns at least half of whose cells hold something that is not a value of a
    /// variable.
    fn without_vectors(mut self, text: &str) -> Result<Self, Fault> {
        let (mut num_rows, mut num_others) = (0, vec![0; self.width]);
        for_each_sample(text, |record| {
            if record.len() != self.width {
                return Err(ReadCause::RowLength { row: num_rows, found: record.len(), expected: self.width });
            }
            num_rows += 1;
            for (others, cell) in num_others.iter_mut().zip(record) {
                // a missing cell says nothing of what a column holds
                *others += usize::from(!cell.is_empty() && value(cell).is_none());
            }
            Ok(())
        })?;
        if num_rows == 0 {
            return Err(Fault::in_file(ReadCause::Truncated { expected: "the first sample" }));
        }
        while self.variables.end > self.variables.start && 2 * num_others[self.variables.end - 1] >= num_rows {
            self.variables.end -= 1;
        }
        self.labels.truncate(self.variables.len());
        match (self.variables.is_empty(), self.has_dictionaries) {
            (false, _) => Ok(self),
            (true, true) => {
                Err(Fault::in_file(ReadCause::Unsupported { feature: Feature::SampleColumn, found: SAMPLE.to_owned() }))
            }
            (true, false) => Err(Fault::in_file(ReadCause::NoVariableColumn)),
        }
    }
}

fn records(text: &str) -> csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
}

/// Calls `visit` with each row, the row of names first; what fails gets the line of its row.
fn for_each(text: &str, mut visit: impl FnMut(&StringRecord) -> Result<(), ReadCause>) -> Result<(), Fault> {
    let (mut reader, mut record) = (records(text), StringRecord::new());
    // the text is UTF-8 in memory, and splitting it into cells does not fail
    while reader.read_record(&mut record).unwrap_or(false) {
        let offset = record.position().map_or(0, |position| position.byte() as usize);
        visit(&record).map_err(|cause| Fault::at_line(line_of(text, offset), cause))?;
    }
    Ok(())
}

/// The same without the row of names.
fn for_each_sample(text: &str, mut visit: impl FnMut(&StringRecord) -> Result<(), ReadCause>) -> Result<(), Fault> {
    let mut is_header = true;
    for_each(text, |record| if std::mem::take(&mut is_header) { Ok(()) } else { visit(record) })
}

/// The line, from 1, of the row that follows this byte: empty lines and comments may lie between.
fn line_of(text: &str, offset: usize) -> usize {
    let (before, rest) = text.split_at_checked(offset).unwrap_or((text, ""));
    let is_skipped = |line: &&str| line.trim().is_empty() || line.starts_with('#');
    1 + before.matches('\n').count() + rest.lines().take_while(is_skipped).count()
}

/// The value of a variable; programs that keep values as floats print 1.0.
fn value(cell: &str) -> Option<i8> {
    table::value(cell.strip_suffix(".0").unwrap_or(cell))
}

fn count(cell: &str) -> Option<u64> {
    let exact = |number: &f64| (0.0..=LARGEST_COUNT).contains(number) && number.fract() == 0.0;
    cell.parse().ok().or_else(|| cell.parse().ok().filter(exact).map(|number: f64| number as u64))
}

#[cfg(test)]
mod tests;
