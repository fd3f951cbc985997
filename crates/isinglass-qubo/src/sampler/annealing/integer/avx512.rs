//! The sweep over 16-bit integers in 512-bit vectors: two of them hold the fields of a block.
// Vector loads and stores take pointers, and a function compiled for more features than the program is unsafe to call.
#![allow(unsafe_code)]

use super::{FACTORS, LANES, Rule, STEEPEST, TOO_LARGE, TOO_SMALL};
use crate::sampler::annealing::lanes::{Couplings, Lanes, State};
use crate::sampler::annealing::order::{GROUP, Order};
use crate::sampler::annealing::random::Random;
use crate::sampler::annealing::random::avx512::Generators;
use crate::sampler::isa::Isa;
use std::arch::asm;
use std::arch::x86_64::*;

/// Runs the sweep if this machine can, and says whether it did.
pub(super) fn sweep(
    rule: &Rule<'_>,
    couplings: &Couplings<i16>,
    order: &Order,
    state: &mut State<i16>,
    random: &mut Random,
) -> bool {
    let available = Isa::Avx512.is_available();
    if available {
        // SAFETY: the machine has the features that the function is compiled for, as was just asked.
        unsafe { sweep_lanes(rule, couplings, order, state, random) };
    }
    available
}

/// Which lanes of a half are below their probability, and which may be.
struct Comparison {
    below: u32,
    /// Below or undecided.
    possible: u32,
}

/// [`Rule`] in vectors.
struct Vectors {
    beyond: __m512i,
    shift: __m128i,
    factor: __m512i,
    free: (__m512i, __m512i),
    heat_bath: bool,
}

impl Vectors {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn new(rule: &Rule<'_>) -> Self {
        Self {
            beyond: _mm512_set1_epi16(rule.slope.beyond),
            shift: _mm_cvtsi32_si128(rule.slope.shift as i32),
            factor: splat(rule.slope.factor),
            free: (splat(rule.free.0), splat(rule.free.1)),
            heat_bath: rule.takes_gains == 0,
        }
    }

    /// [`Rule::compare`], and flips that cost nothing.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn compare(&self, sizes: __m512i, upper: __m512i) -> Comparison {
        let product = upper_half(_mm512_sll_epi16(sizes, self.shift), self.factor);
        let scaled = _mm512_mask_mov_epi16(product, _mm512_cmpgt_epi16_mask(sizes, self.beyond), splat(STEEPEST));
        let fraction = _mm512_slli_epi16::<5>(scaled);
        let inner = _mm512_sub_epi16(splat(FACTORS[2]), upper_half(fraction, splat(FACTORS[3])));
        let outer = _mm512_sub_epi16(splat(FACTORS[1]), upper_half(fraction, inner));
        let product = upper_half(fraction, outer);
        let exponent = _mm512_and_si512(_mm512_srli_epi16::<11>(scaled), splat(15));
        let low = _mm512_sub_epi16(splat(FACTORS[0] - TOO_LARGE), product);
        let high = _mm512_adds_epu16(_mm512_sub_epi16(splat(FACTORS[0]), product), splat(TOO_SMALL));
        let costly = _mm512_test_epi16_mask(sizes, sizes);
        let low = _mm512_mask_srlv_epi16(self.free.0, costly, low, exponent);
        let mut high = _mm512_mask_srlv_epi16(self.free.1, costly, high, exponent);
        let (mut above_low, mut above_high) = (upper, upper);
        if self.heat_bath {
            above_low = _mm512_adds_epu16(_mm512_adds_epu16(upper, upper_half(upper, low)), splat(2));
            high = _mm512_min_epu16(high, splat(u16::MAX - 1));
            above_high = _mm512_adds_epu16(upper, upper_half(upper, high));
        }
        Comparison {
            below: _mm512_cmplt_epu16_mask(above_low, low),
            possible: _mm512_cmple_epu16_mask(above_high, high),
        }
    }
}

/// The upper halves of products. The compiler would widen `_mm512_mulhi_epu16` to 32 bits where a factor stays the same in a loop.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn upper_half(first: __m512i, second: __m512i) -> __m512i {
    let product;
    // SAFETY: the instruction reads and writes registers alone.
    unsafe {
        asm!("vpmulhuw {}, {}, {}", out(zmm_reg) product, in(zmm_reg) first, in(zmm_reg) second, options(pure, nomem, nostack, preserves_flags));
    }
    product
}

#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")]
fn sweep_lanes(
    rule: &Rule<'_>,
    couplings: &Couplings<i16>,
    order: &Order,
    state: &mut State<i16>,
    random: &mut Random,
) {
    let vectors = Vectors::new(rule);
    let cutoff = _mm512_set1_epi16(rule.cutoff);
    // byte 2 l of a half is lane l of the second bytes, byte 2 l + 1 that of the first
    let near: [u8; LANES] = std::array::from_fn(|byte| (byte / 2) as u8 | if byte % 2 == 0 { 64 } else { 0 });
    let far = near.map(|index| index + 32);
    let (near, far) = (load_indices(&near), load_indices(&far));
    let mut generators = Generators::load(random);
    for group in order.groups() {
        let mut least = _mm512_set1_epi16(i16::MAX);
        for &variable in group {
            let (left, right) = costs(state, variable as usize);
            least = _mm512_min_epi16(least, _mm512_min_epi16(left, right));
        }
        if _mm512_cmple_epi16_mask(least, cutoff) == 0 {
            continue;
        }
        // variables that a lane flips, without a branch
        let mut flips = [(0, 0, 0); GROUP];
        let mut num_flips = 0;
        for &variable in group {
            let variable = variable as usize;
            let (left, right) = costs(state, variable);
            let (first, second) = generators.step();
            let gains = join(_mm512_movepi16_mask(left), _mm512_movepi16_mask(right));
            let undecided = !(gains & rule.takes_gains);
            let (left, right) = (_mm512_abs_epi16(left), _mm512_abs_epi16(right));
            let left_upper = _mm512_permutex2var_epi8(first, near, second);
            let right_upper = _mm512_permutex2var_epi8(first, far, second);
            let (left_comparison, right_comparison) =
                (vectors.compare(left, left_upper), vectors.compare(right, right_upper));
            let mut below = join(left_comparison.below, right_comparison.below);
            let possible = join(left_comparison.possible, right_comparison.possible);
            let mut ties = possible & !below & undecided;
            if ties != 0 {
                let (mut costs, mut upper) = (Lanes([0i16; LANES]), Lanes([0i16; LANES]));
                store_lanes(&mut costs, left, right);
                store_lanes(&mut upper, left_upper, right_upper);
                generators.store(random);
                while ties != 0 {
                    let lane = ties.trailing_zeros() as usize;
                    ties &= ties - 1;
                    let is_below = rule.breaks_tie(costs.0[lane] as u16, upper.0[lane] as u16, random, lane);
                    below |= u64::from(is_below) << lane;
                }
            }
            let accepted = (below & undecided) ^ gains;
            let up = state.spins[variable];
            state.spins[variable] = up ^ accepted;
            flips[num_flips] = (variable, accepted, up);
            num_flips += usize::from(accepted != 0);
        }
        for &(variable, accepted, up) in &flips[..num_flips] {
            let left_turns = turns(accepted as u32, up as u32);
            let right_turns = turns((accepted >> 32) as u32, (up >> 32) as u32);
            for (neighbor, twice) in couplings.row(variable) {
                let twice = _mm512_set1_epi16(twice);
                let fields = &mut state.fields[neighbor];
                let (left, right) = load_lanes(fields);
                let left = _mm512_add_epi16(left, _mm512_mullo_epi16(left_turns, twice));
                let right = _mm512_add_epi16(right, _mm512_mullo_epi16(right_turns, twice));
                store_lanes(fields, left, right);
            }
        }
    }
    generators.store(random);
}

/// Half of what flips cost: the field, with the sign turned where the spin is up.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn costs(state: &State<i16>, variable: usize) -> (__m512i, __m512i) {
    let (left, right) = load_lanes(&state.fields[variable]);
    let (up, zero) = (state.spins[variable], _mm512_setzero_si512());
    (_mm512_mask_sub_epi16(left, up as u32, zero, left), _mm512_mask_sub_epi16(right, (up >> 32) as u32, zero, right))
}

/// 1 where a spin rises, -1 where it falls, 0 where it stays.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn turns(accepted: u32, up: u32) -> __m512i {
    _mm512_mask_set1_epi16(_mm512_maskz_set1_epi16(accepted, 1), accepted & up, -1)
}

#[inline]
fn join(left: u32, right: u32) -> u64 {
    u64::from(left) | u64::from(right) << 32
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn splat(value: u16) -> __m512i {
    _mm512_set1_epi16(value as i16)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_indices(bytes: &[u8; LANES]) -> __m512i {
    // SAFETY: 64 bytes are there to read; the load needs no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_lanes(lanes: &Lanes<i16>) -> (__m512i, __m512i) {
    let (left, right) = lanes.0.split_at(LANES / 2);
    // SAFETY: the array has 128 bytes and its type aligns it to 64.
    unsafe { (_mm512_load_si512(left.as_ptr().cast()), _mm512_load_si512(right.as_ptr().cast())) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store_lanes(lanes: &mut Lanes<i16>, left_values: __m512i, right_values: __m512i) {
    let (left, right) = lanes.0.split_at_mut(LANES / 2);
    // SAFETY: the array has 128 bytes, its type aligns it to 64, and it is borrowed for writing.
    unsafe {
        _mm512_store_si512(left.as_mut_ptr().cast(), left_values);
        _mm512_store_si512(right.as_mut_ptr().cast(), right_values);
    }
}
