//! Variable layout: the role of each variable, and decoding weights from a sample.

use super::gauge::KnownWeights;
use crate::network::{Architecture, Network};
use crate::task::Merge;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Index of a product: a weight in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The neuron that the product belongs to.
    pub neuron: NeuronPlace,
    /// The input of that neuron; the last one is the bias, if there is one.
    pub input: usize,
}

/// Index of a neuron in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NeuronPlace {
    /// The group.
    pub group: usize,
    /// The layer, from 0.
    pub layer: usize,
    /// The neuron in its layer.
    pub neuron: usize,
}

/// The role of a variable. Each role has a label such as `weight_0_2_1`, used in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// A weight bit: `weight_LAYER_NEURON_INPUT`.
    Weight {
        /// The layer, from 0.
        layer: usize,
        /// The neuron in its layer.
        neuron: usize,
        /// The input of the neuron.
        input: usize,
    },
    /// A product `XNOR(w, a)`: `product_GROUP_LAYER_NEURON_INPUT`.
    Product(Place),
    /// An AND of weight and activation: `and_GROUP_LAYER_NEURON_INPUT`.
    And(Place),
    /// The AND of weight and activation that a product's cubic term is reduced with: `ancilla_GROUP_LAYER_NEURON_INPUT`.
    Ancilla(Place),
    /// The activation bit of a neuron: `activation_GROUP_LAYER_NEURON`.
    Activation(NeuronPlace),
    /// A slack bit of a neuron's gate: `slack_GROUP_LAYER_NEURON_BIT`.
    Slack(NeuronPlace, usize),
    /// One iff the output is wrong, in place of its activation bit: `output_error_GROUP_OUTPUT` (LP files take no name that
    /// begins with an `e`).
    Error {
        /// The group.
        group: usize,
        /// The output.
        output: usize,
    },
    /// A copy of the error: `loss_GROUP_OUTPUT`.
    Loss {
        /// The group.
        group: usize,
        /// The output.
        output: usize,
    },
}

impl Role {
    /// The kinds of role, in the order used by statistics.
    pub const KINDS: [&'static str; 8] =
        ["weight", "product", "and", "ancilla", "activation", "slack", "error", "loss"];

    /// The kind, as in [`Role::KINDS`].
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Weight { .. } => "weight",
            Self::Product(_) => "product",
            Self::And(_) => "and",
            Self::Ancilla(_) => "ancilla",
            Self::Activation(_) => "activation",
            Self::Slack(..) => "slack",
            Self::Error { .. } => "error",
            Self::Loss { .. } => "loss",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match *self {
            Self::Weight { layer, neuron, input } => write!(formatter, "{kind}_{layer}_{neuron}_{input}"),
            Self::Product(place) | Self::And(place) | Self::Ancilla(place) => {
                let NeuronPlace { group, layer, neuron } = place.neuron;
                write!(formatter, "{kind}_{group}_{layer}_{neuron}_{}", place.input)
            }
            Self::Activation(NeuronPlace { group, layer, neuron }) => {
                write!(formatter, "{kind}_{group}_{layer}_{neuron}")
            }
            Self::Slack(NeuronPlace { group, layer, neuron }, bit) => {
                write!(formatter, "{kind}_{group}_{layer}_{neuron}_{bit}")
            }
            Self::Error { group, output } => write!(formatter, "output_{kind}_{group}_{output}"),
            Self::Loss { group, output } => write!(formatter, "{kind}_{group}_{output}"),
        }
    }
}

impl FromStr for Role {
    type Err = LayoutError;

    fn from_str(label: &str) -> Result<Self, LayoutError> {
        let unknown = || LayoutError::UnknownLabel { label: label.to_owned() };
        let (kind, parts) = match label.strip_prefix("output_error_") {
            Some(rest) => ("error", rest.split('_')),
            None => {
                let (kind, rest) = label.split_once('_').ok_or_else(unknown)?;
                (kind, rest.split('_'))
            }
        };
        let indices: Vec<usize> = parts.map(|part| part.parse().map_err(|_| unknown())).collect::<Result<_, _>>()?;
        let place = |group, layer, neuron, input| Place { neuron: NeuronPlace { group, layer, neuron }, input };
        Ok(match (kind, indices.as_slice()) {
            ("weight", &[layer, neuron, input]) => Self::Weight { layer, neuron, input },
            ("product", &[group, layer, neuron, input]) => Self::Product(place(group, layer, neuron, input)),
            ("and", &[group, layer, neuron, input]) => Self::And(place(group, layer, neuron, input)),
            ("ancilla", &[group, layer, neuron, input]) => Self::Ancilla(place(group, layer, neuron, input)),
            ("activation", &[group, layer, neuron]) => Self::Activation(NeuronPlace { group, layer, neuron }),
            ("slack", &[group, layer, neuron, bit]) => Self::Slack(NeuronPlace { group, layer, neuron }, bit),
            ("error", &[group, output]) if label.starts_with("output_") => Self::Error { group, output },
            ("loss", &[group, output]) => Self::Loss { group, output },
            _ => return Err(unknown()),
        })
    }
}

/// Why a layout, or a sample for it, is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// A label does not name a role.
    #[error("`{label}` is not a variable label of isinglass, such as weight_0_2_1 or slack_4_0_2_0")]
    UnknownLabel {
        /// The label.
        label: String,
    },
    /// A label occurs twice.
    #[error("`{label}` labels two variables")]
    DuplicateLabel {
        /// The label.
        label: String,
    },
    /// A weight does not exist in the architecture.
    #[error("weight_{layer}_{neuron}_{input} is not in a {architecture} network")]
    NoSuchWeight {
        /// Its layer.
        layer: usize,
        /// Its neuron.
        neuron: usize,
        /// Its input.
        input: usize,
        /// The architecture.
        architecture: Architecture,
    },
    /// The number of weights differs from that of the architecture.
    #[error("{given} weights are given, as variables or as known weights, but a {architecture} network has {expected}")]
    NumWeights {
        /// Weights given.
        given: usize,
        /// Weights of the architecture.
        expected: usize,
        /// The architecture.
        architecture: Architecture,
    },
    /// A weight is given more than once, or not at all.
    #[error(
        "weight_{layer}_{neuron}_{input} is given {times} times, but must be given once, as a variable or as a known weight"
    )]
    WeightCount {
        /// Its layer.
        layer: usize,
        /// Its neuron.
        neuron: usize,
        /// Its input.
        input: usize,
        /// How often it is given.
        times: usize,
    },
    /// The sample has the wrong length.
    #[error("the sample has {found} values, but the layout has {expected} variables")]
    SampleLength {
        /// Its length.
        found: usize,
        /// The number of variables.
        expected: usize,
    },
}

/// Variable layout of a formulation: the role of each variable, the fixed weights, and how rows were merged.
///
/// Serialised as JSON for use with samplers elsewhere (`docs/formats.md`, Layout).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "LayoutFields", into = "LayoutFields")]
pub struct Layout {
    architecture: Architecture,
    merge: Merge,
    known_weights: Vec<(usize, usize, usize, bool)>,
    roles: Vec<Role>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LayoutFields {
    architecture: Architecture,
    merge: Merge,
    /// `[layer, neuron, input, +1 or -1]`
    known_weights: Vec<(usize, usize, usize, i8)>,
    variables: Vec<String>,
}

impl From<Layout> for LayoutFields {
    fn from(layout: Layout) -> Self {
        let spin = |bit| if bit { 1 } else { -1 };
        Self {
            architecture: layout.architecture,
            merge: layout.merge,
            known_weights: layout.known_weights.into_iter().map(|(l, n, i, bit)| (l, n, i, spin(bit))).collect(),
            variables: layout.roles.iter().map(Role::to_string).collect(),
        }
    }
}

impl TryFrom<LayoutFields> for Layout {
    type Error = LayoutError;

    fn try_from(fields: LayoutFields) -> Result<Self, LayoutError> {
        let roles = fields.variables.iter().map(|label| label.parse()).collect::<Result<Vec<Role>, _>>()?;
        let mut sorted = roles.clone();
        sorted.sort_unstable();
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(LayoutError::DuplicateLabel { label: pair[0].to_string() });
        }
        let known_weights = fields.known_weights.into_iter().map(|(l, n, i, spin)| (l, n, i, spin > 0)).collect();
        let layout = Self { architecture: fields.architecture, merge: fields.merge, known_weights, roles };
        layout.check_weights()?;
        Ok(layout)
    }
}

impl Layout {
    pub(super) fn new(architecture: Architecture, merge: Merge, known: &KnownWeights, roles: Vec<Role>) -> Self {
        let mut known_weights = Vec::new();
        for (layer, neurons) in known.iter().enumerate() {
            for (neuron, inputs) in neurons.iter().enumerate() {
                for (input, &weight) in inputs.iter().enumerate() {
                    if let Some(bit) = weight {
                        known_weights.push((layer, neuron, input, bit));
                    }
                }
            }
        }
        Self { architecture, merge, known_weights, roles }
    }

    /// Checks that every weight of the architecture occurs once, as a variable or fixed.
    fn check_weights(&self) -> Result<(), LayoutError> {
        // before memory is allocated for a count of each weight
        let (given, expected) = (self.weight_places().count(), self.architecture.num_weights());
        if given != expected {
            return Err(LayoutError::NumWeights { given, expected, architecture: self.architecture.clone() });
        }
        let mut times: Vec<Vec<usize>> = (0..self.architecture.num_layers())
            .map(|layer| vec![0; self.architecture.fan_in(layer) * self.architecture.width(layer + 1)])
            .collect();
        for (layer, neuron, input) in self.weight_places() {
            let inside = layer < self.architecture.num_layers()
                && neuron < self.architecture.width(layer + 1)
                && input < self.architecture.fan_in(layer);
            if !inside {
                let architecture = self.architecture.clone();
                return Err(LayoutError::NoSuchWeight { layer, neuron, input, architecture });
            }
            times[layer][neuron * self.architecture.fan_in(layer) + input] += 1;
        }
        for (layer, counts) in times.iter().enumerate() {
            if let Some(index) = counts.iter().position(|&count| count != 1) {
                let fan_in = self.architecture.fan_in(layer);
                let (neuron, input) = (index / fan_in, index % fan_in);
                return Err(LayoutError::WeightCount { layer, neuron, input, times: counts[index] });
            }
        }
        Ok(())
    }

    fn weight_places(&self) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        let known = self.known_weights.iter().map(|&(layer, neuron, input, _)| (layer, neuron, input));
        known.chain(self.roles.iter().filter_map(|role| match *role {
            Role::Weight { layer, neuron, input } => Some((layer, neuron, input)),
            _ => None,
        }))
    }

    /// The architecture of the network.
    #[must_use]
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// How rows were merged: groups are numbered as by [`Task::group`](crate::task::Task::group) with this value.
    #[must_use]
    pub fn merge(&self) -> Merge {
        self.merge
    }

    /// The role of each variable.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Fixed weights: `(layer, neuron, input, bit)`.
    #[must_use]
    pub fn known_weights(&self) -> &[(usize, usize, usize, bool)] {
        &self.known_weights
    }

    /// Decodes the weights from a sample of the QUBO. Slack bits, activations and products are ignored, so broken
    /// constraints do not matter. Any value above zero counts as a set bit, so samples over 0/1 and over ±1 both work.
    ///
    /// # Errors
    /// [`LayoutError::SampleLength`] when the sample does not have one value for each variable.
    pub fn decode(&self, sample: &[i8]) -> Result<Network, LayoutError> {
        if sample.len() != self.roles.len() {
            return Err(LayoutError::SampleLength { found: sample.len(), expected: self.roles.len() });
        }
        let mut network = Network::from_fn(self.architecture.clone(), |_, _, _| false);
        for &(layer, neuron, input, bit) in &self.known_weights {
            network.set_weight(layer, neuron, input, bit);
        }
        for (role, &value) in self.roles.iter().zip(sample) {
            if let Role::Weight { layer, neuron, input } = *role {
                network.set_weight(layer, neuron, input, value > 0);
            }
        }
        Ok(network)
    }
}

#[cfg(test)]
mod tests;
