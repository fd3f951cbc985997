//! Compiles training into a QUBO, samples it, and decodes a network from the best sample.
//!
//! Run with `cargo run --release -p isinglass --example compile_and_sample`.

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use isinglass::bits::BitMatrix;
use isinglass::formulation::{FormulationOptions, WeightTerms, compile};
use isinglass::network::Architecture;
use isinglass::qubo::sampler::SimulatedAnnealing;
use isinglass::qubo::{RunControl, Sampler};
use isinglass::task::Task;
use isinglass::verify::{loss, verify};
use std::error::Error;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let inputs = BitMatrix::from_rows(&[[false, false], [false, true], [true, false], [true, true]]);
    let targets = BitMatrix::from_rows(&[[false], [true], [true], [false]]); // exclusive or
    let task = Task::new(inputs, targets)?;
    let architecture = Architecture::new(vec![2, 2, 1], true)?;
    let formulation = compile(&task, &architecture, &FormulationOptions::compact(), &WeightTerms::default())?;
    println!(
        "{} weights became a QUBO of {} variables",
        architecture.num_weights(),
        formulation.statistics.num_variables
    );

    let sampling = SimulatedAnnealing::default().sample(&formulation.qubo, &RunControl::default())?;
    let best = sampling.best().ok_or("annealing gives at least one sample")?;
    let network = formulation.layout.decode(best.sample)?;
    let verification = verify(&formulation.qubo, &formulation.layout, &task, best.sample)?;
    println!(
        "energy {}, {} violated constraints, loss {}",
        best.energy,
        verification.violations(),
        loss(&network, &task)
    );
    assert_eq!(loss(&network, &task), 0.0);
    Ok(())
}
