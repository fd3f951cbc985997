//! Exhaustive search in Gray-code order.

mod search;
#[cfg(test)]
mod tests;

use super::isa::Isa;
use super::scaling::{check_energies, common_unit};
use super::threads::in_pool;
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, SampleStatus, Sampler};
use crate::model::{Bqm, Vartype};
use crate::sample_set::SampleSet;
use rayon::prelude::*;
use search::{Candidates, Energy, Found, Search};

/// No setting searches more variables than this: `2^48` assignments are days of work.
const MOST_VARIABLES: usize = 48;

/// Looks at every assignment: the sample returned is proven to be a minimum.
///
/// `2^n` assignments for `n` variables. Those of the first six variables are lanes; the next fourteen are walked through in
/// Gray-code order, each step flipping one variable and adding its change of energy to all lanes; the rest number the tasks that
/// threads take. Where all coefficients are multiples of a common unit, sums are exact. Otherwise every assignment that
/// comes within the largest possible rounding error of the minimum is evaluated again without rounding. So the result is
/// always the assignment whose exact energy is least; among equal ones that of smallest index, where bit `v` of the index tells
/// whether variable `v` takes the higher of its two values. It does not depend on the number of threads.
///
/// The status is [`SampleStatus::Optimal`] unless the run was stopped: then it is the reason, and the sample the best so far.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, SampleStatus, Sampler, Vartype, sampler::Exhaustive};
/// let mut builder = BqmBuilder::new(Vartype::Binary, 2);
/// builder.add_linear(0, -1.0);
/// builder.add_quadratic(0, 1, 2.0);
/// let sampling = Exhaustive::default().sample(&builder.build()?, &RunControl::default())?;
/// assert_eq!((sampling.status, sampling.samples.energies()), (SampleStatus::Optimal, [-1.0].as_slice()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// F. Gray, *Pulse code communication*, US patent 2632058 (1953).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhaustive {
    /// The most variables that are searched. `[default: 34] [range: 0..=48]`
    pub max_variables: usize,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
    /// Instruction set. `[default: the widest there is]` Changes the speed only.
    pub isa: Option<Isa>,
}

impl Default for Exhaustive {
    fn default() -> Self {
        Self { max_variables: 34, threads: None, isa: None }
    }
}

impl Sampler for Exhaustive {
    fn name(&self) -> &'static str {
        "exhaustive"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        let outcome = self.search(bqm, control)?;
        let sample = outcome.found.sample(bqm);
        let samples = SampleSet::from_samples(bqm, [sample]).expect("one value of the vartype for each variable");
        let Outcome { status, num_updates, .. } = outcome;
        let lower_bound = (status == SampleStatus::Optimal).then(|| bqm.energy_below(samples.row(0).sample));
        Ok(SampleResult { samples, status, lower_bound, num_sweeps: 0, num_updates, beta_range: None })
    }
}

/// The least energy of all assignments, offset included; up to 34 variables.
///
/// # Errors
/// As [`Exhaustive`] with its default parameters.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, Vartype, sampler::exhaustive};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 2);
/// builder.add_quadratic(0, 1, 1.5);
/// assert_eq!(exhaustive::minimum(&builder.build()?)?, -1.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn minimum(bqm: &Bqm) -> Result<f64, SampleError> {
    let outcome = Exhaustive::default().search(bqm, &RunControl::default())?;
    Ok(bqm.energy(&outcome.found.sample(bqm)))
}

/// The number of assignments whose energy is the least one; up to 34 variables.
///
/// # Errors
/// As [`Exhaustive`] with its default parameters.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, Vartype, sampler::exhaustive};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 3);
/// for (first, second) in [(0, 1), (1, 2), (0, 2)] {
///     builder.add_quadratic(first, second, 1.0);
/// }
/// assert_eq!(exhaustive::num_minimizers(&builder.build()?)?, 6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn num_minimizers(bqm: &Bqm) -> Result<u64, SampleError> {
    Ok(Exhaustive::default().search(bqm, &RunControl::default())?.found.count)
}

/// How a search ended.
struct Outcome {
    found: Found,
    status: SampleStatus,
    num_updates: u64,
}

impl Exhaustive {
    fn search(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<Outcome, SampleError> {
        let num_variables = bqm.num_variables();
        let limit = self.max_variables.min(MOST_VARIABLES);
        if num_variables > limit {
            return Err(SampleError::TooLarge { solver: "exhaustive", limit, num_variables });
        }
        check_energies(bqm)?;
        let binary = bqm.to_vartype(Vartype::Binary)?;
        let run = || match Resolution::new(bqm, &binary) {
            Resolution::Integers(unit) => {
                self.all_tasks(&Search::<i32>::new(&binary, unit), &Candidates::exact(bqm), control)
            }
            Resolution::Exact(unit) => {
                self.all_tasks(&Search::<f64>::new(&binary, unit), &Candidates::exact(bqm), control)
            }
            Resolution::Rounding(error) => {
                self.all_tasks(&Search::<f64>::new(&binary, 1.0), &Candidates::within(bqm, error), control)
            }
        };
        in_pool(self.threads, || Ok(run()))
    }

    fn all_tasks<T: Energy>(
        &self,
        search: &Search<T>,
        candidates: &Candidates<'_>,
        control: &RunControl<'_>,
    ) -> Outcome {
        let isa = Isa::or_detect(self.isa);
        let watch = Watch::new(control, search.num_tasks());
        let one_task = |task: u64| {
            // a run that was stopped still returns the best of its first task
            if task > 0 && watch.is_stopped() {
                return None;
            }
            let found = T::task(isa, search, task, candidates);
            watch.enter(found.energy.nearest());
            watch.advance(1);
            Some(found)
        };
        let tasks = (0..search.num_tasks()).into_par_iter();
        let found = tasks.filter_map(one_task).reduce_with(Found::merge).expect("the first task always runs");
        let complete = watch.done() == search.num_tasks();
        let status = watch.stopped_by().filter(|_| !complete).unwrap_or(SampleStatus::Optimal);
        Outcome { found, status, num_updates: watch.done() << search.task_bits() }
    }
}

/// In what numbers energies are summed.
enum Resolution {
    /// 32-bit integers, multiples of a unit.
    Integers(f64),
    /// 64-bit floating-point numbers that hold multiples of a unit exactly.
    Exact(f64),
    /// 64-bit floating-point numbers, and how far two energies may be off together.
    Rounding(f64),
}

impl Resolution {
    fn new(bqm: &Bqm, binary: &Bqm) -> Self {
        let total = |model: &Bqm| {
            let quadratic = model.interactions().map(|(.., bias)| bias);
            model.linear().iter().copied().chain(quadratic).map(f64::abs).sum::<f64>()
        };
        let bound = total(binary);
        if bound == 0.0 {
            return Self::Integers(1.0);
        }
        // if the model itself has a unit and its sums are exact, so was its change of variables
        let (own, unit) = (common_unit(bqm), common_unit(binary));
        if let (Some(own), Some(unit)) = (own, unit)
            && total(bqm) / own < EXACT
            && bound / unit < EXACT
        {
            return if bound / unit < f64::from(i32::MAX) { Self::Integers(unit) } else { Self::Exact(unit) };
        }
        Self::Rounding(ROUNDING * (bound + bqm.offset().abs() + total(bqm)))
    }
}

/// Largest sum of units that is exact in `f64` through the change of variables and every partial sum.
const EXACT: f64 = (1u64 << 48) as f64;

/// A task makes fewer than `2^14` steps. Each adds to every field, so that a field is off by at most `2^14` roundings, and adds a field to
/// every energy, so that an energy is off by at most `2^28` roundings of `2^-53` of the sum of all absolute coefficients. Two energies
/// are compared.
const ROUNDING: f64 = 1.0 / (1u64 << 24) as f64;
