//! Adding the rows of the variables that flipped to the fields of the reads in which they did.

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod avx512;

use super::matrix::{Piece, TILE};
use crate::sampler::annealing::lanes::LANES;
use crate::sampler::annealing::number::Number;
use crate::sampler::isa::Isa;

/// Whose rows are added, times what.
pub(in crate::sampler::annealing) struct Turned<T> {
    /// For each lane a bit for each variable of the tile: whether its row is added.
    pub(super) who: [u64; LANES],
    /// Likewise: whether its spin is +1.
    pub(super) up: [u64; LANES],
    /// What the row is multiplied by where the spin is -1, and where it is +1: 1 or 2 in size, so that products are exact.
    pub(super) values: [T; 2],
}

macro_rules! add_rows {
    ($name:ident, $portable:ident, $type:ty) => {
        /// [`add_rows`] for this type of numbers.
        pub(super) fn $name(
            isa: Isa,
            rows: &[Piece<$type>],
            next: &[Piece<$type>],
            fields: &mut [Piece<$type>],
            turned: &Turned<$type>,
        ) {
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            if isa == Isa::Avx512 && avx512::$name(rows, next, fields, turned) {
                return;
            }
            $portable(isa, rows, fields, turned);
        }
        crate::sampler::isa::dispatch! {
            fn $portable(rows: &[Piece<$type>], fields: &mut [Piece<$type>], turned: &Turned<$type>) = add_rows
        }
    };
}

add_rows!(add_integers, portable_integers, i16);
add_rows!(add_singles, portable_singles, f32);
add_rows!(add_doubles, portable_doubles, f64);

/// Fields that are summed at a time: as many as fit the registers of narrow instruction sets.
const GROUP: usize = 64;

/// Adds to the fields of every lane its rows, in index order.
#[inline(always)]
fn add_rows<T: Number>(rows: &[Piece<T>], fields: &mut [Piece<T>], turned: &Turned<T>) {
    for ((fields, &who), &up) in fields.iter_mut().zip(&turned.who).zip(&turned.up) {
        if who == 0 {
            continue;
        }
        for (group, fields) in fields.0.as_chunks_mut::<GROUP>().0.iter_mut().enumerate() {
            let mut sums = *fields;
            let mut left = who;
            while left != 0 {
                let row = left.trailing_zeros() as usize;
                left &= left - 1;
                let value = turned.values[(up >> row & 1) as usize];
                for (sum, coupling) in sums.iter_mut().zip(&rows[row % TILE].0.as_chunks::<GROUP>().0[group]) {
                    *sum = sum.plus(coupling.times(value));
                }
            }
            *fields = sums;
        }
    }
}

/// Turns bit `i` of word `k` into bit `k` of word `i`.
pub(super) fn transpose(words: &[u64; TILE]) -> [u64; LANES] {
    const { assert!(TILE == 64 && LANES == 64) };
    let mut words = *words;
    // swaps the off-diagonal halves of ever smaller squares
    let mut mask = 0x0000_0000_ffff_ffff_u64;
    let mut half = 32;
    while half > 0 {
        for start in (0..64).step_by(2 * half) {
            for upper in start..start + half {
                let swapped = (words[upper] >> half ^ words[upper + half]) & mask;
                words[upper] ^= swapped << half;
                words[upper + half] ^= swapped;
            }
        }
        half /= 2;
        mask ^= mask << half;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;
    use rand_core::Rng;

    #[test]
    fn transposing_swaps_words_and_bits() {
        let mut stream = stream(1, 0);
        let words: [u64; 64] = std::array::from_fn(|_| stream.next_u64());
        let transposed = transpose(&words);
        for (row, word) in words.iter().enumerate() {
            for (column, other) in transposed.iter().enumerate() {
                assert_eq!(word >> column & 1, other >> row & 1);
            }
        }
    }
}
