//! The learning half of isinglass: data, binary networks, formulations, training.
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
