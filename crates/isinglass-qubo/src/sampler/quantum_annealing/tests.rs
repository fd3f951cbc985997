//! Simulated quantum annealing as a whole: distributions with and without a field, equal results on every path, limits.

use super::*;
use crate::model::BqmBuilder;
use crate::sampler::{SchedulePoint, boltzmann, exhaustive};
use crate::testing::{planted, random_integers, random_reals, sampler_conformance};
use proptest::prelude::*;

const MOVES: [WorldlineMoves; 2] = [WorldlineMoves::Clusters, WorldlineMoves::Single];

fn run(annealing: &SimulatedQuantumAnnealing, bqm: &Bqm) -> SampleResult {
    annealing.sample(bqm, &RunControl::default()).unwrap()
}

fn short(num_sweeps: u64) -> SimulatedQuantumAnnealing {
    SimulatedQuantumAnnealing { num_sweeps, ..SimulatedQuantumAnnealing::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 1 } else { 24 }, ..ProptestConfig::default() })]

    #[test]
    fn samples_are_the_same_on_every_instruction_set_and_number_of_threads(
        num_variables in 0..30usize,
        degree in 0..10usize,
        magnitude in 0..9u32,
        num_reads in 1..10usize,
        log_slices in 1..=6u32,
        single: bool,
        seed: u64,
    ) {
        let moves = MOVES[usize::from(single)];
        let cluster_moves = ClusterMoves::Sets(vec![(0..num_variables.min(4) as u32).collect()]);
        let num_slices = 1 << log_slices;
        let annealing = SimulatedQuantumAnnealing { num_reads, num_slices, moves, cluster_moves, seed, ..short(70) };
        let integers = random_integers(Vartype::Spin, num_variables, degree, 10u32.pow(magnitude), seed);
        for bqm in [integers, random_reals(Vartype::Binary, num_variables, degree, seed)] {
            let on = |isa, threads| SimulatedQuantumAnnealing { isa: Some(isa), threads: Some(threads), ..annealing.clone() };
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
        for schedule in [None, AnnealSchedule::chip("Advantage2_system1")] {
            sampler_conformance(|seed, threads| {
                let schedule = schedule.clone();
                let num_slices = 16;
                Box::new(SimulatedQuantumAnnealing {
                    num_slices,
                    moves,
                    schedule,
                    seed,
                    threads: Some(threads),
                    ..short(100)
                })
            });
        }
    }
}

#[test]
fn more_reads_only_add_samples() {
    let bqm = random_integers(Vartype::Binary, 20, 5, 3, 4);
    for readout in [Readout::Best, Readout::Random] {
        let annealing = |num_reads| SimulatedQuantumAnnealing { num_reads, readout, num_slices: 16, ..short(5) };
        let many = run(&annealing(11), &bqm);
        for num_reads in [1, 3, 4, 5] {
            let few = run(&annealing(num_reads), &bqm);
            assert_eq!(few.samples.len(), num_reads);
            assert!(few.samples.rows().eq(many.samples.rows().take(num_reads)));
        }
    }
}

#[test]
fn annealing_the_field_finds_minima() {
    for seed in 0..4 {
        let planted = planted(40, 30, seed);
        assert_eq!(run(&short(200), &planted.bqm).best().unwrap().energy, planted.energy);
        let bqm = random_reals(Vartype::Binary, 18, 6, seed);
        assert_eq!(run(&short(200), &bqm).best().unwrap().energy, exhaustive::minimum(&bqm).unwrap());
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn without_a_field_states_follow_the_boltzmann_distribution() {
    let bqm = random_integers(Vartype::Spin, 10, 3, 3, 5);
    for moves in MOVES {
        let (beta, num_reads) = (0.2, 20_000);
        let annealing = SimulatedQuantumAnnealing {
            num_reads,
            num_slices: 4,
            beta: Some(beta),
            gamma_range: Some((0.0, 0.0)),
            moves,
            readout: Readout::Random,
            ..short(40)
        };
        let sampling = run(&annealing, &bqm);
        let counts = boltzmann::counts(10, sampling.samples.rows().map(|row| row.sample));
        boltzmann::assert_follows(&counts, &boltzmann::weights(&bqm, beta), &format!("{moves:?}"));
    }
}

/// Square matrices of a few rows.
type Matrix = Vec<Vec<f64>>;

fn product(left: &Matrix, right: &Matrix) -> Matrix {
    let entry = |row: &Vec<f64>, column: usize| row.iter().zip(right).map(|(value, other)| value * other[column]).sum();
    left.iter().map(|row| (0..right.len()).map(|column| entry(row, column)).collect()).collect()
}

fn power_of_two(matrix: &Matrix, squarings: u32) -> Matrix {
    (0..squarings).fold(matrix.clone(), |matrix, _| product(&matrix, &matrix))
}

fn normalised_diagonal(matrix: &Matrix) -> Vec<f64> {
    let diagonal: Vec<f64> = (0..matrix.len()).map(|index| matrix[index][index]).collect();
    let sum: f64 = diagonal.iter().sum();
    diagonal.iter().map(|entry| entry / sum).collect()
}

/// Probabilities of the states of one of `2^log_slices` slices, from their transfer matrix.
fn sliced(bqm: &Bqm, beta: f64, gamma: f64, log_slices: u32) -> Vec<f64> {
    let slices = f64::from(1 << log_slices);
    let (stays, turns) = ((beta * gamma / slices).cosh(), (beta * gamma / slices).sinh());
    let classical = boltzmann::weights(bqm, beta / slices);
    let entry = |row: usize, column: usize| {
        let turned = (row ^ column).count_ones() as i32;
        classical[row] * turns.powi(turned) * stays.powi(bqm.num_variables() as i32 - turned)
    };
    let matrix =
        (0..classical.len()).map(|row| (0..classical.len()).map(|column| entry(row, column)).collect()).collect();
    normalised_diagonal(&power_of_two(&matrix, log_slices))
}

/// `<z| exp(-beta H) |z> / Z` of the Ising model in a transverse field, `H = -gamma sum X + E(Z)`, by the series of the exponential.
fn quantum(bqm: &Bqm, beta: f64, gamma: f64) -> Vec<f64> {
    const SQUARINGS: u32 = 12;
    let size = 1 << bqm.num_variables();
    let step = beta / f64::from(1 << SQUARINGS);
    let entry = |row: usize, column: usize| match (row ^ column).count_ones() {
        0 => -step * bqm.energy(&boltzmann::spins(row, bqm.num_variables())),
        1 => step * gamma,
        _ => 0.0,
    };
    let generator: Matrix = (0..size).map(|row| (0..size).map(|column| entry(row, column)).collect()).collect();
    let identity: Matrix = (0..size).map(|row| (0..size).map(|column| f64::from(row == column)).collect()).collect();
    let (mut sum, mut term) = (identity.clone(), identity);
    for order in 1..10 {
        term = product(&term, &generator);
        for (row, added) in sum.iter_mut().zip(&mut term) {
            for (value, added) in row.iter_mut().zip(added) {
                *added /= f64::from(order);
                *value += *added;
            }
        }
    }
    normalised_diagonal(&power_of_two(&sum, SQUARINGS))
}

fn four_spins() -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Spin, 4);
    for (first, second, bias) in [(0, 1, -1.0), (1, 2, 1.0), (2, 3, -2.0), (0, 3, 1.0), (0, 2, 1.0)] {
        builder.add_quadratic(first, second, bias);
    }
    builder.add_linear(0, 1.0);
    builder.add_linear(3, -1.0);
    builder.build().unwrap()
}

#[test]
fn the_error_of_slices_falls_with_the_square_of_their_number() {
    let (bqm, beta, gamma) = (four_spins(), 1.0, 1.5);
    let exact = quantum(&bqm, beta, gamma);
    let error = |log_slices| {
        let sliced = sliced(&bqm, beta, gamma, log_slices);
        sliced.iter().zip(&exact).map(|(sliced, exact)| (sliced - exact).abs()).sum::<f64>()
    };
    for log_slices in 3..6 {
        let ratio = error(log_slices) / error(log_slices + 1);
        assert!((ratio - 4.0).abs() < 0.3, "{ratio}");
    }
    assert!(error(6) < 5e-4);
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn in_a_field_slices_follow_their_exact_distribution() {
    let (bqm, beta, gamma) = (four_spins(), 1.0, 1.5);
    let sets = vec![vec![2, 0, 1], vec![0, 3]];
    for (moves, cluster_moves) in
        MOVES.into_iter().flat_map(|moves| [(moves, ClusterMoves::None), (moves, ClusterMoves::Sets(sets.clone()))])
    {
        // single flips would take thousands of sweeps where slices are many
        let cases: &[u32] = if moves == WorldlineMoves::Single { &[1, 3] } else { &[1, 3, 5] };
        for &log_slices in cases {
            let annealing = SimulatedQuantumAnnealing {
                num_reads: 8000,
                num_slices: 1 << log_slices,
                beta: Some(beta),
                gamma_range: Some((gamma, gamma)),
                moves,
                cluster_moves: cluster_moves.clone(),
                readout: Readout::Random,
                ..short(40)
            };
            let sampling = run(&annealing, &bqm);
            let counts = boltzmann::counts(4, sampling.samples.rows().map(|row| row.sample));
            let what = format!("{moves:?}, {cluster_moves:?}, 2^{log_slices} slices");
            boltzmann::assert_follows(&counts, &sliced(&bqm, beta, gamma, log_slices), &what);
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn with_64_slices_magnetisation_and_energy_are_those_of_the_quantum_model() {
    let (bqm, beta, gamma) = (four_spins(), 1.0, 1.5);
    let num_reads = 8000;
    let annealing = SimulatedQuantumAnnealing {
        num_reads,
        num_slices: 64,
        beta: Some(beta),
        gamma_range: Some((gamma, gamma)),
        readout: Readout::Random,
        ..short(30)
    };
    let sampling = run(&annealing, &bqm);
    let exact = quantum(&bqm, beta, gamma);
    let expected = |value: &dyn Fn(&[i8]) -> f64| -> f64 {
        exact.iter().enumerate().map(|(index, p)| p * value(&boltzmann::spins(index, 4))).sum()
    };
    let found = |value: &dyn Fn(&[i8]) -> f64| -> f64 {
        sampling.samples.rows().map(|row| value(row.sample)).sum::<f64>() / num_reads as f64
    };
    // five standard errors, and 5e-4 times the largest value for the finite number of slices
    let check = |value: &dyn Fn(&[i8]) -> f64, largest: f64| {
        let error = (found(value) - expected(value)).abs();
        assert!(error < 5.0 * largest / (num_reads as f64).sqrt() + 5e-4 * largest, "{error}");
    };
    for variable in 0..4 {
        check(&|sample| f64::from(sample[variable]), 1.0);
    }
    check(&|sample| bqm.energy(sample), 3.0);
}

#[test]
fn a_chip_gives_temperature_scale_and_strengths() {
    let annealing = SimulatedQuantumAnnealing { schedule: AnnealSchedule::chip("Advantage_system4"), ..short(1) };
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_quadratic(0, 1, -5.0);
    let bqm = builder.build().unwrap();
    let path = Path::new(&annealing, &bqm);
    let beta = AnnealSchedule::beta(15.4);
    assert_eq!((path.beta, path.scale), (beta, 5.0));
    assert!((path.transverse(0.0) - beta * 9.839 / 2.0).abs() < 1e-12);
    assert!((path.classical_beta(1.0) - beta * 8.477 / 2.0 / 5.0).abs() < 1e-12);
    let points = vec![SchedulePoint { s: 0.0, a: 3.0, b: 1.0 }, SchedulePoint { s: 1.0, a: 1.0, b: 2.0 }];
    let schedule = AnnealSchedule::from_points(points).ok();
    let annealing = SimulatedQuantumAnnealing { schedule, beta: Some(2.0), scale: Some(1.0), ..short(1) };
    let path = Path::new(&annealing, &bqm);
    assert_eq!((path.transverse(1.0), path.classical_beta(0.0)), (1.0, 1.0));
}

#[test]
fn wrong_parameters_are_refused_with_their_value() {
    let message = |annealing: SimulatedQuantumAnnealing| {
        let bqm = BqmBuilder::new(Vartype::Spin, 1).build().unwrap();
        annealing.sample(&bqm, &RunControl::default()).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(short(0)), @"num_sweeps is 0, but must be at least 1");
    insta::assert_snapshot!(message(SimulatedQuantumAnnealing { num_reads: 0, ..short(1) }), @"num_reads is 0, but must be at least 1");
    insta::assert_snapshot!(
        message(SimulatedQuantumAnnealing { num_slices: 48, ..short(1) }),
        @"num_slices is 48, but must be 2, 4, 8, 16, 32 or 64"
    );
    insta::assert_snapshot!(
        message(SimulatedQuantumAnnealing { beta: Some(0.0), ..short(1) }),
        @"beta is 0, but must be a finite number above 0"
    );
    insta::assert_snapshot!(
        message(SimulatedQuantumAnnealing { gamma_range: Some((-1.0, 0.0)), ..short(1) }),
        @"gamma_range is -1, but must be two finite numbers of at least 0"
    );
}
