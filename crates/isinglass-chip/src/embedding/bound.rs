//! Lower bounds on the number of qubits of any embedding.

use crate::hardware::{Chip, Graph};

/// Lower bound on the number of qubits of any embedding of `problem` on `chip`.
///
/// A chain of `L` qubits is held together by at least `L - 1` couplers, so it reaches at most `L (D - 2) + 2` others, where `D` is the
/// largest number of couplers of a qubit: a variable with `d` neighbours needs `max(1, ceil((d - 2) / (D - 2)))` qubits. `None` when a
/// variable has more neighbours than any chain on the chip can reach.
///
/// # Examples
/// ```
/// use isinglass_chip::embedding::min_qubits;
/// use isinglass_chip::hardware::{Chip, Graph, Topology};
/// let star = Graph::from_edges(30, (1..30).map(|leaf| (0, leaf)))?;
/// // 29 neighbours need 3 qubits of degree 15
/// assert_eq!(min_qubits(&star, &Chip::ideal("pegasus:4".parse::<Topology>()?)), Some(32));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn min_qubits(problem: &Graph, chip: &Chip) -> Option<usize> {
    let graph = chip.graph();
    let largest = chip.qubits().iter().map(|&qubit| graph.degree(qubit)).max().unwrap_or(0);
    (0..problem.num_nodes()).map(|node| min_chain(problem.degree(node as u32), largest)).sum()
}

/// The least length of a chain with this number of neighbours, where qubits have at most `max_couplers`; `None` where no chain has that
/// many.
pub(super) fn min_chain(degree: usize, max_couplers: usize) -> Option<usize> {
    match degree {
        _ if degree <= max_couplers => Some(1),
        _ if max_couplers <= 2 => None,
        _ => Some((degree - 2).div_ceil(max_couplers - 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_chain_on_a_ring_reaches_three_others() {
        let ring = Chip::from_graph("ring", Graph::from_edges(9, (0..9).map(|node| (node, (node + 1) % 9))).unwrap());
        let star = |leaves: u32| Graph::from_edges(leaves as usize + 1, (1..=leaves).map(|leaf| (0, leaf))).unwrap();
        assert_eq!(min_qubits(&star(2), &ring), Some(3));
        assert_eq!(min_qubits(&star(3), &ring), None);
    }
}
