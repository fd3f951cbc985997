//! CSV files: cells separated by comma, semicolon, tab or `|`, optionally quoted, with or without a header row.
//!
//! A column is numeric if every cell is a number, and categorical if none is; a mixture is an error, because it is more
//! often a typing error than a category. Whitespace around cells is ignored.

mod dialect;

use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder};
use thiserror::Error;

use self::dialect::Dialect;
use super::drop::kept;
use super::error::{DatasetError, TableFault, TextPlace};
use super::missing::Tally;
use super::read::{LabelColumn, ReadOptions};
use super::table::{Column, ColumnValues, Table};

/// Cells, in lower case, that denote a missing value.
const MISSING: [&str; 6] = ["", "?", "na", "n/a", "nan", "null"];

/// Why a CSV file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CsvFault {
    /// A cell is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// A line has more or fewer cells than the first.
    #[error("the number of cells is {found}, in the first line it is {expected}")]
    CellCount {
        /// Cells of this line.
        found: usize,
        /// Cells of the first line.
        expected: usize,
    },
    /// A number is infinite or too large for a float.
    #[error("\"{text}\" in the column \"{name}\" is not a finite number")]
    NotFinite {
        /// The column.
        name: String,
        /// The cell.
        text: String,
    },
    /// A column holds numbers and text.
    #[error("\"{text}\" in the column \"{name}\" is {}, unlike the cell in line {other_line}", if *is_number { "a number" } else { "not a number" })]
    Mixed {
        /// The column.
        name: String,
        /// The cell.
        text: String,
        /// Whether this cell is the number.
        is_number: bool,
        /// The first line with the other kind.
        other_line: u64,
    },
    /// The requested label column does not exist.
    #[error("there is no column \"{wanted}\"; the columns are {}", names.join(", "))]
    NoSuchColumn {
        /// The column requested.
        wanted: String,
        /// The columns of the file; at most the first 20.
        names: Vec<String>,
    },
    /// Several columns have the name of the label.
    #[error("several columns are named \"{name}\", so the label column is ambiguous")]
    AmbiguousLabel {
        /// The name.
        name: String,
    },
    /// A line of a file of labels has more than one cell.
    #[error("a file of labels has one label on each line; this line is \"{text}\"")]
    NotALabel {
        /// The line.
        text: String,
    },
}

impl CsvFault {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::CellCount { .. } => Some("check the separator, and quotes that are not closed".into()),
            Self::Mixed { name, .. } => Some(format!("correct the cell, or declare the column \"{name}\" categorical")),
            Self::NoSuchColumn { .. } => {
                Some("name a column of the header, a position from 1, first, last or none".into())
            }
            Self::AmbiguousLabel { .. } => Some("give the position of the label column, from 1".into()),
            Self::NotUtf8 | Self::NotFinite { .. } | Self::NotALabel { .. } => None,
        }
    }
}

/// The rows of a file, read again on each pass over them.
struct Source<'a> {
    content: &'a [u8],
    name: &'a str,
    dialect: Dialect,
    /// For each column whether it is read.
    kept: Vec<bool>,
}

/// A row of cells with its place in the file.
struct Row<'a> {
    cells: Vec<&'a str>,
    source: &'a Source<'a>,
    offset: usize,
}

impl Row<'_> {
    fn line(&self) -> u64 {
        line_at(self.source.content, self.offset)
    }

    fn fail(&self, cell: usize, fault: CsvFault) -> DatasetError {
        let place = TextPlace { path: self.source.name.to_owned(), line: self.line(), column: cell as u64 + 1 };
        DatasetError::Csv { place, fault }
    }
}

impl Source<'_> {
    /// Calls `visit` with each row, without the row of names.
    fn for_each(&self, mut visit: impl FnMut(&Row<'_>) -> Result<(), DatasetError>) -> Result<(), DatasetError> {
        let mut reader = ReaderBuilder::new()
            .delimiter(self.dialect.separator)
            .has_headers(self.dialect.header)
            .flexible(true)
            .from_reader(self.content);
        let mut record = ByteRecord::new();
        // Reading from memory does not fail, and neither does splitting bytes into cells.
        while reader.read_byte_record(&mut record).unwrap_or(false) {
            let offset = record.position().map_or(0, |position| position.byte() as usize);
            let mut row = Row { cells: Vec::with_capacity(record.len()), source: self, offset };
            for (index, cell) in record.iter().enumerate() {
                match std::str::from_utf8(cell) {
                    Ok(text) => row.cells.push(text.trim()),
                    Err(_) if self.kept.get(index) == Some(&false) => row.cells.push(""),
                    Err(_) => return Err(row.fail(index, CsvFault::NotUtf8)),
                }
            }
            visit(&row)?;
        }
        Ok(())
    }
}

/// The line, from 1, of the first byte at or after `offset` that does not end a line.
fn line_at(content: &[u8], offset: usize) -> u64 {
    let rest = content.get(offset..).unwrap_or_default();
    let start = offset + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    1 + content[..start.min(content.len())].iter().filter(|&&byte| byte == b'\n').count() as u64
}

pub(super) fn read(content: &[u8], name: &str, sha256: String, options: &ReadOptions) -> Result<Table, DatasetError> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let dialect = Dialect::find(content, options);
    let names = dialect.names(content);
    if names.is_empty() {
        return Err(DatasetError::Table { path: name.to_owned(), fault: TableFault::NoRows });
    }
    let label = label_index(&options.label_or(LabelColumn::Last), &names)
        .and_then(|label| check_categorical(&options.categorical, &names).map(|()| label))
        .map_err(|fault| DatasetError::Csv {
            place: TextPlace { path: name.to_owned(), line: line_at(content, 0), column: 1 },
            fault,
        })?;
    let kept = kept(&names, label, options).map_err(|fault| DatasetError::Drop { path: name.to_owned(), fault })?;
    let categorical: Vec<bool> =
        (0..names.len()).map(|i| Some(i) == label || options.categorical.contains(&names[i])).collect();
    let source = Source { content, name, dialect, kept };
    let survey = survey(&source, &names, label, &categorical, options)?;
    let mut builders: Vec<Builder> =
        survey.numeric.iter().map(|&numeric| Builder::new(numeric == Some(true), survey.num_rows)).collect();
    let mut labels = label.map(|_| Vec::with_capacity(survey.num_rows));
    source.for_each(|row| {
        for (index, &cell) in row.cells.iter().enumerate() {
            match &mut labels {
                Some(labels) if Some(index) == label => labels.push(cell.to_owned()),
                _ if source.kept[index] => builders[index].push(cell),
                _ => {}
            }
        }
        Ok(())
    })?;
    let (mut columns, mut dropped) = (Vec::with_capacity(names.len()), Vec::new());
    for (index, (name, builder)) in names.into_iter().zip(builders).enumerate() {
        match source.kept[index] {
            true if Some(index) != label => columns.push(Column { name, values: builder.finish() }),
            true => {}
            false => dropped.push(name),
        }
    }
    let table = Table::from_parts(columns, labels, name.to_owned(), sha256)?;
    Ok(table.with_dropped(if options.drop.is_empty() { Vec::new() } else { dropped }))
}

/// Result of the first pass.
struct Survey {
    num_rows: usize,
    /// For each column whether it is numeric; `None` while no cell has decided it.
    numeric: Vec<Option<bool>>,
}

/// The first pass: checks every cell, so that the second can build columns of a known size without failing.
fn survey(
    source: &Source<'_>,
    names: &[String],
    label: Option<usize>,
    categorical: &[bool],
    options: &ReadOptions,
) -> Result<Survey, DatasetError> {
    let mut survey = Survey { num_rows: 0, numeric: vec![None; names.len()] };
    let mut missing = Tally::new(names.len());
    // Every column that is not categorical takes its kind from its first cell that is not missing.
    let mut decided_at = vec![0; names.len()];
    source.for_each(|row| {
        if row.cells.len() != names.len() {
            let fault = CsvFault::CellCount { found: row.cells.len(), expected: names.len() };
            return Err(row.fail(row.cells.len().min(names.len()), fault));
        }
        for (index, &text) in row.cells.iter().enumerate().filter(|&(index, _)| source.kept[index]) {
            let (name, text_owned) = (|| names[index].clone(), || text.to_owned());
            if is_missing(text) {
                missing.add(index, row.offset);
                continue;
            }
            if categorical[index] {
                continue;
            }
            let number = text.parse::<f64>().ok();
            let is_number = number.is_some();
            if survey.numeric[index].is_none() {
                decided_at[index] = row.offset;
            }
            if *survey.numeric[index].get_or_insert(is_number) != is_number {
                let other_line = line_at(source.content, decided_at[index]);
                let fault = CsvFault::Mixed { name: name(), text: text_owned(), is_number, other_line };
                return Err(row.fail(index, fault));
            }
            if number.is_some_and(|number| !number.is_finite()) {
                return Err(row.fail(index, CsvFault::NotFinite { name: name(), text: text_owned() }));
            }
        }
        survey.num_rows += 1;
        options.limits.check(source.name, survey.num_rows, names.len())
    })?;
    match missing.finish(names, label, survey.num_rows, "line", |offset| line_at(source.content, offset)) {
        Some(missing) => Err(DatasetError::Missing { path: source.name.to_owned(), missing }),
        None => Ok(survey),
    }
}

/// Whether a cell denotes a missing value.
fn is_missing(text: &str) -> bool {
    MISSING.iter().any(|missing| text.eq_ignore_ascii_case(missing))
}

/// The index of the label column.
fn label_index(label: &LabelColumn, names: &[String]) -> Result<Option<usize>, CsvFault> {
    let missing = |wanted: &str| CsvFault::NoSuchColumn {
        wanted: wanted.to_owned(),
        names: names.iter().take(20).cloned().collect(),
    };
    match label {
        LabelColumn::None => Ok(None),
        LabelColumn::First => Ok(Some(0)),
        LabelColumn::Last => Ok(Some(names.len() - 1)),
        LabelColumn::Position(position) if (1..=names.len()).contains(position) => Ok(Some(position - 1)),
        LabelColumn::Position(position) => Err(missing(&position.to_string())),
        LabelColumn::Name(wanted) => {
            let mut named = (0..names.len()).filter(|&index| names[index] == *wanted);
            match (named.next(), named.next()) {
                (Some(index), None) => Ok(Some(index)),
                (Some(_), Some(_)) => Err(CsvFault::AmbiguousLabel { name: wanted.clone() }),
                (None, _) => Err(missing(wanted)),
            }
        }
    }
}

/// Checks that every name in the list of categorical columns is a column.
fn check_categorical(categorical: &[String], names: &[String]) -> Result<(), CsvFault> {
    match categorical.iter().find(|wanted| !names.contains(wanted)) {
        Some(wanted) => {
            Err(CsvFault::NoSuchColumn { wanted: wanted.clone(), names: names.iter().take(20).cloned().collect() })
        }
        None => Ok(()),
    }
}

/// A column under construction.
enum Builder {
    Numeric(Vec<f64>),
    Categorical { codes: Vec<u32>, of_name: HashMap<String, u32> },
}

impl Builder {
    fn new(numeric: bool, num_rows: usize) -> Self {
        if numeric {
            Self::Numeric(Vec::with_capacity(num_rows))
        } else {
            Self::Categorical { codes: Vec::with_capacity(num_rows), of_name: HashMap::new() }
        }
    }

    fn push(&mut self, text: &str) {
        match self {
            // The first pass has seen that every cell of the column is a finite number.
            Self::Numeric(values) => values.extend(text.parse::<f64>()),
            Self::Categorical { codes, of_name } => {
                let next = of_name.len() as u32;
                codes.push(match of_name.get(text) {
                    Some(&code) => code,
                    None => *of_name.entry(text.to_owned()).or_insert(next),
                });
            }
        }
    }

    /// The column, its categories in alphabetical order, so that they do not depend on the order of the rows.
    fn finish(self) -> ColumnValues {
        match self {
            Self::Numeric(values) => ColumnValues::Numeric(values),
            Self::Categorical { codes, of_name } => {
                let mut by_name: Vec<(String, u32)> = of_name.into_iter().collect();
                by_name.sort();
                let mut renamed = vec![0; by_name.len()];
                for (new, (_, old)) in by_name.iter().enumerate() {
                    renamed[*old as usize] = new as u32;
                }
                ColumnValues::Categorical {
                    codes: codes.into_iter().map(|code| renamed[code as usize]).collect(),
                    categories: by_name.into_iter().map(|(name, _)| name).collect(),
                }
            }
        }
    }
}

/// One label for each line that is not empty.
pub(super) fn read_labels(content: &[u8], name: &str) -> Result<Vec<String>, DatasetError> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let mut labels = Vec::new();
    for (index, line) in content.split(|&byte| byte == b'\n').enumerate() {
        let fail = |fault| DatasetError::Csv {
            place: TextPlace { path: name.to_owned(), line: index as u64 + 1, column: 1 },
            fault,
        };
        let text = std::str::from_utf8(line).map_err(|_| fail(CsvFault::NotUtf8))?.trim();
        if text.contains([',', ';', '\t']) {
            return Err(fail(CsvFault::NotALabel { text: text.chars().take(60).collect() }));
        }
        if !text.is_empty() {
            labels.push(text.trim_matches('"').to_owned());
        }
    }
    Ok(labels)
}

#[cfg(test)]
mod tests;
