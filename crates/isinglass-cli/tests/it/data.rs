//! Listing, showing and converting data.

use insta::assert_snapshot;

use crate::program::Program;

#[test]
fn the_list_names_every_builtin_set() {
    let report = Program::new().json("data list");
    let names: Vec<&str> =
        report["datasets"].as_array().unwrap().iter().map(|set| set["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"digits") && names.contains(&"tictactoe") && names.contains(&"teacher:WIDTHS"));
    assert_snapshot!(Program::new().transcript("data list"));
}

#[test]
fn images_are_shown_as_pictures() {
    assert_snapshot!(
        Program::new().transcript("data show digits --classes 0,1,7 --pool 2x2 --test 0.25 --test-order last")
    );
}

#[test]
fn categories_are_shown_column_by_column() {
    assert_snapshot!(Program::new().transcript("data show monks-2"));
}

#[test]
fn rows_without_labels_are_shown() {
    let program = Program::new().file("bare.csv", "x,y\n1,2\n3,4\n3,5\n");
    assert_snapshot!(program.transcript("data show --data bare.csv --label none"));
}

#[test]
fn contradicting_rows_are_counted() {
    let program = Program::new().file("a.csv", "x,y,label\n1,2,a\n1,2,b\n3,4,a\n3,5,b\n");
    let report = program.json("data show --data a.csv --binarize one-hot");
    assert_eq!(report["inputs"]["unavoidable_errors"], 1.0);
    assert_eq!(report["num_distinct_rows"], 3);
    assert_eq!(report["majority_share"], 0.5);
}

#[test]
fn unavoidable_errors_of_several_classes_are_rows_outside_the_largest_class_of_equal_bits() {
    // of the first five rows two are not of class a; of the next two one is not, whichever class is answered
    let rows = "x,label\n1,a\n1,a\n1,a\n1,b\n1,c\n2,b\n2,c\n3,c\n";
    let program = Program::new().file("a.csv", rows);
    let report = program.json("data show --data a.csv --binarize one-hot");
    assert_eq!(report["inputs"]["unavoidable_errors"], 3.0);
    let text = String::from_utf8(program.run("data show --data a.csv --binarize one-hot").stdout).unwrap();
    assert!(text.contains("3 errors that no network can avoid"), "{text}");
}

#[test]
fn a_converted_table_reads_back_as_the_same_rows() {
    let program = Program::new();
    for name in ["digits.csv", "digits.libsvm", "digits.npz"] {
        let converted = program.json(&format!("data convert digits --shuffle numpy:2 --limit 50 --out {name}"));
        assert_eq!(converted["num_rows"], 50);
        let shown = program.json(&format!("data show --data {name}"));
        let expected = program.json("data show digits --shuffle numpy:2 --limit 50");
        for what in ["num_rows", "num_distinct_rows", "classes"] {
            assert_eq!(shown[what], expected[what], "{name}");
        }
    }
}

#[test]
fn arrays_of_an_archive_are_named() {
    let program = Program::new();
    program.json("data convert digits --limit 4 --out digits.npz");
    let shown = program.json("data show --data digits.npz --features-array X --labels-array y");
    assert_eq!(shown["num_rows"], 4);
}

#[test]
fn categories_that_look_like_numbers_are_told_when_they_are_lost() {
    let program = Program::new();
    let output = program.run("data convert monks-1 --limit 4 --out monks.csv");
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"note: monks.csv: the categories of a1, a2, a3, a4, a5, a6 are numbers, and csv does not say that they are categories: they will be read back as numbers");
    // texts stay categories, and there is nothing to tell
    let output = program.run("data convert tictactoe --limit 4 --out tictactoe.csv");
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"");
}

#[test]
fn cells_are_separated_by_any_of_four_characters() {
    for separator in [",", ";", "\t", "|"] {
        let text = "a,b,label\n1,2,x\n3,4,y\n".replace(',', separator);
        let program = Program::new().file("rows.csv", &text);
        let shown = program.json("data show --data rows.csv");
        assert_eq!((&shown["num_rows"], &shown["num_columns"]), (&2.into(), &2.into()), "{separator:?}");
    }
}
