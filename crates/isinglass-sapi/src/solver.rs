//! Solver descriptions of the service.

use crate::configuration::is_name;
use crate::error::SapiError;
use isinglass_chip::hardware::Chip;
use isinglass_chip::qpu::SolverProperties;
use serde::Deserialize;
use serde_json::Value;

/// QPU solver with its graph, properties, and wire order of qubits and couplers.
#[derive(Clone, Debug)]
pub struct Solver {
    pub(crate) identity: Value,
    pub(crate) name: String,
    pub(crate) qubits: Vec<u32>,
    pub(crate) couplers: Vec<(u32, u32)>,
    pub(crate) chip: Chip,
    pub(crate) properties: SolverProperties,
}

/// What of a description is read here; the rest is read as from a file.
#[derive(Deserialize)]
pub(crate) struct Described {
    identity: Identity,
    status: Option<String>,
    properties: Properties,
}

#[derive(Deserialize)]
struct Identity {
    name: String,
}

#[derive(Deserialize)]
struct Properties {
    #[serde(default)]
    supported_problem_types: Vec<String>,
    #[serde(default)]
    qubits: Vec<u32>,
    #[serde(default)]
    couplers: Vec<(u32, u32)>,
    category: Option<String>,
}

impl Described {
    /// Number of working qubits, if this is an online QPU.
    pub(crate) fn num_qubits_online(&self) -> Option<usize> {
        (self.is_qpu() && self.is_online()).then_some(self.properties.qubits.len())
    }

    /// Whether it is a chip, not software that takes the same problems; where it does not say, its name does, as for D-Wave's own client.
    fn is_qpu(&self) -> bool {
        let takes_ising = self.properties.supported_problem_types.iter().any(|kind| kind == "ising");
        let is_hardware = match &self.properties.category {
            Some(category) => category == "qpu",
            None => !["c4-sw_", "hybrid"].iter().any(|software| self.identity.name.starts_with(software)),
        };
        takes_ising && is_hardware && !self.properties.couplers.is_empty() && is_name(&self.identity.name)
    }

    pub(crate) fn name(&self) -> &str {
        &self.identity.name
    }

    fn is_online(&self) -> bool {
        self.status.as_ref().is_none_or(|status| status.eq_ignore_ascii_case("online"))
    }
}

impl Solver {
    /// Parses a solver description in `json`.
    pub(crate) fn new(json: &Value, described: Described) -> Result<Self, SapiError> {
        let name = described.identity.name.clone();
        if !described.is_qpu() {
            return Err(SapiError::NotAQpu { name: if is_name(&name) { name } else { "it".to_owned() } });
        }
        if !described.is_online() {
            return Err(SapiError::Offline { name });
        }
        let text = json.to_string();
        let unusable = |reason: String| SapiError::Description { reason };
        Ok(Self {
            identity: json["identity"].clone(),
            name,
            qubits: described.properties.qubits,
            couplers: described.properties.couplers,
            chip: Chip::from_solver_json(&text).map_err(|error| unusable(error.to_string()))?,
            properties: SolverProperties::from_solver_json(&text).map_err(|error| unusable(error.to_string()))?,
        })
    }

    /// Solver name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Working graph.
    #[must_use]
    pub fn chip(&self) -> &Chip {
        &self.chip
    }

    /// Solver properties.
    #[must_use]
    pub fn properties(&self) -> &SolverProperties {
        &self.properties
    }
}
