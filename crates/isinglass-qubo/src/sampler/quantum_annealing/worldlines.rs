//! Rings of slices side by side, and the moves of one worldline.

use super::{Readout, WorldlineMoves};
use crate::rng::{Stream, stream};
use crate::sampler::clusters::Clusters;
use crate::sampler::isa::{Isa, dispatch};
use crate::sampler::lanes::{LANES, LaneRandom, bits, exponential};
use crate::sampler::replicas::{Number, Problem, Replicas};
use rand_core::Rng;

/// The slices of `64 / num_slices` reads.
pub(super) struct Worldlines<'a, T> {
    isa: Isa,
    replicas: Replicas<'a, T>,
    num_slices: usize,
    /// The first lane of each ring, as bits.
    firsts: u64,
    stream: Stream,
}

/// What holds a spin where it is.
pub(super) struct Strengths {
    /// `beta B / P`: what a turn gains is this times `s_i f_i`.
    gain: f32,
    /// `4 K`: what it costs to part from both neighbours in time.
    both_neighbors: f32,
    /// Up to this word two equal neighbours are joined: `2^32 (1 - exp(-2K))`.
    joined: u64,
}

/// `2K` where there is no transverse field.
const FROZEN: f64 = 1e6;

impl Strengths {
    /// From `beta A / 2` and `beta B / 2` (per unit), of all slices together.
    pub(super) fn new(transverse: f64, classical: f64, num_slices: usize) -> Self {
        // exp(-2K) = tanh(beta A / 2P)
        let parted = (transverse / num_slices as f64).tanh();
        let both_neighbors = (-2.0 * parted.ln()).min(2.0 * FROZEN) as f32;
        let gain = (2.0 * classical / num_slices as f64).min(1e30) as f32;
        Self { gain, both_neighbors, joined: (4_294_967_296.0 * (1.0 - parted)) as u64 }
    }
}

/// Variables of a sweep between two looks at the clock in a problem that has more of them: some milliseconds.
const VARIABLES_BETWEEN_LOOKS: usize = 1 << 14;

impl<'a, T: Number> Worldlines<'a, T> {
    /// Block `index` of `seed`: random spins, the same in all slices of a read.
    pub(super) fn new(problem: &'a Problem<T>, isa: Isa, num_slices: usize, seed: u64, index: usize) -> Self {
        let mut replicas = Replicas::new(problem, isa, seed, index);
        for first in (0..LANES).step_by(num_slices) {
            let slice = replicas.replica(first);
            (first + 1..first + num_slices).for_each(|lane| replicas.put(lane, &slice));
        }
        let firsts = (0..LANES).step_by(num_slices).fold(0, |bits, lane| bits | 1 << lane);
        // streams from the other end than those of lanes
        Self { isa, replicas, num_slices, firsts, stream: stream(seed, u64::MAX - index as u64) }
    }

    /// Updates every worldline, in index order; a long sweep ends in the middle when `is_stopped`.
    pub(super) fn sweep(&mut self, moves: WorldlineMoves, strengths: &Strengths, is_stopped: &dyn Fn() -> bool) {
        self.replicas.begin_sweep();
        for variable in 0..self.replicas.problem().num_variables() {
            if variable > 0 && variable % VARIABLES_BETWEEN_LOOKS == 0 && is_stopped() {
                return;
            }
            let turned = match moves {
                WorldlineMoves::Clusters => self.clusters(variable, strengths),
                WorldlineMoves::Single => self.singles(variable, strengths),
            };
            if turned != 0 {
                self.replicas.turn(variable, turned);
            }
        }
    }

    /// Updates the worldlines of each cluster together.
    ///
    /// Bonds in time are drawn for every member. What no bond joins to the next slice in any member can be turned in all of them
    /// without regard to the other slices.
    pub(super) fn update_clusters(&mut self, moves: WorldlineMoves, strengths: &Strengths, clusters: &Clusters) {
        let mut ups = Vec::new();
        for (members, bonds) in clusters.iter() {
            let (mut gains, mut noise) = ([0.0; LANES], [0.0; LANES]);
            ups.clear();
            // single flips have a partner in the turn of whole worldlines
            let mut joined = if moves == WorldlineMoves::Single { u64::MAX } else { 0 };
            for &member in members {
                let below = draw(self.isa, self.replicas.random(), strengths.joined, &mut noise);
                let (own, bits) = self.replicas.look(member as usize);
                gains.iter_mut().zip(own).for_each(|(gain, own)| *gain += own);
                joined |= below & !(bits ^ self.of_next(bits));
                ups.push((member, bits));
            }
            let up = |member: u32| ups.iter().find(|&&(other, _)| other == member).map_or(0, |&(_, bits)| bits);
            for &(first, second, twice) in bonds {
                let (opposite, twice) = (up(first) ^ up(second), twice as f32);
                for (lane, gain) in gains.iter_mut().enumerate() {
                    *gain -= if opposite >> lane & 1 == 0 { twice } else { -twice };
                }
            }
            let mut turned = 0;
            for first in (0..LANES).step_by(self.num_slices) {
                turned |= self.turned_pieces(first, joined, &gains, &noise, strengths.gain);
            }
            if turned != 0 {
                members.iter().for_each(|&member| self.replicas.turn(member as usize, turned));
            }
        }
    }

    /// The spins of the slice that a read returns.
    pub(super) fn read(&mut self, read: usize, readout: Readout) -> Vec<i8> {
        let slices = read * self.num_slices..(read + 1) * self.num_slices;
        let energies = self.replicas.energies();
        let lane = match readout {
            Readout::Best => slices.min_by(|&left, &right| energies[left].total_cmp(&energies[right])),
            // the number of slices is a power of two
            Readout::Random => Some(slices.start + (self.stream.next_u64() >> 32) as usize % self.num_slices),
        };
        self.replicas.spins(lane.expect("a read has slices"))
    }

    /// The lanes to turn of the pieces of a worldline.
    fn clusters(&mut self, variable: usize, strengths: &Strengths) -> u64 {
        let mut noise = [0.0; LANES];
        let below = draw(self.isa, self.replicas.random(), strengths.joined, &mut noise);
        let (gains, ups) = self.replicas.look(variable);
        // bit k: lane k is joined to the next one in its ring
        let joined = below & !(ups ^ self.of_next(ups));
        let mut turned = 0;
        for first in (0..LANES).step_by(self.num_slices) {
            turned |= self.turned_pieces(first, joined, &gains, &noise, strengths.gain);
        }
        turned
    }

    /// The lanes to turn in the ring that begins at `first`: each piece by a heat bath.
    fn turned_pieces(
        &self,
        first: usize,
        joined: u64,
        gains: &[f32; LANES],
        noise: &[f32; LANES],
        strength: f32,
    ) -> u64 {
        let ring = ring(first, self.num_slices);
        let turns = |gain: f32, lane: usize| -strength * gain <= noise[lane];
        let ends = ring & !joined;
        if ends.count_ones() <= 1 {
            let gain = sum(&gains[first..first + self.num_slices]);
            return if turns(gain, first) { ring } else { 0 };
        }
        // the piece that goes around the end of the ring begins after the last end
        let last = 63 - ends.leading_zeros() as usize;
        let mut gain = sum(&gains[last + 1..first + self.num_slices]);
        let mut piece = between(last + 1, first + self.num_slices);
        let (mut begin, mut left, mut turned) = (first, ends, 0);
        while left != 0 {
            let end = left.trailing_zeros() as usize;
            left &= left - 1;
            gain += sum(&gains[begin..=end]);
            piece |= between(begin, end + 1);
            if turns(gain, end) {
                turned |= piece;
            }
            (gain, piece, begin) = (0.0, 0, end + 1);
        }
        turned
    }

    /// The lanes to turn after single flips and the flip of the whole worldline.
    fn singles(&mut self, variable: usize, strengths: &Strengths) -> u64 {
        let (mut gains, before) = self.replicas.look(variable);
        let mut ups = before;
        let words = self.replicas.random().words();
        for parity in 0..2 {
            let (next, previous) = (self.of_next(ups), self.of_previous(ups));
            for lane in (parity..LANES).step_by(2) {
                let equal = |other: u64| if (ups ^ other) >> lane & 1 == 0 { 0.5 } else { -0.5 };
                let cost = strengths.both_neighbors * (equal(next) + equal(previous)) - strengths.gain * gains[lane];
                if exponential(words.0[lane]) >= cost {
                    // neighbours in time have the other parity, so that they still see what was before
                    ups ^= 1 << lane;
                    gains[lane] = -gains[lane];
                }
            }
        }
        let noise = self.replicas.random().words().0.map(logistic);
        for first in (0..LANES).step_by(self.num_slices) {
            let gain = sum(&gains[first..first + self.num_slices]);
            if -strengths.gain * gain <= noise[first] {
                ups ^= ring(first, self.num_slices);
            }
        }
        ups ^ before
    }

    /// At each lane the bit of the next one in its ring.
    fn of_next(&self, bits: u64) -> u64 {
        let last = self.num_slices - 1;
        ((bits >> 1) & !(self.firsts << last)) | ((bits & self.firsts) << last)
    }

    /// At each lane the bit of the one before in its ring.
    fn of_previous(&self, bits: u64) -> u64 {
        let last = self.num_slices - 1;
        ((bits << 1) & !self.firsts) | ((bits >> last) & self.firsts)
    }
}

/// The sum of a few numbers, eight partial sums side by side, since one after the other they would be a long chain.
fn sum(gains: &[f32]) -> f32 {
    let (eights, rest) = gains.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        for (sum, gain) in sums.iter_mut().zip(eight) {
            *sum += gain;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + b) + (c + d)) + ((e + f) + (g + h)) + rest.iter().sum::<f32>()
}

/// The bits of a ring of lanes.
fn ring(first: usize, num_slices: usize) -> u64 {
    between(first, first + num_slices)
}

/// The bits from `first` to before `end`.
fn between(first: usize, end: usize) -> u64 {
    let below = |lane: usize| if lane == LANES { u64::MAX } else { (1 << lane) - 1 };
    below(end) & !below(first)
}

dispatch! {
    /// Random words of which the lanes below `bound` are returned as bits, and numbers with the logistic distribution.
    fn draw(random: &mut LaneRandom, bound: u64, noise: &mut [f32; LANES]) -> u64 = draw_lanes
}

#[inline(always)]
fn draw_lanes(random: &mut LaneRandom, bound: u64, noise: &mut [f32; LANES]) -> u64 {
    let below = random.words().0.map(|word| u64::from(word) < bound);
    for (noise, word) in noise.iter_mut().zip(random.words().0) {
        *noise = logistic(word);
    }
    bits(&below)
}

/// A number with the logistic distribution: `P(x >= c) = 1 / (1 + exp(c))`, the heat bath's probability of a turn that costs `c`.
#[inline(always)]
fn logistic(word: u32) -> f32 {
    exponential(word) - exponential(!word)
}
