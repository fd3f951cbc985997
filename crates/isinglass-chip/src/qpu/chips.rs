//! Published figures of the known chips.
//!
//! Sources, all of D-Wave's documentation as of July 2026: *QPU-specific characteristics* (temperature, readout, programming and delay
//! times, effective temperature of single qubits), *General QPU solver properties* (ranges), *Operation and timing* (limits, and the
//! example of timing data from which the assumed numbers are taken).

use super::timing::{ReadoutModel, TimingData};

/// Published figures of one chip.
pub(super) struct Published {
    /// Solver name.
    pub(super) solver: &'static str,
    pub(super) temperature_mk: f64,
    /// The temperature, in units of `h`, of the Boltzmann distribution that reads of single qubits follow.
    pub(super) effective_temperature: Option<f64>,
    /// The shortest and the longest readout, in microseconds.
    readout: (f64, f64),
    num_qubits: usize,
    programming: f64,
    delay: f64,
}

pub(super) const PUBLISHED: [Published; 5] = [
    Published {
        solver: "Advantage_system4",
        temperature_mk: 15.4,
        effective_temperature: Some(0.198),
        readout: (17.0, 235.0),
        num_qubits: 5627,
        programming: 14_100.0,
        delay: 20.5,
    },
    Published {
        solver: "Advantage_system6",
        temperature_mk: 16.0,
        effective_temperature: Some(0.221),
        readout: (18.0, 173.0),
        num_qubits: 5612,
        programming: 14_200.0,
        delay: 20.5,
    },
    Published {
        solver: "Advantage2_system1",
        temperature_mk: 20.0,
        effective_temperature: Some(0.112),
        readout: (17.0, 101.0),
        num_qubits: 4577,
        programming: 33_600.0,
        delay: 60.6,
    },
    Published {
        solver: "Advantage2_system2",
        temperature_mk: 16.7,
        effective_temperature: Some(0.119),
        readout: (17.0, 95.0),
        num_qubits: 4514,
        programming: 24_500.0,
        delay: 20.6,
    },
    Published {
        solver: "Advantage2_system4",
        temperature_mk: 18.0,
        effective_temperature: None,
        readout: (17.0, 45.0),
        num_qubits: 1202,
        programming: 8000.0,
        delay: 20.6,
    },
];

/// Solver whose schedule and effective temperature are used for chips that have none published.
pub(super) const STAND_IN: &str = "Advantage2_system2";

/// The curve of readout times of the documentation's example of timing data, numbers of qubits and times as shares of the way from the
/// first to the last point, both in logarithms.
const READOUT_CURVE: [(f64, f64); 6] =
    [(0.0, 0.0), (0.2053, 0.4006), (0.4598, 0.7045), (0.7231, 0.9532), (0.8437, 1.0), (1.0, 1.0)];

impl Published {
    /// Sources of all figures that are not in the published tables.
    pub(super) const ASSUMED: [&'static str; 2] = [
        "between the published shortest and longest readout the time is taken to rise as in the documentation's example",
        "times of reverse annealing and decorrelation are those of the documentation's example",
    ];

    pub(super) fn timing(&self) -> TimingData {
        let (shortest, longest) = (self.readout.0.log10(), self.readout.1.log10());
        let qubits = READOUT_CURVE.iter().map(|(share, _)| share * (self.num_qubits as f64).log10());
        let times = READOUT_CURVE.iter().map(|(_, share)| shortest + share * (longest - shortest));
        TimingData {
            version: "1.0.0".to_owned(),
            typical_programming_time: self.programming,
            reverse_annealing_with_reinit_prog_time_delta: 0.0,
            reverse_annealing_without_reinit_prog_time_delta: 5.55,
            default_programming_thermalization: 1000.0,
            default_annealing_time: 20.0,
            readout_time_model: ReadoutModel::LogLog,
            readout_time_model_parameters: qubits.chain(times).collect(),
            qpu_delay_time_per_sample: self.delay,
            reverse_annealing_with_reinit_delay_time_delta: -4.5,
            reverse_annealing_without_reinit_delay_time_delta: -1.5,
            default_readout_thermalization: 0.0,
            decorrelation_max_nominal_anneal_time: 2000.0,
            decorrelation_time_range: (500.0, 10_000.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::ChipModel;

    #[test]
    fn every_named_chip_has_its_published_numbers() {
        assert_eq!(
            ChipModel::all().iter().map(|model| (model.solver, model.num_qubits)).collect::<Vec<_>>(),
            PUBLISHED.iter().map(|chip| (chip.solver, chip.num_qubits)).collect::<Vec<_>>()
        );
    }

    #[test]
    fn readout_times_have_the_published_ends() {
        for chip in PUBLISHED {
            let timing = chip.timing();
            assert!((timing.readout_time(1) - chip.readout.0).abs() < 1e-9);
            assert!((timing.readout_time(chip.num_qubits) - chip.readout.1).abs() < 1e-9);
        }
    }
}
