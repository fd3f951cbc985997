//! Tabu search as a whole.

use super::*;
use crate::model::BqmBuilder;
use crate::rng::stream;
use crate::sampler::exhaustive;
use crate::testing::{planted, random_integers, random_reals, sampler_conformance};

fn best(tabu: Tabu, bqm: &Bqm) -> f64 {
    tabu.sample(bqm, &RunControl::default()).unwrap().best().unwrap().energy
}

#[test]
fn tabu_search_passes_the_conformance_suite() {
    let make = |seed, threads| Tabu { num_iterations: 2_000, seed, threads: Some(threads), ..Tabu::default() };
    sampler_conformance(|seed, threads| Box::new(make(seed, threads)));
}

#[test]
fn planted_minima_are_found() {
    for seed in 0..5 {
        let planted = planted(120, 100, seed);
        let tabu = Tabu { num_reads: 2, num_iterations: 50_000, seed, ..Tabu::default() };
        assert_eq!(best(tabu, &planted.bqm), planted.energy);
    }
}

#[test]
fn integers_reals_and_dense_models_are_solved() {
    let tabu = Tabu { num_reads: 2, num_iterations: 5_000, ..Tabu::default() };
    for seed in 0..4 {
        for bqm in [
            random_integers(Vartype::Binary, 16, 4, 9, seed),
            random_integers(Vartype::Spin, 16, 30, 1 << 30, seed),
            random_reals(Vartype::Binary, 16, 4, seed),
            random_reals(Vartype::Spin, 16, 30, seed),
        ] {
            let minimum = exhaustive::minimum(&bqm).unwrap();
            assert!((best(tabu, &bqm) - minimum).abs() <= 1e-12 * minimum.abs());
        }
    }
}

#[test]
fn no_single_flip_lowers_a_sample() {
    let bqm = random_reals(Vartype::Binary, 80, 6, 5);
    let tabu = Tabu { num_reads: 20, num_iterations: 37, ..Tabu::default() };
    for row in tabu.sample(&bqm, &RunControl::default()).unwrap().samples.rows() {
        let mut sample = row.sample.to_vec();
        for variable in 0..80 {
            sample[variable] = 1 - sample[variable];
            assert!(bqm.energy(&sample) > row.energy - 1e-9);
            sample[variable] = 1 - sample[variable];
        }
    }
}

#[test]
fn a_target_that_is_met_ends_the_run() {
    let planted = planted(100, 80, 3);
    let control = RunControl { target: Some(planted.energy), ..RunControl::default() };
    let tabu = Tabu { num_iterations: 1 << 40, ..Tabu::default() };
    let sampling = tabu.sample(&planted.bqm, &control).unwrap();
    assert_eq!((sampling.status, sampling.best().unwrap().energy), (crate::SampleStatus::Target, planted.energy));
}

#[test]
fn a_read_does_as_many_iterations_as_asked() {
    let bqm = random_integers(Vartype::Spin, 50, 4, 3, 1);
    let tabu = Tabu { num_reads: 3, num_iterations: 12_345, ..Tabu::default() };
    assert_eq!(tabu.sample(&bqm, &RunControl::default()).unwrap().num_updates, 3 * 12_345);
}

#[test]
fn bans_leave_more_than_half_of_the_variables_free() {
    assert_eq!(tenure(None, 1000), Tenure { least: 40, spread: 10 });
    assert_eq!(tenure(None, 40), Tenure { least: 10, spread: 9 });
    for num_variables in 0..200 {
        for least in [None, Some(0), Some(7), Some(u32::MAX)] {
            let Tenure { least, spread } = tenure(least, num_variables);
            assert!(2 * (least + spread) as usize <= num_variables.saturating_sub(1));
        }
    }
}

#[test]
fn every_instruction_set_takes_the_same_flips() {
    fn check<T: Number>(problem: &Problem<T>, seed: u64)
    where
        for<'p> Search<'p, T>: Stretch,
    {
        let start = numbers(&random_spins(problem.num_variables(), &mut stream(seed, 1)));
        let limits = Limits { iterations: 3_000, patience: u64::MAX, target: f64::NEG_INFINITY };
        let run = |isa| {
            let mut search = Search::new(problem, isa, Tenure { least: 5, spread: 10 }, &start);
            search.stretch(limits, &mut stream(seed, 2));
            (search.best().to_vec(), search.best_energy())
        };
        for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
            assert_eq!(run(isa), run(Isa::Portable), "{isa:?}");
        }
    }
    for (seed, degree) in [(1, 4), (2, 60)] {
        let integers = random_integers(Vartype::Spin, 90, degree, 5, seed);
        check(&Problem::in_integers(&integers, integer_unit(&integers).unwrap()), seed);
        check(&Problem::in_floats(&random_reals(Vartype::Spin, 90, degree, seed)), seed);
    }
}

#[test]
fn wrong_parameters_are_refused_with_their_value() {
    let message = |tabu: Tabu| {
        let bqm = BqmBuilder::new(Vartype::Spin, 1).build().unwrap();
        tabu.sample(&bqm, &RunControl::default()).unwrap_err().to_string()
    };
    let default = Tabu::default();
    insta::assert_snapshot!(message(Tabu { num_reads: 0, ..default }), @"num_reads is 0, but must be at least 1");
    insta::assert_snapshot!(message(Tabu { num_iterations: 0, ..default }), @"num_iterations is 0, but must be at least 1");
    insta::assert_snapshot!(message(Tabu { threads: Some(0), ..default }), @"threads is 0, but must be at least 1");
}
