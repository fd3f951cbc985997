//! Chips: topologies with faults, or arbitrary graphs.

use super::description::{Description, Shape};
use super::graph::{Graph, GraphError};
use super::topology::{Topology, TopologyError};
use isinglass_qubo::rng::stream;
use rand_core::Rng;
use serde::Deserialize;
use std::collections::HashSet;

/// Chip with its working graph: the qubits and couplers that a problem can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chip {
    name: String,
    topology: Option<Topology>,
    qubits: Vec<u32>,
    graph: Graph,
}

/// Error from selecting or describing a chip.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChipError {
    /// The name is not a known chip.
    #[error("unknown chip `{name}`: expected one of {}", ChipModel::names())]
    UnknownName {
        /// The name.
        name: String,
    },
    /// A faulty qubit or coupler is not part of the chip.
    #[error("{what} cannot be missing: it is not part of {chip}")]
    NotThere {
        /// The qubit or coupler.
        what: String,
        /// The chip.
        chip: String,
    },
    /// A solver lists a qubit or coupler that its topology does not contain.
    #[error("{what} is listed, but the topology {topology} does not have it")]
    Outside {
        /// The qubit or coupler.
        what: String,
        /// The topology in the description.
        topology: Topology,
    },
    /// The topology is invalid.
    #[error(transparent)]
    Topology(#[from] TopologyError),
    /// The coupler list is invalid.
    #[error("invalid coupler list")]
    Graph(#[from] GraphError),
    /// The solver description is invalid.
    #[error("invalid solver description: {0}")]
    Solver(String),
}

/// Chip in service, by its published figures.
///
/// # References
/// D-Wave documentation, *QPU-specific characteristics*, 2026: qubits and couplers of the working graphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChipModel {
    /// The short name.
    pub name: &'static str,
    /// Solver name.
    pub solver: &'static str,
    /// The topology.
    pub topology: Topology,
    /// Number of working qubits.
    pub num_qubits: usize,
    /// Number of working couplers.
    pub num_couplers: usize,
}

const MODELS: [ChipModel; 5] = [
    ChipModel {
        name: "advantage4",
        solver: "Advantage_system4",
        topology: Topology::Pegasus { size: 16, fabric_only: true },
        num_qubits: 5627,
        num_couplers: 40_279,
    },
    ChipModel {
        name: "advantage6",
        solver: "Advantage_system6",
        topology: Topology::Pegasus { size: 16, fabric_only: true },
        num_qubits: 5612,
        num_couplers: 40_088,
    },
    ChipModel {
        name: "advantage2-1",
        solver: "Advantage2_system1",
        topology: Topology::Zephyr { size: 12, shore: 4 },
        num_qubits: 4577,
        num_couplers: 41_515,
    },
    ChipModel {
        name: "advantage2-2",
        solver: "Advantage2_system2",
        topology: Topology::Zephyr { size: 12, shore: 4 },
        num_qubits: 4514,
        num_couplers: 40_409,
    },
    ChipModel {
        name: "advantage2-4",
        solver: "Advantage2_system4",
        topology: Topology::Zephyr { size: 6, shore: 4 },
        num_qubits: 1202,
        num_couplers: 10_537,
    },
];

/// Seed of the faults of emulated chips, the same for every run.
const FAULT_SEED: u64 = 0;

impl ChipModel {
    /// Lists all known chips.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &MODELS
    }

    fn names() -> String {
        MODELS.map(|model| model.name).join(", ")
    }

    /// Looks up a chip by its short name or solver name.
    ///
    /// # Errors
    /// [`ChipError::UnknownName`].
    pub fn named(name: &str) -> Result<Self, ChipError> {
        let found = MODELS.into_iter().find(|model| model.name == name || model.solver == name);
        found.ok_or_else(|| ChipError::UnknownName { name: name.to_owned() })
    }

    /// Builds a chip with as many faults as this one. **Which** qubits and couplers are missing is drawn from a fixed seed, because
    /// working graphs change with every calibration; a solver's own description ([`Chip::from_solver_json`]) has the true ones. The first
    /// pattern of missing qubits that leaves enough couplers is taken.
    ///
    /// # Panics
    /// Never: some qubits have few enough couplers.
    #[must_use]
    pub fn emulated(self) -> Chip {
        let (ideal, graph) = (self.topology.qubits(), self.topology.graph());
        let pattern = |index: u64| {
            let mut stream = stream(FAULT_SEED, index);
            let mut draw = |bound: usize| (stream.next_u64() >> 16) as usize % bound;
            let mut missing = HashSet::new();
            while ideal.len() - missing.len() > self.num_qubits {
                missing.insert(ideal[draw(ideal.len())]);
            }
            let alive = |&(first, second): &(u32, u32)| !missing.contains(&first) && !missing.contains(&second);
            let mut couplers: Vec<(u32, u32)> = graph.edges().filter(alive).collect();
            let is_enough = couplers.len() >= self.num_couplers;
            while couplers.len() > self.num_couplers {
                couplers.swap_remove(draw(couplers.len()));
            }
            is_enough.then_some((missing, couplers))
        };
        let (missing, couplers) = (0..).find_map(pattern).expect("some pattern leaves enough couplers");
        let working = Graph::from_edges(graph.num_nodes(), couplers).expect("a part of the topology");
        Chip {
            name: self.name.to_owned(),
            topology: Some(self.topology),
            qubits: ideal.into_iter().filter(|qubit| !missing.contains(qubit)).collect(),
            graph: working,
        }
    }
}

/// The solver properties that are read.
#[derive(Deserialize)]
#[serde(expecting = "an object with `qubits` and `couplers`")]
struct Properties {
    qubits: Vec<u32>,
    couplers: Vec<(u32, u32)>,
    num_qubits: Option<u32>,
    topology: Option<Shape>,
}

impl Chip {
    /// Builds a chip from a topology without faults.
    #[must_use]
    pub fn ideal(topology: Topology) -> Self {
        Self {
            name: topology.to_string(),
            topology: Some(topology),
            qubits: topology.qubits(),
            graph: topology.graph(),
        }
    }

    /// Builds a chip from any graph: its nodes are the qubits.
    #[must_use]
    pub fn from_graph(name: impl Into<String>, graph: Graph) -> Self {
        Self { name: name.into(), topology: None, qubits: (0..graph.num_nodes() as u32).collect(), graph }
    }

    /// Builds a chip from a topology without these qubits and couplers.
    ///
    /// # Errors
    /// [`ChipError::NotThere`] if the topology does not contain one of them.
    ///
    /// # Examples
    /// ```
    /// use isinglass_chip::hardware::{Chip, Topology};
    /// let chip = Chip::with_faults(Topology::Pegasus { size: 2, fabric_only: true }, &[2], &[(3, 28)])?;
    /// assert_eq!(chip.qubits().len(), 39);
    /// # Ok::<(), isinglass_chip::hardware::ChipError>(())
    /// ```
    pub fn with_faults(
        topology: Topology,
        missing_qubits: &[u32],
        missing_couplers: &[(u32, u32)],
    ) -> Result<Self, ChipError> {
        Self::ideal(topology).without(missing_qubits, missing_couplers)
    }

    fn has_qubit(&self, qubit: u32) -> bool {
        self.qubits.binary_search(&qubit).is_ok()
    }

    fn has_coupler(&self, (first, second): (u32, u32)) -> bool {
        self.has_qubit(first) && self.graph.has_edge(first, second)
    }

    /// Lists which of these qubits and couplers are not on the chip, as texts such as `qubit 3` and `coupler 3-28`. If
    /// [`without`](Self::without) takes them they are faults of the chip already.
    #[must_use]
    pub fn missing_already(&self, qubits: &[u32], couplers: &[(u32, u32)]) -> Vec<String> {
        let qubits = qubits.iter().filter(|&&qubit| !self.has_qubit(qubit)).map(|qubit| format!("qubit {qubit}"));
        let couplers = couplers.iter().filter(|&&coupler| !self.has_coupler(coupler));
        qubits.chain(couplers.map(|(first, second)| format!("coupler {first}-{second}"))).collect()
    }

    /// Removes these qubits and couplers from the chip. Couplers of missing qubits and known faults may be listed, too.
    ///
    /// # Errors
    /// [`ChipError::NotThere`] if neither the chip nor its topology contains one of them.
    pub fn without(self, missing_qubits: &[u32], missing_couplers: &[(u32, u32)]) -> Result<Self, ChipError> {
        let not_there = |what: String| ChipError::NotThere { what, chip: self.name.clone() };
        let is_label = |&qubit: &u32| self.topology.is_some_and(|topology| qubit < topology.num_labels());
        if let Some(qubit) = missing_qubits.iter().find(|qubit| !self.has_qubit(**qubit) && !is_label(qubit)) {
            return Err(not_there(format!("qubit {qubit}")));
        }
        let mut unknown = missing_couplers.iter().filter(|coupler| !self.has_coupler(**coupler)).peekable();
        let ideal = self.topology.filter(|_| unknown.peek().is_some()).map(Topology::graph);
        let is_in_ideal = |&(first, second): &(u32, u32)| {
            is_label(&first) && is_label(&second) && ideal.as_ref().is_some_and(|graph| graph.has_edge(first, second))
        };
        if let Some((first, second)) = unknown.find(|coupler| !is_in_ideal(coupler)) {
            return Err(not_there(format!("coupler {first}-{second}")));
        }
        let qubits: HashSet<u32> = missing_qubits.iter().copied().filter(|&qubit| self.has_qubit(qubit)).collect();
        let couplers: HashSet<(u32, u32)> = missing_couplers
            .iter()
            .filter(|coupler| self.has_coupler(**coupler))
            .map(|&(first, second)| (first.min(second), first.max(second)))
            .collect();
        let Self { name, topology, qubits: before, graph } = self;
        if qubits.is_empty() && couplers.is_empty() {
            return Ok(Self { name, topology, qubits: before, graph });
        }
        let alive =
            |edge: &(u32, u32)| !qubits.contains(&edge.0) && !qubits.contains(&edge.1) && !couplers.contains(edge);
        let graph = Graph::from_edges(graph.num_nodes(), graph.edges().filter(alive))?;
        let qubits = before.into_iter().filter(|qubit| !qubits.contains(qubit)).collect();
        Ok(Self { name: format!("{name} with faults"), topology, qubits, graph })
    }

    /// Name of a solver whose description lacks one.
    pub const UNNAMED: &str = "solver";

    /// Reads the working graph from a solver description, as the service gives it (`properties.qubits` and `properties.couplers`), or
    /// from its properties alone, as Ocean gives them (`qubits` and `couplers`); also `topology`, `num_qubits`, `chip_id` and the
    /// solver's name if present.
    ///
    /// # Errors
    /// [`ChipError`] for JSON of another structure, couplers between unlisted qubits, and qubits and couplers that the topology does not
    /// contain.
    pub fn from_solver_json(json: &str) -> Result<Self, ChipError> {
        let description = Description::from_json(json).map_err(ChipError::Solver)?;
        let Properties { mut qubits, couplers, num_qubits, topology } = description.properties;
        qubits.sort_unstable();
        qubits.dedup();
        let topology = topology.map(|Shape { name, shape }| Topology::from_shape(&name, &shape)).transpose()?;
        let listed: HashSet<u32> = qubits.iter().copied().collect();
        if let Some(&(first, second)) = couplers.iter().find(|(u, v)| !listed.contains(u) || !listed.contains(v)) {
            return Err(ChipError::Solver(format!("coupler {first}-{second} joins a qubit that is not listed")));
        }
        let last = qubits.last().map_or(0, |&last| u64::from(last) + 1);
        let num_labels =
            last.max(num_qubits.unwrap_or(0).into()).max(topology.map_or(0, |each| each.num_labels().into()));
        if num_labels > super::topology::MAX_LABELS {
            return Err(ChipError::Solver(format!("{num_labels} qubits are more than any chip has")));
        }
        if let Some(topology) = topology {
            check_is_part(&qubits, &couplers, topology)?;
        }
        let graph = Graph::from_edges(num_labels as usize, couplers)?;
        let name = description.name.unwrap_or_else(|| Self::UNNAMED.to_owned());
        Ok(Self { name, topology, qubits, graph })
    }

    /// Renames the chip.
    #[must_use]
    pub fn renamed(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Name of the chip.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Topology of the chip, if known.
    #[must_use]
    pub fn topology(&self) -> Option<Topology> {
        self.topology
    }

    /// Labels of the working qubits, in ascending order.
    #[must_use]
    pub fn qubits(&self) -> &[u32] {
        &self.qubits
    }

    /// Graph of the working couplers, over all labels.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }
}

/// A working graph has nothing that its topology lacks.
fn check_is_part(qubits: &[u32], couplers: &[(u32, u32)], topology: Topology) -> Result<(), ChipError> {
    let (ideal, graph) = (topology.qubits(), topology.graph());
    let outside = |what| Err(ChipError::Outside { what, topology });
    if let Some(qubit) = qubits.iter().find(|qubit| ideal.binary_search(qubit).is_err()) {
        return outside(format!("qubit {qubit}"));
    }
    match couplers.iter().find(|(first, second)| !graph.has_edge(*first, *second)) {
        Some((first, second)) => outside(format!("coupler {first}-{second}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P2: Topology = Topology::Pegasus { size: 2, fabric_only: true };

    #[test]
    fn named_chips_have_the_published_numbers_and_stay_the_same() {
        for model in ChipModel::all() {
            let chip = ChipModel::named(model.solver).unwrap().emulated();
            assert_eq!((chip.qubits().len(), chip.graph().num_edges()), (model.num_qubits, model.num_couplers));
            assert_eq!(chip, model.emulated());
            let ideal = model.topology.graph();
            assert!(chip.graph().edges().all(|(first, second)| ideal.has_edge(first, second)));
        }
        insta::assert_snapshot!(ChipModel::named("advantage").unwrap_err(), @"unknown chip `advantage`: expected one of advantage4, advantage6, advantage2-1, advantage2-2, advantage2-4");
    }

    #[test]
    fn faults_take_away_qubits_and_couplers_that_are_there() {
        let chip = Chip::with_faults(P2, &[2], &[(28, 3)]).unwrap();
        let ideal = Chip::ideal(P2);
        assert_eq!(chip.graph().num_edges(), ideal.graph().num_edges() - ideal.graph().degree(2) - 1);
        assert!(!chip.qubits().contains(&2) && chip.graph().degree(2) == 0);
        insta::assert_snapshot!(Chip::with_faults(P2, &[48], &[]).unwrap_err(), @"qubit 48 cannot be missing: it is not part of pegasus:2");
        insta::assert_snapshot!(Chip::with_faults(P2, &[], &[(2, 4)]).unwrap_err(), @"coupler 2-4 cannot be missing: it is not part of pegasus:2");
    }

    #[test]
    fn faults_that_a_chip_has_already_change_nothing() {
        assert_eq!(Chip::with_faults(P2, &[0], &[]).unwrap(), Chip::ideal(P2));
        let chip = Chip::with_faults(P2, &[2], &[(28, 3)]).unwrap();
        assert_eq!(chip.clone().without(&[2, 0], &[(3, 28), (28, 3), (2, 28)]).unwrap(), chip);
        assert_eq!(chip.missing_already(&[2, 4], &[(3, 28), (28, 29)]), ["qubit 2", "coupler 3-28"]);
        let both = chip.clone().without(&[2, 4], &[]).unwrap();
        assert_eq!(both.qubits().len(), chip.qubits().len() - 1);
        // a plain graph has no topology to compare with, so missing nodes are not faults
        let graph = Chip::from_graph("pair", Graph::from_edges(2, [(0, 1)]).unwrap());
        insta::assert_snapshot!(graph.clone().without(&[2], &[]).unwrap_err(), @"qubit 2 cannot be missing: it is not part of pair");
        insta::assert_snapshot!(graph.without(&[], &[(0, 5)]).unwrap_err(), @"coupler 0-5 cannot be missing: it is not part of pair");
    }

    #[test]
    fn the_description_of_a_solver_gives_its_working_graph() {
        let json = r#"{"identity": {"name": "test", "version": {"graph_id": "01"}}, "status": "ONLINE",
            "properties": {"qubits": [2, 3, 28], "couplers": [[2, 3], [28, 2]], "num_qubits": 48, "extra": 1,
            "topology": {"type": "pegasus", "shape": [2]}}}"#;
        let chip = Chip::from_solver_json(json).unwrap();
        assert_eq!((chip.name(), chip.topology(), chip.qubits()), ("test", Some(P2), [2, 3, 28].as_slice()));
        assert_eq!(chip.graph().edges().collect::<Vec<_>>(), [(2, 3), (2, 28)]);
        let wrong = json.replace("[28, 2]", "[28, 4]");
        insta::assert_snapshot!(Chip::from_solver_json(&wrong).unwrap_err(), @"invalid solver description: coupler 28-4 joins a qubit that is not listed");
        let huge = json.replace("48", "4000000000");
        insta::assert_snapshot!(Chip::from_solver_json(&huge).unwrap_err(), @"invalid solver description: 4000000000 qubits are more than any chip has");
    }
    #[test]
    fn what_the_topology_does_not_have_is_refused() {
        for (topology, shape, inside, outside) in [
            ("pegasus", "[16]", [30, 31], 99_999),
            ("pegasus", "[2]", [2, 3], 0),
            ("zephyr", "[2, 4]", [0, 2], 160),
            ("chimera", "[2, 2, 4]", [0, 4], 32),
        ] {
            let solver = |qubits: &[u32], couplers: &[[u32; 2]]| {
                Chip::from_solver_json(&format!(
                    r#"{{"properties": {{"qubits": {qubits:?}, "couplers": {couplers:?},
                    "topology": {{"type": "{topology}", "shape": {shape}}}}}}}"#
                ))
            };
            let [first, second] = inside;
            let edge = solver(&inside, &[]).unwrap().topology().unwrap().graph().edges().next().unwrap();
            assert!(solver(&[edge.0, edge.1], &[[edge.1, edge.0]]).is_ok());
            let error = solver(&[first, second, outside], &[[first, outside]]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("qubit {outside} is listed, but the topology {topology}:")), "{error}");
            let graph = solver(&inside, &[]).unwrap().topology().unwrap().graph();
            let far = (0..graph.num_nodes() as u32).rev().find(|&far| graph.degree(far) > 0).unwrap();
            let error = solver(&[first, far], &[[first, far]]).unwrap_err().to_string();
            assert!(error.starts_with(&format!("coupler {first}-{far} is listed, but")), "{error}");
        }
    }
}
