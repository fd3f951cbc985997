//! Exact training of small networks by branch and bound.

mod batches;
mod candidates;
mod classes;
mod committee;
mod cost;
mod demand;
mod descent;
mod error;
mod functions;
mod layers;
mod prices;
mod program;
mod search;
mod single;

pub use error::ExactError;
pub use single::InputPrices;

use crate::network::{Architecture, Network};
use crate::task::{Merge, Objective, Task};
use batches::{Limits, Outcome, watch};
use cost::Costs;
use demand::Demand;
use functions::{Functions, TooMany};
use isinglass_qubo::sampler::{RunControl, SampleStatus};
use layers::Layers;
use serde::Serialize;
use single::Single;

/// Maximum fan-in: weight vectors are stored in 32 bits and counted in bytes, and enumerating more takes minutes.
const MAX_FAN_IN: usize = 30;

/// Maximum number of hidden neurons: the search keeps one level of groups per two of them.
const MAX_HIDDEN: usize = 64;

/// Maximum number of neurons in a hidden layer that feeds another hidden layer or several outputs.
const MAX_CODE: usize = 12;

/// Maximum memory of the neuron functions, in 64-bit words.
const MAX_FUNCTION_WORDS: usize = 1 << 25;

/// Bytes for each word of a function: in the list and the set of functions, and as candidates while these are sorted.
const BYTES_PER_FUNCTION_WORD: usize = 160;

/// Exact trainer: finds the optimal weights of a network, and proves them optimal.
///
/// The `2^n` weight vectors of a neuron of fan-in `n` compute far fewer distinct functions of the task's distinct inputs. A
/// network with one output and one hidden layer is then a committee: a multiset of `H` such functions or their complements (which
/// an odd fan-in computes by negated weights, an even one contributes by an output weight of `-1`), and the sign of the output's
/// bias if there is one. Committees are searched by branch and bound: a group of rows is lost once no remaining member can
/// rescue it, and members that err on much of the weight cannot together err on little of it, where the weight of each group is its
/// price in the dual of a linear program, which makes the bound as large as fractions of members allow.
///
/// Several outputs share their hidden layer: its functions are chosen one at a time, and each output keeps the signs of
/// its weights that may still lead below the incumbent. With several hidden layers, the search enumerates all first
/// layers and solves the problem that their codes leave to the later layers in the same way, which is feasible for
/// small networks.
///
/// If the loss counts classification errors ([`Objective::Errors`]), rows with the same code of the first layer get the
/// same class: a partial first layer is pruned once the rows that it does not distinguish cost too much, however the
/// remaining functions may split them. Behind a complete layer the outputs get their weights one after the other, and a
/// row keeps the largest pre-activation.
///
/// # Examples
/// ```
/// use isinglass::{bits::BitMatrix, exact::ExactTrainer, network::Architecture, task::Task};
/// use isinglass_qubo::sampler::{RunControl, SampleStatus};
/// let inputs = BitMatrix::from_fn(4, 2, |row, column| row >> column & 1 == 1);
/// let xor = BitMatrix::from_fn(4, 1, |row, _| row == 1 || row == 2);
/// let task = Task::new(inputs, xor)?;
/// let architecture = Architecture::new(vec![2, 2, 1], true)?;
/// let training = ExactTrainer::default().train(&task, &architecture, &RunControl::default())?;
/// assert_eq!((training.loss, training.status), (0.0, SampleStatus::Optimal));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExactTrainer {
    /// Maximum fan-in of the first layer, bias included. \[default: 24\] \[range: 1..=30\]
    pub max_fan_in: usize,
    /// Maximum number of distinct functions of a hidden neuron. \[default: 2^20\] \[range: 1..\]
    pub max_functions: usize,
    /// Maximum number of partial and complete committees to examine, about 10 ns each: the search then ends with the best so far and a
    /// bound. \[default: no limit\] \[range: 1..\]
    pub max_nodes: u64,
}

impl Default for ExactTrainer {
    fn default() -> Self {
        Self { max_fan_in: 24, max_functions: 1 << 20, max_nodes: u64::MAX }
    }
}

/// The result of exact training.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExactTraining {
    /// The best network found.
    pub network: Network,
    /// Its loss on the task.
    pub loss: f64,
    /// [`SampleStatus::Optimal`] if the loss is proven minimal, otherwise the reason the search stopped early. A
    /// finished search is [`SampleStatus::Heuristic`] if row weights are not multiples of a common power of two, or are
    /// too far apart: the weight of each group is then rounded down by up to `2e-9` of their sum.
    pub status: SampleStatus,
    /// Lower bound on the loss of every network of this architecture; equal to the loss if optimal.
    pub lower_bound: f64,
    /// Distinct functions of a neuron of the first layer: with one output and at most one hidden layer its distinct
    /// contributions to the output (functions and complements).
    pub num_functions: usize,
    /// Number of contributions left after removing each one that another dominates on all rows.
    pub num_candidates: usize,
    /// Partial and complete committees examined.
    pub num_nodes: u64,
}

impl ExactTrainer {
    /// Trains on `task`; when `control` stops it early, returns the best network so far.
    ///
    /// The result does not depend on the number of threads, unless the search is stopped early.
    ///
    /// # Errors
    /// [`ExactError`] when the shapes do not match, or the problem exceeds the limits of the trainer.
    pub fn train(
        &self,
        task: &Task,
        architecture: &Architecture,
        control: &RunControl<'_>,
    ) -> Result<ExactTraining, ExactError> {
        self.check(task, architecture)?;
        if task.objective() == Objective::Errors {
            return self.train_classes(task, architecture, control);
        }
        let groups = task.group(merge(architecture));
        let demand = Demand::new(&groups);
        let functions = self.functions(&demand, architecture, control)?;
        let loss_of = |cost: u32| groups.constant + demand.costs[0].to_loss(cost);
        let mut watch = watch(control, loss_of);
        let widths = architecture.widths();
        let limits = |cost: u32| Limits { cost, num_nodes: self.max_nodes };
        let (mut start, mut num_functions, mut num_candidates) = (None, functions.len(), functions.len());
        let is_single = architecture.num_outputs() == 1 && architecture.num_layers() <= 2;
        let outcome = if is_single {
            let num_hidden = (architecture.num_layers() == 2).then(|| architecture.width(1));
            // what is left of a stopped enumeration is few, and gives a network
            let unlimited = RunControl::default();
            let preparing = if functions.stopped.is_some() { &unlimited } else { control };
            match Single::new(&demand, &functions, num_hidden, architecture.bias(), preparing) {
                Err(status) => Outcome::stopped(status),
                Ok(single) => {
                    (num_functions, num_candidates) = (single.candidates.num_functions(), single.candidates.len());
                    let (cost, weights) = single.descend(control);
                    start = Some((cost, weights));
                    match functions.stopped {
                        Some(status) => Outcome::stopped(status),
                        None => single.search(limits(cost), control, watch),
                    }
                }
            }
        } else {
            let layers = Layers { bias: architecture.bias(), control };
            layers.search((&demand, &functions), widths, limits(demand.total() + 1), &mut watch)
        };
        // Stopped before anything was tried, any network has to do.
        let weights = outcome.better.or(start).map(|(_, weights)| weights);
        let network = Network::from_fn(architecture.clone(), |layer, neuron, input| {
            weights.as_ref().is_none_or(|weights| weights[layer][neuron][input])
        });
        let loss = groups.loss(&network.infer(&groups.inputs));
        let (finished, rounding) = precision(task, &demand);
        Ok(ExactTraining {
            network,
            loss,
            status: outcome.stopped.unwrap_or(finished),
            lower_bound: (loss_of(outcome.bound) - rounding).min(loss),
            num_functions,
            num_candidates,
            num_nodes: outcome.num_nodes,
        })
    }

    /// Computes input prices that give the strongest bound on committees with a loss below `loss`, one set for each
    /// sign of the output bias; `None` for networks with several outputs or several hidden layers.
    ///
    /// # Errors
    /// [`ExactError`] as for [`train`](Self::train).
    pub fn prices(
        &self,
        task: &Task,
        architecture: &Architecture,
        loss: f64,
        control: &RunControl<'_>,
    ) -> Result<Vec<InputPrices>, ExactError> {
        self.check(task, architecture)?;
        if architecture.num_outputs() > 1 || architecture.num_layers() != 2 {
            return Ok(Vec::new());
        }
        let groups = task.group(merge(architecture));
        let demand = Demand::new(&groups);
        let functions = self.functions(&demand, architecture, control)?;
        let single = Single::new(&demand, &functions, Some(architecture.width(1)), architecture.bias(), control);
        let limit = demand.costs[0].of_loss(loss - groups.constant);
        // without prices a check takes longer, but is as good
        Ok(single.map_or_else(|_| Vec::new(), |single| single.prices(limit, control)))
    }

    /// Checks parameters, shapes and the size limits that can be checked in advance.
    ///
    /// # Errors
    /// [`ExactError`] when [`train`](Self::train) would reject the task before any search.
    pub fn check(&self, task: &Task, architecture: &Architecture) -> Result<(), ExactError> {
        if !(1..=MAX_FAN_IN).contains(&self.max_fan_in) {
            let value = self.max_fan_in as f64;
            return Err(ExactError::Parameter { name: "max_fan_in", value, allowed: "between 1 and 30" });
        }
        if self.max_functions == 0 {
            return Err(ExactError::Parameter { name: "max_functions", value: 0.0, allowed: "at least 1" });
        }
        if self.max_nodes == 0 {
            return Err(ExactError::Parameter { name: "max_nodes", value: 0.0, allowed: "at least 1" });
        }
        let (task_inputs, task_outputs) = (task.inputs().num_columns(), task.targets().num_columns());
        let (inputs, outputs) = (architecture.num_inputs(), architecture.num_outputs());
        if (task_inputs, task_outputs) != (inputs, outputs) {
            return Err(ExactError::Shape { task_inputs, task_outputs, inputs, outputs });
        }
        let is_single = outputs == 1 && architecture.num_layers() <= 2;
        let limit = if is_single { MAX_HIDDEN } else { MAX_CODE };
        if let Some(&found) = architecture.widths()[1..architecture.num_layers()].iter().find(|&&width| width > limit) {
            return Err(ExactError::HiddenNeurons { found, limit });
        }
        let fan_in = architecture.fan_in(0);
        if fan_in > self.max_fan_in {
            let vectors = 2f64.powf(fan_in as f64);
            // Some 30 ns for each weight vector, and 1 ns for each eight rows of it.
            let seconds = vectors * (30e-9 + 1e-9 * task.num_rows() as f64 / 8.0);
            return Err(ExactError::FanIn { fan_in, limit: self.max_fan_in, vectors, seconds });
        }
        Ok(())
    }

    /// Enumerates the neuron functions, unless there are too many.
    fn functions(
        &self,
        demand: &Demand,
        architecture: &Architecture,
        control: &RunControl<'_>,
    ) -> Result<Functions, ExactError> {
        let words = demand.len().div_ceil(64).max(1);
        let most = control.memory_limit.map_or(MAX_FUNCTION_WORDS, |bytes| bytes / BYTES_PER_FUNCTION_WORD);
        let limit = self.max_functions.min(MAX_FUNCTION_WORDS.min(most) / words).max(1);
        Functions::enumerate(&demand.inputs, architecture.bias(), limit, control).map_err(|TooMany| {
            let vectors = 2f64.powf(architecture.fan_in(0) as f64);
            ExactError::Functions { limit, num_groups: demand.len(), vectors }
        })
    }
}

/// Status of a finished search, and how much its bound may be too high: a bound from rounded costs does not prove
/// optimality.
fn precision(task: &Task, demand: &Demand) -> (SampleStatus, f64) {
    let rounding = if task.sums_are_exact() { 0.0 } else { rounding_of_sums(task) };
    let is_exact = task.sums_are_exact() && demand.costs.iter().all(Costs::are_exact);
    (if is_exact { SampleStatus::Optimal } else { SampleStatus::Heuristic }, rounding)
}

/// Rounding error of sums of row weights: a sum has fewer additions than there are weights, and each one rounds.
fn rounding_of_sums(task: &Task) -> f64 {
    let outputs = task.targets().num_columns() as f64;
    let total = task.weights().iter().sum::<f64>() * outputs;
    4.0 * f64::EPSILON * (task.num_rows() as f64 * outputs + 2.0) * total
}

/// Rule for merging rows.
fn merge(architecture: &Architecture) -> Merge {
    if architecture.is_odd() { Merge::EqualAndNegated } else { Merge::Equal }
}

#[cfg(test)]
pub(crate) mod tests;
