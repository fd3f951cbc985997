//! The emulator as a whole: distributions, chains, errors, the contract of samplers.

use super::*;
use crate::embedding::{ChainStrength, Embedded, Embedding, interaction_graph};
use crate::hardware::{Chip, Graph};
use crate::qpu::SolverProperties;
use isinglass_qubo::model::BqmBuilder;
use isinglass_qubo::sampler::exhaustive;
use isinglass_qubo::testing::{random_integers, sampler_conformance};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

fn chip() -> SolverProperties {
    SolverProperties::named("advantage6").unwrap()
}

fn run(emulator: &QpuEmulator, bqm: &Bqm) -> SampleResult {
    emulator.sample(bqm, &RunControl::default()).unwrap()
}

const DYNAMICS: [Dynamics; 3] = [
    Dynamics::SpinVector { moves: RotorMoves::Uniform },
    Dynamics::SpinVector { moves: RotorMoves::TransverseField },
    Dynamics::PathIntegral { num_slices: 16 },
];

#[test]
fn the_emulator_conforms() {
    for dynamics in DYNAMICS {
        sampler_conformance(|seed, threads| {
            Box::new(QpuEmulator {
                num_reads: 40,
                annealing_time: Some(4.0),
                dynamics,
                seed,
                threads: Some(threads),
                ..QpuEmulator::noiseless(chip())
            })
        });
    }
}

#[test]
fn everything_follows_from_the_seed_alone() {
    let bqm = random_integers(Vartype::Binary, 30, 5, 3, 1);
    let emulator = |seed, threads, isa| QpuEmulator {
        num_reads: 150,
        num_spin_reversal_transforms: 4,
        annealing_time: Some(2.0),
        readout_error: 0.02,
        seed,
        threads: Some(threads),
        isa: Some(isa),
        ..QpuEmulator::new(chip())
    };
    let one = run(&emulator(3, 1, Isa::Portable), &bqm);
    assert_eq!(one.samples.len(), 150);
    for isa in Isa::ALL {
        assert_eq!(run(&emulator(3, 2, isa), &bqm), one);
    }
    assert_ne!(run(&emulator(4, 1, Isa::Portable), &bqm).samples, one.samples);
}

#[test]
fn a_free_spin_in_a_field_has_the_effective_temperature() {
    // fields are not rescaled: a field of 4 fixes the scale at 1
    let fields = [4.0, 0.1, -0.2, 0.3, -0.05];
    let mut builder = BqmBuilder::new(Vartype::Spin, fields.len());
    fields.iter().enumerate().for_each(|(variable, &field)| builder.add_linear(variable, field));
    let bqm = builder.build().unwrap();
    let num_reads = 10_000;
    for dynamics in DYNAMICS {
        // that of the chip, one that needs a colder chip, one that a hotter chip would have
        for temperature in [None, Some(0.05), Some(2.0)] {
            let emulator = QpuEmulator {
                num_reads,
                annealing_time: Some(0.5),
                effective_temperature: temperature,
                dynamics,
                ..QpuEmulator::noiseless(chip())
            };
            let samples = run(&emulator, &bqm).samples;
            for (variable, field) in fields.iter().enumerate() {
                let ups = samples.rows().filter(|row| row.sample[variable] > 0).count() as f64;
                let p = 1.0 / (1.0 + (2.0 * field / temperature.unwrap_or(0.221)).exp());
                let deviation = (num_reads as f64 * p * (1.0 - p)).sqrt();
                assert!(
                    (ups - num_reads as f64 * p).abs() <= 5.0 * deviation + 1.0,
                    "{dynamics:?}, {temperature:?}: {ups} of {num_reads}, {p}"
                );
            }
        }
    }
}

#[test]
fn wrong_readouts_come_as_often_as_they_should() {
    // fields so strong that every spin would be down
    let mut builder = BqmBuilder::new(Vartype::Spin, 100);
    (0..100).for_each(|variable| builder.add_linear(variable, 1.0));
    let bqm = builder.build().unwrap();
    let wrong = |readout_error| {
        let emulator = QpuEmulator {
            num_reads: 2000,
            annealing_time: Some(0.5),
            effective_temperature: Some(0.01),
            readout_error,
            ..QpuEmulator::noiseless(chip())
        };
        run(&emulator, &bqm).samples.rows().flat_map(|row| row.sample.to_vec()).filter(|&spin| spin > 0).count()
    };
    assert_eq!(wrong(0.0), 0);
    // 200,000 spins: five standard deviations
    assert!(wrong(0.001).abs_diff(200) < 71 && wrong(0.05).abs_diff(10_000) < 490);
}

/// A frustrated problem of eight variables with products and penalties of weights apart by a factor of four, each on a chain of six
/// qubits.
fn on_chains() -> (Bqm, Embedded) {
    const NUM_VARIABLES: u32 = 8;
    const LENGTH: u32 = 6;
    let mut builder = BqmBuilder::new(Vartype::Spin, NUM_VARIABLES as usize);
    let pairs = (0..NUM_VARIABLES).flat_map(|first| (first + 1..NUM_VARIABLES).map(move |second| (first, second)));
    for (index, (first, second)) in pairs.enumerate() {
        let strength = [4.0, -4.0, 2.0, -1.0, 3.0][index * 7 % 5];
        builder.add_quadratic(first as usize, second as usize, strength);
    }
    builder.add_linear(0, 2.0);
    builder.add_linear(5, -1.0);
    let bqm = builder.build().unwrap();
    let node = |variable: u32, place: u32| variable * LENGTH + place;
    let mut edges = Vec::new();
    for variable in 0..NUM_VARIABLES {
        edges.extend((1..LENGTH).map(|place| (node(variable, place - 1), node(variable, place))));
        edges.extend(
            (0..variable)
                .map(|other| (node(variable, (variable + other) % LENGTH), node(other, (variable + other) % LENGTH))),
        );
    }
    let graph = Graph::from_edges((NUM_VARIABLES * LENGTH) as usize, edges).unwrap();
    let chip = Chip::from_graph("wires", graph);
    let chains = (0..NUM_VARIABLES).map(|variable| (0..LENGTH).map(|place| node(variable, place)).collect()).collect();
    let embedding = Embedding::new(chains, &interaction_graph(&bqm), &chip).unwrap();
    let embedded = Embedded::new(&bqm, &embedding, &chip, &ChainStrength::Uniform(60.0)).unwrap();
    (bqm, embedded)
}

#[test]
fn chains_reach_the_optimum_only_where_they_turn_as_a_whole() {
    let (bqm, embedded) = on_chains();
    let minimum = exhaustive::minimum(&bqm).unwrap();
    let share = |chains, dynamics| {
        let emulator = QpuEmulator {
            num_reads: 200,
            // strong chains leave little of the range to the problem: the chip's own temperature would hide it
            effective_temperature: Some(0.005),
            chains,
            dynamics,
            ..QpuEmulator::noiseless(chip())
        };
        let samples = run(&emulator, embedded.bqm()).samples;
        samples.energies().iter().filter(|&&energy| energy < minimum + 1e-6).count() as f64 / 200.0
    };
    let given = embedded.chains().iter().map(|chain| chain.iter().map(|&qubit| qubit as u32).collect()).collect();
    for dynamics in DYNAMICS {
        let (whole, found, single) = (
            share(ClusterMoves::Sets(Vec::clone(&given)), dynamics),
            share(ClusterMoves::Strong, dynamics),
            share(ClusterMoves::None, dynamics),
        );
        assert!(whole > 0.3 && found > 0.3 && single < 0.05, "{dynamics:?}: {whole}, {found}, {single}");
    }
}

#[test]
fn without_scaling_numbers_outside_the_range_are_refused() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 3);
    builder.add_linear(2, 5.0);
    builder.add_quadratic(0, 1, -3.0);
    let bqm = builder.build().unwrap();
    let emulator = QpuEmulator { auto_scale: false, ..QpuEmulator::new(chip()) };
    insta::assert_snapshot!(
        emulator.sample(&bqm, &RunControl::default()).unwrap_err(),
        @"the coupling of variables 0 and 1 is -3, but the chip takes -2 to 1"
    );
    assert_eq!(QpuEmulator::new(chip()).scaled(&bqm).unwrap().1, 1.5);
}

#[test]
fn reads_are_split_where_a_run_may_not_be_longer() {
    let emulator = QpuEmulator { num_reads: 1000, annealing_time: Some(2000.0), ..QpuEmulator::new(chip()) };
    assert_eq!(emulator.programmings(4).unwrap(), [490, 490, 20]);
    let gauges = QpuEmulator { num_reads: 10, num_spin_reversal_transforms: 4, ..QpuEmulator::new(chip()) };
    assert_eq!(gauges.programmings(4).unwrap(), [3, 3, 3, 1]);
}

#[test]
fn a_run_that_is_stopped_returns_reads_that_were_annealed_to_the_end() {
    let bqm = random_integers(Vartype::Spin, 40, 3, 5, 1);
    for (dynamics, first_block) in [(Dynamics::default(), 64), (Dynamics::PathIntegral { num_slices: 8 }, 8)] {
        for num_spin_reversal_transforms in [0, 2] {
            let emulator =
                QpuEmulator { num_reads: 400, dynamics, num_spin_reversal_transforms, ..QpuEmulator::new(chip()) };
            let whole: Vec<Vec<i8>> = run(&emulator, &bqm).samples.rows().map(|row| row.sample.to_vec()).collect();
            let cancel = AtomicBool::new(true);
            let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
            let stopped = emulator.sample(&bqm, &control).unwrap();
            let rows: Vec<Vec<i8>> = stopped.samples.rows().map(|row| row.sample.to_vec()).collect();
            assert_eq!((stopped.status, &rows[..]), (SampleStatus::Interrupted, &whole[..first_block]));
            let deadline = Some(Instant::now() + Duration::from_millis(20));
            let late = emulator.sample(&bqm, &RunControl { deadline, ..RunControl::default() }).unwrap();
            assert!(late.samples.len() >= first_block);
            assert!(late.samples.rows().zip(&whole).all(|(row, read)| row.sample == read.as_slice()));
        }
    }
}

#[test]
fn each_programming_has_errors_of_its_own() {
    let bqm = BqmBuilder::new(Vartype::Spin, 1).build().unwrap();
    let emulator = QpuEmulator {
        num_reads: 8 * 400,
        annealing_time: Some(0.5),
        control_errors: ControlErrors { h_sigma: 0.2, ..ControlErrors::NONE },
        num_spin_reversal_transforms: 8,
        ..QpuEmulator::noiseless(chip())
    };
    let samples = run(&emulator, &bqm).samples;
    let spins: Vec<bool> = samples.rows().map(|row| row.sample[0] > 0).collect();
    // an error that is the same for all would show in all, one way or, turned, the other
    let bias = |reads: &[bool]| (reads.iter().filter(|&&up| up).count() as f64 / 400.0 - 0.5).abs();
    let biases: Vec<f64> = spins.chunks(400).map(bias).collect();
    let (least, most) = biases.iter().fold((1.0f64, 0.0f64), |(least, most), &bias| (least.min(bias), most.max(bias)));
    assert!(most - least > 0.2, "standard deviations of 0.025 cannot part {biases:?}");
}

#[test]
fn gauges_average_a_mean_error_out() {
    let bqm = BqmBuilder::new(Vartype::Spin, 8).build().unwrap();
    let ups = |num_spin_reversal_transforms| {
        let emulator = QpuEmulator {
            num_reads: 6400,
            annealing_time: Some(0.5),
            control_errors: ControlErrors { h_mean: -0.1, ..ControlErrors::NONE },
            num_spin_reversal_transforms,
            ..QpuEmulator::noiseless(chip())
        };
        let samples = run(&emulator, &bqm).samples;
        samples.rows().filter(|row| row.sample[3] > 0).count() as f64 / 6400.0
    };
    // 1 / (1 + exp(-0.2 / 0.221)), and half of it the other way round: 64 gauges, five standard deviations
    assert!((ups(0) - 0.712).abs() < 0.03);
    assert!((ups(64) - 0.5).abs() < 0.14);
}

#[test]
fn the_scope_says_what_is_modelled() {
    let emulator = QpuEmulator::new(chip());
    insta::assert_snapshot!(emulator.scope(), @r"
    classical emulation of Advantage_system6: no quantum computer took part, and nothing here predicts the speed of one
    modelled: auto-scaling; ranges of h, J and reads; ranges of sums over the couplers of a qubit; Gaussian errors of h and J, drawn once for each programming; quantization of h and J; readout errors; effective temperature of single qubits; A(s) and B(s) of the chip; chain flips (at any transverse field)
    not modelled: quantum dynamics and its speed; flux noise and drift between reads; background susceptibility; earlier freeze-out of ferromagnetic clusters; correlation of successive reads
    assumed: between the published shortest and longest readout the time is taken to rise as in the documentation's example; times of reverse annealing and decorrelation are those of the documentation's example
    ");
    let plain = QpuEmulator { auto_scale: false, chains: ClusterMoves::None, ..QpuEmulator::noiseless(chip()) };
    let scope = plain.scope();
    for phrase in ["auto-scaling", "quantization of h and J", "readout errors"] {
        assert!(
            scope.not_modelled.iter().any(|each| each == phrase)
                && emulator.scope().modelled.iter().any(|each| each == phrase)
        );
    }
    let zephyr = QpuEmulator::new(SolverProperties::named("advantage2-1").unwrap());
    assert!(zephyr.scope().not_modelled.iter().any(|each| each == "ranges of sums over groups of couplers"));
}

#[test]
fn wrong_parameters_are_refused_with_their_value() {
    let message = |change: &dyn Fn(&mut QpuEmulator)| {
        let mut emulator = QpuEmulator::new(chip());
        change(&mut emulator);
        let bqm = BqmBuilder::new(Vartype::Spin, 1).build().unwrap();
        emulator.sample(&bqm, &RunControl::default()).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(&|each| each.num_reads = 0), @"num_reads is 0, but must be at least 1");
    insta::assert_snapshot!(message(&|each| each.annealing_time = Some(2001.0)), @"annealing_time is 2001, but must be in the chip's annealing_time_range");
    insta::assert_snapshot!(message(&|each| each.readout_error = 1.5), @"readout_error is 1.5, but must be at least 0 and at most 1");
    insta::assert_snapshot!(message(&|each| each.effective_temperature = Some(0.0)), @"effective_temperature is 0, but must be a finite number above 0");
    insta::assert_snapshot!(message(&|each| each.control_errors.j_sigma = f64::NAN), @"j_sigma is NaN, but must be a finite number of at least 0");
    insta::assert_snapshot!(message(&|each| each.properties.h_range = (1.0, 2.0)), @"h_range is 1, but must be finite, from below 0 to above 0");
    insta::assert_snapshot!(message(&|each| each.qubits = Some(vec![1, 2])), @"number of qubits is 2, but must be that of the variables");
    insta::assert_snapshot!(message(&|each| each.dynamics = Dynamics::PathIntegral { num_slices: 3 }), @"num_slices is 3, but must be 2, 4, 8, 16, 32 or 64");
}
