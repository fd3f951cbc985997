//! Quantum annealing hardware: working graphs of chips, minor embedding, QPU timing, emulation, and services.
//!
//! A [`hardware::Chip`] is a graph of qubits and couplers. An [`embedding::Embedding`] maps each variable of a problem to a chain of
//! qubits. [`qpu`] has solver properties, timing and an emulator.
//!
//! ```
//! use isinglass_chip::embedding::Embedder;
//! use isinglass_chip::hardware::{Chip, Graph, Topology};
//! use isinglass_qubo::RunControl;
//! let chip = Chip::ideal("pegasus:3".parse::<Topology>()?);
//! let triangle = Graph::from_edges(3, [(0, 1), (1, 2), (0, 2)])?;
//! let result = Embedder::default().find(&triangle, &chip, &RunControl::default())?;
//! assert_eq!(result.statistics().num_qubits, 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A module may use only the modules above it in the list below (`cargo xtask tidy` checks it).

pub mod hardware;
pub mod drawing;
pub mod embedding;
pub mod qpu;
