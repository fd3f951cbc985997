//! Raw tables: named columns of numbers or categories, with labels as text.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::drop::kept;
use super::error::{DatasetError, TableFault};
use super::read::ReadOptions;

/// The values of one column, one for each row of the table.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnValues {
    /// Finite numbers.
    Numeric(Vec<f64>),
    /// Categories: row `r` holds `categories[codes[r]]`.
    Categorical {
        /// One index into `categories` for each row.
        codes: Vec<u32>,
        /// The names of the categories.
        categories: Vec<String>,
    },
}

impl ColumnValues {
    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numeric(values) => values.len(),
            Self::Categorical { codes, .. } => codes.len(),
        }
    }

    /// Whether the column is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Selects the values of the rows `rows`, in that order.
    fn select(&self, rows: &[usize]) -> Self {
        match self {
            Self::Numeric(values) => Self::Numeric(rows.iter().map(|&row| values[row]).collect()),
            Self::Categorical { codes, categories } => Self::Categorical {
                codes: rows.iter().map(|&row| codes[row]).collect(),
                categories: categories.clone(),
            },
        }
    }
}

/// A feature column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name, unique in the table.
    pub name: String,
    /// Its values.
    pub values: ColumnValues,
}

/// A table with at least one row and one feature column; all columns have the same length and all numbers are finite.
///
/// Labels are text, one for each row, in the form of [`canonical_label`]; a table to predict from may have none.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
    labels: Option<Vec<String>>,
    num_rows: usize,
    image_shape: Option<(usize, usize)>,
    absent_columns_are_zero: bool,
    dropped: Vec<String>,
    source: String,
    sha256: String,
}

impl Table {
    /// Creates a table in memory; its hash is that of a canonical serialisation of its content.
    ///
    /// # Errors
    /// [`DatasetError::Table`] when the table is empty, lengths differ, names repeat, a number is not finite or a code
    /// is out of range.
    pub fn new(
        columns: Vec<Column>,
        labels: Option<Vec<String>>,
        source: impl Into<String>,
    ) -> Result<Self, DatasetError> {
        let table = Self::from_parts(columns, labels, source.into(), String::new())?;
        let sha256 = content_hash(&table);
        Ok(Self { sha256, ..table })
    }

    /// Creates a table read from bytes whose hash is `sha256`.
    pub(super) fn from_parts(
        columns: Vec<Column>,
        labels: Option<Vec<String>>,
        source: String,
        sha256: String,
    ) -> Result<Self, DatasetError> {
        let labels = labels.map(|labels| labels.iter().map(|label| canonical_label(label)).collect::<Vec<_>>());
        match check(&columns, labels.as_deref()) {
            Ok(num_rows) => Ok(Self {
                columns,
                labels,
                num_rows,
                image_shape: None,
                absent_columns_are_zero: false,
                dropped: Vec::new(),
                source,
                sha256,
            }),
            Err(fault) => Err(DatasetError::Table { path: source, fault }),
        }
    }

    /// Declares the columns to be the pixels of images of `shape` = (rows, columns), row by row.
    ///
    /// # Errors
    /// [`DatasetError::Table`] when rows times columns is not the number of columns of the table.
    pub fn with_image_shape(mut self, shape: (usize, usize)) -> Result<Self, DatasetError> {
        if shape.0.checked_mul(shape.1) != Some(self.columns.len()) {
            let fault = TableFault::ImageShape { rows: shape.0, columns: shape.1, found: self.columns.len() };
            return Err(DatasetError::Table { path: self.source, fault });
        }
        self.image_shape = Some(shape);
        Ok(self)
    }

    /// Adds labels to the table; the hash of the second file they come from, if any, is combined with that of the
    /// table.
    pub(super) fn with_labels(mut self, labels: &[String], sha256: Option<&str>) -> Result<Self, DatasetError> {
        if labels.len() != self.num_rows {
            let fault = TableFault::LabelCount { found: labels.len(), expected: self.num_rows };
            return Err(DatasetError::Table { path: self.source, fault });
        }
        self.labels = Some(labels.iter().map(|label| canonical_label(label)).collect());
        if let Some(sha256) = sha256 {
            self.sha256 = hex_sha256(format!("{}\n{sha256}\n", self.sha256).as_bytes());
        }
        Ok(self)
    }

    /// Declares that a missing column holds zero in every row, as in a sparse format.
    pub(super) fn with_absent_columns_zero(mut self) -> Self {
        self.absent_columns_are_zero = true;
        self
    }

    /// Records which columns were dropped when the table was read.
    pub(super) fn with_dropped(mut self, dropped: Vec<String>) -> Self {
        self.dropped = dropped;
        self
    }

    /// Drops feature columns, by name or by position from 1. A table of images that loses a pixel becomes a plain
    /// table.
    ///
    /// # Errors
    /// [`DatasetError::Drop`] when a column does not exist or all columns are dropped.
    ///
    /// # Examples
    /// ```
    /// use isinglass::dataset::builtin;
    /// let table = builtin("monks-1", 0)?.drop_columns(&["a1".to_owned(), "6".to_owned()])?;
    /// assert_eq!((table.num_columns(), table.dropped_columns()), (4, &["a1".to_owned(), "a6".to_owned()][..]));
    /// # Ok::<(), isinglass::dataset::DatasetError>(())
    /// ```
    pub fn drop_columns(self, columns: &[String]) -> Result<Self, DatasetError> {
        if columns.is_empty() {
            return Ok(self);
        }
        let names: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        let options = ReadOptions { drop: columns.to_vec(), ..ReadOptions::default() };
        let kept =
            kept(&names, None, &options).map_err(|fault| DatasetError::Drop { path: self.source.clone(), fault })?;
        let indices: Vec<usize> = (0..names.len()).filter(|&index| kept[index]).collect();
        let dropped = names.into_iter().zip(kept).filter(|(_, kept)| !kept).map(|(name, _)| name);
        let dropped = self.dropped.iter().cloned().chain(dropped).collect();
        Ok(self.select_columns(&indices)?.with_dropped(dropped))
    }

    /// Number of rows, at least 1.
    #[must_use]
    pub fn num_rows(&self) -> usize {
        self.num_rows
    }

    /// Number of feature columns, at least 1, without the label.
    #[must_use]
    pub fn num_columns(&self) -> usize {
        self.columns.len()
    }

    /// The feature columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The feature column with this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The labels, one for each row, if the table has any.
    #[must_use]
    pub fn labels(&self) -> Option<&[String]> {
        self.labels.as_deref()
    }

    /// Rows and columns of an image, when the columns are the pixels of images, row by row.
    #[must_use]
    pub fn image_shape(&self) -> Option<(usize, usize)> {
        self.image_shape
    }

    /// Whether a missing column counts as zero: true for LIBSVM, which does not store zeros.
    #[must_use]
    pub fn absent_columns_are_zero(&self) -> bool {
        self.absent_columns_are_zero
    }

    /// Names of the columns dropped by the user.
    #[must_use]
    pub fn dropped_columns(&self) -> &[String] {
        &self.dropped
    }

    /// The source of the table, for reports: a path or the name of a built-in data set.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// SHA-256 in lower-case hexadecimal of the bytes of the file, compressed as it was. With labels from a second
    /// file, that of the two hashes, each followed by a line feed; for a table made in memory, that of a canonical
    /// serialisation of its content. Selecting rows or columns keeps it: it names the origin.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Selects the rows `rows`, from 0, in that order; a row may occur more than once.
    ///
    /// # Errors
    /// [`DatasetError::Table`] when `rows` is empty.
    ///
    /// # Panics
    /// When a row is out of range.
    pub fn select_rows(&self, rows: &[usize]) -> Result<Self, DatasetError> {
        if rows.is_empty() {
            return Err(DatasetError::Table { path: self.source.clone(), fault: TableFault::NoRows });
        }
        let columns = self
            .columns
            .iter()
            .map(|column| Column { name: column.name.clone(), values: column.values.select(rows) })
            .collect();
        let labels = self.labels.as_ref().map(|labels| rows.iter().map(|&row| labels[row].clone()).collect());
        Ok(Self {
            columns,
            labels,
            num_rows: rows.len(),
            image_shape: self.image_shape,
            absent_columns_are_zero: self.absent_columns_are_zero,
            dropped: self.dropped.clone(),
            source: self.source.clone(),
            sha256: self.sha256.clone(),
        })
    }

    /// Selects the columns with these indices, from 0, in that order; images become a plain table.
    ///
    /// # Errors
    /// [`DatasetError::Table`] when `columns` is empty or names a column twice.
    ///
    /// # Panics
    /// When an index is out of range.
    pub fn select_columns(&self, columns: &[usize]) -> Result<Self, DatasetError> {
        let columns = columns.iter().map(|&column| self.columns[column].clone()).collect();
        let selected = Self::from_parts(columns, self.labels.clone(), self.source.clone(), self.sha256.clone())?;
        let dropped = self.dropped.clone();
        Ok(Self { absent_columns_are_zero: self.absent_columns_are_zero, dropped, ..selected })
    }
}

/// Checks the invariants of a table and returns its number of rows.
fn check(columns: &[Column], labels: Option<&[String]>) -> Result<usize, TableFault> {
    let Some(first) = columns.first() else { return Err(TableFault::NoColumns) };
    let num_rows = first.values.len();
    if num_rows == 0 {
        return Err(TableFault::NoRows);
    }
    let mut names = HashSet::with_capacity(columns.len());
    for column in columns {
        let name = || column.name.clone();
        if !names.insert(column.name.as_str()) {
            return Err(TableFault::DuplicateName { name: name() });
        }
        if column.values.len() != num_rows {
            return Err(TableFault::ColumnLength { name: name(), found: column.values.len(), expected: num_rows });
        }
        match &column.values {
            ColumnValues::Numeric(values) => {
                if let Some(row) = values.iter().position(|value| !value.is_finite()) {
                    return Err(TableFault::NotFinite { name: name(), row: row + 1, value: values[row] });
                }
            }
            ColumnValues::Categorical { codes, categories } => {
                if let Some(row) = codes.iter().position(|&code| code as usize >= categories.len()) {
                    let (code, categories) = (codes[row], categories.len());
                    return Err(TableFault::CodeOutOfRange { name: name(), row: row + 1, code, categories });
                }
            }
        }
    }
    match labels {
        Some(labels) if labels.len() != num_rows => {
            Err(TableFault::LabelCount { found: labels.len(), expected: num_rows })
        }
        _ => Ok(num_rows),
    }
}

/// Normalises a label, so that `+1`, `1` and `1.0` are the same label; other text is trimmed.
///
/// Numbers from ±2^53 on are left unchanged: a float cannot represent them exactly.
///
/// # Examples
/// ```
/// use isinglass::dataset::canonical_label;
/// assert_eq!(canonical_label("+1"), "1");
/// assert_eq!(canonical_label(" 2.50 "), "2.5");
/// assert_eq!(canonical_label("setosa"), "setosa");
/// ```
#[must_use]
pub fn canonical_label(text: &str) -> String {
    let text = text.trim();
    match text.parse::<f64>() {
        // Adding zero turns -0 into 0.
        Ok(value) if value.abs() < 9_007_199_254_740_992.0 => (value + 0.0).to_string(),
        _ => text.to_owned(),
    }
}

/// SHA-256 of `bytes` in lower-case hexadecimal.
pub(super) fn hex_sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of the columns and labels; every text goes in with its length, so that no two tables share a serialisation.
fn content_hash(table: &Table) -> String {
    fn text(hash: &mut Sha256, text: &str) {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    }
    let mut hash = Sha256::new();
    hash.update((table.num_rows as u64).to_le_bytes());
    hash.update((table.columns.len() as u64).to_le_bytes());
    for column in &table.columns {
        text(&mut hash, &column.name);
        match &column.values {
            ColumnValues::Numeric(values) => {
                hash.update([0]);
                for value in values {
                    hash.update(value.to_le_bytes());
                }
            }
            ColumnValues::Categorical { codes, categories } => {
                hash.update([1]);
                for &code in codes {
                    text(&mut hash, &categories[code as usize]);
                }
            }
        }
    }
    for label in table.labels.iter().flatten() {
        text(&mut hash, label);
    }
    hex(&hash.finalize())
}

#[cfg(test)]
mod tests;
