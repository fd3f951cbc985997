//! Simulated annealing in weight space, on the true loss.
//!
//! Annealing the QUBO of a network spends most of its moves on slack bits and activations, and every weight flip has to
//! wait for them. Here the forward pass updates everything that depends on the weights at once, so energy and loss are
//! always equal.

mod beta_range;
mod walk;

pub use beta_range::default_beta_range;

use crate::evaluation::{Move, SlicedGroups, moves};
use crate::formulation::WeightTerms;
use crate::network::{Architecture, Network};
use crate::task::Groups;
use isinglass_qubo::rng::stream;
use isinglass_qubo::sampler::{BetaSchedule, Isa, Schedule, Watch, in_pool};
use isinglass_qubo::{RunControl, SampleError, SampleStatus};
use rand_core::Rng;
use rayon::prelude::*;
use walk::Walk;

/// Maximum number of bytes that the states of all reads under way may take.
const MAX_BYTES: usize = 16 << 30;

/// Simulated annealing over the weights of a network (Metropolis, weights in the order of layers, neurons and inputs, geometric
/// schedule). Any depth, bias or none, several outputs, wrong output bits or classification errors.
///
/// The energy is `loss(w) + sum_w h_w b_w`: the exact loss of the network on the groups, plus optional linear terms on
/// weight bits. Each read starts from random weights and makes `num_sweeps` sweeps, while the inverse temperature
/// `beta` rises geometrically over `beta_range`. A sweep proposes a flip of every weight in turn and accepts it with
/// probability `min(1, exp(-beta dE))`, or 1/2 if `dE = 0`. The result of a read is the best network that it visited.
///
/// Read `k` draws from stream `k` of the seed: the same seed gives the same networks for any number of threads and on any
/// instruction set, and more reads only add networks.
///
/// # References
/// S. Kirkpatrick, C. D. Gelatt, M. P. Vecchi, *Optimization by simulated annealing*, Science 220 (1983);
/// N. Metropolis et al., *Equation of state calculations by fast computing machines*, J. Chem. Phys. 21 (1953).
///
/// # Examples
/// ```
/// use isinglass::{bits::BitMatrix, formulation::WeightTerms, network::Architecture, task::{Merge, Task}};
/// use isinglass::weight_annealing::WeightAnnealing;
/// use isinglass_qubo::RunControl;
/// let inputs = BitMatrix::from_fn(4, 2, |row, column| row >> column & 1 == 1);
/// let xor = BitMatrix::from_fn(4, 1, |row, _| row == 1 || row == 2);
/// let groups = Task::new(inputs, xor)?.group(Merge::Equal);
/// let architecture = Architecture::new(vec![2, 2, 1], true)?;
/// let annealing = WeightAnnealing::default();
/// let reads = annealing.run(&groups, &architecture, &WeightTerms::default(), &RunControl::default())?;
/// assert_eq!(reads.best().loss, 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightAnnealing {
    /// Number of reads. `[default: 64] [range: 1..]`
    pub num_reads: usize,
    /// Sweeps per read. `[default: 1000] [range: 1..]`
    pub num_sweeps: u64,
    /// Inverse temperatures of the first and the last sweep, in units of 1 / loss. `[default: from the groups, see
    /// default_beta_range] [range: 0.., finite; the first above 0 unless both are 0]`
    pub beta_range: Option<(f64, f64)>,
    /// Random seed. `[default: 0]`
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
    /// Instruction set. `[default: the widest there is]` Changes the speed only.
    pub isa: Option<Isa>,
}

impl Default for WeightAnnealing {
    fn default() -> Self {
        Self { num_reads: 64, num_sweeps: 1000, beta_range: None, seed: 0, threads: None, isa: None }
    }
}

/// The result of weight annealing.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightReads {
    /// The best network of each read, in the order of the reads; fewer when stopped early, but at least one.
    pub reads: Vec<WeightRead>,
    /// The status of the run: [`SampleStatus::Heuristic`] if it completed.
    pub status: SampleStatus,
    /// Sweeps requested per read.
    pub num_sweeps: u64,
    /// Total number of proposed flips.
    pub num_updates: u64,
    /// Inverse temperatures at the two ends of the schedule.
    pub beta_range: (f64, f64),
}

/// The best network of one read.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightRead {
    /// The network.
    pub network: Network,
    /// Its loss on the groups, by the packed forward pass of [`Network::infer`], apart from the counters of the walk.
    pub loss: f64,
    /// Loss plus linear terms.
    pub energy: f64,
}

impl WeightReads {
    /// The read with the lowest energy; ties go to the first.
    ///
    /// # Panics
    /// Never: a run has at least one read.
    #[must_use]
    pub fn best(&self) -> &WeightRead {
        self.reads
            .iter()
            .min_by(|left, right| left.energy.total_cmp(&right.energy))
            .expect("a run has at least one read")
    }
}

impl WeightAnnealing {
    /// Anneals the weights of an architecture on `groups`. Weights fixed by `terms` keep their values; its biases are
    /// the linear terms.
    ///
    /// When `control` stops the run, it keeps the best network of each read that has started. The target of `control`
    /// is an energy.
    ///
    /// # Errors
    /// [`SampleError`] for parameters outside their range, more memory than is taken, or losses that overflow.
    ///
    /// # Panics
    /// When groups and network differ in inputs or outputs, or `terms` names weights that the network does not have.
    pub fn run(
        &self,
        groups: &Groups,
        architecture: &Architecture,
        terms: &WeightTerms,
        control: &RunControl<'_>,
    ) -> Result<WeightReads, SampleError> {
        let moves = moves(architecture, terms);
        if self.num_reads == 0 {
            return Err(SampleError::Parameter { name: "num_reads", value: 0.0, allowed: "at least 1" });
        }
        let bound = terms.biases.iter().map(|term| term.3.abs()).chain(groups.deltas.iter().copied());
        if !(8.0 * bound.fold(groups.constant, |sum, term| sum + term)).is_finite() {
            return Err(SampleError::EnergyOverflow);
        }
        let beta_range = self.beta_range.unwrap_or_else(|| default_beta_range(groups));
        let schedule = Schedule::new(&BetaSchedule::Geometric, beta_range, self.num_sweeps)?;
        self.check_memory(groups, architecture)?;
        let sliced = SlicedGroups::new(groups, architecture);
        let units = (self.num_reads as u64).saturating_mul(self.num_sweeps).saturating_mul(moves.len() as u64);
        let watch = Watch::new(control, units);
        let read = |index: usize| {
            // a run that was stopped still returns its first read
            if index > 0 && watch.is_stopped() {
                return None;
            }
            let network = self.read(index, &sliced, architecture, terms, &moves, &schedule, &watch);
            let loss = groups.loss_of(&network);
            let energy = loss + terms.bias_energy(&network);
            watch.enter(energy);
            Some(WeightRead { network, loss, energy })
        };
        let reads: Vec<Option<WeightRead>> =
            in_pool(self.threads, || Ok((0..self.num_reads).into_par_iter().map(read).collect()))?;
        Ok(WeightReads {
            reads: reads.into_iter().flatten().collect(),
            status: watch.stopped_by().unwrap_or(SampleStatus::Heuristic),
            num_sweeps: self.num_sweeps,
            num_updates: watch.done(),
            beta_range,
        })
    }

    /// One read, from random weights to the best that it finds.
    #[expect(clippy::too_many_arguments, reason = "one call, with all that a run has")]
    fn read(
        &self,
        index: usize,
        groups: &SlicedGroups,
        architecture: &Architecture,
        terms: &WeightTerms,
        moves: &[Move],
        schedule: &Schedule,
        watch: &Watch<'_>,
    ) -> Network {
        let mut stream = stream(self.seed, index as u64);
        let mut network = Network::from_fn(architecture.clone(), |_, _, _| stream.next_u64() >> 63 == 1);
        for &(layer, neuron, input, bit) in &terms.fixed {
            network.set_weight(layer, neuron, input, bit);
        }
        let mut walk = Walk::new(groups, &network, terms.bias_energy(&network), stream);
        walk.anneal(Isa::or_detect(self.isa), moves, schedule, self.num_sweeps, watch);
        walk.best()
    }

    fn check_memory(&self, groups: &Groups, architecture: &Architecture) -> Result<(), SampleError> {
        let threads = self.threads.unwrap_or_else(rayon::current_num_threads).min(self.num_reads);
        let state = SlicedGroups::state_bytes(groups.len(), architecture);
        let networks = self.num_reads.saturating_mul(architecture.num_weights() / 8 + size_of::<WeightRead>());
        let bytes = state.saturating_mul(threads).saturating_add(networks);
        if bytes > MAX_BYTES { Err(SampleError::Memory { bytes, limit: MAX_BYTES }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
