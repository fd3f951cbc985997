//! Layouts of network QUBOs: weights as parallel wires, the gates of each group of rows across them, and the outputs of a group
//! joined where their rows cross a few more wires.

mod draft;
mod loom;

use super::crossbar::{Hubs, Layout, Wires};
use super::lines::Lines;
use crate::hardware::Graph;
use loom::Loom;

/// Columns between two bundles.
const GAPS: [u32; 9] = [0, 2, 4, 5, 7, 8, 10, 12, 15];
/// Lengths of hubs, in percent of what is needed if every row has a gate; the first is nearly always the whole chip. Shorter
/// ones are for chips on which few lines are whole.
const STRETCHES: [usize; 2] = [400, 200];
/// Qubits that a variable without a place takes in the end, about.
const UNPLACED: usize = 10;

/// What is left of a problem without its hubs, in parts that do not interact.
pub(super) struct Network {
    groups: Vec<Group>,
    bundle_of: Vec<Option<usize>>,
    num_bundles: usize,
    num_gates: usize,
}

/// Variables that interact with each other, and with hubs.
struct Group {
    /// Variables that interact with hubs of one bundle; the one with most neighbours elsewhere in the group comes first.
    cells: Vec<(usize, Vec<usize>)>,
    /// Variables that interact with no hub.
    others: Vec<usize>,
}

impl Network {
    /// The groups of a problem, if every variable interacts with hubs of one bundle at most.
    pub(super) fn of(problem: &Graph, hubs: &Hubs) -> Option<Self> {
        let mut bundle_of = vec![None; problem.num_nodes()];
        for (bundle, members) in hubs.bundles().iter().enumerate() {
            members.iter().for_each(|&hub| bundle_of[hub] = Some(bundle));
        }
        let mut is_seen: Vec<bool> = bundle_of.iter().map(Option::is_some).collect();
        let mut groups = Vec::new();
        for start in 0..problem.num_nodes() {
            if std::mem::replace(&mut is_seen[start], true) {
                continue;
            }
            let (mut members, mut next) = (vec![start], 0);
            while let Some(&node) = members.get(next) {
                next += 1;
                for &near in problem.neighbors(node as u32) {
                    if !std::mem::replace(&mut is_seen[near as usize], true) {
                        members.push(near as usize);
                    }
                }
            }
            groups.push(Group::of(&members, problem, &bundle_of)?);
        }
        let num_gates = bundle_of.iter().filter(|bundle| bundle.is_none()).count();
        Some(Self { groups, bundle_of, num_bundles: hubs.bundles().len(), num_gates })
    }

    /// The chains of hubs and of all groups that have a place, the layout of fewest qubits first. Chains share no qubit, but some that
    /// interact may not touch.
    pub(super) fn layouts(&self, hubs: &Hubs, lines: &Lines<'_>) -> Vec<Woven> {
        let mut woven: Vec<Woven> = Vec::new();
        for stretch in STRETCHES {
            let layouts = GAPS.into_iter().filter_map(|gap| hubs.lay(lines, Layout { gap, stretch }));
            woven.extend(layouts.map(|wires| self.lay(wires, lines)));
            if woven.iter().any(|woven| woven.gates.len() == self.num_gates) {
                break;
            }
        }
        woven.sort_by_key(|woven| woven.num_qubits() + UNPLACED * (self.num_gates - woven.gates.len()));
        woven.dedup();
        woven
    }

    fn lay(&self, mut wires: Wires, lines: &Lines<'_>) -> Woven {
        let mut loom = Loom::new(lines, &wires, &self.bundle_of, self.num_bundles);
        let gates = self.groups.iter().filter_map(|group| loom.lay(group)).flatten().collect();
        for (_, wire) in &mut wires {
            wire.retain(|&qubit| lines.at_qubit(qubit).first < loom.last_row());
        }
        Woven { wires, gates }
    }
}

/// A layout of a network.
#[derive(Debug, PartialEq)]
pub(super) struct Woven {
    /// The chains of hubs.
    pub(super) wires: Wires,
    /// Those of other variables.
    pub(super) gates: Wires,
}

impl Woven {
    fn num_qubits(&self) -> usize {
        self.wires.iter().chain(&self.gates).map(|(_, chain)| chain.len()).sum()
    }
}

impl Group {
    fn of(members: &[usize], problem: &Graph, bundle_of: &[Option<usize>]) -> Option<Self> {
        let (mut cells, mut others): (Vec<(usize, Vec<usize>)>, Vec<usize>) = (Vec::new(), Vec::new());
        for &node in members {
            let mut bundles = problem.neighbors(node as u32).iter().filter_map(|&near| bundle_of[near as usize]);
            let Some(bundle) = bundles.next() else {
                others.push(node);
                continue;
            };
            if bundles.any(|other| other != bundle) {
                return None;
            }
            match cells.iter_mut().find(|(of, _)| *of == bundle) {
                Some((_, cell)) => cell.push(node),
                None => cells.push((bundle, vec![node])),
            }
        }
        for (_, cell) in &mut cells {
            let outside = |&node: &usize| {
                let is_outside =
                    |near: &&u32| bundle_of[**near as usize].is_none() && !cell.contains(&(**near as usize));
                problem.neighbors(node as u32).iter().filter(is_outside).count()
            };
            let counts: Vec<(usize, usize)> = cell.iter().map(|node| (outside(node), *node)).collect();
            let mut sorted = counts;
            sorted.sort_by_key(|&(count, node)| (std::cmp::Reverse(count), node));
            *cell = sorted.into_iter().map(|(_, node)| node).collect();
        }
        Some(Self { cells, others })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::{Chip, Topology};

    /// Weights of neurons, and for each group an output and a slack bit of every neuron and an error bit.
    fn network(neurons: u32, weights: u32, groups: u32) -> Graph {
        let weight = |neuron: u32, index: u32| neuron * weights + index;
        let first = |group: u32| neurons * weights + group * (2 * neurons + 1);
        let mut edges = Vec::new();
        for neuron in 0..neurons {
            edges.extend(
                (0..weights).flat_map(|one| (0..one).map(move |two| (weight(neuron, one), weight(neuron, two)))),
            );
            for group in 0..groups {
                let (out, slack) = (first(group) + 2 * neuron, first(group) + 2 * neuron + 1);
                edges.push((out, slack));
                edges.extend(
                    (0..weights).flat_map(|index| [(weight(neuron, index), out), (weight(neuron, index), slack)]),
                );
                edges.extend((0..neuron).map(|other| (first(group) + 2 * other, out)));
                edges.push((out, first(group) + 2 * neurons));
            }
        }
        Graph::from_edges((neurons * weights + groups * (2 * neurons + 1)) as usize, edges).unwrap()
    }

    #[test]
    fn chains_are_whole_and_apart_and_nearly_all_interactions_have_couplers() {
        let problem = network(3, 5, 14);
        for name in ["pegasus:8", "zephyr:6", "chimera:12"] {
            let topology: Topology = name.parse().unwrap();
            let missing: Vec<u32> = topology.qubits().into_iter().skip(5).step_by(97).collect();
            for chip in [Chip::ideal(topology), Chip::with_faults(topology, &missing, &[]).unwrap()] {
                let (hubs, lines) = (Hubs::of(&problem).unwrap(), Lines::of(&chip).unwrap());
                let network = Network::of(&problem, &hubs).unwrap();
                let woven = network.layouts(&hubs, &lines);
                let best = woven.first().unwrap_or_else(|| panic!("{name} has room for the hubs"));
                let mut chains = vec![Vec::new(); problem.num_nodes()];
                for (variable, chain) in best.wires.iter().chain(&best.gates) {
                    chains[*variable].clone_from(chain);
                }
                let mut qubits: Vec<u32> = chains.concat();
                let used = qubits.len();
                qubits.sort_unstable();
                qubits.dedup();
                assert_eq!(qubits.len(), used, "{name}: no qubit is in two chains");
                assert!(qubits.iter().all(|qubit| chip.qubits().contains(qubit)), "{name}");
                let touch = |&(one, two): &(u32, u32)| {
                    let near =
                        |&qubit: &u32| chains[two as usize].iter().any(|&other| chip.graph().has_edge(qubit, other));
                    chains[one as usize].iter().any(near)
                };
                let joined = problem.edges().filter(touch).count();
                assert!(joined * 10 >= problem.num_edges() * 7, "{name}: {joined} of {}", problem.num_edges());
            }
        }
    }

    #[test]
    fn a_variable_between_two_bundles_makes_no_network() {
        let (problem, shared) = (network(2, 4, 12), 8);
        let hubs = Hubs::of(&problem).unwrap();
        assert!(Network::of(&problem, &hubs).is_some());
        let edges = problem.edges().chain([(0, shared), (4, shared)]);
        let mixed = Graph::from_edges(problem.num_nodes(), edges).unwrap();
        assert!(Network::of(&mixed, &Hubs::of(&mixed).unwrap()).is_none());
    }
}
