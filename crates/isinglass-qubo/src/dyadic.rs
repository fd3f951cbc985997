//! Floating-point numbers as integers times powers of two, and sums of them without rounding.

/// Fraction bits of an `f64`.
const FRACTION_BITS: u32 = 52;
/// The exponent of the smallest positive `f64`.
const LEAST_EXPONENT: i32 = -1074;

/// An odd integer and an exponent with `value = integer * 2^exponent`; `None` for zero. `value` must be finite.
///
/// # Examples
/// ```
/// use isinglass_qubo::dyadic::decode;
/// assert_eq!((decode(-0.75), decode(0.0)), (Some((-3, -2)), None));
/// ```
#[must_use]
pub fn decode(value: f64) -> Option<(i64, i32)> {
    let bits = value.to_bits();
    let (field, fraction) = ((bits >> FRACTION_BITS & 0x7ff) as i32, (bits & ((1 << FRACTION_BITS) - 1)) as i64);
    let (mantissa, exponent) = match field {
        0 => (fraction, LEAST_EXPONENT),
        _ => (fraction | 1 << FRACTION_BITS, field - 1075),
    };
    if mantissa == 0 {
        return None;
    }
    let zeros = mantissa.trailing_zeros();
    let odd = mantissa >> zeros;
    Some((if value < 0.0 { -odd } else { odd }, exponent + zeros as i32))
}

/// `value * 2^exponent`, in steps that stay within the range of `f64`.
#[must_use]
pub fn scale(mut value: f64, mut exponent: i32) -> f64 {
    while exponent != 0 {
        let step = exponent.clamp(-1000, 1000);
        value *= 2f64.powi(step);
        exponent -= step;
    }
    value
}

/// Whether every sum of some of these finite numbers, with any signs and in any order, is free of rounding: all of them are multiples
/// of a power of two, and their absolute values add up to at most `2^52` times it.
///
/// # Examples
/// ```
/// use isinglass_qubo::dyadic::sums_are_exact;
/// assert!(sums_are_exact([0.25, -3.0, 1e9].into_iter()));
/// assert!(!sums_are_exact([0.1, 0.2].into_iter()) && !sums_are_exact([1e20, 1.0].into_iter()));
/// ```
#[must_use]
pub fn sums_are_exact(values: impl Iterator<Item = f64> + Clone) -> bool {
    match values.clone().filter_map(decode).map(|(_, exponent)| exponent).min() {
        None => true,
        // a rounded total is off by little: 2^52 leaves a factor of two
        Some(unit) => values.fold(0.0, |sum, value| sum + scale(value.abs(), -unit)) <= (1u64 << 52) as f64,
    }
}

/// A sum in twice the precision of `f64`: fast, and nearly always enough to round the exact sum.
///
/// # References
/// T. Ogita, S. M. Rump, S. Oishi, *Accurate sum and dot product*, SIAM J. Sci. Comput. 26 (2005).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DoubledSum {
    high: f64,
    low: f64,
    /// Sum of absolute terms.
    total: f64,
    count: f64,
}

impl DoubledSum {
    /// Adds a finite number.
    #[inline]
    pub(crate) fn add(&mut self, value: f64) {
        let sum = self.high + value;
        // the rounding error (D. E. Knuth's TwoSum)
        let back = sum - self.high;
        self.low += (self.high - (sum - back)) + (value - back);
        self.high = sum;
        self.total += value.abs();
        self.count += 1.0;
    }

    /// The nearest `f64` to the exact sum, where twice the precision tells it.
    pub(crate) fn nearest(&self) -> Option<f64> {
        // the errors, fewer than `count` and each below an epsilon of the total, were rounded as often when they were added
        let share = self.count * f64::EPSILON;
        let error = 2.0 * share * share * self.total;
        let least = self.high + (self.low - error).next_down();
        let most = self.high + (self.low + error).next_up();
        (least == most && self.total.is_finite()).then_some(least)
    }
}

/// Bits of a limb.
const LIMB_BITS: usize = 32;
/// Limbs for all bits of an `f64` (`2^-1074` to `2^1024`), and a margin that holds sums of `2^60` of them.
const NUM_LIMBS: usize = 69;
/// So many additions cannot overflow a limb.
const ADDITIONS: u32 = 1 << 30;

/// A sum of `f64`s without rounding, whatever their sizes: a fixed-point number with all bits that an `f64` can have.
///
/// # References
/// U. Kulisch, *Computer Arithmetic and Validity* (2008), on long accumulators.
#[derive(Clone, Debug)]
pub(crate) struct ExactSum {
    /// `sum_k limbs[k] * 2^(32 k - 1074)`.
    limbs: [i64; NUM_LIMBS],
    num_additions: u32,
}

impl Default for ExactSum {
    fn default() -> Self {
        Self { limbs: [0; NUM_LIMBS], num_additions: 0 }
    }
}

impl ExactSum {
    /// Adds a finite number.
    pub(crate) fn add(&mut self, value: f64) {
        debug_assert!(value.is_finite());
        if self.num_additions == ADDITIONS {
            self.carry();
        }
        self.num_additions += 1;
        let Some((odd, exponent)) = decode(value) else { return };
        let place = (exponent - LEAST_EXPONENT) as usize;
        // at most 53 + 31 bits
        let shifted = u128::from(odd.unsigned_abs()) << (place % LIMB_BITS);
        let limbs = self.limbs[place / LIMB_BITS..].iter_mut().take(3);
        for (limb, part) in limbs.zip([shifted, shifted >> LIMB_BITS, shifted >> (2 * LIMB_BITS)]) {
            let part = i64::from(part as u32);
            *limb += if odd < 0 { -part } else { part };
        }
    }

    /// Brings all limbs but the last into `0..2^32`.
    fn carry(&mut self) {
        let mut carry = 0;
        for limb in &mut self.limbs[..NUM_LIMBS - 1] {
            let sum = *limb + carry;
            *limb = sum & ((1 << LIMB_BITS) - 1);
            carry = sum >> LIMB_BITS;
        }
        self.limbs[NUM_LIMBS - 1] += carry;
        self.num_additions = 1;
    }

    /// The same number in its only form.
    fn normalized(&self) -> [i64; NUM_LIMBS] {
        let mut sum = self.clone();
        sum.carry();
        sum.limbs
    }

    /// The nearest `f64`, of two the even one.
    pub(crate) fn nearest(&self) -> f64 {
        self.rounded(|is_odd, half, rest, _| half && (rest || is_odd))
    }

    /// The largest `f64` that is not above.
    pub(crate) fn below(&self) -> f64 {
        self.rounded(|_, half, rest, is_negative| is_negative && (half || rest))
    }

    /// The number rounded away from zero if `away` says so, from the last bit kept, the first one dropped, whether any other is
    /// set, and the sign.
    fn rounded(&self, away: impl Fn(bool, bool, bool, bool) -> bool) -> f64 {
        let mut limbs = self.normalized();
        let is_negative = limbs[NUM_LIMBS - 1] < 0;
        if is_negative {
            let mut negated = Self { limbs: limbs.map(|limb| -limb), num_additions: 1 };
            negated.carry();
            limbs = negated.limbs;
        }
        let Some(top) = limbs.iter().rposition(|&limb| limb != 0) else { return 0.0 };
        let last = top * LIMB_BITS + limbs[top].ilog2() as usize;
        let bit = |place: usize| limbs[place / LIMB_BITS] >> (place % LIMB_BITS) & 1 == 1;
        let low = last.saturating_sub(FRACTION_BITS as usize);
        let mantissa = (low..=last).rev().fold(0u64, |mantissa, place| mantissa << 1 | u64::from(bit(place)));
        let half = low > 0 && bit(low - 1);
        let rest = low > 1 && (0..low - 1).any(bit);
        let mantissa = mantissa + u64::from(away(mantissa & 1 == 1, half, rest, is_negative));
        let magnitude = scale(mantissa as f64, low as i32 + LEAST_EXPONENT);
        match (is_negative, magnitude.is_finite()) {
            (true, _) => -magnitude,
            (false, true) => magnitude,
            (false, false) if away(true, true, false, false) => f64::INFINITY,
            (false, false) => f64::MAX,
        }
    }
}

impl PartialEq for ExactSum {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ExactSum {}

impl PartialOrd for ExactSum {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ExactSum {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.normalized().iter().rev().cmp(other.normalized().iter().rev())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(values: &[f64]) -> ExactSum {
        let mut sum = ExactSum::default();
        values.iter().for_each(|&value| sum.add(value));
        sum
    }

    fn any_finite() -> impl Strategy<Value = f64> {
        any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |value| value.is_finite() && value.abs() < 1e300)
    }

    fn doubled(values: &[f64]) -> Option<f64> {
        let mut sum = DoubledSum::default();
        values.iter().for_each(|&value| sum.add(value));
        sum.nearest()
    }

    #[test]
    fn twice_the_precision_rounds_tenths_and_knows_where_it_is_not_enough() {
        assert_eq!(doubled(&[0.1; 10]), Some(1.0));
        assert_eq!(doubled(&[0.1, 0.2, 0.3]), Some(sum(&[0.1, 0.2, 0.3]).nearest()));
        let half = f64::EPSILON / 2.0;
        assert_eq!((doubled(&[1.0, half]), doubled(&[1.0, half, 5e-324])), (None, None));
        assert_eq!(doubled(&[f64::MAX, f64::MAX, f64::MIN]), None);
    }

    #[test]
    fn one_number_comes_back_bit_for_bit() {
        for value in [0.0, 1.0, -1.0, 0.1, -0.1, 5e-324, -5e-324, f64::MIN_POSITIVE, f64::MAX, f64::MIN, 1e308] {
            assert_eq!((sum(&[value]).nearest(), sum(&[value]).below()), (value, value));
        }
    }

    #[test]
    fn a_small_number_survives_beside_a_large_one() {
        assert_eq!(sum(&[1e300, 1.0, -1e300]).nearest(), 1.0);
        assert_eq!(sum(&[f64::MAX, f64::MAX, f64::MIN, 5e-324, f64::MIN]).nearest(), 5e-324);
        assert!(sum(&[1e20, 1.0]) > sum(&[1e20]) && sum(&[-1e20, -1.0]) < sum(&[-1e20]));
    }

    #[test]
    fn a_half_is_rounded_to_even_and_down_where_asked() {
        let ulp = f64::EPSILON;
        assert_eq!(sum(&[1.0, ulp / 2.0]).nearest(), 1.0);
        assert_eq!(sum(&[1.0 + ulp, ulp / 2.0]).nearest(), 1.0 + 2.0 * ulp);
        assert_eq!(sum(&[1.0, ulp / 2.0, 5e-324]).nearest(), 1.0 + ulp);
        assert_eq!(sum(&[1.0, ulp / 2.0, 5e-324]).below(), 1.0);
        assert_eq!(sum(&[-1.0, -5e-324]).below(), -1.0 - ulp);
        assert_eq!(sum(&[-1.0, -5e-324]).nearest(), -1.0);
    }

    #[test]
    fn sums_beyond_the_largest_number_are_told() {
        assert_eq!((sum(&[f64::MAX; 3]).nearest(), sum(&[f64::MAX; 3]).below()), (f64::INFINITY, f64::MAX));
        assert_eq!(
            (sum(&[f64::MIN; 3]).nearest(), sum(&[f64::MIN; 3]).below()),
            (f64::NEG_INFINITY, f64::NEG_INFINITY)
        );
    }

    #[test]
    fn sums_of_small_integers_are_exact_and_those_of_tenths_and_of_numbers_far_apart_are_not() {
        let exact = |values: &[f64]| sums_are_exact(values.iter().copied());
        assert!(exact(&[]) && exact(&[0.0]) && exact(&[3.0, -8.5]) && exact(&[1e300]) && exact(&[5e-324]));
        assert!(!exact(&[0.1, 3.0]) && !exact(&[1e20, 1.0]) && !exact(&[1.0, 1e-300]) && !exact(&[1e16, 1.0]));
    }

    proptest! {
        #[test]
        fn sums_agree_with_those_in_128_bits(values in proptest::collection::vec(-1i64 << 53..1i64 << 53, 0..40), shift in 0i32..60) {
            let exact: i128 = values.iter().enumerate().map(|(index, &value)| i128::from(value) << (index % 60)).sum();
            let scaled = values.iter().enumerate().map(|(index, &value)| scale(value as f64, index as i32 % 60 - shift));
            let scaled: Vec<f64> = scaled.collect();
            let found = sum(&scaled);
            prop_assert!(doubled(&scaled).is_none_or(|doubled| doubled == found.nearest()));
            prop_assert_eq!(found.nearest(), scale(exact as f64, -shift));
            let below = scale(found.below(), shift);
            prop_assert!(below as i128 <= exact && (below == exact as f64 || below.next_up() == exact as f64));
        }

        #[test]
        fn the_order_of_terms_does_not_matter(mut values in proptest::collection::vec(any_finite(), 0..30)) {
            let forth = sum(&values);
            values.reverse();
            prop_assert_eq!(&forth, &sum(&values));
            let mut back = forth.clone();
            values.iter().for_each(|&value| back.add(-value));
            prop_assert_eq!(&back, &ExactSum::default());
        }

        #[test]
        fn numbers_compare_as_their_sums_do(left in any_finite(), right in any_finite()) {
            prop_assert_eq!(sum(&[left]).cmp(&sum(&[right])), left.partial_cmp(&right).unwrap());
        }
    }
}
