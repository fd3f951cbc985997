use crate::io::{self, Format, Label, ReadError, ReadOptions, WriteNote};
use crate::model::{BqmBuilder, Vartype};

const GOLDEN: &str = "c offset: -1.25\np qubo 0 4 2 2\n0 0 1.5\n1 1 -2\n0 1 0.1\n1 2 -3\n";

fn read(text: &str) -> Result<io::ProblemFile, ReadError> {
    io::read(text.as_bytes(), Format::Qubo, &ReadOptions::default())
}

fn message(text: &str) -> String {
    let error = read(text).unwrap_err();
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} (hint: {hint})"))
}

fn builder() -> BqmBuilder {
    let mut builder = BqmBuilder::new(Vartype::Binary, 4);
    builder.add_linear(0, 1.5);
    builder.add_linear(1, -2.0);
    builder.add_quadratic(0, 1, 0.1);
    builder.add_quadratic(1, 2, -3.0);
    builder.add_offset(-1.25);
    builder
}

#[test]
fn the_golden_text_is_written_and_read() {
    let bqm = builder().build().unwrap();
    let mut out = Vec::new();
    let report = io::write(&bqm, None, Format::Qubo, &mut out).unwrap();
    assert_eq!(report.notes, [WriteNote::OffsetInComment { offset: -1.25 }]);
    assert_eq!(String::from_utf8(out).unwrap(), GOLDEN);
    assert_eq!(read(GOLDEN).unwrap(), io::ProblemFile::new(bqm, None));
}

#[test]
fn comments_anywhere_and_the_other_topology_are_read() {
    let file = read("c by hand\n\nc\np  qubo unconstrained 2 0 1 \r\nc between\n0 1 1e-1\nc offset: 2\n").unwrap();
    assert_eq!((file.bqm.quadratic(0, 1), file.bqm.offset()), (0.1, 2.0));
}

#[test]
fn spins_are_converted_and_labels_left_out() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_quadratic(0, 1, 1.0);
    let labels = [Label::Text("a".into()), Label::Text("b".into())];
    let mut out = Vec::new();
    let report = io::write(&builder.build().unwrap(), Some(&labels), Format::Qubo, &mut out).unwrap();
    let offset = WriteNote::OffsetInComment { offset: 1.0 };
    assert_eq!(report.notes, [WriteNote::ConvertedToBinary, WriteNote::LabelsLeftOut, offset]);
    let expected = "c offset: 1\np qubo 0 2 2 1\n0 0 -2\n1 1 -2\n0 1 4\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn faults_are_named_with_their_places() {
    insta::assert_snapshot!(message("\n"), @"qubo file: nothing in it");
    insta::assert_snapshot!(message("c nothing\n"), @"qubo file: the file ends before the line `p qubo ...`");
    insta::assert_snapshot!(message("0 0 1\n"), @"qubo line 1, column 1: `0` where the line `p qubo ...` should be");
    insta::assert_snapshot!(message("MAXIMIZE\n"), @"qubo line 1, column 1: files of Quantagonia's .qubo format are not read: `MAXIMIZE` (hint: only the qbsolv kind of .qubo is read, with a line `p qubo 0 maxNodes nNodes nCouplers`)");
    insta::assert_snapshot!(message("p cnf 0 1 1 0\n"), @"qubo line 1, column 3: `cnf` where `qubo` should be");
    insta::assert_snapshot!(message("p qubo chimera128 1 1 0\n"), @"qubo line 1, column 8: topologies other than `0` and `unconstrained` are not read: `chimera128`");
    insta::assert_snapshot!(message("p qubo 0 1 1\n"), @"qubo line 1: `p` where `p qubo 0 maxNodes nNodes nCouplers` should be");
    insta::assert_snapshot!(message("p qubo 0 1 1 0 0\n"), @"qubo line 1, column 16: `0` where the end of the line should be");
    insta::assert_snapshot!(message("p qubo 0 1000000000 0 0\n"), @"qubo line 1, column 10: 1000000000 variables are too many, at most 10000000 are read");
    insta::assert_snapshot!(message("p qubo 0 1 -1 0\n"), @"qubo line 1, column 12: `-1` where a count should be");
    insta::assert_snapshot!(message("p qubo 0 1 0 0\np qubo 0 1 0 0\n"), @"qubo line 2, column 1: `p` where a variable index (0, 1, 2, ...) should be");
    insta::assert_snapshot!(message("p qubo 0 2 1 0\n"), @"qubo file: nodes: 1 declared, but 0 found");
    insta::assert_snapshot!(message("p qubo 0 2 0 0\n0 1 1\n"), @"qubo file: couplers: 0 declared, but 1 found");
    insta::assert_snapshot!(message("p qubo 0 2 0 1\n0 2 1\n"), @"qubo line 2, column 3: variable 2, but the file declares 2 variables, counted from 0");
    insta::assert_snapshot!(message("p qubo 0 2 0 1\n1 0 1\n"), @"qubo line 2, column 3: `0` where an index that is not below the first should be");
    insta::assert_snapshot!(message("p qubo 0 2 0 1\n0 1\n"), @"qubo line 2: `0` where `i j weight` should be");
    insta::assert_snapshot!(message("p qubo 0 2 0 1\n0 1 inf\n"), @"qubo line 2, column 5: `inf` is not a finite 64-bit number");
    insta::assert_snapshot!(message("c offset: 1\nc offset: 2\np qubo 0 0 0 0\n"), @"qubo line 2: offset given twice, with different values");
    let spin = ReadOptions { vartype: Some(Vartype::Spin), ..ReadOptions::default() };
    insta::assert_snapshot!(io::read(GOLDEN.as_bytes(), Format::Qubo, &spin).unwrap_err(), @"qubo file: the variables of the file are BINARY, but SPIN was asked for");
}
