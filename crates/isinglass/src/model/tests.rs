use super::*;
use crate::dataset::{PipelineOptions, builtin};
use crate::network::Architecture;

fn model() -> Model {
    let table = builtin("monks-1", 0).unwrap();
    let pipeline = Pipeline::fit(&table, &PipelineOptions::default()).unwrap();
    let architecture = Architecture::new(vec![pipeline.num_inputs(), 3, 1], true).unwrap();
    let made = Provenance {
        isinglass: "0.1.0".to_owned(),
        command: "isinglass train monks-1".to_owned(),
        seed: 0,
        data: table.source().to_owned(),
        data_sha256: table.sha256().to_owned(),
        formulation: "compact".to_owned(),
        solver: "sa".to_owned(),
        train_errors: 216,
        num_train_rows: 432,
    };
    Model {
        network: Network::from_fn(architecture, |layer, neuron, input| (layer + neuron + input) % 2 == 0),
        classes: Classes::fit(&table).unwrap(),
        codebook: Codebook::for_classes(2),
        pipeline,
        made,
    }
}

#[test]
fn a_model_survives_its_file_and_predicts_the_same() {
    let model = model();
    let read = Model::from_json(&model.to_json()).unwrap();
    assert_eq!(read, model);
    let table = builtin("monks-1", 0).unwrap();
    assert_eq!(read.predict(&table).unwrap(), model.predict(&table).unwrap());
    assert_eq!(read.predict(&table).unwrap().len(), 432);
}

#[test]
fn damaged_and_foreign_files_are_refused_with_a_reason() {
    let text = model().to_json();
    let message = |text: &str| {
        let error = Model::from_json(text).unwrap_err();
        // checksums are long and say nothing to a reader of this test
        let text = error.to_string();
        format!("{} | {}", text.split(": its checksum").next().unwrap(), error.hint())
    };
    insta::assert_snapshot!(message(&text[..text.len() / 2]), @"not an isinglass-model file: no valid JSON (line 59, column 4) | give a file that `isinglass train --out` wrote");
    insta::assert_snapshot!(message("{}"), @"not an isinglass-model file: its `format` is missing | give a file that `isinglass train --out` wrote");
    insta::assert_snapshot!(message(r#"{"format": "isinglass-layout"}"#), @r#"not an isinglass-model file: its `format` is "isinglass-layout" | give a file that `isinglass train --out` wrote"#);
    insta::assert_snapshot!(message(&text.replace("\"version\": 1", "\"version\": 9")), @"version 9 of isinglass-model is not known; this program reads version 1 | use the version of isinglass that wrote it, or make it again");
    insta::assert_snapshot!(message(&text.replace("\"train_errors\": 216", "\"train_errors\": 0")), @"the isinglass-model file is damaged | make it again, or take it from a backup");
}

#[test]
fn parts_that_do_not_fit_are_refused_even_with_a_right_checksum() {
    let mut model = model();
    model.codebook = Codebook::for_classes(3);
    insta::assert_snapshot!(Model::from_json(&model.to_json()).unwrap_err(), @"the model is damaged: the number of codeword bits is 3, but the network has 1");
}
