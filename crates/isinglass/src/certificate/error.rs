//! Why a certificate does not hold.

use isinglass_qubo::memory::Bytes;
use isinglass_qubo::sampler::SampleStatus;

/// Why a certificate does not hold, or was not checked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The rows are not of the network's shape.
    #[error("the rows have {row_inputs} inputs and {row_outputs} outputs, but the network {inputs} and {outputs}")]
    Shape {
        /// Inputs of the rows.
        row_inputs: usize,
        /// Outputs of the rows.
        row_outputs: usize,
        /// Inputs of the network.
        inputs: usize,
        /// Outputs of the network.
        outputs: usize,
    },
    /// There are no rows.
    #[error("there are no rows")]
    NoRows,
    /// Row weights that cannot be added without rounding.
    #[error(
        "the row weights are too far apart: they add up to more than 2^100 times the largest power of two that divides them all"
    )]
    TooFarApart,
    /// Row weights that add up to no number.
    #[error("the sum of the row weights overflows")]
    TooLarge,
    /// A network that is too large to check.
    #[error(
        "the network is too large to check: the limits are 16 layers and 64 neurons in the hidden layer before a single output"
    )]
    Network,
    /// A row weight is negative or no number, or weights and inputs are not one each.
    #[error("the weights of input {input} are not one number of at least 0 for each class of each output")]
    Weights {
        /// The input, counted from 0.
        input: usize,
    },
    /// Classification errors of rows whose targets do not name a class.
    #[error("the targets of input {input} do not name classes, so there are no classification errors to count")]
    NotClasses {
        /// The input, counted from 0.
        input: usize,
    },
    /// The number of prices is not that of inputs.
    #[error("there must be one price for each of the {num_inputs} distinct inputs")]
    Prices {
        /// Distinct inputs.
        num_inputs: usize,
    },
    /// Loss or bound is no number.
    #[error("loss and bound must be numbers")]
    NotANumber,
    /// The network has another loss.
    #[error("the stated loss is {stated}, but the loss of the network is {found}")]
    Loss {
        /// As stated.
        stated: f64,
        /// As counted.
        found: f64,
    },
    /// There is a better network.
    #[error("the stated lower bound is {stated}, but a network has loss {found}")]
    Bound {
        /// As stated.
        stated: f64,
        /// The loss of a network that was met.
        found: f64,
    },
    /// The weights of rows have too many digits for the search.
    #[error("the bound {stated} was not proven: the check rounds row weights down to a 2^40th of their sum")]
    Precision {
        /// As stated.
        stated: f64,
    },
    /// A neuron has too many weight vectors to list.
    #[error("a neuron of fan-in {fan_in} has too many weight vectors to list; the limit is 24")]
    FanIn {
        /// Weights into the neuron, its bias included.
        fan_in: usize,
    },
    /// The functions of a neuron take more memory than is allowed.
    #[error("the functions of a neuron of the first layer take more than {} of memory, but the limit is {}", Bytes(*bytes), Bytes(*limit))]
    Memory {
        /// Bytes, as far as functions were listed.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// Stopped before the end.
    #[error("the check was stopped before it finished: the certificate is neither confirmed nor refuted")]
    Stopped {
        /// Why.
        status: SampleStatus,
    },
}

impl CertificateError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Stopped { .. } => "give it more time",
            Self::FanIn { .. } => "use fewer features",
            Self::Memory { .. } => "check it on a machine with more memory",
            _ => "do not trust it; create a new one with `isinglass train --solver exact --certificate`",
        }
    }
}
