//! The exhaustive search against plain enumeration.

use super::*;
use crate::dyadic::ExactSum;
use crate::model::BqmBuilder;
use crate::testing::{random_integers, random_reals};
use proptest::prelude::*;

/// Least energy, first assignment and number of assignments by evaluating everything without rounding.
fn plain(bqm: &Bqm) -> (ExactSum, u64, u64) {
    let [low, high] = bqm.vartype().values();
    let mut least: Option<(ExactSum, u64, u64)> = None;
    for assignment in 0..1u64 << bqm.num_variables() {
        let value = |v: usize| if assignment >> v & 1 == 1 { high } else { low };
        let energy = bqm.exact_energy(&(0..bqm.num_variables()).map(value).collect::<Vec<i8>>());
        match &mut least {
            Some((known, ..)) if energy > *known => {}
            Some((known, _, count)) if energy == *known => *count += 1,
            _ => least = Some((energy, assignment, 1)),
        }
    }
    least.unwrap()
}

fn assert_agrees(bqm: &Bqm) {
    let found = Exhaustive::default().search(bqm, &RunControl::default()).unwrap().found;
    assert_eq!((found.energy, found.assignment, found.count), plain(bqm));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 2 } else { 40 }, ..ProptestConfig::default() })]

    #[test]
    fn the_first_of_all_minimizers_is_found_in_integer_models(num_variables in 0..11usize, degree in 0..6usize, seed: u64) {
        for vartype in [Vartype::Binary, Vartype::Spin] {
            assert_agrees(&random_integers(vartype, num_variables, degree, 3, seed));
        }
    }

    #[test]
    fn the_first_of_all_minimizers_is_found_in_real_models(num_variables in 0..11usize, degree in 0..6usize, seed: u64) {
        for vartype in [Vartype::Binary, Vartype::Spin] {
            assert_agrees(&random_reals(vartype, num_variables, degree, seed));
        }
    }
}

#[test]
fn coefficients_far_apart_and_a_large_offset_hide_no_minimum() {
    let apart = |biases: [f64; 3], offset: f64| {
        let mut builder = BqmBuilder::new(Vartype::Binary, 3);
        biases.into_iter().enumerate().for_each(|(variable, bias)| builder.add_linear(variable, bias));
        builder.add_offset(offset);
        builder.build().unwrap()
    };
    for (biases, offset) in [
        ([-1e20, -1.0, 1.0], 0.0),
        ([-1e300, -1e-300, 5e-324], 1e200),
        ([2.0, -3.0, -1.0], 1e20),
        ([5e-324, -1e-323, -5e-324], 0.0),
    ] {
        let bqm = apart(biases, offset);
        assert_agrees(&bqm);
        let sampling = Exhaustive::default().sample(&bqm, &RunControl::default()).unwrap();
        let wanted = biases.map(|bias| i8::from(bias < 0.0));
        assert_eq!((sampling.status, sampling.samples.row(0).sample), (SampleStatus::Optimal, &wanted[..]));
    }
}

#[test]
fn rounding_does_not_hide_the_minimum_among_degenerate_real_models() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 10);
    for variable in 1..10 {
        builder.add_quadratic(variable - 1, variable, 0.1);
    }
    builder.add_linear(3, 1e-17);
    assert_agrees(&builder.build().unwrap());
}

#[test]
#[cfg_attr(miri, ignore = "millions of steps")]
fn several_tasks_agree_on_every_instruction_set_and_number_of_threads() {
    for bqm in [random_integers(Vartype::Spin, 22, 8, 3, 5), random_reals(Vartype::Binary, 22, 8, 5)] {
        let run = |isa, threads| {
            let search = Exhaustive { isa: Some(isa), threads: Some(threads), ..Exhaustive::default() };
            search.sample(&bqm, &RunControl::default()).unwrap()
        };
        let portable = run(Isa::Portable, 1);
        assert_eq!((portable.num_updates, portable.status), (1 << 22, SampleStatus::Optimal));
        for isa in Isa::ALL {
            assert_eq!(run(isa, 2), portable);
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "millions of steps")]
fn every_assignment_is_counted_where_all_are_equal() {
    let bqm = BqmBuilder::new(Vartype::Binary, 22).build().unwrap();
    assert_eq!(num_minimizers(&bqm).unwrap(), 1 << 22);
}

#[test]
fn too_many_variables_are_refused() {
    let bqm = BqmBuilder::new(Vartype::Spin, 35).build().unwrap();
    let error = minimum(&bqm).unwrap_err();
    insta::assert_snapshot!(error, @"exhaustive search takes at most 34 variables, but the problem has 35");
}

#[test]
fn energies_that_could_overflow_are_refused() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_quadratic(0, 1, 1e308);
    let error = minimum(&builder.build().unwrap()).unwrap_err();
    insta::assert_snapshot!(error, @"energies of the problem could overflow: its coefficients add up to more than 2.2e307");
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn the_sampler_conforms() {
    crate::testing::sampler_conformance(|_, threads| {
        Box::new(Exhaustive { threads: Some(threads), ..Exhaustive::default() })
    });
}
