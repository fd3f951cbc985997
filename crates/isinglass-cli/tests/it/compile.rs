//! Compiling: sizes, guarantees and files.

use serde_json::{Value, json};

use crate::program::Program;

#[test]
fn the_report_has_the_names_that_scripts_rely_on() {
    let report = Program::new().json("compile parity:3 --hidden 3 --formulation reference");
    let names =
        ["num_variables", "num_interactions", "num_groups", "max_degree", "guaranteed_gap", "exact", "seconds", "out"];
    for name in names {
        assert!(report.get(name).is_some(), "{name}");
    }
    assert_eq!((&report["num_variables"], &report["num_interactions"]), (&json!(204), &json!(544)));
}

#[test]
fn the_file_has_as_many_variables_and_interactions_as_reported() {
    let program = Program::new();
    for ending in ["bqm", "coo", "json", "qubo", "lp", "mps"] {
        let compiled = program.json(&format!("compile majority:3 --hidden 3 --out problem.{ending}"));
        let solved = program.json(&format!("solve problem.{ending} --num-reads 2 --num-sweeps 2"));
        assert_eq!(compiled["out"], format!("problem.{ending}"));
        for name in ["num_variables", "num_interactions"] {
            assert_eq!(compiled[name], solved[name], "{ending}");
        }
        assert_eq!(solved["vartype"], "BINARY", "{ending}");
    }
}

#[test]
fn sizes_do_not_depend_on_what_is_written() {
    let program = Program::new();
    let compile = |more: &str| crate::train::timeless(program.json(&format!("compile monks-1 --hidden 3 {more}")));
    let mut with_files = compile("--out problem.coo --layout layout.json");
    with_files["out"] = Value::Null;
    with_files["layout"] = Value::Null;
    assert_eq!(with_files, compile(""));
}

#[test]
fn training_compiles_to_the_same_sizes() {
    let program = Program::new();
    let task = "tictactoe --shuffle seed:1 --limit 30 --hidden 3 --bias --without gauge,half-step";
    let compiled = program.json(&format!("compile {task}"));
    let trained = program.json(&format!("train {task} --num-reads 1 --num-sweeps 1 --no-baselines --no-proof"));
    for name in ["num_variables", "num_interactions", "num_groups", "max_degree", "guaranteed_gap", "exact"] {
        assert_eq!(compiled[name], trained["formulation"][name], "{name}");
    }
}

#[test]
fn a_loss_that_no_chip_would_see_is_said_together_with_what_helps() {
    let program = Program::new();
    let invisible = program.json("compile parity:3 --hidden 3 --formulation reference");
    assert_eq!(invisible["precision"]["visibility"], "invisible");
    let better = &invisible["alternatives"][1];
    assert_eq!(better["change"], "compact");
    let compact = program.json("compile parity:3 --hidden 3");
    assert_eq!(better["precision"], compact["precision"]);
    assert_eq!((&compact["precision"]["visibility"], &compact["alternatives"]), (&json!("visible"), &json!([])));
}

#[test]
fn wide_gap_gates_are_compiled_and_trained_and_refused_where_half_steps_are_off() {
    let program = Program::new();
    let half_step = program.json("compile majority:7 --hidden 3");
    let wide = program.json("compile majority:7 --hidden 3 --gate wide-gap");
    let number = |report: &Value, name: &str| report[name].as_u64().unwrap();
    assert_eq!(
        (&half_step["gate"], &wide["gate"], &wide["exact"]),
        (&json!("half-step"), &json!("wide-gap"), &json!(true))
    );
    assert!(number(&wide, "num_variables") > number(&half_step, "num_variables"));
    let trained = program.json("train majority:3 --gate wide-gap --solver exhaustive --no-baselines --no-proof");
    assert_eq!((&trained["formulation"]["gate"], &trained["result"]["train_errors"]), (&json!("wide-gap"), &json!(0)));
    for plain in ["--without half-step", "--formulation reference"] {
        let output = program.run(&format!("compile majority:3 {plain} --gate wide-gap"));
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2));
        assert!(message.contains("takes the place of half-step gates, which are switched off"), "{message}");
    }
}
