//! Samples as text: a sample on each line, values separated by commas or white space.

use super::Values;
use super::plain::label;
use crate::io::error::{Fault, ReadCause, excerpt};
use crate::io::labels::{are_range, duplicate};
use crate::io::problem::Label;
use crate::io::text::lines;

pub(super) fn read(text: &str) -> Result<Values, Fault> {
    let mut labels: Option<Vec<Label>> = None;
    let mut rows: Vec<Vec<i8>> = Vec::new();
    for (number, line) in lines(text) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let in_line = |cause| Fault::at_line(number, cause);
        let cells: Vec<&str> = if line.contains(',') {
            line.split(',').map(str::trim).collect()
        } else {
            line.split_whitespace().collect()
        };
        if rows.is_empty() && labels.is_none() && cells.iter().any(|cell| value(cell).is_none()) {
            let found: Vec<Label> = cells.iter().map(|cell| label(cell)).collect();
            if let Some(label) = duplicate(&found) {
                return Err(in_line(ReadCause::DuplicateLabel { label: label.clone() }));
            }
            labels = Some(found);
            continue;
        }
        let row = rows.len();
        let values = cells.iter().enumerate().map(|(variable, cell)| {
            let allowed = "-1, 0 and 1";
            value(cell).ok_or_else(|| in_line(ReadCause::SampleValue { row, variable, found: excerpt(cell), allowed }))
        });
        let values: Vec<i8> = values.collect::<Result<_, _>>()?;
        let expected = labels.as_ref().map_or_else(|| rows.first().map_or(values.len(), Vec::len), Vec::len);
        if values.len() != expected {
            return Err(in_line(ReadCause::RowLength { row, found: values.len(), expected }));
        }
        rows.push(values);
    }
    if rows.is_empty() {
        return Err(Fault::in_file(ReadCause::Truncated { expected: "the first sample" }));
    }
    Ok(Values { rows, labels: labels.filter(|labels| !are_range(labels)), num_occurrences: None })
}

pub(super) fn value(cell: &str) -> Option<i8> {
    match cell {
        "0" => Some(0),
        "1" | "+1" => Some(1),
        "-1" => Some(-1),
        _ => None,
    }
}
