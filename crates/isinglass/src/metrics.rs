//! Classification metrics.

use serde::Serialize;

/// Number of misclassified rows, out of all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Score {
    /// Misclassified rows.
    pub errors: usize,
    /// All rows.
    pub num_rows: usize,
}

impl Score {
    /// Counts the rows where `predicted` and `labels` differ.
    ///
    /// # Panics
    /// When they differ in length.
    #[must_use]
    pub fn of(predicted: &[u32], labels: &[u32]) -> Self {
        assert_eq!(predicted.len(), labels.len(), "one prediction for each label");
        let errors = predicted.iter().zip(labels).filter(|(predicted, label)| predicted != label).count();
        Self { errors, num_rows: labels.len() }
    }

    /// Accuracy, 0 to 1; 1 for an empty set.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        if self.num_rows == 0 { 1.0 } else { (self.num_rows - self.errors) as f64 / self.num_rows as f64 }
    }
}

/// Confusion matrix: `matrix[true class][predicted class]`, in numbers of rows.
///
/// # Panics
/// When lengths differ or a label is not a class.
#[must_use]
pub fn confusion_matrix(predicted: &[u32], labels: &[u32], num_classes: usize) -> Vec<Vec<usize>> {
    assert_eq!(predicted.len(), labels.len(), "one prediction for each label");
    let mut matrix = vec![vec![0; num_classes]; num_classes];
    for (&predicted, &label) in predicted.iter().zip(labels) {
        matrix[label as usize][predicted as usize] += 1;
    }
    matrix
}

/// Confused pairs of classes, `(true class, predicted class, number of rows)`, the most frequent first; ties are in
/// class order.
#[must_use]
pub fn most_confused(confusion: &[Vec<usize>]) -> Vec<(usize, usize, usize)> {
    let of_class = |(truth, counts): (usize, &Vec<usize>)| {
        let pair = move |(predicted, &count): (usize, &usize)| (truth, predicted, count);
        counts.iter().enumerate().map(pair).collect::<Vec<_>>()
    };
    let mut pairs: Vec<(usize, usize, usize)> = confusion.iter().enumerate().flat_map(of_class).collect();
    pairs.retain(|&(truth, predicted, count)| truth != predicted && count > 0);
    pairs.sort_by_key(|&(truth, predicted, count)| (std::cmp::Reverse(count), truth, predicted));
    pairs
}

/// Confusion matrices of the training and test rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// `train[true class][predicted class]`, numbers of training rows.
    pub train: Vec<Vec<usize>>,
    /// The same for the test rows; absent without test rows.
    pub test: Option<Vec<Vec<usize>>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_accuracy_count_rows() {
        let score = Score::of(&[0, 1, 1, 2], &[0, 1, 0, 2]);
        assert_eq!((score.errors, score.accuracy()), (1, 0.75));
        assert_eq!(confusion_matrix(&[0, 1, 1, 2], &[0, 1, 0, 2], 3), [[1, 1, 0], [0, 1, 0], [0, 0, 1]]);
    }

    #[test]
    fn the_most_frequent_confusions_come_first() {
        let matrix = vec![vec![9, 1, 0], vec![4, 9, 4], vec![0, 2, 9]];
        assert_eq!(most_confused(&matrix), [(1, 0, 4), (1, 2, 4), (2, 1, 2), (0, 1, 1)]);
    }
}
