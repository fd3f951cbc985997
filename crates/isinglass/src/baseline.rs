//! Baselines to compare the accuracy of a trained network with.

mod gradient;
mod linear;
mod majority;

pub use gradient::{GradientRun, GradientTrainer};
pub use linear::{LinearModel, LinearTrainer};
pub use majority::Majority;

use crate::bits::BitMatrix;
use crate::network::{Architecture, Codebook};
use isinglass_qubo::sampler::{RunControl, SampleStatus};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Input bits, `N × n_0`, with a class label for each row.
#[derive(Clone, Copy, Debug)]
pub struct LabelledBits<'a> {
    inputs: &'a BitMatrix,
    labels: &'a [u32],
    num_classes: usize,
}

/// Why a baseline cannot be evaluated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The numbers of input rows and labels differ.
    #[error("{inputs} rows of inputs, but {labels} labels")]
    RowsDiffer {
        /// Rows of inputs.
        inputs: usize,
        /// Number of labels.
        labels: usize,
    },
    /// A label is not a class.
    #[error("the label of row {row} is {label}, but there are {num_classes} classes, counted from 0")]
    Label {
        /// The row, from 0.
        row: usize,
        /// Its label.
        label: u32,
        /// Number of classes.
        num_classes: usize,
    },
    /// The training set is empty.
    #[error("there are no rows to train on")]
    NoTrainingRows,
    /// Two arguments have sizes that do not match.
    #[error("{what} is {found}, but must be {expected}")]
    Mismatch {
        /// The quantity that differs.
        what: &'static str,
        /// Its value.
        found: usize,
        /// The expected value.
        expected: usize,
    },
    /// A parameter is outside its range.
    #[error("{name} is {value}, but must be {allowed}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// The value given.
        value: f64,
        /// The allowed values.
        allowed: &'static str,
    },
}

impl<'a> LabelledBits<'a> {
    /// Pairs input rows with their classes `0..num_classes`.
    ///
    /// # Errors
    /// [`BaselineError`] when the numbers of rows differ or a label is not a class.
    pub fn new(inputs: &'a BitMatrix, labels: &'a [u32], num_classes: usize) -> Result<Self, BaselineError> {
        if inputs.num_rows() != labels.len() {
            return Err(BaselineError::RowsDiffer { inputs: inputs.num_rows(), labels: labels.len() });
        }
        if let Some(row) = labels.iter().position(|&label| label as usize >= num_classes) {
            return Err(BaselineError::Label { row, label: labels[row], num_classes });
        }
        Ok(Self { inputs, labels, num_classes })
    }

    /// Inputs, `N × n_0`.
    #[must_use]
    pub fn inputs(&self) -> &'a BitMatrix {
        self.inputs
    }

    /// Classes, `N`.
    #[must_use]
    pub fn labels(&self) -> &'a [u32] {
        self.labels
    }

    /// Number of classes.
    #[must_use]
    pub fn num_classes(&self) -> usize {
        self.num_classes
    }

    /// The accuracy of `predict` on these rows, 0 to 1; `None` when there are no rows.
    pub fn accuracy(&self, mut predict: impl FnMut(usize) -> u32) -> Option<f64> {
        let right = (0..self.labels.len()).filter(|&row| predict(row) == self.labels[row]).count();
        (!self.labels.is_empty()).then(|| right as f64 / self.labels.len() as f64)
    }

    /// Rows with equal inputs, merged.
    fn count(&self) -> Counted {
        let mut index_of: HashMap<&[u64], usize> = HashMap::new();
        let mut inputs = BitMatrix::zeros(0, self.inputs.num_columns());
        let mut counts = Vec::new();
        for (row, &label) in self.labels.iter().enumerate() {
            let words = self.inputs.row(row);
            let index = *index_of.entry(words).or_insert_with(|| {
                inputs.push_row(words);
                counts.resize(inputs.num_rows() * self.num_classes, 0);
                inputs.num_rows() - 1
            });
            counts[index * self.num_classes + label as usize] += 1;
        }
        Counted { inputs, counts, num_classes: self.num_classes, num_rows: self.labels.len() }
    }
}

/// Distinct input rows, and the number of occurrences of each class: `distinct rows × num_classes`.
struct Counted {
    inputs: BitMatrix,
    counts: Vec<u32>,
    num_classes: usize,
    num_rows: usize,
}

impl Counted {
    /// Number of occurrences of each class in distinct row `row`.
    fn classes(&self, row: usize) -> &[u32] {
        &self.counts[row * self.num_classes..(row + 1) * self.num_classes]
    }
}

/// The accuracy of one baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BaselineResult {
    /// `majority`, `logistic`, `gradient_median` or `gradient_best`.
    pub name: &'static str,
    /// Training accuracy, 0 to 1.
    pub train_accuracy: f64,
    /// Test accuracy, 0 to 1; absent without test rows.
    pub test_accuracy: Option<f64>,
    /// Training metrics by name.
    pub detail: BTreeMap<&'static str, f64>,
    /// Why training stopped early, if it did.
    pub stopped: Option<SampleStatus>,
}

/// Trains and evaluates all baselines: the majority class, logistic regression, and gradient-trained networks of the
/// same shape, of which the median and the best seed by training accuracy are reported.
///
/// # Errors
/// [`BaselineError`] when there are no training rows, or data, architecture and codebook do not fit each other.
///
/// # Examples
/// ```
/// use isinglass::{baseline::{LabelledBits, evaluate_all}, bits::BitMatrix, network::{Architecture, Codebook}};
/// use isinglass_qubo::sampler::RunControl;
/// let inputs = BitMatrix::from_fn(8, 3, |row, column| row >> column & 1 == 1);
/// let labels: Vec<u32> = (0..8u32).map(|row| u32::from(row.count_ones() >= 2)).collect();
/// let train = LabelledBits::new(&inputs, &labels, 2)?;
/// let architecture = Architecture::new(vec![3, 3, 1], false)?;
/// let results = evaluate_all(&train, None, &architecture, &Codebook::for_classes(2), 0, &RunControl::default())?;
/// let logistic = results.iter().find(|result| result.name == "logistic").expect("it is always there");
/// assert_eq!(logistic.train_accuracy, 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn evaluate_all(
    train: &LabelledBits<'_>,
    test: Option<&LabelledBits<'_>>,
    architecture: &Architecture,
    codebook: &Codebook,
    seed: u64,
    control: &RunControl<'_>,
) -> Result<Vec<BaselineResult>, BaselineError> {
    if let Some(test) = test {
        check_equal("the number of inputs of the test rows", test.inputs.num_columns(), train.inputs.num_columns())?;
        check_equal("the number of classes of the test rows", test.num_classes, train.num_classes)?;
    }
    let majority = Majority::fit(train)?;
    let always = |data: &LabelledBits<'_>| data.accuracy(|_| majority.class());
    let mut results = vec![result("majority", train, test, always, [], None)?];

    let (model, stopped) = LinearTrainer::default().fit(train, control)?;
    let by_model = |data: &LabelledBits<'_>| data.accuracy(|row| model.predict(data.inputs, row));
    let detail = [("iterations", model.num_iterations() as f64), ("converged", f64::from(u8::from(model.converged())))];
    results.push(result("logistic", train, test, by_model, detail, stopped)?);

    let mut runs =
        GradientTrainer { seed, ..GradientTrainer::default() }.fit(train, architecture, codebook, control)?;
    runs.sort_by(|left, right| left.train_accuracy.total_cmp(&right.train_accuracy));
    for (name, run) in [("gradient_median", &runs[(runs.len() - 1) / 2]), ("gradient_best", &runs[runs.len() - 1])] {
        let by_network = |data: &LabelledBits<'_>| {
            let preactivations = run.network.output_preactivations(data.inputs);
            let outputs = codebook.num_outputs();
            data.accuracy(|row| codebook.predict(&preactivations[row * outputs..(row + 1) * outputs]))
        };
        let detail = [("num_seeds", runs.len() as f64), ("best_epoch", run.best_epoch as f64)];
        results.push(result(name, train, test, by_network, detail, run.stopped)?);
    }
    Ok(results)
}

/// The result of a baseline whose accuracy on some rows is `accuracy`.
fn result<const N: usize>(
    name: &'static str,
    train: &LabelledBits<'_>,
    test: Option<&LabelledBits<'_>>,
    accuracy: impl Fn(&LabelledBits<'_>) -> Option<f64>,
    detail: [(&'static str, f64); N],
    stopped: Option<SampleStatus>,
) -> Result<BaselineResult, BaselineError> {
    let train_accuracy = accuracy(train).ok_or(BaselineError::NoTrainingRows)?;
    let test_accuracy = test.and_then(accuracy);
    Ok(BaselineResult { name, train_accuracy, test_accuracy, detail: detail.into(), stopped })
}

fn check_equal(what: &'static str, found: usize, expected: usize) -> Result<(), BaselineError> {
    if found == expected { Ok(()) } else { Err(BaselineError::Mismatch { what, found, expected }) }
}

#[cfg(test)]
mod tests;
