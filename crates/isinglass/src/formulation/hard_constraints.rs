//! Training as a mixed-integer program, with hard constraints instead of penalties.

mod network;

use super::affine::{Affine, Bit};
use super::compile::{FormulationError, MAX_COEFFICIENTS, MAX_VARIABLES, WeightTerms, check, known_weights, merge_of};
use super::layout::{NeuronPlace, Place, Role};
use super::options::FormulationOptions;
use crate::network::Architecture;
use crate::task::{Groups, Merge, Task};
use isinglass_qubo::RunControl;
use isinglass_qubo::mip::{Mip, MipBuilder, RowSense, VariableKind};

/// Number of weights per neuron that symmetry breaking compares: more would need coefficients too large for solvers to
/// handle accurately.
const ORDERED_WEIGHTS: usize = 10;

/// A mixed-integer program whose feasible points are the forward passes of all networks, with the layout that decodes
/// them.
#[derive(Clone, Debug)]
pub struct HardConstraints {
    /// The objective is the loss, offset included (plus the biases of weights, if any).
    pub mip: Mip,
    architecture: Architecture,
    merge: Merge,
    /// `weights[layer][neuron][input]`
    weights: Vec<Vec<Vec<Bit>>>,
    /// The role of each variable.
    roles: Vec<Role>,
}

/// Builds the mixed-integer program of a training task: the hard-constraint model of the paper.
///
/// Weights and activations are binary, and each group of rows ([`Groups`]) has separate activations for all neurons,
/// outputs included. With `z_i = XNOR(w_i, a_i)`, `c = sum_i z_i` over the fan-in `n` and `T = ceil(n / 2)`, a neuron's
/// activation `a` is `+1` iff `c >= T`; a tie gives `+1`:
///
/// - `c >= T a` and `c <= T - 1 + (n - T + 1) a`, in integers and therefore without an epsilon. Where fixed weights
///   restrict the range of `c`, that range replaces `0..n`.
/// - In the first layer, inputs are known and `z` is the weight or its negation. In later layers `z` is a continuous
///   variable in `[0, 1]` with the constraints `z >= w + a - 1`, `z >= 1 - w - a`, `z <= 1 + w - a` and
///   `z <= 1 - w + a`: for binary `w` and `a`, only the XNOR satisfies them.
/// - The objective is `sum delta [a != target]` over groups and outputs.
///
/// Of `options`, only row merging and the gauge apply. With the gauge, and unless `terms` fixes or biases weights,
/// symmetry breaking also orders the hidden neurons of each layer: their first ten weights, read as binary numbers, do
/// not increase. Every network has an equivalent one in that order, and the gauge holds for it too: where the gauge
/// fixes row 0 of a later layer, the row is all `+1` and stays first. With [`FormulationOptions::reference`], no rows
/// are merged and no symmetry is broken, as in the paper.
///
/// # Errors
/// [`FormulationError`] when shapes do not fit, a weight does not exist, or the program would be too large.
///
/// # References
/// M. Sasdelli, T.-J. Chin, *Quantum Annealing Formulation for Binary Neural Networks*, arXiv 2107.02751 (2021): its hard constraints have
/// bilinear products, which are linearised here, and forbid ties.
///
/// # Examples
/// ```
/// use isinglass::formulation::{FormulationOptions, WeightTerms, hard_constraints};
/// use isinglass::{bits::BitMatrix, network::{Architecture, Network}, task::Task};
/// let inputs = BitMatrix::from_fn(8, 3, |row, column| row >> column & 1 == 1);
/// let targets = BitMatrix::from_fn(8, 1, |row, _| row.count_ones() >= 2);
/// let task = Task::new(inputs, targets)?;
/// let architecture = Architecture::new(vec![3, 1], false)?;
/// let hard = hard_constraints(&task, &architecture, &FormulationOptions::compact(), &WeightTerms::default())?;
/// let point = hard.point(&task, &Network::from_fn(architecture, |_, _, _| true));
/// assert!(hard.mip.check(&point, 0.0).is_ok());
/// assert_eq!(hard.mip.objective(&point), 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn hard_constraints(
    task: &Task,
    architecture: &Architecture,
    options: &FormulationOptions,
    terms: &WeightTerms,
) -> Result<HardConstraints, FormulationError> {
    hard_constraints_within(task, architecture, options, terms, &RunControl::default())
}

/// Builds like [`hard_constraints`], within the memory limit of `control`, until `control` requests a stop.
///
/// # Errors
/// As [`hard_constraints`], [`FormulationError::ProgramMemory`] and [`FormulationError::Stopped`].
pub fn hard_constraints_within(
    task: &Task,
    architecture: &Architecture,
    options: &FormulationOptions,
    terms: &WeightTerms,
    control: &RunControl<'_>,
) -> Result<HardConstraints, FormulationError> {
    check(task, architecture, options)?;
    let merge = merge_of(architecture, options);
    let groups = task.group(merge);
    check_size(&groups, architecture, control.memory_limit)?;
    let known = known_weights(architecture, options, terms)?;
    let mut draft = Draft { builder: MipBuilder::new(), roles: Vec::new(), architecture, groups: &groups };
    let mut weights = Vec::with_capacity(known.len());
    for (layer, neurons) in known.iter().enumerate() {
        let mut rows = Vec::with_capacity(neurons.len());
        for (neuron, inputs) in neurons.iter().enumerate() {
            let bit = |(input, &known): (usize, &Option<bool>)| match known {
                Some(bit) => Bit::Known(bit),
                None => draft.add_binary(Role::Weight { layer, neuron, input }),
            };
            rows.push(inputs.iter().enumerate().map(bit).collect::<Vec<Bit>>());
        }
        weights.push(rows);
    }
    for &(layer, neuron, input, bias) in &terms.biases {
        let place = weights.get(layer).and_then(|neurons| neurons.get(neuron)?.get(input));
        let no_such_weight =
            || FormulationError::NoSuchWeight { layer, neuron, input, architecture: architecture.clone() };
        draft.add_objective(&place.ok_or_else(no_such_weight)?.affine(), bias);
    }
    if options.reductions.gauge && *terms == WeightTerms::default() {
        draft.order_neurons(&weights);
    }
    draft.builder.add_offset(groups.constant);
    for group in 0..groups.len() {
        control.should_stop(None).map_or(Ok(()), |status| Err(FormulationError::Stopped { status }))?;
        draft.add_group(group, &weights);
    }
    let Draft { builder, roles, .. } = draft;
    Ok(HardConstraints { mip: builder.build()?, architecture: architecture.clone(), merge, weights, roles })
}

/// Bytes for each variable of a program: its name twice, its role, bounds and kind.
const BYTES_PER_VARIABLE: u128 = 192;
/// Bytes for each coefficient while a program is built: in a row that may be half empty, and in the rows of the program.
const BYTES_PER_COEFFICIENT: u128 = 64;

/// Checks the size limits.
fn check_size(
    groups: &Groups,
    architecture: &Architecture,
    memory_limit: Option<usize>,
) -> Result<(), FormulationError> {
    let (mut variables, mut coefficients) = (0u128, 0u128);
    for layer in 0..architecture.num_layers() {
        let (fan_in, neurons) = (architecture.fan_in(layer) as u128, architecture.width(layer + 1) as u128);
        let (products, in_products) = if layer == 0 { (0, 0) } else { (fan_in, 12 * fan_in) };
        variables += neurons * (products + 1);
        coefficients += neurons * (in_products + 2 * (fan_in + 1));
    }
    let variables = variables * groups.len() as u128 + architecture.num_weights() as u128;
    let coefficients = coefficients * groups.len() as u128;
    if variables > MAX_VARIABLES || coefficients > MAX_COEFFICIENTS {
        return Err(FormulationError::ProgramTooLarge { variables, coefficients });
    }
    let bytes = (variables * BYTES_PER_VARIABLE + coefficients * BYTES_PER_COEFFICIENT) as u64;
    match memory_limit.map(|limit| limit as u64) {
        Some(limit) if bytes > limit => Err(FormulationError::ProgramMemory { variables, coefficients, bytes, limit }),
        _ => Ok(()),
    }
}

/// A program under construction.
struct Draft<'a> {
    builder: MipBuilder,
    roles: Vec<Role>,
    architecture: &'a Architecture,
    groups: &'a Groups,
}

impl Draft<'_> {
    fn add_binary(&mut self, role: Role) -> Bit {
        self.roles.push(role);
        Bit::variable(self.builder.add_binary(role.to_string()))
    }

    /// Adds `factor * affine` to the objective.
    fn add_objective(&mut self, affine: &Affine, factor: f64) {
        self.builder.add_offset(factor * affine.constant);
        affine
            .terms
            .iter()
            .for_each(|&(variable, coefficient)| self.builder.add_linear(variable, factor * coefficient));
    }

    /// Adds the constraint `affine >= 0`, unless every point satisfies it.
    fn add_not_negative(&mut self, affine: Affine) {
        if range(&affine).0 < 0.0 {
            self.builder.add_row(affine.terms, RowSense::GreaterEqual, -affine.constant);
        }
    }

    /// Neighbours in a hidden layer: the first weights of the one, as a binary number, are at least those of the next.
    fn order_neurons(&mut self, weights: &[Vec<Vec<Bit>>]) {
        for layer in &weights[..weights.len() - 1] {
            for pair in layer.windows(2) {
                let places = pair[0].len().min(ORDERED_WEIGHTS);
                let mut difference = Affine::constant(0.0);
                for (input, (upper, lower)) in pair[0].iter().zip(&pair[1]).enumerate().take(places) {
                    let value = f64::from(1u32 << (places - 1 - input));
                    difference.add_scaled(&upper.affine(), value);
                    difference.add_scaled(&lower.affine(), -value);
                }
                self.add_not_negative(difference);
            }
        }
    }

    /// The whole network for one group, layer by layer, and the loss of its outputs.
    fn add_group(&mut self, group: usize, weights: &[Vec<Vec<Bit>>]) {
        let groups = self.groups;
        let inputs = &groups.inputs;
        let mut activations: Vec<Bit> =
            (0..inputs.num_columns()).map(|column| Bit::Known(inputs.get(group, column))).collect();
        let last = weights.len() - 1;
        for (layer, neurons) in weights[..last].iter().enumerate() {
            let place = |neuron| NeuronPlace { group, layer, neuron };
            let outputs = neurons.iter().enumerate();
            activations =
                outputs.map(|(neuron, weights)| self.add_neuron(place(neuron), weights, &activations)).collect();
        }
        for (output, weights) in weights[last].iter().enumerate() {
            let delta = groups.delta(group, output);
            if delta > 0.0 {
                let place = NeuronPlace { group, layer: last, neuron: output };
                let answer = self.add_neuron(place, weights, &activations);
                let error = answer.xnor(!groups.targets.get(group, output));
                self.add_objective(&error.affine(), delta);
            }
        }
    }

    /// A neuron: its products, and its activation if fixed weights do not decide it.
    fn add_neuron(&mut self, place: NeuronPlace, weights: &[Bit], inputs: &[Bit]) -> Bit {
        let bias = self.architecture.bias().then_some(Bit::Known(true));
        let mut agreements = Affine::constant(0.0);
        for (input, (&weight, activation)) in weights.iter().zip(inputs.iter().copied().chain(bias)).enumerate() {
            let product = self.add_product(Place { neuron: place, input }, weight, activation);
            agreements.add_scaled(&product.affine(), 1.0);
        }
        let threshold = weights.len().div_ceil(2) as f64;
        let (least, most) = range(&agreements);
        if least >= threshold || most < threshold {
            return Bit::Known(least >= threshold);
        }
        let fires = self.add_binary(Role::Activation(place));
        // c - least - (T - least) a >= 0
        let mut enough = agreements.clone();
        enough.constant -= least;
        enough.add_scaled(&fires.affine(), least - threshold);
        self.add_not_negative(enough);
        // T - 1 + (most - T + 1) a - c >= 0
        let mut too_few = Affine::constant(threshold - 1.0);
        too_few.add_scaled(&fires.affine(), most - threshold + 1.0);
        too_few.add_scaled(&agreements, -1.0);
        self.add_not_negative(too_few);
        fires
    }

    /// `XNOR(weight, activation)`: a bit that is there already where one of them is known, else a variable with four rows.
    fn add_product(&mut self, place: Place, weight: Bit, activation: Bit) -> Bit {
        match (weight, activation) {
            (Bit::Known(known), other) | (other, Bit::Known(known)) => other.xnor(known),
            (weight, activation) => {
                let role = Role::Product(place);
                self.roles.push(role);
                let variable = self.builder.add_variable(role.to_string(), VariableKind::Continuous, 0.0, 1.0);
                let product = Bit::variable(variable);
                // +z - w - a + 1, +z + w + a - 1, -z + w - a + 1, -z - w + a + 1: none of them below zero
                for (z, w, a, constant) in
                    [(1.0, -1.0, -1.0, 1.0), (1.0, 1.0, 1.0, -1.0), (-1.0, 1.0, -1.0, 1.0), (-1.0, -1.0, 1.0, 1.0)]
                {
                    let mut row = Affine::constant(constant);
                    row.add_scaled(&product.affine(), z);
                    row.add_scaled(&weight.affine(), w);
                    row.add_scaled(&activation.affine(), a);
                    self.add_not_negative(row);
                }
                product
            }
        }
    }
}

/// The least and the greatest value over variables from 0 to 1.
fn range(affine: &Affine) -> (f64, f64) {
    let sum =
        |pick: fn(f64, f64) -> f64| affine.terms.iter().map(|&(_, coefficient)| pick(coefficient, 0.0)).sum::<f64>();
    (affine.constant + sum(f64::min), affine.constant + sum(f64::max))
}
