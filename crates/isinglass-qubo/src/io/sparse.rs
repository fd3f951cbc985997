//! The sparse QUBO text of Biq Mac, Beasley's sets (`.sparse`, `.bq`) and QOBLIB (`.qs`).
//!
//! A line `n m`, then `m` lines `i j q`, variables from 1: `E(x) = x'Qx` over 0/1 variables with a symmetric `Q`, of which
//! each pair is listed once. So an entry off the diagonal counts twice, `2 q x_i x_j`, and one on it once, `q x_i`. QOBLIB's
//! comment `# ObjectiveOffset c` is the offset.
//!
//! Biq Mac minimises. Other copies, MQLib's among them, have the same lines and maximise, and no file says so:
//! [`ReadOptions::sense`] does.

use std::io::Write;

use super::coordinates::{self, Coordinates};
use super::error::{Fault, ReadCause, excerpt};
use super::problem::{Label, ProblemFile, ReadOptions, Sense};
use super::report::{WriteError, WriteNote, WriteReport};
use super::text::{short_float, utf8, words};
use crate::model::{Bqm, Vartype};

/// The key of the comment that holds the offset.
pub(super) const OFFSET: &str = "ObjectiveOffset";

pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    let text = utf8(bytes)?;
    let vartype = options.settle_vartype(Some(Vartype::Binary)).map_err(Fault::in_file)?;
    let mut offset = None;
    let Coordinates { num_variables, entries } = coordinates::read(text, 1, |line, comment| {
        let mut words = words(line, comment);
        if words.next().is_some_and(|key| key.text.trim_end_matches([':', '=']) == OFFSET) {
            let value = words.next().filter(|value| value.text != "=").or_else(|| words.next());
            let missing = || {
                Fault::at_line(
                    line,
                    ReadCause::Unexpected {
                        found: excerpt(comment.trim()),
                        expected: "`ObjectiveOffset` and a number",
                    },
                )
            };
            // the column of a word in a comment would leave out what stands before the comment
            let value = value.ok_or_else(missing)?.float().map_err(|fault| Fault::at_line(line, fault.cause))?;
            if offset.is_some_and(|offset| offset != value) {
                return Err(Fault::at_line(line, ReadCause::Conflict { what: OFFSET }));
            }
            offset = Some(value);
        }
        Ok(())
    })?;
    let maximized = options.sense == Some(Sense::Maximize);
    let sign = if maximized { -1.0 } else { 1.0 };
    let mut builder = options.builder(vartype, num_variables).map_err(Fault::in_file)?;
    builder.add_offset(sign * offset.unwrap_or(0.0));
    for entry in entries {
        if entry.first == entry.second {
            builder.add_linear(entry.first, sign * entry.value);
        } else {
            builder.add_quadratic(entry.first, entry.second, 2.0 * sign * entry.value);
        }
    }
    Ok(ProblemFile { maximized, ..ProblemFile::new(builder.build()?, None) })
}

/// Writes 0/1 models unchanged and converts ±1 models, to be minimised.
pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    let bqm = &*super::as_vartype(bqm, Vartype::Binary, &mut report)?;
    if labels.is_some() {
        report.notes.push(WriteNote::LabelsLeftOut);
    }
    if bqm.offset() != 0.0 {
        report.notes.push(WriteNote::OffsetInComment { offset: bqm.offset() });
    }
    let diagonal = || bqm.linear().iter().enumerate().filter(|&(_, &bias)| bias != 0.0);
    writeln!(out, "# {OFFSET} {}", short_float(bqm.offset()))?;
    writeln!(out, "{} {}", bqm.num_variables(), diagonal().count() + bqm.num_interactions())?;
    for (variable, &bias) in diagonal() {
        writeln!(out, "{0} {0} {1}", variable + 1, short_float(bias))?;
    }
    for (first, second, coefficient) in bqm.interactions() {
        let half = 0.5 * coefficient;
        if 2.0 * half != coefficient {
            return Err(WriteError::HalvedUnderflow { coefficient, first, second });
        }
        writeln!(out, "{} {} {}", first + 1, second + 1, short_float(half))?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
