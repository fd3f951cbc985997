use super::*;
use crate::network::{Architecture, Network};
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

#[test]
fn a_task_survives_its_text_with_and_without_weights() {
    let task = task_from(&[(&[1, 0, 0], 1), (&[0, 1, 1], 0)]);
    let weighted = Task::weighted(task.inputs().clone(), task.targets().clone(), vec![2.5, 0.0]).unwrap();
    for task in [task, weighted] {
        let text = serde_json::to_string(&task).unwrap();
        assert_eq!(serde_json::from_str::<Task>(&text).unwrap(), task);
    }
}
