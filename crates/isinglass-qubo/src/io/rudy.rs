//! Max-cut graphs as rudy writes them: the Gset (`G1`, ...), `.rud`, `.mc`.
//!
//! A line `n m`, then `m` lines `i j w`, vertices from 1: cut the vertices into two sides so that the weight `w` of the edges
//! between them is largest. Read as spins, `E(s) = sum w_ij s_i s_j`, to be minimised: the cut is `(W - E) / 2` with the sum
//! `W` of all weights ([`ProblemFile::cut`]). `#` starts a comment line. The format has neither linear biases nor an offset.

use std::io::Write;

use super::coordinates::{self, Coordinates};
use super::error::{Fault, ReadCause, excerpt};
use super::problem::{Label, ProblemFile, ReadOptions};
use super::report::{WriteError, WriteNote, WriteReport};
use super::text::{short_float, utf8};
use crate::model::{Bqm, BqmBuilder, Vartype};

pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    let text = utf8(bytes)?;
    let vartype = options.settle_vartype(Some(Vartype::Spin)).map_err(Fault::in_file)?;
    let Coordinates { num_variables, entries } = coordinates::read(text, 1, |_, _| Ok(()))?;
    let mut builder = BqmBuilder::new(vartype, num_variables);
    let mut total_weight = 0.0;
    for entry in entries {
        if entry.first == entry.second {
            return Err(entry.fault(ReadCause::Loop { variable: (entry.first + 1).to_string() }));
        }
        builder.add_quadratic(entry.first, entry.second, entry.value);
        total_weight += entry.value;
    }
    if !total_weight.is_finite() {
        return Err(Fault::in_file(ReadCause::NotFinite { found: excerpt("the sum of all weights") }));
    }
    Ok(ProblemFile { total_weight: Some(total_weight), ..ProblemFile::new(builder.build()?, None) })
}

/// Writes models without linear biases as they are, or converted to ±1.
pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    let bqm = &*super::as_vartype(bqm, Vartype::Spin, &mut report)?;
    if let Some((variable, &bias)) = bqm.linear().iter().enumerate().find(|&(_, &bias)| bias != 0.0) {
        return Err(WriteError::LinearInMaxCut { variable, bias });
    }
    if labels.is_some() {
        report.notes.push(WriteNote::LabelsLeftOut);
    }
    if bqm.offset() != 0.0 {
        report.notes.push(WriteNote::OffsetLeftOut { offset: bqm.offset() });
    }
    writeln!(out, "{} {}", bqm.num_variables(), bqm.num_interactions())?;
    for (first, second, bias) in bqm.interactions() {
        writeln!(out, "{} {} {}", first + 1, second + 1, short_float(bias))?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
