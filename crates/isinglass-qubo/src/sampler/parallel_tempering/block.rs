//! The replicas of a few reads in one block of lanes.

use super::ParallelTempering;
use super::cluster::Clusters;
use super::ladder::Ladder;
use crate::rng::{Stream, stream};
use crate::sampler::isa::Isa;
use crate::sampler::lanes::LANES;
use crate::sampler::replicas::{Number, Problem, Replicas, Scaling, Temperatures};
use rand_core::Rng;

/// Share of the run in which the ladder moves: one in so many sweeps.
const MOVING_PART: u64 = 4;
/// Sweeps before the ladder is moved for the first time; each further time takes twice as many.
const FIRST_WINDOW: u64 = 32;
/// Sweeps from one round of cluster moves to the next.
const CLUSTER_PERIOD: u64 = 8;

/// Replicas, the ladder, and who stands on which rung.
pub(super) struct Block<'a, T> {
    replicas: Replicas<'a, T>,
    ladder: Ladder,
    scaling: Scaling,
    /// By set of replicas, hottest first: which lane has the temperature of the rung.
    sets: Vec<Vec<usize>>,
    clusters: Option<ClusterMoves>,
    best: Vec<Best>,
    stream: Stream,
    temperatures: Temperatures,
    sweeps: u64,
    window_end: u64,
}

/// Sets `2 r` and `2 r + 1` belong to read `r`.
struct ClusterMoves {
    clusters: Clusters,
    /// Least inverse temperature (per unit) at which moves are made.
    least_beta: f64,
    /// Spins turned so far.
    turned: usize,
}

/// The state of least energy that a read has met.
struct Best {
    energy: f64,
    spins: Vec<i8>,
}

impl<'a, T: Number> Block<'a, T> {
    /// Block `index` of a run, with room for `num_reads` reads.
    pub(super) fn new(
        problem: &'a Problem<T>,
        parameters: &ParallelTempering,
        beta_range: (f64, f64),
        scaling: Scaling,
        index: usize,
        num_reads: usize,
    ) -> Self {
        let ParallelTempering { num_replicas, seed, isa, .. } = *parameters;
        let clusters = parameters.has_clusters(problem).then(|| ClusterMoves {
            clusters: Clusters::new(problem),
            least_beta: 1.0 / problem.mean_coupling(),
            turned: 0,
        });
        let num_sets = num_reads * if clusters.is_some() { 2 } else { 1 };
        let replicas = Replicas::new(problem, Isa::or_detect(isa), seed, index);
        let best = (0..num_reads).map(|_| Best { energy: f64::INFINITY, spins: Vec::new() }).collect();
        let mut block = Self {
            replicas,
            ladder: Ladder::new(beta_range, num_replicas),
            scaling,
            sets: (0..num_sets).map(|set| (set * num_replicas..(set + 1) * num_replicas).collect()).collect(),
            clusters,
            best,
            // streams from the other end than those of lanes
            stream: stream(seed, u64::MAX - index as u64),
            temperatures: Temperatures::new(|_| 1.0),
            sweeps: 0,
            window_end: FIRST_WINDOW,
        };
        block.set_temperatures();
        block.keep_best();
        block
    }

    /// The best spins that a read of the block has met.
    pub(super) fn best_spins(&self, read: usize) -> &[i8] {
        &self.best[read].spins
    }

    /// The read that has met the least energy.
    pub(super) fn best_read(&self) -> usize {
        let energy = |&read: &usize| self.best[read].energy;
        (0..self.best.len()).min_by(|left, right| energy(left).total_cmp(&energy(right))).unwrap_or(0)
    }

    /// One sweep of a run of `num_sweeps`, exchanges, and now and then cluster moves and a better ladder.
    pub(super) fn sweep(&mut self, num_sweeps: u64, is_stopped: &dyn Fn() -> bool) {
        self.replicas.sweep(&self.temperatures, is_stopped);
        self.keep_best();
        if self.sweeps.is_multiple_of(CLUSTER_PERIOD) {
            self.move_clusters();
        }
        self.exchange();
        self.sweeps += 1;
        if self.sweeps == self.window_end && self.window_end <= num_sweeps / MOVING_PART {
            self.ladder.spread();
            // the next window is twice as long as the last
            self.window_end = 2 * self.window_end + FIRST_WINDOW;
        }
        self.set_temperatures();
    }

    fn keep_best(&mut self) {
        let lanes_per_read = self.sets[0].len() * self.sets.len() / self.best.len();
        for (read, best) in self.best.iter_mut().enumerate() {
            let lanes = read * lanes_per_read..(read + 1) * lanes_per_read;
            let energies = self.replicas.energies();
            let Some(lane) = lanes.min_by(|&left, &right| energies[left].total_cmp(&energies[right])) else { continue };
            if energies[lane] < best.energy {
                *best = Best { energy: energies[lane], spins: self.replicas.spins(lane) };
            }
        }
    }

    /// Exchanges temperatures between neighbours: even pairs after even sweeps, odd ones after odd sweeps.
    fn exchange(&mut self) {
        let betas = self.ladder.betas().to_vec();
        for set in &mut self.sets {
            for rung in ((self.sweeps % 2) as usize..betas.len() - 1).step_by(2) {
                let [hotter, colder] = [rung, rung + 1].map(|rung| self.replicas.energies()[set[rung]]);
                let step = self.scaling.beta(betas[rung + 1]) - self.scaling.beta(betas[rung]);
                let probability = (step * (colder - hotter)).exp().min(1.0);
                self.ladder.record(rung, probability);
                let uniform = (self.stream.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
                if uniform < probability {
                    set.swap(rung, rung + 1);
                }
            }
        }
    }

    fn move_clusters(&mut self) {
        let Some(moves) = &mut self.clusters else { return };
        for pair in self.sets.chunks_exact(2) {
            for (rung, &beta) in self.ladder.betas().iter().enumerate() {
                if self.scaling.beta(beta) >= moves.least_beta {
                    let lanes = [pair[0][rung], pair[1][rung]];
                    moves.turned += moves.clusters.exchange(&mut self.replicas, lanes, &mut self.stream);
                }
            }
        }
    }

    fn set_temperatures(&mut self) {
        let mut betas = [0.0; LANES];
        for set in &self.sets {
            for (&lane, &beta) in set.iter().zip(self.ladder.betas()) {
                betas[lane] = self.scaling.beta(beta);
            }
        }
        self.temperatures = Temperatures::new(|lane| betas[lane]);
    }
}

#[cfg(test)]
impl<T: Number> Block<'_, T> {
    /// Lanes by set and rung.
    pub(super) fn sets(&self) -> &[Vec<usize>] {
        &self.sets
    }

    pub(super) fn replicas(&self) -> &Replicas<'_, T> {
        &self.replicas
    }

    pub(super) fn betas(&self) -> &[f64] {
        self.ladder.betas()
    }

    /// Spins turned by cluster moves so far.
    pub(super) fn turned(&self) -> usize {
        self.clusters.as_ref().map_or(0, |moves| moves.turned)
    }
}
