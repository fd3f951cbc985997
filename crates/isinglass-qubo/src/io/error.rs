//! What can be wrong with a file, where it is wrong, and what to do about it.

use std::fmt;

use super::problem::Label;
use crate::memory::Bytes;
use crate::model::ModelError;

/// Where in a file a fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A line of a text, from 1.
    Line {
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1, where it is known.
        column: Option<usize>,
    },
    /// A place in a binary file.
    Byte {
        /// Bytes from the start of the file.
        offset: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => formatter.write_str("file"),
            Self::Line { line, column: None } => write!(formatter, "line {line}"),
            Self::Line { line, column: Some(column) } => write!(formatter, "line {line}, column {column}"),
            Self::Byte { offset } => write!(formatter, "byte {offset}"),
        }
    }
}

/// Why a file cannot be read. The message is one line: format, place, cause.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{format} {place}: {cause}")]
pub struct ReadError {
    /// The format, as [`Format::name`](super::Format::name) gives it, or `samples`.
    pub format: &'static str,
    /// Where the fault is.
    pub place: Place,
    /// What the fault is.
    pub cause: ReadCause,
}

impl ReadError {
    /// A proposal for the reader of the message, where there is one: a sentence without a full stop.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match &self.cause {
            ReadCause::VartypeMissing if self.format == "coo" => {
                "add the line `# vartype=BINARY` or `# vartype=SPIN`, or give the vartype when reading"
            }
            ReadCause::VartypeMissing => "give the vartype when reading",
            ReadCause::VartypeConflict { file, .. } => {
                return Some(format!("read the file as {file}, or leave the vartype to the file"));
            }
            ReadCause::SenseConflict { .. } => {
                "the format says by itself whether it asks for a minimum or a maximum: leave the sense to the file"
            }
            ReadCause::PairTwice { .. } => {
                "the format does not say whether such terms add up: list each pair once, in either order"
            }
            ReadCause::IndexTooLarge { .. } => "number the variables without large gaps",
            ReadCause::Unsupported { feature: Feature::Constraint, .. } => {
                "add the constraint to the objective as a penalty first"
            }
            ReadCause::Unsupported { feature: Feature::Bound, found } if found == "Constant" => {
                "write the constant of the objective as a number by itself, as in `+ 11`"
            }
            ReadCause::Unsupported { feature: Feature::BracketWithoutHalf, .. } => {
                "write `[ ... ] / 2`, with all coefficients inside doubled"
            }
            ReadCause::Unsupported { feature: Feature::QuantagoniaFile, .. } => {
                "only the qbsolv kind of .qubo is read, with a line `p qubo 0 maxNodes nNodes nCouplers`"
            }
            ReadCause::Unsupported { feature: Feature::Bytes, .. } => {
                "write the file with `to_serializable(use_bytes=False)`"
            }
            ReadCause::Unsupported { feature: Feature::SampleColumn, .. } => {
                "write the file with `to_pandas_dataframe(sample_column=False)`"
            }
            ReadCause::NoVariableColumn => "put the columns of the variables before `energy` and other data vectors",
            ReadCause::NotBinary { .. } => "declare the variable binary",
            ReadCause::Label { .. } => "relabel the variables with integers or strings before writing the file",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// Parts of foreign formats that have no place in a binary quadratic model, or none here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Feature {
    /// A constraint between variables.
    Constraint,
    /// A variable that is neither 0/1 nor ±1.
    OtherVariable,
    /// A bound other than 0 and 1.
    Bound,
    /// A quadratic part that is not halved.
    BracketWithoutHalf,
    /// A power other than a square.
    Power,
    /// A part of the format that is not read.
    Section,
    /// Arrays as raw bytes inside JSON.
    Bytes,
    /// Samples as dictionaries in one column of CSV.
    SampleColumn,
    /// A hardware topology of qbsolv.
    Topology,
    /// A number type of a binary file.
    NumberType,
    /// The format of Quantagonia, which shares the ending .qubo.
    QuantagoniaFile,
}

impl fmt::Display for Feature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Constraint => "constraints",
            Self::OtherVariable => "variables that are not binary",
            Self::Bound => "bounds other than 0 and 1",
            Self::BracketWithoutHalf => "quadratic parts without `/ 2`",
            Self::Power => "powers other than squares",
            Self::Section => "parts of this kind",
            Self::Bytes => "arrays of raw bytes",
            Self::SampleColumn => "columns of dictionaries",
            Self::Topology => "topologies other than `0` and `unconstrained`",
            Self::NumberType => "number types of this kind",
            Self::QuantagoniaFile => "files of Quantagonia's .qubo format",
        })
    }
}

/// What is wrong with a file. Quoted pieces of the file are cut to 40 characters.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadCause {
    /// Bytes that are no text.
    #[error("not UTF-8 text")]
    NotUtf8,
    /// Nothing but white space.
    #[error("nothing in it")]
    Empty,
    /// The file ends too early.
    #[error("the file ends before {expected}")]
    Truncated {
        /// What is missing.
        expected: &'static str,
    },
    /// More than the format has.
    #[error("something follows the end: `{found}`")]
    Trailing {
        /// What follows.
        found: String,
    },
    /// One thing where another should be.
    #[error("`{found}` where {expected} should be")]
    Unexpected {
        /// What is there.
        found: String,
        /// What should be there.
        expected: &'static str,
    },
    /// A number that is infinite, not a number, or too large for an `f64`.
    #[error("`{found}` is not a finite 64-bit number")]
    NotFinite {
        /// The number as written.
        found: String,
    },
    /// An index above [`MAX_VARIABLES`](super::MAX_VARIABLES).
    #[error("variable index {index} is too large, at most {limit} variables are read")]
    IndexTooLarge {
        /// The index as written.
        index: String,
        /// [`MAX_VARIABLES`](super::MAX_VARIABLES).
        limit: usize,
    },
    /// More variables than [`MAX_VARIABLES`](super::MAX_VARIABLES).
    #[error("{found} variables are too many, at most {limit} are read")]
    TooManyVariables {
        /// The number as written.
        found: String,
        /// [`MAX_VARIABLES`](super::MAX_VARIABLES).
        limit: usize,
    },
    /// More memory than the caller allows.
    #[error("{what} needs about {bytes} of memory, but the limit is {limit}")]
    Memory {
        /// What needs it.
        what: String,
        /// The estimate.
        bytes: Bytes,
        /// The limit.
        limit: Bytes,
    },
    /// An index outside what the file itself declares.
    #[error("variable {index}, but the file declares {num_variables} variables, counted from {base}")]
    IndexOutOfRange {
        /// The index as in the file.
        index: i64,
        /// The declared number of variables.
        num_variables: usize,
        /// What the format calls the first variable: 0 or 1.
        base: usize,
    },
    /// A term that pairs a variable with itself, in a format where that means nothing.
    #[error("a pair of variable `{variable}` with itself")]
    Loop {
        /// The variable as the file calls it.
        variable: String,
    },
    /// A pair that was there before, in this order or the other.
    #[error("the pair of `{first}` and `{second}` given twice")]
    PairTwice {
        /// The first variable as the file calls it.
        first: String,
        /// The second variable.
        second: String,
    },
    /// A number of things other than declared.
    #[error("{what}: {declared} declared, but {found} found")]
    Count {
        /// What is counted.
        what: &'static str,
        /// How many the file declares.
        declared: u64,
        /// How many there are.
        found: u64,
    },
    /// One thing a second time.
    #[error("{what} given twice")]
    GivenTwice {
        /// The thing.
        what: &'static str,
    },
    /// Two values for one thing.
    #[error("{what} given twice, with different values")]
    Conflict {
        /// The thing.
        what: &'static str,
    },
    /// The file does not say which values its variables take, and nor does the caller.
    #[error("nothing says whether the variables are BINARY (0/1) or SPIN (-1/+1)")]
    VartypeMissing,
    /// The file and the caller disagree.
    #[error("the variables of the file are {file}, but {asked} was asked for")]
    VartypeConflict {
        /// The file's vartype.
        file: &'static str,
        /// The caller's vartype.
        asked: &'static str,
    },
    /// The file asks for another sense than the caller.
    #[error("the file asks for a {file}, but a {asked} was asked for")]
    SenseConflict {
        /// The file's sense.
        file: &'static str,
        /// The caller's sense.
        asked: &'static str,
    },
    /// Not JSON, or not of the expected shape.
    #[error("{message}")]
    Json {
        /// The parser's words.
        message: String,
    },
    /// An object of another type.
    #[error("an object of type `{found}`, but `{expected}` is read here")]
    WrongType {
        /// Its type.
        found: String,
        /// The type that is read.
        expected: &'static str,
    },
    /// A version of the format that is not read.
    #[error("version {found} of the format, but {supported} is read here")]
    Version {
        /// The file's version.
        found: String,
        /// The versions that are read.
        supported: &'static str,
    },
    /// A part of the format that is not read.
    #[error("{feature} are not read: `{found}`")]
    Unsupported {
        /// The part.
        feature: Feature,
        /// What stands in the file.
        found: String,
    },
    /// A label that is neither integer nor string.
    #[error("the label of variable {variable} is `{found}`, but labels are integers or strings")]
    Label {
        /// The variable, from 0.
        variable: usize,
        /// Its label.
        found: String,
    },
    /// Two variables with one label.
    #[error("two variables are called `{label}`")]
    DuplicateLabel {
        /// The label.
        label: Label,
    },
    /// A variable without an entry among the binary ones.
    #[error("variable `{name}` is not declared binary")]
    NotBinary {
        /// Its name.
        name: String,
    },
    /// A name that was not declared.
    #[error("`{name}` is used before it is declared")]
    Undeclared {
        /// The name.
        name: String,
    },
    /// A pair whose two entries differ, or of which one is missing.
    #[error("the two entries of `{first}` and `{second}` do not agree")]
    NotSymmetric {
        /// One variable.
        first: String,
        /// The other variable.
        second: String,
    },
    /// A sample with too few or too many values.
    #[error("sample {row} has {found} values, but {expected} are expected")]
    RowLength {
        /// The sample, from 0.
        row: usize,
        /// Its length.
        found: usize,
        /// The length of the others.
        expected: usize,
    },
    /// A value of a sample that is none of -1, 0, 1, or not of the vartype.
    #[error("sample {row} has value `{found}` for variable {variable}, but values are {allowed}")]
    SampleValue {
        /// The sample, from 0.
        row: usize,
        /// The variable, from 0.
        variable: usize,
        /// The value.
        found: String,
        /// The values that are read.
        allowed: &'static str,
    },
    /// A sample without a value for a variable that the first sample has.
    #[error("sample {row} has no value for `{label}`")]
    MissingValue {
        /// The sample, from 0.
        row: usize,
        /// The variable.
        label: Label,
    },
    /// A data frame with no column between its index and its data vectors.
    #[error("no column holds the values of a variable")]
    NoVariableColumn,
    /// Values 0 beside values -1.
    #[error("there are values 0 and values -1: samples are either 0/1 or -1/+1")]
    MixedValues,
    /// A packed sample of the wrong size.
    #[error("packed sample {row} has {found} words, but {expected} are expected")]
    PackedLength {
        /// The sample, from 0.
        row: usize,
        /// Its words.
        found: usize,
        /// The words that the variables need.
        expected: usize,
    },
    /// Coefficients that make no model.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// A fault before it is known in which format it occurred.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) place: Place,
    pub(super) cause: ReadCause,
}

impl Fault {
    pub(super) fn in_file(cause: impl Into<ReadCause>) -> Self {
        Self { place: Place::File, cause: cause.into() }
    }

    pub(super) fn at_line(line: usize, cause: ReadCause) -> Self {
        Self { place: Place::Line { line, column: None }, cause }
    }

    pub(super) fn at_byte(offset: usize, cause: ReadCause) -> Self {
        Self { place: Place::Byte { offset }, cause }
    }

    pub(super) fn in_format(self, format: &'static str) -> ReadError {
        ReadError { format, place: self.place, cause: self.cause }
    }
}

impl From<ModelError> for Fault {
    fn from(error: ModelError) -> Self {
        Self::in_file(error)
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        // serde_json ends its message with the place, which is kept apart here
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let suffix = format!(" at line {line} column {column}");
        let message = message.strip_suffix(&suffix).unwrap_or(&message).to_owned();
        let place = if line == 0 { Place::File } else { Place::Line { line, column: Some(column) } };
        Self { place, cause: ReadCause::Json { message } }
    }
}

/// A piece of the file, short enough for a message and without control characters.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 40;
    let clean = |character: char| if character.is_control() { '\u{fffd}' } else { character };
    let mut piece: String = text.chars().take(LONGEST).map(clean).collect();
    if text.chars().nth(LONGEST).is_some() {
        piece.push('…');
    }
    piece
}
