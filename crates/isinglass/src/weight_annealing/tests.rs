use super::*;
use crate::bits::BitMatrix;
use crate::evaluation::Weight;
use crate::exact::ExactTrainer;
use crate::task::{Merge, Task};
use isinglass_qubo::rng;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

fn random_task(seed: u64, num_rows: usize, architecture: &Architecture) -> Task {
    let mut stream = stream(seed, 5);
    let mut coin = || stream.next_u64() >> 63 == 1;
    let inputs = BitMatrix::from_fn(num_rows, architecture.num_inputs(), |_, _| coin());
    let targets = BitMatrix::from_fn(num_rows, architecture.num_outputs(), |_, _| coin());
    Task::new(inputs, targets).unwrap()
}

fn shape(widths: &[usize], bias: bool) -> Architecture {
    Architecture::new(widths.to_vec(), bias).unwrap()
}

/// The network number `number`: bit `i` is weight `i`.
fn numbered(architecture: &Architecture, number: u64) -> Network {
    let mut network = Network::from_fn(architecture.clone(), |_, _, _| false);
    for (place, Weight { layer, neuron, input }) in Weight::all(architecture).enumerate() {
        network.set_weight(layer, neuron, input, number >> place & 1 == 1);
    }
    network
}

fn number(network: &Network) -> u64 {
    let bit = |weight: Weight| u64::from(network.weight(weight.layer, weight.neuron, weight.input));
    Weight::all(network.architecture()).enumerate().map(|(place, weight)| bit(weight) << place).sum()
}

fn run(annealing: WeightAnnealing, task: &Task, architecture: &Architecture, terms: &WeightTerms) -> WeightReads {
    annealing.run(&task.group(Merge::Equal), architecture, terms, &RunControl::default()).unwrap()
}

#[test]
fn the_least_of_all_networks_is_found() {
    for (seed, (widths, bias)) in
        [(&[3, 2, 1][..], true), (&[3, 3, 1], false), (&[2, 2, 2, 1], false), (&[3, 1, 3], true), (&[9, 1], true)]
            .into_iter()
            .enumerate()
    {
        let architecture = shape(widths, bias);
        let task = random_task(seed as u64, 14, &architecture);
        let groups = task.group(Merge::Equal);
        let loss = |number: u64| groups.loss(&numbered(&architecture, number).infer(&groups.inputs));
        let least = (0..1 << architecture.num_weights()).map(loss).fold(f64::INFINITY, f64::min);
        let annealing = WeightAnnealing { num_reads: 20, num_sweeps: 100, ..WeightAnnealing::default() };
        assert_eq!(run(annealing, &task, &architecture, &WeightTerms::default()).best().loss, least, "{architecture}");
    }
}

#[test]
fn the_proven_optimum_of_a_larger_network_is_found() {
    let architecture = shape(&[7, 3, 1], true);
    let task = random_task(8, 90, &architecture);
    let optimum = ExactTrainer::default().train(&task, &architecture, &RunControl::default()).unwrap().loss;
    assert_eq!(run(WeightAnnealing::default(), &task, &architecture, &WeightTerms::default()).best().loss, optimum);
}

#[test]
fn linear_terms_are_part_of_the_energy_and_fixed_weights_stay() {
    let architecture = shape(&[3, 3, 1], false);
    let task = random_task(2, 10, &architecture);
    let groups = task.group(Merge::Equal);
    let biases: Vec<_> =
        Weight::all(&architecture).map(|w| (w.layer, w.neuron, w.input, [0.75, -0.5, 0.125][w.input])).collect();
    let terms = WeightTerms { fixed: vec![(1, 0, 0, true), (1, 0, 1, false), (0, 2, 1, true)], biases };
    let keeps = |network: &Network| terms.fixed.iter().all(|&(l, n, i, bit)| network.weight(l, n, i) == bit);
    let energy = |network: &Network| groups.loss(&network.infer(&groups.inputs)) + terms.bias_energy(network);
    let networks = (0..1 << architecture.num_weights()).map(|number| numbered(&architecture, number));
    let least = networks.filter(keeps).map(|network| energy(&network)).fold(f64::INFINITY, f64::min);
    let annealing = WeightAnnealing { num_reads: 20, num_sweeps: 200, ..WeightAnnealing::default() };
    let found = run(annealing, &task, &architecture, &terms);
    assert_eq!(found.best().energy, least);
    for read in &found.reads {
        assert!(keeps(&read.network));
        assert_eq!((read.energy, read.loss), (energy(&read.network), read.energy - terms.bias_energy(&read.network)));
    }
}

#[test]
fn at_a_fixed_temperature_weights_have_the_boltzmann_distribution() {
    for (widths, bias, seed) in [(&[2, 2, 1][..], false, 4), (&[2, 1, 2], true, 5)] {
        let architecture = shape(widths, bias);
        let task = random_task(seed, 12, &architecture);
        let groups = task.group(Merge::Equal);
        let beta = 0.4;
        let num_networks = 1u64 << architecture.num_weights();
        let loss = |number: u64| groups.loss(&numbered(&architecture, number).infer(&groups.inputs));
        let weights: Vec<f64> = (0..num_networks).map(|number| (-beta * loss(number)).exp()).collect();
        let total: f64 = weights.iter().sum();

        let sliced = SlicedGroups::new(&groups, &architecture);
        let moves = moves(&architecture, &WeightTerms::default());
        let mut counts = vec![0u64; num_networks as usize];
        let num_samples = 60_000;
        let mut walk = Walk::new(&sliced, &numbered(&architecture, 0), 0.0, rng::stream(seed, 0));
        for _ in 0..num_samples {
            // sweeps between two samples make them nearly independent
            for _ in 0..6 {
                walk::offer(Isa::detect(), &mut walk, &moves, beta);
            }
            counts[number(&walk.evaluation().network()) as usize] += 1;
        }
        let chi_square: f64 = counts
            .iter()
            .zip(&weights)
            .map(|(&count, weight)| {
                let expected = f64::from(num_samples) * weight / total;
                (count as f64 - expected).powi(2) / expected
            })
            .sum();
        // mean and standard deviation of the distribution with that number of degrees of freedom
        let degrees = (num_networks - 1) as f64;
        assert!(chi_square < degrees + 4.0 * (2.0 * degrees).sqrt(), "{architecture}: {chi_square} of {degrees}");
    }
}

#[test]
fn threads_and_instruction_sets_change_nothing_and_more_reads_only_add() {
    let architecture = shape(&[9, 5, 2, 2], true);
    // more than one word, so that both widths of evaluation are met
    for num_rows in [40, 300] {
        let task = random_task(3, num_rows, &architecture);
        let annealing = WeightAnnealing { num_reads: 5, num_sweeps: 30, seed: 7, ..WeightAnnealing::default() };
        let terms = WeightTerms::default();
        let first = run(WeightAnnealing { threads: Some(1), ..annealing }, &task, &architecture, &terms);
        for isa in Isa::ALL {
            let again = WeightAnnealing { threads: Some(2), isa: Some(isa), ..annealing };
            assert_eq!(run(again, &task, &architecture, &terms), first, "{isa:?}");
        }
        let more = run(WeightAnnealing { num_reads: 8, ..annealing }, &task, &architecture, &terms);
        assert_eq!(more.reads[..5], first.reads[..]);
        assert_eq!(first.num_updates, 5 * 30 * architecture.num_weights() as u64);
        assert_ne!(run(WeightAnnealing { seed: 8, ..annealing }, &task, &architecture, &terms).reads, first.reads);
    }
}

#[test]
fn a_run_that_is_stopped_keeps_the_best_so_far() {
    let architecture = shape(&[7, 3, 1], true);
    let groups = random_task(1, 60, &architecture).group(Merge::Equal);
    let endless = WeightAnnealing { num_sweeps: 1 << 40, ..WeightAnnealing::default() };
    let stopped =
        |control: &RunControl<'_>| endless.run(&groups, &architecture, &WeightTerms::default(), control).unwrap();
    let cancel = AtomicBool::new(true);
    let cancelled = stopped(&RunControl { cancel: Some(&cancel), ..RunControl::default() });
    assert_eq!(cancelled.status, SampleStatus::Interrupted);
    assert!(!cancelled.reads.is_empty());
    let late = stopped(&RunControl { deadline: Some(Instant::now()), ..RunControl::default() });
    assert_eq!(late.status, SampleStatus::TimeLimit);
    let half = groups.constant + groups.deltas.iter().sum::<f64>() / 2.0;
    let met = stopped(&RunControl { target: Some(half), ..RunControl::default() });
    assert_eq!(met.status, SampleStatus::Target);
    assert!(met.best().loss <= half);
}

#[test]
fn extremes_are_annealed_or_refused() {
    let architecture = shape(&[3, 2, 1], true);
    let plain = random_task(6, 20, &architecture);
    let scaled = |weights: Vec<f64>| Task::weighted(plain.inputs().clone(), plain.targets().clone(), weights).unwrap();
    let annealing = WeightAnnealing { num_reads: 4, num_sweeps: 50, ..WeightAnnealing::default() };
    let terms = WeightTerms::default();
    for scale in [1e-300, 1e300] {
        let task = scaled(vec![scale; 20]);
        let found = run(annealing, &task, &architecture, &terms).best().loss / scale;
        let expected = run(annealing, &plain, &architecture, &terms).best().loss;
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }
    let message = |annealing: WeightAnnealing, task: &Task| {
        let groups = task.group(Merge::Equal);
        annealing.run(&groups, &architecture, &terms, &RunControl::default()).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(annealing, &scaled(vec![5e306; 20])), @"energies of the problem could overflow: its coefficients add up to more than 2.2e307");
    insta::assert_snapshot!(message(WeightAnnealing { num_reads: 0, ..annealing }, &plain), @"num_reads is 0, but must be at least 1");
    insta::assert_snapshot!(message(WeightAnnealing { num_sweeps: 0, ..annealing }, &plain), @"num_sweeps is 0, but must be at least 1");
    insta::assert_snapshot!(message(WeightAnnealing { beta_range: Some((f64::NAN, 1.0)), ..annealing }, &plain), @"beta_range is NaN, but must be two finite numbers of at least 0");
}
