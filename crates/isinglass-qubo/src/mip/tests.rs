use super::*;
use crate::model::{Bqm, BqmBuilder, Vartype};
use crate::rng;
use rand_core::Rng;

/// A random model with small whole biases, zeros among them.
fn random_bqm(vartype: Vartype, num_variables: usize, seed: u64) -> Bqm {
    let mut rng = rng::stream(seed, 0);
    let mut bias = || f64::from((rng.next_u32() % 9) as i32 - 4);
    let mut builder = BqmBuilder::new(vartype, num_variables);
    builder.add_offset(bias());
    for first in 0..num_variables {
        builder.add_linear(first, bias());
        for second in first + 1..num_variables {
            builder.add_quadratic(first, second, bias());
        }
    }
    builder.build().unwrap()
}

/// The least objective over the continuous variables, each of which meets only binary ones in rows.
fn completed(mip: &Mip, binaries: &[f64]) -> Vec<f64> {
    let mut values = binaries.to_vec();
    for (index, variable) in mip.variables().iter().enumerate().skip(binaries.len()) {
        let (mut lower, mut upper) = (variable.lower, variable.upper);
        for row in mip.rows().filter(|row| row.variables.contains(&(index as u32))) {
            let mut rest = row.right;
            for (&other, coefficient) in row.variables.iter().zip(row.coefficients) {
                if other as usize != index {
                    rest -= coefficient * binaries[other as usize];
                }
            }
            match row.sense {
                RowSense::LessEqual => upper = f64::min(upper, rest),
                RowSense::GreaterEqual => lower = f64::max(lower, rest),
                RowSense::Equal => unreachable!("no equations here"),
            }
        }
        assert!(lower <= upper, "{} has no value", variable.name);
        values.push(if mip.linear()[index] >= 0.0 { lower } else { upper });
    }
    values
}

#[test]
fn the_least_objective_of_both_programs_is_the_energy_of_every_sample() {
    for (vartype, seed) in [(Vartype::Binary, 1), (Vartype::Spin, 2), (Vartype::Binary, 3), (Vartype::Spin, 4)] {
        let bqm = random_bqm(vartype, 6, seed);
        let quadratic = Mip::quadratic_of(&bqm, |index| format!("v{index}")).unwrap();
        let linear = Mip::linearized_of(&bqm).unwrap();
        assert!(linear.is_linear() && !quadratic.is_linear());
        for bits in 0..1u32 << 6 {
            let is_set = |index: usize| bits >> index & 1 == 1;
            let [low, high] = vartype.values();
            let sample: Vec<i8> = (0..6).map(|index| if is_set(index) { high } else { low }).collect();
            let binaries: Vec<f64> = (0..6).map(|index| f64::from(u8::from(is_set(index)))).collect();
            let energy = bqm.energy(&sample);
            assert_eq!(quadratic.objective(&binaries), energy);
            let point = completed(&linear, &binaries);
            linear.check(&point, 0.0).unwrap();
            assert_eq!(linear.objective(&point), energy);
        }
    }
}

#[test]
fn terms_of_a_row_are_merged_and_zeros_left_out() {
    let mut builder = MipBuilder::new();
    let (x, y) = (builder.add_binary("x"), builder.add_binary("y"));
    builder.add_row([(y, 1.0), (x, 2.0), (y, -1.0), (x, 1.0)], RowSense::Equal, 3.0);
    builder.add_row([(y, 1.0), (y, -1.0)], RowSense::GreaterEqual, -1.0);
    builder.add_quadratic(y, x, 1.0);
    builder.add_quadratic(x, y, -1.0);
    let mip = builder.build().unwrap();
    let row = mip.rows().next().unwrap();
    assert_eq!((mip.num_rows(), mip.num_nonzeros(), mip.is_linear()), (1, 1, true));
    assert_eq!((row.variables, row.coefficients, row.right), (&[0][..], &[3.0][..], 3.0));
}

#[test]
fn points_are_checked_against_bounds_whole_numbers_and_rows() {
    let mut builder = MipBuilder::new();
    let x = builder.add_variable("x", VariableKind::Integer, -2.0, 5.0);
    let y = builder.add_variable("y", VariableKind::Continuous, 0.0, f64::INFINITY);
    builder.add_row([(x, 1.0), (y, -1.0)], RowSense::LessEqual, 0.5);
    builder.add_row([(x, 1.0), (y, 1.0)], RowSense::GreaterEqual, -1.0);
    let mip = builder.build().unwrap();
    mip.check(&[3.0, 2.5], 0.0).unwrap();
    mip.check(&[3.0, 2.5 - 1e-9], 1e-8).unwrap();
    let message = |values: &[f64]| mip.check(values, 1e-6).unwrap_err().to_string();
    insta::assert_snapshot!(message(&[3.0]), @"1 values for 2 variables");
    insta::assert_snapshot!(message(&[6.0, 9.0]), @"variable x is 6, but must be whole and between -2 and 5");
    insta::assert_snapshot!(message(&[2.5, 9.0]), @"variable x is 2.5, but must be whole and between -2 and 5");
    insta::assert_snapshot!(message(&[2.0, f64::NAN]), @"variable y is NaN, but must be between 0 and inf");
    insta::assert_snapshot!(message(&[3.0, 2.0]), @"row c0 is missed by 0.5");
    insta::assert_snapshot!(message(&[-2.0, 0.5]), @"row c1 is missed by 0.5");
}

#[test]
fn what_is_no_program_is_refused() {
    let message = |add: &dyn Fn(&mut MipBuilder)| {
        let mut builder = MipBuilder::new();
        builder.add_binary("x");
        add(&mut builder);
        builder.build().unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(&|builder| { builder.add_binary("x"); }), @"two variables are called `x`");
    insta::assert_snapshot!(message(&|builder| { builder.add_variable("y", VariableKind::Integer, 2.0, 1.0); }), @"variable y is to lie between 2 and 1");
    insta::assert_snapshot!(message(&|builder| builder.add_linear(0, f64::NAN)), @"a coefficient of the objective is NaN");
    insta::assert_snapshot!(message(&|builder| builder.add_row([(0, f64::INFINITY)], RowSense::Equal, 0.0)), @"a coefficient of row c0 is inf");
    insta::assert_snapshot!(message(&|builder| builder.add_row([], RowSense::Equal, 1.0)), @"row c0 has no variables and does not hold");
}
