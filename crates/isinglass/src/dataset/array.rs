//! N-dimensional arrays, as stored in NPY and IDX files, and their conversion to tables.

use thiserror::Error;

use super::drop::kept;
use super::error::{DatasetError, TableFault};
use super::missing::Tally;
use super::read::{LabelColumn, Limits, ReadOptions};
use super::table::{Column, ColumnValues, Table};

/// Why an array cannot be converted to a table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ArrayFault {
    /// The shape of the array is not that of feature rows.
    #[error("an array of the shape {shape:?} is neither rows × columns nor rows of images")]
    FeatureShape {
        /// The shape.
        shape: Vec<usize>,
    },
    /// The shape of the array is not that of labels.
    #[error("an array of the shape {shape:?} is not a list of labels")]
    LabelShape {
        /// The shape.
        shape: Vec<usize>,
    },
    /// The label column does not exist.
    #[error("there is no label column \"{text}\": the array has the columns 1 to {num_columns}, without names")]
    NoSuchLabel {
        /// The column requested.
        text: String,
        /// Number of columns.
        num_columns: usize,
    },
}

impl ArrayFault {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::FeatureShape { shape } if shape.len() == 1 => {
                Some("one dimension is a list of labels: read the features, and give this as the labels file".into())
            }
            Self::FeatureShape { .. } => None,
            Self::LabelShape { .. } => Some("labels have one dimension".into()),
            Self::NoSuchLabel { .. } => Some("name the column by its position from 1, or first, last or none".into()),
        }
    }
}

/// Numbers in C order: the last index runs fastest. The product of `shape` is the number of values.
pub(super) struct Array {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f64>,
}

/// Number of values of an array of this shape, or `None` when it overflows or is over the limit on cells.
pub(super) fn num_values(shape: &[usize], limits: &Limits) -> Option<usize> {
    let product = shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))?;
    (product as u64 <= limits.cells).then_some(product)
}

/// Converts an array to feature rows: two dimensions are rows and columns, three are images, and a fourth of length one
/// is ignored.
pub(super) fn into_table(
    array: Array,
    label: LabelColumn,
    name: &str,
    sha256: String,
    options: &ReadOptions,
) -> Result<Table, DatasetError> {
    let shape_fault = |fault| Err(DatasetError::Array { path: name.to_owned(), fault });
    let image_shape = match array.shape[..] {
        [_, _] => None,
        [_, rows, columns] | [_, rows, columns, 1] | [_, 1, rows, columns] => Some((rows, columns)),
        _ => return shape_fault(ArrayFault::FeatureShape { shape: array.shape }),
    };
    let num_rows = array.shape[0];
    // Without rows the other sizes were never multiplied; a width that overflows is over any limit.
    let width = array.shape[1..].iter().fold(1_usize, |width, &size| width.saturating_mul(size));
    options.limits.check(name, num_rows, width)?;
    if num_rows == 0 {
        return Err(DatasetError::Table { path: name.to_owned(), fault: TableFault::NoRows });
    }
    let label = match (label, image_shape) {
        (LabelColumn::None, _) | (_, Some(_)) => None,
        (LabelColumn::First, None) => Some(0),
        (LabelColumn::Last, None) => width.checked_sub(1),
        (LabelColumn::Position(position), None) if (1..=width).contains(&position) => Some(position - 1),
        (LabelColumn::Position(position), None) => {
            return shape_fault(ArrayFault::NoSuchLabel { text: position.to_string(), num_columns: width });
        }
        (LabelColumn::Name(text), None) => {
            return shape_fault(ArrayFault::NoSuchLabel { text, num_columns: width });
        }
    };
    let names: Vec<String> = (0..width)
        .map(|index| match image_shape {
            Some((_, image_columns)) => pixel_name(index, image_columns),
            None => (index + 1).to_string(),
        })
        .collect();
    let only = options.only.clone().filter(|_| image_shape.is_none());
    let kept = kept(&names, label, &ReadOptions { only, ..options.clone() })
        .map_err(|fault| DatasetError::Drop { path: name.to_owned(), fault })?;
    check_missing(&array, &names, label, &kept, name)?;
    let mut columns = Vec::with_capacity(width);
    let (mut labels, mut dropped) = (None, Vec::new());
    for (index, column) in names.into_iter().enumerate() {
        let values = array.values.iter().skip(index).step_by(width).copied();
        if label == Some(index) {
            labels = Some(values.map(|value| value.to_string()).collect());
        } else if kept[index] {
            columns.push(Column { name: column, values: ColumnValues::Numeric(values.collect()) });
        } else {
            dropped.push(column);
        }
    }
    let is_whole = dropped.is_empty();
    let table = Table::from_parts(columns, labels, name.to_owned(), sha256)?;
    let table = table.with_dropped(if options.drop.is_empty() { Vec::new() } else { dropped });
    match image_shape {
        Some(shape) if is_whole => table.with_image_shape(shape),
        _ => Ok(table),
    }
}

/// Counts NaN, which denotes a missing value, in the columns that are kept.
fn check_missing(
    array: &Array,
    names: &[String],
    label: Option<usize>,
    kept: &[bool],
    path: &str,
) -> Result<(), DatasetError> {
    let width = names.len();
    let mut tally = Tally::new(width);
    for (index, value) in array.values.iter().enumerate() {
        if value.is_nan() && kept[index % width] {
            tally.add(index % width, index / width);
        }
    }
    match tally.finish(names, label, array.shape[0], "row", |row| row as u64 + 1) {
        Some(missing) => Err(DatasetError::Missing { path: path.to_owned(), missing }),
        None => Ok(()),
    }
}

/// Name of the pixel with this index, from 0, in an image with this many columns: `r1c1` is the first.
pub(super) fn pixel_name(index: usize, image_columns: usize) -> String {
    format!("r{}c{}", index / image_columns + 1, index % image_columns + 1)
}

/// Converts a one-dimensional array, or one with a second dimension of length one, to labels.
pub(super) fn into_labels(array: Array, name: &str) -> Result<Vec<String>, DatasetError> {
    match array.shape[..] {
        [_] | [_, 1] => {
            check_missing(&array, &["labels".to_owned()], Some(0), &[true], name)?;
            Ok(array.values.iter().map(|value| value.to_string()).collect())
        }
        _ => Err(DatasetError::Array { path: name.to_owned(), fault: ArrayFault::LabelShape { shape: array.shape } }),
    }
}
