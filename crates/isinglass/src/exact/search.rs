//! Branch and bound over committees.

use super::batches::{Found, Limits, Outcome, in_batches};
use super::committee::{Part, Problem};
use super::prices::{self, FINE};
use super::program;
use isinglass_qubo::sampler::{RunControl, SampleStatus};

/// Words of candidates examined between two checks of the stop condition: a few milliseconds.
const WORK_PER_CHECK: usize = 1 << 19;

/// Steps that raise the bound over committees that begin in the same way.
const STEPS: usize = 10;

/// Minimum number of committees for which prices are computed at the first member.
const PRICED_ROOT: f64 = 1e6;

/// Minimum number of remaining candidates for which prices are computed further down, for the last two members, and for
/// three or more.
const PRICED_PAIR: usize = 1000;
const PRICED: usize = 60;

/// A part of a committee with the candidates it may go on with.
///
/// Each candidate has a key, and the keys of the remaining members must fit into a budget. Candidates come in ascending
/// order of keys, so a member is followed by members with the same or a higher key, and each multiset occurs once.
struct Node {
    part: Part,
    entries: Vec<(u64, u32)>,
    /// The budget at zero spare cost, and its increase per unit of spare cost.
    base: u64,
    per_cost: u64,
    /// Shares of the prices, to begin with further down.
    shares: Vec<f64>,
}

impl Node {
    /// Budget for the keys of all remaining members, if the loss is to stay below `limit`.
    fn budget(&self, limit: u32) -> Option<u64> {
        Some(self.base + self.per_cost * u64::from(limit.checked_sub(self.part.lost + 1)?))
    }

    /// A lower bound on committees whose remaining members all come from `position` on.
    fn bound_from(&self, position: usize) -> u32 {
        let Some(&(key, _)) = self.entries.get(position) else { return u32::MAX };
        let excess = (self.part.remaining as u64 * key).saturating_sub(self.base);
        // A depth of nothing means that nothing can be lost any more.
        let loss = excess.div_ceil(self.per_cost.max(1));
        self.part.lost.saturating_add(u32::try_from(loss).unwrap_or(u32::MAX))
    }
}

impl Problem<'_> {
    /// Searches all committees for one that costs less than the limit.
    ///
    /// `watch` is called periodically with first members done and in all, and the least cost so far; it tells the search when to stop.
    pub(super) fn search(
        &self,
        limits: Limits,
        control: &RunControl<'_>,
        mut watch: impl FnMut((usize, usize), u32) -> Option<SampleStatus>,
    ) -> Outcome<Vec<u32>> {
        let Some(root) = self.root(limits.cost, control) else {
            return Outcome { better: None, bound: limits.cost, num_nodes: 0, stopped: None };
        };
        let total = root.entries.len();
        in_batches(
            total,
            limits,
            |first| root.bound_from(first),
            |done, cost| watch((done, total), cost),
            |first, limits| {
                if let stopped @ Some(_) = control.should_stop(None) {
                    return Found { best: None, num_nodes: 0, stopped };
                }
                let mut worker = Worker::new(self, control, limits);
                worker.choose(&root, first);
                Found { best: worker.best, num_nodes: worker.num_nodes, stopped: worker.stopped }
            },
        )
    }

    /// Lower bound on the cost of every committee, computed before the search.
    pub(super) fn bound(&self, limit: u32, control: &RunControl<'_>) -> u32 {
        self.root(limit, control).map_or(limit, |root| root.bound_from(0).min(limit))
    }

    /// All committees, with prices that prove as much as they can, if there is anything to search.
    fn root(&self, limit: u32, control: &RunControl<'_>) -> Option<Node> {
        let all: Vec<u32> = (0..self.candidates.len() as u32).collect();
        let spare = limit.checked_sub(self.root.lost).filter(|&spare| spare > 0)?;
        // Multisets: C(F + H - 1, H).
        let committees: f64 = (0..self.num_hidden).map(|k| (all.len() + k) as f64 / (k + 1) as f64).product();
        if committees < PRICED_ROOT || control.should_stop(None).is_some() {
            return Some(self.counted(self.root.clone(), all.into_iter(), vec![1.0; self.costs.num_groups()]));
        }
        let shares = program::best_shares(&self.root, self.candidates, self.costs, spare, control);
        Some(self.priced(self.root.clone(), &all, shares, (0, spare)))
    }

    /// A node whose keys are costs: the total cost that the members miss is bounded by the cost that the tolerances
    /// absorb.
    fn counted(&self, part: Part, indices: impl Iterator<Item = u32>, shares: Vec<f64>) -> Node {
        let (base, per_cost) = part.room(self.costs);
        let mut entries: Vec<(u64, u32)> =
            indices.map(|index| (u64::from(self.candidates.cost(index)), index)).collect();
        entries.sort_unstable();
        Node { part, entries, base, per_cost, shares }
    }

    /// A node whose keys are prices.
    fn priced(&self, part: Part, indices: &[u32], mut shares: Vec<f64>, effort: (usize, u32)) -> Node {
        let prices = prices::raise(&part, self.candidates, self.costs, indices, &mut shares, effort);
        let key = |&index: &u32| (prices.of(self.candidates.misses(index)), index);
        let mut entries: Vec<(u64, u32)> = indices.iter().map(key).collect();
        entries.sort_unstable();
        Node { part, entries, base: prices.free, per_cost: FINE, shares }
    }
}

/// The search of all committees with one first member.
struct Worker<'a> {
    problem: &'a Problem<'a>,
    control: &'a RunControl<'a>,
    limit: u32,
    max_nodes: u64,
    chosen: Vec<u32>,
    best: Option<(u32, Vec<u32>)>,
    num_nodes: u64,
    work: usize,
    stopped: Option<SampleStatus>,
}

impl<'a> Worker<'a> {
    fn new(problem: &'a Problem<'a>, control: &'a RunControl<'a>, limits: Limits) -> Self {
        let Limits { cost: limit, num_nodes: max_nodes } = limits;
        let chosen = Vec::with_capacity(problem.num_hidden);
        Self { problem, control, limit, max_nodes, chosen, best: None, num_nodes: 0, work: 0, stopped: None }
    }

    /// Searches what can follow `node`.
    fn explore(&mut self, node: &Node) {
        for position in 0..node.entries.len() {
            if self.stopped.is_some() || !self.choose(node, position) {
                break;
            }
        }
    }

    /// Chooses the candidate at `position` next, and searches what can follow it. False if neither it nor those after it fit
    /// into the budget.
    fn choose(&mut self, node: &Node, position: usize) -> bool {
        let Problem { candidates, costs, .. } = *self.problem;
        let (key, index) = node.entries[position];
        let after = node.part.remaining as u64 - 1;
        if after == 0 {
            self.close(&node.part, &node.entries[position..=position]);
            return true;
        }
        // What the dearest member may take if all others take no more than this one.
        let Some(most) = node.budget(self.limit).and_then(|budget| budget.checked_sub(key * after)) else {
            return false;
        };
        if most < key {
            return false;
        }
        let part = node.part.extend(candidates.misses(index), costs);
        self.num_nodes += 1;
        let Some(spare) = self.limit.checked_sub(part.lost).filter(|&spare| spare > 0) else { return true };
        let end = node.entries.partition_point(|&(key, _)| key <= most);
        let list = &node.entries[position..end];
        self.account(list.len());
        self.chosen.push(index);
        if after == 1 {
            self.close(&part, list);
        } else if let Some(next) = self.next(part, list, spare, node) {
            self.explore(&next);
        }
        self.chosen.pop();
        true
    }

    /// The node of `part`, with those of `list` that can be members of a committee below the limit.
    fn next(&mut self, part: Part, list: &[(u64, u32)], spare: u32, parent: &Node) -> Option<Node> {
        let Problem { candidates, costs, .. } = *self.problem;
        let critical = part.critical();
        let bearable =
            |&&(_, index): &&(u64, u32)| costs.weigh_both_below(critical, candidates.misses(index), spare).is_some();
        let indices: Vec<u32> = list.iter().filter(bearable).map(|&(_, index)| index).collect();
        let remaining = part.remaining as u64;
        let enough = if remaining == 2 { PRICED_PAIR } else { PRICED };
        let shares = parent.shares.clone();
        let mut node = if indices.len() < enough {
            self.problem.counted(part, indices.into_iter(), shares)
        } else {
            // the work of every step is that of a look at each candidate
            self.work += (STEPS + 1) * indices.len();
            self.problem.priced(part, &indices, shares, (STEPS, spare))
        };
        let least = node.entries.first()?.0;
        let most = node.budget(self.limit)?.checked_sub(least * (remaining - 1))?;
        node.entries.truncate(node.entries.partition_point(|&(key, _)| key <= most));
        Some(node)
    }

    /// Chooses the last member.
    fn close(&mut self, part: &Part, list: &[(u64, u32)]) {
        self.num_nodes += list.len() as u64;
        let indices = list.iter().map(|&(_, index)| index);
        if let Some((index, cost)) = self.problem.best_last(part, indices, self.limit) {
            self.limit = cost;
            self.best = Some((cost, self.chosen.iter().copied().chain([index]).collect()));
        }
    }

    /// Counts work, and periodically asks whether to stop.
    fn account(&mut self, work: usize) {
        if self.num_nodes >= self.max_nodes {
            self.stopped = Some(SampleStatus::Heuristic);
        }
        self.work += work + 1;
        if self.work * self.problem.costs.num_groups().div_ceil(64).max(1) >= WORK_PER_CHECK {
            self.work = 0;
            self.stopped = self.stopped.or_else(|| self.control.should_stop(None));
        }
    }
}
