//! Coefficients as integers: multiples of the largest power of two that divides all of them.

use crate::dyadic::decode;
use crate::model::{Bqm, Vartype};
use crate::sampler::SampleError;

/// Sums stay below `2^126`, so that two of them can be added in 128 bits.
const MOST_BITS: u32 = 126;

/// The power of two that coefficients are multiples of, and the bits that their sums need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Units {
    exponent: i32,
    bits: u32,
}

impl Units {
    /// The units of `bqm`.
    ///
    /// # Errors
    /// [`SampleError::Precision`] where 128 bits do not hold the sums.
    pub(super) fn new(bqm: &Bqm) -> Result<Self, SampleError> {
        let biases = || bqm.linear().iter().copied().chain(bqm.interactions().map(|(.., bias)| bias));
        let exponent = biases().filter_map(decode).map(|(_, exponent)| exponent).min().unwrap_or(0);
        // over 0/1, a coupling J of spins adds 4 J to a pair and 2 J to each end, a bias h twice h
        let factor = if bqm.vartype() == Vartype::Spin { 3 } else { 0 };
        let largest = biases().map(|bias| bits_above(bias, exponent)).max().unwrap_or(0);
        let num_terms = bqm.linear().len() as u64 + bqm.num_interactions() as u64;
        let most = largest + factor + num_terms.max(1).next_power_of_two().ilog2();
        if most > MOST_BITS {
            // few terms may be as large as the largest
            return Err(SampleError::Precision { bits: most, limit: MOST_BITS });
        }
        let units = Self { exponent, bits: 0 };
        let total: u128 = biases().map(|bias| units.integer(bias).unsigned_abs()).sum();
        Ok(Self { exponent, bits: u128::BITS - total.leading_zeros() + factor })
    }

    /// Size in bytes of the least integer type that holds all sums of coefficients over 0/1 variables: 4, 8 or 16.
    pub(super) fn bytes(self) -> usize {
        match self.bits {
            ..31 => size_of::<i32>(),
            31..63 => size_of::<i64>(),
            _ => size_of::<i128>(),
        }
    }

    /// A coefficient in units, exactly.
    pub(super) fn integer(self, bias: f64) -> i128 {
        decode(bias).map_or(0, |(mantissa, exponent)| i128::from(mantissa) << (exponent - self.exponent))
    }
}

/// Bits of a coefficient in units of `2^exponent`.
fn bits_above(bias: f64, unit: i32) -> u32 {
    decode(bias).map_or(0, |(mantissa, exponent)| i64::BITS - mantissa.abs().leading_zeros() + (exponent - unit) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BqmBuilder;

    fn units(biases: &[f64]) -> Result<Units, SampleError> {
        let mut builder = BqmBuilder::new(Vartype::Binary, biases.len());
        for (variable, &bias) in biases.iter().enumerate() {
            builder.add_linear(variable, bias);
        }
        Units::new(&builder.build().unwrap())
    }

    #[test]
    fn coefficients_are_multiples_of_a_power_of_two() {
        let units = units(&[0.75, -6.0, 0.0]).unwrap();
        assert_eq!([0.75, -6.0, 0.0].map(|bias| units.integer(bias)), [3, -24, 0]);
        assert_eq!((units.bits, units.bytes()), (5, 4));
    }

    #[test]
    fn decimal_fractions_and_subnormal_numbers_are_exact() {
        let units_of_tenths = units(&[0.1, 12.3]).unwrap();
        assert_eq!(units_of_tenths.integer(0.1) as f64 * f64::exp2(-55.0), 0.1);
        assert_eq!(units(&[5e-324]).unwrap().integer(5e-324), 1);
    }

    #[test]
    fn coefficients_too_far_apart_are_refused() {
        let error = units(&[1e300, 1e-300]).unwrap_err();
        insta::assert_snapshot!(error, @"exact sums of the coefficients need 2047 bits, but at most 126 are available");
    }
}
