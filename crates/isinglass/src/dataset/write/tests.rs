use proptest::prelude::*;

use super::*;
use crate::dataset::error::refusal;
use crate::dataset::{Column, ReadOptions, builtin, read_bytes};

fn csv(table: &Table) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_csv(table, &mut bytes).unwrap();
    bytes
}

/// A destination with no room.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn csv_is_names_then_rows_then_labels() {
    let text = String::from_utf8(csv(&builtin("monks-1", 0).unwrap())).unwrap();
    assert!(text.starts_with("a1,a2,a3,a4,a5,a6,label\n1,1,1,1,1,1,1\n1,1,1,1,1,2,1\n"), "{text}");
}

#[test]
fn csv_is_read_back_as_it_was() {
    for name in ["tictactoe", "digits", "parity:3"] {
        let table = builtin(name, 0).unwrap();
        let back = read_bytes(&csv(&table), "a.csv", &ReadOptions::default()).unwrap();
        assert_eq!(back.labels(), table.labels());
        assert_eq!(csv(&back), csv(&table));
    }
    let table = read_bytes(b"1 1:0.5 3:2\n-1 2:1e-300\n", "a.libsvm", &ReadOptions::default()).unwrap();
    let back = read_bytes(&csv(&table), "a.csv", &ReadOptions::default()).unwrap();
    assert_eq!((back.columns(), back.labels()), (table.columns(), table.labels()));
}

#[test]
fn libsvm_leaves_out_zeros_and_keeps_ids() {
    let text = b"1 1:0.5 3:2\n-1 2:1\n";
    let table = read_bytes(text, "a.libsvm", &ReadOptions::default()).unwrap();
    let mut bytes = Vec::new();
    write_libsvm(&table, &mut bytes).unwrap();
    assert_eq!(bytes, text);
    let mut bytes = Vec::new();
    write_libsvm(&table.select_columns(&[1, 2]).unwrap(), &mut bytes).unwrap();
    assert_eq!(bytes, b"1 3:2\n-1 2:1\n");
    let mut bytes = Vec::new();
    write_libsvm(&builtin("parity:1", 0).unwrap(), &mut bytes).unwrap();
    assert_eq!(bytes, b"-1 1:-1\n1 1:1\n");
}

#[test]
fn npz_is_read_back_as_it_was() {
    for name in ["digits", "parity:3"] {
        let table = builtin(name, 0).unwrap();
        let mut bytes = Vec::new();
        write_npz(&table, &mut bytes).unwrap();
        let back = read_bytes(&bytes, "a.npz", &ReadOptions::default()).unwrap();
        assert_eq!((back.image_shape(), back.labels()), (table.image_shape(), table.labels()));
        for (column, other) in table.columns().iter().zip(back.columns()) {
            assert_eq!(column.values, other.values);
        }
        let mut again = Vec::new();
        write_npz(&table, &mut again).unwrap();
        assert_eq!(bytes, again);
    }
}

#[test]
fn tables_a_format_cannot_hold_are_refused() {
    insta::assert_snapshot!(refusal(write_libsvm(&builtin("tictactoe", 0).unwrap(), Vec::new())), @r#"
    cannot write this table as libsvm: the column "top-left" holds categories
    hint: csv can hold it
    "#);
    let table = read_bytes(b"1,a\n2,b\n", "a.csv", &ReadOptions::default()).unwrap();
    insta::assert_snapshot!(refusal(write_npz(&table, Vec::new())), @r#"
    cannot write this table as npz: the label "a" of row 1 is not a number
    hint: csv can hold it
    "#);
}

#[test]
fn a_full_disk_is_an_error() {
    let table = builtin("parity:3", 0).unwrap();
    insta::assert_snapshot!(refusal(write_csv(&table, Full)), @"cannot write the table");
    assert!(write_libsvm(&table, Full).is_err() && write_npz(&table, Full).is_err());
}

proptest! {
    #[test]
    fn numbers_survive_csv_and_libsvm(
        values in proptest::collection::vec(proptest::num::f64::NORMAL | proptest::num::f64::ZERO, 1..20),
    ) {
        let rows = values.len();
        let columns = vec![
            Column { name: "1".into(), values: ColumnValues::Numeric(values) },
            Column { name: "2".into(), values: ColumnValues::Numeric(vec![1.0; rows]) },
        ];
        let table = Table::new(columns, Some(vec!["1".into(); rows]), "memory").unwrap();
        let mut libsvm = Vec::new();
        write_libsvm(&table, &mut libsvm).unwrap();
        for (bytes, name) in [(csv(&table), "a.csv"), (libsvm, "a.libsvm")] {
            let back = read_bytes(&bytes, name, &ReadOptions::default()).unwrap();
            prop_assert_eq!(back.columns(), table.columns());
        }
    }
}
