use super::*;
use crate::dataset::builtin;
use crate::dataset::error::refusal;

fn prepare(name: &str, options: SplitOptions) -> Result<Split, DatasetError> {
    Split::prepare(builtin(name, 0).unwrap(), &options, &ReadOptions::default())
}

#[test]
fn without_options_all_rows_are_for_training() {
    let split = prepare("parity:3", SplitOptions::default()).unwrap();
    assert_eq!((split.train, split.test), (builtin("parity:3", 0).unwrap(), None));
}

#[test]
fn test_rows_are_the_end_of_the_order() {
    let options = SplitOptions { order: Order::Numpy(2), test: TestSource::Fraction(0.25), ..SplitOptions::default() };
    let split = prepare("parity:5", options).unwrap();
    let order = Order::Numpy(2).indices(32);
    let table = builtin("parity:5", 0).unwrap();
    assert_eq!(split.train, table.select_rows(&order[..24]).unwrap());
    assert_eq!(split.test, Some(table.select_rows(&order[24..]).unwrap()));
}

#[test]
fn the_limit_comes_before_the_division() {
    let options = SplitOptions { limit: Some(10), test: TestSource::Fraction(0.2), ..SplitOptions::default() };
    let split = prepare("digits", options).unwrap();
    assert_eq!((split.train.num_rows(), split.test.unwrap().num_rows()), (8, 2));
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
