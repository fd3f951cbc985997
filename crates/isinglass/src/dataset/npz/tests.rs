use std::io::Write;

use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::dataset::error::refusal;
use crate::dataset::{Limits, read_bytes};

/// An array of bytes in NPY form.
fn bytes_array(shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn archive(arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, array) in arrays {
        writer.start_file(format!("{name}.npy"), SimpleFileOptions::default()).unwrap();
        writer.write_all(array).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn two_rows() -> Vec<u8> {
    bytes_array("(2, 2)", &[1, 2, 3, 4])
}

#[test]
fn the_usual_names_are_found() {
    let bytes = archive(&[("x_train", two_rows()), ("y_train", bytes_array("(2,)", &[5, 6]))]);
    let table = read_bytes(&bytes, "a.npz", &ReadOptions::default()).unwrap();
    assert_eq!((table.num_columns(), table.labels().unwrap()), (2, &["5".to_owned(), "6".to_owned()][..]));
}

#[test]
fn arrays_can_be_named() {
    let bytes = archive(&[("train", two_rows()), ("t", bytes_array("(2, 1)", &[5, 6])), ("y", two_rows())]);
    let options =
        ReadOptions { features_array: Some("train".into()), labels_array: Some("t".into()), ..ReadOptions::default() };
    assert_eq!(read_bytes(&bytes, "a.npz", &options).unwrap().labels().unwrap(), ["5", "6"]);
}

#[test]
fn features_alone_have_no_labels() {
    let table = read_bytes(&archive(&[("X", two_rows())]), "a.npz", &ReadOptions::default()).unwrap();
    assert_eq!(table.labels(), None);
}

#[test]
fn what_is_not_there_is_refused() {
    let refused = |bytes: &[u8], options| refusal(read_bytes(bytes, "a.npz", &options));
    insta::assert_snapshot!(refused(&archive(&[("a", two_rows()), ("b", two_rows())]), ReadOptions::default()), @r#"
    a.npz: there is no array "X" or "x" or "data" or "x_train"; the file has "a", "b"
    hint: say which array holds the features and which the labels
    "#);
    insta::assert_snapshot!(refused(&archive(&[]), ReadOptions::default()), @r#"a.npz: there is no array "X" or "x" or "data" or "x_train"; the file has none"#);
    let options = ReadOptions { labels_array: Some("z".into()), ..ReadOptions::default() };
    insta::assert_snapshot!(refused(&archive(&[("X", two_rows())]), options), @r#"
    a.npz: there is no array "z"; the file has "X"
    hint: say which array holds the features and which the labels
    "#);
    let labels = bytes_array("(3,)", &[1, 2, 3]);
    insta::assert_snapshot!(refused(&archive(&[("X", two_rows()), ("y", labels)]), ReadOptions::default()), @r#"
    a.npz: the number of labels is 3, the number of rows 2
    hint: check that the labels belong to these rows
    "#);
    insta::assert_snapshot!(refused(&archive(&[("X", two_rows()), ("y", two_rows())]), ReadOptions::default()), @r#"
    a.npz:y: an array of the shape [2, 2] is not a list of labels
    hint: labels have one dimension
    "#);
    insta::assert_snapshot!(refused(&archive(&[("X", bytes_array("(9, 9)", &[]))]), ReadOptions::default()), @r#"
    a.npz:X, byte 70: an array of the shape [9, 9] needs 81 bytes of values, the file has 0
    hint: the file may have been cut short; save it again
    "#);
}

#[test]
fn a_damaged_archive_is_refused() {
    let mut bytes = archive(&[("X", two_rows())]);
    bytes.truncate(bytes.len() - 10);
    let message = refusal(read_bytes(&bytes, "a.npz", &ReadOptions::default()));
    assert!(message.starts_with("a.npz: the zip archive is damaged or cut short"), "{message}");
}

#[test]
fn an_array_that_unpacks_beyond_the_limit_is_refused() {
    let bytes = archive(&[("X", bytes_array("(1000, 1000)", &vec![0; 1_000_000]))]);
    let limits = Limits { bytes: 100_000, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    insta::assert_snapshot!(refusal(read_bytes(&bytes, "a.npz", &options)), @r#"
    a.npz:X: over the limit of 100000 bytes: at least 100001
    hint: if the file is what you expect, split it, or use a machine with more memory
    "#);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [b"PK\x03\x04".as_slice(), &bytes].concat();
        let _ = read_bytes(&bytes, "a.npz", &ReadOptions::default());
    }

    #[test]
    fn no_changed_byte_makes_it_panic(place in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = archive(&[("X", two_rows()), ("y", bytes_array("(2,)", &[5, 6]))]);
        let place = place.index(bytes.len());
        bytes[place] = byte;
        let _ = read_bytes(&bytes, "a.npz", &ReadOptions::default());
    }
}
