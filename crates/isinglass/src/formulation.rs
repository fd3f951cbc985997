//! Formulations of binary network training as a QUBO: `reference` (Sasdelli and Chin) and `compact`.
//!
//! One compiler, [`compile`], builds both; `reference` is `compact` with every reduction switched off and one penalty
//! for all constraints. `docs/formulation.md` gives the mathematics section by section.
//!
//! [`hard_constraints`] builds a mixed-integer program of the same task, with hard constraints instead of penalties.
//!
//! # References
//! M. Sasdelli, T.-J. Chin, *Quantum Annealing Formulation for Binary Neural Networks*, arXiv 2107.02751 (2021).

mod affine;
mod arithmetic;
mod compile;
mod draft;
mod gauge;
mod hard_constraints;
mod layout;
mod loss;
mod options;
mod penalty;
mod precision;
mod product;
mod slack;
mod statistics;
#[cfg(test)]
mod tests;
mod threshold;
mod wide_gap;

pub use arithmetic::few_bits;
pub use compile::{Formulation, FormulationError, Size, WeightTerms, compile, compile_within};
pub use hard_constraints::{HardConstraints, hard_constraints, hard_constraints_within};
pub use layout::{Layout, LayoutError, NeuronPlace, Place, Role};
pub use options::{FormulationOptions, GateKind, PenaltyRule, Reductions};
pub use precision::{Alternative, Change, alternatives};
pub use statistics::{RoleCount, Statistics};
