//! Max-cut graphs as rudy writes them: the Gset (`G1`, ...), `.rud`, `.mc`.
//!
//! A line `n m`, then `m` lines `i j w`, vertices from 1: cut the vertices into two sides so that the weight `w` of the edges
//! between them is largest. Read as spins, `E(s) = sum w_ij s_i s_j`, to be minimised: the cut is `(W - E) / 2` with the sum
//! `W` of all weights ([`ProblemFile::cut`]). `#` starts a comment line; `# optimum=` and `# cut=` hold the largest cut, where it is known. The
//! format has neither linear biases nor an offset.

use std::io::Write;

use super::coordinates::{self, Coordinates};
use super::error::{Fault, ReadCause, excerpt};
use super::problem::{Label, ProblemFile, ReadOptions};
use super::report::{WriteError, WriteNote, WriteReport};
use super::text::{short_float, utf8};
use crate::model::{Bqm, Vartype};

/// Keys of the comment that holds the largest cut.
const CUT: [&str; 2] = ["optimum", "cut"];

pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    let text = utf8(bytes)?;
    let vartype = options.settle_vartype(Some(Vartype::Spin)).map_err(Fault::in_file)?;
    let mut largest_cut = None;
    let Coordinates { num_variables, entries } = coordinates::read(text, 1, |line, comment| {
        let Some((_, value)) = comment.split_once(['=', ':']).filter(|(key, _)| CUT.contains(&key.trim())) else {
            return Ok(());
        };
        let cut: f64 = value.trim().parse().ok().filter(|cut: &f64| cut.is_finite()).ok_or_else(|| {
            let expected = "the largest cut, a number";
            Fault::at_line(line, ReadCause::Unexpected { found: excerpt(value.trim()), expected })
        })?;
        match largest_cut.replace(cut) {
            Some(other) if other != cut => Err(Fault::at_line(line, ReadCause::Conflict { what: "the largest cut" })),
            _ => Ok(()),
        }
    })?;
    let mut builder = options.builder(vartype, num_variables).map_err(Fault::in_file)?;
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
    let total_weight = Some(total_weight);
    let file = ProblemFile { total_weight, ..ProblemFile::new(builder.build()?, None) };
    Ok(ProblemFile { optimum: largest_cut.and_then(|cut| file.energy_of_cut(cut)), ..file })
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
