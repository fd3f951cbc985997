//! Tabu search over single flips.

mod population;
pub(super) mod problem;
pub(super) mod search;
#[cfg(test)]
mod tests;

use super::descent::descend;
use super::isa::Isa;
use super::reads::Reads;
use super::scaling::check_energies;
use super::state::{State, random_spins, values};
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, Sampler};
use crate::model::{Bqm, Vartype};
use crate::rng::Stream;
use population::Population;
use problem::{Number, Problem, integer_unit};
use rand_core::Rng;
use search::{Ended, Limits, Search, Stretch, Tenure};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Iterations without anything better, per variable, after which a search goes on elsewhere.
const PATIENCE: u64 = 2;

/// A ban may last this much longer than its least.
const SPREAD: u32 = 10;

/// Variables that the flips between two looks at the clock may touch: about a millisecond.
const WORK_BETWEEN_LOOKS: usize = 1 << 20;

/// Tabu search: in each iteration the best flip is taken, be it to the better or the worse, among those not forbidden.
///
/// A variable that was flipped must not flip back for `tenure` iterations, or up to ten more, drawn at random; unless that leads
/// below everything the search has seen (aspiration). Among equal flips a random one is taken. When `2 × variables`
/// iterations in a row have brought nothing better, the best state enters the population of the read (the 8 best that differ),
/// and the search goes on from a random state while there are fewer, and then from a child of two members: it has what its parents
/// agree on, and each other value from either of them. When 20 in a row were not good enough or not new, a population
/// is begun afresh. The sample is the best state of all, with a steepest descent at its end: no single flip lowers it.
///
/// Reads are independent, each of `num_iterations` iterations. Costs are kept up to date as 32-bit integers where all
/// biases are multiples of a common unit and fit, else as floating-point numbers. An iteration takes the time of some
/// operations for each neighbour of the variable, and of comparisons of as many numbers as there are in their blocks.
///
/// # References
/// F. Glover, *Tabu search, part I*, ORSA Journal on Computing 1 (1989); Z. Lü, F. Glover, J.-K. Hao, *A hybrid metaheuristic
/// approach to solving the UBQP problem*, European Journal of Operational Research 207 (2010).
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::Tabu};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 3);
/// for (first, second) in [(0, 1), (1, 2), (0, 2)] {
///     builder.add_quadratic(first, second, 1.0);
/// }
/// let sampling = Tabu { num_reads: 1, ..Tabu::default() }.sample(&builder.build()?, &RunControl::default())?;
/// assert_eq!(sampling.best().map(|row| row.energy), Some(-1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tabu {
    /// Number of reads. `[default: 16] [range: 1..]`
    pub num_reads: usize,
    /// Iterations of each read. `[default: 200000] [range: 1..]`
    pub num_iterations: u64,
    /// Iterations for which a flipped variable must not flip back, at least. `[default: 20 + variables / 50, but at most a quarter
    /// of the variables] [range: 0..; above half of the variables it counts as half of them]`
    pub tenure: Option<u32>,
    /// Seed of all random streams. `[default: 0]`
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
}

impl Default for Tabu {
    fn default() -> Self {
        Self { num_reads: 16, num_iterations: 200_000, tenure: None, seed: 0, threads: None }
    }
}

impl Sampler for Tabu {
    fn name(&self) -> &'static str {
        "tabu"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        if self.num_iterations == 0 {
            return Err(SampleError::Parameter { name: "num_iterations", value: 0.0, allowed: "at least 1" });
        }
        let Self { num_reads, num_iterations, seed, threads, .. } = *self;
        let reads = Reads { num_reads, seed, threads, units: num_iterations };
        reads.check(bqm, control)?;
        check_energies(bqm)?;
        let spin = bqm.as_vartype(Vartype::Spin)?;
        let run = Run { tabu: self, bqm, spin: &spin, num_updates: AtomicU64::new(0) };
        if let Some(unit) = integer_unit(&spin) {
            run.all_reads(&reads, control, &Problem::in_integers(&spin, unit))
        } else {
            run.all_reads(&reads, control, &Problem::in_floats(&spin))
        }
    }
}

/// One call of the sampler.
struct Run<'a> {
    tabu: &'a Tabu,
    /// The problem as it was given, and over spins.
    bqm: &'a Bqm,
    spin: &'a Bqm,
    num_updates: AtomicU64,
}

impl Run<'_> {
    fn all_reads<T: Number>(
        &self,
        reads: &Reads,
        control: &RunControl<'_>,
        problem: &Problem<T>,
    ) -> Result<SampleResult, SampleError>
    where
        for<'p> Search<'p, T>: Stretch,
    {
        let tenure = tenure(self.tabu.tenure, problem.num_variables());
        let sampling = reads.run(self.bqm, control, |stream, watch| self.read(problem, tenure, stream, watch))?;
        Ok(SampleResult { num_updates: self.num_updates.load(Relaxed), ..sampling })
    }

    fn read<T: Number>(&self, problem: &Problem<T>, tenure: Tenure, stream: &mut Stream, watch: &Watch<'_>) -> Vec<i8>
    where
        for<'p> Search<'p, T>: Stretch,
    {
        let num_variables = problem.num_variables();
        let between_looks = between_looks(num_variables);
        let mut limits = Limits {
            iterations: 0,
            patience: patience(num_variables),
            target: watch.target().map_or(f64::NEG_INFINITY, |target| problem.in_units(target)),
        };
        let mut population = Population::new(problem.is_symmetric());
        let mut search = Search::new(problem, Isa::detect(), tenure, &numbers(&random_spins(num_variables, stream)));
        let mut left = self.tabu.num_iterations;
        while left > 0 {
            limits.iterations = left.min(between_looks);
            let (done, ended) = search.stretch(limits, stream);
            left -= done;
            self.num_updates.fetch_add(done, Relaxed);
            if ended == Ended::Target {
                watch.enter(self.bqm.energy(&values(&signs(search.best()), self.bqm.vartype())));
                // if rounding made it look lower than it is, there is no stopping early
                limits.target = f64::NEG_INFINITY;
            }
            if watch.advance(done) {
                break;
            }
            if ended == Ended::Stalled {
                population.enter(search.best(), search.best_energy());
                match population.child(stream) {
                    Some(child) => search.start_at(&child),
                    None => search.start_at(&numbers(&random_spins(num_variables, stream))),
                }
            }
        }
        population.enter(search.best(), search.best_energy());
        let best = population.champion().map_or_else(Vec::new, signs);
        let mut state = State::new(self.spin, best);
        descend(&mut state, watch);
        state.spins().to_vec()
    }
}

/// A tabu search from `spins` with the defaults of [`Tabu`], until it stalls or the watch says stop: the best spins on its
/// way, and the number of iterations.
pub(super) fn improve<T: Number>(
    problem: &Problem<T>,
    spins: &[i8],
    stream: &mut Stream,
    watch: &Watch<'_>,
) -> (Vec<i8>, u64)
where
    for<'p> Search<'p, T>: Stretch,
{
    let num_variables = problem.num_variables();
    let mut search = Search::new(problem, Isa::detect(), tenure(None, num_variables), &numbers(spins));
    let limits = Limits {
        iterations: between_looks(num_variables),
        patience: patience(num_variables),
        target: f64::NEG_INFINITY,
    };
    let mut num_iterations = 0;
    loop {
        let (done, ended) = search.stretch(limits, stream);
        num_iterations += done;
        if ended == Ended::Stalled || watch.is_stopped() {
            return (signs(search.best()), num_iterations);
        }
    }
}

fn between_looks(num_variables: usize) -> u64 {
    (WORK_BETWEEN_LOOKS / (num_variables + 256)).max(1) as u64
}

fn patience(num_variables: usize) -> u64 {
    PATIENCE * num_variables.max(1) as u64
}

/// The bans for a problem of this size: fewer than half of the variables at any time.
fn tenure(least: Option<u32>, num_variables: usize) -> Tenure {
    let default = (20 + num_variables / 50).min(num_variables / 4);
    let most = num_variables.saturating_sub(1) / 2;
    let least = least.map_or(default, |least| least as usize).min(most);
    Tenure { least: least as u32, spread: (most - least).min(SPREAD as usize) as u32 }
}

/// A random number below `bound`.
pub(super) fn below(stream: &mut Stream, bound: usize) -> usize {
    search::scale((stream.next_u64() >> 32) as u32, bound)
}

fn signs<T: Number>(spins: &[T]) -> Vec<i8> {
    spins.iter().map(|&spin| if spin > T::ZERO { 1 } else { -1 }).collect()
}

fn numbers<T: Number>(spins: &[i8]) -> Vec<T> {
    spins.iter().map(|&spin| if spin > 0 { T::ONE } else { -T::ONE }).collect()
}
