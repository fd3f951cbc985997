//! The table of formats: names, file endings, readers and writers.

use std::ffi::OsStr;
use std::fmt;
use std::io::Write;
use std::path::Path;
use std::str::FromStr;

use super::error::Fault;
use super::problem::{Label, ProblemFile, ReadOptions};
use super::report::{WriteError, WriteReport};
use super::{bqm_binary, bqpjson, coo, dimod_json, lp, mps, qbsolv, qplib, qubist, rudy, sparse};
use crate::model::{Bqm, Vartype};

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
    /// Sparse QUBO text of Biq Mac, Beasley and QOBLIB, `.sparse`, `.bq`, `.qs`: entries off the diagonal count twice. 0/1 only;
    /// offset in a comment; no labels. The only format whose copies differ in [`ReadOptions::sense`].
    Sparse,
    /// Max-cut graphs as rudy writes them, `.rud`, `.mc`, `.gset`. ±1 only; no linear biases, no offset, no labels.
    Rudy,
    /// Qubist text, `.qh`. ±1 only; no offset, no labels.
    Qubist,
    /// bqpjson 1.0.0, `.bqpjson`, `.json`. Labels where they are natural numbers.
    Bqpjson,
    /// QPLIB text, `.qplib`. 0/1 only; labels where they are legal names.
    Qplib,
}

type Reader = fn(&[u8], &ReadOptions) -> Result<ProblemFile, Fault>;
type Writer = fn(&Bqm, Option<&[Label]>, &mut dyn Write) -> Result<WriteReport, WriteError>;

/// One line of the table.
pub(super) struct Entry {
    format: Format,
    name: &'static str,
    endings: &'static [&'static str],
    pub(super) read: Reader,
    pub(super) write: Writer,
}

#[rustfmt::skip]
const TABLE: [Entry; 11] = [
    Entry { format: Format::Coo, name: "coo", endings: &["coo"], read: coo::read, write: coo::write },
    Entry { format: Format::Bqm, name: "bqm", endings: &["bqm"], read: bqm_binary::read, write: bqm_binary::write },
    Entry { format: Format::DimodJson, name: "json", endings: &["json"], read: dimod_json::read, write: dimod_json::write },
    Entry { format: Format::Qubo, name: "qubo", endings: &["qubo"], read: qbsolv::read, write: qbsolv::write },
    Entry { format: Format::Lp, name: "lp", endings: &["lp"], read: lp::read, write: lp::write },
    Entry { format: Format::Mps, name: "mps", endings: &["mps"], read: mps::read, write: mps::write },
    Entry { format: Format::Sparse, name: "sparse", endings: &["sparse", "bq", "qs"], read: sparse::read, write: sparse::write },
    Entry { format: Format::Rudy, name: "rudy", endings: &["rud", "mc", "gset"], read: rudy::read, write: rudy::write },
    Entry { format: Format::Qubist, name: "qubist", endings: &["qh"], read: qubist::read, write: qubist::write },
    Entry { format: Format::Bqpjson, name: "bqpjson", endings: &["bqpjson", "json"], read: bqpjson::read, write: bqpjson::write },
    Entry { format: Format::Qplib, name: "qplib", endings: &["qplib"], read: qplib::read, write: qplib::write },
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

    /// The name. [`FromStr`] reads it back, and takes endings too.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The usual ending of file names, without the dot.
    #[must_use]
    pub fn ending(self) -> &'static str {
        self.entry().endings[0]
    }

    /// All endings of file names of this format, without the dot.
    #[must_use]
    pub fn endings(self) -> &'static [&'static str] {
        self.entry().endings
    }

    /// The values that variables take in this format; `None` where a file holds either.
    #[must_use]
    pub fn vartype(self) -> Option<Vartype> {
        match self {
            Self::Coo | Self::Bqm | Self::DimodJson | Self::Bqpjson => None,
            Self::Qubo | Self::Lp | Self::Mps | Self::Sparse | Self::Qplib => Some(Vartype::Binary),
            Self::Rudy | Self::Qubist => Some(Vartype::Spin),
        }
    }

    /// The format that the ending of a file name stands for, in upper or lower case; the first of [`Format::all`] where
    /// several share it (`.json`).
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        Self::with_ending_of(path).next()
    }

    /// The format of a file: the one that its ending stands for or, where that tells too little, its beginning.
    #[must_use]
    pub fn detect(path: &Path, bytes: &[u8]) -> Option<Self> {
        let by_ending: Vec<Self> = Self::with_ending_of(path).collect();
        match by_ending.as_slice() {
            [] => Self::sniff(bytes),
            [only] => Some(*only),
            [first, ..] => Self::sniff(bytes).filter(|guess| by_ending.contains(guess)).or(Some(*first)),
        }
    }

    fn with_ending_of(path: &Path) -> impl Iterator<Item = Self> {
        let ending = path.extension().and_then(OsStr::to_str);
        let has_ending = move |entry: &&Entry| {
            ending.is_some_and(|ending| entry.endings.iter().any(|known| known.eq_ignore_ascii_case(ending)))
        };
        TABLE.iter().filter(has_ending).map(|entry| entry.format)
    }

    /// A guess from the beginning of a file, for files whose name does not tell.
    ///
    /// Graphs of max-cut, sparse QUBO text and Qubist text begin alike, with two counts, and are not guessed.
    /// A guess only: what begins like a format may still be none of it, which [`read`](super::read) will say.
    #[must_use]
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(bqm_binary::MAGIC) {
            return Some(Self::Bqm);
        }
        // a few lines are enough, and cutting a character in half at their end does no harm
        let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(1 << 16)]);
        let text = beginning.trim_start_matches('\u{feff}');
        if qplib::opens_file(text) {
            return Some(Self::Qplib);
        }
        let first_word = |line: &str| line.split_ascii_whitespace().next().map(str::to_ascii_lowercase);
        for line in text.lines() {
            let Some(word) = first_word(line) else { continue };
            return match word.as_str() {
                "c" | "p" => Some(Self::Qubo),
                "name" | "rows" | "objsense" => Some(Self::Mps),
                _ if word.starts_with('{') && text.contains("\"variable_domain\"") => Some(Self::Bqpjson),
                _ if word.starts_with('{') => Some(Self::DimodJson),
                _ if word.starts_with('\\') || lp::opens_file(&word) => Some(Self::Lp),
                _ if word.starts_with('*') => Some(Self::Mps),
                _ if word.starts_with('#') && line.contains(sparse::OFFSET) => Some(Self::Sparse),
                _ if word.starts_with('#') => continue,
                // two counts begin three formats that mean different things by the same lines
                _ if line.split_ascii_whitespace().count() == 2 => None,
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
        let by_name = TABLE.iter().find(|entry| entry.name == name);
        let by_ending = || TABLE.iter().find(|entry| entry.endings.contains(&name));
        by_name.or_else(by_ending).map(|entry| entry.format).ok_or_else(unknown)
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
        insta::assert_snapshot!("xml".parse::<Format>().unwrap_err(), @"no format is called `xml`: known are coo, bqm, json, qubo, lp, mps, sparse, rudy, qubist, bqpjson, qplib");
    }

    #[test]
    fn every_ending_is_known_and_serves_as_a_name() {
        let with_endings = TABLE.iter().flat_map(|entry| entry.endings.iter().map(|&ending| (entry.format, ending)));
        for (format, ending) in with_endings.filter(|&(_, ending)| ending != "json") {
            assert_eq!(Format::from_path(Path::new(&format!("G1.{ending}"))), Some(format));
            assert_eq!(ending.parse(), Ok(format));
        }
    }

    #[test]
    fn an_ending_of_two_formats_is_settled_by_the_content() {
        let (dimod, bqpjson) = (b"{\"type\": 1}", b"{\"variable_domain\": 1}");
        assert_eq!(Format::detect(Path::new("a.json"), dimod), Some(Format::DimodJson));
        assert_eq!(Format::detect(Path::new("a.json"), bqpjson), Some(Format::Bqpjson));
        assert_eq!(Format::detect(Path::new("a.json"), b"0 1 1"), Some(Format::DimodJson));
        assert_eq!(Format::detect(Path::new("a.bqpjson"), dimod), Some(Format::Bqpjson));
        assert_eq!(Format::detect(Path::new("a"), bqpjson), Some(Format::Bqpjson));
        assert_eq!(Format::detect(Path::new("G1"), b"800 19176\n"), None);
        assert_eq!(Format::from_path(Path::new("a.json")), Some(Format::DimodJson));
    }

    #[test]
    fn a_name_without_a_known_ending_tells_nothing() {
        assert_eq!(Format::from_path(Path::new("problem")), None);
        assert_eq!(Format::from_path(Path::new("problem.txt")), None);
    }

    #[test]
    fn the_beginning_of_a_file_tells_its_format() {
        let cases: [(&[u8], Option<Format>); 18] = [
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
            (b"# remark\n# ObjectiveOffset 0\n3 1\n1 1 1", Some(Format::Sparse)),
            (b"name\nQBN # type\nmaximize\n", Some(Format::Qplib)),
            (b"a name\nQBN # type\nprecisely\n", None),
            (b"{\"id\": 0, \"variable_domain\": \"spin\"}", Some(Format::Bqpjson)),
            (b"# remark\n3 1\n1 2 1", None),
            (b"800 19176 \n1 560 1", None),
            (b"<xml>", None),
            (b"\xff\xfe", None),
        ];
        for (bytes, format) in cases {
            assert_eq!(Format::sniff(bytes), format, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
