use crate::io::{self, Format, ReadError, ReadOptions, WriteNote};
use crate::model::{Bqm, BqmBuilder, Vartype};

const GOLDEN: &str = "4 4\n0 0 1.5\n1 1 -2\n0 1 0.1\n1 2 -3\n";

fn read(text: &str) -> Result<io::ProblemFile, ReadError> {
    io::read(text.as_bytes(), Format::Qubist, &ReadOptions::default())
}

fn problem(offset: f64) -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Spin, 4);
    builder.add_linear(0, 1.5);
    builder.add_linear(1, -2.0);
    builder.add_quadratic(0, 1, 0.1);
    builder.add_quadratic(1, 2, -3.0);
    builder.add_offset(offset);
    builder.build().unwrap()
}

#[test]
fn the_golden_text_is_written_and_read() {
    let mut out = Vec::new();
    let report = io::write(&problem(-1.25), None, Format::Qubist, &mut out).unwrap();
    assert_eq!(report.notes, [WriteNote::OffsetLeftOut { offset: -1.25 }]);
    assert_eq!(String::from_utf8(out).unwrap(), GOLDEN);
    assert_eq!(read(GOLDEN).unwrap(), io::ProblemFile::new(problem(0.0), None));
}

#[test]
fn biases_and_couplings_count_once() {
    let bqm = read("2 2\n0 0 1\n0 1 2\n").unwrap().bqm;
    assert_eq!([[-1, -1], [-1, 1], [1, -1], [1, 1]].map(|sample| bqm.energy(&sample)), [1.0, -3.0, -1.0, 3.0]);
}

#[test]
fn zeros_and_ones_are_converted() {
    let mut builder = BqmBuilder::new(Vartype::Binary, 2);
    builder.add_quadratic(0, 1, 4.0);
    let mut out = Vec::new();
    let report = io::write(&builder.build().unwrap(), None, Format::Qubist, &mut out).unwrap();
    assert_eq!(report.notes, [WriteNote::ConvertedToSpin, WriteNote::OffsetLeftOut { offset: 1.0 }]);
    assert_eq!(String::from_utf8(out).unwrap(), "2 3\n0 0 1\n1 1 1\n0 1 1\n");
}

#[test]
fn faults_are_named_with_their_places() {
    let message = |text: &str| read(text).unwrap_err().to_string();
    insta::assert_snapshot!(message("2 1\n0 2 1\n"), @"qubist line 2, column 3: variable 2, but the file declares 2 variables, counted from 0");
    insta::assert_snapshot!(message("2 1\nx 1 1\n"), @"qubist line 2, column 1: `x` where a variable index (0, 1, 2, ...) should be");
    insta::assert_snapshot!(message("2 2\n0 1 1\n0 1 1\n"), @"qubist line 3: the pair of `0` and `1` given twice");
    insta::assert_snapshot!(message("2 2\n0 1 1\n"), @"qubist file: lines `i j value`: 2 declared, but 1 found");
    insta::assert_snapshot!(message("2 1\n0 1 inf\n"), @"qubist line 2, column 5: `inf` is not a finite 64-bit number");
}
