//! The command `train` is the library's `Trainer`: the same network, the same report.

use std::time::Duration;

use isinglass::dataset::{
    Binarize, PipelineOptions, PreparedData, ReadOptions, Split, SplitOptions, TestSource, builtin,
};
use isinglass::formulation::FormulationOptions;
use isinglass::model::Model;
use isinglass::qubo::RunControl;
use isinglass::train::Solver;
use isinglass::trainer::{SolverChoice, TrainedNetwork, Trainer};
use serde_json::Value;

use crate::program::Program;
use crate::train::timeless;

fn fit(set: &str, trainer: &Trainer) -> TrainedNetwork {
    let options = SplitOptions { test: TestSource::Fraction(0.25), ..SplitOptions::default() };
    let split = Split::prepare(builtin(set, 0).unwrap(), &options, &ReadOptions::default()).unwrap();
    let pipeline = PipelineOptions { binarize: Binarize::default(), ..PipelineOptions::default() };
    trainer.fit(&PreparedData::fit(&split, &pipeline).unwrap(), &RunControl::default()).unwrap()
}

/// Model and report of the command.
fn command(arguments: &str) -> (Model, Value) {
    let program = Program::new();
    let report = program.json(&format!("train {arguments} --test 0.25 --out model.json"));
    (Model::from_json(&std::fs::read_to_string(program.path().join("model.json")).unwrap()).unwrap(), report)
}

#[test]
fn the_library_call_and_the_command_give_the_same_network_and_report() {
    let plain = Trainer { hidden: vec![3], bias: true, num_reads: 16, num_sweeps: 200, seed: 5, ..Trainer::default() };
    let cases = [
        ("monks-1 --hidden 3 --bias --num-reads 16 --num-sweeps 200 --seed 5", "monks-1", plain.clone()),
        (
            "parity:2 --bias --num-reads 16 --num-sweeps 200 --seed 5 --formulation reference --solver exhaustive --no-proof --no-polish",
            "parity:2",
            Trainer {
                hidden: Vec::new(),
                bias: true,
                formulation: FormulationOptions::reference(),
                solver: SolverChoice::Given(Solver::Exhaustive),
                proof_time: None,
                polish: false,
                ..plain.clone()
            },
        ),
        (
            "monks-3 --hidden 2 --num-reads 4 --num-sweeps 50 --batch-size 40 --seed 2 --no-baselines --without merge-equal",
            "monks-3",
            Trainer {
                hidden: vec![2],
                bias: false,
                num_reads: 4,
                num_sweeps: 50,
                batch_size: Some(40),
                seed: 2,
                baselines: false,
                formulation: {
                    let mut options = FormulationOptions::compact();
                    options.reductions.merge_equal = false;
                    options.reductions.merge_negated = false;
                    options
                },
                ..plain
            },
        ),
    ];
    for (arguments, set, trainer) in cases {
        let (model, report) = command(arguments);
        let trained = fit(set, &trainer);
        assert_eq!(&model.network, trained.network(), "{arguments}");
        assert_eq!(model.pipeline, trained.model.pipeline, "{arguments}");
        let expected = timeless(serde_json::to_value(&trained.report).unwrap());
        let report = timeless(report);
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&report[name], value, "{name} of {arguments}");
        }
    }
}

#[test]
fn the_time_limit_holds_for_the_whole_of_train() {
    let limit = Duration::from_secs(2);
    let arguments = "digits --hidden 5 --num-reads 1000000 --no-proof --time-limit 2s";
    let (_, report) = command(arguments);
    let seconds = report["seconds"].as_f64().unwrap();
    assert!(seconds < limit.as_secs_f64() + 2.0, "{seconds} s");
    assert_eq!(report["solver"]["status"], "time_limit");
    assert_eq!(report["baselines"].as_array().unwrap().len(), 4);
}
