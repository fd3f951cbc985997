//! The reader: one part after the other, each with its count.

use std::collections::HashSet;

use super::super::error::{Fault, Feature, ReadCause, excerpt};
use super::super::labels;
use super::super::problem::{Label, ProblemFile, ReadOptions, Sense};
use super::super::text::{Word, lines, utf8, words};
use super::{Kind, content, sense_from_word};
use crate::model::{BqmBuilder, Vartype};

/// Lines that are neither blank nor comments.
struct Lines<I> {
    lines: I,
}

impl<'a, I: Iterator<Item = (usize, &'a str)>> Lines<I> {
    fn rest(&mut self) -> Option<(usize, &'a str)> {
        self.lines.next()
    }

    /// The next line, which must be there, with exactly `N` words.
    fn next<const N: usize>(&mut self, expected: &'static str) -> Result<[Word<'a>; N], Fault> {
        let (number, line) = self.lines.next().ok_or_else(|| Fault::in_file(ReadCause::Truncated { expected }))?;
        let found: Vec<Word<'a>> = words(number, line).take(N + 1).collect();
        <[Word<'a>; N]>::try_from(found)
            .map_err(|_| Fault::at_line(number, ReadCause::Unexpected { found: excerpt(line.trim()), expected }))
    }

    fn word(&mut self, expected: &'static str) -> Result<Word<'a>, Fault> {
        self.next::<1>(expected).map(|[word]| word)
    }

    /// A default, a count, and so many lines of an index with another value: all values, `None` for the default.
    fn vector(&mut self, expected: &'static str, num_variables: usize) -> Result<(f64, Vec<(usize, f64)>), Fault> {
        let default = self.word(expected)?.float()?;
        let count = self.word("the number of other values")?.count()?;
        let mut others: Vec<(usize, f64)> = Vec::new();
        let mut is_given = HashSet::new();
        for _ in 0..count {
            let [index, value] = self.next("an index and a number")?;
            let variable = index.index_within(1, num_variables)?;
            if !is_given.insert(variable) {
                return Err(index.fault(ReadCause::GivenTwice { what: "the value of a variable" }));
            }
            others.push((variable, value.float()?));
        }
        Ok((default, others))
    }
}

pub(in super::super) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    let text = utf8(bytes)?;
    let vartype = options.settle_vartype(Some(Vartype::Binary)).map_err(Fault::in_file)?;
    let without_comments = lines(text).map(|(number, line)| (number, content(line)));
    let mut lines = Lines { lines: without_comments.filter(|(_, line)| !line.trim().is_empty()) };
    lines.rest().ok_or_else(|| Fault::in_file(ReadCause::Truncated { expected: "the name of the problem" }))?;
    let is_quadratic = read_kind(&lines.word("a type such as QBN")?)?;
    let sense = lines.word("`minimize` or `maximize`")?;
    let sense = sense_from_word(sense.text).ok_or_else(|| sense.unexpected("`minimize` or `maximize`"))?;
    let sign = if sense == Sense::Maximize { -1.0 } else { 1.0 };
    let num_variables = lines.word("the number of variables")?.num_variables()?;

    let mut builder = options.builder(vartype, num_variables).map_err(Fault::in_file)?;
    if is_quadratic {
        read_triangle(&mut lines, num_variables, sign, &mut builder)?;
    }
    let (default, others) = lines.vector("the default linear coefficient", num_variables)?;
    add_linear(&mut builder, sign, default, &others);
    builder.add_offset(sign * lines.word("the constant of the objective")?.float()?);

    let infinity = lines.word("the value that stands for infinity")?;
    if infinity.text.parse::<f64>().is_err() {
        return Err(infinity.unexpected("the value that stands for infinity"));
    }
    lines.vector("the default starting value", num_variables)?;
    lines.vector("the default starting value of bound multipliers", num_variables)?;
    let labels = read_names(&mut lines, num_variables)?;
    read_end(&mut lines)?;
    Ok(ProblemFile { maximized: sense == Sense::Maximize, ..ProblemFile::new(builder.build()?, labels) })
}

/// Whether there is a quadratic part.
fn read_kind(word: &Word<'_>) -> Result<bool, Fault> {
    let refused = |feature| Err(word.fault(ReadCause::Unsupported { feature, found: format!("type {}", word.text) }));
    match Kind::from_letters(word.text) {
        Some(Kind::Readable { is_quadratic }) => Ok(is_quadratic),
        Some(Kind::OtherVariables) => refused(Feature::OtherVariable),
        Some(Kind::Constrained) => refused(Feature::Constraint),
        None => Err(word.unexpected("a type such as QBN")),
    }
}

fn read_triangle<'a>(
    lines: &mut Lines<impl Iterator<Item = (usize, &'a str)>>,
    num_variables: usize,
    sign: f64,
    builder: &mut BqmBuilder,
) -> Result<(), Fault> {
    let count = lines.word("the number of entries of Q")?.count()?;
    let mut seen = HashSet::new();
    for _ in 0..count {
        let [row, column, value] = lines.next("an entry `i j value` of Q")?;
        let (i, j) = (row.index_within(1, num_variables)?, column.index_within(1, num_variables)?);
        if j > i {
            return Err(column.unexpected("an index that is not above the first (the lower triangle)"));
        }
        if !seen.insert((i, j)) {
            let (first, second) = (row.text.to_owned(), column.text.to_owned());
            return Err(row.fault(ReadCause::PairTwice { first, second }));
        }
        let value = sign * value.float()?;
        if i == j {
            builder.add_linear(i, 0.5 * value);
        } else {
            builder.add_quadratic(i, j, value);
        }
    }
    Ok(())
}

fn add_linear(builder: &mut BqmBuilder, sign: f64, default: f64, others: &[(usize, f64)]) {
    let mut linear = vec![default; builder.num_variables()];
    for &(variable, value) in others {
        linear[variable] = value;
    }
    for (variable, value) in linear.into_iter().enumerate() {
        builder.add_linear(variable, sign * value);
    }
}

/// The names as labels; variables without one are called `x1`, `x2`, ... as they are numbered.
fn read_names<'a>(
    lines: &mut Lines<impl Iterator<Item = (usize, &'a str)>>,
    num_variables: usize,
) -> Result<Option<Vec<Label>>, Fault> {
    let count = lines.word("the number of names of variables")?.count()?;
    if count == 0 {
        return Ok(None);
    }
    let mut names = vec![None; num_variables];
    for _ in 0..count {
        let [index, name] = lines.next("an index and a name")?;
        let variable = index.index_within(1, num_variables)?;
        if names[variable].replace(name.text).is_some() {
            return Err(index.fault(ReadCause::GivenTwice { what: "the name of a variable" }));
        }
    }
    let label = |(variable, name): (usize, Option<&str>)| {
        Label::Text(name.map_or_else(|| format!("x{}", variable + 1), str::to_owned))
    };
    let names: Vec<Label> = names.into_iter().enumerate().map(label).collect();
    match labels::duplicate(&names) {
        Some(label) => Err(Fault::in_file(ReadCause::DuplicateLabel { label: label.clone() })),
        None => Ok(Some(names)),
    }
}

/// The number of names of constraints, which some writers leave out, and nothing after it.
fn read_end<'a>(lines: &mut Lines<impl Iterator<Item = (usize, &'a str)>>) -> Result<(), Fault> {
    let trailing =
        |number, line: &str| Err(Fault::at_line(number, ReadCause::Trailing { found: excerpt(line.trim()) }));
    match lines.rest() {
        Some((number, line)) if line.trim() != "0" => trailing(number, line),
        _ => match lines.rest() {
            Some((number, line)) => trailing(number, line),
            None => Ok(()),
        },
    }
}
