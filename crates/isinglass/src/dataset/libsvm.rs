//! LIBSVM text: one row a line, `label id:value id:value ...`, ids from 1 and increasing, absent values zero.
//!
//! Everything from `#` to the end of a line is a comment. A column is named by its id; the table is as wide as the
//! largest id of the file, so a training and a test file may differ in width.
//!
//! # References
//! C.-C. Chang, C.-J. Lin, LIBSVM: A library for support vector machines, 2011.

use thiserror::Error;

use super::error::{DatasetError, TableFault, TextPlace};
use super::read::{LabelColumn, ReadOptions};
use super::table::{Column, ColumnValues, Table};

/// Why a LIBSVM file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LibsvmFault {
    /// The line is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// The line begins with a feature.
    #[error("the line begins with the feature \"{text}\", not with a label")]
    MissingLabel {
        /// The token found.
        text: String,
    },
    /// The label is not a number.
    #[error("the label \"{text}\" is not a finite number")]
    BadLabel {
        /// The token found.
        text: String,
    },
    /// The word after the label is not `id:value`.
    #[error("\"{text}\" is not of the form id:value")]
    NotAPair {
        /// The token found.
        text: String,
    },
    /// The id is not a positive integer.
    #[error("the id \"{text}\" is not a positive integer")]
    BadId {
        /// The text before the colon.
        text: String,
    },
    /// The id is over the limit on columns.
    #[error("the id {id} is over the limit of {allowed} columns")]
    IdTooLarge {
        /// The id found.
        id: u64,
        /// The limit.
        allowed: u64,
    },
    /// The value is not a finite number.
    #[error("the value \"{text}\" is not a finite number")]
    BadValue {
        /// The text after the colon.
        text: String,
    },
    /// An id is not larger than the one before it.
    #[error("the id {id} follows {previous}; ids must increase along a line")]
    NotIncreasing {
        /// The id before.
        previous: u64,
        /// The id found.
        id: u64,
    },
    /// The line has a query id, which belongs to ranking.
    #[error("query ids (\"{text}\") are for ranking, which is not supported")]
    QueryId {
        /// The token found.
        text: String,
    },
}

impl LibsvmFault {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::NotUtf8 => None,
            Self::BadLabel { text } if text.contains(',') => {
                Some("rows with several labels are not supported; if this is CSV, name the format csv".into())
            }
            Self::MissingLabel { .. } => Some("rows without labels can be read with the label column none".into()),
            Self::BadLabel { .. } | Self::NotAPair { .. } | Self::BadValue { .. } => {
                Some("a line is: label id:value id:value ..., separated by spaces".into())
            }
            Self::BadId { .. } => Some("ids count from 1".into()),
            Self::IdTooLarge { .. } => Some("check the id; tables are stored densely in memory".into()),
            Self::NotIncreasing { .. } => Some("sort the pairs of the line by id and merge equal ids".into()),
            Self::QueryId { .. } => Some("remove the qid: words".into()),
        }
    }
}

/// The non-zero values of a file, before its width is known.
#[derive(Default)]
struct Sparse {
    labels: Vec<String>,
    num_rows: usize,
    width: usize,
    /// (row, column, value), both from 0.
    entries: Vec<(usize, usize, f64)>,
}

pub(super) fn read(content: &[u8], name: &str, sha256: String, options: &ReadOptions) -> Result<Table, DatasetError> {
    let labelled = options.label_or(LabelColumn::First) != LabelColumn::None;
    let mut sparse = Sparse::default();
    for (index, line) in content.split(|&byte| byte == b'\n').enumerate() {
        let place =
            |column: usize| TextPlace { path: name.to_owned(), line: index as u64 + 1, column: column as u64 + 1 };
        let fail = |column, fault| DatasetError::Libsvm { place: place(column), fault };
        let line = std::str::from_utf8(line).map_err(|error| fail(error.valid_up_to(), LibsvmFault::NotUtf8))?;
        let line = line.split('#').next().unwrap_or_default();
        read_line(line, labelled, options.limits.columns, &mut sparse)
            .map_err(|(column, fault)| fail(column, fault))?;
    }
    if sparse.num_rows == 0 {
        return Err(DatasetError::Table { path: name.to_owned(), fault: TableFault::NoRows });
    }
    options.limits.check(name, sparse.num_rows, sparse.width)?;
    let mut columns: Vec<Vec<f64>> = vec![vec![0.0; sparse.num_rows]; sparse.width];
    for (row, column, value) in sparse.entries {
        columns[column][row] = value;
    }
    let columns = columns
        .into_iter()
        .enumerate()
        .map(|(index, values)| Column { name: (index + 1).to_string(), values: ColumnValues::Numeric(values) })
        .collect();
    let table = Table::from_parts(columns, labelled.then_some(sparse.labels), name.to_owned(), sha256)?;
    Ok(table.with_absent_columns_zero())
}

/// Adds one line to `sparse`; a fault comes with its byte of the line.
fn read_line(line: &str, labelled: bool, max_id: u64, sparse: &mut Sparse) -> Result<(), (usize, LibsvmFault)> {
    let mut words = words(line).peekable();
    let Some(&(column, first)) = words.peek() else { return Ok(()) };
    if !first.contains(':') {
        words.next();
        if !first.parse::<f64>().is_ok_and(f64::is_finite) {
            return Err((column, LibsvmFault::BadLabel { text: first.to_owned() }));
        }
        sparse.labels.push(first.to_owned());
    } else if labelled {
        return Err((column, LibsvmFault::MissingLabel { text: first.to_owned() }));
    }
    let mut previous = 0;
    for (column, word) in words {
        let (id, value) = pair(word, previous).map_err(|(offset, fault)| (column + offset, fault))?;
        if id > max_id {
            return Err((column, LibsvmFault::IdTooLarge { id, allowed: max_id }));
        }
        previous = id;
        let index = (id - 1) as usize;
        sparse.width = sparse.width.max(index + 1);
        if value != 0.0 {
            sparse.entries.push((sparse.num_rows, index, value));
        }
    }
    sparse.num_rows += 1;
    Ok(())
}

/// `id:value`, where the id is larger than `previous`; a fault comes with its byte of the word.
fn pair(word: &str, previous: u64) -> Result<(u64, f64), (usize, LibsvmFault)> {
    let Some((id_text, value_text)) = word.split_once(':') else {
        return Err((0, LibsvmFault::NotAPair { text: word.to_owned() }));
    };
    if id_text == "qid" {
        return Err((0, LibsvmFault::QueryId { text: word.to_owned() }));
    }
    let id = match id_text.parse::<u64>() {
        Ok(id) if id > 0 => id,
        _ => return Err((0, LibsvmFault::BadId { text: id_text.to_owned() })),
    };
    if id <= previous {
        return Err((0, LibsvmFault::NotIncreasing { previous, id }));
    }
    match value_text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((id, value)),
        _ => Err((id_text.len() + 1, LibsvmFault::BadValue { text: value_text.to_owned() })),
    }
}

/// The words of a line, each with the byte at which it begins.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    line.split_ascii_whitespace().map(|word| (word.as_ptr() as usize - line.as_ptr() as usize, word))
}

/// Whether a line of text could be a row of this format: its second word, or its only one, is `id:value`.
pub(super) fn looks_like(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let word = words.next().map(|first| words.next().unwrap_or(first));
    word.is_some_and(|word| pair(word, 0).is_ok() || word.starts_with("qid:"))
}

#[cfg(test)]
mod tests;
