//! What holds for all formats.

use proptest::prelude::*;

use super::{Format, Label, ReadOptions, WriteNote, read, write};
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

fn through(bqm: &Bqm, labels: Option<&[Label]>, format: Format) -> (super::ProblemFile, Vec<WriteNote>) {
    let mut out = Vec::new();
    let report = write(bqm, labels, format, &mut out).unwrap();
    assert_eq!(Format::sniff(&out), Some(format), "{}", String::from_utf8_lossy(&out));
    (read(&out, format, &ReadOptions::default()).unwrap(), report.notes)
}

fn has_labels(format: Format) -> bool {
    !matches!(format, Format::Coo | Format::Qubo)
}

fn has_spins(format: Format) -> bool {
    matches!(format, Format::Coo | Format::Bqm | Format::DimodJson)
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
            let (file, notes) = through(&bqm, Some(&labels), format);
            prop_assert_eq!(&file.bqm, &bqm, "{}", format);
            prop_assert!(!file.maximized);
            for sample in samples(&bqm) {
                prop_assert_eq!(file.bqm.energy(&sample), bqm.energy(&sample));
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
            let (file, notes) = through(&bqm, None, format);
            let expected = if has_spins(format) { bqm.clone() } else { bqm.to_vartype(Vartype::Binary).unwrap() };
            prop_assert_eq!(file.bqm, expected, "{}", format);
            prop_assert_eq!(notes.contains(&WriteNote::ConvertedToBinary), !has_spins(format));
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
            write(&bqm, Some(&labels(bqm.num_variables())), format, &mut bytes).unwrap();
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
            let _ = read(text.as_bytes(), format, &ReadOptions { vartype: Some(Vartype::Binary) });
        }
    }
}

const WORDS: [&str; 48] = [
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
];

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
        assert_eq!(through(&bqm, Some(&labels), format).1, [], "{format}");
    }
}

#[test]
fn a_failing_writer_is_an_error() {
    let mut builder = BqmBuilder::new(Vartype::Binary, 2);
    builder.add_quadratic(0, 1, 1.0);
    let bqm = builder.build().unwrap();
    for format in Format::all() {
        let mut small = [0; 10];
        let error = write(&bqm, None, format, &mut small[..]).unwrap_err();
        insta::allow_duplicates! { insta::assert_snapshot!(error, @"failed to write whole buffer"); }
    }
}

#[test]
fn notes_are_sentences_for_the_user() {
    let notes = [WriteNote::LabelsLeftOut, WriteNote::ConvertedToBinary, WriteNote::OffsetInComment { offset: 0.5 }];
    insta::assert_snapshot!(notes.map(|note| note.to_string()).join("; "), @"the format cannot hold these labels, so they are left out; the SPIN variables were converted to BINARY; the offset 0.5 is in a comment, which other programs may ignore");
}
