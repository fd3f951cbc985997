use super::*;
use crate::a1a::Rows as A1a;
use crate::bits::BitMatrix;
use crate::exact::ExactTraining;
use proptest::prelude::*;
use rand_core::Rng;

fn random_task(num_inputs: usize, num_outputs: usize, num_rows: usize, seed: u64, unit: f64) -> Task {
    let mut stream = isinglass_qubo::rng::stream(seed, 9);
    let inputs = BitMatrix::from_fn(num_rows, num_inputs, |_, _| stream.next_u64() >> 63 == 1);
    let targets = BitMatrix::from_fn(num_rows, num_outputs, |_, _| stream.next_u64() >> 63 == 1);
    let weights = (0..num_rows).map(|_| unit * (1 + stream.next_u64() % 4) as f64).collect();
    Task::weighted(inputs, targets, weights).unwrap()
}

fn certify(task: &Task, architecture: &Architecture, trainer: ExactTrainer) -> (ExactTraining, Certificate) {
    let training = trainer.train(task, architecture, &RunControl::default()).unwrap();
    let certificate = Certificate::new(task, &training.network, training.lower_bound, &RunControl::default()).unwrap();
    (training, certificate)
}

fn check(certificate: &Certificate) -> Result<Checked, CertificateError> {
    certificate.check(&RunControl::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn what_the_trainer_proves_is_proven_again_and_nothing_more(
        widths in proptest::collection::vec(1usize..=4, 1..=3),
        num_outputs in 1usize..=2,
        bias: bool,
        num_rows in 1usize..20,
        seed: u64,
        unit in prop_oneof![Just(1.0), Just(0.25), Just(0.1)],
    ) {
        let widths: Vec<usize> = widths.into_iter().chain([num_outputs]).collect();
        let architecture = Architecture::new(widths, bias).unwrap();
        let task = random_task(architecture.num_inputs(), num_outputs, num_rows, seed, unit);
        let (training, certificate) = certify(&task, &architecture, ExactTrainer::default());
        let checked = check(&certificate).unwrap();
        prop_assert!(checked.optimal);
        prop_assert!((checked.loss - training.loss).abs() < 1e-9);

        // one unit more than the truth is refuted, whatever the prices
        let mut stream = isinglass_qubo::rng::stream(seed, 10);
        let mut lie = certificate.clone();
        lie.lower_bound += unit;
        let refuted = matches!(check(&lie), Err(CertificateError::Bound { .. }));
        prop_assert!(refuted);
        for prices in &mut lie.prices {
            prices.shares.fill_with(|| stream.next_u64() as u8);
        }
        let refuted = matches!(check(&lie), Err(CertificateError::Bound { .. }));
        prop_assert!(refuted);
        // and the truth is proven with any
        lie.lower_bound = certificate.lower_bound;
        prop_assert!(check(&lie).is_ok());
    }
}

/// Rows of random classes, whose errors are counted.
fn class_task(num_inputs: usize, num_classes: usize, num_rows: usize, seed: u64, unit: f64) -> Task {
    let bits = random_task(num_inputs, 1, num_rows, seed, unit);
    let mut stream = isinglass_qubo::rng::stream(seed, 11);
    let classes: Vec<u64> = (0..num_rows).map(|_| stream.next_u64() % num_classes as u64).collect();
    let targets = BitMatrix::from_fn(num_rows, num_classes, |row, class| classes[row] == class as u64);
    let task = Task::weighted(bits.inputs().clone(), targets, bits.weights().to_vec()).unwrap();
    task.with_objective(Objective::Errors).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn fewest_classification_errors_are_proven_again_and_nothing_more(
        hidden in proptest::collection::vec(1usize..=3, 1..=3),
        num_classes in 2usize..=4,
        bias: bool,
        num_rows in 1usize..20,
        seed: u64,
        unit in prop_oneof![Just(1.0), Just(0.25)],
    ) {
        let widths: Vec<usize> = hidden.into_iter().chain([num_classes]).collect();
        let architecture = Architecture::new(widths, bias).unwrap();
        prop_assume!(architecture.num_weights() <= 20);
        let task = class_task(architecture.num_inputs(), num_classes, num_rows, seed, unit);
        let (training, certificate) = certify(&task, &architecture, ExactTrainer::default());
        let checked = check(&certificate).unwrap();
        prop_assert!(checked.optimal);
        prop_assert_eq!((checked.objective, checked.loss), (Objective::Errors, training.loss));
        prop_assert_eq!(Certificate::from_json(&certificate.to_json()).unwrap(), certificate.clone());

        let mut lie = certificate.clone();
        lie.lower_bound += unit;
        let refuted = matches!(check(&lie), Err(CertificateError::Bound { .. }));
        prop_assert!(refuted);
        // the same network and bound say nothing of output bits
        let mut other = certificate;
        other.objective = Objective::OutputBits;
        let wrong_bits = crate::verify::wrong_output_bits(&training.network, &task);
        let is_about_bits = matches!(check(&other), Err(CertificateError::Loss { found, .. }) if found == wrong_bits);
        prop_assert!(is_about_bits || wrong_bits == training.loss);
    }
}

#[test]
fn errors_of_rows_without_classes_are_not_certified() {
    let architecture = Architecture::new(vec![3, 2, 3], true).unwrap();
    let (_, mut certificate) = certify(&random_task(3, 3, 12, 2, 1.0), &architecture, ExactTrainer::default());
    assert_eq!(certificate.objective(), Objective::OutputBits);
    certificate.objective = Objective::Errors;
    insta::assert_snapshot!(check(&certificate).unwrap_err(), @"the targets of input 0 do not name classes, so there are no classification errors to count");
}

#[test]
fn a_search_that_was_stopped_leaves_a_bound_that_holds() {
    let architecture = Architecture::new(vec![7, 5, 1], false).unwrap();
    let task = random_task(7, 1, 120, 3, 1.0);
    let (stopped, certificate) =
        certify(&task, &architecture, ExactTrainer { max_nodes: 1, ..ExactTrainer::default() });
    let (whole, _) = certify(&task, &architecture, ExactTrainer::default());
    assert!(stopped.lower_bound <= whole.loss && whole.loss <= stopped.loss);
    let checked = check(&certificate).unwrap();
    assert_eq!((checked.lower_bound, checked.optimal), (stopped.lower_bound, stopped.lower_bound == stopped.loss));
}

#[test]
fn certificates_come_back_from_their_files_and_belong_to_their_rows() {
    let architecture = Architecture::new(vec![4, 3, 1], true).unwrap();
    let task = random_task(4, 1, 30, 1, 1.0);
    let (_, certificate) = certify(&task, &architecture, ExactTrainer::default());
    let text = certificate.to_json();
    assert_eq!(Certificate::from_json(&text).unwrap(), certificate);
    assert!(matches!(
        Certificate::from_json(&text.replacen("\"loss\": ", "\"loss\": 1", 1)),
        Err(SealError::Checksum { .. })
    ));
    let backwards: Vec<usize> = (0..task.num_rows()).rev().collect();
    assert!(certificate.matches(&task.select_rows(&backwards)));
    assert!(!certificate.matches(&task.select_rows(&backwards[1..])));
}

#[test]
fn unsound_certificates_are_told_apart() {
    let architecture = Architecture::new(vec![3, 3, 1], false).unwrap();
    let (_, certificate) = certify(&random_task(3, 1, 12, 2, 1.0), &architecture, ExactTrainer::default());
    let refusal = |change: fn(&mut Certificate)| {
        let mut changed = certificate.clone();
        change(&mut changed);
        check(&changed).unwrap_err().to_string()
    };
    insta::assert_snapshot!(refusal(|changed| changed.loss += 1.0), @"the loss is said to be 10, but the network loses 9");
    insta::assert_snapshot!(refusal(|changed| changed.lower_bound += 1.0), @"no network is said to lose less than 10, but one loses 9");
    insta::assert_snapshot!(refusal(|changed| changed.lower_bound = 1e15), @"no network is said to lose less than 1000000000000000, but one loses 30");
    insta::assert_snapshot!(refusal(|changed| changed.lower_bound = f64::NAN), @"loss and bound must be numbers");
    insta::assert_snapshot!(refusal(|changed| changed.prices[0].shares.truncate(1)), @"there must be one price for each of the 7 distinct inputs");
    insta::assert_snapshot!(refusal(|changed| changed.network = Network::from_fn(Architecture::new(vec![4, 3, 1], false).unwrap(), |_, _, _| true)), @"the rows have 3 inputs and 1 outputs, but the network 4 and 1");
}

#[test]
fn the_published_optima_of_a1a_are_certified() {
    let Some(rows) = A1a::read("a1a") else { return };
    let labels = rows.labels();
    let targets = BitMatrix::from_fn(labels.len(), 1, |row, _| labels[row] == 1);
    for (features, loss) in
        [(vec![6, 22, 36], 588.0), (rows.features_between(0.3, 0.65), 462.0), (rows.features_between(0.3, 0.7), 412.0)]
    {
        let task = Task::new(rows.inputs(&features), targets.clone()).unwrap();
        let architecture = Architecture::new(vec![features.len(), 3, 1], false).unwrap();
        let (_, certificate) = certify(&task, &architecture, ExactTrainer::default());
        let checked = check(&certificate).unwrap();
        assert_eq!((checked.loss, checked.lower_bound, checked.optimal), (loss, loss, true));
    }
}

#[test]
fn a_check_ends_while_it_lists_functions() {
    // 2^24 weight vectors of 3000 rows
    let task = random_task(24, 1, 3000, 1, 1.0);
    let architecture = Architecture::new(vec![24, 3, 1], false).unwrap();
    let network = Network::from_fn(architecture, |_, _, _| true);
    let deadline = Some(std::time::Instant::now());
    let control = RunControl { deadline, ..RunControl::default() };
    let certificate = Certificate::new(&task, &network, 1.0, &control).unwrap();
    let start = std::time::Instant::now();
    let deadline = Some(start + std::time::Duration::from_millis(100));
    let stopped = certificate.check(&RunControl { deadline, ..RunControl::default() });
    assert!(matches!(stopped, Err(CertificateError::Stopped { .. })), "{stopped:?}");
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}
