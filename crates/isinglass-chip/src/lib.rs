//! Quantum annealing hardware: working graphs of chips, minor embedding, QPU timing, emulation, and services.
//!
//! A [`hardware::Chip`] is a graph of qubits and couplers. An [`embedding::Embedding`] maps each variable of a problem to a chain of
//! qubits. [`qpu`] has solver properties, timing and an emulator.
//!
//! ```
//! ```
//!
//! A module may use only the modules above it in the list below (`cargo xtask tidy` checks it).

pub mod hardware;
pub mod drawing;
pub mod embedding;
pub mod qpu;
