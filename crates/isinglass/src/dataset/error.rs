//! Data set errors, each with file, location and what was expected.

use std::fmt;
use std::io;

use thiserror::Error;

use super::array::ArrayFault;
use super::builtin::BuiltinFault;
use super::classes::ClassError;
use super::csv::CsvFault;
use super::drop::DropFault;
use super::idx::IdxFault;
use super::libsvm::LibsvmFault;
use super::missing::MissingValues;
use super::npy::NpyFault;
use super::npz::NpzFault;
use super::pipeline::PipelineError;
use super::read::Format;
use super::split::SplitError;
use super::write::WriteFault;

/// A place in a text file; displayed as `name, line 3, column 7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPlace {
    /// The file name as given.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
    /// The column, from 1: the byte of the line in LIBSVM text, the number of the cell in CSV.
    pub column: u64,
}

impl fmt::Display for TextPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}, column {}", self.path, self.line, self.column)
    }
}

/// A place in a binary file; displayed as `name, byte 10`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BytePlace {
    /// The file name as given; for an array in an NPZ file, `file:array`.
    pub path: String,
    /// The offset in bytes, from 0, in the file after decompression.
    pub offset: u64,
}

impl fmt::Display for BytePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, byte {}", self.path, self.offset)
    }
}

/// The quantity that a size limit applies to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quantity {
    /// Bytes of a file once it is decompressed.
    Bytes,
    /// Rows times columns.
    Cells,
    /// Columns of the table.
    Columns,
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bytes => "bytes",
            Self::Cells => "cells (rows × columns)",
            Self::Columns => "columns",
        })
    }
}

/// Why columns and labels do not form a table.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum TableFault {
    /// The table is empty.
    #[error("there are no rows")]
    NoRows,
    /// The table lacks feature columns.
    #[error("there are no feature columns")]
    NoColumns,
    /// Two columns have the same name.
    #[error("two columns are named \"{name}\"")]
    DuplicateName {
        /// The name that occurs twice.
        name: String,
    },
    /// A column is longer or shorter than the table.
    #[error("column \"{name}\" has {found} values, the table has {expected} rows")]
    ColumnLength {
        /// The column.
        name: String,
        /// Its length.
        found: usize,
        /// The length of the first column.
        expected: usize,
    },
    /// The number of labels differs from the number of rows.
    #[error("the number of labels is {found}, the number of rows {expected}")]
    LabelCount {
        /// Number of labels.
        found: usize,
        /// Number of rows.
        expected: usize,
    },
    /// A value is NaN or infinite.
    #[error("column \"{name}\" holds {value} in row {row}; values must be finite")]
    NotFinite {
        /// The column.
        name: String,
        /// The row, from 1.
        row: usize,
        /// The value.
        value: f64,
    },
    /// A categorical value has a code with no category.
    #[error("column \"{name}\" holds the code {code} in row {row}, but has {categories} categories")]
    CodeOutOfRange {
        /// The column.
        name: String,
        /// The row, from 1.
        row: usize,
        /// The code.
        code: u32,
        /// Number of categories.
        categories: usize,
    },
    /// The shape of the images does not give the number of columns.
    #[error("images of {rows}x{columns} pixels need {} columns, the table has {found}", rows.saturating_mul(*columns))]
    ImageShape {
        /// Rows of an image.
        rows: usize,
        /// Columns of an image.
        columns: usize,
        /// Columns of the table.
        found: usize,
    },
}

/// Errors of reading, generating, preparing or writing data.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The file could not be opened or read.
    #[error("cannot read {path}")]
    File {
        /// The file.
        path: String,
        /// The I/O error.
        source: io::Error,
    },
    /// The gzip stream is damaged or ends too early.
    #[error("{path}: the gzip data is damaged or cut short")]
    Gzip {
        /// The file.
        path: String,
        /// The decompression error.
        source: io::Error,
    },
    /// A size is over its limit; nothing was allocated for it.
    #[error("{path}: over the limit of {allowed} {quantity}: at least {found}")]
    TooLarge {
        /// The file or the built-in set.
        path: String,
        /// What was counted.
        quantity: Quantity,
        /// The number counted when the limit was exceeded; `u64::MAX` also denotes an overflow.
        found: u64,
        /// The limit.
        allowed: u64,
    },
    /// The format cannot be determined from the name or the first bytes.
    #[error("{path}: cannot determine the format from the name or the content")]
    UnknownFormat {
        /// The file.
        path: String,
    },
    /// The format does not support choosing a label column.
    #[error("{path}: the format {format} has no label column to choose")]
    NoLabelColumn {
        /// The file.
        path: String,
        /// Its format.
        format: Format,
    },
    /// Values are missing.
    #[error("{path}: {missing}")]
    Missing {
        /// The file.
        path: String,
        /// How many and where.
        missing: MissingValues,
    },
    /// Columns cannot be dropped.
    #[error("{path}: {fault}")]
    Drop {
        /// The file or the built-in set.
        path: String,
        /// The cause.
        fault: DropFault,
    },
    /// A LIBSVM file is malformed.
    #[error("{place}: {fault}")]
    Libsvm {
        /// The location of the fault.
        place: TextPlace,
        /// The fault.
        fault: LibsvmFault,
    },
    /// A CSV file is malformed.
    #[error("{place}: {fault}")]
    Csv {
        /// The location of the fault.
        place: TextPlace,
        /// The fault.
        fault: CsvFault,
    },
    /// An NPY file, or an array of an NPZ file, is malformed.
    #[error("{place}: {fault}")]
    Npy {
        /// The location of the fault.
        place: BytePlace,
        /// The fault.
        fault: NpyFault,
    },
    /// An array read from NPY, NPZ or IDX does not have the shape that is needed.
    #[error("{path}: {fault}")]
    Array {
        /// The file.
        path: String,
        /// The cause.
        fault: ArrayFault,
    },
    /// The archive of an NPZ file is malformed.
    #[error("{path}: {fault}")]
    Npz {
        /// The file.
        path: String,
        /// The fault.
        fault: NpzFault,
    },
    /// An IDX file is malformed.
    #[error("{place}: {fault}")]
    Idx {
        /// The location of the fault.
        place: BytePlace,
        /// The fault.
        fault: IdxFault,
    },
    /// The columns and labels do not form a table.
    #[error("{path}: {fault}")]
    Table {
        /// The file or the built-in set.
        path: String,
        /// The cause.
        fault: TableFault,
    },
    /// The name of a built-in set is unknown or its arguments are out of range.
    #[error("\"{name}\": {fault}")]
    Builtin {
        /// The name as it was given.
        name: String,
        /// The cause.
        fault: BuiltinFault,
    },
    /// The value of an option is invalid.
    #[error("\"{value}\" is not {expected}")]
    Option {
        /// The text.
        value: String,
        /// The expected form.
        expected: &'static str,
    },
    /// Labels and classes do not match.
    #[error(transparent)]
    Class(#[from] ClassError),
    /// The input pipeline cannot be fitted or applied.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// The rows cannot be split as requested.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// The table cannot be represented in the output format.
    #[error("cannot write this table as {format}: {fault}")]
    Unwritable {
        /// The format.
        format: Format,
        /// The cause.
        fault: WriteFault,
    },
    /// Writing failed.
    #[error("cannot write the table")]
    Write {
        /// The I/O error.
        source: io::Error,
    },
}

impl DatasetError {
    /// A hint that tells the user how to fix the error, if there is one.
    ///
    /// # Examples
    /// ```
    /// let error = isinglass::dataset::builtin("digit", 0).unwrap_err();
    /// assert_eq!(error.hint().as_deref(), Some("did you mean \"digits\"?"));
    /// ```
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File { .. } | Self::Write { .. } => None,
            Self::Gzip { .. } => Some("fetch or compress the file again".into()),
            Self::TooLarge { quantity: Quantity::Bytes, .. } => {
                Some("if the file is what you expect, split it, or use a machine with more memory".into())
            }
            Self::TooLarge { .. } => {
                Some("check the ids or the header of the file; tables are stored densely in memory".into())
            }
            Self::UnknownFormat { .. } => Some(format!("name the format: {}", Format::NAMES.join(", "))),
            Self::NoLabelColumn { .. } => {
                Some("leave the label column out, or give the labels in a second file".into())
            }
            Self::Missing { missing, .. } if missing.columns.iter().any(|column| column.is_label) => {
                Some("remove the rows without a label; missing values are not imputed".into())
            }
            Self::Missing { .. } => Some("fill the cells or drop the columns; missing values are not imputed".into()),
            Self::Drop { fault, .. } => fault.hint(),
            Self::Libsvm { fault, .. } => fault.hint(),
            Self::Csv { fault, .. } => fault.hint(),
            Self::Npy { fault, .. } => fault.hint(),
            Self::Array { fault, .. } => fault.hint(),
            Self::Npz { fault, .. } => fault.hint(),
            Self::Idx { fault, .. } => fault.hint(),
            Self::Table { fault, .. } => match fault {
                TableFault::LabelCount { .. } => Some("check that the labels belong to these rows".into()),
                TableFault::DuplicateName { .. } => Some("rename one of them, or drop it by its position".into()),
                TableFault::NotFinite { .. } => Some("fill or remove NaN and infinite values first".into()),
                _ => None,
            },
            Self::Builtin { fault, .. } => fault.hint(),
            Self::Option { .. } => None,
            Self::Class(error) => error.hint(),
            Self::Pipeline(error) => error.hint(),
            Self::Split(error) => error.hint(),
            Self::Unwritable { fault, .. } => fault.hint(),
        }
    }
}

/// The message of the error a result must be, and its hint, as a user sees them.
#[cfg(test)]
pub(super) fn refusal<T: fmt::Debug>(result: Result<T, DatasetError>) -> String {
    let error = result.expect_err("this input must be refused");
    match error.hint() {
        Some(hint) => format!("{error}\nhint: {hint}"),
        None => error.to_string(),
    }
}
