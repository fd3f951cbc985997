//! Certificates: written, checked, and told apart from wrong ones.

use crate::program::Program;

fn certified(arguments: &str) -> Program {
    let program = Program::new();
    let report = program.json(&format!("train {arguments} --no-baselines --certificate proof.json"));
    assert_eq!(report["result"]["proven_optimal"], true, "{arguments}");
    program
}

#[test]
fn what_training_proves_is_confirmed() {
    for (task, rows) in [
        ("parity:3 --hidden 3 --solver exact", "parity:3"),
        ("majority:5 --hidden 3 --bias --solver exact", "majority:5"),
        ("parity:2 --hidden 2,2 --bias --solver exact", "parity:2"),
        (
            "digits --classes 1,2,3 --pool 4x4 --limit 40 --hidden 2 --solver exact",
            "digits --classes 1,2,3 --pool 4x4 --limit 40",
        ),
        ("parity:2 --hidden none --solver exact", "parity:2"),
        // proven apart from the solver
        ("majority:3 --hidden 3 --solver sa", "majority:3"),
    ] {
        let program = certified(task);
        for arguments in ["verify proof.json".to_owned(), format!("verify proof.json {rows}")] {
            let report = program.json(&arguments);
            assert_eq!((&report["optimal"], &report["loss"]), (&true.into(), &report["lower_bound"]), "{task}");
        }
    }
}

#[test]
fn a_certificate_that_is_not_confirmed_is_still_a_json_object_with_the_reason() {
    let program = certified("parity:3 --hidden 3 --solver exact");
    let output = program.run("verify proof.json parity:4 --json");
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["confirmed"], &report["loss"]), (&false.into(), &serde_json::Value::Null));
    assert_eq!(report["reason"], "the certificate is about other rows than those of parity:4");
    let report = program.json("verify proof.json parity:3");
    assert_eq!((&report["confirmed"], &report["reason"]), (&true.into(), &serde_json::Value::Null));
}

#[test]
fn a_certificate_of_a_fan_in_that_is_too_large_is_refused_before_training() {
    let program = Program::new();
    let start = std::time::Instant::now();
    let output = program.run("train digits --hidden 3 --bias --certificate proof.json --no-baselines");
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.contains("nothing can be certified about this task") && error.contains("fan-in"), "{error}");
    assert!(start.elapsed().as_secs() < 20, "it was trained");
}

#[test]
fn certificates_that_do_not_hold_are_not_confirmed() {
    let program = certified("parity:3 --hidden 3 --solver exact");
    assert_eq!(program.run("verify proof.json parity:4").status.code(), Some(1));
    assert_eq!(program.run("verify nothing.json").status.code(), Some(2));
    let program = program.file("text.json", "no certificate");
    assert_eq!(program.run("verify text.json").status.code(), Some(2));
    assert_eq!(program.run("train parity:2 --no-proof --certificate proof.json").status.code(), Some(2));
}
