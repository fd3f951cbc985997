use proptest::prelude::*;

use crate::dataset::error::refusal;
use crate::dataset::{ColumnValues, LabelColumn, Limits, ReadOptions, Table, read_bytes};

fn read(text: &str) -> Result<Table, crate::dataset::DatasetError> {
    read_bytes(text.as_bytes(), "a.libsvm", &ReadOptions::default())
}

#[test]
fn absent_values_are_zero_and_columns_are_named_by_their_ids() {
    let table = read("# two rows\n+1 2:0.5 3:-1 # a comment\r\n\n-1.0 1:7\n").unwrap();
    assert_eq!(table.labels().unwrap(), ["1", "-1"]);
    let names: Vec<_> = table.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["1", "2", "3"]);
    assert_eq!(table.columns()[0].values, ColumnValues::Numeric(vec![0.0, 7.0]));
    assert_eq!(table.columns()[2].values, ColumnValues::Numeric(vec![-1.0, 0.0]));
    assert!(table.absent_columns_are_zero());
}

#[test]
fn rows_without_labels_are_read_when_asked_for() {
    let options = ReadOptions { label: Some(LabelColumn::None), ..ReadOptions::default() };
    let table = read_bytes(b"1:2\n5 2:1\n", "a.libsvm", &options).unwrap();
    assert_eq!((table.num_rows(), table.labels()), (2, None));
}

#[test]
fn every_fault_is_refused_with_its_line_and_column() {
    insta::assert_snapshot!(refusal(read("1 1:1\n2:1 3:1\n")), @r#"
    a.libsvm, line 2, column 1: the line begins with the feature "2:1", not with a label
    hint: rows without labels can be read with the label column none
    "#);
    insta::assert_snapshot!(refusal(read("1 1:1\nx 3:1\n")), @r#"
    a.libsvm, line 2, column 1: the label "x" is not a finite number
    hint: a line is: label id:value id:value ..., separated by spaces
    "#);
    insta::assert_snapshot!(refusal(read("1,2 1:1\n")), @r#"
    a.libsvm, line 1, column 1: the label "1,2" is not a finite number
    hint: rows with several labels are not supported; if this is CSV, name the format csv
    "#);
    insta::assert_snapshot!(refusal(read("nan 1:1\n")), @r#"
    a.libsvm, line 1, column 1: the label "nan" is not a finite number
    hint: a line is: label id:value id:value ..., separated by spaces
    "#);
    insta::assert_snapshot!(refusal(read("1 1:1 7\n")), @r#"
    a.libsvm, line 1, column 7: "7" is not of the form id:value
    hint: a line is: label id:value id:value ..., separated by spaces
    "#);
    insta::assert_snapshot!(refusal(read("1 0:1\n")), @r#"
    a.libsvm, line 1, column 3: the id "0" is not a positive integer
    hint: ids count from 1
    "#);
    insta::assert_snapshot!(refusal(read("1 -3:1\n")), @r#"
    a.libsvm, line 1, column 3: the id "-3" is not a positive integer
    hint: ids count from 1
    "#);
    insta::assert_snapshot!(refusal(read("1 3:abc\n")), @r#"
    a.libsvm, line 1, column 5: the value "abc" is not a finite number
    hint: a line is: label id:value id:value ..., separated by spaces
    "#);
    insta::assert_snapshot!(refusal(read("1 3:1e999\n")), @r#"
    a.libsvm, line 1, column 5: the value "1e999" is not a finite number
    hint: a line is: label id:value id:value ..., separated by spaces
    "#);
    insta::assert_snapshot!(refusal(read("1 3:1 3:2\n")), @r#"
    a.libsvm, line 1, column 7: the id 3 follows 3; ids must increase along a line
    hint: sort the pairs of the line by id and merge equal ids
    "#);
    insta::assert_snapshot!(refusal(read("1 qid:3 1:2\n")), @r#"
    a.libsvm, line 1, column 3: query ids ("qid:3") are for ranking, which is not supported
    hint: remove the qid: words
    "#);
    insta::assert_snapshot!(refusal(read_bytes(b"1 1:1\n1 \xff", "a.libsvm", &ReadOptions::default())), @"a.libsvm, line 2, column 3: the text is not UTF-8");
    insta::assert_snapshot!(refusal(read("# nothing\n")), @"a.libsvm: there are no rows");
    insta::assert_snapshot!(refusal(read("1\n2\n")), @"a.libsvm: there are no feature columns");
}

#[test]
fn a_huge_id_is_refused_before_memory_is_taken() {
    insta::assert_snapshot!(refusal(read("1 1000000000:1\n")), @r#"
    a.libsvm, line 1, column 3: the id 1000000000 is over the limit of 1048576 columns
    hint: check the id; tables are stored densely in memory
    "#);
    insta::assert_snapshot!(refusal(read("1 99999999999999999999:1\n")), @r#"
    a.libsvm, line 1, column 3: the id "99999999999999999999" is not a positive integer
    hint: ids count from 1
    "#);
    let limits = Limits { cells: 10, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    insta::assert_snapshot!(refusal(read_bytes(b"1 6:1\n1 1:1\n", "a.libsvm", &options)), @r#"
    a.libsvm: over the limit of 10 cells (rows × columns): at least 12
    hint: check the ids or the header of the file; tables are stored densely in memory
    "#);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_bytes(&bytes, "a.libsvm", &ReadOptions::default());
    }

    #[test]
    fn no_text_like_it_makes_it_panic(text in "([-+]?[0-9]{1,2}( [0-9]{1,7}:[-0-9.e]{1,4}){0,4}[ #\n]){0,8}") {
        let _ = read(&text);
    }
}
