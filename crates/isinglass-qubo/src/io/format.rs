//! The table of formats: names, file endings, readers and writers.

use std::ffi::OsStr;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::str::FromStr;

use super::error::Fault;
use super::problem::{Label, ProblemFile, ReadOptions};
use super::report::{WriteError, WriteReport};
use super::{bqm_binary, coo, dimod_json, lp, mps, qbsolv};
use crate::model::Bqm;

/// A file format for models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Coordinate text, `.coo`: lines `i j bias`; vartype, offset and number of variables in comments. No labels.
    Coo,
    /// dimod's binary file, `.bqm`. Keeps everything.
    Bqm,
    /// dimod's `to_serializable()` JSON, `.json`. Keeps everything.
    DimodJson,
    /// qbsolv's text, `.qubo`. 0/1 only; offset in a comment; no labels.
    Qubo,
    /// CPLEX's LP text, `.lp`. 0/1 only; labels where they are legal names.
    Lp,
    /// Free-format MPS with `QUADOBJ`, `.mps`. 0/1 only; labels where they are legal names.
    Mps,
}

type Reader = fn(&[u8], &ReadOptions) -> Result<ProblemFile, Fault>;
type Writer = fn(&Bqm, Option<&[Label]>, &mut dyn Write) -> Result<WriteReport, WriteError>;

/// One line of the table.
pub(super) struct Entry {
    format: Format,
    name: &'static str,
    ending: &'static str,
    pub(super) read: Reader,
    pub(super) write: Writer,
}

#[rustfmt::skip]
const TABLE: [Entry; 6] = [
    Entry { format: Format::Coo, name: "coo", ending: "coo", read: coo::read, write: coo::write },
    Entry { format: Format::Bqm, name: "bqm", ending: "bqm", read: bqm_binary::read, write: bqm_binary::write },
    Entry { format: Format::DimodJson, name: "json", ending: "json", read: dimod_json::read, write: dimod_json::write },
    Entry { format: Format::Qubo, name: "qubo", ending: "qubo", read: qbsolv::read, write: qbsolv::write },
    Entry { format: Format::Lp, name: "lp", ending: "lp", read: lp::read, write: lp::write },
    Entry { format: Format::Mps, name: "mps", ending: "mps", read: mps::read, write: mps::write },
];

/// A name that no format has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no format is called `{name}`: known are {}", known_names())]
pub struct UnknownFormat {
    /// The name.
    pub name: String,
}

fn known_names() -> String {
    TABLE.map(|entry| entry.name).join(", ")
}

impl Format {
    /// All formats.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        TABLE.iter().map(|entry| entry.format)
    }

    pub(super) fn entry(self) -> &'static Entry {
        TABLE.iter().find(|entry| entry.format == self).expect("the table has a line for each format")
    }

    /// The name, which [`FromStr`] reads back.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The usual ending of file names, without the dot.
    #[must_use]
    pub fn ending(self) -> &'static str {
        self.entry().ending
    }

    /// The format that the ending of a file name stands for, in upper or lower case.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let ending = path.extension().and_then(OsStr::to_str)?;
        TABLE.iter().find(|entry| entry.ending.eq_ignore_ascii_case(ending)).map(|entry| entry.format)
    }

    /// A guess from the beginning of a file, for files whose name does not tell.
    ///
    /// A guess only: what begins like a format may still be none of it, which [`read`](super::read) will say.
    #[must_use]
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(bqm_binary::MAGIC) {
            return Some(Self::Bqm);
        }
        // a few lines are enough, and cutting a character in half at their end does no harm
        let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(1 << 16)]);
        let text = beginning.trim_start_matches('\u{feff}');
        let first_word = |line: &str| line.split_ascii_whitespace().next().map(str::to_ascii_lowercase);
        for word in text.lines().filter_map(first_word) {
            return match word.as_str() {
                "c" | "p" => Some(Self::Qubo),
                "name" | "rows" | "objsense" => Some(Self::Mps),
                _ if word.starts_with('{') => Some(Self::DimodJson),
                _ if word.starts_with('\\') || lp::opens_file(&word) => Some(Self::Lp),
                _ if word.starts_with('*') => Some(Self::Mps),
                _ if word.starts_with('#') => continue,
                _ if word.bytes().all(|byte| byte.is_ascii_digit()) => Some(Self::Coo),
                _ => None,
            };
        }
        // nothing but comments: a model without terms
        text.trim_start().starts_with('#').then_some(Self::Coo)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let unknown = || UnknownFormat { name: name.to_owned() };
        TABLE.iter().find(|entry| entry.name == name).map(|entry| entry.format).ok_or_else(unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for format in Format::all() {
            assert_eq!(format.name().parse(), Ok(format));
            assert_eq!(Format::from_path(Path::new(&format!("a.b.{}", format.ending().to_uppercase()))), Some(format));
        }
        insta::assert_snapshot!("xml".parse::<Format>().unwrap_err(), @"no format is called `xml`: known are coo, bqm, json, qubo, lp, mps");
    }

    #[test]
    fn a_name_without_a_known_ending_tells_nothing() {
        assert_eq!(Format::from_path(Path::new("problem")), None);
        assert_eq!(Format::from_path(Path::new("problem.txt")), None);
    }

    #[test]
    fn the_beginning_of_a_file_tells_its_format() {
        let cases: [(&[u8], Option<Format>); 12] = [
            (b"DIMODBQM\x02\x00", Some(Format::Bqm)),
            (b" \n {\"type\":", Some(Format::DimodJson)),
            (b"# vartype=SPIN\n0 1 2", Some(Format::Coo)),
            (b"# vartype=SPIN\n", Some(Format::Coo)),
            (b"0 1 2", Some(Format::Coo)),
            (b"c remark\np qubo 0 1 1 0", Some(Format::Qubo)),
            (b"\\ remark\nMinimize", Some(Format::Lp)),
            (b"maximise\n", Some(Format::Lp)),
            (b"* remark\nNAME", Some(Format::Mps)),
            (b"NAME", Some(Format::Mps)),
            (b"<xml>", None),
            (b"\xff\xfe", None),
        ];
        for (bytes, format) in cases {
            assert_eq!(Format::sniff(bytes), format, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
