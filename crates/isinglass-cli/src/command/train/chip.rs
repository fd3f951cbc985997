//! What is said about training on a chip.

use isinglass::train::{Batching, EmbeddedStep, EmbeddingPlan, QpuTime, StepRecord, Training, TrainingPlan};
use isinglass_chip::embedding::GapResolution;
use isinglass_chip::hardware::Chip;
use serde::Serialize;

use crate::arguments::chip::ChosenChip;
use crate::arguments::embedding::{Setup, breaks_lines, precision_lines, strengths_text};
use crate::arguments::solver::{Emulation, EmulationOutput};
use crate::failure::Failure;
use crate::output::number::{count, thousands};

/// How QUBOs are put onto the chip; with its time, where it is emulated.
///
/// # Errors
/// A [`Failure`] for parameters that make no sense when training.
pub(super) fn plan(setup: &Setup, emulation: Option<&Emulation>) -> Result<EmbeddingPlan, Failure> {
    let plan = setup.plan()?;
    Ok(match emulation {
        None => plan,
        // the emulator shares its reads out among the transforms, as a chip's users do
        Some(emulation) => EmbeddingPlan {
            num_spin_reversal_transforms: 0,
            control_error: emulation.control_error(),
            request: Some(emulation.request()),
            ..plan
        },
    })
}

/// What is said of the emulation of a run.
pub(super) fn emulated(emulation: &Emulation, training: &Training) -> EmulationOutput {
    let steps = &training.state.steps;
    let time = |step: &StepRecord| step.embedded.as_ref()?.qpu;
    let first = training.state.best.as_ref().map_or(0, |best| best.step);
    let others = (0..steps.len()).filter(|&index| index != first);
    let times: Vec<QpuTime> =
        std::iter::once(first).chain(others).filter_map(|index| steps.get(index).and_then(time)).collect();
    emulation.output(steps.iter().map(|step| step.num_reads).sum(), &times, None)
}

/// Training on a chip: the chip, and the step that found the network. Steps of minibatches are in `batches`.
#[derive(Serialize)]
pub(super) struct OnChip {
    chip: String,
    is_emulated: bool,
    chip_qubits: usize,
    #[serde(flatten)]
    step: EmbeddedStep,
    #[serde(skip)]
    chip_text: String,
}

impl OnChip {
    /// Nothing if the run was cut off before its first step.
    pub(super) fn of(chosen: &ChosenChip, training: &Training) -> Option<Self> {
        let best = training.state.best.as_ref()?;
        let step = training.state.steps.get(best.step)?.embedded.clone()?;
        Some(Self {
            chip: chosen.chip.name().to_owned(),
            is_emulated: chosen.is_emulated,
            chip_qubits: chosen.chip.qubits().len(),
            step,
            chip_text: chosen.text(),
        })
    }

    /// How precisely the chip sees the QUBO.
    pub(super) fn precision_lines(&self) -> Vec<String> {
        let mut lines = precision_lines("on the chip", &self.step.precision);
        if matches!(self.step.precision.visibility, GapResolution::Invisible | GapResolution::Blurred) {
            lines.push(
                "hint: `isinglass compile` names formulations of the same rows that a chip sees better".to_owned(),
            );
        }
        lines
    }

    /// Chains that break, by the labels of their variables, the worst first.
    pub(super) fn break_rates(&self) -> &[(String, f64)] {
        &self.step.break_rates
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let step = &self.step;
        let mut lines = vec![
            format!("{}: {}", self.chip_text, count(self.chip_qubits, "qubit", "qubits")),
            format!(
                "{} on {} (at least {}), chains of at most {}",
                count(step.num_variables, "variable", "variables"),
                count(step.num_qubits, "qubit", "qubits"),
                thousands(step.lower_bound as u64),
                thousands(step.max_chain_length as u64)
            ),
            strengths_text(&[step.chain_strength]),
        ];
        lines.extend(breaks_lines(step.num_broken_reads, step.num_reads, step.mean_break_rate, &step.break_rates));
        lines
    }
}

/// The chains of a run on the whole set, by variable.
pub(super) struct Chains<'a> {
    pub(super) chip: &'a Chip,
    pub(super) chains: Vec<Vec<u32>>,
    pub(super) labels: Vec<String>,
}

/// The chains of a run, if it learned the whole set on a chip.
pub(super) fn chains<'a>(plan: &'a TrainingPlan, training: &Training) -> Option<Chains<'a>> {
    let embedding = plan.embedding.as_ref().filter(|_| plan.batching == Batching::Whole)?;
    let formulation = training.formulation.as_ref()?;
    let chains = embedding.chains(formulation)?;
    let labels = formulation.layout.roles().iter().map(ToString::to_string).collect();
    Some(Chains { chip: &embedding.chip, chains, labels })
}
