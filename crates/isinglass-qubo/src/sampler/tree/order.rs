//! The search for an order in which eliminating the variables takes small tables.

use super::graph::{EliminationGraph, WORK_BETWEEN_LOOKS};
use crate::rng::{Stream, stream};
use rand_core::Rng;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An order of all variables, and whom each is joined to when its turn comes: its scope.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    /// The variables, first eliminated first.
    pub(super) variables: Vec<u32>,
    /// Scope `k` is `scopes[scope_starts[k]..scope_starts[k + 1]]`.
    scope_starts: Vec<usize>,
    scopes: Vec<u32>,
    /// The size of the largest scope; zero for an empty order.
    pub(super) width: usize,
    /// Sum of `2^(size + 1)` over all scopes.
    pub(super) num_entries: f64,
}

impl Order {
    fn new() -> Self {
        Self { variables: Vec::new(), scope_starts: vec![0], scopes: Vec::new(), width: 0, num_entries: 0.0 }
    }

    /// The neighbours of variable number `place` of the order among those after it, in no particular order.
    pub(super) fn scope(&self, place: usize) -> &[u32] {
        &self.scopes[self.scope_starts[place]..self.scope_starts[place + 1]]
    }

    fn eliminate(&mut self, graph: &mut EliminationGraph, vertex: u32) {
        graph.eliminate(vertex, &mut self.scopes);
        let size = self.scopes.len() - self.scope_starts[self.variables.len()];
        self.variables.push(vertex);
        self.scope_starts.push(self.scopes.len());
        self.width = self.width.max(size);
        // 2^(size + 1), exactly
        self.num_entries += f64::from_bits((1024 + size as u64) << 52);
    }
}

/// Attempts go on while their work is worth less than half of the table entries that the best order takes: so much
/// work, about 16 ns each where an entry takes one, is spent for an entry.
const WORK_PER_ENTRY: f64 = 1.0 / 32.0;
/// However large the tables, the search for orders ends after so much work (some tenths of a second) unless told otherwise.
pub(super) const MOST_WORK: u64 = 1 << 24;
/// Attempts that may fail without any order being found.
const MOST_FAILURES: u64 = 4;

/// The order of fewest table entries that was found, and the width that every order has at least, as far as the reductions
/// tell; no order where all that were tried have scopes of more than the graph's limit, or too much work would be needed.
///
/// First, vertices are eliminated that some order of least width begins with: simplicial ones (all neighbours joined), and almost
/// simplicial ones (all but one) whose degree is at most a lower bound on the width. The rest goes by least fill, and then,
/// as long as it pays, again and again with random factors on the fill: for each vertex, and growing with the distance
/// from some vertex, so that the elimination sweeps over the graph and does not begin everywhere at the same time.
/// All random numbers come from a fixed seed.
///
/// # References
/// H. L. Bodlaender, A. M. C. A. Koster, *Treewidth computations I. Upper bounds*, Inf. Comput. 208 (2010): least fill.
/// H. L. Bodlaender, A. M. C. A. Koster, F. van den Eijkhof, *Preprocessing rules for triangulation of probabilistic networks*,
/// Comput. Intell. 21 (2005): the reductions.
/// K. Kask, A. Gelfand, L. Otten, R. Dechter, *Pushing the power of stochastic greedy ordering schemes for inference in graphical
/// models*, AAAI (2011): repeated randomised attempts, ended early.
pub(super) fn best_order(
    mut graph: EliminationGraph,
    most_work: u64,
    is_stopped: &dyn Fn() -> bool,
) -> (Option<Order>, usize) {
    let mut start = Order::new();
    let low = reduce(&mut graph, &mut start, is_stopped);
    if graph.vertices().next().is_none() {
        return (Some(start), low);
    }
    let mut best: Option<Order> = None;
    let mut work = graph.work();
    for attempt in 0.. {
        let below = best.as_ref().map_or(f64::INFINITY, |best| best.num_entries);
        let hopeless = best.is_none() && attempt == MOST_FAILURES;
        if hopeless || work > most_work || work as f64 > below * WORK_PER_ENTRY || is_stopped() {
            break;
        }
        let mut graph = graph.clone();
        let before = graph.work();
        let rule = if attempt == 0 { Rule::plain() } else { Rule::random(&graph, attempt) };
        best = greedy(&mut graph, start.clone(), rule, below, most_work - work, is_stopped).or(best);
        // copying the graph is work too
        work += graph.work() - before + graph.num_vertices() as u64;
    }
    (best, low)
}

/// Eliminates what can be eliminated without making the width larger than it must be, and returns a lower bound on it.
fn reduce(graph: &mut EliminationGraph, order: &mut Order, is_stopped: &dyn Fn() -> bool) -> usize {
    let mut low = 0;
    let mut queue: Vec<u32> = graph.vertices().collect();
    queue.reverse();
    let mut next_look = graph.work() + WORK_BETWEEN_LOOKS;
    loop {
        while let Some(vertex) = queue.pop() {
            if graph.work() > next_look {
                if is_stopped() {
                    return low;
                }
                next_look = graph.work() + WORK_BETWEEN_LOOKS;
            }
            if graph.is_eliminated(vertex) || graph.fill(vertex) != Some(0) {
                continue;
            }
            low = low.max(graph.degree(vertex));
            order.eliminate(graph, vertex);
            queue.extend_from_slice(graph.touched());
        }
        if graph.vertices().next().is_none() {
            return low;
        }
        // no vertex of degree 0 or 1 is left, so there is a cycle
        low = low.max(2);
        let left: Vec<u32> = graph.vertices().filter(|&vertex| graph.degree(vertex) <= low).collect();
        for vertex in left {
            if graph.degree(vertex) <= low && graph.is_almost_simplicial(vertex) {
                order.eliminate(graph, vertex);
                queue.extend_from_slice(graph.touched());
            }
        }
        if queue.is_empty() {
            return low;
        }
    }
}

/// Which vertex goes next: that of least `(fill + degree / 128) * (1 + noise * u) * (1 + sweep * d)^2`, with `u` random in `0..1` and `d` the
/// distance from some vertex as a share of the largest; a simplicial one before all others.
struct Rule {
    noise: f32,
    sweep: f32,
    distances: Vec<f32>,
    random: Option<Stream>,
}

impl Rule {
    /// The least fill, then the least degree, then the least index.
    fn plain() -> Self {
        Self { noise: 0.0, sweep: 0.0, distances: Vec::new(), random: None }
    }

    fn random(graph: &EliminationGraph, attempt: u64) -> Self {
        let mut random = stream(0, attempt);
        let noise = 8.0 * cube(unit(&mut random));
        let sweep = match random.next_u64() % 4 {
            0 => 0.0,
            1 => 1e6,
            _ => 100.0 * cube(unit(&mut random)),
        };
        let distances = if sweep > 0.0 { distances(graph, &mut random) } else { Vec::new() };
        Self { noise, sweep, distances, random: Some(random) }
    }

    fn key(&mut self, graph: &EliminationGraph, vertex: u32, fill: u32) -> u64 {
        let score = (fill * 128 + graph.degree(vertex) as u32) as f32;
        let Some(random) = &mut self.random else { return u64::from(score.to_bits()) << 32 };
        let word = random.next_u64();
        let tie = word & 0xffff_ffff;
        if fill == 0 {
            return tie;
        }
        let share = 1.0 + self.sweep * self.distances.get(vertex as usize).copied().unwrap_or(0.0);
        let score = score * (1.0 + self.noise * fraction(word)) * share * share;
        // positive floating-point numbers are ordered as their bits are
        u64::from(score.to_bits()) << 32 | tie
    }
}

/// Small factors are the better ones more often than large ones.
fn cube(value: f32) -> f32 {
    value * value * value
}

/// The upper bits of a word as a number in `0..1`.
fn fraction(word: u64) -> f32 {
    (word >> 40) as f32 / (1u32 << 24) as f32
}

fn unit(random: &mut Stream) -> f32 {
    fraction(random.next_u64())
}

/// Distances of all vertices from a random one or from one of those farthest from it, as shares of the largest distance.
fn distances(graph: &EliminationGraph, random: &mut Stream) -> Vec<f32> {
    let vertices: Vec<u32> = graph.vertices().collect();
    if vertices.is_empty() {
        return Vec::new();
    }
    let word = random.next_u64();
    let mut start = vertices[(word >> 32) as usize % vertices.len()];
    let mut steps = graph.distances(start);
    if word & 1 == 1 {
        let farthest = |&vertex: &u32| (steps[vertex as usize], Reverse(vertex));
        start = vertices.iter().copied().max_by_key(farthest).unwrap_or(start);
        steps = graph.distances(start);
    }
    let largest = vertices.iter().map(|&vertex| steps[vertex as usize]).max().unwrap_or(0).max(1);
    steps.into_iter().map(|step| step as f32 / largest as f32).collect()
}

/// Completes an order by the rule; nothing where it comes to `below` entries, to more than `most_work`, or to degrees
/// above the graph's limit.
fn greedy(
    graph: &mut EliminationGraph,
    mut order: Order,
    mut rule: Rule,
    below: f64,
    most_work: u64,
    is_stopped: &dyn Fn() -> bool,
) -> Option<Order> {
    let most_work = graph.work() + most_work;
    let mut next_look = graph.work() + WORK_BETWEEN_LOOKS;
    let mut keys = vec![STALE; graph.num_vertices()];
    let mut heap = BinaryHeap::new();
    let mut left = 0;
    let mut enter = |graph: &EliminationGraph, keys: &mut [u64], heap: &mut BinaryHeap<_>, vertex: u32| {
        keys[vertex as usize] = STALE;
        if let Some(fill) = graph.fill(vertex) {
            let key = rule.key(graph, vertex, fill);
            keys[vertex as usize] = key;
            heap.push(Reverse((key, vertex)));
        }
    };
    for vertex in graph.vertices() {
        enter(graph, &mut keys, &mut heap, vertex);
        left += 1;
    }
    while left > 0 {
        let Reverse((key, vertex)) = heap.pop()?;
        if keys[vertex as usize] != key {
            continue;
        }
        keys[vertex as usize] = STALE;
        order.eliminate(graph, vertex);
        left -= 1;
        if order.num_entries >= below || graph.work() > most_work {
            return None;
        }
        if graph.work() > next_look {
            if is_stopped() {
                return None;
            }
            next_look = graph.work() + WORK_BETWEEN_LOOKS;
        }
        for &touched in graph.touched() {
            enter(graph, &mut keys, &mut heap, touched);
        }
    }
    Some(order)
}

/// No key: scores are finite.
const STALE: u64 = u64::MAX;
