use proptest::prelude::*;

use super::*;
use crate::dataset::error::refusal;
use crate::dataset::{ReadOptions, read_bytes, read_labels_bytes};

fn idx(code: u8, sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, sizes.len() as u8];
    sizes.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
    bytes.extend(data);
    bytes
}

#[test]
fn every_type_is_read() {
    let values = |code, data: &[u8]| read(&idx(code, &[2], data), "a", &Limits::default()).unwrap().values;
    assert_eq!(values(0x08, &[255, 1]), [255.0, 1.0]);
    assert_eq!(values(0x09, &[255, 1]), [-1.0, 1.0]);
    assert_eq!(values(0x0b, &[255, 254, 1, 0]), [-2.0, 256.0]);
    assert_eq!(values(0x0c, &[255, 255, 255, 254, 0, 0, 1, 0]), [-2.0, 256.0]);
    assert_eq!(values(0x0d, &[1.5_f32.to_be_bytes(), 2.0_f32.to_be_bytes()].concat()), [1.5, 2.0]);
    assert_eq!(values(0x0e, &[1.5_f64.to_be_bytes(), 2.0_f64.to_be_bytes()].concat()), [1.5, 2.0]);
}

#[test]
fn images_and_labels_are_read() {
    let images = idx(8, &[2, 1, 2], &[1, 2, 3, 4]);
    let table = read_bytes(&images, "images-idx3-ubyte", &ReadOptions::default()).unwrap();
    assert_eq!((table.num_rows(), table.image_shape()), (2, Some((1, 2))));
    let labels = read_labels_bytes(&idx(8, &[2], &[7, 9]), "labels", &ReadOptions::default()).unwrap();
    assert_eq!(labels, ["7", "9"]);
}

#[test]
fn damaged_files_are_refused_with_their_byte() {
    let options = ReadOptions { format: Some(crate::dataset::Format::Idx), ..ReadOptions::default() };
    let refused = |bytes: &[u8]| refusal(read_bytes(bytes, "a-ubyte", &options));
    insta::assert_snapshot!(refused(b""), @"a-ubyte, byte 0: this is not an IDX file: it does not begin with two zero bytes, a type and a number of dimensions");
    insta::assert_snapshot!(refused(b"\x01\x00\x08\x01"), @"a-ubyte, byte 0: this is not an IDX file: it does not begin with two zero bytes, a type and a number of dimensions");
    insta::assert_snapshot!(refused(&[0, 0, 8, 0]), @"a-ubyte, byte 3: this is not an IDX file: it does not begin with two zero bytes, a type and a number of dimensions");
    insta::assert_snapshot!(refused(&[0, 0, 0x0a, 1, 0, 0, 0, 0]), @"a-ubyte, byte 2: 0x0A is not a type of IDX values; 08, 09, 0B, 0C, 0D and 0E are");
    insta::assert_snapshot!(refused(&[0, 0, 8, 3, 0, 0]), @r#"
    a-ubyte, byte 4: the file ends inside its header of 16 bytes
    hint: the file may have been cut short; fetch it again
    "#);
    insta::assert_snapshot!(refused(&idx(8, &[2, 1, 2], &[1, 2, 3])), @r#"
    a-ubyte, byte 16: the sizes [2, 1, 2] need 4 bytes of values, the file has 3
    hint: the file may have been cut short; fetch it again
    "#);
    insta::assert_snapshot!(refused(&idx(8, &[2, 1, 2], &[1, 2, 3, 4, 5])), @r#"
    a-ubyte, byte 16: the sizes [2, 1, 2] need 4 bytes of values, the file has 5
    hint: something was added to the file; fetch it again
    "#);
    insta::assert_snapshot!(refused(&idx(8, &[1_000_000, 1_000_000], &[1])), @"a-ubyte, byte 4: the sizes [1000000, 1000000] are over the limit of 268435456 cells");
    insta::assert_snapshot!(refused(&idx(8, &[u32::MAX; 8], &[1])), @"a-ubyte, byte 4: the sizes [4294967295, 4294967295, 4294967295, 4294967295, 4294967295, 4294967295, 4294967295, 4294967295] are over the limit of 268435456 cells");
    insta::assert_snapshot!(refused(&idx(0x0d, &[1, 1], &f32::INFINITY.to_be_bytes())), @r#"
    a-ubyte, byte 12: value 0 is infinite
    hint: replace infinite values first
    "#);
    insta::assert_snapshot!(refused(&idx(8, &[3], &[1, 2, 3])), @r#"
    a-ubyte: an array of the shape [3] is neither rows × columns nor rows of images
    hint: one dimension is a list of labels: read the features, and give this as the labels file
    "#);
    insta::assert_snapshot!(refused(&idx(8, &[0, 2, 2], &[])), @"a-ubyte: there are no rows");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(code in 7_u8..16, dimensions in 0_u8..5, bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let bytes = [&[0, 0, code, dimensions][..], &bytes].concat();
        let _ = read_bytes(&bytes, "a-ubyte", &ReadOptions::default());
    }

    #[test]
    fn no_sizes_make_it_panic(sizes in proptest::collection::vec(0_u32..4, 0..5), data in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = read_bytes(&idx(8, &sizes, &data), "a-ubyte", &ReadOptions::default());
    }
}
