//! Amounts of memory: how they are written, and what a model takes.

use std::fmt;

/// A number of bytes, written with the unit that suits it: `512 B`, `1.6 GB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
        let mut value = self.0 as f64;
        if value < 1000.0 {
            return write!(formatter, "{} B", self.0);
        }
        let mut unit = 0;
        value /= 1000.0;
        while value >= 999.5 && unit + 1 < UNITS.len() {
            value /= 1000.0;
            unit += 1;
        }
        let decimals = if value < 9.95 { 1 } else { 0 };
        write!(formatter, "{value:.decimals$} {}", UNITS[unit])
    }
}

/// Bytes for each variable of a model while it is built: a bias and a row of pairs, then the bias and the start of the row.
const BYTES_PER_VARIABLE: u64 = 64;

/// Bytes for each interaction while a model is built: a pair in its row, which may be half empty, and an entry in both rows.
const BYTES_PER_INTERACTION: u64 = 64;

/// The memory that a [`Bqm`](crate::Bqm) takes while it is built, from above.
#[must_use]
pub fn model_bytes(num_variables: u64, num_interactions: u64) -> u64 {
    let variables = num_variables.saturating_mul(BYTES_PER_VARIABLE);
    variables.saturating_add(num_interactions.saturating_mul(BYTES_PER_INTERACTION))
}

/// The memory that any sampler takes at least for `num_reads` samples of a model, from above: the model in its own form, a state,
/// and the samples in the reads and in the set returned.
#[must_use]
pub fn sampling_bytes(num_variables: u64, num_interactions: u64, num_reads: u64) -> u64 {
    const STATE: u64 = 64;
    let of_variable = num_reads.saturating_mul(2).saturating_add(STATE);
    model_bytes(num_variables, num_interactions).saturating_add(num_variables.saturating_mul(of_variable))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_with_two_digits_and_a_unit() {
        let texts =
            [0, 999, 1000, 1_649_267, 64_000_000, 999_700_000, 16 << 30, u64::MAX].map(|n| Bytes(n).to_string());
        assert_eq!(texts, ["0 B", "999 B", "1.0 kB", "1.6 MB", "64 MB", "1.0 GB", "17 GB", "18 EB"]);
    }

    #[test]
    fn the_size_of_an_endless_model_does_not_overflow() {
        assert_eq!(model_bytes(u64::MAX, u64::MAX), u64::MAX);
        assert_eq!(sampling_bytes(1 << 40, 1, u64::MAX), u64::MAX);
    }
}
