//! Prices of groups: a lower bound on the loss of every committee, by linear duality.

use super::candidates::Candidates;
use super::committee::Part;
use super::cost::{Costs, Weights};

/// A unit of cost in the fine units of prices.
pub(super) const FINE: u64 = 1 << 16;

/// The largest share of a group's price.
const FULL: f64 = 255.0;

/// Steps without progress before less is aimed at.
const PATIENCE: usize = 10;

/// Share of the newest subgradient in the direction of a step: the rest is that of earlier steps.
const NEWEST: f64 = 0.6;

/// Price of missing each group, between zero and the maximum that duality allows.
///
/// Let `r` members be to come, and let group `g` of cost `w_g` bear `b_g < r` of their misses. Of `k` misses it is lost if
/// `k > b_g`, and `(k - b_g) / (r - b_g)` is never more than that. So for shares `0 <= lambda_g <= 1` and prices
/// `u_g = lambda_g w_g / (r - b_g)`, the members lose at least `sum_members u(misses) - sum_g u_g b_g`: members whose prices
/// do not fit into a budget cannot bring the loss below a limit. Shares that make the bound large are a solution of the dual of
/// the linear program over fractions of candidates.
#[derive(Clone, Debug)]
pub(super) struct Prices {
    /// `sum_g u_g b_g` in fine units: what members may miss for nothing.
    pub(super) free: u64,
    weights: Weights,
}

impl Prices {
    /// Prices from these shares at `part`.
    pub(super) fn new(part: &Part, costs: &Costs, shares: &[f64]) -> Self {
        let shares: Vec<u8> = shares.iter().copied().map(in_255ths).collect();
        let mut units = vec![0; shares.len()];
        let mut free = 0;
        part.for_each_open(|group, level| {
            let most = u64::from(costs.of_group(group)) * FINE / (part.remaining - level) as u64;
            units[group] = (u128::from(most) * u128::from(shares[group]) / FULL as u128) as u64;
            free += units[group] * level as u64;
        });
        Self { free, weights: Weights::new(&units) }
    }

    /// What committees whose members each cost `least` or more lose at least, in units of cost.
    pub(super) fn bound(&self, part: &Part, least: u64) -> f64 {
        (part.remaining as f64 * least as f64 - self.free as f64) / FINE as f64
    }

    /// The price of the groups that a candidate misses.
    pub(super) fn of(&self, missed: &[u64]) -> u64 {
        self.weights.weigh(missed)
    }
}

/// A share in 255ths.
pub(super) fn in_255ths(share: f64) -> u8 {
    (share * FULL).round().clamp(0.0, FULL) as u8
}

/// Raises the bound at `part` over committees from `indices` by steps along subgradients.
///
/// Returns the best prices met, and leaves their shares in `shares`. Ends early once the bound reaches `spare`, the cost that
/// the rest of the committee would have to stay below.
pub(super) fn raise(
    part: &Part,
    candidates: &Candidates,
    costs: &Costs,
    indices: &[u32],
    shares: &mut Vec<f64>,
    (steps, spare): (usize, u32),
) -> Prices {
    let remaining = part.remaining as f64;
    let aim = f64::from(spare);
    let mut best: Option<(f64, Prices, Vec<f64>)> = None;
    let mut direction = vec![0.0; shares.len()];
    // how much more than the best is aimed at
    let mut ahead = aim;
    let mut since_better = 0;
    for step in 0..=steps {
        let prices = Prices::new(part, costs, shares);
        let cheapest = indices.iter().map(|&index| (prices.of(candidates.misses(index)), index)).min();
        let Some((least, cheapest)) = cheapest else { return prices };
        let bound = prices.bound(part, least);
        let known = best.as_ref().map_or(f64::NEG_INFINITY, |(known, ..)| *known);
        since_better += 1;
        if bound > known + ahead / 8.0 {
            since_better = 0;
        }
        if bound > known {
            best = Some((bound, prices, shares.clone()));
        }
        if since_better == PATIENCE {
            (ahead, since_better) = (ahead / 2.0, 0);
            shares.clone_from(&best.as_ref().expect("a first step was made").2);
        }
        if step == steps || bound >= aim {
            break;
        }
        let missed = candidates.misses(cheapest);
        let mut norm = 0.0;
        part.for_each_open(|group, level| {
            let misses = if missed[group / 64] >> (group % 64) & 1 == 1 { remaining } else { 0.0 };
            let slope = f64::from(costs.of_group(group)) * (misses - level as f64) / (remaining - level as f64);
            direction[group] = NEWEST * slope + (1.0 - NEWEST) * direction[group];
            norm += direction[group] * direction[group];
        });
        if norm == 0.0 {
            break;
        }
        let length = (known.max(bound) + ahead - bound) / norm;
        part.for_each_open(|group, _| shares[group] = (shares[group] + length * direction[group]).clamp(0.0, 1.0));
    }
    let (_, prices, kept) = best.expect("a first step was made");
    *shares = kept;
    prices
}
