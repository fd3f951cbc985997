use proptest::prelude::*;

use crate::io::{Label, ReadError, ReadOptions, SampleFile, read_samples};
use crate::model::Vartype;

/// dimod 0.12.23 and pandas 3.1.1, with data vectors that other programs added.
const WITH_VECTORS: &str = ",a,b,accuracy,chain_break_fraction,energy,is_feasible,num_occurrences,rank\n\
                            0,1,0,0.5,0.0,0.5,True,2,0\n\
                            1,1,1,1.0,0.25,-1.0,False,1,1\n";

fn read(text: &str) -> Result<SampleFile, ReadError> {
    read_samples(text.as_bytes(), &ReadOptions::default())
}

fn message(text: &str) -> String {
    let error = read(text).unwrap_err();
    error.hint().map_or_else(|| error.to_string(), |hint| format!("{error} (hint: {hint})"))
}

fn text(label: &str) -> Label {
    Label::Text(label.to_owned())
}

#[test]
fn data_frames_of_dimod_are_read_without_index_energies_and_other_vectors() {
    let expected = SampleFile {
        rows: vec![vec![1, 0], vec![1, 1]],
        num_occurrences: vec![2, 1],
        labels: Some(vec![text("a"), text("b")]),
        vartype: Vartype::Binary,
    };
    assert_eq!(read(WITH_VECTORS).unwrap(), expected);
    assert_eq!(read(&format!("\u{feff}{}", WITH_VECTORS.replace('\n', "\r\n"))).unwrap(), expected);
    let without_index = "a,b,energy,num_occurrences\n1,0,0.5,2\n1,1,-1.0,1\n";
    assert_eq!(read(without_index).unwrap(), expected);
    let index_of_pandas = "Unnamed: 0,a,b,num_occurrences\n17,1,0,2.0\n3,1.0,1.0,1.0\n";
    assert_eq!(read(index_of_pandas).unwrap(), expected);
    let without_vectors = SampleFile { num_occurrences: vec![1, 1], ..expected };
    assert_eq!(read(",a,b\n0,1,0\n1,1,1\n").unwrap(), without_vectors);
}

#[test]
fn labels_are_integers_or_any_text_in_any_order() {
    let spins = ",2,0,1,energy,num_occurrences\n0,-1,1,1,0,1\n1,1,1,1,-1,1\n";
    let file = read(spins).unwrap();
    assert_eq!((file.rows, file.vartype), (vec![vec![-1, 1, 1], vec![1, 1, 1]], Vartype::Spin));
    assert_eq!(file.labels, Some(vec![Label::Integer(2), Label::Integer(0), Label::Integer(1)]));
    assert_eq!(read(&spins.replace("2,0,1,e", "0,1,2,e")).unwrap().labels, None);
    let quoted = ",\"('a', 1)\",\"x \"\"y\"\", z\",energy,num_occurrences\n0,1,-1,0,1\n";
    assert_eq!(read(quoted).unwrap().labels, Some(vec![text("('a', 1)"), text("x \"y\", z")]));
}

#[test]
fn a_vector_of_bits_is_a_vector_when_it_follows_the_energy() {
    assert_eq!(read("a,energy,rank\n0,1,1\n1,2,0\n").unwrap().rows, [[0], [1]]);
}

#[test]
fn faults_of_data_frames_are_named_with_their_places() {
    insta::assert_snapshot!(message(",a,b,energy\n0,1,0,0.5\n1,0,2,1\n2,1,1,0\n"), @"samples line 3: sample 1 has value `2` for variable 1, but values are -1, 0 and 1");
    insta::assert_snapshot!(message(",a,b,energy\n0,1,,0.5\n1,0,1,1\n"), @"samples line 2: sample 0 has value `` for variable 1, but values are -1, 0 and 1");
    insta::assert_snapshot!(message(",a,a,energy\n0,1,0,0.5\n"), @"samples line 1: two variables are called `a`");
    insta::assert_snapshot!(message(",a,energy,energy\n0,1,0,0.5\n"), @"samples line 1: energy given twice");
    insta::assert_snapshot!(message("# remark\n,a,energy\n\n0,1\n"), @"samples line 4: sample 0 has 2 values, but 3 are expected");
    insta::assert_snapshot!(message(",a,energy\n"), @"samples file: the file ends before the first sample");
    insta::assert_snapshot!(message(",energy,a\n0,1,1\n"), @"samples file: no column holds the values of a variable (hint: put the columns of the variables before `energy` and other data vectors)");
    insta::assert_snapshot!(message(",sample,energy\n0,\"{0: np.int8(-1), 1: np.int8(1)}\",0\n"), @"samples file: columns of dictionaries are not read: `sample` (hint: write the file with `to_pandas_dataframe(sample_column=False)`)");
    insta::assert_snapshot!(message(",a,num_occurrences\n0,0,-1\n"), @"samples line 2: `-1` where a number of occurrences should be");
    insta::assert_snapshot!(message(",a,num_occurrences\n0,0,1.5\n"), @"samples line 2: `1.5` where a number of occurrences should be");
    insta::assert_snapshot!(message(",a,energy\n0,0,1\n1,-1,1\n"), @"samples file: there are values 0 and values -1: samples are either 0/1 or -1/+1");
    insta::assert_snapshot!(message(",a,energy\n0,1,1\n"), @"samples file: nothing says whether the variables are BINARY (0/1) or SPIN (-1/+1) (hint: give the vartype when reading)");
}

proptest! {
    #[test]
    fn no_text_like_a_data_frame_panics(text in ",?[ab,]{0,4}(,energy|,num_occurrences){0,2}\n([-0-9.,\"\r ]{0,9}\n){0,5}") {
        let _ = read(&text);
    }
}
