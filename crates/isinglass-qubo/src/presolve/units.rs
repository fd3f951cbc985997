//! Coefficients as whole multiples of a power of two, so that a reduction never rounds.

use super::PresolveError;
use crate::dyadic::{decode, scale};
use crate::model::Bqm;

/// A coefficient or an energy as a multiple of the unit.
pub(crate) type Units = i128;

/// Sums of the absolute coefficients of a model are at most `2^MOST_BITS` units.
///
/// No reduction makes the range of energies larger, and no coefficient over ±1 is larger than half that range (it is a mean of
/// energies with signs). By Parseval the squares of all of them add up to at most the square of that half, so `m` of them add up
/// to at most its `sqrt(m)`-fold. With `m < 2^40` coefficients, and a factor of 4 for 0/1 variables, 27 bits are kept in hand.
const MOST_BITS: u32 = 100;

/// The power of two that all linear and quadratic biases of a model are multiples of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    exponent: i32,
}

impl Unit {
    /// The largest power of two that divides every bias.
    ///
    /// # Errors
    /// [`PresolveError::Range`] when the biases add up to more than `2^100` of it.
    pub(crate) fn of(bqm: &Bqm) -> Result<Self, PresolveError> {
        let biases = || bqm.linear().iter().copied().chain(bqm.interactions().map(|(.., bias)| bias));
        let exponent = biases().filter_map(decode).map(|(_, exponent)| exponent).min().unwrap_or(0);
        let mut sum = 0.0;
        for bias in biases() {
            // a quotient of powers of two: exact unless it is far too large
            sum += scale(bias.abs(), -exponent);
        }
        if sum <= (1u128 << MOST_BITS) as f64 { Ok(Self { exponent }) } else { Err(PresolveError::Range) }
    }

    /// A bias of the model in units.
    pub(crate) fn units(self, bias: f64) -> Units {
        decode(bias).map_or(0, |(mantissa, exponent)| Units::from(mantissa) << (exponent - self.exponent))
    }

    /// The nearest number to `units / 2^shift` units.
    pub(crate) fn value(self, units: Units, shift: i32) -> f64 {
        scale(units as f64, self.exponent - shift)
    }

    /// By how many of `2^-shift` units [`value`](Self::value) is off.
    pub(super) fn rounding(self, units: Units, shift: i32) -> Units {
        let value = self.value(units, shift);
        if !value.is_finite() {
            return 0; // no model takes it
        }
        // a rounded multiple of 2^-shift units is one as well
        let rounded =
            decode(value).map_or(0, |(mantissa, exponent)| Units::from(mantissa) << (exponent - self.exponent + shift));
        (units - rounded).abs()
    }

    /// `offset` plus so many units, or the next number below where that is no number.
    pub(crate) fn value_below(self, units: Units, offset: f64) -> f64 {
        let mut value = self.value(units, 0);
        if self.exceeds(value, units) {
            value = value.next_down();
        }
        add_below(offset, value)
    }

    /// Whether `value`, the nearest number to `units`, is larger.
    fn exceeds(self, value: f64, units: Units) -> bool {
        match decode(value) {
            Some((mantissa, exponent)) if exponent >= self.exponent => {
                Units::from(mantissa) << (exponent - self.exponent) > units
            }
            Some((mantissa, _)) => mantissa > 0,
            None => units < 0,
        }
    }
}

/// The sum, or a number below it where rounding would have made it larger.
pub(super) fn add_below(first: f64, second: f64) -> f64 {
    let sum = first + second;
    // the rounding error (D. E. Knuth's TwoSum)
    let back = sum - first;
    let error = (first - (sum - back)) + (second - back);
    if error < 0.0 { sum.next_down() } else { sum }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};

    fn model(biases: &[f64]) -> Bqm {
        let mut builder = BqmBuilder::new(Vartype::Binary, biases.len());
        for (variable, &bias) in biases.iter().enumerate() {
            builder.add_linear(variable, bias);
        }
        builder.build().unwrap()
    }

    #[test]
    fn biases_come_back_from_units_bit_for_bit() {
        let families: [&[f64]; 5] = [
            &[1.0, -0.75, 1e6],
            &[0.1, -0.3, 1234.567],
            &[5e-324, -2.0 * f64::MIN_POSITIVE],
            &[1e300, -1.5e299],
            &[1e-3, 1e9 / 3.0],
        ];
        for biases in families {
            let unit = Unit::of(&model(biases)).unwrap();
            for &bias in biases {
                assert_eq!(unit.value(unit.units(bias), 0), bias);
            }
        }
    }

    #[test]
    fn biases_too_far_apart_are_refused() {
        for biases in [[1e300, 1e-300], [1.0, 1e-40], [f64::MAX, 1.0]] {
            assert_eq!(Unit::of(&model(&biases)), Err(PresolveError::Range), "{biases:?}");
        }
    }

    #[test]
    fn a_bound_is_rounded_down_and_kept_where_it_is_a_number() {
        let unit = Unit::of(&model(&[1.0, 0.5])).unwrap();
        assert_eq!(unit.value_below(-7, 0.25), -3.25);
        let odd = (1i128 << 60) + 1;
        assert_eq!(unit.value_below(odd, 0.0), 2f64.powi(59));
        assert_eq!(unit.value_below(-odd, 0.0), (-2f64.powi(59)).next_down());
        assert_eq!(unit.value_below(1 << 60, 0.1), 2f64.powi(59));
        assert_eq!(unit.value_below(1 << 60, -0.1), 2f64.powi(59).next_down());
    }
}
