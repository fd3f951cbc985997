use crate::io::{self, Format, ReadError, ReadOptions, WriteNote};
use crate::model::{Bqm, BqmBuilder, Vartype};

/// A square with one diagonal, of which one edge weighs less than nothing.
const GOLDEN: &str = "4 5\n1 2 1\n1 3 2.5\n1 4 -3\n2 3 1\n3 4 1\n";

fn read(text: &str) -> Result<io::ProblemFile, ReadError> {
    io::read(text.as_bytes(), Format::Rudy, &ReadOptions::default())
}

fn message(text: &str) -> String {
    let error = read(text).unwrap_err();
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} (hint: {hint})"))
}

fn graph() -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Spin, 4);
    for (first, second, weight) in [(0, 1, 1.0), (0, 2, 2.5), (0, 3, -3.0), (1, 2, 1.0), (2, 3, 1.0)] {
        builder.add_quadratic(first, second, weight);
    }
    builder.build().unwrap()
}

#[test]
fn the_golden_text_is_written_and_read() {
    let mut out = Vec::new();
    assert!(io::write(&graph(), None, Format::Rudy, &mut out).unwrap().notes.is_empty());
    assert_eq!(String::from_utf8(out).unwrap(), GOLDEN);
    let file = read(GOLDEN).unwrap();
    assert_eq!((&file.bqm, file.total_weight, file.maximized), (&graph(), Some(2.5), false));
}

#[test]
fn energies_are_cuts() {
    let file = read(GOLDEN).unwrap();
    // vertex 3 alone on its side cuts 2.5 + 1 + 1, vertices 1 and 4 against the others 1 + 2.5 + 1
    for (sample, energy, cut) in
        [([1, 1, 1, 1], 2.5, 0.0), ([1, 1, -1, 1], -6.5, 4.5), ([-1, 1, 1, -1], -6.5, 4.5), ([1, 1, 1, -1], 6.5, -2.0)]
    {
        assert_eq!(file.bqm.energy(&sample), energy);
        assert_eq!(file.cut(energy), Some(cut));
    }
    // and every cut is the weight of the edges between both sides
    for bits in 0..16_u32 {
        let sample: Vec<i8> = (0..4).map(|vertex| if bits >> vertex & 1 == 1 { 1 } else { -1 }).collect();
        let between = |&(first, second, _): &(usize, usize, f64)| sample[first] != sample[second];
        let cut: f64 = graph().interactions().filter(between).map(|(_, _, weight)| weight).sum();
        assert_eq!(file.cut(file.bqm.energy(&sample)), Some(cut));
    }
}

#[test]
fn only_max_cut_has_cuts() {
    let file = io::read(b"4 1\n0 1 1\n", Format::Qubist, &ReadOptions::default()).unwrap();
    assert_eq!(file.cut(1.0), None);
}

#[test]
fn what_a_graph_cannot_hold_is_refused_or_said() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_quadratic(0, 1, 1.0);
    builder.add_offset(0.5);
    let mut out = Vec::new();
    let report = io::write(&builder.clone().build().unwrap(), None, Format::Rudy, &mut out).unwrap();
    assert_eq!(report.notes, [WriteNote::OffsetLeftOut { offset: 0.5 }]);
    builder.add_linear(1, 2.0);
    let error = io::write(&builder.build().unwrap(), None, Format::Rudy, Vec::new()).unwrap_err();
    insta::assert_snapshot!(error, @"variable 1 has the linear bias 2 as a spin, but a max-cut file holds only interactions of spins");
    // x1 x2 - x1/2 - x2/2 is s1 s2 / 4 - 1/4
    let mut builder = BqmBuilder::new(Vartype::Binary, 2);
    builder.add_quadratic(0, 1, 1.0);
    (0..2).for_each(|variable| builder.add_linear(variable, -0.5));
    let mut out = Vec::new();
    let report = io::write(&builder.build().unwrap(), None, Format::Rudy, &mut out).unwrap();
    assert_eq!(report.notes, [WriteNote::ConvertedToSpin, WriteNote::OffsetLeftOut { offset: -0.25 }]);
    assert_eq!(String::from_utf8(out).unwrap(), "2 1\n1 2 0.25\n");
}

#[test]
fn faults_are_named_with_their_places() {
    insta::assert_snapshot!(message("2 1\n1 1 1\n"), @"rudy line 2: a pair of variable `1` with itself");
    insta::assert_snapshot!(message("2 1\n1 3 1\n"), @"rudy line 2, column 3: variable 3, but the file declares 2 variables, counted from 1");
    insta::assert_snapshot!(message("2 2\n1 2 1\n2 1 1\n"), @"rudy line 3: the pair of `1` and `2` given twice (hint: the format does not say whether such terms add up: list each pair once, in either order)");
    insta::assert_snapshot!(message("2 1\n1 2\n"), @"rudy line 2: `1 2` where `i j value` should be");
    insta::assert_snapshot!(message("2 2\n1 2 1\n"), @"rudy file: lines `i j value`: 2 declared, but 1 found");
    insta::assert_snapshot!(message("p edge 2 1\n"), @"rudy line 1, column 1: `p` where a number of variables should be");
    insta::assert_snapshot!(message("3 2\n1 2 1.7e308\n2 3 1.7e308\n"), @"rudy file: `the sum of all weights` is not a finite 64-bit number");
    let binary = ReadOptions { vartype: Some(Vartype::Binary), ..ReadOptions::default() };
    insta::assert_snapshot!(io::read(GOLDEN.as_bytes(), Format::Rudy, &binary).unwrap_err(), @"rudy file: the variables of the file are SPIN, but BINARY was asked for");
}

/// Graphs of the Gset, where they have been put beside the checkout.
#[test]
fn shared_instances_are_read() {
    let instances = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/instances");
    for (name, size, total_weight) in
        [("G1", (800, 19_176), 19_176.0), ("G11", (800, 1_600), 34.0), ("G22", (2_000, 19_990), 19_990.0)]
    {
        let Ok(bytes) = std::fs::read(format!("{instances}/{name}.rud")) else { continue };
        let file = io::read(&bytes, Format::Rudy, &ReadOptions::default()).unwrap();
        assert_eq!((file.bqm.num_variables(), file.bqm.num_interactions()), size);
        assert_eq!(file.total_weight, Some(total_weight), "{name}");
    }
}

#[test]
fn the_largest_cut_in_a_comment_is_the_optimum() {
    for key in ["optimum=", "cut:", " cut = "] {
        let text = format!("# {key}2\n3 3\n1 2 1\n2 3 1\n1 3 1\n");
        let file = read(&text).unwrap();
        assert_eq!((file.optimum, file.cut(-1.0)), (Some(-1.0), Some(2.0)), "{key}");
    }
    let other = read("# from: somewhere\n1 0\n").unwrap();
    assert_eq!(other.optimum, None);
    for text in ["# cut=many\n1 0\n", "# cut=1\n# optimum=2\n1 0\n", "# cut=inf\n1 0\n"] {
        assert!(read(text).is_err(), "{text}");
    }
}
