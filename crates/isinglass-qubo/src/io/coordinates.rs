//! Text of coordinates: a line `n m`, then `m` lines `i j value`, the body that three formats share.
//!
//! `#` starts a comment line, and blank lines do not count. No pair may come twice, in either order: whether such terms add
//! up, or are both halves of a symmetric matrix, is nowhere said.

use super::error::{Fault, ReadCause, excerpt};
use super::text::{Word, lines, words};

/// A line `i j value`, its variables counted from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) first: usize,
    pub(super) second: usize,
    pub(super) value: f64,
    line: usize,
}

impl Entry {
    /// A fault in the line of this entry.
    pub(super) fn fault(&self, cause: ReadCause) -> Fault {
        Fault::at_line(self.line, cause)
    }
}

/// What the lines hold.
#[derive(Debug)]
pub(super) struct Coordinates {
    pub(super) num_variables: usize,
    pub(super) entries: Vec<Entry>,
}

/// Reads the lines; the file counts its variables from `base`. Comments are handed over with their line, without the `#`.
pub(super) fn read(
    text: &str,
    base: usize,
    mut comment: impl FnMut(usize, &str) -> Result<(), Fault>,
) -> Result<Coordinates, Fault> {
    let mut header = None;
    let mut entries = Vec::new();
    for (number, line) in lines(text) {
        if let Some(remark) = line.trim_start().strip_prefix('#') {
            comment(number, remark)?;
            continue;
        }
        let mut words = words(number, line);
        let Some(first) = words.next() else { continue };
        match header {
            None => header = Some(read_header(&first, words, line)?),
            Some((num_variables, _)) => entries.push(read_entry(&first, words, line, base, num_variables)?),
        }
    }
    let Some((num_variables, declared)) = header else {
        return Err(Fault::in_file(ReadCause::Truncated { expected: "a line with two counts" }));
    };
    let found = entries.len() as u64;
    if declared != found {
        return Err(Fault::in_file(ReadCause::Count { what: "lines `i j value`", declared, found }));
    }
    check_pairs_differ(&entries, base)?;
    Ok(Coordinates { num_variables, entries })
}

fn cut(first: &Word<'_>, line: &str, expected: &'static str) -> Fault {
    Fault::at_line(first.line, ReadCause::Unexpected { found: excerpt(line.trim()), expected })
}

fn read_header<'a>(
    first: &Word<'a>,
    mut words: impl Iterator<Item = Word<'a>>,
    line: &str,
) -> Result<(usize, u64), Fault> {
    const EXPECTED: &str = "a line with two counts, of variables and of lines after it,";
    let num_variables = first.num_variables()?;
    let declared = words.next().ok_or_else(|| cut(first, line, EXPECTED))?.count()?;
    match words.next() {
        Some(_) => Err(cut(first, line, EXPECTED)),
        None => Ok((num_variables, declared)),
    }
}

fn read_entry<'a>(
    word: &Word<'a>,
    mut words: impl Iterator<Item = Word<'a>>,
    line: &str,
    base: usize,
    num_variables: usize,
) -> Result<Entry, Fault> {
    let first = word.index_within(base, num_variables)?;
    let mut next = || words.next().ok_or_else(|| cut(word, line, "`i j value`"));
    let second = next()?.index_within(base, num_variables)?;
    let value = next()?.float()?;
    match words.next() {
        Some(extra) => Err(extra.unexpected("the end of the line")),
        None => Ok(Entry { first, second, value, line: word.line }),
    }
}

fn check_pairs_differ(entries: &[Entry], base: usize) -> Result<(), Fault> {
    let mut pairs: Vec<(usize, usize, usize)> = entries
        .iter()
        .map(|entry| (entry.first.min(entry.second), entry.first.max(entry.second), entry.line))
        .collect();
    pairs.sort_unstable();
    let again = pairs.windows(2).filter(|two| (two[0].0, two[0].1) == (two[1].0, two[1].1)).map(|two| two[1]);
    // the first line in the file, not the smallest pair
    match again.min_by_key(|&(_, _, line)| line) {
        None => Ok(()),
        Some((first, second, line)) => {
            let (first, second) = ((first + base).to_string(), (second + base).to_string());
            Err(Fault::at_line(line, ReadCause::PairTwice { first, second }))
        }
    }
}
