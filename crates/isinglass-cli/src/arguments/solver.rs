//! How a problem is sampled: the solver, its schedule, and its limits.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use isinglass::train::Solver;
use isinglass_qubo::sampler::{Exhaustive, SimulatedAnnealing};
use isinglass_qubo::{Bqm, Progress, RunControl, Sampler};

use super::value;

/// Up to this many variables `auto` searches all samples: far below a second.
pub(crate) const AUTO_EXHAUSTIVE: usize = 24;

/// Which sampler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SolverName {
    /// Exhaustive for small problems, else annealing.
    #[value(help = None)]
    Auto,
    /// Simulated annealing.
    #[value(help = None)]
    Sa,
    /// All samples, which proves the optimum.
    #[value(help = None)]
    Exhaustive,
}

/// Which sampler runs, and how.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Solver")]
pub(crate) struct SolverArguments {
    /// Sampler; `auto` takes exhaustive search up to 24 variables and simulated annealing above
    #[arg(long, value_name = "SOLVER", default_value = "auto")]
    pub(crate) solver: SolverName,
    /// Schedule and limits.
    #[command(flatten)]
    pub(crate) sampling: SamplingArguments,
}

/// Schedule and limits of a sampler.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Solver")]
pub(crate) struct SamplingArguments {
    /// Number of independent reads of simulated annealing [default: 64; 128 when training]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) num_reads: Option<NonZeroUsize>,
    /// Number of sweeps of each read [default: 1000; 2000 when training]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) num_sweeps: Option<NonZeroUsize>,
    /// Inverse temperatures at both ends of the schedule [default: from the problem]
    #[arg(long, value_name = "LOW..HIGH", value_parser = value::beta_range, allow_hyphen_values = true)]
    pub(crate) beta_range: Option<(f64, f64)>,
    /// Seed of all randomness; the same seed gives the same samples
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Stop after this time, such as 500ms, 10s, 2m or 1h, with the best so far
    #[arg(long, value_name = "TIME", value_parser = value::duration)]
    pub(crate) time_limit: Option<Duration>,
    /// Stop at a sample of at most this energy
    #[arg(long, value_name = "ENERGY", value_parser = value::finite, allow_hyphen_values = true)]
    pub(crate) target: Option<f64>,
}

/// A sampler, and why it was taken.
pub(crate) struct ChosenSampler {
    /// The sampler.
    pub(crate) sampler: Box<dyn Sampler>,
    /// Why it was taken, for reports.
    pub(crate) reason: String,
}

impl SolverArguments {
    /// The sampler for `bqm`.
    pub(crate) fn choose(&self, bqm: &Bqm) -> ChosenSampler {
        let num_variables = bqm.num_variables();
        let (exhaustive, reason) = match self.solver {
            SolverName::Sa | SolverName::Exhaustive => {
                (self.solver == SolverName::Exhaustive, "asked for with --solver".to_owned())
            }
            SolverName::Auto if num_variables <= AUTO_EXHAUSTIVE => {
                (true, format!("{num_variables} variables are few enough to try all samples"))
            }
            SolverName::Auto => (
                false,
                format!(
                    "{num_variables} variables are more than the {AUTO_EXHAUSTIVE} up to which all samples are tried"
                ),
            ),
        };
        let sampler: Box<dyn Sampler> =
            if exhaustive { Box::new(Exhaustive::default()) } else { Box::new(self.sampling.annealing()) };
        ChosenSampler { sampler, reason }
    }
}

impl SamplingArguments {
    /// Simulated annealing with this schedule.
    pub(crate) fn annealing(&self) -> SimulatedAnnealing {
        let default = SimulatedAnnealing::default();
        SimulatedAnnealing {
            num_reads: self.num_reads.map_or(default.num_reads, NonZeroUsize::get),
            num_sweeps: self.num_sweeps.map_or(default.num_sweeps, |sweeps| sweeps.get() as u64),
            beta_range: self.beta_range,
            seed: self.seed,
            ..default
        }
    }

    /// The same for training, whose QUBOs are larger than most: more reads and sweeps unless the user says how many.
    pub(crate) fn training(&self) -> Solver {
        Solver::Annealing {
            num_reads: self.num_reads.map_or(128, NonZeroUsize::get),
            num_sweeps: self.num_sweeps.map_or(2000, |sweeps| sweeps.get() as u64),
            beta_range: self.beta_range,
        }
    }

    /// Annealing of the weights of a network, with as many reads and sweeps.
    pub(crate) fn training_of_weights(&self) -> Solver {
        Solver::Weights {
            num_reads: self.num_reads.map_or(128, NonZeroUsize::get),
            num_sweeps: self.num_sweeps.map_or(2000, |sweeps| sweeps.get() as u64),
            beta_range: self.beta_range,
        }
    }

    /// The limits, counted from now.
    pub(crate) fn control<'a>(&self, cancel: &'a AtomicBool, progress: &'a dyn Progress) -> RunControl<'a> {
        RunControl {
            // A deadline beyond what the clock can tell is none.
            deadline: self.time_limit.and_then(|limit| Instant::now().checked_add(limit)),
            target: self.target,
            cancel: Some(cancel),
            progress: Some(progress),
        }
    }
}
