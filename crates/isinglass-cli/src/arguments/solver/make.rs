//! From a name and arguments to a sampler.

use std::num::NonZeroUsize;

use isinglass_qubo::Sampler;
use isinglass_qubo::sampler::{
    BetaSchedule, BranchAndBound, Exhaustive, Memetic, ParallelTempering, PopulationAnnealing, RandomSampling,
    ReferenceAnnealing, ReferenceSchedule, SimulatedAnnealing, SimulatedQuantumAnnealing, SpinVectorMonteCarlo,
    SteepestDescent, Tabu, TreeDecomposition, VariableOrder,
};

use super::tuning::OnOff;
use super::{SamplingArguments, SolverName, SolverOptions};

/// What changes from one call of a sampler to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// Reads, if not the sampler's own number.
    pub(crate) num_reads: Option<usize>,
    /// Sweeps, if not the sampler's own number.
    pub(crate) num_sweeps: Option<u64>,
    /// The seed.
    pub(crate) seed: u64,
    /// Threads, if not those of the pool.
    pub(crate) threads: Option<usize>,
    /// By what sweeps, iterations and nodes are multiplied.
    pub(crate) effort: u64,
}

impl Call {
    /// As the arguments say.
    pub(crate) fn of(sampling: &SamplingArguments) -> Self {
        Self {
            num_reads: sampling.num_reads.map(NonZeroUsize::get),
            num_sweeps: sampling.num_sweeps.map(|sweeps| sweeps.get() as u64),
            seed: sampling.seed,
            threads: None,
            effort: 1,
        }
    }
}

/// Whether `--beta-range` means something.
pub(super) fn has_beta_range(solver: SolverName) -> bool {
    use SolverName::{Auto, Pa, Pt, Sa, SaReference};
    matches!(solver, Auto | Sa | SaReference | Pt | Pa)
}

impl SolverOptions {
    /// Simulated annealing with the parameters given.
    pub(crate) fn annealing(&self, call: Call) -> SimulatedAnnealing {
        let default = SimulatedAnnealing::default();
        SimulatedAnnealing {
            num_reads: call.num_reads.unwrap_or(default.num_reads),
            num_sweeps: call.num_sweeps.unwrap_or(default.num_sweeps).saturating_mul(call.effort),
            beta_range: self.sampling.beta_range,
            beta_schedule: self.tuning.schedule(),
            proposal_acceptance_criteria: self.tuning.criteria(),
            variable_order: self.tuning.order(),
            cluster_moves: self.tuning.cluster_moves.is_none_or(OnOff::is_on),
            seed: call.seed,
            threads: call.threads,
            ..default
        }
    }

    /// The sampler of a name; `auto` has none.
    pub(super) fn sampler(&self, solver: SolverName, call: Call) -> Box<dyn Sampler> {
        let Call { seed, threads, effort, .. } = call;
        let reads = |default: usize| call.num_reads.unwrap_or(default);
        let sweeps = |default: u64| call.num_sweeps.unwrap_or(default).saturating_mul(effort);
        let beta_range = self.sampling.beta_range;
        match solver {
            SolverName::Auto | SolverName::Sa => Box::new(self.annealing(call)),
            SolverName::SaReference => {
                let default = ReferenceAnnealing::default();
                Box::new(ReferenceAnnealing {
                    num_reads: reads(default.num_reads),
                    num_sweeps: sweeps(default.num_sweeps),
                    beta_range,
                    proposal_acceptance_criteria: self.tuning.criteria(),
                    randomize_order: self.tuning.order() == VariableOrder::Random,
                    beta_schedule: match self.tuning.schedule() {
                        BetaSchedule::Linear => ReferenceSchedule::Linear,
                        _ => ReferenceSchedule::Geometric,
                    },
                    seed,
                    ..default
                })
            }
            SolverName::Pt => {
                let default = ParallelTempering::default();
                Box::new(ParallelTempering {
                    num_reads: reads(default.num_reads),
                    num_sweeps: sweeps(default.num_sweeps),
                    num_replicas: self.tuning.num_replicas.map_or(default.num_replicas, NonZeroUsize::get),
                    beta_range,
                    cluster_moves: self.tuning.cluster_moves.map(|choice| choice.is_on()),
                    seed,
                    threads,
                    ..default
                })
            }
            SolverName::Pa => {
                let default = PopulationAnnealing::default();
                Box::new(PopulationAnnealing {
                    num_reads: reads(default.num_reads).saturating_mul(effort as usize),
                    beta_range,
                    seed,
                    threads,
                    ..default
                })
            }
            SolverName::Sqa => {
                let default = SimulatedQuantumAnnealing::default();
                Box::new(SimulatedQuantumAnnealing {
                    num_reads: reads(default.num_reads),
                    num_sweeps: sweeps(default.num_sweeps),
                    num_slices: self.tuning.num_slices.map_or(default.num_slices, NonZeroUsize::get),
                    schedule: self.tuning.anneal_schedule.as_ref().map(|chip| chip.0.clone()),
                    seed,
                    threads,
                    ..default
                })
            }
            SolverName::Svmc => {
                let default = SpinVectorMonteCarlo::default();
                Box::new(SpinVectorMonteCarlo {
                    num_reads: reads(default.num_reads),
                    num_sweeps: sweeps(default.num_sweeps),
                    schedule: self
                        .tuning
                        .anneal_schedule
                        .as_ref()
                        .map_or(default.schedule.clone(), |chip| chip.0.clone()),
                    seed,
                    threads,
                    ..default
                })
            }
            SolverName::Tabu => {
                let default = Tabu::default();
                let iterations = self.tuning.num_iterations.map_or(default.num_iterations, |count| count.get() as u64);
                Box::new(Tabu {
                    num_reads: reads(default.num_reads),
                    num_iterations: iterations.saturating_mul(effort),
                    tenure: self.tuning.tenure.map(NonZeroUsize::get).and_then(|tenure| tenure.try_into().ok()),
                    seed,
                    threads,
                })
            }
            SolverName::Memetic => {
                let default = Memetic::default();
                let generations = self.tuning.num_generations.map_or(default.num_generations, |n| n.get() as u64);
                Box::new(Memetic {
                    num_reads: reads(default.num_reads),
                    num_sweeps: sweeps(default.num_sweeps),
                    num_generations: generations,
                    seed,
                    threads,
                })
            }
            SolverName::Descent => {
                Box::new(SteepestDescent { num_reads: reads(SteepestDescent::default().num_reads), seed, threads })
            }
            SolverName::Random => {
                Box::new(RandomSampling { num_reads: reads(RandomSampling::default().num_reads), seed, threads })
            }
            SolverName::Exhaustive => Box::new(Exhaustive { threads, ..Exhaustive::default() }),
            SolverName::Tree => {
                let default = TreeDecomposition::default();
                let max_width = self.tuning.max_width.map_or(default.max_width, NonZeroUsize::get);
                Box::new(TreeDecomposition { max_width, threads, ..default })
            }
            SolverName::Mip => Box::new(self.tuning.mip.sampler(seed)),
            SolverName::QpuEmulator => unreachable!("the emulator is made for its chip, see `on_chip`"),
            SolverName::BranchAndBound => {
                let default = BranchAndBound::default();
                let max_nodes = self.tuning.max_nodes.map_or(default.max_nodes, |nodes| nodes.get() as u64);
                Box::new(BranchAndBound {
                    max_nodes,
                    num_reads: reads(default.num_reads),
                    num_sweeps: sweeps(default.num_sweeps),
                    seed,
                    threads,
                    ..default
                })
            }
        }
    }
}
