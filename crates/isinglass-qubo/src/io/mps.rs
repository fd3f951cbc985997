//! Free-format MPS: mixed-integer programs are written, quadratic objectives over 0/1 variables read as well.
//!
//! The objective is `1/2 x'Qx + c'x - r`, `c` in `COLUMNS` and `r` the right-hand side of the objective's row. `QUADOBJ` lists
//! one triangle of `Q`, so that the entry of two variables is their coefficient itself; `QMATRIX` lists both. All variables
//! are columns in order, binary ones with bounds `BV`, others with both bounds, whole ones between `MARKER` lines. Rows are `c0`, `c1`, ... The word
//! `FREE` after the name is for CBC, which otherwise looks for columns at fixed places.
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
use super::report::{WriteError, WriteReport};
use super::text::short_float;
use crate::mip::{Mip, RowSense, VariableKind};
use crate::model::Bqm;

/// Whether the name is one word for every reader: visible ASCII, not like a comment or a marker.
fn is_legal(name: &str) -> bool {
    const LONGEST: usize = 255;
    (1..=LONGEST).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic())
        && !name.starts_with(['*', '$', '\'', '"'])
}

/// Writes 0/1 models unchanged and converts ±1 models.
pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    super::write_quadratic(bqm, labels, is_legal, write_mip, out)
}

/// Writes a program, with its own names where they are legal.
pub(super) fn write_mip(mip: &Mip, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    let names = Names::of_mip(mip, is_legal, &mut report);
    writeln!(out, "NAME isinglass FREE\nROWS\n N  obj")?;
    for (index, row) in mip.rows().enumerate() {
        let kind = match row.sense {
            RowSense::LessEqual => 'L',
            RowSense::Equal => 'E',
            RowSense::GreaterEqual => 'G',
        };
        writeln!(out, " {kind}  c{index}")?;
    }
    write_columns(mip, &names, out)?;
    writeln!(out, "RHS\n    RHS  obj  {}", short_float(-mip.offset()))?;
    for (index, row) in mip.rows().enumerate().filter(|(_, row)| row.right != 0.0) {
        writeln!(out, "    RHS  c{index}  {}", short_float(row.right))?;
    }
    writeln!(out, "BOUNDS")?;
    for (index, variable) in mip.variables().iter().enumerate() {
        let name = names.name(index);
        match (variable.kind, variable.lower, variable.upper) {
            (VariableKind::Binary, ..) => writeln!(out, " BV BND  {name}")?,
            (_, f64::NEG_INFINITY, f64::INFINITY) => writeln!(out, " FR BND  {name}")?,
            (_, lower, upper) => {
                if lower == f64::NEG_INFINITY {
                    writeln!(out, " MI BND  {name}")?;
                } else {
                    writeln!(out, " LO BND  {name}  {}", short_float(lower))?;
                }
                if upper == f64::INFINITY {
                    writeln!(out, " PL BND  {name}")?;
                } else {
                    writeln!(out, " UP BND  {name}  {}", short_float(upper))?;
                }
            }
        }
    }
    if !mip.is_linear() {
        writeln!(out, "QUADOBJ")?;
    }
    for (first, second, coefficient) in mip.quadratic() {
        writeln!(out, "    {}  {}  {}", names.name(first), names.name(second), short_float(coefficient))?;
    }
    writeln!(out, "ENDATA")?;
    Ok(report)
}

/// Column by column: the objective, then the rows.
fn write_columns(mip: &Mip, names: &Names<'_>, out: &mut dyn Write) -> Result<(), WriteError> {
    let mut columns: Vec<Vec<(usize, f64)>> = vec![Vec::new(); mip.num_variables()];
    for (index, row) in mip.rows().enumerate() {
        for (&variable, &coefficient) in row.variables.iter().zip(row.coefficients) {
            columns[variable as usize].push((index, coefficient));
        }
    }
    writeln!(out, "COLUMNS")?;
    let mut is_marked = false;
    for (index, variable) in mip.variables().iter().enumerate() {
        // what is binary by its bound needs no marker
        let is_whole = variable.kind == VariableKind::Integer;
        if is_whole != is_marked {
            writeln!(out, "    MARKER  'MARKER'  {}", if is_whole { "'INTORG'" } else { "'INTEND'" })?;
            is_marked = is_whole;
        }
        let name = names.name(index);
        writeln!(out, "    {name}  obj  {}", short_float(mip.linear()[index]))?;
        for &(row, coefficient) in &columns[index] {
            writeln!(out, "    {name}  c{row}  {}", short_float(coefficient))?;
        }
    }
    if is_marked {
        writeln!(out, "    MARKER  'MARKER'  'INTEND'")?;
    }
    Ok(())
}
