use crate::dataset::error::refusal;
use crate::dataset::{DatasetError, LabelColumn, ReadOptions, Split, SplitOptions, Table, TestSource, read_bytes};

fn dropping(columns: &[&str]) -> ReadOptions {
    ReadOptions { drop: columns.iter().map(|&column| column.to_owned()).collect(), ..ReadOptions::default() }
}

fn read(content: &[u8], name: &str, options: &ReadOptions) -> Result<Table, DatasetError> {
    read_bytes(content, name, options)
}

fn names(table: &Table) -> Vec<&str> {
    table.columns().iter().map(|column| column.name.as_str()).collect()
}

/// An NPY file of 64-bit floats.
fn npy(shape: &str, values: &[f64]) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
    let values = values.iter().flat_map(|value| value.to_le_bytes());
    b"\x93NUMPY\x01\x00"
        .iter()
        .copied()
        .chain((header.len() as u16).to_le_bytes())
        .chain(header.bytes())
        .chain(values)
        .collect()
}

const GAPS: &[u8] = b"size,id,age,job,label\n1,1,,clerk,yes\n2,x7,30,,no\n3,3,,\xff,yes\n";

#[test]
fn a_dropped_column_may_have_gaps_mixtures_and_bytes_that_are_no_text() {
    let table = read(GAPS, "a.csv", &dropping(&["id", "3", "job"])).unwrap();
    assert_eq!((names(&table), table.num_rows()), (vec!["size"], 3));
    assert_eq!(table.dropped_columns(), ["id", "age", "job"]);
}

#[test]
fn columns_are_dropped_from_every_format() {
    let names_of = |content: &[u8], name: &str, drop: &[&str]| {
        let table = read(content, name, &dropping(drop)).unwrap();
        (names(&table).join(" "), table.dropped_columns().join(" "), table.labels().map(<[String]>::len))
    };
    let result = |kept: &str, dropped: &str, labels| (kept.to_owned(), dropped.to_owned(), labels);
    assert_eq!(names_of(b"7,8,9,0\n1,2,3,1\n", "a.csv", &["2"]), result("1 3", "2", Some(2)));
    assert_eq!(names_of(b"1 1:5 2:6 3:7\n0 3:1\n", "a.libsvm", &["2"]), result("1 3", "2", Some(2)));
    let matrix = npy("(2, 3)", &[1.0, f64::NAN, 0.0, 2.0, 3.0, 1.0]);
    assert_eq!(names_of(&matrix, "a.npy", &["2"]), result("1", "2", Some(2)));
    let images = [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2][..], &[1, 2, 3, 4]].concat();
    assert_eq!(names_of(&images, "a-ubyte", &["r1c2", "4"]), result("r1c1 r2c1", "r1c2 r2c2", None));
    assert_eq!(read(&images, "a-ubyte", &dropping(&["1"])).unwrap().image_shape(), None);
}

#[test]
fn a_name_is_looked_for_before_a_position() {
    let table = read(b"3,1,2,y\n5,6,7,a\n8,9,10,b\n", "a.csv", &ReadOptions { header: Some(true), ..dropping(&["3"]) });
    assert_eq!(names(&table.unwrap()), ["1", "2"]);
    let unnamed = read(b",b,y\n0,5,a\n1,6,b\n", "a.csv", &dropping(&[""])).unwrap();
    assert_eq!(names(&unnamed), ["b"]);
    let twice = read(b"a,b,a,y\n0,5,1,a\n1,6,1,b\n", "a.csv", &dropping(&["1"])).unwrap();
    assert_eq!(names(&twice), ["b", "a"], "a position drops one of two columns with the same name");
    assert_eq!(names(&read(b"a,b,a,y\n0,5,1,a\n1,6,1,b\n", "a.csv", &dropping(&["a", "a"])).unwrap()), ["b"]);
}

#[test]
fn columns_that_cannot_be_dropped_are_refused() {
    let refused = |drop: &[&str], label: Option<LabelColumn>| {
        refusal(read(b"a,b,y\n1,2,no\n3,4,yes\n", "a.csv", &ReadOptions { label, ..dropping(drop) }))
    };
    insta::assert_snapshot!(refused(&["c"], None), @r#"
    a.csv: cannot drop the column "c": the columns are "a", "b", "y"
    hint: give a column by its name, or by its position from 1
    "#);
    for unknown in ["", "0", "4", "-1", "A"] {
        assert!(refused(&[unknown], None).contains("cannot drop the column"), "{unknown}");
    }
    insta::assert_snapshot!(refused(&["3"], None), @r#"
    a.csv: cannot drop the column "y": it is the label
    hint: the last column is the label unless another one is chosen
    "#);
    assert!(refused(&["a"], Some(LabelColumn::First)).contains("it is the label"));
    insta::assert_snapshot!(refused(&["a", "2"], None), @"
    a.csv: all feature columns are dropped
    hint: drop fewer columns
    ");
    assert!(refused(&["a", "b", "y"], Some(LabelColumn::None)).contains("all feature columns are dropped"));
    let sparse = read(b"1 1:5 2:6\n0 2:1\n", "a.libsvm", &dropping(&["3"]));
    insta::assert_snapshot!(refusal(sparse), @r#"
    a.libsvm: cannot drop the column "3": the columns are "1", "2"
    hint: give a column by its name, or by its position from 1
    "#);
}

#[test]
fn a_test_file_may_lack_what_was_dropped_from_the_training_rows() {
    let folder = tempfile::tempdir().unwrap();
    let train = read(b"id,a,b,y\n,1,2,no\n,3,4,yes\n", "a.csv", &dropping(&["id"])).unwrap();
    for test in ["id,a,b,y\nx,1,2,no\n,3,4,yes\n", "a,b,y\n1,2,no\n3,4,yes\n", "b,note,a,y\n2,?,1,no\n4,,3,yes\n"] {
        let path = folder.path().join("test.csv");
        std::fs::write(&path, test).unwrap();
        let options = SplitOptions { test: TestSource::File { path, labels: None }, ..SplitOptions::default() };
        let split = Split::prepare(train.clone(), &options, &dropping(&["id"])).unwrap();
        assert_eq!(split.test.unwrap().num_rows(), 2, "{test}");
    }
}

#[test]
fn only_the_columns_that_are_needed_are_read() {
    let only = |columns: &[&str]| ReadOptions {
        only: Some(columns.iter().map(|&column| column.to_owned()).collect()),
        ..ReadOptions::default()
    };
    let gaps = b"id,a,b,y\n,1,2,no\n,3,4,yes\n";
    assert_eq!(names(&read(gaps, "a.csv", &only(&["b", "a"])).unwrap()), ["a", "b"]);
    assert!(refusal(read(gaps, "a.csv", &only(&["b", "c"]))).contains("2 missing values"));
}
