use crate::io::{self, Format, Label, ReadError, ReadOptions, WriteNote};
use crate::model::{Bqm, BqmBuilder, Vartype};

const GOLDEN: &str = concat!(
    r#"{"version":"1.0.0","id":0,"variable_ids":[4,9,2],"variable_domain":"spin","scale":1.0,"offset":-1.25,"#,
    r#""linear_terms":[{"id":4,"coeff":1.5}],"#,
    r#""quadratic_terms":[{"id_tail":4,"id_head":9,"coeff":0.1},{"id_tail":2,"id_head":9,"coeff":-3.0}],"metadata":{}}"#,
    "\n"
);

fn read(text: &str) -> Result<io::ProblemFile, ReadError> {
    io::read(text.as_bytes(), Format::Bqpjson, &ReadOptions::default())
}

/// The message for the golden text with one piece replaced.
fn message(from: &str, to: &str) -> String {
    assert!(GOLDEN.contains(from), "{from}");
    let error = read(&GOLDEN.replacen(from, to, 1)).unwrap_err();
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} (hint: {hint})"))
}

fn problem() -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Spin, 3);
    builder.add_linear(0, 1.5);
    builder.add_quadratic(0, 1, 0.1);
    builder.add_quadratic(1, 2, -3.0);
    builder.add_offset(-1.25);
    builder.build().unwrap()
}

fn ids() -> Vec<Label> {
    [4, 9, 2].map(Label::Integer).to_vec()
}

#[test]
fn the_golden_text_is_written_and_read() {
    let mut out = Vec::new();
    assert!(io::write(&problem(), Some(&ids()), Format::Bqpjson, &mut out).unwrap().notes.is_empty());
    assert_eq!(String::from_utf8(out).unwrap(), GOLDEN);
    assert_eq!(read(GOLDEN).unwrap(), io::ProblemFile::new(problem(), Some(ids())));
}

#[test]
fn the_scale_is_a_factor_on_terms_and_offset() {
    let bqm = read(&GOLDEN.replace("\"scale\":1.0", "\"scale\":2")).unwrap().bqm;
    assert_eq!((bqm.offset(), bqm.linear()[0], bqm.quadratic(1, 2)), (-2.5, 3.0, -6.0));
    // 2 (-1.25 + 1.5 + 0.1 - 3) at three spins up
    assert_eq!(bqm.energy(&[1, 1, 1]), 2.0 * (-1.25 + 1.5 + 0.1 - 3.0));
}

#[test]
fn boolean_variables_are_zeros_and_ones() {
    let bqm = read(&GOLDEN.replace("spin", "boolean")).unwrap().bqm;
    assert_eq!((bqm.vartype(), bqm.energy(&[0, 0, 0]), bqm.energy(&[1, 0, 1])), (Vartype::Binary, -1.25, 0.25));
}

#[test]
fn a_file_as_the_tools_write_it_is_read() {
    let text = r#"{
        "description": "a pair", "id": 7, "metadata": {"generated": "by hand", "chimera_degree": 2},
        "linear_terms": [], "offset": 0.0, "quadratic_terms": [{"coeff": -1, "id_head": 1, "id_tail": 0}],
        "scale": 1.0, "solutions": [{"id": 0, "assignment": [{"id": 0, "value": 1}, {"id": 1, "value": 1}]}],
        "variable_domain": "spin", "variable_ids": [0, 1], "version": "1.0.0"
    }"#;
    let file = read(text).unwrap();
    assert_eq!((file.bqm.quadratic(0, 1), file.labels), (-1.0, None));
}

#[test]
fn labels_that_are_no_ids_are_left_out() {
    for label in [Label::Text("a".into()), Label::Integer(-1)] {
        let labels = [Label::Integer(4), label, Label::Integer(2)];
        let mut out = Vec::new();
        let report = io::write(&problem(), Some(&labels), Format::Bqpjson, &mut out).unwrap();
        assert_eq!(report.notes, [WriteNote::LabelsLeftOut]);
        assert_eq!(read(&String::from_utf8(out).unwrap()).unwrap(), io::ProblemFile::new(problem(), None));
    }
}

#[test]
fn faults_are_named() {
    insta::assert_snapshot!(read("").unwrap_err(), @"bqpjson file: nothing in it");
    insta::assert_snapshot!(read("[1, 2]").unwrap_err(), @"bqpjson file: `[1, 2]` where a JSON object should be");
    insta::assert_snapshot!(read(&GOLDEN[..60]).unwrap_err(), @"bqpjson line 1, column 60: EOF while parsing a string");
    insta::assert_snapshot!(message("1.0.0", "2.0.0"), @"bqpjson file: version 2.0.0 of the format, but 1.0.0 is read here");
    insta::assert_snapshot!(message("\"scale\":1.0,", ""), @"bqpjson line 1, column 238: missing field `scale`");
    insta::assert_snapshot!(message("\"scale\":1.0", "\"scale\":-1"), @"bqpjson file: `-1` where a scale that is not negative should be");
    insta::assert_snapshot!(message("spin", "ternary"), @"bqpjson line 1, column 76: unknown variant `ternary`, expected `spin` or `boolean`");
    insta::assert_snapshot!(message("[4,9,2]", "[4,9,4]"), @"bqpjson file: two variables are called `4`");
    insta::assert_snapshot!(message("[4,9,2]", "[4,9,-2]"), @"bqpjson line 1, column 48: invalid value: integer `-2`, expected u64");
    insta::assert_snapshot!(message("[4,9,2]", "[4,9,18446744073709551615]"), @"bqpjson file: `18446744073709551615` where an id below 2^63 should be");
    insta::assert_snapshot!(message("{\"id\":4,", "{\"id\":5,"), @"bqpjson file: `id 5` is used before it is declared");
    insta::assert_snapshot!(message("{\"id\":4,\"coeff\":1.5}", "{\"id\":4,\"coeff\":1},{\"id\":4,\"coeff\":1}"), @"bqpjson file: the linear term of a variable given twice");
    insta::assert_snapshot!(message("\"id_tail\":2", "\"id_tail\":9"), @"bqpjson file: a pair of variable `9` with itself");
    insta::assert_snapshot!(message("\"id_tail\":2,\"id_head\":9", "\"id_tail\":9,\"id_head\":4"), @"bqpjson file: the pair of `9` and `4` given twice (hint: the format does not say whether such terms add up: list each pair once, in either order)");
    insta::assert_snapshot!(message("1.5", "1e999"), @"bqpjson line 1, column 138: number out of range");
    insta::assert_snapshot!(message("1.0,\"offset\":-1.25", "1e300,\"offset\":1e10"), @"bqpjson file: offset is inf, not a finite number");
}
