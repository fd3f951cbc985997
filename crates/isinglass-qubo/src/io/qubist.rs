//! Qubist text (`.qh`), the input of D-Wave's first web interface: spins, counted from 0, to be minimised.
//!
//! A line `sites lines`, then lines `i i h` and `i j J`: `E(s) = sum h_i s_i + sum J_ij s_i s_j`. `#` starts a comment line.
//! The format has no offset.

use std::io::Write;

use super::coordinates::{self, Coordinates};
use super::error::Fault;
use super::problem::{Label, ProblemFile, ReadOptions};
use super::report::{WriteError, WriteNote, WriteReport};
use super::text::{short_float, utf8};
use crate::model::{Bqm, Vartype};

pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    let text = utf8(bytes)?;
    let vartype = options.settle_vartype(Some(Vartype::Spin)).map_err(Fault::in_file)?;
    let Coordinates { num_variables, entries } = coordinates::read(text, 0, |_, _| Ok(()))?;
    let mut builder = options.builder(vartype, num_variables).map_err(Fault::in_file)?;
    for entry in entries {
        if entry.first == entry.second {
            builder.add_linear(entry.first, entry.value);
        } else {
            builder.add_quadratic(entry.first, entry.second, entry.value);
        }
    }
    Ok(ProblemFile::new(builder.build()?, None))
}

/// Writes ±1 models unchanged and converts 0/1 models.
pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    let bqm = &*super::as_vartype(bqm, Vartype::Spin, &mut report)?;
    if labels.is_some() {
        report.notes.push(WriteNote::LabelsLeftOut);
    }
    if bqm.offset() != 0.0 {
        report.notes.push(WriteNote::OffsetLeftOut { offset: bqm.offset() });
    }
    let linear = || bqm.linear().iter().enumerate().filter(|&(_, &bias)| bias != 0.0);
    writeln!(out, "{} {}", bqm.num_variables(), linear().count() + bqm.num_interactions())?;
    for (variable, &bias) in linear() {
        writeln!(out, "{variable} {variable} {}", short_float(bias))?;
    }
    for (first, second, bias) in bqm.interactions() {
        writeln!(out, "{first} {second} {}", short_float(bias))?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
