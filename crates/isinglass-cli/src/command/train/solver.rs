//! Who minimises: searches over weights, or any sampler of QUBOs.

use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use isinglass::formulation::{FormulationError, Size, WeightTerms, compile_within};
use isinglass::network::Architecture;
use isinglass::task::{Objective, Task};
use isinglass::train::{NamedMipSolver, NamedSampler, SamplerCall, Solver};
use isinglass_qubo::RunControl;

use super::TrainArguments;
use crate::arguments::embedding::Setup;
use crate::arguments::solver::{AUTO_EXHAUSTIVE, Call, Emulation, SolverName, SolverOptions};
use crate::failure::Failure;

/// Reads when training, unless the user says how many.
const NUM_READS: usize = 128;
/// Sweeps when training, unless the user says how many.
const NUM_SWEEPS: u64 = 2000;
/// The largest QUBO, by its estimate, that is compiled to count its variables.
const MOST_COUNTED: u128 = 50_000;
/// Why `auto` anneals weights.
const BETTER: &str = "flips of weights find lower losses than flips of a QUBO";

/// The name of what `solve` calls `mip`: when training that is the program with hard constraints.
const MIP_QUBO: &str = "mip-qubo";

/// Who minimises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TrainSolver {
    /// The best that there is for the task.
    Auto,
    /// Simulated annealing of the weights.
    Weights,
    /// Exact search over neuron functions.
    Exact,
    /// An installed solver of mixed-integer programs, without a QUBO.
    HardConstraints,
    /// A sampler of the QUBO.
    Named(SolverName),
}

impl ValueEnum for TrainSolver {
    fn value_variants<'a>() -> &'a [Self] {
        use SolverName::{
            BranchAndBound, Descent, Exhaustive, Memetic, Mip, Pa, Pt, QpuEmulator, Random, Sa, SaReference, Sqa, Svmc,
            Tabu, Tree,
        };
        use TrainSolver::{Auto, Exact, HardConstraints, Named, Weights};
        &[
            Auto,
            Weights,
            Exact,
            HardConstraints,
            Named(Mip),
            Named(Sa),
            Named(Pt),
            Named(Pa),
            Named(Sqa),
            Named(Svmc),
            Named(Tabu),
            Named(Memetic),
            Named(Descent),
            Named(Random),
            Named(SaReference),
            Named(Exhaustive),
            Named(Tree),
            Named(BranchAndBound),
            Named(QpuEmulator),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Auto => Some(
                PossibleValue::new("auto")
                    .help("All samples of very small QUBOs, else weights; on a chip presolve, then exact or annealing"),
            ),
            Self::Weights => {
                Some(PossibleValue::new("weights").help("Simulated annealing of the weights on the true loss"))
            }
            Self::Exact => Some(PossibleValue::new("exact").help("Exact: search over neuron functions, with a proof")),
            Self::HardConstraints => Some(PossibleValue::new("mip").help(
                "The program with hard constraints, by an installed HiGHS, SCIP, Gurobi or CBC; its bound is its own claim",
            )),
            Self::Named(SolverName::Mip) => {
                Some(PossibleValue::new(MIP_QUBO).help("The QUBO as a mixed-integer program, by the same solvers"))
            }
            Self::Named(name) => name.to_possible_value(),
        }
    }
}

/// The solver of a run.
pub(super) struct Choice {
    pub(super) solver: Solver,
    /// Why it was taken, if the user left the choice.
    pub(super) reason: Option<String>,
    /// The chip that it emulates.
    pub(super) emulation: Option<Emulation>,
}

impl Choice {
    /// The solver that was named, or the one that suits the task.
    ///
    /// # Errors
    /// A [`Failure`] for parameters that it does not have, or a chip that cannot be emulated.
    pub(super) fn new(
        arguments: &TrainArguments,
        setup: Option<&Setup>,
        task: &Task,
        architecture: &Architecture,
        control: &RunControl<'_>,
    ) -> Result<Self, Failure> {
        let options = SolverOptions {
            presolve: false,
            polish: false,
            sampling: arguments.sampling.clone(),
            tuning: arguments.tuning.clone(),
        };
        let plain = |solver, reason| Ok(Self { solver, reason, emulation: None });
        match arguments.solver {
            TrainSolver::Weights => plain(weights(&options)?, None),
            TrainSolver::Exact => {
                options.tuning.check(Err("exact"))?;
                plain(Solver::Exact, None)
            }
            TrainSolver::HardConstraints => {
                options.check_on_chip(SolverName::Mip)?;
                let (solver, threads) = (options.tuning.mip.installed()?, options.tuning.mip.threads());
                plain(Solver::Mip(NamedMipSolver { parameters: format!("{threads} threads"), solver }), None)
            }
            TrainSolver::Named(name) => Self::named(name, options, setup, None),
            TrainSolver::Auto if setup.is_some() => {
                let reason = "a chip takes a QUBO, not weights".to_owned();
                Self::named(SolverName::Auto, options, setup, Some(reason))
            }
            TrainSolver::Auto if task.objective() == Objective::Errors => {
                let reason = "it counts classification errors, where a QUBO counts wrong output bits".to_owned();
                plain(weights(&options)?, Some(reason))
            }
            // minibatches differ in size, so only the whole set is small enough or not
            TrainSolver::Auto if arguments.batch_size.is_some() => plain(weights(&options)?, Some(BETTER.to_owned())),
            TrainSolver::Auto => {
                let annealing = weights(&options)?;
                let formulation = arguments.formulation.options();
                let too_large = |annealing| {
                    plain(annealing, Some(format!("the QUBO is too large to try all samples, and {BETTER}")))
                };
                if Size::of_task(task, architecture, &formulation).variables > MOST_COUNTED {
                    return too_large(annealing);
                }
                let size = match compile_within(task, architecture, &formulation, &WeightTerms::default(), control) {
                    Err(FormulationError::Stopped { .. } | FormulationError::Memory { .. }) => {
                        return too_large(annealing);
                    }
                    size => size?,
                };
                let num_variables = size.statistics.num_variables;
                if num_variables <= AUTO_EXHAUSTIVE {
                    plain(
                        Solver::Exhaustive,
                        Some(format!("{num_variables} variables are few enough to try all samples")),
                    )
                } else {
                    let reason = format!("{num_variables} variables are too many to try all samples, and {BETTER}");
                    plain(annealing, Some(reason))
                }
            }
        }
    }

    fn named(
        name: SolverName,
        options: SolverOptions,
        setup: Option<&Setup>,
        reason: Option<String>,
    ) -> Result<Self, Failure> {
        match setup {
            Some(_) => options.check_on_chip(name)?,
            None => options.check(name)?,
        }
        if name == SolverName::Exhaustive {
            return Ok(Self { solver: Solver::Exhaustive, reason, emulation: None });
        }
        let emulation = match setup {
            Some(setup) => options.emulation(name, || setup.properties(), setup.num_spin_reversal_transforms)?,
            None => None,
        };
        let sampling = &options.sampling;
        let (default_reads, default_sweeps) = match name {
            SolverName::Auto | SolverName::Sa => (Some(NUM_READS), Some(NUM_SWEEPS)),
            SolverName::QpuEmulator => (emulation.as_ref().map(Emulation::num_reads), None),
            // exact ones return what they prove
            SolverName::Tree | SolverName::BranchAndBound | SolverName::Mip => (None, None),
            _ => (Some(NUM_READS), None),
        };
        let num_reads = sampling.num_reads.map(NonZeroUsize::get).or(default_reads);
        let num_sweeps = sampling.num_sweeps.map(|sweeps| sweeps.get() as u64).or(default_sweeps);
        let emulated = emulation.as_ref().map(|emulation| format!("{emulation:?}"));
        let parameters = format!("{:?}", (num_sweeps, sampling.beta_range, &options.tuning, emulated));
        let chip = emulation.clone();
        let make = move |call: SamplerCall<'_>| {
            let (num_reads, seed) = (call.num_reads, call.seed);
            let own = Call { num_reads, num_sweeps, seed, ..Call::of(&options.sampling) };
            match call.embedded {
                Some(embedded) => options.on_chip(name, own, chip.as_ref(), embedded),
                None => options.make(name, own),
            }
        };
        // populations are no independent reads, and a chip is programmed once for all of them
        let has_rounds = !matches!(name, SolverName::Pa | SolverName::Memetic | SolverName::QpuEmulator);
        let solver = Solver::Sampler(NamedSampler {
            name: if name == SolverName::Mip { MIP_QUBO } else { name.text() },
            parameters,
            num_reads,
            has_rounds,
            make: Arc::new(make),
        });
        Ok(Self { solver, reason, emulation })
    }
}

/// Annealing of the weights.
fn weights(options: &SolverOptions) -> Result<Solver, Failure> {
    options.tuning.check(Err("weights"))?;
    Ok(Solver::Weights {
        num_reads: options.sampling.num_reads.map_or(NUM_READS, NonZeroUsize::get),
        num_sweeps: options.sampling.num_sweeps.map_or(NUM_SWEEPS, |sweeps| sweeps.get() as u64),
        beta_range: options.sampling.beta_range,
    })
}
