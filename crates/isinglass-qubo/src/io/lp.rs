//! LP text as CPLEX defined it: mixed-integer programs are written, quadratic objectives over 0/1 variables read as well.
//!
//! Written: `Minimize`, linear terms, a bracket `[ ... ] / 2` with doubled coefficients, the constant as a number by itself,
//! rows `c0`, `c1`, ..., bounds where they are not the usual ones, and a `Binary` section with the binary variables in order. This
//! is dimod's form; HiGHS reads it too. Variables that occur nowhere have a zero in the objective, because SCIP does not know them
//! otherwise. Gurobi's form of the constant, a variable fixed to 1, is not used, because dimod takes it for an ordinary variable.
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
use super::report::{WriteError, WriteReport};
use super::text::short_float;
use crate::mip::{Mip, RowSense, Variable, VariableKind};
use crate::model::Bqm;

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

/// Writes 0/1 models unchanged and converts ±1 models.
pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    super::write_quadratic(bqm, labels, is_legal, write_mip, out)
}

/// Writes a program, with its own names where they are legal.
pub(super) fn write_mip(mip: &Mip, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    let names = Names::of_mip(mip, is_legal, &mut report);
    let mut terms = Terms { out, column: 0 };
    write_objective(mip, &names, &mut terms)?;
    writeln!(terms.out, "Subject To")?;
    for (index, row) in mip.rows().enumerate() {
        terms.write(&format!("c{index}:"))?;
        for (&variable, &coefficient) in row.variables.iter().zip(row.coefficients) {
            terms.write(&format!("{} {}", signed(coefficient), names.name(variable as usize)))?;
        }
        let sense = match row.sense {
            RowSense::LessEqual => "<=",
            RowSense::Equal => "=",
            RowSense::GreaterEqual => ">=",
        };
        terms.write(&format!("{sense} {}", short_float(row.right)))?;
        terms.end_line()?;
    }
    let variables = || mip.variables().iter().enumerate();
    let is_unusual = |variable: &Variable| {
        variable.kind != VariableKind::Binary && (variable.lower, variable.upper) != (0.0, f64::INFINITY)
    };
    if variables().any(|(_, variable)| is_unusual(variable)) {
        writeln!(terms.out, "Bounds")?;
    }
    for (index, variable) in variables().filter(|(_, variable)| is_unusual(variable)) {
        let bound = |value: f64| if value.is_infinite() { format!("{value}") } else { short_float(value) };
        writeln!(terms.out, " {} <= {} <= {}", bound(variable.lower), names.name(index), bound(variable.upper))?;
    }
    writeln!(terms.out, "Binary")?;
    for (index, _) in variables().filter(|(_, variable)| variable.kind == VariableKind::Binary) {
        terms.write(&names.name(index))?;
    }
    terms.end_line()?;
    if variables().any(|(_, variable)| variable.kind == VariableKind::Integer) {
        writeln!(terms.out, "General")?;
        for (index, _) in variables().filter(|(_, variable)| variable.kind == VariableKind::Integer) {
            terms.write(&names.name(index))?;
        }
        terms.end_line()?;
    }
    writeln!(terms.out, "End")?;
    Ok(report)
}

fn write_objective(mip: &Mip, names: &Names<'_>, terms: &mut Terms<'_>) -> Result<(), WriteError> {
    writeln!(terms.out, "Minimize")?;
    let mut occurs = vec![false; mip.num_variables()];
    mip.quadratic().for_each(|(first, second, _)| (occurs[first], occurs[second]) = (true, true));
    mip.rows().flat_map(|row| row.variables).for_each(|&variable| occurs[variable as usize] = true);
    terms.write("obj:")?;
    for (variable, &coefficient) in mip.linear().iter().enumerate() {
        if coefficient != 0.0 || !occurs[variable] {
            terms.write(&format!("{} {}", signed(coefficient), names.name(variable)))?;
        }
    }
    if !mip.is_linear() {
        terms.write("+ [")?;
        for (first, second, coefficient) in mip.quadratic() {
            let doubled = 2.0 * coefficient;
            if doubled.is_infinite() {
                return Err(WriteError::DoubledOverflow { coefficient, first, second });
            }
            terms.write(&format!("{} {} * {}", signed(doubled), names.name(first), names.name(second)))?;
        }
        terms.write("] / 2")?;
    }
    terms.write(&signed(mip.offset()))?;
    terms.end_line()
}
