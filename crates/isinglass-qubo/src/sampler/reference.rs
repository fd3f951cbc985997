//! Simulated annealing one spin at a time, exactly as a widely used implementation does it: the yardstick of the fast one.

mod schedule;
#[cfg(test)]
mod tests;

pub use schedule::{ReferenceSchedule, reference_beta_range};

use super::pace::Pace;
use super::reads::Reads;
use super::scaling::check_energies;
use super::state::{random_spins, values};
use super::watch::Watch;
use super::{ProposalAcceptanceCriteria, RunControl, SampleError, SampleResult, SampleStatus, Sampler};
use crate::model::{Bqm, Vartype};
use crate::rng::stream;
use crate::sample_set::SampleSet;

/// Simulated annealing as `SimulatedAnnealingSampler` of dwave-samplers 1.8 does it: from given initial states and with the same
/// seed it returns the same samples.
///
/// It is slow (one spin at a time, one stream of random numbers running on through all reads, so one thread) and made to compare
/// with: [`SimulatedAnnealing`](super::SimulatedAnnealing) is held to its distribution of energies. The generator is xorshift128+,
/// begun at the words `seed` and 0 (at `2^64 - 1` for seed 0). Small seeds begin with small numbers, which take the first
/// flips more easily than they should; that belongs to what is reproduced. Flips that cost `44.36142 / beta` or more are
/// refused without a random number.
///
/// Equal samples need equal roundings: they are given where coefficients convert to spins exactly and `exp` of the system is the
/// same. Where no initial states are given they are random, from streams of isinglass.
///
/// # References
/// dwave-samplers 1.8.0 (D-Wave, 2025), *Simulated Annealing*;
/// S. Vigna, *Further scramblings of Marsaglia's xorshift generators*, J. Comput. Appl. Math. 315 (2017).
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::ReferenceAnnealing};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 3);
/// for (first, second) in [(0, 1), (1, 2), (0, 2)] {
///     builder.add_quadratic(first, second, 1.0);
/// }
/// let sampling = ReferenceAnnealing { seed: 5, ..Default::default() }.sample(&builder.build()?, &RunControl::default())?;
/// assert_eq!(sampling.best().map(|row| row.energy), Some(-1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceAnnealing {
    /// Number of reads. `[default: 1] [range: 1.., as many as initial states where these are given]`
    pub num_reads: usize,
    /// Sweeps of each read; a schedule of its own takes its place. `[default: 1000] [range: 1.., a multiple of num_sweeps_per_beta]`
    pub num_sweeps: u64,
    /// Sweeps at each inverse temperature. `[default: 1] [range: 1..]`
    pub num_sweeps_per_beta: u64,
    /// First and last inverse temperature. `[default: from the problem, see reference_beta_range] [range: 0.., finite; above 0 for a geometric schedule]`
    pub beta_range: Option<(f64, f64)>,
    /// How the inverse temperature rises. `[default: geometric]`
    pub beta_schedule: ReferenceSchedule,
    /// Whether each flip is offered to a variable drawn at random instead of to all in index order. `[default: false]`
    pub randomize_order: bool,
    /// When a flip is taken; here Metropolis' rule takes free flips always. `[default: Metropolis]`
    pub proposal_acceptance_criteria: ProposalAcceptanceCriteria,
    /// Seed. `[default: 0]`
    pub seed: u64,
    /// Initial states, one for each read, in values of the problem. `[default: random]`
    pub initial_states: Option<Vec<Vec<i8>>>,
}

impl Default for ReferenceAnnealing {
    fn default() -> Self {
        Self {
            num_reads: 1,
            num_sweeps: 1000,
            num_sweeps_per_beta: 1,
            beta_range: None,
            beta_schedule: ReferenceSchedule::default(),
            randomize_order: false,
            proposal_acceptance_criteria: ProposalAcceptanceCriteria::default(),
            seed: 0,
            initial_states: None,
        }
    }
}

impl Sampler for ReferenceAnnealing {
    fn name(&self) -> &'static str {
        "sa-reference"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        Reads { num_reads: self.num_reads, seed: self.seed, threads: None, units: 1 }.check(bqm, control)?;
        self.check_initial_states(bqm)?;
        check_energies(bqm)?;
        let spin = bqm.as_vartype(Vartype::Spin)?;
        let betas = self.betas(&spin)?;
        let num_sweeps = (betas.len() as u64).saturating_mul(self.num_sweeps_per_beta);
        let watch = Watch::new(control, num_sweeps.saturating_mul(self.num_reads as u64));
        let mut chain = Chain::new(&spin, self.seed);
        let mut samples = Vec::new();
        for read in 0..self.num_reads {
            if read > 0 && watch.is_stopped() {
                break;
            }
            chain.start(self.initial_state(read, bqm));
            self.anneal(&mut chain, &betas, &watch);
            let sample = values(&chain.spins, bqm.vartype());
            watch.enter(bqm.energy(&sample));
            samples.push(sample);
        }
        Ok(SampleResult {
            samples: SampleSet::from_samples(bqm, samples).expect("one value of the vartype for each variable"),
            status: watch.stopped_by().unwrap_or(SampleStatus::Heuristic),
            lower_bound: None,
            num_sweeps,
            num_updates: watch.done().saturating_mul(bqm.num_variables() as u64),
            beta_range: betas.first().copied().zip(betas.last().copied()),
        })
    }
}

/// Offers of a flip between two looks at the clock: about a millisecond.
const UPDATES_BETWEEN_LOOKS: u64 = 1 << 16;

impl ReferenceAnnealing {
    fn check_initial_states(&self, bqm: &Bqm) -> Result<(), SampleError> {
        let Some(states) = &self.initial_states else { return Ok(()) };
        if states.len() != self.num_reads {
            let allowed = "the number of initial states";
            return Err(SampleError::Parameter { name: "num_reads", value: self.num_reads as f64, allowed });
        }
        SampleSet::from_samples(bqm, states).map(drop).map_err(SampleError::InitialState)
    }

    /// The spins that a read begins with.
    fn initial_state(&self, read: usize, bqm: &Bqm) -> Vec<i8> {
        let high = bqm.vartype().values()[1];
        match &self.initial_states {
            Some(states) => states[read].iter().map(|&value| if value == high { 1 } else { -1 }).collect(),
            None => random_spins(bqm.num_variables(), &mut stream(self.seed, read as u64)),
        }
    }

    fn anneal(&self, chain: &mut Chain<'_>, betas: &[f64], watch: &Watch<'_>) {
        let num_sweeps = (betas.len() as u64).saturating_mul(self.num_sweeps_per_beta);
        let beta = |sweep: u64| betas[(sweep / self.num_sweeps_per_beta) as usize];
        let rule = Rule { randomize_order: self.randomize_order, criteria: self.proposal_acceptance_criteria };
        chain.anneal(num_sweeps, beta, rule, watch);
    }
}

/// How flips are offered and taken.
#[derive(Clone, Copy)]
struct Rule {
    randomize_order: bool,
    criteria: ProposalAcceptanceCriteria,
}

/// One read under way, and the generator that goes on through all reads.
struct Chain<'a> {
    spin: &'a Bqm,
    random: Xorshift,
    spins: Vec<i8>,
    /// What a flip adds to the energy.
    costs: Vec<f64>,
}

impl<'a> Chain<'a> {
    fn new(spin: &'a Bqm, seed: u64) -> Self {
        let words = if seed == 0 { u64::MAX } else { seed };
        Self { spin, random: Xorshift([words, 0]), spins: Vec::new(), costs: Vec::new() }
    }

    fn start(&mut self, spins: Vec<i8>) {
        self.spins = spins;
        let cost = |variable: usize| {
            let (neighbors, biases) = self.spin.neighborhood(variable);
            let mut field = self.spin.linear()[variable];
            for (&other, bias) in neighbors.iter().zip(biases) {
                field += bias * f64::from(self.spins[other as usize]);
            }
            -2.0 * f64::from(self.spins[variable]) * field
        };
        self.costs = (0..self.spins.len()).map(cost).collect();
    }

    /// Goes through a schedule; returns the number of sweeps made.
    fn anneal(&mut self, num_sweeps: u64, beta: impl Fn(u64) -> f64, rule: Rule, watch: &Watch<'_>) -> u64 {
        let between_looks = (UPDATES_BETWEEN_LOOKS / (self.spins.len().max(1) as u64)).max(1);
        let mut pace = Pace::new(watch.deadline(), num_sweeps);
        let mut made = 0;
        while let Some(stretch) = pace.next(between_looks) {
            for sweep in stretch.sweeps() {
                self.sweep(beta(sweep), rule, watch);
            }
            made += stretch.len();
            watch.pass_over(stretch.num_passed_over());
            if watch.advance(stretch.len()) {
                break;
            }
        }
        made
    }

    /// Offers as many flips as there are variables; fewer in a long sweep of a run that is stopped.
    fn sweep(&mut self, beta: f64, Rule { randomize_order, criteria }: Rule, watch: &Watch<'_>) {
        let num_variables = self.spins.len();
        let hopeless = LARGEST_EXPONENTIAL / beta;
        for turn in 0..num_variables {
            if turn > 0 && (turn as u64).is_multiple_of(UPDATES_BETWEEN_LOOKS) && watch.is_stopped() {
                return;
            }
            let variable = if randomize_order { (self.random.next() % num_variables as u64) as usize } else { turn };
            let cost = self.costs[variable];
            if cost >= hopeless {
                continue;
            }
            let taken = match criteria {
                ProposalAcceptanceCriteria::Metropolis if cost <= 0.0 => true,
                ProposalAcceptanceCriteria::Metropolis => (-cost * beta).exp() * WORDS > self.random.next() as f64,
                ProposalAcceptanceCriteria::Gibbs => WORDS > self.random.next() as f64 * (1.0 + (cost * beta).exp()),
            };
            if taken {
                self.flip(variable);
            }
        }
    }

    fn flip(&mut self, variable: usize) {
        let change = 4.0 * f64::from(self.spins[variable]);
        let (neighbors, biases) = self.spin.neighborhood(variable);
        for (&other, bias) in neighbors.iter().zip(biases) {
            self.costs[other as usize] += change * bias * f64::from(self.spins[other as usize]);
        }
        self.spins[variable] = -self.spins[variable];
        self.costs[variable] = -self.costs[variable];
    }
}

/// `64 ln 2`: a flip that costs this much over `beta` is taken less than once in `2^64` times.
const LARGEST_EXPONENTIAL: f64 = 44.36142;

/// Numbers of 64 bits.
const WORDS: f64 = 18_446_744_073_709_551_616.0;

/// Xorshift128+.
struct Xorshift([u64; 2]);

impl Xorshift {
    fn next(&mut self) -> u64 {
        let [mut x, y] = self.0;
        x ^= x << 23;
        let z = x ^ y ^ (x >> 17) ^ (y >> 26);
        self.0 = [y, z];
        z.wrapping_add(y)
    }
}
