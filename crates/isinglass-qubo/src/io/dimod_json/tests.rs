use crate::io::{self, Format, Label, ReadError, ReadOptions};
use crate::model::{BqmBuilder, Vartype};

/// dimod 0.12.23: `json.dumps(BQM({"a": 1.5, 7: -2, "c": 0}, {("a", 7): 0.1, (7, "c"): -3}, -1.25, "SPIN").to_serializable())`.
const GOLDEN: &str = r#"{"type": "BinaryQuadraticModel", "version": {"bqm_schema": "3.0.0"}, "use_bytes": false, "index_type": "int32", "bias_type": "float64", "num_variables": 3, "num_interactions": 2, "variable_labels": ["a", 7, "c"], "variable_type": "SPIN", "offset": -1.25, "info": {}, "linear_biases": [1.5, -2.0, 0.0], "quadratic_biases": [0.1, -3.0], "quadratic_head": [0, 1], "quadratic_tail": [1, 2]}"#;

fn read(text: &str) -> Result<io::ProblemFile, ReadError> {
    io::read(text.as_bytes(), Format::DimodJson, &ReadOptions::default())
}

fn message(from: &str, to: &str) -> String {
    assert!(GOLDEN.contains(from), "{from}");
    let error = read(&GOLDEN.replace(from, to)).unwrap_err();
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} (hint: {hint})"))
}

fn problem() -> io::ProblemFile {
    let mut builder = BqmBuilder::new(Vartype::Spin, 3);
    builder.add_linear(0, 1.5);
    builder.add_linear(1, -2.0);
    builder.add_quadratic(0, 1, 0.1);
    builder.add_quadratic(1, 2, -3.0);
    builder.add_offset(-1.25);
    let labels = vec![Label::Text("a".into()), Label::Integer(7), Label::Text("c".into())];
    io::ProblemFile::new(builder.build().unwrap(), Some(labels))
}

#[test]
fn the_golden_text_is_read() {
    assert_eq!(read(GOLDEN).unwrap(), problem());
}

#[test]
fn the_golden_text_is_written_but_for_spaces() {
    let mut out = Vec::new();
    let problem = problem();
    let report = io::write(&problem.bqm, problem.labels.as_deref(), Format::DimodJson, &mut out).unwrap();
    assert!(report.notes.is_empty());
    assert_eq!(String::from_utf8(out).unwrap().trim_end(), GOLDEN.replace(' ', ""));
}

#[test]
fn integers_in_order_are_no_labels() {
    assert_eq!(read(&GOLDEN.replace(r#"["a", 7, "c"]"#, "[0, 1, 2]")).unwrap().labels, None);
}

#[test]
fn faults_are_named() {
    insta::assert_snapshot!(read(" \n").unwrap_err(), @"json file: nothing in it");
    insta::assert_snapshot!(read("{\"type\": \"BinaryQuadraticModel\",\n 1}").unwrap_err(), @"json line 2, column 2: key must be a string");
    insta::assert_snapshot!(read("[]").unwrap_err(), @"json file: `[]` where a JSON object should be");
    insta::assert_snapshot!(read(&GOLDEN[..100]).unwrap_err(), @"json line 1, column 100: EOF while parsing a string");
    insta::assert_snapshot!(message("\"BinaryQuadraticModel\"", "\"SampleSet\""), @"json file: an object of type `SampleSet`, but `BinaryQuadraticModel` is read here");
    insta::assert_snapshot!(message("\"3.0.0\"", "\"2.0.0\""), @"json file: version 2.0.0 of the format, but bqm_schema 3 is read here");
    insta::assert_snapshot!(message("\"use_bytes\": false", "\"use_bytes\": true"), @"json file: arrays of raw bytes are not read: `use_bytes: true` (hint: write the file with `to_serializable(use_bytes=False)`)");
    insta::assert_snapshot!(message("\"SPIN\"", "\"DISCRETE\""), @"json line 1, column 240: unknown variant `DISCRETE`, expected `SPIN` or `BINARY`");
    insta::assert_snapshot!(message("-1.25", "NaN"), @"json line 1, column 249: expected value");
    insta::assert_snapshot!(message("-1.25", "-1e999"), @"json line 1, column 254: number out of range");
    insta::assert_snapshot!(message("\"num_variables\": 3", "\"num_variables\": 1000000000"), @"json file: labels: 1000000000 declared, but 3 found");
    insta::assert_snapshot!(message("\"num_interactions\": 2", "\"num_interactions\": 3"), @"json file: quadratic biases: 3 declared, but 2 found");
    insta::assert_snapshot!(message("[1, 2]", "[1, 3]"), @"json file: variable 3, but the file declares 3 variables, counted from 0");
    insta::assert_snapshot!(message("[1, 2]", "[1, -1]"), @"json file: variable -1, but the file declares 3 variables, counted from 0");
    insta::assert_snapshot!(message("[1, 2]", "[1]"), @"json file: tails of interactions: 2 declared, but 1 found");
    insta::assert_snapshot!(message("\"c\"", "[\"c\", 1]"), @r#"json file: the label of variable 2 is `["c",1]`, but labels are integers or strings (hint: relabel the variables with integers or strings before writing the file)"#);
    insta::assert_snapshot!(message("\"c\"", "0.5"), @"json file: the label of variable 2 is `0.5`, but labels are integers or strings (hint: relabel the variables with integers or strings before writing the file)");
    insta::assert_snapshot!(message("\"c\"", "\"a\""), @"json file: two variables are called `a`");
    insta::assert_snapshot!(message(", \"offset\": -1.25", ""), @"json line 1, column 369: missing field `offset`");
}
