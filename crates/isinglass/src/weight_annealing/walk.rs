//! One read: a walk over weights at falling temperature.

use crate::evaluation::{Evaluation, Move, SlicedGroups};
use crate::network::Network;
use isinglass_qubo::rng::Stream;
use isinglass_qubo::sampler::{Isa, Schedule, Watch};
use rand_core::Rng;

/// Blocks of groups evaluated between two checks of the stop condition: well below a millisecond.
const BLOCKS_BETWEEN_LOOKS: usize = 1 << 13;

/// Beyond this, `exp(-x)` is below every number that is drawn but 0.
const NEVER: f64 = 40.0;

/// A walk, and the best weights that it came by.
pub(super) struct Walk<'a> {
    evaluation: Evaluation<'a>,
    energy: f64,
    /// Energy and weights of the best state that was left by a flip upwards; the walk may be lower now.
    best: f64,
    best_bits: Vec<bool>,
    stream: Stream,
    num_blocks: usize,
}

impl<'a> Walk<'a> {
    /// A walk from `network`, whose linear terms add up to `bias_energy`.
    pub(super) fn new(groups: &'a SlicedGroups, network: &Network, bias_energy: f64, stream: Stream) -> Self {
        let evaluation = Evaluation::new(groups, network);
        let energy = evaluation.loss() + bias_energy;
        let best_bits = evaluation.bits().to_vec();
        Self { evaluation, energy, best: energy, best_bits, stream, num_blocks: groups.num_blocks().max(1) }
    }

    /// Sweeps through the schedule until it is complete or the watch requests a stop.
    pub(super) fn anneal(&mut self, isa: Isa, moves: &[Move], schedule: &Schedule, num_sweeps: u64, watch: &Watch<'_>) {
        let between_looks = (BLOCKS_BETWEEN_LOOKS / self.num_blocks).max(1);
        let mut since_look = 0;
        for sweep in 0..num_sweeps {
            let beta = schedule.beta(sweep);
            for offered in moves.chunks(between_looks) {
                offer(isa, self, offered, beta);
                since_look += offered.len();
                if since_look < between_looks {
                    continue;
                }
                if self.look(watch, since_look as u64) {
                    return;
                }
                since_look = 0;
            }
        }
        self.look(watch, since_look as u64);
    }

    /// Tells the watch what was done, and asks whether to stop.
    fn look(&self, watch: &Watch<'_>, num_moves: u64) -> bool {
        if watch.target().is_some() {
            watch.enter(self.best.min(self.energy));
        }
        watch.advance(num_moves)
    }

    /// The best network so far.
    pub(super) fn best(&self) -> Network {
        let bits = if self.energy < self.best { self.evaluation.bits() } else { &self.best_bits };
        self.evaluation.network_of(bits)
    }

    /// The evaluation in its current state.
    #[cfg(test)]
    pub(super) fn evaluation(&self) -> &Evaluation<'a> {
        &self.evaluation
    }
}

isinglass_qubo::dispatch! {
    /// Offers each of these weights a flip.
    pub(super) fn offer(walk: &mut Walk<'_>, moves: &[Move], beta: f64) = offer_each
}

#[inline(always)]
fn offer_each(walk: &mut Walk<'_>, moves: &[Move], beta: f64) {
    for offer in moves {
        let cost = walk.evaluation.cost(offer);
        if cost >= 0.0 {
            let exponent = beta * cost;
            if exponent > NEVER {
                continue;
            }
            let uniform = (walk.stream.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
            let chance = if cost == 0.0 { FREE } else { (-exponent).exp() };
            if uniform >= chance {
                continue;
            }
            if walk.energy < walk.best {
                walk.best = walk.energy;
                walk.best_bits.copy_from_slice(walk.evaluation.bits());
            }
        }
        walk.evaluation.flip(offer.weight);
        walk.energy += cost;
    }
}

/// Share of the flips that cost nothing which are taken.
const FREE: f64 = 0.5;
