use crate::io::{Format, WriteNote, write_mip};
use crate::mip::{Mip, MipBuilder, RowSense, VariableKind};

/// Every kind of variable, bound and row.
fn program() -> MipBuilder {
    let mut builder = MipBuilder::new();
    let (a, b) = (builder.add_binary("a"), builder.add_binary("weight_0_1"));
    let k = builder.add_variable("k", VariableKind::Integer, -3.0, 7.0);
    let p = builder.add_variable("p", VariableKind::Continuous, 0.0, 1.0);
    let q = builder.add_variable("q", VariableKind::Continuous, 0.0, f64::INFINITY);
    let r = builder.add_variable("r", VariableKind::Continuous, f64::NEG_INFINITY, 2.5);
    builder.add_variable("s", VariableKind::Continuous, f64::NEG_INFINITY, f64::INFINITY);
    builder.add_linear(a, 0.1);
    builder.add_linear(k, -1.0 / 3.0);
    builder.add_offset(-2.0);
    builder.add_row([(a, 1.0), (b, -1.0), (p, 1e-30)], RowSense::LessEqual, 0.5);
    builder.add_row([(k, 2.0), (q, -1.0)], RowSense::Equal, 0.0);
    builder.add_row([(r, -1.5), (q, 1.0)], RowSense::GreaterEqual, -1.0);
    builder
}

fn written(mip: &Mip, format: Format) -> (String, Vec<WriteNote>) {
    let mut out = Vec::new();
    let report = write_mip(mip, format, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), report.notes)
}

#[test]
fn a_program_is_written_as_lp() {
    let (text, notes) = written(&program().build().unwrap(), Format::Lp);
    insta::assert_snapshot!(text, @r"
    Minimize
     obj: + 0.1 a - 0.3333333333333333 k + 0 s - 2
    Subject To
     c0: + 1 a - 1 weight_0_1 + 1e-30 p <= 0.5
     c1: + 2 k - 1 q = 0
     c2: + 1 q - 1.5 r >= -1
    Bounds
     -3 <= k <= 7
     0 <= p <= 1
     -inf <= r <= 2.5
     -inf <= s <= inf
    Binary
     a weight_0_1
    General
     k
    End
    ");
    assert!(notes.is_empty());
}

#[test]
fn a_program_is_written_as_mps() {
    let (text, notes) = written(&program().build().unwrap(), Format::Mps);
    insta::assert_snapshot!(text, @r"
    NAME isinglass FREE
    ROWS
     N  obj
     L  c0
     E  c1
     G  c2
    COLUMNS
        a  obj  0.1
        a  c0  1
        weight_0_1  obj  0
        weight_0_1  c0  -1
        MARKER  'MARKER'  'INTORG'
        k  obj  -0.3333333333333333
        k  c1  2
        MARKER  'MARKER'  'INTEND'
        p  obj  0
        p  c0  1e-30
        q  obj  0
        q  c1  -1
        q  c2  1
        r  obj  0
        r  c2  -1.5
        s  obj  0
    RHS
        RHS  obj  2
        RHS  c0  0.5
        RHS  c2  -1
    BOUNDS
     BV BND  a
     BV BND  weight_0_1
     LO BND  k  -3
     UP BND  k  7
     LO BND  p  0
     UP BND  p  1
     LO BND  q  0
     PL BND  q
     MI BND  r
     UP BND  r  2.5
     FR BND  s
    ENDATA
    ");
    assert!(notes.is_empty());
}

#[test]
fn names_that_a_format_does_not_take_are_replaced_by_numbers() {
    let mut builder = MipBuilder::new();
    builder.add_binary("a b");
    let mip = builder.build().unwrap();
    for format in [Format::Lp, Format::Mps] {
        let (text, notes) = written(&mip, format);
        assert!(text.contains(" x0") && !text.contains("a b"), "{text}");
        assert_eq!(notes, [WriteNote::LabelsLeftOut]);
    }
}

#[test]
fn formats_without_rows_are_refused() {
    let error = write_mip(&program().build().unwrap(), Format::Coo, Vec::new()).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"the format coo holds no rows; lp and mps do");
}
