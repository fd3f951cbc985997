//! Precision of a formulation on analog hardware, and formulations of the same rows with better precision.

use super::compile::{Formulation, FormulationError, WeightTerms, compile_within};
use super::options::{FormulationOptions, GateKind, PenaltyRule};
use crate::network::Architecture;
use crate::task::Task;
use isinglass_chip::embedding::{ControlError, EnergyGap, GapResolution, GapSource, HardwareRange, Precision};
use isinglass_qubo::{ModelError, RunControl};
use serde::Serialize;
use std::fmt;

impl Formulation {
    /// The energy difference that the hardware must resolve: the guaranteed gap, or else one step of the loss; `None`
    /// if the loss is constant.
    #[must_use]
    pub fn gap(&self) -> Option<EnergyGap> {
        let (gap, step) = (self.statistics.guaranteed_gap, self.statistics.loss_step);
        if gap > 0.0 {
            Some(EnergyGap { energy: gap, source: GapSource::Guaranteed })
        } else if step > 0.0 {
            Some(EnergyGap { energy: step, source: GapSource::LossStep })
        } else {
            None
        }
    }

    /// Precision of the QUBO on a chip, with one qubit per variable.
    ///
    /// # Errors
    /// [`ModelError`] when the Ising coefficients overflow.
    pub fn precision(&self, range: &HardwareRange, control_error: ControlError) -> Result<Precision, ModelError> {
        Precision::of(&self.qubo, self.gap(), range, control_error)
    }
}

/// How an alternative formulation differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// All reductions, with per-group penalties.
    Compact,
    /// Per-group penalties.
    PenaltiesPerGroup,
    /// Wide-gap gates.
    WideGap,
    /// All reductions, per-group penalties and wide-gap gates.
    CompactWideGap,
    /// Only this many rows from the start.
    Rows(usize),
}

impl fmt::Display for Change {
    /// The command-line options that select it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compact => formatter.write_str("--formulation compact"),
            Self::PenaltiesPerGroup => formatter.write_str("--margin 1.0625"),
            Self::WideGap => formatter.write_str("--gate wide-gap"),
            Self::CompactWideGap => formatter.write_str("--formulation compact --gate wide-gap"),
            Self::Rows(number) => write!(formatter, "--limit {number}"),
        }
    }
}

/// An alternative formulation of the same task, with its precision.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alternative {
    /// How it differs.
    pub change: Change,
    /// Its formulation options.
    #[serde(skip)]
    pub options: FormulationOptions,
    /// Variables of its QUBO.
    pub num_variables: usize,
    /// Interactions of its QUBO.
    pub num_interactions: usize,
    /// Its precision on a chip.
    pub precision: Precision,
}

/// Compiles alternatives with better precision than these options: the compact formulation, per-group penalties and
/// wide-gap gates, as far as the options do not use them already, and the most rows from the start (a half, a quarter,
/// …) that keep the gap above the control error, or 1. Alternatives that exceed the size limits or the memory limit of
/// `control` are left out.
///
/// # Errors
/// As [`compile_within`], except for the size, and [`FormulationError::Stopped`].
pub fn alternatives(
    task: &Task,
    architecture: &Architecture,
    options: &FormulationOptions,
    weights: &WeightTerms,
    range: &HardwareRange,
    control_error: ControlError,
    control: &RunControl<'_>,
) -> Result<Vec<Alternative>, FormulationError> {
    let of = |task: &Task, change: Change, options: FormulationOptions| {
        let formulation = match compile_within(task, architecture, &options, weights, control) {
            Ok(formulation) => formulation,
            Err(FormulationError::TooLarge { .. } | FormulationError::Memory { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let precision = formulation.precision(range, control_error)?;
        let (num_variables, num_interactions) = (formulation.qubo.num_variables(), formulation.qubo.num_interactions());
        Ok(Some(Alternative { change, options, num_variables, num_interactions, precision }))
    };
    let compact = FormulationOptions::compact();
    let mut changes: Vec<(Change, FormulationOptions)> = Vec::new();
    let mut add = |change, changed: FormulationOptions| {
        if changed != *options && changes.iter().all(|&(_, other)| other != changed) {
            changes.push((change, changed));
        }
    };
    if matches!(options.penalties, PenaltyRule::Uniform { .. }) {
        add(Change::PenaltiesPerGroup, FormulationOptions { penalties: compact.penalties, ..*options });
    }
    if options.reductions.half_step {
        add(Change::WideGap, FormulationOptions { gate: GateKind::WideGap, ..*options });
    }
    if options.reductions != compact.reductions {
        add(Change::Compact, compact);
        add(Change::CompactWideGap, FormulationOptions { gate: GateKind::WideGap, ..compact });
    }
    let mut found = Vec::new();
    for (change, changed) in changes {
        found.extend(of(task, change, changed)?);
    }
    let mut num_rows = task.num_rows() / 2;
    while num_rows > 0 {
        let rows: Vec<usize> = (0..num_rows).collect();
        let fewer = of(&task.select_rows(&rows), Change::Rows(num_rows), *options)?;
        match fewer {
            Some(fewer) if num_rows == 1 || fewer.precision.visibility == GapResolution::Visible => {
                found.push(fewer);
                break;
            }
            _ => num_rows /= 2,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::compile::compile;
    use super::*;
    use crate::bits::BitMatrix;
    use isinglass_qubo::rng::stream;
    use rand_core::Rng;

    fn task(num_rows: usize, num_inputs: usize) -> Task {
        let mut stream = stream(3, 0);
        let inputs = BitMatrix::from_fn(num_rows, num_inputs, |_, _| stream.next_u64() >> 63 == 1);
        let targets = BitMatrix::from_fn(num_rows, 1, |_, _| stream.next_u64() >> 63 == 1);
        Task::new(inputs, targets).unwrap()
    }

    fn precision_of(task: &Task, widths: &[usize], options: &FormulationOptions) -> Precision {
        let architecture = Architecture::new(widths.to_vec(), false).unwrap();
        let formulation = compile(task, &architecture, options, &WeightTerms::default()).unwrap();
        formulation.precision(&HardwareRange::default(), ControlError::default()).unwrap()
    }

    #[test]
    fn the_loss_is_invisible_behind_the_paper_s_penalty_and_visible_in_compact_batches() {
        for num_rows in [4, 8] {
            let task = task(num_rows, 3);
            let reference = precision_of(&task, &[3, 3, 1], &FormulationOptions::reference());
            assert_eq!(reference.visibility, GapResolution::Invisible, "{reference}");
            let compact = precision_of(&task, &[3, 3, 1], &FormulationOptions::compact());
            assert_eq!(compact.visibility, GapResolution::Visible, "{compact}");
        }
    }

    #[test]
    fn alternatives_for_which_there_is_no_memory_are_left_out() {
        let (task, architecture) = (task(400, 5), Architecture::new(vec![5, 3, 1], false).unwrap());
        let of = |memory_limit| {
            let control = RunControl { memory_limit, ..RunControl::default() };
            let (range, error) = (HardwareRange::default(), ControlError::default());
            let options = FormulationOptions::reference();
            alternatives(&task, &architecture, &options, &WeightTerms::default(), &range, error, &control).unwrap()
        };
        let (all, some) = (of(None), of(Some(200_000)));
        assert!(all.iter().any(|alternative| alternative.change == Change::PenaltiesPerGroup));
        assert!(!some.iter().any(|alternative| alternative.change == Change::PenaltiesPerGroup));
        assert!(some.iter().any(|alternative| matches!(alternative.change, Change::Rows(_))));
    }

    #[test]
    fn alternatives_have_the_precision_of_what_they_say() {
        let (task, widths) = (task(12, 3), [3, 3, 1]);
        let architecture = Architecture::new(widths.to_vec(), false).unwrap();
        let (range, error) = (HardwareRange::default(), ControlError::default());
        let of = |options: &FormulationOptions| {
            let control = RunControl::default();
            alternatives(&task, &architecture, options, &WeightTerms::default(), &range, error, &control).unwrap()
        };
        let found = of(&FormulationOptions::reference());
        let changes: Vec<Change> = found.iter().map(|alternative| alternative.change).collect();
        let expected = [Change::PenaltiesPerGroup, Change::Compact, Change::CompactWideGap, Change::Rows(1)];
        assert_eq!(changes, expected);
        for alternative in &found {
            let rows: Vec<usize> = match alternative.change {
                Change::Rows(number) => (0..number).collect(),
                _ => (0..12).collect(),
            };
            assert_eq!(precision_of(&task.select_rows(&rows), &widths, &alternative.options), alternative.precision);
        }
        let gaps: Vec<f64> = found.iter().map(|alternative| alternative.precision.scaled_gap.unwrap()).collect();
        assert!(gaps[3] < gaps[0] && gaps[0] < gaps[1] && gaps[1] <= gaps[2], "{gaps:?}");
        let wide = FormulationOptions { gate: GateKind::WideGap, ..FormulationOptions::compact() };
        assert!(of(&wide).iter().all(|alternative| matches!(alternative.change, Change::Rows(_))));
    }

    #[test]
    fn wide_gap_gates_widen_the_gap_of_networks_whose_gates_are_their_largest_numbers() {
        for widths in [[5, 3, 1], [7, 3, 1], [15, 3, 1]] {
            let task = task(4, widths[0]);
            let wide = FormulationOptions { gate: GateKind::WideGap, ..FormulationOptions::compact() };
            let gap = |options| precision_of(&task, &widths, options).scaled_gap.unwrap();
            let (half_step, wide) = (gap(&FormulationOptions::compact()), gap(&wide));
            assert!(wide >= 1.5 * half_step, "{widths:?}: {half_step} and {wide}");
        }
    }

    #[test]
    fn without_a_guarantee_the_step_of_the_loss_is_what_counts() {
        let architecture = Architecture::new(vec![3, 1], false).unwrap();
        let options =
            FormulationOptions { penalties: PenaltyRule::PerGroup { margin: 0.5 }, ..FormulationOptions::compact() };
        let formulation = compile(&task(3, 3), &architecture, &options, &WeightTerms::default()).unwrap();
        assert_eq!(formulation.gap(), Some(EnergyGap { energy: 1.0, source: GapSource::LossStep }));
    }
}
