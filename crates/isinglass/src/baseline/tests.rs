use super::*;
use crate::a1a::Rows;
use crate::network::Network;
use std::sync::atomic::AtomicBool;

/// All inputs of some width.
fn all_inputs(num_inputs: usize) -> BitMatrix {
    BitMatrix::from_fn(1 << num_inputs, num_inputs, |row, column| row >> column & 1 == 1)
}

fn evaluate(train: &LabelledBits<'_>, test: Option<&LabelledBits<'_>>, widths: Vec<usize>) -> Vec<BaselineResult> {
    let architecture = Architecture::new(widths, true).unwrap();
    let codebook = Codebook::for_classes(train.num_classes());
    evaluate_all(train, test, &architecture, &codebook, 1, &RunControl::default()).unwrap()
}

fn accuracy_of(results: &[BaselineResult], name: &str) -> f64 {
    results.iter().find(|result| result.name == name).unwrap().train_accuracy
}

#[test]
fn a_linear_model_learns_the_majority_function() {
    let inputs = all_inputs(5);
    let labels: Vec<u32> = (0..32u32).map(|row| u32::from(row.count_ones() >= 3)).collect();
    let train = LabelledBits::new(&inputs, &labels, 2).unwrap();
    let results = evaluate(&train, Some(&train), vec![5, 3, 1]);
    assert_eq!(accuracy_of(&results, "logistic"), 1.0);
    assert_eq!(accuracy_of(&results, "gradient_best"), 1.0);
    assert_eq!(accuracy_of(&results, "majority"), 0.5);
    assert!(results.iter().all(|result| result.test_accuracy == Some(result.train_accuracy)));
}

#[test]
fn no_linear_model_learns_xor_but_a_network_does() {
    let inputs = all_inputs(2);
    let train = LabelledBits::new(&inputs, &[0, 1, 1, 0], 2).unwrap();
    let results = evaluate(&train, None, vec![2, 4, 1]);
    assert!(accuracy_of(&results, "logistic") <= 0.75);
    assert_eq!(accuracy_of(&results, "gradient_best"), 1.0);
    assert!(results.iter().all(|result| result.test_accuracy.is_none()));
}

fn random_network(widths: Vec<usize>, seed: u64) -> Network {
    let mut stream = isinglass_qubo::rng::stream(seed, 0);
    let architecture = Architecture::new(widths, true).unwrap();
    Network::from_fn(architecture, |_, _, _| rand_core::Rng::next_u64(&mut stream) >> 63 == 1)
}

#[test]
fn a_network_learns_from_a_teacher_of_its_own_shape() {
    let inputs = all_inputs(7);
    for seed in 0..3 {
        let outputs = random_network(vec![7, 3, 1], seed).infer(&inputs);
        let labels: Vec<u32> = (0..inputs.num_rows()).map(|row| u32::from(outputs.get(row, 0))).collect();
        let train = LabelledBits::new(&inputs, &labels, 2).unwrap();
        assert!(accuracy_of(&evaluate(&train, None, vec![7, 3, 1]), "gradient_best") > 0.9);
    }
}

#[test]
fn several_classes_are_learned_with_and_without_hidden_layers() {
    let inputs = all_inputs(7);
    let codebook = Codebook::for_classes(3);
    let preactivations = random_network(vec![7, 3], 12).output_preactivations(&inputs);
    let labels: Vec<u32> = preactivations.chunks_exact(3).map(|row| codebook.predict(row)).collect();
    let train = LabelledBits::new(&inputs, &labels, 3).unwrap();
    let shallow = evaluate(&train, None, vec![7, 3]);
    assert_eq!(accuracy_of(&shallow, "logistic"), 1.0);
    // The one-hot loss wants one output to fire, the teacher only the strongest to be right.
    assert!(accuracy_of(&shallow, "gradient_best") > 0.85);
    let deep = evaluate(&train, None, vec![7, 9, 5, 3]);
    assert!(accuracy_of(&deep, "gradient_best") > 0.85);
}

#[test]
fn one_class_alone_is_learned_by_all() {
    let inputs = all_inputs(3);
    for (labels, num_classes) in [([1; 8], 2), ([0; 8], 2), ([2; 8], 4), ([0; 8], 1)] {
        let train = LabelledBits::new(&inputs, &labels, num_classes).unwrap();
        let outputs = Codebook::for_classes(num_classes).num_outputs();
        for result in evaluate(&train, None, vec![3, 3, outputs]) {
            assert_eq!(result.train_accuracy, 1.0, "{} with {num_classes} classes", result.name);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_results_on_any_number_of_threads() {
    let inputs = all_inputs(6);
    let labels: Vec<u32> = (0..64).map(|row| row * 7 % 5 % 2).collect();
    let train = LabelledBits::new(&inputs, &labels, 2).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| evaluate(&train, None, vec![6, 3, 1]))
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn test_rows_that_are_there_but_empty_have_no_accuracy() {
    let inputs = all_inputs(3);
    let train = LabelledBits::new(&inputs, &[0, 1, 0, 1, 0, 1, 0, 1], 2).unwrap();
    let nothing = BitMatrix::zeros(0, 3);
    let test = LabelledBits::new(&nothing, &[], 2).unwrap();
    assert!(evaluate(&train, Some(&test), vec![3, 1]).iter().all(|result| result.test_accuracy.is_none()));
}

#[test]
fn a_cancelled_run_says_so_and_keeps_what_it_has() {
    let inputs = all_inputs(3);
    let train = LabelledBits::new(&inputs, &[0, 1, 0, 1, 0, 1, 0, 1], 2).unwrap();
    let cancel = AtomicBool::new(true);
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    let architecture = Architecture::new(vec![3, 3, 1], false).unwrap();
    let results = evaluate_all(&train, None, &architecture, &Codebook::for_classes(2), 0, &control).unwrap();
    assert_eq!(results[0].stopped, None);
    assert!(results[1..].iter().all(|result| result.stopped == Some(SampleStatus::Interrupted)));
}

#[test]
fn data_that_do_not_fit_are_refused() {
    let inputs = all_inputs(2);
    let message = |error: BaselineError| error.to_string();
    insta::assert_snapshot!(message(LabelledBits::new(&inputs, &[0, 1], 2).unwrap_err()), @"4 rows of inputs, but 2 labels");
    insta::assert_snapshot!(
        message(LabelledBits::new(&inputs, &[0, 1, 2, 0], 2).unwrap_err()),
        @"the label of row 2 is 2, but there are 2 classes, counted from 0"
    );
    let evaluate = |inputs: &BitMatrix, labels: &[u32], widths: Vec<usize>| {
        let train = LabelledBits::new(inputs, labels, 2).unwrap();
        let architecture = Architecture::new(widths, false).unwrap();
        let codebook = Codebook::for_classes(2);
        evaluate_all(&train, None, &architecture, &codebook, 0, &RunControl::default()).unwrap_err().to_string()
    };
    insta::assert_snapshot!(evaluate(&BitMatrix::zeros(0, 2), &[], vec![2, 1]), @"there are no rows to train on");
    insta::assert_snapshot!(
        evaluate(&inputs, &[0, 1, 1, 0], vec![3, 1]),
        @"the number of inputs of the rows is 2, but must be 3"
    );
    insta::assert_snapshot!(
        evaluate(&inputs, &[0, 1, 1, 0], vec![2, 2]),
        @"the number of outputs of the codebook is 1, but must be 2"
    );
}

#[test]
fn the_accuracies_on_a1a_are_those_of_other_implementations() {
    let (Some(train_rows), Some(test_rows)) = (Rows::read("a1a"), Rows::read("a1a.t")) else { return };
    let (train_labels, test_labels) = (train_rows.labels(), test_rows.labels());
    // Logistic regression by scikit-learn 1.9.1 on train and test rows, and the median of a PyTorch network on train rows.
    for (features, [train_expected, test_expected], median) in [
        (vec![6, 22, 36], [75.39, 75.95], 63.36),
        (train_rows.features_between(0.3, 0.65), [77.38, 77.90], 71.09),
        (train_rows.features_between(0.21, 0.7), [81.25, 82.00], 78.63),
    ] {
        let (train_inputs, test_inputs) = (train_rows.inputs(&features), test_rows.inputs(&features));
        let train = LabelledBits::new(&train_inputs, &train_labels, 2).unwrap();
        let test = LabelledBits::new(&test_inputs, &test_labels, 2).unwrap();
        let architecture = Architecture::new(vec![features.len(), 3, 1], false).unwrap();
        let codebook = Codebook::for_classes(2);
        let results = evaluate_all(&train, Some(&test), &architecture, &codebook, 0, &RunControl::default()).unwrap();
        let near = |found: f64, expected: f64, tolerance: f64| {
            assert!((100.0 * found - expected).abs() < tolerance, "{found} against {expected} %");
        };
        near(results[0].train_accuracy, 75.39, 0.01);
        near(results[0].test_accuracy.unwrap(), 75.95, 0.01);
        near(results[1].train_accuracy, train_expected, 0.02);
        near(results[1].test_accuracy.unwrap(), test_expected, 0.02);
        near(accuracy_of(&results, "gradient_median"), median, 0.6);
    }
}
