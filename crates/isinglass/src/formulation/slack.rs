//! Bounded binary encoding of an integer.

/// Coefficients `c_b` such that `sum_b c_b s_b` over bits `s_b` takes exactly the values `0..=largest`.
///
/// Bounded binary: powers of two, and a last coefficient that makes the sum `largest`. `ceil(log2(largest + 1))` bits.
pub(super) fn bounded_binary(largest: u64) -> Vec<u64> {
    let mut coefficients = Vec::new();
    let mut rest = largest;
    let mut power = 1;
    while rest > 0 {
        let coefficient = power.min(rest);
        coefficients.push(coefficient);
        rest -= coefficient;
        power *= 2;
    }
    coefficients
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_up_to_the_largest_and_no_other_is_reached() {
        for largest in 0..70 {
            let coefficients = bounded_binary(largest);
            assert_eq!(coefficients.len() as u32, (largest + 1).next_power_of_two().trailing_zeros());
            let mut reached = vec![false; largest as usize + 1];
            for bits in 0..1u64 << coefficients.len() {
                let value: u64 = coefficients.iter().enumerate().map(|(b, c)| c * (bits >> b & 1)).sum();
                reached[value as usize] = true;
            }
            assert!(reached.iter().all(|&reached| reached), "0..={largest}");
        }
    }
}
