//! What the threads of a run share: who stopped it, and how far it is.

use super::{ProgressReport, RunControl, SampleStatus};
use crate::model::Bqm;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// The least time between two progress reports.
const REPORT_INTERVAL: Duration = Duration::from_millis(200);

/// Seconds that a term of the problem takes in one sample when samples are taken out and their energies computed: an estimate.
const SECONDS_PER_TERM: f64 = 8e-9;

/// What a run that was stopped may still take for its samples.
const GRACE: Duration = Duration::from_millis(30);

/// What a run returns that is stopped in the middle of reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnfinishedReads {
    /// Reads as far as they came; those of the first block at least.
    Kept,
    /// Reads up to the first one that was not done to the end; those of the first block are, however long that takes.
    DroppedAfterFirst,
    /// Reads up to the first one that was not done to the end, if there are any.
    Dropped,
}

impl UnfinishedReads {
    /// Whether a block need not begin in a run that is stopped.
    pub(crate) fn may_skip(self, block: usize) -> bool {
        block > 0 || self == Self::Dropped
    }

    /// Whether a block that has begun ends when the run is stopped.
    pub(crate) fn may_cut(self, block: usize) -> bool {
        block > 0 || self != Self::DroppedAfterFirst
    }

    /// The reads of a run from those of its blocks: a chip makes one after the other, so that none comes after one that is not done.
    pub(crate) fn returned(self, blocks: Vec<Vec<Vec<i8>>>) -> impl Iterator<Item = Vec<i8>> {
        blocks.into_iter().take_while(move |block| self == Self::Kept || !block.is_empty()).flatten()
    }
}

/// Watches a run on several threads: the first reason to stop is kept, and everyone sees it; progress is told a few times a
/// second.
pub struct Watch<'a> {
    control: &'a RunControl<'a>,
    total: u64,
    passed_over: AtomicU64,
    done: AtomicU64,
    status: OnceLock<SampleStatus>,
    shared: Mutex<Shared>,
}

struct Shared {
    best: Option<f64>,
    next_report: Instant,
}

impl<'a> Watch<'a> {
    /// Watches a run of `total` units of work.
    #[must_use]
    pub fn new(control: &'a RunControl<'a>, total: u64) -> Self {
        let shared = Mutex::new(Shared { best: None, next_report: Instant::now() + REPORT_INTERVAL });
        Self {
            control,
            total,
            passed_over: AtomicU64::new(0),
            done: AtomicU64::new(0),
            status: OnceLock::new(),

            shared,
        }
    }

    /// The energy at which the run may stop.
    #[must_use]
    pub fn target(&self) -> Option<f64> {
        self.control.target
    }

    /// Takes note of an energy that a sample really has.
    pub fn enter(&self, energy: f64) {
        // a thread that panicked leaves numbers behind that are as good as before
        let mut shared = self.shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        shared.best = Some(shared.best.map_or(energy, |best| best.min(energy)));
        if self.control.target.is_some_and(|target| energy <= target) {
            let _ = self.status.set(SampleStatus::Target);
        }
    }

    /// Counts `units` of work, reports when it is time, and says whether to stop.
    pub fn advance(&self, units: u64) -> bool {
        let done = self.done.fetch_add(units, Ordering::Relaxed) + units;
        // whoever holds the lock reports; nobody waits for it
        if let Some(progress) = self.control.progress
            && let Ok(mut shared) = self.shared.try_lock()
            && Instant::now() >= shared.next_report
        {
            shared.next_report = Instant::now() + REPORT_INTERVAL;
            progress.report(ProgressReport {
                done: done.saturating_add(self.passed_over.load(Ordering::Relaxed)),
                total: self.total,
                best_energy: shared.best,
            });
        }
        self.is_stopped()
    }

    /// Counts `units` of work that are passed over for want of time: a run that did not do all of its work ends with the status
    /// [`SampleStatus::TimeLimit`].
    pub(crate) fn pass_over(&self, units: u64) {
        self.passed_over.fetch_add(units, Ordering::Relaxed);
    }

    /// The time until the deadline; `None` without one.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.control.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// The most samples, at least one, whose energies can be computed in the time left; without a deadline, and if nothing has stopped the
    /// run, any number.
    pub(crate) fn affordable_samples(&self, bqm: &Bqm) -> usize {
        let time = match (self.stopped_by(), self.time_left()) {
            (None, None) => return usize::MAX,
            (Some(_), _) => GRACE,
            (None, Some(left)) => left.max(GRACE),
        };
        let terms = bqm.num_variables() + 2 * bqm.num_interactions();
        ((time.as_secs_f64() / (SECONDS_PER_TERM * terms as f64)) as usize).max(1)
    }

    /// When the run is to end.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.control.deadline
    }

    /// Whether there is a reason to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        if self.status.get().is_none()
            && let Some(status) = self.control.should_stop(None)
        {
            let _ = self.status.set(status);
        }
        self.status.get().is_some()
    }

    /// The first reason to stop, or to do less than asked for.
    #[must_use]
    pub fn stopped_by(&self) -> Option<SampleStatus> {
        let shortened = (self.passed_over.load(Ordering::Relaxed) > 0).then_some(SampleStatus::TimeLimit);
        self.status.get().copied().or(shortened)
    }

    /// Units of work done.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}
