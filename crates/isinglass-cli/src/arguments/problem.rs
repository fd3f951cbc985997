//! A QUBO or Ising problem from a file or from standard input.

mod sealed;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use isinglass_qubo::Vartype;
use isinglass_qubo::io::{self, Format, ProblemFile, ReadOptions, Sense};

use crate::failure::Failure;
use crate::files::{read_bytes, read_standard_input};
use crate::{memory, progress};

/// What stands for standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// Which problem.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Problem")]
pub(crate) struct ProblemArguments {
    /// QUBO or Ising file; `-` is standard input and needs --format
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
        Path::new(&self.source).file_name().and_then(|name| name.to_str()).unwrap_or(&self.source)
    }
}

fn parse_format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|error: io::UnknownFormat| error.to_string())
}

impl ProblemArguments {
    /// Reads the problem.
    ///
    /// # Errors
    /// A [`Failure`] when the file cannot be read, its format is not known, or it holds no problem.
    pub(crate) fn read(&self) -> Result<Problem, Failure> {
        let source = self.file.display().to_string();
        let is_standard_input = self.file == Path::new(STANDARD_INPUT);
        let shown = if is_standard_input { "standard input" } else { source.as_str() };
        let cannot = |failure: Failure| failure.context(format!("cannot read {shown}"));
        let unknown_format = |message: &str| {
            let names = Format::all().map(Format::name).collect::<Vec<_>>().join(", ");
            cannot(Failure::input(message)).with_hint(format!("name the format with --format: {names}"))
        };
        if is_standard_input && self.format.is_none() {
            return Err(unknown_format("it has no name that tells its format"));
        }
        let _bar = progress::stage("reading");
        let bytes = if is_standard_input { read_standard_input() } else { read_bytes(&self.file) };
        let bytes = bytes?;
        let format = self.format.or_else(|| Format::detect(&self.file, &bytes));
        let format = format.ok_or_else(|| unknown_format("neither its name nor its content tells the format"))?;
        let vartype = self.vartype.map(|vartype| match vartype {
            VartypeName::Binary => Vartype::Binary,
            VartypeName::Spin => Vartype::Spin,
        });
        let sense = self.sense.map(|sense| match sense {
            SenseName::Min => Sense::Minimize,
            SenseName::Max => Sense::Maximize,
        });
        let memory_limit = memory::available();
        let file = io::read(&bytes, format, &ReadOptions { vartype, sense, memory_limit })
            .map_err(|error| cannot(sealed::failure(&bytes).unwrap_or_else(|| Failure::from(error))))?;
        Ok(Problem { source, format, file })
    }
}
