use proptest::prelude::*;

use crate::dataset::error::refusal;
use crate::dataset::{ColumnValues, DatasetError, LabelColumn, Limits, ReadOptions, Table, read_bytes};

fn read(text: &str) -> Result<Table, DatasetError> {
    read_bytes(text.as_bytes(), "a.csv", &ReadOptions::default())
}

fn read_with(text: &str, options: ReadOptions) -> Result<Table, DatasetError> {
    read_bytes(text.as_bytes(), "a.csv", &options)
}

fn names(table: &Table) -> Vec<&str> {
    table.columns().iter().map(|column| column.name.as_str()).collect()
}

#[test]
fn numbers_categories_and_labels_are_told_apart() {
    let table = read("\u{feff}size,\"main, colour\", label\n1.5,red,yes\r\n\r\n-2,\"blue\",no\n").unwrap();
    assert_eq!(names(&table), ["size", "main, colour"]);
    assert_eq!(table.columns()[0].values, ColumnValues::Numeric(vec![1.5, -2.0]));
    let ColumnValues::Categorical { codes, categories } = &table.columns()[1].values else { panic!() };
    assert_eq!((codes.as_slice(), categories.as_slice()), (&[1, 0][..], &["blue".to_owned(), "red".to_owned()][..]));
    assert_eq!(table.labels().unwrap(), ["yes", "no"]);
}

#[test]
fn columns_without_names_are_named_by_position() {
    let table = read("1;2;3\n4;5;6\n").unwrap();
    assert_eq!(names(&table), ["1", "2"]);
    assert_eq!(table.labels().unwrap(), ["3", "6"]);
}

#[test]
fn the_label_is_found_by_name_and_by_position() {
    let text = "a,b,c\n1,2,3\n4,5,6\n";
    for (label, expected) in [("first", ["1", "4"]), ("last", ["3", "6"]), ("2", ["2", "5"]), ("b", ["2", "5"])] {
        let options = ReadOptions { label: Some(label.parse().unwrap()), ..ReadOptions::default() };
        assert_eq!(read_with(text, options).unwrap().labels().unwrap(), expected);
    }
    let options = ReadOptions { label: Some(LabelColumn::None), ..ReadOptions::default() };
    let table = read_with(text, options).unwrap();
    assert_eq!((table.num_columns(), table.labels()), (3, None));
}

#[test]
fn header_and_separator_can_be_given() {
    let options = ReadOptions { header: Some(false), separator: Some(b'|'), ..ReadOptions::default() };
    assert_eq!(read_with("a|1\nb|2\n", options).unwrap().num_rows(), 2);
}

#[test]
fn a_column_of_numbers_can_be_taken_as_categories() {
    let options = ReadOptions { categorical: vec!["a".into()], ..ReadOptions::default() };
    let table = read_with("a,y\n1,0\nx,1\n", options).unwrap();
    assert!(matches!(table.columns()[0].values, ColumnValues::Categorical { .. }));
}

#[test]
fn every_fault_is_refused_with_its_line_and_cell() {
    insta::assert_snapshot!(refusal(read("a,b\n1,2\n\n3,4,5\n")), @r#"
    a.csv, line 4, column 3: the number of cells is 3, in the first line it is 2
    hint: check the separator, and quotes that are not closed
    "#);
    insta::assert_snapshot!(refusal(read("a,b\r\n1,2\r\n3\r\n")), @r#"
    a.csv, line 3, column 2: the number of cells is 1, in the first line it is 2
    hint: check the separator, and quotes that are not closed
    "#);
    insta::assert_snapshot!(refusal(read("a,b\n1,2\n,4\n")), @r#"
    a.csv: 1 missing value in 1 of 2 rows: "a" 1 (line 3)
    hint: fill the cells or drop the columns; missing values are not imputed
    "#);
    insta::assert_snapshot!(refusal(read("a,b\n1,2\n3,?\n")), @r#"
    a.csv: 1 missing value in 1 of 2 rows: "b" 1 (line 3)
    hint: remove the rows without a label; missing values are not imputed
    "#);
    insta::assert_snapshot!(refusal(read("a,b\n1,2\ninf,4\n")), @r#"a.csv, line 3, column 1: "inf" in the column "a" is not a finite number"#);
    insta::assert_snapshot!(refusal(read("a,b\n1,2\n1e400,4\n")), @r#"a.csv, line 3, column 1: "1e400" in the column "a" is not a finite number"#);
    insta::assert_snapshot!(refusal(read("a,b\n1,2\n1o,4\n")), @r#"
    a.csv, line 3, column 1: "1o" in the column "a" is not a number, unlike the cell in line 2
    hint: correct the cell, or declare the column "a" categorical
    "#);
    insta::assert_snapshot!(refusal(read("a,b\nx,2\n1,4\n")), @r#"
    a.csv, line 3, column 1: "1" in the column "a" is a number, unlike the cell in line 2
    hint: correct the cell, or declare the column "a" categorical
    "#);
    insta::assert_snapshot!(refusal(read("a,a,y\n1,2,3\n")), @r#"
    a.csv: two columns are named "a"
    hint: rename one of them, or drop it by its position
    "#);
    insta::assert_snapshot!(refusal(read_bytes(b"a,b\n1,\xff\n", "a.csv", &ReadOptions::default())), @"a.csv, line 2, column 2: the text is not UTF-8");
}

#[test]
fn all_missing_values_are_counted_in_one_message() {
    let text =
        "id,age,job,y\r\n\r\n1,,clerk,0\r\n2,NA,?,1\r\n3,\"\",cook,1\r\n4,  ,n/a,0\r\n5,7,cook,1\r\n6,NaN,null,0\r\n";
    insta::assert_snapshot!(refusal(read(text)), @r#"
    a.csv: 8 missing values in 5 of 6 rows: "age" 5 (lines 3, 4, 5, ...), "job" 3 (lines 4, 6, 8)
    hint: fill the cells or drop the columns; missing values are not imputed
    "#);
    let DatasetError::Missing { missing, .. } = read(text).unwrap_err() else { panic!() };
    assert_eq!((missing.columns[1].position, missing.columns[1].is_label), (3, false));
    let wide: String = (0..3).map(|_| format!("{}1\n", ",".repeat(20))).collect();
    insta::assert_snapshot!(refusal(read(&wide)), @r#"
    a.csv: 60 missing values in 3 of 3 rows: "1" 3 (lines 1, 2, 3), "2" 3 (lines 1, 2, 3), "3" 3 (lines 1, 2, 3), "4" 3 (lines 1, 2, 3), "5" 3 (lines 1, 2, 3), "6" 3 (lines 1, 2, 3), "7" 3 (lines 1, 2, 3), "8" 3 (lines 1, 2, 3) and 12 more columns
    hint: fill the cells or drop the columns; missing values are not imputed
    "#);
    insta::assert_snapshot!(refusal(read("a,label\n1,\n2,\n")), @r#"
    a.csv: 2 missing values in 2 of 2 rows: "label" 2 (lines 2, 3)
    hint: remove the rows without a label; missing values are not imputed
    "#);
}

#[test]
fn the_kind_of_a_column_comes_from_its_first_value_that_is_there() {
    insta::assert_snapshot!(refusal(read("a,b,y\n,1,0\n5,1,0\nx,1,0\n")), @r#"
    a.csv, line 4, column 1: "x" in the column "a" is not a number, unlike the cell in line 3
    hint: correct the cell, or declare the column "a" categorical
    "#);
}

#[test]
fn a_label_that_two_columns_could_be_is_refused() {
    let options = ReadOptions { label: Some("y".parse().unwrap()), ..ReadOptions::default() };
    insta::assert_snapshot!(refusal(read_with("y,a,y\n1,2,3\n", options)), @r#"
    a.csv, line 1, column 1: several columns are named "y", so the label column is ambiguous
    hint: give the position of the label column, from 1
    "#);
}

#[test]
fn files_without_rows_or_columns_are_refused() {
    insta::assert_snapshot!(refusal(read("")), @"a.csv: there are no rows");
    insta::assert_snapshot!(refusal(read("a,label\n")), @"a.csv: there are no rows");
    insta::assert_snapshot!(refusal(read("1\n2\n")), @"a.csv: there are no feature columns");
}

#[test]
fn a_column_that_is_not_there_is_refused() {
    let label = |text: &str| ReadOptions { label: Some(text.parse().unwrap()), ..ReadOptions::default() };
    insta::assert_snapshot!(refusal(read_with("a,b\n1,2\n", label("c"))), @r#"
    a.csv, line 1, column 1: there is no column "c"; the columns are a, b
    hint: name a column of the header, a position from 1, first, last or none
    "#);
    insta::assert_snapshot!(refusal(read_with("a,b\n1,2\n", label("3"))), @r#"
    a.csv, line 1, column 1: there is no column "3"; the columns are a, b
    hint: name a column of the header, a position from 1, first, last or none
    "#);
    let options = ReadOptions { categorical: vec!["c".into()], ..ReadOptions::default() };
    insta::assert_snapshot!(refusal(read_with("a,b\n1,2\n", options)), @r#"
    a.csv, line 1, column 1: there is no column "c"; the columns are a, b
    hint: name a column of the header, a position from 1, first, last or none
    "#);
}

#[test]
fn too_many_cells_are_refused() {
    let limits = Limits { cells: 3, ..Limits::default() };
    insta::assert_snapshot!(refusal(read_with("1,2\n3,4\n", ReadOptions { limits, ..ReadOptions::default() })), @r#"
    a.csv: over the limit of 3 cells (rows × columns): at least 4
    hint: check the ids or the header of the file; tables are stored densely in memory
    "#);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_bytes(&bytes, "a.csv", &ReadOptions::default());
    }

    #[test]
    fn no_text_like_it_makes_it_panic(text in "([-0-9a.,;\"\t\r?]{0,9}\n){0,6}") {
        let _ = read(&text);
    }
}
