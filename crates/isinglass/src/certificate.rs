//! Certificates: what was proven about the loss of a task, in a form that code which shares nothing with the search checks.

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

/// The name of the file format.
const FORMAT: &str = "isinglass-certificate";

/// A network, its loss on some rows, and a bound below which no network of its shape gets on them.
///
/// It carries the rows, merged where their inputs are equal, so that it can be checked by itself; [`matches`](Self::matches)
/// tells whether they are those of a task. [`check`](Self::check) believes nothing of it: the loss is counted by a forward
/// pass in plain spins, and the bound is proven again by another program than the one that found it, which lists the neuron functions
/// on its own. Prices of inputs only make that quick: wrong ones prove less, never too much. Row weights are whole multiples of a power of
/// two, and everything is added in whole numbers: nothing is rounded, and no tolerance lets a wrong bound pass.
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

/// What was checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checked {
    /// What loss and bound count. With one output, wrong output bits and classification errors are the same.
    pub objective: Objective,
    /// Loss of the network, counted anew.
    pub loss: f64,
    /// The bound, proven anew.
    pub lower_bound: f64,
    /// Whether both are one: the network is a best one.
    pub optimal: bool,
    /// Distinct functions of a neuron of the first layer.
    pub num_functions: usize,
    /// Partial and whole networks looked at.
    pub num_nodes: u64,
}

impl Certificate {
    /// The certificate that no network of the shape of `network` loses less than `lower_bound` on a task, and that this one
    /// loses what it loses. The bound is not checked here.
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

    /// Refuses what no certificate can be made of, before anything is trained.
    ///
    /// # Errors
    /// [`ExactError`] when the exact trainer does not take the task, or sums of its row weights are rounded.
    pub fn check_task(task: &Task, architecture: &Architecture) -> Result<(), ExactError> {
        ExactTrainer::default().check(task, architecture)?;
        if task.sums_are_exact() { Ok(()) } else { Err(ExactError::Weights) }
    }

    /// The shape that the bound is about.
    #[must_use]
    pub fn architecture(&self) -> &Architecture {
        self.network.architecture()
    }

    /// The network whose loss is certified.
    #[must_use]
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Whether the rows are those of `task`, in whatever order.
    #[must_use]
    pub fn matches(&self, task: &Task) -> bool {
        task.sums_are_exact() && self.rows == Rows::of(task)
    }

    /// Counts the loss and proves the bound.
    ///
    /// # Errors
    /// [`CertificateError`] when either is not as stated, or the check was stopped.
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
        // losses are whole: none is below the bound if none is below the next whole number
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

    /// The text of a certificate file.
    #[must_use]
    pub fn to_json(&self) -> String {
        checksummed::write(FORMAT, self)
    }

    /// Reads the text of a certificate file.
    ///
    /// # Errors
    /// [`ChecksummedError`] when it is none, or damaged.
    pub fn from_json(text: &str) -> Result<Self, ChecksummedError> {
        checksummed::read(FORMAT, text)
    }
}

#[cfg(test)]
mod tests;
