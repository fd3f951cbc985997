//! What the program says when something is wrong: exit code and both streams.

use insta::assert_snapshot;

use crate::program::{Program, json};

#[test]
fn a_missing_problem_file() {
    assert_snapshot!(Program::new().transcript("solve missing.coo"));
}

#[test]
fn a_missing_problem_file_with_json() {
    assert_snapshot!(Program::new().transcript("solve missing.coo --json"));
}

#[test]
fn a_file_of_no_known_format() {
    assert_snapshot!(Program::new().file("notes.txt", "buy milk\n").transcript("solve notes.txt"));
}

#[test]
fn a_file_in_another_format_than_said() {
    let program = Program::new().file("ring.coo", "# vartype=SPIN\n0 1 1\n");
    assert_snapshot!(program.transcript("solve ring.coo --format bqm"));
}

#[test]
fn a_malformed_line_of_coo() {
    let program = Program::new().file("bad.coo", "# vartype=SPIN\n0 1 1\n0 one 1\n");
    assert_snapshot!(program.transcript("solve bad.coo"));
}

#[test]
fn a_coefficient_that_is_no_number() {
    assert_snapshot!(Program::new().file("nan.coo", "# vartype=SPIN\n0 1 NaN\n").transcript("solve nan.coo"));
}

#[test]
fn an_empty_problem_file() {
    assert_snapshot!(Program::new().file("empty.json", "").transcript("solve empty.json"));
}

#[test]
fn a_coo_file_without_vartype() {
    assert_snapshot!(Program::new().file("bare.coo", "0 1 1\n").transcript("solve bare.coo"));
}

#[test]
fn a_vartype_that_the_file_contradicts() {
    let program = Program::new().file("ring.coo", "# vartype=SPIN\n0 1 1\n");
    assert_snapshot!(program.transcript("solve ring.coo --vartype binary"));
}

#[test]
fn an_unknown_problem_format() {
    assert_snapshot!(Program::new().transcript("solve ring.coo --format xml"));
}

#[test]
fn too_many_variables_for_exhaustive_search() {
    let program = Program::new().file("wide.coo", "# vartype=SPIN\n0 99 1\n");
    assert_snapshot!(program.transcript("solve wide.coo --solver exhaustive"));
}

#[test]
fn a_target_that_is_not_met() {
    let program = Program::new().file("pair.coo", "# vartype=SPIN\n0 1 1\n");
    let output = program.run("solve pair.coo --target -2 --json");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json(&output)["best_energy"], -1.0);
    assert_snapshot!(String::from_utf8_lossy(&output.stderr));
}

#[test]
fn samples_that_cannot_be_written() {
    let program = Program::new().file("pair.coo", "# vartype=SPIN\n0 1 1\n");
    assert_snapshot!(program.transcript("solve pair.coo --out no/such/directory.json"));
}

#[test]
fn a_range_of_temperatures_that_falls() {
    assert_snapshot!(Program::new().transcript("solve ring.coo --beta-range 5..1"));
}

#[test]
fn a_temperature_that_is_not_positive() {
    assert_snapshot!(Program::new().transcript("solve ring.coo --beta-range -1,5"));
}

#[test]
fn a_time_without_unit() {
    assert_snapshot!(Program::new().transcript("solve ring.coo --time-limit 10"));
}

#[test]
fn no_reads() {
    assert_snapshot!(Program::new().transcript("solve ring.coo --num-reads 0"));
}

#[test]
fn an_unknown_flag() {
    assert_snapshot!(Program::new().transcript("solve ring.coo --num-read 5"));
}

#[test]
fn an_unknown_flag_with_json() {
    assert_snapshot!(Program::new().transcript("solve ring.coo --num-read 5 --json"));
}

#[test]
fn an_unknown_command() {
    assert_snapshot!(Program::new().transcript("slove ring.coo"));
}

#[test]
fn an_unknown_shell() {
    assert_snapshot!(Program::new().transcript("completions nosh"));
}

#[test]
fn a_misspelt_builtin_set() {
    assert_snapshot!(Program::new().transcript("data show digit"));
}

#[test]
fn an_unknown_builtin_set() {
    assert_snapshot!(Program::new().transcript("data show imagenet"));
}

#[test]
fn no_data_set() {
    assert_snapshot!(Program::new().transcript("data show"));
}

#[test]
fn a_builtin_set_and_a_file() {
    assert_snapshot!(Program::new().transcript("data show digits --data a.csv"));
}

#[test]
fn a_missing_data_file() {
    assert_snapshot!(Program::new().transcript("data show --data missing.csv"));
}

#[test]
fn an_empty_data_file() {
    assert_snapshot!(Program::new().file("empty.csv", "").transcript("data show --data empty.csv"));
}

#[test]
fn a_data_file_of_no_known_format() {
    assert_snapshot!(Program::new().file("notes.txt", "buy milk\n").transcript("data show --data notes.txt"));
}

#[test]
fn a_malformed_line_of_libsvm() {
    let program = Program::new().file("bad.libsvm", "1 1:1\n-1 2:x\n");
    assert_snapshot!(program.transcript("data show --data bad.libsvm"));
}

#[test]
fn a_feature_that_is_not_there() {
    assert_snapshot!(Program::new().transcript("data show tictactoe --features r1c9"));
}

#[test]
fn a_label_column_that_is_not_there() {
    let program = Program::new().file("a.csv", "x,y\n1,2\n3,4\n");
    assert_snapshot!(program.transcript("data show --data a.csv --label z"));
}

#[test]
fn a_class_that_is_not_there() {
    assert_snapshot!(Program::new().transcript("data show digits --classes 3,12"));
}

#[test]
fn an_order_that_is_none() {
    assert_snapshot!(Program::new().transcript("data show digits --shuffle random"));
}

#[test]
fn a_pool_that_does_not_fit() {
    assert_snapshot!(Program::new().transcript("data show digits --pool 3x3"));
}

#[test]
fn test_labels_without_a_test_file() {
    assert_snapshot!(Program::new().transcript("data show digits --test-labels a.idx"));
}

#[test]
fn an_ending_that_tells_no_format() {
    assert_snapshot!(Program::new().transcript("data convert digits --out digits.xls"));
}

#[test]
fn a_table_that_the_format_cannot_hold() {
    assert_snapshot!(Program::new().transcript("data convert tictactoe --out boards.libsvm"));
}

#[test]
fn a_graph_of_no_known_ending() {
    assert_snapshot!(Program::new().file("G1", "2 1\n1 2 1\n").transcript("solve G1"));
}

#[test]
fn an_edge_given_twice() {
    assert_snapshot!(Program::new().file("twice.rud", "2 2\n1 2 1\n2 1 1\n").transcript("solve twice.rud"));
}

#[test]
fn a_sense_that_the_format_fixes() {
    let program = Program::new().file("ring.coo", "# vartype=SPIN\n0 1 1\n");
    assert_snapshot!(program.transcript("solve ring.coo --sense max"));
}

#[test]
fn a_layout_is_no_problem() {
    let program = Program::new();
    program.json("compile majority:3 --layout majority.json");
    assert_snapshot!(program.transcript("solve majority.json"));
}

#[test]
fn a_model_is_no_problem() {
    let program = Program::new();
    program.json("train majority:3 --solver exact --no-baselines --out majority.json");
    assert_snapshot!(program.transcript("solve majority.json"));
}

#[test]
fn reductions_to_leave_out_of_the_reference() {
    for command in ["compile", "train"] {
        let arguments = format!("{command} majority:3 --formulation reference --without gauge");
        insta::allow_duplicates! {
            assert_snapshot!(Program::new().transcript(&arguments), @r"
            exit 2
            --- stdout
            --- stderr
            error: `--formulation reference` has no reductions that `--without` could leave out

            hint: leave `--without` out, or take `--formulation compact`
            ");
        }
    }
}

#[test]
fn an_online_term_that_pushes_away() {
    assert_snapshot!(Program::new().transcript("train majority:3 --batch-size 2 --alpha -0.5"));
}

#[test]
fn arrays_that_are_not_there() {
    let program = Program::new();
    program.json("data convert digits --limit 4 --out digits.npz");
    assert_snapshot!(program.transcript("data show --data digits.npz --features-array pixels"));
}

#[test]
fn every_output_is_looked_at_before_the_work() {
    let program = Program::new().file("here", "").file("pair.coo", "# vartype=SPIN\n0 1 1\n");
    for command in [
        "compile majority:3 --out here/problem.coo",
        "compile majority:3 --layout here/layout.json",
        "decode missing.json --layout missing.json --out here/model.json",
        "predict missing.json majority:3 --out here/classes.txt",
        "solve missing.coo --out here/samples.json",
        "data convert missing --out here/rows.csv",
    ] {
        let text = program.transcript(command);
        // the place is refused although inputs are missing, which would be found out later
        assert!(text.starts_with("exit 2\n"), "{text}");
        assert!(text.contains("error: cannot write here/") && text.contains("here is not a directory"), "{text}");
    }
}

#[test]
fn errors_in_json_carry_the_values_that_are_allowed() {
    let table = "first,second,label\n1,0,yes\n0,1,no\n1,1,maybe\n";
    let program =
        Program::new().file("table.csv", table).file("ring.coo", "# vartype=SPIN\n0 1 1\n").file("riddle", "?\n");
    let values = |arguments: &str| {
        let error = json(&program.run(&format!("{arguments} --json")))["error"].clone();
        assert_eq!(error["code"], 2, "{arguments}: {error}");
        let values = error["possible_values"].as_array().cloned().unwrap_or_default();
        values.iter().map(|value| value.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (arguments, some) in [
        ("solve ring.coo --solver annealing", ["sa", "qpu-emulator"]),
        ("tts ring.coo --target 0 --solver mip", ["sa", "tabu"]),
        ("solve ring.coo --format xml", ["coo", "qplib"]),
        ("solve riddle", ["coo", "qplib"]),
        ("slove ring.coo", ["solve", "train"]),
        ("data", ["list", "show"]),
        ("data shwo", ["list", "show"]),
        ("embed ring.coo --chip advantage", ["advantage6", "Advantage2_system1"]),
        ("train monks", ["monks-1", "digits"]),
        ("train --data table.csv --label kind", ["first", "label"]),
        ("train --data table.csv --classes yes,never", ["maybe", "no"]),
        ("train --data table.csv --features third", ["first", "second"]),
        ("train --data table.csv --drop third", ["first", "second"]),
    ] {
        let found = values(arguments);
        assert!(some.iter().all(|value| found.iter().any(|each| each == value)), "{arguments}: {found:?}");
    }
    assert_eq!(values("solve missing.coo"), Vec::<String>::new());
    let error = json(&program.run("solve ring.coo --solver tabo --json"))["error"].clone();
    assert_eq!(error["hint"], "did you mean `tabu`?");
    let error = json(&program.run("solve --json"))["error"].clone();
    assert_eq!(error["causes"], serde_json::json!(["<FILE>"]));
}

#[test]
fn a_chip_as_solver_points_to_what_there_is() {
    let program = Program::new().file("ring.coo", "# vartype=SPIN\n0 1 1\n");
    for arguments in ["solve ring.coo --solver qpu", "train parity:2 --solver QPU", "bench . --solvers sa,dwave"] {
        let said = program.transcript(&format!("{arguments} --json"));
        assert!(said.starts_with("exit 2"), "{said}");
        for place in ["\"hint\":\"", "tip: "] {
            let (_, rest) = said.split_once(place).unwrap();
            assert!(
                rest.contains("--solver qpu-emulator --chip advantage6") && rest.contains("reproduce --qpu"),
                "{said}"
            );
        }
    }
    assert_snapshot!(program.transcript("solve ring.coo --solver qpu"));
}
