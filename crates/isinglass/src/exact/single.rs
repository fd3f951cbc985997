//! Exact training of networks with one output and at most one hidden layer: committees.

use super::batches::{Limits, Outcome};
use super::candidates::Candidates;
use super::committee::{Part, Problem};
use super::demand::{Demand, Weights};
use super::functions::Functions;
use super::prices::in_255ths;
use super::program::best_shares;
use isinglass_qubo::sampler::{RunControl, SampleStatus};
use std::collections::BTreeMap;

/// The price of missing each distinct input, in 255ths of what duality allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputPrices {
    /// The sign of the output's bias that they are for; without meaning if it has none.
    pub output_bias: bool,
    shares: BTreeMap<Vec<bool>, u8>,
}

impl InputPrices {
    /// The share of an input, or of its negation if both are in the same group; zero for an input that does not affect
    /// the loss.
    #[must_use]
    pub fn share(&self, input: &[bool]) -> u8 {
        let negated = || input.iter().map(|bit| !bit).collect::<Vec<bool>>();
        self.shares.get(input).or_else(|| self.shares.get(&negated())).copied().unwrap_or(0)
    }
}

/// A network as a committee; a single neuron is a committee with one member, whose vote is the output.
struct Shape {
    num_hidden: usize,
    /// Weights into the output neuron, its bias included.
    output_fan_in: usize,
    /// The signs of the output's bias to try; one entry without meaning if it has none.
    output_biases: &'static [bool],
}

impl Shape {
    /// The architecture of a single neuron, or of a hidden layer of this many neurons.
    fn new(num_hidden: Option<usize>, bias: bool) -> Self {
        let Some(num_hidden) = num_hidden else {
            return Self { num_hidden: 1, output_fan_in: 1, output_biases: &[true] };
        };
        let output_biases: &[bool] = if bias { &[true, false] } else { &[true] };
        Self { num_hidden, output_fan_in: num_hidden + usize::from(bias), output_biases }
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

/// The search for a network with one output and at most one hidden layer.
pub(super) struct Single<'a> {
    demand: &'a Demand,
    pub(super) candidates: Candidates,
    shape: Shape,
    is_lone: bool,
    bias: bool,
}

impl<'a> Single<'a> {
    /// The search for what `demand`, of one output, asks of a lone neuron or of a hidden layer of `num_hidden`, given all
    /// functions of a neuron; else why its preparation was stopped.
    pub(super) fn new(
        demand: &'a Demand,
        functions: &Functions,
        num_hidden: Option<usize>,
        bias: bool,
        control: &RunControl<'_>,
    ) -> Result<Self, SampleStatus> {
        let fan_in = demand.inputs.num_columns() + usize::from(bias);
        // A single neuron of even fan-in cannot compute every complement, and has no output weight to negate it.
        let negatable = num_hidden.is_some() || fan_in % 2 == 1;
        let candidates = Candidates::new(functions, &demand.targets, &demand.costs[0], negatable, control)?;
        Ok(Self { demand, candidates, shape: Shape::new(num_hidden, bias), is_lone: num_hidden.is_none(), bias })
    }

    fn problem(&self, bias: bool) -> Problem<'_> {
        let Shape { num_hidden, .. } = self.shape;
        let costs = &self.demand.costs[0];
        let root = Part::empty(&self.demand.targets, costs, num_hidden, |target| self.shape.tolerance(target, bias));
        Problem { candidates: &self.candidates, costs, num_hidden, root }
    }

    /// The empty committee for each sign of the output's bias.
    pub(super) fn roots(&self) -> Vec<Part> {
        self.shape.output_biases.iter().map(|&bias| self.problem(bias).root).collect()
    }

    /// Prices that prove as much as prices can about committees that cost less than `limit`.
    pub(super) fn prices(&self, limit: u32, control: &RunControl<'_>) -> Vec<InputPrices> {
        let of_bias = |&output_bias: &bool| {
            let Problem { root, candidates, costs, .. } = self.problem(output_bias);
            let shares = match limit.checked_sub(root.lost) {
                Some(spare) if spare > 0 => best_shares(&root, candidates, costs, spare, control),
                _ => vec![0.0; self.demand.len()],
            };
            let inputs = (0..self.demand.len()).map(|group| self.input(group));
            InputPrices { output_bias, shares: inputs.zip(shares.into_iter().map(in_255ths)).collect() }
        };
        self.shape.output_biases.iter().map(of_bias).collect()
    }

    /// The bits of one input.
    fn input(&self, group: usize) -> Vec<bool> {
        (0..self.demand.inputs.num_columns()).map(|column| self.demand.inputs.get(group, column)).collect()
    }

    /// Initial network and its cost.
    pub(super) fn descend(&self, control: &RunControl<'_>) -> (u32, Weights) {
        let descents = self.shape.output_biases.iter().map(|&bias| (self.problem(bias).descend(control), bias));
        let (committee, bias) =
            descents.min_by_key(|(committee, _)| committee.cost).expect("there is an output bias to try");
        (committee.cost, self.weights(&committee.members, bias))
    }

    /// The best network that costs less than the limit.
    ///
    /// `watch` is called periodically with the completed work, the total work and the lowest cost so far; it tells the search when to stop.
    pub(super) fn search(
        &self,
        limits: Limits,
        control: &RunControl<'_>,
        mut watch: impl FnMut((usize, usize), u32) -> Option<SampleStatus>,
    ) -> Outcome<Weights> {
        let mut all = Outcome { better: None, bound: u32::MAX, num_nodes: 0, stopped: None };
        let mut limit = limits.cost;
        let biases = self.shape.output_biases;
        for (number, &bias) in biases.iter().enumerate() {
            let problem = self.problem(bias);
            if all.stopped.is_some() {
                all.bound = all.bound.min(problem.bound(limit, control));
                continue;
            }
            let limits = Limits { cost: limit, num_nodes: limits.num_nodes.saturating_sub(all.num_nodes) };
            let outcome = problem.search(limits, control, |(done, total), cost| {
                watch((number * total + done, biases.len() * total), cost)
            });
            all.num_nodes += outcome.num_nodes;
            all.stopped = outcome.stopped;
            all.bound = all.bound.min(outcome.bound);
            if let Some((cost, members)) = outcome.better {
                limit = cost;
                all.better = Some((cost, self.weights(&members, bias)));
            }
        }
        all.bound = all.bound.min(limit);
        all
    }

    /// The weights of a committee.
    fn weights(&self, members: &[u32], bias: bool) -> Weights {
        let num_inputs = self.demand.inputs.num_columns() + usize::from(self.bias);
        let odd = num_inputs % 2 == 1;
        let origins: Vec<_> = members.iter().map(|&member| self.candidates.origin(member)).collect();
        // With an odd fan-in, negated weights compute the complement.
        let hidden = origins
            .iter()
            .map(|origin| {
                (0..num_inputs).map(|input| (origin.weights >> input & 1 == 1) != (odd && origin.negated)).collect()
            })
            .collect();
        if self.is_lone {
            return vec![hidden];
        }
        let output = origins.iter().map(|origin| odd || !origin.negated);
        vec![hidden, vec![output.chain(self.bias.then_some(bias)).collect()]]
    }
}
