//! One sweep where all fields are integers within ±127: a byte for each field, acceptance from a table.
//!
//! For a flip that costs `2 m` units of energy (`m > 0`) the table holds `P[m] = 2^32 exp(-2 beta m)`, rounded. A lane draws one
//! byte and compares it with the upper eight bits of `P[m]`; only if they are equal, once in 256 times, are the lower 24 bits
//! compared as well, with 24 more random bits. So acceptance is exact to `2^-32` at the price of one random byte.

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod avx512;

use super::FREE_FLIPS_TURNED_DOWN;
use super::lanes::{Couplings, LANES, State};
use super::random::Random;
use crate::sampler::isa::Isa;

/// Costs that the table covers: a field fits a signed byte.
const COSTS: usize = 128;

/// Probabilities of acceptance by half the cost in units.
pub(super) struct Table {
    upper: Bytes,
    lower: [u32; COSTS],
    /// The largest cost with a probability above zero.
    cutoff: i8,
}

/// The table of upper bytes, which vector instructions load whole.
#[repr(align(64))]
struct Bytes([u8; COSTS]);

impl Table {
    /// The table for the inverse temperature `beta`, times the unit of the fields.
    fn new(beta: f64) -> Self {
        let mut table = Self { upper: Bytes([0; COSTS]), lower: [0; COSTS], cutoff: 0 };
        if beta > 0.0 {
            table.upper.0[0] = (256.0 * (1.0 - FREE_FLIPS_TURNED_DOWN)) as u8;
        } else {
            (table.upper.0[0], table.lower[0]) = (255, 0x00ff_ffff);
        }
        for cost in 1..COSTS {
            // at beta = 0 the largest number is as good as certain
            let scaled = (4_294_967_296.0 * (-2.0 * beta * cost as f64).exp()).round().min(4_294_967_295.0) as u32;
            table.upper.0[cost] = (scaled >> 24) as u8;
            table.lower[cost] = scaled & 0x00ff_ffff;
            if scaled > 0 {
                table.cutoff = cost as i8;
            }
        }
        table
    }

    /// Whether a lane whose byte is equal to the upper bits accepts a flip of this cost.
    #[inline(always)]
    fn breaks_tie(&self, cost: i8, random: &Random, lane: usize) -> bool {
        ((random.extra(lane) >> 40) as u32) < self.lower[cost as usize]
    }
}

/// Offers every variable a flip in every lane, in index order, at inverse temperature `beta` (per unit of the fields).
pub(super) fn sweep(isa: Isa, beta: f64, couplings: &Couplings<i8>, state: &mut State<i8>, random: &mut Random) {
    let table = Table::new(beta);
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    if isa == Isa::Avx512 && avx512::sweep(&table, couplings, state, random) {
        return;
    }
    portable(isa, &table, couplings, state, random);
}

crate::sampler::isa::dispatch! {
    fn portable(table: &Table, couplings: &Couplings<i8>, state: &mut State<i8>, random: &mut Random) = sweep_lanes
}

#[inline(always)]
fn sweep_lanes(table: &Table, couplings: &Couplings<i8>, state: &mut State<i8>, random: &mut Random) {
    for variable in 0..state.spins.len() {
        let spins = &mut state.spins[variable].0;
        let fields = &state.fields[variable].0;
        let bytes = random.bytes::<LANES>();
        let mut costs = [0i8; LANES];
        let mut accepted = [0i8; LANES];
        let mut ties = [0i8; LANES];
        for lane in 0..LANES {
            let cost = if spins[lane] < 0 { fields[lane] } else { fields[lane].wrapping_neg() };
            costs[lane] = cost;
            let upper = table.upper.0[cost.max(0) as usize];
            accepted[lane] = -i8::from((cost < 0) | (bytes[lane] < upper));
            ties[lane] = -i8::from((cost >= 0) & (cost <= table.cutoff) & (bytes[lane] == upper));
        }
        if ties.iter().fold(0, |any, tie| any | tie) != 0 {
            for lane in 0..LANES {
                if ties[lane] != 0 && table.breaks_tie(costs[lane], random, lane) {
                    accepted[lane] = -1;
                }
            }
        }
        if accepted.iter().fold(0, |any, accept| any | accept) == 0 {
            continue;
        }
        // minus the spins that turn: twice the coupling times this is what a neighbour's field gains
        let mut turns = [0i8; LANES];
        for lane in 0..LANES {
            let turned = spins[lane].wrapping_neg();
            turns[lane] = turned & accepted[lane];
            spins[lane] = if accepted[lane] == 0 { spins[lane] } else { turned };
        }
        for entry in couplings.row(variable) {
            let twice = entry.strength.wrapping_mul(2);
            for (field, turn) in state.fields[entry.neighbor as usize].0.iter_mut().zip(&turns) {
                let change = if *turn < 0 { twice.wrapping_neg() } else { twice };
                *field = field.wrapping_add(if *turn == 0 { 0 } else { change });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_metropolis_probabilities_to_32_bits() {
        for beta in [0.0, 1e-3, 0.1, 1.0, 5.0, 1e6] {
            let table = Table::new(beta);
            for cost in 1..COSTS {
                let scaled = (u64::from(table.upper.0[cost]) << 24) + u64::from(table.lower[cost]);
                let exact = (-2.0 * beta * cost as f64).exp();
                assert!((scaled as f64 / 4_294_967_296.0 - exact).abs() <= 2f64.powi(-32), "beta {beta}, cost {cost}");
                assert!(scaled == 0 || cost <= table.cutoff as usize);
            }
        }
    }
}
