//! Branch and bound with persistency: proven minima, or a bound and a gap.

mod descent;
mod search;
#[cfg(test)]
mod tests;

use super::scaling::check_energies;
use super::threads::in_pool;
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, SampleStatus, Sampler, SimulatedAnnealing};
use crate::model::{Bqm, Vartype};
use crate::presolve::{Presolve, Statistics, Unit, Units, Work, bound_value, model_in_units};
use crate::sample_set::SampleSet;
use search::{Search, Solution, Solved};
use std::time::Instant;

/// Splits the problem by the value of one variable after another, drops what cannot hold a minimum, and so proves one.
///
/// The problem is presolved ([`Presolve`]) and every connected component is searched by itself. Simulated annealing gives the
/// first sample to beat. A node is a component with some variables fixed: it is presolved again (fields of one sign, few
/// neighbours, pairs, roof duality, and regions up to `region_size`), and roof duality bounds it from below. A node whose bound is not below
/// the best sample is dropped; one that has fallen into components is solved one component after the other, each with what
/// the others leave it. Any other is split at the variable with the most neighbours, of those the one with the largest sum of
/// absolute couplings, of those the first. The node of least bound comes first, so that the bound of the whole rises as fast as
/// it can; when open nodes take more than `max_memory` bytes, the node at hand is searched depth first. Where no
/// variable has a field over ±1, both values are alike, and only one is tried.
///
/// All sums are whole multiples of a power of two: nothing rounds, and a bound is a proof. The status is
/// [`SampleStatus::Optimal`] when every node was dropped or solved. Otherwise `lower_bound` is the least bound of the open nodes, and
/// the gap is what lies between it and the best energy.
///
/// It proves models of up to about a hundred sparsely coupled variables, and larger ones whose rest falls apart once a dozen
/// variables are fixed. Where neither holds, as on dense models, roof duality is far below the minimum and the gap stays wide.
///
/// # References
/// E. Boros, P. L. Hammer, G. Tavares, *Preprocessing of unconstrained quadratic binary optimization* (2006); A. H. Land,
/// A. G. Doig, *An automatic method of solving discrete programming problems*, Econometrica 28 (1960).
///
/// # Examples
/// ```
/// use isinglass_qubo::{RunControl, SampleStatus, Sampler, sampler::BranchAndBound, testing::planted};
/// let planted = planted(60, 50, 1);
/// let sampling = BranchAndBound::default().sample(&planted.bqm, &RunControl::default())?;
/// assert_eq!((sampling.status, sampling.lower_bound), (SampleStatus::Optimal, Some(planted.energy)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BranchAndBound {
    /// Maximum number of nodes. `[default: 2^64 - 1] [range: 1..]`
    pub max_nodes: u64,
    /// About so many bytes of open nodes are kept. `[default: 2^30]`
    pub max_memory: usize,
    /// Size of the regions that are searched in nodes, see [`Presolve::region_size`]. `[default: 5] [range: 2..=20, 0: none]`
    pub region_size: usize,
    /// Reads of the annealing at the root. `[default: 64] [range: 1..]`
    pub num_reads: usize,
    /// Sweeps of the annealing at the root. `[default: 1000] [range: 1..]`
    pub num_sweeps: u64,
    /// Seed of the annealing. `[default: 0]`
    pub seed: u64,
    /// Threads of the annealing; the search itself uses one. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
}

impl Default for BranchAndBound {
    fn default() -> Self {
        Self {
            max_nodes: u64::MAX,
            max_memory: 1 << 30,
            region_size: 5,
            num_reads: 64,
            num_sweeps: 1000,
            seed: 0,
            threads: None,
        }
    }
}

impl Sampler for BranchAndBound {
    fn name(&self) -> &'static str {
        "branch-and-bound"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        if self.max_nodes == 0 {
            return Err(SampleError::Parameter { name: "max_nodes", value: 0.0, allowed: "at least 1" });
        }
        check_energies(bqm)?;
        in_pool(self.threads, || self.run(bqm, control))
    }
}

impl BranchAndBound {
    fn run(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        let watch = Watch::new(control, self.max_nodes);
        let unit = Unit::of(bqm)?;
        let mut root = model_in_units(bqm, unit)?;
        let rules = Presolve { region_size: self.region_size, ..Presolve::default() };
        rules.check()?;
        Presolve::default().reduce(&mut root, &mut Statistics::default(), || watch.is_stopped());
        let mut parts = self.parts(&root, unit, control, &watch)?;
        let whole = |parts: &[Part]| {
            let mut values = vec![false; root.num_variables()];
            for part in parts {
                part.variables.iter().zip(&part.best.values).for_each(|(&own, &value)| values[own as usize] = value);
            }
            root.lift(&mut values);
            let [low, high] = bqm.vartype().values();
            values.into_iter().map(|value| if value { high } else { low }).collect::<Vec<i8>>()
        };
        watch.enter(bqm.energy(&whole(&parts)));
        for index in 0..parts.len() {
            if watch.is_stopped() || watch.done() >= self.max_nodes {
                break;
            }
            let Part { ref work, best: ref known, lower, .. } = parts[index];
            let known = known.clone();
            let mut search = Search { rules, watch: &watch, max_nodes: self.max_nodes, max_memory: self.max_memory };
            let Solved { lower, best } = search.best_first(work.clone(), lower, known, |better| {
                let mut parts = parts.clone();
                parts[index].best = better.clone();
                watch.enter(bqm.energy(&whole(&parts)));
            });
            parts[index].lower = lower;
            best.into_iter().for_each(|best| parts[index].best = best);
        }
        let samples =
            SampleSet::from_samples(bqm, [whole(&parts)]).expect("one value of the vartype for each variable");
        let closed = parts.iter().all(|part| part.lower >= part.best.energy);
        let bound = root.offset() + parts.iter().map(|part| part.lower).sum::<Units>();
        let (status, lower_bound) = if closed {
            (SampleStatus::Optimal, bqm.energy_below(samples.row(0).sample))
        } else {
            (watch.stopped_by().unwrap_or(SampleStatus::Heuristic), bound_value(bqm, unit, bound))
        };
        let lower_bound = Some(lower_bound);
        Ok(SampleResult { samples, status, lower_bound, num_sweeps: 0, num_updates: watch.done(), beta_range: None })
    }

    /// The components of what the presolve left, small ones first, each with the best sample of annealing.
    fn parts(
        &self,
        root: &Work,
        unit: Unit,
        control: &RunControl<'_>,
        watch: &Watch<'_>,
    ) -> Result<Vec<Part>, SampleError> {
        let Self { num_reads, num_sweeps, seed, threads, .. } = *self;
        let annealing = SimulatedAnnealing { num_reads, num_sweeps, seed, threads, ..SimulatedAnnealing::default() };
        // half of the time is for the search
        let deadline = watch.time_left().map(|left| Instant::now() + left / 2);
        let control = RunControl { deadline, cancel: control.cancel, ..RunControl::default() };
        let mut components = root.components();
        components.sort_by_key(Vec::len);
        let part = |variables: Vec<u32>| {
            let mut work = root.part(&variables);
            let (bqm, _) = root.to_bqm(&variables, unit, Vartype::Spin)?;
            let sampling = annealing.sample(&bqm, &control)?;
            let best = sampling.best().expect("annealing returns a sample");
            let values: Vec<bool> = best.sample.iter().map(|&spin| spin > 0).collect();
            let best = Solution { energy: work.energy(&values), values };
            let lower = search::bound(&mut work, watch);
            Ok(Part { variables, work, lower, best })
        };
        components.into_iter().map(part).collect()
    }
}

/// A component of the problem: what is known of its minimum.
#[derive(Clone)]
struct Part {
    variables: Vec<u32>,
    work: Work,
    lower: Units,
    best: Solution,
}
