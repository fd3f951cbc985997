//! One sweep where fields do not fit a byte: 16-bit integers, or floating-point numbers of 32 or 64 bits.
//!
//! A flip changes the energy by `-2 s f`. It is taken iff `s f >= -E / (2 beta)` with `E = -ln(u)` exponentially distributed, that
//! is with probability `min(1, exp(2 beta s f))`; with `s f = 0` it is turned down as often as [`FREE_FLIPS_TURNED_DOWN`] says.

use super::FREE_FLIPS_TURNED_DOWN;
use super::lanes::{Couplings, LANES, State};
use super::number::Number;
use super::random::Random;
use crate::sampler::isa::dispatch;

dispatch! {
    /// [`sweep_lanes`] for 16-bit integers.
    pub(super) fn sweep_integers(beta: f64, couplings: &Couplings<i16>, state: &mut State<i16>, random: &mut Random) = sweep_lanes
}
dispatch! {
    /// [`sweep_lanes`] for 32-bit floating-point numbers.
    pub(super) fn sweep_singles(beta: f64, couplings: &Couplings<f32>, state: &mut State<f32>, random: &mut Random) = sweep_lanes
}
dispatch! {
    /// [`sweep_lanes`] for 64-bit floating-point numbers.
    pub(super) fn sweep_doubles(beta: f64, couplings: &Couplings<f64>, state: &mut State<f64>, random: &mut Random) = sweep_lanes
}

/// `-ln(u)` of the least `u` that is drawn, `2^-33`, rounded up: no spin beyond it can flip.
const LARGEST_EXPONENTIAL: f32 = 23.0;

/// The rule at one inverse temperature, for gains `s f` in 32-bit numbers.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// `1 / (2 beta)`.
    reach: f32,
    /// No flip of a gain below this is ever taken.
    hopeless: f32,
    /// What `reach` times an exponential number must be at least where a flip is free.
    least_if_free: f32,
}

impl Rule {
    /// The rule at `beta` per unit of the fields.
    pub(super) fn new(beta: f64) -> Self {
        // beta = 0 would make the reach infinite and 0 * inf a NaN; at this size every flip is taken just as well
        let reach = (0.5 / beta).min(1e30) as f32;
        // an exponential number is below this once in 16 times
        let least_if_free = if beta > 0.0 { reach * -(1.0 - FREE_FLIPS_TURNED_DOWN).ln() } else { 0.0 };
        Self { reach, hopeless: -LARGEST_EXPONENTIAL * reach, least_if_free }
    }

    /// The lanes that take their flip; `None`, and no random numbers drawn, if no lane can.
    #[inline(always)]
    pub(super) fn accepted(&self, gains: &[f32; LANES], random: &mut Random) -> Option<[bool; LANES]> {
        let mut hopeful = false;
        // joined by `or`, since the largest gain would be a chain of comparisons one after the other
        for gain in gains {
            hopeful |= *gain >= self.hopeless;
        }
        if !hopeful {
            return None;
        }
        let words = random.bytes::<{ 4 * LANES }>().as_chunks::<4>().0;
        let mut accepted = [false; LANES];
        for lane in 0..LANES {
            let least = if gains[lane] == 0.0 { self.least_if_free } else { 0.0 };
            accepted[lane] = gains[lane] + self.reach * minus_ln(u32::from_le_bytes(words[lane])) >= least;
        }
        Some(accepted)
    }
}

/// Offers every variable a flip in every lane, in index order, at inverse temperature `beta` (per unit of the fields).
/// A variable that no lane can flip draws no random numbers.
#[inline(always)]
fn sweep_lanes<T: Number>(beta: f64, couplings: &Couplings<T>, state: &mut State<T>, random: &mut Random) {
    let rule = Rule::new(beta);
    for variable in 0..state.spins.len() {
        let spins = &mut state.spins[variable].0;
        let fields = &state.fields[variable].0;
        let mut gains = [0f32; LANES];
        for lane in 0..LANES {
            gains[lane] = spins[lane].times(fields[lane]).to_f32();
        }
        let Some(accepted) = rule.accepted(&gains, random) else { continue };
        if !accepted.iter().fold(false, |any, accept| any | accept) {
            continue;
        }
        // a flip adds -2 J s to the field of a neighbour
        let mut changes = [T::ZERO; LANES];
        for lane in 0..LANES {
            changes[lane] = if accepted[lane] { spins[lane].times(T::MINUS_TWO) } else { T::ZERO };
            spins[lane] = spins[lane].plus(changes[lane]);
        }
        for entry in couplings.row(variable) {
            for (field, change) in state.fields[entry.neighbor as usize].0.iter_mut().zip(&changes) {
                *field = field.plus(entry.strength.times(*change));
            }
        }
    }
}

/// `-ln((word + 1/2) / 2^32)` to about 1e-6, by arithmetic that every instruction set does alike.
///
/// The number is `2^e (1 + x)` with `1 + x` in `[sqrt(1/2), sqrt(2))`; `ln(1 + x) = x p(x)` with `p` fitted by least squares at
/// Chebyshev points of this interval.
#[inline(always)]
fn minus_ln(word: u32) -> f32 {
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

/// The polynomial `p` of [`minus_ln`], constant term first.
const FACTORS: [f32; 6] = [1.000_014_3, -0.499_844_28, 0.332_245_08, -0.254_871_3, 0.223_231_66, -0.142_285_14];

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
