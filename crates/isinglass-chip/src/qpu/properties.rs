//! Solver properties: ranges, timing, schedule and temperature.

use super::chips::{PUBLISHED, Published, STAND_IN};
use super::timing::{TimingData, TimingRequest};
use crate::hardware::{Chip, ChipError, ChipModel, Description, Shape, Topology};
use isinglass_qubo::sampler::AnnealSchedule;
use serde::Deserialize;
use std::fmt;

/// Solver properties: ranges, timing, anneal schedule and temperatures of a chip. Names are those of the service; biases are in its units
/// of `h` and `J`, times in microseconds.
///
/// # Examples
/// ```
/// use isinglass_chip::qpu::SolverProperties;
/// let chip = SolverProperties::named("advantage2-2")?;
/// assert_eq!((chip.h_range, chip.per_group_coupling_range), ((-4.0, 4.0), Some((-13.0, 10.0))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// D-Wave documentation, *General QPU solver properties* and *QPU-specific characteristics*, 2026.
#[derive(Clone, Debug, PartialEq)]
pub struct SolverProperties {
    /// Solver name.
    pub name: String,
    /// Range of linear biases. `[default: -4..4]`
    pub h_range: (f64, f64),
    /// Range of couplings without calibration. `[default: -1..1]`
    pub j_range: (f64, f64),
    /// Extended range of couplings. `[default: -2..1]`
    pub extended_j_range: (f64, f64),
    /// Range of the sum of all couplings of a qubit. `[default: -18..15 for Pegasus]`
    pub per_qubit_coupling_range: Option<(f64, f64)>,
    /// Range of the sum of the couplings in each group of couplers of a qubit. `[default: -13..10 for Zephyr]`
    pub per_group_coupling_range: Option<(f64, f64)>,
    /// Range of the number of reads of one submission. `[default: 1..10000]`
    pub num_reads_range: (u64, u64),
    /// Range of the annealing time. `[default: 0.5..2000]`
    pub annealing_time_range: (f64, f64),
    /// Range of the run duration, see [`TimingData::run_duration`]. `[default: 0..1000000]`
    pub problem_run_duration_range: (f64, f64),
    /// Timing model with its default times.
    pub timing: TimingData,
    /// Source of the timing data.
    pub timing_source: TimingSource,
    /// Charge for a microsecond of QPU access. `[default: 1]`
    pub quota_conversion_rate: f64,
    /// Anneal schedule `A(s)` and `B(s)`.
    pub schedule: AnnealSchedule,
    /// Temperature of the chip in mK.
    pub temperature_mk: f64,
    /// Effective temperature of single qubits, in units of `h`.
    pub effective_temperature: f64,
    /// Topology, which determines the groups of couplers.
    pub topology: Option<Topology>,
    /// Assumptions about properties of this chip that are not known, as sentences.
    pub assumptions: Vec<String>,
}

/// Source of timing data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimingSource {
    /// Published figures of this chip.
    Published,
    /// The solver description.
    Description,
    /// Figures of another chip, because none are known for this one.
    Assumed {
        /// Solver name of the other chip.
        solver: &'static str,
    },
}

impl fmt::Display for TimingSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Published => write!(formatter, "the chip's published times"),
            Self::Description => write!(formatter, "the times in the chip's description"),
            Self::Assumed { solver } => {
                write!(formatter, "the times of {solver}, since those of this chip are not known")
            }
        }
    }
}

/// Error from reading solver properties.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PropertiesError {
    /// The description is not JSON of the expected structure.
    #[error("invalid solver description: {0}")]
    Json(String),
    /// No chip in service has this topology.
    #[error("no ranges and times are known for topology {topology}")]
    Topology {
        /// The topology.
        topology: Topology,
    },
    /// A range is invalid.
    #[error("`{key}` is {low} to {high}, but must be {allowed}")]
    Range {
        /// JSON key.
        key: &'static str,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
        /// Allowed values.
        allowed: &'static str,
    },
    /// A number is out of range.
    #[error("`{key}` is {value}, but must be {allowed}")]
    Number {
        /// JSON key.
        key: &'static str,
        /// Value found.
        value: f64,
        /// Allowed values.
        allowed: &'static str,
    },
    /// The timing data have an unsupported version.
    #[error("the timing data have version {version}, but only 1.0 is known")]
    TimingVersion {
        /// Version found.
        version: String,
    },
    /// The points of the readout time model do not form a curve.
    #[error(
        "`readout_time_model_parameters` must be increasing numbers of qubits followed by as many times, all finite"
    )]
    Readout,
}

/// The keys that are read; the service has many more.
#[derive(Deserialize)]
#[serde(expecting = "an object with the properties of a solver")]
struct Described {
    topology: Option<Shape>,
    h_range: Option<(f64, f64)>,
    j_range: Option<(f64, f64)>,
    extended_j_range: Option<(f64, f64)>,
    per_qubit_coupling_range: Option<(f64, f64)>,
    per_group_coupling_range: Option<(f64, f64)>,
    num_reads_range: Option<(u64, u64)>,
    annealing_time_range: Option<(f64, f64)>,
    problem_run_duration_range: Option<(f64, f64)>,
    problem_timing_data: Option<TimingData>,
    default_annealing_time: Option<f64>,
    default_programming_thermalization: Option<f64>,
    default_readout_thermalization: Option<f64>,
    quota_conversion_rate: Option<f64>,
}

impl SolverProperties {
    /// Looks up the published properties of a chip by its short name or solver name.
    ///
    /// # Errors
    /// [`ChipError::UnknownName`].
    pub fn named(name: &str) -> Result<Self, ChipError> {
        ChipModel::named(name).map(Self::of_model)
    }

    fn of_model(model: ChipModel) -> Self {
        let published = |solver: &str| PUBLISHED.iter().find(|chip| chip.solver == solver);
        let chip = published(model.solver).expect("every named chip is in the table");
        let mut assumptions: Vec<String> = Published::ASSUMED.map(str::to_owned).to_vec();
        let effective = chip.effective_temperature.unwrap_or_else(|| {
            assumptions.push(format!("the effective temperature is that of {STAND_IN}"));
            published(STAND_IN).and_then(|chip| chip.effective_temperature).expect("the stand-in has one")
        });
        let schedule = AnnealSchedule::chip(model.solver).unwrap_or_else(|| {
            assumptions.push(format!("the schedule A(s), B(s) is that of {STAND_IN}"));
            AnnealSchedule::chip(STAND_IN).expect("the stand-in has one")
        });
        let is_zephyr = matches!(model.topology, Topology::Zephyr { .. });
        Self {
            name: model.solver.to_owned(),
            h_range: (-4.0, 4.0),
            j_range: (-1.0, 1.0),
            extended_j_range: (-2.0, 1.0),
            per_qubit_coupling_range: (!is_zephyr).then_some((-18.0, 15.0)),
            per_group_coupling_range: is_zephyr.then_some((-13.0, 10.0)),
            num_reads_range: (1, 10_000),
            annealing_time_range: (0.5, 2000.0),
            problem_run_duration_range: (0.0, 1e6),
            timing: chip.timing(),
            timing_source: TimingSource::Published,
            quota_conversion_rate: 1.0,
            schedule,
            temperature_mk: chip.temperature_mk,
            effective_temperature: effective,
            topology: Some(model.topology),
            assumptions,
        }
    }

    /// Estimates the properties of a chip of this topology: those of Advantage_system6 for Pegasus, of Advantage2_system2 for Zephyr. No
    /// chip in service has another topology.
    #[must_use]
    pub fn of_topology(topology: Topology) -> Option<Self> {
        let solver = match topology {
            Topology::Pegasus { .. } => "Advantage_system6",
            Topology::Zephyr { .. } => STAND_IN,
            Topology::Chimera { .. } => return None,
        };
        let mut properties = Self::named(solver).ok()?;
        properties.name = topology.to_string();
        properties.topology = Some(topology);
        properties.timing_source = TimingSource::Assumed { solver };
        properties.assumptions.insert(0, format!("times, ranges and temperatures are those of {solver}"));
        Some(properties)
    }

    /// Reads a solver description, as the service gives it, or its properties alone, as Ocean gives them. Unknown keys are ignored.
    /// Missing properties are taken from the named chip that the solver's name begins with, or from one of the same topology, and are
    /// listed in
    /// [`assumptions`](Self::assumptions); temperatures and schedule are in no description.
    ///
    /// # Errors
    /// [`PropertiesError`] for JSON of another shape, topologies that no chip in service has, and numbers outside their range.
    pub fn from_solver_json(json: &str) -> Result<Self, PropertiesError> {
        let Description::<Described> { name, properties: described } =
            Description::from_json(json).map_err(PropertiesError::Json)?;
        let name = name.unwrap_or_else(|| Chip::UNNAMED.to_owned());
        let shape = described.topology.map(|Shape { name, shape }| Topology::from_shape(&name, &shape));
        let topology = shape.transpose().map_err(|error| PropertiesError::Json(error.to_string()))?;
        if let Some(topology @ Topology::Chimera { .. }) = topology {
            return Err(PropertiesError::Topology { topology });
        }
        let is_zephyr = matches!(topology, Some(Topology::Zephyr { .. }));
        let same = ChipModel::all().iter().find(|model| name == model.solver || is_version_of(&name, model.solver));
        let solver = same.map_or(if is_zephyr { STAND_IN } else { "Advantage_system6" }, |model| model.solver);
        let mut properties = Self::named(solver).map_err(|error| PropertiesError::Json(error.to_string()))?;
        let mut missing = Vec::new();
        macro_rules! take {
            ($($key:ident),*) => {$(
                match described.$key {
                    Some(value) => properties.$key = value,
                    None => missing.push(stringify!($key)),
                }
            )*};
        }
        take!(h_range, j_range, extended_j_range, num_reads_range, annealing_time_range, problem_run_duration_range);
        take!(quota_conversion_rate);
        if described.per_qubit_coupling_range.is_some() || described.per_group_coupling_range.is_some() {
            properties.per_qubit_coupling_range = described.per_qubit_coupling_range;
            properties.per_group_coupling_range = described.per_group_coupling_range;
        } else {
            missing.push(if is_zephyr { "per_group_coupling_range" } else { "per_qubit_coupling_range" });
        }
        match described.problem_timing_data {
            Some(timing) => {
                properties.timing = timing;
                properties.timing_source = TimingSource::Description;
                properties.assumptions.retain(|each| !Published::ASSUMED.contains(&each.as_str()));
            }
            None => {
                missing.push("problem_timing_data");
                if same.is_none() {
                    properties.timing_source = TimingSource::Assumed { solver };
                }
                let timing = &mut properties.timing;
                for (own, given) in [
                    (&mut timing.default_annealing_time, described.default_annealing_time),
                    (&mut timing.default_programming_thermalization, described.default_programming_thermalization),
                    (&mut timing.default_readout_thermalization, described.default_readout_thermalization),
                ] {
                    *own = given.unwrap_or(*own);
                }
            }
        }
        let taken = |what: &str| format!("{what}: not in the description, taken from {solver}");
        let from_tables = ["temperature and schedule"].into_iter().filter(|_| same.is_none());
        let assumed: Vec<String> = missing.into_iter().chain(from_tables).map(taken).collect();
        properties.assumptions.splice(0..0, assumed);
        (properties.name, properties.topology) = (name, topology);
        properties.check()?;
        Ok(properties)
    }

    /// Checks that all numbers are in their allowed ranges.
    ///
    /// # Errors
    /// [`PropertiesError`] for the first number out of range.
    pub fn check(&self) -> Result<(), PropertiesError> {
        let biases = [
            ("h_range", Some(self.h_range)),
            ("j_range", Some(self.j_range)),
            ("extended_j_range", Some(self.extended_j_range)),
            ("per_qubit_coupling_range", self.per_qubit_coupling_range),
            ("per_group_coupling_range", self.per_group_coupling_range),
        ];
        for (key, range) in biases {
            if let Some((low, high)) = range
                && !(low.is_finite() && high.is_finite() && low < 0.0 && high > 0.0)
            {
                return Err(PropertiesError::Range { key, low, high, allowed: "finite, from below 0 to above 0" });
            }
        }
        let (least, most) = self.num_reads_range;
        let reads = (least.max(1) as f64, most as f64);
        for (key, (low, high)) in [
            ("num_reads_range", reads),
            ("annealing_time_range", self.annealing_time_range),
            ("problem_run_duration_range", self.problem_run_duration_range),
            ("decorrelation_time_range", self.timing.decorrelation_time_range),
        ] {
            if !(low.is_finite() && high.is_finite() && low >= 0.0 && high >= low && high > 0.0) {
                return Err(PropertiesError::Range { key, low, high, allowed: "finite and rising, from 0 at least" });
            }
        }
        let timing = &self.timing;
        for (key, value) in [
            ("typical_programming_time", timing.typical_programming_time),
            ("default_programming_thermalization", timing.default_programming_thermalization),
            ("default_readout_thermalization", timing.default_readout_thermalization),
            ("qpu_delay_time_per_sample", timing.qpu_delay_time_per_sample),
            ("quota_conversion_rate", self.quota_conversion_rate),
        ] {
            if !(value.is_finite() && value >= 0.0) {
                return Err(PropertiesError::Number { key, value, allowed: "finite and at least 0" });
            }
        }
        for (key, value) in [
            ("reverse_annealing_with_reinit_prog_time_delta", timing.reverse_annealing_with_reinit_prog_time_delta),
            (
                "reverse_annealing_without_reinit_prog_time_delta",
                timing.reverse_annealing_without_reinit_prog_time_delta,
            ),
            ("reverse_annealing_with_reinit_delay_time_delta", timing.reverse_annealing_with_reinit_delay_time_delta),
            (
                "reverse_annealing_without_reinit_delay_time_delta",
                timing.reverse_annealing_without_reinit_delay_time_delta,
            ),
        ] {
            if !value.is_finite() {
                return Err(PropertiesError::Number { key, value, allowed: "finite" });
            }
        }
        for (key, value) in [
            ("default_annealing_time", timing.default_annealing_time),
            ("decorrelation_max_nominal_anneal_time", timing.decorrelation_max_nominal_anneal_time),
            ("temperature_mk", self.temperature_mk),
            ("effective_temperature", self.effective_temperature),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return Err(PropertiesError::Number { key, value, allowed: "finite and above 0" });
            }
        }
        if timing.version != "1.0" && !timing.version.starts_with("1.0.") {
            return Err(PropertiesError::TimingVersion { version: timing.version.clone() });
        }
        let points = &timing.readout_time_model_parameters;
        let (numbers, times) = points.split_at(points.len() / 2);
        let is_curve = !numbers.is_empty()
            && numbers.len() == times.len()
            && points.iter().all(|value| value.is_finite())
            && numbers.is_sorted_by(|left, right| left < right);
        if is_curve { Ok(()) } else { Err(PropertiesError::Readout) }
    }

    /// Largest number of reads of one submission, given the range of reads and the run duration limit.
    ///
    /// # Examples
    /// ```
    /// use isinglass_chip::qpu::{SolverProperties, TimingRequest};
    /// let chip = SolverProperties::named("advantage6")?;
    /// assert_eq!(chip.max_reads(&TimingRequest::new(100)), 8072);
    /// let long = TimingRequest { annealing_time: Some(2000.0), ..TimingRequest::new(100) };
    /// assert!((470..500).contains(&chip.max_reads(&long)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn max_reads(&self, request: &TimingRequest) -> u64 {
        self.timing.max_reads(request, self.problem_run_duration_range.1).min(self.num_reads_range.1)
    }
}

/// Whether a name is that of a chip followed by the version of its working graph, as `Advantage_system4.1`.
fn is_version_of(name: &str, solver: &str) -> bool {
    name.strip_prefix(solver).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: &str = r#"{"version": "1.0.0", "typical_programming_time": 14072.88,
        "reverse_annealing_with_reinit_prog_time_delta": 0.0, "reverse_annealing_without_reinit_prog_time_delta": 5.55,
        "default_programming_thermalization": 1000, "default_annealing_time": 20, "readout_time_model": "pwl_linear",
        "readout_time_model_parameters": [1, 5000, 20, 200], "qpu_delay_time_per_sample": 20.54,
        "reverse_annealing_with_reinit_delay_time_delta": -4.5, "reverse_annealing_without_reinit_delay_time_delta": -1.5,
        "default_readout_thermalization": 0.0, "decorrelation_max_nominal_anneal_time": 2000,
        "decorrelation_time_range": [500, 10000], "new_key": null}"#;

    fn solver(properties: &str) -> String {
        format!(r#"{{"identity": {{"name": "Advantage_system4.1"}}, "properties": {{{properties}}}}}"#)
    }

    #[test]
    fn every_named_chip_has_sound_properties() {
        for model in ChipModel::all() {
            let chip = SolverProperties::named(model.name).unwrap();
            chip.check().unwrap();
            assert_eq!(chip.per_qubit_coupling_range.is_some(), chip.per_group_coupling_range.is_none());
            assert_eq!(chip.topology, Some(model.topology));
        }
        let small = SolverProperties::named("advantage2-4").unwrap();
        insta::assert_snapshot!(small.assumptions.join("\n"), @r"
        between the published shortest and longest readout the time is taken to rise as in the documentation's example
        times of reverse annealing and decorrelation are those of the documentation's example
        the effective temperature is that of Advantage2_system2
        the schedule A(s), B(s) is that of Advantage2_system2
        ");
        assert_eq!(SolverProperties::of_topology("chimera:4".parse().unwrap()), None);
        let ideal = SolverProperties::of_topology("zephyr:4".parse().unwrap()).unwrap();
        assert_eq!((ideal.name.as_str(), ideal.effective_temperature), ("zephyr:4,4", 0.119));
    }

    #[test]
    fn a_description_overrides_what_is_published() {
        let text = solver(&format!(
            r#""h_range": [-3, 3], "per_group_coupling_range": [-9, 9], "num_reads_range": [1, 500],
               "topology": {{"type": "zephyr", "shape": [4, 4]}}, "problem_timing_data": {TIMING}, "unknown": [1]"#
        ));
        let chip = SolverProperties::from_solver_json(&text).unwrap();
        assert_eq!((chip.h_range, chip.num_reads_range, chip.per_qubit_coupling_range), ((-3.0, 3.0), (1, 500), None));
        assert_eq!((chip.timing.readout_time(1), chip.max_reads(&TimingRequest::new(10))), (20.0, 500));
        // the temperatures are those of the chip whose graph has version .1
        assert_eq!((chip.name.as_str(), chip.effective_temperature), ("Advantage_system4.1", 0.198));
        insta::assert_snapshot!(chip.assumptions.join("\n"), @r"
        j_range: not in the description, taken from Advantage_system4
        extended_j_range: not in the description, taken from Advantage_system4
        annealing_time_range: not in the description, taken from Advantage_system4
        problem_run_duration_range: not in the description, taken from Advantage_system4
        quota_conversion_rate: not in the description, taken from Advantage_system4
        ");
    }

    #[test]
    fn a_description_without_times_says_whose_were_taken() {
        let of = |json: &str| SolverProperties::from_solver_json(json);
        let source = |json: &str| of(json).unwrap().timing_source.to_string();
        let bare = r#"{"qubits": [2, 3], "couplers": [[2, 3]], "topology": {"type": "zephyr", "shape": [4, 4]}}"#;
        insta::assert_snapshot!(source(bare), @"the times of Advantage2_system2, since those of this chip are not known");
        insta::assert_snapshot!(source(&solver("")), @"the chip's published times");
        insta::assert_snapshot!(source(&solver(&format!("\"problem_timing_data\": {TIMING}"))), @"the times in the chip's description");
        let chimera = bare.replace("zephyr", "chimera").replace("[4, 4]", "[16, 16, 4]");
        insta::assert_snapshot!(of(&chimera).unwrap_err(), @"no ranges and times are known for topology chimera:16,16,4");
        insta::assert_snapshot!(of("[1]").unwrap_err(), @"invalid solver description: expected the properties of a solver, a JSON object with `qubits` and `couplers`, or an object with these under `properties`");
    }

    #[test]
    fn what_makes_no_chip_is_refused_with_its_place() {
        let error = |properties: &str| SolverProperties::from_solver_json(&solver(properties)).unwrap_err().to_string();
        insta::assert_snapshot!(error(r#""h_range": [-4, "4"]"#), @r#"invalid solver description: invalid type: string "4", expected f64 at line 1 column 80"#);
        insta::assert_snapshot!(error(r#""h_range": [1, 4]"#), @"`h_range` is 1 to 4, but must be finite, from below 0 to above 0");
        insta::assert_snapshot!(error(r#""annealing_time_range": [5, 4]"#), @"`annealing_time_range` is 5 to 4, but must be finite and rising, from 0 at least");
        let timing = |from: &str, to: &str| error(&format!("\"problem_timing_data\": {}", TIMING.replace(from, to)));
        insta::assert_snapshot!(timing("1.0.0", "2.0.0"), @"the timing data have version 2.0.0, but only 1.0 is known");
        insta::assert_snapshot!(timing("[1, 5000, 20, 200]", "[1, 20, 200]"), @"`readout_time_model_parameters` must be increasing numbers of qubits followed by as many times, all finite");
        insta::assert_snapshot!(timing("20.54", "-20.54"), @"`qpu_delay_time_per_sample` is -20.54, but must be finite and at least 0");
        assert!(error(r#""topology": {"type": "cube", "shape": [2]}"#).contains("`cube"));
    }
}
