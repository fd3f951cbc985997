//! Finding out whether all coefficients of a model are multiples of one unit, so that energies can be summed without rounding.

use super::SampleError;
use crate::model::Bqm;

/// The largest `unit * 2^-e` multiple that is looked for: sums of a few such numbers are still exact in `f64`.
const MAX_MULTIPLE: f64 = (1u64 << 50) as f64;

/// The largest number of which all linear and quadratic biases are integer multiples; `None` if there is none within reach
/// (coefficients that would need multiples of `2^50` or more), or if all are zero.
pub(super) fn common_unit(bqm: &Bqm) -> Option<f64> {
    common_divisor(|| bqm.linear().iter().copied().chain(bqm.interactions().map(|(.., bias)| bias)))
}

/// The largest number of which all these finite numbers, as often as asked for, are integer multiples; `None` if there is none within reach (numbers
/// that would need multiples of `2^50` or more), or if all are zero.
///
/// A number is an odd integer times a power of two. The least of these powers is a common divisor; the greatest common divisor
/// of the multiples of it, times it, is the greatest one.
///
/// # Examples
/// ```
/// use isinglass_qubo::sampler::common_divisor;
/// assert_eq!(common_divisor(|| [0.75, 0.0, -4.5].into_iter()), Some(0.75));
/// ```
#[must_use]
pub fn common_divisor<I: Iterator<Item = f64>>(numbers: impl Fn() -> I) -> Option<f64> {
    let numbers = || numbers().filter(|&number| number != 0.0);
    let power = numbers().map(lowest_bit).fold(f64::INFINITY, f64::min);
    let mut divisor = 0;
    for number in numbers() {
        let multiple = (number / power).abs();
        if multiple >= MAX_MULTIPLE {
            return None;
        }
        divisor = greatest_common_divisor(divisor, multiple as u64);
    }
    (divisor > 0 && power >= f64::MIN_POSITIVE).then_some(power * divisor as f64)
}

/// The largest power of two that divides a finite number other than zero.
fn lowest_bit(value: f64) -> f64 {
    let bits = value.abs().to_bits();
    let without = bits & (bits - 1);
    // the difference of two neighbours in value is exact; a lone leading bit is hidden, and the number a power of two itself
    if bits.trailing_zeros() < 52 { value.abs() - f64::from_bits(without) } else { value.abs() }
}

fn greatest_common_divisor(mut first: u64, mut second: u64) -> u64 {
    while second != 0 {
        (first, second) = (second, first % second);
    }
    first
}

/// `max_i (|h_i| + sum_j |J_ij|)`: no local field can be larger.
pub(super) fn largest_field(bqm: &Bqm) -> f64 {
    let row = |variable: usize| {
        let (_, biases) = bqm.neighborhood(variable);
        bqm.linear()[variable].abs() + biases.iter().map(|bias| bias.abs()).sum::<f64>()
    };
    (0..bqm.num_variables()).map(row).fold(0.0, f64::max)
}

/// Refuses a model with samples whose energy could overflow: `|offset| + sum |h| + sum |J|` must be finite, with room for the
/// factors of a change of variables.
///
/// # Errors
/// [`SampleError::EnergyOverflow`] if it is not.
pub fn check_energies(bqm: &Bqm) -> Result<(), SampleError> {
    let terms = bqm.linear().iter().copied().chain(bqm.interactions().map(|(.., bias)| bias));
    let bound = 8.0 * terms.map(f64::abs).fold(bqm.offset().abs(), |sum, bias| sum + bias);
    if bound.is_finite() { Ok(()) } else { Err(SampleError::EnergyOverflow) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};

    fn model(biases: &[f64]) -> Bqm {
        let mut builder = BqmBuilder::new(Vartype::Spin, biases.len());
        for (variable, &bias) in biases.iter().enumerate() {
            builder.add_linear(variable, bias);
        }
        builder.build().unwrap()
    }

    #[test]
    fn the_unit_is_the_greatest_common_divisor_of_dyadic_numbers() {
        assert_eq!(common_unit(&model(&[6.0, -9.0, 0.0])), Some(3.0));
        assert_eq!(common_unit(&model(&[0.75, 4.5])), Some(0.75));
        assert_eq!(common_unit(&model(&[1024.0, 8.0])), Some(8.0));
    }

    #[test]
    fn numbers_too_far_apart_have_no_unit() {
        assert_eq!(common_unit(&model(&[1.0, 1e-20])), None);
        assert_eq!(common_unit(&model(&[1e300, 1e-300])), None);
        assert_eq!(common_unit(&model(&[5e-324])), None);
        assert_eq!(common_unit(&model(&[0.0])), None);
    }

    #[test]
    fn the_largest_field_adds_up_absolute_values() {
        let mut builder = BqmBuilder::new(Vartype::Spin, 3);
        builder.add_linear(1, -2.0);
        builder.add_quadratic(0, 1, -3.0);
        builder.add_quadratic(1, 2, 4.0);
        assert_eq!(largest_field(&builder.build().unwrap()), 9.0);
    }
}
