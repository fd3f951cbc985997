//! The inner loop: one sweep of a block of reads.

#![expect(clippy::needless_range_loop, reason = "one index runs over the lanes of several arrays")]

use crate::sampler::isa::dispatch;

/// Reads side by side.
pub(super) const LANES: usize = 32;

/// One number for each read of a block.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Lanes<T>(pub(super) [T; LANES]);

/// The interactions as compressed rows, and the order in which variables are offered a flip: by index.
pub(super) struct Couplings<'a> {
    pub(super) row_starts: &'a [usize],
    pub(super) neighbors: &'a [u32],
    pub(super) couplings: &'a [f32],
}

/// Spins (±1), local fields `f_i = h_i + sum_j J_ij s_j` and random states of a block, structure of arrays.
pub(super) struct State<'a> {
    pub(super) spins: &'a mut [Lanes<f32>],
    pub(super) fields: &'a mut [Lanes<f32>],
    pub(super) random: &'a mut [Lanes<u32>; 4],
}

/// `-ln(u)` of the least `u` that is drawn, `2^-33`, rounded up: no spin beyond it can flip.
const LARGEST_EXPONENTIAL: f32 = 23.0;

/// A field of at most this size counts as zero: below the step of integer fields, above what rounding leaves of others.
const TIE: f32 = 1.0 / (1 << 20) as f32;

/// A tie is taken if its exponential is at least this, `-ln(15/16)`: with probability 15/16.
const TIE_EXPONENTIAL: f32 = 0.064_538_52;

dispatch! {
    /// Offers every variable a flip in every lane, at inverse temperature `beta`.
    ///
    /// A flip changes the energy by `-2 s f`. It is taken iff `s f >= -E / (2 beta)` with `E = -ln(u)` exponentially
    /// distributed, that is with probability `min(1, exp(2 beta s f))`; ties, `f = 0`, are turned down once in 16 times.
    /// Variables that no lane can flip cost no random numbers.
    pub(super) fn sweep(beta: f32, couplings: &Couplings<'_>, state: &mut State<'_>) = sweep_lanes
}

#[inline(always)]
fn sweep_lanes(beta: f32, couplings: &Couplings<'_>, state: &mut State<'_>) {
    // beta = 0 would make the threshold infinite and 0 * inf a NaN; at this size every flip is taken just as well
    let reach = (0.5 / beta).min(1e30);
    let hopeless = -LARGEST_EXPONENTIAL * reach;
    let mut random = *state.random;
    for variable in 0..state.spins.len() {
        let spins = &state.spins[variable].0;
        let fields = &state.fields[variable].0;
        let mut aligned = [0.0; LANES];
        let mut any = false;
        for lane in 0..LANES {
            aligned[lane] = spins[lane] * fields[lane];
            any |= aligned[lane] >= hopeless;
        }
        if !any {
            continue;
        }
        let exponential = exponentials(&mut random);
        let mut changes = [0.0; LANES];
        let mut flipped = false;
        for lane in 0..LANES {
            let is_settled = (aligned[lane].abs() > TIE) | (exponential[lane] >= TIE_EXPONENTIAL);
            let accept = (aligned[lane] + reach * exponential[lane] >= 0.0) & is_settled;
            changes[lane] = if accept { -2.0 * spins[lane] } else { 0.0 };
            flipped |= accept;
        }
        if !flipped {
            continue;
        }
        let spins = &mut state.spins[variable].0;
        for lane in 0..LANES {
            spins[lane] += changes[lane];
        }
        let row = couplings.row_starts[variable]..couplings.row_starts[variable + 1];
        for (&neighbor, &coupling) in couplings.neighbors[row.clone()].iter().zip(&couplings.couplings[row]) {
            let fields = &mut state.fields[neighbor as usize].0;
            for lane in 0..LANES {
                fields[lane] += coupling * changes[lane];
            }
        }
    }
    *state.random = random;
}

/// One exponentially distributed number for each lane: `-ln(u)`, `u` from the lane's xoshiro128++ (Blackman and Vigna, 2019).
#[inline(always)]
fn exponentials(random: &mut [Lanes<u32>; 4]) -> [f32; LANES] {
    let mut exponential = [0.0; LANES];
    let [s0, s1, s2, s3] = random;
    for lane in 0..LANES {
        let (a, b, c, d) = (s0.0[lane], s1.0[lane], s2.0[lane], s3.0[lane]);
        let word = a.wrapping_add(d).rotate_left(7).wrapping_add(a);
        let c = c ^ a;
        let d = d ^ b;
        s1.0[lane] = b ^ c;
        s0.0[lane] = a ^ d;
        s2.0[lane] = c ^ (b << 9);
        s3.0[lane] = d.rotate_left(11);
        exponential[lane] = minus_ln(word);
    }
    exponential
}

/// `-ln((word + 1/2) / 2^32)` to about 1e-6, by arithmetic that every instruction set does alike.
///
/// The number is `2^e m` with `m` in `[sqrt(1/2), sqrt(2))`; `ln m` is the series of the inverse hyperbolic tangent,
/// `2 (t + t³/3 + t⁵/5 + t⁷/7)` with `t = (m - 1) / (m + 1)`, `|t| < 0.172`.
#[inline(always)]
fn minus_ln(word: u32) -> f32 {
    let bits = (word as f32 + 0.5).to_bits();
    // shifts the split between exponent and mantissa from powers of two to powers of two times sqrt(1/2)
    let shifted = bits.wrapping_sub(0x3f35_04f3);
    let exponent = (shifted as i32 >> 23) as f32;
    let mantissa = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(0x3f35_04f3));
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let square = t * t;
    let series = 2.0 + square * (0.666_666_7 + square * (0.4 + square * 0.285_714_3));
    (32.0 - exponent) * std::f32::consts::LN_2 - t * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_right_from_the_least_to_the_largest_word() {
        let words = (0..32).flat_map(|shift| [1u32 << shift, (1u32 << shift).wrapping_sub(1), 0xb504_f333 >> shift]);
        for word in words.chain((0..100_000u32).map(|step| step.wrapping_mul(0x9e37_79b9))) {
            let expected = -((f64::from(word) + 0.5) / 4_294_967_296.0).ln();
            let found = f64::from(minus_ln(word));
            assert!((found - expected).abs() < 3e-6 * (1.0 + expected), "{word}: {found} and {expected}");
            assert!(found <= f64::from(LARGEST_EXPONENTIAL));
        }
    }
}
