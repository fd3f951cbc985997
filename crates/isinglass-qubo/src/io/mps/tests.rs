use crate::io::{self, Format, Label, ReadError, ReadOptions, WriteNote};
use crate::model::{Bqm, BqmBuilder, Vartype};

const GOLDEN: &str = "NAME isinglass FREE
ROWS
 N  obj
COLUMNS
    x0  obj  1.5
    x1  obj  -2
    x2  obj  0
RHS
    RHS  obj  1.25
BOUNDS
 BV BND  x0
 BV BND  x1
 BV BND  x2
QUADOBJ
    x0  x1  0.1
    x1  x2  -3
ENDATA
";

fn read(text: &str) -> Result<io::ProblemFile, ReadError> {
    io::read(text.as_bytes(), Format::Mps, &ReadOptions::default())
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
    let mut builder = BqmBuilder::new(Vartype::Binary, 3);
    builder.add_linear(0, 1.5);
    builder.add_linear(1, -2.0);
    builder.add_quadratic(0, 1, 0.1);
    builder.add_quadratic(1, 2, -3.0);
    builder.add_offset(-1.25);
    builder.build().unwrap()
}

fn written(bqm: &Bqm, labels: Option<&[Label]>) -> (String, Vec<WriteNote>) {
    let mut out = Vec::new();
    let report = io::write(bqm, labels, Format::Mps, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), report.notes)
}

#[test]
fn the_golden_text_is_written_and_read() {
    assert_eq!(written(&problem(), None), (GOLDEN.to_owned(), Vec::new()));
    let labels = Some(texts(&["x0", "x1", "x2"]));
    assert_eq!(read(GOLDEN).unwrap(), io::ProblemFile::new(problem(), labels));
}

#[test]
fn the_full_matrix_counts_each_pair_once() {
    let text = GOLDEN.replace("QUADOBJ\n", "QMATRIX\n x2 x2 8\n x1 x0 0.1\n x2 x1 -3\n");
    let bqm = read(&text).unwrap().bqm;
    assert_eq!((bqm.quadratic(0, 1), bqm.quadratic(1, 2)), (0.1, -3.0));
    assert_eq!(bqm.linear(), [1.5, -2.0, 4.0]);
}

#[test]
fn the_lower_triangle_counts_like_the_upper_one() {
    let text = GOLDEN.replace("x0  x1  0.1", "x1 x0 5\n x2 x2 8");
    let bqm = read(&text).unwrap().bqm;
    assert_eq!((bqm.quadratic(0, 1), bqm.linear()[2]), (5.0, 4.0));
}

#[test]
fn a_maximum_is_negated_and_flagged() {
    for sense in ["OBJSENSE\n    MAX\nROWS", "OBJSENSE MAXIMIZE\nROWS"] {
        let file = read(&GOLDEN.replace("ROWS", sense)).unwrap();
        assert!(file.maximized);
        assert_eq!((file.bqm.linear(), file.bqm.offset()), (&[-1.5, 2.0, 0.0][..], 1.25));
        assert_eq!(file.bqm.quadratic(1, 2), 3.0);
    }
}

#[test]
fn integer_columns_up_to_1_are_binary() {
    let text = GOLDEN
        .replace("COLUMNS\n", "* remark\nCOLUMNS\n    M1  'MARKER'  'INTORG'\n")
        .replace("RHS\n    RHS ", "    M2  'MARKER'  'INTEND'\nRHS\n")
        .replace(" BV BND  x1", " UP BND  x1  1\n LO BND x1 0");
    assert_eq!(read(&text).unwrap().bqm, problem());
}

#[test]
fn legal_labels_are_kept_and_others_replaced() {
    let legal = texts(&["weight[0]", "e1", "b*c"]);
    let (text, notes) = written(&problem(), Some(&legal));
    assert_eq!((read(&text).unwrap().labels, notes), (Some(legal), Vec::new()));
    for illegal in ["", "a b", "ä", "*a", "'MARKER'"] {
        let (text, notes) = written(&problem(), Some(&texts(&["a", "b", illegal])));
        assert_eq!((text.as_str(), notes.as_slice()), (GOLDEN, &[WriteNote::LabelsLeftOut][..]), "{illegal}");
    }
}

#[test]
fn faults_are_named_with_their_places() {
    insta::assert_snapshot!(read("").unwrap_err(), @"mps file: nothing in it");
    insta::assert_snapshot!(read("NAME\nENDATA").unwrap_err(), @"mps file: the file ends before a row of type N");
    insta::assert_snapshot!(message("ENDATA\n", ""), @"mps file: the file ends before `ENDATA`");
    insta::assert_snapshot!(message("ENDATA\n", "ENDATA\nROWS"), @"mps line 18, column 1: something follows the end: `ROWS`");
    insta::assert_snapshot!(message("NAME isinglass", " isinglass"), @"mps line 1, column 2: `isinglass` where a section should be");
    insta::assert_snapshot!(message("ROWS", "OBJSENSE UP\nROWS"), @"mps line 2, column 10: `UP` where MAX or MIN should be");
    insta::assert_snapshot!(message("ROWS", "OBJSENSE MAX\n MIN\nROWS"), @"mps line 3, column 2: OBJSENSE given twice, with different values");
    insta::assert_snapshot!(message("ROWS", "SOS\nROWS"), @"mps line 2, column 1: parts of this kind are not read: `SOS`");
    insta::assert_snapshot!(message(" N  obj", " N  obj\n L  row"), @"mps line 4, column 5: constraints are not read: `row` (hint: add the constraint to the objective as a penalty first)");
    insta::assert_snapshot!(message(" N  obj", " N  obj  two"), @"mps line 3, column 2: `N` where a type and a name of a row should be");
    insta::assert_snapshot!(message("x0  obj  1.5", "x0  cost  1.5"), @"mps line 5, column 9: `cost` is used before it is declared");
    insta::assert_snapshot!(message("x0  obj  1.5", "x0  obj"), @"mps line 5, column 5: `x0` where a column, rows and numbers should be");
    insta::assert_snapshot!(message("x0  obj  1.5", "x0  obj  1.5 obj 1 obj 1"), @"mps line 5, column 24: `obj` where the end of the line should be");
    insta::assert_snapshot!(message("x0  obj  1.5", "x0  obj  one"), @"mps line 5, column 14: `one` where a number should be");
    insta::assert_snapshot!(message("x0  obj  1.5", "x0  obj  1e999"), @"mps line 5, column 14: `1e999` is not a finite 64-bit number");
    insta::assert_snapshot!(message("x0  obj  1.5", "x0  'MARKER'  'INT'"), @"mps line 5, column 19: `'INT'` where 'INTORG' or 'INTEND' should be");
    insta::assert_snapshot!(message("RHS  obj", "RHS  row"), @"mps line 9, column 10: `row` is used before it is declared");
    insta::assert_snapshot!(message("    RHS  obj  1.25", "    RHS"), @"mps line 9, column 5: `RHS` where a row and a number should be");
    insta::assert_snapshot!(message("BOUNDS", "RANGES\n RNG row 1\nBOUNDS"), @"mps line 11, column 2: constraints are not read: `RNG` (hint: add the constraint to the objective as a penalty first)");
    insta::assert_snapshot!(message(" BV BND  x1\n", ""), @"mps line 6, column 5: variable `x1` is not declared binary (hint: declare the variable binary)");
    insta::assert_snapshot!(message(" BV BND  x1\n", " BV BND  x7\n"), @"mps line 12, column 10: `x7` is used before it is declared");
    insta::assert_snapshot!(message(" BV BND  x1\n", " BV\n"), @"mps line 12, column 2: `BV` where `BV`, a set and a column should be");
    insta::assert_snapshot!(message(" BV BND  x1\n", " UP BND  x1  2\n"), @"mps line 12, column 10: bounds other than 0 and 1 are not read: `x1`");
    insta::assert_snapshot!(message(" BV BND  x1\n", " FR BND\n"), @"mps line 12, column 2: bounds other than 0 and 1 are not read: `FR`");
    insta::assert_snapshot!(message("x1  x2  -3", "x1  x2"), @"mps line 16, column 5: `x1` where two columns and a number should be");
    insta::assert_snapshot!(message("x1  x2  -3", "x1  x7  -3"), @"mps line 16, column 9: `x7` is used before it is declared");
    insta::assert_snapshot!(message("x1  x2  -3", "x1  x0  -3"), @"mps file: the two entries of `x1` and `x0` do not agree");
    insta::assert_snapshot!(message("QUADOBJ", "QMATRIX"), @"mps line 15: the two entries of `x0` and `x1` do not agree");
    insta::assert_snapshot!(message("QUADOBJ\n", "QMATRIX\n x0 x1 0.1\n"), @"mps line 16, column 5: an entry of QMATRIX given twice");
}

#[test]
fn words_after_the_name_of_a_section_are_refused() {
    for section in ["ROWS", "COLUMNS", "RHS", "BOUNDS", "QUADOBJ", "ENDATA"] {
        let error = message(&format!("{section}\n"), &format!("{section} negate\n"));
        let column = section.len() + 2;
        assert!(error.ends_with(&format!("column {column}: `negate` where the end of the line should be")), "{error}");
    }
    insta::assert_snapshot!(message("ROWS", "OBJSENSE MAX twice\nROWS"), @"mps line 2, column 14: `twice` where the end of the line should be");
    insta::assert_snapshot!(message("ROWS", "OBJSENSE\n MAX twice\nROWS"), @"mps line 3, column 6: `twice` where the end of the line should be");
    // a name may consist of several words
    assert_eq!(read(&GOLDEN.replace("NAME isinglass FREE", "NAME two words")).unwrap().bqm, problem());
}
