//! The sweep over bytes in 256-bit vectors: two of them hold the fields of a block, and a shuffle looks up 16 probabilities.
// Vector loads and stores take pointers, and a function compiled for more features than the program is unsafe to call.
#![allow(unsafe_code)]

use super::{COSTS, LANES, Table};
use crate::sampler::annealing::lanes::{Couplings, Lanes, State};
use crate::sampler::annealing::order::{GROUP, Order};
use crate::sampler::annealing::random::{Random, bytes};
use crate::sampler::isa::Isa;
use std::arch::x86_64::*;

/// Costs that one shuffle looks up.
const SEGMENT: usize = 16;

/// Runs the sweep if this machine can, and says whether it did.
pub(super) fn sweep(
    table: &Table,
    couplings: &Couplings<i8>,
    order: &Order,
    state: &mut State<i8>,
    random: &mut Random,
) -> bool {
    let available = Isa::Avx2.is_available();
    if available {
        // SAFETY: the machine has the features that the function is compiled for, as was just asked.
        unsafe { sweep_lanes(table, couplings, order, state, random) };
    }
    available
}

/// The lanes of a block: 32 and 32.
type Halves = [__m256i; 2];

#[target_feature(enable = "avx2")]
fn sweep_lanes(table: &Table, couplings: &Couplings<i8>, order: &Order, state: &mut State<i8>, random: &mut Random) {
    let cutoff = _mm256_set1_epi8(table.cutoff);
    let (upper, middle) = (segments(&table.upper.0), segments(&table.middle.0));
    for group in order.groups() {
        let mut hopeful = 0;
        for &variable in group {
            let costs = costs(state, variable as usize);
            hopeful |= !_mm256_movemask_epi8(_mm256_cmpgt_epi8(costs[0], cutoff));
            hopeful |= !_mm256_movemask_epi8(_mm256_cmpgt_epi8(costs[1], cutoff));
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
            let step = random.step();
            let (first, second) = (load(&bytes(&step.first)), load(&bytes(&step.second)));
            let sizes = [_mm256_abs_epi8(costs[0]), _mm256_abs_epi8(costs[1])];
            let (upper, middle) = (look_up(&upper, sizes), look_up(&middle, sizes));
            let (mut below, mut ties) = ([0; 2], [0; 2]);
            for half in 0..2 {
                let equal = _mm256_cmpeq_epi8(first[half], upper[half]);
                let less = _mm256_and_si256(equal, less_than(second[half], middle[half]));
                let less = _mm256_or_si256(less_than(first[half], upper[half]), less);
                below[half] = _mm256_movemask_epi8(less);
                let tie = _mm256_and_si256(equal, _mm256_cmpeq_epi8(second[half], middle[half]));
                ties[half] = _mm256_movemask_epi8(tie);
            }
            let gains = join(costs.map(|costs| _mm256_movemask_epi8(costs)));
            let undecided = !(gains & table.takes_gains);
            let (mut below, mut ties) = (join(below), join(ties) & undecided);
            if ties != 0 {
                let mut by_lane = Lanes([0i8; LANES]);
                store_lanes(&mut by_lane, sizes);
                while ties != 0 {
                    let lane = ties.trailing_zeros() as usize;
                    ties &= ties - 1;
                    below |= u64::from(table.breaks_tie(by_lane.0[lane] as u8, random, lane)) << lane;
                }
            }
            let accepted = (below & undecided) ^ gains;
            let up = state.spins[variable];
            state.spins[variable] = up ^ accepted;
            flips[num_flips] = (variable, accepted & !up, accepted & up);
            num_flips += usize::from(accepted != 0);
        }
        for &(variable, rising, falling) in &flips[..num_flips] {
            // 1 where a spin rises, -1 where it falls, 0 where it stays
            let (rising, falling) = (spread(rising), spread(falling));
            let turns = [_mm256_sub_epi8(falling[0], rising[0]), _mm256_sub_epi8(falling[1], rising[1])];
            for (neighbor, twice) in couplings.row(variable) {
                let twice = _mm256_set1_epi8(twice);
                let fields = &mut state.fields[neighbor];
                let [left, right] = load_lanes(fields);
                let left = _mm256_add_epi8(left, _mm256_sign_epi8(twice, turns[0]));
                let right = _mm256_add_epi8(right, _mm256_sign_epi8(twice, turns[1]));
                store_lanes(fields, [left, right]);
            }
        }
    }
}

/// Half of what flips cost: the field, with the sign turned where the spin is up.
#[inline]
#[target_feature(enable = "avx2")]
fn costs(state: &State<i8>, variable: usize) -> Halves {
    let (up, fields) = (spread(state.spins[variable]), load_lanes(&state.fields[variable]));
    [
        _mm256_sub_epi8(_mm256_xor_si256(fields[0], up[0]), up[0]),
        _mm256_sub_epi8(_mm256_xor_si256(fields[1], up[1]), up[1]),
    ]
}

/// -1 in every lane whose bit is set.
#[inline]
#[target_feature(enable = "avx2")]
fn spread(bits: u64) -> Halves {
    let byte_of_lane = _mm256_setr_epi64x(0, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303);
    let bit_of_lane = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
    let half = |bits: u32| {
        let bytes = _mm256_shuffle_epi8(_mm256_set1_epi32(bits as i32), byte_of_lane);
        _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit_of_lane), bit_of_lane)
    };
    [half(bits as u32), half((bits >> 32) as u32)]
}

#[inline]
fn join(halves: [i32; 2]) -> u64 {
    u64::from(halves[0] as u32) | u64::from(halves[1] as u32) << 32
}

/// Whether unsigned bytes are less.
#[inline]
#[target_feature(enable = "avx2")]
fn less_than(first: __m256i, second: __m256i) -> __m256i {
    _mm256_andnot_si256(_mm256_cmpeq_epi8(first, second), _mm256_cmpeq_epi8(_mm256_min_epu8(first, second), first))
}

/// A column of the table in segments, each twice, since a shuffle works on halves of a vector.
#[inline]
#[target_feature(enable = "avx2")]
fn segments(column: &[u8; COSTS]) -> [__m256i; COSTS / SEGMENT] {
    let mut segments = [_mm256_setzero_si256(); COSTS / SEGMENT];
    for (segment, bytes) in segments.iter_mut().zip(column.as_chunks::<SEGMENT>().0) {
        // SAFETY: 16 bytes are there to read; the load needs no alignment.
        *segment = _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) });
    }
    segments
}

/// The entries of a column for these costs. Costs of small fields, which are common, need one segment only.
#[inline]
#[target_feature(enable = "avx2")]
fn look_up(segments: &[__m256i; COSTS / SEGMENT], sizes: Halves) -> Halves {
    let mut found = [_mm256_setzero_si256(); 2];
    let mut rest = sizes;
    for segment in segments {
        // the top bit, which makes the shuffle give 0, is set unless the cost lies in this segment
        let bias = _mm256_set1_epi8(0x70);
        let mut beyond = 0;
        for half in 0..2 {
            let index = _mm256_adds_epu8(rest[half], bias);
            found[half] = _mm256_or_si256(found[half], _mm256_shuffle_epi8(*segment, index));
            rest[half] = _mm256_sub_epi8(rest[half], _mm256_set1_epi8(SEGMENT as i8));
            beyond |= !_mm256_movemask_epi8(rest[half]);
        }
        // costs before this segment are negative now
        if beyond == 0 {
            break;
        }
    }
    found
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8; LANES]) -> Halves {
    let (left, right) = bytes.split_at(LANES / 2);
    // SAFETY: 32 bytes are there to read in each; the loads need no alignment.
    unsafe { [_mm256_loadu_si256(left.as_ptr().cast()), _mm256_loadu_si256(right.as_ptr().cast())] }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_lanes(lanes: &Lanes<i8>) -> Halves {
    let (left, right) = lanes.0.split_at(LANES / 2);
    // SAFETY: the array has 64 bytes and its type aligns it to 64.
    unsafe { [_mm256_load_si256(left.as_ptr().cast()), _mm256_load_si256(right.as_ptr().cast())] }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_lanes(lanes: &mut Lanes<i8>, values: Halves) {
    let (left, right) = lanes.0.split_at_mut(LANES / 2);
    // SAFETY: the array has 64 bytes, its type aligns it to 64, and it is borrowed for writing.
    unsafe {
        _mm256_store_si256(left.as_mut_ptr().cast(), values[0]);
        _mm256_store_si256(right.as_mut_ptr().cast(), values[1]);
    }
}
