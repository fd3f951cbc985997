//! Classes: the labels in order, and the data set ready for training.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::error::DatasetError;
use super::pipeline::Pipeline;
use super::table::{Table, canonical_label};
use crate::bits::BitMatrix;

/// Limit on the number of different labels for numbers, or for text that hardly ever repeats, to be treated as classes.
const MAX_LIKELY_CLASSES: usize = 50;

/// Why labels and classes do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClassError {
    /// The table is unlabelled.
    #[error("{path}: the rows have no labels")]
    NoLabels {
        /// The source of the table.
        path: String,
    },
    /// There are fewer than two classes.
    #[error("there must be at least two classes; there is {}", names.first().map_or("none".to_owned(), |name| format!("only \"{name}\"")))]
    TooFew {
        /// The classes found.
        names: Vec<String>,
    },
    /// The labels look like measurements or identifiers rather than classes.
    #[error(
        "{path}: the label has {found} different {} in {num_rows} rows, too many for classes (the limit is {allowed})",
        if *is_numeric { "numbers" } else { "texts" }
    )]
    TooMany {
        /// The source of the table.
        path: String,
        /// Number of different labels.
        found: usize,
        /// Number of rows.
        num_rows: usize,
        /// Whether all labels are numbers.
        is_numeric: bool,
        /// The limit.
        allowed: usize,
    },
    /// A class is listed twice.
    #[error("the class \"{name}\" is listed twice")]
    Repeated {
        /// The class.
        name: String,
    },
    /// A label does not occur in the training rows.
    #[error("{path}: row {row} has the label \"{label}\", which is not a class of the training rows ({})", classes.join(", "))]
    Unseen {
        /// The source of the table.
        path: String,
        /// The row, from 1, of the table as it was given.
        row: usize,
        /// The label.
        label: String,
        /// The classes.
        classes: Vec<String>,
    },
    /// A selected class does not occur in the labels.
    #[error("{path}: no row has the label \"{name}\"; the labels are {}", present.join(", "))]
    Absent {
        /// The source of the table.
        path: String,
        /// The class requested.
        name: String,
        /// The labels of the table.
        present: Vec<String>,
    },
}

impl ClassError {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::NoLabels { .. } => Some("say which column is the label, or give a file of labels".into()),
            Self::TooFew { .. } => Some("check the label column and the choice of classes".into()),
            Self::TooMany { .. } => Some(
                "check which column is the label; bin numbers into classes, or list the classes to keep if they are classes"
                    .into(),
            ),
            Self::Unseen { .. } => Some("keep only classes that the training rows have, or train on more rows".into()),
            Self::Repeated { .. } | Self::Absent { .. } => None,
        }
    }
}

/// The classes of a problem: at least two different labels in natural order, numerical if all are numbers and otherwise
/// alphabetical. The position in this order is the class index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Classes {
    names: Vec<String>,
}

impl TryFrom<Vec<String>> for Classes {
    type Error = ClassError;

    /// The order of the labels given does not matter.
    fn try_from(names: Vec<String>) -> Result<Self, ClassError> {
        let mut names: Vec<String> = names.iter().map(|name| canonical_label(name)).collect();
        sort_naturally(&mut names);
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(ClassError::Repeated { name: pair[0].clone() });
        }
        if names.len() < 2 { Err(ClassError::TooFew { names }) } else { Ok(Self { names }) }
    }
}

impl From<Classes> for Vec<String> {
    fn from(classes: Classes) -> Self {
        classes.names
    }
}

impl Classes {
    /// Finds the classes of the labels of `table`, which should hold the training rows only.
    ///
    /// # Errors
    /// [`DatasetError::Class`] when there are no labels or fewer than two different ones, or when they do not look like classes:
    /// more than 50 different numbers, or more than 50 different texts in less than twice as many rows.
    pub fn fit(table: &Table) -> Result<Self, DatasetError> {
        let classes = Self::of_labels(table)?;
        let (found, num_rows) = (classes.names.len(), table.num_rows());
        let is_numeric = classes.names.iter().all(|name| name.parse::<f64>().is_ok_and(f64::is_finite));
        if found > MAX_LIKELY_CLASSES && (is_numeric || 2 * found > num_rows) {
            let (path, allowed) = (table.source().to_owned(), MAX_LIKELY_CLASSES);
            return Err(ClassError::TooMany { path, found, num_rows, is_numeric, allowed }.into());
        }
        Ok(classes)
    }

    /// Finds the classes of labels that are known to be classes, without a limit on their number.
    ///
    /// # Errors
    /// [`DatasetError::Class`] when there are no labels or fewer than two different ones.
    pub fn of_labels(table: &Table) -> Result<Self, DatasetError> {
        Ok(Self::try_from(distinct_labels(table)?)?)
    }

    /// The labels, in the order of the class indices.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The index of the class with this label, in any notation.
    #[must_use]
    pub fn index_of(&self, label: &str) -> Option<u32> {
        let label = canonical_label(label);
        self.names.iter().position(|name| *name == label).map(|index| index as u32)
    }

    /// Class indices of the rows.
    ///
    /// # Errors
    /// [`DatasetError::Class`] when the table is unlabelled or a label is not a class.
    pub fn encode(&self, table: &Table) -> Result<Vec<u32>, DatasetError> {
        let indices = self.names.iter().zip(0..).collect::<std::collections::HashMap<&String, u32>>();
        let encode = |(row, label): (usize, &String)| {
            indices.get(label).copied().ok_or_else(|| {
                DatasetError::Class(ClassError::Unseen {
                    path: table.source().to_owned(),
                    row: row + 1,
                    label: label.clone(),
                    classes: self.names.clone(),
                })
            })
        };
        labels(table)?.iter().enumerate().map(encode).collect()
    }
}

impl Table {
    /// Selects the rows whose label is one of `classes`, keeping their order.
    ///
    /// # Errors
    /// [`DatasetError::Class`] when the table is unlabelled, fewer than two classes are given, or a class is given
    /// twice or does not occur.
    pub fn keep_classes(&self, classes: &[String]) -> Result<Self, DatasetError> {
        let wanted = Classes::try_from(classes.to_vec())?;
        let present = distinct_labels(self)?;
        if let Some(name) = wanted.names.iter().find(|name| !present.contains(name)) {
            let error = ClassError::Absent { path: self.source().to_owned(), name: name.clone(), present };
            return Err(error.into());
        }
        let rows: Vec<usize> = labels(self)?
            .iter()
            .enumerate()
            .filter(|(_, label)| wanted.names.contains(label))
            .map(|(row, _)| row)
            .collect();
        self.select_rows(&rows)
    }
}

fn labels(table: &Table) -> Result<&[String], ClassError> {
    table.labels().ok_or_else(|| ClassError::NoLabels { path: table.source().to_owned() })
}

/// The distinct labels of a table in natural order.
fn distinct_labels(table: &Table) -> Result<Vec<String>, ClassError> {
    let distinct: BTreeSet<&String> = labels(table)?.iter().collect();
    let mut distinct: Vec<String> = distinct.into_iter().cloned().collect();
    sort_naturally(&mut distinct);
    Ok(distinct)
}

/// By value when all are finite numbers, else alphabetically.
pub(super) fn sort_naturally(names: &mut [String]) {
    let number = |name: &String| name.parse::<f64>().ok().filter(|number| number.is_finite());
    if names.iter().all(|name| number(name).is_some()) {
        names.sort_by(|a, b| number(a).partial_cmp(&number(b)).expect("finite numbers are ordered"));
    } else {
        names.sort();
    }
}

/// A data set ready for training: bit-packed inputs and class indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Input bits, one row per example.
    pub inputs: BitMatrix,
    /// The class of each example, an index into `classes`.
    pub labels: Vec<u32>,
    /// The labels of the classes.
    pub classes: Vec<String>,
    /// The name of each input bit.
    pub input_names: Vec<String>,
}

impl Dataset {
    /// Converts a labelled table to bits and class indices.
    ///
    /// # Errors
    /// [`DatasetError::Pipeline`] when the columns do not fit the pipeline, [`DatasetError::Class`] when the labels do
    /// not fit the classes.
    pub fn encode(table: &Table, pipeline: &Pipeline, classes: &Classes) -> Result<Self, DatasetError> {
        Ok(Self {
            inputs: pipeline.apply(table)?,
            labels: classes.encode(table)?,
            classes: classes.names.clone(),
            input_names: pipeline.input_names(),
        })
    }
}

#[cfg(test)]
mod tests;
