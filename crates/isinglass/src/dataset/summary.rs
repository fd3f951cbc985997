//! Summary statistics of a table.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;

use super::classes::sort_naturally;
use super::table::{Column, ColumnValues, Table};

/// Summary of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableSummary {
    /// The source of the table.
    pub source: String,
    /// The hash of its origin; see [`Table::sha256`].
    pub sha256: String,
    /// Number of rows.
    pub num_rows: usize,
    /// Number of feature columns.
    pub num_columns: usize,
    /// Number of distinct rows, ignoring labels.
    pub num_distinct_rows: usize,
    /// The classes in natural order, empty without labels.
    pub classes: Vec<ClassCount>,
    /// Rows and columns of an image, for a table of images.
    pub image_shape: Option<(usize, usize)>,
    /// The columns.
    pub columns: Vec<ColumnSummary>,
}

/// Number of rows with a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassCount {
    /// The label.
    pub label: String,
    /// Number of rows with it.
    pub num_rows: usize,
}

/// Summary of a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnSummary {
    /// The name of the column.
    pub name: String,
    /// Number of distinct values.
    pub num_distinct: usize,
    /// Numbers or categories.
    #[serde(flatten)]
    pub kind: ColumnKind,
}

/// Numbers or categories.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ColumnKind {
    /// Numbers.
    Numeric {
        /// The smallest.
        min: f64,
        /// The largest.
        max: f64,
        /// Their mean.
        mean: f64,
    },
    /// Categories.
    Categorical {
        /// Those that occur, in natural order.
        categories: Vec<String>,
    },
}

/// Summarises a table.
///
/// # Examples
/// ```
/// use isinglass::dataset::{builtin, summary};
/// let summary = summary(&builtin("monks-2", 0)?);
/// assert_eq!((summary.num_rows, summary.num_distinct_rows), (432, 432));
/// assert_eq!(summary.classes[1].num_rows, 142);
/// # Ok::<(), isinglass::dataset::DatasetError>(())
/// ```
#[must_use]
pub fn summary(table: &Table) -> TableSummary {
    TableSummary {
        source: table.source().to_owned(),
        sha256: table.sha256().to_owned(),
        num_rows: table.num_rows(),
        num_columns: table.num_columns(),
        num_distinct_rows: num_distinct_rows(table),
        classes: class_counts(table),
        image_shape: table.image_shape(),
        columns: table.columns().iter().map(column_summary).collect(),
    }
}

fn class_counts(table: &Table) -> Vec<ClassCount> {
    let mut counts: HashMap<&String, usize> = HashMap::new();
    for label in table.labels().into_iter().flatten() {
        *counts.entry(label).or_default() += 1;
    }
    let mut labels: Vec<String> = counts.keys().map(|&label| label.clone()).collect();
    sort_naturally(&mut labels);
    labels.into_iter().map(|label| ClassCount { num_rows: counts[&label], label }).collect()
}

fn column_summary(column: &Column) -> ColumnSummary {
    let (num_distinct, kind) = match &column.values {
        ColumnValues::Numeric(values) => {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            // Adding zero turns -0 into 0.
            let (min, max) = (sorted[0] + 0.0, sorted[sorted.len() - 1] + 0.0);
            sorted.dedup();
            (sorted.len(), ColumnKind::Numeric { min, max, mean: mean(values) })
        }
        ColumnValues::Categorical { codes, categories } => {
            let mut occurs = vec![false; categories.len()];
            for &code in codes {
                occurs[code as usize] = true;
            }
            let mut present: Vec<String> =
                categories.iter().zip(occurs).filter(|&(_, occurs)| occurs).map(|(name, _)| name.clone()).collect();
            sort_naturally(&mut present);
            (present.len(), ColumnKind::Categorical { categories: present })
        }
    };
    ColumnSummary { name: column.name.clone(), num_distinct, kind }
}

/// The mean of at least one finite number, also where their sum would overflow.
pub(super) fn mean(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let sum: f64 = values.iter().sum();
    if sum.is_finite() { sum / count } else { values.iter().map(|value| value / count).sum() }
}

/// Bits that are equal exactly when the values of the column in these rows are equal.
fn key(column: &Column, row: usize) -> u64 {
    match &column.values {
        // Adding zero makes -0 and 0 the same.
        ColumnValues::Numeric(values) => (values[row] + 0.0).to_bits(),
        ColumnValues::Categorical { codes, .. } => u64::from(codes[row]),
    }
}

/// Counts different rows without a copy of them: rows of equal hash are compared with each other.
fn num_distinct_rows(table: &Table) -> usize {
    let mut with_hash: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut num_distinct = 0;
    for row in 0..table.num_rows() {
        let mut hasher = DefaultHasher::new();
        table.columns().iter().for_each(|column| key(column, row).hash(&mut hasher));
        let same_hash = with_hash.entry(hasher.finish()).or_default();
        let equal = |&other: &usize| table.columns().iter().all(|column| key(column, row) == key(column, other));
        if !same_hash.iter().any(equal) {
            same_hash.push(row);
            num_distinct += 1;
        }
    }
    num_distinct
}

#[cfg(test)]
mod tests;
