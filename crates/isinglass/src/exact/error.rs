//! Errors of exact training.

/// Why the exact trainer rejects a problem.
///
/// Estimates are orders of magnitude, for a search that cannot prune anything.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExactError {
    /// The rows of the task do not match the network.
    #[error("the task has {task_inputs} inputs and {task_outputs} outputs, but the network {inputs} and {outputs}")]
    Shape {
        /// Inputs of the task.
        task_inputs: usize,
        /// Outputs of the task.
        task_outputs: usize,
        /// Inputs of the network.
        inputs: usize,
        /// Outputs of the network.
        outputs: usize,
    },
    /// The network has too many hidden neurons.
    #[error(
        "the network has {found} hidden neurons in a layer; the limit for exact training of such a shape is {limit}"
    )]
    HiddenNeurons {
        /// Hidden neurons of the network.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A neuron has too many weight vectors to enumerate.
    #[error(
        "a fan-in of {fan_in} gives {vectors:.1e} weight vectors for each hidden neuron, about {seconds:.1e} s to list; \
         the limit is a fan-in of {limit}"
    )]
    FanIn {
        /// Weights into one neuron of the first layer, its bias included.
        fan_in: usize,
        /// The maximum fan-in.
        limit: usize,
        /// Number of weight vectors, `2^fan_in`.
        vectors: f64,
        /// Estimated time to list them, in seconds.
        seconds: f64,
    },
    /// Too many distinct neuron functions.
    #[error(
        "the {num_groups} distinct inputs distinguish more than {limit} functions of one neuron; up to {vectors:.1e} weight \
         vectors would have to be kept"
    )]
    Functions {
        /// Maximum number of functions that are kept.
        limit: usize,
        /// Groups of the task.
        num_groups: usize,
        /// Number of weight vectors, `2^fan_in`.
        vectors: f64,
    },
    /// The sums of row weights are rounded.
    #[error("the row weights are not multiples of a common power of two, or too far apart: their sums are rounded")]
    Weights,
    /// A parameter is outside its range.
    #[error("{name} is {value}, but must be {allowed}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// The value given.
        value: f64,
        /// The allowed values.
        allowed: &'static str,
    },
}

impl ExactError {
    /// A hint that tells the user how to fix the error.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Shape { .. } => "give the network as many inputs and outputs as the task has",
            Self::HiddenNeurons { .. } => "use a sampler: it takes any shape, but proves nothing",
            Self::FanIn { .. } | Self::Functions { .. } => "use fewer features, or a sampler",
            Self::Weights => "use integers as row weights",
            Self::Parameter { .. } => "change the value named above",
        }
    }
}
