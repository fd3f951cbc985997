use super::*;
use crate::model::BqmBuilder;
use crate::rng::stream;
use crate::testing::{planted_model, random_integer_model, sampler_conformance};
use proptest::prelude::*;
use rand_core::Rng;

fn small(seed: u64, threads: usize) -> SimulatedAnnealing {
    SimulatedAnnealing { num_reads: 40, num_sweeps: 50, seed, threads: Some(threads), ..SimulatedAnnealing::default() }
}

fn run(annealing: SimulatedAnnealing, bqm: &Bqm) -> Sampling {
    annealing.sample(bqm, &RunControl::default()).unwrap()
}

#[test]
fn annealing_keeps_the_contract_of_samplers() {
    sampler_conformance(small);
}

#[test]
fn exhaustive_search_keeps_the_contract_of_samplers() {
    sampler_conformance(|_, _| crate::sampler::Exhaustive::default());
}

#[test]
fn planted_ground_states_are_found() {
    for seed in 0..5 {
        let (bqm, ground) = planted_model(60, seed);
        let best = run(SimulatedAnnealing { num_sweeps: 300, seed, ..small(seed, 1) }, &bqm).best().unwrap().energy;
        assert_eq!(best, ground);
    }
}

/// Where every tie is taken, domain walls ride with the sweep side by side and none of these is found.
#[test]
fn ground_states_of_rings_are_found() {
    for (num_variables, coupling) in [(6, 1.0), (101, 1.0), (101, -1.0), (101, 0.1)] {
        let mut builder = BqmBuilder::new(Vartype::Spin, num_variables);
        for variable in 0..num_variables {
            builder.add_quadratic(variable, (variable + 1) % num_variables, coupling);
        }
        let frustrated = if num_variables % 2 == 1 && coupling > 0.0 { 2.0 } else { 0.0 };
        let ground = -(num_variables as f64 - frustrated) * f64::abs(coupling);
        let beta_range = Some((0.1 / f64::abs(coupling), 5.0 / f64::abs(coupling)));
        let sampling =
            run(SimulatedAnnealing { num_sweeps: 1000, beta_range, ..small(0, 1) }, &builder.build().unwrap());
        let num_found = sampling.samples.energies().iter().filter(|&&energy| energy < ground + 1e-9).count();
        assert!(num_found > 30, "{num_found} of 40 reads found the ground state of {num_variables} spins");
    }
}

#[test]
fn a_read_is_the_same_whatever_the_number_of_reads() {
    let bqm = random_integer_model(Vartype::Binary, 30, 6, 5, 2);
    let many = run(SimulatedAnnealing { num_reads: 70, ..small(9, 2) }, &bqm);
    let few = run(SimulatedAnnealing { num_reads: 33, ..small(9, 1) }, &bqm);
    for read in 0..33 {
        assert_eq!(many.samples.row(read), few.samples.row(read));
    }
}

/// A model with real coefficients of very different size, for which sums in `f32` round.
fn real_model(num_variables: usize, seed: u64) -> Bqm {
    let mut stream = stream(seed, 5);
    let mut uniform = || (stream.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    let mut builder = BqmBuilder::new(Vartype::Spin, num_variables);
    for first in 0..num_variables {
        builder.add_linear(first, uniform() - 0.5);
        for _ in 0..4 {
            let second = (uniform() * num_variables as f64) as usize;
            builder.add_quadratic(first, second, (uniform() - 0.5) * 10f64.powf(4.0 * uniform() - 2.0));
        }
    }
    builder.build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_instruction_set_gives_the_same_samples(num_variables in 2usize..80, seed: u64, real: bool) {
        let bqm = if real {
            real_model(num_variables, seed)
        } else {
            random_integer_model(Vartype::Binary, num_variables, 6, 9, seed)
        };
        let with = |isa| run(SimulatedAnnealing { isa: Some(isa), ..small(seed, 1) }, &bqm);
        let portable = with(Isa::Portable);
        for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
            prop_assert_eq!(&with(isa), &portable, "{:?}", isa);
        }
    }
}

/// At one fixed temperature the samples of many short runs follow the Boltzmann distribution: chi-square over the states of
/// four coupled spins, 15 degrees of freedom, whose 0.1 % point is 37.7.
#[test]
fn samples_at_a_fixed_temperature_follow_the_boltzmann_distribution() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 4);
    for (first, second, coupling) in [(0, 1, 1.0), (1, 2, -0.5), (2, 3, 0.75), (0, 3, 0.5), (0, 2, -0.25)] {
        builder.add_quadratic(first, second, coupling);
        builder.add_linear(first, 0.25);
    }
    let bqm = builder.build().unwrap();
    let beta = 0.7;
    let num_reads = 32_000;
    let annealing = SimulatedAnnealing { num_reads, num_sweeps: 60, beta_range: Some((beta, beta)), ..small(1, 2) };
    let mut counts = [0.0; 16];
    let state = |sample: &[i8]| sample.iter().enumerate().map(|(v, &s)| usize::from(s > 0) << v).sum::<usize>();
    for row in run(annealing, &bqm).samples.rows() {
        counts[state(row.sample)] += 1.0;
    }
    let spins = |state: usize| (0..4).map(|v| if state >> v & 1 == 1 { 1 } else { -1 }).collect::<Vec<i8>>();
    let weights: Vec<f64> = (0..16).map(|state| (-beta * bqm.energy(&spins(state))).exp()).collect();
    let total: f64 = weights.iter().sum();
    let chi_square: f64 = (0..16)
        .map(|state| {
            let expected = num_reads as f64 * weights[state] / total;
            (counts[state] - expected).powi(2) / expected
        })
        .sum();
    assert!(chi_square < 37.7, "chi-square {chi_square}");
}

#[test]
fn parameters_out_of_range_are_refused() {
    let bqm = random_integer_model(Vartype::Spin, 4, 2, 3, 0);
    let message =
        |annealing: SimulatedAnnealing| annealing.sample(&bqm, &RunControl::default()).unwrap_err().to_string();
    insta::assert_snapshot!(message(SimulatedAnnealing { num_reads: 0, ..small(0, 1) }), @"num_reads is 0, but must be at least 1");
    insta::assert_snapshot!(message(SimulatedAnnealing { num_sweeps: 0, ..small(0, 1) }), @"num_sweeps is 0, but must be at least 1");
    insta::assert_snapshot!(message(small(0, 0)), @"threads is 0, but must be at least 1");
    insta::assert_snapshot!(message(SimulatedAnnealing { beta_range: Some((0.1, f64::NAN)), ..small(0, 1) }), @"beta_range is NaN, but must be two finite numbers of at least 0");
    insta::assert_snapshot!(message(SimulatedAnnealing { beta_range: Some((0.0, 1.0)), ..small(0, 1) }), @"beta_range is 0, but must be above 0 at its first end, for a geometric schedule to rise from");
    insta::assert_snapshot!(message(SimulatedAnnealing { num_reads: usize::MAX, ..small(0, 1) }), @"sampling would take 18446744073709551615 bytes; at most 17179869184 are taken");
}

/// All pairs of the first five spins coupled by `size`: their fields have the size `sqrt(4) size`.
fn complete_graph(num_variables: usize, size: f64) -> BqmBuilder {
    let mut builder = BqmBuilder::new(Vartype::Spin, num_variables);
    for first in 0..5 {
        for second in 0..first {
            builder.add_quadratic(first, second, size);
        }
    }
    builder
}

#[test]
fn the_default_range_is_that_of_the_stated_rule() {
    assert_eq!(default_beta_range(&complete_graph(5, 1.0).build().unwrap()), (0.5, 4.0));
    assert_eq!(default_beta_range(&complete_graph(5, 1e-200).build().unwrap()).0, 0.5e200);
    // squares of the sizes: 5, 5, 4, 4, 4, 16, 64
    let mut builder = complete_graph(7, 1.0);
    builder.add_quadratic(5, 6, 4.0);
    builder.add_linear(6, 48f64.sqrt());
    builder.add_linear(0, 1.0);
    builder.add_linear(1, 1.0);
    assert_eq!(default_beta_range(&builder.build().unwrap()), (1.0 / 5f64.sqrt(), 4.0));
}

#[test]
fn tiny_couplings_and_free_variables_do_not_move_the_default_range() {
    let mut builder = complete_graph(9, 1.0);
    builder.add_quadratic(0, 1, 1e-12);
    let (hot, cold) = default_beta_range(&builder.build().unwrap());
    assert!((hot - 0.5).abs() < 1e-9 && (cold - 4.0).abs() < 1e-9, "({hot}, {cold})");
    assert_eq!(default_beta_range(&BqmBuilder::new(Vartype::Spin, 3).build().unwrap()), (0.1, 1.0));
}
