//! Exact training of several layers or several outputs: search over the functions of the first layer.

use super::batches::{Found, Limits, Outcome, in_batches};
use super::committee::Part;
use super::demand::{Demand, Weights};
use super::functions::{Functions, TooMany};
use super::single::Single;
use isinglass_qubo::rng;
use isinglass_qubo::sampler::{RunControl, SampleStatus};
use rand_core::Rng;
use std::collections::HashSet;

/// Random first layers that a descent starts from.
const NUM_STARTS: u64 = 4;

/// Leaves between two checks of the stop condition.
const LEAVES_PER_CHECK: u64 = 8;

/// Functions examined between two checks of the stop condition.
const FUNCTIONS_PER_CHECK: usize = 1 << 10;

/// The search for a network of any number of layers and outputs.
pub(super) struct Layers<'a> {
    pub(super) bias: bool,
    pub(super) control: &'a RunControl<'a>,
}

/// Asks periodically, by the number of a function, whether to stop.
fn check(index: usize, control: &RunControl<'_>) -> Result<(), SampleStatus> {
    if !index.is_multiple_of(FUNCTIONS_PER_CHECK) {
        return Ok(());
    }
    control.should_stop(None).map_or(Ok(()), Err)
}

/// A stop condition that never stops.
fn unwatched(_: (usize, usize), _: u32) -> Option<SampleStatus> {
    None
}

impl Layers<'_> {
    /// The best network of these widths that costs less than the limit.
    ///
    /// `watch` is called periodically with the completed work, the total work and the lowest cost so far; it tells the search when to stop.
    pub(super) fn search(
        &self,
        (demand, functions): (&Demand, &Functions),
        widths: &[usize],
        limits: Limits,
        watch: &mut dyn FnMut((usize, usize), u32) -> Option<SampleStatus>,
    ) -> Outcome<Weights> {
        let searched = match (functions.stopped, widths, demand.costs.len()) {
            (Some(status), ..) => Err(status),
            (None, [_, _], 1) => Single::new(demand, functions, None, self.bias, self.control)
                .map(|single| single.search(limits, self.control, watch)),
            (None, [_, hidden, _], 1) => Single::new(demand, functions, Some(*hidden), self.bias, self.control)
                .map(|single| single.search(limits, self.control, watch)),
            (None, [_, _], _) => Ok(self.lone(demand, functions, limits)),
            _ => self.behind_first(demand, functions, widths, limits, watch),
        };
        searched.unwrap_or_else(Outcome::stopped)
    }

    /// Several layers, or several outputs behind one.
    fn behind_first(
        &self,
        demand: &Demand,
        functions: &Functions,
        widths: &[usize],
        limits: Limits,
        watch: &mut dyn FnMut((usize, usize), u32) -> Option<SampleStatus>,
    ) -> Result<Outcome<Weights>, SampleStatus> {
        let first = FirstLayer::new(demand, functions, self.bias, self.control)?;
        let outputs = match widths {
            [_, hidden, _] => Some(self.outputs(demand, functions, &first, *hidden, limits)?),
            _ => None,
        };
        Ok(self.stack(&first, outputs.as_ref(), widths, limits, watch))
    }

    /// Outputs without a hidden layer, each for itself.
    fn lone(&self, demand: &Demand, functions: &Functions, limits: Limits) -> Outcome<Weights> {
        let mut all = Outcome { better: None, bound: 0, num_nodes: 0, stopped: None };
        let mut neurons = Vec::new();
        for output in 0..demand.costs.len() {
            let own = demand.of_output(output);
            let none = Limits { cost: own.total() + 1, num_nodes: limits.num_nodes };
            let outcome = Single::new(&own, functions, None, self.bias, self.control)
                .map_or_else(Outcome::stopped, |single| single.search(none, self.control, unwatched));
            all.num_nodes += outcome.num_nodes;
            all.bound += outcome.bound;
            all.stopped = all.stopped.or(outcome.stopped);
            neurons.extend(outcome.better.map(|(_, mut layers)| layers.remove(0).remove(0)));
        }
        if neurons.len() == demand.costs.len() && all.bound < limits.cost && all.stopped.is_none() {
            all.better = Some((all.bound, vec![neurons]));
        }
        all.bound = all.bound.min(limits.cost);
        all
    }

    /// Lower bound on the cost of each output behind one hidden layer, and the state to extend a partial layer.
    fn outputs(
        &self,
        demand: &Demand,
        functions: &Functions,
        first: &FirstLayer<'_>,
        num_hidden: usize,
        limits: Limits,
    ) -> Result<Outputs, SampleStatus> {
        let mut outputs = Outputs { bounds: Vec::new(), roots: Vec::new(), least: Vec::new() };
        for output in 0..demand.costs.len() {
            let own = demand.of_output(output);
            let single = Single::new(&own, functions, Some(num_hidden), self.bias, self.control)?;
            let (start, _) = single.descend(self.control);
            let limits = Limits { cost: start, num_nodes: limits.num_nodes };
            outputs.bounds.push(single.search(limits, self.control, unwatched).bound);
            outputs.roots.push(single.roots());
            let mut least = None;
            for index in 0..first.len() {
                check(index, self.control)?;
                let missed = first.missed(index, demand, output);
                let rest: Vec<u64> = missed.iter().zip(&first.full).map(|(missed, full)| missed ^ full).collect();
                let cost = own.costs[0].weigh(&missed).min(own.costs[0].weigh(&rest));
                least = Some(least.map_or(cost, |least: u32| least.min(cost)));
            }
            outputs.least.push(least.unwrap_or_default());
        }
        Ok(outputs)
    }

    /// Layers behind a first layer: all its multisets of functions, and the best of what can follow.
    fn stack(
        &self,
        first: &FirstLayer<'_>,
        outputs: Option<&Outputs>,
        widths: &[usize],
        limits: Limits,
        watch: &mut dyn FnMut((usize, usize), u32) -> Option<SampleStatus>,
    ) -> Outcome<Weights> {
        let least = outputs.map_or(0, |outputs| outputs.bounds.iter().sum());
        if least >= limits.cost {
            return Outcome { better: None, bound: limits.cost, num_nodes: 0, stopped: None };
        }
        let start = self.descend(first, widths, limits.cost);
        let limit = start.as_ref().map_or(limits.cost, |&(cost, _)| cost);
        let total = first.len();
        let mut outcome = in_batches(
            total,
            Limits { cost: limit, ..limits },
            |_| least,
            |done, cost| watch((done, total), cost),
            |index, limits| {
                let mut walk = Walk {
                    layers: self,
                    first,
                    outputs,
                    widths,
                    limit: limits.cost,
                    max_nodes: limits.num_nodes,
                    chosen: Vec::new(),
                    found: Found { best: None, num_nodes: 0, stopped: None },
                };
                walk.choose(index, outputs.map(|outputs| outputs.roots.clone()));
                walk.found
            },
        );
        outcome.better = outcome.better.or(start);
        outcome
    }

    /// First layers improved by exchanging one function at a time; the best of several, if it costs less than `limit`.
    fn descend(&self, first: &FirstLayer<'_>, widths: &[usize], limit: u32) -> Option<(u32, Weights)> {
        let mut best: Option<(u32, Weights)> = None;
        for start in 0..NUM_STARTS {
            let mut stream = rng::stream(1, start);
            let total = first.len() as u64;
            let mut members: Vec<usize> =
                (0..widths[1]).map(|_| (((stream.next_u64() >> 32) * total) >> 32) as usize).collect();
            let mut own = u32::MAX;
            let mut unchanged = 0;
            for member in (0..widths[1]).cycle() {
                unchanged += 1;
                for index in 0..first.len() {
                    let before = std::mem::replace(&mut members[member], index);
                    match self.leaf(first, &members, widths, own).0 {
                        Some((cost, weights)) => {
                            own = cost;
                            unchanged = 0;
                            if cost < best.as_ref().map_or(limit, |&(cost, _)| cost) {
                                best = Some((cost, weights));
                            }
                        }
                        None => members[member] = before,
                    }
                    if self.control.should_stop(None).is_some() {
                        break;
                    }
                }
                if unchanged >= widths[1] || self.control.should_stop(None).is_some() {
                    break;
                }
            }
        }
        best
    }

    /// The best network with this first layer, if it costs less than `limit`; and why its search stopped early, if it
    /// did.
    fn leaf(
        &self,
        first: &FirstLayer<'_>,
        members: &[usize],
        widths: &[usize],
        limit: u32,
    ) -> (Option<(u32, Weights)>, Option<SampleStatus>) {
        let (rest, lost) = first.demand.behind(&first.codes(members), members.len());
        let Some(limit) = limit.checked_sub(lost).filter(|&limit| limit > 0) else { return (None, None) };
        let functions = Functions::enumerate(&rest.inputs, self.bias, usize::MAX, self.control)
            .unwrap_or_else(|TooMany| unreachable!("there is no limit"));
        let limits = Limits { cost: limit, num_nodes: u64::MAX };
        let outcome = self.search((&rest, &functions), &widths[1..], limits, &mut unwatched);
        let whole = outcome.better.map(|(cost, mut layers)| {
            layers.insert(0, members.iter().map(|&index| first.weights(index)).collect());
            (lost + cost, layers)
        });
        (whole, outcome.stopped)
    }
}

/// Functions that a neuron of the first layer can compute, up to complements, which the next layer can undo.
struct FirstLayer<'a> {
    demand: &'a Demand,
    /// Output bits, a row for each function.
    outputs: Vec<Vec<u64>>,
    weights: Vec<u32>,
    fan_in: usize,
    /// All groups.
    full: Vec<u64>,
}

impl<'a> FirstLayer<'a> {
    fn new(
        demand: &'a Demand,
        functions: &Functions,
        bias: bool,
        control: &RunControl<'_>,
    ) -> Result<Self, SampleStatus> {
        let full = crate::bits::BitMatrix::zeros(1, demand.len()).complement_of_row(0);
        let mut first = Self {
            demand,
            outputs: Vec::new(),
            weights: Vec::new(),
            fan_in: demand.inputs.num_columns() + usize::from(bias),
            full,
        };
        let mut seen = HashSet::new();
        for index in 0..functions.len() {
            check(index, control)?;
            let output = functions.output(index).to_vec();
            let rest: Vec<u64> = output.iter().zip(&first.full).map(|(output, full)| output ^ full).collect();
            if seen.insert(output.clone().min(rest)) {
                first.outputs.push(output);
                first.weights.push(functions.weights[index]);
            }
        }
        Ok(first)
    }

    fn len(&self) -> usize {
        self.weights.len()
    }

    fn weights(&self, index: usize) -> Vec<bool> {
        (0..self.fan_in).map(|input| self.weights[index] >> input & 1 == 1).collect()
    }

    /// The groups in which a function differs from the required output.
    fn missed(&self, index: usize, demand: &Demand, output: usize) -> Vec<u64> {
        let mut missed = self.outputs[index].clone();
        for group in 0..demand.len() {
            missed[group / 64] ^= u64::from(demand.targets.get(group, output)) << (group % 64);
        }
        missed
    }

    /// The code that these functions give each group.
    fn codes(&self, members: &[usize]) -> Vec<u64> {
        let mut codes = vec![0; self.demand.len()];
        for (bit, &member) in members.iter().enumerate() {
            for (group, code) in codes.iter_mut().enumerate() {
                *code |= (self.outputs[member][group / 64] >> (group % 64) & 1) << bit;
            }
        }
        codes
    }
}

/// Bounds for several outputs behind one hidden layer.
struct Outputs {
    /// The least cost of each output alone.
    bounds: Vec<u32>,
    /// For each output, the empty part for each sign of its bias.
    roots: Vec<Vec<Part>>,
    /// For each output, the least cost of one function.
    least: Vec<u32>,
}

/// The search of all first layers with one first function.
struct Walk<'a> {
    layers: &'a Layers<'a>,
    first: &'a FirstLayer<'a>,
    outputs: Option<&'a Outputs>,
    widths: &'a [usize],
    limit: u32,
    max_nodes: u64,
    chosen: Vec<usize>,
    found: Found<Weights>,
}

impl Walk<'_> {
    /// Chooses function `index` next, and searches what can follow it. `parts` are those of each output, one for each choice
    /// of the signs of its weights so far that can still lead below the limit.
    fn choose(&mut self, index: usize, parts: Option<Vec<Vec<Part>>>) {
        self.found.num_nodes += 1;
        if self.found.num_nodes >= self.max_nodes {
            self.found.stopped = Some(SampleStatus::Heuristic);
        } else if self.found.num_nodes.is_multiple_of(LEAVES_PER_CHECK) {
            self.found.stopped = self.found.stopped.or_else(|| self.layers.control.should_stop(None));
        }
        let next = match (self.outputs, parts) {
            (Some(outputs), Some(parts)) => match self.extend(outputs, &parts, index) {
                Some(next) => Some(next),
                None => return,
            },
            _ => None,
        };
        self.chosen.push(index);
        if self.chosen.len() == self.widths[1] {
            let (best, stopped) = self.layers.leaf(self.first, &self.chosen, self.widths, self.limit);
            self.found.stopped = self.found.stopped.or(stopped);
            if let Some(best) = best {
                self.limit = best.0;
                self.found.best = Some(best);
            }
        } else {
            for following in index..self.first.len() {
                if self.found.stopped.is_some() {
                    break;
                }
                self.choose(following, next.clone());
            }
        }
        self.chosen.pop();
    }

    /// The parts after one more function, if the outputs together can still cost less than the limit.
    fn extend(&self, outputs: &Outputs, parts: &[Vec<Part>], index: usize) -> Option<Vec<Vec<Part>>> {
        let demand = self.first.demand;
        let mut bounds = outputs.bounds.clone();
        let mut next: Vec<Vec<(u32, Part)>> = Vec::with_capacity(parts.len());
        for (output, parts) in parts.iter().enumerate() {
            let missed = self.first.missed(index, demand, output);
            let rest: Vec<u64> = missed.iter().zip(&self.first.full).map(|(missed, full)| missed ^ full).collect();
            let extended: Vec<(u32, Part)> = parts
                .iter()
                .flat_map(|part| {
                    [part.extend(&missed, &demand.costs[output]), part.extend(&rest, &demand.costs[output])]
                })
                .map(|part| (part.bound(&demand.costs[output], outputs.least[output]), part))
                .collect();
            let least = extended.iter().map(|&(bound, _)| bound).min()?;
            bounds[output] = bounds[output].max(least);
            next.push(extended);
        }
        let total: u32 = bounds.iter().sum();
        if total >= self.limit {
            return None;
        }
        let keep = |(output, parts): (usize, Vec<(u32, Part)>)| {
            let most = self.limit - (total - bounds[output]);
            parts.into_iter().filter(|&(bound, _)| bound < most).map(|(_, part)| part).collect()
        };
        Some(next.into_iter().enumerate().map(keep).collect())
    }
}
