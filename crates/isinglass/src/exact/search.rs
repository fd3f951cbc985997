//! Branch and bound over committees.

use super::committee::{Committee, Part, Problem};
use isinglass_qubo::sampler::{RunControl, SampleStatus};
use rayon::prelude::*;

/// First members searched side by side. All of a batch start from the same incumbent: the number of threads changes nothing.
const BATCH: usize = 64;

/// Candidates looked at between two looks at the clock.
const WORK_PER_CHECK: usize = 1 << 18;

/// What a search found out.
pub(super) struct Outcome {
    /// The best committee, if it beats the incumbent.
    pub(super) better: Option<Committee>,
    /// No committee costs less.
    pub(super) bound: u32,
    /// Partial and whole committees looked at.
    pub(super) num_nodes: u64,
    /// Why the search ended before its time, if it did.
    pub(super) stopped: Option<SampleStatus>,
}

impl Problem<'_> {
    /// A lower bound on committees whose members all come from candidate `first` on.
    pub(super) fn bound_from(&self, first: usize) -> u32 {
        self.root.bound(self.costs, self.candidates.cost(first as u32))
    }

    /// Searches all committees for one that costs less than `limit`.
    ///
    /// Members are chosen in ascending order, so that each multiset comes up once. `watch` is called between batches with the
    /// number of first members done and the least cost so far; it says when to stop.
    pub(super) fn search(
        &self,
        limit: u32,
        control: &RunControl<'_>,
        mut watch: impl FnMut(usize, u32) -> Option<SampleStatus>,
    ) -> Outcome {
        let all: Vec<u32> = (0..self.candidates.len() as u32).collect();
        let mut outcome = Outcome { better: None, bound: limit, num_nodes: 0, stopped: None };
        let mut limit = limit;
        for start in (0..all.len()).step_by(BATCH) {
            outcome.stopped = watch(start, limit);
            let mut unfinished = start;
            if outcome.stopped.is_none() {
                let batch = start..(start + BATCH).min(all.len());
                let workers: Vec<Worker<'_>> = batch
                    .into_par_iter()
                    .map(|first| {
                        let mut worker = Worker::new(self, control, limit);
                        worker.search_from(first, &all[first..]);
                        worker
                    })
                    .collect();
                for (offset, worker) in workers.into_iter().enumerate() {
                    outcome.num_nodes += worker.num_nodes;
                    if outcome.stopped.is_none() && worker.stopped.is_some() {
                        outcome.stopped = worker.stopped;
                        unfinished = start + offset;
                    }
                    if let Some(found) = worker.best.filter(|found| found.cost < limit) {
                        limit = found.cost;
                        outcome.better = Some(found);
                    }
                }
            }
            if outcome.stopped.is_some() {
                outcome.bound = limit.min(self.bound_from(unfinished));
                return outcome;
            }
            if self.bound_from(start) >= limit {
                break;
            }
        }
        outcome.bound = limit;
        outcome
    }
}

/// The search of all committees with one first member.
struct Worker<'a> {
    problem: &'a Problem<'a>,
    control: &'a RunControl<'a>,
    limit: u32,
    chosen: Vec<u32>,
    best: Option<Committee>,
    num_nodes: u64,
    work: usize,
    stopped: Option<SampleStatus>,
    /// Buffers of deeper levels, kept for the next time.
    spare: Vec<(Part, Vec<u32>)>,
}

impl<'a> Worker<'a> {
    fn new(problem: &'a Problem<'a>, control: &'a RunControl<'a>, limit: u32) -> Self {
        let chosen = Vec::with_capacity(problem.num_hidden);
        Self { problem, control, limit, chosen, best: None, num_nodes: 0, work: 0, stopped: None, spare: Vec::new() }
    }

    /// Searches the committees whose least member is `first`; `from` are the candidates from it on.
    fn search_from(&mut self, first: usize, from: &[u32]) {
        let root = &self.problem.root;
        if self.problem.candidates.cost(first as u32) >= root.cutoff(self.problem.costs, self.limit) {
            return;
        }
        if root.remaining == 1 {
            self.close(root, &from[..1]);
        } else {
            self.branch(root, from, 0);
        }
    }

    /// Chooses `list[position]` next and searches what can follow it in `list`.
    fn branch(&mut self, part: &Part, list: &[u32], position: usize) {
        let Problem { candidates, costs, .. } = *self.problem;
        let missed = candidates.misses(list[position]);
        let (mut next, mut following) = self.spare.pop().unwrap_or_default();
        part.extend_into(&mut next, missed, costs);
        self.num_nodes += 1;
        if next.lost < self.limit {
            self.chosen.push(list[position]);
            let cutoff = next.cutoff(costs, self.limit);
            let end = list.partition_point(|&index| candidates.cost(index) < cutoff);
            let list = &list[position.min(end)..end];
            self.account(list.len());
            if next.remaining == 1 {
                self.close(&next, list);
            } else {
                let spare = self.limit - next.lost;
                let critical = next.critical();
                following.clear();
                following.extend(
                    list.iter()
                        .copied()
                        .filter(|&index| costs.weigh_both_below(critical, candidates.misses(index), spare).is_some()),
                );
                for position in 0..following.len() {
                    let cutoff = next.cutoff(costs, self.limit);
                    if self.stopped.is_some() || candidates.cost(following[position]) >= cutoff {
                        break;
                    }
                    self.branch(&next, &following, position);
                }
            }
            self.chosen.pop();
        }
        self.spare.push((next, following));
    }

    /// Chooses the last member.
    fn close(&mut self, part: &Part, list: &[u32]) {
        self.num_nodes += list.len() as u64;
        if let Some((index, cost)) = self.problem.best_last(part, list.iter().copied(), self.limit) {
            self.limit = cost;
            let members = self.chosen.iter().copied().chain([index]).collect();
            self.best = Some(Committee { cost, members });
        }
    }

    /// Counts work, and now and then asks whether to stop.
    fn account(&mut self, work: usize) {
        self.work += work + 1;
        if self.work >= WORK_PER_CHECK {
            self.work = 0;
            self.stopped = self.stopped.or_else(|| self.control.should_stop(None));
        }
    }
}
