//! Input pipeline: converts raw rows to bits, fitted on the training rows alone.
//!
//! The steps, in order: pool images, select columns by name, select columns by mean, and binarize each remaining column
//! into one or more bits.

mod binarize;
mod columns;
mod encoding;
mod error;
mod pool;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

pub use self::binarize::Binarize;
use self::columns::{Columns, Values};
pub use self::encoding::Encoding;
pub use self::error::PipelineError;
pub use self::pool::Pool;
use super::error::DatasetError;
use super::summary::mean;
use super::table::Table;
use crate::bits::BitMatrix;

/// Maximum number of inputs; a larger number is treated as a mistake.
const MAX_INPUTS: usize = 1 << 20;

/// Options of the pipeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PipelineOptions {
    /// Keep these columns, in this order, even those that are constant. Pooled images have the columns `r1c1`, `r1c2`
    /// and so on. [default: all columns that are not constant]
    pub features: Option<Vec<String>>,
    /// Keep the columns whose mean over the training rows is strictly between these two numbers. [default: all]
    pub feature_mean: Option<(f64, f64)>,
    /// Pooling window: average the pixels of images over windows of this many rows and columns. [default: no pooling]
    pub pool: Option<(usize, usize)>,
    /// Feature binarization.
    pub binarize: Binarize,
}

/// A fitted input pipeline. After deserialising, call [`Pipeline::check`].
///
/// A category that does not occur in the training rows leaves all bits of its column clear.
///
/// # Examples
/// ```
/// use isinglass::dataset::{builtin, Pipeline, PipelineOptions};
/// let digits = builtin("digits", 0)?;
/// let options = PipelineOptions { pool: Some((2, 2)), ..PipelineOptions::default() };
/// let pipeline = Pipeline::fit(&digits, &options)?;
/// assert_eq!(pipeline.num_inputs(), 16);
/// assert_eq!(pipeline.apply(&digits)?.num_rows(), 1797);
/// # Ok::<(), isinglass::dataset::DatasetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    pool: Option<Pool>,
    columns: Vec<FittedColumn>,
    dropped_columns: usize,
    /// Columns dropped by the user.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dropped_by_user: Vec<String>,
}

/// A selected column and its bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FittedColumn {
    name: String,
    encoding: Encoding,
}

impl Pipeline {
    /// Fits a pipeline to the training rows.
    ///
    /// # Errors
    /// [`DatasetError::Pipeline`] when a column asked for is not there or is asked for twice, the images cannot be
    /// pooled, the range of means is empty, a column has too many levels, or no input is left.
    pub fn fit(table: &Table, options: &PipelineOptions) -> Result<Self, DatasetError> {
        let pool = options.pool.map(|block| Pool::new(table, block)).transpose()?;
        let columns = Columns::new(table, pool.as_ref())?;
        let dropped_by_user = table.dropped_columns().to_vec();
        let names = match &options.features {
            Some(features) if features.iter().any(|name| dropped_by_user.contains(name)) => {
                let column = features.iter().find(|name| dropped_by_user.contains(name)).cloned().unwrap_or_default();
                return Err(PipelineError::DroppedFeature { column }.into());
            }
            Some(features) => columns.checked(features)?,
            None => columns.names().to_vec(),
        };
        if let Some((low, high)) = options.feature_mean
            && !(low.is_finite() && high.is_finite() && low < high)
        {
            return Err(PipelineError::MeanRange { low, high }.into());
        }
        let mut pipeline = Self { pool: pool.clone(), columns: Vec::new(), dropped_columns: 0, dropped_by_user };
        for name in &names {
            let values = columns.get(name)?;
            if let Some((low, high)) = options.feature_mean {
                let Values::Numbers(numbers) = &values else {
                    return Err(PipelineError::MeanOfCategories { column: name.clone() }.into());
                };
                let mean = mean(numbers);
                if mean <= low || mean >= high {
                    continue;
                }
            }
            let fitted = Encoding::fit(&values, options.binarize, name)?;
            if fitted.is_constant && options.features.is_none() {
                pipeline.dropped_columns += 1;
            } else {
                pipeline.columns.push(FittedColumn { name: name.clone(), encoding: fitted.encoding });
            }
        }
        if pipeline.columns.is_empty() {
            let (num_columns, num_constant) = (columns.names().len(), pipeline.dropped_columns);
            return Err(PipelineError::NoInputs { num_columns, num_constant }.into());
        }
        pipeline.check()?;
        Ok(pipeline)
    }

    /// Checks that a deserialised pipeline is one that fitting can produce.
    ///
    /// # Errors
    /// [`DatasetError::Pipeline`] with the first violation.
    pub fn check(&self) -> Result<(), DatasetError> {
        if self.columns.is_empty() {
            return Err(PipelineError::NoStoredColumns.into());
        }
        let pooled = self.pool.as_ref().map(Pool::checked_names).transpose()?;
        let pooled: Option<HashSet<&String>> = pooled.as_ref().map(|names| names.iter().collect());
        let mut seen = HashSet::new();
        let mut num_inputs = 0;
        for column in &self.columns {
            if !seen.insert(&column.name) {
                return Err(PipelineError::RepeatedColumn { name: column.name.clone() }.into());
            }
            if pooled.as_ref().is_some_and(|names| !names.contains(&column.name)) {
                return Err(PipelineError::NoSuchBlock { name: column.name.clone() }.into());
            }
            if !column.encoding.is_valid() {
                return Err(PipelineError::InvalidEncoding { column: column.name.clone() }.into());
            }
            num_inputs += column.encoding.num_bits();
        }
        if num_inputs > MAX_INPUTS {
            return Err(PipelineError::TooManyInputs { found: num_inputs, allowed: MAX_INPUTS }.into());
        }
        Ok(())
    }

    /// Transforms raw rows into bits: one output row per input row, with [`Pipeline::num_inputs`] columns.
    ///
    /// Columns are found by name, so the table may have more of them and in another order. One that is missing from a
    /// LIBSVM table is zero.
    ///
    /// # Errors
    /// [`DatasetError::Pipeline`] when a column is missing or holds categories instead of numbers, or the images have
    /// another shape.
    pub fn apply(&self, table: &Table) -> Result<BitMatrix, DatasetError> {
        self.check()?;
        let columns = Columns::new(table, self.pool.as_ref())?;
        let mut bits = BitMatrix::zeros(table.num_rows(), self.num_inputs());
        let mut first = 0;
        for column in &self.columns {
            let values = columns.get(&column.name)?;
            column.encoding.write(&values, &mut bits, first).map_err(|encoding::NotNumeric| {
                PipelineError::NotNumeric { path: table.source().to_owned(), column: column.name.clone() }
            })?;
            first += column.encoding.num_bits();
        }
        Ok(bits)
    }

    /// The name of each input bit: that of its column when it is the only threshold, `column>threshold`, or
    /// `column=value`.
    #[must_use]
    pub fn input_names(&self) -> Vec<String> {
        self.columns.iter().flat_map(|column| column.encoding.bit_names(&column.name)).collect()
    }

    /// The columns that the input rows must have, in the order of their bits.
    pub fn column_names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// Number of input bits, at least 1.
    #[must_use]
    pub fn num_inputs(&self) -> usize {
        self.columns.iter().map(|column| column.encoding.num_bits()).sum()
    }

    /// Names of the columns dropped by the user. Rows to predict from do not need them.
    #[must_use]
    pub fn dropped_by_user(&self) -> &[String] {
        &self.dropped_by_user
    }

    /// The feature columns to read of a table to predict from, for [`ReadOptions::only`](super::ReadOptions::only): `None` where
    /// images are pooled, which need all their pixels.
    #[must_use]
    pub fn needed_columns(&self) -> Option<Vec<String>> {
        self.pool.is_none().then(|| self.column_names().map(str::to_owned).collect())
    }

    /// Number of columns left out because they, or all their bits, were constant over the training rows. Columns left
    /// out by the options do not count.
    #[must_use]
    pub fn dropped_columns(&self) -> usize {
        self.dropped_columns
    }
}

#[cfg(test)]
mod tests;
