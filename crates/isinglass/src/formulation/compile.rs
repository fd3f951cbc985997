//! The compiler: turns a task and an architecture into a QUBO.

use super::affine::{Affine, Bit};
use super::draft::Draft;
use super::gauge::{self, KnownWeights};
use super::layout::{Layout, NeuronPlace, Place, Role};
use super::loss::add_loss;
use super::options::{FormulationOptions, GateKind, PenaltyRule};
use super::penalty::Penalties;
use super::product::add_product;
use super::statistics::Statistics;
use super::threshold::{Gate, GateForm, Threshold};
use super::wide_gap;
use crate::network::{Architecture, Network};
use crate::task::{Groups, Merge, Objective, Task};
use isinglass_qubo::memory::{Bytes, model_bytes};
use isinglass_qubo::mip::MipError;
use isinglass_qubo::{Bqm, ModelError, RunControl, SampleStatus};

/// Maximum number of variables of a formulation, checked before memory is allocated.
pub(super) const MAX_VARIABLES: u128 = 50_000_000;
/// Maximum number of terms before equal terms are merged; this bounds the running time.
const MAX_TERMS: u128 = 20_000_000_000;
/// Maximum number of interactions after equal terms are merged; this bounds memory, about 40 bytes each.
const MAX_INTERACTIONS: u128 = 300_000_000;

/// Maximum number of coefficients in the rows of a mixed-integer program; this bounds memory, about 40 bytes each.
pub(super) const MAX_COEFFICIENTS: u128 = 100_000_000;

/// A compiled QUBO, with the layout that decodes its samples into weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Formulation {
    /// The QUBO to minimize. Its energy equals the loss, offset included, when all constraints hold.
    pub qubo: Bqm,
    /// The role of each variable.
    pub layout: Layout,
    /// Size and guarantees of the formulation.
    pub statistics: Statistics,
}

/// Fixed weights and linear biases on weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightTerms {
    /// Fixed weights: `(layer, neuron, input, bit)`.
    pub fixed: Vec<(usize, usize, usize, bool)>,
    /// Linear terms `h` on weight bits: `(layer, neuron, input, h)`, as the paper's online term has them. With the gauge
    /// they act on the representative whose outgoing weight is `+1`; on a weight that is constant they only move the offset.
    pub biases: Vec<(usize, usize, usize, f64)>,
}

impl WeightTerms {
    /// The contribution of the biases to the energy of a network: `sum_w h_w b_w`, with `b_w` the bit of the weight.
    ///
    /// # Panics
    /// When a bias refers to a weight that the network does not have.
    #[must_use]
    pub fn bias_energy(&self, network: &Network) -> f64 {
        let is_set = |&&(layer, neuron, input, _): &&(usize, usize, usize, f64)| network.weight(layer, neuron, input);
        self.biases.iter().filter(is_set).map(|&(.., bias)| bias).sum()
    }
}

/// Why a task cannot be compiled.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FormulationError {
    /// The numbers of inputs or outputs of task and network differ.
    #[error("the rows have {inputs} inputs and {outputs} target bits, but the network is {architecture}")]
    Shape {
        /// Inputs of the task.
        inputs: usize,
        /// Target bits of the task.
        outputs: usize,
        /// The network.
        architecture: Architecture,
    },
    /// A fixed or biased weight does not exist in the network.
    #[error("there is no weight ({layer}, {neuron}, {input}) in a {architecture} network")]
    NoSuchWeight {
        /// Its layer.
        layer: usize,
        /// Its neuron.
        neuron: usize,
        /// Its input.
        input: usize,
        /// The network.
        architecture: Architecture,
    },
    /// A penalty is not a positive number.
    #[error("{name} is {value}, but must be a positive number")]
    Penalty {
        /// `lambda` or `margin`.
        name: &'static str,
        /// The value given.
        value: f64,
    },
    /// `merge_negated` is set without `merge_equal`.
    #[error("rows with opposite inputs can be merged only where rows with equal inputs are")]
    MergeNegatedAlone,
    /// Wide-gap gates are requested, but half-step gates are switched off.
    #[error("wide-gap gates take the place of half-step gates, which are switched off")]
    GateWithoutHalfStep,
    /// The QUBO exceeds the size limits.
    #[error(
        "the QUBO would have up to {variables} variables, {interactions} interactions and {terms} terms to add up; \
         the limits are {MAX_VARIABLES}, {MAX_INTERACTIONS} and {MAX_TERMS}"
    )]
    TooLarge {
        /// Estimated variables.
        variables: u128,
        /// Estimated interactions.
        interactions: u128,
        /// Estimated terms.
        terms: u128,
    },
    /// The QUBO needs more memory than the limit.
    #[error(
        "the QUBO would have up to {variables} variables and {interactions} interactions, about {} of memory, but the limit is {}",
        Bytes(*bytes), Bytes(*limit)
    )]
    Memory {
        /// Estimated variables.
        variables: u128,
        /// Estimated interactions.
        interactions: u128,
        /// Estimated bytes.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The run was stopped before the QUBO was complete.
    #[error("{} before the QUBO was compiled", match status {
        SampleStatus::Interrupted => "the run was interrupted",
        _ => "the time limit was reached",
    })]
    Stopped {
        /// The reason.
        status: SampleStatus,
    },
    /// The mixed-integer program exceeds the size limits.
    #[error(
        "the program would have up to {variables} variables and {coefficients} coefficients in rows; the limits \
         are {MAX_VARIABLES} and {MAX_COEFFICIENTS}"
    )]
    ProgramTooLarge {
        /// Estimated variables.
        variables: u128,
        /// Estimated coefficients in rows.
        coefficients: u128,
    },
    /// The mixed-integer program needs more memory than the limit.
    #[error(
        "the program would have up to {variables} variables and {coefficients} coefficients in rows, about {} of memory, \
         but the limit is {}",
        Bytes(*bytes), Bytes(*limit)
    )]
    ProgramMemory {
        /// Estimated variables.
        variables: u128,
        /// Estimated coefficients in rows.
        coefficients: u128,
        /// Estimated bytes.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Coefficients of the QUBO overflow.
    #[error("the coefficients of the QUBO overflow")]
    Model(#[from] ModelError),
    /// Coefficients of a mixed-integer program overflow.
    #[error("the coefficients of the mixed-integer program overflow")]
    Program(#[from] MipError),
}

/// Compiles a task and an architecture into a QUBO.
///
/// If `statistics.exact`, the minimum of the QUBO is the minimum over all weights of the loss (with the biases of
/// `weights`, if any, added), and the weights of every minimum are optimal.
///
/// # Errors
/// [`FormulationError`] when shapes do not fit, a penalty is not a positive number, a weight does not exist, or the QUBO would be
/// too large.
///
/// # Examples
/// ```
/// use isinglass::{bits::BitMatrix, formulation::{FormulationOptions, WeightTerms, compile}};
/// use isinglass::{network::Architecture, task::Task};
/// let inputs = BitMatrix::from_fn(8, 3, |row, column| row >> column & 1 == 1);
/// let targets = BitMatrix::from_fn(8, 1, |row, _| row.count_ones() >= 2);
/// let task = Task::new(inputs, targets)?;
/// let architecture = Architecture::new(vec![3, 1], false)?;
/// let formulation = compile(&task, &architecture, &FormulationOptions::compact(), &WeightTerms::default())?;
/// assert_eq!(formulation.statistics.num_variables, 3 + 4); // three weights and four groups
/// assert_eq!(formulation.qubo.energy(&[1, 1, 1, 0, 0, 0, 0]), 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn compile(
    task: &Task,
    architecture: &Architecture,
    options: &FormulationOptions,
    weights: &WeightTerms,
) -> Result<Formulation, FormulationError> {
    compile_within(task, architecture, options, weights, &RunControl::default())
}

/// Compiles like [`compile`], within the memory limit of `control`, until `control` requests a stop.
///
/// # Errors
/// As [`compile`], [`FormulationError::Memory`] and [`FormulationError::Stopped`].
pub fn compile_within(
    task: &Task,
    architecture: &Architecture,
    options: &FormulationOptions,
    weights: &WeightTerms,
    control: &RunControl<'_>,
) -> Result<Formulation, FormulationError> {
    check(task, architecture, options)?;
    let merge = merge_of(architecture, options);
    let groups = task.group(merge);
    size_of_groups(&groups, architecture, options).check(control.memory_limit)?;
    let known = known_weights(architecture, options, weights)?;

    let mut compiler = Compiler::new(architecture, options, &groups, &known);
    compiler.add_weight_biases(weights)?;
    compiler.draft.add_offset(groups.constant);
    if !task.sums_are_exact() {
        compiler.draft.note_rounded_weights();
    }
    let stopped = |status| FormulationError::Stopped { status };
    for group in 0..groups.len() {
        control.should_stop(None).map_or(Ok(()), |status| Err(stopped(status)))?;
        compiler.add_group(group);
    }
    let Compiler { draft, penalties, .. } = compiler;
    let finished = draft.finish_until(|| control.should_stop(None).is_some())?;
    let (qubo, roles, arithmetic) =
        finished.ok_or_else(|| stopped(control.should_stop(None).unwrap_or(SampleStatus::TimeLimit)))?;
    let mut statistics = Statistics::new(&qubo, &roles, &groups)
        .with_guarantees(&penalties, &arithmetic, weights)
        .with_notes(architecture, options, merge, weights);
    if task.objective() == Objective::Errors {
        statistics.notes.push("the loss of the QUBO counts wrong output bits, not classification errors".to_owned());
    }
    Ok(Formulation { layout: Layout::new(architecture.clone(), merge, &known, roles), qubo, statistics })
}

pub(super) fn check(
    task: &Task,
    architecture: &Architecture,
    options: &FormulationOptions,
) -> Result<(), FormulationError> {
    let (inputs, outputs) = (task.inputs().num_columns(), task.targets().num_columns());
    if inputs != architecture.num_inputs() || outputs != architecture.num_outputs() {
        return Err(FormulationError::Shape { inputs, outputs, architecture: architecture.clone() });
    }
    let (name, value) = match options.penalties {
        PenaltyRule::PerGroup { margin } => ("margin", margin),
        PenaltyRule::Uniform { lambda } => ("lambda", lambda),
    };
    if !(value.is_finite() && value > 0.0) {
        return Err(FormulationError::Penalty { name, value });
    }
    if options.reductions.merge_negated && !options.reductions.merge_equal {
        return Err(FormulationError::MergeNegatedAlone);
    }
    if options.gate == GateKind::WideGap && !options.reductions.half_step {
        return Err(FormulationError::GateWithoutHalfStep);
    }
    Ok(())
}

pub(super) fn merge_of(architecture: &Architecture, options: &FormulationOptions) -> Merge {
    if options.reductions.merge_negated && architecture.is_odd() {
        Merge::EqualAndNegated
    } else if options.reductions.merge_equal {
        Merge::Equal
    } else {
        Merge::Nothing
    }
}

/// Upper bounds on the size of a QUBO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Variables.
    pub variables: u128,
    /// Interactions after equal terms are merged.
    pub interactions: u128,
    /// Terms before equal terms are merged.
    pub terms: u128,
}

impl Size {
    /// Estimates the size of the QUBO that [`compile`] would build.
    #[must_use]
    pub fn of_task(task: &Task, architecture: &Architecture, options: &FormulationOptions) -> Self {
        size_of_groups(&task.group(merge_of(architecture, options)), architecture, options)
    }

    /// Memory needed by compilation: roles and biases of variables, and pairs while they are merged.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let of_roles = self.variables.saturating_mul(4 * size_of::<Role>() as u128);
        let clamp = |count: u128| u64::try_from(count).unwrap_or(u64::MAX);
        clamp(of_roles).saturating_add(model_bytes(clamp(self.variables), clamp(self.interactions)))
    }

    /// Checks the size limits.
    fn check(&self, memory_limit: Option<usize>) -> Result<(), FormulationError> {
        let &Self { variables, interactions, terms } = self;
        if variables > MAX_VARIABLES || interactions > MAX_INTERACTIONS || terms > MAX_TERMS {
            return Err(FormulationError::TooLarge { variables, interactions, terms });
        }
        match memory_limit.map(|limit| limit as u64) {
            Some(limit) if self.bytes() > limit => {
                Err(FormulationError::Memory { variables, interactions, bytes: self.bytes(), limit })
            }
            _ => Ok(()),
        }
    }
}

/// An upper bound for each neuron of a group, times the groups.
fn size_of_groups(groups: &Groups, architecture: &Architecture, options: &FormulationOptions) -> Size {
    let (mut variables, mut terms, mut interactions) = (0u128, 0u128, 0u128);
    for layer in 0..architecture.num_layers() {
        let fan_in = architecture.fan_in(layer) as u128;
        let neurons = architecture.width(layer + 1) as u128;
        let product_variables = match (layer, options.reductions.substitute_inputs) {
            (0, true) => 0,
            (0, false) => fan_in,
            _ => 2 * fan_in,
        };
        let most_slack = match options.gate {
            GateKind::HalfStep => 0,
            GateKind::WideGap => fan_in.min(wide_gap::MAX_SLACK as u128),
        };
        let gate_variables = 3 + u128::from(fan_in.ilog2()).max(most_slack);
        let in_gate = if layer == 0 { fan_in } else { 3 * fan_in } + gate_variables;
        variables += neurons * (product_variables + gate_variables);
        terms += neurons * in_gate * in_gate / 2;
        // weights of the first layer meet each other in every group, but are the same pairs each time
        let shared = layer == 0 && options.reductions.substitute_inputs;
        interactions += neurons * gate_variables * in_gate + if shared { 0 } else { neurons * in_gate * in_gate / 2 };
    }
    let num_groups = groups.len() as u128;
    let variables = variables.saturating_mul(num_groups) + architecture.num_weights() as u128;
    let terms = terms.saturating_mul(num_groups);
    let between_weights = architecture.num_weights() as u128 * architecture.fan_in(0) as u128 / 2;
    let interactions = interactions.saturating_mul(num_groups).saturating_add(between_weights);
    Size { variables, interactions, terms }
}

pub(super) fn known_weights(
    architecture: &Architecture,
    options: &FormulationOptions,
    weights: &WeightTerms,
) -> Result<KnownWeights, FormulationError> {
    let mut known = gauge::unknown(architecture);
    for &(layer, neuron, input, bit) in &weights.fixed {
        let place = known.get_mut(layer).and_then(|neurons| neurons.get_mut(neuron)?.get_mut(input));
        let no_such_weight =
            || FormulationError::NoSuchWeight { layer, neuron, input, architecture: architecture.clone() };
        *place.ok_or_else(no_such_weight)? = Some(bit);
    }
    if options.reductions.gauge {
        gauge::fix(architecture, &mut known);
    }
    Ok(known)
}

/// A compilation in progress.
struct Compiler<'a> {
    architecture: &'a Architecture,
    options: &'a FormulationOptions,
    groups: &'a Groups,
    /// `weights[layer][neuron][input]`
    weights: Vec<Vec<Vec<Bit>>>,
    draft: Draft,
    penalties: Penalties,
}

impl<'a> Compiler<'a> {
    fn new(
        architecture: &'a Architecture,
        options: &'a FormulationOptions,
        groups: &'a Groups,
        known: &KnownWeights,
    ) -> Self {
        let mut draft = Draft::new();
        let mut weights = Vec::with_capacity(known.len());
        for (layer, neurons) in known.iter().enumerate() {
            let mut bits = Vec::with_capacity(neurons.len());
            for (neuron, inputs) in neurons.iter().enumerate() {
                let bit = |(input, &known): (usize, &Option<bool>)| match known {
                    Some(bit) => Bit::Known(bit),
                    None => Bit::variable(draft.add_variable(Role::Weight { layer, neuron, input })),
                };
                bits.push(inputs.iter().enumerate().map(bit).collect());
            }
            weights.push(bits);
        }
        let penalties = Penalties::new(options.penalties);
        Self { architecture, options, groups, weights, draft, penalties }
    }

    fn add_weight_biases(&mut self, terms: &WeightTerms) -> Result<(), FormulationError> {
        for &(layer, neuron, input, bias) in &terms.biases {
            let place = self.weights.get(layer).and_then(|neurons| neurons.get(neuron)?.get(input));
            let no_such_weight =
                || FormulationError::NoSuchWeight { layer, neuron, input, architecture: self.architecture.clone() };
            let bit = *place.ok_or_else(no_such_weight)?;
            self.draft.add_affine(&bit.affine(), bias);
        }
        Ok(())
    }

    /// Adds the whole network for one group, layer by layer, and the loss of its outputs.
    fn add_group(&mut self, group: usize) {
        let inputs = &self.groups.inputs;
        let mut activations: Vec<Bit> =
            (0..inputs.num_columns()).map(|column| Bit::Known(inputs.get(group, column))).collect();
        let need = self.groups.total_delta(group);
        let last = self.architecture.num_layers() - 1;
        for layer in 0..last {
            let neurons = 0..self.architecture.width(layer + 1);
            activations = neurons.map(|neuron| self.add_hidden(group, layer, neuron, &activations, need)).collect();
        }
        for output in 0..self.architecture.num_outputs() {
            let delta = self.groups.delta(group, output);
            if delta > 0.0 {
                self.add_output(group, output, &activations, delta);
            }
        }
    }

    fn add_hidden(&mut self, group: usize, layer: usize, neuron: usize, inputs: &[Bit], need: f64) -> Bit {
        let place = NeuronPlace { group, layer, neuron };
        let products = self.add_products(place, inputs, need);
        match Threshold::decide(&products) {
            Gate::Decided(bit) => Bit::Known(bit),
            Gate::Alias(bit) => bit,
            Gate::Open(gate) => {
                let out = Bit::variable(self.draft.add_variable(Role::Activation(place)));
                self.add_gate(gate, place, out, need);
                out
            }
        }
    }

    fn add_output(&mut self, group: usize, output: usize, inputs: &[Bit], delta: f64) {
        let place = NeuronPlace { group, layer: self.architecture.num_layers() - 1, neuron: output };
        let products = self.add_products(place, inputs, delta);
        let target = self.groups.targets.get(group, output);
        let reductions = self.options.reductions;
        // the error of an output bit: the bit itself if it should be -1, its negation if it should be +1
        let error = match Threshold::decide(&products) {
            Gate::Decided(bit) => Bit::Known(bit != target),
            Gate::Alias(bit) => bit.xnor(!target),
            Gate::Open(gate) => {
                let (out, error) = if reductions.error_bit {
                    let error = Bit::variable(self.draft.add_variable(Role::Error { group, output }));
                    (error.xnor(!target), error)
                } else {
                    let out = Bit::variable(self.draft.add_variable(Role::Activation(place)));
                    (out, out.xnor(!target))
                };
                self.add_gate(gate, place, out, delta);
                error
            }
        };
        add_loss(&mut self.draft, &mut self.penalties, reductions.error_bit, (group, output), delta, error);
    }

    fn add_gate(&mut self, gate: Threshold, place: NeuronPlace, out: Bit, need: f64) {
        let form = match (self.options.reductions.half_step, self.options.gate) {
            (false, _) => GateForm::Plain,
            (true, GateKind::HalfStep) => GateForm::HalfStep,
            (true, GateKind::WideGap) => GateForm::WideGap,
        };
        let strength = self.penalties.gate(need, gate.gap(form));
        gate.add(&mut self.draft, form, strength, place, out);
    }

    /// Products of a neuron's weights with its inputs, the constant input of the bias last.
    fn add_products(&mut self, place: NeuronPlace, inputs: &[Bit], need: f64) -> Vec<Affine> {
        let NeuronPlace { layer, neuron, .. } = place;
        let bias = self.architecture.bias().then_some(Bit::Known(true));
        let mut products = Vec::with_capacity(inputs.len() + 1);
        for (input, activation) in inputs.iter().copied().chain(bias).enumerate() {
            let weight = self.weights[layer][neuron][input];
            let place = Place { neuron: place, input };
            let penalties = (&mut self.penalties, need);
            products.push(add_product(&mut self.draft, &self.options.reductions, penalties, place, weight, activation));
        }
        products
    }
}
