//! Tracks whether the coefficients of a QUBO, and all sums of them, are exact in floating point.

use isinglass_qubo::dyadic::decode;

/// Bound on penalties and weights, in units of a power of two: below it they stay exact when multiplied by the small
/// integers of a gate.
const MOST_FACTOR: i64 = 1 << 40;
/// Sums of up to this many units are exact in `f64`; the total, itself rounded, is off by less than a factor of two.
const MOST_UNITS: f64 = (1u64 << 52) as f64;
/// Penalties with at most this many significant bits are left unchanged: the strengths of all groups add up to
/// multiples of a power of two.
const KEPT_BITS: u32 = 24;
/// Other penalties, such as 1.1 or 1/3, are rounded to this many bits: few enough that terms cancel without leaving
/// tiny differences.
const ROUNDED_BITS: u32 = 8;

/// Tracks every term of the sum that makes up a QUBO. Terms are integer multiples of penalties and weights, the
/// factors.
///
/// If all factors are multiples of a power of two `u`, and the absolute values of all terms add up to at most `2^53 u`, every sum of some
/// terms is a multiple of `u` that an `f64` holds, in whatever order they are added: coefficients are exact, and so are energies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arithmetic {
    /// Exponent of the largest power of two that divides all factors.
    exponent: i32,
    total: f64,
    num_terms: f64,
    /// Whether a factor has more bits than can be multiplied.
    is_rounded: bool,
}

impl Default for Arithmetic {
    fn default() -> Self {
        Self { exponent: i32::MAX, total: 0.0, num_terms: 0.0, is_rounded: false }
    }
}

impl Arithmetic {
    /// Records a penalty or weight that terms are multiples of.
    pub(super) fn enter_factor(&mut self, factor: f64) {
        if let Some((odd, exponent)) = decode(factor) {
            self.exponent = self.exponent.min(exponent);
            self.is_rounded |= odd.abs() >= MOST_FACTOR;
        }
    }

    /// Records row weights that are rounded when they are added.
    pub(super) fn enter_rounded(&mut self) {
        self.is_rounded = true;
    }

    /// Records a term, a multiple of a factor.
    #[inline]
    pub(super) fn enter(&mut self, term: f64) {
        self.total += term.abs();
        self.num_terms += 1.0;
    }

    /// Whether nothing was rounded, and no energy will be.
    pub(super) fn is_exact(&self) -> bool {
        // dividing by the power of two in two steps stays within the range of numbers
        let half = self.exponent / 2;
        let units = self.total * 2f64.powi(-half) * 2f64.powi(half - self.exponent);
        !self.is_rounded && (self.total == 0.0 || units <= MOST_UNITS)
    }

    /// Bound on the rounding error of an energy: every term is rounded at most three times, and once more in each sum
    /// it enters.
    pub(super) fn rounding(&self) -> f64 {
        if self.is_exact() { 0.0 } else { 2.0 * (self.num_terms + 3.0) * f64::EPSILON * self.total }
    }
}

/// Rounds a margin, `lambda` or `alpha`: a value with more than 24 significant bits is rounded up in magnitude to 8
/// bits, by less than 1/128, so that sums of coefficients are exact and cancel without rounding errors. Values that
/// would overflow are kept.
///
/// # Examples
/// ```
/// use isinglass::formulation::few_bits;
/// assert_eq!([1.0625, 50.0].map(few_bits), [1.0625, 50.0]);
/// assert_eq!(few_bits(0.1), 0.10009765625);
/// ```
#[must_use]
pub fn few_bits(penalty: f64) -> f64 {
    let mask = |bits: u32| (1u64 << (f64::MANTISSA_DIGITS - bits)) - 1;
    if penalty.to_bits() & mask(KEPT_BITS) == 0 {
        return penalty;
    }
    let rounded = f64::from_bits((penalty.to_bits() + mask(ROUNDED_BITS)) & !mask(ROUNDED_BITS));
    if rounded.is_finite() { rounded } else { penalty }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_exact(terms: &[f64]) -> bool {
        let mut arithmetic = Arithmetic::default();
        for &term in terms {
            arithmetic.enter_factor(term);
            arithmetic.enter(term);
        }
        arithmetic.is_exact()
    }

    #[test]
    fn multiples_of_a_power_of_two_are_exact_until_their_total_has_too_many_digits() {
        assert!(
            is_exact(&[])
                && is_exact(&[1.0625, -3.0, 1e12])
                && is_exact(&[2f64.powi(1000)])
                && is_exact(&[5e-324, 1e-323])
        );
        assert!(!is_exact(&[1e16, 1.0]) && !is_exact(&[1e300, 1e-300]) && !is_exact(&[1.0, 5e-324]));
        assert!(is_exact(&[2f64.powi(51), 1.0]) && !is_exact(&[2f64.powi(52), 1.0]));
    }

    #[test]
    fn penalties_have_few_bits_and_are_never_less_than_asked_for() {
        for penalty in [1.0625, 50.0, 1.0, 0.75, 12_345.0] {
            assert_eq!(few_bits(penalty), penalty);
        }
        for penalty in [1.1, 1.0 / 3.0, 0.1, 1e16, 1e-300, 5e-324, f64::MAX] {
            let rounded = few_bits(penalty);
            assert!(rounded >= penalty && (rounded <= penalty * 1.01 || penalty < 1e-300), "{penalty}: {rounded}");
        }
        assert_eq!([1.1, 1.0 / 3.0].map(few_bits), [1.1015625, 0.333984375]);
    }

    #[test]
    fn factors_of_many_bits_count_as_rounded() {
        let mut arithmetic = Arithmetic::default();
        arithmetic.enter_factor(few_bits(0.1) * 1000.0);
        arithmetic.enter(few_bits(0.1) * 7000.0);
        assert!(arithmetic.is_exact() && arithmetic.rounding() == 0.0);
        arithmetic.enter_factor(0.1);
        assert!(!arithmetic.is_exact() && arithmetic.rounding() > 0.0);
    }
}
