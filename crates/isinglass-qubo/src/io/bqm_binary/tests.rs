use crate::io::{self, Format, Label, ReadError, ReadOptions};
use crate::model::{Bqm, BqmBuilder, Vartype};

/// dimod 0.12.23: `BQM({0: 1.5, 1: -2}, {(0, 1): 0.25}, 0, "BINARY").to_file()`.
fn golden() -> Vec<u8> {
    let header: &[u8] = b"{\"dtype\": \"float64\", \"itype\": \"int32\", \"ntype\": \"int32\", \"shape\": [2, 1], \
        \"type\": \"BinaryQuadraticModel\", \"variables\": false, \"vartype\": \"BINARY\"}\n";
    let mut bytes = b"DIMODBQM\x02\x00\xb2\x00\x00\x00".to_vec();
    bytes.extend_from_slice(header);
    bytes.resize(192, b' ');
    bytes.extend_from_slice(b"\0\0\0\0\0\0\0\0");
    bytes.extend_from_slice(b"\0\0\0\0\0\0\0\0\0\0\xf8\x3f\x01\0\0\0\0\0\0\0\0\0\0\xc0");
    bytes.extend_from_slice(b"\x01\0\0\0\0\0\0\0\0\0\xd0\x3f\0\0\0\0\0\0\0\0\0\0\xd0\x3f");
    bytes
}

fn small() -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Binary, 2);
    builder.add_linear(0, 1.5);
    builder.add_linear(1, -2.0);
    builder.add_quadratic(0, 1, 0.25);
    builder.build().unwrap()
}

/// dimod 0.12.23, `dtype="float32"`: `BQM({"a": 1.5, 7: -2, "c": 0}, {("a", 7): 0.25, (7, "c"): -3}, -1.25, "SPIN")`.
fn single_precision_data() -> Vec<u8> {
    let mut bytes = b"\0\0\xa0\xbf\0\0\0\0\0\0\xc0\x3f\x01\0\0\0\0\0\0\xc0\x03\0\0\0\0\0\0\0".to_vec();
    bytes.extend_from_slice(b"\x01\0\0\0\0\0\x80\x3e\0\0\0\0\0\0\x80\x3e\x02\0\0\0\0\0\x40\xc0\x01\0\0\0\0\0\x40\xc0");
    bytes
}

fn with_header(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"DIMODBQM".to_vec();
    bytes.extend_from_slice(&[version, 0]);
    bytes.extend_from_slice(&(header.len() as u32).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(data);
    bytes
}

fn header(shape: &str, variables: &str) -> String {
    format!(
        "{{\"dtype\": \"float32\", \"itype\": \"int32\", \"ntype\": \"int32\", \"shape\": {shape}, \
         \"type\": \"BinaryQuadraticModel\", \"variables\": {variables}, \"vartype\": \"SPIN\"}}\n"
    )
}

fn read(bytes: &[u8]) -> Result<io::ProblemFile, ReadError> {
    io::read(bytes, Format::Bqm, &ReadOptions::default())
}

fn message(bytes: &[u8]) -> String {
    let error = read(bytes).unwrap_err();
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} (hint: {hint})"))
}

fn labels() -> Vec<Label> {
    vec![Label::Text("a".into()), Label::Integer(7), Label::Text("c".into())]
}

#[test]
fn the_golden_file_is_written_and_read() {
    let mut out = Vec::new();
    let report = io::write(&small(), None, Format::Bqm, &mut out).unwrap();
    assert!(report.notes.is_empty());
    assert_eq!(out.len(), 248);
    assert_eq!(out, golden());
    let file = read(&out).unwrap();
    assert_eq!((file.bqm, file.labels, file.maximized), (small(), None, false));
}

#[test]
fn single_precision_and_labels_are_read() {
    let mut bytes = with_header(2, &header("[3, 2]", "true"), &single_precision_data());
    bytes.extend_from_slice(b"VARS\x10\0\0\0[\"a\", 7, \"c\"]   ");
    let file = read(&bytes).unwrap();
    assert_eq!(file.labels, Some(labels()));
    assert_eq!((file.bqm.offset(), file.bqm.linear()), (-1.25, &[1.5, -2.0, 0.0][..]));
    assert_eq!((file.bqm.quadratic(0, 1), file.bqm.quadratic(1, 2)), (0.25, -3.0));
}

#[test]
fn version_1_has_its_labels_in_the_header() {
    let bytes = with_header(1, &header("[3, 2]", "[\"a\", 7, \"c\"]"), &single_precision_data());
    assert_eq!(read(&bytes).unwrap().labels, Some(labels()));
}

#[test]
fn wide_indices_are_read() {
    let header = header("[2, 1]", "false").replace("int32", "int64");
    let mut data = 0.5_f32.to_le_bytes().to_vec();
    for (start, bias) in [(0_i64, 1.0_f32), (1, 2.0), (1, 3.0), (0, 3.0)] {
        data.extend_from_slice(&start.to_le_bytes());
        data.extend_from_slice(&bias.to_le_bytes());
    }
    let bqm = read(&with_header(2, &header, &data)).unwrap().bqm;
    assert_eq!((bqm.offset(), bqm.linear(), bqm.quadratic(0, 1)), (0.5, &[1.0, 2.0][..], 3.0));
}

#[test]
fn sections_with_labels_fill_whole_blocks() {
    let labels = [Label::Text("weight".into()), Label::Integer(-3)];
    let mut out = Vec::new();
    io::write(&small(), Some(&labels), Format::Bqm, &mut out).unwrap();
    assert_eq!(out.len(), 248 + 64);
    assert_eq!(&out[248..256], b"VARS\x38\0\0\0");
    assert_eq!(read(&out).unwrap().labels.unwrap(), labels);
}

#[test]
fn every_truncation_is_an_error() {
    let golden = golden();
    for length in 0..golden.len() {
        assert!(read(&golden[..length]).is_err(), "the first {length} bytes");
    }
}

#[test]
fn faults_are_named_with_their_places() {
    let changed = |at: usize, bytes: &[u8]| {
        let mut file = golden();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    let headed = |shape: &str, variables: &str| with_header(2, &header(shape, variables), &single_precision_data());
    let labelled = |section: &[u8]| {
        let mut bytes = with_header(2, &header("[3, 2]", "true"), &single_precision_data());
        bytes.extend_from_slice(section);
        bytes
    };
    insta::assert_snapshot!(message(b""), @"bqm file: nothing in it");
    insta::assert_snapshot!(message(b"DIMOD"), @"bqm byte 5: the file ends before the prefix `DIMODBQM`");
    insta::assert_snapshot!(message(b"DIMODCQM\x02\0\0\0\0\0"), @"bqm byte 0: `DIMODCQM` where the prefix `DIMODBQM` should be");
    insta::assert_snapshot!(message(&changed(8, &[3])), @"bqm byte 8: version 3.0 of the format, but 1.0 or 2.0 is read here");
    insta::assert_snapshot!(message(&changed(10, &[0xff; 4])), @"bqm byte 248: the file ends before the end of the header");
    insta::assert_snapshot!(message(&changed(14, b"[")), @"bqm byte 14: expected `,` or `]`");
    insta::assert_snapshot!(message(&with_header(2, &header("[3, 2]", "false").replace("int32", "int8"), b"")), @"bqm byte 14: number types of this kind are not read: `int8`");
    insta::assert_snapshot!(message(&with_header(2, &header("[3, 2]", "false").replace("Binary", ""), b"")), @"bqm byte 14: an object of type `QuadraticModel`, but `BinaryQuadraticModel` is read here");
    insta::assert_snapshot!(message(&headed("[1000000000, 0]", "false")), @"bqm byte 14: 1000000000 variables are too many, at most 10000000 are read");
    insta::assert_snapshot!(message(&headed("[3, 9000000000000000000]", "false")), @"bqm byte 237: the file ends before all biases that its header declares");
    insta::assert_snapshot!(message(&golden()[..247]), @"bqm byte 247: the file ends before all biases that its header declares");
    insta::assert_snapshot!(message(&[golden(), vec![0]].concat()), @"bqm byte 248: something follows the end: `1 more bytes`");
    insta::assert_snapshot!(message(&changed(198, &[0xf8, 0x7f])), @"bqm byte 192: `NaN` is not a finite 64-bit number");
    insta::assert_snapshot!(message(&changed(200, &[1])), @"bqm byte 200: `1` where the start of a neighbourhood should be");
    insta::assert_snapshot!(message(&changed(224, &[2])), @"bqm byte 224: variable 2, but the file declares 2 variables, counted from 0");
    insta::assert_snapshot!(message(&changed(224, &[0])), @"bqm byte 224: `0` where a larger neighbour than the one before, and not the variable itself should be");
    insta::assert_snapshot!(message(&changed(247, &[0xbf])), @"bqm byte 236: the two entries of `0` and `1` do not agree");
    insta::assert_snapshot!(message(&labelled(b"LIST\0\0\0\0")), @"bqm byte 218: `LIST` where the labels (`VARS`) should be");
    insta::assert_snapshot!(message(&labelled(b"VARS\x09\0\0\0[\"a\", 7] ")), @"bqm byte 218: variables: 3 declared, but 2 found");
    insta::assert_snapshot!(message(&labelled(b"VARS\x12\0\0\0[\"a\", 7, [\"c\", 1]]")), @r#"bqm byte 218: the label of variable 2 is `["c",1]`, but labels are integers or strings (hint: relabel the variables with integers or strings before writing the file)"#);
    insta::assert_snapshot!(message(&labelled(b"VARS\x0b\0\0\0[\"a\",7, 7 ]")), @"bqm byte 218: two variables are called `7`");
    insta::assert_snapshot!(message(&headed("[3, 2]", "[0, 1, 2]")), @"bqm byte 14: `[0,1,2]` where `variables` should be");
}

#[test]
fn an_interaction_in_only_one_neighbourhood_is_refused() {
    // two entries for variable 0, none for the others
    let mut data = 0_f32.to_le_bytes().to_vec();
    for start in [0_i32, 2, 2] {
        data.extend_from_slice(&start.to_le_bytes());
        data.extend_from_slice(&0_f32.to_le_bytes());
    }
    for neighbor in [1_i32, 2] {
        data.extend_from_slice(&neighbor.to_le_bytes());
        data.extend_from_slice(&1_f32.to_le_bytes());
    }
    insta::assert_snapshot!(message(&with_header(2, &header("[3, 1]", "false"), &data)), @"bqm byte 187: the two entries of `0` and `1` do not agree");
}
