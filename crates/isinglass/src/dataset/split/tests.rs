use super::*;
use crate::dataset::builtin;
use crate::dataset::error::refusal;

fn prepare(name: &str, options: SplitOptions) -> Result<Split, DatasetError> {
    Split::prepare(builtin(name, 0).unwrap(), &options, &ReadOptions::default())
}

#[test]
fn without_options_all_rows_are_for_training() {
    let split = prepare("parity:3", SplitOptions::default()).unwrap();
    assert_eq!((split.train, split.test, split.test_rows), (builtin("parity:3", 0).unwrap(), None, None));
}

#[test]
fn test_rows_can_be_the_end_of_the_order() {
    let (order, test) = (Order::Numpy(2), TestSource::Fraction(0.25));
    let options = SplitOptions { order, test, test_order: TestOrder::Last, ..SplitOptions::default() };
    let split = prepare("parity:5", options).unwrap();
    let order = Order::Numpy(2).indices(32);
    let table = builtin("parity:5", 0).unwrap();
    assert_eq!(split.train, table.select_rows(&order[..24]).unwrap());
    assert_eq!(split.test, Some(table.select_rows(&order[24..]).unwrap()));
    assert_eq!(split.test_rows.unwrap().to_string(), "the last rows");
}

/// Rows `0, 1, 2, ...` with these labels.
fn labelled(labels: &[&str]) -> Table {
    let values = (0..labels.len()).map(|row| row as f64).collect();
    let column = crate::dataset::Column { name: "row".into(), values: crate::dataset::ColumnValues::Numeric(values) };
    Table::new(vec![column], Some(labels.iter().map(|&label| label.to_owned()).collect()), "rows").unwrap()
}

fn numbers(table: &Table) -> Vec<usize> {
    let crate::dataset::ColumnValues::Numeric(values) = &table.columns()[0].values else { panic!() };
    values.iter().map(|&value| value as usize).collect()
}

fn drawn(labels: &[&str], fraction: f64, seed: u64) -> Result<Split, DatasetError> {
    let options = SplitOptions { test: TestSource::Fraction(fraction), seed, ..SplitOptions::default() };
    Split::prepare(labelled(labels), &options, &ReadOptions::default())
}

#[test]
fn test_rows_are_drawn_from_each_class_in_proportion() {
    let labels: Vec<&str> = [["a"; 60].as_slice(), &["b"; 30], &["c"; 10]].concat();
    let split = drawn(&labels, 0.2, 7).unwrap();
    let (train, test) = (numbers(&split.train), numbers(split.test.as_ref().unwrap()));
    let count = |rows: &[usize], class: std::ops::Range<usize>| rows.iter().filter(|row| class.contains(row)).count();
    assert_eq!([0..60, 60..90, 90..100].map(|class| count(&test, class)), [12, 6, 2]);
    assert!(train.is_sorted() && test.is_sorted(), "rows keep their order");
    let mut all = [train, test.clone()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
    assert_eq!(split.test_rows, Some(TestRows::Stratified { seed: 7 }));
    assert_eq!(numbers(&drawn(&labels, 0.2, 7).unwrap().test.unwrap()), test, "the same seed draws the same rows");
    assert_ne!(numbers(&drawn(&labels, 0.2, 8).unwrap().test.unwrap()), test);
}

#[test]
fn every_class_keeps_a_row_for_training() {
    for fraction in [0.1, 0.3, 0.5, 0.9] {
        let labels = ["a", "b", "b", "c", "c", "c", "c", "c", "c", "c"];
        let split = drawn(&labels, fraction, 0).unwrap();
        let classes: std::collections::BTreeSet<&String> = split.train.labels().unwrap().iter().collect();
        assert_eq!(classes.len(), 3, "{fraction}");
        let expected = ((10.0 * fraction).round() as usize).min(7);
        assert_eq!(split.test.unwrap().num_rows(), expected, "{fraction}");
    }
    insta::assert_snapshot!(refusal(drawn(&["a", "b", "c"], 0.5, 0)), @r#"
    no class has two rows, so none of the 3 rows can be drawn for testing
    hint: use more rows, or take the last rows for testing
    "#);
}

#[test]
fn rows_without_labels_are_drawn_at_random() {
    let table = labelled(&["a"; 20]);
    let table = Table::new(table.columns().to_vec(), None, "rows").unwrap();
    let options = SplitOptions { test: TestSource::Fraction(0.25), seed: 3, ..SplitOptions::default() };
    let split = Split::prepare(table, &options, &ReadOptions::default()).unwrap();
    assert_eq!((split.train.num_rows(), split.test_rows), (15, Some(TestRows::Random { seed: 3 })));
}

#[test]
fn the_limit_comes_before_the_division() {
    let options = SplitOptions { limit: Some(20), test: TestSource::Fraction(0.2), ..SplitOptions::default() };
    let split = prepare("digits", options).unwrap();
    assert_eq!((split.train.num_rows(), split.test.unwrap().num_rows()), (16, 4));
}

#[test]
fn classes_are_kept_in_both_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.csv");
    std::fs::write(&path, "1,3\n2,8\n3,5\n").unwrap();
    let options = SplitOptions {
        classes: Some(vec!["3".into(), "8".into()]),
        test: TestSource::File { path, labels: None },
        limit: Some(20),
        ..SplitOptions::default()
    };
    let split = prepare("digits", options).unwrap();
    assert!(split.train.labels().unwrap().iter().all(|label| ["3", "8"].contains(&label.as_str())));
    assert_eq!((split.train.num_rows(), split.test.unwrap().labels().unwrap().len()), (20, 2));
}

#[test]
fn divisions_that_leave_no_rows_are_refused() {
    let refused = |options| refusal(prepare("parity:2", options));
    let fraction = |fraction| SplitOptions { test: TestSource::Fraction(fraction), ..SplitOptions::default() };
    insta::assert_snapshot!(refused(fraction(1.5)), @"the test fraction is 1.5; it must be above 0 and below 1");
    insta::assert_snapshot!(refused(fraction(f64::NAN)), @"the test fraction is NaN; it must be above 0 and below 1");
    insta::assert_snapshot!(refused(fraction(0.01)), @r#"
    a test fraction of 0.01 of 4 rows leaves 4 for training and 0 for testing
    hint: use more rows or another fraction
    "#);
    insta::assert_snapshot!(refused(fraction(0.99)), @r#"
    a test fraction of 0.99 of 4 rows leaves 0 for training and 4 for testing
    hint: use more rows or another fraction
    "#);
    insta::assert_snapshot!(refused(SplitOptions { limit: Some(0), ..SplitOptions::default() }), @"the limit on rows is 0; it must be at least 1");
}

#[test]
fn sources_are_read_from_text() {
    assert_eq!("none".parse::<TestSource>().unwrap(), TestSource::None);
    assert_eq!("0.2".parse::<TestSource>().unwrap(), TestSource::Fraction(0.2));
    assert_eq!("a1a.t".parse::<TestSource>().unwrap(), TestSource::File { path: "a1a.t".into(), labels: None });
    insta::assert_snapshot!(refusal("".parse::<TestSource>()), @r#""" is not a source of test rows: none, a fraction or a path"#);
}

#[test]
fn rows_beyond_the_limit_are_fitted_to_but_test_rows_are_not() {
    let table = builtin("parity:3", 0).unwrap();
    let options = |limit, test| SplitOptions { limit, test, ..SplitOptions::default() };
    let prepare = |limit, test| Split::prepare(table.clone(), &options(limit, test), &ReadOptions::default()).unwrap();
    let limited = prepare(Some(2), TestSource::None);
    assert_eq!((limited.train.num_rows(), limited.fitted_on().num_rows()), (2, 8));
    let with_test = prepare(Some(4), TestSource::Fraction(0.5));
    assert_eq!((with_test.train.num_rows(), with_test.fitted_on().num_rows()), (2, 6));
    let whole = prepare(None, TestSource::Fraction(0.25));
    assert_eq!((whole.train.num_rows(), whole.fitted_on().num_rows()), (6, 6));
}
