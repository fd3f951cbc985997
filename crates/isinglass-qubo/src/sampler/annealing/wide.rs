//! One sweep where fields are floating-point numbers of 32 or 64 bits.
//!
//! A flip costs `2 m` units of energy, `m = -s f`. By Metropolis' rule it is taken iff `m <= E / (2 beta)` with `E = -ln(u)`, that is
//! with probability `min(1, exp(-2 beta m))`; by heat bath iff `m <= (ln(1 - u) - ln(u)) / (2 beta)`, with `1 / (1 + exp(2 beta m))`.

use super::acceptance::Acceptance;
use super::lanes::{Couplings, LANES, State, gather, spread};
use super::number::Number;
use super::order::Order;
use super::random::Random;
use crate::sampler::isa::dispatch;

dispatch! {
    /// [`sweep_lanes`] for 32-bit numbers.
    pub(super) fn sweep_singles(acceptance: &Acceptance, couplings: &Couplings<f32>, order: &Order, state: &mut State<f32>, random: &mut Random) = sweep_lanes
}
dispatch! {
    /// [`sweep_lanes`] for 64-bit numbers.
    pub(super) fn sweep_doubles(acceptance: &Acceptance, couplings: &Couplings<f64>, order: &Order, state: &mut State<f64>, random: &mut Random) = sweep_lanes
}

/// `-ln(u)` of the least `u` that is drawn, `2^-33`, rounded up: no spin beyond it can flip.
const LARGEST_EXPONENTIAL: f32 = 23.0;

/// The rule at one inverse temperature, for costs in 32-bit numbers.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    /// `1 / (2 beta)`.
    reach: f32,
    /// No flip that costs more is ever taken.
    hopeless: f32,
    heat_bath: bool,
    /// What `reach` times an exponential number must be at least where a flip is free.
    least_if_free: f32,
}

impl Rule {
    pub(super) fn new(acceptance: &Acceptance) -> Self {
        // beta = 0 would make the reach infinite and 0 * inf a NaN; at this size every flip is taken just as well
        let reach = (0.5 / acceptance.beta).min(1e30) as f32;
        let heat_bath = !acceptance.takes_gains();
        // an exponential number is below this as often as free flips are turned down
        let least_if_free = if heat_bath { 0.0 } else { reach * -(acceptance.probability(0.0).ln() as f32) };
        Self { reach, hopeless: LARGEST_EXPONENTIAL * reach, heat_bath, least_if_free }
    }

    /// The lanes that take a flip of these costs, halved, as bits. Draws no random numbers if none can.
    #[inline(always)]
    pub(super) fn accepted(&self, costs: &[f32; LANES], random: &mut Random) -> u64 {
        // joined by `or`, since the least cost would be a chain of comparisons one after the other
        let mut hopeful = false;
        for cost in costs {
            hopeful |= *cost <= self.hopeless;
        }
        if !hopeful {
            return 0;
        }
        let words = draw(random);
        let mut drawn = [0f32; LANES];
        for lane in 0..LANES {
            drawn[lane] = minus_ln(words[lane]);
        }
        if self.heat_bath {
            for lane in 0..LANES {
                drawn[lane] -= minus_ln(!words[lane]);
            }
        }
        // loops of one width each, which fill vectors
        let mut margins = [0f32; LANES];
        for lane in 0..LANES {
            let least = if costs[lane] == 0.0 { self.least_if_free } else { 0.0 };
            margins[lane] = self.reach * drawn[lane] - costs[lane] - least;
        }
        let mut accepted = [0i8; LANES];
        for lane in 0..LANES {
            accepted[lane] = i8::from(margins[lane] >= 0.0);
        }
        gather(&accepted)
    }
}

/// Offers the variables of `order` one after another a flip in every lane.
#[inline(always)]
fn sweep_lanes<T: Number>(
    acceptance: &Acceptance,
    couplings: &Couplings<T>,
    order: &Order,
    state: &mut State<T>,
    random: &mut Random,
) {
    let rule = Rule::new(acceptance);
    for &variable in order.groups().flatten() {
        let variable = variable as usize;
        let bits = state.spins[variable];
        let up = spread(bits);
        let fields = &state.fields[variable].0;
        // minus the field where the spin is up: half of what a flip costs
        let mut costs = [0f32; LANES];
        for lane in 0..LANES {
            let field = fields[lane].to_f32();
            costs[lane] = if up[lane] == 0 { field } else { -field };
        }
        let accepted = rule.accepted(&costs, random);
        if accepted == 0 {
            continue;
        }
        state.spins[variable] = bits ^ accepted;
        let (rising, falling) = (spread(accepted & !bits), spread(accepted & bits));
        let mut turns = [T::ZERO; LANES];
        for lane in 0..LANES {
            turns[lane] = T::from_i8(falling[lane] - rising[lane]);
        }
        for (neighbor, twice) in couplings.row(variable) {
            for (field, turn) in state.fields[neighbor].0.iter_mut().zip(&turns) {
                *field = field.plus(twice.times(*turn));
            }
        }
    }
}

/// A word for each lane.
#[inline(always)]
pub(super) fn draw(random: &mut Random) -> [u32; LANES] {
    let mut words = [0; LANES];
    for words in words.as_chunks_mut::<{ LANES / 4 }>().0 {
        let step = random.step().first;
        for (pair, word) in words.as_chunks_mut::<2>().0.iter_mut().zip(step) {
            *pair = [word as u32, (word >> 32) as u32];
        }
    }
    words
}

/// `-ln((word + 1/2) / 2^32)` to about 1e-6, by arithmetic that every instruction set does alike.
///
/// The number is `2^e (1 + x)` with `1 + x` in `[sqrt(1/2), sqrt(2))`; `ln(1 + x) = x p(x)` with `p` fitted by least squares at
/// Chebyshev points of this interval.
#[inline(always)]
pub(super) fn minus_ln(word: u32) -> f32 {
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
