//! One try of the router: chains that may share qubits, placed and re-placed at prices that rise where they do.

use super::search::{BLOCKED, FREE, MAX_PRICE, Search};
use crate::embedding::{Embedding, Fault};
use crate::hardware::{Chip, Graph};
use isinglass_qubo::rng::Stream;
use isinglass_qubo::sampler::Watch;
use rand_core::Rng;

/// How the prices of shared qubits rise.
#[derive(Clone, Copy)]
pub(super) struct Negotiation {
    /// By how much sharing a qubit multiplies its price at first, from one pass to the next, and at most.
    first_penalty: f32,
    growth: f32,
    max_penalty: f32,
    /// Share of the history price that a qubit keeps from one pass to the next.
    history_left: f32,
}

impl Negotiation {
    /// Sharing is expensive from the start and soon forgotten, for problems that are placed from scratch. A longer history would keep
    /// chains away from places that have become free.
    pub(super) const STEEP: Self = Self { first_penalty: 8.0, growth: 1.3, max_penalty: 100.0, history_left: 0.5 };
    /// Sharing is cheap, and never forgotten: for long wires, which are moved by many small steps.
    pub(super) const GENTLE: Self = Self { first_penalty: 2.0, growth: 1.2, max_penalty: 8.0, history_left: 1.0 };
}

/// Price increase in each pass for a qubit that stays shared.
const HISTORY: f32 = 1.0;

/// With at most this many shared qubits, a place for the rest is likely to turn up: patience is multiplied by the factor below.
const NEARLY_NONE: usize = 4;
const LONGER: u32 = 3;

/// The most passes over all variables until no qubit is shared, and as many again to shorten chains.
pub(super) const MAX_PASSES: u64 = 100;

/// One try. Qubits are numbered by their place among the working ones.
pub(super) struct Attempt<'a> {
    pub(super) problem: &'a Graph,
    qubits: &'a [u32],
    pub(super) chip: Graph,
    /// The most couplers of a qubit.
    pub(super) max_couplers: usize,
    pub(super) chains: Vec<Vec<u16>>,
    /// Chains that use each qubit.
    pub(super) usage: Vec<u16>,
    history: Vec<f32>,
    penalty: f32,
    negotiation: Negotiation,
    /// Whether used qubits are out of bounds.
    pub(super) is_strict: bool,
    pub(super) search: Search,
    pub(super) random: Stream,
    /// Which qubits a pass over a chain has seen, by the number of the pass.
    marks: Vec<u32>,
    mark: u32,
    pub(super) price: Vec<u16>,
    /// Variables that were given a wire: they keep it until no qubit is shared.
    pub(super) is_wire: Vec<bool>,
    /// Annealing temperature, in qubits.
    pub(super) temperature: f64,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(problem: &'a Graph, chip: &'a Chip, random: Stream, negotiation: Negotiation) -> Self {
        let qubits = chip.qubits();
        let mut place = vec![u32::MAX; chip.graph().num_nodes()];
        qubits.iter().enumerate().for_each(|(index, &qubit)| place[qubit as usize] = index as u32);
        let edges = chip.graph().edges().map(|(first, second)| (place[first as usize], place[second as usize]));
        let chip = Graph::from_edges(qubits.len(), edges).expect("couplers join working qubits");
        Self {
            problem,
            qubits,
            max_couplers: (0..qubits.len() as u32).map(|qubit| chip.degree(qubit)).max().unwrap_or(0),
            chains: vec![Vec::new(); problem.num_nodes()],
            usage: vec![0; qubits.len()],
            history: vec![0.0; qubits.len()],
            penalty: negotiation.first_penalty,
            negotiation,
            is_strict: false,
            search: Search::new(&chip),
            random,
            marks: vec![0; qubits.len()],
            mark: 0,
            price: vec![FREE; qubits.len()],
            is_wire: vec![false; problem.num_nodes()],
            temperature: 0.0,
            chip,
        }
    }

    /// Places all variables and re-places them until no qubit is shared; returns whether that succeeded.
    pub(super) fn route(&mut self, patience: u32, watch: &Watch<'_>) -> bool {
        for variable in self.first_order() {
            if watch.is_stopped() {
                return false;
            }
            self.place(variable);
        }
        let mut best = self.left_over();
        let (mut passes, mut waited) = (0, 0);
        while best != (0, 0) {
            let is_near = best.0 == 0 && best.1 <= NEARLY_NONE;
            let patience = if is_near { LONGER * patience } else { patience };
            if waited >= patience && self.is_wire.contains(&true) {
                // no way past the wires: they are put up for negotiation too
                self.is_wire.fill(false);
                waited = 0;
            }
            if waited >= patience || passes == MAX_PASSES {
                return false;
            }
            passes += 1;
            let Negotiation { growth, max_penalty, history_left, .. } = self.negotiation;
            self.penalty = (self.penalty * growth).min(max_penalty);
            for (price, &usage) in self.history.iter_mut().zip(&self.usage) {
                *price = *price * history_left + HISTORY * f32::from(usage.saturating_sub(1));
            }
            self.set_prices();
            for variable in self.shuffled() {
                if watch.is_stopped() {
                    return false;
                }
                if self.is_wire[variable] {
                    continue;
                }
                self.tear_out(variable);
                for other in self.neighbors(variable) {
                    if !self.is_wire[other] {
                        self.prune(other);
                    }
                }
                self.place(variable);
            }
            watch.advance(1);
            let left = self.left_over();
            waited = if left < best { 0 } else { waited + 1 };
            best = best.min(left);
        }
        true
    }

    /// Variables without a chain, and qubits in more than one.
    pub(super) fn left_over(&self) -> (usize, usize) {
        let unplaced = self.chains.iter().filter(|chain| chain.is_empty()).count();
        (unplaced, self.usage.iter().filter(|&&usage| usage > 1).count())
    }

    pub(super) fn neighbors(&self, variable: usize) -> impl Iterator<Item = usize> + use<'a> {
        self.problem.neighbors(variable as u32).iter().map(|&other| other as usize)
    }

    /// The variables without a chain, in placement order. From scratch, a variable of largest degree is first, followed by the one with
    /// most placed neighbours each time; beside wires, which nearly all variables touch, by the one with the largest share of placed
    /// neighbours.
    fn first_order(&mut self) -> Vec<usize> {
        let num_variables = self.chains.len();
        let has_wires = self.is_wire.contains(&true);
        let mut is_placed: Vec<bool> = self.chains.iter().map(|chain| !chain.is_empty()).collect();
        let mut num_placed: Vec<usize> =
            (0..num_variables).map(|each| self.neighbors(each).filter(|&other| is_placed[other]).count()).collect();
        let tie: Vec<u64> = (0..num_variables).map(|_| self.random.next_u64()).collect();
        let mut order = Vec::with_capacity(num_variables);
        let num_open = is_placed.iter().filter(|&&placed| !placed).count();
        while order.len() < num_open {
            let open = (0..num_variables).filter(|&variable| !is_placed[variable]);
            let key = |&variable: &usize| {
                let degree = self.problem.degree(variable as u32);
                let share = if has_wires { num_placed[variable] * 1000 / degree.max(1) } else { num_placed[variable] };
                (share, degree, tie[variable])
            };
            let next = open.max_by_key(key).expect("some variable is open");
            is_placed[next] = true;
            self.neighbors(next).for_each(|other| num_placed[other] += 1);
            order.push(next);
        }
        order
    }

    /// Gives variables these chains, joined to each other where their variables interact. Wires stay where they are, as long as others
    /// find a way past them.
    pub(super) fn lay(&mut self, wires: &[(usize, Vec<u32>)], laid: &[(usize, Vec<u32>)]) {
        for (variable, wire) in wires.iter().chain(laid) {
            let place =
                |qubit: &u32| self.qubits.binary_search(qubit).expect("wires are made of working qubits") as u16;
            let chain = wire.iter().map(place).collect();
            self.put(*variable, chain);
        }
        wires.iter().for_each(|(variable, _)| self.is_wire[*variable] = true);
        for (variable, _) in laid.iter().chain(wires) {
            self.extend(*variable);
        }
    }

    /// Takes over the chains of an embedding.
    pub(super) fn resume(&mut self, embedding: &Embedding) {
        for (variable, chain) in embedding.chains().iter().enumerate() {
            let place =
                |qubit: &u32| self.qubits.binary_search(qubit).expect("chains are made of working qubits") as u16;
            self.put(variable, chain.iter().map(place).collect());
        }
    }

    /// Lengthens a chain until it touches those of all neighbours that are placed.
    fn extend(&mut self, variable: usize) {
        let chain = self.chains[variable].clone();
        let apart = |&other: &usize| !self.chains[other].is_empty() && !self.is_touching(&chain, &self.chains[other]);
        let missing: Vec<usize> = self.neighbors(variable).filter(apart).collect();
        if missing.is_empty() {
            return;
        }
        let mut ends: Vec<&[u16]> = missing.iter().map(|&other| self.chains[other].as_slice()).collect();
        ends.push(&chain);
        let more = self.search.connect(&self.price, &ends, &mut self.random);
        self.tear_out(variable);
        self.put(variable, chain.into_iter().chain(more).collect());
    }

    pub(super) fn is_touching(&self, first: &[u16], second: &[u16]) -> bool {
        first.iter().any(|&qubit| second.iter().any(|&other| self.chip.has_edge(qubit.into(), other.into())))
    }

    pub(super) fn shuffled(&mut self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.chains.len()).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, below(&mut self.random, last + 1));
        }
        order
    }

    pub(super) fn tear_out(&mut self, variable: usize) {
        for qubit in std::mem::take(&mut self.chains[variable]) {
            self.usage[qubit as usize] -= 1;
            self.set_price(qubit);
        }
    }

    pub(super) fn put(&mut self, variable: usize, chain: Vec<u16>) {
        for &qubit in &chain {
            self.usage[qubit as usize] += 1;
            self.set_price(qubit);
        }
        self.chains[variable] = chain;
    }

    /// Recomputes all prices after a change of the penalty or of the blocked qubits.
    pub(super) fn set_prices(&mut self) {
        for qubit in 0..self.price.len() {
            self.set_price(qubit as u16);
        }
    }

    fn set_price(&mut self, qubit: u16) {
        let place = usize::from(qubit);
        self.price[place] = match (self.usage[place], self.is_strict) {
            (0, true) => FREE,
            (_, true) => BLOCKED,
            (usage, false) => {
                let price = f32::from(FREE) * (1.0 + self.history[place]) * self.penalty.powi(usage.into());
                price.min(f32::from(MAX_PRICE)) as u16
            }
        };
    }

    /// Places a removed variable; returns whether it has a place.
    pub(super) fn place(&mut self, variable: usize) -> bool {
        let neighbors: Vec<usize> = self.neighbors(variable).collect();
        let placed: Vec<&[u16]> =
            neighbors.iter().map(|&other| self.chains[other].as_slice()).filter(|chain| !chain.is_empty()).collect();
        let mut chain = if placed.is_empty() {
            self.lonely_qubit().into_iter().collect()
        } else {
            self.search.connect(&self.price, &placed, &mut self.random)
        };
        let is_placed = !chain.is_empty();
        self.make_room(variable, &mut chain);
        self.put(variable, chain);
        is_placed
    }

    /// A random one of the cheapest qubits.
    pub(super) fn lonely_qubit(&mut self) -> Option<u16> {
        let least = *self.price.iter().min()?;
        let cheapest: Vec<u16> =
            (0..self.price.len()).filter(|&qubit| self.price[qubit] == least).map(|qubit| qubit as u16).collect();
        (least < BLOCKED).then(|| cheapest[below(&mut self.random, cheapest.len())])
    }

    /// Takes qubits away from the ends of a chain as long as it stays in touch with the chains of all neighbours.
    pub(super) fn prune(&mut self, variable: usize) {
        let mut room = self.room(variable, &self.chains[variable]);
        let mut chain = std::mem::take(&mut self.chains[variable]);
        // contacts of each neighbour: how many qubits of this chain touch it
        let neighbors: Vec<usize> = self.neighbors(variable).collect();
        let mut touches: Vec<Vec<u16>> = vec![Vec::new(); chain.len()];
        let mut contacts = vec![0usize; neighbors.len()];
        for (index, &other) in neighbors.iter().enumerate() {
            self.mark += 1;
            for &qubit in &self.chains[other] {
                self.chip.neighbors(qubit.into()).iter().for_each(|&near| self.marks[near as usize] = self.mark);
            }
            for (place, &qubit) in chain.iter().enumerate() {
                if self.marks[qubit as usize] == self.mark {
                    touches[place].push(index as u16);
                    contacts[index] += 1;
                }
            }
        }
        let mut changed = true;
        while changed && chain.len() > 1 {
            changed = false;
            let mut place = 0;
            while place < chain.len() && chain.len() > 1 {
                let is_needed = touches[place].iter().any(|&index| contacts[index as usize] == 1);
                let is_off = !is_needed
                    && self.is_connected_without(&chain, place)
                    && room.as_mut().is_none_or(|room| room.remove(chain[place], self.search.near(chain[place])));
                if is_off {
                    touches.swap_remove(place).iter().for_each(|&index| contacts[index as usize] -= 1);
                    let qubit = chain.swap_remove(place);
                    self.usage[qubit as usize] -= 1;
                    self.set_price(qubit);
                    changed = true;
                } else {
                    place += 1;
                }
            }
        }
        self.chains[variable] = chain;
    }

    pub(super) fn is_connected_without(&mut self, chain: &[u16], place: usize) -> bool {
        self.mark += 2;
        let (member, seen) = (self.mark - 1, self.mark);
        chain.iter().for_each(|&qubit| self.marks[qubit as usize] = member);
        self.marks[chain[place] as usize] = 0;
        let start = chain[usize::from(place == 0)];
        self.marks[start as usize] = seen;
        let mut open = vec![start];
        let mut reached = 1;
        while let Some(qubit) = open.pop() {
            for &near in self.chip.neighbors(qubit.into()) {
                if self.marks[near as usize] == member {
                    self.marks[near as usize] = seen;
                    reached += 1;
                    open.push(near as u16);
                }
            }
        }
        reached + 1 == chain.len()
    }

    pub(super) fn embedding(&self, chip: &Chip) -> Result<Embedding, Fault> {
        let labels = |chain: &Vec<u16>| chain.iter().map(|&qubit| self.qubits[qubit as usize]).collect();
        Embedding::new(self.chains.iter().map(labels).collect(), self.problem, chip)
    }
}

/// A number below `bound`.
pub(super) fn below(random: &mut Stream, bound: usize) -> usize {
    ((u128::from(random.next_u64()) * bound as u128) >> 64) as usize
}
