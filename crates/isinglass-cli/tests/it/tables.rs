//! Tables as users have them: gaps, identifiers, odd headers, sorted rows, labels that are measurements.

use serde_json::json;

use crate::program::Program;

/// Flags that make training quick.
const QUICK: &str = "--hidden none --num-reads 4 --num-sweeps 20 --no-proof --no-baselines";

/// 40 rows with a row number, a column with gaps, two useful columns and a label; sorted by the label.
fn customers() -> String {
    let row = |row: usize| {
        let (gap, shape) = (if row.is_multiple_of(3) { "" } else { "x" }, ["round", "flat"][row / 20]);
        format!("{},{gap},{}.5,{shape},{}\n", 1000 + row, row % 7, ["no", "yes"][row / 20])
    };
    std::iter::once("id,note,size,shape,bought\n".to_owned()).chain((0..40).map(row)).collect()
}

fn customers_program() -> Program {
    Program::new().file("a.csv", customers())
}

fn error(program: &Program, arguments: &str) -> String {
    let output = program.run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments}");
    assert!(output.stdout.is_empty(), "{arguments}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn all_missing_values_come_in_one_message_with_the_flag_that_drops_their_columns() {
    let message = error(&customers_program(), "train --data a.csv");
    insta::assert_snapshot!(message, @r#"
    error: a.csv: 14 missing values in 14 of 40 rows: "note" 14 (lines 2, 5, 8, ...)

    hint: fill the cells, or leave the columns out with --drop note; missing values are not imputed
    "#);
    let gaps = Program::new().file("gaps.csv", "a b,c,y\n,NA,0\n1,?,1\n");
    let message = error(&gaps, "train --data gaps.csv");
    insta::assert_snapshot!(message, @r#"
    error: gaps.csv: 3 missing values in 2 of 2 rows: "a b" 1 (line 2), "c" 2 (lines 2, 3)

    hint: fill the cells, or leave the columns out with --drop 'a b,c'; missing values are not imputed
    "#);
    let unlabelled = Program::new().file("a.csv", "a,y\n1,\n2,1\n");
    assert!(error(&unlabelled, "train --data a.csv").contains("hint: remove the rows without a label"));
}

#[test]
fn a_model_predicts_from_tables_with_and_without_the_dropped_columns() {
    let program = customers_program()
        .file("without.csv", "size,shape\n0.5,round\n6.5,flat\n")
        .file("shuffled.csv", "shape,extra,size,id\nround,?,0.5,\nflat,,6.5,\n")
        .file("blank.csv", "id,note,size,shape,bought\n,,0.5,round,\n,,6.5,flat,\n");
    let report = program.json(&format!("train --data a.csv --drop id --drop 2 {QUICK} --out model.json"));
    assert_eq!(report["dataset"]["dropped_by_user"], json!(["id", "note"]));
    assert_eq!(report["dataset"]["identifier_columns"], json!([]));
    assert_eq!(program.json("eval model.json --data a.csv")["num_rows"], 40);
    let predictions = |file: &str| program.json(&format!("predict model.json --data {file}"))["predictions"].clone();
    let expected = predictions("without.csv");
    assert_eq!(expected.as_array().unwrap().len(), 2);
    assert_eq!(predictions("shuffled.csv"), expected);
    assert_eq!(predictions("blank.csv"), expected);
    let model = std::fs::read_to_string(program.path().join("model.json")).unwrap();
    assert!(model.contains("dropped_by_user"));
}

#[test]
fn columns_that_cannot_be_dropped_are_refused_with_what_there_is() {
    let refused = |drop: &str| error(&customers_program(), &format!("train --data a.csv {drop}"));
    insta::assert_snapshot!(refused("--drop id,colour"), @r#"
    error: a.csv: cannot drop the column "colour": the columns are "id", "note", "size", "shape", "bought"

    hint: give a column by its name, or by its position from 1
    "#);
    insta::assert_snapshot!(refused("--drop bought"), @r#"
    error: a.csv: cannot drop the column "bought": it is the label

    hint: choose another label with --label COLUMN; without it the last column is the label
    "#);
    insta::assert_snapshot!(refused("--drop 1,2,3,4"), @"
    error: a.csv: all feature columns are dropped

    hint: drop fewer columns
    ");
    insta::assert_snapshot!(refused("--drop note,size --features size,shape"), @r#"error: the column "size" is both chosen as a feature and dropped"#);
    let monks = error(&Program::new(), "train monks-1 --drop a9");
    assert!(monks.contains(r#"cannot drop the column "a9": the columns are "a1", "a2""#), "{monks}");
    assert!(error(&Program::new(), "train digits --drop r1c1 --pool 2x2").contains("--pool needs whole images"));
}

#[test]
fn columns_like_identifiers_are_named_with_the_flag_that_drops_them_and_kept() {
    let program = customers_program();
    let arguments = format!("train --data a.csv --drop note {QUICK}");
    let output = program.run(&format!("{arguments} --json"));
    let notes = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        notes,
        "note: the column \"id\" looks like an identifier: nearly every row has another value. To leave it out: --drop id\n"
    );
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["dataset"]["identifier_columns"], json!(["id"]));
    assert!(report["dataset"]["input_names"].as_array().unwrap().contains(&json!("id")), "it is kept");
    let shown = program.json("data show --data a.csv --drop note");
    assert_eq!(shown["inputs"]["identifier_columns"], json!(["id"]));
    let chosen = program.run(&format!("{arguments} --features id,size"));
    assert!(chosen.stderr.is_empty(), "a column that was chosen by name is not questioned");
    // pandas writes its index under no name
    let rows: String = (0..30).map(|row| format!("{row},{},{}\n", row % 5, row % 2)).collect();
    let program = Program::new().file("a.csv", format!(",size,y\n{rows}"));
    let notes = String::from_utf8(program.run(&format!("train --data a.csv {QUICK}")).stderr).unwrap();
    assert!(notes.ends_with("To leave it out: --drop ''\n"), "{notes}");
    let dropped = program.command(&format!("train --data a.csv {QUICK} --json --drop")).arg("").output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&dropped.stdout).unwrap();
    assert_eq!(report["dataset"]["input_names"], json!(["size"]));
}

#[test]
fn text_that_never_repeats_is_refused_as_an_input_with_the_flag_that_drops_it() {
    let rows: String = (0..300).map(|row| format!("customer {row},{},{}\n", row % 5, row % 2)).collect();
    let message = error(&Program::new().file("a.csv", format!("name,size,y\n{rows}")), "train --data a.csv");
    insta::assert_snapshot!(message, @r#"
    error: the column "name" has 300 different texts; the limit for one bit per value is 256

    hint: leave the column out with --drop name, or merge its categories
    "#);
}

#[test]
fn a_fraction_of_each_class_is_drawn_for_testing_unless_the_last_rows_are_asked_for() {
    let program = customers_program();
    let arguments = format!("train --data a.csv --drop id,note {QUICK} --test 0.25");
    let report = program.json(&arguments);
    let data = &report["dataset"];
    assert_eq!((&data["num_rows"], &data["num_test_rows"]), (&json!(30), &json!(10)));
    assert_eq!(data["test_rows"], json!({"order": "stratified", "seed": 0}));
    assert_eq!(data["classes"], json!(["no", "yes"]));
    let text = String::from_utf8(program.run(&arguments).stdout).unwrap();
    assert!(text.contains("\n          test rows: drawn from each class, seed 0\n"), "{text}");
    assert!(text.contains("\n          dropped columns: id, note\n"), "{text}");
    let shown = |arguments: &str| program.json(&format!("data show --data a.csv --drop note {arguments}"));
    assert_eq!(
        shown("--test 0.25")["classes"],
        json!([{"label": "no", "num_rows": 15}, {"label": "yes", "num_rows": 15}])
    );
    assert_eq!(shown("--test 0.25"), shown("--test 0.25"), "the same seed draws the same rows");
    assert_ne!(shown("--test 0.25")["columns"], shown("--test 0.25 --data-seed 1")["columns"]);
    let last = shown("--test 0.25 --test-order last");
    assert_eq!(last["classes"], json!([{"label": "no", "num_rows": 20}, {"label": "yes", "num_rows": 10}]));
    assert_eq!(last["inputs"]["test_rows"], json!({"order": "last"}));
    assert!(error(&program, "data show --data a.csv --test-order last").contains("`--test-order` needs a fraction"));
}

#[test]
fn an_unknown_class_in_the_last_rows_names_the_flag_that_shuffles() {
    let program = customers_program().file("other.csv", "size,shape,bought\n1.5,flat,maybe\n");
    let arguments = format!("train --data a.csv --drop id,note {QUICK} --test 0.5 --test-order last");
    insta::assert_snapshot!(error(&program, &arguments), @r#"
    error: there must be at least two classes; there is only "no"

    hint: the rows are sorted by class: leave --test-order last out, or shuffle them first with --shuffle seed:1
    "#);
    let three = (0..30).map(|row| format!("{}.5,{}\n", row % 4, ["a", "b", "c"][row / 10])).collect::<String>();
    let sorted = Program::new().file("a.csv", format!("size,kind\n{three}"));
    let arguments = format!("train --data a.csv {QUICK} --test 0.25");
    let last = error(&sorted, &format!("train --data a.csv {QUICK} --test 0.4 --test-order last"));
    insta::assert_snapshot!(last, @r#"
    error: a.csv: row 3 has the label "c", which is not a class of the training rows (a, b)

    hint: the rows are sorted by class: leave --test-order last out, or shuffle them first with --shuffle seed:1
    "#);
    assert_eq!(sorted.json(&arguments)["dataset"]["classes"], json!(["a", "b", "c"]));
    assert!(sorted.run(&format!("{arguments} --test-order last --shuffle seed:1")).status.success());
    let other = error(&program, &format!("train --data a.csv --drop id,note {QUICK} --test other.csv"));
    assert!(other.contains("hint: keep the classes of the training rows only: --classes=no,yes"), "{other}");
}

#[test]
fn a_label_that_is_a_measurement_is_refused_unless_its_classes_are_listed() {
    let rows: String = (0..120).map(|row| format!("{}.5,{},{}.25\n", row % 9, row % 2, row % 60)).collect();
    let program = Program::new().file("a.csv", format!("size,flag,price\n{rows}"));
    insta::assert_snapshot!(error(&program, "train --data a.csv"), @"
    error: a.csv: the label has 60 different numbers in 120 rows, too many for classes (the limit is 50)

    hint: choose the label column with --label COLUMN, divide the numbers into a few classes, or list the classes with --classes
    ");
    assert!(program.run(&format!("train --data a.csv --label flag {QUICK}")).status.success());
    let listed: Vec<String> = (0..60).map(|class| format!("{class}.25")).collect();
    let listed = program.json(&format!("data show --data a.csv --classes {}", listed.join(",")));
    assert_eq!(listed["classes"].as_array().unwrap().len(), 60);
    assert!(listed["inputs"]["num_groups"].is_number());
    let shown = program.json("data show --data a.csv");
    assert_eq!((shown["num_rows"].clone(), shown["inputs"]["num_groups"].clone()), (json!(120), json!(null)));
}

#[test]
fn tables_with_odd_headers_are_refused_or_read_as_they_are() {
    let refused =
        |text: &str, flags: &str| error(&Program::new().file("a.csv", text), &format!("train --data a.csv {flags}"));
    assert!(refused("a,b,y\n", "").contains("there are no rows") || refused("a,b,y\n", "").contains("error: "));
    assert!(refused("a,label\n", "").contains("a.csv: there are no rows"));
    let twice = refused("a,a,y\n1,2,0\n3,4,1\n", "");
    assert!(twice.contains("two columns are named \"a\"") && twice.contains("drop it by its position"), "{twice}");
    assert!(refused("y,a,y\n1,2,0\n3,4,1\n", "--label y").contains("several columns are named \"y\""));
    assert!(refused("a,b,y\n,1,0\n,2,1\n", "").contains("\"a\" 2 (lines 2, 3)"), "an empty column");
    assert!(refused("a;b\n", "--drop b").contains("error: "));
    let quoted = "\u{feff}\"a, \"\"b\"\"\",size,y\r\n\"1\",2,0\r\n\"\",3,1\r\n";
    assert!(refused(quoted, "").contains("with --drop POSITION"), "{}", refused(quoted, ""));
    let program = Program::new().file("a.csv", quoted);
    assert!(program.run(&format!("train --data a.csv --drop 1 {QUICK}")).status.success());
}
