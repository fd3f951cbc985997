use proptest::prelude::*;

use super::*;

fn fit(numbers: &[f64], binarize: Binarize) -> Fitted {
    Encoding::fit(&Values::Numbers(numbers.into()), binarize, "a").unwrap()
}

fn thresholds_of(numbers: &[f64], binarize: Binarize) -> Vec<f64> {
    match fit(numbers, binarize).encoding {
        Encoding::Thresholds(thresholds) => thresholds,
        other => panic!("{other:?}"),
    }
}

#[test]
fn automatic_thresholds_are_midpoints_or_means() {
    assert_eq!(thresholds_of(&[0.0, 1.0, 0.0, 0.0], Binarize::Auto), [0.5]);
    assert_eq!(thresholds_of(&[0.0, 1.0, 5.0], Binarize::Auto), [2.0]);
}

#[test]
fn a_median_that_is_the_largest_value_steps_down() {
    assert_eq!(thresholds_of(&[3.0, 1.0, 2.0], Binarize::Median), [2.0]);
    assert_eq!(thresholds_of(&[1.0, 2.0, 3.0, 8.0], Binarize::Median), [2.5]);
    assert_eq!(thresholds_of(&[0.0, 1.0, 1.0, 1.0], Binarize::Median), [0.0]);
}

#[test]
fn a_thermometer_divides_the_range() {
    let fitted = fit(&[0.0, 16.0, 1.0], Binarize::Thermometer(3));
    assert_eq!(fitted.encoding, Encoding::Thresholds(vec![4.0, 8.0, 12.0]));
    assert_eq!(fitted.encoding.bit_names("a"), ["a>4", "a>8", "a>12"]);
}

#[test]
fn levels_are_the_training_values() {
    let fitted = fit(&[2.0, -1.0, 2.0], Binarize::OneHot);
    assert_eq!(fitted.encoding, Encoding::Levels(vec![-1.0, 2.0]));
    let mut bits = BitMatrix::zeros(2, 2);
    assert!(fitted.encoding.write(&Values::Numbers(vec![2.0, 3.0].into()), &mut bits, 0).is_ok());
    assert_eq!((bits.row(0), bits.row(1)), (&[0b10][..], &[0][..]));
}

#[test]
fn a_given_threshold_outside_the_values_makes_a_constant_bit() {
    assert!(fit(&[0.0, 1.0], Binarize::Threshold(1.0)).is_constant);
    assert!(fit(&[0.0, 1.0], Binarize::Threshold(-0.5)).is_constant);
    assert!(!fit(&[0.0, 1.0], Binarize::Threshold(0.0)).is_constant);
}

proptest! {
    #[test]
    fn fitted_bits_divide_every_column_that_is_not_constant(
        numbers in proptest::collection::vec(proptest::num::f64::NORMAL | proptest::num::f64::ZERO, 1..12),
        levels in 1_usize..6,
    ) {
        let is_constant = numbers.iter().all(|number| *number == numbers[0]);
        for binarize in [Binarize::Auto, Binarize::Mean, Binarize::Median, Binarize::Thermometer(levels), Binarize::OneHot] {
            let fitted = fit(&numbers, binarize);
            prop_assert!(fitted.encoding.is_valid(), "{:?}", fitted.encoding);
            prop_assert_eq!(fitted.is_constant, is_constant);
            let num_bits = fitted.encoding.num_bits();
            let mut bits = BitMatrix::zeros(numbers.len(), num_bits);
            prop_assert!(fitted.encoding.write(&Values::Numbers(numbers.as_slice().into()), &mut bits, 0).is_ok());
            for bit in (0..num_bits).filter(|_| !is_constant) {
                let num_set = (0..numbers.len()).filter(|&row| bits.get(row, bit)).count();
                prop_assert!(0 < num_set && num_set < numbers.len());
            }
        }
    }
}
