//! The emulated chip as a sampler: its flags, and what is said in every output about what it is.

use clap::{Args, ValueEnum};
use isinglass::train::QpuTime;
use isinglass_qubo::embedding::Embedded;
use isinglass_qubo::qpu::{
    ControlErrors, Dynamics, EmulationScope, Plan, PlanError, PlanRequest, QpuEmulator, SolverProperties, TimingSource,
};
use isinglass_qubo::sampler::{ClusterMoves, SimulatedQuantumAnnealing};
use serde::Serialize;
use serde_json::{Value, json};

use crate::arguments::value;
use crate::output::number::{compact, count, duration, significant};

/// Reads unless the user says how many: what is usual on a chip.
const NUM_READS: usize = 1000;

/// How the chip is run, and how it is emulated.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Emulated chip (--solver qpu-emulator)")]
pub(crate) struct EmulatorArguments {
    /// Length of an anneal in microseconds, within the chip's range [default: the chip's]
    #[arg(long, value_name = "US", value_parser = value::positive)]
    pub(super) annealing_time: Option<f64>,
    /// What stands for the dynamics of the chip [default: spin-vector]
    #[arg(long, value_name = "DYNAMICS", ignore_case = true)]
    pub(super) dynamics: Option<DynamicsName>,
    /// Sweeps that stand for a microsecond: how long an anneal is computed, not how fast a chip is [default: 50]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
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
    /// The emulator of a chip, with a number of reads; `num_slices` are those of path integrals.
    pub(super) fn emulator(
        &self,
        properties: SolverProperties,
        num_reads: Option<usize>,
        num_slices: Option<usize>,
        num_spin_reversal_transforms: usize,
    ) -> QpuEmulator {
        let default = QpuEmulator::new(properties);
        let errors = default.control_errors;
        let factor = self.control_errors.unwrap_or(1.0);
        QpuEmulator {
            num_reads: num_reads.unwrap_or(NUM_READS),
            annealing_time: self.annealing_time,
            auto_scale: !self.no_auto_scale,
            dynamics: match self.dynamics {
                Some(DynamicsName::PathIntegral) => Dynamics::PathIntegral {
                    num_slices: num_slices.unwrap_or(SimulatedQuantumAnnealing::default().num_slices),
                },
                Some(DynamicsName::SpinVector) | None => Dynamics::default(),
            },
            sweeps_per_microsecond: self.sweeps_per_microsecond.unwrap_or(default.sweeps_per_microsecond),
            effective_temperature: self.effective_temperature,
            control_errors: ControlErrors {
                h_mean: errors.h_mean * factor,
                h_sigma: errors.h_sigma * factor,
                j_mean: errors.j_mean * factor,
                j_sigma: errors.j_sigma * factor,
                h_step: errors.h_step * factor,
                j_step: errors.j_step * factor,
            },
            readout_error: self.readout_error.unwrap_or(default.readout_error),
            num_spin_reversal_transforms,
            ..default
        }
    }
}

/// A chip to be emulated.
#[derive(Clone, Debug)]
pub(crate) struct Emulation(pub(super) QpuEmulator);

impl Emulation {
    /// Reads of the whole run, or of each minibatch.
    pub(crate) fn num_reads(&self) -> usize {
        self.0.num_reads
    }

    /// The emulator of a model over qubits, which knows their chains.
    pub(crate) fn sampler(&self, seed: u64, embedded: &Embedded) -> QpuEmulator {
        let sets = embedded.chains().iter().filter(|chain| chain.len() > 1);
        let sets = sets.map(|chain| chain.iter().map(|&qubit| qubit as u32).collect());
        QpuEmulator {
            qubits: Some(embedded.qubits().to_vec()),
            chains: ClusterMoves::Sets(sets.collect()),
            seed,
            ..self.0.clone()
        }
    }

    /// What is asked of the chip.
    pub(crate) fn request(&self) -> PlanRequest {
        PlanRequest {
            num_reads: self.0.num_reads as u64,
            annealing_time: self.0.annealing_time,
            num_spin_reversal_transforms: self.0.num_spin_reversal_transforms as u64,
            ..PlanRequest::default()
        }
    }

    /// What so many reads of a model take on the chip, by its own model of times.
    ///
    /// # Errors
    /// [`PlanError`] for what the chip does not take.
    pub(crate) fn time(&self, embedded: &Embedded, num_reads: usize) -> Result<QpuTime, PlanError> {
        let request = PlanRequest { num_reads: num_reads as u64, ..self.request() };
        let Plan { scale, num_submissions, qpu_access_time, .. } = Plan::new(&self.0.properties, embedded, &request)?;
        Ok(QpuTime { scale, num_submissions, qpu_access_time })
    }

    /// What to say of a run: `steps` are the times of its steps, the one that gave the result first, with all reads.
    pub(crate) fn output(&self, num_reads: usize, steps: &[QpuTime]) -> EmulationOutput {
        // what is emulated knows its qubits
        let emulator = QpuEmulator { qubits: Some(Vec::new()), chains: ClusterMoves::Strong, ..self.0.clone() };
        let scope = emulator.scope();
        let properties = &emulator.properties;
        EmulationOutput {
            notice: scope.notice(),
            scope,
            annealing_time: emulator.annealing_time.unwrap_or(properties.timing.default_annealing_time),
            effective_temperature: emulator.effective_temperature.unwrap_or(properties.effective_temperature),
            num_spin_reversal_transforms: emulator.num_spin_reversal_transforms,
            scale: steps.first().map_or(1.0, |step| if emulator.auto_scale { step.scale } else { 1.0 }),
            num_reads,
            num_submissions: steps.iter().map(|step| step.num_submissions).sum(),
            qpu_access_time: steps.iter().map(|step| step.qpu_access_time).sum(),
            timing_source: properties.timing_source,
        }
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
    num_spin_reversal_transforms: usize,
    /// What biases were divided by, in the step that gave the result.
    scale: f64,
    num_reads: usize,
    num_submissions: u64,
    /// Microseconds, by the chip's own model of times.
    qpu_access_time: f64,
    #[serde(skip)]
    timing_source: TimingSource,
}

impl EmulationOutput {
    /// What goes with samples into a file: that they are emulated, and the time under the service's name for it.
    pub(crate) fn info(&self) -> [(String, Value); 2] {
        let timing = json!({"qpu_access_time": self.qpu_access_time, "is_modelled": true});
        [("timing".to_owned(), timing), ("notice".to_owned(), json!(self.notice))]
    }

    /// Lines for people.
    pub(crate) fn lines(&self) -> Vec<String> {
        let submissions = count(self.num_submissions as usize, "submission", "submissions");
        let mut asked = format!(
            "{} of {} µs in {submissions}",
            count(self.num_reads, "read", "reads"),
            compact(self.annealing_time)
        );
        if self.num_spin_reversal_transforms > 0 {
            let transforms = self.num_spin_reversal_transforms;
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
                duration(self.qpu_access_time * 1e-6),
                self.timing_source
            ),
            format!(
                "biases divided by {}; effective temperature {}",
                significant(self.scale),
                significant(self.effective_temperature)
            ),
        ];
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
            arguments.emulator(properties.clone(), None, None, 0).control_errors
        };
        assert_eq!(of("on"), ControlErrors::default());
        assert!(!of("off").has_errors() && !of("off").has_steps());
        assert_eq!(of("0.5").h_sigma, 0.5 * ControlErrors::default().h_sigma);
        assert!(control_errors("-1").is_err() && control_errors("much").is_err());
    }
}
