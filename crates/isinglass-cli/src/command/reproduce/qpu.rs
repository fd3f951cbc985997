//! Whether the chip of a reproduction is emulated or real, and what is said before a real one is used.

use clap::ValueEnum;
use isinglass_chip::qpu::{QpuEmulator, TimingRequest};
use isinglass_paper::reproduce::{Mode, ReproducePlan};
use isinglass_qubo::RunControl;

use super::ReproduceArguments;
use crate::arguments::real_chip::RealChip;
use crate::failure::Failure;
use crate::output::number::{count, duration, thousands};

/// Which chip the QPU mode has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum QpuChoice {
    /// The real one if a token is configured.
    #[value(help = None)]
    Auto,
    /// An emulated one.
    #[value(help = None)]
    Emulated,
    /// The real one.
    #[value(help = None)]
    Real,
}

impl ReproduceArguments {
    /// The real chip, if it is wanted.
    ///
    /// # Errors
    /// A [`Failure`] when what is asked for contradicts itself, or the chip cannot be used.
    pub(super) fn real_chip(&self, control: &RunControl<'_>) -> Result<Option<RealChip>, Failure> {
        let names = |mode: Mode| self.modes.iter().any(|name| name == mode.name());
        let is_named = names(Mode::Qpu);
        let is_run = self.experiments.iter().any(|name| name != "none");
        match self.qpu {
            QpuChoice::Emulated if is_named => {
                Err(Failure::input("--modes qpu is the real chip, but --qpu says emulated")
                    .with_hint("name the mode qpu-emulated, or leave --qpu out"))
            }
            QpuChoice::Real if !self.modes.is_empty() && !is_named => {
                Err(Failure::input("--qpu says real, but --modes leaves the real chip out")
                    .with_hint("add qpu to --modes"))
            }
            QpuChoice::Real | QpuChoice::Auto if self.chip.is_some() && (is_named || self.qpu == QpuChoice::Real) => {
                Err(Failure::input("--chip names a chip to be emulated, but the real one is asked for")
                    .with_hint("leave --chip out; the real one is named in DWAVE_API_SOLVER or dwave.conf"))
            }
            QpuChoice::Real | QpuChoice::Auto if is_run && (is_named || self.qpu == QpuChoice::Real) => {
                RealChip::required(control).map(Some)
            }
            // who names an emulated chip, or is in a hurry, does not mean to pay
            QpuChoice::Auto if is_run && self.modes.is_empty() && !self.quick && self.chip.is_none() => {
                RealChip::configured(control)
            }
            _ => Ok(None),
        }
    }
}

/// What will be submitted, before it is.
///
/// # Errors
/// A [`Failure`] when the chip does not take a single read.
pub(super) fn announcement(plan: &ReproducePlan, real: &RealChip) -> Result<String, Failure> {
    let batches: usize = plan.experiments.iter().map(|experiment| experiment.num_batches).sum();
    let problems = batches * plan.formulations.len();
    let request = |num_reads: u64| TimingRequest { num_reads, ..TimingRequest::new(real.chip.qubits().len()) };
    let (reads, most) = (plan.qpu_reads as u64, real.properties.max_reads(&request(1)));
    if most == 0 {
        return Err(Failure::input(format!("{} does not take a single read", real.chip.name())));
    }
    let time = |num_reads| real.properties.timing.access_time(&request(num_reads)).qpu_access_time;
    let rest = if reads % most > 0 { time(reads % most) } else { 0.0 };
    let each = (reads / most) as f64 * time(most.min(reads)) + rest;
    let submissions = problems as u64 * reads.div_ceil(most);
    Ok(format!(
        "the QPU is real: {} at {}. {} of {} reads in {}, about {} of QPU access time at most, by {}. \
         --qpu emulated submits nothing",
        real.chip.name(),
        real.endpoint,
        count(problems, "problem", "problems"),
        thousands(reads),
        count(submissions as usize, "submission", "submissions"),
        duration(problems as f64 * each * 1e-6),
        real.properties.timing_source
    ))
}

/// What has to be known of the chips of the QPU modes.
pub(super) fn notice(plan: &ReproducePlan) -> String {
    let emulated = || QpuEmulator::new(plan.qpu.clone()).scope().notice();
    let real = || {
        let name = plan.qpu_chip.name();
        format!("{name} is a real chip, run through its service; the same run does not give the same reads again")
    };
    match (plan.modes.contains(&Mode::Qpu), plan.modes.contains(&Mode::QpuEmulated)) {
        (true, true) => format!("{}; besides, it is emulated: {}", real(), emulated()),
        (true, false) => real(),
        _ => emulated(),
    }
}

/// The chip of the QPU modes by its name, which says what it is.
pub(super) fn chip_text(plan: &ReproducePlan) -> String {
    let name = plan.qpu_chip.name();
    match (plan.modes.contains(&Mode::Qpu), plan.modes.contains(&Mode::QpuEmulated)) {
        (true, true) => format!("{name} (real, and emulated)"),
        (true, false) => format!("{name} (real)"),
        _ => format!("{name} (emulated)"),
    }
}
