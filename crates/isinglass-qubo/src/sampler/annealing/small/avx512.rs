//! The sweep over bytes in 512-bit vectors: one vector holds the fields of a whole block, and one two-register permutation looks
//! up 64 probabilities.
// Vector loads and stores take pointers, and a function compiled for more features than the program is unsafe to call.
#![allow(unsafe_code)]

use super::{LANES, Table};
use crate::sampler::annealing::lanes::{Couplings, Lanes, State};
use crate::sampler::annealing::random::Random;
use crate::sampler::isa::Isa;
use std::arch::x86_64::*;

/// Runs the sweep if this machine can, and says whether it did.
pub(super) fn sweep(table: &Table, couplings: &Couplings<i8>, state: &mut State<i8>, random: &mut Random) -> bool {
    let available = Isa::Avx512.is_available();
    if available {
        // SAFETY: the machine has the features that the function is compiled for, as was just asked.
        unsafe { sweep_lanes(table, couplings, state, random) };
    }
    available
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")]
fn sweep_lanes(table: &Table, couplings: &Couplings<i8>, state: &mut State<i8>, random: &mut Random) {
    let zero = _mm512_setzero_si512();
    let (near, far) = table.upper.0.split_at(LANES);
    let (near, far) = (load(near), load(far));
    let cutoff = _mm512_set1_epi8(table.cutoff);
    for variable in 0..state.spins.len() {
        let spins = load_lanes(&state.spins[variable]);
        let fields = load_lanes(&state.fields[variable]);
        let down = _mm512_movepi8_mask(spins);
        let costs = _mm512_mask_sub_epi8(fields, !down, zero, fields);
        let upper = _mm512_permutex2var_epi8(near, costs, far);
        let bytes = load(random.bytes::<LANES>());
        // a negative cost looks up something or other, which does not matter: it is accepted anyway
        let gains = _mm512_cmplt_epi8_mask(costs, zero);
        let mut accepted = gains | _mm512_cmplt_epu8_mask(bytes, upper);
        let mut ties = _mm512_mask_cmpeq_epi8_mask(!gains & _mm512_cmple_epi8_mask(costs, cutoff), bytes, upper);
        if ties != 0 {
            let mut by_lane = Lanes([0i8; LANES]);
            store_lanes(&mut by_lane, costs);
            while ties != 0 {
                let lane = ties.trailing_zeros() as usize;
                ties &= ties - 1;
                accepted |= u64::from(table.breaks_tie(by_lane.0[lane], random, lane)) << lane;
            }
        }
        if accepted == 0 {
            continue;
        }
        store_lanes(&mut state.spins[variable], _mm512_mask_sub_epi8(spins, accepted, zero, spins));
        let falling = accepted & !down;
        for entry in couplings.row(variable) {
            let rise = _mm512_maskz_set1_epi8(accepted, entry.strength.wrapping_mul(2));
            let change = _mm512_mask_sub_epi8(rise, falling, zero, rise);
            let fields = &mut state.fields[entry.neighbor as usize];
            let changed = _mm512_add_epi8(load_lanes(fields), change);
            store_lanes(fields, changed);
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8]) -> __m512i {
    assert!(bytes.len() == LANES);
    // SAFETY: 64 bytes are there to read, as was just checked; the load needs no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
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
