//! What the learning commands say when something is wrong: exit code and both streams.

use insta::assert_snapshot;

use crate::program::Program;

fn transcript(arguments: &str) -> String {
    Program::new().transcript(arguments)
}

#[test]
fn an_unknown_data_set() {
    assert_snapshot!(transcript("train tictactoes"));
}

#[test]
fn a_hidden_layer_without_neurons() {
    assert_snapshot!(transcript("train monks-1 --hidden 0"));
}

#[test]
fn a_width_that_is_no_number() {
    assert_snapshot!(transcript("train monks-1 --hidden x"));
}

#[test]
fn a_bias_with_a_value() {
    assert_snapshot!(transcript("train monks-1 --bias=maybe"));
}

#[test]
fn a_word_after_bias_is_no_value_of_it() {
    assert_snapshot!(transcript("train monks-1 --bias maybe"));
}

#[test]
fn a_minibatch_of_more_rows_than_there_are() {
    assert_snapshot!(transcript("train monks-1 --batch-size 1000"));
}

#[test]
fn a_feature_that_is_not_there() {
    assert_snapshot!(transcript("train monks-1 --features a1,a9"));
}

#[test]
fn a_range_of_means_that_keeps_nothing() {
    assert_snapshot!(transcript("train digits --feature-mean 100..200"));
}

#[test]
fn a_pool_that_does_not_divide_the_image() {
    assert_snapshot!(transcript("train digits --pool 3x3"));
}

#[test]
fn a_network_whose_qubo_is_too_large() {
    assert_snapshot!(transcript("train digits --hidden 100000 --solver sa"));
}

#[test]
fn exhaustive_search_of_a_large_qubo() {
    assert_snapshot!(transcript("train monks-1 --hidden 3 --solver exhaustive"));
}

#[test]
fn exact_training_of_wide_hidden_layers() {
    assert_snapshot!(transcript("train monks-1 --hidden 13,3 --solver exact"));
}

#[test]
fn exact_training_of_a_wide_fan_in() {
    assert_snapshot!(transcript("train digits --classes 3,8 --limit 20 --hidden 3 --solver exact"));
}

#[test]
fn an_accuracy_in_percent() {
    assert_snapshot!(transcript("train monks-1 --require-accuracy 95"));
}

#[test]
fn alpha_without_batch_size() {
    assert_snapshot!(transcript("train monks-1 --alpha 0.1"));
}

#[test]
fn alpha_for_the_exact_trainer() {
    assert_snapshot!(transcript("train monks-1 --batch-size 4 --alpha 0.1 --solver exact"));
}

#[test]
fn resuming_from_no_file() {
    assert_snapshot!(transcript("train monks-1 --resume"));
}

#[test]
fn a_negative_penalty() {
    assert_snapshot!(transcript("train monks-1 --lambda -1"));
}

#[test]
fn a_reduction_that_does_not_exist() {
    assert_snapshot!(transcript("train monks-1 --without everything"));
}

#[test]
fn compiling_without_data() {
    assert_snapshot!(transcript("compile --hidden 3"));
}

#[test]
fn compiling_to_an_unknown_format() {
    assert_snapshot!(transcript("compile monks-1 --out problem.xyz"));
}

#[test]
fn a_missing_model() {
    assert_snapshot!(transcript("predict missing.json monks-1"));
}

#[test]
fn a_goal_that_is_not_met() {
    let output = Program::new().run("train parity:2 --solver exhaustive --no-baselines --require-accuracy 0.9");
    assert_eq!(output.status.code(), Some(1));
    assert_snapshot!(String::from_utf8_lossy(&output.stderr));
}
