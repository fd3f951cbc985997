//! Proof that no committee of neurons has a cost below a bound.

use super::layers::{Failed, Wanted};
use isinglass_qubo::sampler::{ProgressReport, RunControl};
use rayon::prelude::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A unit of cost in the fine units of prices.
const FINE: u64 = 1 << 16;

/// Minimum time between two progress reports.
const REPORT_EVERY: Duration = Duration::from_millis(250);

/// The output neuron, whose weights are all `+1`.
pub(super) struct Shape {
    pub(super) num_hidden: usize,
    /// The sign of its bias, if it has one.
    pub(super) output_bias: Option<bool>,
}

impl Shape {
    /// How many members may be wrong before the output is; none if it is wrong with no member wrong.
    fn bearable(&self, wanted: bool) -> Option<usize> {
        let fan_in = self.num_hidden + usize::from(self.output_bias.is_some());
        let is_right = |wrong: usize| {
            let plus =
                if wanted { self.num_hidden - wrong } else { wrong } + usize::from(self.output_bias == Some(true));
            (2 * plus >= fan_in) == wanted
        };
        (0..=self.num_hidden).take_while(|&wrong| is_right(wrong)).last()
    }
}

/// Sums over sets of groups, a byte of the set at a time.
struct Sums {
    tables: Vec<[u64; 256]>,
}

impl Sums {
    fn new(values: &[u64]) -> Self {
        let table = |values: &[u64]| {
            let mut table = [0; 256];
            for (set, sum) in table.iter_mut().enumerate() {
                *sum = values.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 1).map(|(_, value)| value).sum();
            }
            table
        };
        let mut tables: Vec<[u64; 256]> = values.chunks(8).map(table).collect();
        tables.resize(values.len().div_ceil(64) * 8, [0; 256]);
        Self { tables }
    }

    fn over(&self, set: impl Iterator<Item = u64>) -> u64 {
        set.zip(self.tables.chunks_exact(8))
            .map(|(word, tables)| (0..8).map(|byte| tables[byte][(word >> (8 * byte) & 255) as usize]).sum::<u64>())
            .sum()
    }
}

/// The search for a committee below the limit.
struct Search<'a> {
    costs: Sums,
    limit: u64,
    /// Misses in ascending order of price.
    missed: Vec<&'a [u64]>,
    prices: Vec<u64>,
    own_costs: Vec<u64>,
    /// Budget for the sum of the prices of all members.
    budget: u64,
    num_words: usize,
    control: &'a RunControl<'a>,
}

/// Proves that every committee costs at least `limit`; returns the number of partial committees examined.
///
/// In a committee of `r` members, group `g` of cost `w_g` tolerates `b_g` misses. With a share `lambda_g` of
/// `w_g / (r - b_g)` as the price of a miss, a committee loses at least the price of all misses less `sum_g b_g price_g`. The
/// proof prunes only by this bound, and by the same bound on what the rest of a partial committee can miss.
pub(super) fn prove(
    wanted: &Wanted,
    missed: &[Vec<u64>],
    shape: &Shape,
    shares: Option<&[u8]>,
    limit: u64,
    control: &RunControl<'_>,
) -> Result<u64, Failed> {
    let (wants, costs) = &wanted.outputs[0];
    let num_words = wanted.len().div_ceil(64);
    let bearable: Vec<Option<usize>> = wants.iter().map(|&wants| shape.bearable(wants)).collect();
    // planes[k]: groups that have k + 1 misses, where those that bear less have some from the start; the last are lost
    let num_planes = bearable.iter().flatten().max().map_or(1, |most| most + 1);
    let mut planes = vec![vec![0u64; num_words]; num_planes];
    let (mut prices, mut free) = (vec![0; wanted.len()], 0);
    for (group, bearable) in bearable.iter().enumerate() {
        let bearable = bearable.map_or(0, |most| most + 1);
        for plane in &mut planes[..num_planes - bearable] {
            plane[group / 64] |= 1 << (group % 64);
        }
        if bearable >= 1 && bearable <= shape.num_hidden {
            let share = shares.map_or(255, |shares| u64::from(shares[group]));
            let most = u128::from(costs[group]) * u128::from(FINE) / (shape.num_hidden - (bearable - 1)) as u128;
            prices[group] = (most * u128::from(share) / 255) as u64;
            free += prices[group] * (bearable as u64 - 1);
        }
    }
    let (prices, costs) = (Sums::new(&prices), Sums::new(costs));
    let lost = costs.over(planes[num_planes - 1].iter().copied());
    if lost >= limit {
        return Ok(0);
    }
    let mut order: Vec<(u64, &[u64])> =
        missed.iter().map(|missed| (prices.over(missed.iter().copied()), missed.as_slice())).collect();
    order.sort_unstable();
    let search = Search {
        limit,
        own_costs: order.iter().map(|(_, missed)| costs.over(missed.iter().copied())).collect(),
        missed: order.iter().map(|&(_, missed)| missed).collect(),
        prices: order.into_iter().map(|(price, _)| price).collect(),
        costs,
        budget: free + FINE * (limit - 1 - lost),
        num_words,
        control,
    };
    let list: Vec<usize> = (0..search.missed.len()).collect();
    if shape.num_hidden == 1 {
        return search.close(&planes, &list);
    }
    let (done, last_report) = (AtomicU64::new(0), Mutex::new(Instant::now()));
    let counts = list.par_iter().map(|&first| {
        let count = search.from(&planes, &list[first..], shape.num_hidden, search.budget)?;
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if let (Some(progress), Ok(mut last_report)) = (control.progress, last_report.try_lock())
            && last_report.elapsed() >= REPORT_EVERY
        {
            *last_report = Instant::now();
            progress.report(ProgressReport { done, total: list.len() as u64, best_energy: None });
        }
        Ok(count)
    });
    counts.sum()
}

impl Search<'_> {
    /// All committees that go on with the first of `list` and `members - 1` more from it.
    fn from(&self, planes: &[Vec<u64>], list: &[usize], members: usize, budget: u64) -> Result<u64, Failed> {
        let Some(&first) = list.first() else { return Ok(0) };
        // Members come in ascending order of price: the rest take no less each.
        if self.prices[first] * members as u64 > budget {
            return Ok(0);
        }
        let budget = budget - self.prices[first];
        let missed = self.missed[first];
        let mut next = planes.to_vec();
        for plane in (0..planes.len()).rev() {
            for word in 0..self.num_words {
                let below = if plane == 0 { u64::MAX } else { planes[plane - 1][word] };
                next[plane][word] |= missed[word] & below;
            }
        }
        let after = members - 1;
        let lost = self.costs.over(next[next.len() - 1].iter().copied());
        if lost >= self.limit {
            return Ok(1);
        }
        if let Some(status) = self.control.should_stop(None) {
            return Err(Failed::Stopped(status));
        }
        if after == 1 {
            return self.close(&next, list).map(|nodes| nodes + 1);
        }
        let spare = self.limit - lost;
        // What the dearest of the rest may take if the others take no more than this one.
        let Some(dearest) = budget.checked_sub(self.prices[first] * (after as u64 - 1)) else { return Ok(1) };
        let list = &list[..list.partition_point(|&index| self.prices[index] <= dearest)];
        let following: Vec<usize> = list.iter().copied().filter(|&index| self.loses(&next, index) < spare).collect();
        let most = self.most_missed(&next, after as u64, spare - 1);
        let least = following.iter().map(|&index| self.own_costs[index]).min().unwrap_or(0);
        let Some(most) = most.checked_sub(least * (after as u64 - 1)) else { return Ok(1) };
        let following: Vec<usize> = following.into_iter().filter(|&index| self.own_costs[index] <= most).collect();
        let mut nodes = 1;
        for position in 0..following.len() {
            if self.prices[following[position]] * after as u64 > budget {
                break;
            }
            nodes += self.from(&next, &following[position..], after, budget)?;
        }
        Ok(nodes)
    }

    /// The cost lost with one more member: the groups that tolerate no further misses.
    fn loses(&self, planes: &[Vec<u64>], index: usize) -> u64 {
        let (last, before) = (planes.len() - 1, planes.len().checked_sub(2));
        let critical = (0..self.num_words).map(|word| {
            let bears = before.map_or(u64::MAX, |before| planes[before][word]);
            bears & !planes[last][word] & self.missed[index][word]
        });
        self.costs.over(critical)
    }

    /// What `members` can miss in all, as a sum of costs, if they lose `spare` or less.
    fn most_missed(&self, planes: &[Vec<u64>], members: u64, spare: u64) -> u64 {
        let everything: u64 = self.costs.over(std::iter::repeat_n(u64::MAX, self.num_words));
        let (mut most, mut depth) = (members * everything, 0);
        // `left`: misses that groups of this plane still bear
        for (plane, left) in (0..planes.len()).rev().zip(0..members) {
            let exactly = (0..self.num_words).map(|word| {
                let at_least = if plane == 0 { u64::MAX } else { planes[plane - 1][word] };
                at_least & !planes[plane][word]
            });
            let cost = self.costs.over(exactly);
            most -= cost * (members - left);
            if cost > 0 {
                depth = depth.max(members - left);
            }
        }
        most + depth * spare
    }

    /// Checks the last member.
    fn close(&self, planes: &[Vec<u64>], list: &[usize]) -> Result<u64, Failed> {
        let lost = self.costs.over(planes[planes.len() - 1].iter().copied());
        for &index in list {
            let cost = lost + self.loses(planes, index);
            if cost < self.limit {
                return Err(Failed::Refuted(i128::from(cost)));
            }
        }
        Ok(list.len() as u64)
    }
}
