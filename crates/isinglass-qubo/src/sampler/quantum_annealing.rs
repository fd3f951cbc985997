//! Simulated quantum annealing: path-integral Monte Carlo of the Ising model in a transverse field.

#[cfg(test)]
mod tests;
mod worldlines;

use super::anneal_schedule::AnnealSchedule;
use super::annealing::default_beta_range;
use super::clusters::{ClusterMoves, Clusters};
use super::isa::Isa;
use super::lanes::LANES;
use super::pace::Pace;
use super::replicas::{Number, Problem, Scaling, block_bytes, with_width};
use super::state::values;
use super::threads::in_pool;
use super::watch::{UnfinishedReads, Watch};
use super::{RunControl, SampleError, SampleResult, SampleStatus, Sampler, scaling};
use crate::model::{Bqm, Vartype};
use crate::sample_set::SampleSet;
use rayon::prelude::*;
use worldlines::{Strengths, Worldlines};

/// The most bytes that samples and the states of all blocks under way may take.
const MAX_BYTES: usize = 16 << 30;

/// Updates of a block between two looks at the clock: a few milliseconds.
const UPDATES_BETWEEN_LOOKS: usize = 1 << 20;

/// Simulated quantum annealing (path-integral Monte Carlo in imaginary time, discrete slices).
///
/// The Hamiltonian is `H = -A/2 sum_i X_i + B/2 (sum_i h_i Z_i + sum_{i<j} J_ij Z_i Z_j)`. At inverse temperature `beta` its partition
/// function is, up to an error of order `(beta A / P)^2`, that of `P` classical slices with spins `s_i^k`, joined along imaginary time
/// to rings, of weight
///
/// `exp(-(beta B / 2P) sum_k E(s^k) + K sum_{i,k} s_i^k s_i^{k+1})` with `K = -1/2 ln tanh(beta A / 2P)`.
///
/// A read starts with random spins, equal in all slices, and makes `num_sweeps` sweeps while `A` and `B` follow the schedule. In a
/// sweep the worldline of every variable (its spins in all slices) is updated as [`WorldlineMoves`] says. What the read returns is
/// one of the slices after the last sweep, see [`Readout`].
///
/// One worldline at a time cannot flip a chain that represents one variable of an embedded problem. With
/// [`cluster_moves`](Self::cluster_moves) the worldlines of each set of variables are then updated together: cut at the same places
/// (where none of them is joined), and each piece turned in all of them at once.
///
/// Slices are lanes: 64 go through the problem side by side, those of `64 / num_slices` reads. Blocks of reads are spread over
/// threads. The same seed gives the same samples for any number of threads and on any instruction set, and more reads only add
/// samples. Nothing in the results predicts the speed of a quantum annealer.
///
/// # References
/// R. Martoňák, G. E. Santoro, E. Tosatti, *Quantum annealing by the path-integral Monte Carlo method: the two-dimensional random
/// Ising model*, Phys. Rev. B 66 (2002);
/// S. V. Isakov et al., *Understanding quantum tunneling through quantum Monte Carlo simulations*, Phys. Rev. Lett. 117 (2016);
/// R. H. Swendsen, J.-S. Wang, *Nonuniversal critical dynamics in Monte Carlo simulations*, Phys. Rev. Lett. 58 (1987), for the
/// clusters, here along imaginary time only.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::SimulatedQuantumAnnealing};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 3);
/// for (first, second) in [(0, 1), (1, 2), (0, 2)] {
///     builder.add_quadratic(first, second, 1.0);
/// }
/// let annealing = SimulatedQuantumAnnealing { num_sweeps: 100, ..SimulatedQuantumAnnealing::default() };
/// let sampling = annealing.sample(&builder.build()?, &RunControl::default())?;
/// assert_eq!(sampling.best().map(|row| row.energy), Some(-1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedQuantumAnnealing {
    /// Number of reads. `[default: 16] [range: 1..]`
    pub num_reads: usize,
    /// Sweeps of each read. `[default: 1000] [range: 1..]`
    pub num_sweeps: u64,
    /// Slices of imaginary time. `[default: 32] [range: 2, 4, 8, 16, 32 or 64]`
    pub num_slices: usize,
    /// Inverse temperature. `[default: the second of default_beta_range; with a chip's schedule that of the chip, in 1/GHz]`
    /// `[range: above 0, finite]`
    pub beta: Option<f64>,
    /// Transverse fields `A/2` at the first and the last sweep, between which it changes linearly while `B/2 = 1`. Not looked at where
    /// there is a `schedule`. `[default: from 3 / the first of default_beta_range to 0] [range: 0.., finite]`
    pub gamma_range: Option<(f64, f64)>,
    /// `A` and `B` of each sweep, `s` going evenly from 0 to 1. `[default: none, see gamma_range]`
    pub schedule: Option<AnnealSchedule>,
    /// What the coefficients (as an Ising model) are divided by. `[default: 1; with a schedule, AnnealSchedule::scale of the problem]`
    /// `[range: above 0, finite]`
    pub scale: Option<f64>,
    /// How worldlines are updated. `[default: Clusters]`
    pub moves: WorldlineMoves,
    /// Which worldlines are also updated together. `[default: None]`
    pub cluster_moves: ClusterMoves,
    /// Which slice is the sample. `[default: Best]`
    pub readout: Readout,
    /// Seed of all random streams. `[default: 0]`
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
    /// Instruction set. `[default: the widest there is]` Changes the speed only.
    pub isa: Option<Isa>,
}

/// How the worldline of a variable is updated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WorldlineMoves {
    /// Neighbouring slices with equal spins are joined with probability `1 - exp(-2K)`; each of the pieces is turned with the
    /// probability of a heat bath in the fields of the other variables. Works at any field, single spins and whole worldlines
    /// included.
    #[default]
    Clusters,
    /// Every single spin is offered a flip (Metropolis; even slices, then odd ones), and then the whole worldline (heat bath).
    /// Slow at low fields, where `K` is large, as the dynamics of single spins is.
    Single,
}

/// Which slice a read returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Readout {
    /// The slice of least energy.
    #[default]
    Best,
    /// A slice at random: in equilibrium, a measurement of all `Z_i`.
    Random,
}

impl Default for SimulatedQuantumAnnealing {
    fn default() -> Self {
        Self {
            num_reads: 16,
            num_sweeps: 1000,
            num_slices: 32,
            beta: None,
            gamma_range: None,
            schedule: None,
            scale: None,
            moves: WorldlineMoves::default(),
            cluster_moves: ClusterMoves::default(),
            readout: Readout::default(),
            seed: 0,
            threads: None,
            isa: None,
        }
    }
}

impl Sampler for SimulatedQuantumAnnealing {
    fn name(&self) -> &'static str {
        "sqa"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        self.sample_with_cut_reads(bqm, control, UnfinishedReads::Kept)
    }
}

impl SimulatedQuantumAnnealing {
    /// As [`sample`](Sampler::sample); `cut` says what becomes of reads under way when the run is stopped.
    ///
    /// # Errors
    /// As [`sample`](Sampler::sample).
    pub fn sample_with_cut_reads(
        &self,
        bqm: &Bqm,
        control: &RunControl<'_>,
        cut: UnfinishedReads,
    ) -> Result<SampleResult, SampleError> {
        self.check()?;
        scaling::check_energies(bqm)?;
        in_pool(self.threads, || {
            let spin = bqm.as_vartype(Vartype::Spin)?;
            let path = Path::new(self, &spin);
            // slices are as cold as B(s) beta / 2P makes them
            let coldest = path.classical_beta(1.0).max(path.classical_beta(0.0)) / self.num_slices as f64;
            let scaling = Scaling::new(&spin, coldest);
            let clusters = Clusters::new(&spin, scaling.unit, &self.cluster_moves)?;
            let run = Run { parameters: self, bqm, control, cut, path, scaling, clusters };
            with_width!(scaling.width, T => run.all_blocks(&Problem::<T>::new(&spin, scaling)))
        })
    }

    fn check(&self) -> Result<(), SampleError> {
        let refuse = |name, value, allowed| Err(SampleError::Parameter { name, value, allowed });
        if self.num_reads == 0 {
            return refuse("num_reads", 0.0, "at least 1");
        }
        if self.num_sweeps == 0 {
            return refuse("num_sweeps", 0.0, "at least 1");
        }
        if !(self.num_slices.is_power_of_two() && (2..=LANES).contains(&self.num_slices)) {
            return refuse("num_slices", self.num_slices as f64, "2, 4, 8, 16, 32 or 64");
        }
        for (name, value) in [("beta", self.beta), ("scale", self.scale)] {
            if let Some(value) = value
                && !(value.is_finite() && value > 0.0)
            {
                return refuse(name, value, "a finite number above 0");
            }
        }
        let (first, last) = self.gamma_range.unwrap_or_default();
        for gamma in [first, last] {
            if !(gamma.is_finite() && gamma >= 0.0) {
                return refuse("gamma_range", gamma, "two finite numbers of at least 0");
            }
        }
        Ok(())
    }
}

/// The way of the transverse field and the problem through a run.
struct Path<'a> {
    schedule: Option<&'a AnnealSchedule>,
    gamma_range: (f64, f64),
    beta: f64,
    scale: f64,
}

impl<'a> Path<'a> {
    fn new(parameters: &'a SimulatedQuantumAnnealing, spin: &Bqm) -> Self {
        let schedule = parameters.schedule.as_ref();
        let (hot, cold) = default_beta_range(spin);
        let chip = schedule.and_then(AnnealSchedule::temperature_mk).map(AnnealSchedule::beta);
        let scale = parameters.scale.unwrap_or_else(|| schedule.map_or(1.0, |_| AnnealSchedule::scale(spin)));
        // the range is that of the problem as it was given
        let scaled = |value: f64| (value / scale).min(f64::MAX);
        Self {
            schedule,
            gamma_range: parameters.gamma_range.unwrap_or((scaled(3.0 / hot), 0.0)),
            beta: parameters.beta.or(chip).unwrap_or((cold * scale).min(f64::MAX)),
            scale,
        }
    }

    /// `beta A / 2` at `s`.
    fn transverse(&self, s: f64) -> f64 {
        let (first, last) = self.gamma_range;
        self.beta * self.schedule.map_or(first * (1.0 - s) + last * s, |schedule| schedule.a(s) / 2.0)
    }

    /// `beta B / 2` at `s` for the coefficients as they were given.
    fn classical_beta(&self, s: f64) -> f64 {
        self.beta * self.schedule.map_or(1.0, |schedule| schedule.b(s) / 2.0) / self.scale
    }
}

/// One call of the sampler.
struct Run<'a> {
    parameters: &'a SimulatedQuantumAnnealing,
    bqm: &'a Bqm,
    control: &'a RunControl<'a>,
    cut: UnfinishedReads,
    path: Path<'a>,
    scaling: Scaling,
    clusters: Clusters,
}

impl Run<'_> {
    fn all_blocks<T: Number>(&self, problem: &Problem<T>) -> Result<SampleResult, SampleError> {
        let SimulatedQuantumAnnealing { num_reads, num_sweeps, num_slices, .. } = *self.parameters;
        let num_variables = self.bqm.num_variables();
        let reads_per_block = LANES / num_slices;
        let num_blocks = num_reads.div_ceil(reads_per_block);
        self.check_memory(block_bytes::<T>(num_variables), num_blocks)?;
        let watch = Watch::new(self.control, (num_blocks as u64).saturating_mul(num_sweeps));
        let one_block = |index: usize| {
            if self.cut.may_skip(index) && watch.is_stopped() {
                return Vec::new();
            }
            let reads = reads_per_block.min(num_reads - index * reads_per_block);
            let (mut worldlines, is_done) = self.block(problem, index, reads, &watch);
            if !is_done && self.cut != UnfinishedReads::Kept {
                return Vec::new();
            }
            let sample = |read| values(&worldlines.read(read, self.parameters.readout), self.bqm.vartype());
            let samples: Vec<Vec<i8>> = (0..reads).map(sample).collect();
            samples.iter().for_each(|sample| watch.enter(self.bqm.energy(sample)));
            samples
        };
        let rows: Vec<Vec<Vec<i8>>> = (0..num_blocks).into_par_iter().map(one_block).collect();
        let samples = SampleSet::from_samples(self.bqm, self.cut.returned(rows));
        // lanes beyond the last read are padding
        let slices = num_reads as u128 * num_slices as u128;
        let updates = u128::from(watch.done()) * num_variables as u128 * slices / num_blocks as u128;
        let classical = |s| self.path.classical_beta(s);
        Ok(SampleResult {
            samples: samples.expect("one value of the vartype for each variable"),
            status: watch.stopped_by().unwrap_or(SampleStatus::Heuristic),
            lower_bound: None,
            num_sweeps,
            num_updates: u64::try_from(updates).unwrap_or(u64::MAX),
            beta_range: Some((classical(0.0), classical(1.0))),
        })
    }

    /// Anneals block `index`, with a look at the clock now and then, and says whether it was done to the end.
    fn block<'p, T: Number>(
        &self,
        problem: &'p Problem<T>,
        index: usize,
        num_reads: usize,
        watch: &Watch<'_>,
    ) -> (Worldlines<'p, T>, bool) {
        let SimulatedQuantumAnnealing { num_sweeps, num_slices, seed, isa, moves, readout, .. } = *self.parameters;
        let mut worldlines = Worldlines::new(problem, Isa::or_detect(isa), num_slices, seed, index);
        let between_looks = (UPDATES_BETWEEN_LOOKS / (LANES * problem.num_variables().max(1))).max(1) as u64;
        // reads that must be whole are not shortened
        let mut pace = Pace::new(watch.deadline().filter(|_| self.cut == UnfinishedReads::Kept), num_sweeps);
        while let Some(stretch) = pace.next(between_looks) {
            for sweep in stretch.sweeps() {
                let s = if num_sweeps == 1 { 1.0 } else { sweep as f64 / (num_sweeps - 1) as f64 };
                let classical = self.scaling.beta(self.path.classical_beta(s));
                let strengths = Strengths::new(self.path.transverse(s), classical, num_slices);
                let is_stopped = || self.cut == UnfinishedReads::Kept && watch.is_stopped();
                worldlines.sweep(moves, &strengths, &is_stopped);
                worldlines.update_clusters(moves, &strengths, &self.clusters);
            }
            // a slice that is drawn may be another one in the end
            if watch.target().is_some() && readout == Readout::Best {
                for read in 0..num_reads {
                    let sample = values(&worldlines.read(read, Readout::Best), self.bqm.vartype());
                    watch.enter(self.bqm.energy(&sample));
                }
            }
            watch.pass_over(stretch.num_passed_over());
            if watch.advance(stretch.len()) && self.cut.may_cut(index) {
                break;
            }
        }
        (worldlines, pace.is_done())
    }

    fn check_memory(&self, block: usize, num_blocks: usize) -> Result<(), SampleError> {
        let states = block.saturating_mul(rayon::current_num_threads().min(num_blocks));
        let sample = self.bqm.num_variables().saturating_add(size_of::<f64>());
        let samples = self.parameters.num_reads.saturating_mul(sample).saturating_mul(2);
        let bytes = states.saturating_add(samples);
        self.control.check_memory(bytes, MAX_BYTES)
    }
}
