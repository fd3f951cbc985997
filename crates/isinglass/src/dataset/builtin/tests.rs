use super::*;
use crate::dataset::error::refusal;
use crate::dataset::table::hex_sha256;
use crate::dataset::{ColumnValues, summary};

fn class_counts(name: &str) -> Vec<usize> {
    summary(&builtin(name, 0).unwrap()).classes.iter().map(|class| class.num_rows).collect()
}

#[test]
fn digits_are_those_of_the_source() {
    let table = builtin("digits", 0).unwrap();
    assert_eq!((table.num_rows(), table.num_columns(), table.image_shape()), (1797, 64, Some((8, 8))));
    assert_eq!(class_counts("digits"), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let ColumnValues::Numeric(centre) = &table.column("r4c4").unwrap().values else { panic!() };
    assert!(centre.iter().all(|value| (0.0..=16.0).contains(value)));
    // The first line of the source: its third row of pixels, and its label.
    let pixels: Vec<f64> = table.columns()[16..24]
        .iter()
        .map(|column| match &column.values {
            ColumnValues::Numeric(values) => values[0],
            ColumnValues::Categorical { .. } => panic!(),
        })
        .collect();
    assert_eq!(pixels, [0.0, 3.0, 15.0, 2.0, 0.0, 11.0, 8.0, 0.0]);
    assert_eq!(table.labels().unwrap()[0], "0");
    let packed = include_bytes!("../../../data/digits.bin.gz");
    assert_eq!(table.sha256(), hex_sha256(packed));
    assert!(include_str!("../../../data/README.md").contains(table.sha256()));
}

#[test]
fn tic_tac_toe_has_its_known_endings() {
    assert_eq!(class_counts("tictactoe"), [332, 626]);
    assert_eq!(summary(&builtin("tictactoe", 0).unwrap()).num_distinct_rows, 958);
}

#[test]
fn the_monks_have_their_known_counts() {
    assert_eq!(class_counts("monks-1"), [216, 216]);
    assert_eq!(class_counts("monks-2"), [290, 142]);
    assert_eq!(class_counts("monks-3"), [204, 228]);
}

#[test]
fn parity_and_majority_follow_their_rules() {
    assert_eq!(builtin("parity:2", 0).unwrap().labels().unwrap(), ["-1", "1", "1", "-1"]);
    assert_eq!(class_counts("parity:6"), [32, 32]);
    assert_eq!(builtin("majority:2", 0).unwrap().labels().unwrap(), ["-1", "1", "1", "1"]);
    assert_eq!(class_counts("majority:5"), [16, 16]);
}

#[test]
fn a_teacher_depends_on_the_seed_alone() {
    for name in ["teacher:7-3-1", "teacher:1-1", "teacher:12-4-2-1:bias", "teacher:30-5-1:rows=50"] {
        let table = builtin(name, 3).unwrap();
        assert_eq!(table, builtin(name, 3).unwrap());
        let summary = summary(&table);
        assert_eq!(summary.num_distinct_rows, table.num_rows());
        assert_eq!(summary.classes.len(), 2);
    }
    assert_ne!(builtin("teacher:7-3-1", 1).unwrap().labels(), builtin("teacher:7-3-1", 2).unwrap().labels());
    let num_rows = |name| builtin(name, 0).unwrap().num_rows();
    assert_eq!((num_rows("teacher:7-3-1"), num_rows("teacher:11-3-1"), num_rows("teacher:70-1")), (128, 1024, 1024));
    assert_eq!(num_rows("teacher:7-3-1:rows=20"), 20);
}

#[test]
fn one_neuron_without_bias_is_a_threshold_of_its_inputs() {
    // Some choice of three signs makes a majority of three agree with every label.
    let table = builtin("teacher:3-1", 9).unwrap();
    let columns: Vec<&Vec<f64>> = table
        .columns()
        .iter()
        .map(|column| match &column.values {
            ColumnValues::Numeric(values) => values,
            ColumnValues::Categorical { .. } => panic!(),
        })
        .collect();
    let agrees = |signs: [f64; 3]| {
        table.labels().unwrap().iter().enumerate().all(|(row, label)| {
            let sum: f64 = signs.iter().zip(&columns).map(|(sign, column)| sign * column[row]).sum();
            (sum > 0.0) == (label == "1")
        })
    };
    let sign = |bit: usize| if bit == 1 { 1.0 } else { -1.0 };
    assert!((0..8).any(|bits| agrees([sign(bits & 1), sign(bits >> 1 & 1), sign(bits >> 2)])));
}

#[test]
fn the_list_tells_the_truth() {
    for set in builtin_list() {
        let name = set.name.replace('N', "3").replace("WIDTHS", "3-2-1");
        let table = builtin(&name, 0).unwrap();
        let summary = summary(&table);
        assert_eq!(summary.classes.len(), set.num_classes, "{name}");
        assert_eq!(set.num_rows.unwrap_or(8), table.num_rows(), "{name}");
        assert_eq!(set.num_columns.unwrap_or(3), table.num_columns(), "{name}");
    }
}

#[test]
fn names_and_arguments_that_cannot_be_are_refused() {
    let refused = |name| refusal(builtin(name, 0));
    insta::assert_snapshot!(refused("monk-1"), @r#"
    "monk-1": no built-in data set has this name; available: digits, tictactoe, monks-1, monks-2, monks-3, parity:N, majority:N, teacher:WIDTHS
    hint: did you mean "monks-1"?
    "#);
    insta::assert_snapshot!(refused("data.csv"), @r#"
    "data.csv": no built-in data set has this name; available: digits, tictactoe, monks-1, monks-2, monks-3, parity:N, majority:N, teacher:WIDTHS
    hint: to read a file, give its path including the extension
    "#);
    insta::assert_snapshot!(refused("digits:3"), @r#""digits:3": the argument "3" is invalid; the form is digits"#);
    insta::assert_snapshot!(refused("parity"), @r#""parity": an argument is missing; the form is parity:N"#);
    insta::assert_snapshot!(refused("parity:x"), @r#""parity:x": the argument "x" is invalid; the form is parity:N"#);
    insta::assert_snapshot!(refused("parity:21"), @r#""parity:21": the number of spins is 21; it must be 1 to 20"#);
    insta::assert_snapshot!(refused("majority:0"), @r#""majority:0": the number of spins is 0; it must be 1 to 20"#);
    insta::assert_snapshot!(refused("teacher:"), @r#""teacher:": the argument "" is invalid; the form is teacher:INPUTS-WIDTH-...-1, optionally followed by :bias and :rows=N"#);
    insta::assert_snapshot!(refused("teacher:7"), @r#""teacher:7": the number of layers is 0; it must be 1 to 16"#);
    insta::assert_snapshot!(refused("teacher:7-3-2"), @r#""teacher:7-3-2": the width of the last layer is 2; it must be 1"#);
    insta::assert_snapshot!(refused("teacher:7-0-1"), @r#""teacher:7-0-1": a width is 0; it must be 1 to 1024"#);
    insta::assert_snapshot!(refused("teacher:99999999999-1"), @r#""teacher:99999999999-1": a width is 99999999999; it must be 1 to 1024"#);
    insta::assert_snapshot!(refused("teacher:7-3-1:rows=129"), @r#""teacher:7-3-1:rows=129": the number of rows is 129; it must be 2 to 128"#);
    insta::assert_snapshot!(refused("teacher:7-3-1:noise"), @r#""teacher:7-3-1:noise": the argument "noise" is invalid; the form is teacher:INPUTS-WIDTH-...-1, optionally followed by :bias and :rows=N"#);
}
