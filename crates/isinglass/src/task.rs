//! Training tasks: rows of input bits with target bits, merged into groups of equal inputs.

mod objective;

pub use objective::Objective;

use crate::bits::BitMatrix;
use isinglass_qubo::dyadic;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A training task: inputs `N × n_0`, target bits `N × n_L`, row weights, and the objective of the loss.
///
/// By default the loss of a network is the weighted Hamming loss `sum_r weight_r * #{o : f(x_r)_o != y_ro}`; with one output and unit
/// weights that is the number of errors. With several classes that is not so: [`Task::of_classes`] makes a task whose loss counts
/// classification errors ([`Objective`]).
///
/// Serialised with packed rows; unit weights and the default objective are omitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Task {
    inputs: BitMatrix,
    targets: BitMatrix,
    weights: Vec<f64>,
    objective: Objective,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    inputs: BitMatrix,
    targets: BitMatrix,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weights: Option<Vec<f64>>,
    #[serde(default, skip_serializing_if = "Objective::is_output_bits")]
    objective: Objective,
}

impl From<Task> for Fields {
    fn from(Task { inputs, targets, weights, objective }: Task) -> Self {
        let weights = weights.iter().any(|&weight| weight != 1.0).then_some(weights);
        Self { inputs, targets, weights, objective }
    }
}

impl TryFrom<Fields> for Task {
    type Error = TaskError;

    fn try_from(Fields { inputs, targets, weights, objective }: Fields) -> Result<Self, TaskError> {
        let task = match weights {
            Some(weights) => Self::weighted(inputs, targets, weights),
            None => Self::new(inputs, targets),
        };
        task?.with_objective(objective)
    }
}

/// Why rows do not form a task.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// The numbers of rows of inputs, targets and weights differ.
    #[error("{inputs} rows of inputs, {targets} of targets, {weights} weights: these must be equal")]
    RowsDiffer {
        /// Rows of inputs.
        inputs: usize,
        /// Rows of targets.
        targets: usize,
        /// Number of weights.
        weights: usize,
    },
    /// The task has no rows.
    #[error("there are no rows to learn")]
    Empty,
    /// A row weight is negative or not finite.
    #[error("the weight of row {row} is {weight}; a weight is a finite number of at least 0")]
    Weight {
        /// The row, from 0.
        row: usize,
        /// Its weight.
        weight: f64,
    },
    /// The targets of a row do not name a class.
    #[error(
        "the targets of row {row} do not name a class: to count classification errors, exactly one of two or more bits must be set"
    )]
    NotOneHot {
        /// The row, from 0.
        row: usize,
    },
    /// The sum of the row weights overflows.
    #[error("the sum of the row weights exceeds the largest number, {:.1e}", f64::MAX)]
    Total,
}

impl Task {
    /// Creates a task with unit row weights whose loss counts wrong output bits.
    ///
    /// # Errors
    /// [`TaskError`] when the numbers of rows differ or are zero.
    pub fn new(inputs: BitMatrix, targets: BitMatrix) -> Result<Self, TaskError> {
        let weights = vec![1.0; inputs.num_rows()];
        Self::weighted(inputs, targets, weights)
    }

    /// Creates a task with row weights whose loss counts wrong output bits.
    ///
    /// # Errors
    /// [`TaskError`] when the numbers of rows differ or are zero, a weight is negative or not finite, or their sum is not finite.
    pub fn weighted(inputs: BitMatrix, targets: BitMatrix, weights: Vec<f64>) -> Result<Self, TaskError> {
        let (rows, targets_rows) = (inputs.num_rows(), targets.num_rows());
        if rows != targets_rows || rows != weights.len() {
            return Err(TaskError::RowsDiffer { inputs: rows, targets: targets_rows, weights: weights.len() });
        }
        if rows == 0 {
            return Err(TaskError::Empty);
        }
        if let Some(row) = weights.iter().position(|&weight| !(weight.is_finite() && weight >= 0.0)) {
            return Err(TaskError::Weight { row, weight: weights[row] });
        }
        // every output of every row may be wrong
        let total = weights.iter().sum::<f64>() * targets.num_columns().max(1) as f64;
        if !total.is_finite() {
            return Err(TaskError::Total);
        }
        Ok(Self { inputs, targets, weights, objective: Objective::OutputBits })
    }

    /// Inputs, `N × n_0`.
    #[must_use]
    pub fn inputs(&self) -> &BitMatrix {
        &self.inputs
    }

    /// Target bits, `N × n_L`.
    #[must_use]
    pub fn targets(&self) -> &BitMatrix {
        &self.targets
    }

    /// Row weights, `N`.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Number of rows, `N`.
    #[must_use]
    pub fn num_rows(&self) -> usize {
        self.weights.len()
    }

    /// Whether every sum of row weights, and so every loss, is exact: the weights are multiples of a power of two and
    /// not too far apart. Only then can a loss be proven minimal.
    #[must_use]
    pub fn sums_are_exact(&self) -> bool {
        let outputs = self.targets.num_columns();
        dyadic::sums_are_exact(self.weights.iter().flat_map(|&weight| std::iter::repeat_n(weight, outputs)))
    }

    /// Selects some rows of the task.
    ///
    /// # Panics
    /// When an index is out of range or `rows` is empty.
    #[must_use]
    pub fn select_rows(&self, rows: &[usize]) -> Self {
        assert!(!rows.is_empty(), "a task has at least one row");
        Self {
            inputs: self.inputs.select_rows(rows),
            targets: self.targets.select_rows(rows),
            weights: rows.iter().map(|&row| self.weights[row]).collect(),
            objective: self.objective,
        }
    }

    /// Groups the rows (see [`Groups`]) by output bits, whatever the objective: a QUBO is built from these groups.
    #[must_use]
    pub fn group(&self, merge: Merge) -> Groups {
        let mut builder = GroupsBuilder::new(self, merge);
        for row in 0..self.num_rows() {
            builder.add(row);
        }
        builder.finish()
    }
}

/// Rule for merging rows into groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Merge {
    /// Does not merge: each row is a separate group.
    Nothing,
    /// Merges rows with equal inputs.
    Equal,
    /// Merges rows with equal or opposite inputs; the latter with all target bits flipped. Valid for odd networks only
    /// ([`Architecture::is_odd`](crate::network::Architecture::is_odd)).
    EqualAndNegated,
}

/// Rows grouped by input: the part of a task that its loss depends on.
///
/// Rows with equal inputs `x` get the same outputs. If their weights with target `+1` and `-1` at output `o` add up to `m+`
/// and `m-`, they cost `min(m+, m-)` whatever the network does, and `delta = |m+ - m-|` more if it answers the lighter
/// class. So `loss(w) = constant + sum_{x, o} delta_xo [f(x)_o != y_xo]`. Groups whose every `delta` is zero are left out.
///
/// Where classification errors are counted ([`Task::loss_groups`]), `delta_xc` is what it costs to answer class `c` instead of the heaviest
/// one, `c(x)` is the class that the network answers, and `loss(w) = constant + sum_x delta_{x c(x)}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Groups {
    /// Distinct inputs, `G × n_0`, in order of first occurrence.
    pub inputs: BitMatrix,
    /// The heavier class at each output, `G × n_L`; the codeword of the heaviest class where classification errors are counted.
    pub targets: BitMatrix,
    /// `delta >= 0`, row by row: `G × n_L` values.
    pub deltas: Vec<f64>,
    /// Irreducible loss, which every network has.
    pub constant: f64,
    /// Rows of the task.
    pub num_rows: usize,
    /// The objective.
    pub objective: Objective,
}

impl Groups {
    /// Number of groups, `G`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inputs.num_rows()
    }

    /// Whether no group is left: every network has the same loss.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `delta` of one group and output.
    ///
    /// # Panics
    /// When an index is out of range.
    #[must_use]
    pub fn delta(&self, group: usize, output: usize) -> f64 {
        self.deltas[group * self.targets.num_columns() + output]
    }

    /// The sum of the deltas of a group: for output bits, the maximum cost above its share of the constant.
    ///
    /// # Panics
    /// When `group` is out of range.
    #[must_use]
    pub fn total_delta(&self, group: usize) -> f64 {
        let outputs = self.targets.num_columns();
        self.deltas[group * outputs..(group + 1) * outputs].iter().sum()
    }

    /// The loss of a network that has these output bits on the groups, `G × n_L`.
    ///
    /// # Panics
    /// When `outputs` has another shape, or classification errors are counted, which output bits do not tell ([`Groups::loss_of`] does).
    #[must_use]
    pub fn loss(&self, outputs: &BitMatrix) -> f64 {
        assert_eq!(self.objective, Objective::OutputBits, "output bits do not tell the class");
        assert_eq!((outputs.num_rows(), outputs.num_columns()), (self.len(), self.targets.num_columns()));
        let mut loss = self.constant;
        for group in 0..self.len() {
            for output in 0..outputs.num_columns() {
                if outputs.get(group, output) != self.targets.get(group, output) {
                    loss += self.delta(group, output);
                }
            }
        }
        loss
    }
}

struct GroupsBuilder<'a> {
    task: &'a Task,
    merge: Merge,
    index_of: HashMap<Vec<u64>, usize>,
    inputs: BitMatrix,
    /// `m+` and `m-` of each group and output.
    class_weights: Vec<[f64; 2]>,
}

impl<'a> GroupsBuilder<'a> {
    fn new(task: &'a Task, merge: Merge) -> Self {
        let inputs = BitMatrix::zeros(0, task.inputs.num_columns());
        Self { task, merge, index_of: HashMap::new(), inputs, class_weights: Vec::new() }
    }

    fn add(&mut self, row: usize) {
        let words = self.task.inputs.row(row);
        let (group, flipped) = match self.find(row) {
            Some(found) => found,
            None => {
                let group = self.inputs.num_rows();
                self.inputs.push_row(words);
                self.class_weights.resize((group + 1) * self.task.targets.num_columns(), [0.0; 2]);
                if self.merge != Merge::Nothing {
                    self.index_of.insert(words.to_vec(), group);
                }
                (group, false)
            }
        };
        let outputs = self.task.targets.num_columns();
        for output in 0..outputs {
            let target = self.task.targets.get(row, output) != flipped;
            self.class_weights[group * outputs + output][usize::from(!target)] += self.task.weights[row];
        }
    }

    /// The group of a row, and whether the row is its negation.
    fn find(&self, row: usize) -> Option<(usize, bool)> {
        if self.merge == Merge::Nothing {
            return None;
        }
        if let Some(&group) = self.index_of.get(self.task.inputs.row(row)) {
            return Some((group, false));
        }
        if self.merge == Merge::EqualAndNegated {
            let negated = self.task.inputs.complement_of_row(row);
            return self.index_of.get(&negated).map(|&group| (group, true));
        }
        None
    }

    fn finish(self) -> Groups {
        let outputs = self.task.targets.num_columns();
        let mut constant = 0.0;
        let mut kept = Vec::new();
        for group in 0..self.inputs.num_rows() {
            let weights = &self.class_weights[group * outputs..(group + 1) * outputs];
            constant += weights.iter().map(|[plus, minus]| plus.min(*minus)).sum::<f64>();
            if weights.iter().any(|[plus, minus]| plus != minus) {
                kept.push(group);
            }
        }
        let weights = |group: usize, output: usize| self.class_weights[group * outputs + output];
        let targets = BitMatrix::from_fn(kept.len(), outputs, |group, output| {
            let [plus, minus] = weights(kept[group], output);
            plus >= minus
        });
        let deltas = kept
            .iter()
            .flat_map(|&group| (0..outputs).map(move |output| (group, output)))
            .map(|(group, output)| {
                let [plus, minus] = weights(group, output);
                (plus - minus).abs()
            })
            .collect();
        Groups {
            inputs: self.inputs.select_rows(&kept),
            targets,
            deltas,
            constant,
            num_rows: self.task.num_rows(),
            objective: Objective::OutputBits,
        }
    }
}

#[cfg(test)]
mod tests;
