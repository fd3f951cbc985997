//! Chimera, Pegasus and Zephyr topologies.

#[cfg(test)]
mod tests;

use super::graph::Graph;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Topology of a chip family, without faults. Qubits have the labels of Ocean's `dwave.graphs`.
///
/// # References
/// K. Boothby, P. Bunyk, J. Raymond, A. Roy, *Next-generation topology of D-Wave quantum processors* (2020), for Pegasus;
/// K. Boothby, A. D. King, J. Raymond, *Zephyr topology of D-Wave quantum processors* (2021).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Topology {
    /// `rows × columns` tiles of two shores of `shore` qubits.
    Chimera {
        /// Rows of tiles.
        rows: u32,
        /// Columns of tiles.
        columns: u32,
        /// Qubits of a shore.
        shore: u32,
    },
    /// Pegasus of this size; chips have only the largest connected component (`fabric_only`).
    Pegasus {
        /// The parameter `m`.
        size: u32,
        /// Whether to omit qubits outside the main fabric.
        fabric_only: bool,
    },
    /// Zephyr of this size with `shore` parallel qubits.
    Zephyr {
        /// The parameter `m`.
        size: u32,
        /// The parameter `t`.
        shore: u32,
    },
}

/// Error from parsing a topology.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TopologyError {
    /// The text is not a topology.
    #[error("`{text}` is not a topology: expected chimera:M, chimera:M,N,T, pegasus:M, zephyr:M or zephyr:M,T")]
    Unknown {
        /// The text.
        text: String,
    },
    /// The parameters are invalid or give too large a graph.
    #[error(
        "{topology} is out of range: the size is at least {least}, and a graph has at most {limit} qubits and {MAX_COUPLERS} couplers"
    )]
    Size {
        /// The topology.
        topology: Topology,
        /// Smallest size.
        least: u32,
        /// Largest number of labels.
        limit: u32,
    },
}

/// Largest number of labels of a topology: the largest announced chip has about ten thousand qubits.
pub(super) const MAX_LABELS: u64 = 4_000_000;
/// Largest number of couplers of a topology: as many as Pegasus has with all labels.
const MAX_COUPLERS: u64 = 30_000_000;

/// Chimera coordinates: row, column, shore (0 couples to rows, 1 to columns), and index in the shore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChimeraCoordinates {
    /// Row of the tile.
    pub row: u32,
    /// Column of the tile.
    pub column: u32,
    /// 0 for qubits coupled to other rows, 1 for those coupled to other columns.
    pub shore: u32,
    /// Index in the shore.
    pub index: u32,
}

/// Pegasus coordinates of a qubit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PegasusCoordinates {
    /// Orientation: 0 vertical, 1 horizontal.
    pub u: u32,
    /// Perpendicular tile offset.
    pub w: u32,
    /// Qubit offset, `0..12`.
    pub k: u32,
    /// Parallel tile offset.
    pub z: u32,
}

/// Zephyr coordinates of a qubit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZephyrCoordinates {
    /// Orientation: 0 vertical, 1 horizontal.
    pub u: u32,
    /// Perpendicular block offset.
    pub w: u32,
    /// Qubit index, `0..t`.
    pub k: u32,
    /// Shift identifier, 0 or 1.
    pub j: u32,
    /// Parallel tile offset.
    pub z: u32,
}

/// Internal offsets of Pegasus by qubit offset: vertical and horizontal.
const PEGASUS_VERTICAL: [u32; 12] = [2, 2, 2, 2, 10, 10, 10, 10, 6, 6, 6, 6];
const PEGASUS_HORIZONTAL: [u32; 12] = [6, 6, 6, 6, 2, 2, 2, 2, 10, 10, 10, 10];

/// Where the first qubit of a line of Pegasus begins: the first line of the other direction that it crosses.
pub(crate) fn pegasus_offset(u: u32, k: u32) -> u32 {
    let offsets = if u == 0 { PEGASUS_VERTICAL } else { PEGASUS_HORIZONTAL };
    offsets[k as usize]
}

impl ChimeraCoordinates {
    /// Linear label in a Chimera with `columns` columns and `shore` qubits in a shore.
    #[must_use]
    pub fn label(self, columns: u32, shore: u32) -> u32 {
        ((self.row * columns + self.column) * 2 + self.shore) * shore + self.index
    }

    /// Coordinates of a linear label.
    #[must_use]
    pub fn of(label: u32, columns: u32, shore: u32) -> Self {
        let (tile, index) = (label / shore, label % shore);
        Self { row: tile / 2 / columns, column: tile / 2 % columns, shore: tile % 2, index }
    }
}

impl PegasusCoordinates {
    /// Linear label in a Pegasus of this size.
    #[must_use]
    pub fn label(self, size: u32) -> u32 {
        ((self.u * size + self.w) * 12 + self.k) * (size - 1) + self.z
    }

    /// Coordinates of a linear label.
    #[must_use]
    pub fn of(label: u32, size: u32) -> Self {
        let (rest, z) = (label / (size - 1), label % (size - 1));
        let (rest, k) = (rest / 12, rest % 12);
        Self { u: rest / size, w: rest % size, k, z }
    }

    /// Returns whether the qubit belongs to the main fabric.
    #[must_use]
    pub fn is_in_fabric(self, size: u32) -> bool {
        !(self.w == 0 && self.k < 2 || self.w == size - 1 && self.k >= 10)
    }
}

impl ZephyrCoordinates {
    /// Linear label in a Zephyr of this size and shore.
    #[must_use]
    pub fn label(self, size: u32, shore: u32) -> u32 {
        (((self.u * (2 * size + 1) + self.w) * shore + self.k) * 2 + self.j) * size + self.z
    }

    /// Coordinates of a linear label.
    #[must_use]
    pub fn of(label: u32, size: u32, shore: u32) -> Self {
        let (rest, z) = (label / size, label % size);
        let (rest, j) = (rest / 2, rest % 2);
        let (rest, k) = (rest / shore, rest % shore);
        Self { u: rest / (2 * size + 1), w: rest % (2 * size + 1), k, j, z }
    }
}

/// Linear labels of Pegasus' nice coordinates: `24 (m - 1)²` qubits that form a regular grid of Chimera tiles.
#[must_use]
pub fn nice_pegasus_labels(size: u32) -> Vec<u32> {
    let mut labels = Vec::new();
    let side = 0..size.saturating_sub(1);
    for (t, y, x) in (0..3).flat_map(|t| side.clone().flat_map(move |y| (0..size - 1).map(move |x| (t, y, x)))) {
        for (u, index) in (0..2).flat_map(|u| (0..4).map(move |index| (u, index))) {
            let (w, k, z) = match (t, u) {
                (0, 0) => (x, index + 4, y),
                (0, _) => (y + 1, index + 4, x),
                (1, 0) => (x, index + 8, y),
                (1, _) => (y + 1, index, x),
                (_, 0) => (x + 1, index, y),
                (_, _) => (y, index + 8, x),
            };
            labels.push(PegasusCoordinates { u, w, k, z }.label(size));
        }
    }
    labels.sort_unstable();
    labels
}

impl Topology {
    /// Builds Chimera, Pegasus (fabric only) or Zephyr from Ocean's `topology` property.
    ///
    /// # Errors
    /// [`TopologyError`] for another name, another number of parameters, or parameters without a graph.
    pub fn from_shape(name: &str, shape: &[u32]) -> Result<Self, TopologyError> {
        let topology = match (name, shape) {
            ("chimera", &[size]) => Self::Chimera { rows: size, columns: size, shore: 4 },
            ("chimera", &[rows, columns, shore]) => Self::Chimera { rows, columns, shore },
            ("pegasus", &[size]) => Self::Pegasus { size, fabric_only: true },
            ("zephyr", &[size]) => Self::Zephyr { size, shore: 4 },
            ("zephyr", &[size, shore]) => Self::Zephyr { size, shore },
            _ => {
                let shape = shape.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
                return Err(TopologyError::Unknown { text: format!("{name}:{shape}") });
            }
        };
        topology.check()?;
        Ok(topology)
    }

    fn check(self) -> Result<(), TopologyError> {
        let (least, smallest) = match self {
            Self::Chimera { rows, columns, shore } => (1, rows.min(columns).min(shore)),
            Self::Pegasus { size, .. } => (2, size),
            Self::Zephyr { size, shore } => (1, size.min(shore)),
        };
        let is_too_large = |labels| labels > MAX_LABELS || labels * self.max_degree() > 2 * MAX_COUPLERS;
        if smallest < least || self.count_labels().is_none_or(is_too_large) {
            return Err(TopologyError::Size { topology: self, least, limit: MAX_LABELS as u32 });
        }
        Ok(())
    }

    /// Upper bound on the degree of a qubit.
    fn max_degree(self) -> u64 {
        match self {
            Self::Chimera { shore, .. } => u64::from(shore) + 2,
            Self::Pegasus { .. } => 15,
            Self::Zephyr { shore, .. } => 4 * u64::from(shore) + 4,
        }
    }

    /// `None` when the number is too large even to be counted.
    fn count_labels(self) -> Option<u64> {
        let product = |factors: &[u32]| factors.iter().try_fold(1u64, |sum, &factor| sum.checked_mul(factor.into()));
        match self {
            Self::Chimera { rows, columns, shore } => product(&[2, rows, columns, shore]),
            Self::Pegasus { size, .. } => product(&[24, size, size.saturating_sub(1)]),
            Self::Zephyr { size, shore } => product(&[4, shore, size])?.checked_mul(2 * u64::from(size) + 1),
        }
    }

    /// Number of labels: Ocean's `num_qubits`, qubits outside the fabric included.
    #[must_use]
    pub fn num_labels(self) -> u32 {
        self.count_labels().and_then(|labels| u32::try_from(labels).ok()).unwrap_or(u32::MAX)
    }

    /// Labels of the qubits, in ascending order.
    #[must_use]
    pub fn qubits(self) -> Vec<u32> {
        let is_there = |&label: &u32| match self {
            Self::Pegasus { size, fabric_only: true } => PegasusCoordinates::of(label, size).is_in_fabric(size),
            _ => true,
        };
        (0..self.num_labels()).filter(is_there).collect()
    }

    /// Builds the graph over all labels; labels outside the fabric have no neighbours.
    ///
    /// # Panics
    /// Never for a topology that was read or made by [`from_shape`](Self::from_shape).
    #[must_use]
    pub fn graph(self) -> Graph {
        let edges = match self {
            Self::Chimera { rows, columns, shore } => chimera_edges(rows, columns, shore),
            Self::Pegasus { size, fabric_only } => pegasus_edges(size, fabric_only),
            Self::Zephyr { size, shore } => zephyr_edges(size, shore),
        };
        Graph::from_edges(self.num_labels() as usize, edges).expect("labels are in range and differ")
    }
}

fn chimera_edges(rows: u32, columns: u32, shore: u32) -> Vec<(u32, u32)> {
    let mut edges = Vec::new();
    let label = |row, column, side, index| ChimeraCoordinates { row, column, shore: side, index }.label(columns, shore);
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        for first in 0..shore {
            edges.extend((0..shore).map(|second| (label(row, column, 0, first), label(row, column, 1, second))));
            if row + 1 < rows {
                edges.push((label(row, column, 0, first), label(row + 1, column, 0, first)));
            }
            if column + 1 < columns {
                edges.push((label(row, column, 1, first), label(row, column + 1, 1, first)));
            }
        }
    }
    edges
}

fn pegasus_edges(size: u32, fabric_only: bool) -> Vec<(u32, u32)> {
    let mut edges = Vec::new();
    let mut join = |first: PegasusCoordinates, second: PegasusCoordinates| {
        if !fabric_only || first.is_in_fabric(size) && second.is_in_fabric(size) {
            edges.push((first.label(size), second.label(size)));
        }
    };
    for label in 0..24 * size * (size - 1) {
        let qubit = PegasusCoordinates::of(label, size);
        let PegasusCoordinates { u, w, k, z } = qubit;
        if z + 2 < size {
            join(qubit, PegasusCoordinates { z: z + 1, ..qubit });
        }
        if k % 2 == 0 {
            join(qubit, PegasusCoordinates { k: k + 1, ..qubit });
        }
        if u == 1 {
            continue;
        }
        for across in 0..12 {
            let other_w = z + u32::from(across < PEGASUS_VERTICAL[k as usize]);
            let back = u32::from(k < PEGASUS_HORIZONTAL[across as usize]);
            let Some(other_z) = w.checked_sub(back).filter(|&other_z| other_z + 2 <= size) else { continue };
            join(qubit, PegasusCoordinates { u: 1, w: other_w, k: across, z: other_z });
        }
    }
    edges
}

fn zephyr_edges(size: u32, shore: u32) -> Vec<(u32, u32)> {
    let mut edges = Vec::new();
    let mut join = |first: ZephyrCoordinates, second: ZephyrCoordinates| {
        edges.push((first.label(size, shore), second.label(size, shore)));
    };
    for label in 0..4 * shore * size * (2 * size + 1) {
        let qubit = ZephyrCoordinates::of(label, size, shore);
        let ZephyrCoordinates { u, w, j, z, .. } = qubit;
        if z + 1 < size {
            join(qubit, ZephyrCoordinates { z: z + 1, ..qubit });
        }
        if j == 0 {
            join(qubit, ZephyrCoordinates { j: 1, ..qubit });
            if z > 0 {
                join(qubit, ZephyrCoordinates { j: 1, z: z - 1, ..qubit });
            }
        }
        if u == 1 {
            continue;
        }
        // the horizontal qubit (w', j', z') crosses where w' is 2z + j or one more, and w is 2z' + j' or one more
        for other_w in [2 * z + j, 2 * z + j + 1] {
            for other_j in 0..2 {
                for start in [w.checked_sub(other_j), w.checked_sub(other_j + 1)].into_iter().flatten() {
                    if start % 2 == 0 && start / 2 < size {
                        for k in 0..shore {
                            join(qubit, ZephyrCoordinates { u: 1, w: other_w, k, j: other_j, z: start / 2 });
                        }
                    }
                }
            }
        }
    }
    edges
}

impl fmt::Display for Topology {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Chimera { rows, columns, shore } => write!(formatter, "chimera:{rows},{columns},{shore}"),
            Self::Pegasus { size, .. } => write!(formatter, "pegasus:{size}"),
            Self::Zephyr { size, shore } => write!(formatter, "zephyr:{size},{shore}"),
        }
    }
}

impl FromStr for Topology {
    type Err = TopologyError;

    fn from_str(text: &str) -> Result<Self, TopologyError> {
        let unknown = || TopologyError::Unknown { text: text.to_owned() };
        let (name, shape) = text.split_once(':').ok_or_else(unknown)?;
        let shape: Result<Vec<u32>, _> = shape.split(',').map(str::parse).collect();
        Self::from_shape(name, &shape.map_err(|_| unknown())?).map_err(|error| match error {
            TopologyError::Unknown { .. } => unknown(),
            error => error,
        })
    }
}
