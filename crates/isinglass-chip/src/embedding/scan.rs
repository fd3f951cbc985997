//! Chain strength scans.

use super::chain_strength::few_bits;
use super::{ChainStrength, EmbeddingComposite, EmbeddingCompositeError};
use isinglass_qubo::model::{Bqm, Vartype};
use isinglass_qubo::sampler::RunControl;
use serde::Serialize;
use std::time::Instant;

/// Results at one chain strength.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScanRow {
    /// Chain strength, in the units of the Ising problem.
    pub chain_strength: f64,
    /// Number of reads.
    pub num_reads: usize,
    /// Share of reads with a broken chain.
    pub broken_reads: f64,
    /// Mean chain break rate.
    pub mean_break_rate: f64,
    /// Largest chain break rate of a variable.
    pub max_break_rate: f64,
    /// Lowest energy of the problem; `None` if all reads were discarded.
    pub best_energy: Option<f64>,
    /// Mean energy of the problem; `None` if all reads were discarded.
    pub mean_energy: Option<f64>,
    /// Share of reads at the lowest energy of the whole scan.
    pub success_rate: f64,
    /// Run time in seconds.
    pub seconds: f64,
}

/// Selects the best row of a scan: most reads at the lowest energy, then lower mean energy, then fewer broken chains, then the lower
/// strength, which leaves more of the chip's range to the problem.
#[must_use]
pub fn best_of_scan(rows: &[ScanRow]) -> Option<&ScanRow> {
    rows.iter().min_by(|one, two| {
        let mean = |row: &ScanRow| row.mean_energy.unwrap_or(f64::INFINITY);
        let key = |row: &ScanRow| [-row.success_rate, mean(row), row.mean_break_rate, row.chain_strength];
        key(one)
            .iter()
            .zip(key(two))
            .map(|(one, two)| one.total_cmp(&two))
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    })
}

impl EmbeddingComposite<'_> {
    /// Samples at several chain strengths on the same embedding: the largest strength that `chain_strength` gives to any chain, times
    /// each of `factors`. Every run has the same seeds and reads, and its share of the time up to the deadline. An interrupted run
    /// returns the rows so far, at least one.
    ///
    /// # Errors
    /// [`EmbeddingCompositeError`] if no embedding is found, or `inner` fails. A strength at which all reads are discarded still has a
    /// row.
    pub fn scan(
        &self,
        bqm: &Bqm,
        factors: &[f64],
        control: &RunControl<'_>,
    ) -> Result<Vec<ScanRow>, EmbeddingCompositeError> {
        let spin = bqm.to_vartype(Vartype::Spin)?;
        // the search may take what time there is, and is kept: strengths share the rest
        self.embed(&super::interaction_graph(&spin), control)?;
        let strengths = self.chain_strength.of(&spin).map_err(super::EmbedError::from)?;
        let base = strengths.into_iter().reduce(f64::max).unwrap_or(1.0);
        let mut energies: Vec<Vec<f64>> = Vec::new();
        let mut rows = Vec::new();
        for (index, factor) in factors.iter().enumerate() {
            if !rows.is_empty() && control.should_stop(None).is_some() {
                break;
            }
            let start = Instant::now();
            let left = (factors.len() - index) as u32;
            let deadline = control.deadline.map(|deadline| start + deadline.saturating_duration_since(start) / left);
            let control = RunControl { deadline, ..*control };
            let strength = few_bits(base * factor);
            let mut row = ScanRow {
                chain_strength: strength,
                num_reads: 0,
                broken_reads: 1.0,
                mean_break_rate: 1.0,
                max_break_rate: 1.0,
                best_energy: None,
                mean_energy: None,
                success_rate: 0.0,
                seconds: 0.0,
            };
            match self.sample_with_strength(bqm, &ChainStrength::Uniform(strength), &control) {
                Ok((sampling, report)) => {
                    let found = sampling.samples.energies();
                    row.num_reads = report.num_reads;
                    row.broken_reads = report.num_broken_reads as f64 / report.num_reads.max(1) as f64;
                    row.mean_break_rate = report.mean_break_rate();
                    row.max_break_rate = report.break_rates.iter().copied().fold(0.0, f64::max);
                    row.best_energy = found.iter().copied().reduce(f64::min);
                    row.mean_energy = Some(found.iter().map(|energy| energy / found.len() as f64).sum());
                    energies.push(found.to_vec());
                }
                Err(EmbeddingCompositeError::AllDiscarded { num_reads }) => {
                    row.num_reads = num_reads;
                    energies.push(Vec::new());
                }
                Err(error) => return Err(error),
            }
            row.seconds = start.elapsed().as_secs_f64();
            rows.push(row);
        }
        let least = rows.iter().filter_map(|row| row.best_energy).reduce(f64::min);
        // energies of equal samples, summed in the same order, are equal
        let tolerance = least.map_or(0.0, |least| 1e-9 * least.abs());
        for (row, energies) in rows.iter_mut().zip(&energies) {
            let hits =
                energies.iter().filter(|&&energy| least.is_some_and(|least| energy <= least + tolerance)).count();
            row.success_rate = hits as f64 / row.num_reads.max(1) as f64;
        }
        Ok(rows)
    }
}
