//! Parameters that only some samplers have.

use std::num::NonZeroUsize;

use clap::{Args, ValueEnum};
use isinglass_qubo::sampler::AnnealSchedule;

use super::SolverName;
use crate::arguments::value;
use crate::failure::Failure;

/// Parameters of single samplers; any other sampler refuses them.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Parameters of single solvers")]
pub(crate) struct TuningArguments {
    /// Flip whole clusters, too: pt exchanges parts of replicas [default: where it helps]
    #[arg(long, value_name = "WHEN", ignore_case = true)]
    pub(crate) cluster_moves: Option<OnOff>,
    /// Temperatures of pt [default: 32]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) num_replicas: Option<NonZeroUsize>,
    /// Imaginary-time slices of sqa [default: 32]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) num_slices: Option<NonZeroUsize>,
    /// Annealing schedule of svmc and sqa: that of Advantage_system4, Advantage_system6, Advantage2_system1 or
    /// Advantage2_system2 [default: svmc the first, sqa a linear one]
    #[arg(long, value_name = "CHIP", value_parser = chip)]
    pub(crate) chip: Option<ChipSchedule>,
    /// Moves of each read of tabu [default: 200000]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) num_iterations: Option<NonZeroUsize>,
    /// Moves for which tabu does not turn a variable back [default: by size]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) tenure: Option<NonZeroUsize>,
    /// The largest elimination width that tree takes [default: 28]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) max_width: Option<NonZeroUsize>,
    /// Nodes after which branch-and-bound stops [default: none]
    #[arg(long, value_name = "N", value_parser = value::count)]
    pub(crate) max_nodes: Option<NonZeroUsize>,
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

fn chip(name: &str) -> Result<ChipSchedule, String> {
    let known = || format!("known are {}", AnnealSchedule::CHIPS.join(", "));
    AnnealSchedule::chip(name).map(ChipSchedule).ok_or_else(known)
}

impl TuningArguments {
    /// Refuses a parameter that `solver` does not have.
    pub(super) fn check(&self, solver: SolverName) -> Result<(), Failure> {
        use SolverName::{BranchAndBound, Pt, Sqa, Svmc, Tabu, Tree};
        let given: [(&str, bool, &[SolverName]); 8] = [
            ("--cluster-moves", self.cluster_moves.is_some(), &[Pt]),
            ("--num-replicas", self.num_replicas.is_some(), &[Pt]),
            ("--num-slices", self.num_slices.is_some(), &[Sqa]),
            ("--chip", self.chip.is_some(), &[Sqa, Svmc]),
            ("--num-iterations", self.num_iterations.is_some(), &[Tabu]),
            ("--tenure", self.tenure.is_some(), &[Tabu]),
            ("--max-width", self.max_width.is_some(), &[Tree]),
            ("--max-nodes", self.max_nodes.is_some(), &[BranchAndBound]),
        ];
        match given.into_iter().find(|(_, is_given, solvers)| *is_given && !solvers.contains(&solver)) {
            None => Ok(()),
            Some((flag, _, solvers)) => {
                let names = solvers.iter().map(|name| format!("--solver {}", name.text())).collect::<Vec<_>>();
                let failure = Failure::input(format!("{flag} means nothing to the solver {}", solver.text()));
                Err(failure.with_hint(format!("it belongs to {}", names.join(" and "))))
            }
        }
    }
}
