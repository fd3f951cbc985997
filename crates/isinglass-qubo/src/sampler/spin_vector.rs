//! Spin-vector Monte Carlo: a classical model of an annealer, with a rotor for each qubit.

mod kernel;
mod rotors;
#[cfg(test)]
mod tests;

use super::anneal_schedule::AnnealSchedule;
use super::clusters::{ClusterMoves, Clusters};
use super::isa::Isa;
use super::lanes::{LANES, Lanes};
use super::pace::Pace;
use super::state::values;
use super::threads::in_pool;
use super::watch::{UnfinishedReads, Watch};
use super::{RunControl, SampleError, SampleResult, SampleStatus, Sampler, scaling};
use crate::model::{Bqm, Vartype};
use crate::sample_set::SampleSet;
use kernel::Strengths;
use rayon::prelude::*;
use rotors::{Couplings, Rotors};

/// The most bytes that samples and the states of all blocks under way may take.
const MAX_BYTES: usize = 16 << 30;

/// Updates of a block between two looks at the clock: a few milliseconds.
const UPDATES_BETWEEN_LOOKS: usize = 1 << 21;

/// Spin-vector Monte Carlo (the SVMC or SSSV model): Metropolis sampling of planar rotors while the fields change as on a chip.
///
/// Variable `i` is an angle `theta_i` in `[0, pi]`, and the energy is
///
/// `E(s) = -A(s)/2 sum_i sin theta_i + B(s)/2 (sum_i h_i cos theta_i + sum_{i<j} J_ij cos theta_i cos theta_j)`.
///
/// A read begins with all rotors along the transverse field (`theta = pi/2`) and makes `num_sweeps` sweeps while `s` goes evenly from 0
/// to 1. In a sweep every variable in turn is offered a new angle (see [`RotorMoves`]), which is taken with probability
/// `min(1, exp(-beta dE))`. In the end a variable is `+1` where `cos theta >= 0`.
///
/// One rotor at a time cannot flip a chain that represents one variable of an embedded problem. With
/// [`cluster_moves`](Self::cluster_moves) each set of variables is offered, after every sweep, that all its rotors go from `theta` to
/// `pi - theta` at once, by the same rule.
///
/// With a chip's schedule energies are in GHz (times Planck's constant), `beta` is that of the chip's temperature, and the problem is
/// scaled to the chip's range. Nothing in the results predicts the speed of a quantum annealer.
///
/// Reads are lanes: 64 go through the problem side by side, and blocks are spread over threads. The same seed gives the same samples
/// for any number of threads and on any instruction set, and more reads only add samples. Numbers have 32 bits; fields are computed
/// afresh every 64 sweeps.
///
/// # References
/// S. W. Shin, G. Smith, J. A. Smolin, U. Vazirani, *How "quantum" is the D-Wave machine?* (2014), arXiv:1401.7087;
/// T. Albash, J. Marshall, *Comparing relaxation mechanisms in quantum and classical transverse-field annealing*, Phys. Rev. Applied 15
/// (2021), for proposals as wide as the transverse field.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::SpinVectorMonteCarlo};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 3);
/// for (first, second) in [(0, 1), (1, 2), (0, 2)] {
///     builder.add_quadratic(first, second, 1.0);
/// }
/// let rotors = SpinVectorMonteCarlo { num_sweeps: 200, ..SpinVectorMonteCarlo::default() };
/// let sampling = rotors.sample(&builder.build()?, &RunControl::default())?;
/// assert_eq!(sampling.best().map(|row| row.energy), Some(-1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SpinVectorMonteCarlo {
    /// Number of reads. `[default: 64] [range: 1..]`
    pub num_reads: usize,
    /// Sweeps of each read. `[default: 1000] [range: 1..]`
    pub num_sweeps: u64,
    /// `A` and `B`. `[default: that of the chip Advantage_system4]`
    pub schedule: AnnealSchedule,
    /// Inverse temperature in the inverse of the schedule's unit. `[default: that of the chip's temperature, in 1/GHz; 1 for a schedule that
    /// is no chip's] [range: 0.., finite]`
    pub beta: Option<f64>,
    /// What the coefficients (as an Ising model) are divided by. `[default: AnnealSchedule::scale of the problem, so that |h| <= 4 and
    /// |J| <= 1] [range: above 0, finite]`
    pub scale: Option<f64>,
    /// Which angles are proposed. `[default: Uniform]`
    pub moves: RotorMoves,
    /// Which rotors are also turned together. `[default: None]`
    pub cluster_moves: ClusterMoves,
    /// Seed of all random streams. `[default: 0]`
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
    /// Instruction set. `[default: the widest there is]` Changes the speed only.
    pub isa: Option<Isa>,
}

/// Which angles are proposed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RotorMoves {
    /// Any angle in `[0, pi]`, evenly distributed.
    #[default]
    Uniform,
    /// The present angle plus one evenly distributed in `[-w, w]` with `w = pi min(1, A(s)/B(s))`, reflected at 0 and pi: rotors freeze
    /// when the transverse field is gone.
    TransverseField,
}

impl Default for SpinVectorMonteCarlo {
    fn default() -> Self {
        let schedule = AnnealSchedule::chip(AnnealSchedule::CHIPS[0]).expect("a chip of the list");
        Self {
            num_reads: LANES,
            num_sweeps: 1000,
            schedule,
            beta: None,
            scale: None,
            moves: RotorMoves::default(),
            cluster_moves: ClusterMoves::default(),
            seed: 0,
            threads: None,
            isa: None,
        }
    }
}

impl Sampler for SpinVectorMonteCarlo {
    fn name(&self) -> &'static str {
        "svmc"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        self.sample_with_cut_reads(bqm, control, UnfinishedReads::Kept)
    }
}

impl SpinVectorMonteCarlo {
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
        in_pool(self.threads, || self.run(bqm, control, cut))
    }

    fn check(&self) -> Result<(), SampleError> {
        let refuse = |name, value, allowed| Err(SampleError::Parameter { name, value, allowed });
        if self.num_reads == 0 {
            return refuse("num_reads", 0.0, "at least 1");
        }
        if self.num_sweeps == 0 {
            return refuse("num_sweeps", 0.0, "at least 1");
        }
        if let Some(beta) = self.beta
            && !(beta.is_finite() && beta >= 0.0)
        {
            return refuse("beta", beta, "a finite number of at least 0");
        }
        if let Some(scale) = self.scale
            && !(scale.is_finite() && scale > 0.0)
        {
            return refuse("scale", scale, "a finite number above 0");
        }
        Ok(())
    }

    fn beta(&self) -> f64 {
        let chip = self.schedule.temperature_mk().map(AnnealSchedule::beta);
        self.beta.or(chip).unwrap_or(1.0)
    }

    fn run(&self, bqm: &Bqm, control: &RunControl<'_>, cut: UnfinishedReads) -> Result<SampleResult, SampleError> {
        let num_blocks = self.num_reads.div_ceil(LANES);
        self.check_memory(bqm.num_variables(), num_blocks, control)?;
        let spin = bqm.as_vartype(Vartype::Spin)?;
        let scale = self.scale.unwrap_or_else(|| AnnealSchedule::scale(&spin));
        let couplings = Couplings::new(&spin, scale);
        let clusters = Clusters::new(&spin, scale, &self.cluster_moves)?;
        let watch = Watch::new(control, (num_blocks as u64).saturating_mul(self.num_sweeps));
        let one_block = |index: usize| {
            if cut.may_skip(index) && watch.is_stopped() {
                return Vec::new();
            }
            let (rotors, is_done) = self.block(bqm, (&couplings, &clusters), index, &watch, cut);
            if !is_done && cut != UnfinishedReads::Kept {
                return Vec::new();
            }
            let samples = samples(&rotors, LANES.min(self.num_reads - index * LANES), bqm.vartype());
            samples.iter().for_each(|sample| watch.enter(bqm.energy(sample)));
            samples
        };
        let rows: Vec<Vec<Vec<i8>>> = (0..num_blocks).into_par_iter().map(one_block).collect();
        let samples = SampleSet::from_samples(bqm, cut.returned(rows));
        // lanes beyond the last read are padding
        let rotors = bqm.num_variables() as u128 * self.num_reads as u128;
        let classical = |s: f64| self.beta() * self.schedule.b(s) / 2.0 / scale;
        Ok(SampleResult {
            samples: samples.expect("one value of the vartype for each variable"),
            status: watch.stopped_by().unwrap_or(SampleStatus::Heuristic),
            lower_bound: None,
            num_sweeps: self.num_sweeps,
            num_updates: u64::try_from(u128::from(watch.done()) * rotors / num_blocks as u128).unwrap_or(u64::MAX),
            beta_range: Some((classical(0.0), classical(1.0))),
        })
    }

    /// Anneals block `index`, with a look at the clock now and then, and says whether it was done to the end.
    fn block<'c>(
        &self,
        bqm: &Bqm,
        (couplings, clusters): (&'c Couplings, &Clusters),
        index: usize,
        watch: &Watch<'_>,
        cut: UnfinishedReads,
    ) -> (Rotors<'c>, bool) {
        let num_reads = LANES.min(self.num_reads - index * LANES);
        let isa = Isa::or_detect(self.isa);
        let mut rotors = Rotors::new(couplings, self.seed, index);
        let between_looks = (UPDATES_BETWEEN_LOOKS / (LANES * bqm.num_variables().max(1))).max(1) as u64;
        // reads that must be whole are not shortened
        let mut pace = Pace::new(watch.deadline().filter(|_| cut == UnfinishedReads::Kept), self.num_sweeps);
        while let Some(stretch) = pace.next(between_looks) {
            for sweep in stretch.sweeps() {
                let s = if self.num_sweeps == 1 { 1.0 } else { sweep as f64 / (self.num_sweeps - 1) as f64 };
                let strengths = Strengths::new(self.beta(), self.schedule.a(s), self.schedule.b(s), self.moves);
                rotors.sweep(isa, &strengths, &|| cut == UnfinishedReads::Kept && watch.is_stopped());
                rotors.turn_clusters(isa, &strengths, clusters);
            }
            if watch.target().is_some() {
                samples(&rotors, num_reads, bqm.vartype()).iter().for_each(|sample| watch.enter(bqm.energy(sample)));
            }
            watch.pass_over(stretch.num_passed_over());
            if watch.advance(stretch.len()) && cut.may_cut(index) {
                break;
            }
        }
        (rotors, pace.is_done())
    }

    fn check_memory(
        &self,
        num_variables: usize,
        num_blocks: usize,
        control: &RunControl<'_>,
    ) -> Result<(), SampleError> {
        // angles, cosines and fields
        let block = num_variables.saturating_mul(3 * size_of::<Lanes<f32>>());
        let states = block.saturating_mul(rayon::current_num_threads().min(num_blocks));
        let sample = num_variables.saturating_add(size_of::<f64>());
        let samples = self.num_reads.saturating_mul(sample).saturating_mul(2);
        let bytes = states.saturating_add(samples);
        control.check_memory(bytes, MAX_BYTES)
    }
}

/// The samples of the first reads of a block.
fn samples(rotors: &Rotors<'_>, num_reads: usize, vartype: Vartype) -> Vec<Vec<i8>> {
    (0..num_reads).map(|lane| values(&rotors.spins(lane), vartype)).collect()
}
