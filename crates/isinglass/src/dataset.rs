//! Data sets: readers, built-in data sets, and the input pipeline from raw tables to bit-packed rows.
//!
//! A [`Table`] holds what a file says: numeric or categorical columns and, if there are any, labels as text. A
//! [`Split`] orders its rows and cuts off the test rows. A [`Pipeline`], fitted on the training rows alone, turns rows
//! into bits, and [`Classes`] turns labels into class indices; together they make a [`Dataset`].
//!
//! Columns without a name are named by their position, counted from 1, in every format; pixels of an image are named
//! `r1c1` (row 1, column 1), and a LIBSVM column is named by its id.
//!
//! # Examples
//! ```
//! use isinglass::dataset::{builtin, Classes, Dataset, Pipeline, PipelineOptions};
//! let table = builtin("monks-1", 0)?;
//! let pipeline = Pipeline::fit(&table, &PipelineOptions::default())?;
//! let classes = Classes::fit(&table)?;
//! let dataset = Dataset::encode(&table, &pipeline, &classes)?;
//! // 3 + 3 + 3 + 4 one-hot bits and one bit for each of the two attributes with two values.
//! assert_eq!(dataset.inputs.num_columns(), 15);
//! assert_eq!(dataset.labels.len(), 432);
//! # Ok::<(), isinglass::dataset::DatasetError>(())
//! ```

mod array;
mod builtin;
mod classes;
mod csv;
mod drop;
mod error;
mod identifiers;
mod idx;
mod libsvm;
mod missing;
mod nearest;
mod npy;
mod npz;
pub mod order;
pub mod pipeline;
mod prepared;
mod read;
pub mod split;
mod summary;
mod table;
mod write;

pub use self::array::ArrayFault;
pub use self::builtin::{Builtin, BuiltinFault, builtin, builtin_list};
pub use self::classes::{ClassError, Classes, Dataset};
pub use self::csv::CsvFault;
pub use self::drop::DropFault;
pub use self::error::{BytePlace, DatasetError, Quantity, TableFault, TextPlace};
pub use self::identifiers::identifier_columns;
pub use self::idx::IdxFault;
pub use self::libsvm::LibsvmFault;
pub use self::missing::{MissingColumn, MissingValues};
pub use self::npy::NpyFault;
pub use self::npz::NpzFault;
pub use self::order::Order;
pub use self::pipeline::{Binarize, Pipeline, PipelineError, PipelineOptions};
pub use self::prepared::PreparedData;
pub use self::read::{Format, LabelColumn, Limits, ReadOptions, read_bytes, read_bytes_with_labels, read_labels_bytes};
pub use self::split::{Split, SplitError, SplitOptions, TestOrder, TestRows, TestSource};
pub use self::summary::{ClassCount, ColumnKind, ColumnSummary, TableSummary, summary};
pub use self::table::{Column, ColumnValues, Table, canonical_label};
pub use self::write::{WriteFault, write_csv, write_libsvm, write_npz};
