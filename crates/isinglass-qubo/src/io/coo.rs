//! Coordinate text (dimod's COO): a line `i j bias` for each term, linear where `i = j`.
//!
//! Comments `# key=value` (or `# key: value`) hold what the lines cannot: `vartype`, `offset`, `num_variables` (for
//! isolated variables at the end), and `optimum` where the least energy is known. dimod knows only the first. Duplicate terms add up, and `(i, j)` is `(j, i)`. dimod skips
//! numbers with an exponent without a word, so they are read here but never written.

use std::io::Write;

use super::error::{Fault, ReadCause, excerpt};
use super::problem::{Label, ProblemFile, ReadOptions};
use super::report::{WriteError, WriteNote, WriteReport};
use super::text::{Word, lines, utf8, words};
use crate::model::{Bqm, Vartype};

/// What the comments say.
#[derive(Default)]
struct Header {
    vartype: Option<Vartype>,
    offset: Option<f64>,
    num_variables: Option<usize>,
    optimum: Option<f64>,
}

pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    let text = utf8(bytes)?;
    let mut header = Header::default();
    let mut terms = Vec::new();
    let mut needed = 0;
    for (number, line) in lines(text) {
        if let Some(comment) = line.trim_start().strip_prefix('#') {
            header.read_comment(number, comment)?;
            continue;
        }
        if let Some((first, second, bias)) = read_term(number, line)? {
            terms.push((first, second, bias));
            needed = needed.max(first.max(second) + 1);
            check_range(number, needed, header.num_variables)?;
        }
    }
    let vartype = options.settle_vartype(header.vartype).map_err(Fault::in_file)?;
    if let Some(num_variables) = header.num_variables.filter(|&declared| declared < needed) {
        // declared after the terms, so that no single line is wrong
        return Err(Fault::in_file(ReadCause::IndexOutOfRange { index: needed as i64 - 1, num_variables, base: 0 }));
    }
    let mut builder = options.builder(vartype, header.num_variables.unwrap_or(needed)).map_err(Fault::in_file)?;
    builder.add_offset(header.offset.unwrap_or(0.0));
    for (first, second, bias) in terms {
        if first == second {
            builder.add_linear(first, bias);
        } else {
            builder.add_quadratic(first, second, bias);
        }
    }
    Ok(ProblemFile { optimum: header.optimum, ..ProblemFile::new(builder.build()?, None) })
}

fn check_range(line: usize, needed: usize, declared: Option<usize>) -> Result<(), Fault> {
    match declared {
        Some(num_variables) if needed > num_variables => {
            Err(Fault::at_line(line, ReadCause::IndexOutOfRange { index: needed as i64 - 1, num_variables, base: 0 }))
        }
        _ => Ok(()),
    }
}

/// The term of a line, `None` for a blank one.
fn read_term(number: usize, line: &str) -> Result<Option<(usize, usize, f64)>, Fault> {
    let mut words = words(number, line);
    let Some(first) = words.next() else { return Ok(None) };
    let first = first.index()?;
    let cut = |expected| Fault::at_line(number, ReadCause::Unexpected { found: excerpt(line.trim()), expected });
    let second = words.next().ok_or_else(|| cut("`i j bias`"))?.index()?;
    let bias = words.next().ok_or_else(|| cut("`i j bias`"))?.float()?;
    match words.next() {
        Some(extra) => Err(extra.unexpected("the end of the line")),
        None => Ok(Some((first, second, bias))),
    }
}

impl Header {
    /// Reads `key=value` where the key is known; everything else is a remark.
    fn read_comment(&mut self, line: usize, comment: &str) -> Result<(), Fault> {
        let Some((key, value)) = comment.split_once(['=', ':']) else { return Ok(()) };
        // a place inside the comment would need the columns of what was trimmed; the line is enough
        let word = Word { text: value.trim(), line, column: 1 };
        let in_line = |fault: Fault| Fault::at_line(line, fault.cause);
        let twice = |what| Fault::at_line(line, ReadCause::Conflict { what });
        match key.trim() {
            "vartype" => {
                let vartype = match word.text {
                    "SPIN" => Vartype::Spin,
                    "BINARY" => Vartype::Binary,
                    _ => return Err(in_line(word.unexpected("SPIN or BINARY"))),
                };
                set_once(&mut self.vartype, vartype).map_err(|()| twice("vartype"))
            }
            "offset" => set_once(&mut self.offset, word.float().map_err(in_line)?).map_err(|()| twice("offset")),
            "optimum" => set_once(&mut self.optimum, word.float().map_err(in_line)?).map_err(|()| twice("optimum")),
            "num_variables" => set_once(&mut self.num_variables, word.num_variables().map_err(in_line)?)
                .map_err(|()| twice("num_variables")),
            _ => Ok(()),
        }
    }
}

/// Fails when there is another value already.
fn set_once<T: PartialEq + Copy>(slot: &mut Option<T>, value: T) -> Result<(), ()> {
    match *slot.get_or_insert(value) == value {
        true => Ok(()),
        false => Err(()),
    }
}

pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    if labels.is_some() {
        report.notes.push(WriteNote::LabelsLeftOut);
    }
    if bqm.offset() != 0.0 {
        report.notes.push(WriteNote::OffsetInComment { offset: bqm.offset() });
    }
    writeln!(out, "# vartype={}", bqm.vartype().name())?;
    writeln!(out, "# offset={}", bqm.offset())?;
    writeln!(out, "# num_variables={}", bqm.num_variables())?;
    for (first, &bias) in bqm.linear().iter().enumerate() {
        // a zero keeps an isolated variable in dimod, which knows variables only from their terms
        if bias != 0.0 || bqm.degree(first) == 0 {
            writeln!(out, "{first} {first} {bias}")?;
        }
        let (neighbors, biases) = bqm.neighborhood(first);
        for (&second, bias) in neighbors.iter().zip(biases).filter(|&(&second, _)| second as usize > first) {
            writeln!(out, "{first} {second} {bias}")?;
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
