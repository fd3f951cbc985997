//! The majority-class baseline.

use super::{BaselineError, LabelledBits};

/// Predicts the most frequent training class for every input; ties go to the smallest class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Majority {
    class: u32,
}

impl Majority {
    /// Finds the majority class.
    ///
    /// # Errors
    /// [`BaselineError::NoTrainingRows`] without rows.
    pub fn fit(train: &LabelledBits<'_>) -> Result<Self, BaselineError> {
        let mut counts = vec![0usize; train.num_classes()];
        for &label in train.labels() {
            counts[label as usize] += 1;
        }
        let classes = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let most = classes.max_by_key(|&(class, count)| (count, std::cmp::Reverse(class)));
        let (class, _) = most.ok_or(BaselineError::NoTrainingRows)?;
        Ok(Self { class: class as u32 })
    }

    /// The predicted class.
    #[must_use]
    pub fn class(&self) -> u32 {
        self.class
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;

    #[test]
    fn the_smallest_of_equally_frequent_classes_wins() {
        let inputs = BitMatrix::zeros(5, 1);
        let train = LabelledBits::new(&inputs, &[3, 2, 3, 1, 2], 5).unwrap();
        assert_eq!(Majority::fit(&train).unwrap().class(), 2);
    }
}
