use proptest::prelude::*;

use super::write_problem;
use crate::io::{Format, Label, ProblemFile, ReadOptions, Sense, WriteError, WriteNote, WriteReport, read, write};
use crate::model::{Bqm, BqmBuilder, Vartype};

/// Models whose coefficients stay exact under every conversion; without linear biases every second time, for max-cut.
fn model() -> impl Strategy<Value = Bqm> {
    let quarter = || (-16_i32..=16).prop_map(|integer| f64::from(integer) / 4.0);
    let vartype = prop_oneof![Just(Vartype::Binary), Just(Vartype::Spin)];
    (vartype, 0_usize..6, any::<bool>()).prop_flat_map(move |(vartype, variables, is_graph)| {
        let linear = prop::collection::vec(quarter(), variables);
        let quadratic = prop::collection::vec(prop::option::of(quarter()), variables * variables);
        (quarter(), linear, quadratic).prop_map(move |(offset, linear, quadratic)| {
            let mut builder = BqmBuilder::new(if is_graph { Vartype::Spin } else { vartype }, variables);
            builder.add_offset(offset);
            for (variable, bias) in linear.into_iter().enumerate().filter(|_| !is_graph) {
                builder.add_linear(variable, bias);
            }
            let pairs = (0..variables).flat_map(|first| (0..variables).map(move |second| (first, second)));
            for ((first, second), bias) in pairs.zip(quadratic).filter(|((first, second), _)| first < second) {
                bias.into_iter().for_each(|bias| builder.add_quadratic(first, second, bias));
            }
            builder.build().unwrap()
        })
    })
}

fn converted(file: &ProblemFile, format: Format) -> Result<(Vec<u8>, WriteReport), WriteError> {
    let mut out = Vec::new();
    let report = write_problem(file, format, &mut out)?;
    Ok((out, report))
}

fn reread(bytes: &[u8], format: Format) -> ProblemFile {
    read(bytes, format, &ReadOptions::default()).unwrap()
}

/// The energies of all samples, in one order for both vartypes.
fn energies(bqm: &Bqm) -> Vec<f64> {
    let [low, high] = bqm.vartype().values();
    let value = |bits: u32, variable: usize| if bits >> variable & 1 == 1 { high } else { low };
    let sample = |bits: u32| (0..bqm.num_variables()).map(|variable| value(bits, variable)).collect::<Vec<_>>();
    (0..1_u32 << bqm.num_variables()).map(|bits| bqm.energy(&sample(bits))).collect()
}

/// What must be added to the energies of the new file, by the notes.
fn left_out(report: &WriteReport) -> f64 {
    let offset = |note: &WriteNote| match note {
        WriteNote::OffsetLeftOut { offset } => *offset,
        _ => 0.0,
    };
    report.notes.iter().map(offset).sum()
}

proptest! {
    #[test]
    fn no_conversion_changes_an_energy_without_saying_so(bqm in model()) {
        for from in Format::all() {
            let Ok(report) = write(&bqm, None, from, &mut Vec::new()) else { continue };
            let mut bytes = Vec::new();
            write(&bqm, None, from, &mut bytes).unwrap();
            let file = reread(&bytes, from);
            let of_file: Vec<f64> = energies(&file.bqm).iter().map(|energy| energy + left_out(&report)).collect();
            prop_assert_eq!(&of_file, &energies(&bqm));
            for to in Format::all() {
                let (bytes, report) = match converted(&file, to) {
                    Err(WriteError::LinearInMaxCut { .. }) => {
                        prop_assert!(to == Format::Rudy && file.bqm.to_vartype(Vartype::Spin).unwrap().linear().iter().any(|&bias| bias != 0.0));
                        continue;
                    }
                    result => result.unwrap(),
                };
                let back = reread(&bytes, to);
                let found: Vec<f64> = energies(&back.bqm).iter().map(|energy| energy + left_out(&report)).collect();
                prop_assert_eq!(&found, &energies(&file.bqm), "{} to {}", from, to);
                prop_assert_eq!(to.vartype().unwrap_or(file.bqm.vartype()), back.bqm.vartype());
            }
        }
    }
}

const TRIANGLE: &[u8] = b"3 3\n1 2 1\n2 3 1.5\n1 3 -2\n";

#[test]
fn a_graph_becomes_energies_and_its_cuts_follow_from_them_as_the_file_says() {
    let graph = reread(TRIANGLE, Format::Rudy);
    for format in Format::all().filter(|&format| format != Format::Rudy) {
        let (bytes, report) = converted(&graph, format).unwrap();
        let offset = left_out(&report);
        let cuts = energies(&reread(&bytes, format).bqm).into_iter().map(|energy| (0.5 - energy - offset) / 2.0);
        let expected = energies(&graph.bqm).into_iter().map(|energy| graph.cut(energy).unwrap());
        assert!(cuts.eq(expected), "{format}");
        assert!(report.notes.contains(&WriteNote::MaxCut { total_weight: 0.5 }), "{format}");
        let says_so = String::from_utf8_lossy(&bytes).contains("cut = (W - energy) / 2, where W = 0.5");
        assert_eq!(says_so, super::comment_start(format).is_some(), "{format}");
    }
    assert_eq!(converted(&graph, Format::Rudy).unwrap().1.notes, []);
}

#[test]
fn a_maximum_is_written_as_a_minimum_and_says_so() {
    let options = ReadOptions { sense: Some(Sense::Maximize), ..ReadOptions::default() };
    let file = read(b"2 2\n1 1 3\n1 2 -1\n", Format::Sparse, &options).unwrap();
    for format in Format::all().filter(|&format| format != Format::Rudy) {
        let (bytes, report) = converted(&file, format).unwrap();
        assert!(report.notes.contains(&WriteNote::Negated), "{format}");
        let found: Vec<f64> =
            energies(&reread(&bytes, format).bqm).iter().map(|energy| energy + left_out(&report)).collect();
        assert_eq!(found, [0.0, -3.0, 0.0, -1.0], "{format}");
    }
}

#[test]
fn a_known_optimum_is_kept_or_said_to_be_left_out() {
    let file = reread(b"# vartype=SPIN\n# optimum=-1.5\n0 1 1.5\n", Format::Coo);
    let (bytes, report) = converted(&file, Format::Coo).unwrap();
    assert_eq!((reread(&bytes, Format::Coo).optimum, report.notes), (Some(-1.5), vec![]));
    for format in Format::all() {
        let (bytes, report) = converted(&file, format).unwrap();
        let is_left_out = report.notes.contains(&WriteNote::OptimumLeftOut { optimum: -1.5 });
        let is_there = String::from_utf8_lossy(&bytes).contains("optimum");
        assert!(is_left_out != is_there, "{format}");
    }
}

#[test]
fn comments_leave_the_format_recognizable() {
    let mut graph = reread(TRIANGLE, Format::Rudy);
    graph.maximized = true;
    graph.optimum = Some(-2.0);
    for format in Format::all().filter(|format| !matches!(format, Format::Rudy | Format::Qubist)) {
        assert_eq!(Format::sniff(&converted(&graph, format).unwrap().0), Some(format));
    }
}

#[test]
fn labels_are_kept_or_said_to_be_left_out() {
    let labels: Vec<Label> = ["a", "b_1", "c"].map(|name| Label::Text(name.to_owned())).to_vec();
    let file = ProblemFile { labels: Some(labels.clone()), ..reread(TRIANGLE, Format::Rudy) };
    for format in Format::all() {
        let (bytes, report) = converted(&file, format).unwrap();
        let are_kept = reread(&bytes, format).labels.as_deref() == Some(labels.as_slice());
        assert!(are_kept != report.notes.contains(&WriteNote::LabelsLeftOut), "{format}");
    }
}
