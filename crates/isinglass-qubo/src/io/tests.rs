//! What holds for all formats.

mod programs;

use proptest::prelude::*;

use super::{Format, Label, ReadCause, ReadOptions, Sense, WriteError, WriteNote, read, read_samples, write};
use crate::model::{Bqm, BqmBuilder, Vartype};

/// Numbers that are hard to print: halves, thirds, very small and very large ones.
fn coefficient() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-8_i32..=8).prop_map(|integer| f64::from(integer) / 4.0),
        2 => -1e3..1e3_f64,
        1 => prop::num::f64::NORMAL.prop_filter("doubled and converted without overflow", |bias| bias.abs() < 1e300),
        1 => prop::num::f64::SUBNORMAL,
    ]
}

fn model(vartype: Vartype) -> impl Strategy<Value = Bqm> {
    (0_usize..7).prop_flat_map(move |variables| {
        let pairs = (0..variables).flat_map(|first| (first + 1..variables).map(move |second| (first, second)));
        let pairs: Vec<(usize, usize)> = pairs.collect();
        let linear = prop::collection::vec(coefficient(), variables);
        let quadratic = prop::collection::vec(prop::option::of(coefficient()), pairs.len());
        (coefficient(), linear, quadratic).prop_map(move |(offset, linear, quadratic)| {
            let mut builder = BqmBuilder::new(vartype, linear.len());
            builder.add_offset(offset);
            for (variable, bias) in linear.into_iter().enumerate() {
                builder.add_linear(variable, bias);
            }
            for (&(first, second), bias) in pairs.iter().zip(quadratic) {
                if let Some(bias) = bias {
                    builder.add_quadratic(first, second, bias);
                }
            }
            builder.build().unwrap()
        })
    })
}

/// Labels of which no format but LP and MPS has reason to complain.
fn labels(count: usize) -> Vec<Label> {
    (0..count).map(|index| Label::Text(format!("w_{}", 9 * index))).collect()
}

/// Writes and reads again; `None` where the format cannot hold the model.
fn through(bqm: &Bqm, labels: Option<&[Label]>, format: Format) -> Option<(super::ProblemFile, Vec<WriteNote>)> {
    let mut out = Vec::new();
    let report = match write(bqm, labels, format, &mut out) {
        Err(WriteError::HalvedUnderflow { coefficient, .. }) => {
            assert!(format == Format::Sparse && coefficient.is_subnormal(), "{format}: {coefficient}");
            return None;
        }
        Err(WriteError::LinearInMaxCut { variable, bias }) => {
            assert_eq!(format, Format::Rudy);
            assert_eq!(converted(bqm, format).linear()[variable], bias);
            return None;
        }
        report => report.unwrap(),
    };
    let guess = (!begins_with_counts_alone(format)).then_some(format);
    assert_eq!(Format::sniff(&out), guess, "{}", String::from_utf8_lossy(&out));
    Some((read(&out, format, &ReadOptions::default()).unwrap(), report.notes))
}

fn has_labels(format: Format) -> bool {
    matches!(format, Format::Bqm | Format::DimodJson | Format::Lp | Format::Mps | Format::Qplib)
}

fn begins_with_counts_alone(format: Format) -> bool {
    matches!(format, Format::Rudy | Format::Qubist)
}

/// The vartype that a format has, if it has only one.
fn only_vartype(format: Format) -> Option<Vartype> {
    match format {
        Format::Coo | Format::Bqm | Format::DimodJson | Format::Bqpjson => None,
        Format::Qubo | Format::Lp | Format::Mps | Format::Sparse | Format::Qplib => Some(Vartype::Binary),
        Format::Rudy | Format::Qubist => Some(Vartype::Spin),
    }
}

/// What a format makes of a model.
fn converted(bqm: &Bqm, format: Format) -> Bqm {
    let bqm = only_vartype(format).map_or_else(|| bqm.clone(), |vartype| bqm.to_vartype(vartype).unwrap());
    let has_no_offset = matches!(format, Format::Rudy | Format::Qubist);
    if has_no_offset { terms_of(&bqm, true) } else { bqm }
}

/// The model without offset and, unless wanted, without linear biases.
fn terms_of(bqm: &Bqm, linear: bool) -> Bqm {
    let mut builder = BqmBuilder::new(bqm.vartype(), bqm.num_variables());
    for (variable, &bias) in bqm.linear().iter().enumerate().filter(|_| linear) {
        builder.add_linear(variable, bias);
    }
    for (first, second, bias) in bqm.interactions() {
        builder.add_quadratic(first, second, bias);
    }
    builder.build().unwrap()
}

fn samples(bqm: &Bqm) -> impl Iterator<Item = Vec<i8>> {
    let (variables, [low, high]) = (bqm.num_variables(), bqm.vartype().values());
    (0..1_u32 << variables)
        .map(move |bits| (0..variables).map(|variable| if bits >> variable & 1 == 1 { high } else { low }).collect())
}

proptest! {
    #[test]
    fn every_format_keeps_binary_models_exactly(bqm in model(Vartype::Binary)) {
        for format in Format::all() {
            let labels = labels(bqm.num_variables());
            let Some((file, notes)) = through(&bqm, Some(&labels), format) else { continue };
            prop_assert_eq!(&file.bqm, &converted(&bqm, format), "{}", format);
            prop_assert!(!file.maximized);
            if only_vartype(format) != Some(Vartype::Spin) {
                for sample in samples(&bqm) {
                    prop_assert_eq!(file.bqm.energy(&sample), bqm.energy(&sample));
                }
            }
            if has_labels(format) {
                prop_assert_eq!(file.labels.unwrap_or_default(), labels);
                prop_assert_eq!(notes, []);
            }
        }
    }

    #[test]
    fn spin_models_are_kept_or_converted(bqm in model(Vartype::Spin)) {
        for format in Format::all() {
            let Some((file, notes)) = through(&bqm, None, format) else { continue };
            prop_assert_eq!(file.bqm, converted(&bqm, format), "{}", format);
            let is_converted = only_vartype(format) == Some(Vartype::Binary);
            prop_assert_eq!(notes.contains(&WriteNote::ConvertedToBinary), is_converted);
        }
    }

    #[test]
    fn graphs_keep_all_of_their_cuts(bqm in model(Vartype::Spin)) {
        let graph = terms_of(&bqm, false);
        let (file, notes) = through(&graph, None, Format::Rudy).unwrap();
        prop_assert_eq!(&file.bqm, &graph);
        prop_assert_eq!(notes, []);
        let size: f64 = graph.interactions().map(|(_, _, weight)| weight.abs()).sum();
        for sample in samples(&graph) {
            let between = |&(first, second, _): &(usize, usize, f64)| sample[first] != sample[second];
            let cut: f64 = graph.interactions().filter(between).map(|(_, _, weight)| weight).sum();
            let found = file.cut(graph.energy(&sample)).unwrap();
            // below the least normal number rounding is absolute, in units of the least number
            prop_assert!((found - cut).abs() <= 1e-14 * size + 16.0 * f64::from_bits(1), "{} {}", found, cut);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in Format::all() {
            let _ = read(&bytes, format, &ReadOptions::default());
            let _ = Format::sniff(&bytes);
        }
    }

    #[test]
    fn no_damaged_file_panics(
        bqm in model(Vartype::Binary),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        for format in Format::all() {
            let mut bytes = Vec::new();
            // what the format cannot hold may still be half written
            if write(&bqm, Some(&labels(bqm.num_variables())), format, &mut bytes).is_err() && bytes.is_empty() {
                continue;
            }
            for (place, byte) in &damage {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
                let _ = read(&bytes, format, &ReadOptions::default());
            }
            bytes.truncate(cut.index(bytes.len()));
            let _ = read(&bytes, format, &ReadOptions::default());
        }
    }

    #[test]
    fn no_text_of_the_right_words_panics(words in prop::collection::vec(0..WORDS.len(), 0..24)) {
        let text: String = words.into_iter().map(|word| WORDS[word]).collect();
        for format in Format::all() {
            let _ = read(text.as_bytes(), format, &ReadOptions { vartype: Some(Vartype::Binary), ..ReadOptions::default() });
        }
    }
}

const WORDS: [&str; 56] = [
    " ",
    "\n",
    "\n ",
    "0",
    "1",
    "2",
    " 0 1 1\n",
    "-",
    "+",
    "1e3",
    ".",
    "x",
    " y ",
    "*",
    "^",
    "[",
    "]",
    "/ 2",
    ":",
    "<=",
    "=",
    "#",
    "c",
    "p qubo 0 3 1 1\n",
    "c offset: 1\n",
    "min\n",
    "max\n",
    "st\n",
    "bounds\n",
    "binary\n x y\n",
    "end\n",
    "NAME\n",
    "ROWS\n N obj\n",
    "COLUMNS\n",
    " x obj 1\n",
    " y obj 1\n",
    "RHS\n",
    "BOUNDS\n",
    " BV b x\n",
    "QUADOBJ\n",
    "QMATRIX\n",
    " x y 1\n",
    "ENDATA\n",
    "subject ",
    "to ",
    "\\",
    "§",
    "free",
    "# ObjectiveOffset 1\n",
    "3 1\n",
    "3 2\n",
    " 1 2 1\n",
    "QBN\n",
    "minimize\n",
    "0\n",
    "{\"version\":\"1.0.0\"",
];

/// One problem, `E = 1/2 + x - 2y + 3xy - 4yz`, in the words of each format that can say it, with its factors of two.
const SAME_PROBLEM: [(Format, Option<Sense>, &str); 17] = [
    (Format::Coo, None, "# vartype=BINARY\n# offset=0.5\n0 0 1\n1 1 -2\n0 1 3\n1 2 -4\n"),
    (Format::Qubo, None, "c offset: 0.5\np qubo 0 3 2 2\n0 0 1\n1 1 -2\n0 1 3\n1 2 -4\n"),
    (Format::Lp, None, "Minimize\n obj: x - 2 y + [ 6 x * y - 8 y * z ] / 2 + 0.5\nBinary\n x y z\nEnd\n"),
    (Format::Lp, None, "Minimize\n obj: [ 2 x ^ 2 - 4 y^2 + 6 y * x - 8 y * z ] / 2 + 0.5\nBinary\n x y z\nEnd\n"),
    (Format::Lp, Some(Sense::Maximize), "max\n - x + 2 y + [ - 6 x * y + 8 y * z ] / 2 - 0.5\nBinary\n x y z\nEnd\n"),
    (
        Format::Mps,
        None,
        "NAME\nROWS\n N o\nCOLUMNS\n x o 1\n y o -2\n z o 0\nRHS\n r o -0.5\nBOUNDS\n BV b x\n BV b y\n BV b z\nQUADOBJ\n x y 3\n y z -4\nENDATA\n",
    ),
    (
        Format::Mps,
        None,
        "NAME\nROWS\n N o\nCOLUMNS\n x o 0\n y o 0\n z o 0\nRHS\n r o -0.5\nBOUNDS\n BV b x\n BV b y\n BV b z\nQUADOBJ\n x x 2\n y y -4\n y x 3\n z y -4\nENDATA\n",
    ),
    (
        Format::Mps,
        None,
        "NAME\nROWS\n N o\nCOLUMNS\n x o 1\n y o -2\n z o 0\nRHS\n r o -0.5\nBOUNDS\n BV b x\n BV b y\n BV b z\nQMATRIX\n x y 3\n y x 3\n y z -4\n z y -4\nENDATA\n",
    ),
    (
        Format::Mps,
        Some(Sense::Maximize),
        "NAME\nOBJSENSE MAX\nROWS\n N o\nCOLUMNS\n x o -1\n y o 2\n z o 0\nRHS\n r o 0.5\nBOUNDS\n BV b x\n BV b y\n BV b z\nQUADOBJ\n x y -3\n y z 4\nENDATA\n",
    ),
    (Format::Sparse, None, "# ObjectiveOffset 0.5\n3 4\n1 1 1\n2 2 -2\n1 2 1.5\n2 3 -2\n"),
    (Format::Sparse, Some(Sense::Maximize), "# ObjectiveOffset -0.5\n3 4\n1 1 -1\n2 2 2\n2 1 -1.5\n3 2 2\n"),
    (
        Format::Bqpjson,
        None,
        r#"{"version":"1.0.0","id":0,"variable_ids":[0,1,2],"variable_domain":"boolean","scale":0.5,"offset":1,"linear_terms":[{"id":0,"coeff":2},{"id":1,"coeff":-4}],"quadratic_terms":[{"id_tail":0,"id_head":1,"coeff":6},{"id_tail":2,"id_head":1,"coeff":-8}],"metadata":{}}"#,
    ),
    (Format::Qplib, None, "p\nQBN\nminimize\n3\n2\n2 1 3\n3 2 -4\n0\n2\n1 1\n2 -2\n0.5\n1e9\n0\n0\n0\n0\n0\n0\n"),
    (Format::Qplib, None, "p\nQBB\nminimize\n3\n4\n1 1 2\n2 1 3\n2 2 -4\n3 2 -4\n0\n0\n0.5\n1e9\n0\n0\n0\n0\n0\n0\n"),
    (
        Format::Qplib,
        Some(Sense::Maximize),
        "p\nQBN\nmaximize\n3\n3\n2 1 -3\n2 2 2\n3 2 4\n1\n2\n1 -1\n3 0\n-0.5\n1e9\n0\n0\n0\n0\n0\n0\n",
    ),
    // as spins: x = (s + 1) / 2
    (
        Format::Bqpjson,
        None,
        r#"{"version":"1.0.0","id":0,"variable_ids":[0,1,2],"variable_domain":"spin","scale":1,"offset":-0.25,"linear_terms":[{"id":0,"coeff":1.25},{"id":1,"coeff":-1.25},{"id":2,"coeff":-1}],"quadratic_terms":[{"id_tail":0,"id_head":1,"coeff":0.75},{"id_tail":1,"id_head":2,"coeff":-1}],"metadata":{}}"#,
    ),
    (Format::Coo, None, "# vartype=SPIN\n# offset=-0.25\n0 0 1.25\n1 1 -1.25\n2 2 -1\n0 1 0.75\n1 2 -1\n"),
];

#[test]
fn the_same_problem_in_the_words_of_each_format_has_the_same_energies() {
    // by hand, z changing fastest: 000, 001, 010, ...
    let energies = [0.5, 0.5, -1.5, -5.5, 1.5, 1.5, 2.5, -1.5];
    for (format, sense, text) in SAME_PROBLEM {
        let file = read(text.as_bytes(), format, &ReadOptions { sense, ..ReadOptions::default() }).unwrap();
        assert_eq!(file.maximized, sense.is_some());
        let [low, high] = file.bqm.vartype().values();
        for (bits, energy) in energies.into_iter().enumerate() {
            let sample = [bits >> 2, bits >> 1, bits].map(|bit| if bit & 1 == 1 { high } else { low });
            assert_eq!(file.bqm.energy(&sample), energy, "{format} {bits:03b}: {text}");
        }
    }
}

#[test]
fn unfit_labels_are_refused() {
    let bqm = BqmBuilder::new(Vartype::Binary, 2).build().unwrap();
    let message = |labels: &[Label]| write(&bqm, Some(labels), Format::Coo, Vec::new()).unwrap_err().to_string();
    insta::assert_snapshot!(message(&[Label::Integer(1)]), @"1 labels for 2 variables");
    insta::assert_snapshot!(message(&[Label::Integer(1), Label::Integer(1)]), @"two variables are called `1`");
}

#[test]
fn labels_that_say_no_more_than_indices_are_not_written() {
    let bqm = BqmBuilder::new(Vartype::Binary, 2).build().unwrap();
    for format in Format::all() {
        let labels = [Label::Integer(0), Label::Integer(1)];
        let notes = through(&bqm, Some(&labels), format).unwrap().1;
        assert!(!notes.contains(&WriteNote::LabelsLeftOut), "{format}");
    }
}

#[test]
fn a_failing_writer_is_an_error() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 2);
    builder.add_quadratic(0, 1, 1.0);
    let bqm = builder.build().unwrap();
    for format in Format::all() {
        let mut small = [0; 5];
        let error = write(&bqm, None, format, &mut small[..]).unwrap_err();
        insta::allow_duplicates! { insta::assert_snapshot!(error, @"failed to write whole buffer"); }
    }
}

#[test]
fn notes_are_sentences_for_the_user() {
    let notes = [
        WriteNote::LabelsLeftOut,
        WriteNote::ConvertedToBinary,
        WriteNote::ConvertedToSpin,
        WriteNote::OffsetInComment { offset: 0.5 },
        WriteNote::OffsetLeftOut { offset: 0.5 },
    ];
    insta::assert_snapshot!(notes.map(|note| note.to_string()).join("; "), @"the format cannot hold these labels, so they are left out; the SPIN variables were converted to BINARY; the BINARY variables were converted to SPIN; the offset 0.5 is in a comment, which other programs may ignore; the format has no offset, so 0.5 must be added to all energies found elsewhere");
}

/// Files of a few bytes that declare a million variables, one for each format that declares a number.
const SHORT_AND_LARGE: [(Format, &str); 6] = [
    (Format::Coo, "# vartype=SPIN\n# num_variables=999999\n0 1 1\n"),
    (Format::Coo, "# vartype=SPIN\n0 999998 1\n"),
    (Format::Rudy, "999999 1\n1 2 1\n"),
    (Format::Sparse, "999999 1\n1 2 1\n"),
    (Format::Qubist, "999999 1\n0 1 1\n"),
    (Format::Qubo, "p qubo 0 999999 0 1\n0 1 1\n"),
];

#[test]
fn a_short_file_cannot_take_more_memory_than_the_limit() {
    for (format, text) in SHORT_AND_LARGE {
        let small = ReadOptions { memory_limit: Some(10_000_000), ..ReadOptions::default() };
        let error = read(text.as_bytes(), format, &small).unwrap_err();
        let cause = error.cause.to_string();
        assert_eq!(cause, "a model of 999999 variables needs about 64 MB of memory, but the limit is 10 MB");
        let large = ReadOptions { memory_limit: Some(100_000_000), ..ReadOptions::default() };
        assert_eq!(read(text.as_bytes(), format, &large).unwrap().bqm.num_variables(), 999_999, "{format:?}");
    }
    let qplib = "name\nQBB\nminimize\n999999 # variables\n";
    let small = ReadOptions { memory_limit: Some(10_000_000), ..ReadOptions::default() };
    let error = read(qplib.as_bytes(), Format::Qplib, &small).unwrap_err();
    assert!(matches!(error.cause, ReadCause::Memory { .. }), "{error}");
}

#[test]
fn a_long_file_is_refused_before_its_terms_are_read() {
    let text = "0 1 1\n".repeat(1000);
    let options = ReadOptions { memory_limit: Some(10_000), ..ReadOptions::default() };
    let error = read(text.as_bytes(), Format::Coo, &options).unwrap_err();
    assert_eq!(error.to_string(), "coo file: a file of 6.0 kB needs about 96 kB of memory, but the limit is 10 kB");
    assert!(
        read_samples(text.as_bytes(), &options).is_err_and(|error| matches!(error.cause, ReadCause::Memory { .. }))
    );
}
