//! Layouts of network QUBOs: weights as parallel wires, the gates of each group of rows across them, and the outputs of a group
//! joined where their rows cross a few more wires.
//!
//! With `g` groups, `b` bundles of weights and `k` gates for each, the wires in the middle are crossed by `(k + (b - 1) / 2) g` rows: `k`
//! of their own gates, and the outputs that pass. Where the chip has fewer, weights are laid twice, each time for half of the groups.

mod draft;
mod fold;
mod line_layout;

use super::crossbar::{Hubs, Layout, Wires};
use super::lines::Lines;
use crate::hardware::Graph;
use fold::Fold;
use line_layout::LineLayout;

/// Columns between two bundles.
const GAPS: [u32; 9] = [0, 2, 4, 5, 7, 8, 10, 12, 15];
/// Lengths of hubs, in percent of what is needed if every row has a gate; the first is nearly always the whole chip. Shorter
/// ones are for chips on which few lines are whole.
const STRETCHES: [usize; 2] = [400, 200];
/// The same where hubs are laid twice.
const FOLD_GAPS: [u32; 3] = [0, 6, 12];
/// The part of the gates that the router is left with at most where hubs are laid twice: there is little room for it.
const MAX_MISSING: (usize, usize) = (1, 8);
/// Expected number of qubits for a variable without a place.
const UNPLACED: usize = 10;

/// The problem without its hubs, in connected components.
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

    /// The chains of hubs and of all groups that have a place, the layout of fewest qubits first. Chains do not share qubits, but some
    /// that interact may not touch.
    pub(super) fn layouts(&self, hubs: &Hubs, lines: &Lines<'_>) -> Vec<CrossbarLayout> {
        let mut woven: Vec<CrossbarLayout> = Vec::new();
        for stretch in STRETCHES {
            let layouts = GAPS.into_iter().filter_map(|gap| hubs.lay(lines, Layout { gap, stretch }));
            woven.extend(layouts.map(|wires| self.lay(wires, None, lines)));
            if woven.iter().any(|woven| woven.gates.len() == self.num_gates) {
                break;
            }
        }
        let is_whole = woven.iter().any(|woven| woven.gates.len() == self.num_gates);
        if let Some(folded) = (!is_whole).then(|| self.folded(hubs, lines)).flatten() {
            return vec![folded];
        }
        woven.sort_by_key(|woven| self.expected_qubits(woven));
        woven.dedup();
        woven
    }

    /// Expected number of qubits of a layout, including the variables without a place.
    fn expected_qubits(&self, woven: &CrossbarLayout) -> usize {
        woven.num_qubits() + UNPLACED * (self.num_gates - woven.gates.len())
    }

    /// The best layout in which every hub has two wires, if it holds nearly all groups.
    fn folded(&self, hubs: &Hubs, lines: &Lines<'_>) -> Option<CrossbarLayout> {
        let inner = self.num_bundles / 2..=self.num_bundles.div_ceil(2);
        let folds = inner.flat_map(|num_inner| FOLD_GAPS.map(|gap| Fold { num_inner, gap }));
        let woven = folds.filter_map(|fold| {
            let (wires, middle) = fold::lay(hubs, lines, fold)?;
            Some(self.lay(wires, Some(middle), lines))
        });
        let best = woven.min_by_key(|woven| (woven.gates.len() < self.num_gates, self.expected_qubits(woven)))?;
        let num_missing = self.num_gates - best.gates.len();
        (num_missing * MAX_MISSING.1 <= self.num_gates * MAX_MISSING.0).then_some(best)
    }

    fn lay(&self, mut wires: Wires, middle: Option<u32>, lines: &Lines<'_>) -> CrossbarLayout {
        let mut line_layout = LineLayout::new(lines, &wires, &self.bundle_of, self.num_bundles, middle);
        let gates = self.groups.iter().filter_map(|group| line_layout.lay(group)).flatten().collect();
        for (_, wire) in &mut wires {
            // rows of the hub itself
            let turn = wire.iter().map(|&qubit| lines.at_qubit(qubit)).filter(|at| at.is_horizontal);
            let turn = turn.map(|at| at.line + 1).max().unwrap_or(0);
            wire.retain(|&qubit| {
                let at = lines.at_qubit(qubit);
                at.is_horizontal || at.first < line_layout.last_row(at.line).max(turn)
            });
        }
        CrossbarLayout { wires, gates }
    }
}

/// A layout of a network.
#[derive(Debug, PartialEq)]
pub(super) struct CrossbarLayout {
    /// The chains of hubs.
    pub(super) wires: Wires,
    /// Those of other variables.
    pub(super) gates: Wires,
}

impl CrossbarLayout {
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
    use std::collections::BTreeSet;

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
                check(best, &problem, &chip);
            }
        }
    }

    /// Asserts that chains are disjoint and connected, and that most interactions have a coupler.
    fn check(woven: &CrossbarLayout, problem: &Graph, chip: &Chip) {
        let mut chains = vec![Vec::new(); problem.num_nodes()];
        for (variable, chain) in woven.wires.iter().chain(&woven.gates) {
            chains[*variable].clone_from(chain);
        }
        let name = chip.name();
        let mut qubits: Vec<u32> = chains.concat();
        let used = qubits.len();
        qubits.sort_unstable();
        qubits.dedup();
        assert_eq!(qubits.len(), used, "{name}: no qubit is in two chains");
        assert!(qubits.iter().all(|qubit| chip.qubits().contains(qubit)), "{name}");
        for (hub, wire) in &woven.wires {
            let mut reached = vec![wire[0]];
            let mut next = 0;
            while let Some(&qubit) = reached.get(next) {
                next += 1;
                let near = wire.iter().filter(|&&other| chip.graph().has_edge(qubit, other));
                let more: Vec<u32> = near.copied().filter(|other| !reached.contains(other)).collect();
                reached.extend(more);
            }
            assert_eq!(reached.len(), wire.len(), "{name}: the wire of {hub} is whole");
        }
        let touch = |&(one, two): &(u32, u32)| {
            let near = |&qubit: &u32| chains[two as usize].iter().any(|&other| chip.graph().has_edge(qubit, other));
            chains[one as usize].iter().any(near)
        };
        let joined = problem.edges().filter(touch).count();
        assert!(joined * 10 >= problem.num_edges() * 7, "{name}: {joined} of {}", problem.num_edges());
    }

    #[test]
    fn groups_beyond_the_rows_of_the_chip_find_hubs_that_are_laid_twice() {
        let problem = network(3, 5, 34);
        for name in ["pegasus:8", "zephyr:6"] {
            let topology: Topology = name.parse().unwrap();
            let missing: Vec<u32> = topology.qubits().into_iter().skip(5).step_by(397).collect();
            for chip in [Chip::ideal(topology), Chip::with_faults(topology, &missing, &[]).unwrap()] {
                let (hubs, lines) = (Hubs::of(&problem).unwrap(), Lines::of(&chip).unwrap());
                let network = Network::of(&problem, &hubs).unwrap();
                let woven = network.layouts(&hubs, &lines);
                let columns = |wire: &[u32]| {
                    let vertical = wire.iter().map(|&qubit| lines.at_qubit(qubit)).filter(|at| !at.is_horizontal);
                    vertical.map(|at| at.line).collect::<BTreeSet<u32>>().len()
                };
                let best = woven.first().unwrap();
                assert!(best.wires.iter().all(|(_, wire)| columns(wire) == 2), "{name}");
                assert!((network.num_gates - best.gates.len()) * 8 <= network.num_gates, "{name}");
                check(best, &problem, &chip);
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
