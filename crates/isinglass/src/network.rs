//! Binary neural networks: architecture, packed weights, inference and output codes.

mod architecture;
mod codebook;
mod inference;

pub use architecture::{Architecture, ArchitectureError};
pub use codebook::{ClassScore, Codebook, winner};

use crate::bits::BitMatrix;
use serde::{Deserialize, Serialize};

/// A binary neural network: an [`Architecture`] and one bit per weight.
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
#[serde(try_from = "Fields")]
pub struct Network {
    architecture: Architecture,
    layers: Vec<BitMatrix>,
}

impl Network {
    /// Builds the network whose weight at `(layer, neuron, input)` is `weight(layer, neuron, input)`.
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

    /// The architecture.
    #[must_use]
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The weights of one layer, `n_{l+1} × fan_in(l)`.
    ///
    /// # Panics
    /// When `layer` is out of range.
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    architecture: Architecture,
    layers: Vec<BitMatrix>,
}

/// Why stored weights do not form a network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The number of layers differs from that of the architecture.
    #[error("a {architecture} network has {expected} layers of weights, but {found} are given")]
    Layers {
        /// The architecture.
        architecture: Architecture,
        /// Its layers.
        expected: usize,
        /// Layers given.
        found: usize,
    },
    /// A layer has the wrong shape.
    #[error(
        "layer {layer} of a {architecture} network is {expected_rows} x {expected_columns}, but the weights are {rows} x {columns}"
    )]
    Shape {
        /// The layer.
        layer: usize,
        /// The architecture.
        architecture: Architecture,
        /// Its neurons.
        expected_rows: usize,
        /// Its fan-in.
        expected_columns: usize,
        /// Rows given.
        rows: usize,
        /// Columns given.
        columns: usize,
    },
}

impl TryFrom<Fields> for Network {
    type Error = NetworkError;

    fn try_from(Fields { architecture, layers }: Fields) -> Result<Self, NetworkError> {
        let expected = architecture.num_layers();
        if layers.len() != expected {
            return Err(NetworkError::Layers { architecture, expected, found: layers.len() });
        }
        for (layer, weights) in layers.iter().enumerate() {
            let (rows, columns) = (weights.num_rows(), weights.num_columns());
            let (expected_rows, expected_columns) = (architecture.width(layer + 1), architecture.fan_in(layer));
            if (rows, columns) != (expected_rows, expected_columns) {
                return Err(NetworkError::Shape {
                    layer,
                    architecture,
                    expected_rows,
                    expected_columns,
                    rows,
                    columns,
                });
            }
        }
        Ok(Self { architecture, layers })
    }
}
