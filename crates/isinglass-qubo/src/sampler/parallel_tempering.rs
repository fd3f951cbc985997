//! Parallel tempering: replicas at a ladder of temperatures that exchange them.

mod block;
mod cluster;
mod ladder;
#[cfg(test)]
mod tests;

use super::annealing::default_beta_range;
use super::descent::descend;
use super::isa::Isa;
use super::lanes::LANES;
use super::replicas::{Number, Problem, Scaling, block_bytes, with_width};
use super::short_read::{is_too_short_for_blocks, short_read};
use super::state::{State, values};
use super::threads::in_pool;
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, SampleStatus, Sampler, scaling};
use crate::model::{Bqm, Vartype};
use crate::sample_set::SampleSet;
use block::Block;
use rayon::prelude::*;

/// The most bytes that samples and the states of all blocks under way may take.
const MAX_BYTES: usize = 16 << 30;

/// Updates of a block between two looks at the clock: a few milliseconds.
const UPDATES_BETWEEN_LOOKS: usize = 1 << 22;

/// Neighbours whose fields are changed in the time of one update.
const DEGREE_FOR_AN_UPDATE: usize = 16;

/// Parallel tempering (replica exchange Monte Carlo) with a ladder that adapts, and isoenergetic cluster moves.
///
/// A read has `num_replicas` replicas at inverse temperatures from the first to the second of `beta_range`. In each of `num_sweeps`
/// sweeps every variable of every replica is offered a flip (Metropolis, as in
/// [`SimulatedAnnealing`](super::SimulatedAnnealing)); then neighbours on the ladder, the even pairs and the odd ones by turns, exchange
/// their temperatures with probability `min(1, exp((beta_a - beta_b) (E_a - E_b)))`. The ladder begins geometric. During the first
/// quarter of the run it is moved so that all neighbours exchange equally often; then it stays. The state of least energy that the
/// read met after any sweep, brought to a local minimum by steepest descent, is the sample.
///
/// With cluster moves a read has a second, independent set of replicas. Every eighth sweep the two replicas at one temperature
/// exchange a connected set of spins in which they differ, wherever such sets are not nearly everything and `beta` is at least
/// `1 / mean |J|`. This helps on graphs of low dimension, such as grids, and does nothing on dense ones.
///
/// Replicas are lanes: 64 go through the problem side by side, those of `64 / num_replicas` reads (half as many with cluster moves),
/// which share a ladder while it moves. Blocks are spread over threads. The same seed gives the same samples for any number of
/// threads and on any instruction set, and more reads only add samples.
///
/// # References
/// K. Hukushima, K. Nemoto, *Exchange Monte Carlo method and application to spin glass simulations*, J. Phys. Soc. Jpn. 65 (1996);
/// S. Syed, A. Bouchard-Côté, G. Deligiannidis, A. Doucet, *Non-reversible parallel tempering: a scalable highly parallel MCMC
/// scheme*, J. R. Stat. Soc. B 84 (2022), for even and odd pairs by turns and the ladder of equal refusals;
/// J. Houdayer, *A cluster Monte Carlo algorithm for 2-dimensional spin glasses*, Eur. Phys. J. B 22 (2001);
/// Z. Zhu, A. J. Ochoa, H. G. Katzgraber, *Efficient cluster algorithm for spin glasses in any space dimension*, Phys. Rev. Lett. 115
/// (2015).
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::ParallelTempering};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 3);
/// for (first, second) in [(0, 1), (1, 2), (0, 2)] {
///     builder.add_quadratic(first, second, 1.0);
/// }
/// let tempering = ParallelTempering { num_sweeps: 100, ..ParallelTempering::default() };
/// let sampling = tempering.sample(&builder.build()?, &RunControl::default())?;
/// assert_eq!(sampling.best().map(|row| row.energy), Some(-1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParallelTempering {
    /// Number of reads. `[default: 4] [range: 1..]`
    pub num_reads: usize,
    /// Sweeps of each replica. `[default: 1000] [range: 1..]`
    pub num_sweeps: u64,
    /// Temperatures of a read. `[default: 32] [range: 1..=64; 1..=32 with cluster moves]`
    pub num_replicas: usize,
    /// Inverse temperatures of the hottest and the coldest replica. `[default: from the problem, see default_beta_range]`
    /// `[range: 0.., finite; the first above 0 unless both are 0; the first not above the second]`
    pub beta_range: Option<(f64, f64)>,
    /// Whether to make cluster moves. `[default: where a coupled variable has at most 8 neighbours on average]`
    pub cluster_moves: Option<bool>,
    /// Seed of all random streams. `[default: 0]`
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
    /// Instruction set. `[default: the widest there is]` Changes the speed only.
    pub isa: Option<Isa>,
}

impl Default for ParallelTempering {
    fn default() -> Self {
        Self {
            num_reads: 4,
            num_sweeps: 1000,
            num_replicas: 32,
            beta_range: None,
            cluster_moves: None,
            seed: 0,
            threads: None,
            isa: None,
        }
    }
}

impl Sampler for ParallelTempering {
    fn name(&self) -> &'static str {
        "pt"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        self.check()?;
        scaling::check_energies(bqm)?;
        if is_too_short_for_blocks(bqm, control) {
            return short_read(bqm, self.beta_range, self.seed, control);
        }
        in_pool(self.threads, || {
            let spin = bqm.as_vartype(Vartype::Spin)?;
            let beta_range = self.beta_range.unwrap_or_else(|| default_beta_range(&spin));
            let scaling = Scaling::new(&spin, beta_range.1);
            let run = Run { parameters: self, bqm, spin: &spin, control, beta_range, scaling };
            with_width!(scaling.width, T => run.all_blocks::<T>())
        })
    }
}

impl ParallelTempering {
    fn check(&self) -> Result<(), SampleError> {
        let refuse = |name, value, allowed| Err(SampleError::Parameter { name, value, allowed });
        if self.num_reads == 0 {
            return refuse("num_reads", 0.0, "at least 1");
        }
        if self.num_sweeps == 0 {
            return refuse("num_sweeps", 0.0, "at least 1");
        }
        let num_replicas = self.num_replicas as f64;
        if self.cluster_moves == Some(true) && !(1..=LANES / 2).contains(&self.num_replicas) {
            return refuse("num_replicas", num_replicas, "1 to 32 with cluster moves");
        }
        if !(1..=LANES).contains(&self.num_replicas) {
            return refuse("num_replicas", num_replicas, "1 to 64");
        }
        let Some((hot, cold)) = self.beta_range else { return Ok(()) };
        for beta in [hot, cold] {
            if !(beta.is_finite() && beta >= 0.0) {
                return refuse("beta_range", beta, "two finite numbers of at least 0");
            }
        }
        if hot.min(cold) == 0.0 && hot != cold {
            return refuse("beta_range", 0.0, "above 0 at both ends, or 0 at both, for a geometric ladder");
        }
        if hot > cold {
            return refuse("beta_range", hot, "not larger at its first end than at its second");
        }
        Ok(())
    }

    /// Whether to make cluster moves on this problem.
    fn has_clusters<T: Number>(&self, problem: &Problem<T>) -> bool {
        self.cluster_moves.unwrap_or_else(|| self.num_replicas <= LANES / 2 && cluster::are_sensible(problem))
    }
}

/// One call of the sampler.
struct Run<'a> {
    parameters: &'a ParallelTempering,
    /// The problem as it was given, and over spins.
    bqm: &'a Bqm,
    spin: &'a Bqm,
    control: &'a RunControl<'a>,
    beta_range: (f64, f64),
    scaling: Scaling,
}

impl Run<'_> {
    fn all_blocks<T: Number>(&self) -> Result<SampleResult, SampleError> {
        let ParallelTempering { num_reads, num_sweeps, num_replicas, .. } = *self.parameters;
        let num_variables = self.bqm.num_variables();
        let problem = Problem::<T>::new(self.spin, self.scaling);
        let lanes_per_read = num_replicas * if self.parameters.has_clusters(&problem) { 2 } else { 1 };
        let reads_per_block = LANES / lanes_per_read;
        let num_blocks = num_reads.div_ceil(reads_per_block);
        self.check_memory(block_bytes::<T>(num_variables), num_blocks, reads_per_block)?;
        let watch = Watch::new(self.control, (num_blocks as u64).saturating_mul(num_sweeps));
        let one_block = |index: usize| {
            // a run that was stopped still returns its first block
            if index > 0 && watch.is_stopped() {
                return Vec::new();
            }
            let block = self.block(&problem, index, reads_per_block, &watch);
            let reads = reads_per_block.min(num_reads - index * reads_per_block);
            (0..reads).map(|read| self.polished(block.best_spins(read), &watch)).collect()
        };
        let rows: Vec<Vec<Vec<i8>>> = (0..num_blocks).into_par_iter().map(one_block).collect();
        let samples = SampleSet::from_samples(self.bqm, rows.into_iter().flatten());
        // lanes that belong to no read of the user's do not count
        let lanes = num_reads as u128 * lanes_per_read as u128;
        let updates = u128::from(watch.done()) * num_variables as u128 * lanes / num_blocks as u128;
        Ok(SampleResult {
            samples: samples.expect("one value of the vartype for each variable"),
            status: watch.stopped_by().unwrap_or(SampleStatus::Heuristic),
            lower_bound: None,
            num_sweeps,
            num_updates: u64::try_from(updates).unwrap_or(u64::MAX),
            beta_range: Some(self.beta_range),
        })
    }

    /// Tempers block `index`, with a look at the clock now and then.
    fn block<'p, T: Number>(
        &self,
        problem: &'p Problem<T>,
        index: usize,
        num_reads: usize,
        watch: &Watch<'_>,
    ) -> Block<'p, T> {
        let num_sweeps = self.parameters.num_sweeps;
        let mut block = Block::new(problem, self.parameters, self.beta_range, self.scaling, index, num_reads);
        let degree = 2 * self.spin.num_interactions() / self.spin.num_variables().max(1);
        let updates = UPDATES_BETWEEN_LOOKS / (1 + degree / DEGREE_FOR_AN_UPDATE);
        let between_looks = (updates / (LANES * problem.num_variables().max(1))).max(1) as u64;
        let mut done = 0;
        while done < num_sweeps {
            let next = done + between_looks.min(num_sweeps - done);
            for _ in done..next {
                block.sweep(num_sweeps, &|| watch.is_stopped());
            }
            if watch.target().is_some() {
                let best = values(block.best_spins(block.best_read()), self.bqm.vartype());
                watch.enter(self.bqm.energy(&best));
            }
            if watch.advance(next - done) {
                break;
            }
            done = next;
        }
        block
    }

    /// The sample at the bottom of the descent from these spins.
    fn polished(&self, spins: &[i8], watch: &Watch<'_>) -> Vec<i8> {
        let mut state = State::new(self.spin, spins.to_vec());
        descend(&mut state, watch);
        let sample = values(state.spins(), self.bqm.vartype());
        watch.enter(self.bqm.energy(&sample));
        sample
    }

    fn check_memory(&self, block: usize, num_blocks: usize, reads_per_block: usize) -> Result<(), SampleError> {
        // states of the replicas, and the best of each read
        let block = block.saturating_add(self.bqm.num_variables().saturating_mul(reads_per_block));
        let states = block.saturating_mul(rayon::current_num_threads().min(num_blocks));
        let sample = self.bqm.num_variables().saturating_add(size_of::<f64>());
        let samples = self.parameters.num_reads.saturating_mul(sample).saturating_mul(2);
        let bytes = states.saturating_add(samples);
        self.control.check_memory(bytes, MAX_BYTES)
    }
}
