//! The learning half of isinglass: data, binary networks, formulations, training.
//!
//! A module may use only the modules above it in the list below (`cargo xtask tidy` checks it).

pub mod bits;
pub mod dataset;
pub mod network;
pub mod task;

pub mod exact;

pub mod baseline;

#[cfg(test)]
mod a1a;
