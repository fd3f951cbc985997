//! What a problem file holds: a model, and the names of its variables.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::ReadCause;
use crate::model::{Bqm, Vartype};

/// The largest number of variables that a file may have, isolated ones included: 10 million.
///
/// A text file can claim a large index in a few bytes, so the memory for variables is bounded by this number and not by the
/// size of the file. All other memory is in proportion to the bytes that were read.
pub const MAX_VARIABLES: usize = 10_000_000;

/// The name of a variable outside isinglass. In JSON it is the bare integer or string.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Label {
    /// An integer, as most of dimod's models have.
    Integer(i64),
    /// Any text.
    Text(String),
}

impl fmt::Display for Label {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(integer) => write!(formatter, "{integer}"),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

/// A model as read from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct ProblemFile {
    /// The model, always to be minimised.
    pub bqm: Bqm,
    /// One label for each variable, all different; `None` when they are the integers `0..num_variables` in order, or when
    /// the format has none.
    pub labels: Option<Vec<Label>>,
    /// Whether the file asked for a maximum, so that all coefficients and the offset were negated.
    pub maximized: bool,
}

/// What the caller knows about a file beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The values of the variables, for files that do not say. A file that says otherwise is an error. `[None]`
    pub vartype: Option<Vartype>,
}

impl ReadOptions {
    /// The vartype, from what the file says and what the caller expects.
    pub(super) fn settle_vartype(&self, in_file: Option<Vartype>) -> Result<Vartype, ReadCause> {
        match (in_file, self.vartype) {
            (Some(file), Some(asked)) if file != asked => {
                Err(ReadCause::VartypeConflict { file: file.name(), asked: asked.name() })
            }
            (Some(vartype), _) | (None, Some(vartype)) => Ok(vartype),
            (None, None) => Err(ReadCause::VartypeMissing),
        }
    }
}
