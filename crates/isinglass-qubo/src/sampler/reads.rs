//! Independent reads, spread over threads: what samplers share that work on one read at a time.

use super::state::values;
use super::threads::in_pool;
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, SampleStatus};
use crate::model::Bqm;
use crate::rng::{Stream, stream};
use crate::sample_set::SampleSet;
use rayon::prelude::*;

/// The most bytes that samples may take.
const MAX_BYTES: usize = 16 << 30;

/// How many reads, from which seed, on how many threads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reads {
    pub(super) num_reads: usize,
    pub(super) seed: u64,
    pub(super) threads: Option<usize>,
    /// Units of work that a read reports to the watch.
    pub(super) units: u64,
}

impl Reads {
    /// Refuses parameters outside their range and more samples than memory is taken for.
    pub(super) fn check(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<(), SampleError> {
        if self.num_reads == 0 {
            return Err(SampleError::Parameter { name: "num_reads", value: 0.0, allowed: "at least 1" });
        }
        let sample = bqm.num_variables().saturating_add(size_of::<f64>());
        // once in the reads and once in the set
        let bytes = self.num_reads.saturating_mul(sample).saturating_mul(2);
        control.check_memory(bytes, MAX_BYTES)
    }

    /// Runs `read` once for each read, with the stream of its index, and collects the spins that it returns. A run that is stopped
    /// leaves out reads that have not begun, but never the first. Reads tell the watch how far they are, ask it whether to stop,
    /// and then return the best spins they have.
    ///
    /// The status is `Heuristic` unless stopped; sweeps, updates and the range of temperatures are the caller's to fill in.
    pub(super) fn run(
        &self,
        bqm: &Bqm,
        control: &RunControl<'_>,
        read: impl Fn(&mut Stream, &Watch<'_>) -> Vec<i8> + Sync,
    ) -> Result<SampleResult, SampleError> {
        self.check(bqm, control)?;
        let watch = Watch::new(control, (self.num_reads as u64).saturating_mul(self.units));
        let one_read = |index: usize| {
            if index > 0 && watch.is_stopped() {
                return None;
            }
            let spins = read(&mut stream(self.seed, index as u64), &watch);
            let sample = values(&spins, bqm.vartype());
            let energy = bqm.energy(&sample);
            watch.enter(energy);
            Some((sample, energy))
        };
        let rows: Vec<Option<(Vec<i8>, f64)>> =
            in_pool(self.threads, || Ok((0..self.num_reads).into_par_iter().map(one_read).collect()))?;
        Ok(SampleResult {
            // computed once more they would take as long again, after the end of a run that was stopped
            samples: SampleSet::with_energies(bqm, rows.into_iter().flatten()),
            status: watch.stopped_by().unwrap_or(SampleStatus::Heuristic),
            lower_bound: None,
            num_sweeps: 0,
            num_updates: 0,
            beta_range: None,
        })
    }
}
