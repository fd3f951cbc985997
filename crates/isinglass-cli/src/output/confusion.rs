//! Confusion matrices for people: the whole matrix of a few classes, the most frequent confusions of many.

use isinglass::metrics::most_confused;

use super::number::thousands;
use super::table::{Align, table};

/// Classes whose whole matrix is shown as text.
const SHOWN_CLASSES: usize = 12;
/// Confusions that are shown where there are more classes.
const SHOWN_PAIRS: usize = 12;

/// A confusion matrix as a table: what it shows, the names of its columns, and its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfusionTable {
    pub(crate) caption: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// The table of `matrix[true class][predicted class]` on the rows called `which`.
pub(crate) fn confusion_table(which: &str, classes: &[String], matrix: &[Vec<usize>]) -> ConfusionTable {
    if classes.len() <= SHOWN_CLASSES {
        let row = |(class, counts): (&String, &Vec<usize>)| {
            std::iter::once(class.clone()).chain(counts.iter().map(|&count| thousands(count as u64))).collect()
        };
        return ConfusionTable {
            caption: format!("Confusion matrix of {which}: true class down, predicted class across"),
            columns: std::iter::once(String::new()).chain(classes.iter().cloned()).collect(),
            rows: classes.iter().zip(matrix).map(row).collect(),
        };
    }
    let pairs = most_confused(matrix);
    let more = match pairs.len().saturating_sub(SHOWN_PAIRS) {
        0 => String::new(),
        _ => format!(", {SHOWN_PAIRS} of {}", thousands(pairs.len() as u64)),
    };
    let row = |&(truth, predicted, count): &(usize, usize, usize)| {
        vec![classes[truth].clone(), classes[predicted].clone(), thousands(count as u64)]
    };
    ConfusionTable {
        caption: format!("Most frequent confusions of {which}{more}; --json has the whole matrix"),
        columns: ["true class", "predicted class", "rows"].map(str::to_owned).to_vec(),
        rows: pairs.iter().take(SHOWN_PAIRS).map(row).collect(),
    }
}

impl ConfusionTable {
    /// The caption and the table as text.
    pub(crate) fn lines(&self) -> Vec<String> {
        let rows: Vec<Vec<String>> = std::iter::once(self.columns.clone()).chain(self.rows.iter().cloned()).collect();
        let alignment = vec![Align::Right; self.columns.len()];
        std::iter::once(self.caption.clone()).chain(table(&alignment, &rows)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_classes_are_shown_as_a_matrix() {
        let classes = ["a", "b"].map(str::to_owned);
        let lines = confusion_table("the training rows", &classes, &[vec![1_200, 3], vec![0, 40]]).lines();
        insta::assert_snapshot!(lines.join("\n"), @r"
        Confusion matrix of the training rows: true class down, predicted class across
               a   b
        a  1,200   3
        b      0  40
        ");
    }

    #[test]
    fn of_many_classes_the_most_frequent_confusions_are_shown() {
        let classes: Vec<String> = (0..20).map(|class| format!("c{class}")).collect();
        let count = |truth: usize, predicted: usize| if truth == predicted { 50 } else { truth * predicted };
        let matrix: Vec<Vec<usize>> =
            (0..20).map(|truth| (0..20).map(|predicted| count(truth, predicted)).collect()).collect();
        let table = confusion_table("the test rows", &classes, &matrix);
        assert_eq!(table.rows.len(), SHOWN_PAIRS);
        assert_eq!(table.rows[0], ["c18", "c19", "342"]);
        insta::assert_snapshot!(table.caption, @"Most frequent confusions of the test rows, 12 of 342; --json has the whole matrix");
    }
}
