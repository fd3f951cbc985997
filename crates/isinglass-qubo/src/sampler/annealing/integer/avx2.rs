//! The sweep over 16-bit integers in 256-bit vectors: four of them hold the fields of a block.
// Vector loads and stores take pointers, and a function compiled for more features than the program is unsafe to call.
#![allow(unsafe_code)]

use super::{FACTORS, LANES, Rule, STEEPEST, TOO_LARGE, TOO_SMALL};
use crate::sampler::annealing::lanes::{Couplings, Lanes, State};
use crate::sampler::annealing::order::{GROUP, Order};
use crate::sampler::annealing::random::{Random, bytes};
use crate::sampler::isa::Isa;
use std::arch::x86_64::*;

/// Lanes of a vector.
const QUARTER: usize = LANES / 4;

/// The lanes of a block.
type Quarters = [__m256i; 4];

/// Runs the sweep if this machine can, and says whether it did.
pub(super) fn sweep(
    rule: &Rule<'_>,
    couplings: &Couplings<i16>,
    order: &Order,
    state: &mut State<i16>,
    random: &mut Random,
) -> bool {
    let available = Isa::Avx2.is_available();
    if available {
        // SAFETY: the machine has the features that the function is compiled for, as was just asked.
        unsafe { sweep_lanes(rule, couplings, order, state, random) };
    }
    available
}

/// [`Rule`] in vectors.
struct Vectors {
    beyond: __m256i,
    shift: __m128i,
    factor: __m256i,
    free: (__m256i, __m256i),
    heat_bath: bool,
}

impl Vectors {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new(rule: &Rule<'_>) -> Self {
        Self {
            beyond: _mm256_set1_epi16(rule.slope.beyond),
            shift: _mm_cvtsi32_si128(rule.slope.shift as i32),
            factor: splat(rule.slope.factor),
            free: (splat(rule.free.0), splat(rule.free.1)),
            heat_bath: rule.takes_gains == 0,
        }
    }

    /// [`Rule::compare`]: lanes that are not below their probability, and lanes that may be.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn compare(&self, sizes: __m256i, upper: __m256i) -> (__m256i, __m256i) {
        let zero = _mm256_setzero_si256();
        let product = _mm256_mulhi_epu16(_mm256_sll_epi16(sizes, self.shift), self.factor);
        let scaled = _mm256_blendv_epi8(product, splat(STEEPEST), _mm256_cmpgt_epi16(sizes, self.beyond));
        let fraction = _mm256_slli_epi16::<5>(scaled);
        let inner = _mm256_sub_epi16(splat(FACTORS[2]), _mm256_mulhi_epu16(fraction, splat(FACTORS[3])));
        let outer = _mm256_sub_epi16(splat(FACTORS[1]), _mm256_mulhi_epu16(fraction, inner));
        let product = _mm256_mulhi_epu16(fraction, outer);
        let low = _mm256_sub_epi16(splat(FACTORS[0] - TOO_LARGE), product);
        let high = _mm256_adds_epu16(_mm256_sub_epi16(splat(FACTORS[0]), product), splat(TOO_SMALL));
        let [low, high] = shift_right([low, high], _mm256_srli_epi16::<11>(scaled));
        let free = _mm256_cmpeq_epi16(sizes, zero);
        let low = _mm256_blendv_epi8(low, self.free.0, free);
        let mut high = _mm256_blendv_epi8(high, self.free.1, free);
        let (mut above_low, mut above_high) = (upper, upper);
        if self.heat_bath {
            above_low = _mm256_adds_epu16(_mm256_adds_epu16(upper, _mm256_mulhi_epu16(upper, low)), splat(2));
            high = _mm256_min_epu16(high, splat(u16::MAX - 1));
            above_high = _mm256_adds_epu16(upper, _mm256_mulhi_epu16(upper, high));
        }
        // a difference that saturates at 0 compares unsigned numbers
        let not_below = _mm256_cmpeq_epi16(_mm256_subs_epu16(low, above_low), zero);
        (not_below, _mm256_cmpeq_epi16(_mm256_subs_epu16(above_high, high), zero))
    }
}

/// Shifts each lane by its own count below 16, as the upper half of a product with a power of two.
#[inline]
#[target_feature(enable = "avx2")]
fn shift_right(values: [__m256i; 2], counts: __m256i) -> [__m256i; 2] {
    const fn powers(first: usize) -> [u8; 16] {
        let mut table = [0; 16];
        let mut bit = 0;
        while bit < 8 && first + bit < 16 {
            // 2^(16 - count), the byte that begins at bit 8 or at bit 0
            table[first + bit] = 0x80 >> bit;
            bit += 1;
        }
        table
    }
    const UPPER: [u8; 16] = powers(1);
    const LOWER: [u8; 16] = powers(9);
    // the top bit keeps the upper byte of each lane 0
    let index = _mm256_or_si256(counts, splat(0x8000));
    let upper = _mm256_slli_epi16::<8>(_mm256_shuffle_epi8(twice(&UPPER), index));
    let power = _mm256_or_si256(upper, _mm256_shuffle_epi8(twice(&LOWER), index));
    let unshifted = _mm256_cmpeq_epi16(counts, _mm256_setzero_si256());
    let shift = |value| _mm256_or_si256(_mm256_mulhi_epu16(value, power), _mm256_and_si256(value, unshifted));
    [shift(values[0]), shift(values[1])]
}

#[target_feature(enable = "avx2")]
fn sweep_lanes(
    rule: &Rule<'_>,
    couplings: &Couplings<i16>,
    order: &Order,
    state: &mut State<i16>,
    random: &mut Random,
) {
    let vectors = Vectors::new(rule);
    let cutoff = _mm256_set1_epi16(rule.cutoff);
    for group in order.groups() {
        let mut least = _mm256_set1_epi16(i16::MAX);
        for &variable in group {
            for costs in costs(state, variable as usize) {
                least = _mm256_min_epi16(least, costs);
            }
        }
        if _mm256_movemask_epi8(_mm256_cmpgt_epi16(least, cutoff)) == -1 {
            continue;
        }
        // variables that a lane flips, without a branch
        let mut flips = [(0, 0, 0); GROUP];
        let mut num_flips = 0;
        for &variable in group {
            let variable = variable as usize;
            let costs = costs(state, variable);
            let step = random.step();
            let upper = words(&bytes(&step.first), &bytes(&step.second));
            let mut sizes = costs;
            let (mut not_below, mut possible) = (costs, costs);
            for quarter in 0..4 {
                sizes[quarter] = _mm256_abs_epi16(costs[quarter]);
                (not_below[quarter], possible[quarter]) = vectors.compare(sizes[quarter], upper[quarter]);
            }
            let gains = gather(costs);
            let undecided = !(gains & rule.takes_gains);
            let mut below = !gather(not_below);
            let mut ties = gather(possible) & !below & undecided;
            if ties != 0 {
                let (mut by_lane, mut drawn) = (Lanes([0i16; LANES]), Lanes([0i16; LANES]));
                store_lanes(&mut by_lane, sizes);
                store_lanes(&mut drawn, upper);
                while ties != 0 {
                    let lane = ties.trailing_zeros() as usize;
                    ties &= ties - 1;
                    let is_below = rule.breaks_tie(by_lane.0[lane] as u16, drawn.0[lane] as u16, random, lane);
                    below |= u64::from(is_below) << lane;
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
            let (mut turns, rising) = (spread(falling), spread(rising));
            for quarter in 0..4 {
                turns[quarter] = _mm256_sub_epi16(turns[quarter], rising[quarter]);
            }
            for (neighbor, twice) in couplings.row(variable) {
                let twice = _mm256_set1_epi16(twice);
                let fields = &mut state.fields[neighbor];
                let mut changed = load_lanes(fields);
                for quarter in 0..4 {
                    let change = _mm256_sign_epi16(twice, turns[quarter]);
                    changed[quarter] = _mm256_add_epi16(changed[quarter], change);
                }
                store_lanes(fields, changed);
            }
        }
    }
}

/// Half of what flips cost: the field, with the sign turned where the spin is up.
#[inline]
#[target_feature(enable = "avx2")]
fn costs(state: &State<i16>, variable: usize) -> Quarters {
    let (up, mut costs) = (spread(state.spins[variable]), load_lanes(&state.fields[variable]));
    for quarter in 0..4 {
        costs[quarter] = _mm256_sub_epi16(_mm256_xor_si256(costs[quarter], up[quarter]), up[quarter]);
    }
    costs
}

/// -1 in every lane whose bit is set.
#[inline]
#[target_feature(enable = "avx2")]
fn spread(bits: u64) -> Quarters {
    const BITS: [u16; QUARTER] = {
        let mut bits = [1; QUARTER];
        let mut lane = 1;
        while lane < QUARTER {
            bits[lane] = bits[lane - 1] << 1;
            lane += 1;
        }
        bits
    };
    // SAFETY: 32 bytes are there to read; the load needs no alignment.
    let bit_of_lane = unsafe { _mm256_loadu_si256(BITS.as_ptr().cast()) };
    let quarter = |bits: u64| _mm256_cmpeq_epi16(_mm256_and_si256(splat(bits as u16), bit_of_lane), bit_of_lane);
    [quarter(bits), quarter(bits >> 16), quarter(bits >> 32), quarter(bits >> 48)]
}

/// The top bits of all lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn gather(lanes: Quarters) -> u64 {
    let half = |left, right| {
        let packed = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi16(left, right));
        u64::from(_mm256_movemask_epi8(packed) as u32)
    };
    half(lanes[0], lanes[1]) | half(lanes[2], lanes[3]) << 32
}

/// Words of two bytes each.
#[inline]
#[target_feature(enable = "avx2")]
fn words(upper: &[u8; LANES], lower: &[u8; LANES]) -> Quarters {
    let quarters = upper.as_chunks::<QUARTER>().0.iter().zip(lower.as_chunks::<QUARTER>().0);
    let mut words = [_mm256_setzero_si256(); 4];
    for (word, (upper, lower)) in words.iter_mut().zip(quarters) {
        // SAFETY: 16 bytes are there to read in each; the loads need no alignment.
        let [upper, lower] = [upper, lower].map(|bytes| unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) });
        let upper = _mm256_slli_epi16::<8>(_mm256_cvtepu8_epi16(upper));
        *word = _mm256_or_si256(upper, _mm256_cvtepu8_epi16(lower));
    }
    words
}

#[inline]
#[target_feature(enable = "avx2")]
fn splat(value: u16) -> __m256i {
    _mm256_set1_epi16(value as i16)
}

/// A table for both halves of a vector.
#[inline]
#[target_feature(enable = "avx2")]
fn twice(table: &[u8; 16]) -> __m256i {
    // SAFETY: 16 bytes are there to read; the load needs no alignment.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_lanes(lanes: &Lanes<i16>) -> Quarters {
    let mut vectors = [_mm256_setzero_si256(); 4];
    for (vector, lanes) in vectors.iter_mut().zip(lanes.0.as_chunks::<QUARTER>().0) {
        // SAFETY: the array has 32 bytes; the block is aligned to 64, and so each quarter of it to 32.
        *vector = unsafe { _mm256_load_si256(lanes.as_ptr().cast()) };
    }
    vectors
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_lanes(lanes: &mut Lanes<i16>, values: Quarters) {
    for (lanes, value) in lanes.0.as_chunks_mut::<QUARTER>().0.iter_mut().zip(values) {
        // SAFETY: the array has 32 bytes and is borrowed for writing; the block is aligned to 64, and so each quarter to 32.
        unsafe { _mm256_store_si256(lanes.as_mut_ptr().cast(), value) };
    }
}
