//! The cheapest place for one variable: shortest paths from the chains of all neighbours at once.

use crate::hardware::Graph;
use crate::rng::Stream;
use rand_core::Rng;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Qubits must fit the keys of the queue.
pub(super) const MAX_QUBITS: usize = 1 << 16;

const NOBODY: u16 = u16::MAX;

/// How many roots are tried, and by how much their paths may cost more than the best one's.
const MAX_ROOTS: usize = 8;
const ROOT_MARGIN: f32 = 1.0;

/// Scratch space for searches on one chip.
pub(super) struct Search {
    num_qubits: usize,
    /// By neighbour and qubit: the cheapest path to the neighbour's chain, this qubit not counted, and the next qubit on it.
    paths: Vec<Path>,
    /// By qubit: neighbours whose path is final, and the sum of these paths.
    sums: Vec<Sum>,
    touched: Vec<u16>,
    epoch: u32,
    queue: BinaryHeap<Reverse<u64>>,
    /// Candidates: price, a random number to break ties, and the qubit.
    roots: Vec<(f32, u64, u16)>,
}

#[derive(Clone, Copy)]
struct Path {
    epoch: u32,
    distance: f32,
    next: u16,
    is_final: bool,
}

#[derive(Clone, Copy)]
struct Sum {
    epoch: u32,
    count: u32,
    distance: f32,
}

impl Search {
    pub(super) fn new(num_qubits: usize) -> Self {
        let sums = vec![Sum { epoch: 0, count: 0, distance: 0.0 }; num_qubits];
        Self { num_qubits, paths: Vec::new(), sums, touched: Vec::new(), epoch: 0, queue: BinaryHeap::new(), roots: Vec::new() }
    }

    /// A connected set of qubits that touches every one of `chains`, of least total price as far as paths from one root tell;
    /// empty when there is none of finite price.
    pub(super) fn connect(&mut self, chip: &Graph, price: &[f32], chains: &[&[u16]], random: &mut Stream) -> Vec<u16> {
        self.begin(chains.len());
        for (lane, chain) in chains.iter().enumerate() {
            for near in chain.iter().flat_map(|&qubit| chip.neighbors(qubit.into())) {
                self.offer(lane, *near as u16, 0.0, NOBODY, price);
            }
        }
        self.find_roots(chip, price, chains.len(), random);
        let cost = |tree: &[u16]| tree.iter().map(|&qubit| price[qubit as usize]).sum::<f32>();
        let trees = self.roots.iter().map(|&(.., root)| self.join(root, chains.len()));
        trees.min_by(|left, right| cost(left).total_cmp(&cost(right))).unwrap_or_default()
    }

    fn begin(&mut self, lanes: usize) {
        let needed = lanes * self.num_qubits;
        if self.paths.len() < needed {
            self.paths.resize(needed, Path { epoch: 0, distance: 0.0, next: NOBODY, is_final: false });
        }
        self.epoch += 1;
        self.queue.clear();
        self.touched.clear();
    }

    #[inline]
    fn offer(&mut self, lane: usize, qubit: u16, distance: f32, next: u16, price: &[f32]) {
        if price[qubit as usize] == f32::INFINITY {
            return;
        }
        let path = &mut self.paths[lane * self.num_qubits + qubit as usize];
        if path.epoch != self.epoch || distance < path.distance {
            *path = Path { epoch: self.epoch, distance, next, is_final: false };
            // distances are not negative, so that their bits are in order
            let key = u64::from(distance.to_bits()) << 32 | (lane as u64) << 16 | u64::from(qubit);
            self.queue.push(Reverse(key));
        }
    }

    /// Finds the qubits whose own price and paths to all chains are least together: the best few, since paths may share qubits.
    ///
    /// Paths are made final in order of their length, for all chains in turn. A qubit that lacks some of them costs at least what it
    /// has, and as much as the last path for each that is missing: once no qubit can beat the best complete one, the search ends.
    fn find_roots(&mut self, chip: &Graph, price: &[f32], lanes: usize, random: &mut Stream) {
        let mut best = f32::INFINITY;
        self.roots.clear();
        let mut next_check = 0.0f32;
        while let Some(Reverse(key)) = self.queue.pop() {
            let distance = f32::from_bits((key >> 32) as u32);
            let (lane, qubit) = ((key >> 16 & 0xffff) as usize, key as u16);
            let path = &mut self.paths[lane * self.num_qubits + qubit as usize];
            if path.is_final || distance > path.distance {
                continue;
            }
            if best < f32::INFINITY && distance >= next_check {
                if self.is_settled(price, lanes, distance, best) {
                    break;
                }
                next_check = distance + 0.5;
            }
            self.paths[lane * self.num_qubits + qubit as usize].is_final = true;
            let own = price[qubit as usize];
            let sum = &mut self.sums[qubit as usize];
            if sum.epoch != self.epoch {
                *sum = Sum { epoch: self.epoch, count: 0, distance: 0.0 };
                self.touched.push(qubit);
            }
            sum.count += 1;
            sum.distance += distance;
            if sum.count as usize == lanes {
                let total = own + sum.distance;
                best = best.min(total);
                if total <= best + ROOT_MARGIN {
                    self.roots.push((total, random.next_u64(), qubit));
                }
            }
            for &near in chip.neighbors(qubit.into()) {
                self.offer(lane, near as u16, distance + own, qubit, price);
            }
        }
        self.roots.sort_unstable_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
        self.roots.truncate(MAX_ROOTS);
    }

    /// Whether no incomplete qubit can cost as little as `best` when every path that is missing is at least `distance` long.
    fn is_settled(&mut self, price: &[f32], lanes: usize, distance: f32, best: f32) -> bool {
        if lanes as f32 * distance + 1.0 < best {
            return false;
        }
        let epoch = self.epoch;
        let sums = &self.sums;
        self.touched.retain(|&qubit| {
            let sum = sums[qubit as usize];
            debug_assert_eq!(sum.epoch, epoch);
            let missing = lanes - sum.count as usize;
            missing > 0 && price[qubit as usize] + sum.distance + missing as f32 * distance < best
        });
        self.touched.is_empty()
    }

    /// The root and paths from it, or from what is there already, to every chain; the longest path first.
    fn join(&self, root: u16, lanes: usize) -> Vec<u16> {
        let path = |lane: usize, qubit: u16| self.paths[lane * self.num_qubits + qubit as usize];
        let mut order: Vec<usize> = (0..lanes).collect();
        order.sort_by(|&left, &right| path(right, root).distance.total_cmp(&path(left, root).distance));
        let mut chain = vec![root];
        for lane in order {
            let known = |&&qubit: &&u16| path(lane, qubit).epoch == self.epoch;
            let nearest = chain
                .iter()
                .filter(known)
                .min_by(|&&left, &&right| path(lane, left).distance.total_cmp(&path(lane, right).distance));
            let mut qubit = *nearest.expect("the root is known to every lane");
            loop {
                qubit = path(lane, qubit).next;
                if qubit == NOBODY {
                    break;
                }
                if !chain.contains(&qubit) {
                    chain.push(qubit);
                }
            }
        }
        chain
    }
}
