//! Bit-sliced groups of rows.

use super::counter::{Plane, each};
use crate::bits::BitMatrix;
use crate::task::{Groups, Objective};
use isinglass_qubo::sampler::common_divisor;

/// Maximum number of digits of a delta: with more digits, popcounts are not faster than a sum over groups.
const MAX_DIGITS: u32 = 20;

/// The groups in blocks of `64 * WORDS`. The last block is filled up with the first groups again, at no weight: they turn
/// over when these do, so that a block in which nothing flips is seen to be one.
#[derive(Clone, Debug)]
pub(super) struct Slices<const WORDS: usize> {
    pub(super) num_blocks: usize,
    pub(super) num_outputs: usize,
    /// `inputs[block * fan_in + input]`, the constant of the bias last.
    pub(super) inputs: Vec<Plane<WORDS>>,
    pub(super) fan_in: usize,
    /// `targets[block * num_outputs + output]`.
    pub(super) targets: Vec<Plane<WORDS>>,
    pub(super) deltas: Deltas<WORDS>,
    pub(super) constant: f64,
    pub(super) objective: Objective,
}

/// Cost of a wrong output, or of predicting each class, in each group.
#[derive(Clone, Debug)]
pub(super) enum Deltas<const WORDS: usize> {
    /// Multiples of `unit`: digit `k` of output `o` in block `b` is `digits[(b * num_outputs + o) * num_digits + k]`.
    Multiples { unit: f64, num_digits: usize, digits: Vec<Plane<WORDS>> },
    /// Any numbers: that of bit `i` is `reals[(b * num_outputs + o) * 64 * WORDS + i]`.
    Reals(Vec<f64>),
}

/// A sum of deltas, in the form that they have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally<const WORDS: usize> {
    /// In two's complement.
    multiples: Plane<WORDS>,
    real: f64,
}

impl<const WORDS: usize> Tally<WORDS> {
    pub(super) const ZERO: Self = Self { multiples: [0; WORDS], real: 0.0 };
}

impl<const WORDS: usize> Slices<WORDS> {
    pub(super) fn new(groups: &Groups, bias: bool) -> Self {
        let block_size = 64 * WORDS;
        let num_blocks = groups.len().div_ceil(block_size);
        let (num_inputs, num_outputs) = (groups.inputs.num_columns(), groups.targets.num_columns());
        let fan_in = num_inputs + usize::from(bias);
        let planes = |bits: &BitMatrix, num_columns: usize| -> Vec<Plane<WORDS>> {
            let plane = |place: usize| {
                let (block, column) = (place / num_columns, place % num_columns);
                let is_set = |group: usize| column >= bits.num_columns() || bits.get(group % groups.len(), column);
                each(|word| {
                    let first = block * block_size + 64 * word;
                    (0..64).fold(0, |plane, bit| plane | u64::from(is_set(first + bit)) << bit)
                })
            };
            (0..num_blocks * num_columns).map(plane).collect()
        };
        let inputs = planes(&groups.inputs, fan_in);
        let targets = planes(&groups.targets, num_outputs);
        let deltas = Deltas::new(groups, num_blocks);
        let (constant, objective) = (groups.constant, groups.objective);
        Self { num_blocks, num_outputs, inputs, fan_in, targets, deltas, constant, objective }
    }

    /// Adds to `tally` the cost of flipping an output in the groups of `mask`; `activation` is its value before the
    /// flip.
    #[inline(always)]
    pub(super) fn turn(
        &self,
        tally: &mut Tally<WORDS>,
        block: usize,
        output: usize,
        mask: &Plane<WORDS>,
        activation: &Plane<WORDS>,
    ) {
        let place = block * self.num_outputs + output;
        let target = &self.targets[place];
        let worse = each(|word| mask[word] & !(activation[word] ^ target[word]));
        let better = each(|word| mask[word] & (activation[word] ^ target[word]));
        self.add(tally, place, &worse, &better);
    }

    /// Adds to `tally` the deltas at a place of the groups of `worse`, and subtracts those of the groups of `better`.
    #[inline(always)]
    pub(super) fn add(&self, tally: &mut Tally<WORDS>, place: usize, worse: &Plane<WORDS>, better: &Plane<WORDS>) {
        match &self.deltas {
            Deltas::Multiples { num_digits, digits, .. } => {
                let mut sum = [0u64; WORDS];
                // the highest digit first, so that each one doubles the sum before it
                for digit in digits[place * num_digits..][..*num_digits].iter().rev() {
                    sum = each(|word| {
                        let lost = u64::from((worse[word] & digit[word]).count_ones());
                        let won = u64::from((better[word] & digit[word]).count_ones());
                        (sum[word] << 1).wrapping_add(lost).wrapping_sub(won)
                    });
                }
                tally.multiples = each(|word| tally.multiples[word].wrapping_add(sum[word]));
            }
            Deltas::Reals(reals) => {
                let reals = &reals[place * 64 * WORDS..(place + 1) * 64 * WORDS];
                for word in 0..WORDS {
                    let mut rest = worse[word] | better[word];
                    while rest != 0 {
                        let bit = rest.trailing_zeros() as usize;
                        rest &= rest - 1;
                        let delta = reals[64 * word + bit];
                        tally.real += if worse[word] >> bit & 1 == 1 { delta } else { -delta };
                    }
                }
            }
        }
    }

    /// A tally as loss.
    #[inline(always)]
    pub(super) fn to_loss(&self, tally: &Tally<WORDS>) -> f64 {
        match self.deltas {
            Deltas::Multiples { unit, .. } => {
                let sum = tally.multiples.iter().fold(0u64, |sum, &word| sum.wrapping_add(word));
                unit * sum.cast_signed() as f64
            }
            Deltas::Reals(_) => tally.real,
        }
    }
}

impl<const WORDS: usize> Tally<WORDS> {
    #[inline(always)]
    pub(super) fn add(&mut self, other: &Self) {
        self.multiples = each(|word| self.multiples[word].wrapping_add(other.multiples[word]));
        self.real += other.real;
    }
}

impl<const WORDS: usize> Deltas<WORDS> {
    fn new(groups: &Groups, num_blocks: usize) -> Self {
        let num_outputs = groups.targets.num_columns();
        let block_size = 64 * WORDS;
        let delta = |place: usize, bit: usize| {
            let group = place / num_outputs * block_size + bit;
            if group < groups.len() { groups.delta(group, place % num_outputs) } else { 0.0 }
        };
        let largest = groups.deltas.iter().copied().fold(0.0, f64::max);
        let unit = common_divisor(|| groups.deltas.iter().copied());
        match unit.filter(|unit| largest / unit < f64::from(1u32 << MAX_DIGITS)) {
            Some(unit) => {
                let num_digits = ((largest / unit) as u64).ilog2() as usize + 1;
                let digit = |index: usize| {
                    let (place, shift) = (index / num_digits, index % num_digits);
                    each(|word| {
                        (0..64).fold(0, |plane, bit| {
                            let multiple = (delta(place, 64 * word + bit) / unit) as u64;
                            plane | (multiple >> shift & 1) << bit
                        })
                    })
                };
                let digits = (0..num_blocks * num_outputs * num_digits).map(digit).collect();
                Self::Multiples { unit, num_digits, digits }
            }
            None => {
                let places = 0..num_blocks * num_outputs;
                Self::Reals(places.flat_map(|place| (0..block_size).map(move |bit| delta(place, bit))).collect())
            }
        }
    }
}
