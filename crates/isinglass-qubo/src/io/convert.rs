//! A problem file in another format: the model with its labels and, as comments, what else the file says.

use std::io::Write;

use super::format::Format;
use super::problem::ProblemFile;
use super::report::{WriteError, WriteNote, WriteReport};
use super::text::short_float;

/// Writes what was read from a file in any format, and reports what that changes or loses.
///
/// Every sample has the energy that it has in `file.bqm`: a maximum was negated when it was read, and a max-cut graph is
/// `E(s) = sum w_ij s_i s_j`, whose cut is `(W - E) / 2`. Where the format has comments, the first lines say so, and state the
/// known optimum. Everything else is as in [`write`](super::write).
///
/// # Errors
/// [`WriteError`], as from [`write`](super::write).
///
/// # Examples
/// ```
/// use isinglass_qubo::io::{self, Format, ReadOptions, WriteNote};
/// let graph = io::read(b"2 1\n1 2 3\n", Format::Rudy, &ReadOptions::default())?;
/// let mut text = Vec::new();
/// let report = io::write_problem(&graph, Format::Coo, &mut text)?;
/// assert_eq!(report.notes, [WriteNote::MaxCut { total_weight: 3.0 }]);
/// assert!(text.starts_with(b"# max-cut: cut = (W - energy) / 2, where W = 3"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_problem(file: &ProblemFile, format: Format, mut out: impl Write) -> Result<WriteReport, WriteError> {
    let mut notes = Vec::new();
    let mut remarks = Vec::new();
    if let Some(total_weight) = file.total_weight.filter(|_| format != Format::Rudy) {
        notes.push(WriteNote::MaxCut { total_weight });
        let total_weight = short_float(total_weight);
        remarks.push(format!("max-cut: cut = (W - energy) / 2, where W = {total_weight} is the sum of the weights"));
    }
    if file.maximized {
        notes.push(WriteNote::Negated);
        remarks
            .push("converted from a maximum: the values to maximize are the energies with the sign changed".to_owned());
    }
    if let Some(optimum) = file.optimum {
        match comment_start(format) {
            // the one format that reads it back
            Some(_) if format == Format::Coo => remarks.push(format!("optimum={optimum}")),
            Some(_) => remarks.push(format!("known optimum {}", short_float(optimum))),
            None => notes.push(WriteNote::OptimumLeftOut { optimum }),
        }
    }
    if let Some(start) = comment_start(format) {
        remarks.iter().try_for_each(|remark| writeln!(out, "{start} {remark}"))?;
    }
    let report = super::write(&file.bqm, file.labels.as_deref(), format, out)?;
    notes.extend(report.notes);
    Ok(WriteReport { notes })
}

/// What a comment line begins with, in formats where all readers pass over comments before the first line.
fn comment_start(format: Format) -> Option<&'static str> {
    match format {
        Format::Coo | Format::Sparse => Some("#"),
        Format::Qubo => Some("c"),
        Format::Lp => Some("\\"),
        Format::Mps => Some("*"),
        Format::Bqm | Format::DimodJson | Format::Bqpjson | Format::Rudy | Format::Qubist | Format::Qplib => None,
    }
}

#[cfg(test)]
mod tests;
