//! Independent verification of networks and samples.
//!
//! Of [`formulation`](crate::formulation), this module uses only the labels of the layout: it evaluates the forward
//! pass in plain spins and the constraints from the labels, and takes energies from the model itself.

use crate::formulation::{Layout, LayoutError, NeuronPlace, Place, Role};
use crate::network::Network;
use crate::task::{Groups, Objective, Task};
use isinglass_qubo::{Bqm, Vartype};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Maximum number of slack bits of a wide-gap gate.
const MAX_WIDE_GAP_SLACK: usize = 14;

/// The verification result of one sample of a formulation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// Weighted number of wrong output bits of the decoded weights on the task, from the forward pass: what the QUBO
    /// counts, whatever the objective of the task.
    pub loss: f64,
    /// Energy of the sample on the QUBO, offset included.
    pub energy: f64,
    /// Energy of the sample completed from its weights: activations, products and errors by the forward pass, slack bits at
    /// their best. Equal to `loss` (plus weight terms) for an exact formulation.
    pub completed_energy: f64,
    /// Threshold gates whose output disagrees with their inputs.
    pub violated_gates: usize,
    /// Products, ANDs and ancillas that disagree with their operands.
    pub violated_products: usize,
    /// Loss variables that disagree with the error they copy.
    pub violated_losses: usize,
}

impl Verification {
    /// Total number of violated constraints.
    #[must_use]
    pub fn violations(&self) -> usize {
        self.violated_gates + self.violated_products + self.violated_losses
    }
}

/// Why a sample cannot be verified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The sample does not fit the layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// QUBO and layout differ in size, or the model is not over 0/1.
    #[error("the layout has {layout} variables, but the model has {model}, of vartype {vartype}; it must be BINARY")]
    Model {
        /// Variables of the layout.
        layout: usize,
        /// Variables of the model.
        model: usize,
        /// The model's vartype.
        vartype: &'static str,
    },
    /// The layout refers to groups that the task does not have.
    #[error("`{label}` refers to a group, neuron or input that the task and network do not have")]
    Foreign {
        /// The label of the variable.
        label: String,
    },
}

/// Computes the loss of a network on a task, row by row, in plain spins, for the [objective](Objective) of the task.
#[must_use]
pub fn loss(network: &Network, task: &Task) -> f64 {
    match task.objective() {
        Objective::OutputBits => wrong_output_bits(network, task),
        Objective::Errors => errors(network, task),
    }
}

/// Computes the weighted number of wrong output bits of a network on a task, row by row, in plain spins:
/// `sum_r weight_r #{o : f(x_r)_o != y_ro}`.
#[must_use]
pub fn wrong_output_bits(network: &Network, task: &Task) -> f64 {
    let wrong = |row: usize| {
        let outputs = outputs(network, &input_of(task, row));
        outputs.iter().enumerate().filter(|&(output, &bit)| bit != task.targets().get(row, output)).count()
    };
    weighted(task, wrong)
}

/// Computes the classification errors of a network on a task with one-hot targets, row by row, in plain spins.
fn errors(network: &Network, task: &Task) -> f64 {
    weighted(task, |row| usize::from(!task.targets().get(row, class_of(network, &input_of(task, row)))))
}

/// Weighted sum of the errors of each row, computed on all threads and added in row order.
fn weighted(task: &Task, wrong: impl Fn(usize) -> usize + Send + Sync) -> f64 {
    let wrong: Vec<usize> = (0..task.num_rows()).into_par_iter().map(wrong).collect();
    wrong.into_iter().zip(task.weights()).map(|(wrong, weight)| weight * wrong as f64).sum()
}

/// The class that a network with a one-hot code gives an input: that of the nearest codeword, among several that of the larger margin, then
/// the first. Written out here, apart from the code that predicts.
pub(crate) fn class_of(network: &Network, input: &[bool]) -> usize {
    let activations = forward(network, input);
    let last = network.architecture().num_layers() - 1;
    let num_classes = network.architecture().num_outputs();
    let sums: Vec<i64> =
        (0..num_classes).map(|output| sum(weights_of(network, last, output), &activations[last])).collect();
    let codeword = |class: usize, output: usize| if class == output { 1 } else { -1 };
    let mut best = (usize::MAX, i64::MIN, 0);
    for class in 0..num_classes {
        let distance = (0..num_classes).filter(|&output| (codeword(class, output) > 0) != (sums[output] >= 0)).count();
        let margin: i64 = (0..num_classes).map(|output| codeword(class, output) * sums[output]).sum();
        if distance < best.0 || (distance == best.0 && margin > best.1) {
            best = (distance, margin, class);
        }
    }
    best.2
}

/// The bits of one row.
fn input_of(task: &Task, row: usize) -> Vec<bool> {
    (0..task.inputs().num_columns()).map(|column| task.inputs().get(row, column)).collect()
}

/// The outputs of a network for one input, from the forward pass of [`loss`].
pub(crate) fn outputs(network: &Network, input: &[bool]) -> Vec<bool> {
    forward(network, input).pop().unwrap_or_default()
}

/// Activations of every layer, the inputs first, from the definition: `sign(sum_i w_i a_i)`, a tie being `+1`.
fn forward(network: &Network, input: &[bool]) -> Vec<Vec<bool>> {
    let mut activations = vec![input.to_vec()];
    for layer in 0..network.architecture().num_layers() {
        let inputs = &activations[layer];
        let outputs = (0..network.architecture().width(layer + 1))
            .map(|neuron| sum(weights_of(network, layer, neuron), inputs) >= 0)
            .collect();
        activations.push(outputs);
    }
    activations
}

/// The weights into a neuron, that of the bias last.
fn weights_of(network: &Network, layer: usize, neuron: usize) -> impl Iterator<Item = bool> {
    (0..network.architecture().fan_in(layer)).map(move |input| network.weight(layer, neuron, input))
}

/// The sum of a neuron, which fires iff the sum is at least 0. A weight past the last input is that of the bias, whose
/// input is `+1`.
fn sum(weights: impl Iterator<Item = bool>, inputs: &[bool]) -> i64 {
    let spin = |bit: bool| if bit { 1i64 } else { -1 };
    weights.enumerate().map(|(i, weight)| spin(weight) * inputs.get(i).map_or(1, |&bit| spin(bit))).sum()
}

/// Verifies one sample of a formulation of `task`.
///
/// # Errors
/// [`VerifyError`] when sample, layout, model and task do not match.
pub fn verify(qubo: &Bqm, layout: &Layout, task: &Task, sample: &[i8]) -> Result<Verification, VerifyError> {
    check_model(qubo, layout)?;
    let network = layout.decode(sample)?;
    let groups = task.group(layout.merge());
    check_places(layout, &groups)?;
    let index: HashMap<Role, usize> =
        layout.roles().iter().enumerate().map(|(variable, &role)| (role, variable)).collect();
    let reading = Reading { network: &network, groups: &groups, index: &index, sample };
    let (mut violated_gates, mut violated_products, mut violated_losses) = (0, 0, 0);
    for (&role, &variable) in &index {
        let value = sample[variable] > 0;
        match role {
            Role::Activation(place) => violated_gates += usize::from(value != reading.fires(place)),
            Role::Error { group, output } => {
                let fires = reading.fires(output_place(&network, group, output));
                violated_gates += usize::from(value != (fires != groups.targets.get(group, output)));
            }
            Role::Product(place) => {
                let (weight, activation) = reading.operands(place);
                violated_products += usize::from(value != (weight == activation));
            }
            Role::And(place) | Role::Ancilla(place) => {
                let (weight, activation) = reading.operands(place);
                violated_products += usize::from(value != (weight && activation));
            }
            Role::Loss { group, output } => {
                let out = reading.activation(output_place(&network, group, output));
                violated_losses += usize::from(value != (out != groups.targets.get(group, output)));
            }
            Role::Weight { .. } | Role::Slack(..) => {}
        }
    }
    let completed = complete(qubo, layout, &network, &groups, sample);
    Ok(Verification {
        loss: wrong_output_bits(&network, task),
        energy: qubo.energy(sample),
        completed_energy: qubo.energy(&completed),
        violated_gates,
        violated_products,
        violated_losses,
    })
}

/// Encodes a network as a sample of a formulation: its weights, and all other variables from the forward pass.
///
/// The network is first transformed into the equivalent one that has the fixed weights of the layout, by negating
/// hidden neurons of odd fan-in together with their outgoing weights. Where that is not possible, the fixed weights of
/// the layout win.
///
/// # Errors
/// [`VerifyError`] when layout, model and task do not match.
pub fn encode(qubo: &Bqm, layout: &Layout, task: &Task, network: &Network) -> Result<Vec<i8>, VerifyError> {
    let mut network = network.clone();
    let architecture = layout.architecture();
    for layer in (0..architecture.num_layers() - 1).rev() {
        for neuron in 0..architecture.width(layer + 1) {
            let wanted = layout.known_weights().iter().find(|&&(l, n, i, _)| (l, n, i) == (layer + 1, 0, neuron));
            let is_opposite = wanted.is_some_and(|&(.., bit)| bit != network.weight(layer + 1, 0, neuron));
            if is_opposite && architecture.fan_in(layer) % 2 == 1 {
                negate_neuron(&mut network, layer, neuron);
            }
        }
    }
    let weights: Vec<i8> = layout
        .roles()
        .iter()
        .map(|role| match *role {
            Role::Weight { layer, neuron, input } => i8::from(network.weight(layer, neuron, input)),
            _ => 0,
        })
        .collect();
    let groups = task.group(layout.merge());
    check_model(qubo, layout)?;
    check_places(layout, &groups)?;
    Ok(complete(qubo, layout, &layout.decode(&weights)?, &groups, &weights))
}

/// Negates all weights into a hidden neuron, and all weights out of it.
fn negate_neuron(network: &mut Network, layer: usize, neuron: usize) {
    for input in 0..network.architecture().fan_in(layer) {
        network.set_weight(layer, neuron, input, !network.weight(layer, neuron, input));
    }
    for next in 0..network.architecture().width(layer + 2) {
        network.set_weight(layer + 1, next, neuron, !network.weight(layer + 1, next, neuron));
    }
}

fn check_model(qubo: &Bqm, layout: &Layout) -> Result<(), VerifyError> {
    if qubo.num_variables() != layout.roles().len() || qubo.vartype() != Vartype::Binary {
        let (layout, model) = (layout.roles().len(), qubo.num_variables());
        return Err(VerifyError::Model { layout, model, vartype: qubo.vartype().name() });
    }
    Ok(())
}

fn output_place(network: &Network, group: usize, output: usize) -> NeuronPlace {
    NeuronPlace { group, layer: network.architecture().num_layers() - 1, neuron: output }
}

/// Checks that every variable refers to a group of the task and a neuron of the network.
fn check_places(layout: &Layout, groups: &Groups) -> Result<(), VerifyError> {
    let architecture = layout.architecture();
    let neuron_exists = |place: &NeuronPlace| {
        place.group < groups.len()
            && place.layer < architecture.num_layers()
            && place.neuron < architecture.width(place.layer + 1)
    };
    let fits = |role: &Role| match role {
        Role::Weight { .. } => true,
        Role::Product(place) | Role::And(place) | Role::Ancilla(place) => {
            neuron_exists(&place.neuron) && place.input < architecture.fan_in(place.neuron.layer)
        }
        Role::Activation(place) => neuron_exists(place),
        // a gate has fewer slack bits than its fan-in has binary digits, or is a wide-gap gate
        Role::Slack(place, bit) => {
            let digits = architecture.fan_in(place.layer).ilog2() as usize + 1;
            neuron_exists(place) && *bit < digits.max(MAX_WIDE_GAP_SLACK)
        }
        Role::Error { group, output } | Role::Loss { group, output } => {
            *group < groups.len() && *output < architecture.num_outputs()
        }
    };
    let shape_fits = groups.inputs.num_columns() == architecture.num_inputs()
        && groups.targets.num_columns() == architecture.num_outputs();
    match layout.roles().iter().find(|role| !shape_fits || !fits(role)) {
        Some(role) => Err(VerifyError::Foreign { label: role.to_string() }),
        None => Ok(()),
    }
}

/// A sample read as a state of the network on every group.
struct Reading<'a> {
    network: &'a Network,
    groups: &'a Groups,
    index: &'a HashMap<Role, usize>,
    sample: &'a [i8],
}

impl Reading<'_> {
    fn value(&self, role: Role) -> Option<bool> {
        self.index.get(&role).map(|&variable| self.sample[variable] > 0)
    }

    /// The activation of a neuron in the sample; if it has no variable, the activation computed from its inputs.
    fn activation(&self, place: NeuronPlace) -> bool {
        if let Some(bit) = self.value(Role::Activation(place)) {
            return bit;
        }
        let is_output = place.layer + 1 == self.network.architecture().num_layers();
        let error = self.value(Role::Error { group: place.group, output: place.neuron });
        match error {
            Some(error) if is_output => error != self.groups.targets.get(place.group, place.neuron),
            _ => self.fires(place),
        }
    }

    /// The input bits of a layer in a group, that of the bias left out.
    fn inputs(&self, group: usize, layer: usize) -> Vec<bool> {
        let width = self.network.architecture().width(layer);
        if layer == 0 {
            return (0..width).map(|column| self.groups.inputs.get(group, column)).collect();
        }
        (0..width).map(|neuron| self.activation(NeuronPlace { group, layer: layer - 1, neuron })).collect()
    }

    /// Whether a neuron fires on the products in the sample, or on its weights and inputs if it has no products.
    fn fires(&self, place: NeuronPlace) -> bool {
        let fan_in = self.network.architecture().fan_in(place.layer);
        let inputs = self.inputs(place.group, place.layer);
        let agreements = (0..fan_in)
            .filter(|&input| {
                let agree =
                    self.network.weight(place.layer, place.neuron, input) == inputs.get(input).copied().unwrap_or(true);
                self.value(Role::Product(Place { neuron: place, input })).unwrap_or(agree)
            })
            .count();
        2 * agreements >= fan_in
    }

    fn operands(&self, place: Place) -> (bool, bool) {
        let NeuronPlace { group, layer, neuron } = place.neuron;
        let activation = self.inputs(group, layer).get(place.input).copied().unwrap_or(true);
        (self.network.weight(layer, neuron, place.input), activation)
    }
}

/// The sample with everything but its weights recomputed: by the forward pass, and slack bits at their best.
fn complete(qubo: &Bqm, layout: &Layout, network: &Network, groups: &Groups, sample: &[i8]) -> Vec<i8> {
    let passes: Vec<Vec<Vec<bool>>> = (0..groups.len())
        .map(|group| {
            let input: Vec<bool> = (0..groups.inputs.num_columns()).map(|c| groups.inputs.get(group, c)).collect();
            forward(network, &input)
        })
        .collect();
    let operands = |place: &Place| {
        let NeuronPlace { group, layer, neuron } = place.neuron;
        let activation = passes[group][layer].get(place.input).copied().unwrap_or(true);
        (network.weight(layer, neuron, place.input), activation)
    };
    let is_wrong = |group: usize, output: usize| {
        let outputs = &passes[group][network.architecture().num_layers()];
        outputs[output] != groups.targets.get(group, output)
    };
    let mut completed = sample.to_vec();
    let mut slack: HashMap<NeuronPlace, Vec<usize>> = HashMap::new();
    for (variable, role) in layout.roles().iter().enumerate() {
        let bit = match role {
            Role::Weight { .. } => continue,
            Role::Slack(place, _) => {
                slack.entry(*place).or_default().push(variable);
                continue;
            }
            Role::Activation(place) => passes[place.group][place.layer + 1][place.neuron],
            Role::Error { group, output } | Role::Loss { group, output } => is_wrong(*group, *output),
            Role::Product(place) => operands(place).0 == operands(place).1,
            Role::And(place) | Role::Ancilla(place) => operands(place).0 && operands(place).1,
        };
        completed[variable] = i8::from(bit);
    }
    for bits in slack.values() {
        set_best(qubo, &mut completed, bits);
    }
    completed
}

/// Sets a few variables to their values of lowest energy, leaving the others unchanged: enumerates all values in Gray
/// code order, one flip at a time. Ties go to the first.
fn set_best(qubo: &Bqm, sample: &mut [i8], variables: &[usize]) {
    variables.iter().for_each(|&variable| sample[variable] = 0);
    let mut fields: Vec<f64> = Vec::with_capacity(variables.len());
    let mut couplings = vec![vec![0.0; variables.len()]; variables.len()];
    for (place, &variable) in variables.iter().enumerate() {
        let (neighbors, biases) = qubo.neighborhood(variable);
        let mut field = qubo.linear()[variable];
        for (&neighbor, &bias) in neighbors.iter().zip(biases) {
            field += bias * f64::from(sample[neighbor as usize]);
            if let Some(other) = variables.iter().position(|&other| other == neighbor as usize) {
                couplings[place][other] = bias;
            }
        }
        fields.push(field);
    }
    let (mut energy, mut bits, mut best) = (0.0, 0u64, (0.0, 0u64));
    for step in 1u64..1 << variables.len() {
        let place = step.trailing_zeros() as usize;
        bits ^= 1 << place;
        let sign = if bits >> place & 1 == 1 { 1.0 } else { -1.0 };
        energy += sign * fields[place];
        fields.iter_mut().zip(&couplings[place]).for_each(|(field, coupling)| *field += sign * coupling);
        if energy < best.0 {
            best = (energy, bits);
        }
    }
    for (place, &variable) in variables.iter().enumerate() {
        sample[variable] = (best.1 >> place & 1) as i8;
    }
}

#[cfg(test)]
mod tests;
