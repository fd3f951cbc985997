use super::*;
use crate::network::{Architecture, Codebook, Network};
use proptest::prelude::*;
use rand_core::Rng;

fn task_from(rows: &[(&[u8], u8)]) -> Task {
    let inputs = BitMatrix::from_fn(rows.len(), rows[0].0.len(), |row, column| rows[row].0[column] == 1);
    let targets = BitMatrix::from_fn(rows.len(), 1, |row, _| rows[row].1 == 1);
    Task::new(inputs, targets).unwrap()
}

#[test]
fn equal_rows_cost_their_minority_and_ties_vanish() {
    let task = task_from(&[(&[1, 0, 0], 1), (&[1, 0, 0], 0), (&[1, 0, 0], 1), (&[0, 0, 0], 1), (&[0, 0, 0], 0)]);
    let groups = task.group(Merge::Equal);
    assert_eq!((groups.len(), groups.constant, groups.deltas.as_slice()), (1, 2.0, [1.0].as_slice()));
    assert!(groups.targets.get(0, 0));
    assert_eq!(task.group(Merge::Nothing).len(), 5);
}

#[test]
fn opposite_rows_join_with_their_label_flipped() {
    let task = task_from(&[(&[1, 0, 0], 1), (&[0, 1, 1], 0), (&[0, 1, 1], 0)]);
    let groups = task.group(Merge::EqualAndNegated);
    assert_eq!((groups.len(), groups.constant, groups.deltas.as_slice()), (1, 0.0, [3.0].as_slice()));
}

#[test]
fn a_task_needs_rows_of_equal_number_and_weights_that_are_weights() {
    let bits = |rows| BitMatrix::zeros(rows, 2);
    let message =
        |inputs, targets, weights| Task::weighted(bits(inputs), bits(targets), weights).unwrap_err().to_string();
    insta::assert_snapshot!(message(0, 0, vec![]), @"there are no rows to learn");
    insta::assert_snapshot!(message(2, 1, vec![1.0; 2]), @"2 rows of inputs, 1 of targets, 2 weights: these must be equal");
    insta::assert_snapshot!(message(2, 2, vec![1.0, f64::NAN]), @"the weight of row 1 is NaN; a weight is a finite number of at least 0");
}

proptest! {
    #[test]
    fn merging_keeps_the_loss_of_every_network(seed: u64, hidden in prop_oneof![Just(1usize), Just(3)]) {
        let mut stream = isinglass_qubo::rng::stream(seed, 0);
        let mut coin = || stream.next_u64() >> 63 == 1;
        let inputs = BitMatrix::from_fn(20, 3, |_, _| coin());
        let targets = BitMatrix::from_fn(20, 3, |_, _| coin());
        let weights = (0..20).map(|row| f64::from(row % 4)).collect();
        let task = Task::weighted(inputs, targets, weights).unwrap();
        let network = Network::from_fn(Architecture::new(vec![3, hidden, 3], false).unwrap(), |_, _, _| coin());
        let loss = |merge| {
            let groups = task.group(merge);
            groups.loss(&network.infer(&groups.inputs))
        };
        prop_assert_eq!(loss(Merge::Nothing), loss(Merge::Equal));
        prop_assert_eq!(loss(Merge::Nothing), loss(Merge::EqualAndNegated));
    }
}

/// Rows of three inputs with one of three classes, some of them equal but for their class.
fn class_task(seed: u64, weights: impl Fn(usize) -> f64) -> Task {
    let mut stream = isinglass_qubo::rng::stream(seed, 0);
    let inputs = BitMatrix::from_fn(20, 3, |_, _| stream.next_u64() >> 63 == 1);
    let classes: Vec<u64> = (0..20).map(|_| stream.next_u64() % 3).collect();
    let targets = BitMatrix::from_fn(20, 3, |row, class| classes[row] == class as u64);
    Task::weighted(inputs, targets, (0..20).map(weights).collect()).unwrap().with_objective(Objective::Errors).unwrap()
}

#[test]
fn three_classes_are_trained_on_errors_and_two_on_their_one_output() {
    let inputs = BitMatrix::from_fn(3, 2, |row, column| row > column);
    let objective = |labels: &[u32], num_classes: usize| {
        Task::of_classes(inputs.clone(), labels, &Codebook::for_classes(num_classes)).unwrap().objective()
    };
    assert_eq!(objective(&[0, 1, 2], 3), Objective::Errors);
    assert_eq!(objective(&[0, 1, 1], 2), Objective::OutputBits);
    assert_eq!(objective(&[0, 0, 0], 1), Objective::OutputBits);
    let two_bits = Task::new(inputs.clone(), BitMatrix::from_fn(3, 2, |_, _| true)).unwrap();
    insta::assert_snapshot!(two_bits.with_objective(Objective::Errors).unwrap_err(), @"the targets of row 0 do not name a class: to count classification errors, exactly one of two or more bits must be set");
}

#[test]
fn equal_rows_of_several_classes_cost_all_but_the_heaviest() {
    let inputs = BitMatrix::from_fn(6, 2, |row, _| row < 4);
    let task = Task::of_classes(inputs, &[2, 0, 2, 1, 1, 1], &Codebook::for_classes(3)).unwrap();
    let groups = task.loss_groups(Merge::Equal);
    assert_eq!((groups.len(), groups.constant), (2, 2.0));
    assert_eq!(groups.deltas, [1.0, 1.0, 0.0, 2.0, 0.0, 2.0]);
    assert!(groups.targets.get(0, 2) && groups.targets.get(1, 1));
    // output bits of the same rows are grouped as ever
    assert_eq!(task.group(Merge::Equal).objective, Objective::OutputBits);
}

proptest! {
    #[test]
    fn merging_keeps_the_errors_of_every_network(seed: u64, hidden in prop_oneof![Just(1usize), Just(3)], bias: bool) {
        let task = class_task(seed, |row| f64::from(row as u32 % 4));
        let mut stream = isinglass_qubo::rng::stream(seed, 1);
        let architecture = Architecture::new(vec![3, hidden, 3], bias).unwrap();
        let network = Network::from_fn(architecture, |_, _, _| stream.next_u64() >> 63 == 1);
        let errors = crate::verify::loss(&network, &task);
        for merge in [Merge::Nothing, Merge::Equal, Merge::EqualAndNegated] {
            prop_assert_eq!(task.loss_groups(merge).loss_of(&network), errors);
        }
        let codebook = Codebook::for_classes(3);
        let predicted = network.output_preactivations(task.inputs());
        let wrong = (0..20).filter(|&row| codebook.predict(&predicted[3 * row..][..3]) as usize != task.class(row));
        prop_assert_eq!(wrong.map(|row| task.weights()[row]).sum::<f64>(), errors);
        prop_assert!(errors <= crate::verify::wrong_output_bits(&network, &task), "a wrong class has a wrong bit");
    }
}

#[test]
fn a_task_of_classes_survives_its_text() {
    let task = class_task(3, |_| 1.0);
    let text = serde_json::to_string(&task).unwrap();
    assert!(text.contains(r#""objective":"errors""#), "{text}");
    assert_eq!(serde_json::from_str::<Task>(&text).unwrap(), task);
    assert_eq!(task.select_rows(&[1, 2]).objective(), Objective::Errors);
}

#[test]
fn a_task_survives_its_text_with_and_without_weights() {
    let task = task_from(&[(&[1, 0, 0], 1), (&[0, 1, 1], 0)]);
    let weighted = Task::weighted(task.inputs().clone(), task.targets().clone(), vec![2.5, 0.0]).unwrap();
    for task in [task, weighted] {
        let text = serde_json::to_string(&task).unwrap();
        assert_eq!(serde_json::from_str::<Task>(&text).unwrap(), task);
    }
}
