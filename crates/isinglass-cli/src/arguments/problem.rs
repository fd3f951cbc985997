//! A QUBO or Ising problem from a file or from standard input.

mod checksummed;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use isinglass_qubo::Vartype;
use isinglass_qubo::io::{self, Format, ProblemFile, ReadOptions, Sense};

use crate::failure::Failure;
use crate::files::{input_name, is_standard, read_input, unknown_ending};
use crate::{memory, progress};

/// Which problem.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Problem")]
pub(crate) struct ProblemArguments {
    /// QUBO or Ising file; `-` is standard input
    pub(crate) file: PathBuf,
    /// Format of the file: coo, bqm, json, qubo, lp, mps, sparse, rudy (G1 of the Gset), qubist, bqpjson or
    /// qplib [default: from the name, else from the content]
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    pub(crate) format: Option<Format>,
    /// Values of the variables, for files that do not say: 0/1 or -1/+1
    #[arg(long, value_name = "VARTYPE", ignore_case = true)]
    pub(crate) vartype: Option<VartypeName>,
    /// What the file asks for, where copies of a format differ (sparse, a minimum unless told otherwise)
    #[arg(long, value_name = "SENSE", ignore_case = true)]
    pub(crate) sense: Option<SenseName>,
}

/// What a problem asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SenseName {
    /// The least value.
    #[value(help = None)]
    Min,
    /// The largest value.
    #[value(help = None)]
    Max,
}

/// The values of the variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VartypeName {
    /// 0 and 1.
    #[value(help = None)]
    Binary,
    /// -1 and +1.
    #[value(help = None)]
    Spin,
}

/// A problem, and where it is from.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// The path, `-` for standard input.
    pub(crate) source: String,
    /// The format it was in.
    pub(crate) format: Format,
    /// The model and the names of its variables.
    pub(crate) file: ProblemFile,
}

impl Problem {
    /// The name of its file, without folders.
    pub(crate) fn name(&self) -> &str {
        match Path::new(&self.source) {
            path if is_standard(path) => "standard input",
            path => path.file_name().and_then(|name| name.to_str()).unwrap_or(&self.source),
        }
    }
}

impl VartypeName {
    /// The library's word for it.
    pub(crate) fn vartype(self) -> Vartype {
        match self {
            Self::Binary => Vartype::Binary,
            Self::Spin => Vartype::Spin,
        }
    }
}

/// Reads the name of a problem format.
pub(crate) fn parse_format(text: &str) -> Result<Format, io::UnknownFormat> {
    text.parse()
}

/// The format that a problem is written in: the one named, else that of the ending.
///
/// # Errors
/// A [`Failure`] when neither tells it.
pub(crate) fn written_format(path: &Path, named: Option<Format>) -> Result<Format, Failure> {
    named.or_else(|| Format::from_path(path)).ok_or_else(|| {
        if is_standard(path) {
            let names = Format::all().map(Format::name).collect::<Vec<_>>().join(", ");
            let hint = format!("name the format with --to: {names}");
            return Failure::input("the format of standard output is not specified").with_hint(hint);
        }
        let mut endings: Vec<&str> = Format::all().flat_map(Format::endings).copied().collect();
        endings.sort_unstable();
        endings.dedup();
        unknown_ending(path, &endings)
    })
}

impl ProblemArguments {
    /// The file or standard input, whole; may be asked for again.
    ///
    /// # Errors
    /// A [`Failure`] when it cannot be read.
    pub(crate) fn bytes(&self) -> Result<Cow<'static, [u8]>, Failure> {
        read_input(&self.file, "problem")
    }

    /// Reads the problem.
    ///
    /// # Errors
    /// A [`Failure`] when the file cannot be read, its format is not known, or it holds no problem.
    pub(crate) fn read(&self) -> Result<Problem, Failure> {
        let cannot = |failure: Failure| failure.context(format!("cannot read {}", input_name(&self.file)));
        let _bar = progress::stage("reading");
        let bytes = self.bytes()?;
        let format = self.format.or_else(|| Format::detect(&self.file, &bytes));
        let format = format.ok_or_else(|| cannot(self.unknown_format(&bytes)))?;
        let vartype = self.vartype.map(VartypeName::vartype);
        let sense = self.sense.map(|sense| match sense {
            SenseName::Min => Sense::Minimize,
            SenseName::Max => Sense::Maximize,
        });
        let memory_limit = memory::available();
        let file = io::read(&bytes, format, &ReadOptions { vartype, sense, memory_limit })
            .map_err(|error| cannot(checksummed::failure(&bytes).unwrap_or_else(|| Failure::from(error))))?;
        Ok(Problem { source: self.file.display().to_string(), format, file })
    }

    /// Why neither name nor content tells the format.
    fn unknown_format(&self, bytes: &[u8]) -> Failure {
        let cause = match bytes {
            [] => return Failure::input("nothing in it"),
            [0x1f, 0x8b, ..] => {
                return Failure::input("it is compressed with gzip")
                    .with_hint("decompress it first, as in `gunzip -c FILE | isinglass solve -`");
            }
            _ if is_standard(&self.file) => "its content does not tell the format",
            _ => "neither its name nor its content tells the format",
        };
        let names: Vec<&str> = Format::all().map(Format::name).collect();
        let hint = format!("name the format with --format: {}", names.join(", "));
        Failure::input(cause).with_hint(hint).with_possible_values(names)
    }
}
