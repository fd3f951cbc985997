//! Parallel searches by first member, in batches.

use isinglass_qubo::sampler::{ProgressReport, RunControl, SampleStatus};
use rayon::prelude::*;
use std::time::{Duration, Instant};

/// Number of first members searched in parallel. All members of a batch start from the same limit, so the result does
/// not depend on the number of threads.
const BATCH: usize = 64;

/// Result of the search behind one first member.
pub(super) struct Found<T> {
    /// The best solution below the limit, with its cost.
    pub(super) best: Option<(u32, T)>,
    pub(super) num_nodes: u64,
    /// The reason the search stopped early, if it did.
    pub(super) stopped: Option<SampleStatus>,
}

/// Result of a search.
pub(super) struct Outcome<T> {
    /// The best solution below the limit, with its cost.
    pub(super) better: Option<(u32, T)>,
    /// Lower bound on the cost.
    pub(super) bound: u32,
    /// Partial and complete candidates examined.
    pub(super) num_nodes: u64,
    /// The reason the search stopped early, if it did.
    pub(super) stopped: Option<SampleStatus>,
}

impl<T> Outcome<T> {
    /// The result of a search that was stopped before it started.
    pub(super) fn stopped(status: SampleStatus) -> Self {
        Self { better: None, bound: 0, num_nodes: 0, stopped: Some(status) }
    }
}

/// Limits of a search.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Upper limit on the cost: only cheaper solutions are of interest.
    pub(super) cost: u32,
    /// Maximum number of partial and complete solutions to examine.
    pub(super) num_nodes: u64,
}

/// Minimum time between two progress reports.
const REPORT_EVERY: Duration = Duration::from_millis(250);

/// Progress callback of a search. It receives the completed work, the total work and the lowest cost so far (`u32::MAX`
/// before the first network), and tells the search when to stop.
pub(super) fn watch<'a>(
    control: &'a RunControl<'_>,
    loss_of: impl Fn(u32) -> f64 + 'a,
) -> impl FnMut((usize, usize), u32) -> Option<SampleStatus> + 'a {
    let mut last_report = Instant::now();
    move |(done, total), cost| {
        let best = (cost != u32::MAX).then(|| loss_of(cost));
        if let Some(progress) = control.progress
            && last_report.elapsed() >= REPORT_EVERY
        {
            last_report = Instant::now();
            progress.report(ProgressReport { done: done as u64, total: total as u64, best_energy: best });
        }
        control.should_stop(best)
    }
}

/// Calls `search` for the first members `0..total`, in batches, with the cost to beat and its share of nodes.
///
/// `bound_from` bounds from below what begins with a member from some index on; it must not fall. `watch` is called between
/// batches with the number of first members done and the least cost so far; it tells the search when to stop.
pub(super) fn in_batches<T: Send>(
    total: usize,
    limits: Limits,
    bound_from: impl Fn(usize) -> u32,
    mut watch: impl FnMut(usize, u32) -> Option<SampleStatus>,
    search: impl Fn(usize, Limits) -> Found<T> + Sync,
) -> Outcome<T> {
    let mut limit = limits.cost;
    let mut outcome = Outcome { better: None, bound: limit, num_nodes: 0, stopped: None };
    for start in (0..total).step_by(BATCH) {
        if bound_from(start) >= limit {
            break;
        }
        outcome.stopped = watch(start, limit);
        if outcome.stopped.is_none() && outcome.num_nodes >= limits.num_nodes {
            outcome.stopped = Some(SampleStatus::Heuristic);
        }
        let mut unfinished = start;
        if outcome.stopped.is_none() {
            let batch = start..(start + BATCH).min(total);
            let num_nodes = (limits.num_nodes - outcome.num_nodes).div_ceil(batch.len() as u64);
            let within = Limits { cost: limit, num_nodes };
            let found: Vec<Found<T>> = batch.into_par_iter().map(|first| search(first, within)).collect();
            for (offset, found) in found.into_iter().enumerate() {
                outcome.num_nodes += found.num_nodes;
                if outcome.stopped.is_none() && found.stopped.is_some() {
                    outcome.stopped = found.stopped;
                    unfinished = start + offset;
                }
                if let Some((cost, best)) = found.best.filter(|&(cost, _)| cost < limit) {
                    limit = cost;
                    outcome.better = Some((cost, best));
                }
            }
        }
        if outcome.stopped.is_some() {
            outcome.bound = limit.min(bound_from(unfinished));
            return outcome;
        }
    }
    outcome.bound = limit;
    outcome
}
