//! What the methods do in the time they are given.

use super::elite::Member;
use super::plan::Method;
use crate::model::{Bqm, Vartype};
use crate::rng::{Stream, mix, stream};
use crate::sampler::{
    Contraction, ParallelTempering, Prepared, ProposalAcceptanceCriteria, RunControl, SampleError, Sampler,
    SimulatedAnnealing, Watch, anneal_one, anneal_until_deadline, default_beta_range, polished, random_spins,
    seconds_per_block_sweep, seconds_to_prepare,
};
use rand_core::Rng;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Samples that a job found, with their energies, over spins.
pub(super) struct Found {
    pub(super) samples: Vec<(f64, Vec<i8>)>,
    pub(super) num_updates: u64,
}

/// Seconds that one term of the problem takes when a sample is taken out, polished, and its energy computed, with the spins in
/// a cache of the core and with more of them: estimates.
const SECONDS_PER_TERM: (f64, f64) = (4e-9, 20e-9);

/// Spins, of one byte each, that the cache nearest to a core holds.
const SPINS_IN_CACHE: usize = 1 << 15;

/// Share of a job's time that may go into that.
const SHARE_OF_SAMPLES: f64 = 0.05;

/// Sweeps that are measured where this and the preparation are estimated to take at most such a share of the time.
const MEASURED_SWEEPS: u64 = 8;
const SHARE_OF_MEASUREMENT: f64 = 0.08;

/// The fewest sweeps for which an anneal of a block is worth its time.
const LEAST_SWEEPS: f64 = 100.0;

/// The number of sweeps from which a block is most often better than a single read of the same time.
const SUITABLE_SWEEPS: f64 = 600.0;

/// Sweeps of one read, or of a block, after which another one is begun.
const MOST_SWEEPS: u64 = 1 << 17;

/// Parts of a job's time for one recombination.
const RECOMBINATIONS: u32 = 16;

/// One problem, prepared for all methods.
pub(super) struct Methods<'a> {
    spin: &'a Bqm,
    annealing: &'a SimulatedAnnealing,
    beta_range: (f64, f64),
    /// Whether the rules are those of the other methods than blocks, too.
    is_common: bool,
    prepared: OnceLock<Result<Prepared<'a>, SampleError>>,
    /// Of a block.
    seconds_per_sweep: f64,
}

impl<'a> Methods<'a> {
    /// Takes a small part of `total` to measure how fast blocks are on this problem and this machine.
    pub(super) fn new(spin: &'a Bqm, annealing: &'a SimulatedAnnealing, total: Duration) -> Self {
        let default = SimulatedAnnealing::default();
        let (hot, cold) = annealing.beta_range.unwrap_or_else(|| default_beta_range(spin));
        let is_common = annealing.beta_schedule == default.beta_schedule
            && annealing.proposal_acceptance_criteria == ProposalAcceptanceCriteria::Metropolis
            && 0.0 < hot
            && hot <= cold;
        let seconds_per_sweep = seconds_per_block_sweep(spin);
        let prepared = OnceLock::new();
        let mut methods = Self { spin, annealing, beta_range: (hot, cold), is_common, prepared, seconds_per_sweep };
        let to_prepare = seconds_to_prepare(spin);
        let to_measure = MEASURED_SWEEPS as f64 * seconds_per_sweep;
        if to_prepare + to_measure <= SHARE_OF_MEASUREMENT * total.as_secs_f64()
            && let Some(measured) = methods.measured_seconds_per_sweep()
        {
            methods.seconds_per_sweep = measured;
        }
        methods
    }

    fn prepared(&self) -> Result<&Prepared<'a>, SampleError> {
        self.prepared.get_or_init(|| self.annealing.prepared(self.spin)).as_ref().map_err(Clone::clone)
    }

    /// `None` where blocks cannot run.
    fn measured_seconds_per_sweep(&self) -> Option<f64> {
        let prepared = self.prepared().ok()?;
        let num_sweeps = MEASURED_SWEEPS;
        let annealing = SimulatedAnnealing { num_reads: 64, num_sweeps, ..self.annealing.clone() };
        let start = Instant::now();
        prepared.run(&annealing, 1, &RunControl::default()).ok()?;
        Some((start.elapsed().as_secs_f64() / num_sweeps as f64).max(1e-9))
    }

    pub(super) fn seed(&self) -> u64 {
        self.annealing.seed
    }

    /// Whether a method gets through enough sweeps in a time.
    pub(super) fn are_worth(&self, method: Method, time: Duration) -> bool {
        let block = LEAST_SWEEPS * self.seconds_per_sweep;
        match method {
            Method::Read if 2.0 * self.seconds_for_a_sample() > time.as_secs_f64() => false,
            Method::Read => self.is_common || block > time.as_secs_f64(),
            Method::Block => block <= time.as_secs_f64(),
            Method::Tempering => self.is_common && 4.0 * block <= time.as_secs_f64(),
            Method::Recombination => self.is_common,
        }
    }

    /// Whether a block gets through enough sweeps in a time for 64 reads to be better than one read of more sweeps.
    pub(super) fn suits_blocks(&self, time: Duration) -> bool {
        time.as_secs_f64() >= SUITABLE_SWEEPS * self.seconds_per_sweep
    }

    /// What it takes to polish a sample and to compute its energy.
    fn seconds_for_a_sample(&self) -> f64 {
        let (cached, elsewhere) = SECONDS_PER_TERM;
        let per_term = if self.spin.num_variables() <= SPINS_IN_CACHE { cached } else { elsewhere };
        per_term * (self.spin.num_variables() + 2 * self.spin.num_interactions()) as f64
    }

    /// Whether another anneal may begin in a job of `window` seconds.
    fn has_time(&self, control: &RunControl<'_>, best: Option<f64>, window: f64) -> bool {
        let left = control.deadline.map(|end| end.saturating_duration_since(Instant::now()).as_secs_f64());
        let needed = (window / 16.0).max(2.0 * self.seconds_for_a_sample());
        control.should_stop(best).is_none() && left.is_none_or(|left| left >= needed)
    }

    /// Looks for samples until `end`, polished and with their energies.
    pub(super) fn make(
        &self,
        method: Method,
        end: Instant,
        seed: u64,
        control: &RunControl<'_>,
        parents: &dyn Fn() -> Vec<Member>,
    ) -> Result<Found, SampleError> {
        let window = end.saturating_duration_since(Instant::now()).as_secs_f64();
        let for_one = self.seconds_for_a_sample();
        let num_samples = ((SHARE_OF_SAMPLES * window / for_one) as usize).clamp(1, 64);
        let for_samples = (num_samples as f64 * for_one).min(0.4 * window);
        let end = end.checked_sub(Duration::from_secs_f64(for_samples)).unwrap_or(end);
        let control = RunControl { deadline: Some(end), ..*control };
        match method {
            Method::Read => Ok(self.reads(window, seed, &control)),
            Method::Block => self.blocks(window, num_samples, seed, &control),
            Method::Tempering => self.tempering(window, seed, &control),
            Method::Recombination => self.recombinations(end, seed, &control, &parents()),
        }
    }

    /// Anneals one read after the other.
    fn reads(&self, window: f64, seed: u64, control: &RunControl<'_>) -> Found {
        let num_variables = self.spin.num_variables();
        let (mut found, mut number) = (Found { samples: Vec::new(), num_updates: 0 }, 0);
        loop {
            let seed = mix(seed.wrapping_add(number));
            let watch = Watch::new(control, 0);
            let start = random_spins(num_variables, &mut stream(seed, 0));
            let (spins, made) = anneal_one(self.spin, start, seed, self.beta_range, MOST_SWEEPS, &watch);
            found.num_updates += made * num_variables as u64;
            found.samples.push(self.polished(spins));
            found.keep_best(64);
            number += 1;
            if !self.has_time(control, found.best(), window) {
                return found;
            }
        }
    }

    /// Anneals one block after the other and takes the best samples out.
    fn blocks(
        &self,
        window: f64,
        num_samples: usize,
        seed: u64,
        control: &RunControl<'_>,
    ) -> Result<Found, SampleError> {
        let prepared = self.prepared()?;
        let (mut found, mut number) = (Found { samples: Vec::new(), num_updates: 0 }, 0);
        loop {
            let seed = mix(seed.wrapping_add(number));
            let annealing =
                SimulatedAnnealing { num_reads: 64, num_sweeps: MOST_SWEEPS, seed, ..self.annealing.clone() };
            let sampling = prepared.run(&annealing, num_samples, control)?;
            found.num_updates = found.num_updates.saturating_add(sampling.num_updates);
            let polished = sampling.samples.rows().map(|row| self.polished(row.sample.to_vec()));
            found.samples.extend(polished);
            found.keep_best(64);
            number += 1;
            if !self.has_time(control, found.best(), window) {
                return Ok(found);
            }
        }
    }

    fn tempering(&self, window: f64, seed: u64, control: &RunControl<'_>) -> Result<Found, SampleError> {
        let num_sweeps = (window / (2.0 * self.seconds_per_sweep)).clamp(1.0, 1e15) as u64;
        let (mut found, mut number) = (Found { samples: Vec::new(), num_updates: 0 }, 0);
        loop {
            let seed = mix(seed.wrapping_add(number));
            let beta_range = Some(self.beta_range);
            let tempering =
                ParallelTempering { num_reads: 1, num_sweeps, beta_range, seed, ..ParallelTempering::default() };
            let sampling = tempering.sample(self.spin, control)?;
            found.num_updates = found.num_updates.saturating_add(sampling.num_updates);
            found.samples.extend(sampling.samples.rows().map(|row| (row.energy, row.sample.to_vec())));
            number += 1;
            if !self.has_time(control, found.best(), window) {
                return Ok(found);
            }
        }
    }

    /// Anneals the model over what some good samples agree on, again and again; children become parents.
    fn recombinations(
        &self,
        end: Instant,
        seed: u64,
        control: &RunControl<'_>,
        parents: &[Member],
    ) -> Result<Found, SampleError> {
        let mut parents = parents.to_vec();
        let (mut found, mut number) = (Found { samples: Vec::new(), num_updates: 0 }, 0);
        let part = end.saturating_duration_since(Instant::now()) / RECOMBINATIONS;
        while parents.len() > 1 {
            let mut stream = stream(seed, number);
            let chosen = choose(parents.len(), &mut stream);
            let samples: Vec<&[i8]> = chosen.iter().map(|&place| &*parents[place].1).collect();
            let contraction = Contraction::new(self.spin, &samples)?;
            let deadline = Some((Instant::now() + part).min(end));
            let own = RunControl { deadline, ..*control };
            let num_variables = contraction.model.num_variables();
            let start = random_spins(num_variables, &mut stream);
            let range = default_beta_range(&contraction.model);
            let sweeps = MOST_SWEEPS / 8;
            let (spins, made) =
                anneal_one(&contraction.model, start, stream.next_u64(), range, sweeps, &Watch::new(&own, 0));
            found.num_updates += made * num_variables as u64;
            let child = self.polished(contraction.expand(&spins));
            let worst = chosen.iter().copied().max_by(|&left, &right| parents[left].0.total_cmp(&parents[right].0));
            if let Some(worst) = worst.filter(|&worst| child.0 < parents[worst].0) {
                parents[worst] = (child.0, child.1.clone().into());
            }
            found.samples.push(child);
            found.keep_best(64);
            number += 1;
            if control.should_stop(found.best()).is_some() {
                break;
            }
        }
        Ok(found)
    }

    /// A sample for a run whose time was over before its first job: a local minimum after a few sweeps, in values of a vartype.
    pub(super) fn short_read(&self, vartype: Vartype) -> Vec<i8> {
        let seed = self.annealing.seed;
        let spins = match self.is_common {
            true => anneal_until_deadline(self.spin, self.beta_range, seed, &RunControl::default()).0,
            false => random_spins(self.spin.num_variables(), &mut stream(seed, 0)),
        };
        let [low, high] = vartype.values();
        self.polished(spins).1.into_iter().map(|spin| if spin > 0 { high } else { low }).collect()
    }

    fn polished(&self, spins: Vec<i8>) -> (f64, Vec<i8>) {
        polished(self.spin, spins, self.beta_range.1)
    }
}

impl Found {
    fn best(&self) -> Option<f64> {
        self.samples.iter().map(|(energy, _)| *energy).min_by(f64::total_cmp)
    }

    /// Forgets all but the best ones, once they are twice as many.
    fn keep_best(&mut self, most: usize) {
        if self.samples.len() > 2 * most {
            self.samples.sort_by(|left, right| left.0.total_cmp(&right.0));
            self.samples.truncate(most);
        }
    }
}

/// Distinct random places among `size`, at least two: each doubling of their number equally likely.
fn choose(size: usize, stream: &mut Stream) -> Vec<usize> {
    let below = |stream: &mut Stream, bound: usize| ((u128::from(stream.next_u64()) * bound as u128) >> 64) as usize;
    let least = 2 << below(stream, size.max(2).ilog2() as usize);
    let count = (least + below(stream, least)).min(size);
    let mut places: Vec<usize> = (0..size).collect();
    for place in 0..count {
        let other = place + below(stream, size - place);
        places.swap(place, other);
    }
    places.truncate(count);
    places
}
