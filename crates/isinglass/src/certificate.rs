//! Certificates of optimality, and an independent checker for them.

mod classes;
mod committee;
mod error;
mod layers;
mod rows;

pub use error::CertificateError;

use crate::checksummed::{self, ChecksummedError};
use crate::exact::{ExactError, ExactTrainer};
use crate::network::{Architecture, Network};
use crate::task::{Objective, Task};
use classes::ErrorProof;
use isinglass_qubo::sampler::RunControl;
use layers::{Proof, Verdict};
use rows::Rows;
use serde::{Deserialize, Serialize};

/// Name of the file format.
const FORMAT: &str = "isinglass-certificate";

/// A network, its loss on a set of rows, and a lower bound on the loss of every network of the same shape.
///
/// A certificate contains the rows, merged where their inputs are equal, so it can be checked without the data set;
/// [`matches`](Self::matches) tells whether the rows are those of a task. [`check`](Self::check) rechecks everything:
/// it recomputes the loss by a forward pass in plain spins, and proves the bound again with code that is independent of
/// the search and enumerates the neuron functions itself. The input prices only speed up the proof: wrong prices weaken
/// the bound but never make it too high. Row weights are integer multiples of a power of two and all sums are integers,
/// so nothing is rounded and no tolerance is needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    network: Network,
    rows: Rows,
    /// What loss and bound count.
    #[serde(default, skip_serializing_if = "Objective::is_output_bits")]
    objective: Objective,
    /// Loss of the network.
    pub loss: f64,
    /// No network of its shape has a smaller loss.
    pub lower_bound: f64,
    prices: Vec<Shares>,
}

/// Shares of the prices of distinct inputs in 255ths, for one sign of the output's bias.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shares {
    output_bias: bool,
    shares: Vec<u8>,
}

/// The result of checking a certificate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checked {
    /// What loss and bound count. With one output, wrong output bits and classification errors are the same.
    pub objective: Objective,
    /// Loss of the network, recomputed.
    pub loss: f64,
    /// The bound, proven again.
    pub lower_bound: f64,
    /// Whether loss and bound are equal: the network is optimal.
    pub optimal: bool,
    /// Distinct functions of a neuron of the first layer.
    pub num_functions: usize,
    /// Partial and complete networks examined.
    pub num_nodes: u64,
}

impl Certificate {
    /// Creates a certificate for `network`, with `lower_bound` as the bound. This function does not check the bound.
    ///
    /// # Errors
    /// [`ExactError`] when the exact trainer does not take the task, or sums of its row weights are rounded.
    pub fn new(task: &Task, network: &Network, lower_bound: f64, control: &RunControl<'_>) -> Result<Self, ExactError> {
        Self::check_task(task, network.architecture())?;
        let rows = Rows::of(task);
        let objective = task.objective();
        let units = rows.units(network.architecture()).map_err(|_| ExactError::Weights)?;
        let loss = units.value(match objective {
            Objective::OutputBits => units.loss(&rows, network),
            Objective::Errors => units.errors(&rows, network),
        });
        let prices = ExactTrainer::default().prices(task, network.architecture(), loss, control)?;
        let prices = prices.into_iter().map(|prices| Shares {
            output_bias: prices.output_bias,
            shares: rows.inputs().map(|input| prices.share(&input)).collect(),
        });
        Ok(Self { network: network.clone(), prices: prices.collect(), rows, objective, loss, lower_bound })
    }

    /// What loss and bound count.
    #[must_use]
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// Checks, before training, whether a task can have a certificate.
    ///
    /// # Errors
    /// [`ExactError`] when the exact trainer does not take the task, or sums of its row weights are rounded.
    pub fn check_task(task: &Task, architecture: &Architecture) -> Result<(), ExactError> {
        ExactTrainer::default().check(task, architecture)?;
        if task.sums_are_exact() { Ok(()) } else { Err(ExactError::Weights) }
    }

    /// The architecture that the bound applies to.
    #[must_use]
    pub fn architecture(&self) -> &Architecture {
        self.network.architecture()
    }

    /// The network whose loss is certified.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Whether the rows are those of `task`, in any order.
    #[must_use]
    pub fn matches(&self, task: &Task) -> bool {
        task.sums_are_exact() && self.rows == Rows::of(task)
    }

    /// Recomputes the loss and proves the bound.
    ///
    /// # Errors
    /// [`CertificateError`] when either differs from the stated value, or the check was stopped.
    pub fn check(&self, control: &RunControl<'_>) -> Result<Checked, CertificateError> {
        let units = self.rows.units(self.architecture())?;
        let num_inputs = self.rows.inputs().len();
        if self.prices.iter().any(|prices| prices.shares.len() != num_inputs) {
            return Err(CertificateError::Prices { num_inputs });
        }
        if !(self.loss.is_finite() && self.lower_bound.is_finite()) {
            return Err(CertificateError::NotANumber);
        }
        let classes = match self.objective {
            Objective::OutputBits => None,
            Objective::Errors => Some(units.of_classes(&self.rows)?),
        };
        let found = match self.objective {
            Objective::OutputBits => units.loss(&self.rows, &self.network),
            Objective::Errors => units.errors(&self.rows, &self.network),
        };
        let loss = units.value(found);
        if loss != self.loss {
            return Err(CertificateError::Loss { stated: self.loss, found: loss });
        }
        // losses are whole: none is below the bound if none is below the next integer
        let limit = units.at_least(self.lower_bound);
        if limit > found {
            return Err(CertificateError::Bound { stated: self.lower_bound, found: loss });
        }
        let (verdict, num_functions, num_nodes) = match classes {
            None => {
                let mut proof = Proof::new(self.architecture(), control);
                let verdict = proof.no_network_below(&self.rows, &units, &self.prices, limit);
                (verdict, proof.num_functions, proof.num_nodes)
            }
            Some(rows) => {
                let mut proof = ErrorProof::new(self.architecture(), control);
                let verdict = proof.no_network_below(&rows, limit);
                (verdict, proof.num_functions, proof.num_nodes)
            }
        };
        match verdict {
            Verdict::Proven => Ok(Checked {
                objective: self.objective,
                loss,
                lower_bound: self.lower_bound,
                optimal: found == limit,
                num_functions,
                num_nodes,
            }),
            Verdict::Refuted(found) => {
                Err(CertificateError::Bound { stated: self.lower_bound, found: units.value(found) })
            }
            Verdict::Rounded => Err(CertificateError::Precision { stated: self.lower_bound }),
            Verdict::Stopped(status) => Err(CertificateError::Stopped { status }),
            Verdict::Memory { bytes } => {
                let limit = control.memory_limit.map_or(u64::MAX, |limit| limit as u64);
                Err(CertificateError::Memory { bytes, limit })
            }
            Verdict::TooLarge => Err(CertificateError::Network),
            Verdict::TooManyVectors { fan_in } => Err(CertificateError::FanIn { fan_in }),
        }
    }

    /// Serialises the certificate to the text of a certificate file.
    #[must_use]
    pub fn to_json(&self) -> String {
        checksummed::write(FORMAT, self)
    }

    /// Parses the text of a certificate file.
    ///
    /// # Errors
    /// [`ChecksummedError`] when the text is not a certificate or is damaged.
    pub fn from_json(text: &str) -> Result<Self, ChecksummedError> {
        checksummed::read(FORMAT, text)
    }
}

#[cfg(test)]
mod tests;
