//! The cheapest place for one variable: shortest paths from the chains of all neighbours at once.
//!
//! Prices are small integers, so that qubits come up in order of their distance by buckets, and a qubit that lies equally far from
//! several chains comes up once for all of them: the chains are bits of a mask.

use crate::hardware::Graph;
use crate::rng::Stream;
use rand_core::Rng;

/// Qubits are counted in 16 bits.
pub(super) const MAX_QUBITS: usize = 1 << 16;
/// Chains that one search can start from.
pub(super) const MAX_CHAINS: usize = 64 * 64;

/// The price of a free qubit, the largest price, and that of a qubit that must not be used.
pub(super) const FREE: u16 = 4;
pub(super) const MAX_PRICE: u16 = 1023;
pub(super) const BLOCKED: u16 = u16::MAX;

const NUM_BUCKETS: usize = MAX_PRICE as usize + 1;
const NOTHING: u32 = u32::MAX;

/// How many roots are tried, and by how much their paths may cost more than the best one's.
const MAX_ROOTS: usize = 8;
const ROOT_MARGIN: u32 = FREE as u32;

/// Scratch space for searches on one chip.
pub(super) struct Search {
    /// By qubit, a mask each: chains whose distance is known, and chains that have just come up.
    seen: Vec<u64>,
    fresh: Vec<u64>,
    /// By qubit: how many distances are known, their sum, and the last arrival.
    counts: Vec<u32>,
    sums: Vec<u32>,
    last: Vec<u32>,
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

/// Chains that a qubit is equally far from; the mask is kept beside.
#[derive(Clone, Copy)]
struct Arrival {
    qubit: u16,
    distance: u32,
    previous: u32,
}

impl Search {
    pub(super) fn new(num_qubits: usize) -> Self {
        Self {
            seen: Vec::new(),
            fresh: Vec::new(),
            counts: vec![0; num_qubits],
            sums: vec![0; num_qubits],
            last: vec![NOTHING; num_qubits],
            arrivals: Vec::new(),
            masks: Vec::new(),
            buckets: vec![Vec::new(); NUM_BUCKETS],
            used_buckets: Vec::new(),
            coming: Vec::new(),
            incomplete: Vec::new(),
            roots: Vec::new(),
        }
    }

    /// A connected set of qubits that touches every one of `chains`, of least total price as far as paths from a few roots tell;
    /// empty when there is none.
    pub(super) fn connect(&mut self, chip: &Graph, price: &[u16], chains: &[&[u16]], random: &mut Stream) -> Vec<u16> {
        match chains.len().div_ceil(64) {
            0 => Vec::new(),
            1 => self.connect_wide::<1>(chip, price, chains, random),
            2..=4 => self.connect_wide::<4>(chip, price, chains, random),
            5..=16 => self.connect_wide::<16>(chip, price, chains, random),
            _ => self.connect_wide::<64>(chip, price, chains, random),
        }
    }

    fn connect_wide<const W: usize>(
        &mut self,
        chip: &Graph,
        price: &[u16],
        chains: &[&[u16]],
        random: &mut Stream,
    ) -> Vec<u16> {
        self.begin::<W>(price);
        for (lane, chain) in chains.iter().enumerate() {
            for &near in chain.iter().flat_map(|&qubit| chip.neighbors(qubit.into())) {
                let mut mask = [0; W];
                mask[lane / 64] = 1 << (lane % 64);
                self.offer(near as u16, &mask);
            }
        }
        self.spread::<W>(chip, price, chains.len(), random);
        let cost = |tree: &[u16]| tree.iter().map(|&qubit| u32::from(price[qubit as usize])).sum::<u32>();
        let trees = self.roots.iter().map(|&(.., root)| self.join::<W>(root, chip, price, chains.len()));
        trees.min_by_key(|tree| cost(tree)).unwrap_or_default()
    }

    fn begin<const W: usize>(&mut self, price: &[u16]) {
        self.fresh.clear();
        self.fresh.resize(price.len() * W, 0);
        self.seen.clear();
        // a blocked qubit looks as if every chain had come there already
        self.seen.extend(price.iter().flat_map(|&price| [if price == BLOCKED { u64::MAX } else { 0 }; W]));
        self.counts.fill(0);
        self.sums.fill(0);
        self.last.fill(NOTHING);
        self.arrivals.clear();
        self.masks.clear();
        self.used_buckets.drain(..).for_each(|bucket| self.buckets[usize::from(bucket)].clear());
        self.coming.clear();
        self.incomplete.clear();
        self.roots.clear();
    }

    #[inline]
    fn offer<const W: usize>(&mut self, qubit: u16, mask: &[u64; W]) {
        let place = usize::from(qubit) * W;
        let seen: &[u64; W] = self.seen[place..place + W].try_into().expect("a mask has W words");
        let fresh: &mut [u64; W] = (&mut self.fresh[place..place + W]).try_into().expect("a mask has W words");
        let was_empty = fresh.iter().all(|&word| word == 0);
        let mut any = 0;
        for word in 0..W {
            let new = mask[word] & !seen[word];
            fresh[word] |= new;
            any |= new;
        }
        if was_empty && any != 0 {
            self.coming.push(qubit);
        }
    }

    /// Finds the qubits whose own price and paths to all chains are least together: the best few, since paths may share qubits.
    ///
    /// A qubit that lacks some distances costs at least what it has, and as much as the present distance for each that is missing: once
    /// no qubit can beat the best complete one, the search ends.
    fn spread<const W: usize>(&mut self, chip: &Graph, price: &[u16], lanes: usize, random: &mut Stream) {
        let mut best = u32::MAX;
        let mut distance = 0u32;
        let mut num_waiting = 0usize;
        loop {
            for index in 0..self.coming.len() {
                let qubit = self.coming[index];
                let node = usize::from(qubit);
                let mut count = 0;
                for place in node * W..node * W + W {
                    let new = std::mem::take(&mut self.fresh[place]);
                    self.seen[place] |= new;
                    count += new.count_ones();
                    self.masks.push(new);
                }
                let arrival = self.arrivals.len() as u32;
                self.arrivals.push(Arrival { qubit, distance, previous: self.last[node] });
                if self.last[node] == NOTHING {
                    self.incomplete.push(qubit);
                }
                self.last[node] = arrival;
                self.counts[node] += count;
                self.sums[node] += count * distance;
                let own = u32::from(price[node]);
                let bucket = (distance + own) as usize % NUM_BUCKETS;
                if self.buckets[bucket].is_empty() {
                    self.used_buckets.push(bucket as u16);
                }
                self.buckets[bucket].push(arrival);
                num_waiting += 1;
                if self.counts[node] as usize == lanes {
                    let total = own + self.sums[node];
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
            if best < u32::MAX && self.is_settled(price, lanes, distance, best) {
                break;
            }
            num_waiting -= bucket.len();
            for &arrival in &bucket {
                let start = arrival as usize * W;
                let mask: [u64; W] = self.masks[start..start + W].try_into().expect("a mask has W words");
                for &near in chip.neighbors(self.arrivals[arrival as usize].qubit.into()) {
                    self.offer(near as u16, &mask);
                }
            }
            self.buckets[distance as usize % NUM_BUCKETS] = bucket;
            self.buckets[distance as usize % NUM_BUCKETS].clear();
        }
        self.roots.sort_unstable();
        self.roots.truncate(MAX_ROOTS);
    }

    /// Whether no incomplete qubit can cost as little as `best` when every distance that is missing is at least `distance`.
    fn is_settled(&mut self, price: &[u16], lanes: usize, distance: u32, best: u32) -> bool {
        if lanes as u32 * distance + u32::from(FREE) < best {
            return false;
        }
        let (counts, sums) = (&self.counts, &self.sums);
        self.incomplete.retain(|&qubit| {
            let node = usize::from(qubit);
            let missing = lanes as u32 - counts[node];
            missing > 0 && u32::from(price[node]) + sums[node] + missing * distance < best
        });
        self.incomplete.is_empty()
    }

    /// The distance of a qubit from a chain, if it is known.
    fn distance<const W: usize>(&self, lane: usize, qubit: u16) -> Option<u32> {
        let mut arrival = self.last[usize::from(qubit)];
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
    fn join<const W: usize>(&self, root: u16, chip: &Graph, price: &[u16], lanes: usize) -> Vec<u16> {
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
                let step = |&near: &u32| {
                    let left = known(lane, near as u16)?;
                    (left + u32::from(price[near as usize]) == far).then_some((left, near as u16))
                };
                let steps = chip.neighbors(qubit.into()).iter().filter_map(step);
                (distance, qubit) = steps.max_by_key(|&(_, near)| ahead(near)).expect("a path leads to the chain");
                if !tree.contains(&qubit) {
                    tree.push(qubit);
                }
            }
        }
        tree
    }
}
