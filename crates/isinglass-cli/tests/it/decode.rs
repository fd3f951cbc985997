//! From data to a problem file, to samples of it, to a model.

use serde_json::{Value, json};

use crate::program::Program;

/// A directory with a problem in this format, its layout, and what an exhaustive search of the file found.
fn solved(ending: &str) -> (Program, Value) {
    let program = Program::new();
    program.json(&format!("compile parity:2 --hidden none --bias --out problem.{ending} --layout layout.json"));
    let report = program.json(&format!("solve problem.{ending} --solver exhaustive --out samples.json"));
    (program, report)
}

#[test]
fn every_format_carries_a_task_there_and_its_samples_back() {
    // a perceptron gets one row of four wrong at best
    let optimum = Program::new().json("train parity:2 --hidden none --bias --solver exact --no-baselines");
    assert_eq!(optimum["result"]["loss"], 1.0);
    for ending in ["bqm", "coo", "json", "qubo", "lp", "mps"] {
        let (program, report) = solved(ending);
        assert_eq!(report["best_energy"], 1.0, "{ending}");
        let decoded = program.json("decode samples.json --layout layout.json --out model.json");
        assert_eq!((&decoded["energy"], &decoded["loss"]), (&json!(1.0), &json!(1.0)), "{ending}");
        assert_eq!((&decoded["violations"], &decoded["train_errors"]), (&json!(0), &json!(1)), "{ending}");
        assert_eq!(program.json("eval model.json parity:2")["errors"], 1, "{ending}");
    }
}

#[test]
fn annealed_samples_of_a_hidden_layer_are_decoded_too() {
    let program = Program::new();
    program.json("compile majority:3 --hidden 3 --out problem.coo --layout layout.json");
    program.json("solve problem.coo --solver sa --num-sweeps 500 --out samples.json");
    let decoded = program.json("decode samples.json --layout layout.json --out model.json");
    assert_eq!((&decoded["num_samples"], &decoded["train_errors"]), (&json!(64), &json!(0)));
    assert_eq!(program.json("eval model.json majority:3")["errors"], 0);
}

#[test]
fn several_classes_come_back() {
    let program = Program::new();
    let task = "digits --classes 1,2,3 --pool 4x4 --limit 30";
    program.json(&format!("compile {task} --out problem.json --layout layout.json"));
    program.json("solve problem.json --num-sweeps 200 --out samples.json");
    let decoded = program.json("decode samples.json --layout layout.json --out model.json");
    let judged = program.json("eval model.json digits --classes 1,2,3 --limit 30");
    assert_eq!(judged["errors"], decoded["train_errors"]);
    assert_eq!(judged["classes"], json!(["1", "2", "3"]));
}

#[test]
fn goals_decide_the_exit_code() {
    let (program, _) = solved("coo");
    assert_eq!(program.run("solve problem.coo --target 0.5").status.code(), Some(1));
    assert_eq!(program.run("solve problem.coo --target 1").status.code(), Some(0));
    let decode = |share: &str| {
        program.run(&format!("decode samples.json --layout layout.json --require-accuracy {share}")).status.code()
    };
    assert_eq!((decode("0.75"), decode("0.76")), (Some(0), Some(1)));
}

#[test]
fn samples_of_another_problem_are_refused() {
    let (program, _) = solved("coo");
    program.json("compile majority:3 --hidden 3 --layout other.json");
    insta::assert_snapshot!(program.transcript("decode samples.json --layout other.json --out model.json"));
    assert!(!program.path().join("model.json").exists());
}

#[test]
fn a_model_is_no_layout() {
    let (program, _) = solved("coo");
    program.json("decode samples.json --layout layout.json --out model.json");
    insta::assert_snapshot!(program.transcript("decode samples.json --layout model.json"));
}

#[test]
fn a_damaged_layout_is_refused() {
    let (program, _) = solved("coo");
    let layout = std::fs::read_to_string(program.path().join("layout.json")).unwrap();
    let program = program.file("layout.json", &layout[..layout.len() / 2]);
    let output = program.run("decode samples.json --layout layout.json");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: cannot read layout.json\ncaused by: "));
}

#[test]
fn samples_that_are_none_are_refused() {
    let (program, _) = solved("coo");
    let program = program.file("samples.json", "{\"answer\": 42}");
    insta::assert_snapshot!(program.transcript("decode samples.json --layout layout.json"));
}

#[test]
fn missing_samples_are_named() {
    let (program, _) = solved("coo");
    insta::assert_snapshot!(program.transcript("decode none.json --layout layout.json"));
}
