//! Who minimises: searches over weights, or any sampler of QUBOs.

use std::num::NonZeroUsize;
use std::sync::Arc;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use isinglass::train::{NamedMipSolver, NamedSampler, SamplerCall, Solver};
use isinglass::trainer::{NUM_READS, NUM_SWEEPS, SolverChoice};

use crate::arguments::embedding::Setup;
use crate::arguments::solver::{Call, Emulation, SolverName, SolverOptions};
use crate::failure::Failure;

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

/// The solver of a run, as the trainer takes it.
pub(super) struct Choice {
    pub(super) solver: SolverChoice,
    /// The chip that it emulates.
    pub(super) emulation: Option<Emulation>,
}

impl Choice {
    /// The solver that was named.
    ///
    /// # Errors
    /// A [`Failure`] for parameters that it does not have, or a chip that cannot be emulated.
    pub(super) fn new(name: TrainSolver, options: &SolverOptions, setup: Option<&Setup>) -> Result<Self, Failure> {
        let plain = |solver| Self { solver, emulation: None };
        Ok(match name {
            TrainSolver::Weights => {
                options.tuning.check(Err("weights"))?;
                plain(SolverChoice::Weights)
            }
            TrainSolver::Exact => {
                options.tuning.check(Err("exact"))?;
                plain(SolverChoice::Exact)
            }
            TrainSolver::HardConstraints => {
                options.check_on_chip(SolverName::Mip)?;
                let (solver, threads) = (options.tuning.mip.installed()?, options.tuning.mip.threads());
                let solver = NamedMipSolver { parameters: format!("{threads} threads"), solver };
                plain(SolverChoice::Given(Solver::Mip(solver)))
            }
            TrainSolver::Named(name) => Self::named(name, options.clone(), setup)?,
            TrainSolver::Auto => {
                match setup {
                    Some(_) => options.check_on_chip(SolverName::Auto)?,
                    None => options.tuning.check(Err("weights"))?,
                }
                plain(SolverChoice::Auto)
            }
        })
    }

    fn named(name: SolverName, options: SolverOptions, setup: Option<&Setup>) -> Result<Self, Failure> {
        match setup {
            Some(_) => options.check_on_chip(name)?,
            None => options.check(name)?,
        }
        if name == SolverName::Exhaustive {
            return Ok(Self { solver: SolverChoice::Given(Solver::Exhaustive), emulation: None });
        }
        let emulation = match setup {
            Some(setup) => options.emulation(name, || setup.properties(), setup.num_spin_reversal_transforms)?,
            None => None,
        };
        let sampling = &options.sampling;
        let (default_reads, default_sweeps) = match name {
            SolverName::Sa => (Some(NUM_READS), Some(NUM_SWEEPS)),
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
        Ok(Self { solver: SolverChoice::Given(solver), emulation })
    }
}
