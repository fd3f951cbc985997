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
    /// The certificate contains no rows.
    #[error("there are no rows")]
    NoRows,
    /// Row weights cannot be added without rounding.
    #[error(
        "the row weights are too far apart: they add up to more than 2^100 times the largest power of two that divides them all"
    )]
    TooFarApart,
    /// The sum of the row weights overflows.
    #[error("the sum of the row weights overflows")]
    TooLarge,
    /// The network is too large to check.
    #[error(
        "the network is too large to check: the limits are 16 layers and 64 neurons in the hidden layer before a single output"
    )]
    Network,
    /// A row weight is negative or NaN, or the number of weights differs from the number of inputs.
    #[error("the weights of input {input} are not one number of at least 0 for each class of each output")]
    Weights {
        /// The input, counted from 0.
        input: usize,
    },
    /// The objective counts classification errors, but the targets of an input do not name classes.
    #[error("the targets of input {input} do not name classes, so there are no classification errors to count")]
    NotClasses {
        /// The input, counted from 0.
        input: usize,
    },
    /// The number of prices differs from the number of inputs.
    #[error("there must be one price for each of the {num_inputs} distinct inputs")]
    Prices {
        /// Distinct inputs.
        num_inputs: usize,
    },
    /// Loss or bound is not a number.
    #[error("loss and bound must be numbers")]
    NotANumber,
    /// The loss of the network differs from the stated loss.
    #[error("the stated loss is {stated}, but the loss of the network is {found}")]
    Loss {
        /// The stated value.
        stated: f64,
        /// The recomputed value.
        found: f64,
    },
    /// A network has a loss below the stated bound.
    #[error("the stated lower bound is {stated}, but a network has loss {found}")]
    Bound {
        /// The stated value.
        stated: f64,
        /// The loss of that network.
        found: f64,
    },
    /// The weights of rows have too many digits for the search.
    #[error("the bound {stated} was not proven: the check rounds row weights down to a 2^40th of their sum")]
    Precision {
        /// The stated value.
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
        /// Bytes of the functions listed so far.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The check was stopped before it finished.
    #[error("the check was stopped before it finished: the certificate is neither confirmed nor refuted")]
    Stopped {
        /// The reason.
        status: SampleStatus,
    },
}

impl CertificateError {
    /// A hint that tells the user how to fix the error.
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
