use super::*;
use crate::a1a::Rows;
use crate::bits::BitMatrix;
use crate::network::Codebook;
use proptest::prelude::*;
use rand_core::Rng;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

fn train(task: &Task, architecture: &Architecture) -> ExactTraining {
    ExactTrainer::default().train(task, architecture, &RunControl::default()).unwrap()
}

/// The loss of a network, row by row, with nothing merged.
fn plain_loss(task: &Task, network: &Network) -> f64 {
    let outputs = network.infer(task.inputs());
    (0..task.num_rows())
        .map(|row| {
            let wrong = (0..outputs.num_columns())
                .filter(|&output| outputs.get(row, output) != task.targets().get(row, output));
            task.weights()[row] * wrong.count() as f64
        })
        .sum()
}

/// The least loss over all weights.
fn brute_force(task: &Task, architecture: &Architecture) -> f64 {
    let sizes = (0..architecture.num_layers()).map(|layer| architecture.fan_in(layer) * architecture.width(layer + 1));
    let offsets: Vec<usize> = sizes
        .scan(0, |sum, size| {
            *sum += size;
            Some(*sum - size)
        })
        .collect();
    let losses = (0..1u64 << architecture.num_weights()).map(|weights| {
        let network = Network::from_fn(architecture.clone(), |layer, neuron, input| {
            weights >> (offsets[layer] + neuron * architecture.fan_in(layer) + input) & 1 == 1
        });
        plain_loss(task, &network)
    });
    losses.fold(f64::INFINITY, f64::min)
}

fn random_task(num_inputs: usize, num_rows: usize, seed: u64, weight: impl Fn(u64) -> f64) -> Task {
    random_task_of(num_inputs, 1, num_rows, seed, weight)
}

/// Random rows with several outputs and weights made of random words.
pub(crate) fn random_task_of(
    num_inputs: usize,
    num_outputs: usize,
    num_rows: usize,
    seed: u64,
    weight: impl Fn(u64) -> f64,
) -> Task {
    let mut stream = isinglass_qubo::rng::stream(seed, 0);
    // Few rows over few inputs: duplicates and contradictions come by themselves.
    let inputs = BitMatrix::from_fn(num_rows, num_inputs, |_, _| stream.next_u64() >> 63 == 1);
    let targets = BitMatrix::from_fn(num_rows, num_outputs, |_, _| stream.next_u64() >> 63 == 1);
    let weights = (0..num_rows).map(|_| weight(stream.next_u64() >> 32)).collect();
    Task::weighted(inputs, targets, weights).unwrap()
}

fn assert_optimal(task: &Task, architecture: &Architecture) {
    let training = train(task, architecture);
    assert_eq!(training.status, SampleStatus::Optimal);
    assert_eq!(training.loss, plain_loss(task, &training.network), "{architecture}");
    assert_eq!(training.loss, brute_force(task, architecture), "{architecture}");
    assert_eq!(training.lower_bound, training.loss);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_loss_is_the_least_over_all_weights(
        num_inputs in 1usize..=5,
        num_hidden in 1usize..=3,
        bias: bool,
        num_rows in 1usize..24,
        seed: u64,
    ) {
        let architecture = Architecture::new(vec![num_inputs, num_hidden, 1], bias).unwrap();
        prop_assume!(architecture.num_weights() <= 12);
        assert_optimal(&random_task(num_inputs, num_rows, seed, |_| 1.0), &architecture);
        assert_optimal(&random_task(num_inputs, num_rows, seed, |word| (word % 9) as f64 / 4.0), &architecture);
    }

    #[test]
    fn a_lone_neuron_is_trained_like_any_other(num_inputs in 1usize..=7, bias: bool, num_rows in 1usize..30, seed: u64) {
        let architecture = Architecture::new(vec![num_inputs, 1], bias).unwrap();
        assert_optimal(&random_task(num_inputs, num_rows, seed, |word| (word % 4) as f64), &architecture);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn several_layers_and_outputs_are_trained_to_the_least_loss(
        widths in proptest::collection::vec(1usize..=3, 2..=4),
        num_outputs in 1usize..=3,
        bias: bool,
        num_rows in 1usize..16,
        seed: u64,
    ) {
        let widths: Vec<usize> = widths.into_iter().chain([num_outputs]).collect();
        let architecture = Architecture::new(widths, bias).unwrap();
        prop_assume!(architecture.num_weights() <= 13);
        assert_optimal(&random_task_of(architecture.num_inputs(), num_outputs, num_rows, seed, |_| 1.0), &architecture);
        let weighted = random_task_of(architecture.num_inputs(), num_outputs, num_rows, seed, |word| (word % 9) as f64 / 4.0);
        assert_optimal(&weighted, &architecture);
    }
}

/// The fewest errors over all weights, by the prediction of the codebook.
fn brute_force_errors(task: &Task, architecture: &Architecture) -> f64 {
    let codebook = Codebook::for_classes(architecture.num_outputs());
    let weights: Vec<crate::evaluation::Weight> = crate::evaluation::Weight::all(architecture).collect();
    let mut network = Network::from_fn(architecture.clone(), |_, _, _| false);
    let mut least = f64::INFINITY;
    for step in 0..1u64 << weights.len() {
        if step > 0 {
            let crate::evaluation::Weight { layer, neuron, input } = weights[step.trailing_zeros() as usize];
            network.set_weight(layer, neuron, input, !network.weight(layer, neuron, input));
        }
        let predicted = network.output_preactivations(task.inputs());
        let wrong = predicted
            .chunks_exact(codebook.num_outputs())
            .zip(0..task.num_rows())
            .filter(|&(outputs, row)| codebook.predict(outputs) as usize != task.class(row));
        least = least.min(wrong.map(|(_, row)| task.weights()[row]).sum());
    }
    least
}

fn assert_fewest_errors(task: &Task, architecture: &Architecture) {
    let training = train(task, architecture);
    assert_eq!(training.status, SampleStatus::Optimal);
    assert_eq!(training.loss, crate::verify::loss(&training.network, task), "{architecture}");
    assert_eq!(training.loss, brute_force_errors(task, architecture), "{architecture}");
    assert_eq!(training.lower_bound, training.loss);
}

/// Random rows of random classes, whose errors are counted.
pub(crate) fn random_classes(
    num_inputs: usize,
    num_classes: usize,
    num_rows: usize,
    seed: u64,
    weight: impl Fn(u64) -> f64,
) -> Task {
    let bits = random_task(num_inputs, num_rows, seed, weight);
    let mut stream = isinglass_qubo::rng::stream(seed, 3);
    let classes: Vec<u64> = (0..num_rows).map(|_| stream.next_u64() % num_classes as u64).collect();
    let targets = BitMatrix::from_fn(num_rows, num_classes, |row, class| classes[row] == class as u64);
    let task = Task::weighted(bits.inputs().clone(), targets, bits.weights().to_vec()).unwrap();
    task.with_objective(Objective::Errors).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn several_classes_are_trained_to_the_fewest_errors(
        hidden in proptest::collection::vec(1usize..=3, 1..=3),
        num_classes in 3usize..=4,
        bias: bool,
        num_rows in 1usize..16,
        seed: u64,
    ) {
        let widths: Vec<usize> = hidden.into_iter().chain([num_classes]).collect();
        let architecture = Architecture::new(widths, bias).unwrap();
        prop_assume!(architecture.num_weights() <= 14);
        let num_inputs = architecture.num_inputs();
        assert_fewest_errors(&random_classes(num_inputs, num_classes, num_rows, seed, |_| 1.0), &architecture);
        let weighted = random_classes(num_inputs, num_classes, num_rows, seed, |word| (word % 9) as f64 / 4.0);
        assert_fewest_errors(&weighted, &architecture);
    }
}

#[test]
fn larger_networks_of_several_classes_agree_with_brute_force_too() {
    for (widths, bias) in [
        (vec![4, 2, 3], false),
        (vec![3, 2, 3], true),
        (vec![3, 2, 4], false),
        (vec![2, 3, 3], true),
        (vec![4, 4], true),
    ] {
        let architecture = Architecture::new(widths, bias).unwrap();
        for seed in 0..2 {
            let task = random_classes(architecture.num_inputs(), architecture.num_outputs(), 24, seed, |_| 1.0);
            assert_fewest_errors(&task, &architecture);
        }
    }
}

#[test]
fn a_stopped_search_over_classes_has_an_honest_bound_and_threads_change_nothing() {
    let architecture = Architecture::new(vec![6, 2, 3], true).unwrap();
    let task = random_classes(6, 3, 120, 5, |word| (word % 3) as f64);
    let on = |threads: usize, max_nodes: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let trainer = ExactTrainer { max_nodes, ..ExactTrainer::default() };
        pool.install(|| trainer.train(&task, &architecture, &RunControl::default()).unwrap())
    };
    let best = on(1, u64::MAX);
    assert_eq!((best.status, best.lower_bound), (SampleStatus::Optimal, best.loss));
    assert_eq!(best, on(3, u64::MAX));
    for max_nodes in [1, 100, 5_000] {
        let stopped = on(2, max_nodes);
        assert_eq!(stopped.status, SampleStatus::Heuristic, "{max_nodes}");
        assert!(stopped.lower_bound <= best.loss && best.loss <= stopped.loss, "{max_nodes}");
    }
    let late = RunControl { deadline: Some(Instant::now()), ..RunControl::default() };
    let late = ExactTrainer::default().train(&task, &architecture, &late).unwrap();
    assert_eq!(late.status, SampleStatus::TimeLimit);
    assert!(late.lower_bound <= best.loss && best.loss <= late.loss);
}

#[test]
fn larger_shapes_agree_with_brute_force_too() {
    for (widths, bias) in [
        (vec![5, 3, 1], false),
        (vec![4, 3, 1], false),
        (vec![3, 3, 1], true),
        (vec![2, 4, 1], true),
        (vec![4, 3, 2], false),
        (vec![3, 2, 3, 1], false),
        (vec![3, 4, 2], false),
    ] {
        let architecture = Architecture::new(widths, bias).unwrap();
        for seed in 0..2 {
            let outputs = architecture.num_outputs();
            assert_optimal(&random_task_of(architecture.num_inputs(), outputs, 20, seed, |_| 1.0), &architecture);
        }
    }
}

#[test]
fn weights_of_any_size_are_compared_within_their_rounding() {
    let architecture = Architecture::new(vec![3, 2, 1], true).unwrap();
    for (seed, factor) in [(1, 1e-9), (2, 0.1), (3, 1e12)] {
        let task = random_task(3, 20, seed, |word| factor * (word as f64).sqrt());
        let (training, least) = (train(&task, &architecture), brute_force(&task, &architecture));
        assert!((training.loss - least).abs() <= 1e-6 * least, "{} against {least}", training.loss);
        assert!(training.lower_bound <= training.loss && training.lower_bound > training.loss * (1.0 - 1e-6));
        // rounded costs prove a bound, and no optimum
        assert_eq!(training.status, SampleStatus::Heuristic);
        assert!(training.lower_bound <= least);
    }
}

#[test]
fn a_task_of_contradictions_only_is_solved_by_any_network() {
    let inputs = BitMatrix::from_fn(2, 3, |_, column| column == 1);
    let targets = BitMatrix::from_fn(2, 1, |row, _| row == 1);
    let task = Task::new(inputs, targets).unwrap();
    let training = train(&task, &Architecture::new(vec![3, 3, 1], false).unwrap());
    assert_eq!((training.loss, training.lower_bound, training.status), (1.0, 1.0, SampleStatus::Optimal));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let task = random_task(6, 60, 5, |word| (word % 7) as f64);
    let architecture = Architecture::new(vec![6, 3, 1], true).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| train(&task, &architecture))
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn a_stopped_run_returns_the_best_so_far_and_an_honest_bound() {
    let task = random_task(9, 200, 7, |_| 1.0);
    let architecture = Architecture::new(vec![9, 3, 1], false).unwrap();
    let cancel = AtomicBool::new(true);
    let cancelled = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    let late = RunControl { deadline: Some(Instant::now()), ..RunControl::default() };
    let best = train(&task, &architecture);
    for (control, status) in [(cancelled, SampleStatus::Interrupted), (late, SampleStatus::TimeLimit)] {
        let training = ExactTrainer::default().train(&task, &architecture, &control).unwrap();
        assert_eq!(training.status, status);
        assert_eq!(training.loss, plain_loss(&task, &training.network));
        assert!(training.lower_bound <= best.loss && best.loss <= training.loss);
    }
}

#[test]
fn problems_that_are_too_large_are_refused_with_an_estimate() {
    let refuse = |trainer: ExactTrainer, widths: Vec<usize>, task_inputs: usize| {
        let task = random_task(task_inputs, 40, 1, |_| 1.0);
        let architecture = Architecture::new(widths, false).unwrap();
        let error = trainer.train(&task, &architecture, &RunControl::default()).unwrap_err();
        format!("{error}; {}", error.hint())
    };
    let usual = ExactTrainer::default();
    insta::assert_snapshot!(refuse(usual, vec![3, 3, 1], 4), @"the task has 4 inputs and 1 outputs, but the network 3 and 1; give the network as many inputs and outputs as the task has");
    insta::assert_snapshot!(refuse(usual, vec![3, 99, 1], 3), @"the network has 99 hidden neurons in a layer; the limit for exact training of such a shape is 64; use a sampler: it takes any shape, but proves nothing");
    insta::assert_snapshot!(refuse(usual, vec![3, 13, 3, 1], 3), @"the network has 13 hidden neurons in a layer; the limit for exact training of such a shape is 12; use a sampler: it takes any shape, but proves nothing");
    insta::assert_snapshot!(refuse(usual, vec![31, 3, 1], 31), @"a fan-in of 31 gives 2.1e9 weight vectors for each hidden neuron, about 7.5e1 s to list; the limit is a fan-in of 24; use fewer features, or a sampler");
    insta::assert_snapshot!(refuse(ExactTrainer { max_functions: 50, ..usual }, vec![7, 3, 1], 7), @"the 30 distinct inputs distinguish more than 50 functions of one neuron; up to 1.3e2 weight vectors would have to be kept; use fewer features, or a sampler");
    insta::assert_snapshot!(refuse(ExactTrainer { max_nodes: 0, ..usual }, vec![7, 7, 1], 7), @"max_nodes is 0, but must be at least 1; change the value named above");
    insta::assert_snapshot!(refuse(ExactTrainer { max_fan_in: 99, ..usual }, vec![7, 7, 1], 7), @"max_fan_in is 99, but must be between 1 and 30; change the value named above");
}

/// The task of some features of a1a.
pub(crate) fn task_of(rows: &Rows, features: &[usize]) -> Task {
    let labels = rows.labels();
    let targets = BitMatrix::from_fn(labels.len(), 1, |row, _| labels[row] == 1);
    Task::new(rows.inputs(features), targets).unwrap()
}

#[test]
fn the_published_optima_of_a1a_are_proven() {
    let Some(rows) = Rows::read("a1a") else { return };
    for (features, loss) in
        [(vec![6, 22, 36], 588.0), (rows.features_between(0.3, 0.65), 462.0), (rows.features_between(0.3, 0.7), 412.0)]
    {
        let architecture = Architecture::new(vec![features.len(), 3, 1], false).unwrap();
        let training = train(&task_of(&rows, &features), &architecture);
        assert_eq!((training.loss, training.lower_bound, training.status), (loss, loss, SampleStatus::Optimal));
    }
}

/// The least number of errors of a committee of three or five, by trying all multisets of neuron functions of up to 64 rows.
fn brute_force_committees(task: &Task, num_inputs: usize, num_hidden: usize) -> u32 {
    let lone = Architecture::new(vec![num_inputs, 1], false).unwrap();
    let functions = (0..1u64 << num_inputs).flat_map(|weights| {
        let outputs = Network::from_fn(lone.clone(), |_, _, input| weights >> input & 1 == 1).infer(task.inputs());
        let wrong = (0..task.num_rows()).filter(|&row| outputs.get(row, 0) != task.targets().get(row, 0));
        let wrong = wrong.fold(0u64, |set, row| set | 1 << row);
        [wrong, !wrong & (u64::MAX >> (64 - task.num_rows()))]
    });
    let functions: Vec<u64> = functions.collect::<std::collections::BTreeSet<u64>>().into_iter().collect();
    let mut least = u32::MAX;
    // at_least[k]: the groups that at least k + 1 members miss.
    fn choose(functions: &[u64], left: usize, at_least: &[u64], least: &mut u32) {
        if left == 0 {
            *least = (*least).min(at_least[at_least.len() / 2].count_ones());
            return;
        }
        for (position, &missed) in functions.iter().enumerate() {
            let mut next = at_least.to_vec();
            for level in (0..next.len()).rev() {
                next[level] |= missed & if level == 0 { u64::MAX } else { at_least[level - 1] };
            }
            choose(&functions[position..], left - 1, &next, least);
        }
    }
    choose(&functions, num_hidden, &vec![0; num_hidden], &mut least);
    least
}

#[test]
fn what_is_pruned_holds_no_better_committee() {
    for seed in 0..60 {
        let (num_inputs, num_rows) = (5 + seed as usize % 3, 20 + seed as usize * 7 % 40);
        let task = random_task(num_inputs, num_rows, seed, |_| 1.0);
        let training = train(&task, &Architecture::new(vec![num_inputs, 3, 1], false).unwrap());
        assert_eq!(training.loss, f64::from(brute_force_committees(&task, num_inputs, 3)), "seed {seed}");
    }
    for seed in 0..10 {
        let task = random_task(4, 16, seed, |_| 1.0);
        let training = train(&task, &Architecture::new(vec![4, 5, 1], false).unwrap());
        assert_eq!(training.loss, f64::from(brute_force_committees(&task, 4, 5)), "seed {seed}");
    }
}

/// Networks of 60 neurons of 24 inputs: days of search, and minutes before it even begins.
#[test]
fn a_search_ends_when_it_is_told_to_whatever_it_is_doing() {
    let task = random_task(24, 2000, 1, |_| 1.0);
    for (widths, delay) in [(vec![24, 60, 1], 0), (vec![24, 5, 1], 200), (vec![24, 3, 3, 1], 200)] {
        let architecture = Architecture::new(widths, false).unwrap();
        let deadline = Some(Instant::now() + Duration::from_millis(delay));
        let control = RunControl { deadline, ..RunControl::default() };
        let start = Instant::now();
        let training = ExactTrainer::default().train(&task, &architecture, &control).unwrap();
        assert_eq!(training.status, SampleStatus::TimeLimit);
        assert!(training.lower_bound <= training.loss);
        // far more than the limit, and far less than it took to enumerate all weight vectors of a neuron
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
}

#[test]
fn a_search_that_is_stopped_anywhere_proves_nothing_wrong() {
    for seed in 0..4 {
        let task = random_task(7, 60, seed, |_| 1.0);
        for widths in [vec![7, 3, 1], vec![7, 2, 2, 1]] {
            let architecture = Architecture::new(widths, false).unwrap();
            let optimum = train(&task, &architecture).loss;
            for micros in [0, 50, 200, 1000, 5000, 20_000] {
                let deadline = Some(Instant::now() + Duration::from_micros(micros));
                let control = RunControl { deadline, ..RunControl::default() };
                let stopped = ExactTrainer::default().train(&task, &architecture, &control).unwrap();
                assert!(stopped.lower_bound <= optimum && stopped.loss >= optimum, "{stopped:?}");
                assert!(stopped.status != SampleStatus::Optimal || stopped.loss == optimum, "{stopped:?}");
            }
        }
    }
}

#[test]
fn tables_of_functions_stay_below_the_memory_limit() {
    let task = random_task(16, 300, 1, |_| 1.0);
    let architecture = Architecture::new(vec![16, 3, 1], false).unwrap();
    let control = RunControl { memory_limit: Some(1_000_000), ..RunControl::default() };
    let error = ExactTrainer::default().train(&task, &architecture, &control).unwrap_err();
    assert!(matches!(error, ExactError::Functions { limit: 1250, .. }), "{error}");
}
