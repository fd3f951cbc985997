//! Spin-vector Monte Carlo as a whole: thermal averages of one and two rotors, equal results on every path, limits.

use super::*;
use crate::model::BqmBuilder;
use crate::sampler::SchedulePoint;
use crate::testing::{random_integers, random_reals, sampler_conformance};
use proptest::prelude::*;

const MOVES: [RotorMoves; 2] = [RotorMoves::Uniform, RotorMoves::TransverseField];

fn short(num_sweeps: u64) -> SpinVectorMonteCarlo {
    SpinVectorMonteCarlo { num_sweeps, ..SpinVectorMonteCarlo::default() }
}

fn run(sampler: &SpinVectorMonteCarlo, bqm: &Bqm) -> SampleResult {
    sampler.sample(bqm, &RunControl::default()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 1 } else { 24 }, ..ProptestConfig::default() })]

    #[test]
    fn samples_are_the_same_on_every_instruction_set_and_number_of_threads(
        num_variables in 0..30usize,
        degree in 0..10usize,
        num_reads in 1..140usize,
        wide: bool,
        seed: u64,
    ) {
        let cluster_moves = ClusterMoves::Sets(vec![(0..num_variables.min(4) as u32).collect()]);
        let moves = MOVES[usize::from(wide)];
        let sampler = SpinVectorMonteCarlo { num_reads, moves, cluster_moves, seed, ..short(70) };
        for bqm in [
            random_integers(Vartype::Spin, num_variables, degree, 4, seed),
            random_reals(Vartype::Binary, num_variables, degree, seed),
        ] {
            let on = |isa, threads| SpinVectorMonteCarlo { isa: Some(isa), threads: Some(threads), ..sampler.clone() };
            let portable = run(&on(Isa::Portable, 1), &bqm);
            for isa in Isa::ALL {
                prop_assert_eq!(&run(&on(isa, 2), &bqm), &portable, "{:?}", isa);
            }
        }
    }
}

#[test]
fn the_sampler_conforms() {
    for moves in MOVES {
        sampler_conformance(|seed, threads| {
            Box::new(SpinVectorMonteCarlo { moves, seed, threads: Some(threads), ..short(500) })
        });
    }
}

#[test]
fn more_reads_only_add_samples() {
    let bqm = random_integers(Vartype::Binary, 20, 5, 3, 4);
    let many = run(&SpinVectorMonteCarlo { num_reads: 130, ..short(20) }, &bqm);
    for num_reads in [1, 63, 64, 65] {
        let few = run(&SpinVectorMonteCarlo { num_reads, ..short(20) }, &bqm);
        assert_eq!(few.samples.len(), num_reads);
        assert!(few.samples.rows().eq(many.samples.rows().take(num_reads)));
    }
}

/// `A = 2 transverse` and `B = 2` throughout.
fn constant(transverse: f64) -> AnnealSchedule {
    let point = |s| SchedulePoint { s, a: 2.0 * transverse, b: 2.0 };
    AnnealSchedule::from_points(vec![point(0.0), point(1.0)]).unwrap()
}

/// The probabilities of the four signs of two rotors, and the mean of `cos theta_0 cos theta_1`, by integration over both angles.
fn two_rotors(beta: f64, transverse: f64, [h0, h1, j]: [f64; 3]) -> ([f64; 4], f64) {
    const STEPS: usize = 400;
    let (mut signs, mut product, mut sum) = ([0.0; 4], 0.0, 0.0);
    for (first, second) in (0..STEPS).flat_map(|first| (0..STEPS).map(move |second| (first, second))) {
        let [a, b] = [first, second].map(|step| (step as f64 + 0.5) / STEPS as f64 * std::f64::consts::PI);
        let energy = -transverse * (a.sin() + b.sin()) + h0 * a.cos() + h1 * b.cos() + j * a.cos() * b.cos();
        let weight = (-beta * energy).exp();
        signs[usize::from(a.cos() > 0.0) + 2 * usize::from(b.cos() > 0.0)] += weight;
        product += weight * a.cos() * b.cos();
        sum += weight;
    }
    (signs.map(|sign| sign / sum), product / sum)
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn two_rotors_have_their_thermal_averages() {
    let (beta, coefficients) = (0.8, [0.5, -1.0, 1.5]);
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_linear(0, coefficients[0]);
    builder.add_linear(1, coefficients[1]);
    builder.add_quadratic(0, 1, coefficients[2]);
    let bqm = builder.build().unwrap();
    let num_reads = 64 * 500;
    // the second has steps of a third of the range
    let both = ClusterMoves::Sets(vec![vec![1, 0]]);
    for (moves, transverse, cluster_moves) in [
        (RotorMoves::Uniform, 0.7, ClusterMoves::None),
        (RotorMoves::Uniform, 0.7, both.clone()),
        (RotorMoves::TransverseField, 0.33, ClusterMoves::None),
        (RotorMoves::TransverseField, 0.33, both),
    ] {
        let (signs, product) = two_rotors(beta, transverse, coefficients);
        let sampler = SpinVectorMonteCarlo {
            num_reads,
            schedule: constant(transverse),
            beta: Some(beta),
            scale: Some(1.0),
            moves,
            cluster_moves: cluster_moves.clone(),
            ..short(150)
        };
        let mut counts = [0.0; 4];
        for row in run(&sampler, &bqm).samples.rows() {
            counts[usize::from(row.sample[0] > 0) + 2 * usize::from(row.sample[1] > 0)] += 1.0;
        }
        for (count, p) in counts.iter().zip(signs) {
            let deviation = (num_reads as f64 * p * (1.0 - p)).sqrt();
            assert!((count - num_reads as f64 * p).abs() < 5.0 * deviation, "{moves:?}: {count} of {num_reads}, {p}");
        }
        // the cosines themselves, over many sweeps of the 64 reads of one block
        let couplings = Couplings::new(&bqm, 1.0);
        let mut rotors = Rotors::new(&couplings, 4, 0);
        let strengths = Strengths::new(beta, 2.0 * transverse, 2.0, moves);
        let clusters = Clusters::new(&bqm, 1.0, &cluster_moves).unwrap();
        let (mut sum, num_sweeps) = (0.0, 40_000);
        for sweep in 0..num_sweeps + 100 {
            rotors.sweep(Isa::detect(), &strengths, &|| false);
            rotors.turn_clusters(Isa::detect(), &strengths, &clusters);
            if sweep >= 100 {
                sum += (0..LANES)
                    .map(|lane| f64::from(rotors.cosines[0].0[lane] * rotors.cosines[1].0[lane]))
                    .sum::<f64>();
            }
        }
        let found = sum / (num_sweeps as usize * LANES) as f64;
        // 2.5 million values, correlated over tens of sweeps
        assert!((found - product).abs() < 0.005, "{moves:?}: {found}, {product}");
    }
}

#[test]
fn proposals_of_no_width_leave_rotors_where_they_are() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 3);
    builder.add_linear(1, 1.0);
    let bqm = builder.build().unwrap();
    let points = vec![SchedulePoint { s: 0.0, a: 0.0, b: 1.0 }, SchedulePoint { s: 1.0, a: 0.0, b: 1.0 }];
    let schedule = AnnealSchedule::from_points(points).unwrap();
    let sampler = SpinVectorMonteCarlo { moves: RotorMoves::TransverseField, schedule, ..short(10) };
    assert!(run(&sampler, &bqm).samples.rows().all(|row| row.sample == [1, 1, 1]));
}

#[test]
fn a_chip_gives_temperature_and_scale() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_quadratic(0, 1, -5.0);
    let (hot, cold) = run(&short(1), &builder.build().unwrap()).beta_range.unwrap();
    let beta = 1.0 / (0.02084 * 15.4);
    assert!((hot - beta * 0.259 / 2.0 / 5.0).abs() < 1e-9 && (cold - beta * 8.477 / 2.0 / 5.0).abs() < 1e-9);
}

#[test]
fn wrong_parameters_are_refused_with_their_value() {
    let message = |sampler: SpinVectorMonteCarlo| {
        let bqm = BqmBuilder::new(Vartype::Spin, 1).build().unwrap();
        sampler.sample(&bqm, &RunControl::default()).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(short(0)), @"num_sweeps is 0, but must be at least 1");
    insta::assert_snapshot!(message(SpinVectorMonteCarlo { num_reads: 0, ..short(1) }), @"num_reads is 0, but must be at least 1");
    insta::assert_snapshot!(
        message(SpinVectorMonteCarlo { beta: Some(-1.0), ..short(1) }),
        @"beta is -1, but must be a finite number of at least 0"
    );
    insta::assert_snapshot!(
        message(SpinVectorMonteCarlo { scale: Some(0.0), ..short(1) }),
        @"scale is 0, but must be a finite number above 0"
    );
}
