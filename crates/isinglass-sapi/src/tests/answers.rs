//! Answers over the wire: right ones, and damaged ones.

use super::{connected, description, lowest, ring};
use crate::answer::{Answer, max_bytes};
use crate::testing::{Behaviour, Server, to_base64};
use isinglass_chip::qpu::{QpuProblem, QpuReads, QpuService};
use isinglass_qubo::{BqmBuilder, RunControl, Vartype};
use proptest::prelude::*;
use serde_json::{Value, json};

fn integers(values: &[i32]) -> String {
    to_base64(&values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
}

fn doubles(values: &[f64]) -> String {
    to_base64(&values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
}

/// Two qubits, three reads of one state and four of another, as D-Wave's own client decodes them.
fn histogram() -> Value {
    json!({
        "format": "qp", "num_variables": 4, "active_variables": integers(&[0, 1]), "energies": doubles(&[-1.0, 0.0]),
        "solutions": to_base64(&[0x80, 0x40]), "num_occurrences": integers(&[3, 4]), "timing": {},
    })
}

/// Reads of a problem whose states +- and -+ have the energies -1 and 0.
fn reads(answer: &Value) -> Result<QpuReads, String> {
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_linear(0, -0.5);
    builder.add_quadratic(0, 1, 0.5);
    builder.add_offset(3.0);
    let spin = builder.build().unwrap();
    let problem = QpuProblem { spin: &spin, qubits: &[0, 1], num_reads: 7, annealing_time: None };
    let answer = Answer::from_json(answer.to_string().as_bytes()).map_err(|error| error.to_string())?;
    answer.reads(&problem)
}

fn with(key: &str, value: Value) -> Result<QpuReads, String> {
    let mut answer = histogram();
    answer[key] = value;
    reads(&answer)
}

#[test]
fn known_bytes_have_known_meanings() {
    let found = reads(&histogram()).unwrap();
    let expected = [vec![vec![1, -1]; 3], vec![vec![-1, 1]; 4]].concat();
    assert_eq!(found, QpuReads { spins: expected.clone(), qpu_access_time: None });
    // the order of the qubits is that of the bits
    let mut swapped = histogram();
    (swapped["active_variables"], swapped["solutions"]) = (json!(integers(&[1, 0])), json!(to_base64(&[0x40, 0x80])));
    assert_eq!(reads(&swapped).unwrap().spins, expected);
}

#[test]
fn damaged_answers_are_refused_with_what_is_wrong() {
    let error = |key: &str, value: Value| with(key, value).unwrap_err();
    insta::assert_snapshot!(error("format", json!("bq")), @"its format is `bq` instead of `qp`");
    insta::assert_snapshot!(error("energies", json!("AAA")), @"`energies` is not base64: Invalid padding");
    insta::assert_snapshot!(error("energies", json!(to_base64(&[0; 12]))), @"`energies` has 12 bytes, which is not a multiple of 8");
    insta::assert_snapshot!(error("energies", json!(doubles(&[-1.0]))), @"`num_occurrences` has 2 numbers for 1 energies");
    insta::assert_snapshot!(error("energies", json!(doubles(&[-1.0, 0.5]))), @"the energy of solution 1 is 0, but the answer gives 0.5");
    insta::assert_snapshot!(error("energies", json!(doubles(&[f64::NAN, 0.0]))), @"the energy of solution 0 is -1, but the answer gives NaN");
    insta::assert_snapshot!(error("num_occurrences", json!(integers(&[3, -4]))), @"`num_occurrences` has the number -4");
    insta::assert_snapshot!(error("num_occurrences", json!(integers(&[3, i32::MAX]))), @"it has 2147483650 reads instead of 7");
    insta::assert_snapshot!(error("num_occurrences", Value::Null), @"it has 2 reads instead of 7");
    insta::assert_snapshot!(error("solutions", json!(to_base64(&[0x80]))), @"`solutions` has 1 bytes instead of 2");
    insta::assert_snapshot!(error("solutions", json!(to_base64(&[1, 2]))), @"the energy of solution 0 is 1, but the answer gives -1");
    insta::assert_snapshot!(error("active_variables", json!(integers(&[0, 0]))), @"`active_variables` has a qubit twice");
    insta::assert_snapshot!(error("active_variables", json!(integers(&[0, 2]))), @"qubit 1 is not in it");
    insta::assert_snapshot!(error("active_variables", json!(integers(&[0]))), @"`active_variables` has 1 qubits instead of 2");
    insta::assert_snapshot!(error("timing", json!({"qpu_access_time": -1.0})), @"invalid QPU access time: -1 µs");
    insta::assert_snapshot!(error("solutions", json!(5)), @"invalid type: integer `5`, expected a string at line 1 column 151");
}

/// What becomes of a problem when the server sends this instead of what is right.
fn outcome(change: impl Fn(&mut Value) + Send + 'static) -> Result<Option<QpuReads>, String> {
    let server =
        Server::start(Behaviour { change: Box::new(change), pending: 1, ..Behaviour::new(description(), lowest) });
    let (spin, qubits) = ring(Vartype::Spin);
    let problem = QpuProblem { spin: &spin, qubits: &qubits, num_reads: 5, annealing_time: None };
    let result = connected(&server, None).unwrap().submit(&problem, &RunControl::default());
    result.map_err(|error| error.replace(&server.endpoint(), "SERVER"))
}

#[test]
fn a_problem_that_failed_or_makes_no_sense_is_an_error() {
    let failed = |done: &mut Value| *done = json!({"id": "p", "status": "FAILED", "error_message": "the chip is warm"});
    insta::assert_snapshot!(outcome(failed).unwrap_err(), @"the problem failed: the chip is warm (the charge, if there is any, is in the dashboard of Leap)");
    let cancelled = |done: &mut Value| *done = json!({"id": "p", "status": "CANCELLED"});
    insta::assert_snapshot!(outcome(cancelled).unwrap_err(), @"the problem was cancelled at the service");
    let without = |done: &mut Value| done["answer"] = Value::Null;
    insta::assert_snapshot!(outcome(without).unwrap_err(), @"the problem p-2 was sent, and may be charged: invalid response from SERVER/: a problem is completed, but has no answer (look for the problem in the dashboard of Leap before it is sent again)");
    let unknown = |done: &mut Value| done["status"] = json!("SLEEPING");
    insta::assert_snapshot!(outcome(unknown).unwrap_err(), @"the problem p-2 was sent, and may be charged: invalid response from SERVER/: the status of a problem is `SLEEPING` (look for the problem in the dashboard of Leap before it is sent again)");
    let short = |done: &mut Value| done["answer"]["solutions"] = json!("AAAA");
    insta::assert_snapshot!(outcome(short).unwrap_err(), @"the problem p-2 was sent, and may be charged: invalid response from SERVER/: `solutions` has 3 bytes instead of 5 (look for the problem in the dashboard of Leap before it is sent again)");
    let garbage = |done: &mut Value| *done = json!([1, 2]);
    insta::assert_snapshot!(outcome(garbage).unwrap_err(), @"the problem p-2 was sent, and may be charged: invalid response from SERVER/: invalid type: integer `1`, expected a string at line 1 column 2 (look for the problem in the dashboard of Leap before it is sent again)");
    let huge = |done: &mut Value| done["answer"]["solutions"] = json!("A".repeat(2 << 20));
    insta::assert_snapshot!(outcome(huge).unwrap_err(), @"the problem p-2 was sent, and may be charged: invalid response from SERVER/: it is longer than 1048697 bytes (look for the problem in the dashboard of Leap before it is sent again)");
}

#[test]
fn the_largest_honest_answer_is_within_its_limit() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 5_000);
    builder.add_linear(0, 1.0);
    let (spin, qubits) = (builder.build().unwrap(), (0..5_000).collect::<Vec<u32>>());
    let problem = QpuProblem { spin: &spin, qubits: &qubits, num_reads: 10_000, annealing_time: None };
    // qubits, and energies, occurrences and solutions of all reads, all distinct
    let parts = [4 * 5_000, 8 * 10_000, 4 * 10_000, 5_000 / 8 * 10_000];
    let length = parts.map(|bytes| to_base64(&vec![0; bytes]).len()).iter().sum::<usize>() as u64;
    assert!(length > 8 << 20);
    assert!((length..length * 5 / 4).contains(&max_bytes(&problem)), "{length} {}", max_bytes(&problem));
}

proptest! {
    #[test]
    fn no_bytes_make_the_decoder_panic(
        key in 0..4_usize,
        bytes in proptest::collection::vec(any::<u8>(), 0..33),
        cut in 0..4_usize,
    ) {
        let text = to_base64(&bytes);
        let text = &text[..text.len().saturating_sub(cut)];
        let key = ["active_variables", "energies", "solutions", "num_occurrences"][key];
        if let Ok(reads) = with(key, json!(text)) {
            prop_assert_eq!(reads.spins.len(), 7);
        }
    }
}
