//! Problem files: readers that name the line of a fault, writers that keep offset and labels where the format can.
//!
//! Readers take a whole file as bytes, never panic, and take memory in proportion to it ([`MAX_VARIABLES`] bounds what a short
//! text can ask for). Writers print numbers that read back as the same `f64`. Each format has one file, and one line in the
//! table of [`Format`]. Nothing here touches the file system but [`write_atomically`] and [`open_file`].
//!
//! # Examples
//! ```
//! use isinglass_qubo::io::{self, Format, ReadOptions};
//! let file = io::read(b"# vartype=SPIN\n0 1 -1.5\n", Format::Coo, &ReadOptions::default())?;
//! assert_eq!(file.bqm.quadratic(0, 1), -1.5);
//! let mut json = Vec::new();
//! let report = io::write(&file.bqm, file.labels.as_deref(), Format::DimodJson, &mut json)?;
//! assert!(report.notes.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod atomic;
mod bqm_binary;
mod bqpjson;
mod convert;
mod coo;
mod coordinates;
mod dimod_json;
mod error;
mod file;
mod format;
mod labels;
mod lp;
mod mps;
mod problem;
mod qbsolv;
mod qplib;
mod qubist;
mod report;
mod rudy;
mod samples;
mod sparse;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;
use std::io::Write;

pub use atomic::write_atomically;
pub use convert::write_problem;
pub use error::{Feature, Place, ReadCause, ReadError};
pub use file::{open_file, read_limited};
pub use format::{Format, UnknownFormat};
pub use problem::{Label, MAX_VARIABLES, ProblemFile, ReadOptions, Sense};
pub use report::{WriteError, WriteNote, WriteReport};
pub use samples::{
    SampleFile, SampleFormat, UnknownSampleFormat, read_samples, write_samples, write_samples_csv,
    write_samples_with_info,
};

use self::error::Fault;
use self::labels::Names;
use crate::mip::Mip;
use crate::model::{Bqm, Vartype};

/// Reads a model from the bytes of a file.
///
/// A file that asks for a maximum is negated, and [`ProblemFile::maximized`] says so.
///
/// # Errors
/// [`ReadError`] with the place and the cause; [`ReadError::hint`] may know what to do.
pub fn read(bytes: &[u8], format: Format, options: &ReadOptions) -> Result<ProblemFile, ReadError> {
    let in_format = |fault: Fault| fault.in_format(format.name());
    options.check_length(bytes.len()).map_err(|cause| in_format(Fault::in_file(cause)))?;
    let file = (format.entry().read)(bytes, options).map_err(in_format)?;
    options.check_sense(&file).map_err(|cause| in_format(Fault::in_file(cause)))?;
    Ok(file)
}

/// Writes a model, with `labels` where the format can hold them, and reports what it could not.
///
/// Many small writes are made: wrap files in a [`BufWriter`](std::io::BufWriter).
///
/// # Errors
/// [`WriteError`] when labels do not fit the model, a number does not fit the format, or `out` fails.
pub fn write(
    bqm: &Bqm,
    labels: Option<&[Label]>,
    format: Format,
    mut out: impl Write,
) -> Result<WriteReport, WriteError> {
    let labels = checked_labels(bqm.num_variables(), labels)?;
    if bqm.num_variables() > MAX_VARIABLES {
        let (found, limit) = (bqm.num_variables(), MAX_VARIABLES);
        return Err(WriteError::TooMany { what: "variables", found, limit });
    }
    let report = (format.entry().write)(bqm, labels, &mut out)?;
    out.flush()?;
    Ok(report)
}

/// Writes a mixed-integer program in a format that holds rows: [`Format::Lp`] or [`Format::Mps`].
///
/// Variables keep their names where all of them are legal names of the format. Wrap files in a
/// [`BufWriter`](std::io::BufWriter).
///
/// # Errors
/// [`WriteError`] when the format holds no rows, a number does not fit it, or `out` fails.
///
/// # Examples
/// ```
/// use isinglass_qubo::io::{Format, write_mip};
/// use isinglass_qubo::mip::{MipBuilder, RowSense};
/// let mut builder = MipBuilder::new();
/// let (x, y) = (builder.add_binary("x"), builder.add_binary("y"));
/// builder.add_linear(x, -2.0);
/// builder.add_row([(x, 1.0), (y, 1.0)], RowSense::LessEqual, 1.0);
/// let mut text = Vec::new();
/// write_mip(&builder.build()?, Format::Lp, &mut text)?;
/// assert_eq!(text, b"Minimize\n obj: - 2 x + 0\nSubject To\n c0: + 1 x + 1 y <= 1\nBinary\n x y\nEnd\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_mip(mip: &Mip, format: Format, mut out: impl Write) -> Result<WriteReport, WriteError> {
    let report = match format {
        Format::Lp => lp::write_mip(mip, &mut out)?,
        Format::Mps => mps::write_mip(mip, &mut out)?,
        _ => return Err(WriteError::NoRows { format }),
    };
    out.flush()?;
    Ok(report)
}

/// Writes a model as a program with a quadratic objective over 0/1 variables.
fn write_quadratic(
    bqm: &Bqm,
    labels: Option<&[Label]>,
    is_legal: fn(&str) -> bool,
    write_mip: fn(&Mip, &mut dyn Write) -> Result<WriteReport, WriteError>,
    out: &mut dyn Write,
) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    let bqm = &*as_vartype(bqm, Vartype::Binary, &mut report)?;
    let names = Names::new(labels, is_legal);
    if labels.is_some() && !names.keeps_labels() {
        report.notes.push(WriteNote::LabelsLeftOut);
    }
    let mip = Mip::quadratic_of(bqm, |variable| names.name(variable).into_owned())?;
    report.notes.extend(write_mip(&mip, out)?.notes);
    Ok(report)
}

/// The labels, `None` when they are the indices.
fn checked_labels(num_variables: usize, labels: Option<&[Label]>) -> Result<Option<&[Label]>, WriteError> {
    let Some(labels) = labels else { return Ok(None) };
    if labels.len() != num_variables {
        return Err(WriteError::LabelCount { labels: labels.len(), num_variables });
    }
    match labels::duplicate(labels) {
        Some(label) => Err(WriteError::DuplicateLabel { label: label.clone() }),
        None => Ok((!labels::are_range(labels)).then_some(labels)),
    }
}

/// The model over variables of `vartype`, for formats without others.
fn as_vartype<'a>(bqm: &'a Bqm, vartype: Vartype, report: &mut WriteReport) -> Result<Cow<'a, Bqm>, WriteError> {
    if bqm.vartype() == vartype {
        return Ok(Cow::Borrowed(bqm));
    }
    report.notes.push(match vartype {
        Vartype::Binary => WriteNote::ConvertedToBinary,
        Vartype::Spin => WriteNote::ConvertedToSpin,
    });
    Ok(Cow::Owned(bqm.to_vartype(vartype)?))
}
