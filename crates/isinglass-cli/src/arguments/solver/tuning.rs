//! Parameters that only some samplers have.

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};
use isinglass_qubo::sampler::{AnnealSchedule, BetaSchedule, ProposalAcceptanceCriteria, VariableOrder};

use super::SolverName;
use super::emulator::{DynamicsName, EmulatorArguments};
use super::mip::MipArguments;
use crate::arguments::value;
use crate::failure::Failure;

/// Parameters of single samplers; any other sampler refuses them.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Parameters of single solvers")]
pub(crate) struct TuningArguments {
    /// When sa takes a flip: metropolis, or gibbs, the heat bath [default: metropolis]
    #[arg(long, value_name = "RULE", ignore_case = true)]
    pub(crate) proposal_acceptance_criteria: Option<Criteria>,
    /// Order in which sa visits the variables of a sweep: index, random or coloring [default: index]
    #[arg(long, value_name = "ORDER", ignore_case = true)]
    pub(crate) variable_order: Option<Order>,
    /// How sa goes from one end of --beta-range to the other: geometric or linear [default: geometric]
    #[arg(long, value_name = "FORM", ignore_case = true, conflicts_with = "beta_steps")]
    pub(crate) beta_schedule: Option<Form>,
    /// Inverse temperatures of sa, each with its sweeps, such as 0.1:100,1:500,5:400
    #[arg(long, value_name = "BETA:SWEEPS,...", value_delimiter = ',', value_parser = step, conflicts_with = "beta_range")]
    pub(crate) beta_steps: Vec<(f64, u64)>,
    /// Flip whole clusters, too: sa chains of strongly coupled variables, pt parts in which replicas differ [default: where
    /// it helps]
    #[arg(long, value_name = "WHEN", ignore_case = true)]
    pub(crate) cluster_moves: Option<OnOff>,
    /// Temperatures of pt [default: 32]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) num_replicas: Option<NonZeroUsize>,
    /// Imaginary-time slices of sqa, and of qpu-emulator with --dynamics path-integral [default: 32]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) num_slices: Option<NonZeroUsize>,
    /// Annealing schedule of svmc and sqa: that of Advantage_system4, Advantage_system6, Advantage2_system1 or
    /// Advantage2_system2 [default: svmc the first, sqa a linear one]
    #[arg(long, value_name = "SOLVER", value_parser = anneal_schedule)]
    pub(crate) anneal_schedule: Option<ChipSchedule>,
    /// Moves of each read of tabu [default: 200000]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) num_iterations: Option<NonZeroUsize>,
    /// Generations of memetic, each anneal of a whole population counted as one [default: 20]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) num_generations: Option<NonZeroUsize>,
    /// Moves for which tabu does not turn a variable back [default: by size]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) tenure: Option<NonZeroUsize>,
    /// The largest elimination width that tree takes [default: 28]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) max_width: Option<NonZeroUsize>,
    /// Nodes after which branch-and-bound stops [default: none]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) max_nodes: Option<NonZeroUsize>,
    /// Parameters of the emulated chip.
    #[command(flatten)]
    pub(super) emulator: EmulatorArguments,
    /// Which installed solver of mixed-integer programs.
    #[command(flatten)]
    pub(crate) mip: MipArguments,
}

/// The rule of acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Criteria {
    /// `min(1, exp(-beta dE))`.
    #[value(help = None)]
    Metropolis,
    /// `1 / (1 + exp(beta dE))`.
    #[value(help = None)]
    Gibbs,
}

/// The order of a sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Order {
    /// By index.
    #[value(help = None)]
    Index,
    /// A permutation for each sweep.
    #[value(help = None)]
    Random,
    /// Colour by colour.
    #[value(help = None)]
    Coloring,
}

/// The form of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Equal ratios.
    #[value(help = None)]
    Geometric,
    /// Equal steps.
    #[value(help = None)]
    Linear,
}

fn step(text: &str) -> Result<(f64, u64), String> {
    let expected = || format!("`{text}` is not of the form BETA:SWEEPS, such as 0.1:100");
    let (beta, sweeps) = text.split_once(':').ok_or_else(expected)?;
    let sweeps = sweeps.parse().map_err(|_| expected())?;
    Ok((value::not_negative(beta).map_err(|_| expected())?, sweeps))
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnOff {
    /// Yes.
    #[value(help = None)]
    On,
    /// No.
    #[value(help = None)]
    Off,
}

impl OnOff {
    pub(super) fn is_on(self) -> bool {
        self == Self::On
    }
}

/// The schedule of a chip.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ChipSchedule(pub(super) AnnealSchedule);

fn anneal_schedule(name: &str) -> Result<ChipSchedule, String> {
    let known = || format!("known are {}", AnnealSchedule::CHIPS.join(", "));
    AnnealSchedule::chip(name).map(ChipSchedule).ok_or_else(known)
}

impl TuningArguments {
    /// The schedule of sa.
    pub(super) fn schedule(&self) -> BetaSchedule {
        match self.beta_schedule {
            _ if !self.beta_steps.is_empty() => BetaSchedule::Custom(self.beta_steps.clone()),
            Some(Form::Linear) => BetaSchedule::Linear,
            Some(Form::Geometric) | None => BetaSchedule::Geometric,
        }
    }

    /// The rule of acceptance of sa.
    pub(super) fn criteria(&self) -> ProposalAcceptanceCriteria {
        match self.proposal_acceptance_criteria {
            Some(Criteria::Gibbs) => ProposalAcceptanceCriteria::Gibbs,
            Some(Criteria::Metropolis) | None => ProposalAcceptanceCriteria::Metropolis,
        }
    }

    /// The order of a sweep of sa.
    pub(super) fn order(&self) -> VariableOrder {
        match self.variable_order {
            Some(Order::Random) => VariableOrder::Random,
            Some(Order::Coloring) => VariableOrder::Coloring,
            Some(Order::Index) | None => VariableOrder::Index,
        }
    }

    /// Refuses a parameter that `solver` does not have; an error is the name of a solver that is not a sampler of QUBOs.
    pub(crate) fn check(&self, solver: Result<SolverName, &'static str>) -> Result<(), Failure> {
        use SolverName::{Auto, BranchAndBound, Memetic, Mip, Pt, QpuEmulator, Sa, SaReference, Sqa, Svmc, Tabu, Tree};
        let chip = &self.emulator;
        let given: [(&str, bool, &[SolverName]); 22] = [
            ("--proposal-acceptance-criteria", self.proposal_acceptance_criteria.is_some(), &[Sa, Auto, SaReference]),
            ("--variable-order", self.variable_order.is_some(), &[Sa, Auto, SaReference]),
            ("--beta-schedule", self.beta_schedule.is_some(), &[Sa, Auto, SaReference]),
            ("--beta-steps", !self.beta_steps.is_empty(), &[Sa, Auto]),
            ("--cluster-moves", self.cluster_moves.is_some(), &[Sa, Auto, Pt]),
            ("--num-replicas", self.num_replicas.is_some(), &[Pt]),
            ("--num-slices", self.num_slices.is_some(), &[Sqa, QpuEmulator]),
            ("--anneal-schedule", self.anneal_schedule.is_some(), &[Sqa, Svmc]),
            ("--num-iterations", self.num_iterations.is_some(), &[Tabu]),
            ("--num-generations", self.num_generations.is_some(), &[Memetic]),
            ("--tenure", self.tenure.is_some(), &[Tabu]),
            ("--max-width", self.max_width.is_some(), &[Tree]),
            ("--max-nodes", self.max_nodes.is_some(), &[BranchAndBound]),
            ("--mip-solver", self.mip.mip_solver.is_some(), &[Mip]),
            ("--mip-threads", self.mip.mip_threads.is_some(), &[Mip]),
            ("--annealing-time", chip.annealing_time.is_some(), &[QpuEmulator]),
            ("--dynamics", chip.dynamics.is_some(), &[QpuEmulator]),
            ("--sweeps-per-microsecond", chip.sweeps_per_microsecond.is_some(), &[QpuEmulator]),
            ("--control-errors", chip.control_errors.is_some(), &[QpuEmulator]),
            ("--readout-error", chip.readout_error.is_some(), &[QpuEmulator]),
            ("--effective-temperature", chip.effective_temperature.is_some(), &[QpuEmulator]),
            ("--no-auto-scale", chip.no_auto_scale, &[QpuEmulator]),
        ];
        if solver == Ok(QpuEmulator) && self.num_slices.is_some() && chip.dynamics != Some(DynamicsName::PathIntegral) {
            return Err(Failure::input("--num-slices means nothing to spin vectors")
                .with_hint("it belongs to --dynamics path-integral"));
        }
        if solver == Ok(SaReference) && self.variable_order == Some(Order::Coloring) {
            return Err(Failure::input("sa-reference visits variables by index or at random, not by colour"));
        }
        match given
            .into_iter()
            .find(|(_, is_given, solvers)| *is_given && !solver.is_ok_and(|solver| solvers.contains(&solver)))
        {
            None => Ok(()),
            Some((flag, _, solvers)) => {
                let names = solvers.iter().map(|name| format!("--solver {}", name.text())).collect::<Vec<_>>();
                let failure = Failure::input(format!(
                    "{flag} means nothing to the solver {}",
                    solver.map_or_else(|name| name, SolverName::text)
                ));
                Err(failure.with_hint(format!("it belongs to {}", names.join(" and "))))
            }
        }
    }
}
