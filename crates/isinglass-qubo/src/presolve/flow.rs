//! Largest flows.

use super::units::Units;
use std::collections::{HashSet, VecDeque};

/// A network whose arcs come in groups of four: an arc, its reverse, and the mirror images of both.
///
/// Node `u ^ 1` is the mirror image of `u`; that of an arc `u -> v` is `v ^ 1 -> u ^ 1`. Arc `a ^ 1` is the reverse of `a`, and
/// `a ^ 2` its mirror image.
pub(super) struct Network {
    num_nodes: usize,
    heads: Vec<u32>,
    residual: Vec<Units>,
    /// Arcs by tail, compressed: filled by [`Network::connect`].
    starts: Vec<usize>,
    arcs: Vec<u32>,
}

/// Arcs looked at before a flow asks again whether it is to end: some milliseconds.
const EFFORT_BETWEEN_LOOKS: u64 = 1 << 20;

impl Network {
    pub(super) fn new(num_nodes: usize) -> Self {
        Self { num_nodes, heads: Vec::new(), residual: Vec::new(), starts: Vec::new(), arcs: Vec::new() }
    }

    /// An arc and its mirror image.
    pub(super) fn add(&mut self, tail: u32, head: u32, capacity: Units) {
        self.heads.extend([head, tail, tail ^ 1, head ^ 1]);
        self.residual.extend([capacity, 0, capacity, 0]);
    }

    /// Sorts the arcs by tail, after the last was added.
    pub(super) fn connect(&mut self) {
        self.starts = vec![0; self.num_nodes + 1];
        for arc in 0..self.heads.len() {
            self.starts[self.heads[arc ^ 1] as usize + 1] += 1;
        }
        for node in 0..self.num_nodes {
            self.starts[node + 1] += self.starts[node];
        }
        let mut cursor = self.starts.clone();
        self.arcs = vec![0; self.heads.len()];
        for arc in 0..self.heads.len() {
            let place = &mut cursor[self.heads[arc ^ 1] as usize];
            self.arcs[*place] = arc as u32;
            *place += 1;
        }
    }

    fn arcs_of(&self, node: u32) -> &[u32] {
        &self.arcs[self.starts[node as usize]..self.starts[node as usize + 1]]
    }

    /// Pushes as much as possible from `source` to `sink` by shortest paths, level by level, until `is_over` says so of the effort
    /// (arcs looked at): the amount, and whether it is the largest.
    ///
    /// # References
    /// E. A. Dinic, *Algorithm for solution of a problem of maximum flow in networks with power estimation* (1970).
    pub(super) fn push(
        &mut self,
        source: u32,
        sink: u32,
        effort: &mut u64,
        is_over: &dyn Fn(u64) -> bool,
    ) -> (Units, bool) {
        let mut total = 0;
        loop {
            let levels = self.levels(source, effort);
            if levels[sink as usize] == UNREACHED {
                return (total, true);
            }
            total += self.blocking_flow(source, sink, &levels, effort, is_over);
            if is_over(*effort) {
                return (total, false);
            }
        }
    }

    /// Distances from `source` in the residual network.
    pub(super) fn levels(&self, source: u32, effort: &mut u64) -> Vec<u32> {
        let mut levels = vec![UNREACHED; self.num_nodes];
        levels[source as usize] = 0;
        let mut queue = VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            for &arc in self.arcs_of(node) {
                let head = self.heads[arc as usize] as usize;
                if self.residual[arc as usize] > 0 && levels[head] == UNREACHED {
                    levels[head] = levels[node as usize] + 1;
                    queue.push_back(head as u32);
                }
            }
            *effort += self.arcs_of(node).len() as u64;
        }
        levels
    }

    fn blocking_flow(
        &mut self,
        source: u32,
        sink: u32,
        levels: &[u32],
        effort: &mut u64,
        is_over: &dyn Fn(u64) -> bool,
    ) -> Units {
        let mut next_look = *effort + EFFORT_BETWEEN_LOOKS;
        let mut next = self.starts.clone();
        let mut path: Vec<u32> = Vec::new();
        let mut total = 0;
        loop {
            if *effort >= next_look {
                if is_over(*effort) {
                    return total;
                }
                next_look = *effort + EFFORT_BETWEEN_LOOKS;
            }
            let node = path.last().map_or(source, |&arc| self.heads[arc as usize]);
            if node == sink {
                let amount = path.iter().map(|&arc| self.residual[arc as usize]).min().expect("source is not sink");
                let mut full = path.len();
                for (place, &arc) in path.iter().enumerate().rev() {
                    self.residual[arc as usize] -= amount;
                    self.residual[arc as usize ^ 1] += amount;
                    if self.residual[arc as usize] == 0 {
                        full = place;
                    }
                }
                total += amount;
                *effort += path.len() as u64;
                path.truncate(full);
                continue;
            }
            *effort += 1;
            let cursor = &mut next[node as usize];
            if *cursor < self.starts[node as usize + 1] {
                let arc = self.arcs[*cursor];
                let head = self.heads[arc as usize] as usize;
                if self.residual[arc as usize] > 0 && levels[head] == levels[node as usize] + 1 {
                    path.push(arc);
                } else {
                    *cursor += 1;
                }
            } else if let Some(arc) = path.pop() {
                next[self.heads[arc as usize ^ 1] as usize] += 1;
            } else {
                return total;
            }
        }
    }

    /// Nodes that an arc leads to from `node`, residual in the mean of the flow and its mirror image.
    pub(super) fn symmetric_heads(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let is_open = |arc: usize| self.residual[arc] > 0 || self.residual[arc ^ 2] > 0;
        self.arcs_of(node).iter().filter(move |&&arc| is_open(arc as usize)).map(|&arc| self.heads[arc as usize])
    }

    /// Whether open arcs of the mean of the flow and its mirror image that `follows` allows lead from one node to another.
    pub(super) fn reaches(&self, from: u32, to: u32, follows: impl Fn(u32, u32) -> bool, effort: &mut u64) -> bool {
        let mut seen = HashSet::from([from]);
        let mut stack = vec![from];
        while let Some(node) = stack.pop() {
            *effort += self.arcs_of(node).len() as u64;
            for head in self.symmetric_heads(node).filter(|&head| follows(node, head)) {
                if head == to {
                    return true;
                }
                if seen.insert(head) {
                    stack.push(head);
                }
            }
        }
        false
    }

    /// The strongly connected components of the symmetric residual network without the nodes that `skip` names: the number of
    /// each node's, such that no arc leads from a smaller number to a larger one.
    ///
    /// # References
    /// R. Tarjan, *Depth-first search and linear graph algorithms*, SIAM J. Comput. 1 (1972).
    pub(super) fn components(&self, skip: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut search = Tarjan {
            order: vec![UNREACHED; self.num_nodes],
            lowest: vec![0; self.num_nodes],
            component: vec![UNREACHED; self.num_nodes],
            stack: Vec::new(),
            num_seen: 0,
            num_components: 0,
        };
        for root in 0..self.num_nodes as u32 {
            if skip(root) || search.order[root as usize] != UNREACHED {
                continue;
            }
            search.enter(root);
            let mut path = vec![(root, self.symmetric_heads(root))];
            while let Some((node, heads)) = path.last_mut() {
                let node = *node;
                match heads.find(|&head| !skip(head)) {
                    Some(head) if search.order[head as usize] == UNREACHED => {
                        search.enter(head);
                        path.push((head, self.symmetric_heads(head)));
                    }
                    Some(head) => search.see(node, head),
                    None => {
                        path.pop();
                        search.leave(node, path.last().map(|&(parent, _)| parent));
                    }
                }
            }
        }
        search.component
    }
}

/// No level, no place in an order.
pub(super) const UNREACHED: u32 = u32::MAX;

struct Tarjan {
    order: Vec<u32>,
    lowest: Vec<u32>,
    component: Vec<u32>,
    stack: Vec<u32>,
    num_seen: u32,
    num_components: u32,
}

impl Tarjan {
    fn enter(&mut self, node: u32) {
        self.order[node as usize] = self.num_seen;
        self.lowest[node as usize] = self.num_seen;
        self.num_seen += 1;
        self.stack.push(node);
    }

    fn see(&mut self, node: u32, head: u32) {
        if self.component[head as usize] == UNREACHED {
            let order = self.order[head as usize];
            let lowest = &mut self.lowest[node as usize];
            *lowest = order.min(*lowest);
        }
    }

    fn leave(&mut self, node: u32, parent: Option<u32>) {
        let lowest = self.lowest[node as usize];
        if lowest == self.order[node as usize] {
            while let Some(member) = self.stack.pop() {
                self.component[member as usize] = self.num_components;
                if member == node {
                    break;
                }
            }
            self.num_components += 1;
        }
        if let Some(parent) = parent {
            let above = &mut self.lowest[parent as usize];
            *above = lowest.min(*above);
        }
    }
}
