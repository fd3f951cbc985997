use crate::io::{self, Format, ReadError, ReadOptions, WriteNote};
use crate::model::{BqmBuilder, Vartype};

fn read(text: &str) -> Result<io::ProblemFile, ReadError> {
    io::read(text.as_bytes(), Format::Coo, &ReadOptions::default())
}

fn message(text: &str) -> String {
    let error = read(text).unwrap_err();
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} (hint: {hint})"))
}

#[test]
fn comments_hold_vartype_offset_and_isolated_variables() {
    let file =
        read("# optimum=3\n# vartype=SPIN\r\n# offset = -1.5e-3\n#num_variables: 4\n\n\t0 0 1\n0 2 -0.5 \n").unwrap();
    assert_eq!((file.bqm.vartype(), file.bqm.offset(), file.bqm.num_variables()), (Vartype::Spin, -1.5e-3, 4));
    assert_eq!((file.bqm.linear()[0], file.bqm.quadratic(0, 2)), (1.0, -0.5));
    assert_eq!((file.labels, file.maximized), (None, false));
}

#[test]
fn duplicates_add_up_in_either_order() {
    let file = read("# vartype=BINARY\n0 1 1\n1 0 .5\n0 0 1e0\n0 0 +2.\n").unwrap();
    assert_eq!((file.bqm.quadratic(0, 1), file.bqm.linear()[0], file.bqm.num_interactions()), (1.5, 3.0, 1));
}

#[test]
fn the_caller_may_give_the_vartype() {
    let options = ReadOptions { vartype: Some(Vartype::Spin), ..ReadOptions::default() };
    let file = io::read(b"0 1 1\n", Format::Coo, &options).unwrap();
    assert_eq!(file.bqm.vartype(), Vartype::Spin);
    let error = io::read(b"# vartype=BINARY\n0 1 1\n", Format::Coo, &options).unwrap_err();
    insta::assert_snapshot!(error, @"coo file: the variables of the file are BINARY, but SPIN was asked for");
    insta::assert_snapshot!(error.hint().unwrap(), @"read the file as BINARY, or leave the vartype to the file");
}

#[test]
fn a_model_is_written_in_digits_without_exponents() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 4);
    builder.add_linear(1, 1e-7);
    builder.add_quadratic(0, 1, -1e17);
    builder.add_quadratic(1, 2, 0.0);
    builder.add_offset(0.1);
    let bqm = builder.build().unwrap();
    let mut out = Vec::new();
    let report = io::write(&bqm, None, Format::Coo, &mut out).unwrap();
    assert_eq!(report.notes, [WriteNote::OffsetInComment { offset: 0.1 }]);
    let golden =
        "# vartype=SPIN\n# offset=0.1\n# num_variables=4\n0 1 -100000000000000000\n1 1 0.0000001\n1 2 0\n3 3 0\n";
    assert_eq!(String::from_utf8(out).unwrap(), golden);
    assert_eq!(read(golden).unwrap().bqm, bqm);
}

#[test]
fn what_dimod_writes_is_read() {
    // dimod 0.12.23: coo.dumps(BQM({0: -1, 2: -4.5}, {(0, 1): 1}, 0, "BINARY"), vartype_header=True)
    let file = read("# vartype=BINARY\n0 0 -1.000000\n0 1 1.000000\n2 2 -4.500000").unwrap();
    assert_eq!(file.bqm.linear(), [-1.0, 0.0, -4.5]);
    assert_eq!(file.bqm.quadratic(0, 1), 1.0);
}

#[test]
fn faults_are_named_with_their_places() {
    insta::assert_snapshot!(message(""), @"coo file: nothing in it");
    insta::assert_snapshot!(message("0 1 1\n"), @"coo file: nothing says whether the variables are BINARY (0/1) or SPIN (-1/+1) (hint: add the line `# vartype=BINARY` or `# vartype=SPIN`, or give the vartype when reading)");
    insta::assert_snapshot!(message("# vartype=QUBO\n"), @"coo line 1: `QUBO` where SPIN or BINARY should be");
    insta::assert_snapshot!(message("# vartype=SPIN\n# vartype=BINARY\n"), @"coo line 2: vartype given twice, with different values");
    insta::assert_snapshot!(message("# vartype=SPIN\n# offset=nan\n"), @"coo line 2: `nan` is not a finite 64-bit number");
    insta::assert_snapshot!(message("# vartype=SPIN\n# num_variables=1000000000\n"), @"coo line 2: 1000000000 variables are too many, at most 10000000 are read");
    insta::assert_snapshot!(message("# vartype=SPIN\n# num_variables=2\n0 2 1\n"), @"coo line 3: variable 2, but the file declares 2 variables, counted from 0");
    insta::assert_snapshot!(message("# vartype=SPIN\n0 2 1\n# num_variables=2\n"), @"coo file: variable 2, but the file declares 2 variables, counted from 0");
    insta::assert_snapshot!(message("# vartype=SPIN\n0 1 1\n0 1\n"), @"coo line 3: `0 1` where `i j bias` should be");
    insta::assert_snapshot!(message("# vartype=SPIN\n0 1 1 1\n"), @"coo line 2, column 7: `1` where the end of the line should be");
    insta::assert_snapshot!(message("# vartype=SPIN\n  é 1 1\n"), @"coo line 2, column 3: `é` where a variable index (0, 1, 2, ...) should be");
    insta::assert_snapshot!(message("# vartype=SPIN\n-1 1 1\n"), @"coo line 2, column 1: `-1` where a variable index (0, 1, 2, ...) should be");
    insta::assert_snapshot!(message("# vartype=SPIN\n0 1 1,5\n"), @"coo line 2, column 5: `1,5` where a number should be");
    insta::assert_snapshot!(message("# vartype=SPIN\n0 1 1e999\n"), @"coo line 2, column 5: `1e999` is not a finite 64-bit number");
    insta::assert_snapshot!(message("# vartype=SPIN\n0 1000000000000 1\n"), @"coo line 2, column 3: variable index 1000000000000 is too large, at most 10000000 variables are read (hint: number the variables without large gaps)");
    insta::assert_snapshot!(message("# vartype=SPIN\n0 99999999999999999999999999 1\n"), @"coo line 2, column 3: variable index 99999999999999999999999999 is too large, at most 10000000 variables are read (hint: number the variables without large gaps)");
    insta::assert_snapshot!(message("# vartype=SPIN\n0 1 1e308\n1 0 1e308\n"), @"coo file: quadratic bias of (0, 1) is inf, not a finite number");
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_place() {
    let error = io::read(b"# vartype=SPIN\n\xff", Format::Coo, &ReadOptions::default()).unwrap_err();
    insta::assert_snapshot!(error, @"coo byte 15: not UTF-8 text");
}

/// The problems of the paper, where they have been put beside the checkout.
#[test]
fn shared_instances_are_read() {
    let instances = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/instances");
    for name in ["exp0_b00.coo", "exp0_b01.coo", "exp0_b02.coo"] {
        let Ok(bytes) = std::fs::read(format!("{instances}/{name}")) else { continue };
        let bqm = io::read(&bytes, Format::Coo, &ReadOptions::default()).unwrap().bqm;
        assert_eq!((bqm.num_variables(), bqm.num_interactions(), bqm.vartype()), (108, 272, Vartype::Binary));
    }
}
