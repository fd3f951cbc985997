//! The sampler that chooses: presolve, then for each component the method that suits its size and structure.

mod timed;

use crate::model::Bqm;
use crate::presolve::{Presolve, Statistics};
use crate::sampler::{
    Exhaustive, Presolving, RunControl, SampleError, SampleResult, SampleStatus, Sampler, SimulatedAnnealing,
    SteepestDescentComposite, TreeDecomposition, elimination_width_within,
};
use serde::Serialize;
use std::cell::RefCell;

/// Up to so many variables all samples are tried: about a millisecond.
const EXHAUSTIVE: usize = 20;
/// Problems whose tables are this narrow, and take so many bytes at most, are solved as they are: the presolve would take longer.
const AT_ONCE: TreeDecomposition = TreeDecomposition { max_width: 16, max_bytes: 1 << 24, threads: None, isa: None };
/// Up to so many table entries bucket elimination is worth it: about a quarter of a second.
const ENTRIES: f64 = (1u64 << 28) as f64;
/// The memory that its tables may take.
const BYTES: f64 = (1u64 << 30) as f64;
/// No order of larger width is looked for, to say how wide a problem is.
const MOST_WIDTH: usize = 96;

/// How much may be done before annealing. An update of annealing takes about a nanosecond, as does a unit of the presolve's effort;
/// one of the work on elimination orders takes 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Effort {
    presolve: u64,
    order: u64,
}

impl Effort {
    /// What is always worth it: a quarter of a second, and some hundredths.
    const LEAST: Self = Self { presolve: 1 << 28, order: 1 << 20 };
    /// About as long as an anneal itself takes.
    const UPDATES_PER_WORK: u64 = 16;

    /// In proportion to an anneal of a model.
    fn before(annealing: &SimulatedAnnealing, bqm: &Bqm) -> Self {
        let reads = annealing.num_reads.next_multiple_of(64) as u64;
        let updates = reads.saturating_mul(annealing.num_sweeps).saturating_mul(bqm.num_variables() as u64);
        Self {
            presolve: updates.saturating_mul(2).max(Self::LEAST.presolve),
            order: (updates / Self::UPDATES_PER_WORK).clamp(Self::LEAST.order, 1 << 24),
        }
    }
}

/// Solves exactly what can be solved exactly, and anneals the rest.
///
/// A problem that bucket elimination solves in a few milliseconds is solved so at once. Any other one is presolved. Each connected component of what is left is then searched exhaustively up to 20 variables, solved by
/// bucket elimination where its [`elimination_width`](crate::sampler::elimination_width) promises at most `2^28` table entries, and annealed otherwise, the
/// samples polished by steepest descent. Presolve and search for an elimination order take about as much work as the anneal at most.
///
/// A run with a deadline uses its time, unless the minimum is proven before. The problem is annealed from the beginning, by one thread less
/// while that one presolves, which may take a tenth of the time. If this helps, the components of what is left are solved or annealed
/// in the rest. Annealing of single reads, annealing of 64 reads side by side, parallel tempering, and recombinations of good samples
/// are tried for ever longer times; the one that reaches the least energy has most of the time. The best sample of all is returned, also when
/// it came before the presolve was done. Reads and sweeps then follow from the time, and not from
/// [`annealing`](Self::annealing).
///
/// # Examples
/// ```
/// use isinglass_qubo::automatic::{Automatic, Method};
/// use isinglass_qubo::{BqmBuilder, RunControl, SampleStatus, Vartype};
/// let mut ladder = BqmBuilder::new(Vartype::Spin, 120);
/// for spin in 0..120 {
///     ladder.add_quadratic(spin, (spin + 1) % 120, 1.0);
///     ladder.add_quadratic(spin, (spin + 5) % 120, if spin % 3 == 0 { 1.0 } else { -1.0 });
/// }
/// let (sampling, report) = Automatic::default().sample_with_report(&ladder.build()?, &RunControl::default())?;
/// assert_eq!((sampling.status, report.choices[0].method), (SampleStatus::Optimal, Method::Tree));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Automatic {
    /// Annealing where nothing exact is feasible: reads, sweeps, temperatures, seed, threads.
    pub annealing: SimulatedAnnealing,
    /// Rules of the presolve. `[default: all]`
    pub presolve: Presolve,
}

/// How a component is solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// All samples.
    Exhaustive,
    /// Bucket elimination.
    Tree,
    /// Simulated annealing, polished.
    Sa,
}

/// A component and how it was solved.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// Variables of the component.
    pub num_variables: usize,
    /// Its interactions as a share of all pairs.
    pub density: f64,
    /// The width of the best elimination order found, where one was looked for and found.
    pub width: Option<usize>,
    /// The method.
    pub method: Method,
}

/// What was done, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AutomaticReport {
    /// What the presolve bought; nothing where it was passed over: not needed, or coefficients too far apart for it.
    pub presolve: Option<Statistics>,
    /// Components in the order in which they were solved.
    pub choices: Vec<Choice>,
}

impl AutomaticReport {
    /// The component that decides: the largest annealed one, else the largest.
    #[must_use]
    pub fn main_choice(&self) -> Option<&Choice> {
        self.choices.iter().max_by_key(|choice| (choice.method == Method::Sa, choice.num_variables))
    }
}

impl Automatic {
    /// Samples, and tells how.
    ///
    /// # Errors
    /// [`SampleError`] of the presolve or of the sampler chosen.
    pub fn sample_with_report(
        &self,
        bqm: &Bqm,
        control: &RunControl<'_>,
    ) -> Result<(SampleResult, AutomaticReport), SampleError> {
        if let Some(deadline) = control.deadline {
            return self.sample_by(deadline, bqm, control);
        }
        if let Some(sampling) = self.at_once(bqm, control)? {
            return Ok((sampling, AutomaticReport { presolve: None, choices: vec![whole(bqm, Method::Tree)] }));
        }
        let choices = RefCell::new(Vec::new());
        let is_stopped = || control.should_stop(None).is_some();
        let make = |component: &Bqm| {
            let choice = choose(component, Effort::before(&self.annealing, component).order, &is_stopped);
            choices.borrow_mut().push(choice);
            self.make(choice.method)
        };
        let mut presolving = Presolving::new(Box::new(make));
        let effort = self.presolve.effort.min(Effort::before(&self.annealing, bqm).presolve);
        presolving.presolve = Presolve { effort, ..self.presolve };
        let (sampling, presolve) = presolving.sample_with_statistics(bqm, control)?;
        drop(presolving);
        Ok((sampling, AutomaticReport { presolve, choices: choices.into_inner() }))
    }

    /// The minimum of a problem that is narrow enough to be solved without a presolve.
    fn at_once(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<Option<SampleResult>, SampleError> {
        if bqm.num_variables() <= EXHAUSTIVE {
            return Ok(None);
        }
        let is_stopped = || control.should_stop(None).is_some();
        let width = elimination_width_within(bqm, AT_ONCE.max_width, Effort::LEAST.order, &is_stopped);
        // too wide, or coefficients too far apart: no error here
        if !width.is_ok_and(|found| found.width.is_some() && found.num_bytes <= AT_ONCE.max_bytes as f64) {
            return Ok(None);
        }
        let sampling = TreeDecomposition { threads: self.annealing.threads, ..AT_ONCE }.sample(bqm, control)?;
        Ok(Some(sampling).filter(|sampling| sampling.status == SampleStatus::Optimal))
    }

    fn make(&self, method: Method) -> Box<dyn Sampler> {
        let threads = self.annealing.threads;
        match method {
            Method::Exhaustive => Box::new(Exhaustive { threads, ..Exhaustive::default() }),
            Method::Tree => Box::new(TreeDecomposition { threads, ..TreeDecomposition::default() }),
            Method::Sa => Box::new(SteepestDescentComposite { inner: self.annealing.clone(), threads }),
        }
    }
}

/// A method for all of a problem.
fn whole(bqm: &Bqm, method: Method) -> Choice {
    Choice { num_variables: bqm.num_variables(), density: bqm.density(), width: None, method }
}

/// The method for a connected component.
fn choose(bqm: &Bqm, most_work: u64, is_stopped: &dyn Fn() -> bool) -> Choice {
    if bqm.num_variables() <= EXHAUSTIVE {
        return whole(bqm, Method::Exhaustive);
    }
    // coefficients without a common unit within reach are no error here: annealing takes them
    match elimination_width_within(bqm, MOST_WIDTH, most_work, is_stopped) {
        Ok(found) if found.num_entries <= ENTRIES && found.num_bytes <= BYTES => {
            Choice { width: found.width, ..whole(bqm, Method::Tree) }
        }
        Ok(found) => Choice { width: found.width, ..whole(bqm, Method::Sa) },
        Err(_) => whole(bqm, Method::Sa),
    }
}

impl Sampler for Automatic {
    fn name(&self) -> &'static str {
        "auto"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        Ok(self.sample_with_report(bqm, control)?.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};
    use crate::sampler::{SampleStatus, exhaustive};
    use crate::testing::{random_integers, random_reals, sampler_conformance};

    fn report(bqm: &Bqm) -> (SampleResult, AutomaticReport) {
        Automatic::default().sample_with_report(bqm, &RunControl::default()).unwrap()
    }

    #[test]
    fn the_choosing_sampler_passes_the_conformance_suite() {
        sampler_conformance(|seed, threads| {
            let annealing = SimulatedAnnealing { seed, threads: Some(threads), ..SimulatedAnnealing::default() };
            Box::new(Automatic { annealing, ..Automatic::default() })
        });
    }

    #[test]
    fn small_problems_are_proven_by_whatever_method() {
        for seed in 0..20 {
            let bqm = random_integers(Vartype::Binary, 18, 4 + seed as usize % 8, 9, seed);
            let (sampling, _) = report(&bqm);
            assert_eq!(sampling.status, SampleStatus::Optimal);
            assert_eq!(sampling.best().unwrap().energy, exhaustive::minimum(&bqm).unwrap());
        }
    }

    #[test]
    fn dense_problems_are_annealed_and_narrow_ones_solved_by_tables() {
        let dense = random_reals(Vartype::Spin, 80, 79, 1);
        let (sampling, dense) = report(&dense);
        assert_eq!((sampling.status, dense.main_choice().unwrap().method), (SampleStatus::Heuristic, Method::Sa));
        let mut grid = BqmBuilder::new(Vartype::Spin, 8 * 30);
        for (row, column) in (0..30).flat_map(|row| (0..8).map(move |column| (row, column))) {
            let sign = |bit: usize| if (row * 7 + column * 3 + bit) % 5 < 2 { -1.0 } else { 1.0 };
            grid.add_linear(row * 8 + column, 0.5 * sign(0));
            if column < 7 {
                grid.add_quadratic(row * 8 + column, row * 8 + column + 1, sign(1));
            }
            if row < 29 {
                grid.add_quadratic(row * 8 + column, row * 8 + column + 8, sign(2));
            }
        }
        let (sampling, grid) = report(&grid.build().unwrap());
        assert_eq!(sampling.status, SampleStatus::Optimal);
        assert_eq!(grid.choices.iter().map(|choice| choice.method).collect::<Vec<_>>(), [Method::Tree]);
        assert!(grid.presolve.is_none(), "such a problem needs no presolve");
    }

    #[test]
    fn a_run_with_a_deadline_uses_its_time_and_is_never_worse() {
        use std::time::{Duration, Instant};
        let dense = random_reals(Vartype::Spin, 80, 79, 1);
        let (quick, _) = report(&dense);
        let start = Instant::now();
        let deadline = Some(start + Duration::from_millis(400));
        let long = Automatic::default().sample(&dense, &RunControl { deadline, ..RunControl::default() }).unwrap();
        assert_eq!(long.status, SampleStatus::TimeLimit);
        assert!(start.elapsed() >= Duration::from_millis(400));
        assert!(long.best().unwrap().energy <= quick.best().unwrap().energy + 1e-9);
    }

    /// A ring with chords: three neighbours for each variable, and no structure for exact methods.
    fn sparse(num_variables: usize) -> Bqm {
        let mut builder = BqmBuilder::new(Vartype::Spin, num_variables);
        let sign = |number: usize| if crate::rng::mix(number as u64) & 1 == 1 { 1.0 } else { -1.0 };
        for variable in 0..num_variables {
            builder.add_quadratic(variable, (variable + 1) % num_variables, sign(3 * variable));
            let other = crate::rng::mix(variable as u64) as usize % num_variables;
            if variable % 2 == 0 && other != variable {
                builder.add_quadratic(variable, other, sign(3 * variable + 1));
            }
        }
        builder.build().unwrap()
    }

    fn by(bqm: &Bqm, milliseconds: u64) -> (SampleResult, std::time::Duration) {
        use std::time::{Duration, Instant};
        let start = Instant::now();
        let control =
            RunControl { deadline: Some(start + Duration::from_millis(milliseconds)), ..RunControl::default() };
        let sampling = Automatic::default().sample(bqm, &control).unwrap();
        (sampling, start.elapsed())
    }

    #[test]
    #[cfg_attr(miri, ignore = "long")]
    fn a_large_problem_is_annealed_within_a_short_limit() {
        let bqm = sparse(200_000);
        let (sampling, time) = by(&bqm, 300);
        let sample = sampling.best().unwrap().sample;
        let field = |variable: usize| -> f64 {
            let (neighbors, biases) = bqm.neighborhood(variable);
            neighbors.iter().zip(biases).map(|(&other, bias)| bias * f64::from(sample[other as usize])).sum()
        };
        assert!((0..sample.len()).all(|variable| f64::from(sample[variable]) * field(variable) <= 0.0));
        assert_eq!(sampling.status, SampleStatus::TimeLimit);
        // a tenth of a second on a quiet machine
        assert!(time.as_millis() < 300 + 2000, "{time:?}");
    }

    #[test]
    #[cfg_attr(miri, ignore = "long")]
    fn what_the_presolve_solves_is_proven_long_before_the_limit() {
        let planted = crate::testing::planted(40, 30, 1);
        let (sampling, time) = by(&planted.bqm, 60_000);
        assert_eq!((sampling.status, sampling.lower_bound), (SampleStatus::Optimal, Some(planted.energy)));
        assert_eq!(sampling.best().unwrap().energy, planted.energy);
        assert!(time.as_secs() < 30);
    }

    #[test]
    #[cfg_attr(miri, ignore = "long")]
    fn components_share_the_time_and_are_lifted_back() {
        let mut builder = BqmBuilder::new(Vartype::Binary, 160);
        for (block, seed) in [(0, 1), (80, 2)] {
            for (first, second, bias) in random_reals(Vartype::Binary, 80, 60, seed).interactions() {
                builder.add_quadratic(block + first, block + second, bias);
            }
        }
        let bqm = builder.build().unwrap();
        let (sampling, _) = by(&bqm, 600);
        let (quick, _) = report(&bqm);
        assert!(sampling.best().unwrap().energy <= quick.best().unwrap().energy + 1e-9);
    }

    #[test]
    fn a_cancelled_run_with_a_deadline_returns_a_sample() {
        use std::time::{Duration, Instant};
        let cancel = std::sync::atomic::AtomicBool::new(true);
        let deadline = Some(Instant::now() + Duration::from_secs(600));
        let control = RunControl { deadline, cancel: Some(&cancel), ..RunControl::default() };
        let sampling = Automatic::default().sample(&sparse(5000), &control).unwrap();
        assert_eq!((sampling.status, sampling.samples.is_empty()), (SampleStatus::Interrupted, false));
    }

    #[test]
    fn work_before_an_anneal_grows_with_the_anneal() {
        let bqm = sparse(2000);
        let effort = |num_sweeps| {
            let annealing = SimulatedAnnealing { num_sweeps, ..SimulatedAnnealing::default() };
            Effort::before(&annealing, &bqm)
        };
        assert_eq!(effort(1), Effort::LEAST);
        assert_eq!(effort(10_000).presolve, 2 * 64 * 10_000 * 2000);
        assert_eq!(effort(u64::MAX).order, 1 << 24);
    }

    #[test]
    fn components_are_solved_apart() {
        let mut builder = BqmBuilder::new(Vartype::Spin, 200);
        for (block, seed) in [(0, 1), (100, 2)] {
            for (first, second, bias) in random_reals(Vartype::Spin, 100, 40, seed).interactions() {
                builder.add_quadratic(block + first, block + second, bias);
            }
        }
        let (_, report) = report(&builder.build().unwrap());
        assert_eq!(report.choices.len(), 2);
        assert_eq!(report.presolve.unwrap().num_components, 2);
    }
}
