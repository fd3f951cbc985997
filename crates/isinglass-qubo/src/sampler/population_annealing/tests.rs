//! Population annealing as a whole: distribution, free energy, families, equal results on every path.

use super::*;
use crate::model::BqmBuilder;
use crate::sampler::{boltzmann, exhaustive};
use crate::testing::{planted, random_integers, random_reals, sampler_conformance};
use proptest::prelude::*;

fn run(annealing: PopulationAnnealing, bqm: &Bqm) -> (SampleResult, Vec<PopulationStep>) {
    annealing.sample_with_report(bqm, &RunControl::default()).unwrap()
}

fn small(num_reads: usize) -> PopulationAnnealing {
    PopulationAnnealing { num_reads, ..PopulationAnnealing::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 1 } else { 24 }, ..ProptestConfig::default() })]

    #[test]
    fn samples_are_the_same_on_every_instruction_set_and_number_of_threads(
        num_variables in 0..30usize,
        degree in 0..10usize,
        magnitude in 0..9u32,
        num_reads in 1..200usize,
        seed: u64,
    ) {
        let annealing = PopulationAnnealing { sweeps_per_step: 3, seed, ..small(num_reads) };
        let integers = random_integers(Vartype::Spin, num_variables, degree, 10u32.pow(magnitude), seed);
        for bqm in [integers, random_reals(Vartype::Binary, num_variables, degree, seed)] {
            let portable = run(PopulationAnnealing { isa: Some(Isa::Portable), threads: Some(1), ..annealing }, &bqm);
            for isa in Isa::ALL {
                let other = run(PopulationAnnealing { isa: Some(isa), threads: Some(2), ..annealing }, &bqm);
                prop_assert_eq!(&other, &portable, "{:?}", isa);
            }
        }
    }
}

#[test]
fn the_sampler_conforms() {
    sampler_conformance(|seed, threads| Box::new(PopulationAnnealing { seed, threads: Some(threads), ..small(200) }));
}

#[test]
fn minima_are_found() {
    for seed in 0..4 {
        let planted = planted(40, 30, seed);
        assert_eq!(run(small(200), &planted.bqm).0.best().unwrap().energy, planted.energy);
        for largest in [3, 900, 200_000, 1 << 29] {
            let bqm = random_integers(Vartype::Binary, 18, 6, largest, seed);
            assert_eq!(run(small(200), &bqm).0.best().unwrap().energy, exhaustive::minimum(&bqm).unwrap());
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn the_last_population_follows_the_boltzmann_distribution() {
    let bqm = random_integers(Vartype::Spin, 10, 3, 3, 5);
    let beta = 0.25;
    // in steps, and by one resampling of random states
    for beta_range in [(0.0, beta), (beta, beta)] {
        let annealing =
            PopulationAnnealing { beta_range: Some(beta_range), sweeps_per_step: 40, seed: 3, ..small(20_000) };
        let (sampling, steps) = run(annealing, &bqm);
        let counts = boltzmann::counts(10, sampling.samples.rows().map(|row| row.sample));
        boltzmann::assert_follows(&counts, &boltzmann::weights(&bqm, beta), &format!("{} steps", steps.len()));
        assert_eq!(steps.len() == 1, beta_range.0 > 0.0);
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn the_free_energy_and_the_mean_energy_of_every_step_are_exact_within_their_noise() {
    let bqm = random_integers(Vartype::Binary, 12, 4, 3, 2);
    let spin = bqm.to_vartype(Vartype::Spin).unwrap();
    let annealing = PopulationAnnealing { beta_range: Some((0.0, 1.0)), sweeps_per_step: 20, ..small(16_384) };
    let (_, steps) = run(annealing, &bqm);
    assert!(steps.len() > 8);
    for step in steps {
        let weights = boltzmann::weights(&spin, step.beta);
        let sum: f64 = weights.iter().sum();
        let energy = |index: usize| spin.energy(&boltzmann::spins(index, 12));
        let mean = |power: i32| -> f64 {
            weights.iter().enumerate().map(|(index, weight)| weight * energy(index).powi(power)).sum::<f64>() / sum
        };
        let deviation = (mean(2) - mean(1).powi(2)).sqrt();
        // five standard errors, were all replicas independent
        assert!((step.mean_energy - mean(1)).abs() < 5.0 * deviation / 128.0, "{step:?}: {}", mean(1));
        assert!((step.log_partition - sum.ln()).abs() < 0.02, "{step:?}: {}", sum.ln());
    }
}

#[test]
fn families_only_die_out_and_every_step_culls_what_was_asked_for() {
    let bqm = random_integers(Vartype::Spin, 60, 6, 1, 2);
    let (_, steps) = run(PopulationAnnealing { culling: 0.2, ..small(2048) }, &bqm);
    assert_eq!((steps[0].beta, steps[0].num_families, steps[0].rho_t), (0.0, 2048, 1.0));
    assert!(steps.is_sorted_by(|earlier, later| earlier.beta < later.beta));
    assert!(steps.is_sorted_by(|earlier, later| earlier.num_families >= later.num_families));
    // all but the first, which goes nowhere, and the last, which ends at the coldest temperature
    let inner = &steps[1..steps.len() - 1];
    assert!(inner.iter().all(|step| (step.culled - 0.2).abs() < 0.03), "{inner:?}");
    // the mean square is largest, the entropy is between it and the mean size
    for step in &steps {
        let mean = 2048.0 / step.num_families as f64;
        assert!(step.rho_t >= step.rho_s - 1e-9 && step.rho_s >= mean - 1e-9, "{step:?}");
    }
}

#[test]
fn wrong_parameters_are_refused_with_their_value() {
    let message = |annealing: PopulationAnnealing| {
        let bqm = BqmBuilder::new(Vartype::Spin, 1).build().unwrap();
        annealing.sample(&bqm, &RunControl::default()).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(small(0)), @"num_reads is 0, but must be at least 1");
    insta::assert_snapshot!(
        message(PopulationAnnealing { sweeps_per_step: 0, ..small(1) }),
        @"sweeps_per_step is 0, but must be at least 1"
    );
    insta::assert_snapshot!(
        message(PopulationAnnealing { culling: 1.0, ..small(1) }),
        @"culling is 1, but must be between 0.001 and 0.9"
    );
    insta::assert_snapshot!(
        message(PopulationAnnealing { beta_range: Some((3.0, 2.0)), ..small(1) }),
        @"beta_range is 3, but must be not larger at its first end than at its second"
    );
}

#[test]
fn more_memory_than_allowed_is_refused_before_it_is_taken() {
    let bqm = BqmBuilder::new(Vartype::Spin, 1000).build().unwrap();
    let error = small(usize::MAX / 4).sample(&bqm, &RunControl::default()).unwrap_err();
    assert!(matches!(error, SampleError::Memory { .. }), "{error}");
}
