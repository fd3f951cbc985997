//! Integer costs of groups, and table lookups for the cost of a set of groups.

/// Upper bound on the sum of all costs, so that every sum of the search fits in 32 bits.
const MAX_TOTAL: f64 = (1u32 << 30) as f64;

/// Finest unit tried: deltas that are multiples of `2^-20` or coarser are kept exactly.
const MAX_EXPONENT: i32 = 20;

/// Integer costs of groups: `floor(delta * scale)`, with a power of two as the scale.
///
/// The costs are exact if all deltas are integers, or multiples of one power of two, and their sum is not too large. If not,
/// they are rounded down, so that sums of costs stay lower bounds.
#[derive(Clone, Debug)]
pub(super) struct Costs {
    units: Vec<u32>,
    /// `tables[b][x]`: the cost of the groups of byte `b` that `x` has set.
    tables: Vec<[u32; 256]>,
    scale: f64,
    is_exact: bool,
    total: u32,
}

/// Weights of groups in 64 bits, and the weight of a set of groups by table.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    tables: Vec<[u64; 256]>,
}

impl Weights {
    /// The weights `units`, one for each group.
    pub(super) fn new(units: &[u64]) -> Self {
        let mut tables = vec![[0; 256]; units.len().div_ceil(64) * 8];
        for (table, units) in tables.iter_mut().zip(units.chunks(8)) {
            for set in 1..1usize << units.len() {
                table[set] = table[set & (set - 1)] + units[set.trailing_zeros() as usize];
            }
        }
        Self { tables }
    }

    /// Weight of the groups in `set`.
    #[inline]
    pub(super) fn weigh(&self, set: &[u64]) -> u64 {
        let of_word = |word: u64, tables: &[[u64; 256]]| -> u64 {
            word.to_le_bytes().iter().zip(tables).map(|(&byte, table)| table[usize::from(byte)]).sum()
        };
        set.iter().zip(self.tables.chunks_exact(8)).map(|(&word, tables)| of_word(word, tables)).sum()
    }
}

impl Costs {
    /// The costs of groups with these deltas, for each of several outputs, all with the same scale.
    pub(super) fn of_outputs(deltas: &[Vec<f64>]) -> Vec<Self> {
        let total: f64 = deltas.iter().flatten().sum();
        let fits = |exponent: i32| total * 2f64.powi(exponent) <= MAX_TOTAL;
        let exact = |exponent: i32| deltas.iter().flatten().all(|delta| (delta * 2f64.powi(exponent)).fract() == 0.0);
        // The finest unit in which the sum still fits.
        let finest = || ((MAX_TOTAL / total).log2().floor() as i32).clamp(f64::MIN_EXP, f64::MAX_EXP - 1);
        let exponent = (0..=MAX_EXPONENT).find(|&exponent| fits(exponent) && exact(exponent)).unwrap_or_else(finest);
        let is_exact = exact(exponent);
        let scale = 2f64.powi(exponent);
        let units = |deltas: &Vec<f64>| deltas.iter().map(|delta| (delta * scale) as u32).collect();
        deltas.iter().map(|deltas| Self { scale, is_exact, ..Self::from_units(units(deltas)) }).collect()
    }

    /// The costs of groups in integer units.
    pub(super) fn from_units(units: Vec<u32>) -> Self {
        let mut tables = vec![[0; 256]; units.len().div_ceil(64) * 8];
        for (table, units) in tables.iter_mut().zip(units.chunks(8)) {
            for set in 1..1usize << units.len() {
                table[set] = table[set & (set - 1)] + units[set.trailing_zeros() as usize];
            }
        }
        Self { total: units.iter().sum(), units, tables, scale: 1.0, is_exact: true }
    }

    /// Number of groups.
    pub(super) fn num_groups(&self) -> usize {
        self.units.len()
    }

    /// Cost of one group.
    pub(super) fn of_group(&self, group: usize) -> u32 {
        self.units[group]
    }

    /// Cost of all groups.
    pub(super) fn total(&self) -> u32 {
        self.total
    }

    /// Whether no delta was rounded.
    pub(super) fn are_exact(&self) -> bool {
        self.is_exact
    }

    /// Converts a cost to a loss.
    pub(super) fn to_loss(&self, cost: u32) -> f64 {
        f64::from(cost) / self.scale
    }

    /// Converts a loss to a cost, rounded up.
    pub(super) fn of_loss(&self, loss: f64) -> u32 {
        (loss * self.scale).ceil() as u32
    }

    /// Cost of the groups in `set`.
    pub(super) fn weigh(&self, set: &[u64]) -> u32 {
        set.iter().zip(self.tables.chunks_exact(8)).map(|(&word, tables)| weigh_word(word, tables)).sum()
    }

    /// Cost of the groups in both sets.
    pub(super) fn weigh_both(&self, left: &[u64], right: &[u64]) -> u32 {
        let words = left.iter().zip(right).zip(self.tables.chunks_exact(8));
        words.map(|((left, right), tables)| weigh_word(left & right, tables)).sum()
    }

    /// Cost of the groups in both sets, if it is below `limit`.
    #[inline]
    pub(super) fn weigh_both_below(&self, left: &[u64], right: &[u64], limit: u32) -> Option<u32> {
        let mut sum = 0;
        for ((left, right), tables) in left.iter().zip(right).zip(self.tables.chunks_exact(8)) {
            sum += weigh_word(left & right, tables);
            if sum >= limit {
                return None;
            }
        }
        (sum < limit).then_some(sum)
    }
}

/// Cost of the groups of one word.
#[inline]
fn weigh_word(word: u64, tables: &[[u32; 256]]) -> u32 {
    word.to_le_bytes().iter().zip(tables).map(|(&byte, table)| table[usize::from(byte)]).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_and_quarters_are_kept_exactly() {
        for deltas in [vec![3.0, 1.0, 400.0], vec![0.25, 3.0, 1.75]] {
            let costs = Costs::of_outputs(std::slice::from_ref(&deltas)).remove(0);
            assert_eq!(costs.to_loss(costs.weigh(&[0b101])), deltas[0] + deltas[2]);
            assert_eq!(costs.to_loss(costs.total()), deltas.iter().sum::<f64>());
        }
    }

    #[test]
    fn other_numbers_are_rounded_down_by_little() {
        for factor in [1e-12, 1.0, 1e12] {
            let deltas: Vec<f64> = (1..100).map(|group| factor * f64::from(group).sqrt()).collect();
            let costs = Costs::of_outputs(std::slice::from_ref(&deltas)).remove(0);
            let sum: f64 = deltas.iter().sum();
            let found = costs.to_loss(costs.weigh(&[u64::MAX, (1 << 35) - 1]));
            assert!(found <= sum && found > sum * (1.0 - 1e-6), "{found} of {sum}");
        }
    }

    #[test]
    fn the_weight_of_an_intersection_is_given_below_the_limit_only() {
        let costs = Costs::from_units((1..=130).collect());
        let (left, right) = ([u64::MAX, 0b11, 0b10], [0b1, u64::MAX, 0b11]);
        assert_eq!(costs.weigh_both_below(&left, &right, 263), Some(1 + 65 + 66 + 130));
        assert_eq!(costs.weigh_both_below(&left, &right, 262), None);
        assert_eq!(costs.weigh_both_below(&left, &right, 0), None);
    }
}
