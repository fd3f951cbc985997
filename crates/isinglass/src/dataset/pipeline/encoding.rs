//! Encoding of one column as bits.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::binarize::{Binarize, MAX_THERMOMETER};
use super::columns::Values;
use super::error::PipelineError;
use crate::bits::BitMatrix;
use crate::dataset::classes::sort_naturally;
use crate::dataset::summary::mean;
use crate::dataset::table::canonical_label;

/// Maximum number of values of a column that get one bit each.
const MAX_LEVELS: usize = 256;

/// Encoding of one column, fitted on the training rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Encoding {
    /// One bit for each threshold, set above it; the thresholds increase.
    Thresholds(Vec<f64>),
    /// One bit for each number, set where the value is equal; the numbers increase.
    Levels(Vec<f64>),
    /// One bit, set for this category and clear for every other.
    Category {
        /// The category for which the bit is clear; the bit is also clear for unseen categories.
        clear: String,
        /// The category for which the bit is set.
        set: String,
    },
    /// One bit for each category; all bits are clear for unseen categories.
    OneHot(Vec<String>),
}

/// A column of categories where numbers were expected.
pub(super) struct NotNumeric;

/// An encoding, and whether all its bits are constant over the training rows.
pub(super) struct Fitted {
    pub(super) encoding: Encoding,
    pub(super) is_constant: bool,
}

impl Encoding {
    /// Fits the encoding of the column called `name`.
    pub(super) fn fit(values: &Values<'_>, binarize: Binarize, name: &str) -> Result<Fitted, PipelineError> {
        if !binarize.is_valid() {
            return Err(PipelineError::Binarize { binarize });
        }
        let check_levels = |found: usize| {
            if found <= MAX_LEVELS {
                return Ok(());
            }
            Err(PipelineError::TooManyLevels {
                column: name.to_owned(),
                is_text: matches!(values, Values::Categories { .. }),
                found,
                allowed: MAX_LEVELS,
            })
        };
        match values {
            Values::Numbers(numbers) => {
                let mut distinct = numbers.to_vec();
                distinct.sort_by(f64::total_cmp);
                distinct.dedup();
                let encoding = match binarize {
                    Binarize::OneHot => {
                        check_levels(distinct.len())?;
                        Self::Levels(distinct.clone())
                    }
                    _ => Self::Thresholds(thresholds(numbers, &distinct, binarize)),
                };
                let is_constant = match &encoding {
                    Self::Thresholds(thresholds) => {
                        thresholds.iter().all(|t| distinct[0] > *t || distinct[distinct.len() - 1] <= *t)
                    }
                    _ => distinct.len() == 1,
                };
                Ok(Fitted { encoding, is_constant })
            }
            Values::Categories { codes, categories } => {
                let present: HashSet<u32> = codes.iter().copied().collect();
                let mut present: Vec<String> =
                    present.into_iter().map(|code| categories[code as usize].clone()).collect();
                sort_naturally(&mut present);
                check_levels(present.len())?;
                let is_constant = present.len() == 1;
                let encoding = match (present.as_slice(), binarize) {
                    (_, Binarize::OneHot) => Self::OneHot(present),
                    ([clear, set], _) => Self::Category { clear: clear.clone(), set: set.clone() },
                    _ => Self::OneHot(present),
                };
                Ok(Fitted { encoding, is_constant })
            }
        }
    }

    /// Number of bits.
    pub(super) fn num_bits(&self) -> usize {
        match self {
            Self::Thresholds(numbers) | Self::Levels(numbers) => numbers.len(),
            Self::Category { .. } => 1,
            Self::OneHot(categories) => categories.len(),
        }
    }

    /// The name of each bit of the column called `name`.
    pub(super) fn bit_names(&self, name: &str) -> Vec<String> {
        match self {
            Self::Thresholds(thresholds) if thresholds.len() == 1 => vec![name.to_owned()],
            Self::Thresholds(thresholds) => thresholds.iter().map(|t| format!("{name}>{t}")).collect(),
            Self::Levels(levels) => levels.iter().map(|level| format!("{name}={level}")).collect(),
            Self::Category { set, .. } => vec![format!("{name}={set}")],
            Self::OneHot(categories) => categories.iter().map(|category| format!("{name}={category}")).collect(),
        }
    }

    /// Whether fitting can produce this encoding.
    pub(super) fn is_valid(&self) -> bool {
        let increasing = |numbers: &[f64], most: usize| {
            (1..=most).contains(&numbers.len())
                && numbers.iter().all(|number| number.is_finite())
                && numbers.is_sorted_by(|a, b| a < b)
        };
        match self {
            Self::Thresholds(thresholds) => increasing(thresholds, MAX_THERMOMETER),
            Self::Levels(levels) => increasing(levels, MAX_LEVELS),
            Self::Category { clear, set } => clear != set,
            Self::OneHot(categories) => {
                (1..=MAX_LEVELS).contains(&categories.len())
                    && categories.iter().collect::<HashSet<_>>().len() == categories.len()
            }
        }
    }

    /// Sets the bits of all rows, the first bit at the column `first` of `bits`, which is clear there.
    pub(super) fn write(&self, values: &Values<'_>, bits: &mut BitMatrix, first: usize) -> Result<(), NotNumeric> {
        match (self, values) {
            (Self::Thresholds(thresholds), Values::Numbers(numbers)) => {
                for (row, number) in numbers.iter().enumerate() {
                    for (bit, threshold) in thresholds.iter().enumerate() {
                        if number > threshold {
                            bits.set(row, first + bit, true);
                        }
                    }
                }
            }
            (Self::Levels(levels), Values::Numbers(numbers)) => {
                for (row, number) in numbers.iter().enumerate() {
                    if let Some(bit) = levels.iter().position(|level| level == number) {
                        bits.set(row, first + bit, true);
                    }
                }
            }
            (Self::Thresholds(_) | Self::Levels(_), Values::Categories { .. }) => return Err(NotNumeric),
            (Self::Category { set, .. }, _) => write_categories(std::slice::from_ref(set), values, bits, first),
            (Self::OneHot(categories), _) => write_categories(categories, values, bits, first),
        }
        Ok(())
    }
}

/// Sets in each row the bit of its category. A number counts as the category that is written like it: a column of
/// categories that happen to be numbers in this table was read as numbers.
fn write_categories(set: &[String], values: &Values<'_>, bits: &mut BitMatrix, first: usize) {
    match values {
        Values::Categories { codes, categories } => {
            let bit_of: Vec<Option<usize>> =
                categories.iter().map(|category| set.iter().position(|name| name == category)).collect();
            for (row, &code) in codes.iter().enumerate() {
                if let Some(bit) = bit_of[code as usize] {
                    bits.set(row, first + bit, true);
                }
            }
        }
        Values::Numbers(numbers) => {
            let set: Vec<String> = set.iter().map(|name| canonical_label(name)).collect();
            for (row, number) in numbers.iter().enumerate() {
                let number = canonical_label(&number.to_string());
                if let Some(bit) = set.iter().position(|name| *name == number) {
                    bits.set(row, first + bit, true);
                }
            }
        }
    }
}

/// The thresholds of a column of `numbers`, whose different values in increasing order are `distinct`. Unless they are
/// given, they are at least the smallest value and below the largest, so that each divides the training rows. Where all
/// values are equal, see [`threshold_of_constant`].
fn thresholds(numbers: &[f64], distinct: &[f64], binarize: Binarize) -> Vec<f64> {
    let (min, max) = (distinct[0], distinct[distinct.len() - 1]);
    let below_max = distinct[distinct.len().saturating_sub(2)];
    let part = |fraction: f64| min * (1.0 - fraction) + max * fraction;
    let mut thresholds = match binarize {
        Binarize::Threshold(threshold) => return vec![threshold],
        _ if min == max => return vec![threshold_of_constant(min)],
        Binarize::Auto if distinct.len() == 2 => vec![part(0.5)],
        Binarize::Median => vec![median(numbers)],
        Binarize::Thermometer(levels) => (1..=levels).map(|level| part(level as f64 / (levels + 1) as f64)).collect(),
        Binarize::Auto | Binarize::Mean | Binarize::OneHot => vec![mean(numbers)],
    };
    for threshold in &mut thresholds {
        if *threshold >= max {
            *threshold = below_max;
        }
        *threshold = threshold.max(min);
    }
    // A column of neighbouring floats has fewer places for thresholds than were asked for.
    thresholds.dedup();
    thresholds
}

/// Threshold of a column whose training values are all `value`: half-way between 0 and the value, or 0.5 if the value
/// is 0.
///
/// A column of 0/1 or -1/+1 therefore has the same encoding when the training rows contain only one of the two: 1 is
/// set, 0 and -1 are clear, in training and in prediction.
fn threshold_of_constant(value: f64) -> f64 {
    if value == 0.0 { 0.5 } else { value / 2.0 }
}

/// The median: the middle value, or half-way between the two middle values.
fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { sorted[middle - 1] / 2.0 + sorted[middle] / 2.0 }
}

#[cfg(test)]
mod tests;
