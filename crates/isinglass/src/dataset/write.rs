//! Writing tables: CSV for every table, LIBSVM and NPZ for numbers.

use std::io::{Cursor, Write};

use thiserror::Error;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::error::DatasetError;
use super::read::Format;
use super::table::{ColumnValues, Table};

/// Why a table cannot be written in a format.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WriteFault {
    /// A column holds categories, but the format supports only numbers.
    #[error("the column \"{name}\" holds categories")]
    Categorical {
        /// The column.
        name: String,
    },
    /// A label is not a number.
    #[error("the label \"{label}\" of row {row} is not a number")]
    Label {
        /// The label.
        label: String,
        /// The row, from 1.
        row: usize,
    },
}

impl WriteFault {
    pub(super) fn hint(&self) -> Option<String> {
        Some("csv can hold it".into())
    }
}

/// Writes CSV: a header row, then the rows; the label, if any, is the last column, named `label`.
///
/// # Errors
/// [`DatasetError::Write`] when writing fails.
pub fn write_csv(table: &Table, destination: impl Write) -> Result<(), DatasetError> {
    let write = || -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_writer(destination);
        let mut label_name = "label".to_owned();
        while table.column(&label_name).is_some() {
            label_name.push('_');
        }
        for column in table.columns() {
            writer.write_field(&column.name)?;
        }
        if table.labels().is_some() {
            writer.write_field(&label_name)?;
        }
        writer.write_record(None::<&[u8]>)?;
        for row in 0..table.num_rows() {
            for column in table.columns() {
                match &column.values {
                    ColumnValues::Numeric(values) => writer.write_field(values[row].to_string())?,
                    ColumnValues::Categorical { codes, categories } => {
                        writer.write_field(&categories[codes[row] as usize])?;
                    }
                }
            }
            if let Some(labels) = table.labels() {
                writer.write_field(&labels[row])?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        Ok(writer.flush()?)
    };
    write().map_err(|error| DatasetError::Write { source: error.into() })
}

/// Writes LIBSVM: the ids are the column names if these are increasing integers from 1, otherwise positions; zeros are
/// omitted, and an unlabelled table gets the label 0.
///
/// # Errors
/// [`DatasetError::Unwritable`] when a column holds categories or a label is not a number; [`DatasetError::Write`] when
/// writing fails.
pub fn write_libsvm(table: &Table, mut destination: impl Write) -> Result<(), DatasetError> {
    let columns = numbers(table, Format::Libsvm)?;
    numeric_labels(table, Format::Libsvm)?;
    let ids = ids(table);
    let mut line = String::new();
    for row in 0..table.num_rows() {
        line.clear();
        line.push_str(table.labels().map_or("0", |labels| &labels[row]));
        for (id, values) in ids.iter().zip(&columns) {
            if values[row] != 0.0 {
                line.push_str(&format!(" {id}:{}", values[row]));
            }
        }
        line.push('\n');
        destination.write_all(line.as_bytes()).map_err(|source| DatasetError::Write { source })?;
    }
    destination.flush().map_err(|source| DatasetError::Write { source })
}

/// Writes NPZ: `X` holds the features, rows × columns or rows × image rows × image columns, and `y` the labels, if
/// there are any; both as 64-bit floats.
///
/// # Errors
/// [`DatasetError::Unwritable`] when a column holds categories or a label is not a number; [`DatasetError::Write`] when
/// writing fails.
pub fn write_npz(table: &Table, mut destination: impl Write) -> Result<(), DatasetError> {
    let columns = numbers(table, Format::Npz)?;
    let labels = numeric_labels(table, Format::Npz)?;
    let shape = match table.image_shape() {
        Some((rows, columns)) => vec![table.num_rows(), rows, columns],
        None => vec![table.num_rows(), columns.len()],
    };
    let rows = (0..table.num_rows()).flat_map(|row| columns.iter().map(move |values| values[row]));
    let write = || -> Result<Vec<u8>, zip::result::ZipError> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("X.npy", SimpleFileOptions::default())?;
        archive.write_all(&npy(&shape, rows))?;
        if let Some(labels) = labels {
            archive.start_file("y.npy", SimpleFileOptions::default())?;
            archive.write_all(&npy(&[labels.len()], labels.into_iter()))?;
        }
        Ok(archive.finish()?.into_inner())
    };
    let bytes = write().map_err(|error| DatasetError::Write { source: error.into() })?;
    destination.write_all(&bytes).and_then(|()| destination.flush()).map_err(|source| DatasetError::Write { source })
}

/// Numbers of each column.
fn numbers(table: &Table, format: Format) -> Result<Vec<&[f64]>, DatasetError> {
    let numbers = table.columns().iter().map(|column| match &column.values {
        ColumnValues::Numeric(values) => Ok(values.as_slice()),
        ColumnValues::Categorical { .. } => {
            Err(DatasetError::Unwritable { format, fault: WriteFault::Categorical { name: column.name.clone() } })
        }
    });
    numbers.collect()
}

/// The labels as numbers.
fn numeric_labels(table: &Table, format: Format) -> Result<Option<Vec<f64>>, DatasetError> {
    let number = |(row, label): (usize, &String)| match label.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        _ => {
            let fault = WriteFault::Label { label: label.clone(), row: row + 1 };
            Err(DatasetError::Unwritable { format, fault })
        }
    };
    table.labels().map(|labels| labels.iter().enumerate().map(number).collect()).transpose()
}

/// The names of the columns as LIBSVM ids, or else their positions.
fn ids(table: &Table) -> Vec<u64> {
    let names = table.columns().iter().map(|column| column.name.parse::<u64>());
    match names.collect::<Result<Vec<u64>, _>>() {
        Ok(ids) if ids[0] > 0 && ids.is_sorted_by(|a, b| a < b) => ids,
        _ => (1..=table.num_columns() as u64).collect(),
    }
}

/// The bytes of an NPY file, version 1.0, of 64-bit floats in C order. The header is filled with blanks so that the
/// values begin at a multiple of 64 bytes.
fn npy(shape: &[usize], values: impl Iterator<Item = f64>) -> Vec<u8> {
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({}), }}", sizes.trim_end());
    let filled = (10 + header.len() + 1).next_multiple_of(64) - 10;
    header.extend(std::iter::repeat_n(' ', filled - 1 - header.len()));
    header.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((filled as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    values.for_each(|value| bytes.extend(value.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests;
