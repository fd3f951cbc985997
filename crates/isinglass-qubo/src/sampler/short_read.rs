//! A single read for runs whose time limit is too short for a block of 64 reads.

use super::one_read::anneal_one;
use super::state::{State, random_spins, values};
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, SampleStatus, default_beta_range, descend};
use crate::model::{Bqm, Vartype};
use crate::rng::stream;
use crate::sample_set::SampleSet;
use std::time::{Duration, Instant};

/// Seconds that preparing a problem for blocks takes for each term: an estimate on the high side.
const SECONDS_TO_PREPARE: f64 = 50e-9;

/// Seconds for an update of one of 64 reads side by side, with few neighbours; more with many: estimates on the high side.
const SECONDS_PER_UPDATE: f64 = 1.5e-9;

/// The fewest sweeps for which a block is begun.
const LEAST_SWEEPS: f64 = 8.0;

/// Sweeps of a read, at most.
const MOST_SWEEPS: u64 = 1 << 17;

/// What a read takes at least, however short the time limit is: without some sweeps a sample is worth nothing.
const LEAST_TIME: Duration = Duration::from_millis(20);

/// Problems with more terms are not brought to a local minimum by steepest descent, whose queue takes tenths of a second.
const MOST_TERMS_IN_A_DESCENT: usize = 1 << 21;

/// Seconds that preparing a problem for blocks takes: an estimate.
pub(crate) fn seconds_to_prepare(bqm: &Bqm) -> f64 {
    SECONDS_TO_PREPARE * (bqm.num_variables() + 2 * bqm.num_interactions()) as f64
}

/// Seconds for one sweep of a block: an estimate.
pub(crate) fn seconds_per_block_sweep(bqm: &Bqm) -> f64 {
    let num_variables = bqm.num_variables() as f64;
    let degree = 2.0 * bqm.num_interactions() as f64 / num_variables.max(1.0);
    64.0 * num_variables * SECONDS_PER_UPDATE * (1.0 + degree / 100.0)
}

/// Whether a run has a deadline before which no block could make some sweeps.
pub(super) fn is_too_short_for_blocks(bqm: &Bqm, control: &RunControl<'_>) -> bool {
    let needed = seconds_to_prepare(bqm) + LEAST_SWEEPS * seconds_per_block_sweep(bqm);
    let left = control.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    left.is_some_and(|left| needed > left.as_secs_f64())
}

/// One read by simulated annealing until the deadline of the run, brought to a local minimum.
///
/// # Errors
/// [`SampleError::Model`] for a model that cannot be written over spins.
pub(super) fn short_read(
    bqm: &Bqm,
    beta_range: Option<(f64, f64)>,
    seed: u64,
    control: &RunControl<'_>,
) -> Result<SampleResult, SampleError> {
    let spin = bqm.as_vartype(Vartype::Spin)?;
    let range = beta_range.unwrap_or_else(|| default_beta_range(&spin));
    let (spins, num_sweeps) = anneal_until_deadline(&spin, range, seed, control);
    let sample = values(&polished(&spin, spins, range.1).1, bqm.vartype());
    Ok(SampleResult {
        samples: SampleSet::from_samples(bqm, [sample]).expect("one value of the vartype for each variable"),
        status: control.should_stop(None).unwrap_or(SampleStatus::TimeLimit),
        lower_bound: None,
        num_sweeps,
        num_updates: num_sweeps.saturating_mul(bqm.num_variables() as u64),
        beta_range: Some(range),
    })
}

/// The spins of one read, and the number of its sweeps; 20 milliseconds are taken at least.
pub(crate) fn anneal_until_deadline(
    spin: &Bqm,
    beta_range: (f64, f64),
    seed: u64,
    control: &RunControl<'_>,
) -> (Vec<i8>, u64) {
    let start = random_spins(spin.num_variables(), &mut stream(seed, 0));
    let least = Instant::now() + LEAST_TIME;
    let deadline = Some(control.deadline.map_or(least, |deadline| deadline.max(least)));
    let control = RunControl { deadline, ..*control };
    anneal_one(spin, start, seed, beta_range, MOST_SWEEPS, &Watch::new(&control, 0))
}

/// The local minimum at the bottom of steepest descent, with its energy; for a huge problem, for which descent takes tenths of a second,
/// the state after two sweeps that accept no flip which raises the energy.
pub(crate) fn polished(spin: &Bqm, spins: Vec<i8>, cold: f64) -> (f64, Vec<i8>) {
    let control = RunControl::default();
    if spin.num_variables() + 2 * spin.num_interactions() > MOST_TERMS_IN_A_DESCENT {
        let frozen = (1e6 * cold).min(1e300);
        let (spins, _) = anneal_one(spin, spins, 0, (frozen, frozen), 2, &Watch::new(&control, 0));
        return (spin.energy(&spins), spins);
    }
    let mut state = State::new(spin, spins);
    descend(&mut state, &Watch::new(&control, 0));
    let spins = state.spins().to_vec();
    (spin.energy(&spins), spins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampler::{ParallelTempering, Sampler, SimulatedAnnealing};
    use crate::testing::random_integers;

    #[test]
    fn a_limit_too_short_for_a_block_gives_one_read_that_no_flip_improves() {
        let bqm = random_integers(Vartype::Binary, 20_000, 6, 3, 1);
        let deadline = Some(Instant::now() + Duration::from_millis(1));
        let control = RunControl { deadline, ..RunControl::default() };
        let annealing = SimulatedAnnealing::default().sample(&bqm, &control).unwrap();
        let tempering = ParallelTempering::default().sample(&bqm, &control).unwrap();
        for result in [annealing, tempering] {
            assert_eq!((result.samples.len(), result.status), (1, SampleStatus::TimeLimit));
            let best = result.best().unwrap();
            let sample = best.sample;
            for variable in 0..sample.len() {
                let others = bqm.neighborhood(variable);
                let terms =
                    others.0.iter().zip(others.1).map(|(&other, bias)| bias * f64::from(sample[other as usize]));
                let field: f64 = bqm.linear()[variable] + terms.sum::<f64>();
                let change = field * (1.0 - 2.0 * f64::from(sample[variable]));
                assert!(change >= -1e-9, "variable {variable} changes the energy by {change}");
            }
        }
    }

    #[test]
    fn runs_without_a_deadline_have_time_for_blocks() {
        let bqm = random_integers(Vartype::Spin, 1000, 6, 3, 1);
        assert!(!is_too_short_for_blocks(&bqm, &RunControl::default()));
    }
}
