//! Samples from other programs, and isinglass's own for them.
//!
//! Read: dimod's SampleSet JSON (schema 3, packed or not), the CSV of its data frame, JSON lists and objects of values, and text
//! with a sample on each line. Written: dimod's SampleSet JSON, and the CSV of its data frame. Energies in files are not read: they
//! are computed on the problem.

mod csv;
mod dataframe;
mod dimod;
mod format;
mod plain;
mod table;
#[cfg(test)]
mod tests;

use std::io::Write;

pub use format::{SampleFormat, UnknownSampleFormat};

use super::error::{Fault, ReadCause, ReadError, excerpt};
use super::problem::{Label, ReadOptions};
use super::report::WriteError;
use super::text::utf8;
use crate::model::Vartype;
use crate::sample_set::SampleSet;

/// Samples as read from a file, all of one length.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleFile {
    /// Samples in the order of the file, one value for each variable.
    pub rows: Vec<Vec<i8>>,
    /// How often each sample was seen, 1 where the file does not say.
    pub num_occurrences: Vec<u64>,
    /// The variables in the order of the values; `None` when they are the integers from 0 in order or the file names none.
    pub labels: Option<Vec<Label>>,
    /// What the values are.
    pub vartype: Vartype,
}

/// Samples before their vartype is known.
struct Values {
    rows: Vec<Vec<i8>>,
    labels: Option<Vec<Label>>,
    /// How often each sample was seen, where the file says it.
    num_occurrences: Option<Vec<u64>>,
}

/// The name of the format in errors.
const FORMAT: &str = "samples";

/// Reads samples; the kind of file is seen from its beginning.
///
/// - dimod: an object with `"type": "SampleSet"`.
/// - JSON: `[[0, 1], [1, 1]]`, `[0, 1]`, `{"a": 0, "b": 1}`, `[{"a": 0, "b": 1}]`, or any list of these under `"samples"`, with
///   `"labels"` beside it or not. Keys that are whole numbers become integer labels.
/// - CSV: the data frame of a dimod SampleSet, written by pandas with or without its index. Variables come first, data vectors
///   such as `energy` after them.
/// - Text: values separated by commas or white space, a sample on each line. A first line with anything but values holds
///   labels. `#` starts a comment line.
///
/// The values 0 and -1 tell the vartype. Where all values are 1, [`ReadOptions::vartype`] must be given.
///
/// # Errors
/// [`ReadError`] with the format `samples`, the place and the cause.
pub fn read_samples(bytes: &[u8], options: &ReadOptions) -> Result<SampleFile, ReadError> {
    read(bytes, options).map_err(|fault| fault.in_format(FORMAT))
}

fn read(bytes: &[u8], options: &ReadOptions) -> Result<SampleFile, Fault> {
    options.check_length(bytes.len()).map_err(Fault::in_file)?;
    let text = utf8(bytes)?;
    if !text.trim_start().starts_with(['{', '[']) {
        let values = if dataframe::looks_like(text) { dataframe::read(text) } else { table::read(text) };
        return values?.settle(options);
    }
    match dimod::type_of(text).as_deref() {
        Some(dimod::TYPE) => dimod::read(text, options),
        Some(other) => Err(Fault::in_file(ReadCause::WrongType { found: excerpt(other), expected: dimod::TYPE })),
        None => plain::read(text)?.settle(options),
    }
}

impl Values {
    /// Finds out the vartype.
    fn settle(self, options: &ReadOptions) -> Result<SampleFile, Fault> {
        let has = |value: i8| self.rows.iter().any(|row| row.contains(&value));
        let seen = match (has(0), has(-1)) {
            (true, false) => Some(Vartype::Binary),
            (false, true) => Some(Vartype::Spin),
            (false, false) => None,
            (true, true) => return Err(Fault::in_file(ReadCause::MixedValues)),
        };
        let vartype = options.settle_vartype(seen).map_err(Fault::in_file)?;
        let num_occurrences = self.num_occurrences.unwrap_or_else(|| vec![1; self.rows.len()]);
        Ok(SampleFile { rows: self.rows, num_occurrences, labels: self.labels, vartype })
    }
}

/// Fails for the first row of another length.
fn check_lengths(rows: &[Vec<i8>], expected: usize) -> Result<(), ReadCause> {
    match rows.iter().position(|row| row.len() != expected) {
        Some(row) => Err(ReadCause::RowLength { row, found: rows[row].len(), expected }),
        None => Ok(()),
    }
}

/// Writes samples as dimod's SampleSet JSON (schema 3.2.0, values as plain numbers), each with its energy and one occurrence.
///
/// `vartype` is that of the problem.
///
/// # Errors
/// [`WriteError`] when labels do not fit the samples, an energy is not finite, or `out` fails.
pub fn write_samples(
    samples: &SampleSet,
    vartype: Vartype,
    labels: Option<&[Label]>,
    out: impl Write,
) -> Result<(), WriteError> {
    write_samples_with_info(samples, vartype, labels, serde_json::Map::new(), out)
}

/// The same with what is known of the run, dimod's `info`.
///
/// # Errors
/// As [`write_samples`].
pub fn write_samples_with_info(
    samples: &SampleSet,
    vartype: Vartype,
    labels: Option<&[Label]>,
    info: serde_json::Map<String, serde_json::Value>,
    mut out: impl Write,
) -> Result<(), WriteError> {
    let labels = super::checked_labels(samples.num_variables(), labels)?;
    dimod::write(samples, vartype, labels, info, &mut out)?;
    Ok(out.flush()?)
}

/// Writes samples as the table that `SampleSet.to_pandas_dataframe().to_csv()` writes in Python: index, values, energy, one
/// occurrence.
///
/// # Errors
/// [`WriteError`] when labels do not fit the samples or one is the name of another column, or `out` fails.
pub fn write_samples_csv(samples: &SampleSet, labels: Option<&[Label]>, mut out: impl Write) -> Result<(), WriteError> {
    let labels = super::checked_labels(samples.num_variables(), labels)?;
    csv::write(samples, labels, &mut out)?;
    Ok(out.flush()?)
}
