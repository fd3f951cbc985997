//! Conversion between points of the program and networks.

use super::super::affine::Bit;
use super::super::layout::{NeuronPlace, Role};
use super::HardConstraints;
use crate::bits::BitMatrix;
use crate::network::Network;
use crate::task::Task;

impl HardConstraints {
    /// Decodes a point into a network: a weight is `+1` where its variable is above one half, or where it is fixed to
    /// `+1`. All other variables are ignored.
    ///
    /// # Panics
    /// When `point` does not have one value for each variable.
    #[must_use]
    pub fn network(&self, values: &[f64]) -> Network {
        assert_eq!(values.len(), self.roles.len(), "one value for each variable");
        Network::from_fn(self.architecture.clone(), |layer, neuron, input| match self.weights[layer][neuron][input] {
            Bit::Known(bit) => bit,
            Bit::Literal { variable, negated } => (values[variable] > 0.5) != negated,
        })
    }

    /// Encodes a network as a point of the program: its weights, and all other variables from the forward pass on the
    /// task.
    ///
    /// The point is feasible if the network has the fixed weights and its hidden neurons are in the required order.
    ///
    /// # Panics
    /// When the network has a different shape.
    #[must_use]
    pub fn point(&self, task: &Task, network: &Network) -> Vec<f64> {
        assert_eq!(network.architecture(), &self.architecture, "a network of the same shape");
        let groups = task.group(self.merge);
        let activations = activations(network, &groups.inputs);
        // the activation that a weight meets; the bias meets +1
        let input_of = |place: NeuronPlace, input: usize| match place.layer {
            0 => input >= groups.inputs.num_columns() || groups.inputs.get(place.group, input),
            layer => input >= self.architecture.width(layer) || activations[layer - 1].get(place.group, input),
        };
        let bit = |role: &Role| match *role {
            Role::Weight { layer, neuron, input } => network.weight(layer, neuron, input),
            Role::Product(place) => {
                let NeuronPlace { layer, neuron, .. } = place.neuron;
                network.weight(layer, neuron, place.input) == input_of(place.neuron, place.input)
            }
            Role::Activation(place) => activations[place.layer].get(place.group, place.neuron),
            _ => unreachable!("the program has weights, products and activations"),
        };
        self.roles.iter().map(|role| f64::from(u8::from(bit(role)))).collect()
    }
}

/// The activations of every layer, `G × n_{l+1}` each.
fn activations(network: &Network, inputs: &BitMatrix) -> Vec<BitMatrix> {
    let architecture = network.architecture();
    let mut all: Vec<BitMatrix> = Vec::with_capacity(architecture.num_layers());
    for layer in 0..architecture.num_layers() {
        let (below, fan_in) = (all.last().unwrap_or(inputs), architecture.fan_in(layer));
        let agrees = |group: usize, neuron: usize, input: usize| {
            let activation = input >= below.num_columns() || below.get(group, input);
            network.weight(layer, neuron, input) == activation
        };
        let fires = |group: usize, neuron: usize| {
            2 * (0..fan_in).filter(|&input| agrees(group, neuron, input)).count() >= fan_in
        };
        all.push(BitMatrix::from_fn(inputs.num_rows(), architecture.width(layer + 1), fires));
    }
    all
}
