//! Training and test rows: classes are chosen, rows ordered and counted off, and the test rows taken from the end or
//! from a second file.

use std::path::PathBuf;
use std::str::FromStr;

use thiserror::Error;

use super::classes::Classes;
use super::error::DatasetError;
use super::order::Order;
use super::read::ReadOptions;
use super::table::Table;

/// Why rows cannot be divided as asked.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum SplitError {
    /// The test fraction is not between 0 and 1.
    #[error("the test fraction is {fraction}; it must be above 0 and below 1")]
    Fraction {
        /// The fraction given.
        fraction: f64,
    },
    /// No row would be left on one side.
    #[error(
        "a test fraction of {fraction} of {num_rows} rows leaves {num_train} for training and {num_test} for testing"
    )]
    EmptySide {
        /// The fraction given.
        fraction: f64,
        /// Rows before the division.
        num_rows: usize,
        /// Rows for training.
        num_train: usize,
        /// Rows for testing.
        num_test: usize,
    },
    /// The limit leaves no row.
    #[error("the limit on rows is 0; it must be at least 1")]
    ZeroLimit,
}

impl SplitError {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::EmptySide { .. } => Some("use more rows or another fraction".into()),
            Self::Fraction { .. } | Self::ZeroLimit => None,
        }
    }
}

/// Where test rows come from. As text: `none`, a fraction such as `0.2`, or else a path.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum TestSource {
    /// There are no test rows.
    #[default]
    None,
    /// This part of the rows, rounded to whole rows, taken from the end of the order.
    Fraction(f64),
    /// All rows of a second file.
    File {
        /// The file.
        path: PathBuf,
        /// The file of its labels, where they are apart; see [`ReadOptions::labels_path`].
        labels: Option<PathBuf>,
    },
}

impl FromStr for TestSource {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        if text.is_empty() {
            return Err(DatasetError::Option {
                value: text.to_owned(),
                expected: "a source of test rows: none, a fraction or a path",
            });
        }
        Ok(match text.parse() {
            _ if text == "none" => Self::None,
            Ok(fraction) => Self::Fraction(fraction),
            Err(_) => Self::File { path: text.into(), labels: None },
        })
    }
}

/// What to do with the rows before training.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SplitOptions {
    /// Keep only the rows of these classes, in the training and the test rows. [default: all]
    pub classes: Option<Vec<String>>,
    /// The order in which rows are taken.
    pub order: Order,
    /// Keep the first so many rows of the order; what is left is then divided. Does not touch a test file.
    /// [default: all]
    pub limit: Option<usize>,
    /// Where the test rows come from.
    pub test: TestSource,
}

/// Rows to train on and, if asked for, rows to test on.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The training rows.
    pub train: Table,
    /// The test rows.
    pub test: Option<Table>,
    /// All rows of the file but the test rows, where `limit` left some of them out of training.
    pub unlimited: Option<Table>,
}

impl Split {
    /// The rows that classes and pipeline are fitted to: those to train on and, where there is a limit, those beyond it too.
    /// So a minibatch of four rows has the classes and inputs of its data set. Test rows are never among them.
    #[must_use]
    pub fn fitted_on(&self) -> &Table {
        self.unlimited.as_ref().unwrap_or(&self.train)
    }

    /// Keeps the classes asked for, orders the rows, keeps the first `limit`, and takes the test rows.
    ///
    /// A test file is read with `read`, apart from [`ReadOptions::labels_path`].
    ///
    /// # Errors
    /// [`DatasetError::Split`] when a side would be empty; [`DatasetError::Class`] when a class to be kept has no row;
    /// any error of reading the test file.
    ///
    /// # Examples
    /// ```
    /// use isinglass::dataset::{builtin, ReadOptions, Split, SplitOptions, TestSource};
    /// let options = SplitOptions { test: TestSource::Fraction(0.25), ..SplitOptions::default() };
    /// let split = Split::prepare(builtin("monks-1", 0)?, &options, &ReadOptions::default())?;
    /// assert_eq!(split.train.num_rows(), 324);
    /// # Ok::<(), isinglass::dataset::DatasetError>(())
    /// ```
    pub fn prepare(table: Table, options: &SplitOptions, read: &ReadOptions) -> Result<Self, DatasetError> {
        let table = match &options.classes {
            Some(classes) => table.keep_classes(classes)?,
            None => table,
        };
        let mut rows = options.order.indices(table.num_rows());
        let mut beyond = Vec::new();
        if let Some(limit) = options.limit {
            if limit == 0 {
                return Err(SplitError::ZeroLimit.into());
            }
            beyond = rows.split_off(limit.min(rows.len()));
        }
        let unlimited = |train: &[usize]| {
            (!beyond.is_empty()).then(|| table.select_rows(&[train, beyond.as_slice()].concat())).transpose()
        };
        match &options.test {
            TestSource::None => Ok(Self { train: table.select_rows(&rows)?, test: None, unlimited: unlimited(&rows)? }),
            TestSource::Fraction(fraction) => {
                let num_train = rows.len() - test_rows(rows.len(), *fraction)?;
                let (train, test) = rows.split_at(num_train);
                Ok(Self {
                    train: table.select_rows(train)?,
                    test: Some(table.select_rows(test)?),
                    unlimited: unlimited(train)?,
                })
            }
            TestSource::File { path, labels } => {
                let train = table.select_rows(&rows)?;
                let read = ReadOptions { labels_path: labels.clone(), ..read.clone() };
                let test = Table::read(path, &read)?;
                let test = match &options.classes {
                    Some(classes) => rows_of_classes(&test, classes)?,
                    None => test,
                };
                Ok(Self { train, test: Some(test), unlimited: unlimited(&rows)? })
            }
        }
    }
}

/// Number of test rows, at least one and not all.
fn test_rows(num_rows: usize, fraction: f64) -> Result<usize, SplitError> {
    if !(fraction > 0.0 && fraction < 1.0) {
        return Err(SplitError::Fraction { fraction });
    }
    let num_test = (num_rows as f64 * fraction).round() as usize;
    if num_test == 0 || num_test >= num_rows {
        let num_train = num_rows.saturating_sub(num_test);
        return Err(SplitError::EmptySide { fraction, num_rows, num_train, num_test });
    }
    Ok(num_test)
}

/// The rows of these classes in a test file, which need not have all of them.
fn rows_of_classes(test: &Table, classes: &[String]) -> Result<Table, DatasetError> {
    let wanted = Classes::try_from(classes.to_vec())?;
    let Some(labels) = test.labels() else { return Ok(test.clone()) };
    let rows: Vec<usize> = (0..test.num_rows()).filter(|&row| wanted.index_of(&labels[row]).is_some()).collect();
    test.select_rows(&rows)
}

#[cfg(test)]
mod tests;
