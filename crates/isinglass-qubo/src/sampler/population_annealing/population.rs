//! The population: replicas in blocks of lanes, and the family of each.

use super::resampling::{Expected, expected, next_beta, systematic};
use super::{PopulationAnnealing, PopulationStep};
use crate::rng::{Stream, stream};
use crate::sampler::isa::Isa;
use crate::sampler::lanes::LANES;
use crate::sampler::replicas::{Number, Problem, Replicas, Scaling, Temperatures};
use crate::sampler::watch::Watch;
use rand_core::Rng;
use rayon::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Replica `r` is lane `r mod 64` of block `r div 64`.
pub(super) struct Population<'a, T> {
    blocks: Vec<Replicas<'a, T>>,
    families: Vec<u32>,
    scaling: Scaling,
    stream: Stream,
    num_updates: u64,
}

/// What a resampling did.
pub(super) struct Resampled {
    pub(super) culled: f64,
    pub(super) log_mean_weight: f64,
}

impl<'a, T: Number> Population<'a, T> {
    /// Random states.
    pub(super) fn new(problem: &'a Problem<T>, parameters: &PopulationAnnealing, scaling: Scaling) -> Self {
        let PopulationAnnealing { num_reads, seed, isa, .. } = *parameters;
        let isa = Isa::or_detect(isa);
        let num_blocks = num_reads.div_ceil(LANES);
        let blocks = (0..num_blocks).into_par_iter().map(|block| Replicas::new(problem, isa, seed, block)).collect();
        // a stream from the other end than those of lanes
        let stream = stream(seed, u64::MAX);
        let families = (0..(num_blocks * LANES) as u32).collect();
        Self { blocks, families, scaling, stream, num_updates: 0 }
    }

    /// Energies of all replicas, without the offset.
    fn energies(&self) -> Vec<f64> {
        self.blocks.iter().flat_map(|block| block.energies()).map(|energy| energy * self.scaling.unit).collect()
    }

    /// The largest step from `beta` towards `cold` that culls as little as is wanted.
    pub(super) fn next_beta(&self, beta: f64, cold: f64, culling: f64) -> f64 {
        next_beta(&self.energies(), beta, cold, culling)
    }

    /// Copies and drops replicas for a step in inverse temperature. Replicas that stay keep their place.
    pub(super) fn resample(&mut self, step: f64) -> Resampled {
        let Expected { copies, log_mean_weight } = expected(&self.energies(), step);
        let uniform = (self.stream.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
        let counts = systematic(&copies, uniform);
        let mut free = counts.iter().enumerate().filter(|&(_, &count)| count == 0).map(|(replica, _)| replica);
        for (parent, &count) in counts.iter().enumerate().filter(|&(_, &count)| count > 1) {
            let replica = self.blocks[parent / LANES].replica(parent % LANES);
            for child in free.by_ref().take(count - 1) {
                self.blocks[child / LANES].put(child % LANES, &replica);
                self.families[child] = self.families[parent];
            }
        }
        let dropped = counts.iter().filter(|&&count| count == 0).count();
        Resampled { culled: dropped as f64 / counts.len() as f64, log_mean_weight }
    }

    /// Sweeps of all replicas at inverse temperature `beta`; blocks that have not begun when the watch says stop are left out.
    pub(super) fn sweep(&mut self, beta: f64, num_sweeps: u64, watch: &Watch<'_>) {
        let scaled = self.scaling.beta(beta);
        let temperatures = Temperatures::new(|_| scaled);
        let num_updates = AtomicU64::new(0);
        self.blocks.par_iter_mut().for_each(|block| {
            for _ in 0..num_sweeps {
                if watch.is_stopped() {
                    break;
                }
                block.sweep(&temperatures, &|| watch.is_stopped());
                num_updates.fetch_add((LANES * block.problem().num_variables()) as u64, Relaxed);
            }
        });
        self.num_updates = self.num_updates.saturating_add(num_updates.into_inner());
    }

    /// Spin updates offered so far.
    pub(super) fn num_updates(&self) -> u64 {
        self.num_updates
    }

    /// The spins of one replica.
    pub(super) fn spins(&self, replica: usize) -> Vec<i8> {
        self.blocks[replica / LANES].spins(replica % LANES)
    }

    /// The spins of the replica of least energy among the first `num_reads`.
    pub(super) fn best(&self, num_reads: usize) -> Vec<i8> {
        let energies = self.energies();
        let best = (0..num_reads).min_by(|&left, &right| energies[left].total_cmp(&energies[right]));
        self.spins(best.unwrap_or(0))
    }

    /// At most `most` of the first `num_reads` replicas, those of least energy, in ascending order.
    pub(super) fn best_reads(&self, num_reads: usize, most: usize) -> Vec<usize> {
        let mut reads: Vec<usize> = (0..num_reads).collect();
        if num_reads <= most {
            return reads;
        }
        let energies = self.energies();
        reads.sort_by(|&left, &right| energies[left].total_cmp(&energies[right]));
        reads.truncate(most);
        reads.sort_unstable();
        reads
    }

    /// Mean energy, without the offset.
    pub(super) fn mean_energy(&self) -> f64 {
        let energies = self.energies();
        // divided first, since the sum may overflow
        energies.iter().map(|energy| energy / energies.len() as f64).sum()
    }

    /// What is known of the families; other fields are left at zero.
    pub(super) fn families(&self) -> PopulationStep {
        let mut sizes = vec![0u32; self.families.len()];
        self.families.iter().for_each(|&family| sizes[family as usize] += 1);
        let size = self.families.len() as f64;
        let shares = || sizes.iter().filter(|&&members| members > 0).map(|&members| f64::from(members) / size);
        PopulationStep {
            beta: 0.0,
            culled: 0.0,
            mean_energy: 0.0,
            log_partition: 0.0,
            num_families: shares().count(),
            rho_t: size * shares().map(|share| share * share).sum::<f64>(),
            rho_s: size * shares().map(|share| share * share.ln()).sum::<f64>().exp(),
        }
    }
}
