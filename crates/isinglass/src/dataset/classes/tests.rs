use super::*;
use crate::dataset::error::refusal;
use crate::dataset::{PipelineOptions, ReadOptions, read_bytes};

/// A table of one column and these labels.
fn with_labels(labels: &[&str]) -> Table {
    let text: String = labels.iter().enumerate().map(|(row, label)| format!("{row},{label}\n")).collect();
    read_bytes(text.as_bytes(), "a.csv", &ReadOptions::default()).unwrap()
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn numbers_are_ordered_by_value_and_texts_alphabetically() {
    assert_eq!(Classes::fit(&with_labels(&["10", "9", "-1"])).unwrap().names(), ["-1", "9", "10"]);
    assert_eq!(Classes::fit(&with_labels(&["b", "a", "b"])).unwrap().names(), ["a", "b"]);
    let mut mixed = owned(&["9", "b", "10"]);
    sort_naturally(&mut mixed);
    assert_eq!(mixed, ["10", "9", "b"]);
}

#[test]
fn labels_become_indices_however_they_are_written() {
    let classes = Classes::fit(&with_labels(&["-1", "+1"])).unwrap();
    assert_eq!(classes.encode(&with_labels(&["1.0", "-1", "+1"])).unwrap(), [1, 0, 1]);
    assert_eq!((classes.index_of("+1.0"), classes.index_of("2")), (Some(1), None));
}

#[test]
fn classes_to_keep_select_rows_in_their_order() {
    let table = with_labels(&["8", "3", "5", "8"]).keep_classes(&owned(&["8", "3"])).unwrap();
    assert_eq!(table.labels().unwrap(), ["8", "3", "8"]);
    assert_eq!(Classes::fit(&table).unwrap().names(), ["3", "8"]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let table = with_labels(&["3", "8", "5"]);
    let classes = Classes::fit(&table).unwrap();
    insta::assert_snapshot!(refusal(classes.encode(&with_labels(&["3", "4"]))), @r#"
    a.csv: row 2 has the label "4", which is not a class of the training rows (3, 5, 8)
    hint: keep only classes that the training rows have, or train on more rows
    "#);
    insta::assert_snapshot!(refusal(Classes::fit(&with_labels(&["3", "3"]))), @r#"
    there must be at least two classes; there is only "3"
    hint: check the label column and the choice of classes
    "#);
    insta::assert_snapshot!(refusal(table.keep_classes(&owned(&["3", "9"]))), @r#"a.csv: no row has the label "9"; the labels are 3, 5, 8"#);
    insta::assert_snapshot!(refusal(table.keep_classes(&owned(&["3", "3.0"]))), @r#"the class "3" is listed twice"#);
    insta::assert_snapshot!(refusal(table.keep_classes(&owned(&[]))), @r#"
    there must be at least two classes; there is none
    hint: check the label column and the choice of classes
    "#);
    let unlabelled = Table::new(table.columns().to_vec(), None, "memory").unwrap();
    insta::assert_snapshot!(refusal(Classes::fit(&unlabelled)), @r#"
    memory: the rows have no labels
    hint: say which column is the label, or give a file of labels
    "#);
}

#[test]
fn stored_classes_are_checked_when_they_are_read() {
    let classes: Classes = serde_json::from_str(r#"["10", "9"]"#).unwrap();
    assert_eq!(serde_json::to_string(&classes).unwrap(), r#"["9","10"]"#);
    insta::assert_snapshot!(serde_json::from_str::<Classes>(r#"["1"]"#).unwrap_err(), @r#"there must be at least two classes; there is only "1""#);
}

#[test]
fn a_table_becomes_a_data_set() {
    let table = with_labels(&["no", "yes", "yes", "no"]);
    let pipeline = Pipeline::fit(&table, &PipelineOptions::default()).unwrap();
    let dataset = Dataset::encode(&table, &pipeline, &Classes::fit(&table).unwrap()).unwrap();
    assert_eq!(dataset.labels, [0, 1, 1, 0]);
    assert_eq!((dataset.classes, dataset.input_names), (owned(&["no", "yes"]), owned(&["1"])));
    assert_eq!((0..4).map(|row| dataset.inputs.spin(row, 0)).collect::<Vec<_>>(), [-1, -1, 1, 1]);
}

#[test]
fn labels_that_are_measurements_or_names_are_refused() {
    let fit = |label: &dyn Fn(usize) -> String, num_rows: usize| {
        let text: String = (0..num_rows).map(|row| format!("{},{}\n", row % 7, label(row))).collect();
        let options = ReadOptions { header: Some(false), ..ReadOptions::default() };
        Classes::fit(&read_bytes(text.as_bytes(), "a.csv", &options).unwrap())
    };
    assert_eq!(fit(&|row| (row % 50).to_string(), 300).unwrap().names().len(), 50);
    assert_eq!(fit(&|row| format!("word {}", row % 150), 300).unwrap().names().len(), 150);
    insta::assert_snapshot!(refusal(fit(&|row| (row % 51).to_string(), 300)), @"
    a.csv: the label has 51 different numbers in 300 rows, too many for classes (the limit is 50)
    hint: check which column is the label; bin numbers into classes, or list the classes to keep if they are classes
    ");
    insta::assert_snapshot!(refusal(fit(&|row| format!("{row}.25"), 60)), @"
    a.csv: the label has 60 different numbers in 60 rows, too many for classes (the limit is 50)
    hint: check which column is the label; bin numbers into classes, or list the classes to keep if they are classes
    ");
    insta::assert_snapshot!(refusal(fit(&|row| format!("name {row}"), 60)), @"
    a.csv: the label has 60 different texts in 60 rows, too many for classes (the limit is 50)
    hint: check which column is the label; bin numbers into classes, or list the classes to keep if they are classes
    ");
}
