//! The model over qubits, sampled: once, or once for each spin reversal.

use super::{EmbeddingComposite, EmbeddingCompositeError};
use crate::embedding::{Embedded, SpinReversal};
use isinglass_qubo::rng::mix;
use isinglass_qubo::sampler::{RunControl, SampleResult, SampleStatus};
use std::time::Instant;

/// Sets the seed of spin reversals apart: any odd number.
const REVERSALS: u64 = 0x5bd1_e995_9e37_79b1;

/// Samples of the model over qubits.
pub(super) struct Physical {
    pub(super) rows: Vec<Vec<i8>>,
    pub(super) energies: Vec<f64>,
    pub(super) status: SampleStatus,
    pub(super) lower_bound: Option<f64>,
    pub(super) num_sweeps: u64,
    pub(super) num_updates: u64,
    pub(super) beta_range: Option<(f64, f64)>,
    pub(super) num_transforms: usize,
}

impl Physical {
    /// Runs the inner sampler of a composite on the model over qubits, once for each spin reversal.
    pub(super) fn sample(
        composite: &EmbeddingComposite<'_>,
        embedded: &Embedded,
        control: &RunControl<'_>,
    ) -> Result<Self, EmbeddingCompositeError> {
        let (bqm, seed, num_transforms) = (embedded.bqm(), composite.seed, composite.num_spin_reversal_transforms);
        if num_transforms == 0 {
            let sampling = (composite.inner)(seed, embedded).sample(bqm, control)?;
            let rows = sampling.samples.rows().map(|row| row.sample.to_vec()).collect();
            return Ok(Physical::new(rows, &sampling, 0));
        }
        let mut whole: Option<Physical> = None;
        for index in 0..num_transforms {
            let left = (num_transforms - index) as u32;
            let deadline = control.deadline.map(|deadline| {
                let now = Instant::now();
                now + deadline.saturating_duration_since(now) / left
            });
            // another stream than that of the coins for broken chains
            let reversal = SpinReversal::random(bqm.num_variables(), mix(seed ^ REVERSALS), index as u64);
            let turned = reversal.apply(bqm)?;
            let sampling = (composite.inner)(seed.wrapping_add(index as u64), embedded)
                .sample(&turned, &RunControl { deadline, ..*control })?;
            let rows: Vec<Vec<i8>> = sampling.samples.rows().map(|row| reversal.turn(row.sample)).collect();
            let part = Physical::new(rows, &sampling, 1);
            let ends = matches!(part.status, SampleStatus::Interrupted | SampleStatus::Target | SampleStatus::Optimal);
            whole = Some(match whole {
                None => part,
                Some(whole) => whole.and(part),
            });
            if ends || control.should_stop(None).is_some() {
                break;
            }
        }
        Ok(whole.expect("there is at least one transform"))
    }

    fn new(rows: Vec<Vec<i8>>, sampling: &SampleResult, num_transforms: usize) -> Self {
        Self {
            rows,
            energies: sampling.samples.energies().to_vec(),
            status: sampling.status,
            lower_bound: sampling.lower_bound,
            num_sweeps: sampling.num_sweeps,
            num_updates: sampling.num_updates,
            beta_range: sampling.beta_range,
            num_transforms,
        }
    }

    fn and(mut self, mut other: Self) -> Self {
        self.rows.append(&mut other.rows);
        self.energies.append(&mut other.energies);
        self.status = other.status;
        self.lower_bound = [self.lower_bound, other.lower_bound].into_iter().flatten().reduce(f64::max);
        self.num_updates = self.num_updates.saturating_add(other.num_updates);
        self.num_transforms += other.num_transforms;
        self
    }
}
