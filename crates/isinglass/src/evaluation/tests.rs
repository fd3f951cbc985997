use super::*;
use crate::bits::BitMatrix;
use crate::task::{Merge, Objective, Task};
use crate::verify::loss;
use isinglass_qubo::rng::stream;
use proptest::prelude::*;
use rand_core::Rng;

/// Rows of which many are equal and some contradict each other.
fn task(seed: u64, num_rows: usize, architecture: &Architecture, weight: impl Fn(u64) -> f64) -> Task {
    let mut stream = stream(seed, 0);
    let num_distinct = num_rows.div_ceil(2) as u64;
    let rows: Vec<u64> = (0..num_rows).map(|_| stream.next_u64() % num_distinct).collect();
    let bit = |row: u64, column: usize| {
        isinglass_qubo::rng::stream_state(seed ^ row.wrapping_mul(77), column as u64)[0] & 1 == 1
    };
    let inputs = BitMatrix::from_fn(num_rows, architecture.num_inputs(), |row, column| bit(rows[row], column));
    let targets = BitMatrix::from_fn(num_rows, architecture.num_outputs(), |_, _| stream.next_u64() >> 63 == 1);
    let weights = (0..num_rows).map(|_| weight(stream.next_u64())).collect();
    Task::weighted(inputs, targets, weights).unwrap()
}

/// The same with one of several classes in each row, whose errors are counted.
fn class_task(seed: u64, num_rows: usize, architecture: &Architecture, weight: impl Fn(u64) -> f64) -> Task {
    let bits = task(seed, num_rows, architecture, weight);
    let mut stream = stream(seed, 4);
    let num_classes = architecture.num_outputs();
    let classes: Vec<usize> = (0..num_rows).map(|_| (stream.next_u64() % num_classes as u64) as usize).collect();
    let targets = BitMatrix::from_fn(num_rows, num_classes, |row, class| classes[row] == class);
    let task = Task::weighted(bits.inputs().clone(), targets, bits.weights().to_vec()).unwrap();
    task.with_objective(Objective::Errors).unwrap()
}

fn random_network(seed: u64, architecture: &Architecture) -> Network {
    let mut stream = stream(seed, 1);
    Network::from_fn(architecture.clone(), |_, _, _| stream.next_u64() >> 63 == 1)
}

/// Walks at random, and compares every change with two forward passes row by row.
fn walk(task: &Task, architecture: &Architecture, seed: u64, num_flips: usize, tolerance: f64) {
    let merge = if architecture.is_odd() && seed.is_multiple_of(2) { Merge::EqualAndNegated } else { Merge::Equal };
    let groups = SlicedGroups::new(&task.loss_groups(merge), architecture);
    let mut network = random_network(seed, architecture);
    let mut evaluation = Evaluation::new(&groups, &network);
    let weights: Vec<Weight> = Weight::all(architecture).collect();
    let mut stream = stream(seed, 2);
    let close = |left: f64, right: f64| (left - right).abs() <= tolerance;
    let mut before = loss(&network, task);
    assert!(close(evaluation.loss(), before), "{architecture}: {} {before}", evaluation.loss());
    for _ in 0..num_flips {
        let weight = weights[(stream.next_u64() % weights.len() as u64) as usize];
        let Weight { layer, neuron, input } = weight;
        let change = evaluation.change(weight);
        let bit = network.weight(layer, neuron, input);
        network.set_weight(layer, neuron, input, !bit);
        let after = loss(&network, task);
        assert!(close(change, after - before), "{architecture}: {weight:?} changes {change}, not {}", after - before);
        // most are done, some are only tried
        if !stream.next_u64().is_multiple_of(4) {
            evaluation.flip(weight);
            before = after;
        } else {
            network.set_weight(layer, neuron, input, bit);
        }
        assert!(close(evaluation.loss(), before), "{architecture}: {} {before}", evaluation.loss());
    }
    assert_eq!(evaluation.network(), network);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_change_is_the_difference_of_two_forward_passes(
        widths in proptest::collection::vec(1usize..7, 2..6),
        bias: bool,
        num_rows in prop_oneof![1usize..20, 60usize..140],
        kind in 0..4,
        seed: u64,
    ) {
        let architecture = Architecture::new(widths, bias).unwrap();
        let weight = |random: u64| match kind {
            0 => 1.0,
            1 => (random % 1000) as f64,
            2 => 0.3 * (random % 4) as f64,
            _ => (random >> 11) as f64 / (1u64 << 53) as f64,
        };
        let tolerance = if kind < 2 { 0.0 } else { 1e-9 };
        walk(&task(seed, num_rows, &architecture, weight), &architecture, seed, 60, tolerance);
    }

    #[test]
    fn every_change_of_errors_is_the_difference_of_two_forward_passes(
        hidden in proptest::collection::vec(1usize..7, 1..4),
        num_classes in 2usize..6,
        bias: bool,
        num_rows in prop_oneof![1usize..20, 60usize..140, Just(1300)],
        kind in 0..4,
        seed: u64,
    ) {
        let widths = hidden.into_iter().chain([num_classes]).collect();
        let architecture = Architecture::new(widths, bias).unwrap();
        let weight = |random: u64| match kind {
            0 => 1.0,
            1 => (random % 1000) as f64,
            2 => 0.3 * (random % 4) as f64,
            _ => (random >> 11) as f64 / (1u64 << 53) as f64,
        };
        let tolerance = if kind < 2 { 0.0 } else { 1e-9 };
        walk(&class_task(seed, num_rows, &architecture, weight), &architecture, seed, 60, tolerance);
    }
}

#[test]
fn thousands_of_flips_leave_no_trace_in_more_than_one_block() {
    for (seed, (widths, bias)) in
        [(&[15, 7, 1][..], false), (&[12, 6, 4, 3], true), (&[16, 9], false)].into_iter().enumerate()
    {
        let architecture = Architecture::new(widths.to_vec(), bias).unwrap();
        // more than 512 groups, and more than 1,024
        let task = task(seed as u64, [1400, 700, 2600][seed], &architecture, |_| 1.0);
        let groups = SlicedGroups::new(&task.group(Merge::Equal), &architecture);
        let mut evaluation = Evaluation::new(&groups, &random_network(9, &architecture));
        let weights: Vec<Weight> = Weight::all(&architecture).collect();
        let mut stream = stream(seed as u64, 3);
        for _ in 0..4000 {
            evaluation.flip(weights[(stream.next_u64() % weights.len() as u64) as usize]);
        }
        assert_eq!(evaluation.loss(), loss(&evaluation.network(), &task));
        walk(&task, &architecture, seed as u64, 25, 0.0);
    }
}

#[test]
fn huge_and_tiny_weights_of_rows_are_summed_as_they_are() {
    let architecture = Architecture::new(vec![5, 3, 1], true).unwrap();
    for scale in [1e-300, 1e300] {
        let task = task(4, 30, &architecture, |random| scale * (random % 7) as f64);
        walk(&task, &architecture, 4, 60, 1e-12 * scale);
    }
    let mixed = task(5, 30, &architecture, |random| if random % 2 == 0 { 1e300 } else { 1e-300 });
    walk(&mixed, &architecture, 5, 60, 1e288);
}

#[test]
fn a_task_without_groups_costs_its_constant() {
    let inputs = BitMatrix::zeros(2, 3);
    let task = Task::new(inputs, BitMatrix::from_fn(2, 1, |row, _| row == 0)).unwrap();
    let architecture = Architecture::new(vec![3, 2, 1], false).unwrap();
    let groups = SlicedGroups::new(&task.group(Merge::Equal), &architecture);
    let mut evaluation = Evaluation::new(&groups, &random_network(1, &architecture));
    let weight = Weight { layer: 0, neuron: 1, input: 2 };
    assert_eq!((evaluation.loss(), evaluation.change(weight)), (1.0, 0.0));
    evaluation.flip(weight);
    assert_eq!(evaluation.loss(), 1.0);
}
