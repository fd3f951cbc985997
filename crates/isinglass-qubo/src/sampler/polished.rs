//! A steepest descent from every sample of another sampler.

use super::descent::descend;
use super::scaling::check_energies;
use super::state::{State, values};
use super::threads::in_pool;
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, SampleStatus, Sampler};
use crate::model::{Bqm, Vartype};
use crate::sample_set::SampleSet;
use rayon::prelude::*;
use std::time::{Duration, Instant};

/// What descents may take after a deadline.
const GRACE: Duration = Duration::from_millis(30);

/// Samples of `inner`, each followed by a steepest descent: no single flip lowers what is left.
///
/// It goes by the name of `inner`, and reports its sweeps and temperatures; `num_updates` counts the flips of the descents as well.
/// The order of samples is kept. Samples proven to be optimal are returned unchanged: no descent lowers them, and a flip whose cost is
/// rounded might raise them. If the inner run was stopped, the descents are still done, unless
/// the user cancels; after a deadline that of the best sample, and the others for some milliseconds. If they are what meets the
/// target, the status is [`SampleStatus::Target`].
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::{SteepestDescentComposite, RandomSampling}};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 2);
/// builder.add_quadratic(0, 1, -1.0);
/// let polished = SteepestDescentComposite { inner: RandomSampling::default(), threads: None };
/// let sampling = polished.sample(&builder.build()?, &RunControl::default())?;
/// assert!(sampling.samples.energies().iter().all(|&energy| energy == -1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SteepestDescentComposite<S> {
    /// Whose samples are polished.
    pub inner: S,
    /// Threads of the descents. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
}

impl<S: Sampler> Sampler for SteepestDescentComposite<S> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        check_energies(bqm)?;
        let spin = bqm.as_vartype(Vartype::Spin)?;
        let sampling = self.inner.sample(bqm, control)?;
        if sampling.status == SampleStatus::Optimal {
            return Ok(sampling);
        }
        // a deadline that has passed must not cost the polish of what was found
        let cancel_only = RunControl { cancel: control.cancel, ..RunControl::default() };
        let watch = Watch::new(&cancel_only, 0);
        let energies = sampling.samples.energies();
        let best = (0..energies.len()).min_by(|&left, &right| energies[left].total_cmp(&energies[right]));
        let grace = control.deadline.and_then(|deadline| deadline.checked_add(GRACE));
        let one_sample = |index: usize| {
            let sample = sampling.samples.row(index).sample;
            if Some(index) != best && grace.is_some_and(|grace| Instant::now() > grace) {
                return (sample.to_vec(), 0);
            }
            let mut state = State::new(&spin, sample.iter().map(|&value| if value > 0 { 1 } else { -1 }).collect());
            let flips = descend(&mut state, &watch);
            (values(state.spins(), bqm.vartype()), flips)
        };
        let polished: Vec<(Vec<i8>, u64)> =
            in_pool(self.threads, || Ok((0..sampling.samples.len()).into_par_iter().map(one_sample).collect()))?;
        let num_flips = polished.iter().map(|(_, flips)| flips).sum::<u64>();
        let samples = SampleSet::from_samples(bqm, polished.into_iter().map(|(sample, _)| sample));
        let samples = samples.expect("one value of the vartype for each variable");
        let best = samples.best().map(|row| row.energy);
        let is_met = control.target.zip(best).is_some_and(|(target, best)| best <= target);
        let status = match sampling.status {
            _ if is_met => SampleStatus::Target,
            SampleStatus::Heuristic => watch.stopped_by().unwrap_or(SampleStatus::Heuristic),
            stopped => stopped,
        };
        Ok(SampleResult { samples, status, num_updates: sampling.num_updates.saturating_add(num_flips), ..sampling })
    }
}

impl<S: Sampler + ?Sized> Sampler for Box<S> {
    fn name(&self) -> &'static str {
        (**self).name()
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        (**self).sample(bqm, control)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampler::{Exhaustive, RandomSampling, SimulatedAnnealing, SteepestDescent};
    use crate::testing::{planted, random_integers, random_reals, sampler_conformance};

    #[test]
    fn polished_samplers_pass_the_conformance_suite() {
        sampler_conformance(|seed, threads| {
            let inner =
                SimulatedAnnealing { num_sweeps: 20, seed, threads: Some(threads), ..SimulatedAnnealing::default() };
            Box::new(SteepestDescentComposite { inner, threads: Some(threads) })
        });
        sampler_conformance(|_, threads| {
            let inner: Box<dyn Sampler> = Box::new(Exhaustive::default());
            Box::new(SteepestDescentComposite { inner, threads: Some(threads) })
        });
    }

    #[test]
    fn polished_random_samples_are_those_of_steepest_descent() {
        let bqm = random_integers(Vartype::Binary, 50, 6, 4, 1);
        let inner = RandomSampling { num_reads: 30, seed: 5, threads: None };
        let polished = SteepestDescentComposite { inner, threads: None }.sample(&bqm, &RunControl::default()).unwrap();
        let descent = SteepestDescent { num_reads: 30, seed: 5, threads: None };
        assert_eq!(polished.samples, descent.sample(&bqm, &RunControl::default()).unwrap().samples);
    }

    #[test]
    fn no_sample_gets_worse_and_none_can_be_lowered_by_a_flip() {
        let bqm = random_reals(Vartype::Spin, 60, 5, 2);
        let inner = SimulatedAnnealing { num_sweeps: 3, ..SimulatedAnnealing::default() };
        let before = inner.sample(&bqm, &RunControl::default()).unwrap();
        let after = SteepestDescentComposite { inner, threads: None }.sample(&bqm, &RunControl::default()).unwrap();
        assert_eq!((after.num_sweeps, after.beta_range), (before.num_sweeps, before.beta_range));
        assert!(after.num_updates > before.num_updates);
        for (before, after) in before.samples.rows().zip(after.samples.rows()) {
            assert!(after.energy <= before.energy);
            let mut sample = after.sample.to_vec();
            for variable in 0..60 {
                sample[variable] = -sample[variable];
                assert!(bqm.energy(&sample) > after.energy - 1e-9);
                sample[variable] = -sample[variable];
            }
        }
    }

    #[test]
    fn the_best_sample_is_polished_even_after_the_deadline() {
        let bqm = random_reals(Vartype::Spin, 400, 20, 3);
        let inner = RandomSampling { num_reads: 20, seed: 1, threads: None };
        let best = inner.sample(&bqm, &RunControl::default()).unwrap().best().unwrap().energy;
        let long_ago = Instant::now().checked_sub(Duration::from_secs(5)).unwrap();
        let control = RunControl { deadline: Some(long_ago), ..RunControl::default() };
        let sampling = SteepestDescentComposite { inner, threads: None }.sample(&bqm, &control).unwrap();
        assert_eq!(sampling.status, SampleStatus::TimeLimit);
        assert!(sampling.best().unwrap().energy < best);
    }

    #[test]
    fn a_target_that_only_the_polish_meets_is_met() {
        let planted = planted(10, 8, 1);
        let control = RunControl { target: Some(planted.energy), ..RunControl::default() };
        let inner = RandomSampling { num_reads: 40, seed: 3, threads: None };
        let sampling = SteepestDescentComposite { inner, threads: None }.sample(&planted.bqm, &control).unwrap();
        assert_eq!(sampling.status, SampleStatus::Target);
    }
}
