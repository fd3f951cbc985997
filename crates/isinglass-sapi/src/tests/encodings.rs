//! Problems over the wire.

use super::{ring, solver};
use crate::SapiError;
use crate::encoding::encode;
use crate::solver::Solver;
use crate::testing::{from_base64, to_base64};
use isinglass_chip::qpu::QpuProblem;
use isinglass_qubo::{Bqm, BqmBuilder, Vartype};
use proptest::prelude::*;

fn problem<'a>(spin: &'a Bqm, qubits: &'a [u32]) -> QpuProblem<'a> {
    QpuProblem { spin, qubits, num_reads: 1, annealing_time: None }
}

/// What D-Wave's own client sends for the same problems.
#[test]
fn known_problems_have_known_encodings() {
    let solver = Solver { qubits: vec![5, 2, 7, 9], couplers: vec![(2, 5), (7, 2), (5, 7), (7, 9)], ..solver() };
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_linear(0, 0.5);
    builder.add_quadratic(0, 1, -1.0);
    builder.add_offset(1.25);
    let data = encode(&problem(&builder.build().unwrap(), &[2, 7]), &solver).unwrap();
    assert_eq!(
        (data.lin.as_str(), data.quad.as_str()),
        ("AAAAAAAA+H8AAAAAAADgPwAAAAAAAAAAAAAAAAAA+H8=", "AAAAAAAA8L8=")
    );
    let mut builder = BqmBuilder::new(Vartype::Spin, 3);
    builder.add_linear(0, 0.5);
    builder.add_linear(2, 1.0);
    builder.add_quadratic(0, 2, -1.0);
    let data = encode(&problem(&builder.build().unwrap(), &[2, 5, 7]), &solver).unwrap();
    assert_eq!(data.lin, "AAAAAAAAAAAAAAAAAADgPwAAAAAAAPA/AAAAAAAA+H8=");
    assert_eq!(data.quad, "AAAAAAAAAAAAAAAAAADwvwAAAAAAAAAA");
}

#[test]
fn a_problem_that_does_not_lie_on_the_solver_is_not_sent() {
    let error = |qubits: &[u32]| {
        let (spin, _) = ring(Vartype::Spin);
        match encode(&problem(&spin, qubits), &solver()) {
            Err(error @ SapiError::Misplaced { .. }) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    insta::assert_snapshot!(error(&[6, 1, 4, 99]), @"the problem does not fit TestChip_1: it has no qubit 99");
    insta::assert_snapshot!(error(&[6, 1, 4, 7]), @"the problem does not fit TestChip_1: it has no coupler 4-7");
    insta::assert_snapshot!(error(&[6, 1, 4, 1]), @"the problem does not fit TestChip_1: two variables have the same qubit");
    insta::assert_snapshot!(error(&[6, 1]), @"the problem does not fit TestChip_1: 2 qubits for 4 variables");
}

proptest! {
    #[test]
    fn the_server_reads_what_the_client_wrote(
        qubits in Just((0..8).collect::<Vec<u32>>()).prop_shuffle(),
        biases in proptest::collection::vec(-4.0..4.0_f64, 8),
        couplings in proptest::collection::vec(-2.0..1.0_f64, 28),
        number in 1..9_usize,
    ) {
        let solver = solver();
        let qubits = &qubits[..number];
        let mut builder = BqmBuilder::new(Vartype::Spin, number);
        let mut expected = Vec::new();
        biases[..number].iter().enumerate().for_each(|(variable, &bias)| builder.add_linear(variable, bias));
        let pairs = (0..number).flat_map(|one| (0..one).map(move |two| (one, two)));
        for ((one, two), &bias) in pairs.zip(&couplings) {
            if solver.chip().graph().has_edge(qubits[one], qubits[two]) {
                builder.add_quadratic(one, two, bias);
                expected.push((qubits[one].min(qubits[two]), qubits[one].max(qubits[two]), bias));
            }
        }
        let spin = builder.build().unwrap();
        let data = encode(&problem(&spin, qubits), &solver).unwrap();
        let numbers = |text: &str| -> Vec<f64> {
            from_base64(text).unwrap().chunks(8).map(|eight| f64::from_le_bytes(eight.try_into().unwrap())).collect()
        };
        for (qubit, bias) in solver.qubits.iter().zip(numbers(&data.lin)) {
            match qubits.iter().position(|known| known == qubit) {
                Some(variable) => prop_assert_eq!(bias, biases[variable]),
                None => prop_assert!(bias.is_nan()),
            }
        }
        let used = solver.couplers.iter().filter(|(one, two)| qubits.contains(one) && qubits.contains(two));
        let mut found: Vec<(u32, u32, f64)> =
            used.zip(numbers(&data.quad)).map(|(&(one, two), bias)| (one.min(two), one.max(two), bias)).collect();
        found.sort_by_key(|&(one, two, _)| (one, two));
        expected.sort_by_key(|&(one, two, _)| (one, two));
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn base64_of_the_server_goes_both_ways(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        use base64::Engine;
        let text = to_base64(&bytes);
        prop_assert_eq!(&text, &base64::engine::general_purpose::STANDARD.encode(&bytes));
        prop_assert_eq!(from_base64(&text), Some(bytes));
    }
}
