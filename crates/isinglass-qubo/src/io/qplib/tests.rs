use crate::io::{self, Format, Label, ReadError, ReadOptions, WriteNote};
use crate::model::{Bqm, BqmBuilder, Vartype};

const GOLDEN: &str = "isinglass
QBN
minimize
4 # variables
2 # entries of the lower triangle of Q in the objective
2 1 0.1
3 2 -3
0 # default linear coefficient
2 # other linear coefficients
1 1.5
2 -2
-1.25 # constant
1e308 # infinity
0 # default starting value
0 # other starting values
0 # default starting value of bound multipliers
0 # others of them
0 # names of variables
0 # names of constraints
";

fn read(text: &str) -> Result<io::ProblemFile, ReadError> {
    io::read(text.as_bytes(), Format::Qplib, &ReadOptions::default())
}

/// The message for the golden text with one piece replaced.
fn message(from: &str, to: &str) -> String {
    assert!(GOLDEN.contains(from), "{from}");
    let error = read(&GOLDEN.replacen(from, to, 1)).unwrap_err();
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} (hint: {hint})"))
}

fn texts(names: &[&str]) -> Vec<Label> {
    names.iter().map(|&name| Label::Text(name.to_owned())).collect()
}

fn problem() -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Binary, 4);
    builder.add_linear(0, 1.5);
    builder.add_linear(1, -2.0);
    builder.add_quadratic(0, 1, 0.1);
    builder.add_quadratic(1, 2, -3.0);
    builder.add_offset(-1.25);
    builder.build().unwrap()
}

fn written(labels: &[Label]) -> (String, Vec<WriteNote>) {
    let mut out = Vec::new();
    let report = io::write(&problem(), Some(labels), Format::Qplib, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), report.notes)
}

#[test]
fn the_golden_text_is_written_and_read() {
    let mut out = Vec::new();
    assert!(io::write(&problem(), None, Format::Qplib, &mut out).unwrap().notes.is_empty());
    assert_eq!(String::from_utf8(out).unwrap(), GOLDEN);
    assert_eq!(read(GOLDEN).unwrap(), io::ProblemFile::new(problem(), None));
}

#[test]
fn the_diagonal_counts_half_and_a_pair_once() {
    let text = GOLDEN.replace("2 # entries", "3 # entries").replace("2 1 0.1", "1 1 7\n2 1 5");
    let bqm = read(&text).unwrap().bqm;
    // 1/2 x'Qx + b'x - 1.25 with Q = [[7, 5], [5, 0]] and b = (1.5, -2) on the first two
    assert_eq!(bqm.energy(&[1, 0, 0, 0]), 3.5 + 1.5 - 1.25);
    assert_eq!(bqm.energy(&[1, 1, 0, 0]), 0.5 * (7.0 + 5.0 + 5.0) + 1.5 - 2.0 - 1.25);
}

#[test]
fn a_default_stands_for_what_is_not_listed() {
    let text = GOLDEN.replace("0 # default linear coefficient", "0.5 # default linear coefficient");
    assert_eq!(read(&text).unwrap().bqm.linear(), [1.5, -2.0, 0.5, 0.5]);
}

#[test]
fn a_maximum_is_negated_and_flagged() {
    let file = read(&GOLDEN.replace("minimize", "Maximize")).unwrap();
    assert!(file.maximized);
    assert_eq!((file.bqm.linear(), file.bqm.offset()), (&[-1.5, 2.0, 0.0, 0.0][..], 1.25));
    assert_eq!(file.bqm.quadratic(1, 2), 3.0);
}

#[test]
fn the_type_says_which_parts_there_are() {
    let quadratic = "2 # entries of the lower triangle of Q in the objective\n2 1 0.1\n3 2 -3\n";
    let bqm = read(&GOLDEN.replace("QBN", "LBN").replace(quadratic, "")).unwrap().bqm;
    assert_eq!((bqm.linear(), bqm.num_interactions()), (&[1.5, -2.0, 0.0, 0.0][..], 0));
    for kind in ["QBB", "CBN", "DBB"] {
        assert_eq!(read(&GOLDEN.replace("QBN", kind)).unwrap().bqm, problem(), "{kind}");
    }
}

#[test]
fn comments_blank_lines_and_starting_points_do_not_matter() {
    let text = GOLDEN
        .replace("QBN", "! = name\n\nQBN # type")
        .replacen("isinglass\n! = name\n", "a name of words\n", 1)
        .replace("0 # default starting value\n0 #", "1 # default starting value\n\n1 #\n3 0 #")
        .replace("0 # names of constraints\n", "");
    assert_eq!(read(&text).unwrap().bqm, problem());
}

#[test]
fn legal_labels_are_kept_and_others_replaced() {
    let legal = texts(&["weight[0]", "e1", "b*c", "1"]);
    let (text, notes) = written(&legal);
    assert_eq!((read(&text).unwrap().labels, notes), (Some(legal), Vec::new()));
    for illegal in ["", "a b", "ä", "#a"] {
        let (text, notes) = written(&texts(&["a", "b", "c", illegal]));
        assert_eq!((text.as_str(), notes.as_slice()), (GOLDEN, &[WriteNote::LabelsLeftOut][..]), "{illegal}");
    }
    let text = GOLDEN.replace("0 # names of variables", "1 # names of variables\n2 second");
    assert_eq!(read(&text).unwrap().labels, Some(texts(&["x1", "second", "x3", "x4"])));
}

#[test]
fn faults_are_named_with_their_places() {
    insta::assert_snapshot!(read("\n").unwrap_err(), @"qplib file: nothing in it");
    insta::assert_snapshot!(read("# nothing\n").unwrap_err(), @"qplib file: the file ends before the name of the problem");
    insta::assert_snapshot!(read("a name\n").unwrap_err(), @"qplib file: the file ends before a type such as QBN");
    insta::assert_snapshot!(message("QBN", "QUBO"), @"qplib line 2, column 1: `QUBO` where a type such as QBN should be");
    insta::assert_snapshot!(message("QBN", "QBL"), @"qplib line 2, column 1: constraints are not read: `type QBL` (hint: add the constraint to the objective as a penalty first)");
    insta::assert_snapshot!(message("QBN", "QIN"), @"qplib line 2, column 1: variables that are not binary are not read: `type QIN`");
    insta::assert_snapshot!(message("QBN", "QMQ"), @"qplib line 2, column 1: variables that are not binary are not read: `type QMQ`");
    insta::assert_snapshot!(message("minimize", "min"), @"qplib line 3, column 1: `min` where `minimize` or `maximize` should be");
    insta::assert_snapshot!(message("4 # variables", "1000000000"), @"qplib line 4, column 1: 1000000000 variables are too many, at most 10000000 are read");
    insta::assert_snapshot!(message("2 # entries", "-2 # entries"), @"qplib line 5, column 1: `-2` where a count should be");
    insta::assert_snapshot!(message("2 # entries", "3 # entries"), @"qplib line 8: `0` where an entry `i j value` of Q should be");
    insta::assert_snapshot!(message("2 # entries", "1 # entries"), @"qplib line 7: `3 2 -3` where the default linear coefficient should be");
    insta::assert_snapshot!(message("2 1 0.1", "1 2 0.1"), @"qplib line 6, column 3: `2` where an index that is not above the first (the lower triangle) should be");
    insta::assert_snapshot!(message("2 1 0.1", "3 2 0.1"), @"qplib line 7, column 1: the pair of `3` and `2` given twice (hint: the format does not say whether such terms add up: list each pair once, in either order)");
    insta::assert_snapshot!(message("2 1 0.1", "5 1 0.1"), @"qplib line 6, column 1: variable 5, but the file declares 4 variables, counted from 1");
    insta::assert_snapshot!(message("2 1 0.1", "2 0 0.1"), @"qplib line 6, column 3: variable 0, but the file declares 4 variables, counted from 1");
    insta::assert_snapshot!(message("2 1 0.1", "2 1 inf"), @"qplib line 6, column 5: `inf` is not a finite 64-bit number");
    insta::assert_snapshot!(message("1 1.5", "2 1.5"), @"qplib line 11, column 1: the value of a variable given twice");
    insta::assert_snapshot!(message("1 1.5", "1 1e999"), @"qplib line 10, column 3: `1e999` is not a finite 64-bit number");
    insta::assert_snapshot!(message("-1.25 #", "constant #"), @"qplib line 12, column 1: `constant` where a number should be");
    insta::assert_snapshot!(message("1e308 #", "large #"), @"qplib line 13, column 1: `large` where the value that stands for infinity should be");
    insta::assert_snapshot!(message("0 # names of variables\n0 # names of constraints\n", ""), @"qplib file: the file ends before the number of names of variables");
    insta::assert_snapshot!(message("0 # names of variables", "2\n1 a\n1 b"), @"qplib line 20, column 1: the name of a variable given twice");
    insta::assert_snapshot!(message("0 # names of variables", "1\n1 x2"), @"qplib file: two variables are called `x2`");
    insta::assert_snapshot!(message("0 # names of constraints", "1\n1 c"), @"qplib line 19: something follows the end: `1`");
    insta::assert_snapshot!(message("0 # names of constraints", "0\n0"), @"qplib line 20: something follows the end: `0`");
}
