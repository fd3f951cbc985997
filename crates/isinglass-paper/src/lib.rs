//! The experiments of M. Sasdelli and T.-J. Chin, *Quantum Annealing Formulation for Binary Neural Networks* (arXiv:2107.02751), and
//! ablations of the formulation.
//!
//! A module may use only the modules above it in the list below (`cargo xtask tidy` checks it).

pub mod reproduce;
pub mod ablation;
