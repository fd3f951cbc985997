//! Offering flips to the variables of one tile, in every lane.

use super::DenseNumber;
use super::matrix::{Piece, TILE};
use crate::sampler::annealing::lanes::{LANES, Lanes};
use crate::sampler::annealing::number::Number;
use crate::sampler::annealing::random::Random;
use crate::sampler::annealing::wide::Rule;
use crate::sampler::isa::dispatch;

/// What is at hand while a tile is decided on.
pub(in crate::sampler::annealing) struct Tile<T> {
    /// Fields of its variables as they were before the tile.
    fields: [Lanes<T>; TILE],
    /// Couplings among its variables.
    couplings: [[T; TILE]; TILE],
    /// Lanes that flipped, for each variable.
    pub(super) flips: [u64; TILE],
    /// For each variable that flipped in any lane, in order: its index, and the change of its spin in every lane.
    flipped: [usize; TILE],
    changes: [Lanes<T>; TILE],
}

impl<W: Number> Tile<W> {
    pub(super) fn new() -> Box<Self> {
        let lanes = [Lanes([W::ZERO; LANES]); TILE];
        let couplings = [[W::ZERO; TILE]; TILE];
        Box::new(Self { fields: lanes, couplings, flips: [0; TILE], flipped: [0; TILE], changes: lanes })
    }

    /// Turns to the variables from `offset` on of a piece, with the fields of all lanes.
    pub(super) fn load<T: DenseNumber<Wide = W>>(&mut self, fields: &[Piece<T>], rows: &[Piece<T>], offset: usize) {
        for (lane, piece) in fields.iter().enumerate() {
            for (lanes, field) in self.fields.iter_mut().zip(&piece.0[offset..][..TILE]) {
                lanes.0[lane] = field.widen();
            }
        }
        for (couplings, row) in self.couplings.iter_mut().zip(rows) {
            for (coupling, strength) in couplings.iter_mut().zip(&row.0[offset..][..TILE]) {
                *coupling = strength.widen();
            }
        }
    }
}

dispatch! {
    /// [`offer_flips`] for 32-bit floating-point numbers.
    pub(super) fn offer_singles(rule: Rule, tile: &mut Tile<f32>, spins: &mut [u64], random: &mut Random) = offer_flips
}
dispatch! {
    /// [`offer_flips`] for 64-bit floating-point numbers.
    pub(super) fn offer_doubles(rule: Rule, tile: &mut Tile<f64>, spins: &mut [u64], random: &mut Random) = offer_flips
}

/// Numbers that are summed at a time.
const GROUP: usize = 16;

/// Offers the variables of `spins` a flip in every lane, in index order, and notes who flipped.
#[inline(always)]
fn offer_flips<T: Number>(rule: Rule, tile: &mut Tile<T>, spins: &mut [u64], random: &mut Random) {
    let Tile { fields, couplings, flips, flipped, changes } = tile;
    *flips = [0; TILE];
    let mut num_flipped = 0;
    for (variable, spins) in spins.iter_mut().enumerate() {
        let mut signs = [T::ZERO; LANES];
        let mut gains = [0f32; LANES];
        for (lane, sign) in signs.iter_mut().enumerate() {
            *sign = if *spins >> lane & 1 == 1 { T::ONE } else { T::ONE.plus(T::MINUS_TWO) };
        }
        for start in (0..LANES).step_by(GROUP) {
            let mut sums = [T::ZERO; GROUP];
            sums.copy_from_slice(&fields[variable].0[start..start + GROUP]);
            for (&other, changes) in flipped.iter().zip(&*changes).take(num_flipped) {
                let coupling = couplings[variable][other % TILE];
                for (sum, change) in sums.iter_mut().zip(&changes.0[start..start + GROUP]) {
                    *sum = sum.plus(coupling.times(*change));
                }
            }
            for lane in 0..GROUP {
                gains[start + lane] = sums[lane].times(signs[start + lane]).to_f32();
            }
        }
        let Some(accepted) = rule.accepted(&gains, random) else { continue };
        let accepted = gather(accepted);
        if accepted == 0 {
            continue;
        }
        for (lane, (change, sign)) in changes[num_flipped].0.iter_mut().zip(&signs).enumerate() {
            *change = if accepted >> lane & 1 == 1 { sign.times(T::MINUS_TWO) } else { T::ZERO };
        }
        flipped[num_flipped] = variable;
        num_flipped += 1;
        flips[variable] = accepted;
        *spins ^= accepted;
    }
}

/// The lanes that are true, as bits.
#[inline(always)]
fn gather(lanes: [bool; LANES]) -> u64 {
    let mut bits = 0;
    for (eight, lanes) in lanes.as_chunks::<8>().0.iter().enumerate() {
        // the product moves the lowest bit of byte `i` to bit `56 + i`
        let word = u64::from_le_bytes(lanes.map(u8::from));
        bits |= (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * eight);
    }
    bits
}
