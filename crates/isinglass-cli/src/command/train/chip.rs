//! What is said about training on a chip.

use isinglass::train::{EmbeddedStep, Training};
use serde::Serialize;

use crate::arguments::chip::ChosenChip;
use crate::arguments::embedding::{breaks_line, strengths_text};
use crate::output::number::{count, thousands};

/// Training on a chip: the chip, and the step that found the network. Steps of minibatches are in `batches`.
#[derive(Serialize)]
pub(super) struct OnChip {
    chip: String,
    emulated: bool,
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
            emulated: chosen.is_emulated,
            chip_qubits: chosen.chip.qubits().len(),
            step,
            chip_text: chosen.text(),
        })
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let step = &self.step;
        vec![
            format!("{}: {}", self.chip_text, count(self.chip_qubits, "qubit", "qubits")),
            format!(
                "{} on {} (at least {}), chains of at most {}",
                count(step.num_variables, "variable", "variables"),
                count(step.num_qubits, "qubit", "qubits"),
                thousands(step.lower_bound as u64),
                thousands(step.max_chain_length as u64)
            ),
            strengths_text(&[step.chain_strength]),
            breaks_line(step.num_broken_reads, step.num_reads, step.mean_break_rate, &step.break_rates),
        ]
    }
}
