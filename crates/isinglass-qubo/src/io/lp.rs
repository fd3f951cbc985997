//! LP text as CPLEX defined it, as far as it holds a quadratic objective over 0/1 variables.
//!
//! Written: `Minimize`, linear terms, a bracket `[ ... ] / 2` with doubled coefficients, the constant as a number by itself,
//! and a `Binary` section with all variables in order. This is dimod's form; HiGHS reads it too. Gurobi's form of the
//! constant, a variable fixed to 1, is not used, because dimod takes it for an ordinary variable.
//!
//! Read: the same, with `Maximize` (negated and flagged), squares (`x^2 = x`), bounds 0 and 1, and comments. Constraints, other
//! variables and other bounds are errors. The variables are those of the `Binary` section, in its order.

mod reader;
#[cfg(test)]
mod tests;
mod tokens;

use std::io::Write;

pub(super) use reader::read;

use super::labels::Names;
use super::problem::Label;
use super::report::{WriteError, WriteNote, WriteReport};
use super::text::short_float;
use crate::model::{Bqm, Vartype};

/// Words that begin a section, in lower case, and what they begin.
const KEYWORDS: [(&str, Section); 30] = [
    ("minimize", Section::Minimize),
    ("minimise", Section::Minimize),
    ("minimum", Section::Minimize),
    ("min", Section::Minimize),
    ("maximize", Section::Maximize),
    ("maximise", Section::Maximize),
    ("maximum", Section::Maximize),
    ("max", Section::Maximize),
    ("subject", Section::Constraints),
    ("such", Section::Constraints),
    ("st", Section::Constraints),
    ("st.", Section::Constraints),
    ("s.t.", Section::Constraints),
    ("bounds", Section::Bounds),
    ("bound", Section::Bounds),
    ("binary", Section::Binary),
    ("binaries", Section::Binary),
    ("bin", Section::Binary),
    ("general", Section::General),
    ("generals", Section::General),
    ("gen", Section::General),
    ("integer", Section::General),
    ("integers", Section::General),
    ("int", Section::General),
    ("semi", Section::Other),
    ("semis", Section::Other),
    ("sos", Section::Other),
    ("sos1", Section::Other),
    ("sos2", Section::Other),
    ("end", Section::End),
];

/// Words that some reader takes for numbers or properties.
const RESERVED: [&str; 7] = ["free", "inf", "infinity", "nan", "to", "that", "obj"];

/// The parts of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Minimize,
    Maximize,
    Constraints,
    Bounds,
    Binary,
    General,
    Other,
    End,
}

impl Section {
    fn from_word(word: &str) -> Option<Self> {
        KEYWORDS.iter().find(|(keyword, _)| keyword.eq_ignore_ascii_case(word)).map(|&(_, section)| section)
    }
}

/// Whether a file may begin with this word.
pub(super) fn opens_file(word: &str) -> bool {
    matches!(Section::from_word(word), Some(Section::Minimize | Section::Maximize | Section::Constraints))
}

/// Whether all readers known to us take the name: letters, digits, `_` and `.`, not beginning like a number (`e` included).
fn is_legal(name: &str) -> bool {
    const LONGEST: usize = 255;
    name.len() <= LONGEST
        && name.starts_with(|first: char| (first.is_ascii_alphabetic() && !matches!(first, 'e' | 'E')) || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
        && Section::from_word(name).is_none()
        && !RESERVED.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// Writes terms and breaks lines between them.
struct Terms<'a> {
    out: &'a mut dyn Write,
    column: usize,
}

impl Terms<'_> {
    fn write(&mut self, term: &str) -> Result<(), WriteError> {
        const WIDTH: usize = 80;
        if self.column + 1 + term.len() > WIDTH {
            writeln!(self.out)?;
            self.column = 0;
        }
        write!(self.out, " {term}")?;
        self.column += 1 + term.len();
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), WriteError> {
        writeln!(self.out)?;
        self.column = 0;
        Ok(())
    }
}

/// `+ 1.5` or `- 2`: the sign stands apart.
fn signed(coefficient: f64) -> String {
    let sign = if coefficient.is_sign_negative() { '-' } else { '+' };
    format!("{sign} {}", short_float(coefficient.abs()))
}

/// Writes 0/1 models as they are and ±1 models converted.
pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    let bqm = &*super::as_vartype(bqm, Vartype::Binary, &mut report)?;
    let names = Names::new(labels, is_legal);
    if labels.is_some() && !names.keeps_labels() {
        report.notes.push(WriteNote::LabelsLeftOut);
    }
    writeln!(out, "Minimize")?;
    let mut terms = Terms { out, column: 0 };
    terms.write("obj:")?;
    for (variable, &bias) in bqm.linear().iter().enumerate().filter(|&(_, &bias)| bias != 0.0) {
        terms.write(&format!("{} {}", signed(bias), names.name(variable)))?;
    }
    if bqm.num_interactions() > 0 {
        terms.write("+ [")?;
        for (first, second, coefficient) in bqm.interactions() {
            let doubled = 2.0 * coefficient;
            if doubled.is_infinite() {
                return Err(WriteError::DoubledOverflow { coefficient, first, second });
            }
            terms.write(&format!("{} {} * {}", signed(doubled), names.name(first), names.name(second)))?;
        }
        terms.write("] / 2")?;
    }
    terms.write(&signed(bqm.offset()))?;
    terms.end_line()?;
    writeln!(terms.out, "Subject To")?;
    writeln!(terms.out, "Binary")?;
    for variable in 0..bqm.num_variables() {
        terms.write(&names.name(variable))?;
    }
    terms.end_line()?;
    writeln!(terms.out, "End")?;
    Ok(report)
}
