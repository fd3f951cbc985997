//! The emulated chip as a sampler: its flags, and what is said in every output about what it is.

use clap::{Args, ValueEnum};
use isinglass::train::QpuTime;
use isinglass_chip::embedding::{ControlError, Embedded};
use isinglass_chip::qpu::{
    ControlErrors, Dynamics, EmulationScope, Plan, PlanError, PlanRequest, QpuEmulator, SolverProperties, TimingSource,
};
use isinglass_qubo::sampler::{ClusterMoves, SimulatedQuantumAnnealing};
use serde::Serialize;
use serde_json::{Value, json};

use crate::arguments::value;
use crate::output::number::{compact, count, duration, significant};

/// Reads unless the user says how many: what is usual on a chip.
const NUM_READS: usize = 1000;
/// The published bound.
const READOUT_ERROR: f64 = 0.001;
/// Nothing fixes this number.
const SWEEPS_PER_MICROSECOND: f64 = 50.0;

/// How the chip is run, and how it is emulated.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Emulated chip (--solver qpu-emulator)")]
pub(crate) struct EmulatorArguments {
    /// Length of an anneal in microseconds, within the chip's range [default: the chip's]
    #[arg(long, value_name = "US", value_parser = value::positive)]
    pub(super) annealing_time: Option<f64>,
    /// Emulation model [default: spin-vector]
    #[arg(long, value_name = "DYNAMICS", ignore_case = true)]
    pub(super) dynamics: Option<DynamicsName>,
    /// Emulated sweeps per microsecond of annealing time [default: 50]
    #[arg(long, value_name = "N", value_parser = value::positive)]
    pub(super) sweeps_per_microsecond: Option<f64>,
    /// Steps and errors of programmed biases: on, off, or a factor of what is published [default: on]
    #[arg(long, value_name = "on|off|FACTOR", value_parser = control_errors)]
    pub(super) control_errors: Option<f64>,
    /// Probability that a spin is read wrongly [default: 0.001]
    #[arg(long, value_name = "P", value_parser = value::probability)]
    pub(super) readout_error: Option<f64>,
    /// Temperature of single qubits in units of h on the chip [default: the chip's]
    #[arg(long, value_name = "T", value_parser = value::positive)]
    pub(super) effective_temperature: Option<f64>,
    /// Do not scale biases to the ranges of the chip; what is outside of them is then an error
    #[arg(long)]
    pub(super) no_auto_scale: bool,
}

/// Names of the arguments above.
pub(super) const FLAGS: [&str; 7] = [
    "annealing_time",
    "dynamics",
    "sweeps_per_microsecond",
    "control_errors",
    "readout_error",
    "effective_temperature",
    "no_auto_scale",
];

/// The classical dynamics that stands for that of the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DynamicsName {
    /// A rotor for each qubit.
    #[value(help = None)]
    SpinVector,
    /// Paths in imaginary time, with --num-slices.
    #[value(help = None)]
    PathIntegral,
}

fn control_errors(text: &str) -> Result<f64, String> {
    match text {
        "on" => Ok(1.0),
        "off" => Ok(0.0),
        factor => value::not_negative(factor).map_err(|_| format!("`{factor}` is not on, off or a factor such as 0.5")),
    }
}

impl EmulatorArguments {
    /// The emulation of a chip, with a number of reads; `num_slices` are those of path integrals.
    pub(super) fn emulation(
        &self,
        properties: SolverProperties,
        num_reads: Option<usize>,
        num_slices: Option<usize>,
        num_spin_reversal_transforms: usize,
    ) -> Emulation {
        let default = QpuEmulator::new(properties);
        let errors = default.control_errors;
        let factor = self.control_errors.unwrap_or(1.0);
        let emulator = QpuEmulator {
            num_reads: num_reads.unwrap_or(NUM_READS),
            annealing_time: self.annealing_time,
            auto_scale: !self.no_auto_scale,
            dynamics: match self.dynamics {
                Some(DynamicsName::PathIntegral) => Dynamics::PathIntegral {
                    num_slices: num_slices.unwrap_or(SimulatedQuantumAnnealing::default().num_slices),
                },
                Some(DynamicsName::SpinVector) | None => Dynamics::default(),
            },
            sweeps_per_microsecond: self.sweeps_per_microsecond.unwrap_or(SWEEPS_PER_MICROSECOND),
            effective_temperature: self.effective_temperature,
            control_errors: ControlErrors {
                h_mean: errors.h_mean * factor,
                h_sigma: errors.h_sigma * factor,
                j_mean: errors.j_mean * factor,
                j_sigma: errors.j_sigma * factor,
                h_step: errors.h_step * factor,
                j_step: errors.j_step * factor,
            },
            readout_error: self.readout_error.unwrap_or(READOUT_ERROR),
            num_spin_reversal_transforms,
            ..default
        };
        Emulation { emulator, control_error_factor: factor }
    }
}

/// A chip to be emulated.
#[derive(Clone, Debug)]
pub(crate) struct Emulation {
    emulator: QpuEmulator,
    control_error_factor: f64,
}

impl Emulation {
    /// Reads of the whole run, or of each minibatch.
    pub(crate) fn num_reads(&self) -> usize {
        self.emulator.num_reads
    }

    /// The errors of its numbers.
    pub(crate) fn control_error(&self) -> ControlError {
        let errors = self.emulator.control_errors;
        ControlError { h: errors.h_sigma, j: errors.j_sigma }
    }

    /// The emulator of a model over qubits, which knows their chains.
    pub(crate) fn sampler(&self, seed: u64, embedded: &Embedded) -> QpuEmulator {
        let sets = embedded.chains().iter().filter(|chain| chain.len() > 1);
        let sets = sets.map(|chain| chain.iter().map(|&qubit| qubit as u32).collect());
        QpuEmulator {
            qubits: Some(embedded.qubits().to_vec()),
            chains: ClusterMoves::Sets(sets.collect()),
            seed,
            ..self.emulator.clone()
        }
    }

    /// What is asked of the chip.
    pub(crate) fn request(&self) -> PlanRequest {
        PlanRequest {
            num_reads: self.emulator.num_reads as u64,
            annealing_time: self.emulator.annealing_time,
            num_spin_reversal_transforms: self.emulator.num_spin_reversal_transforms as u64,
            ..PlanRequest::default()
        }
    }

    /// What so many reads of a model take on the chip, by its own model of times.
    ///
    /// # Errors
    /// [`PlanError`] for what the chip does not take.
    pub(crate) fn time(&self, embedded: &Embedded, num_reads: usize) -> Result<QpuTime, PlanError> {
        let request = self.request().with_reads_done(num_reads as u64);
        let Plan { scale, num_submissions, qpu_access_time, .. } =
            Plan::new(&self.emulator.properties, embedded, &request)?;
        Ok(QpuTime { scale, num_submissions, qpu_access_time })
    }

    /// What to say of a run: `steps` are the times of its steps, the one that gave the result first, with all reads.
    /// What a scan of chain strengths took before comes on top.
    pub(crate) fn output(&self, num_reads: usize, steps: &[QpuTime], of_scan: Option<Spent>) -> EmulationOutput {
        // what is emulated knows its qubits
        let emulator = QpuEmulator { qubits: Some(Vec::new()), chains: ClusterMoves::Strong, ..self.emulator.clone() };
        let scope = emulator.scope();
        let properties = &emulator.properties;
        let num_slices = match emulator.dynamics {
            Dynamics::PathIntegral { num_slices } => Some(num_slices),
            Dynamics::SpinVector { .. } => None,
        };
        // each programming has a gauge, and a chip limits the reads of one
        let transforms = steps.first().filter(|_| emulator.num_spin_reversal_transforms > 0);
        let (of_steps, before) = (Spent::new(num_reads, steps), of_scan.unwrap_or_default());
        EmulationOutput {
            notice: scope.notice(),
            scope,
            annealing_time: emulator.annealing_time.unwrap_or(properties.timing.default_annealing_time),
            effective_temperature: emulator.effective_temperature.unwrap_or(properties.effective_temperature),
            num_spin_reversal_transforms: transforms.map_or(0, |step| step.num_submissions),
            control_error_factor: self.control_error_factor,
            readout_error: emulator.readout_error,
            dynamics: num_slices.map_or(DynamicsName::SpinVector, |_| DynamicsName::PathIntegral),
            num_slices,
            sweeps_per_microsecond: emulator.sweeps_per_microsecond,
            auto_scale: emulator.auto_scale,
            scale: steps.first().map_or(1.0, |step| if emulator.auto_scale { step.scale } else { 1.0 }),
            spent: Spent {
                num_reads: of_steps.num_reads + before.num_reads,
                num_submissions: of_steps.num_submissions + before.num_submissions,
                qpu_access_time: of_steps.qpu_access_time + before.qpu_access_time,
            },
            of_scan,
            timing_source: properties.timing_source,
        }
    }
}

/// What was asked of the chip.
#[derive(Clone, Copy, Default, Serialize)]
pub(crate) struct Spent {
    num_reads: usize,
    num_submissions: u64,
    /// Microseconds, by the chip's own model of times.
    qpu_access_time: f64,
}

impl Spent {
    /// So many reads in all, and the times of the steps that made them.
    pub(crate) fn new(num_reads: usize, steps: &[QpuTime]) -> Self {
        Self {
            num_reads,
            num_submissions: steps.iter().map(|step| step.num_submissions).sum(),
            qpu_access_time: steps.iter().map(|step| step.qpu_access_time).sum(),
        }
    }

    fn text(&self) -> String {
        let submissions = count(self.num_submissions as usize, "submission", "submissions");
        format!("{} in {submissions}", count(self.num_reads, "read", "reads"))
    }
}

/// That a chip was emulated, and how; its fields are the names in JSON.
#[derive(Serialize)]
pub(crate) struct EmulationOutput {
    notice: String,
    #[serde(flatten)]
    scope: EmulationScope,
    /// Microseconds.
    annealing_time: f64,
    effective_temperature: f64,
    /// Gauges of the step that gave the result.
    num_spin_reversal_transforms: u64,
    /// 1 for what is published, 0 for none.
    control_error_factor: f64,
    readout_error: f64,
    dynamics: DynamicsName,
    #[serde(skip_serializing_if = "Option::is_none")]
    num_slices: Option<usize>,
    sweeps_per_microsecond: f64,
    auto_scale: bool,
    /// What biases were divided by, in the step that gave the result.
    scale: f64,
    /// In all.
    #[serde(flatten)]
    spent: Spent,
    /// The part of it that the scan of chain strengths took.
    #[serde(skip_serializing_if = "Option::is_none")]
    of_scan: Option<Spent>,
    #[serde(skip)]
    timing_source: TimingSource,
}

impl EmulationOutput {
    /// What goes with samples into a file: that they are emulated, and the time under the service's name for it.
    pub(crate) fn info(&self) -> [(String, Value); 2] {
        let timing = json!({"qpu_access_time": self.spent.qpu_access_time, "is_modelled": true});
        [("timing".to_owned(), timing), ("notice".to_owned(), json!(self.notice))]
    }

    /// Settings that are not the default, for people.
    fn settings(&self) -> Vec<String> {
        let mut settings = Vec::new();
        if self.control_error_factor != 1.0 {
            settings.push(format!("control errors times {}", compact(self.control_error_factor)));
        }
        if self.readout_error != READOUT_ERROR {
            settings.push(format!("readout error {}", compact(self.readout_error)));
        }
        settings.extend(self.num_slices.map(|slices| format!("path integrals of {slices} slices")));
        if self.sweeps_per_microsecond != SWEEPS_PER_MICROSECOND {
            settings.push(format!("{} sweeps a microsecond", compact(self.sweeps_per_microsecond)));
        }
        if !self.auto_scale {
            settings.push("no auto-scaling".to_owned());
        }
        settings
    }

    /// Lines for people.
    pub(crate) fn lines(&self) -> Vec<String> {
        let submissions = count(self.spent.num_submissions as usize, "submission", "submissions");
        let mut asked = format!(
            "{} of {} µs in {submissions}",
            count(self.spent.num_reads, "read", "reads"),
            compact(self.annealing_time)
        );
        if self.num_spin_reversal_transforms > 0 {
            let transforms = self.num_spin_reversal_transforms as usize;
            asked.push_str(&format!(
                ", shared out among {}",
                count(transforms, "spin-reversal transform", "spin-reversal transforms")
            ));
        }
        let mut lines = vec![
            self.notice.clone(),
            asked,
            format!(
                "QPU access time {}, modelled from {}, not measured",
                duration(self.spent.qpu_access_time * 1e-6),
                self.timing_source
            ),
            format!(
                "biases divided by {}; effective temperature {}",
                significant(self.scale),
                significant(self.effective_temperature)
            ),
        ];
        lines.extend(self.of_scan.map(|scan| {
            let time = duration(scan.qpu_access_time * 1e-6);
            format!("of these the scan took {}, QPU access time {time}", scan.text())
        }));
        let settings = self.settings();
        if !settings.is_empty() {
            lines.push(format!("not the default: {}", settings.join("; ")));
        }
        let EmulationScope { modelled, not_modelled, assumptions, .. } = &self.scope;
        for (title, phrases) in [("modelled", modelled), ("not modelled", not_modelled), ("assumed", assumptions)] {
            if !phrases.is_empty() {
                lines.push(format!("{title}: {}", phrases.join("; ")));
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_errors_are_on_off_or_a_factor() {
        let properties = SolverProperties::named("advantage6").unwrap();
        let of = |text: &str| {
            let factor = Some(control_errors(text).unwrap());
            let arguments = EmulatorArguments { control_errors: factor, ..EmulatorArguments::default() };
            arguments.emulation(properties.clone(), None, None, 0).emulator.control_errors
        };
        assert_eq!(of("on"), ControlErrors::default());
        assert!(!of("off").has_errors() && !of("off").has_steps());
        assert_eq!(of("0.5").h_sigma, 0.5 * ControlErrors::default().h_sigma);
        assert!(control_errors("-1").is_err() && control_errors("much").is_err());
    }
}
