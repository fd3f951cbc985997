//! The sweep over bytes in 512-bit vectors: one vector holds the fields of a whole block, and one two-register permutation looks
//! up 64 probabilities.
// Vector loads and stores take pointers, and a function compiled for more features than the program is unsafe to call.
#![allow(unsafe_code)]

use super::{LANES, Table};
use crate::sampler::annealing::lanes::{Couplings, Lanes, State};
use crate::sampler::annealing::order::{GROUP, Order};
use crate::sampler::annealing::random::Random;
use crate::sampler::annealing::random::avx512::Generators;
use crate::sampler::isa::Isa;
use std::arch::x86_64::*;

/// Runs the sweep if this machine can, and says whether it did.
pub(super) fn sweep(
    table: &Table,
    couplings: &Couplings<i8>,
    order: &Order,
    state: &mut State<i8>,
    random: &mut Random,
) -> bool {
    let available = Isa::Avx512.is_available();
    if available {
        // SAFETY: the machine has the features that the function is compiled for, as was just asked.
        unsafe { sweep_lanes(table, couplings, order, state, random) };
    }
    available
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")]
fn sweep_lanes(table: &Table, couplings: &Couplings<i8>, order: &Order, state: &mut State<i8>, random: &mut Random) {
    let zero = _mm512_setzero_si512();
    let ((upper_near, upper_far), (middle_near, middle_far)) = (halves(&table.upper.0), halves(&table.middle.0));
    let cutoff = _mm512_set1_epi8(table.cutoff);
    let mut generators = Generators::load(random);
    for group in order.groups() {
        let mut hopeful = 0;
        for &variable in group {
            hopeful |= _mm512_cmple_epi8_mask(costs(state, variable as usize), cutoff);
        }
        if hopeful == 0 {
            continue;
        }
        // variables that a lane flips, without a branch
        let mut flips = [(0, 0, 0); GROUP];
        let mut num_flips = 0;
        for &variable in group {
            let variable = variable as usize;
            let costs = costs(state, variable);
            let (first, second) = generators.step();
            let sizes = _mm512_abs_epi8(costs);
            let gains = _mm512_movepi8_mask(costs);
            let undecided = !(gains & table.takes_gains);
            let upper = _mm512_permutex2var_epi8(upper_near, sizes, upper_far);
            let middle = _mm512_permutex2var_epi8(middle_near, sizes, middle_far);
            let equal = _mm512_cmpeq_epi8_mask(first, upper);
            let mut below = _mm512_cmplt_epu8_mask(first, upper) | _mm512_mask_cmplt_epu8_mask(equal, second, middle);
            let mut ties = _mm512_mask_cmpeq_epi8_mask(equal, second, middle) & undecided;
            if ties != 0 {
                let mut by_lane = Lanes([0i8; LANES]);
                store_lanes(&mut by_lane, sizes);
                generators.store(random);
                while ties != 0 {
                    let lane = ties.trailing_zeros() as usize;
                    ties &= ties - 1;
                    below |= u64::from(table.breaks_tie(by_lane.0[lane] as u8, random, lane)) << lane;
                }
            }
            let accepted = (below & undecided) ^ gains;
            let up = state.spins[variable];
            state.spins[variable] = up ^ accepted;
            flips[num_flips] = (variable, accepted, accepted & up);
            num_flips += usize::from(accepted != 0);
        }
        for &(variable, accepted, falling) in &flips[..num_flips] {
            for (neighbor, twice) in couplings.row(variable) {
                let rise = _mm512_maskz_set1_epi8(accepted, twice);
                let change = _mm512_mask_sub_epi8(rise, falling, zero, rise);
                let fields = &mut state.fields[neighbor];
                let changed = _mm512_add_epi8(load_lanes(fields), change);
                store_lanes(fields, changed);
            }
        }
    }
    generators.store(random);
}

/// Half of what flips cost: the field, with the sign turned where the spin is up.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn costs(state: &State<i8>, variable: usize) -> __m512i {
    let fields = load_lanes(&state.fields[variable]);
    _mm512_mask_sub_epi8(fields, state.spins[variable], _mm512_setzero_si512(), fields)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn halves(column: &[u8; 2 * LANES]) -> (__m512i, __m512i) {
    // SAFETY: 64 bytes are there to read, and 64 more behind them; the loads need no alignment.
    unsafe { (_mm512_loadu_si512(column.as_ptr().cast()), _mm512_loadu_si512(column.as_ptr().add(LANES).cast())) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_lanes(lanes: &Lanes<i8>) -> __m512i {
    // SAFETY: the array has 64 bytes and its type aligns it to 64.
    unsafe { _mm512_load_si512(lanes.0.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store_lanes(lanes: &mut Lanes<i8>, values: __m512i) {
    // SAFETY: the array has 64 bytes, its type aligns it to 64, and it is borrowed for writing.
    unsafe { _mm512_store_si512(lanes.0.as_mut_ptr().cast(), values) }
}
