//! Replicas side by side: arrays of lanes, random numbers for all of them at once, and a logarithm that every instruction set
//! computes alike.

use crate::rng::stream_state;

/// Replicas in a block. It is the same on every instruction set, because results depend on who shares a block.
pub(super) const LANES: usize = 64;

/// One number for each lane, aligned to a cache line.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub(super) struct Lanes<T>(pub(super) [T; LANES]);

/// 64 generators xoshiro128++ that step together.
///
/// Generator `g` of block `b` starts from the upper halves of the state words of stream `64 b + g` of the seed.
///
/// # References
/// D. Blackman, S. Vigna, *Scrambled linear pseudorandom number generators*, ACM Trans. Math. Softw. 47 (2021).
#[derive(Clone)]
pub(super) struct LaneRandom {
    state: [Lanes<u32>; 4],
}

impl LaneRandom {
    /// The generators of block `block`.
    pub(super) fn new(seed: u64, block: usize) -> Self {
        let mut state = [Lanes([0; LANES]); 4];
        for generator in 0..LANES {
            let words = stream_state(seed, (block * LANES + generator) as u64).map(|word| (word >> 32) as u32);
            // the state of zeros would never leave itself
            let words = if words == [0; 4] { [1; 4] } else { words };
            for (lanes, word) in state.iter_mut().zip(words) {
                lanes.0[generator] = word;
            }
        }
        Self { state }
    }

    /// 32 random bits for each lane.
    #[inline(always)]
    pub(super) fn words(&mut self) -> Lanes<u32> {
        let mut words = Lanes([0; LANES]);
        let [s0, s1, s2, s3] = &mut self.state;
        for (lane, word) in words.0.iter_mut().enumerate() {
            let (a, b, c, d) = (s0.0[lane], s1.0[lane], s2.0[lane], s3.0[lane]);
            *word = a.wrapping_add(d).rotate_left(7).wrapping_add(a);
            let c = c ^ a;
            let d = d ^ b;
            s1.0[lane] = b ^ c;
            s0.0[lane] = a ^ d;
            s2.0[lane] = c ^ (b << 9);
            s3.0[lane] = d.rotate_left(11);
        }
        words
    }
}

/// `-ln((word + 1/2) / 2^32)` to about 1e-6, by arithmetic that every instruction set does alike: an exponentially distributed
/// number from a random word.
///
/// The number is `2^e (1 + x)` with `1 + x` in `[sqrt(1/2), sqrt(2))`; `ln(1 + x) = x p(x)` with `p` fitted by least squares at
/// Chebyshev points of this interval.
#[inline(always)]
pub(super) fn exponential(word: u32) -> f32 {
    let bits = (word as f32 + 0.5).to_bits();
    // shifts the split between exponent and mantissa from powers of two to powers of two times sqrt(1/2)
    let shifted = bits.wrapping_sub(0x3f35_04f3);
    let exponent = (shifted as i32 >> 23) as f32;
    let x = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(0x3f35_04f3)) - 1.0;
    let mut series = FACTORS[FACTORS.len() - 1];
    for factor in FACTORS.iter().rev().skip(1) {
        series = series * x + factor;
    }
    (32.0 - exponent) * std::f32::consts::LN_2 - x * series
}

/// The polynomial `p` of [`exponential`], constant term first.
const FACTORS: [f32; 6] = [1.000_014_3, -0.499_844_28, 0.332_245_08, -0.254_871_3, 0.223_231_66, -0.142_285_14];

/// The lanes that are set, as bits.
#[inline(always)]
pub(super) fn bits(lanes: &[bool; LANES]) -> u64 {
    let mut bits = 0;
    for (byte, eight) in lanes.as_chunks::<8>().0.iter().enumerate() {
        // the product moves byte `i` of zeros and ones to bit `56 + i`, and nothing else to the upper byte
        let word = u64::from_le_bytes(eight.map(u8::from));
        bits |= (word.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * byte);
    }
    bits
}

/// A number evenly distributed in `[0, 1)`, a multiple of `2^-24`.
#[inline(always)]
pub(super) fn unit_interval(word: u32) -> f32 {
    (word >> 8) as f32 * (1.0 / 16_777_216.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_right_from_the_least_to_the_largest_word() {
        let words = (0..32).flat_map(|shift| [1u32 << shift, (1u32 << shift).wrapping_sub(1), 0xb504_f333 >> shift]);
        for word in words.chain((0..100_000u32).map(|step| step.wrapping_mul(0x9e37_79b9))) {
            let expected = -((f64::from(word) + 0.5) / 4_294_967_296.0).ln();
            let found = f64::from(exponential(word));
            assert!((found - expected).abs() < 3e-6 * (1.0 + expected), "{word}: {found} and {expected}");
        }
    }

    #[test]
    fn every_lane_has_its_bit() {
        let mut random = LaneRandom::new(1, 0);
        for _ in 0..100 {
            let lanes = random.words().0.map(|word| word >> 31 == 1);
            assert!((0..LANES).all(|lane| (bits(&lanes) >> lane & 1 == 1) == lanes[lane]));
        }
    }

    #[test]
    fn a_generator_follows_its_recurrence() {
        // the first outputs of xoshiro128++ from the state 1, 2, 3, 4, as its authors' C code prints them
        let mut random = LaneRandom { state: [1, 2, 3, 4].map(|word| Lanes([word; LANES])) };
        for expected in [641, 1_573_767, 3_222_811_527] {
            assert_eq!(random.words(), Lanes([expected; LANES]));
        }
    }

    #[test]
    fn bits_of_a_lane_are_set_half_of_the_time() {
        let mut random = LaneRandom::new(3, 1);
        let mut ones = [0u32; LANES];
        for _ in 0..4000 {
            for (ones, word) in ones.iter_mut().zip(random.words().0) {
                *ones += word.count_ones();
            }
        }
        // 128,000 fair coins: five standard deviations
        assert!(ones.iter().all(|&ones| ones.abs_diff(64_000) < 900), "{ones:?}");
    }
}
