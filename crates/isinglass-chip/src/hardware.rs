//! Hardware graphs of annealing chips, with Ocean's qubit labels.

mod chip;
mod description;
mod edge_list;
mod graph;
mod topology;

pub use chip::{Chip, ChipError, ChipModel};
pub(crate) use description::{Description, Shape};
pub use edge_list::{EdgeList, EdgeListError};
pub use graph::{Graph, GraphError};
pub(crate) use topology::pegasus_offset;
pub use topology::{
    ChimeraCoordinates, PegasusCoordinates, Topology, TopologyError, ZephyrCoordinates, nice_pegasus_labels,
};
