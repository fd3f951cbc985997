//! Which output bits stand for which class, and which class an output names.

use crate::bits::BitMatrix;
use serde::{Deserialize, Serialize};

/// A codeword of output bits for each class, `num_classes × num_outputs`.
///
/// Two classes take one output: class 0 is `-1`, class 1 is `+1`. More classes take one output each (one-hot).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codebook {
    codewords: BitMatrix,
}

impl Codebook {
    /// The default codebook for `num_classes` classes.
    #[must_use]
    pub fn for_classes(num_classes: usize) -> Self {
        let codewords = if num_classes <= 2 {
            BitMatrix::from_fn(num_classes, 1, |class, _| class == 1)
        } else {
            BitMatrix::from_fn(num_classes, num_classes, |class, output| class == output)
        };
        Self { codewords }
    }

    /// Number of classes.
    #[must_use]
    pub fn num_classes(&self) -> usize {
        self.codewords.num_rows()
    }

    /// Number of output bits.
    #[must_use]
    pub fn num_outputs(&self) -> usize {
        self.codewords.num_columns()
    }

    /// Target bits of rows with these classes, `rows × num_outputs`.
    ///
    /// # Panics
    /// When a label is no class.
    #[must_use]
    pub fn targets(&self, labels: &[u32]) -> BitMatrix {
        let order: Vec<usize> = labels.iter().map(|&label| label as usize).collect();
        self.codewords.select_rows(&order)
    }

    /// The class that outputs with these pre-activations name: the nearest codeword in Hamming distance; among equally near
    /// ones the larger margin `sum_o y_o p_o` (`y` the codeword's spins, `p` the pre-activations), then the smaller index.
    ///
    /// # Panics
    /// When there is not one pre-activation for each output.
    ///
    /// # Examples
    /// ```
    /// # use isinglass::network::Codebook;
    /// let codebook = Codebook::for_classes(3);
    /// assert_eq!(codebook.predict(&[-1, 3, -3]), 1);
    /// assert_eq!(codebook.predict(&[1, 3, -3]), 1); // two outputs fire: the stronger one wins
    /// ```
    #[must_use]
    pub fn predict(&self, preactivations: &[i64]) -> u32 {
        assert_eq!(preactivations.len(), self.num_outputs(), "one pre-activation for each output");
        let score = |class: usize| {
            let (mut distance, mut margin) = (0, 0);
            for (output, &preactivation) in preactivations.iter().enumerate() {
                let target = self.codewords.get(class, output);
                distance += i64::from(target != (preactivation >= 0));
                margin += if target { preactivation } else { -preactivation };
            }
            (distance, -margin)
        };
        (0..self.num_classes()).min_by_key(|&class| score(class)).map_or(0, |class| class as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_classes_take_one_output_and_a_tie_is_the_upper_class() {
        let codebook = Codebook::for_classes(2);
        assert_eq!(codebook.num_outputs(), 1);
        assert_eq!([codebook.predict(&[-2]), codebook.predict(&[0]), codebook.predict(&[2])], [0, 1, 1]);
    }

    #[test]
    fn when_no_output_fires_the_least_negative_one_wins() {
        assert_eq!(Codebook::for_classes(4).predict(&[-5, -3, -1, -7]), 2);
        assert_eq!(Codebook::for_classes(3).predict(&[-5, -5, -5]), 0);
    }
}
