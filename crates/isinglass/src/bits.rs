//! Bit-packed matrices, used for inputs, weights and activations.

use serde::{Deserialize, Serialize};

/// A bit matrix, `num_rows × num_columns`, with each row packed into whole `u64` words.
///
/// Bit `b` encodes the spin `2b - 1`: a set bit is `+1`, a clear bit is `-1`. Column `c` of a row is bit `c % 64` of
/// word `c / 64`. Bits past the last column are always zero, so code can compare and count whole words.
///
/// # Examples
/// ```
/// use isinglass::bits::BitMatrix;
/// let mut bits = BitMatrix::zeros(2, 3);
/// bits.set(1, 2, true);
/// assert!(bits.get(1, 2) && !bits.get(0, 2));
/// assert_eq!(bits.row(1), [0b100]);
/// ```
///
/// Serialised as one hexadecimal string a row, `ceil(num_columns / 8)` bytes, bit `c` of the row being bit `c % 8` of byte
/// `c / 8`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "HexRows", into = "HexRows")]
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

    /// The matrix with these rows of equal length.
    ///
    /// # Panics
    /// When the rows differ in length.
    ///
    /// # Examples
    /// ```
    /// use isinglass::bits::BitMatrix;
    /// let bits = BitMatrix::from_rows(&[[true, false, true], [false, false, true]]);
    /// assert_eq!((bits.num_rows(), bits.row(0)), (2, &[0b101][..]));
    /// ```
    #[must_use]
    pub fn from_rows<R: AsRef<[bool]>>(rows: &[R]) -> Self {
        let num_columns = rows.first().map_or(0, |row| row.as_ref().len());
        for (index, row) in rows.iter().enumerate() {
            let length = row.as_ref().len();
            assert_eq!(length, num_columns, "row {index} has {length} bits, but row 0 has {num_columns}");
        }
        Self::from_fn(rows.len(), num_columns, |row, column| rows[row].as_ref()[column])
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

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HexRows {
    num_columns: usize,
    rows: Vec<String>,
}

/// Why packed text is not a valid bit matrix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BitsError {
    /// A row has the wrong number of hexadecimal digits.
    #[error("row {row} of packed bits has {found} hexadecimal digits, but {num_columns} columns take {expected}")]
    Length {
        /// The row, from 0.
        row: usize,
        /// Number of digits found.
        found: usize,
        /// Columns.
        num_columns: usize,
        /// Number of digits expected.
        expected: usize,
    },
    /// A row contains a character that is not hexadecimal, or a bit past the last column.
    #[error("row {row} of packed bits is not hexadecimal, or has bits past column {num_columns}")]
    Digits {
        /// The row, from 0.
        row: usize,
        /// Columns.
        num_columns: usize,
    },
}

impl From<BitMatrix> for HexRows {
    fn from(bits: BitMatrix) -> Self {
        let hex_row = |row: usize| {
            let bytes = bits.row(row).iter().flat_map(|word| word.to_le_bytes());
            bytes.take(bits.num_columns.div_ceil(8)).map(|byte| format!("{byte:02x}")).collect()
        };
        Self { num_columns: bits.num_columns, rows: (0..bits.num_rows).map(hex_row).collect() }
    }
}

impl TryFrom<HexRows> for BitMatrix {
    type Error = BitsError;

    fn try_from(fields: HexRows) -> Result<Self, BitsError> {
        let num_columns = fields.num_columns;
        let mut bits = Self::zeros(0, num_columns);
        for (row, text) in fields.rows.iter().enumerate() {
            let expected = 2 * num_columns.div_ceil(8);
            if text.len() != expected {
                return Err(BitsError::Length { row, found: text.len(), num_columns, expected });
            }
            let mut words = vec![0u64; bits.words_per_row];
            for (place, digits) in text.as_bytes().chunks_exact(2).enumerate() {
                let digit = |digit: u8| char::from(digit).to_digit(16);
                let (Some(high), Some(low)) = (digit(digits[0]), digit(digits[1])) else {
                    return Err(BitsError::Digits { row, num_columns });
                };
                let byte = high << 4 | low;
                words[place / 8] |= u64::from(byte) << (place % 8 * 8);
            }
            let used = num_columns % 64;
            if used != 0 && words.last().is_some_and(|last| last >> used != 0) {
                return Err(BitsError::Digits { row, num_columns });
            }
            bits.push_row(&words);
        }
        Ok(bits)
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

    #[test]
    fn bits_survive_their_text_and_damaged_text_is_refused() {
        for num_columns in [1, 7, 8, 9, 64, 65, 130] {
            let bits = BitMatrix::from_fn(2, num_columns, |row, column| (row + column * 3) % 5 < 2);
            let text = serde_json::to_string(&bits).unwrap();
            assert_eq!(serde_json::from_str::<BitMatrix>(&text).unwrap(), bits);
        }
        let message = |text: &str| serde_json::from_str::<BitMatrix>(text).unwrap_err().to_string();
        insta::assert_snapshot!(message(r#"{"num_columns":3,"rows":["0"]}"#), @"row 0 of packed bits has 1 hexadecimal digits, but 3 columns take 2");
        insta::assert_snapshot!(message(r#"{"num_columns":3,"rows":["07","08"]}"#), @"row 1 of packed bits is not hexadecimal, or has bits past column 3");
        insta::assert_snapshot!(message(r#"{"num_columns":3,"rows":["+7"]}"#), @"row 0 of packed bits is not hexadecimal, or has bits past column 3");
    }
}
