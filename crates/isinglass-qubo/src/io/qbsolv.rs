//! qbsolv's `.qubo` text: 0/1 variables, counted from 0, to be minimised.
//!
//! `c` starts a comment. A line `p qubo 0 maxNodes nNodes nCouplers`, then `nNodes` lines `i i weight` and `nCouplers` lines
//! `i j weight` with `i < j`. The format has no offset: it stands in a comment `c offset: x`. Topologies other than `0` (or
//! `unconstrained`, which qbsolv itself refuses) are not read, and `0` is written.

use std::io::Write;

use super::error::{Fault, Feature, ReadCause, excerpt};
use super::problem::{Label, ProblemFile, ReadOptions};
use super::report::{WriteError, WriteNote, WriteReport};
use super::text::{Word, lines, short_float, utf8, words};
use crate::model::{Bqm, BqmBuilder, Vartype};

/// The `p` line.
struct Declared {
    num_variables: usize,
    nodes: u64,
    couplers: u64,
}

pub(super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    let text = utf8(bytes)?;
    let vartype = options.settle_vartype(Some(Vartype::Binary)).map_err(Fault::in_file)?;
    let mut offset = None;
    let mut file: Option<(Declared, BqmBuilder)> = None;
    let (mut nodes, mut couplers) = (0, 0);
    for (number, line) in lines(text) {
        let mut words = words(number, line);
        let Some(first) = words.next() else { continue };
        match (first.text, &mut file) {
            ("c", _) => {
                if let (Some("offset:"), Some(value)) = (words.next().map(|word| word.text), words.next()) {
                    let value = value.float()?;
                    if offset.is_some_and(|offset| offset != value) {
                        return Err(Fault::at_line(number, ReadCause::Conflict { what: "offset" }));
                    }
                    offset = Some(value);
                }
            }
            ("p", None) => {
                let declared = read_declaration(number, words)?;
                let builder = options.builder(vartype, declared.num_variables).map_err(Fault::in_file)?;
                file = Some((declared, builder));
            }
            (_, None) => return Err(no_declaration(&first)),
            (_, Some((declared, builder))) => {
                let (i, j, weight) = read_entry(&first, words, declared.num_variables)?;
                if i == j {
                    nodes += 1;
                    builder.add_linear(i, weight);
                } else {
                    couplers += 1;
                    builder.add_quadratic(i, j, weight);
                }
            }
        }
    }
    let Some((declared, mut builder)) = file else {
        return Err(Fault::in_file(ReadCause::Truncated { expected: "the line `p qubo ...`" }));
    };
    for (what, declared, found) in [("nodes", declared.nodes, nodes), ("couplers", declared.couplers, couplers)] {
        if declared != found {
            return Err(Fault::in_file(ReadCause::Count { what, declared, found }));
        }
    }
    builder.add_offset(offset.unwrap_or(0.0));
    Ok(ProblemFile::new(builder.build()?, None))
}

fn no_declaration(first: &Word<'_>) -> Fault {
    if first.text.eq_ignore_ascii_case("minimize") || first.text.eq_ignore_ascii_case("maximize") {
        return first.fault(ReadCause::Unsupported { feature: Feature::QuantagoniaFile, found: excerpt(first.text) });
    }
    first.unexpected("the line `p qubo ...`")
}

fn missing(line: usize, found: &str, expected: &'static str) -> Fault {
    Fault::at_line(line, ReadCause::Unexpected { found: excerpt(found), expected })
}

fn read_declaration<'a>(line: usize, mut words: impl Iterator<Item = Word<'a>>) -> Result<Declared, Fault> {
    let mut next = || words.next().ok_or_else(|| missing(line, "p", "`p qubo 0 maxNodes nNodes nCouplers`"));
    let kind = next()?;
    if kind.text != "qubo" {
        return Err(kind.unexpected("`qubo`"));
    }
    let topology = next()?;
    if !matches!(topology.text, "0" | "unconstrained") {
        let cause = ReadCause::Unsupported { feature: Feature::Topology, found: excerpt(topology.text) };
        return Err(topology.fault(cause));
    }
    let declared =
        Declared { num_variables: next()?.num_variables()?, nodes: next()?.count()?, couplers: next()?.count()? };
    match words.next() {
        Some(extra) => Err(extra.unexpected("the end of the line")),
        None => Ok(declared),
    }
}

fn read_entry<'a>(
    first: &Word<'a>,
    mut words: impl Iterator<Item = Word<'a>>,
    num_variables: usize,
) -> Result<(usize, usize, f64), Fault> {
    let mut next = || words.next().ok_or_else(|| missing(first.line, first.text, "`i j weight`"));
    let second = next()?;
    let (i, j) = (first.index_within(0, num_variables)?, second.index_within(0, num_variables)?);
    if j < i {
        return Err(second.unexpected("an index that is not below the first"));
    }
    let weight = next()?.float()?;
    match words.next() {
        Some(extra) => Err(extra.unexpected("the end of the line")),
        None => Ok((i, j, weight)),
    }
}

/// Writes 0/1 models unchanged and converts ±1 models.
pub(super) fn write(bqm: &Bqm, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<WriteReport, WriteError> {
    let mut report = WriteReport::default();
    let bqm = &*super::as_vartype(bqm, Vartype::Binary, &mut report)?;
    if labels.is_some() {
        report.notes.push(WriteNote::LabelsLeftOut);
    }
    if bqm.offset() != 0.0 {
        report.notes.push(WriteNote::OffsetInComment { offset: bqm.offset() });
    }
    let nodes = bqm.linear().iter().filter(|&&bias| bias != 0.0).count();
    writeln!(out, "c offset: {}", short_float(bqm.offset()))?;
    writeln!(out, "p qubo 0 {} {nodes} {}", bqm.num_variables(), bqm.num_interactions())?;
    for (variable, &bias) in bqm.linear().iter().enumerate().filter(|&(_, &bias)| bias != 0.0) {
        writeln!(out, "{variable} {variable} {}", short_float(bias))?;
    }
    for (first, second, bias) in bqm.interactions() {
        writeln!(out, "{first} {second} {}", short_float(bias))?;
    }
    Ok(report)
}

#[cfg(test)]
mod tests;
