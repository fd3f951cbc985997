//! Random samples: the baseline below every other sampler.

use super::reads::Reads;
use super::scaling::check_energies;
use super::state::random_spins;
use super::{RunControl, SampleError, SampleResult, Sampler};
use crate::model::Bqm;

/// Every variable takes either value with probability 1/2.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::RandomSampling};
/// let bqm = BqmBuilder::new(Vartype::Spin, 3).build()?;
/// let random = RandomSampling { num_reads: 5, ..RandomSampling::default() };
/// assert_eq!(random.sample(&bqm, &RunControl::default())?.samples.len(), 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RandomSampling {
    /// Number of reads. `[default: 64] [range: 1..]`
    pub num_reads: usize,
    /// Seed of all random streams. `[default: 0]`
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
}

impl Default for RandomSampling {
    fn default() -> Self {
        Self { num_reads: 64, seed: 0, threads: None }
    }
}

impl Sampler for RandomSampling {
    fn name(&self) -> &'static str {
        "random"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        check_energies(bqm)?;
        let Self { num_reads, seed, threads } = *self;
        let reads = Reads { num_reads, seed, threads, units: 1 };
        reads.run(bqm, control, |stream, watch| {
            watch.advance(1);
            random_spins(bqm.num_variables(), stream)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};
    use crate::testing::sampler_conformance;

    #[test]
    fn random_sampling_passes_the_conformance_suite() {
        // so many reads that a dozen variables take every value
        let make = |seed, threads| RandomSampling { num_reads: 1 << 15, seed, threads: Some(threads) };
        sampler_conformance(|seed, threads| Box::new(make(seed, threads)));
    }

    #[test]
    fn both_values_are_equally_likely() {
        let bqm = BqmBuilder::new(Vartype::Binary, 100).build().unwrap();
        let random = RandomSampling { num_reads: 1000, ..RandomSampling::default() };
        let sampling = random.sample(&bqm, &RunControl::default()).unwrap();
        let ones: i64 = sampling.samples.rows().flat_map(|row| row.sample).map(|&value| i64::from(value)).sum();
        // five standard deviations of 100,000 fair coins
        assert!((ones - 50_000).abs() < 800, "{ones}");
    }
}
