//! A memetic sampler: an annealed population whose members are recombined, annealed again, and improved by tabu search.

mod contraction;
mod population;
#[cfg(test)]
mod tests;

use super::annealing::{SimulatedAnnealing, default_beta_range};
use super::descent::descend;
use super::reads::Reads;
use super::scaling::check_energies;
use super::state::{State, values};
use super::tabu::problem::{Number, Problem, integer_unit};
use super::tabu::search::{Search, Stretch};
use super::tabu::{below, improve};
use super::threads::in_pool;
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, SampleStatus, Sampler};
use crate::model::{Bqm, Vartype};
use crate::rng::{Stream, mix, stream};
use crate::sample_set::SampleSet;
pub(crate) use contraction::Contraction;
use population::{Member, Population};
use rand_core::Rng;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Children of a generation: one for so many members.
const MEMBERS_FOR_A_CHILD: usize = 4;

/// Reads of the anneal that makes a child: as many as go side by side.
const READS_FOR_A_CHILD: usize = 64;

/// Sweeps of that anneal for ten of the anneal that made the population.
const SWEEPS_FOR_A_CHILD: u64 = 3;

/// After so many generations in a row without a better best member a population is annealed afresh.
const IDLE_GENERATIONS: u32 = 4;

/// Annealing, recombination and tabu search on a population.
///
/// In equal time it reaches lower energies than independent reads of annealing on large lattices of two dimensions; on graphs without
/// domains that can turn on their own the two are about even.
///
/// The population begins with `num_reads` reads of [`SimulatedAnnealing`], of `num_sweeps` sweeps each. A generation makes a child
/// for every four members. The parents of a child are `m` random members, where the logarithm of `m` is spread evenly up
/// to that of `num_reads`. Variables that are connected by interactions on which all `m` parents agree, up to sign, become one variable
/// that turns them together; the contracted problem holds all its parents, and is annealed by 64 reads of `3/10 × num_sweeps`
/// sweeps. The best of them, expanded, is the start of a tabu search ([`Tabu`](super::Tabu)) that ends when `2 × variables`
/// iterations in a row have brought nothing better. Its best state replaces the parent that differs from it in the fewest
/// variables, if its energy is less and no member is equal. Few parents make few, large clusters: domains of sparse lattices are
/// exchanged. Many leave only what all agree on in one piece.
///
/// When four generations in a row have brought nothing better than the best member, the population is annealed afresh with twice the
/// sweeps. The samples are the members of the last population, and the best of all. No single flip lowers a sample.
///
/// # References
/// J. Houdayer, O. C. Martin, *Renormalization for discrete optimization*, Physical Review Letters 83 (1999), on contracting
/// what parents agree on; Q. Wu, J.-K. Hao, *A memetic approach for the max-cut problem*, PPSN XII (2012), on tabu search for children.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::Memetic};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 3);
/// for (first, second) in [(0, 1), (1, 2), (0, 2)] {
///     builder.add_quadratic(first, second, 1.0);
/// }
/// let memetic = Memetic { num_generations: 2, ..Memetic::default() };
/// let sampling = memetic.sample(&builder.build()?, &RunControl::default())?;
/// assert_eq!(sampling.best().map(|row| row.energy), Some(-1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memetic {
    /// Members of the population, each a sample in the end. `[default: 64] [range: 1..]`
    pub num_reads: usize,
    /// Sweeps of the anneal that makes the first population. `[default: 10000] [range: 1..]`
    pub num_sweeps: u64,
    /// Generations, each anneal of a whole population counted as one. `[default: 20] [range: 1..]`
    pub num_generations: u64,
    /// Seed of all random streams. `[default: 0]`
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
}

impl Default for Memetic {
    fn default() -> Self {
        Self { num_reads: 64, num_sweeps: 10_000, num_generations: 20, seed: 0, threads: None }
    }
}

impl Sampler for Memetic {
    fn name(&self) -> &'static str {
        "memetic"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        let Self { num_reads, num_sweeps, num_generations, seed, threads } = *self;
        Reads { num_reads, seed, threads, units: 1 }.check(bqm, control)?;
        for (name, count) in [("num_sweeps", num_sweeps), ("num_generations", num_generations)] {
            if count == 0 {
                return Err(SampleError::Parameter { name, value: 0.0, allowed: "at least 1" });
            }
        }
        check_energies(bqm)?;
        let spin = bqm.as_vartype(Vartype::Spin)?;
        let watch = Watch::new(control, num_generations);
        let run = Run { memetic: self, bqm, spin: &spin, control, watch: &watch, num_updates: AtomicU64::new(0) };
        in_pool(threads, || match integer_unit(&spin) {
            Some(unit) => run.all_generations(&Problem::in_integers(&spin, unit)),
            None => run.all_generations(&Problem::in_floats(&spin)),
        })
    }
}

/// One call of the sampler.
struct Run<'a> {
    memetic: &'a Memetic,
    /// The problem as it was given, and over spins.
    bqm: &'a Bqm,
    spin: &'a Bqm,
    control: &'a RunControl<'a>,
    watch: &'a Watch<'a>,
    num_updates: AtomicU64,
}

impl Run<'_> {
    fn all_generations<T: Number>(&self, problem: &Problem<T>) -> Result<SampleResult, SampleError>
    where
        for<'p> Search<'p, T>: Stretch,
    {
        let Memetic { num_generations, mut num_sweeps, .. } = *self.memetic;
        let mut population = Population::new(self.annealed(num_sweeps, self.seed(0))?, problem.is_symmetric());
        let mut champion = population.best().clone();
        let mut idle = 0;
        for generation in 1..num_generations {
            if self.watch.advance(1) {
                break;
            }
            if idle == IDLE_GENERATIONS {
                num_sweeps = num_sweeps.saturating_mul(2);
                let annealed =
                    Population::new(self.annealed(num_sweeps, self.seed(generation))?, problem.is_symmetric());
                // one that was cut short is no better than what is there, but for a member that met the target
                if self.watch.is_stopped() {
                    population.keep(annealed.best().clone());
                } else {
                    population = annealed;
                }
                idle = 0;
            } else {
                let children = self.children(problem, &population, num_sweeps, self.seed(generation))?;
                let before = population.best().energy;
                for (child, parents) in children {
                    population.replace(child, &parents);
                }
                idle = if population.best().energy < before { 0 } else { idle + 1 };
            }
            if population.best().energy < champion.energy {
                champion.clone_from(population.best());
            }
        }
        population.keep(champion);
        let samples = population.members().iter().map(|member| values(&member.spins, self.bqm.vartype()));
        Ok(SampleResult {
            samples: SampleSet::from_samples(self.bqm, samples).expect("one value of the vartype for each variable"),
            status: self.watch.stopped_by().unwrap_or(SampleStatus::Heuristic),
            lower_bound: None,
            num_sweeps: self.memetic.num_sweeps,
            num_updates: self.num_updates.load(Relaxed),
            beta_range: Some(default_beta_range(self.spin)),
        })
    }

    /// The seed of a generation.
    fn seed(&self, generation: u64) -> u64 {
        mix(self.memetic.seed ^ mix(generation))
    }

    /// A population fresh from annealing, polished.
    fn annealed(&self, num_sweeps: u64, seed: u64) -> Result<Vec<Member>, SampleError> {
        let sampling = self.anneal(self.spin, self.memetic.num_reads, num_sweeps, seed)?;
        let polished = |index: usize| {
            let mut state = State::new(self.spin, sampling.samples.row(index).sample.to_vec());
            descend(&mut state, self.watch);
            self.member(state.spins().to_vec())
        };
        Ok((0..sampling.samples.len()).into_par_iter().map(polished).collect())
    }

    fn anneal(&self, spin: &Bqm, num_reads: usize, num_sweeps: u64, seed: u64) -> Result<SampleResult, SampleError> {
        let annealing = SimulatedAnnealing { num_reads, num_sweeps, seed, ..SimulatedAnnealing::default() };
        let sampling = annealing.sample(spin, &RunControl { progress: None, ..*self.control })?;
        self.num_updates.fetch_add(sampling.num_updates, Relaxed);
        Ok(sampling)
    }

    /// Spins with their energy, of which the watch is told: a generation of a large problem is long.
    fn member(&self, spins: Vec<i8>) -> Member {
        let energy = self.bqm.energy(&values(&spins, self.bqm.vartype()));
        self.watch.enter(energy);
        self.watch.advance(0);
        Member { spins, energy }
    }

    /// The children of a generation, each with the places of its parents.
    fn children<T: Number>(
        &self,
        problem: &Problem<T>,
        population: &Population,
        num_sweeps: u64,
        seed: u64,
    ) -> Result<Vec<(Member, Vec<usize>)>, SampleError>
    where
        for<'p> Search<'p, T>: Stretch,
    {
        let num_sweeps = (num_sweeps.saturating_mul(SWEEPS_FOR_A_CHILD) / 10).max(1);
        let one_child = |index: usize| -> Result<Option<(Member, Vec<usize>)>, SampleError> {
            if self.watch.is_stopped() {
                return Ok(None);
            }
            let mut stream = stream(seed, index as u64);
            let parents = choose_parents(population.members().len(), &mut stream);
            let samples: Vec<&[i8]> = parents.iter().map(|&p| population.members()[p].spins.as_slice()).collect();
            let contraction = Contraction::new(self.spin, &samples)?;
            let annealed = self.anneal(&contraction.model, READS_FOR_A_CHILD, num_sweeps, stream.next_u64())?;
            let start = annealed.best().map(|best| contraction.expand(best.sample));
            let improved = improve(problem, &start.expect("an anneal has reads"), &mut stream, self.watch);
            self.num_updates.fetch_add(improved.1, Relaxed);
            let mut state = State::new(self.spin, improved.0);
            descend(&mut state, self.watch);
            Ok(Some((self.member(state.spins().to_vec()), parents)))
        };
        let num_children = population.members().len().div_ceil(MEMBERS_FOR_A_CHILD);
        let children: Result<Vec<_>, _> = (0..num_children).into_par_iter().map(one_child).collect();
        Ok(children?.into_iter().flatten().collect())
    }
}

/// Distinct random places in a population of `size`: between two and all of them, each doubling of their number equally likely.
fn choose_parents(size: usize, stream: &mut Stream) -> Vec<usize> {
    let doublings = size.max(2).ilog2() as usize;
    let least = 2 << below(stream, doublings);
    let count = (least + below(stream, least)).min(size);
    let mut places: Vec<usize> = (0..size).collect();
    for place in 0..count {
        places.swap(place, place + below(stream, size - place));
    }
    places.truncate(count);
    places
}
