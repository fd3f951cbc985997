//! Classification errors in bit-sliced form: the output with the largest counter.

use super::{Layer, State, Turn};
use crate::evaluation::Weight;
use crate::evaluation::counter::{ACTIVATION, DIGITS, Plane, each, is_empty, splat, step};
use crate::evaluation::slices::Tally;

/// What evaluations of classes hold beside counters.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes<const WORDS: usize> {
    /// Groups in which a class wins: that of class `c` in block `b` is `winners[b * num_classes + c]`.
    winners: Vec<Plane<WORDS>>,
    /// The same for one block, with counters that are tried.
    tried: Vec<Plane<WORDS>>,
    /// Digits of all outputs that are tried, and of the largest one so far.
    outputs: Vec<Plane<WORDS>>,
    largest: Vec<Plane<WORDS>>,
}

/// Sets `winners` to the groups in which each class has the largest counter, the first of equal ones. Digits are in two's complement, the
/// lowest first, as many for each class, class after class.
#[inline(always)]
fn find_winners<const WORDS: usize>(
    outputs: &[Plane<WORDS>],
    num_digits: usize,
    largest: &mut Vec<Plane<WORDS>>,
    winners: &mut [Plane<WORDS>],
) {
    largest.clear();
    largest.extend_from_slice(&outputs[..num_digits]);
    winners[0] = [u64::MAX; WORDS];
    for (digits, winner) in outputs.chunks_exact(num_digits).zip(winners.iter_mut()).skip(1) {
        let (mut greater, mut equal) = ([0; WORDS], [u64::MAX; WORDS]);
        // a set sign makes a number smaller, any other set digit makes it larger
        let mut sign = u64::MAX;
        for (digit, other) in digits.iter().zip(largest.iter()).rev() {
            greater = each(|word| greater[word] | (equal[word] & (digit[word] ^ sign) & !(other[word] ^ sign)));
            equal = each(|word| equal[word] & !(digit[word] ^ other[word]));
            sign = 0;
        }
        for (digit, other) in digits.iter().zip(largest.iter_mut()) {
            *other = each(|word| (digit[word] & greater[word]) | (other[word] & !greater[word]));
        }
        *winner = greater;
    }
    // so far each plane has the groups in which a class beats those before it
    let mut later = [0; WORDS];
    for winner in winners.iter_mut().rev() {
        let beats = *winner;
        *winner = each(|word| beats[word] & !later[word]);
        later = each(|word| later[word] | beats[word]);
    }
}

impl<const WORDS: usize> State<'_, WORDS> {
    /// Finds the winners of a block for the first time, and adds what they cost.
    pub(super) fn count_classes(&mut self, block: usize) {
        let num_classes = self.slices.num_outputs;
        self.classes.winners.resize((block + 1) * num_classes, [0; WORDS]);
        let mut tally = Tally::ZERO;
        self.settle_classes(block, &mut tally);
        self.tally.add(&tally);
    }

    /// Brings the winners of a block up to date with its counters, and adds to `tally` what that costs.
    #[inline(always)]
    pub(super) fn settle_classes(&mut self, block: usize, tally: &mut Tally<WORDS>) {
        self.gather_outputs(block);
        self.try_winners(block, tally);
        let num_classes = self.slices.num_outputs;
        self.classes.winners[block * num_classes..][..num_classes].copy_from_slice(&self.classes.tried);
    }

    /// Adds to `tally` the cost in a block of flipping a weight of an output.
    #[inline(always)]
    pub(super) fn try_output(&mut self, block: usize, weight: Weight, agrees: &Plane<WORDS>, tally: &mut Tally<WORDS>) {
        self.gather_outputs(block);
        let num_digits = self.layers[weight.layer].record - DIGITS;
        let digits = &mut self.classes.outputs[weight.neuron * num_digits..][..num_digits];
        step(digits, &[u64::MAX; WORDS], agrees);
        self.try_winners(block, tally);
    }

    /// Adds to `tally` the cost in a block of flipping a hidden neuron.
    #[inline(always)]
    pub(super) fn follow_classes(&mut self, block: usize, layer: usize, turn: Turn<WORDS>, tally: &mut Tally<WORDS>) {
        let last = self.layers.len() - 1;
        let (mut turns, mut next) = (std::mem::take(&mut self.turns[0]), std::mem::take(&mut self.turns[1]));
        let mut digits = std::mem::take(&mut self.digits);
        turns.clear();
        turns.push(turn);
        for index in layer + 1..last {
            next.clear();
            let above = &self.layers[index];
            for (neuron, record) in above.records(&self.planes[block * self.stride..]).enumerate() {
                digits.clear();
                digits.extend_from_slice(&record[DIGITS..]);
                for turn in &turns {
                    step(&mut digits, &turn.mask, &turn.agreed(self.bits[above.place(neuron, turn.neuron)]));
                }
                let (sign, activation) = (&digits[digits.len() - 1], record[ACTIVATION]);
                let mask = each(|word| activation[word] ^ !sign[word]);
                if !is_empty(&mask) {
                    next.push(Turn { neuron, mask, activation });
                }
            }
            std::mem::swap(&mut turns, &mut next);
        }
        if !turns.is_empty() {
            self.gather_outputs(block);
            let outputs = &self.layers[last];
            let digits = self.classes.outputs.chunks_exact_mut(outputs.record - DIGITS);
            for (neuron, digits) in digits.enumerate() {
                for turn in &turns {
                    step(digits, &turn.mask, &turn.agreed(self.bits[outputs.place(neuron, turn.neuron)]));
                }
            }
            self.try_winners(block, tally);
        }
        self.turns = [turns, next];
        self.digits = digits;
    }

    /// Copies the digits of all outputs in a block.
    #[inline(always)]
    fn gather_outputs(&mut self, block: usize) {
        self.classes.outputs.clear();
        let outputs = &self.layers[self.layers.len() - 1];
        for record in outputs.records(&self.planes[block * self.stride..]) {
            self.classes.outputs.extend_from_slice(&record[DIGITS..]);
        }
    }

    /// Finds the winners of the gathered outputs, and adds to `tally` what they cost more than those before.
    #[inline(always)]
    fn try_winners(&mut self, block: usize, tally: &mut Tally<WORDS>) {
        let num_classes = self.slices.num_outputs;
        let num_digits = self.layers[self.layers.len() - 1].record - DIGITS;
        let Classes { winners, tried, outputs, largest } = &mut self.classes;
        tried.resize(num_classes, [splat(false); WORDS]);
        find_winners(outputs, num_digits, largest, tried);
        for (class, (new, old)) in tried.iter().zip(&winners[block * num_classes..]).enumerate() {
            let gained: Plane<WORDS> = each(|word| new[word] & !old[word]);
            let lost: Plane<WORDS> = each(|word| old[word] & !new[word]);
            self.slices.add(tally, block * num_classes + class, &gained, &lost);
        }
    }
}

impl Layer {
    /// The records of this layer, given the planes of a block and all after it.
    #[inline(always)]
    fn records<'a, const WORDS: usize>(&self, planes: &'a [Plane<WORDS>]) -> impl Iterator<Item = &'a [Plane<WORDS>]> {
        planes[self.start..].chunks_exact(self.record).take(self.width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_the_largest_counters_wins() {
        // counters of three classes from -4 to 3 in all combinations, 64 to a word
        let value = |index: usize, class: u32| (index / 8usize.pow(class) % 8) as i64 - 4;
        let mut outputs = vec![[0u64; 8]; 9];
        for index in 0..512 {
            for class in 0..3 {
                for digit in 0..3 {
                    let bit = value(index, class) >> digit & 1;
                    outputs[class as usize * 3 + digit][index / 64] |= (bit as u64) << (index % 64);
                }
            }
        }
        let (mut largest, mut winners) = (Vec::new(), vec![[0u64; 8]; 3]);
        find_winners(&outputs, 3, &mut largest, &mut winners);
        for index in 0..512 {
            let values = [0, 1, 2].map(|class| value(index, class));
            let expected = crate::network::winner(&values);
            for (class, winner) in winners.iter().enumerate() {
                assert_eq!(winner[index / 64] >> (index % 64) & 1 == 1, class == expected, "{values:?}");
            }
        }
    }
}
