//! What writing a file could not keep, and why a file cannot be written.

use std::fmt;

use super::format::Format;
use super::problem::Label;
use crate::model::ModelError;

/// Something that other programs, or any program, will not find in the file as it was in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum WriteNote {
    /// The format has no labels, or not these ones, so indices (or `x0`, `x1`, ...) stand for them.
    LabelsLeftOut,
    /// The format has only 0/1 variables: the ±1 model was converted (`s = 2x - 1`), energies unchanged.
    ConvertedToBinary,
    /// The format has only ±1 variables: the 0/1 model was converted (`x = (s + 1) / 2`), energies unchanged.
    ConvertedToSpin,
    /// The format has no place for the offset: energies found elsewhere are off by it.
    OffsetLeftOut {
        /// The offset.
        offset: f64,
    },
    /// The offset is in a comment, which isinglass reads and most other programs do not.
    OffsetInComment {
        /// The offset.
        offset: f64,
    },
    /// The model is that of a max-cut graph, and the format does not say so: the cut is `(W - E) / 2`.
    MaxCut {
        /// The sum `W` of all weights.
        total_weight: f64,
    },
    /// The file asked for a maximum, and the model written is to be minimised.
    Negated,
    /// The format has no place for the least energy that the file states.
    OptimumLeftOut {
        /// The least energy.
        optimum: f64,
    },
}

impl fmt::Display for WriteNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LabelsLeftOut => formatter.write_str("the format cannot hold these labels, so they are left out"),
            Self::ConvertedToBinary => formatter.write_str("the SPIN variables were converted to BINARY"),
            Self::ConvertedToSpin => formatter.write_str("the BINARY variables were converted to SPIN"),
            Self::OffsetLeftOut { offset } => {
                write!(formatter, "the format has no offset, so {offset} must be added to all energies found elsewhere")
            }
            Self::OffsetInComment { offset } => {
                write!(formatter, "the offset {offset} is in a comment, which other programs may ignore")
            }
            Self::MaxCut { total_weight } => write!(
                formatter,
                "the max-cut graph was converted to energies: cut = (W - energy) / 2, where W = {total_weight} is the sum of \
                 the weights"
            ),
            Self::Negated => formatter
                .write_str("the maximum was converted to a minimum: energies are the values with the sign changed"),
            Self::OptimumLeftOut { optimum } => {
                write!(formatter, "the format cannot hold the known optimum {optimum}, so it is left out")
            }
        }
    }
}

/// What writing a file changed or could not keep.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteReport {
    /// The notes, each at most once.
    pub notes: Vec<WriteNote>,
}

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The writer failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Not one label for each variable.
    #[error("{labels} labels for {num_variables} variables")]
    LabelCount {
        /// How many labels.
        labels: usize,
        /// How many variables.
        num_variables: usize,
    },
    /// Two variables with one label.
    #[error("two variables are called `{label}`")]
    DuplicateLabel {
        /// The label.
        label: Label,
    },
    /// A program with rows in a format without.
    #[error("the format {format} holds no rows; lp and mps do")]
    NoRows {
        /// The format.
        format: Format,
    },
    /// More variables or interactions than a reader would take.
    #[error("{found} {what} are too many, at most {limit} are written")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are written.
        limit: usize,
    },
    /// A coefficient that overflows in the form that the format needs.
    #[error("the coefficient {coefficient} of ({first}, {second}) overflows when doubled, which the format needs")]
    DoubledOverflow {
        /// The coefficient.
        coefficient: f64,
        /// The smaller variable.
        first: usize,
        /// The larger variable.
        second: usize,
    },
    /// An energy that JSON cannot hold.
    #[error("the energy of sample {row} is {energy}, not a finite number")]
    EnergyNotFinite {
        /// The sample, from 0.
        row: usize,
        /// Its energy.
        energy: f64,
    },
    /// A variable called like a column of a table of samples.
    #[error("a variable is called `{label}`, which is the name of another column of the table")]
    ColumnName {
        /// The label.
        label: Label,
    },
    /// A coefficient that loses digits in the form that the format needs.
    #[error("the coefficient {coefficient} of ({first}, {second}) is too small to be halved, which the format needs")]
    HalvedUnderflow {
        /// The coefficient.
        coefficient: f64,
        /// The smaller variable.
        first: usize,
        /// The larger variable.
        second: usize,
    },
    /// A linear bias, in a format for max-cut.
    #[error(
        "variable {variable} has the linear bias {bias} as a spin, but a max-cut file holds only interactions of spins"
    )]
    LinearInMaxCut {
        /// The variable.
        variable: usize,
        /// Its bias.
        bias: f64,
    },
    /// Conversion to the variables of the format failed.
    #[error("the model cannot be converted to the variables of the format: {0}")]
    Conversion(#[from] ModelError),
}

impl From<serde_json::Error> for WriteError {
    fn from(error: serde_json::Error) -> Self {
        // serializing finite numbers and strings fails only where writing does
        Self::Io(error.into())
    }
}
