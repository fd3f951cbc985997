use proptest::prelude::*;

use super::*;
use crate::dataset::error::refusal;
use crate::dataset::{ColumnValues, LabelColumn, ReadOptions, read_bytes};

/// An NPY file of version 1 with this header and these bytes.
pub(in crate::dataset) fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn header(descr: &str, fortran: &str, shape: &str) -> String {
    format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}          \n")
}

fn values(descr: &str, data: &[u8]) -> Vec<f64> {
    let array = read(&npy(&header(descr, "False", "(2,)"), data), "a.npy", &Limits::default()).unwrap();
    array.values
}

#[test]
fn every_type_and_byte_order_is_read() {
    assert_eq!(values("|b1", &[0, 1]), [0.0, 1.0]);
    assert_eq!(values("|i1", &[255, 1]), [-1.0, 1.0]);
    assert_eq!(values("|u1", &[255, 1]), [255.0, 1.0]);
    assert_eq!(values("<i2", &[254, 255, 0, 1]), [-2.0, 256.0]);
    assert_eq!(values(">u2", &[1, 0, 0, 2]), [256.0, 2.0]);
    assert_eq!(values(">i4", &[255, 255, 255, 255, 0, 0, 0, 3]), [-1.0, 3.0]);
    let both = |a: [u8; 8], b: [u8; 8]| [a, b].concat();
    assert_eq!(values("<i8", &both((-5_i64).to_le_bytes(), 6_i64.to_le_bytes())), [-5.0, 6.0]);
    assert_eq!(values(">u8", &both(5_u64.to_be_bytes(), 6_u64.to_be_bytes())), [5.0, 6.0]);
    assert_eq!(values(">f8", &both(0.1_f64.to_be_bytes(), (-2.5_f64).to_be_bytes())), [0.1, -2.5]);
    assert_eq!(values("<f4", &[1.5_f32.to_le_bytes(), (-0.25_f32).to_le_bytes()].concat()), [1.5, -0.25]);
}

#[test]
fn fortran_order_becomes_c_order() {
    let bytes = npy(&header("|u1", "True", "(2, 3)"), &[1, 4, 2, 5, 3, 6]);
    assert_eq!(read(&bytes, "a.npy", &Limits::default()).unwrap().values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
}

#[test]
fn version_two_has_a_longer_length() {
    let text = header("|u1", "False", "(1, 2)");
    let mut bytes = b"\x93NUMPY\x02\x00".to_vec();
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes.extend([7, 8]);
    assert_eq!(read(&bytes, "a.npy", &Limits::default()).unwrap().values, [7.0, 8.0]);
}

#[test]
fn the_last_column_is_the_label_unless_another_is_chosen() {
    let bytes = npy(&header("|u1", "False", "(2, 3)"), &[1, 2, 3, 4, 5, 6]);
    let table = read_bytes(&bytes, "a.npy", &ReadOptions::default()).unwrap();
    assert_eq!(table.labels().unwrap(), ["3", "6"]);
    assert_eq!(table.columns()[1].values, ColumnValues::Numeric(vec![2.0, 5.0]));
    let options = ReadOptions { label: Some(LabelColumn::Position(1)), ..ReadOptions::default() };
    assert_eq!(read_bytes(&bytes, "a.npy", &options).unwrap().labels().unwrap(), ["1", "4"]);
    let options = ReadOptions { label: Some(LabelColumn::None), ..ReadOptions::default() };
    assert_eq!(read_bytes(&bytes, "a.npy", &options).unwrap().num_columns(), 3);
}

#[test]
fn three_dimensions_are_images() {
    let bytes = npy(&header("|u1", "False", "(1, 2, 2)"), &[1, 2, 3, 4]);
    let table = read_bytes(&bytes, "a.npy", &ReadOptions::default()).unwrap();
    assert_eq!((table.image_shape(), table.labels()), (Some((2, 2)), None));
    assert_eq!(table.columns()[2].name, "r2c1");
}

#[test]
fn damaged_files_are_refused_with_their_byte() {
    let refused = |bytes: &[u8]| refusal(read_bytes(bytes, "a.npy", &ReadOptions::default()));
    insta::assert_snapshot!(refused(b"hello"), @"a.npy, byte 0: this is not an NPY file: it does not begin with the bytes 93 4E 55 4D 50 59");
    insta::assert_snapshot!(refused(b"\x93NUMPY\x01"), @r#"
    a.npy, byte 6: the file ends inside its header
    hint: the file may have been cut short; save it again
    "#);
    insta::assert_snapshot!(refused(b"\x93NUMPY\x09\x00zz"), @"a.npy, byte 6: version 9.0 of the NPY format is not supported; 1.0, 2.0 and 3.0 are");
    insta::assert_snapshot!(refused(b"\x93NUMPY\x01\x00\xff\xff{}"), @r#"
    a.npy, byte 10: the file ends inside its header
    hint: the file may have been cut short; save it again
    "#);
    insta::assert_snapshot!(refused(&npy("{'descr': '<f8'}", &[])), @"a.npy, byte 10: the header is not a dictionary with descr, fortran_order and shape");
    insta::assert_snapshot!(refused(&npy(&header("|O", "False", "(1, 1)"), &[])), @r#"
    a.npy, byte 10: values of the type "|O" are not supported
    hint: save the array as bool, integers, float32 or float64
    "#);
    insta::assert_snapshot!(refused(&npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,)}", &[])), @r#"
    a.npy, byte 10: values of the type "[('a', '<f8')]" are not supported
    hint: save the array as bool, integers, float32 or float64
    "#);
    insta::assert_snapshot!(refused(&npy(&header("<f8", "False", "(1, 2)"), &[0; 15])), @r#"
    a.npy, byte 80: an array of the shape [1, 2] needs 16 bytes of values, the file has 15
    hint: the file may have been cut short; save it again
    "#);
    insta::assert_snapshot!(refused(&npy(&header("<f8", "False", "(1, 1)"), &f64::INFINITY.to_le_bytes())), @"
    a.npy, byte 80: value 0 is infinite
    hint: replace infinite values first
    ");
    insta::assert_snapshot!(refused(&npy(&header("<u8", "False", "(1, 1)"), &u64::MAX.to_le_bytes())), @r#"
    a.npy, byte 80: value 0, 18446744073709551615, cannot be held exactly as a float
    hint: integers up to 2^53 are exact; renumber the values
    "#);
}

#[test]
fn a_huge_shape_is_refused_before_memory_is_taken() {
    let refused =
        |shape| refusal(read_bytes(&npy(&header("|u1", "False", shape), &[0]), "a.npy", &ReadOptions::default()));
    insta::assert_snapshot!(refused("(1000000, 1000000)"), @"a.npy, byte 92: an array of the shape [1000000, 1000000] is over the limit of 268435456 cells");
    insta::assert_snapshot!(refused("(4294967296, 4294967296, 16)"), @"a.npy, byte 102: an array of the shape [4294967296, 4294967296, 16] is over the limit of 268435456 cells");
    insta::assert_snapshot!(refused("(100000000, 2)"), @r#"
    a.npy, byte 88: an array of the shape [100000000, 2] needs 200000000 bytes of values, the file has 1
    hint: the file may have been cut short; save it again
    "#);
    insta::assert_snapshot!(refused("(99999999999999999999999, 2)"), @"a.npy, byte 10: the header is not a dictionary with descr, fortran_order and shape");
}

#[test]
fn arrays_of_other_shapes_are_refused() {
    let refused = |shape, data: &[u8]| {
        refusal(read_bytes(&npy(&header("|u1", "False", shape), data), "a.npy", &ReadOptions::default()))
    };
    insta::assert_snapshot!(refused("(2,)", &[0, 1]), @r#"
    a.npy: an array of the shape [2] is neither rows × columns nor rows of images
    hint: one dimension is a list of labels: read the features, and give this as the labels file
    "#);
    insta::assert_snapshot!(refused("()", &[0]), @"a.npy: an array of the shape [] is neither rows × columns nor rows of images");
    insta::assert_snapshot!(refused("(0, 3)", &[]), @"a.npy: there are no rows");
    insta::assert_snapshot!(refused("(3, 0)", &[]), @"a.npy: there are no feature columns");
    insta::assert_snapshot!(refused("(0, 4294967296, 4294967296)", &[]), @r#"
    a.npy: over the limit of 1048576 columns: at least 18446744073709551615
    hint: check the ids or the header of the file; tables are stored densely in memory
    "#);
    insta::assert_snapshot!(refused("(1, 2, 2, 2)", &[0; 8]), @"a.npy: an array of the shape [1, 2, 2, 2] is neither rows × columns nor rows of images");
    let options = ReadOptions { label: Some("class".parse().unwrap()), ..ReadOptions::default() };
    insta::assert_snapshot!(refusal(read_bytes(&npy(&header("|u1", "False", "(1, 2)"), &[0, 1]), "a.npy", &options)), @r#"
    a.npy: there is no label column "class": the array has the columns 1 to 2, without names
    hint: name the column by its position from 1, or first, last or none
    "#);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [b"\x93NUMPY".as_slice(), &bytes].concat();
        let _ = read_bytes(&bytes, "a.npy", &ReadOptions::default());
    }

    #[test]
    fn no_header_makes_it_panic(
        descr in "[<>|=]?[bifuO?]?[1248]?",
        shape in "\\(?[0-9, ]{0,12}\\)?",
        fortran in "(True|False|T)",
        data in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let bytes = npy(&header(&descr, &fortran, &shape), &data);
        let _ = read_bytes(&bytes, "a.npy", &ReadOptions::default());
    }
}

#[test]
fn nan_is_a_missing_value_and_counted_by_column() {
    let nan = f64::NAN;
    let data: Vec<u8> = [nan, 1.0, 0.0, nan, 2.0, nan].iter().flat_map(|value: &f64| value.to_le_bytes()).collect();
    let read = |label: &str| {
        let options = ReadOptions { label: Some(label.parse().unwrap()), ..ReadOptions::default() };
        read_bytes(&npy(&header("<f8", "False", "(2, 3)"), &data), "a.npy", &options)
    };
    insta::assert_snapshot!(refusal(read("2")), @r#"
    a.npy: 3 missing values in 2 of 2 rows: "1" 2 (rows 1, 2), "3" 1 (row 2)
    hint: fill the cells or drop the columns; missing values are not imputed
    "#);
    assert!(refusal(read("last")).contains("remove the rows without a label"));
    let labels = npy(&header("<f8", "False", "(3,)"), &data[8..32]);
    insta::assert_snapshot!(refusal(crate::dataset::read_labels_bytes(&labels, "y.npy", &ReadOptions::default())), @r#"
    y.npy: 1 missing value in 1 of 3 rows: "labels" 1 (row 3)
    hint: remove the rows without a label; missing values are not imputed
    "#);
}
