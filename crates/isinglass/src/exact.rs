//! Exact training of small networks: the ground truth that everything else is measured against.

mod candidates;
mod committee;
mod cost;
mod descent;
mod error;
mod functions;
mod prices;
mod program;
mod search;

pub use error::ExactError;

use crate::network::{Architecture, Network};
use crate::task::{Groups, Merge, Task};
use candidates::Candidates;
use committee::{Committee, Part, Problem};
use cost::Costs;
use functions::{Functions, TooMany};
use isinglass_qubo::sampler::{ProgressReport, RunControl, SampleStatus};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Weight vectors are held in 32 bits and counted in bytes; beyond this fan-in listing them takes minutes.
const MAX_FAN_IN: usize = 30;

/// The most hidden neurons: the search keeps a level of groups for each two of them.
const MAX_HIDDEN: usize = 64;

/// The most memory the neuron functions may take, in 64-bit words.
const MAX_FUNCTION_WORDS: usize = 1 << 25;

/// The least time between two progress reports.
const REPORT_EVERY: Duration = Duration::from_millis(250);

/// Finds the best weights of a network with one output and at most one hidden layer, and proves that none are better.
///
/// The `2^n` weight vectors of a hidden neuron of fan-in `n` compute far fewer distinct functions of the task's distinct inputs.
/// A network is then a committee: a multiset of `H` such functions or their complements (which an odd fan-in computes by
/// negated weights, an even one contributes by an output weight of `-1`), and the sign of the output's bias if there is
/// one. Committees are searched by branch and bound: a group of rows is lost once no remaining member can rescue it, and
/// members that err on much of the weight cannot together err on little of it. Time grows like the number of committees,
/// `C(F + H - 1, H)` for `F` functions, over what is pruned.
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
    /// The largest fan-in of the first layer, bias included. \[default: 24\] \[range: 1..=30\]
    pub max_fan_in: usize,
    /// The most distinct functions of a hidden neuron. \[default: 2^20\] \[range: 1..\]
    pub max_functions: usize,
    /// The most partial and whole committees to look at, about 10 ns each: the search then ends with the best so far and a
    /// bound. \[default: no limit\] \[range: 1..\]
    pub max_nodes: u64,
}

impl Default for ExactTrainer {
    fn default() -> Self {
        Self { max_fan_in: 24, max_functions: 1 << 20, max_nodes: u64::MAX }
    }
}

/// What exact training found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExactTraining {
    /// The best network found.
    pub network: Network,
    /// Its loss on the task.
    pub loss: f64,
    /// [`SampleStatus::Optimal`] if the loss is proven to be the least, otherwise why the search ended before its time.
    pub status: SampleStatus,
    /// No network of this shape has a smaller loss. When optimal it equals the loss, but for the rounding of row weights that
    /// are no multiples of a common power of two: that of each group is rounded down by up to `2e-9` of their sum, and the least loss is
    /// proven up to the difference.
    pub lower_bound: f64,
    /// Distinct contributions of a hidden neuron to the output (functions and complements).
    pub num_functions: usize,
    /// Those that are left when each function that another one beats on all rows is dropped.
    pub num_candidates: usize,
    /// Partial and whole committees looked at.
    pub num_nodes: u64,
}

impl ExactTrainer {
    /// Trains on `task`; stops early, with the best network so far, when `control` says so.
    ///
    /// The result does not depend on the number of threads, unless it is stopped early.
    ///
    /// # Errors
    /// [`ExactError`] when the shapes do not match, or the problem is of a kind or a size that the trainer does not take.
    pub fn train(
        &self,
        task: &Task,
        architecture: &Architecture,
        control: &RunControl<'_>,
    ) -> Result<ExactTraining, ExactError> {
        self.check(task, architecture)?;
        let merge = if architecture.is_odd() { Merge::EqualAndNegated } else { Merge::Equal };
        let groups = heaviest_first(task.group(merge));
        let fan_in = architecture.fan_in(0);
        let functions = self.functions(&groups, architecture, control)?;
        let costs = Costs::new(&groups.deltas);
        // A lone neuron of even fan-in cannot compute every complement, and has no output weight to negate it.
        let negatable = architecture.num_layers() == 2 || fan_in % 2 == 1;
        let candidates = Candidates::new(&functions, &groups.targets, &costs, negatable);
        let shape = Shape::of(architecture);

        let problems: Vec<(Problem<'_>, bool)> = shape
            .output_biases
            .iter()
            .map(|&bias| {
                let root =
                    Part::empty(&groups.targets, &costs, shape.num_hidden, |target| shape.tolerance(target, bias));
                (Problem { candidates: &candidates, costs: &costs, num_hidden: shape.num_hidden, root }, bias)
            })
            .collect();
        let loss_of = |cost: u32| groups.constant + costs.to_loss(cost);
        let found = solve(&problems, self.max_nodes, functions.stopped, loss_of, control);

        let network = build(architecture, &candidates, &found.committee, found.bias);
        let loss = groups.loss(&network.infer(&groups.inputs));
        let lower_bound = if functions.stopped.is_some() { groups.constant } else { loss_of(found.bound).min(loss) };
        Ok(ExactTraining {
            network,
            loss,
            status: found.status,
            lower_bound,
            num_functions: candidates.num_functions(),
            num_candidates: candidates.len(),
            num_nodes: found.num_nodes,
        })
    }

    /// Checks parameters, shapes and what can be known about the size beforehand.
    fn check(&self, task: &Task, architecture: &Architecture) -> Result<(), ExactError> {
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
        if architecture.num_layers() > 2 {
            return Err(ExactError::HiddenLayers { found: architecture.num_layers() - 1 });
        }
        if outputs != 1 {
            return Err(ExactError::Outputs { found: outputs });
        }
        if architecture.num_layers() == 2 && architecture.width(1) > MAX_HIDDEN {
            return Err(ExactError::HiddenNeurons { found: architecture.width(1), limit: MAX_HIDDEN });
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

    /// The neuron functions, unless there are too many.
    fn functions(
        &self,
        groups: &Groups,
        architecture: &Architecture,
        control: &RunControl<'_>,
    ) -> Result<Functions, ExactError> {
        let words = groups.len().div_ceil(64).max(1);
        let limit = self.max_functions.min(MAX_FUNCTION_WORDS / words);
        Functions::enumerate(&groups.inputs, architecture.bias(), limit, control).map_err(|TooMany| {
            let vectors = 2f64.powf(architecture.fan_in(0) as f64);
            ExactError::Functions { limit, num_groups: groups.len(), vectors }
        })
    }
}

/// A network as a committee: a lone neuron is a committee of one whose vote is the output.
struct Shape {
    num_hidden: usize,
    /// Weights into the output neuron, its bias included.
    output_fan_in: usize,
    /// The signs of the output's bias to try; one entry without meaning if it has none.
    output_biases: &'static [bool],
}

impl Shape {
    fn of(architecture: &Architecture) -> Self {
        if architecture.num_layers() == 1 {
            return Self { num_hidden: 1, output_fan_in: 1, output_biases: &[true] };
        }
        let output_biases: &[bool] = if architecture.bias() { &[true, false] } else { &[true] };
        Self { num_hidden: architecture.width(1), output_fan_in: architecture.fan_in(1), output_biases }
    }

    /// How many members may speak against the target without making the output wrong; negative if the bias alone does.
    fn tolerance(&self, target: bool, bias: bool) -> i64 {
        let (hidden, fan_in) = (self.num_hidden as i64, self.output_fan_in as i64);
        // A tie gives +1: half of the votes are enough for it, but not for -1.
        let needed = if target { (fan_in + 1) / 2 } else { fan_in / 2 + 1 };
        let from_bias = i64::from(fan_in > hidden && bias == target);
        hidden - (needed - from_bias)
    }
}

/// The best committee over all signs of the output's bias.
struct Solution {
    committee: Committee,
    bias: bool,
    bound: u32,
    status: SampleStatus,
    num_nodes: u64,
}

/// Descends, then searches, each problem in turn; all share the best committee.
fn solve(
    problems: &[(Problem<'_>, bool)],
    max_nodes: u64,
    stopped: Option<SampleStatus>,
    loss_of: impl Fn(u32) -> f64,
    control: &RunControl<'_>,
) -> Solution {
    let descents = problems.iter().map(|(problem, bias)| (problem.descend(control), *bias));
    let (mut committee, mut bias) =
        descents.min_by_key(|(committee, _)| committee.cost).expect("there is an output bias to try");
    let mut bounds = Vec::new();
    let mut num_nodes = 0;
    let mut status = stopped;
    let mut last_report = Instant::now();
    for (number, (problem, own_bias)) in problems.iter().enumerate() {
        if status.is_some() {
            bounds.push(0);
            continue;
        }
        let outcome = problem.search(committee.cost, max_nodes.saturating_sub(num_nodes), control, |(done, total), cost| {
            let best = Some(loss_of(cost));
            if let Some(progress) = control.progress
                && last_report.elapsed() >= REPORT_EVERY
            {
                last_report = Instant::now();
                let (done, total) = ((number * total + done) as u64, (problems.len() * total) as u64);
                progress.report(ProgressReport { done, total, best_energy: best });
            }
            control.should_stop(best)
        });
        num_nodes += outcome.num_nodes;
        status = outcome.stopped;
        bounds.push(outcome.bound);
        if let Some(better) = outcome.better {
            (committee, bias) = (better, *own_bias);
        }
    }
    let bound = bounds.into_iter().fold(committee.cost, u32::min);
    Solution { committee, bias, bound, status: status.unwrap_or(SampleStatus::Optimal), num_nodes }
}

/// The groups in descending order of weight: sums over the first groups then soon tell that a candidate misses too much.
fn heaviest_first(groups: Groups) -> Groups {
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by(|&left, &right| groups.deltas[right].total_cmp(&groups.deltas[left]));
    Groups {
        inputs: groups.inputs.select_rows(&order),
        targets: groups.targets.select_rows(&order),
        deltas: order.iter().map(|&group| groups.deltas[group]).collect(),
        ..groups
    }
}

/// The network of a committee.
fn build(architecture: &Architecture, candidates: &Candidates, committee: &Committee, bias: bool) -> Network {
    let odd = architecture.fan_in(0) % 2 == 1;
    let origin = |neuron: usize| candidates.origin(committee.members[neuron]);
    Network::from_fn(architecture.clone(), |layer, neuron, input| match layer {
        // With an odd fan-in, negated weights compute the complement.
        0 => (origin(neuron).weights >> input & 1 == 1) != (odd && origin(neuron).negated),
        _ if input == committee.members.len() => bias,
        _ => odd || !origin(input).negated,
    })
}

#[cfg(test)]
mod tests;
