//! Every rule against enumeration.

use super::*;
use crate::dyadic::sums_are_exact;
use crate::model::{BqmBuilder, Vartype};
use crate::rng::stream;
use crate::sampler::{Exhaustive, RunControl, Sampler, exhaustive};
use crate::testing::{random_integers, random_reals};
use rand_core::Rng;

/// Trees, rings, sparse and dense models, with integers of few values (many ties), larger ones, reals, and reals at both ends of
/// the range; variables without terms and pairs of bias zero among them.
fn models() -> impl Iterator<Item = (String, Bqm)> {
    (0..240u64).map(|seed| {
        let vartype = if seed % 2 == 0 { Vartype::Spin } else { Vartype::Binary };
        let size = 1 + (seed / 2 % 11) as usize;
        let kind = seed / 3 % 8;
        let bqm = match kind {
            0 => random_integers(vartype, size, 2, 1, seed),
            1 => random_integers(vartype, size, 3, 2, seed),
            2 => random_integers(vartype, size, 6, 9, seed),
            3 => random_reals(vartype, size, 3, seed),
            4 => path(vartype, size, false, seed),
            5 => path(vartype, size, true, seed),
            6 => scaled(&random_reals(vartype, size, 4, seed), if seed % 5 == 0 { 1e-290 } else { 1e290 }),
            _ => strong_pairs(vartype, size, seed),
        };
        (format!("kind {kind}, seed {seed}"), bqm)
    })
}

fn path(vartype: Vartype, size: usize, closed: bool, seed: u64) -> Bqm {
    let mut stream = stream(seed, 1);
    let mut small = || (stream.next_u64() >> 20) as f64 % 7.0 - 3.0;
    let mut builder = BqmBuilder::new(vartype, size);
    for variable in 0..size {
        builder.add_linear(variable, small());
    }
    for first in 0..size - usize::from(!closed) {
        builder.add_quadratic(first, (first + 1) % size, small());
    }
    builder.build().unwrap()
}

/// A few couplings far above the others.
fn strong_pairs(vartype: Vartype, size: usize, seed: u64) -> Bqm {
    let base = random_integers(vartype, size, 4, 2, seed);
    let mut builder = BqmBuilder::new(vartype, size);
    for variable in 0..size {
        builder.add_linear(variable, base.linear()[variable]);
    }
    for (number, (first, second, bias)) in base.interactions().enumerate() {
        builder.add_quadratic(first, second, if number % 3 == 0 { 8.0 * bias } else { bias });
    }
    builder.build().unwrap()
}

fn scaled(bqm: &Bqm, factor: f64) -> Bqm {
    let mut builder = BqmBuilder::new(bqm.vartype(), bqm.num_variables());
    bqm.linear().iter().enumerate().for_each(|(variable, bias)| builder.add_linear(variable, bias * factor));
    bqm.interactions().for_each(|(first, second, bias)| builder.add_quadratic(first, second, bias * factor));
    builder.build().unwrap()
}

/// Each rule by itself, all, and both with all optima kept.
fn settings() -> Vec<Presolve> {
    let none = Presolve::none();
    let mut settings = vec![
        none,
        Presolve { dominated: true, ..none },
        Presolve { max_degree: Some(0), ..none },
        Presolve { max_degree: Some(2), ..none },
        Presolve { max_degree: Some(3), ..none },
        Presolve { pairs: true, ..none },
        Presolve { roof_duality: true, ..none },
        Presolve { region_size: 4, ..none },
        Presolve { region_size: 7, ..none },
        Presolve { effort: 20, ..Presolve::default() },
        Presolve::default(),
    ];
    settings.extend(settings.clone().into_iter().map(|setting| Presolve { strong_only: true, ..setting }));
    settings
}

/// How far apart two energies may be that are equal but for rounding.
fn tolerance(bqm: &Bqm) -> f64 {
    let biases = bqm.linear().iter().copied().chain(bqm.interactions().map(|(.., bias)| bias)).chain([bqm.offset()]);
    if sums_are_exact(biases.collect::<Vec<f64>>().into_iter()) { 0.0 } else { 1e-12 * bqm.max_abs_coefficient() }
}

/// All samples, by number.
fn sample(bqm: &Bqm, number: usize) -> Vec<i8> {
    let [low, high] = bqm.vartype().values();
    (0..bqm.num_variables()).map(|variable| if number >> variable & 1 == 1 { high } else { low }).collect()
}

#[test]
fn lifting_keeps_the_energy_of_every_sample_and_the_least_energy() {
    for (name, bqm) in models() {
        let (least, tolerance) = (exhaustive::minimum(&bqm).unwrap(), tolerance(&bqm));
        for setting in settings() {
            let presolved = setting.run(&bqm).unwrap();
            let components = presolved.components();
            let left: usize = components.iter().map(|component| component.variables.len()).sum();
            for number in 0..1usize << left.min(7) {
                let mut bits = number.wrapping_mul(0x9e37_79b1);
                let mut samples = Vec::new();
                let mut energy = presolved.offset();
                for component in components {
                    let part = sample(&component.bqm, bits);
                    bits >>= part.len();
                    energy += component.bqm.energy(&part);
                    samples.push(part);
                }
                let lifted = bqm.energy(&presolved.lift(&samples));
                assert!((lifted - energy).abs() <= tolerance, "{name}, {setting:?}: {lifted} is not {energy}");
            }
            let minima = components.iter().map(|component| exhaustive::minimum(&component.bqm).unwrap());
            let reduced = presolved.offset() + minima.sum::<f64>();
            assert!((reduced - least).abs() <= tolerance, "{name}, {setting:?}: {reduced} is not {least}");
            if let Some(bound) = presolved.statistics().lower_bound {
                assert!(bound <= least, "{name}, {setting:?}: a bound of {bound} above {least}");
            }
        }
    }
}

#[test]
fn strong_rules_keep_the_number_of_optima() {
    for (name, bqm) in models() {
        for setting in settings().into_iter().filter(|setting| setting.strong_only) {
            let presolved = setting.run(&bqm).unwrap();
            let counts = presolved.components().iter().map(|part| exhaustive::num_minimizers(&part.bqm).unwrap());
            assert_eq!(counts.product::<u64>(), exhaustive::num_minimizers(&bqm).unwrap(), "{name}, {setting:?}");
        }
    }
}

#[test]
fn counts_add_up_and_every_rule_is_used() {
    let mut all = [0; 13];
    for (name, bqm) in models() {
        for setting in settings() {
            let presolved = setting.run(&bqm).unwrap();
            let s = presolved.statistics();
            let counts = [
                s.dominated,
                s.isolated,
                s.degree_one,
                s.degree_two,
                s.degree_three,
                s.roof_strong,
                s.roof_weak,
                s.pair_fixed,
                s.pair_equal,
                s.pair_opposite,
                s.region_fixed,
                s.region_equal,
                s.region_opposite,
            ];
            assert_eq!(counts.iter().sum::<usize>(), s.num_taken_out(), "{name}, {setting:?}");
            assert_eq!(s.num_components, presolved.components().len());
            let left = presolved.components().iter();
            assert_eq!(s.num_interactions_left, left.map(|part| part.bqm.num_interactions()).sum::<usize>());
            all.iter_mut().zip(counts).for_each(|(all, count)| *all += count);
        }
    }
    assert!(all.iter().all(|&count| count > 0), "{all:?}");
}

#[test]
fn trees_and_rings_are_solved_by_few_neighbours() {
    for closed in [false, true] {
        let bqm = path(Vartype::Spin, 300, closed, 5);
        let rules = Presolve { max_degree: Some(2), ..Presolve::none() };
        let presolved = rules.run(&bqm).unwrap();
        assert_eq!(presolved.statistics().num_variables_left, 0);
        assert_eq!(bqm.energy(&presolved.lift::<&[i8]>(&[])), presolved.offset());
        assert_eq!(presolved.statistics().lower_bound, Some(presolved.offset()));
    }
}

#[test]
fn roof_duality_bounds_from_below_and_fixes_what_optima_have() {
    let mut num_fixed = [0; 2];
    for (name, bqm) in models().filter(|(_, bqm)| tolerance(bqm) == 0.0) {
        let least = exhaustive::minimum(&bqm).unwrap();
        let optima: Vec<Vec<i8>> = (0..1usize << bqm.num_variables())
            .map(|number| sample(&bqm, number))
            .filter(|sample| bqm.energy(sample) == least)
            .collect();
        let agrees = |optimum: &Vec<i8>, roof: &RoofDuality| {
            roof.fixed.iter().all(|&(variable, value)| optimum[variable] == value)
        };
        let strong = roof_duality(&bqm, true).unwrap();
        assert!(strong.lower_bound <= least, "{name}");
        assert!(optima.iter().all(|optimum| agrees(optimum, &strong)), "{name}");
        let weak = roof_duality(&bqm, false).unwrap();
        assert!(optima.iter().any(|optimum| agrees(optimum, &weak)), "{name}");
        num_fixed[0] += strong.fixed.len();
        num_fixed[1] += weak.fixed.len();
    }
    assert!(num_fixed[0] > 100 && num_fixed[1] > num_fixed[0], "{num_fixed:?}");
}

#[test]
fn the_roof_dual_of_a_model_without_frustration_is_its_minimum() {
    for seed in 0..20 {
        // all couplings ferromagnetic, fields of any sign: a cut problem
        let base = random_integers(Vartype::Spin, 12, 5, 4, seed);
        let mut builder = BqmBuilder::new(Vartype::Spin, 12);
        (0..12).for_each(|variable| builder.add_linear(variable, base.linear()[variable]));
        base.interactions().for_each(|(first, second, bias)| builder.add_quadratic(first, second, -bias.abs()));
        let bqm = builder.build().unwrap();
        let roof = roof_duality(&bqm, false).unwrap();
        assert_eq!(roof.lower_bound, exhaustive::minimum(&bqm).unwrap());
        assert_eq!(roof.fixed.len(), 12);
    }
}

#[test]
fn copies_of_inputs_to_a_gate_are_merged_though_no_row_shows_it() {
    // p_k = w_k at a penalty of 1 each; p_0 + p_1 + p_2 = a + 2 out; out and the w_k are used elsewhere, lightly
    let mut builder = BqmBuilder::new(Vartype::Binary, 9);
    let ([a, out, elsewhere], w, p) = ([6, 7, 8], [0, 1, 2], [3, 4, 5]);
    let mut square = |terms: &[(usize, f64)]| {
        for (place, &(first, weight)) in terms.iter().enumerate() {
            builder.add_linear(first, weight * weight);
            for &(second, other) in &terms[..place] {
                builder.add_quadratic(first, second, 2.0 * weight * other);
            }
        }
    };
    for k in 0..3 {
        square(&[(w[k], 1.0), (p[k], -1.0)]);
    }
    square(&[(p[0], 1.0), (p[1], 1.0), (p[2], 1.0), (a, -1.0), (out, -2.0)]);
    builder.add_quadratic(out, elsewhere, 0.5);
    for k in 0..3 {
        builder.add_quadratic(w[k], elsewhere, 0.25);
        builder.add_quadratic(w[k], w[(k + 1) % 3], -0.75);
    }
    builder.add_linear(elsewhere, -0.75);
    let bqm = builder.build().unwrap();
    let pairs = Presolve { pairs: true, ..Presolve::none() }.run(&bqm).unwrap();
    assert_eq!(pairs.statistics().num_taken_out(), 0);
    let regions = Presolve { region_size: 7, ..Presolve::none() }.run(&bqm).unwrap();
    assert!(regions.statistics().region_equal > 0, "{:?}", regions.statistics());
    assert_eq!(regions.statistics().num_variables_left, 0);
}

#[test]
fn equal_surroundings_are_counted_rather_than_told_apart() {
    // 30 neighbours would be 2^30 states, but their number of ones has only 31 values
    let mut builder = BqmBuilder::new(Vartype::Spin, 32);
    for other in 2..32 {
        builder.add_quadratic(0, other, 1.0);
        builder.add_quadratic(1, other, 1.0);
    }
    let rules = Presolve { region_size: 8, ..Presolve::none() };
    let presolved = rules.run(&builder.build().unwrap()).unwrap();
    assert_eq!(presolved.statistics().num_variables_left, 0);
}

#[test]
fn a_model_whose_coefficients_are_too_far_apart_is_refused() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_linear(0, 1e300);
    builder.add_linear(1, 1e-300);
    assert_eq!(Presolve::default().run(&builder.build().unwrap()).unwrap_err(), PresolveError::Range);
}

#[test]
fn parameters_outside_their_range_are_refused() {
    let bqm = BqmBuilder::new(Vartype::Spin, 2).build().unwrap();
    for presolve in [
        Presolve { region_size: 1, ..Presolve::default() },
        Presolve { region_size: 21, ..Presolve::default() },
        Presolve { max_degree: Some(4), ..Presolve::default() },
    ] {
        assert!(matches!(presolve.run(&bqm), Err(PresolveError::Parameter { .. })), "{presolve:?}");
    }
}

#[test]
fn a_model_that_was_split_is_solved_by_its_parts() {
    let mut builder = BqmBuilder::new(Vartype::Binary, 40);
    for part in 0..4 {
        let base = random_integers(Vartype::Binary, 10, 9, 6, part);
        (0..10).for_each(|variable| builder.add_linear(variable + 10 * part as usize, base.linear()[variable]));
        let shift = 10 * part as usize;
        base.interactions()
            .for_each(|(first, second, bias)| builder.add_quadratic(first + shift, second + shift, bias));
    }
    let bqm = builder.build().unwrap();
    let presolved = Presolve::none().run(&bqm).unwrap();
    assert_eq!(presolved.components().len(), 4);
    let solved = presolved.components().iter().map(|part| {
        let sampling = Exhaustive::default().sample(&part.bqm, &RunControl::default()).unwrap();
        sampling.best().unwrap().sample.to_vec()
    });
    let whole = presolved.lift(&solved.collect::<Vec<_>>());
    let minima = presolved.components().iter().map(|part| exhaustive::minimum(&part.bqm).unwrap());
    assert_eq!(bqm.energy(&whole), minima.sum::<f64>());
}

#[test]
fn a_presolve_that_is_stopped_at_any_moment_keeps_an_optimum() {
    for (name, bqm) in models().step_by(7) {
        for looks in [0u32, 1, 3, 10] {
            let left = std::cell::Cell::new(looks);
            let stop = || left.replace(left.get().saturating_sub(1)) == 0;
            let Ok(presolved) = Presolve::default().run_until(&bqm, stop) else { continue };
            let solve = |component: &Component| {
                let sampling = Exhaustive::default().sample(&component.bqm, &RunControl::default()).unwrap();
                sampling.best().unwrap().sample.to_vec()
            };
            let parts: Vec<Vec<i8>> = presolved.components().iter().map(solve).collect();
            let (found, least) = (bqm.energy(&presolved.lift(&parts)), exhaustive::minimum(&bqm).unwrap());
            assert!(
                (found - least).abs() <= 1e-9 * least.abs().max(1e-300),
                "{name}, {looks} looks: {found} and {least}"
            );
        }
    }
}

#[test]
fn roof_duality_ends_when_it_is_told_to() {
    let bqm = random_integers(Vartype::Binary, 2000, 20, 9, 1);
    let mut work = model_in_units(&bqm, Unit::of(&bqm).unwrap()).unwrap();
    assert!(roof_dual(&mut work, true, &|_| true).is_none());
    assert!(work.effort() < 20 * 2000 * 20, "{}", work.effort());
}
