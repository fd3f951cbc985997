//! Binary networks: shape, packed weights, inference, and how output bits name a class.

mod architecture;
mod codebook;
mod inference;

pub use architecture::{Architecture, ArchitectureError};
pub use codebook::Codebook;

use crate::bits::BitMatrix;
use serde::{Deserialize, Serialize};

/// A binary network: an [`Architecture`] and a bit for every weight.
///
/// Layer `l` (from 0) is a matrix of `n_{l+1} × fan_in(l)` bits: row = neuron, column = input, and with a bias the last
/// column is the weight of the constant `+1`. A set bit is `+1`. A neuron that sees `c` agreements between its `n` weights
/// and inputs has the pre-activation `2c - n`, and fires (`+1`) iff that is `>= 0`: a tie gives `+1`.
///
/// # Examples
/// ```
/// use isinglass::{bits::BitMatrix, network::{Architecture, Network}};
/// let architecture = Architecture::new(vec![3, 1], false)?;
/// let majority = Network::from_fn(architecture, |_, _, _| true);
/// let inputs = BitMatrix::from_fn(2, 3, |row, column| column <= row);
/// let outputs = majority.infer(&inputs);
/// assert_eq!((outputs.get(0, 0), outputs.get(1, 0)), (false, true));
/// # Ok::<(), isinglass::network::ArchitectureError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Network {
    architecture: Architecture,
    layers: Vec<BitMatrix>,
}

impl Network {
    /// The network whose weight of `(layer, neuron, input)` is `weight(layer, neuron, input)`.
    pub fn from_fn(architecture: Architecture, mut weight: impl FnMut(usize, usize, usize) -> bool) -> Self {
        let layers = (0..architecture.num_layers())
            .map(|layer| {
                BitMatrix::from_fn(architecture.width(layer + 1), architecture.fan_in(layer), |neuron, input| {
                    weight(layer, neuron, input)
                })
            })
            .collect();
        Self { architecture, layers }
    }

    /// The shape.
    #[must_use]
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The weights of one layer, `n_{l+1} × fan_in(l)`.
    ///
    /// # Panics
    /// When there is no such layer.
    #[must_use]
    pub fn layer(&self, layer: usize) -> &BitMatrix {
        &self.layers[layer]
    }

    /// The weight of `(layer, neuron, input)`.
    ///
    /// # Panics
    /// When an index is out of range.
    #[must_use]
    pub fn weight(&self, layer: usize, neuron: usize, input: usize) -> bool {
        self.layers[layer].get(neuron, input)
    }

    /// Sets the weight of `(layer, neuron, input)`.
    ///
    /// # Panics
    /// When an index is out of range.
    pub fn set_weight(&mut self, layer: usize, neuron: usize, input: usize, weight: bool) {
        self.layers[layer].set(neuron, input, weight);
    }

    /// Whether the stored layers have the shapes that the architecture says; false only for a damaged file.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        self.layers.len() == self.architecture.num_layers()
            && self.layers.iter().enumerate().all(|(index, layer)| {
                layer.num_rows() == self.architecture.width(index + 1)
                    && layer.num_columns() == self.architecture.fan_in(index)
            })
    }
}
