//! Bit-sliced neuron counters: one counter per group.

/// A plane of a block: one bit for each of `64 * WORDS` groups.
pub(super) type Plane<const WORDS: usize> = [u64; WORDS];

/// The planes of a neuron's record that come before its digits.
pub(super) const ACTIVATION: usize = 0;
/// Groups in which `d = 0`: one agreement fewer, and the neuron no longer fires.
pub(super) const AT: usize = 1;
/// Groups in which `d = -1`: one agreement more, and the neuron fires.
pub(super) const BELOW: usize = 2;
/// The first digit.
pub(super) const DIGITS: usize = 3;

/// Planes of a neuron's record.
pub(super) fn record_len(fan_in: usize) -> usize {
    DIGITS + num_digits(fan_in)
}

/// Digits in two's complement for `d = c - ceil(n / 2)`, `c` from 0 to `n`.
fn num_digits(fan_in: usize) -> usize {
    let below = fan_in.div_ceil(2);
    let above = fan_in - below;
    // -2^(k-1) <= -below and above <= 2^(k-1) - 1
    let magnitude = below.max(above + 1).next_power_of_two();
    magnitude.trailing_zeros() as usize + 1
}

/// All bits set or all clear.
#[inline(always)]
pub(super) fn splat(bit: bool) -> u64 {
    0u64.wrapping_sub(u64::from(bit))
}

/// Whether all bits of a plane are clear.
#[inline(always)]
pub(super) fn is_empty<const WORDS: usize>(plane: &Plane<WORDS>) -> bool {
    plane.iter().fold(0, |all, word| all | word) == 0
}

/// A plane computed word by word.
#[inline(always)]
pub(super) fn each<const WORDS: usize>(word: impl Fn(usize) -> u64) -> Plane<WORDS> {
    let mut plane = [0; WORDS];
    for (index, value) in plane.iter_mut().enumerate() {
        *value = word(index);
    }
    plane
}

/// The groups in which a neuron flips when, in the groups of `mask`, one input stops agreeing where it does (`agrees`)
/// and starts where it does not.
#[inline(always)]
pub(super) fn turned<const WORDS: usize>(
    record: &[Plane<WORDS>],
    mask: &Plane<WORDS>,
    agrees: &Plane<WORDS>,
) -> Plane<WORDS> {
    let (at, below) = (&record[AT], &record[BELOW]);
    each(|word| mask[word] & ((agrees[word] & at[word]) | (!agrees[word] & below[word])))
}

/// Moves the counters by one in the groups of `mask`: down where the input agreed, up where it did not.
#[inline(always)]
pub(super) fn step<const WORDS: usize>(digits: &mut [Plane<WORDS>], mask: &Plane<WORDS>, agreed: &Plane<WORDS>) {
    let mut carry = *mask;
    for digit in digits {
        let before = *digit;
        *digit = each(|word| before[word] ^ carry[word]);
        // an addition carries where the digit was set, a subtraction borrows where it was clear
        carry = each(|word| carry[word] & (before[word] ^ agreed[word]));
    }
}

/// Brings activation and margins of a record up to date with its digits; returns the groups whose activation has changed.
#[inline(always)]
pub(super) fn settle<const WORDS: usize>(record: &mut [Plane<WORDS>]) -> Plane<WORDS> {
    let (head, digits) = record.split_at_mut(DIGITS);
    let (mut any, mut all) = ([0; WORDS], [u64::MAX; WORDS]);
    for digit in &*digits {
        any = each(|word| any[word] | digit[word]);
        all = each(|word| all[word] & digit[word]);
    }
    let sign = &digits[digits.len() - 1];
    let changed = each(|word| head[ACTIVATION][word] ^ !sign[word]);
    head[ACTIVATION] = each(|word| !sign[word]);
    head[AT] = each(|word| !any[word]);
    head[BELOW] = all;
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_walks_through_all_its_values_and_back() {
        for fan_in in 1..40usize {
            let threshold = fan_in.div_ceil(2) as i64;
            let mut record = vec![[0u64; 1]; record_len(fan_in)];
            let start = -threshold;
            for (digit, plane) in record[DIGITS..].iter_mut().enumerate() {
                plane[0] = splat(start >> digit & 1 == 1);
            }
            settle(&mut record);
            let check = |record: &[[u64; 1]], count: i64| {
                let all = |bit: bool| [splat(bit)];
                assert_eq!(record[ACTIVATION], all(count >= threshold), "{count} of {fan_in}");
                assert_eq!(record[AT], all(count == threshold), "{count} of {fan_in}");
                assert_eq!(record[BELOW], all(count == threshold - 1), "{count} of {fan_in}");
            };
            for count in 0..fan_in as i64 {
                check(&record, count);
                step(&mut record[DIGITS..], &[u64::MAX], &[0]);
                let changed = settle(&mut record);
                assert_eq!(changed, [splat(count + 1 == threshold)]);
            }
            for count in (1..=fan_in as i64).rev() {
                check(&record, count);
                step(&mut record[DIGITS..], &[u64::MAX], &[u64::MAX]);
                settle(&mut record);
            }
            check(&record, 0);
        }
    }
}
