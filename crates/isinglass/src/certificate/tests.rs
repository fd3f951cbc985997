use super::*;
use crate::a1a::Rows as A1a;
use crate::exact::ExactTraining;
use crate::exact::tests::{random_classes, random_task_of, task_of};
use proptest::prelude::*;
use rand_core::Rng;

/// Random rows that weigh one to four units.
fn random_task(num_inputs: usize, num_outputs: usize, num_rows: usize, seed: u64, unit: f64) -> Task {
    random_task_of(num_inputs, num_outputs, num_rows, seed, |word| unit * (1 + word % 4) as f64)
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
        unit in prop_oneof![Just(1.0), Just(0.25), Just(2f64.powi(40)), Just(2f64.powi(-500))],
    ) {
        let widths: Vec<usize> = widths.into_iter().chain([num_outputs]).collect();
        let architecture = Architecture::new(widths, bias).unwrap();
        let task = random_task(architecture.num_inputs(), num_outputs, num_rows, seed, unit);
        let (training, certificate) = certify(&task, &architecture, ExactTrainer::default());
        let checked = check(&certificate).unwrap();
        prop_assert!(checked.optimal);
        prop_assert_eq!(checked.loss, training.loss);

        // more than the truth is refuted, whatever the prices, also where another network is stated
        let mut stream = isinglass_qubo::rng::stream(seed, 10);
        let mut lie = certificate.clone();
        lie.network = Network::from_fn(architecture.clone(), |_, _, _| true);
        lie.loss = crate::verify::loss(&lie.network, &task);
        lie.lower_bound = lie.lower_bound.next_up();
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
        let weight = |word| unit * (1 + word % 4) as f64;
        let task = random_classes(architecture.num_inputs(), num_classes, num_rows, seed, weight);
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
    insta::assert_snapshot!(check(&certificate).unwrap_err(), @"the targets of input 1 do not name classes, so there are no classification errors to count");
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
        Err(ChecksummedError::Checksum { .. })
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
    insta::assert_snapshot!(refusal(|changed| changed.loss += 1.0), @"the stated loss is 2, but the loss of the network is 1");
    insta::assert_snapshot!(refusal(|changed| changed.lower_bound += 1.0), @"the stated lower bound is 2, but a network has loss 1");
    insta::assert_snapshot!(refusal(|changed| changed.lower_bound = 1e15), @"the stated lower bound is 1000000000000000, but a network has loss 1");
    insta::assert_snapshot!(refusal(|changed| changed.lower_bound = f64::NAN), @"loss and bound must be numbers");
    insta::assert_snapshot!(refusal(|changed| changed.prices[0].shares.truncate(1)), @"there must be one price for each of the 8 distinct inputs");
    insta::assert_snapshot!(refusal(|changed| changed.network = Network::from_fn(Architecture::new(vec![4, 3, 1], false).unwrap(), |_, _, _| true)), @"the rows have 3 inputs and 1 outputs, but the network 4 and 1");
}

/// A certificate with these row weights instead, and the loss of its network on them.
fn with_weights(weights: &[[f64; 2]]) -> Certificate {
    let architecture = Architecture::new(vec![3, 3, 1], false).unwrap();
    let task = random_task(3, 1, 30, 2, 1.0);
    let (_, mut certificate) = certify(&task, &architecture, ExactTrainer::default());
    let mut content = serde_json::to_value(&certificate).unwrap();
    let own: Vec<serde_json::Value> =
        (0..certificate.rows.inputs().len()).map(|row| serde_json::json!([weights[row % weights.len()]])).collect();
    content["rows"]["weights"] = own.into();
    certificate.rows = serde_json::from_value(content["rows"].clone()).unwrap();
    if let Ok(units) = certificate.rows.units(certificate.architecture()) {
        certificate.loss = units.value(units.loss(&certificate.rows, &certificate.network));
    }
    certificate
}

#[test]
fn weights_that_overflow_or_are_too_far_apart_are_refused() {
    let error = |weights: &[[f64; 2]]| check(&with_weights(weights)).unwrap_err().to_string();
    insta::assert_snapshot!(error(&[[1e308, 0.0], [0.0, 1e308]]), @"the sum of the row weights overflows");
    insta::assert_snapshot!(error(&[[1e300, 0.0], [0.0, 1e-300]]), @"the row weights are too far apart: they add up to more than 2^100 times the largest power of two that divides them all");
    insta::assert_snapshot!(error(&[[-1.0, 0.0]]), @"the weights of input 0 are not one number of at least 0 for each class of each output");
}

#[test]
fn no_weight_hides_beside_a_larger_one() {
    for large in [1e12, 1e15] {
        let mut certificate = with_weights(&[[0.0, large], [large, 0.0], [100.0, 0.0], [1.0, 0.0]]);
        certificate.lower_bound = certificate.loss;
        // the proven bound does not exceed the true one, in integer units
        match check(&certificate) {
            Ok(checked) => assert!(checked.optimal),
            Err(error) => {
                assert!(matches!(error, CertificateError::Bound { .. } | CertificateError::Precision { .. }), "{error}")
            }
        }
        certificate.lower_bound = certificate.loss + 1.0;
        assert!(matches!(check(&certificate), Err(CertificateError::Bound { .. })));
        certificate.loss += 1.0;
        assert!(matches!(check(&certificate), Err(CertificateError::Loss { .. })));
    }
}

#[test]
fn an_empty_list_of_rows_is_refused() {
    let architecture = Architecture::new(vec![3, 3, 1], false).unwrap();
    let (_, mut certificate) = certify(&random_task(3, 1, 12, 2, 1.0), &architecture, ExactTrainer::default());
    let mut rows = serde_json::to_value(&certificate.rows).unwrap();
    rows["inputs"]["rows"] = serde_json::json!([]);
    rows["weights"] = serde_json::json!([]);
    certificate.rows = serde_json::from_value(rows).unwrap();
    for prices in &mut certificate.prices {
        prices.shares.clear();
    }
    assert_eq!(check(&certificate), Err(CertificateError::NoRows));
}

#[test]
fn networks_too_large_to_check_are_refused_at_once() {
    let row = |widths: Vec<usize>, bias| {
        let architecture = Architecture::new(widths, bias).unwrap();
        let task = random_task(architecture.num_inputs(), architecture.num_outputs(), 3, 1, 1.0);
        let network = Network::from_fn(architecture, |_, _, _| true);
        let rows = Rows::of(&task);
        let units = rows.units(network.architecture()).unwrap();
        let loss = units.value(units.loss(&rows, &network));
        check(&Certificate {
            network,
            rows,
            objective: Objective::OutputBits,
            loss,
            lower_bound: loss,
            prices: Vec::new(),
        })
    };
    assert_eq!(row(vec![2, 65, 1], true), Err(CertificateError::Network));
    assert_eq!(row([vec![2], vec![1; 1000]].concat(), true), Err(CertificateError::Network));
    assert_eq!(row(vec![25, 1], false), Err(CertificateError::FanIn { fan_in: 25 }));
    assert_eq!(row(vec![2, 70, 2], false), Err(CertificateError::FanIn { fan_in: 70 }));
}

#[test]
fn row_weights_whose_sums_are_rounded_are_not_certified() {
    let architecture = Architecture::new(vec![3, 3, 1], false).unwrap();
    let task = random_task(3, 1, 12, 2, 0.1);
    let training = ExactTrainer::default().train(&task, &architecture, &RunControl::default()).unwrap();
    assert_eq!(training.status, isinglass_qubo::SampleStatus::Heuristic);
    assert!(training.lower_bound <= training.loss);
    let error = Certificate::new(&task, &training.network, training.lower_bound, &RunControl::default()).unwrap_err();
    insta::assert_snapshot!(error, @"the row weights are not multiples of a common power of two, or too far apart: their sums are rounded");
}

/// Every number, bit string and list of a JSON value changed in turn.
fn changed(value: &serde_json::Value, seed: u64) -> Vec<serde_json::Value> {
    use serde_json::Value;
    let mut all = Vec::new();
    match value {
        Value::Number(number) => {
            let number = number.as_f64().unwrap();
            let others =
                [0.0, -1.0, number + 1.0, number - 1.0, number * 2.0, 1e308, 1e-308, f64::from(seed as u32), 1e18];
            all.extend(others.map(|other| {
                if other.fract() == 0.0 && other.abs() < 1e15 { (other as i64).into() } else { other.into() }
            }));
        }
        Value::String(text) => {
            let flipped = |digit: char| if digit == 'f' { '0' } else { 'f' };
            all.push(text.chars().map(flipped).collect::<String>().into());
            all.push(String::new().into());
        }
        Value::Bool(bit) => all.push((!bit).into()),
        Value::Array(items) => {
            all.push(Vec::<Value>::new().into());
            all.extend((!items.is_empty()).then(|| items[1..].to_vec().into()));
            all.extend(items.first().map(|first| [std::slice::from_ref(first), items].concat().into()));
            for (place, item) in items.iter().enumerate() {
                all.extend(changed(item, seed).into_iter().map(|other| {
                    let mut items = items.clone();
                    items[place] = other;
                    items.into()
                }));
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                all.extend(changed(field, seed).into_iter().map(|other| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), other);
                    fields.into()
                }));
            }
        }
        Value::Null => {}
    }
    all
}

/// The least loss of a network of this shape on the rows of a certificate, by trying all weights, in units.
fn least_loss(certificate: &Certificate) -> Option<i128> {
    let architecture = certificate.architecture();
    let units = certificate.rows.units(architecture).ok()?;
    let network = |bits: u64| {
        let mut next = 0;
        Network::from_fn(architecture.clone(), |_, _, _| {
            next += 1;
            bits >> (next - 1) & 1 == 1
        })
    };
    (0..1u64 << architecture.num_weights()).map(|bits| units.loss(&certificate.rows, &network(bits))).min()
}

#[test]
fn a_certificate_changed_anywhere_and_sealed_again_is_confirmed_only_where_it_is_true() {
    let mut num_confirmed = 0;
    for (widths, bias) in [(vec![3, 3, 1], false), (vec![2, 2, 1], true), (vec![2, 2, 2], false), (vec![3, 1], false)] {
        let architecture = Architecture::new(widths, bias).unwrap();
        let task = random_task(architecture.num_inputs(), architecture.num_outputs(), 9, 4, 1.0);
        let (_, certificate) = certify(&task, &architecture, ExactTrainer::default());
        for content in changed(&serde_json::to_value(&certificate).unwrap(), 77) {
            let Ok(forged) = Certificate::from_json(&checksummed::write(FORMAT, &content)) else { continue };
            if forged.architecture().num_weights() > 16 {
                continue;
            }
            let Ok(checked) = check(&forged) else { continue };
            num_confirmed += 1;
            let units = forged.rows.units(forged.architecture()).unwrap();
            let least = least_loss(&forged).unwrap();
            assert!(units.at_least(checked.lower_bound) <= least, "{content}");
            assert_eq!(
                checked.optimal,
                units.loss(&forged.rows, &forged.network) == units.at_least(checked.lower_bound)
            );
            assert_eq!(checked.loss, units.value(units.loss(&forged.rows, &forged.network)), "{content}");
        }
    }
    assert!(num_confirmed > 20, "only {num_confirmed} changed certificates are true");
}

#[test]
fn the_published_optima_of_a1a_are_certified() {
    let Some(rows) = A1a::read("a1a") else { return };
    for (features, loss) in
        [(vec![6, 22, 36], 588.0), (rows.features_between(0.3, 0.65), 462.0), (rows.features_between(0.3, 0.7), 412.0)]
    {
        let task = task_of(&rows, &features);
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

/// Shares of the whole that are reported.
#[derive(Default)]
struct ReportedShares(std::sync::Mutex<Vec<f64>>);

impl isinglass_qubo::Progress for ReportedShares {
    fn report(&self, report: isinglass_qubo::sampler::ProgressReport) {
        self.0.lock().unwrap().push(report.done as f64 / report.total as f64);
    }
}

#[test]
fn progress_of_a_check_is_that_of_the_whole_and_never_goes_back() {
    let of = |task: &Task, widths: Vec<usize>, bias: bool| {
        let architecture = Architecture::new(widths, bias).unwrap();
        let (_, certificate) = certify(task, &architecture, ExactTrainer::default());
        let progress = ReportedShares::default();
        let control = RunControl { progress: Some(&progress), ..RunControl::default() };
        certificate.check(&control).unwrap();
        progress.0.into_inner().unwrap()
    };
    let classes = random_classes(4, 3, 60, 3, |_| 1.0);
    for shares in [
        of(&random_task(8, 1, 150, 3, 1.0), vec![8, 3, 1], true),
        of(&random_task(4, 2, 40, 3, 1.0), vec![4, 2, 2], true),
        of(&random_task(4, 1, 40, 3, 1.0), vec![4, 2, 2, 1], false),
        of(&classes, vec![4, 2, 3], true),
    ] {
        assert!(!shares.is_empty() && shares.is_sorted() && shares.iter().all(|share| *share <= 1.0), "{shares:?}");
    }
}

#[test]
fn a_check_that_would_take_more_memory_than_there_is_is_refused() {
    let classes = random_classes(8, 3, 200, 3, |_| 1.0);
    for (task, widths) in [(random_task(12, 1, 300, 1, 1.0), vec![12, 3, 1]), (classes, vec![8, 2, 3])] {
        let architecture = Architecture::new(widths, false).unwrap();
        let (_, certificate) = certify(&task, &architecture, ExactTrainer { max_nodes: 1, ..ExactTrainer::default() });
        let control = RunControl { memory_limit: Some(50_000), ..RunControl::default() };
        let refused = certificate.check(&control).unwrap_err();
        assert!(matches!(refused, CertificateError::Memory { limit: 50_000, .. }), "{refused}");
    }
}
