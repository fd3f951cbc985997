//! The a1a data set, for tests. The files are not part of the repository; without them these tests are skipped.

use crate::bits::BitMatrix;

/// Rows of a LIBSVM file: whether the label is `+1`, and which features (counted from 1) are set.
pub(crate) struct Rows(Vec<(bool, Vec<usize>)>);

impl Rows {
    /// The file `name`, if it is there.
    pub(crate) fn read(name: &str) -> Option<Self> {
        let path = format!("{}/../../../shared/data/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).ok()?;
        let row = |line: &str| {
            let mut fields = line.split_whitespace();
            let label = fields.next().unwrap() == "+1";
            (label, fields.map(|field| field.split(':').next().unwrap().parse().unwrap()).collect())
        };
        Some(Self(text.lines().map(row).collect()))
    }

    /// The features whose mean lies strictly between two numbers.
    pub(crate) fn features_between(&self, above: f64, below: f64) -> Vec<usize> {
        let mean = |id: usize| self.0.iter().filter(|(_, ids)| ids.contains(&id)).count() as f64 / self.0.len() as f64;
        (1..=123).filter(|&id| mean(id) > above && mean(id) < below).collect()
    }

    /// Input bits, `rows × features`.
    pub(crate) fn inputs(&self, features: &[usize]) -> BitMatrix {
        BitMatrix::from_fn(self.0.len(), features.len(), |row, column| self.0[row].1.contains(&features[column]))
    }

    /// Class 1 for a label of `+1`.
    pub(crate) fn labels(&self) -> Vec<u32> {
        self.0.iter().map(|(label, _)| u32::from(*label)).collect()
    }
}
