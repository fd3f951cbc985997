//! Feature binarization options.

use std::fmt;
use std::str::FromStr;

use crate::dataset::error::DatasetError;

/// Maximum number of bits a thermometer may have.
pub(super) const MAX_THERMOMETER: usize = 64;

/// Feature binarization. As text: `auto`, `threshold:0.5`, `mean`, `median`, `thermometer:3`, `one-hot`.
///
/// Apart from `OneHot`, a column of two categories becomes one bit, set for the later in natural order, and a column of
/// more categories one bit for each; the variants differ in numbers only. A bit is set above its threshold, not at it.
///
/// A column of one number `v`, kept because it was named, has one threshold at `v / 2`, or at 0.5 where `v` is 0: of 0/1 and
/// -1/+1, 1 is always set and 0 and -1 are always clear, also where the training rows have only one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Binarize {
    /// Two different training values: a threshold half-way between them; more: their mean. The mean, unlike the median,
    /// divides every column that is not constant, however often its largest value occurs.
    #[default]
    Auto,
    /// The same threshold for all columns.
    Threshold(f64),
    /// The mean of the training values.
    Mean,
    /// The median of the training values; where it is the largest value, the next smaller one.
    Median,
    /// This many thresholds, from 1 to 64, that divide the range of the training values into equal parts. They are not
    /// quantiles, so every bit of a column that is not constant takes both values.
    Thermometer(usize),
    /// One bit for each training value, of which a column may have 256.
    OneHot,
}

impl fmt::Display for Binarize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Threshold(threshold) => write!(f, "threshold:{threshold}"),
            Self::Mean => f.write_str("mean"),
            Self::Median => f.write_str("median"),
            Self::Thermometer(levels) => write!(f, "thermometer:{levels}"),
            Self::OneHot => f.write_str("one-hot"),
        }
    }
}

impl FromStr for Binarize {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        let binarize = match text.split_once(':') {
            Some(("threshold", number)) => {
                number.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Threshold)
            }
            Some(("thermometer", number)) => number.parse().ok().map(Self::Thermometer).filter(Self::is_valid),
            None => match text {
                "auto" => Some(Self::Auto),
                "mean" => Some(Self::Mean),
                "median" => Some(Self::Median),
                "one-hot" => Some(Self::OneHot),
                _ => None,
            },
            Some(_) => None,
        };
        binarize.ok_or_else(|| DatasetError::Option {
            value: text.to_owned(),
            expected: "a binarization: auto, threshold:NUMBER, mean, median, thermometer:LEVELS (1 to 64) or one-hot",
        })
    }
}

impl Binarize {
    /// Whether its number is valid.
    pub(super) fn is_valid(&self) -> bool {
        match self {
            Self::Threshold(threshold) => threshold.is_finite(),
            Self::Thermometer(levels) => (1..=MAX_THERMOMETER).contains(levels),
            Self::Auto | Self::Mean | Self::Median | Self::OneHot => true,
        }
    }
}
