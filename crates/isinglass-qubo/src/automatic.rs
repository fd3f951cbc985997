//! The sampler that chooses: presolve, then for each component the method that suits its size and structure.

use crate::model::Bqm;
use crate::presolve::{Presolve, Statistics};
use crate::race::{Contestant, MakeSampler, Racing, Round};
use crate::sampler::{
    Exhaustive, ParallelTempering, Polished, Presolving, RunControl, SampleError, Sampler, Sampling,
    SimulatedAnnealing, TreeDecomposition, elimination_width,
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

/// Solves exactly what can be solved exactly, and anneals the rest.
///
/// A problem that bucket elimination solves in a few milliseconds is solved so at once. Any other one is presolved. Each connected component of what is left is then searched exhaustively up to 20 variables, solved by
/// bucket elimination where its [`elimination_width`] promises at most `2^28` table entries, and annealed otherwise, the
/// samples polished by steepest descent. A run with a deadline uses its time: parallel tempering and annealing race until then,
/// with ever more sweeps.
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
    ) -> Result<(Sampling, AutomaticReport), SampleError> {
        if bqm.num_variables() > EXHAUSTIVE {
            // too wide, or coefficients too far apart: then the rest of this function
            if let Ok(sampling) =
                (TreeDecomposition { threads: self.annealing.threads, ..AT_ONCE }).sample(bqm, control)
            {
                let (num_variables, density) = (bqm.num_variables(), bqm.density());
                let choice = Choice { num_variables, density, width: None, method: Method::Tree };
                return Ok((sampling, AutomaticReport { presolve: None, choices: vec![choice] }));
            }
        }
        let choices = RefCell::new(Vec::new());
        let make = |component: &Bqm| {
            let choice = choose(component);
            choices.borrow_mut().push(choice);
            self.make(choice.method, control.deadline.is_some())
        };
        let mut presolving = Presolving::new(Box::new(make));
        presolving.presolve = self.presolve;
        let (sampling, presolve) = presolving.sample_with_statistics(bqm, control)?;
        drop(presolving);
        Ok((sampling, AutomaticReport { presolve, choices: choices.into_inner() }))
    }

    fn make(&self, method: Method, has_deadline: bool) -> Box<dyn Sampler> {
        let threads = self.annealing.threads;
        match method {
            Method::Sa if has_deadline => Box::new(self.racing()),
            Method::Exhaustive => Box::new(Exhaustive { threads, ..Exhaustive::default() }),
            Method::Tree => Box::new(TreeDecomposition { threads, ..TreeDecomposition::default() }),
            Method::Sa => Box::new(Polished { inner: self.annealing.clone(), threads }),
        }
    }
}

impl Automatic {
    fn racing(&self) -> Racing<'static> {
        let annealing = self.annealing.clone();
        let num_sweeps = annealing.num_sweeps;
        let seed = annealing.seed;
        let num_threads = (annealing.threads.unwrap_or_else(rayon::current_num_threads) / 2).max(1);
        let threads = Some(num_threads);
        let anneal = move |round: Round| -> Box<dyn Sampler> {
            let num_sweeps = num_sweeps.saturating_mul(round.effort);
            let inner = SimulatedAnnealing { num_sweeps, seed: round.seed, threads, ..annealing.clone() };
            Box::new(Polished { inner, threads })
        };
        let temper = move |round: Round| -> Box<dyn Sampler> {
            Box::new(ParallelTempering {
                num_sweeps: num_sweeps.saturating_mul(round.effort),
                num_reads: 2 * num_threads,
                seed: round.seed,
                threads,
                ..ParallelTempering::default()
            })
        };
        let contestant = |name: &str, make: MakeSampler<'static>| Contestant { name: name.to_owned(), make };
        let contestants = vec![contestant("pt", Box::new(temper)), contestant("sa", Box::new(anneal))];
        Racing { seed, contestants }
    }
}

/// The method for a connected component.
fn choose(bqm: &Bqm) -> Choice {
    let (num_variables, density) = (bqm.num_variables(), bqm.density());
    let choice = |width, method| Choice { num_variables, density, width, method };
    if num_variables <= EXHAUSTIVE {
        return choice(None, Method::Exhaustive);
    }
    // coefficients without a common unit within reach are no error here: annealing takes them
    match elimination_width(bqm) {
        Ok(found) if found.num_entries <= ENTRIES && found.num_bytes <= BYTES => choice(found.width, Method::Tree),
        Ok(found) => choice(found.width, Method::Sa),
        Err(_) => choice(None, Method::Sa),
    }
}

impl Sampler for Automatic {
    fn name(&self) -> &'static str {
        "auto"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<Sampling, SampleError> {
        Ok(self.sample_with_report(bqm, control)?.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};
    use crate::sampler::{SampleStatus, exhaustive};
    use crate::testing::{random_integers, random_reals, sampler_conformance};

    fn report(bqm: &Bqm) -> (Sampling, AutomaticReport) {
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
