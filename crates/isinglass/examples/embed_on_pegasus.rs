//! Samples the QUBO of a small training task on an ideal Pegasus graph: embedding, annealing over qubits, unembedding.
//!
//! Run with `cargo run --release -p isinglass --example embed_on_pegasus`.

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use isinglass::bits::BitMatrix;
use isinglass::chip::embedding::{Embedded, EmbeddingComposite};
use isinglass::chip::hardware::{Chip, Topology};
use isinglass::formulation::{FormulationOptions, WeightTerms, compile};
use isinglass::network::Architecture;
use isinglass::qubo::sampler::SimulatedAnnealing;
use isinglass::qubo::{RunControl, Sampler};
use isinglass::task::Task;
use std::error::Error;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let inputs = BitMatrix::from_fn(4, 2, |row, column| row >> column & 1 == 1);
    let targets = BitMatrix::from_rows(&[[false], [true], [true], [true]]); // or
    let task = Task::new(inputs, targets)?;
    let architecture = Architecture::new(vec![2, 1], true)?;
    let formulation = compile(&task, &architecture, &FormulationOptions::compact(), &WeightTerms::default())?;

    let chip = Chip::ideal("pegasus:4".parse::<Topology>()?);
    println!("{}: {} qubits, {} couplers", chip.name(), chip.qubits().len(), chip.graph().num_edges());
    let make = |seed, _: &Embedded| -> Box<dyn Sampler> {
        Box::new(SimulatedAnnealing { seed, ..SimulatedAnnealing::default() })
    };
    let composite = EmbeddingComposite::new(Box::new(make), chip);
    let (sampling, report) = composite.sample_embedded(&formulation.qubo, &RunControl::default())?;
    let best = sampling.best().ok_or("annealing gives at least one sample")?;
    println!(
        "{} variables on {} qubits, {:.1} % of chains broken, energy {}",
        formulation.qubo.num_variables(),
        report.embedding.num_qubits,
        100.0 * report.mean_break_rate(),
        best.energy
    );
    assert_eq!(best.energy, 0.0);
    Ok(())
}
