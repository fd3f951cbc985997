//! Starting points for problems with hubs: variables with very many neighbours, each a long wire, crossed by the rest.
//!
//! The network QUBOs are such: the weights of a neuron interact with the activation and slack of every group of rows.

use super::lines::Lines;
use crate::hardware::Graph;

/// A hub has at least this many times the neighbours of the median variable.
const HUB_FACTOR: usize = 5;
/// Hubs belong to one bundle when they share so large a part of their other neighbours.
const SHARED_PART: (usize, usize) = (1, 2);

/// Lines by which a bundle may be moved to lie better.
const ALIGNMENT: u32 = 8;

/// The hubs of a problem in bundles: those with the same neighbours together, the largest bundle first.
pub(super) struct Hubs {
    bundles: Vec<Vec<usize>>,
    num_crossings: usize,
}

/// How the bundles are laid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Lines left free between two bundles.
    pub(super) gap: u32,
    /// Length of the wires, in percent of the length needed if every crossing line were used.
    pub(super) stretch: usize,
}

/// Layouts in the order in which they are tried: those that lead to fewest qubits first, then roomier ones.
pub(super) const LAYOUTS: [Layout; 7] = {
    const fn layout(gap: u32, stretch: usize) -> Layout {
        Layout { gap, stretch }
    }
    [layout(6, 175), layout(9, 150), layout(0, 175), layout(12, 140), layout(9, 200), layout(15, 150), layout(3, 125)]
};

pub(super) type Wires = Vec<(usize, Vec<u32>)>;

impl Hubs {
    /// The largest number of neighbours of a hub that are not hubs.
    pub(super) fn num_crossings(&self) -> usize {
        self.num_crossings
    }

    /// Interactions of hubs.
    pub(super) fn num_interactions(&self, problem: &Graph) -> usize {
        let is_hub = |node: u32| self.bundles.iter().flatten().any(|&hub| hub == node as usize);
        problem.edges().filter(|&(first, second)| is_hub(first) || is_hub(second)).count()
    }

    /// The hubs of a problem, if it has some.
    pub(super) fn of(problem: &Graph) -> Option<Self> {
        let mut degrees: Vec<usize> = (0..problem.num_nodes()).map(|node| problem.degree(node as u32)).collect();
        let middle = degrees.len() / 2;
        let median = *degrees.clone().select_nth_unstable(middle.min(degrees.len().checked_sub(1)?)).1;
        let is_hub: Vec<bool> = degrees.drain(..).map(|degree| 2 * degree >= HUB_FACTOR * median.max(6)).collect();
        let others = |hub: usize| problem.neighbors(hub as u32).iter().copied().filter(|&node| !is_hub[node as usize]);
        let mut bundles: Vec<Vec<usize>> = Vec::new();
        let mut num_crossings = 0;
        for hub in (0..is_hub.len()).filter(|&node| is_hub[node]) {
            let num_others = others(hub).count();
            num_crossings = num_crossings.max(num_others);
            let is_like = |bundle: &&mut Vec<usize>| {
                let shared = others(hub).filter(|&node| problem.has_edge(bundle[0] as u32, node)).count();
                let united = num_others + others(bundle[0]).count() - shared;
                shared * SHARED_PART.1 >= united * SHARED_PART.0
            };
            match bundles.iter_mut().find(is_like) {
                Some(bundle) => bundle.push(hub),
                None => bundles.push(vec![hub]),
            }
        }
        (!bundles.is_empty() && num_crossings > 0).then_some(Self { bundles, num_crossings })
    }

    /// The hubs in bundles.
    pub(super) fn bundles(&self) -> &[Vec<usize>] {
        &self.bundles
    }

    /// Whether no two hubs share most of their neighbours.
    pub(super) fn are_apart(&self) -> bool {
        self.bundles.iter().all(|bundle| bundle.len() == 1)
    }

    /// Wires for all hubs in the middle of the chip, or `None` where they have no room.
    pub(super) fn lay(&self, lines: &Lines<'_>, layout: Layout) -> Option<Wires> {
        let across = lines.num_lines[1];
        let along = lines.num_lines[0];
        let height = (self.num_crossings * layout.stretch / 100).min(across as usize) as u32;
        let first = (across - height) / 2;
        let num_hubs: usize = self.bundles.iter().map(Vec::len).sum();
        let width = num_hubs as u32 + layout.gap * (self.bundles.len() as u32 - 1);
        let mut line = along.checked_sub(width)? / 2;
        let mut wires = Vec::with_capacity(num_hubs);
        let starts = lines.starts(false);
        for bundle in &self.bundles {
            // a line that crosses the bundle should do so with one qubit: as few as possible end inside
            let width = bundle.len() as u32;
            let num_inside =
                |from: &u32| -> u32 { (from + 1..(from + width).min(along)).map(|at| starts[at as usize]).sum() };
            line = (line..along.min(line + ALIGNMENT)).min_by_key(num_inside)?;
            for &hub in bundle {
                let wire = loop {
                    if line >= along {
                        return None;
                    }
                    line += 1;
                    if let Some(wire) = lines.wire(false, line - 1, first, first + height) {
                        break wire;
                    }
                };
                wires.push((hub, wire));
            }
            line += layout.gap;
        }
        Some(wires)
    }
}
