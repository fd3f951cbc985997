//! Train/test split: selects classes, orders and limits the rows, and takes the test rows by stratified sampling, from
//! the end, or from a second file.

mod stratified;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use thiserror::Error;

use super::classes::Classes;
use super::error::DatasetError;
use super::order::Order;
use super::read::{ReadOptions, read_bytes, read_bytes_with_labels};
use super::table::Table;

/// Why rows cannot be split as requested.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum SplitError {
    /// The test fraction is not between 0 and 1.
    #[error("the test fraction is {fraction}; it must be above 0 and below 1")]
    Fraction {
        /// The fraction given.
        fraction: f64,
    },
    /// The training set or the test set would be empty.
    #[error(
        "a test fraction of {fraction} of {num_rows} rows leaves {num_train} for training and {num_test} for testing"
    )]
    EmptySide {
        /// The fraction given.
        fraction: f64,
        /// Rows before the split.
        num_rows: usize,
        /// Rows for training.
        num_train: usize,
        /// Rows for testing.
        num_test: usize,
    },
    /// Every class has only one row.
    #[error("no class has two rows, so none of the {num_rows} rows can be drawn for testing")]
    NoRowToSpare {
        /// Rows before the split.
        num_rows: usize,
    },
    /// The row limit is 0.
    #[error("the limit on rows is 0; it must be at least 1")]
    ZeroLimit,
}

impl SplitError {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::EmptySide { .. } => Some("use more rows or another fraction".into()),
            Self::NoRowToSpare { .. } => Some("use more rows, or take the last rows for testing".into()),
            Self::Fraction { .. } | Self::ZeroLimit => None,
        }
    }
}

/// Source of the test rows. As text: `none`, a fraction such as `0.2`, or a path.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum TestSource {
    /// No test set.
    #[default]
    None,
    /// This fraction of the rows, rounded to an integer number; [`SplitOptions::test_order`] selects which.
    Fraction(f64),
    /// All rows of a second file.
    File {
        /// The file.
        path: PathBuf,
        /// The label file, if separate; see [`ReadOptions::labels_path`].
        labels: Option<PathBuf>,
    },
    /// All rows of a file that has already been read, such as standard input.
    Content {
        /// Its content.
        bytes: Vec<u8>,
        /// Its name, used in messages and for format detection.
        name: String,
        /// Content and name of the label file, if separate.
        labels: Option<(Vec<u8>, String)>,
    },
}

impl TestSource {
    /// Reads the rows of the second file, if the test rows come from one; ignores [`ReadOptions::labels_path`].
    ///
    /// # Errors
    /// Any error of reading it.
    pub fn read(&self, options: &ReadOptions) -> Result<Option<Table>, DatasetError> {
        let with_labels = |labels_path: Option<PathBuf>| ReadOptions { labels_path, ..options.clone() };
        let table = match self {
            Self::None | Self::Fraction(_) => return Ok(None),
            Self::File { path, labels } => Table::read(path, &with_labels(labels.clone())),
            Self::Content { bytes, name, labels: None } => read_bytes(bytes, name, &with_labels(None)),
            Self::Content { bytes, name, labels: Some((labels, labels_name)) } => {
                read_bytes_with_labels(bytes, name, labels, labels_name, &with_labels(Some(labels_name.into())))
            }
        };
        table.map(Some)
    }
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

/// Which rows a test fraction selects. As text: `stratified` or `last`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TestOrder {
    /// Stratified sampling: random rows from each class, in proportion to its size. Every class keeps at least one
    /// training row.
    #[default]
    Stratified,
    /// The last rows of the order.
    Last,
}

impl FromStr for TestOrder {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        match text {
            "stratified" => Ok(Self::Stratified),
            "last" => Ok(Self::Last),
            _ => Err(DatasetError::Option {
                value: text.to_owned(),
                expected: "a choice of test rows: stratified or last",
            }),
        }
    }
}

/// How the test rows were chosen.
///
/// Displayed as `drawn from each class, seed 0`, `the last rows` or `from a1a.t`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum TestRows {
    /// Drawn at random from each class.
    Stratified {
        /// The seed.
        seed: u64,
    },
    /// Drawn at random from rows without labels.
    Random {
        /// The seed.
        seed: u64,
    },
    /// The last rows.
    Last,
    /// All rows of a file.
    File {
        /// The file.
        source: String,
    },
}

impl fmt::Display for TestRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stratified { seed } => write!(f, "drawn from each class, seed {seed}"),
            Self::Random { seed } => write!(f, "drawn at random, seed {seed}"),
            Self::Last => f.write_str("the last rows"),
            Self::File { source } => write!(f, "from {source}"),
        }
    }
}

/// Options of the train/test split.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SplitOptions {
    /// Keep only the rows of these classes, in the training and the test rows. [default: all]
    pub classes: Option<Vec<String>>,
    /// The order in which rows are taken.
    pub order: Order,
    /// Keep only this many rows from the start of the order, before the split. Does not affect a test file.
    pub limit: Option<usize>,
    /// Where the test rows come from.
    pub test: TestSource,
    /// Which rows a test fraction selects.
    pub test_order: TestOrder,
    /// Seed of the random selection of test rows. [default: 0]
    pub seed: u64,
}

/// A train/test split.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The training rows.
    pub train: Table,
    /// The test rows.
    pub test: Option<Table>,
    /// How the test rows were chosen, if there are any.
    pub test_rows: Option<TestRows>,
    /// All rows except the test rows, if `limit` excluded some of them from training.
    pub unlimited: Option<Table>,
}

impl Split {
    /// The rows that classes and pipeline are fitted to: the training rows, including those beyond a limit, so that a
    /// minibatch of four rows has the classes and inputs of its data set. Test rows are never included.
    #[must_use]
    pub fn fitted_on(&self) -> &Table {
        self.unlimited.as_ref().unwrap_or(&self.train)
    }

    /// Splits a table: keeps the selected classes, orders the rows, keeps the first `limit`, and takes the test rows.
    /// The remaining rows keep their order.
    ///
    /// A test file is read with `read`, apart from [`ReadOptions::labels_path`]; it needs only the columns that `table` has.
    ///
    /// # Errors
    /// [`DatasetError::Split`] when a side would be empty; [`DatasetError::Class`] when a selected class does not
    /// occur; any error of reading the test file.
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
            TestSource::None => {
                Ok(Self { train: table.select_rows(&rows)?, test: None, test_rows: None, unlimited: unlimited(&rows)? })
            }
            TestSource::Fraction(fraction) => {
                let num_test = test_rows(rows.len(), *fraction)?;
                let (train, test, test_rows) = match options.test_order {
                    TestOrder::Last => {
                        let test = rows.split_off(rows.len() - num_test);
                        (rows, test, TestRows::Last)
                    }
                    TestOrder::Stratified => {
                        let (train, test) = stratified::split(&table, &rows, num_test, options.seed)?;
                        let seed = options.seed;
                        let has_labels = table.labels().is_some();
                        let chosen = if has_labels { TestRows::Stratified { seed } } else { TestRows::Random { seed } };
                        (train, test, chosen)
                    }
                };
                Ok(Self {
                    train: table.select_rows(&train)?,
                    test: Some(table.select_rows(&test)?),
                    test_rows: Some(test_rows),
                    unlimited: unlimited(&train)?,
                })
            }
            source @ (TestSource::File { .. } | TestSource::Content { .. }) => {
                let train = table.select_rows(&rows)?;
                // what was dropped from the training rows may be missing from the test rows, or have no values there
                let names = || table.columns().iter().map(|column| column.name.clone()).collect();
                let only = (!table.dropped_columns().is_empty()).then(names);
                let test = source.read(&ReadOptions { drop: Vec::new(), only, ..read.clone() })?;
                let test = match (test, &options.classes) {
                    (Some(test), Some(classes)) => Some(rows_of_classes(&test, classes)?),
                    (test, _) => test,
                };
                let test_rows = test.as_ref().map(|test| TestRows::File { source: test.source().to_owned() });
                Ok(Self { train, test, test_rows, unlimited: unlimited(&rows)? })
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

/// Selects the rows of these classes in a test file, which need not contain all of them.
fn rows_of_classes(test: &Table, classes: &[String]) -> Result<Table, DatasetError> {
    let wanted = Classes::try_from(classes.to_vec())?;
    let Some(labels) = test.labels() else { return Ok(test.clone()) };
    let rows: Vec<usize> = (0..test.num_rows()).filter(|&row| wanted.index_of(&labels[row]).is_some()).collect();
    test.select_rows(&rows)
}

#[cfg(test)]
mod tests;
