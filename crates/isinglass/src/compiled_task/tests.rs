use super::*;
use crate::dataset::{Dataset, PipelineOptions, builtin};
use crate::network::Architecture;
use isinglass_qubo::sampler::Exhaustive;
use isinglass_qubo::{RunControl, Sampler};

fn handover() -> (CompiledTask, Formulation) {
    let table = builtin("majority:3", 0).unwrap();
    let pipeline = Pipeline::fit(&table, &PipelineOptions::default()).unwrap();
    let classes = Classes::fit(&table).unwrap();
    let dataset = Dataset::encode(&table, &pipeline, &classes).unwrap();
    let codebook = Codebook::for_classes(2);
    let task = Task::new(dataset.inputs, codebook.targets(&dataset.labels)).unwrap();
    let options = FormulationOptions::compact();
    let architecture = Architecture::new(vec![3, 1], false).unwrap();
    let formulation = compile(&task, &architecture, &options, &WeightTerms::default()).unwrap();
    let made = Provenance {
        isinglass: "0.1.0".to_owned(),
        command: "isinglass compile majority:3".to_owned(),
        seed: 0,
        data: table.source().to_owned(),
        data_sha256: table.sha256().to_owned(),
        formulation: "compact".to_owned(),
        solver: String::new(),
        train_errors: 0,
        num_train_rows: 8,
    };
    let layout = formulation.layout.clone();
    (CompiledTask { layout, options, task, classes, codebook, pipeline, made, test: None }, formulation)
}

#[test]
fn a_sample_from_elsewhere_becomes_a_model_by_name_or_by_place() {
    let (handover, formulation) = handover();
    let handover = CompiledTask::from_json(&handover.to_json()).unwrap();
    let sampling = Exhaustive::default().sample(&formulation.qubo, &RunControl::default()).unwrap();
    let best = sampling.best().unwrap().sample.to_vec();
    let worse = vec![0; best.len()];
    let labels: Vec<Label> = formulation.layout.roles().iter().map(|role| Label::Text(role.to_string())).collect();
    let plain = SampleFile {
        rows: vec![worse.clone(), best.clone()],
        num_occurrences: vec![1, 1],
        labels: None,
        vartype: Vartype::Binary,
    };
    let spins = |row: &[i8]| row.iter().rev().map(|&value| 2 * value - 1).collect::<Vec<i8>>();
    let reversed = SampleFile {
        rows: vec![spins(&worse), spins(&best)],
        labels: Some(labels.into_iter().rev().collect()),
        vartype: Vartype::Spin,
        ..plain.clone()
    };
    for samples in [plain, reversed] {
        let decoded = handover.decode(&samples).unwrap();
        assert_eq!((decoded.index, decoded.verification.loss, decoded.verification.violations()), (1, 0.0, 0));
        assert_eq!(decoded.model.predict(&builtin("majority:3", 0).unwrap()).unwrap().len(), 8);
    }
}

#[test]
fn samples_of_another_problem_are_refused() {
    let (handover, _) = handover();
    let message = |rows: Vec<Vec<i8>>, labels| {
        let samples = SampleFile { num_occurrences: vec![1; rows.len()], rows, labels, vartype: Vartype::Binary };
        let error = handover.decode(&samples).unwrap_err();
        format!("{error} | {}", error.hint().unwrap_or_default())
    };
    insta::assert_snapshot!(message(vec![vec![0; 3]], None), @"the samples have 3 values each, but the layout has 7 variables | give samples of the problem that was compiled together with this layout");
    insta::assert_snapshot!(message(vec![], None), @"the file has no samples |");
    let labels = (0..7).map(|index| Label::Text(format!("x{index}"))).collect();
    insta::assert_snapshot!(message(vec![vec![0; 7]], Some(labels)), @"the samples have no variable `weight_0_0_0` | give samples of the problem that was compiled together with this layout");
    let roles = handover.layout.roles().iter();
    let named: Vec<Label> =
        roles.map(|role| Label::Text(role.to_string())).chain([Label::Text("extra".into())]).collect();
    insta::assert_snapshot!(message(vec![vec![0; 8]], Some(named)), @"the samples have the variable `extra`, which the layout does not have | give samples of the problem that was compiled together with this layout");
    let mut other = handover.clone();
    other.options = FormulationOptions::reference();
    insta::assert_snapshot!(other.compile().unwrap_err(), @"the layout is not what its task compiles to; it was made by another version or by hand");
}

#[test]
fn a_layout_file_whose_parts_do_not_fit_is_refused() {
    let (mut handover, _) = handover();
    handover.codebook = Codebook::for_classes(3);
    let error = CompiledTask::from_json(&handover.to_json()).unwrap_err();
    insta::assert_snapshot!(std::error::Error::source(&error).unwrap(), @"the model is damaged: the number of codeword bits is 3, but the network has 1");
}

#[test]
fn polish_lowers_the_loss_of_decoded_weights_as_in_training() {
    let (handover, formulation) = handover();
    let rows: Vec<Vec<i8>> = (0..1_u32 << formulation.qubo.num_variables())
        .step_by(5)
        .map(|bits| (0..formulation.qubo.num_variables()).map(|variable| (bits >> variable & 1) as i8).collect())
        .collect();
    let mut was_lowered = false;
    for row in rows {
        let samples = SampleFile { rows: vec![row], num_occurrences: vec![1], labels: None, vartype: Vartype::Binary };
        let plain = handover.decode(&samples).unwrap();
        let polished = handover.decode_polished(&samples, &RunControl::default()).unwrap();
        assert_eq!((plain.loss, plain.sampled_loss), (plain.verification.loss, plain.verification.loss));
        assert_eq!(polished.verification, plain.verification, "the sample is reported as it came");
        assert!(polished.loss <= plain.loss);
        assert_eq!(polished.loss, polished.train.errors as f64);
        was_lowered |= polished.loss < plain.loss;
    }
    assert!(was_lowered);
}

#[test]
fn test_rows_come_back_with_the_layout() {
    let (mut handover, _) = handover();
    let inputs = handover.task.inputs().clone();
    let labels: Vec<u32> = handover.labels().iter().map(|label| 1 - label).collect();
    let chosen = TestRows::Stratified { seed: 4 };
    handover.test = Some(HeldOutRows { inputs, labels, fraction: Some(0.25), chosen });
    let handover = CompiledTask::from_json(&handover.to_json()).unwrap();
    let samples = SampleFile {
        rows: vec![vec![1; handover.layout.roles().len()]],
        num_occurrences: vec![1],
        labels: None,
        vartype: Vartype::Binary,
    };
    let decoded = handover.decode(&samples).unwrap();
    let test = decoded.test.unwrap();
    assert_eq!((test.errors, test.num_rows), (8 - decoded.train.errors, 8), "every label is turned round");
    let damages: [fn(&mut HeldOutRows); 2] = [|test| test.labels[0] = 2, |test| test.labels.truncate(3)];
    for damage in damages {
        let mut damaged = handover.clone();
        damage(damaged.test.as_mut().unwrap());
        let error = CompiledTask::from_json(&damaged.to_json()).unwrap_err();
        assert!(matches!(error, HandoverError::TestRows), "{error}");
    }
}
