//! What a run would take on a chip.

use crate::program::Program;

const TRIANGLE: &str = "# vartype=SPIN\n0 1 3\n1 2 3\n0 2 -3\n0 0 1\n";

/// Three variables on qubits 2, 28 and 29 of a small Pegasus, the first one on qubits 2 and 3.
const CHAINS: &str = r#"{"0": [2, 3], "1": [28], "2": [29]}"#;

fn program() -> Program {
    Program::new().file("triangle.coo", TRIANGLE).file("chains.json", CHAINS)
}

#[test]
fn a_plan_counts_qubits_reads_time_and_charge() {
    let plan = program().json("plan triangle.coo --chip advantage6 --num-reads 25000 --annealing-time 50");
    assert_eq!((&plan["num_chains"], &plan["num_qubits"]), (&3.into(), &3.into()));
    assert_eq!((&plan["solver"], &plan["is_emulated"]), (&"Advantage_system6".into(), &true.into()));
    let submissions = plan["submissions"].as_array().unwrap();
    let sum = |value: &dyn Fn(&serde_json::Value) -> f64| -> f64 {
        submissions.iter().map(|each| each["count"].as_f64().unwrap() * value(each)).sum()
    };
    assert_eq!(sum(&|each| each["num_reads"].as_f64().unwrap()), 25_000.0);
    let access = plan["qpu_access_time"].as_f64().unwrap();
    assert_eq!(sum(&|each| each["time"]["qpu_access_time"].as_f64().unwrap()), access);
    assert_eq!(plan["charge"].as_f64(), Some(access));
    assert!(submissions.iter().all(|each| each["run_duration"].as_f64().unwrap() <= 1e6));
    // the coupling of 3 where 1 is the end
    assert_eq!((plan["scale"].as_f64(), &plan["is_in_range"]), (Some(3.0), &true.into()));
}

#[test]
fn the_description_of_a_solver_decides() {
    let solver = r#"{"identity": {"name": "mine"}, "properties": {"qubits": [0, 1, 2], "couplers": [[0, 1], [1, 2], [0, 2]],
        "h_range": [-8, 8], "extended_j_range": [-6, 6], "per_qubit_coupling_range": [-99, 99],
        "num_reads_range": [1, 400], "quota_conversion_rate": 2}}"#;
    let plan = program().file("mine.json", solver).json("plan triangle.coo --chip mine.json");
    assert_eq!((&plan["max_reads_per_submission"], &plan["num_submissions"]), (&400.into(), &3.into()));
    assert_eq!(plan["charge"].as_f64().unwrap(), 2.0 * plan["qpu_access_time"].as_f64().unwrap());
    // couplings of 3 are scaled up to 6
    assert_eq!((plan["scale"].as_f64(), &plan["unscaled_fault"]), (Some(0.5), &serde_json::Value::Null));
}

#[test]
fn what_a_chip_does_not_take_is_said() {
    let program = program();
    insta::assert_snapshot!(program.transcript("plan triangle.coo --topology pegasus:2 --embedding chains.json"));
    insta::assert_snapshot!(program.transcript("plan triangle.coo --chip advantage6 --annealing-time 5000"));
    insta::assert_snapshot!(program.transcript("plan triangle.coo --topology chimera:4"));
    insta::assert_snapshot!(program.transcript("plan triangle.coo --topology pegasus:2"));
    let old = r#"{"qubits": [0, 4], "couplers": [[0, 4]], "topology": {"type": "chimera", "shape": [1, 1, 4]}}"#;
    let refused = program.file("old.json", old).transcript("plan triangle.coo --chip old.json");
    assert!(refused.starts_with("exit 2") && refused.contains("no ranges and times are known"), "{refused}");
}

#[test]
fn every_name_in_the_json_is_documented() {
    let document = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let document = std::fs::read_to_string(document).unwrap();
    let section = document.split_once("## Plans for a chip").unwrap().1.split_once("\n## ").unwrap().0;
    let plan = program().json("plan triangle.coo --chip advantage6");
    let mut names: Vec<String> = plan.as_object().unwrap().keys().cloned().collect();
    names.extend(plan["submissions"][0].as_object().unwrap().keys().cloned());
    names.extend(plan["submissions"][0]["time"].as_object().unwrap().keys().cloned());
    let missing: Vec<&String> =
        names.iter().filter(|name| *name != "schema" && !section.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
