//! Moves of a local search over weights.

use super::Weight;
use crate::formulation::WeightTerms;
use crate::network::Architecture;
use std::collections::{HashMap, HashSet};

/// A free weight, with the linear term `h` on its bit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// The weight.
    pub weight: Weight,
    /// `h`.
    pub bias: f64,
}

/// The free weights of a network, by layers, neurons and inputs. Terms given more than once for a weight add up.
#[must_use]
pub fn moves(architecture: &Architecture, terms: &WeightTerms) -> Vec<Move> {
    let fixed: HashSet<_> =
        terms.fixed.iter().map(|&(layer, neuron, input, _)| Weight { layer, neuron, input }).collect();
    let mut biases: HashMap<_, f64> = HashMap::new();
    for &(layer, neuron, input, bias) in &terms.biases {
        *biases.entry(Weight { layer, neuron, input }).or_default() += bias;
    }
    let free = Weight::all(architecture).filter(|weight| !fixed.contains(weight));
    free.map(|weight| Move { weight, bias: biases.get(&weight).copied().unwrap_or(0.0) }).collect()
}
