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

/// A file as `SampleSet.to_pandas_dataframe().to_csv()` of dimod writes it: labels in any order, with vectors that are ignored.
fn data_frame(program: &Program) -> String {
    let bytes = std::fs::read(program.path().join("samples.json")).unwrap();
    let set: Value = serde_json::from_slice(&bytes).unwrap();
    let labels: Vec<&str> =
        set["variable_labels"].as_array().unwrap().iter().map(|label| label.as_str().unwrap()).collect();
    let mut text = format!(",{},energy,num_occurrences\n", labels.iter().rev().copied().collect::<Vec<_>>().join(","));
    for (row, sample) in set["sample_data"]["data"].as_array().unwrap().iter().enumerate() {
        let values: Vec<String> = sample.as_array().unwrap().iter().rev().map(Value::to_string).collect();
        text.push_str(&format!("{row},{},-99.5,1\n", values.join(",")));
    }
    text
}

#[test]
fn data_frames_of_dimod_are_decoded_by_the_names_of_their_columns() {
    let (program, report) = solved("json");
    let text = data_frame(&program);
    let program = program.file("samples.csv", &text);
    let decoded = program.json("decode samples.csv --layout layout.json");
    assert_eq!(decoded["energy"], report["best_energy"], "the energies of the file are not believed");
    let expected = program.json("decode samples.json --layout layout.json");
    assert_eq!((&decoded["loss"], &decoded["violations"]), (&expected["loss"], &expected["violations"]));
    let renamed = program.file("samples.csv", text.replace("weight_0_0_0", "w"));
    let output = renamed.run("decode samples.csv --layout layout.json");
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("caused by: the samples have no variable `weight_0_0_0`"), "{message}");
    let extra = renamed.file("samples.csv", text.replace(",energy", ",extra,energy").replace(",-99.5", ",0,-99.5"));
    let output = extra.run("decode samples.csv --layout layout.json");
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("caused by: the samples have the variable `extra`, which the layout does not have"),
        "{message}"
    );
}

#[test]
fn decoded_weights_are_polished_and_tested_like_trained_ones() {
    let program = Program::new();
    let data = "digits --classes 4,9 --pool 2x2 --feature-mean 3..12 --hidden 2 --bias";
    program.json(&format!("compile {data} --test 0.25 --out problem.json --layout layout.json"));
    program.json("solve problem.json --solver random --num-reads 5 --out samples.json");
    let plain = program.json("decode samples.json --layout layout.json");
    let polished = program.json("decode samples.json --layout layout.json --polish --out model.json");
    assert!(polished["loss"].as_f64().unwrap() < plain["loss"].as_f64().unwrap(), "{polished}");
    assert_eq!((&plain["polished"], &plain["sampled_loss"]), (&json!(false), &plain["loss"]));
    assert_eq!((&polished["num_train_rows"], &polished["num_test_rows"]), (&json!(271), &json!(90)));
    assert_eq!(polished["test_rows"], json!({"order": "stratified", "seed": 0}));
    let errors = |report: &Value, kind: &str| report[kind].as_u64().unwrap();
    let on_all = program.json("eval model.json digits --classes 4,9");
    assert_eq!(errors(&polished, "train_errors") + errors(&polished, "test_errors"), errors(&on_all, "errors"));
    assert_eq!(program.json("decode samples.json --layout layout.json --polish --test 0.25"), {
        let mut same = polished.clone();
        same["out"] = Value::Null;
        same
    });
    program.json("data convert digits --classes 4,9 --limit 50 --out test.npz");
    let on_file = program.json("decode samples.json --layout layout.json --polish --test test.npz");
    assert_eq!(on_file["num_test_rows"], 50);
}

#[test]
fn a_fraction_that_was_not_kept_apart_cannot_be_tested_on() {
    let (program, _) = solved("coo");
    let decode = |test: &str| {
        let output = program.run(&format!("decode samples.json --layout layout.json {test}"));
        assert_eq!(output.status.code(), Some(2), "{test}");
        String::from_utf8(output.stderr).unwrap()
    };
    insta::assert_snapshot!(decode("--test 0.25"), @"
    error: the layout keeps no fraction of the rows for testing: all of them were compiled

    hint: keep rows apart with `compile --test 0.25`, or name a file with --test FILE
    ");
    assert!(decode("--test missing.csv").contains("cannot read missing.csv"));
    let program = program.file("test.csv", "x1,x2,label\n1,-1,1\n1,1,-1\n");
    let report = program.json("decode samples.json --layout layout.json --test test.csv");
    assert_eq!((&report["num_test_rows"], &report["test_rows"]["source"]), (&json!(2), &json!("test.csv")));
}

#[test]
fn with_polish_energy_and_violations_are_those_of_the_sample_before_it() {
    let (program, _) = solved("coo");
    let text = |flags: &str| {
        let output = program.run(&format!("decode samples.json --layout layout.json {flags}"));
        String::from_utf8(output.stdout).unwrap()
    };
    let sample = |text: &str| text.lines().find(|line| line.starts_with("Sample  ")).unwrap().to_owned();
    insta::assert_snapshot!(sample(&text("")), @"Sample    energy 1, 0 violated constraints");
    insta::assert_snapshot!(sample(&text("--polish")), @"Sample    energy 1, 0 violated constraints (before polish)");
}
