//! Votes: the row weight of each class in each group.

use crate::bits::BitMatrix;
use crate::exact::demand::Demand;
use std::collections::BTreeMap;

/// Distinct inputs, with the gain of predicting each class for them.
///
/// The cost of a network is `total` minus its gain. In every group, the class with the smallest gain has gain zero.
pub(super) struct Votes {
    /// `G × n_0`.
    pub(super) inputs: BitMatrix,
    /// `G × num_classes` in integer units, group after group.
    gains: Vec<u32>,
    pub(super) num_classes: usize,
    /// Total gain of the best predictions.
    pub(super) total: u32,
}

impl Votes {
    /// Votes of groups by class: the gain of a class is its cost advantage over the worst class.
    pub(super) fn new(demand: &Demand) -> Self {
        let num_classes = demand.costs.len();
        let cost = |group: usize, class: usize| demand.costs[class].of_group(group);
        let (mut gains, mut total) = (Vec::with_capacity(demand.len() * num_classes), 0);
        for group in 0..demand.len() {
            let worst = (0..num_classes).map(|class| cost(group, class)).max().unwrap_or(0);
            total += worst;
            gains.extend((0..num_classes).map(|class| worst - cost(group, class)));
        }
        Self { inputs: demand.inputs.clone(), gains, num_classes, total }
    }

    /// Number of groups.
    pub(super) fn len(&self) -> usize {
        self.inputs.num_rows()
    }

    /// Gain of each class in a group.
    pub(super) fn of_group(&self, group: usize) -> &[u32] {
        &self.gains[group * self.num_classes..][..self.num_classes]
    }

    /// What answers cost at least that give the groups of each cell at most `num_answers` classes.
    ///
    /// Each group of a cell wins with its answer at most what all these classes win in it, so the cell wins at most the sum of the
    /// `num_answers` largest sums of a class.
    pub(super) fn bound(&self, cells: &[u32], num_cells: usize, num_answers: usize) -> u32 {
        if num_answers >= self.num_classes {
            return 0;
        }
        let mut sums = vec![0u32; num_cells * self.num_classes];
        for (gains, &cell) in self.gains.chunks_exact(self.num_classes).zip(cells) {
            let sums = &mut sums[cell as usize * self.num_classes..][..self.num_classes];
            for (sum, gain) in sums.iter_mut().zip(gains) {
                *sum += gain;
            }
        }
        let won: u32 = if num_answers == 1 {
            sums.chunks_exact(self.num_classes).map(|sums| sums.iter().copied().max().unwrap_or(0)).sum()
        } else {
            let largest = |sums: &mut [u32]| {
                sums.sort_unstable_by(|left, right| right.cmp(left));
                sums[..num_answers].iter().sum::<u32>()
            };
            sums.chunks_exact_mut(self.num_classes).map(largest).sum()
        };
        self.total.saturating_sub(won)
    }

    /// The votes that are left once a layer has given each group a code of `width` bits, and what is lost already: groups with equal codes
    /// get equal answers.
    pub(super) fn behind(&self, codes: impl Iterator<Item = u32>, width: usize) -> (Self, u32) {
        let mut merged: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (gains, code) in self.gains.chunks_exact(self.num_classes).zip(codes) {
            let sums = merged.entry(code).or_insert_with(|| vec![0; self.num_classes]);
            for (sum, gain) in sums.iter_mut().zip(gains) {
                *sum += gain;
            }
        }
        let (mut inputs, mut gains, mut total, mut won) = (Vec::new(), Vec::new(), 0, 0);
        for (code, sums) in merged {
            let (least, most) = (sums.iter().copied().min().unwrap_or(0), sums.iter().copied().max().unwrap_or(0));
            won += most;
            if least < most {
                total += most - least;
                inputs.push(code);
                gains.extend(sums.iter().map(|sum| sum - least));
            }
        }
        let left = Self {
            inputs: BitMatrix::from_fn(inputs.len(), width, |group, bit| inputs[group] >> bit & 1 == 1),
            gains,
            num_classes: self.num_classes,
            total,
        };
        (left, self.total - won)
    }
}
