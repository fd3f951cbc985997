//! One sweep where all fields are 16-bit integers.
//!
//! A lane draws a number `u` of 48 bits below `P(m)`, the probability of a flip that costs `2 m` units of energy, or not below it.
//! Nearly always the upper 16 bits tell: `2^16 P(m)` is bounded from both sides by integer arithmetic ([`Slope`]), and only where
//! they fall between the bounds, about once in a thousand draws, are the other 32 bits drawn and `P(m)` computed. So the bounds
//! change the speed only: every instruction set decides alike, and exactly to `2^-48`.

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod avx2;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod avx512;

use super::acceptance::Acceptance;
use super::lanes::{Couplings, LANES, State, gather, spread};
use super::order::Order;
use super::random::{Random, bytes};
use crate::sampler::isa::Isa;

/// `2^-y` by fixed-point arithmetic, where `y` is a cost in bits: `P(m) = 2^-y` by Metropolis' rule, `2^-y / (1 + 2^-y)` by heat bath.
struct Slope {
    /// Costs above this have `y >= 15.99`, and count as [`STEEPEST`].
    beyond: i16,
    /// `2^11 y = (m << shift) * factor / 2^16`.
    shift: u32,
    factor: u16,
}

/// `2^11 y` just below `y = 16`.
const STEEPEST: u16 = 0x7fff;

/// `2^-f` as `FACTORS[0] - f (FACTORS[1] - f (FACTORS[2] - f FACTORS[3]))` for `f` in `0..1`, in units of `2^-16`.
const FACTORS: [u16; 4] = [65_532, 45_308, 15_135, 2_596];

/// How far the polynomial and its rounding can be off, in units of `2^-16`.
const POLYNOMIAL_ERROR: u16 = 5;

/// `2^11 y` is between 1.5 too small and 0.5 too large, which changes `2^-y` by less than these, in units of `2^-16`.
const TOO_LARGE: u16 = 34 + POLYNOMIAL_ERROR;
const TOO_SMALL: u16 = 12 + POLYNOMIAL_ERROR;

/// The upper half of a product.
#[inline(always)]
fn upper_half(first: u16, second: u16) -> u16 {
    ((u32::from(first) * u32::from(second)) >> 16) as u16
}

impl Slope {
    fn new(beta: f64) -> Self {
        let bits = 2.0 * beta * std::f64::consts::LOG2_E;
        // conversions to integers saturate
        let beyond = (15.99 / bits).min(f64::from(i16::MAX)) as i16;
        let shift = (16 - (16 - beyond.max(1).leading_zeros())).min(15);
        let factor = (bits * 2f64.powi(27 - shift as i32)).round() as u16;
        Self { beyond, shift, factor }
    }

    /// Integers around `2^16 2^-y`: not above it, and above it less one.
    #[inline(always)]
    fn bounds(&self, cost: u16) -> (u16, u16) {
        let product = upper_half(cost << self.shift, self.factor);
        let scaled = if cost > self.beyond as u16 { STEEPEST } else { product };
        let fraction = scaled << 5;
        let inner = FACTORS[1] - upper_half(fraction, FACTORS[2] - upper_half(fraction, FACTORS[3]));
        let power = FACTORS[0] - upper_half(fraction, inner);
        ((power - TOO_LARGE) >> (scaled >> 11), power.saturating_add(TOO_SMALL) >> (scaled >> 11))
    }
}

/// What the kernels need to know of the rule.
struct Rule<'a> {
    acceptance: &'a Acceptance,
    slope: Slope,
    /// No larger cost is ever taken.
    cutoff: i16,
    /// The bounds of a flip that costs nothing.
    free: (u16, u16),
    /// All bits set if flips that gain are always taken; none if `P(m)` is the chance that one which gains `2 m` is not.
    takes_gains: u64,
}

impl<'a> Rule<'a> {
    fn new(acceptance: &'a Acceptance) -> Self {
        Self {
            acceptance,
            slope: Slope::new(acceptance.beta),
            cutoff: acceptance.cutoff(i16::MAX),
            // a multiple of 2^-16 needs no other bits
            free: match (acceptance.probability(0.0) * 65_536.0) as u16 {
                sure if acceptance.takes_gains() && sure < u16::MAX => (sure, 0),
                _ => (u16::MAX, u16::MAX),
            },
            takes_gains: if acceptance.takes_gains() { u64::MAX } else { 0 },
        }
    }

    /// Whether these upper bits are below `P(cost)`, or the lower ones must tell.
    #[inline(always)]
    fn compare(&self, cost: u16, upper: u16) -> (bool, bool) {
        let (low, mut high) = if cost == 0 { self.free } else { self.slope.bounds(cost) };
        let (mut above_low, mut above_high) = (upper, upper);
        if self.takes_gains == 0 {
            // u < w / (1 + w) iff u + u w < w; the left side is rounded up by at most 2, and down
            above_low = upper.saturating_add(upper_half(upper, low)).saturating_add(2);
            // no probability is above a half, which this keeps where the bound is saturated
            high = high.min(u16::MAX - 1);
            above_high = upper.saturating_add(upper_half(upper, high));
        }
        let below = above_low < low;
        (below, !below & (above_high <= high))
    }

    /// Whether a lane is below `P(cost)`, by all bits.
    fn breaks_tie(&self, cost: u16, upper: u16, random: &Random, lane: usize) -> bool {
        let drawn = u64::from(upper) << 32 | u64::from(random.extra(lane));
        drawn < self.acceptance.threshold(cost as i16)
    }
}

/// Offers the variables of `order` one after another a flip in every lane.
pub(super) fn sweep(
    isa: Isa,
    acceptance: &Acceptance,
    couplings: &Couplings<i16>,
    order: &Order,
    state: &mut State<i16>,
    random: &mut Random,
) {
    let rule = Rule::new(acceptance);
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        let done = match isa {
            Isa::Portable => false,
            Isa::Avx2 => avx2::sweep(&rule, couplings, order, state, random),
            Isa::Avx512 => avx512::sweep(&rule, couplings, order, state, random),
        };
        if done {
            return;
        }
    }
    let _ = isa;
    sweep_lanes(&rule, couplings, order, state, random);
}

fn sweep_lanes(
    rule: &Rule<'_>,
    couplings: &Couplings<i16>,
    order: &Order,
    state: &mut State<i16>,
    random: &mut Random,
) {
    for group in order.groups() {
        let mut hopeful = false;
        for &variable in group {
            for cost in costs(state, variable as usize) {
                hopeful |= cost <= rule.cutoff;
            }
        }
        if !hopeful {
            continue;
        }
        for &variable in group {
            visit(rule, couplings, variable as usize, state, random);
        }
    }
}

/// Half of what flips cost: the field, with the sign turned where the spin is up.
#[inline(always)]
fn costs(state: &State<i16>, variable: usize) -> [i16; LANES] {
    let up = spread(state.spins[variable]);
    let fields = &state.fields[variable].0;
    let mut costs = [0; LANES];
    for lane in 0..LANES {
        costs[lane] = (fields[lane] ^ i16::from(up[lane])).wrapping_sub(i16::from(up[lane]));
    }
    costs
}

#[inline(always)]
fn visit(rule: &Rule<'_>, couplings: &Couplings<i16>, variable: usize, state: &mut State<i16>, random: &mut Random) {
    let bits = state.spins[variable];
    let costs = costs(state, variable);
    let step = random.step();
    let (first, second) = (bytes(&step.first), bytes(&step.second));
    let mut below = [0i8; LANES];
    let mut ties = [0i8; LANES];
    for lane in 0..LANES {
        let upper = u16::from(first[lane]) << 8 | u16::from(second[lane]);
        let cost = costs[lane].unsigned_abs();
        let (is_below, is_tie) = rule.compare(cost, upper);
        below[lane] = i8::from(is_below);
        ties[lane] = i8::from(is_tie);
    }
    if ties.iter().fold(0, |any, tie| any | tie) != 0 {
        for lane in 0..LANES {
            let upper = u16::from(first[lane]) << 8 | u16::from(second[lane]);
            if ties[lane] != 0 && rule.breaks_tie(costs[lane].unsigned_abs(), upper, random, lane) {
                below[lane] = 1;
            }
        }
    }
    let mut gains = [0i8; LANES];
    for lane in 0..LANES {
        gains[lane] = i8::from(costs[lane] < 0);
    }
    let gains = gather(&gains);
    let accepted = (gather(&below) & !(gains & rule.takes_gains)) ^ gains;
    if accepted == 0 {
        return;
    }
    state.spins[variable] = bits ^ accepted;
    let (rising, falling) = (spread(accepted & !bits), spread(accepted & bits));
    let mut turns = [0i16; LANES];
    for lane in 0..LANES {
        turns[lane] = i16::from(falling[lane] - rising[lane]);
    }
    for (neighbor, twice) in couplings.row(variable) {
        for (field, turn) in state.fields[neighbor].0.iter_mut().zip(&turns) {
            *field = field.wrapping_add(twice.wrapping_mul(*turn));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::acceptance::ProposalAcceptanceCriteria::{Gibbs, Metropolis};
    use super::*;

    const BETAS: [f64; 9] = [0.0, 1e-9, 1e-5, 1e-3, 0.04, 0.3, 1.0, 7.0, 1e9];

    #[test]
    #[cfg_attr(miri, ignore = "long")]
    fn the_weight_lies_between_its_bounds_at_every_cost() {
        for beta in BETAS {
            let slope = Slope::new(beta);
            for cost in 1..=i16::MAX as u16 {
                let exact = 65_536.0 * (-2.0 * beta * f64::from(cost)).exp();
                let (low, high) = slope.bounds(cost);
                assert!(f64::from(low) <= exact, "beta {beta}, cost {cost}: {low} and {exact}");
                assert!(
                    high == u16::MAX || exact <= f64::from(high) + 1.0,
                    "beta {beta}, cost {cost}: {high} and {exact}"
                );
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "long")]
    fn the_upper_bits_decide_rightly_and_nearly_always() {
        for criteria in [Metropolis, Gibbs] {
            for beta in BETAS {
                let acceptance = Acceptance { criteria, beta };
                let rule = Rule::new(&acceptance);
                for cost in (0..150).chain((150..=i16::MAX as u16).step_by(487)) {
                    let threshold = acceptance.threshold(cost as i16);
                    let mut undecided = 0;
                    // a comb of upper bits, and all near the threshold
                    let center = (threshold >> 32).min(65_535) as i64;
                    let near = (center - 60..center + 60).filter_map(|upper| u16::try_from(upper).ok());
                    for upper in (0..=u16::MAX).step_by(997).chain(near) {
                        let (below, tie) = rule.compare(cost, upper);
                        let (least, most) = (u64::from(upper) << 32, (u64::from(upper) + 1) << 32);
                        assert!(!below || most <= threshold, "beta {beta}, cost {cost}, upper bits {upper}");
                        assert!(below || tie || least >= threshold, "beta {beta}, cost {cost}, upper bits {upper}");
                        undecided += u32::from(tie);
                    }
                    assert!(undecided <= 80, "beta {beta}, cost {cost}: {undecided}");
                }
            }
        }
    }
}
