//! Simple undirected graphs in compressed sparse row form.

/// Error from building a graph.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// An edge joins a node to itself.
    #[error("node {node} is joined to itself")]
    Loop {
        /// The node.
        node: u32,
    },
    /// An edge contains a node out of range.
    #[error("an edge names node {node}, but the graph has {num_nodes} nodes")]
    OutOfRange {
        /// The node.
        node: u32,
        /// Number of nodes.
        num_nodes: usize,
    },
}

/// Undirected simple graph over the nodes `0..num_nodes`. Neighbours are sorted.
///
/// # Examples
/// ```
/// use isinglass_chip::hardware::Graph;
/// let path = Graph::from_edges(3, [(0, 1), (2, 1), (1, 0)])?;
/// assert_eq!((path.num_edges(), path.neighbors(1)), (2, [0, 2].as_slice()));
/// # Ok::<(), isinglass_chip::hardware::GraphError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    row_starts: Vec<usize>,
    neighbors: Vec<u32>,
}

impl Graph {
    /// Builds the graph with these edges; duplicates, in either direction, count once.
    ///
    /// # Errors
    /// [`GraphError`] for a loop or a node out of range.
    pub fn from_edges(num_nodes: usize, edges: impl IntoIterator<Item = (u32, u32)>) -> Result<Self, GraphError> {
        let mut arcs = Vec::new();
        for (first, second) in edges {
            if first == second {
                return Err(GraphError::Loop { node: first });
            }
            if let Some(node) = [first, second].into_iter().find(|&node| node as usize >= num_nodes) {
                return Err(GraphError::OutOfRange { node, num_nodes });
            }
            arcs.extend([(first, second), (second, first)]);
        }
        arcs.sort_unstable();
        arcs.dedup();
        let mut row_starts = vec![0; num_nodes + 1];
        for &(first, _) in &arcs {
            row_starts[first as usize + 1] += 1;
        }
        for node in 0..num_nodes {
            row_starts[node + 1] += row_starts[node];
        }
        Ok(Self { row_starts, neighbors: arcs.into_iter().map(|(_, second)| second).collect() })
    }

    /// Number of nodes, isolated ones included.
    #[must_use]
    pub fn num_nodes(&self) -> usize {
        self.row_starts.len() - 1
    }

    /// Number of edges.
    #[must_use]
    pub fn num_edges(&self) -> usize {
        self.neighbors.len() / 2
    }

    /// Neighbours of `node` in ascending order.
    ///
    /// # Panics
    /// If `node` is out of range.
    #[must_use]
    pub fn neighbors(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.neighbors[self.row_starts[node]..self.row_starts[node + 1]]
    }

    /// Number of neighbours of `node`.
    ///
    /// # Panics
    /// If `node` is out of range.
    #[must_use]
    pub fn degree(&self, node: u32) -> usize {
        self.neighbors(node).len()
    }

    /// Returns whether two nodes are joined.
    ///
    /// # Panics
    /// If `first` is out of range.
    #[must_use]
    pub fn has_edge(&self, first: u32, second: u32) -> bool {
        self.neighbors(first).binary_search(&second).is_ok()
    }

    /// All edges `(i, j)` with `i < j`, in ascending order.
    pub fn edges(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.num_nodes() as u32).flat_map(move |first| {
            let neighbors = self.neighbors(first);
            let upper = neighbors.partition_point(|&second| second < first);
            neighbors[upper..].iter().map(move |&second| (first, second))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_come_back_sorted_and_once() {
        let graph = Graph::from_edges(5, [(3, 1), (0, 3), (1, 3), (2, 0)]).unwrap();
        assert_eq!(graph.edges().collect::<Vec<_>>(), [(0, 2), (0, 3), (1, 3)]);
        assert_eq!((graph.num_nodes(), graph.num_edges(), graph.degree(3), graph.degree(4)), (5, 3, 2, 0));
        assert!(graph.has_edge(1, 3) && !graph.has_edge(1, 2));
    }

    #[test]
    fn loops_and_unknown_nodes_are_refused() {
        assert_eq!(Graph::from_edges(2, [(1, 1)]), Err(GraphError::Loop { node: 1 }));
        assert_eq!(Graph::from_edges(2, [(0, 2)]), Err(GraphError::OutOfRange { node: 2, num_nodes: 2 }));
    }
}
