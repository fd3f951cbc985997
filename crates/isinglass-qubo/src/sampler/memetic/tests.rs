//! The memetic sampler as a whole.

use super::*;
use crate::model::BqmBuilder;
use crate::sampler::state::random_spins;
use crate::testing::{random_integers, random_reals, sampler_conformance};

fn small() -> Memetic {
    Memetic { num_reads: 16, num_sweeps: 100, num_generations: 6, ..Memetic::default() }
}

#[test]
fn the_memetic_sampler_passes_the_conformance_suite() {
    sampler_conformance(|seed, threads| Box::new(Memetic { seed, threads: Some(threads), ..small() }));
}

/// A ring that can satisfy every coupling: short anneals leave walls between domains.
#[test]
fn generations_find_a_minimum_that_the_first_anneal_misses() {
    for seed in 0..4 {
        let mut builder = BqmBuilder::new(Vartype::Spin, 300);
        for (first, spin) in random_spins(300, &mut stream(seed, 0)).into_iter().enumerate() {
            builder.add_quadratic(first, (first + 1) % 300, f64::from(spin));
        }
        let bqm = builder.build().unwrap();
        // with an odd number of positive couplings one cannot be satisfied
        let num_positive = bqm.interactions().filter(|(.., bias)| *bias > 0.0).count();
        let minimum = -300.0 + 2.0 * (num_positive % 2) as f64;
        let best = |num_generations| {
            let memetic = Memetic { num_sweeps: 20, num_generations, seed, ..small() };
            memetic.sample(&bqm, &RunControl::default()).unwrap().best().unwrap().energy
        };
        assert!(best(1) > minimum);
        assert_eq!(best(12), minimum);
    }
}

#[test]
fn no_single_flip_lowers_a_sample() {
    let bqm = random_reals(Vartype::Binary, 60, 6, 3);
    let sampling = small().sample(&bqm, &RunControl::default()).unwrap();
    assert_eq!(sampling.samples.len(), 16);
    for row in sampling.samples.rows() {
        let mut sample = row.sample.to_vec();
        for variable in 0..60 {
            sample[variable] = 1 - sample[variable];
            assert!(bqm.energy(&sample) > row.energy - 1e-9);
            sample[variable] = 1 - sample[variable];
        }
    }
}

#[test]
fn more_generations_never_lose_the_best() {
    let bqm = random_integers(Vartype::Spin, 150, 8, 3, 5);
    let mut last = f64::INFINITY;
    for num_generations in 1..16 {
        let memetic = Memetic { num_sweeps: 5, num_generations, ..small() };
        let best = memetic.sample(&bqm, &RunControl::default()).unwrap().best().unwrap().energy;
        assert!(best <= last, "{best} after {num_generations} generations, {last} before");
        last = best;
    }
}

#[test]
fn parents_are_distinct_and_from_two_to_all() {
    let mut counts = [0; 65];
    for index in 0..2_000 {
        let mut parents = choose_parents(64, &mut stream(1, index));
        let count = parents.len();
        counts[count] += 1;
        parents.sort_unstable();
        parents.dedup();
        assert!(parents.len() == count && parents.iter().all(|&place| place < 64));
    }
    assert_eq!(counts[..2], [0, 0]);
    assert!(counts[2] > 100 && counts[32..].iter().sum::<u32>() > 200, "{counts:?}");
    assert_eq!(choose_parents(1, &mut stream(1, 0)), [0]);
}

#[test]
fn wrong_parameters_are_refused_with_their_value() {
    let message = |memetic: Memetic| {
        memetic.sample(&random_integers(Vartype::Spin, 3, 2, 1, 1), &RunControl::default()).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(Memetic { num_reads: 0, ..small() }), @"num_reads is 0, but must be at least 1");
    insta::assert_snapshot!(message(Memetic { num_sweeps: 0, ..small() }), @"num_sweeps is 0, but must be at least 1");
    insta::assert_snapshot!(message(Memetic { num_generations: 0, ..small() }), @"num_generations is 0, but must be at least 1");
    insta::assert_snapshot!(message(Memetic { threads: Some(0), ..small() }), @"threads is 0, but must be at least 1");
}

/// Two members make poor children, so that some runs end within an anneal.
#[test]
fn whatever_meets_the_target_is_among_the_samples() {
    for seed in 0..20 {
        let bqm = random_integers(Vartype::Spin, 200, 6, 3, seed);
        let memetic = Memetic { num_reads: 2, num_sweeps: 10, num_generations: 40, seed, threads: Some(1) };
        let target = memetic.sample(&bqm, &RunControl::default()).unwrap().best().unwrap().energy;
        let control = RunControl { target: Some(target), ..RunControl::default() };
        let sampling = memetic.sample(&bqm, &control).unwrap();
        assert_eq!(sampling.status, SampleStatus::Target);
        assert!(sampling.best().unwrap().energy <= target, "seed {seed}");
    }
}
