//! The graph of a model while its variables are eliminated one after the other, and what each would cost next.

use crate::model::Bqm;
use crate::rng::mix;

/// A graph on `0..n` from which vertices are eliminated: their neighbours are joined to each other, and they leave.
///
/// For every vertex of degree at most `limit` it knows the fill: how many pairs of neighbours are not yet joined.
#[derive(Clone)]
pub(super) struct EliminationGraph {
    limit: usize,
    /// May still hold eliminated vertices, which are dropped when the list is next read.
    neighbors: Vec<Vec<u32>>,
    degrees: Vec<u32>,
    /// [`UNKNOWN`] where the degree is above the limit.
    fills: Vec<u32>,
    eliminated: Vec<bool>,
    edges: EdgeSet,
    /// Vertices whose degree or fill the last elimination changed.
    touched: Vec<u32>,
    is_touched: Vec<bool>,
    pairs: Vec<(u32, u32)>,
    work: u64,
}

const UNKNOWN: u32 = u32::MAX;

/// Work between two looks at the clock: some milliseconds.
pub(super) const WORK_BETWEEN_LOOKS: u64 = 1 << 18;

impl EliminationGraph {
    /// The variables of `bqm`, joined where their quadratic bias is not zero; nothing in a run that is stopped.
    pub(super) fn new(bqm: &Bqm, limit: usize, is_stopped: &dyn Fn() -> bool) -> Option<Self> {
        let num_variables = bqm.num_variables();
        let neighbors: Vec<Vec<u32>> = (0..num_variables).map(|variable| neighbors(bqm, variable).collect()).collect();
        let num_edges = neighbors.iter().map(Vec::len).sum::<usize>() / 2;
        let mut edges = EdgeSet::new(num_variables, num_edges);
        for (vertex, list) in neighbors.iter().enumerate() {
            for &other in list.iter().filter(|&&other| (other as usize) > vertex) {
                edges.insert(vertex as u32, other);
            }
        }
        let degrees = neighbors.iter().map(|list| list.len() as u32).collect();
        let mut graph = Self {
            limit,
            neighbors,
            degrees,
            fills: vec![UNKNOWN; num_variables],
            eliminated: vec![false; num_variables],
            edges,
            touched: Vec::new(),
            is_touched: vec![false; num_variables],
            pairs: Vec::new(),
            work: (num_variables + 2 * num_edges) as u64,
        };
        let mut next_look = graph.work + WORK_BETWEEN_LOOKS;
        for vertex in 0..num_variables as u32 {
            graph.count_fill(vertex);
            if graph.work > next_look {
                if is_stopped() {
                    return None;
                }
                next_look = graph.work + WORK_BETWEEN_LOOKS;
            }
        }
        Some(graph)
    }

    /// Number of vertices, eliminated ones included.
    pub(super) fn num_vertices(&self) -> usize {
        self.eliminated.len()
    }

    /// Whether a vertex is gone.
    pub(super) fn is_eliminated(&self, vertex: u32) -> bool {
        self.eliminated[vertex as usize]
    }

    /// Vertices not yet eliminated, in ascending order.
    pub(super) fn vertices(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.eliminated.len() as u32).filter(|&vertex| !self.eliminated[vertex as usize])
    }

    /// Number of neighbours.
    pub(super) fn degree(&self, vertex: u32) -> usize {
        self.degrees[vertex as usize] as usize
    }

    /// Number of pairs of neighbours that are not joined; `None` where the degree is above the limit.
    pub(super) fn fill(&self, vertex: u32) -> Option<u32> {
        Some(self.fills[vertex as usize]).filter(|&fill| fill != UNKNOWN)
    }

    /// Vertices whose degree or fill the last elimination changed.
    pub(super) fn touched(&self) -> &[u32] {
        &self.touched
    }

    /// Adjacency tests and list entries read so far: about a nanosecond each.
    pub(super) fn work(&self) -> u64 {
        self.work
    }

    /// Whether all neighbours but one are joined to each other.
    pub(super) fn is_almost_simplicial(&mut self, vertex: u32) -> bool {
        let Some(fill) = self.fill(vertex) else { return false };
        self.tidy(vertex);
        let list = &self.neighbors[vertex as usize];
        self.work += (list.len() * list.len()) as u64;
        let missing = |one: u32| list.iter().filter(|&&other| other != one && !self.edges.contains(one, other)).count();
        list.iter().any(|&one| missing(one) == fill as usize)
    }

    /// Number of steps from `start` to every vertex along edges; zero where there is no way.
    pub(super) fn distances(&self, start: u32) -> Vec<u32> {
        let mut steps = vec![0; self.num_vertices()];
        let mut seen = self.eliminated.clone();
        seen[start as usize] = true;
        let mut queue = vec![start];
        let mut place = 0;
        while let Some(&vertex) = queue.get(place) {
            for &other in &self.neighbors[vertex as usize] {
                if !std::mem::replace(&mut seen[other as usize], true) {
                    steps[other as usize] = steps[vertex as usize] + 1;
                    queue.push(other);
                }
            }
            place += 1;
        }
        steps
    }

    /// Eliminates a vertex and appends its neighbours to `scope`.
    pub(super) fn eliminate(&mut self, vertex: u32, scope: &mut Vec<u32>) {
        self.tidy(vertex);
        let list = std::mem::take(&mut self.neighbors[vertex as usize]);
        self.eliminated[vertex as usize] = true;
        while let Some(touched) = self.touched.pop() {
            self.is_touched[touched as usize] = false;
        }
        self.leave(&list);
        let mut pairs = std::mem::take(&mut self.pairs);
        for (first, second) in pairs.drain(..) {
            self.join(first, second);
        }
        self.pairs = pairs;
        for place in 0..self.touched.len() {
            let touched = self.touched[place];
            if self.degree(touched) > self.limit {
                self.fills[touched as usize] = UNKNOWN;
            } else if self.fills[touched as usize] == UNKNOWN {
                self.count_fill(touched);
            }
        }
        scope.extend_from_slice(&list);
    }

    /// Takes a vertex with these neighbours away from them and collects the pairs to be joined.
    fn leave(&mut self, list: &[u32]) {
        let mut missing = [0u32; 64];
        let mut many = Vec::new();
        let missing = if list.len() <= missing.len() {
            &mut missing[..list.len()]
        } else {
            many.resize(list.len(), 0);
            &mut many[..]
        };
        self.work += (list.len() * list.len() / 2 + 1) as u64;
        for (place, &first) in list.iter().enumerate() {
            for (other, &second) in list.iter().enumerate().take(place) {
                if !self.edges.contains(first, second) {
                    missing[place] += 1;
                    missing[other] += 1;
                    self.pairs.push((first, second));
                }
            }
        }
        for (&other, &missing) in list.iter().zip(missing.iter()) {
            self.degrees[other as usize] -= 1;
            if self.fills[other as usize] != UNKNOWN {
                // neighbours of `other` that the vertex was not joined to
                let common = list.len() as u32 - 1 - missing;
                self.fills[other as usize] -= self.degrees[other as usize] - common;
            }
            self.touch(other);
        }
    }

    /// Joins two vertices, and brings the fill of everyone concerned up to date.
    fn join(&mut self, first: u32, second: u32) {
        let shorter_first = self.neighbors[first as usize].len() <= self.neighbors[second as usize].len();
        let (first, second) = if shorter_first { (first, second) } else { (second, first) };
        self.tidy(first);
        let list = std::mem::take(&mut self.neighbors[first as usize]);
        self.work += list.len() as u64;
        let mut common = 0;
        for &other in &list {
            if self.edges.contains(second, other) {
                common += 1;
                if self.fills[other as usize] != UNKNOWN {
                    self.fills[other as usize] -= 1;
                    self.touch(other);
                }
            }
        }
        self.neighbors[first as usize] = list;
        self.edges.insert(first, second);
        for (vertex, other) in [(first, second), (second, first)] {
            if self.fills[vertex as usize] != UNKNOWN {
                self.fills[vertex as usize] += self.degrees[vertex as usize] - common;
                if self.degree(vertex) >= self.limit {
                    self.fills[vertex as usize] = UNKNOWN;
                }
            }
            self.degrees[vertex as usize] += 1;
            self.neighbors[vertex as usize].push(other);
        }
    }

    fn touch(&mut self, vertex: u32) {
        if !std::mem::replace(&mut self.is_touched[vertex as usize], true) {
            self.touched.push(vertex);
        }
    }

    fn count_fill(&mut self, vertex: u32) {
        if self.degree(vertex) > self.limit {
            return;
        }
        self.tidy(vertex);
        let list = &self.neighbors[vertex as usize];
        self.work += (list.len() * list.len() / 2) as u64;
        let mut fill = 0;
        for (place, &first) in list.iter().enumerate() {
            fill += list[..place].iter().filter(|&&second| !self.edges.contains(first, second)).count();
        }
        self.fills[vertex as usize] = fill as u32;
    }

    /// Drops eliminated vertices from the list of neighbours.
    fn tidy(&mut self, vertex: u32) {
        let list = &mut self.neighbors[vertex as usize];
        if list.len() > self.degrees[vertex as usize] as usize {
            self.work += list.len() as u64;
            list.retain(|&other| !self.eliminated[other as usize]);
        }
    }
}

/// The variables that a variable interacts with by a bias other than zero, in ascending order.
pub(super) fn neighbors(bqm: &Bqm, variable: usize) -> impl Iterator<Item = u32> + '_ {
    let (neighbors, biases) = bqm.neighborhood(variable);
    neighbors.iter().zip(biases).filter(|&(_, &bias)| bias != 0.0).map(|(&neighbor, _)| neighbor)
}

/// Up to this many vertices the edges are a matrix of bits (8 MiB).
const MOST_IN_MATRIX: usize = 8192;

/// Pairs of vertices, asked for in any order.
#[derive(Clone)]
enum EdgeSet {
    Matrix {
        words_per_row: usize,
        words: Vec<u64>,
    },
    /// Open addressing: a power of two of places, at most half of them taken.
    Hash {
        places: Vec<u64>,
        num_taken: usize,
    },
}

const EMPTY: u64 = u64::MAX;

impl EdgeSet {
    fn new(num_vertices: usize, num_edges: usize) -> Self {
        if num_vertices <= MOST_IN_MATRIX {
            let words_per_row = num_vertices.div_ceil(64);
            Self::Matrix { words_per_row, words: vec![0; words_per_row * num_vertices] }
        } else {
            Self::Hash { places: vec![EMPTY; (4 * num_edges + 4).next_power_of_two()], num_taken: 0 }
        }
    }

    #[inline]
    fn contains(&self, first: u32, second: u32) -> bool {
        match self {
            Self::Matrix { words_per_row, words } => {
                words[first as usize * words_per_row + second as usize / 64] >> (second % 64) & 1 == 1
            }
            Self::Hash { places, .. } => places[place(places, pair(first, second))] != EMPTY,
        }
    }

    fn insert(&mut self, first: u32, second: u32) {
        match self {
            Self::Matrix { words_per_row, words } => {
                words[first as usize * *words_per_row + second as usize / 64] |= 1 << (second % 64);
                words[second as usize * *words_per_row + first as usize / 64] |= 1 << (first % 64);
            }
            Self::Hash { places, num_taken } => {
                if 2 * (*num_taken + 1) > places.len() {
                    let mut larger = vec![EMPTY; 2 * places.len()];
                    for &key in places.iter().filter(|&&key| key != EMPTY) {
                        let free = place(&larger, key);
                        larger[free] = key;
                    }
                    *places = larger;
                }
                let key = pair(first, second);
                let free = place(places, key);
                *num_taken += usize::from(places[free] == EMPTY);
                places[free] = key;
            }
        }
    }
}

fn pair(first: u32, second: u32) -> u64 {
    u64::from(first.min(second)) << 32 | u64::from(first.max(second))
}

/// Where `key` is, or the empty place where it would be.
fn place(places: &[u64], key: u64) -> usize {
    let mask = places.len() - 1;
    let mut place = mix(key) as usize & mask;
    while places[place] != EMPTY && places[place] != key {
        place = (place + 1) & mask;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Vartype;
    use crate::testing::random_integers;
    use std::collections::BTreeSet;

    /// Eliminates everything in a fixed order and compares with plain sets.
    fn compare(mut graph: EliminationGraph, bqm: &Bqm) {
        let num_variables = bqm.num_variables() as u32;
        let mut sets: Vec<BTreeSet<u32>> = (0..num_variables).map(|v| neighbors(bqm, v as usize).collect()).collect();
        let mut left: BTreeSet<u32> = (0..num_variables).collect();
        for turn in 0..num_variables {
            for &vertex in &left {
                let set = &sets[vertex as usize];
                let joined = |one: u32, other: u32| sets[one as usize].contains(&other);
                let missing = |one: u32| set.iter().filter(|&&other| other != one && !joined(one, other)).count();
                let fill = set.iter().map(|&one| missing(one)).sum::<usize>() / 2;
                let known = (set.len() <= graph.limit).then_some(fill as u32);
                assert_eq!((graph.degree(vertex), graph.fill(vertex)), (set.len(), known), "vertex {vertex}");
                let almost = set.iter().any(|&one| missing(one) == fill);
                assert_eq!(graph.is_almost_simplicial(vertex), known.is_some() && almost, "vertex {vertex}");
            }
            let vertex = *left.iter().nth((7 * turn as usize + 3) % left.len()).unwrap();
            let mut scope = Vec::new();
            graph.eliminate(vertex, &mut scope);
            left.remove(&vertex);
            let set = std::mem::take(&mut sets[vertex as usize]);
            assert_eq!(scope.into_iter().collect::<BTreeSet<_>>(), set);
            for &one in &set {
                sets[one as usize].extend(set.iter().filter(|&&other| other != one));
                sets[one as usize].remove(&vertex);
            }
            assert!(left.iter().copied().eq(graph.vertices()));
        }
    }

    #[test]
    fn degrees_fills_and_scopes_are_those_of_plain_sets() {
        for (num_variables, degree, limit) in [(12, 3, 100), (30, 4, 100), (30, 5, 6), (80, 3, 9)] {
            let bqm = random_integers(Vartype::Spin, num_variables, degree, 3, 1);
            let graph = EliminationGraph::new(&bqm, limit, &|| false).unwrap();
            let edges = EdgeSet::Hash { places: vec![EMPTY; 4], num_taken: 0 };
            let mut hashed = EliminationGraph { edges, ..graph.clone() };
            for (first, second, _) in bqm.interactions().filter(|&(.., bias)| bias != 0.0) {
                hashed.edges.insert(first as u32, second as u32);
            }
            compare(graph, &bqm);
            compare(hashed, &bqm);
        }
    }
}
