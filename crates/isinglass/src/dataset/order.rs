//! Row order: unchanged, or shuffled from a seed.

use std::fmt;
use std::str::FromStr;

use rand_core::{Rng, SeedableRng};
use rand_mt::Mt;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::error::DatasetError;

/// Row order. As text: `none`, `numpy:2`, `seed:5`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// The order of the file.
    #[default]
    None,
    /// [`numpy_shuffle`] with this seed.
    Numpy(u32),
    /// [`seeded_shuffle`] with this seed.
    Seeded(u64),
}

impl Order {
    /// The indices 0 to `n - 1` in this order.
    #[must_use]
    pub fn indices(self, n: usize) -> Vec<usize> {
        match self {
            Self::None => (0..n).collect(),
            Self::Numpy(seed) => numpy_shuffle(n, seed),
            Self::Seeded(seed) => seeded_shuffle(n, seed),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Numpy(seed) => write!(f, "numpy:{seed}"),
            Self::Seeded(seed) => write!(f, "seed:{seed}"),
        }
    }
}

impl FromStr for Order {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        let order = match text.split_once(':') {
            None if text == "none" => Some(Self::None),
            Some(("numpy", seed)) => seed.parse().ok().map(Self::Numpy),
            Some(("seed", seed)) => seed.parse().ok().map(Self::Seeded),
            _ => None,
        };
        order.ok_or_else(|| DatasetError::Option {
            value: text.to_owned(),
            expected: "an order: none, numpy:SEED (up to 4294967295) or seed:SEED",
        })
    }
}

/// The indices 0 to `n - 1` as NumPy's `RandomState(seed).shuffle(numpy.arange(n))` leaves them.
///
/// The generator is MT19937. From the last place down to the second, each swaps with a place not behind it, drawn by
/// masking a 32-bit number (64-bit where the place needs it) to the bits of the place and drawing again while it is too
/// large.
///
/// # Examples
/// ```
/// assert_eq!(isinglass::dataset::order::numpy_shuffle(10, 2), [4, 1, 5, 0, 7, 2, 3, 6, 9, 8]);
/// ```
#[must_use]
pub fn numpy_shuffle(n: usize, seed: u32) -> Vec<usize> {
    let mut generator = Mt::new(seed);
    fisher_yates(n, |largest| match u32::try_from(largest) {
        Ok(_) => u64::from(generator.next_u32()),
        Err(_) => u64::from(generator.next_u32()) << 32 | u64::from(generator.next_u32()),
    })
}

/// The indices 0 to `n - 1` in a uniformly random order drawn from `seed` by xoshiro256++.
#[must_use]
pub fn seeded_shuffle(n: usize, seed: u64) -> Vec<usize> {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
    fisher_yates(n, |_| generator.next_u64())
}

/// Shuffles with numbers from `draw`, which is told the largest number needed.
fn fisher_yates(n: usize, mut draw: impl FnMut(u64) -> u64) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        let largest = last as u64;
        let mask = u64::MAX >> largest.leading_zeros();
        let chosen = loop {
            let number = draw(largest) & mask;
            if number <= largest {
                break number as usize;
            }
        };
        indices.swap(last, chosen);
    }
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sum of `index[k] * (k + 1)`: changes with every swap of different values.
    fn weighted_sum(indices: &[usize]) -> usize {
        indices.iter().enumerate().map(|(place, index)| index * (place + 1)).sum()
    }

    #[test]
    fn numpy_orders_are_those_of_numpy() {
        // numpy 2.4: RandomState(seed).shuffle(arange(n)); first ten and weighted sum.
        let cases: [(usize, u32, [usize; 10], usize); 5] = [
            (10, 2, [4, 1, 5, 0, 7, 2, 3, 6, 9, 8], 298),
            (10, 0, [2, 8, 4, 9, 1, 6, 7, 3, 0, 5], 230),
            (1605, 2, [336, 1508, 770, 204, 1236, 649, 590, 1315, 114, 1305], 1_034_313_533),
            (1605, u32::MAX, [1420, 1112, 843, 785, 968, 364, 1597, 1474, 943, 1360], 1_032_425_015),
            (1000, 12345, [144, 833, 270, 468, 962, 186, 942, 516, 286, 458], 247_866_174),
        ];
        for (n, seed, first, sum) in cases {
            let indices = numpy_shuffle(n, seed);
            assert_eq!(indices[..10], first, "seed {seed}");
            assert_eq!(weighted_sum(&indices), sum, "seed {seed}");
        }
        assert_eq!(numpy_shuffle(2, 7), [0, 1]);
    }

    #[test]
    fn no_row_and_one_row_have_one_order() {
        assert!(numpy_shuffle(0, 1).is_empty());
        assert_eq!(numpy_shuffle(1, 7), [0]);
        assert_eq!(seeded_shuffle(1, 7), [0]);
    }

    #[test]
    fn a_seeded_order_is_a_permutation_that_stays_the_same() {
        let order = seeded_shuffle(1000, 5);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1000).collect::<Vec<_>>());
        assert_eq!(order, seeded_shuffle(1000, 5));
        assert_ne!(order, seeded_shuffle(1000, 6));
        assert_eq!(seeded_shuffle(8, 1), [2, 6, 7, 1, 4, 0, 5, 3]);
    }

    #[test]
    fn every_order_of_three_is_about_equally_frequent() {
        let mut counts = std::collections::HashMap::new();
        for seed in 0..6000 {
            *counts.entry(seeded_shuffle(3, seed)).or_insert(0) += 1;
        }
        // 1,000 expected; five standard deviations of a binomial are 144.
        assert!(counts.len() == 6 && counts.values().all(|count| (856..=1144).contains(count)), "{counts:?}");
    }

    #[test]
    fn orders_are_read_as_they_are_written() {
        for text in ["none", "numpy:2", "seed:18446744073709551615"] {
            assert_eq!(text.parse::<Order>().unwrap().to_string(), text);
        }
        let error = "numpy:4294967296".parse::<Order>().unwrap_err();
        insta::assert_snapshot!(error, @r#""numpy:4294967296" is not an order: none, numpy:SEED (up to 4294967295) or seed:SEED"#);
    }
}
