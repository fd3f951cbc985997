use proptest::prelude::*;

use crate::io::{Label, ReadError, ReadOptions, SampleFile, read_samples, write_samples};
use crate::model::{BqmBuilder, Vartype};
use crate::sample_set::SampleSet;

/// dimod 0.12.23: samples [[0, 1, 1], [1, 0, 1]] of BINARY variables, seen 2 and 1 times.
const PLAIN: &str = r#"{"type": "SampleSet", "version": {"sampleset_schema": "3.2.0"}, "num_variables": 3, "num_rows": 2, "sample_data": {"type": "array", "data": [[0, 1, 1], [1, 0, 1]], "data_type": "int8", "shape": [2, 3], "use_bytes": false}, "sample_type": "int8", "sample_packed": false, "vectors": {"energy": {"type": "array", "data": [1, 2.5], "data_type": "float64", "shape": [2], "use_bytes": false}, "num_occurrences": {"type": "array", "data": [2, 1], "data_type": "int64", "shape": [2], "use_bytes": false}}, "variable_labels": [0, 1, 2], "variable_type": "BINARY", "info": {}}"#;

/// The same with `pack_samples=True`.
fn packed() -> String {
    PLAIN
        .replace("[[0, 1, 1], [1, 0, 1]]", "[[6], [5]]")
        .replacen("int8", "uint32", 1)
        .replace("[2, 3]", "[2, 1]")
        .replace("\"sample_packed\": false", "\"sample_packed\": true")
}

fn read(text: &str) -> Result<SampleFile, ReadError> {
    read_samples(text.as_bytes(), &ReadOptions::default())
}

fn rows(text: &str) -> Vec<Vec<i8>> {
    read(text).unwrap().rows
}

fn message(text: &str) -> String {
    let error = read(text).unwrap_err();
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} (hint: {hint})"))
}

fn texts(names: &[&str]) -> Option<Vec<Label>> {
    Some(names.iter().map(|&name| Label::Text(name.to_owned())).collect())
}

#[test]
fn sample_sets_of_dimod_are_read_packed_or_not() {
    let expected = SampleFile {
        rows: vec![vec![0, 1, 1], vec![1, 0, 1]],
        num_occurrences: vec![2, 1],
        labels: None,
        vartype: Vartype::Binary,
    };
    assert_eq!(read(PLAIN).unwrap(), expected);
    assert_eq!(read(&packed()).unwrap(), expected);
}

#[test]
fn packed_spins_have_the_least_significant_bit_first() {
    let labels: Vec<String> = (0..34).map(|variable| format!("\"v{variable}\"")).collect();
    let text = packed()
        .replace("[[6], [5]]", "[[1, 2], [2147483648, 1]]")
        .replace("BINARY", "SPIN")
        .replace("\"num_variables\": 3", "\"num_variables\": 34")
        .replace("[0, 1, 2]", &format!("[{}]", labels.join(",")));
    let file = read(&text).unwrap();
    let ones = |row: &[i8]| (0..34).filter(|&variable| row[variable] == 1).collect::<Vec<_>>();
    assert_eq!((ones(&file.rows[0]), ones(&file.rows[1])), (vec![0, 33], vec![31, 32]));
    assert_eq!((file.rows[0][1], file.vartype, file.labels.unwrap().len()), (-1, Vartype::Spin, 34));
}

#[test]
fn plain_lists_are_read() {
    assert_eq!(rows("[[0, 1], [1, 1.0]]"), [[0, 1], [1, 1]]);
    assert_eq!(rows("[0, 1]"), [[0, 1]]);
    assert_eq!(rows("{\"samples\": [[0, 1]]}"), [[0, 1]]);
    assert_eq!(read("[[-1, 1]]").unwrap().vartype, Vartype::Spin);
    let file = read("{\"labels\": [\"a\", 7], \"samples\": [[0, 1]]}").unwrap();
    assert_eq!(file.labels, Some(vec![Label::Text("a".into()), Label::Integer(7)]));
}

#[test]
fn objects_are_read_in_the_order_of_the_first() {
    let file = read("[{\"b\": 0, \"a\": 1}, {\"a\": 0, \"b\": 1}]").unwrap();
    assert_eq!((file.rows, file.labels), (vec![vec![0, 1], vec![1, 0]], texts(&["b", "a"])));
    assert_eq!(rows("{\"samples\": {\"samples\": 1, \"a\": 0}}"), [[1, 0]]);
}

#[test]
fn keys_that_are_numbers_are_sorted_labels() {
    let file = read("{\"10\": 1, \"2\": 0}").unwrap();
    assert_eq!((file.rows, file.labels), (vec![vec![0, 1]], Some(vec![Label::Integer(2), Label::Integer(10)])));
    let file = read("{\"1\": 1, \"0\": 0}").unwrap();
    assert_eq!((file.rows, file.labels), (vec![vec![0, 1]], None));
}

#[test]
fn text_is_read_with_or_without_labels() {
    assert_eq!(rows("# remark\n0 1\t1\r\n\n1 0 +1\n"), [[0, 1, 1], [1, 0, 1]]);
    let file = read("a, b\n-1,1\n1 , -1\n").unwrap();
    assert_eq!((file.rows, file.labels), (vec![vec![-1, 1], vec![1, -1]], texts(&["a", "b"])));
    assert_eq!(read("0,1,2\n0,0,1\n").unwrap().labels, None);
}

#[test]
fn the_caller_decides_where_all_values_are_1() {
    let options = ReadOptions { vartype: Some(Vartype::Spin), ..ReadOptions::default() };
    assert_eq!(read_samples(b"1 1\n", &options).unwrap().vartype, Vartype::Spin);
    insta::assert_snapshot!(read_samples(b"0 1\n", &options).unwrap_err(), @"samples file: the variables of the file are BINARY, but SPIN was asked for");
}

#[test]
fn sample_sets_are_written_as_dimod_writes_them() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_quadratic(0, 1, 0.1);
    let samples = SampleSet::from_samples(&builder.build().unwrap(), [[1, 1], [-1, 1]]).unwrap();
    let labels = [Label::Text("a".into()), Label::Integer(7)];
    let mut out = Vec::new();
    write_samples(&samples, Vartype::Spin, Some(&labels), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    insta::assert_snapshot!(text, @r#"{"type":"SampleSet","version":{"sampleset_schema":"3.2.0"},"num_variables":2,"num_rows":2,"sample_data":{"type":"array","data":[[1,1],[-1,1]],"data_type":"int8","shape":[2,2],"use_bytes":false},"sample_type":"int8","sample_packed":false,"vectors":{"energy":{"type":"array","data":[0.1,-0.1],"data_type":"float64","shape":[2],"use_bytes":false},"num_occurrences":{"type":"array","data":[1,1],"data_type":"int64","shape":[2],"use_bytes":false}},"variable_labels":["a",7],"variable_type":"SPIN","info":{}}"#);
    let file = read(&text).unwrap();
    let expected = SampleFile {
        rows: vec![vec![1, 1], vec![-1, 1]],
        num_occurrences: vec![1, 1],
        labels: Some(labels.to_vec()),
        vartype: Vartype::Spin,
    };
    assert_eq!(file, expected);
}

#[test]
fn an_infinite_energy_is_not_written() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_linear(0, 1e308);
    builder.add_linear(1, 1e308);
    let samples = SampleSet::from_samples(&builder.build().unwrap(), [[1, 1]]).unwrap();
    let error = write_samples(&samples, Vartype::Spin, None, Vec::new()).unwrap_err();
    insta::assert_snapshot!(error, @"the energy of sample 0 is inf, not a finite number");
}

#[test]
fn faults_are_named_with_their_places() {
    let changed = |from: &str, to: &str| {
        assert!(PLAIN.contains(from), "{from}");
        message(&PLAIN.replace(from, to))
    };
    insta::assert_snapshot!(message(" "), @"samples file: nothing in it");
    insta::assert_snapshot!(message("1 1\n"), @"samples file: nothing says whether the variables are BINARY (0/1) or SPIN (-1/+1) (hint: give the vartype when reading)");
    insta::assert_snapshot!(message("0 -1\n"), @"samples file: there are values 0 and values -1: samples are either 0/1 or -1/+1");
    insta::assert_snapshot!(message("a b\n"), @"samples file: the file ends before the first sample");
    insta::assert_snapshot!(message("a a\n0 1\n"), @"samples line 1: two variables are called `a`");
    insta::assert_snapshot!(message("a b\n0 1 1\n"), @"samples line 2: sample 0 has 3 values, but 2 are expected");
    insta::assert_snapshot!(message("0 1\n0 2\n"), @"samples line 2: sample 1 has value `2` for variable 1, but values are -1, 0 and 1");
    insta::assert_snapshot!(message("0 1\n0\n"), @"samples line 2: sample 1 has 1 values, but 2 are expected");
    insta::assert_snapshot!(message("[[0, 1],\n [0, 2]]"), @"samples file: sample 1 has value `2` for variable 1, but values are -1, 0 and 1");
    insta::assert_snapshot!(message("[[0, 1],\n [0, 0.5]]"), @"samples line 2, column 8: invalid value: floating point `0.5`, expected an integer, a text, a list or an object");
    insta::assert_snapshot!(message("[[0, 1], [0]]"), @"samples file: sample 1 has 1 values, but 2 are expected");
    insta::assert_snapshot!(message("[[0, 1], 0]"), @"samples file: `0` where a list of values should be");
    insta::assert_snapshot!(message("[0, \"a\"]"), @"samples file: sample 0 has value `a` for variable 1, but values are -1, 0 and 1");
    insta::assert_snapshot!(message("[0, 1"), @"samples line 1, column 5: EOF while parsing a list");
    insta::assert_snapshot!(message("{\"a\": 0, \"a\": 1}"), @"samples line 1, column 16: the key `a` is given twice");
    insta::assert_snapshot!(message("[{\"a\": 0}, {\"b\": 1}]"), @"samples file: sample 1 has no value for `a`");
    insta::assert_snapshot!(message("[{\"a\": 0}, {\"a\": 1, \"b\": 1}]"), @"samples file: sample 1 has 2 values, but 1 are expected");
    insta::assert_snapshot!(message("{\"samples\": [[0]], \"labels\": [\"a\", \"b\"]}"), @"samples file: sample 0 has 1 values, but 2 are expected");
    insta::assert_snapshot!(message("{\"samples\": [[0, 1]], \"labels\": [\"a\", \"a\"]}"), @"samples file: two variables are called `a`");
    insta::assert_snapshot!(message("{\"samples\": [{\"a\": 0}], \"labels\": [\"a\"]}"), @"samples file: labels given twice");
    insta::assert_snapshot!(message("{\"samples\": [[0]], \"energies\": [1]}"), @"samples file: `energies` where `samples` or `labels` should be");
    insta::assert_snapshot!(message("{\"labels\": [\"a\"]}"), @"samples file: missing field `samples`");
    insta::assert_snapshot!(changed("\"SampleSet\"", "\"BinaryQuadraticModel\""), @"samples file: an object of type `BinaryQuadraticModel`, but `SampleSet` is read here");
    insta::assert_snapshot!(changed("3.2.0", "2.0.0"), @"samples file: version 2.0.0 of the format, but sampleset_schema 3 is read here");
    insta::assert_snapshot!(changed("\"use_bytes\": false", "\"use_bytes\": true"), @"samples file: arrays of raw bytes are not read: `use_bytes: true` (hint: write the file with `to_serializable(use_bytes=False)`)");
    insta::assert_snapshot!(changed("BINARY", "INTEGER"), @"samples line 1, column 554: unknown variant `INTEGER`, expected `SPIN` or `BINARY`");
    insta::assert_snapshot!(changed("BINARY", "SPIN"), @"samples file: sample 0 has value `0` for variable 0, but values are -1 and 1");
    insta::assert_snapshot!(changed("[1, 0, 1]", "[1, 0]"), @"samples file: sample 1 has 2 values, but 3 are expected");
    insta::assert_snapshot!(changed("[1, 0, 1]", "[1, 0, 1000]"), @"samples file: invalid value: integer `1000`, expected i8");
    insta::assert_snapshot!(changed("\"num_rows\": 2", "\"num_rows\": 3"), @"samples file: samples: 3 declared, but 2 found");
    insta::assert_snapshot!(changed("\"num_variables\": 3", "\"num_variables\": 1000000000"), @"samples file: variable labels: 1000000000 declared, but 3 found");
    insta::assert_snapshot!(changed("\"data\": [2, 1]", "\"data\": [2]"), @"samples file: numbers of occurrences: 2 declared, but 1 found");
    insta::assert_snapshot!(message(&packed().replace("[6]", "[6, 0]")), @"samples file: packed sample 0 has 2 words, but 1 are expected");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_samples(&bytes, &ReadOptions::default());
    }

    #[test]
    fn no_text_of_the_right_letters_panics(text in "[\\[\\]{}:,\"\n a01.-]{0,60}") {
        let _ = read_samples(text.as_bytes(), &ReadOptions::default());
    }

    #[test]
    fn written_samples_are_read_back(samples in prop::collection::vec(prop::collection::vec(prop::bool::ANY, 5), 0..5)) {
        let bqm = BqmBuilder::new(Vartype::Binary, 5).build().unwrap();
        let rows: Vec<Vec<i8>> = samples.iter().map(|row| row.iter().map(|&bit| i8::from(bit)).collect()).collect();
        let set = SampleSet::from_samples(&bqm, &rows).unwrap();
        let mut out = Vec::new();
        write_samples(&set, Vartype::Binary, None, &mut out).unwrap();
        prop_assert_eq!(read_samples(&out, &ReadOptions::default()).unwrap().rows, rows);
    }
}
