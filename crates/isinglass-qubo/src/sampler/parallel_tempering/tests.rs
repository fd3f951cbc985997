//! Parallel tempering as a whole: the physics of every rung, equal results on every path, limits.

use super::*;
use crate::model::BqmBuilder;
use crate::sampler::{boltzmann, exhaustive};
use crate::testing::{planted, random_integers, random_reals, sampler_conformance};
use proptest::prelude::*;

fn run(tempering: ParallelTempering, bqm: &Bqm) -> SampleResult {
    tempering.sample(bqm, &RunControl::default()).unwrap()
}

fn short(num_sweeps: u64) -> ParallelTempering {
    ParallelTempering { num_sweeps, ..ParallelTempering::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 1 } else { 32 }, ..ProptestConfig::default() })]

    #[test]
    fn samples_are_the_same_on_every_instruction_set_and_number_of_threads(
        num_variables in 0..40usize,
        degree in 0..12usize,
        magnitude in 0..9u32,
        num_reads in 1..5usize,
        num_replicas in 1..=32usize,
        cluster_moves: Option<bool>,
        seed: u64,
    ) {
        let tempering = ParallelTempering { num_reads, num_replicas, cluster_moves, seed, ..short(140) };
        // every width of numbers
        let integers = random_integers(Vartype::Spin, num_variables, degree, 10u32.pow(magnitude), seed);
        for bqm in [integers, random_reals(Vartype::Binary, num_variables, degree, seed)] {
            let portable = run(ParallelTempering { isa: Some(Isa::Portable), threads: Some(1), ..tempering }, &bqm);
            for isa in Isa::ALL {
                let other = run(ParallelTempering { isa: Some(isa), threads: Some(2), ..tempering }, &bqm);
                prop_assert_eq!(&other, &portable, "{:?}", isa);
            }
        }
    }
}

#[test]
fn the_sampler_conforms() {
    for cluster_moves in [None, Some(true)] {
        sampler_conformance(|seed, threads| {
            Box::new(ParallelTempering { num_reads: 3, cluster_moves, seed, threads: Some(threads), ..short(200) })
        });
    }
}

#[test]
fn more_reads_only_add_samples() {
    let bqm = random_integers(Vartype::Binary, 30, 5, 3, 4);
    for (num_replicas, cluster_moves) in [(32, Some(false)), (10, Some(true)), (64, Some(false))] {
        let tempering = |num_reads| ParallelTempering { num_reads, num_replicas, cluster_moves, ..short(5) };
        let many = run(tempering(9), &bqm);
        for num_reads in [1, 2, 3, 7] {
            let few = run(tempering(num_reads), &bqm);
            assert_eq!(few.samples.len(), num_reads);
            assert!(few.samples.rows().eq(many.samples.rows().take(num_reads)));
        }
    }
}

#[test]
fn every_width_finds_the_minimum() {
    for seed in 0..4 {
        let planted = planted(40, 30, seed);
        assert_eq!(run(short(300), &planted.bqm).best().unwrap().energy, planted.energy);
        for largest in [3, 900, 200_000, 1 << 29] {
            let bqm = random_integers(Vartype::Binary, 18, 6, largest, seed);
            assert_eq!(run(short(300), &bqm).best().unwrap().energy, exhaustive::minimum(&bqm).unwrap());
        }
        let bqm = random_reals(Vartype::Binary, 18, 6, seed);
        assert_eq!(run(short(300), &bqm).best().unwrap().energy, exhaustive::minimum(&bqm).unwrap());
    }
}

/// Counts states at each rung of many blocks, after enough sweeps to forget the start and with as many between two counts.
fn assert_every_rung_is_boltzmann(bqm: &Bqm, parameters: ParallelTempering, fixed_ladder: bool) {
    let beta_range = parameters.beta_range.unwrap();
    let scaling = Scaling::new(bqm, beta_range.1);
    assert_eq!(scaling.width, crate::sampler::replicas::Width::Byte);
    let problem = Problem::<i8>::new(bqm, scaling);
    let num_replicas = parameters.num_replicas;
    let num_reads = LANES / num_replicas / if parameters.has_clusters(&problem) { 2 } else { 1 };
    let mut block = Block::new(&problem, &parameters, beta_range, scaling, 0, num_reads);
    let total = if fixed_ladder { 1 } else { 4 * 1000 };
    for _ in 0..1200 {
        block.sweep(total, &|| false);
    }
    let mut counts = vec![vec![0.0; 1 << bqm.num_variables()]; num_replicas];
    for _ in 0..3000 {
        for _ in 0..16 {
            block.sweep(total, &|| false);
        }
        for set in block.sets() {
            for (rung, &lane) in set.iter().enumerate() {
                counts[rung][boltzmann::index(&block.replicas().spins(lane))] += 1.0;
            }
        }
    }
    assert_eq!(parameters.cluster_moves == Some(true), block.turned() > 0);
    for (rung, &beta) in block.betas().iter().enumerate() {
        boltzmann::assert_follows(&counts[rung], &boltzmann::weights(bqm, beta), &format!("beta {beta}"));
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn every_rung_follows_the_boltzmann_distribution_with_exchanges() {
    let bqm = random_integers(Vartype::Spin, 10, 3, 3, 5);
    let tempering = ParallelTempering {
        num_replicas: 8,
        beta_range: Some((0.05, 0.4)),
        cluster_moves: Some(false),
        seed: 1,
        ..ParallelTempering::default()
    };
    assert_every_rung_is_boltzmann(&bqm, tempering, true);
    assert_every_rung_is_boltzmann(&bqm, tempering, false);
}

/// A ring with a few chords, without or with linear biases.
fn frustrated_ring(linear: f64) -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Spin, 10);
    for variable in 0..10 {
        builder.add_quadratic(variable, (variable + 1) % 10, if variable % 3 == 0 { 2.0 } else { -1.0 });
        builder.add_linear(variable, if variable % 2 == 0 { linear } else { -linear });
    }
    builder.add_quadratic(0, 5, 1.0);
    builder.build().unwrap()
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn every_rung_follows_the_boltzmann_distribution_with_cluster_moves() {
    for linear in [0.0, 1.0] {
        let tempering = ParallelTempering {
            num_replicas: 4,
            beta_range: Some((0.2, 0.9)),
            cluster_moves: Some(true),
            seed: 2,
            ..ParallelTempering::default()
        };
        assert_every_rung_is_boltzmann(&frustrated_ring(linear), tempering, true);
    }
}

#[test]
fn cluster_moves_keep_the_sum_of_energies_and_the_fields() {
    for linear in [0.0, 1.0] {
        let bqm = frustrated_ring(linear);
        let problem = Problem::<i8>::new(&bqm, Scaling::new(&bqm, 1.0));
        let mut replicas = crate::sampler::replicas::Replicas::new(&problem, Isa::Portable, 4, 0);
        let mut clusters = cluster::Clusters::new(&problem);
        let mut stream = crate::rng::stream(1, 1);
        for first in 0..32 {
            let lanes = [first, first + 32];
            let energies =
                |replicas: &crate::sampler::replicas::Replicas<'_, i8>| lanes.map(|l| bqm.energy(&replicas.spins(l)));
            let before = energies(&replicas);
            clusters.exchange(&mut replicas, lanes, &mut stream);
            let after = energies(&replicas);
            assert_eq!(before[0] + before[1], after[0] + after[1]);
            assert_eq!(after, lanes.map(|lane| replicas.energies()[lane]));
        }
    }
}

#[test]
fn a_problem_of_low_degree_gets_cluster_moves_and_a_dense_one_none() {
    let clusters = |bqm: &Bqm| {
        let problem = Problem::<f64>::new(bqm, Scaling::new(bqm, 1.0));
        ParallelTempering::default().has_clusters(&problem)
    };
    assert!(clusters(&frustrated_ring(0.0)));
    assert!(!clusters(&random_integers(Vartype::Spin, 60, 30, 5, 1)));
    assert!(!clusters(&BqmBuilder::new(Vartype::Spin, 3).build().unwrap()));
}

#[test]
fn wrong_parameters_are_refused_with_their_value() {
    let message = |tempering: ParallelTempering| {
        let bqm = BqmBuilder::new(Vartype::Spin, 1).build().unwrap();
        tempering.sample(&bqm, &RunControl::default()).unwrap_err().to_string()
    };
    let default = ParallelTempering::default();
    insta::assert_snapshot!(message(ParallelTempering { num_reads: 0, ..default }), @"num_reads is 0, but must be at least 1");
    insta::assert_snapshot!(message(short(0)), @"num_sweeps is 0, but must be at least 1");
    insta::assert_snapshot!(message(ParallelTempering { num_replicas: 65, ..default }), @"num_replicas is 65, but must be 1 to 64");
    insta::assert_snapshot!(
        message(ParallelTempering { num_replicas: 33, cluster_moves: Some(true), ..default }),
        @"num_replicas is 33, but must be 1 to 32 with cluster moves"
    );
    insta::assert_snapshot!(
        message(ParallelTempering { beta_range: Some((f64::NAN, 2.0)), ..default }),
        @"beta_range is NaN, but must be two finite numbers of at least 0"
    );
    insta::assert_snapshot!(
        message(ParallelTempering { beta_range: Some((3.0, 2.0)), ..default }),
        @"beta_range is 3, but must be not larger at its first end than at its second"
    );
}

#[test]
fn more_memory_than_allowed_is_refused_before_it_is_taken() {
    let bqm = BqmBuilder::new(Vartype::Spin, 1000).build().unwrap();
    let tempering = ParallelTempering { num_reads: usize::MAX / 4, ..ParallelTempering::default() };
    let error = tempering.sample(&bqm, &RunControl::default()).unwrap_err();
    assert!(matches!(error, SampleError::Memory { .. }), "{error}");
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn a_deadline_and_a_target_stop_every_read_where_it_is() {
    let bqm = random_integers(Vartype::Spin, 500, 6, 3, 2);
    let deadline = Some(std::time::Instant::now() + std::time::Duration::from_millis(30));
    let sampling = short(1 << 40).sample(&bqm, &RunControl { deadline, ..RunControl::default() }).unwrap();
    assert_eq!(sampling.status, SampleStatus::TimeLimit);
    assert!(sampling.num_updates > 0);
    let planted = planted(30, 20, 2);
    let control = RunControl { target: Some(planted.energy), ..RunControl::default() };
    let sampling = short(1 << 40).sample(&planted.bqm, &control).unwrap();
    assert_eq!((sampling.status, sampling.best().unwrap().energy), (SampleStatus::Target, planted.energy));
}
