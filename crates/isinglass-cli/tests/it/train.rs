//! Training: what is reported, by which solver, from which data.

use serde_json::{Value, json};

use crate::program::{Program, json as parse};

/// A report without what depends on the clock and on the words of the command line.
pub(crate) fn timeless(mut report: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| !["seconds", "updates_per_second", "command"].contains(&name.as_str()));
                fields.values_mut().for_each(strip);
            }
            Value::Array(values) => values.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut report);
    report
}

/// A run without what takes time and is not looked at.
fn quick(arguments: &str) -> Value {
    Program::new().json(&format!("train {arguments} --no-baselines"))
}

fn assert_has(value: &Value, names: &[&str]) {
    for name in names {
        assert!(value.get(name).is_some(), "{name} is missing in {value}");
    }
}

#[test]
fn the_report_has_the_names_that_scripts_rely_on() {
    let report = Program::new().json("train majority:3 --solver exact");
    assert_has(
        &report,
        &["dataset", "network", "formulation", "solver", "result", "baselines", "batches", "seconds", "command", "out"],
    );
    assert_has(&report["dataset"], &["num_rows", "num_groups", "num_test_rows", "source", "sha256"]);
    assert_has(&report["network"], &["widths", "bias"]);
    assert_has(&report["formulation"], &["name", "num_variables", "num_interactions", "exact", "max_degree"]);
    assert_has(&report["solver"], &["name", "status", "num_reads", "num_sweeps", "seed", "seconds"]);
    let result = [
        "energy",
        "train_errors",
        "train_accuracy",
        "test_errors",
        "test_accuracy",
        "proven_optimal",
        "violations",
        "loss",
        "optimum",
    ];
    assert_has(&report["result"], &result);
    let baselines = report["baselines"].as_array().unwrap();
    let names: Vec<&str> = baselines.iter().map(|baseline| baseline["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["majority", "logistic", "gradient_median", "gradient_best"]);
    baselines.iter().for_each(|baseline| assert_has(baseline, &["train_accuracy", "test_accuracy"]));
    assert_eq!(report["result"]["train_errors"], 0);
    assert_eq!(report["result"]["test_errors"], Value::Null);
}

#[test]
fn the_main_job_ends_at_a_proven_optimum() {
    let report = Program::new().json("train");
    assert_eq!(report["network"], json!({"widths": [8, 3, 1], "bias": true, "num_weights": 31}));
    assert_eq!(report["dataset"]["classes"], json!(["4", "9"]));
    assert_eq!((&report["dataset"]["num_rows"], &report["dataset"]["num_test_rows"]), (&json!(271), &json!(90)));
    let result = &report["result"];
    assert_eq!((&result["train_errors"], &result["violations"]), (&json!(2), &Value::Null));
    assert_eq!((&result["energy"], &result["loss"]), (&json!(2.0), &json!(2.0)));
    assert_eq!((&result["proven_optimal"], &report["formulation"]["exact"]), (&json!(true), &json!(true)));
}

#[test]
fn choices_of_the_main_job_yield_to_those_of_the_user() {
    let report = quick("--test none --shuffle none --hidden none --num-reads 4 --num-sweeps 20 --no-proof");
    assert_eq!((&report["dataset"]["num_rows"], &report["dataset"]["num_test_rows"]), (&json!(361), &json!(0)));
    assert_eq!(report["network"]["bias"], false);
    let report = quick("--classes 0,1 --hidden none --num-reads 4 --num-sweeps 20 --no-proof");
    assert_eq!(report["dataset"]["classes"], json!(["0", "1"]));
}

#[test]
fn the_same_seed_gives_the_same_report_on_any_number_of_threads() {
    let run = |threads: usize, seed: usize| {
        let arguments = "train tictactoe --shuffle seed:1 --limit 40 --hidden 3 --test 0.25 --no-proof";
        let sizes = "--num-reads 40 --num-sweeps 40";
        timeless(Program::new().json(&format!("{arguments} {sizes} --threads {threads} --seed {seed}")))
    };
    assert_eq!(run(1, 5), run(2, 5));
    assert_ne!(run(2, 5), run(2, 6));
}

#[test]
fn each_solver_finds_the_optimum_of_a_small_task() {
    for (solver, status) in [
        ("auto", "optimal"),
        ("exhaustive", "optimal"),
        ("exact", "optimal"),
        ("sa", "heuristic"),
        ("weights", "heuristic"),
    ] {
        let report = quick(&format!("majority:3 --hidden none --solver {solver}"));
        assert_eq!(report["solver"]["status"], status, "{solver}");
        assert_eq!(report["result"]["train_errors"], 0, "{solver}");
        assert_eq!(report["result"]["proven_optimal"], true, "{solver}");
        assert_eq!(report["network"]["widths"], json!([3, 1]));
    }
    let reason = &quick("majority:3 --hidden none")["solver"]["reason"];
    assert!(reason.as_str().unwrap().ends_with("few enough to try all samples"), "{reason}");
    let larger = quick("parity:3 --hidden 3 --bias --no-proof --num-reads 4 --num-sweeps 50");
    assert_eq!(larger["solver"]["name"], "weights");
    assert!(larger["solver"]["reason"].as_str().unwrap().contains("too many to try all samples"), "{larger}");
}

#[test]
fn the_exact_solver_proves_the_optimum_of_the_monks() {
    let report = quick("monks-1 --hidden 3 --bias --solver exact");
    assert_eq!(report["solver"]["name"], "exact");
    assert_eq!(report["result"]["train_errors"], 33);
    assert_eq!(report["result"]["proven_optimal"], true);
    assert_eq!(report["result"]["energy"], 33.0);
}

#[test]
fn two_hidden_layers_and_several_outputs_are_trained() {
    let report = quick("majority:3 --hidden 3,3 --num-sweeps 200");
    assert_eq!(report["network"]["widths"], json!([3, 3, 3, 1]));
    assert_eq!(report["result"]["train_errors"], 0);
    assert_eq!(report["result"]["proven_optimal"], true);

    let report = quick("digits --classes 1,2,3 --pool 4x4 --limit 60 --hidden 3 --num-sweeps 100");
    assert_eq!(report["network"]["widths"], json!([4, 3, 3]));
    assert_eq!(report["dataset"]["classes"], json!(["1", "2", "3"]));
    let result = &report["result"];
    assert_eq!(result["proven_optimal"], true);
    assert_eq!(result["optimum"]["loss"], result["loss"]);
    assert_eq!((&result["objective"], &result["loss"]), (&json!("errors"), &json!(result["train_errors"].as_f64())));
    let wrong_bits = result["output_bits"]["wrong"].as_f64().unwrap();
    assert!(result["train_errors"].as_f64().unwrap() <= wrong_bits, "a wrong class has a wrong bit: {result}");
}

/// The task of three classes whose QUBO is small enough for all samples.
const THREE_CLASSES: &str = "digits --classes 1,2,3 --pool 4x4 --features r1c1,r1c2 --limit 40 --hidden none";

#[test]
fn where_only_output_bits_are_proven_text_json_and_reports_say_so() {
    let words = "optimal in output bits (not in classification errors)";
    let arguments = format!("train {THREE_CLASSES} --solver exhaustive --no-polish --no-proof --no-baselines");
    let program = Program::new();
    let report = program.json(&format!("{arguments} --report report.md"));
    let (result, bits) = (&report["result"], &report["result"]["output_bits"]);
    assert_eq!((&result["proven_optimal"], &bits["optimal"]), (&json!(false), &json!(true)));
    assert_eq!((&bits["least"], &result["energy"]), (&bits["wrong"], &bits["wrong"]));
    assert_eq!(report["solver"]["status"], "heuristic");
    let text = String::from_utf8(program.run(&arguments).stdout).unwrap();
    assert!(text.contains(words) && !text.contains("proven optimal"), "{text}");
    let markdown = std::fs::read_to_string(program.path().join("report.md")).unwrap();
    assert!(markdown.contains(words) && !markdown.contains("proven optimal"), "{markdown}");

    // with the proof, errors are proven beside it
    let report = quick(&format!("{THREE_CLASSES} --solver exact"));
    assert_eq!((&report["result"]["proven_optimal"], &report["solver"]["status"]), (&json!(true), &json!("optimal")));
    assert!(report["result"]["loss"].as_f64().unwrap() <= result["loss"].as_f64().unwrap());
    let text = String::from_utf8(Program::new().run(&format!("train {THREE_CLASSES} --no-baselines")).stdout).unwrap();
    assert!(text.contains("proven optimal in classification errors"), "{text}");
}

#[test]
fn the_confusion_matrix_of_training_counts_all_rows() {
    let arguments =
        "train digits --classes 1,2,3 --pool 4x4 --limit 60 --hidden 2 --test 0.25 --no-baselines --no-proof";
    let program = Program::new();
    let report = program.json(&format!("{arguments} --report report.md"));
    let (confusion, result) = (&report["result"]["confusion"], &report["result"]);
    for (part, num_rows, errors) in [("train", "num_rows", "train_errors"), ("test", "num_test_rows", "test_errors")] {
        let matrix: Vec<Vec<u64>> = serde_json::from_value(confusion[part].clone()).unwrap();
        let all: u64 = matrix.iter().flatten().sum();
        let right: u64 = (0..3).map(|class| matrix[class][class]).sum();
        assert_eq!(report["dataset"][num_rows], all);
        assert_eq!(result[errors], all - right);
    }
    let text = String::from_utf8(program.run(arguments).stdout).unwrap();
    assert!(text.contains("Confusion matrix of the test rows: true class down, predicted class across\n"), "{text}");
    let markdown = std::fs::read_to_string(program.path().join("report.md")).unwrap();
    assert!(markdown.contains("Confusion matrix of the training rows"), "{markdown}");
}

#[test]
fn the_reference_formulation_has_the_size_that_its_formula_says() {
    let report = quick("parity:3 --hidden 3 --formulation reference --num-reads 8 --num-sweeps 50");
    let formulation = &report["formulation"];
    assert_eq!(formulation["name"], "reference");
    assert_eq!((&formulation["num_variables"], &formulation["num_interactions"]), (&json!(204), &json!(544)));
}

#[test]
fn each_reduction_can_be_left_out_without_moving_the_optimum() {
    let task = "train parity:2 --hidden none --bias --solver exhaustive --no-baselines --no-proof";
    let least = Program::new().json(task)["result"]["energy"].clone();
    assert_eq!(least, 1.0);
    let reductions =
        ["merge-equal", "merge-negated", "substitute-inputs", "and-products", "half-step", "error-bit", "gauge"];
    for reduction in reductions {
        let report = Program::new().json(&format!("{task} --without {reduction}"));
        assert_eq!(report["result"]["energy"], least, "{reduction}");
        assert_eq!(report["formulation"]["without"], json!([reduction]));
        assert_eq!(report["formulation"]["exact"], true, "{reduction}");
    }
}

#[test]
fn penalties_that_are_too_small_are_said_to_be_inexact() {
    let exact = |penalties: &str| {
        let report = quick(&format!("majority:3 --hidden 3 --num-reads 8 --num-sweeps 50 --no-proof {penalties}"));
        report["formulation"]["exact"].clone()
    };
    assert_eq!((exact("--margin 2"), exact("--margin 0.2")), (json!(true), json!(false)));
    assert_eq!((exact("--lambda 1000"), exact("--lambda 0.1")), (json!(true), json!(false)));
}

#[test]
fn minibatches_are_reported_one_by_one() {
    let report = quick(
        "tictactoe --shuffle seed:1 --hidden 3 --batch-size 4 --batches 3 --alpha 0.1 --num-reads 8 --num-sweeps 50",
    );
    let batches = report["batches"].as_array().unwrap();
    assert_eq!(batches.len(), 3);
    batches.iter().for_each(|batch| assert_eq!((&batch["num_rows"], &batch["num_reads"]), (&json!(4), &json!(8))));
    assert_eq!(report["solver"]["num_reads"], 24);
    let batches = |limit: usize| {
        let report = quick(&format!(
            "tictactoe --shuffle seed:1 --limit {limit} --batch-size 4 --num-reads 1 --num-sweeps 9 --no-proof"
        ));
        report["batches"].as_array().unwrap().len()
    };
    assert_eq!((batches(8), batches(9)), (2, 3));
}

#[test]
fn a_planted_network_is_found_again() {
    let report = quick("teacher:5-3-1 --data-seed 3 --hidden 3 --num-sweeps 200");
    assert_eq!(report["result"]["train_errors"], 0);
    assert_eq!(report["result"]["proven_optimal"], true);
}

#[test]
fn a_time_limit_ends_the_run_with_the_best_so_far() {
    let report = quick("monks-1 --hidden 3 --num-sweeps 1000000000 --time-limit 200ms --no-proof");
    assert_eq!(report["solver"]["status"], "time_limit");
    assert!(report["result"]["train_errors"].as_u64().unwrap() <= 432);
}

#[test]
fn goals_decide_the_exit_code() {
    let code = |goal: &str| {
        let arguments = format!("train parity:2 --hidden none --solver exhaustive --no-baselines --json {goal}");
        let output = Program::new().run(&arguments);
        parse(&output);
        output.status.code().unwrap()
    };
    // a perceptron gets one row of four wrong at best
    assert_eq!(code("--require-accuracy 0.5"), 0);
    assert_eq!(code("--require-accuracy 0.9"), 1);
    assert_eq!(code("--target 2"), 0);
    assert_eq!(code("--target 0"), 1);
}

const FIVE_ROWS: &str = "a,b,c,d,y\n0,0,1,1,1\n1,1,1,1,0\n0,1,0,0,0\n0,1,0,1,0\n0,1,1,1,1\n";

#[test]
fn nothing_is_proven_with_penalties_beside_which_an_error_is_lost() {
    for penalty in ["--lambda 1e16", "--margin 0.7e15", "--lambda 1e300"] {
        let program = Program::new().file("t.csv", FIVE_ROWS);
        let report = program.json(&format!(
            "train --data t.csv --hidden 1 {penalty} --solver branch-and-bound --no-polish --no-baselines"
        ));
        let (formulation, result) = (&report["formulation"], &report["result"]);
        assert_eq!((&formulation["exact"], &formulation["guaranteed_gap"]), (&json!(false), &json!(0.0)), "{penalty}");
        // the exact trainer proves the optimum of 0 apart from the QUBO
        assert_eq!(result["optimum"]["loss"], json!(0.0), "{penalty}");
        assert_eq!(result["proven_optimal"], json!(result["loss"] == json!(0.0)), "{penalty}");
        assert!(!result["optimum"]["how"].as_str().unwrap().contains("QUBO"), "{penalty}");
    }
}

#[test]
fn violated_constraints_are_null_where_no_sampler_returned_the_sample() {
    let of = |solver: &str| quick(&format!("parity:3 --hidden 3 --solver {solver}"))["result"]["violations"].clone();
    assert_eq!([of("weights"), of("exact")], [Value::Null, Value::Null]);
    assert_eq!(of("exhaustive --no-polish --limit 2"), json!(0));
}

#[test]
fn a_rounded_margin_lambda_or_alpha_is_named_with_the_value_used() {
    let notes = |flags: &str| {
        let run = format!("train parity:2 --hidden 1 --no-baselines --no-proof {flags}");
        String::from_utf8(Program::new().run(&run).stderr).unwrap()
    };
    for (flag, given, used) in [
        ("--margin", "1.1", "1.1015625"),
        ("--lambda", "0.3", "0.30078125"),
        ("--batch-size 2 --alpha", "0.1", "0.10009765625"),
    ] {
        let name = flag.split(' ').next_back().unwrap();
        let expected = format!("{name} {given} is rounded up to {used}, so that sums of coefficients are exact");
        let found = notes(&format!("{flag} {given}"));
        assert!(found.contains(&expected), "{found}");
        assert!(!notes(&format!("{flag} 1.5")).contains("rounded"));
    }
}
