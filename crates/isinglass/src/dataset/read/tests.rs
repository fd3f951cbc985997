use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;
use crate::dataset::error::refusal;
use crate::dataset::{Classes, Pipeline, PipelineOptions, summary};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A file of the shared data, where there is one.
fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    path.is_file().then_some(path)
}

#[test]
fn the_format_is_told_from_content_and_name() {
    let format = |content: &[u8], name| detect(content, name).ok();
    assert_eq!(format(b"PK\x03\x04", "a.csv"), Some(Format::Npz));
    assert_eq!(format(b"\x93NUMPY", "a"), Some(Format::Npy));
    assert_eq!(format(&[0, 0, 8, 3], "a"), Some(Format::Idx));
    assert_eq!(format(b"", "dir.x/t10k-images-idx3-ubyte.gz"), Some(Format::Idx));
    assert_eq!(format(b"", "a.svm"), Some(Format::Libsvm));
    assert_eq!(format(b"", "A.TSV"), Some(Format::Csv));
    assert_eq!(format(b"-1 3:1 11:1\n", "a1a"), Some(Format::Libsvm));
    assert_eq!(format(b"# c\n1 qid:1 1:2\n", "rank.txt"), Some(Format::Libsvm));
    assert_eq!(format(b"1,2\n", "adult.data"), Some(Format::Csv));
    insta::assert_snapshot!(refusal(detect(b"hello", "notes.txt")), @r#"
    notes.txt: cannot determine the format from the name or the content
    hint: name the format: libsvm, csv, npy, npz, idx
    "#);
}

#[test]
fn compressed_bytes_are_read_and_hashed_as_they_are() {
    let bytes = gzip(b"1 1:1\n");
    let table = read_bytes(&bytes, "a.libsvm.gz", &ReadOptions::default()).unwrap();
    assert_eq!(table.num_rows(), 1);
    assert_eq!(table.sha256(), hex_sha256(&bytes));
}

#[test]
fn a_truncated_gzip_file_is_refused() {
    let bytes = gzip(b"1 1:1\n1 1:1\n1 2:1\n");
    let refused = refusal(read_bytes(&bytes[..bytes.len() - 12], "a.libsvm.gz", &ReadOptions::default()));
    insta::assert_snapshot!(refused, @r#"
    a.libsvm.gz: the gzip data is damaged or cut short
    hint: fetch or compress the file again
    "#);
}

#[test]
fn a_gzip_bomb_is_stopped_at_the_limit() {
    let bytes = gzip(&vec![b' '; 1_000_000]);
    let limits = Limits { bytes: 10_000, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    insta::assert_snapshot!(refusal(read_bytes(&bytes, "a.csv.gz", &options)), @r#"
    a.csv.gz: over the limit of 10000 bytes: at least 10001
    hint: if the file is what you expect, split it, or use a machine with more memory
    "#);
}

#[test]
fn a_missing_file_is_refused_by_name() {
    let refused = refusal(Table::read("no/such/file.csv", &ReadOptions::default()));
    insta::assert_snapshot!(refused, @"cannot read no/such/file.csv");
}

#[test]
fn a_label_column_of_a_format_without_columns_is_refused() {
    let options = ReadOptions { label: Some(LabelColumn::First), ..ReadOptions::default() };
    insta::assert_snapshot!(refusal(read_bytes(b"1 1:1\n", "a.libsvm", &options)), @r#"
    a.libsvm: the format libsvm has no label column to choose
    hint: leave the label column out, or give the labels in a second file
    "#);
}

#[test]
fn options_are_read_from_text() {
    assert_eq!("npz".parse::<Format>().unwrap(), Format::Npz);
    assert_eq!(Format::Idx.to_string(), "idx");
    assert_eq!("class".parse::<LabelColumn>().unwrap(), LabelColumn::Name("class".into()));
    assert_eq!("3".parse::<LabelColumn>().unwrap(), LabelColumn::Position(3));
    insta::assert_snapshot!(refusal("xls".parse::<Format>()), @r#""xls" is not a format: libsvm, csv, npy, npz or idx"#);
    insta::assert_snapshot!(refusal("0".parse::<LabelColumn>()), @r#""0" is not a label column: positions count from 1"#);
}

#[test]
fn labels_come_from_a_second_file() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, labels) = (folder.path().join("rows.csv"), folder.path().join("labels.txt"));
    std::fs::write(&rows, "1,2\n3,4\n").unwrap();
    std::fs::write(&labels, "yes\nno\n").unwrap();
    let options = ReadOptions { labels_path: Some(labels.clone()), ..ReadOptions::default() };
    let table = Table::read(&rows, &options).unwrap();
    assert_eq!((table.num_columns(), table.labels().unwrap()), (2, &["yes".to_owned(), "no".to_owned()][..]));
    std::fs::write(&labels, "yes\n").unwrap();
    let message = refusal(Table::read(&rows, &options)).replace(&rows.display().to_string(), "rows.csv");
    insta::assert_snapshot!(message, @r#"
    rows.csv: the number of labels is 1, the number of rows 2
    hint: check that the labels belong to these rows
    "#);
    std::fs::write(&labels, "yes,1\nno,2\n").unwrap();
    let message = refusal(Table::read(&rows, &options)).replace(&labels.display().to_string(), "labels.txt");
    insta::assert_snapshot!(message, @r#"labels.txt, line 1, column 1: a file of labels has one label on each line; this line is "yes,1""#);
}

#[test]
fn idx_labels_are_found_beside_the_images() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("x-images-idx3-ubyte");
    std::fs::write(&images, [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 200]).unwrap();
    assert_eq!(Table::read(&images, &ReadOptions::default()).unwrap().labels(), None);
    std::fs::write(folder.path().join("x-labels-idx1-ubyte.gz"), gzip(&[0, 0, 8, 1, 0, 0, 0, 1, 7])).unwrap();
    let table = Table::read(&images, &ReadOptions::default()).unwrap();
    assert_eq!(table.labels().unwrap(), ["7"]);
}

#[test]
fn a1a_has_its_known_columns() {
    let (Some(train), Some(test)) = (shared("a1a"), shared("a1a.t")) else { return };
    let train = Table::read(train, &ReadOptions::default()).unwrap();
    assert_eq!((train.num_rows(), train.num_columns()), (1605, 119));
    assert!(train.sha256().starts_with("eb54c45f"));
    for (range, num_inputs) in [((0.3, 0.65), 7), ((0.3, 0.7), 9), ((0.21, 0.79), 15)] {
        let options = PipelineOptions { feature_mean: Some(range), ..PipelineOptions::default() };
        assert_eq!(Pipeline::fit(&train, &options).unwrap().num_inputs(), num_inputs);
    }
    let pipeline = Pipeline::fit(&train, &PipelineOptions::default()).unwrap();
    let test = Table::read(test, &ReadOptions::default()).unwrap();
    let bits = pipeline.apply(&test).unwrap();
    assert_eq!((bits.num_rows(), bits.num_columns()), (30_956, 119 - pipeline.dropped_columns()));
    assert_eq!(Classes::fit(&train).unwrap().encode(&test).unwrap().iter().filter(|&&class| class == 1).count(), 7446);
}

#[test]
fn the_mnist_files_are_read_with_their_labels() {
    let Some(images) = shared("t10k-images-idx3-ubyte.gz") else { return };
    let table = Table::read(images, &ReadOptions::default()).unwrap();
    assert_eq!((table.num_rows(), table.image_shape()), (10_000, Some((28, 28))));
    let counts: Vec<usize> =
        summary(&table.select_columns(&[406]).unwrap()).classes.iter().map(|class| class.num_rows).collect();
    assert_eq!(counts, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
}

proptest! {
    #[test]
    fn no_bytes_make_detection_or_labels_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let _ = read_bytes(&bytes, "unknown", &ReadOptions::default());
        let _ = read_labels_bytes(&bytes, "unknown", &ReadOptions::default());
        let _ = read_bytes(&[b"\x1f\x8b".as_slice(), &bytes].concat(), "a.gz", &ReadOptions::default());
    }
}
