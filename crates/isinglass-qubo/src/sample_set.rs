//! Sets of samples whose energies are always recomputed on the problem that the user gave.

use crate::model::Bqm;

/// One distinct or repeated sample of a [`SampleSet`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// One value per variable, in the vartype of the problem.
    pub sample: &'a [i8],
    /// Energy on the problem, offset included.
    pub energy: f64,
}

/// Why values are no samples of a problem.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SampleSetError {
    /// A row is too short or too long.
    #[error("sample {row} has {found} values, but the problem has {expected} variables")]
    WrongLength {
        /// The row, from 0.
        row: usize,
        /// Its length.
        found: usize,
        /// The number of variables.
        expected: usize,
    },
    /// A value that the vartype does not have.
    #[error("sample {row} has value {value} for variable {variable}, but {vartype} variables take {low} and {high}")]
    WrongValue {
        /// The row, from 0.
        row: usize,
        /// The variable.
        variable: usize,
        /// Its value.
        value: i8,
        /// The vartype's name.
        vartype: &'static str,
        /// The lower value.
        low: i8,
        /// The higher value.
        high: i8,
    },
}

/// Samples of one problem in the order of the reads, with their energies.
///
/// The constructor computes every energy from the problem itself: what a sampler believes about its samples is never shown.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleSet {
    num_variables: usize,
    values: Vec<i8>,
    energies: Vec<f64>,
}

impl SampleSet {
    /// Samples of `bqm`, each checked for length and values, with energies computed here.
    ///
    /// # Errors
    /// [`SampleSetError`] for the first row that is not a sample of `bqm`.
    pub fn from_samples<S: AsRef<[i8]>>(
        bqm: &Bqm,
        samples: impl IntoIterator<Item = S>,
    ) -> Result<Self, SampleSetError> {
        let expected = bqm.num_variables();
        let [low, high] = bqm.vartype().values();
        let mut set = Self { num_variables: expected, values: Vec::new(), energies: Vec::new() };
        for (row, sample) in samples.into_iter().enumerate() {
            let sample = sample.as_ref();
            if sample.len() != expected {
                return Err(SampleSetError::WrongLength { row, found: sample.len(), expected });
            }
            if let Some(variable) = sample.iter().position(|&value| value != low && value != high) {
                let (value, vartype) = (sample[variable], bqm.vartype().name());
                return Err(SampleSetError::WrongValue { row, variable, value, vartype, low, high });
            }
            set.values.extend_from_slice(sample);
            set.energies.push(bqm.energy(sample));
        }
        Ok(set)
    }

    /// Takes samples of a problem with the energies that [`Bqm::energy`] gave for them.
    pub(crate) fn with_energies(bqm: &Bqm, samples: impl IntoIterator<Item = (Vec<i8>, f64)>) -> Self {
        let mut set = Self { num_variables: bqm.num_variables(), values: Vec::new(), energies: Vec::new() };
        for (sample, energy) in samples {
            debug_assert_eq!((sample.len(), bqm.energy(&sample)), (bqm.num_variables(), energy));
            set.values.extend_from_slice(&sample);
            set.energies.push(energy);
        }
        set
    }

    /// Adds the samples of another set of the same problem, with the energies that its constructor computed.
    pub(crate) fn append(&mut self, mut other: Self) {
        debug_assert_eq!(self.num_variables, other.num_variables);
        self.values.append(&mut other.values);
        self.energies.append(&mut other.energies);
    }

    /// Number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.energies.len()
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.energies.is_empty()
    }

    /// Number of variables of the problem.
    #[must_use]
    pub fn num_variables(&self) -> usize {
        self.num_variables
    }

    /// Energies in the order of the reads.
    #[must_use]
    pub fn energies(&self) -> &[f64] {
        &self.energies
    }

    /// Sample `index` and its energy.
    ///
    /// # Panics
    /// When `index` is out of range.
    #[must_use]
    pub fn row(&self, index: usize) -> Row<'_> {
        let start = index * self.num_variables;
        Row { sample: &self.values[start..start + self.num_variables], energy: self.energies[index] }
    }

    /// All samples in the order of the reads.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.len()).map(|index| self.row(index))
    }

    /// The sample of least energy, the first one among equals; `None` for an empty set.
    #[must_use]
    pub fn best(&self) -> Option<Row<'_>> {
        (0..self.len())
            .min_by(|&left, &right| self.energies[left].total_cmp(&self.energies[right]))
            .map(|i| self.row(i))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};

    fn problem() -> Bqm {
        let mut builder = BqmBuilder::new(Vartype::Spin, 2);
        builder.add_quadratic(0, 1, 1.0);
        builder.add_offset(0.25);
        builder.build().unwrap()
    }

    #[test]
    fn energies_come_from_the_problem() {
        let set = SampleSet::from_samples(&problem(), [[1, 1], [1, -1], [-1, 1]]).unwrap();
        assert_eq!(set.energies(), [1.25, -0.75, -0.75]);
        assert_eq!(set.best().unwrap().sample, [1, -1]);
    }

    #[test]
    fn a_value_outside_the_vartype_is_refused_with_its_place() {
        let error = SampleSet::from_samples(&problem(), [[1, 1], [1, 0]]).unwrap_err();
        assert_eq!(error.to_string(), "sample 1 has value 0 for variable 1, but SPIN variables take -1 and 1");
    }

    #[test]
    fn a_short_sample_is_refused() {
        let error = SampleSet::from_samples(&problem(), [vec![1]]).unwrap_err();
        assert_eq!(error.to_string(), "sample 0 has 1 values, but the problem has 2 variables");
    }
}
