//! Population annealing: a population of replicas that is cooled together and resampled at every step.

mod population;
mod resampling;
#[cfg(test)]
mod tests;

use super::annealing::default_beta_range;
use super::isa::Isa;
use super::lanes::LANES;
use super::replicas::{Number, Problem, Scaling, block_bytes, with_width};
use super::state::values;
use super::threads::in_pool;
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, SampleStatus, Sampler, scaling};
use crate::model::{Bqm, Vartype};
use crate::sample_set::SampleSet;
use population::Population;

/// The most bytes that samples and the states of the population may take.
const MAX_BYTES: usize = 16 << 30;

/// Parts of the range of temperatures that progress is told in.
const PARTS: u64 = 1000;

/// Population annealing with steps that adapt.
///
/// A population of random states, which is one of inverse temperature 0, is cooled to the first of `beta_range` in one step, and from
/// there to the second in steps of its own choice. In a step from `beta` to `beta'` a replica of energy `E` gets on average
/// `exp(-(beta' - beta) E) / Q` copies, where `Q` is the mean of these numbers over the population (systematic resampling, which keeps the size
/// of the population); then every replica makes `sweeps_per_step` Metropolis sweeps (as in
/// [`SimulatedAnnealing`](super::SimulatedAnnealing)). A step is so large that the share `culling` of the population is expected to
/// leave no copy. The population at the last temperature is the samples; if `num_reads` is no multiple of 64 the population is
/// the next larger one, and its first `num_reads` members are returned.
///
/// Replicas are lanes: blocks of 64 go through the problem side by side, spread over threads. The same seed gives the same samples for
/// any number of threads and on any instruction set. The seed, `num_reads` and the problem decide on every step, so that more reads are
/// not just more samples of the same run.
///
/// # References
/// K. Hukushima, Y. Iba, *Population annealing and its application to a spin glass*, AIP Conf. Proc. 690 (2003);
/// J. Machta, *Population annealing with weighted averages: a Monte Carlo method for rough free-energy landscapes*, Phys. Rev. E 82
/// (2010), for the free energy;
/// W. Wang, J. Machta, H. G. Katzgraber, *Population annealing: theory and application in spin glasses*, Phys. Rev. E 92 (2015), for
/// families;
/// C. Amey, J. Machta, *Analysis and optimization of population annealing*, Phys. Rev. E 97 (2018), for steps of equal culling.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, Vartype, sampler::PopulationAnnealing};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 3);
/// for (first, second) in [(0, 1), (1, 2), (0, 2)] {
///     builder.add_quadratic(first, second, 1.0);
/// }
/// let annealing = PopulationAnnealing { beta_range: Some((0.0, 1.0)), ..PopulationAnnealing::default() };
/// let (sampling, report) = annealing.sample_with_report(&builder.build()?, &RunControl::default())?;
/// assert_eq!(sampling.best().map(|row| row.energy), Some(-1.0));
/// // six states of energy -1 and two of energy 3
/// let exact = (6.0 * 1f64.exp() + 2.0 * (-3f64).exp()).ln();
/// assert!((report.last().map_or(0.0, |step| step.log_partition) - exact).abs() < 0.1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PopulationAnnealing {
    /// Size of the population, and number of samples. `[default: 1024] [range: 1..]`
    pub num_reads: usize,
    /// Sweeps of each replica at each temperature. `[default: 10] [range: 1..]`
    pub sweeps_per_step: u64,
    /// Expected share of the population that leaves no copy in a step. `[default: 0.1] [range: 0.001..=0.9]`
    pub culling: f64,
    /// Inverse temperatures of the first and the last step. `[default: from 0 to the second of default_beta_range]`
    /// `[range: 0.., finite; the first not above the second]`
    pub beta_range: Option<(f64, f64)>,
    /// Seed of all random streams. `[default: 0]`
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
    /// Instruction set. `[default: the widest there is]` Changes the speed only.
    pub isa: Option<Isa>,
}

/// What is known of the population after one step, its sweeps included.
///
/// Replicas that descend from the same random state are a family; `n_f` is its share of the population of size `R`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PopulationStep {
    /// Inverse temperature.
    pub beta: f64,
    /// Share of the population that left no copy on the way here.
    pub culled: f64,
    /// Mean energy of the population, offset included.
    pub mean_energy: f64,
    /// Estimate of `ln Z(beta)`, `Z` being the sum of `exp(-beta E)` over all states, offset included; the free energy is
    /// `-ln Z / beta`.
    pub log_partition: f64,
    /// Families that are left.
    pub num_families: usize,
    /// `rho_t = R sum_f n_f²`, the mean square size of families: 1 where all replicas are of families of their own. The larger, the
    /// less independent are the samples; far below `R` in a run that can be trusted.
    pub rho_t: f64,
    /// `rho_s = R exp(sum_f n_f ln n_f)`, the size of families by their entropy.
    pub rho_s: f64,
}

impl Default for PopulationAnnealing {
    fn default() -> Self {
        Self { num_reads: 1024, sweeps_per_step: 10, culling: 0.1, beta_range: None, seed: 0, threads: None, isa: None }
    }
}

impl Sampler for PopulationAnnealing {
    fn name(&self) -> &'static str {
        "pa"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        Ok(self.sample_with_report(bqm, control)?.0)
    }
}

impl PopulationAnnealing {
    /// As [`Sampler::sample`], and with what each step was like.
    ///
    /// # Errors
    /// As [`Sampler::sample`].
    pub fn sample_with_report(
        &self,
        bqm: &Bqm,
        control: &RunControl<'_>,
    ) -> Result<(SampleResult, Vec<PopulationStep>), SampleError> {
        self.check()?;
        scaling::check_energies(bqm)?;
        in_pool(self.threads, || {
            let spin = bqm.as_vartype(Vartype::Spin)?;
            let beta_range = self.beta_range.unwrap_or_else(|| (0.0, default_beta_range(&spin).1));
            let scaling = Scaling::new(&spin, beta_range.1);
            let run = Run { parameters: self, bqm, offset: spin.offset(), control, beta_range, scaling };
            with_width!(scaling.width, T => run.all_steps(&Problem::<T>::new(&spin, scaling)))
        })
    }

    fn check(&self) -> Result<(), SampleError> {
        let refuse = |name, value, allowed| Err(SampleError::Parameter { name, value, allowed });
        if self.num_reads == 0 {
            return refuse("num_reads", 0.0, "at least 1");
        }
        if self.sweeps_per_step == 0 {
            return refuse("sweeps_per_step", 0.0, "at least 1");
        }
        if !(0.001..=0.9).contains(&self.culling) {
            return refuse("culling", self.culling, "between 0.001 and 0.9");
        }
        let Some((hot, cold)) = self.beta_range else { return Ok(()) };
        for beta in [hot, cold] {
            if !(beta.is_finite() && beta >= 0.0) {
                return refuse("beta_range", beta, "two finite numbers of at least 0");
            }
        }
        if hot > cold {
            return refuse("beta_range", hot, "not larger at its first end than at its second");
        }
        Ok(())
    }
}

/// One call of the sampler.
struct Run<'a> {
    parameters: &'a PopulationAnnealing,
    bqm: &'a Bqm,
    /// The constant term of the problem over spins.
    offset: f64,
    control: &'a RunControl<'a>,
    beta_range: (f64, f64),
    scaling: Scaling,
}

impl Run<'_> {
    fn all_steps<T: Number>(&self, problem: &Problem<T>) -> Result<(SampleResult, Vec<PopulationStep>), SampleError> {
        let PopulationAnnealing { num_reads, sweeps_per_step, culling, .. } = *self.parameters;
        let (hot, cold) = self.beta_range;
        self.check_memory(block_bytes::<T>(problem.num_variables()))?;
        let watch = Watch::new(self.control, PARTS);
        let mut population = Population::new(problem, self.parameters, self.scaling);
        let mut steps: Vec<PopulationStep> = Vec::new();
        let mut log_partition = problem.num_variables() as f64 * std::f64::consts::LN_2;
        let mut beta = 0.0;
        loop {
            let next = if steps.is_empty() { hot } else { population.next_beta(beta, cold, culling) };
            let resampled = population.resample(next - beta);
            log_partition += resampled.log_mean_weight;
            beta = next;
            population.sweep(beta, sweeps_per_step, &watch);
            steps.push(PopulationStep {
                beta,
                culled: resampled.culled,
                mean_energy: population.mean_energy() + self.offset,
                log_partition: log_partition - beta * self.offset,
                ..population.families()
            });
            watch.enter(self.bqm.energy(&values(&population.best(num_reads), self.bqm.vartype())));
            let part = if cold > hot { ((beta - hot) / (cold - hot) * PARTS as f64) as u64 } else { PARTS };
            if watch.advance(part.saturating_sub(watch.done())) || beta >= cold {
                break;
            }
        }
        let reads = population.best_reads(num_reads, watch.affordable_samples(self.bqm));
        let samples = reads.into_iter().map(|read| values(&population.spins(read), self.bqm.vartype()));
        let samples = SampleSet::from_samples(self.bqm, samples);
        // replicas beyond the last read are padding
        let replicas = num_reads.next_multiple_of(LANES) as u128;
        let num_updates = u128::from(population.num_updates()) * num_reads as u128 / replicas;
        let sampling = SampleResult {
            samples: samples.expect("one value of the vartype for each variable"),
            status: watch.stopped_by().unwrap_or(SampleStatus::Heuristic),
            lower_bound: None,
            num_sweeps: sweeps_per_step.saturating_mul(steps.len() as u64),
            num_updates: u64::try_from(num_updates).unwrap_or(u64::MAX),
            beta_range: Some(self.beta_range),
        };
        Ok((sampling, steps))
    }

    fn check_memory(&self, block: usize) -> Result<(), SampleError> {
        let num_reads = self.parameters.num_reads;
        let states = block.saturating_mul(num_reads.div_ceil(LANES));
        let sample = self.bqm.num_variables().saturating_add(size_of::<f64>());
        let bytes = states.saturating_add(num_reads.saturating_mul(sample).saturating_mul(2));
        self.control.check_memory(bytes, MAX_BYTES)
    }
}
