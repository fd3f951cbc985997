//! The cheapest place for one variable: shortest paths from the chains of all neighbours at once.
//!
//! Prices are small integers, so that qubits come up in order of their distance by buckets, and a qubit that lies equally far from
//! several chains comes up once for all of them: the chains are bits of a mask.

use crate::hardware::Graph;
use isinglass_qubo::rng::Stream;
use rand_core::Rng;

/// Qubits are counted in 16 bits.
pub(super) const MAX_QUBITS: usize = 1 << 16;
/// Chains that one search can start from.
pub(super) const MAX_CHAINS: usize = 64 * 64;

/// The price of a free qubit, the largest price, and that of a qubit that must not be used.
pub(super) const FREE: u16 = 4;
pub(super) const MAX_PRICE: u16 = 8191;
pub(super) const BLOCKED: u16 = u16::MAX;

const NUM_BUCKETS: usize = MAX_PRICE as usize + 1;
const NOTHING: u32 = u32::MAX;

/// How many roots are tried, and by how much their paths may cost more than the best one's.
const MAX_ROOTS: usize = 8;
const ROOT_MARGIN: u32 = FREE as u32;

/// Scratch space for searches on one chip.
pub(super) struct Search {
    /// The neighbours of all qubits, those of each from its start on.
    starts: Vec<u32>,
    nearby: Vec<u16>,
    nodes: Vec<Node>,
    /// By qubit, a mask each: chains that have not come as far yet, and chains that have just come up.
    open: Vec<u64>,
    fresh: Vec<u64>,
    epoch: u32,
    arrivals: Vec<Arrival>,
    masks: Vec<u64>,
    /// Arrivals by the distance at which their neighbours are reached.
    buckets: Vec<Vec<u32>>,
    used_buckets: Vec<u16>,
    coming: Vec<u16>,
    incomplete: Vec<u16>,
    /// Candidates: price, a random number to break ties, and the qubit.
    roots: Vec<(u32, u64, u16)>,
}

/// What a search knows about a qubit, if it is the search of this epoch.
#[derive(Clone, Copy)]
struct Node {
    epoch: u32,
    /// How many distances are known, their sum, and the last arrival.
    count: u32,
    sum: u32,
    last: u32,
}

/// Chains that a qubit is equally far from; the mask is kept beside.
#[derive(Clone, Copy)]
struct Arrival {
    qubit: u16,
    distance: u32,
    previous: u32,
}

impl Search {
    pub(super) fn new(chip: &Graph) -> Self {
        let num_qubits = chip.num_nodes();
        let mut starts = vec![0];
        let mut nearby = Vec::with_capacity(2 * chip.num_edges());
        for qubit in 0..num_qubits as u32 {
            nearby.extend(chip.neighbors(qubit).iter().map(|&near| near as u16));
            starts.push(nearby.len() as u32);
        }
        Self {
            starts,
            nearby,
            nodes: vec![Node { epoch: 0, count: 0, sum: 0, last: NOTHING }; num_qubits],
            open: Vec::new(),
            fresh: Vec::new(),
            epoch: 0,
            arrivals: Vec::new(),
            masks: Vec::new(),
            buckets: vec![Vec::new(); NUM_BUCKETS],
            used_buckets: Vec::new(),
            coming: Vec::new(),
            incomplete: Vec::new(),
            roots: Vec::new(),
        }
    }

    /// The qubits coupled to a qubit.
    #[inline]
    pub(super) fn near(&self, qubit: u16) -> &[u16] {
        let place = usize::from(qubit);
        &self.nearby[self.starts[place] as usize..self.starts[place + 1] as usize]
    }

    /// A connected set of qubits that touches every one of `chains`, of least total price as far as paths from a few roots tell;
    /// empty when there is none.
    pub(super) fn connect(&mut self, price: &[u16], chains: &[&[u16]], random: &mut Stream) -> Vec<u16> {
        match chains.len().div_ceil(64) {
            0 => Vec::new(),
            1 => self.connect_wide::<1>(price, chains, random),
            2..=4 => self.connect_wide::<4>(price, chains, random),
            5..=16 => self.connect_wide::<16>(price, chains, random),
            _ => self.connect_wide::<64>(price, chains, random),
        }
    }

    fn connect_wide<const W: usize>(&mut self, price: &[u16], chains: &[&[u16]], random: &mut Stream) -> Vec<u16> {
        self.begin::<W>(price);
        for (lane, chain) in chains.iter().enumerate() {
            let mut mask = [0; W];
            mask[lane / 64] = 1 << (lane % 64);
            chain.iter().for_each(|&qubit| self.offer_around(qubit, &mask));
        }
        self.spread::<W>(price, chains.len(), random);
        let cost = |tree: &[u16]| tree.iter().map(|&qubit| u32::from(price[qubit as usize])).sum::<u32>();
        let trees = self.roots.iter().map(|&(.., root)| self.join::<W>(root, price, chains.len()));
        trees.min_by_key(|tree| cost(tree)).unwrap_or_default()
    }

    fn begin<const W: usize>(&mut self, price: &[u16]) {
        self.open.clear();
        // a blocked qubit looks as if every chain had come there already
        self.open.resize(price.len() * W, 0);
        for (open, &price) in self.open.chunks_exact_mut(W).zip(price) {
            open.fill(if price == BLOCKED { 0 } else { u64::MAX });
        }
        self.fresh.resize(price.len() * W, 0);
        if self.epoch == u32::MAX {
            self.nodes.iter_mut().for_each(|node| node.epoch = 0);
            self.epoch = 0;
        }
        self.epoch += 1;
        self.arrivals.clear();
        self.masks.clear();
        self.used_buckets.drain(..).for_each(|bucket| self.buckets[usize::from(bucket)].clear());
        self.coming.clear();
        self.incomplete.clear();
        self.roots.clear();
    }

    /// Tells the neighbours of a qubit that these chains have come as far as to them.
    #[inline]
    fn offer_around<const W: usize>(&mut self, qubit: u16, mask: &[u64; W]) {
        let place = usize::from(qubit);
        for &near in &self.nearby[self.starts[place] as usize..self.starts[place + 1] as usize] {
            let node = usize::from(near);
            let open: &mut [u64] = &mut self.open[node * W..(node + 1) * W];
            if open.iter().zip(mask).all(|(open, mask)| open & mask == 0) {
                continue;
            }
            let fresh: &mut [u64] = &mut self.fresh[node * W..(node + 1) * W];
            if fresh.iter().all(|&word| word == 0) {
                self.coming.push(near);
            }
            for ((open, fresh), mask) in open.iter_mut().zip(fresh).zip(mask) {
                *fresh |= *open & mask;
                *open &= !mask;
            }
        }
    }

    /// Finds the qubits whose own price and paths to all chains are least together: the best few, since paths may share qubits.
    ///
    /// A qubit that lacks some distances costs at least what it has, and as much as the present distance for each that is missing. Once
    /// only a few can still beat the best complete one, only the chains that these lack go on, and when none can, the search ends.
    fn spread<const W: usize>(&mut self, price: &[u16], lanes: usize, random: &mut Stream) {
        let mut best = u32::MAX;
        let mut distance = 0u32;
        let mut num_waiting = 0usize;
        let mut needed = [u64::MAX; W];
        loop {
            for index in 0..self.coming.len() {
                let qubit = self.coming[index];
                let place = usize::from(qubit);
                let mut count = 0;
                for fresh in &mut self.fresh[place * W..(place + 1) * W] {
                    let new = std::mem::take(fresh);
                    count += new.count_ones();
                    self.masks.push(new);
                }
                let arrival = self.arrivals.len() as u32;
                let node = &mut self.nodes[place];
                if node.epoch != self.epoch {
                    *node = Node { epoch: self.epoch, count: 0, sum: 0, last: NOTHING };
                }
                self.arrivals.push(Arrival { qubit, distance, previous: node.last });
                if node.last == NOTHING {
                    self.incomplete.push(qubit);
                }
                node.last = arrival;
                node.count += count;
                node.sum += count * distance;
                let own = u32::from(price[place]);
                let bucket = (distance + own) as usize % NUM_BUCKETS;
                if self.buckets[bucket].is_empty() {
                    self.used_buckets.push(bucket as u16);
                }
                self.buckets[bucket].push(arrival);
                num_waiting += 1;
                if node.count as usize == lanes {
                    let total = own + node.sum;
                    best = best.min(total);
                    if total <= best + ROOT_MARGIN {
                        self.roots.push((total, random.next_u64(), qubit));
                    }
                }
            }
            self.coming.clear();
            if num_waiting == 0 {
                break;
            }
            let bucket = loop {
                distance += 1;
                let bucket = &mut self.buckets[distance as usize % NUM_BUCKETS];
                if !bucket.is_empty() {
                    break std::mem::take(bucket);
                }
            };
            if best < u32::MAX && lanes as u32 * distance + u32::from(FREE) >= best {
                needed = self.still_needed(price, lanes, distance, best);
                if needed == [0; W] {
                    break;
                }
            }
            num_waiting -= bucket.len();
            for &arrival in &bucket {
                let start = arrival as usize * W;
                let mut mask: [u64; W] = self.masks[start..start + W].try_into().expect("a mask has W words");
                mask.iter_mut().zip(&needed).for_each(|(word, needed)| *word &= needed);
                if mask != [0; W] {
                    self.offer_around(self.arrivals[arrival as usize].qubit, &mask);
                }
            }
            self.buckets[distance as usize % NUM_BUCKETS] = bucket;
            self.buckets[distance as usize % NUM_BUCKETS].clear();
        }
        self.roots.sort_unstable();
        self.roots.truncate(MAX_ROOTS);
    }

    /// The chains that are missing where a qubit may yet cost less than `best`, every missing distance being at least `distance`.
    fn still_needed<const W: usize>(&mut self, price: &[u16], lanes: usize, distance: u32, best: u32) -> [u64; W] {
        let mut needed = [0; W];
        let (nodes, open) = (&self.nodes, &self.open);
        self.incomplete.retain(|&qubit| {
            let place = usize::from(qubit);
            let node = nodes[place];
            let missing = lanes as u32 - node.count;
            let is_open = missing > 0 && u32::from(price[place]) + node.sum + missing * distance < best;
            if is_open {
                needed.iter_mut().zip(&open[place * W..]).for_each(|(word, open)| *word |= open);
            }
            is_open
        });
        needed
    }

    /// The distance of a qubit from a chain, if it is known.
    fn distance<const W: usize>(&self, lane: usize, qubit: u16) -> Option<u32> {
        let node = self.nodes[usize::from(qubit)];
        let mut arrival = if node.epoch == self.epoch { node.last } else { NOTHING };
        while arrival != NOTHING {
            let Arrival { distance, previous, .. } = self.arrivals[arrival as usize];
            if self.masks[arrival as usize * W + lane / 64] >> (lane % 64) & 1 == 1 {
                return Some(distance);
            }
            arrival = previous;
        }
        None
    }

    /// The root and paths from it, or from what is there already, to every chain; the longest path first. Of steps that are equally
    /// good for a chain the one is taken that is nearest to most of the chains that wait.
    fn join<const W: usize>(&self, root: u16, price: &[u16], lanes: usize) -> Vec<u16> {
        let known = |lane: usize, qubit: u16| self.distance::<W>(lane, qubit);
        let mut order: Vec<(usize, u32)> =
            (0..lanes).map(|lane| (lane, known(lane, root).expect("the root is complete"))).collect();
        order.sort_by_key(|&(_, distance)| std::cmp::Reverse(distance));
        let mut tree = vec![root];
        for (index, &(lane, _)) in order.iter().enumerate() {
            let ends = tree.iter().filter_map(|&qubit| known(lane, qubit).map(|distance| (distance, qubit)));
            let (mut distance, mut qubit) = ends.min_by_key(|&(distance, _)| distance).expect("the root is complete");
            while distance > 0 {
                let waiting = &order[index + 1..(index + 9).min(order.len())];
                let far = distance;
                let ahead = |near: u16| {
                    waiting.iter().filter(|&&(other, _)| known(other, near).is_some_and(|at| at < far)).count()
                };
                let step = |&near: &u16| {
                    let left = known(lane, near)?;
                    (left + u32::from(price[near as usize]) == far).then_some((left, near))
                };
                let steps = self.near(qubit).iter().filter_map(step);
                (distance, qubit) = steps.max_by_key(|&(_, near)| ahead(near)).expect("a path leads to the chain");
                if !tree.contains(&qubit) {
                    tree.push(qubit);
                }
            }
        }
        tree
    }
}
