//! One sweep where all fields are integers within ±127: a byte for each field, acceptance from a table.
//!
//! For a flip that costs `2 m` units of energy (`m >= 0`) the table holds the probability `P[m]` as a multiple of `2^-48`. A lane
//! draws two bytes and compares the first with the upper eight bits of `P[m]`; the second counts where these are equal, once in
//! 256 times, and 32 more random bits where both are. So acceptance is exact to `2^-46` (powers are products) at the price of two random bytes.

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod avx2;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod avx512;

use super::acceptance::{Acceptance, scaled};
use super::lanes::{Couplings, LANES, State, gather, spread};
use super::order::Order;
use super::random::{Random, bytes};
use crate::sampler::isa::Isa;

/// Costs that the table covers: a field fits a signed byte.
const COSTS: usize = 128;

/// Probabilities of acceptance by half the cost in units.
pub(super) struct Table {
    upper: Bytes,
    middle: Bytes,
    lower: [u32; COSTS],
    /// The largest cost with a probability above zero.
    cutoff: i8,
    /// All bits set if flips that gain are always taken; none if `P[m]` is the chance that one which gains `2 m` is not.
    takes_gains: u64,
}

/// A column of the table, which vector instructions load whole.
#[repr(align(64))]
struct Bytes([u8; COSTS]);

impl Table {
    fn new(acceptance: &Acceptance) -> Self {
        let mut table = Self {
            upper: Bytes([0; COSTS]),
            middle: Bytes([0; COSTS]),
            lower: [0; COSTS],
            cutoff: acceptance.cutoff(i8::MAX.into()) as i8,
            takes_gains: if acceptance.takes_gains() { u64::MAX } else { 0 },
        };
        let (ratio, mut weight) = ((-2.0 * acceptance.beta).exp(), 1.0);
        for cost in 0..=table.cutoff as usize {
            // certainty is as good as 1 - 2^-48
            let scaled = scaled(acceptance.of_weight(weight, cost == 0)).min((1 << 48) - 1);
            weight *= ratio;
            table.upper.0[cost] = (scaled >> 40) as u8;
            table.middle.0[cost] = (scaled >> 32) as u8;
            table.lower[cost] = scaled as u32;
        }
        table
    }

    /// Whether a lane whose bytes are equal to the upper and the middle bits is below `P[cost]`.
    fn breaks_tie(&self, cost: u8, random: &Random, lane: usize) -> bool {
        random.extra(lane) < self.lower[cost as usize]
    }
}

/// Offers the variables of `order` one after another a flip in every lane.
pub(super) fn sweep(
    isa: Isa,
    acceptance: &Acceptance,
    couplings: &Couplings<i8>,
    order: &Order,
    state: &mut State<i8>,
    random: &mut Random,
) {
    let table = Table::new(acceptance);
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        let done = match isa {
            Isa::Portable => false,
            Isa::Avx2 => avx2::sweep(&table, couplings, order, state, random),
            Isa::Avx512 => avx512::sweep(&table, couplings, order, state, random),
        };
        if done {
            return;
        }
    }
    let _ = isa;
    sweep_lanes(&table, couplings, order, state, random);
}

fn sweep_lanes(table: &Table, couplings: &Couplings<i8>, order: &Order, state: &mut State<i8>, random: &mut Random) {
    for group in order.groups() {
        let mut hopeful = false;
        for &variable in group {
            for cost in costs(state, variable as usize) {
                hopeful |= cost <= table.cutoff;
            }
        }
        if !hopeful {
            continue;
        }
        for &variable in group {
            visit(table, couplings, variable as usize, state, random);
        }
    }
}

/// Half of what flips cost: the field, with the sign turned where the spin is up.
#[inline(always)]
fn costs(state: &State<i8>, variable: usize) -> [i8; LANES] {
    let up = spread(state.spins[variable]);
    let fields = &state.fields[variable].0;
    let mut costs = [0; LANES];
    for lane in 0..LANES {
        costs[lane] = (fields[lane] ^ up[lane]).wrapping_sub(up[lane]);
    }
    costs
}

#[inline(always)]
fn visit(table: &Table, couplings: &Couplings<i8>, variable: usize, state: &mut State<i8>, random: &mut Random) {
    let bits = state.spins[variable];
    let costs = costs(state, variable);
    let step = random.step();
    let (first, second) = (bytes(&step.first), bytes(&step.second));
    let mut below = [0i8; LANES];
    let mut ties = [0i8; LANES];
    for lane in 0..LANES {
        let cost = costs[lane].unsigned_abs() as usize;
        let (upper, middle) = (table.upper.0[cost], table.middle.0[cost]);
        let equal = first[lane] == upper;
        below[lane] = i8::from((first[lane] < upper) | (equal & (second[lane] < middle)));
        ties[lane] = i8::from(equal & (second[lane] == middle));
    }
    if ties.iter().fold(0, |any, tie| any | tie) != 0 {
        for lane in 0..LANES {
            if ties[lane] != 0 && table.breaks_tie(costs[lane].unsigned_abs(), random, lane) {
                below[lane] = 1;
            }
        }
    }
    let mut gains = [0i8; LANES];
    for lane in 0..LANES {
        gains[lane] = i8::from(costs[lane] < 0);
    }
    let gains = gather(&gains);
    let accepted = (gather(&below) & !(gains & table.takes_gains)) ^ gains;
    if accepted == 0 {
        return;
    }
    state.spins[variable] = bits ^ accepted;
    let (rising, falling) = (spread(accepted & !bits), spread(accepted & bits));
    for (neighbor, twice) in couplings.row(variable) {
        for (lane, field) in state.fields[neighbor].0.iter_mut().enumerate() {
            *field = field.wrapping_add(twice & rising[lane]).wrapping_sub(twice & falling[lane]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::acceptance::ProposalAcceptanceCriteria::{Gibbs, Metropolis};
    use super::*;

    #[test]
    fn the_table_holds_probabilities_to_46_bits() {
        for criteria in [Metropolis, Gibbs] {
            for beta in [0.0, 1e-3, 0.1, 1.0, 5.0, 1e6] {
                let acceptance = Acceptance { criteria, beta };
                let table = Table::new(&acceptance);
                for cost in 0..COSTS {
                    let scaled = u64::from(table.upper.0[cost]) << 40
                        | u64::from(table.middle.0[cost]) << 32
                        | u64::from(table.lower[cost]);
                    let exact = acceptance.probability(cost as f64);
                    let error = (scaled as f64 / 2f64.powi(48) - exact).abs();
                    assert!(error <= 2f64.powi(-46), "beta {beta}, cost {cost}");
                    assert!(scaled == 0 || cost <= table.cutoff as usize);
                }
            }
        }
    }
}
