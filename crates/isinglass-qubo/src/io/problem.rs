//! What a problem file holds: a model, and the names of its variables.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::ReadCause;
use crate::memory::{Bytes, model_bytes};
use crate::model::{Bqm, BqmBuilder, Vartype};

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
    /// For a max-cut problem the sum `W` of all weights; its model is `E(s) = sum w_ij s_i s_j`. `None` for all others.
    pub total_weight: Option<f64>,
    /// The least energy, offset included, where the file states it (`# optimum=` in coordinate text, or a cut in a max-cut file). It has
    /// not been checked.
    pub optimum: Option<f64>,
}

impl ProblemFile {
    /// A model that the file asks to minimise.
    #[must_use]
    pub fn new(bqm: Bqm, labels: Option<Vec<Label>>) -> Self {
        Self { bqm, labels, maximized: false, total_weight: None, optimum: None }
    }

    /// The weight cut by a sample of this energy, `(W - E) / 2`; `None` when the problem is not max-cut.
    ///
    /// # Examples
    /// ```
    /// use isinglass_qubo::io::{self, Format, ReadOptions};
    /// let triangle = io::read(b"3 3\n1 2 1\n2 3 1\n1 3 1\n", Format::Rudy, &ReadOptions::default())?;
    /// assert_eq!(triangle.cut(triangle.bqm.energy(&[1, 1, -1])), Some(2.0));
    /// # Ok::<(), io::ReadError>(())
    /// ```
    #[must_use]
    pub fn cut(&self, energy: f64) -> Option<f64> {
        // halved first, so that no difference overflows
        self.total_weight.map(|total| 0.5 * total - 0.5 * energy)
    }

    /// The energy of a sample that cuts this weight, `W - 2 cut`; `None` when the problem is not max-cut.
    #[must_use]
    pub fn energy_of_cut(&self, cut: f64) -> Option<f64> {
        self.total_weight.map(|total| 2.0 * (0.5 * total - cut))
    }

    /// What the file asks for.
    pub(super) fn sense(&self) -> Sense {
        if self.maximized || self.total_weight.is_some() { Sense::Maximize } else { Sense::Minimize }
    }
}

/// Whether the least or the largest value is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sense {
    /// The least.
    Minimize,
    /// The largest.
    Maximize,
}

impl Sense {
    /// `minimum` or `maximum`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Minimize => "minimum",
            Self::Maximize => "maximum",
        }
    }
}

/// What the caller knows about a file beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The values of the variables, for files that do not say. A file that says otherwise is an error. `[None]`
    pub vartype: Option<Vartype>,
    /// What is asked for, where copies of a format differ ([`Format::Sparse`](super::Format::Sparse), a minimum unless told
    /// otherwise). A file that asks for the other is an error. `[None]`
    pub sense: Option<Sense>,
    /// The most bytes of memory that reading may take. `[None]`
    pub memory_limit: Option<u64>,
}

/// Bytes of memory for each byte of a file while it is read: its terms as lists, in rows, and in the model.
const BYTES_PER_FILE_BYTE: u64 = 16;

impl ReadOptions {
    /// Refuses a file that would take more memory than the limit, whatever it holds.
    pub(super) fn check_length(&self, length: usize) -> Result<(), ReadCause> {
        let bytes = (length as u64).saturating_mul(BYTES_PER_FILE_BYTE);
        self.check_memory(bytes, || format!("a file of {}", Bytes(length as u64)))
    }

    /// A builder for this many variables, if they fit into the memory limit: a short file can declare many.
    pub(super) fn builder(&self, vartype: Vartype, num_variables: usize) -> Result<BqmBuilder, ReadCause> {
        let what = || format!("a model of {num_variables} variables");
        self.check_memory(model_bytes(num_variables as u64, 0), what)?;
        Ok(BqmBuilder::new(vartype, num_variables))
    }

    fn check_memory(&self, bytes: u64, what: impl Fn() -> String) -> Result<(), ReadCause> {
        match self.memory_limit {
            Some(limit) if bytes > limit => {
                Err(ReadCause::Memory { what: what(), bytes: Bytes(bytes), limit: Bytes(limit) })
            }
            _ => Ok(()),
        }
    }

    /// Refuses a file that asks for another sense than the caller.
    pub(super) fn check_sense(&self, file: &ProblemFile) -> Result<(), ReadCause> {
        match self.sense {
            Some(asked) if asked != file.sense() => {
                Err(ReadCause::SenseConflict { file: file.sense().name(), asked: asked.name() })
            }
            _ => Ok(()),
        }
    }

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
