//! Rows of bits packed into 64-bit words: the form in which inputs, weights and activations travel.

use serde::{Deserialize, Serialize};

/// A matrix of bits, `num_rows × num_columns`, each row packed into whole `u64` words.
///
/// Bit `b` stands for the spin `2b - 1`: a set bit is `+1`, a clear one `-1`. Column `c` of a row is bit `c % 64` of
/// its word `c / 64`; bits past the last column are always zero, so that whole words can be compared and counted.
///
/// # Examples
/// ```
/// use isinglass::bits::BitMatrix;
/// let mut bits = BitMatrix::zeros(2, 3);
/// bits.set(1, 2, true);
/// assert!(bits.get(1, 2) && !bits.get(0, 2));
/// assert_eq!(bits.row(1), [0b100]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BitMatrix {
    num_rows: usize,
    num_columns: usize,
    words_per_row: usize,
    words: Vec<u64>,
}

impl BitMatrix {
    /// A matrix of `num_rows × num_columns` clear bits.
    #[must_use]
    pub fn zeros(num_rows: usize, num_columns: usize) -> Self {
        let words_per_row = num_columns.div_ceil(64);
        Self { num_rows, num_columns, words_per_row, words: vec![0; num_rows * words_per_row] }
    }

    /// The matrix whose bit at `(row, column)` is `bit(row, column)`.
    pub fn from_fn(num_rows: usize, num_columns: usize, mut bit: impl FnMut(usize, usize) -> bool) -> Self {
        let mut bits = Self::zeros(num_rows, num_columns);
        for row in 0..num_rows {
            for column in 0..num_columns {
                if bit(row, column) {
                    bits.set(row, column, true);
                }
            }
        }
        bits
    }

    /// Number of rows.
    #[must_use]
    pub fn num_rows(&self) -> usize {
        self.num_rows
    }

    /// Number of columns: bits in a row.
    #[must_use]
    pub fn num_columns(&self) -> usize {
        self.num_columns
    }

    /// Number of 64-bit words that hold one row.
    #[must_use]
    pub fn words_per_row(&self) -> usize {
        self.words_per_row
    }

    /// The bit at `(row, column)`.
    ///
    /// # Panics
    /// When `row` or `column` is out of range.
    #[must_use]
    pub fn get(&self, row: usize, column: usize) -> bool {
        assert!(column < self.num_columns, "column {column} of {}", self.num_columns);
        self.row(row)[column / 64] >> (column % 64) & 1 == 1
    }

    /// The spin at `(row, column)`: `+1` for a set bit, `-1` for a clear one.
    ///
    /// # Panics
    /// When `row` or `column` is out of range.
    #[must_use]
    pub fn spin(&self, row: usize, column: usize) -> i8 {
        if self.get(row, column) { 1 } else { -1 }
    }

    /// Sets the bit at `(row, column)`.
    ///
    /// # Panics
    /// When `row` or `column` is out of range.
    pub fn set(&mut self, row: usize, column: usize, bit: bool) {
        assert!(column < self.num_columns, "column {column} of {}", self.num_columns);
        let word = &mut self.words[row * self.words_per_row + column / 64];
        let mask = 1 << (column % 64);
        if bit {
            *word |= mask;
        } else {
            *word &= !mask;
        }
    }

    /// The words of one row; bits past the last column are zero.
    ///
    /// # Panics
    /// When `row` is out of range.
    #[must_use]
    pub fn row(&self, row: usize) -> &[u64] {
        assert!(row < self.num_rows, "row {row} of {}", self.num_rows);
        &self.words[row * self.words_per_row..(row + 1) * self.words_per_row]
    }

    /// The rows named by `order`, in that order; a row may be named more than once.
    ///
    /// # Panics
    /// When an index is out of range.
    #[must_use]
    pub fn select_rows(&self, order: &[usize]) -> Self {
        let mut words = Vec::with_capacity(order.len() * self.words_per_row);
        for &row in order {
            words.extend_from_slice(self.row(row));
        }
        Self { num_rows: order.len(), num_columns: self.num_columns, words_per_row: self.words_per_row, words }
    }

    /// The bitwise complement of one row, with the bits past the last column left zero.
    ///
    /// # Panics
    /// When `row` is out of range.
    #[must_use]
    pub fn complement_of_row(&self, row: usize) -> Vec<u64> {
        let mut words: Vec<u64> = self.row(row).iter().map(|word| !word).collect();
        if let Some(last) = words.last_mut() {
            let used = self.num_columns % 64;
            if used != 0 {
                *last &= (1 << used) - 1;
            }
        }
        words
    }

    /// Appends a row given as packed words.
    ///
    /// # Panics
    /// When `words` is not one row long or has bits past the last column.
    pub fn push_row(&mut self, words: &[u64]) {
        assert_eq!(words.len(), self.words_per_row, "a row has {} words", self.words_per_row);
        let used = self.num_columns % 64;
        if used != 0 {
            assert!(words[words.len() - 1] >> used == 0, "bits past column {}", self.num_columns);
        }
        self.words.extend_from_slice(words);
        self.num_rows += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_survive_packing_on_both_sides_of_a_word() {
        let bits = BitMatrix::from_fn(3, 130, |row, column| (row * 7 + column * 3) % 5 == 0);
        for row in 0..3 {
            for column in 0..130 {
                assert_eq!(bits.get(row, column), (row * 7 + column * 3) % 5 == 0);
            }
        }
    }

    #[test]
    fn the_complement_leaves_the_padding_clear() {
        let bits = BitMatrix::from_fn(1, 65, |_, column| column % 2 == 0);
        let complement = bits.complement_of_row(0);
        assert_eq!(complement[1], 0);
        assert_eq!(complement[0] ^ bits.row(0)[0], u64::MAX);
    }
}
