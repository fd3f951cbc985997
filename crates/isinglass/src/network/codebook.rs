//! Output codes: a codeword for each class, and decoding outputs into classes.

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

    /// Codewords of the classes, `num_classes × num_outputs`.
    #[must_use]
    pub fn codewords(&self) -> &BitMatrix {
        &self.codewords
    }

    /// Whether the code is one-hot: class `c` has output `c` at `+1` and all others at `-1`. The predicted class is
    /// then that of the largest pre-activation ([`winner`]).
    #[must_use]
    pub fn is_one_hot(&self) -> bool {
        self.num_classes() == self.num_outputs()
            && (0..self.num_classes()).all(|class| {
                (0..self.num_outputs()).all(|output| self.codewords.get(class, output) == (class == output))
            })
    }

    /// Encodes labels as target bits, `rows × num_outputs`.
    ///
    /// # Panics
    /// When a label is not a class.
    #[must_use]
    pub fn targets(&self, labels: &[u32]) -> BitMatrix {
        let order: Vec<usize> = labels.iter().map(|&label| label as usize).collect();
        self.codewords.select_rows(&order)
    }

    /// Decodes pre-activations into a class: the nearest codeword in Hamming distance; ties go to the larger margin
    /// `sum_o y_o p_o` (`y` the codeword's spins, `p` the pre-activations), then to the smaller index.
    ///
    /// # Panics
    /// When the number of pre-activations differs from the number of outputs.
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
        let best = |class: &usize| {
            let ClassScore { distance, margin } = self.score(*class, preactivations);
            (distance, -margin)
        };
        (0..self.num_classes()).min_by_key(best).map_or(0, |class| class as u32)
    }

    /// Scores how well pre-activations match the codeword of a class.
    ///
    /// # Panics
    /// When the number of pre-activations differs from the number of outputs, or the class does not exist.
    #[must_use]
    pub fn score(&self, class: usize, preactivations: &[i64]) -> ClassScore {
        assert_eq!(preactivations.len(), self.num_outputs(), "one pre-activation for each output");
        let mut score = ClassScore { distance: 0, margin: 0 };
        for (output, &preactivation) in preactivations.iter().enumerate() {
            let target = self.codewords.get(class, output);
            score.distance += i64::from(target != (preactivation >= 0));
            score.margin += if target { preactivation } else { -preactivation };
        }
        score
    }
}

/// Score of a class: the predicted class has the smallest distance, then the largest margin, then the smallest index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ClassScore {
    /// Hamming distance from the codeword.
    pub distance: i64,
    /// `sum_o y_o p_o`, with the codeword's spins `y` and the pre-activations `p`.
    pub margin: i64,
}

/// Decodes the pre-activations of a one-hot code into a class, like [`Codebook::predict`]: the first of the largest.
///
/// An output that fires has a larger pre-activation than one that does not, so the nearest codewords are those of the outputs that fire, or
/// all of them if none does; and the margin `2 p_c - sum_o p_o` of class `c` grows with its pre-activation.
///
/// # Examples
/// ```
/// assert_eq!(isinglass::network::winner(&[-3, 1, 1]), 1);
/// ```
#[must_use]
pub fn winner(preactivations: &[i64]) -> usize {
    let mut best = 0;
    for (class, &preactivation) in preactivations.iter().enumerate() {
        if preactivation > preactivations[best] {
            best = class;
        }
    }
    best
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

    proptest::proptest! {
        #[test]
        fn the_nearest_one_hot_codeword_is_that_of_the_largest_preactivation(
            preactivations in proptest::collection::vec(-4i64..4, 3..7),
        ) {
            let codebook = Codebook::for_classes(preactivations.len());
            proptest::prop_assert_eq!(codebook.predict(&preactivations) as usize, winner(&preactivations));
        }
    }
}
