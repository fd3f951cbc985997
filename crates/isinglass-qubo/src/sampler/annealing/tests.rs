//! Simulated annealing as a whole: determinism, quality, physics, limits.

use super::*;
use crate::model::BqmBuilder;
use crate::sampler::{ProgressReport, exhaustive};
use crate::testing::{planted, random_integers, random_reals};
use proptest::prelude::*;

fn run(annealing: SimulatedAnnealing, bqm: &Bqm) -> SampleResult {
    annealing.sample(bqm, &RunControl::default()).unwrap()
}

fn short(num_sweeps: u64) -> SimulatedAnnealing {
    SimulatedAnnealing { num_sweeps, ..SimulatedAnnealing::default() }
}

pub(super) fn assert_same_on_every_path(annealing: &SimulatedAnnealing, bqm: &Bqm) {
    let portable = run(SimulatedAnnealing { isa: Some(Isa::Portable), threads: Some(1), ..annealing.clone() }, bqm);
    for isa in Isa::ALL {
        let threads = Some(2);
        assert_eq!(run(SimulatedAnnealing { isa: Some(isa), threads, ..annealing.clone() }, bqm), portable, "{isa:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 1 } else { 48 }, ..ProptestConfig::default() })]

    #[test]
    fn samples_are_the_same_on_every_instruction_set_and_number_of_threads(
        num_variables in 0..40usize,
        degree in 0..12usize,
        magnitude in 0..7u32,
        num_reads in 1..150usize,
        choice in 0..6usize,
        seed: u64,
    ) {
        let annealing = SimulatedAnnealing {
            num_reads,
            num_sweeps: 30,
            seed,
            proposal_acceptance_criteria: [ProposalAcceptanceCriteria::Metropolis, ProposalAcceptanceCriteria::Gibbs][choice % 2],
            variable_order: [VariableOrder::Index, VariableOrder::Random, VariableOrder::Coloring][choice / 2],
            ..SimulatedAnnealing::default()
        };
        // bytes, 16-bit integers and both kinds of floating-point numbers
        let integers = random_integers(Vartype::Spin, num_variables, degree, 10u32.pow(magnitude), seed);
        assert_same_on_every_path(&annealing, &integers);
        assert_same_on_every_path(&annealing, &random_reals(Vartype::Binary, num_variables, degree, seed));
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn every_width_gives_the_same_samples_on_every_path() {
    for (largest, width) in
        [(2, Width::Byte), (900, Width::Integer), (200_000, Width::Single), (1 << 29, Width::Double)]
    {
        let bqm = random_integers(Vartype::Spin, 30, 8, largest, 1);
        assert_eq!(Scaling::new(&bqm, 1.0).width, width);
        assert_same_on_every_path(&short(100), &bqm);
    }
    let bqm = random_reals(Vartype::Spin, 30, 8, 1);
    for (coldest, width) in [(1.0, Width::Single), (1e6, Width::Double)] {
        assert_eq!(Scaling::new(&bqm, coldest), Scaling { width, ..Scaling::new(&bqm, 1.0) });
        assert_same_on_every_path(&SimulatedAnnealing { beta_range: Some((0.1, coldest)), ..short(100) }, &bqm);
    }
}

#[test]
fn more_reads_only_add_samples() {
    let bqm = random_integers(Vartype::Binary, 20, 5, 3, 4);
    let many = run(SimulatedAnnealing { num_reads: 130, ..short(20) }, &bqm);
    for num_reads in [1, 63, 64, 65, 129] {
        let few = run(SimulatedAnnealing { num_reads, ..short(20) }, &bqm);
        assert_eq!(few.samples.len(), num_reads);
        assert!(few.samples.rows().eq(many.samples.rows().take(num_reads)));
    }
}

#[test]
fn seeds_give_different_samples() {
    let bqm = random_integers(Vartype::Spin, 30, 5, 3, 4);
    assert_ne!(run(short(5), &bqm).samples, run(SimulatedAnnealing { seed: 1, ..short(5) }, &bqm).samples);
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn every_width_finds_the_minimum() {
    for seed in 0..4 {
        let planted = planted(40, 30, seed);
        assert_eq!(run(short(1000), &planted.bqm).best().unwrap().energy, planted.energy);
        for largest in [3, 900, 200_000, 1 << 29] {
            let bqm = random_integers(Vartype::Binary, 18, 6, largest, seed);
            assert_eq!(run(short(1000), &bqm).best().unwrap().energy, exhaustive::minimum(&bqm).unwrap());
        }
        let bqm = random_reals(Vartype::Binary, 18, 6, seed);
        assert_eq!(run(short(1000), &bqm).best().unwrap().energy, exhaustive::minimum(&bqm).unwrap());
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn progress_is_reported_a_few_times_a_second() {
    struct Listener(std::sync::Mutex<Vec<ProgressReport>>);
    impl crate::Progress for Listener {
        fn report(&self, report: ProgressReport) {
            self.0.lock().unwrap().push(report);
        }
    }
    let bqm = random_integers(Vartype::Spin, 200, 6, 3, 2);
    let listener = Listener(std::sync::Mutex::new(Vec::new()));
    let deadline = Some(std::time::Instant::now() + std::time::Duration::from_millis(900));
    let control = RunControl { deadline, progress: Some(&listener), ..RunControl::default() };
    short(1 << 40).sample(&bqm, &control).unwrap();
    let reports = listener.0.into_inner().unwrap();
    assert!((1..=5).contains(&reports.len()), "{reports:?}");
    assert!(reports.iter().all(|report| report.total == 1 << 40 && report.done < report.total));
    assert!(reports.is_sorted_by(|earlier, later| earlier.done < later.done));
}

/// How far the final states of many reads are from the Boltzmann distribution: Pearson's statistic in standard deviations of the
/// chi-square distribution above its mean. States that are expected fewer than ten times are counted together.
fn chi_square(bqm: &Bqm, beta: f64, annealing: SimulatedAnnealing) -> f64 {
    let num_states = 1usize << bqm.num_variables();
    let state = |index: usize| -> Vec<i8> {
        (0..bqm.num_variables()).map(|v| if index >> v & 1 == 1 { 1 } else { -1 }).collect()
    };
    let weights: Vec<f64> = (0..num_states).map(|index| (-beta * bqm.energy(&state(index))).exp()).collect();
    let (num_reads, total) = (annealing.num_reads as f64, weights.iter().sum::<f64>());
    let mut counts = vec![0.0; num_states];
    let annealing = SimulatedAnnealing { beta_range: Some((beta, beta)), ..annealing };
    for row in run(annealing, bqm).samples.rows() {
        counts[row.sample.iter().enumerate().fold(0, |index, (v, &spin)| index | usize::from(spin > 0) << v)] += 1.0;
    }
    let (mut statistic, mut num_bins, mut rare) = (0.0, 0, (0.0f64, 0.0));
    let mut enter = |count: f64, expected: f64| {
        statistic += (count - expected).powi(2) / expected;
        num_bins += 1;
    };
    for (&count, weight) in counts.iter().zip(&weights) {
        let expected = num_reads * weight / total;
        if expected < 10.0 {
            rare = (rare.0 + count, rare.1 + expected);
        } else {
            enter(count, expected);
        }
    }
    if rare.1 > 0.0 {
        enter(rare.0, rare.1);
    }
    let freedom = f64::from(num_bins - 1);
    (statistic - freedom) / (2.0 * freedom).sqrt()
}

/// One model for each width of numbers.
fn one_of_each_width(num_variables: usize, degree: usize) -> impl Iterator<Item = Bqm> {
    [2u32, 300, 100_000, 1 << 29, 0].into_iter().map(move |largest| match largest {
        0 => random_reals(Vartype::Spin, num_variables, degree, 6),
        _ => random_integers(Vartype::Spin, num_variables, degree, largest, 6),
    })
}

/// Chance deviates by five standard deviations less often than once in 1,000; the seeds are fixed.
const CALIBRATED: f64 = 5.0;

#[test]
#[cfg_attr(miri, ignore = "long")]
fn states_of_five_spins_follow_the_boltzmann_distribution_by_metropolis() {
    for variable_order in [VariableOrder::Index, VariableOrder::Random, VariableOrder::Coloring] {
        for bqm in one_of_each_width(5, 3) {
            let annealing =
                SimulatedAnnealing { num_reads: 64 * 512, num_sweeps: 20, seed: 11, variable_order, ..short(1) };
            let deviation = chi_square(&bqm, 0.5 / bqm.max_abs_coefficient(), annealing);
            assert!(deviation < CALIBRATED, "{variable_order:?}: {deviation}");
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn states_of_ten_spins_follow_the_boltzmann_distribution_by_heat_bath() {
    for beta in [0.1, 0.4, 1.0] {
        for cluster_moves in [false, true].into_iter().take(if beta == 0.4 { 2 } else { 1 }) {
            for bqm in one_of_each_width(10, 3) {
                let annealing = SimulatedAnnealing {
                    num_reads: 64 * 128,
                    num_sweeps: 40,
                    seed: 3,
                    proposal_acceptance_criteria: ProposalAcceptanceCriteria::Gibbs,
                    cluster_moves,
                    ..short(1)
                };
                let deviation = chi_square(&bqm, beta / bqm.max_abs_coefficient(), annealing);
                assert!(deviation < CALIBRATED, "beta {beta}, clusters {cluster_moves}: {deviation}");
            }
        }
    }
}

/// Two chains of three with couplings between them, in a field.
fn two_chains(unit: f64) -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Spin, 6);
    for (first, second) in [(0, 1), (1, 2), (3, 4), (4, 5)] {
        builder.add_quadratic(first, second, -8.0 * unit);
    }
    builder.add_quadratic(0, 3, unit);
    builder.add_quadratic(2, 5, -3.0 * unit);
    builder.add_linear(1, unit);
    builder.build().unwrap()
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn chains_follow_the_boltzmann_distribution_where_single_flips_are_frozen() {
    for unit in [1.0, 100.0, 0.1] {
        let bqm = two_chains(unit);
        for proposal_acceptance_criteria in [ProposalAcceptanceCriteria::Metropolis, ProposalAcceptanceCriteria::Gibbs]
        {
            let annealing = |cluster_moves| SimulatedAnnealing {
                num_reads: 64 * 256,
                num_sweeps: 40,
                seed: 5,
                cluster_moves,
                proposal_acceptance_criteria,
                ..short(1)
            };
            assert!(chi_square(&bqm, 0.6 / unit, annealing(true)) < CALIBRATED, "unit {unit}");
            assert!(chi_square(&bqm, 0.6 / unit, annealing(false)) > 10.0 * CALIBRATED, "unit {unit}");
        }
    }
}

#[test]
fn at_infinite_temperature_every_flip_is_taken() {
    let bqm = random_integers(Vartype::Spin, 10, 4, 3, 1);
    let flips =
        |num_sweeps| SimulatedAnnealing { beta_range: Some((0.0, 0.0)), cluster_moves: false, ..short(num_sweeps) };
    let (even, odd) = (run(flips(2), &bqm), run(flips(1), &bqm));
    for (even, odd) in even.samples.rows().zip(odd.samples.rows()) {
        assert!(even.sample.iter().zip(odd.sample).all(|(even, odd)| *even == -odd));
    }
}

#[test]
fn wrong_parameters_are_refused_with_their_value() {
    let message = |annealing: SimulatedAnnealing| {
        let bqm = BqmBuilder::new(Vartype::Spin, 1).build().unwrap();
        annealing.sample(&bqm, &RunControl::default()).unwrap_err().to_string()
    };
    let default = SimulatedAnnealing::default();
    insta::assert_snapshot!(message(SimulatedAnnealing { num_reads: 0, ..default.clone() }), @"num_reads is 0, but must be at least 1");
    insta::assert_snapshot!(message(SimulatedAnnealing { num_sweeps: 0, ..default.clone() }), @"num_sweeps is 0, but must be at least 1");
    insta::assert_snapshot!(message(SimulatedAnnealing { threads: Some(0), ..default.clone() }), @"threads is 0, but must be at least 1");
    insta::assert_snapshot!(
        message(SimulatedAnnealing { beta_range: Some((-1.0, 2.0)), ..default.clone() }),
        @"beta_range is -1, but must be two finite numbers of at least 0"
    );
    insta::assert_snapshot!(
        message(SimulatedAnnealing { beta_schedule: BetaSchedule::Custom(vec![(1.0, 3), (f64::NAN, 1)]), ..default.clone() }),
        @"beta_schedule is NaN, but must be finite numbers of at least 0"
    );
    insta::assert_snapshot!(
        message(SimulatedAnnealing { beta_schedule: BetaSchedule::Custom(vec![(1.0, 0)]), ..default.clone() }),
        @"num_sweeps of beta_schedule is 0, but must be at least 1 in all"
    );
    insta::assert_snapshot!(
        message(SimulatedAnnealing { beta_range: Some((0.0, 2.0)), ..default.clone() }),
        @"beta_range is 0, but must be above 0 at both ends, or 0 at both, for a geometric schedule"
    );
}

#[test]
fn more_memory_than_allowed_is_refused_before_it_is_taken() {
    let bqm = BqmBuilder::new(Vartype::Spin, 1000).build().unwrap();
    let annealing = SimulatedAnnealing { num_reads: usize::MAX / 4, ..SimulatedAnnealing::default() };
    let error = annealing.sample(&bqm, &RunControl::default()).unwrap_err();
    assert!(matches!(error, SampleError::Memory { limit: MAX_BYTES, .. }), "{error}");
    // and of less where the caller has less
    let annealing = SimulatedAnnealing { num_reads: 1000, num_sweeps: 1, ..SimulatedAnnealing::default() };
    let limited = |limit| RunControl { memory_limit: Some(limit), ..RunControl::default() };
    let error = annealing.sample(&bqm, &limited(1_000_000)).unwrap_err();
    assert!(matches!(error, SampleError::Memory { limit: 1_000_000, bytes } if bytes > 2_000_000), "{error}");
    assert!(annealing.sample(&bqm, &limited(100_000_000)).is_ok());
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn a_target_stops_the_run_long_before_its_end() {
    let planted = planted(30, 20, 2);
    let control = RunControl { target: Some(planted.energy), ..RunControl::default() };
    let sampling = short(1 << 40).sample(&planted.bqm, &control).unwrap();
    assert_eq!((sampling.status, sampling.best().unwrap().energy), (SampleStatus::Target, planted.energy));
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn a_run_that_stops_at_its_target_returns_a_sample_that_meets_it() {
    for seed in 0..20 {
        let bqm = random_integers(Vartype::Spin, 60, 6, 3, seed);
        let annealing = SimulatedAnnealing { num_reads: 2, num_sweeps: 100_000, ..SimulatedAnnealing::default() };
        let few = SimulatedAnnealing { num_sweeps: 50, ..annealing.clone() };
        let target = Some(few.sample(&bqm, &RunControl::default()).unwrap().best().unwrap().energy);
        let sampling = annealing.sample(&bqm, &RunControl { target, ..RunControl::default() }).unwrap();
        assert_eq!(sampling.status, SampleStatus::Target);
        assert!(Some(sampling.best().unwrap().energy) <= target, "seed {seed}");
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn a_deadline_stops_every_read_where_it_is() {
    let bqm = random_integers(Vartype::Spin, 500, 6, 3, 2);
    let deadline = Some(std::time::Instant::now() + std::time::Duration::from_millis(20));
    let sampling = short(1 << 40).sample(&bqm, &RunControl { deadline, ..RunControl::default() }).unwrap();
    assert_eq!((sampling.status, sampling.samples.len()), (SampleStatus::TimeLimit, 64));
    assert!(sampling.num_updates > 0 && sampling.num_updates < 1 << 40);
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn a_schedule_too_long_for_the_deadline_still_ends_cold() {
    let bqm = random_integers(Vartype::Spin, 500, 6, 3, 2);
    let mean = |sampling: &crate::sampler::SampleResult| sampling.samples.energies().iter().sum::<f64>() / 64.0;
    let whole = short(20).sample(&bqm, &RunControl::default()).unwrap();
    let deadline = Some(std::time::Instant::now() + std::time::Duration::from_millis(500));
    let shortened = short(1 << 40).sample(&bqm, &RunControl { deadline, ..RunControl::default() }).unwrap();
    assert_eq!(shortened.status, SampleStatus::TimeLimit);
    assert!(mean(&shortened) < mean(&whole), "{} and {}", mean(&shortened), mean(&whole));
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn the_sampler_conforms() {
    crate::testing::sampler_conformance(|seed, threads| {
        Box::new(SimulatedAnnealing { num_sweeps: 300, seed, threads: Some(threads), ..SimulatedAnnealing::default() })
    });
}

/// In index order, flips that cost nothing would carry the walls between domains around the ring for ever.
#[test]
fn walls_between_the_domains_of_a_ring_meet_at_every_width() {
    for unit in [1.0, 300.0, 0.1] {
        let mut builder = BqmBuilder::new(Vartype::Spin, 101);
        for first in 0..101 {
            builder.add_quadratic(first, (first + 1) % 101, unit);
        }
        let bqm = builder.build().unwrap();
        let annealing = SimulatedAnnealing { num_reads: 64, num_sweeps: 5_000, ..SimulatedAnnealing::default() };
        let best = annealing.sample(&bqm, &RunControl::default()).unwrap().best().unwrap().energy;
        assert!((best + 99.0 * unit).abs() < 1e-9 * unit, "{best} at {unit}");
    }
}

#[test]
fn a_list_of_equal_temperatures_is_a_schedule_of_equal_ends() {
    let bqm = random_integers(Vartype::Spin, 20, 5, 3, 4);
    let list = BetaSchedule::Custom(vec![(0.7, 10), (0.7, 10)]);
    let listed = run(SimulatedAnnealing { beta_schedule: list, num_sweeps: 3, ..SimulatedAnnealing::default() }, &bqm);
    let ranged = run(SimulatedAnnealing { beta_range: Some((0.7, 0.7)), ..short(20) }, &bqm);
    assert_eq!(listed, ranged);
    assert_eq!((listed.num_sweeps, listed.beta_range), (20, Some((0.7, 0.7))));
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn chains_of_an_embedded_problem_are_no_obstacle() {
    // a random model whose variables are chains of four
    let logical = random_integers(Vartype::Spin, 12, 4, 3, 2);
    let mut builder = BqmBuilder::new(Vartype::Spin, 48);
    builder.add_offset(logical.offset());
    for variable in 0..12 {
        builder.add_linear(4 * variable + 1, logical.linear()[variable]);
        for link in 0..3 {
            builder.add_quadratic(4 * variable + link, 4 * variable + link + 1, -40.0);
        }
    }
    for (index, (first, second, bias)) in logical.interactions().enumerate() {
        builder.add_quadratic(4 * first + index % 4, 4 * second + index / 2 % 4, bias);
    }
    let bqm = builder.build().unwrap();
    let minimum = exhaustive::minimum(&logical).unwrap() - 12.0 * 3.0 * 40.0;
    let hits = |cluster_moves| {
        let annealing = SimulatedAnnealing { beta_range: Some((0.05, 3.0)), cluster_moves, ..short(200) };
        run(annealing, &bqm).samples.rows().filter(|row| row.energy <= minimum).count()
    };
    let (with, without) = (hits(true), hits(false));
    assert!(with >= 32 && without <= 4, "{with} and {without} of 64 reads");
}
