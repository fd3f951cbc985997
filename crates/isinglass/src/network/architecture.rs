//! Network architecture: layer widths and biases.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Maximum number of weights a network may have: sizes are checked before memory is allocated.
const MAX_WEIGHTS: usize = 1 << 28;

/// Why widths do not form an architecture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchitectureError {
    /// Fewer than two widths.
    #[error("a network needs an input and an output width, but {found} widths were given")]
    TooFewWidths {
        /// Number of widths.
        found: usize,
    },
    /// A layer has no neurons.
    #[error("width {position} is 0; every layer needs at least one neuron")]
    ZeroWidth {
        /// The position of the width, from 0 (the inputs).
        position: usize,
    },
    /// The network exceeds the maximum number of weights.
    #[error("the network would have more than {MAX_WEIGHTS} weights")]
    TooManyWeights,
}

/// Network architecture: widths `n_0 - n_1 - … - n_L`, and whether each neuron has a bias, that is a weight from an
/// additional input with constant value `+1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Architecture {
    widths: Vec<usize>,
    bias: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    widths: Vec<usize>,
    bias: bool,
}

impl TryFrom<Fields> for Architecture {
    type Error = ArchitectureError;

    fn try_from(fields: Fields) -> Result<Self, ArchitectureError> {
        Self::new(fields.widths, fields.bias)
    }
}

impl From<Architecture> for Fields {
    fn from(architecture: Architecture) -> Self {
        Self { widths: architecture.widths, bias: architecture.bias }
    }
}

impl Architecture {
    /// Creates an architecture with these widths, inputs first and outputs last.
    ///
    /// # Errors
    /// [`ArchitectureError`] for fewer than two widths, a zero width, or more weights than fit.
    pub fn new(widths: Vec<usize>, bias: bool) -> Result<Self, ArchitectureError> {
        if widths.len() < 2 {
            return Err(ArchitectureError::TooFewWidths { found: widths.len() });
        }
        if let Some(position) = widths.iter().position(|&width| width == 0) {
            return Err(ArchitectureError::ZeroWidth { position });
        }
        let mut weights = 0usize;
        for pair in widths.windows(2) {
            let layer = pair[0].checked_add(usize::from(bias)).and_then(|fan_in| fan_in.checked_mul(pair[1]));
            weights = layer.and_then(|layer| weights.checked_add(layer)).ok_or(ArchitectureError::TooManyWeights)?;
        }
        if weights > MAX_WEIGHTS {
            return Err(ArchitectureError::TooManyWeights);
        }
        Ok(Self { widths, bias })
    }

    /// Layer widths, inputs first.
    #[must_use]
    pub fn widths(&self) -> &[usize] {
        &self.widths
    }

    /// Whether each neuron has a bias.
    #[must_use]
    pub fn bias(&self) -> bool {
        self.bias
    }

    /// Number of layers of weights, `L`.
    #[must_use]
    pub fn num_layers(&self) -> usize {
        self.widths.len() - 1
    }

    /// Number of inputs, `n_0`, without the constant input of the bias.
    #[must_use]
    pub fn num_inputs(&self) -> usize {
        self.widths[0]
    }

    /// Number of outputs, `n_L`.
    #[must_use]
    pub fn num_outputs(&self) -> usize {
        self.widths[self.widths.len() - 1]
    }

    /// Width at `position`: 0 for the inputs, `l + 1` for the neurons of layer `l`.
    ///
    /// # Panics
    /// When `position` is out of range.
    #[must_use]
    pub fn width(&self, position: usize) -> usize {
        self.widths[position]
    }

    /// Fan-in of each neuron of layer `layer`, bias included.
    ///
    /// # Panics
    /// When `layer` is out of range.
    #[must_use]
    pub fn fan_in(&self, layer: usize) -> usize {
        self.widths[layer] + usize::from(self.bias)
    }

    /// Number of weights of all layers.
    #[must_use]
    pub fn num_weights(&self) -> usize {
        (0..self.num_layers()).map(|layer| self.fan_in(layer) * self.widths[layer + 1]).sum()
    }

    /// Whether the network is odd, `f(-x) = -f(x)`, for all weights: no bias, and every fan-in odd, so that ties cannot
    /// occur.
    #[must_use]
    pub fn is_odd(&self) -> bool {
        !self.bias && (0..self.num_layers()).all(|layer| self.fan_in(layer) % 2 == 1)
    }
}

impl fmt::Display for Architecture {
    /// Formats the architecture as in papers: `7-3-1`, followed by `+bias` if there is one.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, width) in self.widths.iter().enumerate() {
            let dash = if position == 0 { "" } else { "-" };
            write!(formatter, "{dash}{width}")?;
        }
        if self.bias { formatter.write_str("+bias") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paper_s_network_has_twelve_weights_and_is_odd() {
        let architecture = Architecture::new(vec![3, 3, 1], false).unwrap();
        assert_eq!((architecture.num_weights(), architecture.is_odd()), (12, true));
        assert_eq!(architecture.to_string(), "3-3-1");
        let with_bias = Architecture::new(vec![3, 3, 1], true).unwrap();
        assert_eq!((with_bias.num_weights(), with_bias.is_odd()), (16, false));
    }

    #[test]
    fn impossible_shapes_are_refused_before_memory_is_taken() {
        let message = |widths: Vec<usize>| Architecture::new(widths, true).unwrap_err().to_string();
        insta::assert_snapshot!(message(vec![3]), @"a network needs an input and an output width, but 1 widths were given");
        insta::assert_snapshot!(message(vec![3, 0, 1]), @"width 1 is 0; every layer needs at least one neuron");
        insta::assert_snapshot!(message(vec![usize::MAX, 2]), @"the network would have more than 268435456 weights");
        insta::assert_snapshot!(message(vec![1 << 20, 1 << 20]), @"the network would have more than 268435456 weights");
    }
}
