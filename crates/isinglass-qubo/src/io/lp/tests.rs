use crate::io::{self, Format, Label, ReadError, ReadOptions, WriteNote};
use crate::model::{Bqm, BqmBuilder, Vartype};

const GOLDEN: &str = "Minimize
 obj: + 1.5 x0 - 2 x1 + 0 x3 + [ + 0.2 x0 * x1 - 6 x1 * x2 ] / 2 - 1.25
Subject To
Binary
 x0 x1 x2 x3
End
";

fn read(text: &str) -> Result<io::ProblemFile, ReadError> {
    io::read(text.as_bytes(), Format::Lp, &ReadOptions::default())
}

fn message(text: &str) -> String {
    let error = read(text).unwrap_err();
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} (hint: {hint})"))
}

fn texts(names: &[&str]) -> Vec<Label> {
    names.iter().map(|&name| Label::Text(name.to_owned())).collect()
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

fn written(bqm: &Bqm, labels: Option<&[Label]>) -> (String, Vec<WriteNote>) {
    let mut out = Vec::new();
    let report = io::write(bqm, labels, Format::Lp, &mut out).unwrap();
    (String::from_utf8(out).unwrap(), report.notes)
}

#[test]
fn the_golden_text_is_written_and_read() {
    assert_eq!(written(&problem(), None), (GOLDEN.to_owned(), Vec::new()));
    let labels = Some(texts(&["x0", "x1", "x2", "x3"]));
    assert_eq!(read(GOLDEN).unwrap(), io::ProblemFile::new(problem(), labels));
}

#[test]
fn what_dimod_writes_is_read() {
    // dimod 0.12.23: lp.dumps of a model without constraints
    let text = "Minimize\n obj: + 1.5 x0 - 2 x1 + [ + 0.5 x1 * x0 ]/2 + 2.5 \n\nSubject To \n\nBounds\n\nBinary\n x0 x1 x2\n\
                General\n\nEnd";
    let file = read(text).unwrap();
    assert_eq!(file.bqm.linear(), [1.5, -2.0, 0.0]);
    assert_eq!((file.bqm.quadratic(0, 1), file.bqm.offset()), (0.25, 2.5));
}

#[test]
fn a_maximum_is_negated_and_flagged() {
    let file =
        read("MAXIMIZE 2 a - [ a ^ 2 + 3 a*b ]/2 + 1\nBounds\n0 <= a <= 1\nb >= 0\n b<=1\nbin a b\nend").unwrap();
    assert!(file.maximized);
    assert_eq!((file.bqm.linear(), file.bqm.offset()), (&[-1.5, 0.0][..], -1.0));
    assert_eq!(file.bqm.quadratic(0, 1), 1.5);
    assert_eq!(file.labels, Some(texts(&["a", "b"])));
}

#[test]
fn terms_of_the_same_variables_add_up() {
    let file = read("min\n a + 2a -- a + [ 2 a*b + 2 b*a ] / 2 + 1 + 2e0\nst\nbinary\n b a b\nend").unwrap();
    assert_eq!((file.bqm.linear(), file.bqm.quadratic(0, 1), file.bqm.offset()), (&[0.0, 4.0][..], 2.0, 3.0));
    assert_eq!(file.labels, Some(texts(&["b", "a"])));
}

#[test]
fn an_empty_objective_may_be_missing() {
    let file = read("\\ nothing to do\nSubject To\nBinary\n a\nEnd\n").unwrap();
    assert_eq!((file.bqm.num_variables(), file.bqm.offset()), (1, 0.0));
}

#[test]
fn legal_labels_are_kept_and_others_replaced() {
    let legal = texts(&["weight_0", "_x", "b.1", "D"]);
    let (text, notes) = written(&problem(), Some(&legal));
    assert_eq!((read(&text).unwrap().labels, notes), (Some(legal), Vec::new()));
    for illegal in ["", "1a", "e1", "End", "st", "free", "a b", "ä", "a*b", "[a]"] {
        let (text, notes) = written(&problem(), Some(&texts(&["a", "b", "c", illegal])));
        assert_eq!((text.as_str(), notes.as_slice()), (GOLDEN, &[WriteNote::LabelsLeftOut][..]), "{illegal}");
    }
}

#[test]
fn long_lines_are_broken_between_terms() {
    let mut builder = BqmBuilder::new(Vartype::Binary, 100);
    for variable in 1..100 {
        builder.add_linear(variable, 1.0 / 3.0);
        builder.add_quadratic(0, variable, -1e-9);
    }
    let bqm = builder.build().unwrap();
    let (text, _) = written(&bqm, None);
    assert!(text.lines().all(|line| line.len() <= 80));
    assert_eq!(read(&text).unwrap().bqm, bqm);
}

#[test]
fn a_coefficient_that_overflows_when_doubled_is_refused() {
    let mut builder = BqmBuilder::new(Vartype::Binary, 2);
    builder.add_quadratic(0, 1, 1e308);
    let error = io::write(&builder.build().unwrap(), None, Format::Lp, Vec::new()).unwrap_err();
    insta::assert_snapshot!(error.to_string().replace(&"0".repeat(308), "..."), @"the coefficient 1... of (0, 1) overflows when doubled, which the format needs");
}

#[test]
fn faults_are_named_with_their_places() {
    insta::assert_snapshot!(message(""), @"lp file: nothing in it");
    insta::assert_snapshot!(message("x0 + x1\n"), @"lp line 1, column 1: `x0` where `Minimize`, `Maximize` or `Subject To` should be");
    insta::assert_snapshot!(message("Minimize\n a\nBinary\n a\n"), @"lp file: the file ends before `End`");
    insta::assert_snapshot!(message("Minimize\n a\nBinary\n a\nEnd\n b"), @"lp line 6, column 2: something follows the end: `b`");
    insta::assert_snapshot!(message("Minimize\n a\nMinimize\n a\nEnd"), @"lp line 3, column 1: `Minimize` where a section should be");
    insta::assert_snapshot!(message("Minimize\n a + b\nBinary\n a\nEnd"), @"lp line 2, column 6: variable `b` is not declared binary (hint: declare the variable binary)");
    insta::assert_snapshot!(message("Minimize\n a\nSubject To\n c1: a = 1\nBinary\n a\nEnd"), @"lp line 4, column 2: constraints are not read: `c1` (hint: add the constraint to the objective as a penalty first)");
    insta::assert_snapshot!(message("Minimize\n a\nSubject\n a = 1\nBinary\n a\nEnd"), @"lp line 4, column 2: `a` where `Subject To` should be");
    insta::assert_snapshot!(message("Minimize\n [ a * b ]\nBinary\n a b\nEnd"), @"lp line 2, column 2: quadratic parts without `/ 2` are not read: `[` (hint: write `[ ... ] / 2`, with all coefficients inside doubled)");
    insta::assert_snapshot!(message("Minimize\n [ a * b ] / 3\nBinary\n a b\nEnd"), @"lp line 2, column 2: quadratic parts without `/ 2` are not read: `[` (hint: write `[ ... ] / 2`, with all coefficients inside doubled)");
    insta::assert_snapshot!(message("Minimize\n [ a ^ 3 ] / 2\nBinary\n a\nEnd"), @"lp line 2, column 8: powers other than squares are not read: `3`");
    insta::assert_snapshot!(message("Minimize\n [ a ^ b ] / 2\nBinary\n a\nEnd"), @"lp line 2, column 8: `b` where the power 2 should be");
    insta::assert_snapshot!(message("Minimize\n [ a b ] / 2\nBinary\n a\nEnd"), @"lp line 2, column 6: `b` where `*` or `^ 2` should be");
    insta::assert_snapshot!(message("Minimize\n [ 3 ] / 2\nBinary\n a\nEnd"), @"lp line 2, column 6: `]` where a variable should be");
    insta::assert_snapshot!(message("Minimize\n [ a * b\nBinary\n a b\nEnd"), @"lp line 3, column 1: `Binary` where `+`, `-` or `]` should be");
    insta::assert_snapshot!(message("Minimize\n [ a"), @"lp file: the file ends before `*` or `^ 2`");
    insta::assert_snapshot!(message("Minimize\n a b\nBinary\n a b\nEnd"), @"lp line 2, column 4: `b` where `+`, `-` or a section should be");
    insta::assert_snapshot!(message("Minimize\n a +\nBinary\n a b\nEnd"), @"lp line 3, column 1: `Binary` where a term should be");
    insta::assert_snapshot!(message("Minimize\n 1e999 a\nBinary\n a\nEnd"), @"lp line 2, column 2: `1e999` is not a finite 64-bit number");
    insta::assert_snapshot!(message("Minimize\n a + §\nBinary\n a\nEnd"), @"lp line 2, column 6: `§` where a name, number or sign should be");
    insta::assert_snapshot!(message("Minimize\n a\nBounds\n a <= 2\nBinary\n a\nEnd"), @"lp line 4, column 2: bounds other than 0 and 1 are not read: `a`");
    insta::assert_snapshot!(message("Minimize\n a\nBounds\n -1 <= a <= 1\nBinary\n a\nEnd"), @"lp line 4, column 8: bounds other than 0 and 1 are not read: `a`");
    insta::assert_snapshot!(message("Minimize\n a\nBounds\n a free\nBinary\n a\nEnd"), @"lp line 4, column 2: bounds other than 0 and 1 are not read: `a`");
    insta::assert_snapshot!(message("Minimize\n a\nBounds\n 0 a\nBinary\n a\nEnd"), @"lp line 4, column 4: `a` where `<=`, `>=` or `=` should be");
    insta::assert_snapshot!(message("Minimize\n a\nBounds\n a =< = 1\nBinary\n a\nEnd"), @"lp line 4, column 2: bounds other than 0 and 1 are not read: `a`");
    insta::assert_snapshot!(message("Minimize\n a\nBounds\n a <=> 1\nBinary\n a\nEnd"), @"lp line 4, column 4: `<=>` where `<=`, `>=` or `=` should be");
    insta::assert_snapshot!(message("Minimize\n 11 Constant\nBounds\n Constant = 1\nEnd"), @"lp line 4, column 2: bounds other than 0 and 1 are not read: `Constant` (hint: write the constant of the objective as a number by itself, as in `+ 11`)");
    insta::assert_snapshot!(message("Minimize\n a\nGeneral\n a\nEnd"), @"lp line 4, column 2: variables that are not binary are not read: `a`");
    insta::assert_snapshot!(message("Minimize\n a\nBinary\n a * b\nEnd"), @"lp line 4, column 4: `*` where a section should be");
    insta::assert_snapshot!(message("Minimize\n a\nSOS\n s1: a:1\nEnd"), @"lp line 3, column 1: parts of this kind are not read: `SOS`");
}
