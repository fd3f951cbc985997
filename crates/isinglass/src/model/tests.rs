use super::*;
use crate::dataset::{PipelineOptions, ReadOptions, builtin, read_bytes};
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
    insta::assert_snapshot!(message(&text[..text.len() / 2]), @"not an isinglass-model file: invalid JSON (line 59, column 4) | give a file that `isinglass train --out` wrote");
    insta::assert_snapshot!(message("{}"), @"not an isinglass-model file: its `format` is missing | give a file that `isinglass train --out` wrote");
    insta::assert_snapshot!(message(r#"{"format": "isinglass-layout"}"#), @r#"not an isinglass-model file: its `format` is "isinglass-layout" | give a file that `isinglass train --out` wrote"#);
    insta::assert_snapshot!(message(&text.replace("\"version\": 1", "\"version\": 9")), @"version 9 of isinglass-model is not supported; this program reads version 1 | use the version of isinglass that wrote it, or create the file again");
    insta::assert_snapshot!(message(&text.replace("\"train_errors\": 216", "\"train_errors\": 0")), @"the isinglass-model file is damaged | create the file again, or restore it from a backup");
}

#[test]
fn parts_that_do_not_fit_are_refused_even_with_a_right_checksum() {
    let mut model = model();
    model.codebook = Codebook::for_classes(3);
    insta::assert_snapshot!(Model::from_json(&model.to_json()).unwrap_err(), @"the model is damaged: the number of codeword bits is 3, but the network has 1");
}

/// What docs/formats.md says of a model file, and nothing else: bits from rows, layers, and the class of the last sums.
mod documented {
    use serde_json::Value;

    /// A matrix of bits as spins.
    fn spins(matrix: &Value) -> Vec<Vec<i64>> {
        let num_columns = matrix["num_columns"].as_u64().unwrap() as usize;
        let bit = |row: &str, column: usize| {
            let byte = u8::from_str_radix(&row[2 * (column / 8)..2 * (column / 8) + 2], 16).unwrap();
            byte >> (column % 8) & 1
        };
        let rows = matrix["rows"].as_array().unwrap().iter().map(|row| row.as_str().unwrap());
        rows.map(|row| (0..num_columns).map(|column| 2 * i64::from(bit(row, column)) - 1).collect()).collect()
    }

    /// The bits of one column: a value is a number or a text.
    fn encode(encoding: &Value, value: &Value) -> Vec<bool> {
        let list = |name: &str| encoding[name].as_array().cloned();
        if let Some(thresholds) = list("thresholds") {
            return thresholds.iter().map(|threshold| value.as_f64() > threshold.as_f64()).collect();
        }
        if let Some(levels) = list("levels") {
            return levels.iter().map(|level| value.as_f64() == level.as_f64()).collect();
        }
        match list("one-hot") {
            Some(categories) => categories.iter().map(|category| value == category).collect(),
            None => vec![*value == encoding["category"]["set"]],
        }
    }

    /// The name of the class of a row, given as an object of values by the names of columns.
    pub(super) fn predict(file: &Value, row: &Value) -> String {
        let content = &file["content"];
        let columns = content["pipeline"]["columns"].as_array().unwrap();
        let bits =
            columns.iter().flat_map(|column| encode(&column["encoding"], &row[column["name"].as_str().unwrap()]));
        let mut inputs: Vec<i64> = bits.map(|bit| if bit { 1 } else { -1 }).collect();
        let mut sums = Vec::new();
        for layer in content["network"]["layers"].as_array().unwrap() {
            if content["network"]["architecture"]["bias"] == true {
                inputs.push(1);
            }
            let product = |weights: &Vec<i64>| weights.iter().zip(&inputs).map(|(weight, input)| weight * input).sum();
            sums = spins(layer).iter().map(product).collect::<Vec<i64>>();
            inputs = sums.iter().map(|&sum| if sum >= 0 { 1 } else { -1 }).collect();
        }
        let rank = |(class, codeword): (usize, Vec<i64>)| {
            let distance = codeword.iter().zip(&inputs).filter(|(wanted, output)| wanted != output).count();
            let margin: i64 = codeword.iter().zip(&sums).map(|(wanted, sum)| wanted * sum).sum();
            (distance, -margin, class)
        };
        let (.., class) = spins(&content["codebook"]["codewords"]).into_iter().enumerate().map(rank).min().unwrap();
        content["classes"][class].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_reader_written_from_the_documents_reproduces_every_prediction() {
    use rand_core::Rng;
    let options =
        |binarize: &str| PipelineOptions { binarize: binarize.parse().unwrap(), ..PipelineOptions::default() };
    let mut num_ties = 0;
    for (seed, (hidden, num_classes, bias, binarize)) in [
        (&[2][..], 4, false, "auto"),
        (&[4], 3, true, "thermometer:3"),
        (&[3, 4], 5, false, "one-hot"),
        (&[], 3, true, "median"),
        (&[2], 2, true, "auto"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut stream = isinglass_qubo::rng::stream(seed as u64, 11);
        let colors = ["red", "green", "blue"];
        let rows: Vec<(i64, i64, &str, u64)> = (0..200u64)
            .map(|row| {
                let mut small = || (stream.next_u64() % 7) as i64;
                (small(), small() - 3, colors[small() as usize % 3], row % num_classes)
            })
            .collect();
        let csv: String = rows.iter().map(|(a, b, color, class)| format!("{a},{b},{color},class {class}\n")).collect();
        let csv = format!("a,b,color,label\n{csv}");
        let table = read_bytes(csv.as_bytes(), "rows.csv", &ReadOptions::default()).unwrap();
        let pipeline = Pipeline::fit(&table, &options(binarize)).unwrap();
        let widths = [pipeline.num_inputs()].into_iter().chain(hidden.iter().copied());
        let codebook = Codebook::for_classes(num_classes as usize);
        let architecture = Architecture::new(widths.chain([codebook.num_outputs()]).collect(), bias).unwrap();
        let network = Network::from_fn(architecture, |_, _, _| stream.next_u64() >> 63 == 1);
        let model = Model { network, classes: Classes::fit(&table).unwrap(), codebook, pipeline, ..model() };

        let file = serde_json::from_str(&model.to_json()).unwrap();
        let predicted = model.predict(&table).unwrap();
        let scores = model.scores(&table).unwrap();
        for (((a, b, color, _), &class), scores) in rows.iter().zip(&predicted).zip(&scores) {
            let row = serde_json::json!({ "a": a, "b": b, "color": color });
            assert_eq!(documented::predict(&file, &row), model.classes.names()[class as usize], "{row}");
            let rank = |index: &usize| (scores.scores[*index].distance, -scores.scores[*index].margin, *index);
            let best = (0..scores.scores.len()).min_by_key(rank).unwrap();
            assert_eq!((best as u32, scores.class), (class, class));
            let least = scores.scores[best].distance;
            num_ties += usize::from(scores.scores.iter().filter(|score| score.distance == least).count() > 1);
        }
    }
    assert!(num_ties > 100, "{num_ties} rows are decided by the margin or the order of the classes");
}

#[test]
fn scores_are_a_table_with_two_columns_for_each_class() {
    let model = model();
    let table = builtin("monks-1", 0).unwrap().select_rows(&[0, 1]).unwrap();
    let csv = model.scores_to_csv(&model.scores(&table).unwrap());
    insta::assert_snapshot!(csv, @r"
    class,distance_0,margin_0,distance_1,margin_1
    1,1,-4,0,4
    1,1,0,0,0
    ");
}
