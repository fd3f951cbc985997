//! Trains neural networks whose weights and activations are all `-1` or `+1`: by annealing a QUBO, or by searching the weights.
//!
//! This is the one crate to depend on: [`qubo`] (models, files, samplers) and [`chip`] (hardware graphs, embedding, emulation) are part
//! of it. Train a network, and print its accuracy:
//!
//! ```
//! use isinglass::dataset::{PreparedData, builtin};
//! use isinglass::{qubo::RunControl, trainer::Trainer};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let data = PreparedData::of_table(builtin("monks-1", 0)?, 0.25)?; // a quarter for testing
//!     let trainer = Trainer { hidden: vec![3], bias: true, num_reads: 16, proof_time: None, ..Trainer::default() };
//!     let trained = trainer.fit(&data, &RunControl::default())?;
//!     println!("accuracy {:.3} on the test rows", trained.accuracy());
//!     assert!(trained.accuracy() > 0.8);
//!     std::fs::write(std::env::temp_dir().join("monks.model.json"), trained.model.to_json())?;
//!     Ok(())
//! }
//! ```
//!
//! Compile training into a QUBO, sample it, and decode a network:
//!
//! ```
//! use isinglass::formulation::{FormulationOptions, WeightTerms, compile};
//! use isinglass::qubo::{RunControl, Sampler, sampler::SimulatedAnnealing};
//! use isinglass::{bits::BitMatrix, network::Architecture, task::Task, verify::loss};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let inputs = BitMatrix::from_rows(&[[false, false], [false, true], [true, false], [true, true]]);
//!     let task = Task::new(inputs, BitMatrix::from_rows(&[[false], [true], [true], [false]]))?; // exclusive or
//!     let shape = Architecture::new(vec![2, 2, 1], true)?;
//!     let formulation = compile(&task, &shape, &FormulationOptions::compact(), &WeightTerms::default())?;
//!     let samples = SimulatedAnnealing::default().sample(&formulation.qubo, &RunControl::default())?;
//!     let network = formulation.layout.decode(samples.best().ok_or("no sample")?.sample)?;
//!     println!("energy {:?}, loss {}", samples.best().map(|best| best.energy), loss(&network, &task));
//!     assert_eq!(loss(&network, &task), 0.0);
//!     Ok(())
//! }
//! ```
//!
//! [`trainer`] does all that the command `isinglass train` does. Below it, [`dataset`] reads rows, [`task`] holds what is to be learned,
//! [`formulation`] compiles it, [`mod@train`] minimises, [`verify`] checks, [`exact`] proves.
//!
//! A module may use only the modules above it in the list below (`cargo xtask tidy` checks it).

pub mod bits;
pub mod network;
pub mod task;
pub mod dataset;
pub mod formulation;
pub mod verify;
pub mod evaluation;
pub mod exact;
pub mod baseline;
pub mod metrics;
pub mod checksummed;
pub mod certificate;
pub mod model;
pub mod descent;
pub mod compiled_task;
pub mod weight_annealing;
pub mod train;
pub mod report;
pub mod trainer;

#[cfg(test)]
mod a1a;

pub use isinglass_chip as chip;
pub use isinglass_qubo as qubo;
