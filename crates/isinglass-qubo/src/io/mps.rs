//! Free-format MPS with a quadratic objective over 0/1 variables.
//!
//! The objective is `1/2 x'Qx + c'x - r`, `c` in `COLUMNS` and `r` the right-hand side of the objective's row. `QUADOBJ` lists
//! one triangle of `Q`, so that the entry of two variables is their coefficient itself; `QMATRIX` lists both. All variables
//! are columns in order, with bounds `BV`.
//!
//! Read: the same, with `OBJSENSE MAX` (negated and flagged), diagonal entries (`x^2 = x`), and integer columns (between
//! `MARKER` lines) with bounds 0 and 1 in place of `BV`. Rows other than the objective, ranges and other bounds are errors.

mod reader;
#[cfg(test)]
mod tests;

use std::io::Write;

pub(super) use reader::read;

use super::labels::Names;
use super::problem::Label;
use super::report::{WriteError, WriteNote, WriteReport};
use super::text::short_float;
use crate::model::{Bqm, Vartype};

/// Whether the name is one word for every reader: visible ASCII, not like a comment or a marker.
fn is_legal(name: &str) -> bool {
    const LONGEST: usize = 255;
    (1..=LONGEST).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic())
        && !name.starts_with(['*', '$', '\'', '"'])
}

/// Writes 0/1 models as they are and ±1 models converted.
pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    let bqm = &*super::as_vartype(bqm, Vartype::Binary, &mut report)?;
    let names = Names::new(labels, is_legal);
    if labels.is_some() && !names.keeps_labels() {
        report.notes.push(WriteNote::LabelsLeftOut);
    }
    writeln!(out, "NAME isinglass\nROWS\n N  obj\nCOLUMNS")?;
    for (variable, &bias) in bqm.linear().iter().enumerate() {
        writeln!(out, "    {}  obj  {}", names.name(variable), short_float(bias))?;
    }
    writeln!(out, "RHS\n    RHS  obj  {}", short_float(-bqm.offset()))?;
    writeln!(out, "BOUNDS")?;
    for variable in 0..bqm.num_variables() {
        writeln!(out, " BV BND  {}", names.name(variable))?;
    }
    writeln!(out, "QUADOBJ")?;
    for (first, second, bias) in bqm.interactions() {
        writeln!(out, "    {}  {}  {}", names.name(first), names.name(second), short_float(bias))?;
    }
    writeln!(out, "ENDATA")?;
    Ok(report)
}
