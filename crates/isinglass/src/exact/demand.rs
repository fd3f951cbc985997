//! Subproblems: the outputs required of a stack of layers.

use super::cost::Costs;
use crate::bits::BitMatrix;
use crate::task::Groups;
use std::collections::BTreeMap;

/// Distinct inputs, with the required output bits and the cost of a wrong one.
pub(super) struct Demand {
    /// `G × n_0`.
    pub(super) inputs: BitMatrix,
    /// `G × n_L`.
    pub(super) targets: BitMatrix,
    /// One for each output, all in the same unit.
    pub(super) costs: Vec<Costs>,
}

/// Weights by layer, neuron and input, the bias last.
pub(super) type Weights = Vec<Vec<Vec<bool>>>;

impl Demand {
    /// The demand of groups, the heaviest first: sums over the first groups then soon tell that a candidate misses too much.
    pub(super) fn new(groups: &Groups) -> Self {
        let num_outputs = groups.targets.num_columns();
        let mut order: Vec<usize> = (0..groups.len()).collect();
        order.sort_by(|&left, &right| groups.total_delta(right).total_cmp(&groups.total_delta(left)));
        let deltas: Vec<Vec<f64>> =
            (0..num_outputs).map(|output| order.iter().map(|&group| groups.delta(group, output)).collect()).collect();
        Self {
            inputs: groups.inputs.select_rows(&order),
            targets: groups.targets.select_rows(&order),
            costs: Costs::of_outputs(&deltas),
        }
    }

    /// The demand of one output alone.
    pub(super) fn of_output(&self, output: usize) -> Self {
        Self {
            inputs: self.inputs.clone(),
            targets: BitMatrix::from_fn(self.len(), 1, |group, _| self.targets.get(group, output)),
            costs: vec![self.costs[output].clone()],
        }
    }

    /// Number of groups.
    pub(super) fn len(&self) -> usize {
        self.inputs.num_rows()
    }

    /// Upper bound on the cost of any network.
    pub(super) fn total(&self) -> u32 {
        self.costs.iter().map(Costs::total).sum()
    }

    /// What is left to demand once a layer has given each group a code of `width` bits, and what is lost already: groups with
    /// equal codes get equal answers.
    pub(super) fn behind(&self, codes: &[u64], width: usize) -> (Self, u32) {
        let num_outputs = self.costs.len();
        let mut votes: BTreeMap<u64, Vec<[u32; 2]>> = BTreeMap::new();
        for (group, &code) in codes.iter().enumerate() {
            let votes = votes.entry(code).or_insert_with(|| vec![[0; 2]; num_outputs]);
            for (output, vote) in votes.iter_mut().enumerate() {
                vote[usize::from(self.targets.get(group, output))] += self.costs[output].of_group(group);
            }
        }
        let lost = votes.values().flatten().map(|vote| vote[0].min(vote[1])).sum();
        votes.retain(|_, votes| votes.iter().any(|vote| vote[0] != vote[1]));
        let (codes, votes): (Vec<u64>, Vec<Vec<[u32; 2]>>) = votes.into_iter().unzip();
        let left = Self {
            inputs: BitMatrix::from_fn(codes.len(), width, |group, bit| codes[group] >> bit & 1 == 1),
            targets: BitMatrix::from_fn(codes.len(), num_outputs, |group, output| {
                votes[group][output][1] > votes[group][output][0]
            }),
            costs: (0..num_outputs)
                .map(|output| {
                    Costs::from_units(votes.iter().map(|votes| votes[output][0].abs_diff(votes[output][1])).collect())
                })
                .collect(),
        };
        (left, lost)
    }
}
