use super::*;
use crate::dataset::error::refusal;

fn numeric(name: &str, values: &[f64]) -> Column {
    Column { name: name.to_owned(), values: ColumnValues::Numeric(values.to_vec()) }
}

fn categorical(name: &str, codes: &[u32], categories: &[&str]) -> Column {
    let categories = categories.iter().map(|&category| category.to_owned()).collect();
    Column { name: name.to_owned(), values: ColumnValues::Categorical { codes: codes.to_vec(), categories } }
}

fn labels(labels: &[&str]) -> Option<Vec<String>> {
    Some(labels.iter().map(|&label| label.to_owned()).collect())
}

#[test]
fn numeric_labels_have_one_form() {
    for (text, canonical) in [
        ("+1", "1"),
        ("1", "1"),
        ("1.0", "1"),
        ("1e0", "1"),
        ("-0", "0"),
        ("-1.50", "-1.5"),
        ("007", "7"),
        (" a b ", "a b"),
        ("inf", "inf"),
        ("9007199254740993", "9007199254740993"),
    ] {
        assert_eq!(canonical_label(text), canonical);
    }
}

#[test]
fn rows_and_columns_can_be_chosen() {
    let columns = vec![numeric("a", &[1.0, 2.0, 3.0]), categorical("b", &[0, 1, 0], &["x", "y"])];
    let table = Table::new(columns, labels(&["+1", "-1", "1.0"]), "memory").unwrap();
    let rows = table.select_rows(&[2, 0, 2]).unwrap();
    assert_eq!(rows.column("a").unwrap().values, ColumnValues::Numeric(vec![3.0, 1.0, 3.0]));
    assert_eq!(rows.labels().unwrap(), ["1", "1", "1"]);
    assert_eq!(rows.sha256(), table.sha256());
    let columns = table.select_columns(&[1]).unwrap();
    assert_eq!((columns.num_columns(), columns.num_rows()), (1, 3));
    assert!(table.select_rows(&[]).is_err() && table.select_columns(&[]).is_err());
}

#[test]
fn the_hash_tells_tables_apart() {
    let hash = |columns, labels| Table::new(columns, labels, "any").unwrap().sha256().to_owned();
    let one = hash(vec![numeric("a", &[1.0])], None);
    assert_eq!(one.len(), 64);
    assert_eq!(one, hash(vec![numeric("a", &[1.0])], None));
    assert_ne!(one, hash(vec![numeric("a", &[2.0])], None));
    assert_ne!(one, hash(vec![numeric("b", &[1.0])], None));
    assert_ne!(one, hash(vec![numeric("a", &[1.0])], labels(&["1"])));
}

#[test]
fn what_is_no_table_is_refused() {
    let refused = |columns, labels| refusal(Table::new(columns, labels, "memory"));
    insta::assert_snapshot!(refused(vec![], None), @"memory: there are no feature columns");
    insta::assert_snapshot!(refused(vec![numeric("a", &[])], None), @"memory: there are no rows");
    insta::assert_snapshot!(refused(vec![numeric("a", &[1.0]), numeric("a", &[1.0])], None), @r#"
    memory: two columns are named "a"
    hint: rename one of them, or drop it by its position
    "#);
    insta::assert_snapshot!(refused(vec![numeric("a", &[1.0]), numeric("b", &[])], None), @r#"memory: column "b" has 0 values, the table has 1 rows"#);
    insta::assert_snapshot!(refused(vec![numeric("a", &[1.0])], labels(&["1", "2"])), @r#"
    memory: the number of labels is 2, the number of rows 1
    hint: check that the labels belong to these rows
    "#);
    insta::assert_snapshot!(refused(vec![numeric("a", &[1.0, f64::NAN])], None), @r#"
    memory: column "a" holds NaN in row 2; values must be finite
    hint: fill or remove NaN and infinite values first
    "#);
    insta::assert_snapshot!(refused(vec![categorical("a", &[0, 2], &["x", "y"])], None), @r#"memory: column "a" holds the code 2 in row 2, but has 2 categories"#);
}

#[test]
fn a_wrong_image_shape_is_refused() {
    let table = Table::new(vec![numeric("a", &[1.0])], None, "memory").unwrap();
    insta::assert_snapshot!(refusal(table.with_image_shape((2, 2))), @"memory: images of 2x2 pixels need 4 columns, the table has 1");
}
