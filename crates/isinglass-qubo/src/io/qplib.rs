//! QPLIB text (`.qplib`), as far as it holds a quadratic objective over 0/1 variables without constraints.
//!
//! The objective is `1/2 x'Qx + b'x + q`. `Q` is given by its lower triangle, so that an entry off the diagonal is the
//! coefficient of its pair and one on it counts half (`x^2 = x`). The parts follow each other without names: a type of three
//! letters says which of them are there.
//!
//! Read: objectives `L`, `D`, `C`, `Q`, variables `B`, constraints `N` and `B` (`QBN` is the usual type); both senses, a
//! maximum being negated and flagged. Starting points are passed over. Other types are refused.
//!
//! # References
//! F. Furini, E. Traversi, P. Belotti, A. Frangioni, A. Gleixner, N. Gould, L. Liberti, A. Lodi, R. Misener, H. Mittelmann,
//! N. V. Sahinidis, S. Vigerske, A. Wiegele, "QPLIB: a library of quadratic programming instances", 2019, Appendix B.

mod reader;
#[cfg(test)]
mod tests;

use std::io::Write;

pub(super) use reader::read;

use super::labels::Names;
use super::problem::{Label, Sense};
use super::report::{WriteError, WriteNote, WriteReport};
use super::text::short_float;
use crate::model::{Bqm, Vartype};

/// What a type of three letters means for isinglass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Binary variables, no constraints; whether the quadratic part is there.
    Readable { is_quadratic: bool },
    /// Other variables.
    OtherVariables,
    /// Constraints.
    Constrained,
}

impl Kind {
    /// `None` when the letters are no type.
    fn from_letters(letters: &str) -> Option<Self> {
        let [objective, variables, constraints] = <[u8; 3]>::try_from(letters.as_bytes()).ok()?;
        let is_type = b"LDCQ".contains(&objective) && b"CBMIG".contains(&variables) && b"NBLDCQ".contains(&constraints);
        match (variables, constraints) {
            _ if !is_type => None,
            (b'B', b'N' | b'B') => Some(Self::Readable { is_quadratic: objective != b'L' }),
            (b'B', _) => Some(Self::Constrained),
            _ => Some(Self::OtherVariables),
        }
    }
}

fn sense_from_word(word: &str) -> Option<Sense> {
    match word.to_ascii_lowercase().as_str() {
        "minimize" => Some(Sense::Minimize),
        "maximize" => Some(Sense::Maximize),
        _ => None,
    }
}

/// What is left of a line without its comment.
fn content(line: &str) -> &str {
    line.split('#').next().unwrap_or_default()
}

/// Whether the second and third line are those of this format.
pub(super) fn opens_file(text: &str) -> bool {
    let mut lines = text.lines().map(|line| content(line).trim()).filter(|line| !line.is_empty()).skip(1);
    lines.next().is_some_and(|line| Kind::from_letters(line).is_some())
        && lines.next().is_some_and(|line| sense_from_word(line).is_some())
}

fn is_legal(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

/// Writes 0/1 models unchanged and converts ±1 models.
pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    let bqm = &*super::as_vartype(bqm, Vartype::Binary, &mut report)?;
    let names = Names::new(labels, is_legal);
    if labels.is_some() && !names.keeps_labels() {
        report.notes.push(WriteNote::LabelsLeftOut);
    }
    let linear = || bqm.linear().iter().enumerate().filter(|&(_, &bias)| bias != 0.0);
    writeln!(out, "isinglass\nQBN\nminimize")?;
    writeln!(out, "{} # variables", bqm.num_variables())?;
    writeln!(out, "{} # entries of the lower triangle of Q in the objective", bqm.num_interactions())?;
    for (first, second, bias) in bqm.interactions() {
        writeln!(out, "{} {} {}", second + 1, first + 1, short_float(bias))?;
    }
    writeln!(out, "0 # default linear coefficient\n{} # other linear coefficients", linear().count())?;
    for (variable, &bias) in linear() {
        writeln!(out, "{} {}", variable + 1, short_float(bias))?;
    }
    writeln!(out, "{} # constant", short_float(bqm.offset()))?;
    writeln!(out, "1e308 # infinity")?;
    writeln!(out, "0 # default starting value\n0 # other starting values")?;
    writeln!(out, "0 # default starting value of bound multipliers\n0 # others of them")?;
    if names.keeps_labels() {
        writeln!(out, "{} # names of variables", bqm.num_variables())?;
        for variable in 0..bqm.num_variables() {
            writeln!(out, "{} {}", variable + 1, names.name(variable))?;
        }
    } else {
        writeln!(out, "0 # names of variables")?;
    }
    writeln!(out, "0 # names of constraints")?;
    Ok(report)
}
