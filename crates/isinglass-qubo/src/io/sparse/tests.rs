use crate::io::{self, Format, Label, ReadError, ReadOptions, Sense, WriteError, WriteNote};
use crate::model::{Bqm, BqmBuilder, Vartype};

const GOLDEN: &str = "# ObjectiveOffset -1.25\n4 4\n1 1 1.5\n2 2 -2\n1 2 0.05\n2 3 -1.5\n";

const MAXIMUM: ReadOptions = ReadOptions { vartype: None, sense: Some(Sense::Maximize), memory_limit: None };

fn read(text: &str) -> Result<io::ProblemFile, ReadError> {
    io::read(text.as_bytes(), Format::Sparse, &ReadOptions::default())
}

fn message(text: &str) -> String {
    let error = read(text).unwrap_err();
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} (hint: {hint})"))
}

fn problem() -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Binary, 4);
    builder.add_linear(0, 1.5);
    builder.add_linear(1, -2.0);
    builder.add_quadratic(0, 1, 0.1);
    builder.add_quadratic(1, 2, -3.0);
    builder.add_offset(-1.25);
    builder.build().unwrap()
}

#[test]
fn the_golden_text_is_written_and_read() {
    let mut out = Vec::new();
    let report = io::write(&problem(), None, Format::Sparse, &mut out).unwrap();
    assert_eq!(report.notes, [WriteNote::OffsetInComment { offset: -1.25 }]);
    assert_eq!(String::from_utf8(out).unwrap(), GOLDEN);
    assert_eq!(read(GOLDEN).unwrap(), io::ProblemFile::new(problem(), None));
}

#[test]
fn an_entry_off_the_diagonal_counts_twice_and_either_triangle_will_do() {
    for entry in ["1 2 5", "2 1 5"] {
        let bqm = read(&format!("2 2\n1 1 -3\n{entry}\n")).unwrap().bqm;
        // x'Qx with Q = [[-3, 5], [5, 0]]
        assert_eq!([[0, 0], [1, 0], [0, 1], [1, 1]].map(|sample| bqm.energy(&sample)), [0.0, -3.0, 0.0, 7.0]);
    }
}

#[test]
fn the_sense_is_a_minimum_unless_the_caller_says_otherwise() {
    let file = io::read(GOLDEN.as_bytes(), Format::Sparse, &MAXIMUM).unwrap();
    assert!(file.maximized);
    assert_eq!((file.bqm.linear(), file.bqm.offset()), (&[-1.5, 2.0, 0.0, 0.0][..], 1.25));
    assert_eq!((file.bqm.quadratic(0, 1), file.bqm.quadratic(1, 2)), (-0.1, 3.0));
    let minimum = ReadOptions { sense: Some(Sense::Minimize), ..MAXIMUM };
    assert_eq!(io::read(GOLDEN.as_bytes(), Format::Sparse, &minimum).unwrap(), read(GOLDEN).unwrap());
}

#[test]
fn a_sense_that_the_format_fixes_is_not_changed() {
    let text = "p qubo 0 1 1 0\n0 0 1\n";
    let error = io::read(text.as_bytes(), Format::Qubo, &MAXIMUM).unwrap_err();
    insta::assert_snapshot!(format!("{error} (hint: {})", error.hint().unwrap()), @"qubo file: the file asks for a minimum, but a maximum was asked for (hint: the format says by itself whether it asks for a minimum or a maximum: leave the sense to the file)");
    assert!(io::read(b"2 1\n1 2 1\n", Format::Rudy, &MAXIMUM).is_ok());
    let text = "Maximize\n obj: x\nBinary\n x\nEnd\n";
    assert!(io::read(text.as_bytes(), Format::Lp, &MAXIMUM).is_ok());
}

#[test]
fn remarks_and_blank_lines_do_not_count() {
    let text = "# Q of 3\n#\n\n3 1\r\n  # between\n 1  3   -1e1 \n\n# ObjectiveOffset = 2\n";
    let bqm = read(text).unwrap().bqm;
    assert_eq!((bqm.num_variables(), bqm.quadratic(0, 2), bqm.offset()), (3, -20.0, 2.0));
}

#[test]
fn spins_are_converted_and_labels_left_out() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_quadratic(0, 1, 1.0);
    let labels = [Label::Text("a".into()), Label::Text("b".into())];
    let mut out = Vec::new();
    let report = io::write(&builder.build().unwrap(), Some(&labels), Format::Sparse, &mut out).unwrap();
    let offset = WriteNote::OffsetInComment { offset: 1.0 };
    assert_eq!(report.notes, [WriteNote::ConvertedToBinary, WriteNote::LabelsLeftOut, offset]);
    assert_eq!(String::from_utf8(out).unwrap(), "# ObjectiveOffset 1\n2 3\n1 1 -2\n2 2 -2\n1 2 2\n");
}

#[test]
fn the_smallest_number_cannot_be_halved() {
    let mut builder = BqmBuilder::new(Vartype::Binary, 2);
    builder.add_quadratic(0, 1, 5e-324);
    let error = io::write(&builder.build().unwrap(), None, Format::Sparse, Vec::new()).unwrap_err();
    assert!(matches!(error, WriteError::HalvedUnderflow { first: 0, second: 1, .. }), "{error}");
}

#[test]
fn faults_are_named_with_their_places() {
    insta::assert_snapshot!(message("\n"), @"sparse file: nothing in it");
    insta::assert_snapshot!(message("# nothing\n"), @"sparse file: the file ends before a line with two counts");
    insta::assert_snapshot!(message("3\n"), @"sparse line 1: `3` where a line with two counts, of variables and of lines after it, should be");
    insta::assert_snapshot!(message("3 1 1\n"), @"sparse line 1: `3 1 1` where a line with two counts, of variables and of lines after it, should be");
    insta::assert_snapshot!(message("-3 1\n"), @"sparse line 1, column 1: `-3` where a number of variables should be");
    insta::assert_snapshot!(message("1000000000 0\n"), @"sparse line 1, column 1: 1000000000 variables are too many, at most 10000000 are read");
    insta::assert_snapshot!(message("3 -1\n"), @"sparse line 1, column 3: `-1` where a count should be");
    insta::assert_snapshot!(message("3 2\n1 1 1\n"), @"sparse file: lines `i j value`: 2 declared, but 1 found");
    insta::assert_snapshot!(message("3 1\n1 1 1\n2 2 1\n"), @"sparse file: lines `i j value`: 1 declared, but 2 found");
    insta::assert_snapshot!(message("3 1\n0 1 1\n"), @"sparse line 2, column 1: variable 0, but the file declares 3 variables, counted from 1");
    insta::assert_snapshot!(message("3 1\n1 4 1\n"), @"sparse line 2, column 3: variable 4, but the file declares 3 variables, counted from 1");
    insta::assert_snapshot!(message("3 1\n1 99999999999999999999999999 1\n"), @"sparse line 2, column 3: variable index 99999999999999999999999999 is too large, at most 10000000 variables are read (hint: number the variables without large gaps)");
    insta::assert_snapshot!(message("3 1\n1 -1 1\n"), @"sparse line 2, column 3: `-1` where a variable index (1, 2, 3, ...) should be");
    insta::assert_snapshot!(message("3 1\n1 2\n"), @"sparse line 2: `1 2` where `i j value` should be");
    insta::assert_snapshot!(message("3 1\n1 2 1 1\n"), @"sparse line 2, column 7: `1` where the end of the line should be");
    insta::assert_snapshot!(message("3 1\n1 2 one\n"), @"sparse line 2, column 5: `one` where a number should be");
    insta::assert_snapshot!(message("3 1\n1 2 NaN\n"), @"sparse line 2, column 5: `NaN` is not a finite 64-bit number");
    insta::assert_snapshot!(message("3 1\n1 2 1e308\n"), @"sparse file: quadratic bias of (0, 1) is inf, not a finite number");
    insta::assert_snapshot!(message("3 2\n1 2 1\n2 1 1\n"), @"sparse line 3: the pair of `1` and `2` given twice (hint: the format does not say whether such terms add up: list each pair once, in either order)");
    insta::assert_snapshot!(message("3 2\n3 3 1\n3 3 1\n"), @"sparse line 3: the pair of `3` and `3` given twice (hint: the format does not say whether such terms add up: list each pair once, in either order)");
    insta::assert_snapshot!(message("# ObjectiveOffset\n3 0\n"), @"sparse line 1: `ObjectiveOffset` where `ObjectiveOffset` and a number should be");
    insta::assert_snapshot!(message("# ObjectiveOffset one\n3 0\n"), @"sparse line 1: `one` where a number should be");
    insta::assert_snapshot!(message("# ObjectiveOffset 1\n# ObjectiveOffset 2\n3 0\n"), @"sparse line 2: ObjectiveOffset given twice, with different values");
    let spin = ReadOptions { vartype: Some(Vartype::Spin), ..ReadOptions::default() };
    insta::assert_snapshot!(io::read(GOLDEN.as_bytes(), Format::Sparse, &spin).unwrap_err(), @"sparse file: the variables of the file are BINARY, but SPIN was asked for");
}
