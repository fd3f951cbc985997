//! Embedding diagnostics: everything that can be wrong with chains.

use crate::hardware::{Chip, Graph};
use std::collections::HashMap;

/// Violation of the conditions of a minor embedding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The number of chains is not the number of variables.
    #[error("there are {found} chains for {expected} variables")]
    WrongNumber {
        /// Number of chains.
        found: usize,
        /// Number of variables.
        expected: usize,
    },
    /// A chain without qubits.
    #[error("the chain of variable {variable} is empty")]
    EmptyChain {
        /// The variable.
        variable: usize,
    },
    /// A chain contains a qubit that is not on the chip or does not work.
    #[error("the chain of variable {variable} has qubit {qubit}, which does not work on this chip")]
    MissingQubit {
        /// The variable.
        variable: usize,
        /// The qubit.
        qubit: u32,
    },
    /// A chain contains a qubit twice.
    #[error("qubit {qubit} appears twice in the chain of variable {variable}")]
    RepeatedQubit {
        /// The variable.
        variable: usize,
        /// The qubit.
        qubit: u32,
    },
    /// Two chains share a qubit.
    #[error("qubit {qubit} is in the chains of variables {first} and {second}")]
    SharedQubit {
        /// The qubit.
        qubit: u32,
        /// The first variable.
        first: usize,
        /// The second variable.
        second: usize,
    },
    /// A chain is not connected.
    #[error("the chain of variable {variable} is in {parts} parts")]
    Disconnected {
        /// The variable.
        variable: usize,
        /// Number of connected components.
        parts: usize,
    },
    /// No coupler joins the chains of two interacting variables.
    #[error("variables {first} and {second} interact, but no coupler joins their chains")]
    MissingCoupler {
        /// The first variable.
        first: usize,
        /// The second variable.
        second: usize,
    },
}

/// Lists all faults of chains for the variables of `problem` on `chip`; a valid embedding has none.
#[must_use]
pub fn diagnose(chains: &[Vec<u32>], problem: &Graph, chip: &Chip) -> Vec<Fault> {
    if chains.len() != problem.num_nodes() {
        return vec![Fault::WrongNumber { found: chains.len(), expected: problem.num_nodes() }];
    }
    let mut faults = Vec::new();
    let mut owner: HashMap<u32, usize> = HashMap::new();
    for (variable, chain) in chains.iter().enumerate() {
        if chain.is_empty() {
            faults.push(Fault::EmptyChain { variable });
        }
        for &qubit in chain {
            if chip.qubits().binary_search(&qubit).is_err() {
                faults.push(Fault::MissingQubit { variable, qubit });
            } else if let Some(&first) = owner.get(&qubit) {
                faults.push(match first == variable {
                    true => Fault::RepeatedQubit { variable, qubit },
                    false => Fault::SharedQubit { qubit, first, second: variable },
                });
            } else {
                owner.insert(qubit, variable);
            }
        }
    }
    // beyond this point every qubit belongs to one chain
    if !faults.is_empty() {
        return faults;
    }
    let graph = chip.graph();
    for (variable, chain) in chains.iter().enumerate() {
        let parts = num_parts(chain, graph, |qubit| owner.get(&qubit) == Some(&variable));
        if parts > 1 {
            faults.push(Fault::Disconnected { variable, parts });
        }
    }
    for (first, second) in problem.edges().map(|(first, second)| (first as usize, second as usize)) {
        let joined = |&qubit: &u32| graph.neighbors(qubit).iter().any(|other| owner.get(other) == Some(&second));
        if !chains[first].iter().any(joined) {
            faults.push(Fault::MissingCoupler { first, second });
        }
    }
    faults
}

fn num_parts(chain: &[u32], graph: &Graph, is_inside: impl Fn(u32) -> bool) -> usize {
    let mut seen = std::collections::HashSet::new();
    let mut parts = 0;
    for &start in chain {
        if !seen.insert(start) {
            continue;
        }
        parts += 1;
        let mut open = vec![start];
        while let Some(qubit) = open.pop() {
            open.extend(graph.neighbors(qubit).iter().filter(|&&other| is_inside(other) && seen.insert(other)));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_of_five() -> Chip {
        Chip::from_graph("path", Graph::from_edges(5, (0..4).map(|node| (node, node + 1))).unwrap())
    }

    fn messages(chains: &[&[u32]], edges: &[(u32, u32)]) -> Vec<String> {
        let chains: Vec<Vec<u32>> = chains.iter().map(|chain| chain.to_vec()).collect();
        let problem = Graph::from_edges(chains.len(), edges.iter().copied()).unwrap();
        diagnose(&chains, &problem, &path_of_five()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_good_embedding_has_no_fault() {
        assert!(messages(&[&[0], &[1, 2], &[3]], &[(0, 1), (1, 2)]).is_empty());
    }

    #[test]
    fn every_fault_is_named() {
        insta::assert_snapshot!(messages(&[&[], &[7], &[1, 1], &[1]], &[]).join("\n"), @r"
        the chain of variable 0 is empty
        the chain of variable 1 has qubit 7, which does not work on this chip
        qubit 1 appears twice in the chain of variable 2
        qubit 1 is in the chains of variables 2 and 3
        ");
        insta::assert_snapshot!(messages(&[&[0, 2], &[3], &[4]], &[(0, 1), (0, 2)]).join("\n"), @r"
        the chain of variable 0 is in 2 parts
        variables 0 and 2 interact, but no coupler joins their chains
        ");
        let problem = Graph::from_edges(2, []).unwrap();
        insta::assert_snapshot!(diagnose(&[], &problem, &path_of_five())[0], @"there are 0 chains for 2 variables");
    }
}
