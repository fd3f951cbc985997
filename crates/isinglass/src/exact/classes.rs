//! Exact training for several classes: search for the fewest classification errors.
//!
//! In every network, rows to which the first layer gives the same code get the same class. So a partial first layer,
//! which splits the groups into cells, has at least the errors that no further split of these cells can avoid.

mod outputs;
mod start;
mod votes;

use super::batches::{Found, Limits, Outcome, in_batches, watch};
use super::demand::{Demand, Weights};
use super::functions::{Functions, TooMany};
use super::{ExactError, ExactTrainer, ExactTraining, precision};
use crate::bits::BitMatrix;
use crate::network::{Architecture, Network, winner};
use crate::task::{Merge, Task};
use isinglass_qubo::sampler::{RunControl, SampleStatus};
use outputs::OutputLayer;
use start::start;
use std::collections::HashSet;
use votes::Votes;

/// Functions tried between two checks of the stop condition.
const TRIES_PER_CHECK: u64 = 256;

impl ExactTrainer {
    /// Trains a network for the fewest classification errors.
    pub(super) fn train_classes(
        &self,
        task: &Task,
        architecture: &Architecture,
        control: &RunControl<'_>,
    ) -> Result<ExactTraining, ExactError> {
        let groups = task.loss_groups(Merge::Equal);
        let demand = Demand::new(&groups);
        let functions = self.functions(&demand, architecture, control)?;
        let loss_of = |cost: u32| groups.constant + demand.costs[0].to_loss(cost);
        let start = start(&groups, architecture, control);
        let limits = Limits { cost: cost_of(&demand, &start), num_nodes: self.max_nodes };
        let mut watch = watch(control, loss_of);
        let classes = Classes { bias: architecture.bias(), control };
        let votes = Votes::new(&demand);
        let outcome = classes.search((&votes, &functions), architecture.widths(), limits, &mut watch);
        let network = match outcome.better {
            Some((_, weights)) => {
                Network::from_fn(architecture.clone(), |layer, neuron, input| weights[layer][neuron][input])
            }
            None => start,
        };
        let loss = groups.loss_of(&network);
        let (finished, rounding) = precision(task, &demand);
        Ok(ExactTraining {
            network,
            loss,
            status: outcome.stopped.unwrap_or(finished),
            lower_bound: (loss_of(outcome.bound) - rounding).min(loss),
            num_functions: functions.len(),
            num_candidates: functions.len(),
            num_nodes: outcome.num_nodes,
        })
    }
}

/// Cost of a network in the units of the search.
fn cost_of(demand: &Demand, network: &Network) -> u32 {
    let preactivations = network.output_preactivations(&demand.inputs);
    let classes = preactivations.chunks_exact(demand.costs.len()).map(winner);
    classes.enumerate().map(|(group, class)| demand.costs[class].of_group(group)).sum()
}

/// The search for a network of any number of layers.
struct Classes<'a> {
    bias: bool,
    control: &'a RunControl<'a>,
}

/// The functions that a neuron of the first layer can compute; only one of a function and its complement, as the next
/// layer can undo the negation.
struct FirstLayer<'a> {
    functions: &'a Functions,
    /// Numbers of the functions that are kept.
    kept: Vec<usize>,
    fan_in: usize,
}

impl<'a> FirstLayer<'a> {
    fn new(votes: &Votes, functions: &'a Functions, classes: &Classes<'_>) -> Result<Self, SampleStatus> {
        let full = BitMatrix::zeros(1, votes.len()).complement_of_row(0);
        let mut seen: HashSet<Vec<u64>> = HashSet::new();
        let mut kept = Vec::new();
        for index in 0..functions.len() {
            classes.check(index as u64)?;
            let output = functions.output(index);
            let rest: Vec<u64> = output.iter().zip(&full).map(|(output, full)| output ^ full).collect();
            if seen.insert(rest.min(output.to_vec())) {
                kept.push(index);
            }
        }
        Ok(Self { functions, kept, fan_in: votes.inputs.num_columns() + usize::from(classes.bias) })
    }

    fn len(&self) -> usize {
        self.kept.len()
    }

    /// Output bits of a function, one for each group.
    fn output(&self, index: usize) -> &[u64] {
        self.functions.output(self.kept[index])
    }

    fn weights(&self, index: usize) -> Vec<bool> {
        let weights = self.functions.weights[self.kept[index]];
        (0..self.fan_in).map(|input| weights >> input & 1 == 1).collect()
    }
}

/// A stop condition that never stops.
fn unwatched(_: (usize, usize), _: u32) -> Option<SampleStatus> {
    None
}

impl Classes<'_> {
    /// Asks periodically, by the number of tries, whether to stop.
    fn check(&self, num_tries: u64) -> Result<(), SampleStatus> {
        match num_tries.is_multiple_of(TRIES_PER_CHECK) {
            true => self.control.should_stop(None).map_or(Ok(()), Err),
            false => Ok(()),
        }
    }

    /// The best network of these widths that costs less than the limit.
    ///
    /// `watch` is called periodically with the completed work, the total work and the lowest cost so far; it tells the search when to stop.
    fn search(
        &self,
        (votes, functions): (&Votes, &Functions),
        widths: &[usize],
        limits: Limits,
        watch: &mut dyn FnMut((usize, usize), u32) -> Option<SampleStatus>,
    ) -> Outcome<Weights> {
        let stopped = |status| Outcome { better: None, bound: 0, num_nodes: 0, stopped: Some(status) };
        if let Some(status) = functions.stopped {
            return stopped(status);
        }
        if widths.len() == 2 {
            return OutputLayer::new(votes, self.bias, self.control).search(limits, watch);
        }
        let first = match FirstLayer::new(votes, functions, self) {
            Ok(first) => first,
            Err(status) => return stopped(status),
        };
        let walk = Walk { classes: self, votes, first: &first, widths };
        // the most promising functions first, so that the bound of what is left only rises
        let mut order: Vec<(u32, usize)> = Vec::with_capacity(first.len());
        for index in 0..first.len() {
            if let Err(status) = self.check(index as u64) {
                return stopped(status);
            }
            order.push((walk.bound_with(index), index));
        }
        order.sort_unstable();
        in_batches(
            order.len(),
            limits,
            |position| order[position].0,
            |done, cost| watch((done, order.len()), cost),
            |position, limits| {
                let mut found = Found { best: None, num_nodes: 0, stopped: None };
                let mut part = Part { limits, chosen: Vec::new(), found: &mut found };
                walk.choose(&mut part, &order, position, &vec![0; votes.len()]);
                found
            },
        )
    }
}

/// The search of all first layers.
struct Walk<'a> {
    classes: &'a Classes<'a>,
    votes: &'a Votes,
    first: &'a FirstLayer<'a>,
    widths: &'a [usize],
}

/// A part of a first layer, and what was found with those before it.
struct Part<'a> {
    limits: Limits,
    /// Functions so far, by their numbers.
    chosen: Vec<usize>,
    found: &'a mut Found<Weights>,
}

impl Walk<'_> {
    /// Number of classes that the rows of a cell can get with this many functions still to choose.
    fn num_answers(&self, num_left: usize) -> usize {
        1usize.checked_shl(num_left as u32).unwrap_or(usize::MAX).min(self.votes.num_classes)
    }

    /// Lower bound on the errors of a network whose first layer has this function.
    fn bound_with(&self, index: usize) -> u32 {
        let cells = self.split(&vec![0; self.votes.len()], index);
        self.votes.bound(&cells, 2, self.num_answers(self.widths[1] - 1))
    }

    /// The cells of all groups after one more function.
    fn split(&self, cells: &[u32], index: usize) -> Vec<u32> {
        let output = self.first.output(index);
        cells
            .iter()
            .enumerate()
            .map(|(group, cell)| cell << 1 | (output[group / 64] >> (group % 64) & 1) as u32)
            .collect()
    }

    /// Chooses the function at `position` of `order` next, and searches what can follow it.
    fn choose(&self, part: &mut Part<'_>, order: &[(u32, usize)], position: usize, cells: &[u32]) {
        part.found.num_nodes += 1;
        if part.found.num_nodes >= part.limits.num_nodes {
            part.found.stopped = Some(SampleStatus::Heuristic);
        } else if let Err(status) = self.classes.check(part.found.num_nodes) {
            part.found.stopped = part.found.stopped.or(Some(status));
        }
        let index = order[position].1;
        let cells = self.split(cells, index);
        let num_left = self.widths[1] - part.chosen.len() - 1;
        let bound = self.votes.bound(&cells, 2 << part.chosen.len(), self.num_answers(num_left));
        if bound >= part.limits.cost {
            return;
        }
        part.chosen.push(index);
        if num_left == 0 {
            self.leaf(part, &cells);
        } else {
            for following in position..order.len() {
                if part.found.stopped.is_some() || order[following].0 >= part.limits.cost {
                    break;
                }
                self.choose(part, order, following, &cells);
            }
        }
        part.chosen.pop();
    }

    /// The best network with this first layer, if it costs less than the limit.
    fn leaf(&self, part: &mut Part<'_>, cells: &[u32]) {
        let width = self.widths[1];
        // the first function is the highest bit of a cell, and the first input of what follows
        let codes = cells.iter().map(|cell| cell.reverse_bits() >> (32 - width));
        let (rest, lost) = self.votes.behind(codes, width);
        let Some(limit) = part.limits.cost.checked_sub(lost).filter(|&limit| limit > 0) else { return };
        let control = self.classes.control;
        let num_nodes = part.limits.num_nodes.saturating_sub(part.found.num_nodes).max(1);
        let limits = Limits { cost: limit, num_nodes };
        let outcome = if self.widths.len() == 3 {
            OutputLayer::new(&rest, self.classes.bias, control).search_alone(limits)
        } else {
            let functions = Functions::enumerate(&rest.inputs, self.classes.bias, usize::MAX, control)
                .unwrap_or_else(|TooMany| unreachable!("there is no limit"));
            self.classes.search((&rest, &functions), &self.widths[1..], limits, &mut unwatched)
        };
        part.found.num_nodes += outcome.num_nodes;
        part.found.stopped = part.found.stopped.or(outcome.stopped);
        if let Some((cost, mut layers)) = outcome.better {
            layers.insert(0, part.chosen.iter().map(|&index| self.first.weights(index)).collect());
            part.limits.cost = lost + cost;
            part.found.best = Some((lost + cost, layers));
        }
    }
}
