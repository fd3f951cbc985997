//! Rows merged by equal inputs.

use super::ROUNDING;
use super::classes::ClassRow;
use super::error::CertificateError;
use crate::bits::BitMatrix;
use crate::network::{Architecture, Network};
use crate::task::Task;
use crate::verify;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Units to a row of weight 1, for whole numbers.
pub(super) const UNITS: f64 = (1u32 << 20) as f64;

/// Distinct inputs in ascending order, and how much weight wants each output to be `-1` and `+1`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rows {
    num_outputs: usize,
    inputs: BitMatrix,
    /// For each input, the weights of `-1` and `+1` of each output in turn.
    weights: Vec<Vec<[f64; 2]>>,
}

impl Rows {
    pub(super) fn of(task: &Task) -> Self {
        let (num_inputs, num_outputs) = (task.inputs().num_columns(), task.targets().num_columns());
        let mut merged: BTreeMap<Vec<bool>, Vec<[f64; 2]>> = BTreeMap::new();
        for row in 0..task.num_rows() {
            let input: Vec<bool> = (0..num_inputs).map(|column| task.inputs().get(row, column)).collect();
            let weights = merged.entry(input).or_insert_with(|| vec![[0.0; 2]; num_outputs]);
            for (output, weights) in weights.iter_mut().enumerate() {
                weights[usize::from(task.targets().get(row, output))] += task.weights()[row];
            }
        }
        let (inputs, weights): (Vec<Vec<bool>>, Vec<Vec<[f64; 2]>>) = merged.into_iter().unzip();
        let inputs = BitMatrix::from_fn(inputs.len(), num_inputs, |row, column| inputs[row][column]);
        Self { num_outputs, inputs, weights }
    }

    /// Whether the rows are sound, and of this shape.
    pub(super) fn check(&self, architecture: &Architecture) -> Result<(), CertificateError> {
        let (inputs, outputs) = (architecture.num_inputs(), architecture.num_outputs());
        let (row_inputs, row_outputs) = (self.inputs.num_columns(), self.num_outputs);
        if (row_inputs, row_outputs) != (inputs, outputs) {
            return Err(CertificateError::Shape { row_inputs, row_outputs, inputs, outputs });
        }
        let sound = |weights: &Vec<[f64; 2]>| {
            weights.len() == outputs && weights.iter().flatten().all(|weight| weight.is_finite() && *weight >= 0.0)
        };
        if self.weights.len() != self.inputs.num_rows() {
            return Err(CertificateError::Weights { input: self.weights.len().min(self.inputs.num_rows()) });
        }
        match self.weights.iter().position(|weights| !sound(weights)) {
            Some(input) => Err(CertificateError::Weights { input }),
            None => Ok(()),
        }
    }

    /// The distinct inputs.
    pub(super) fn inputs(&self) -> impl ExactSizeIterator<Item = Vec<bool>> {
        (0..self.inputs.num_rows())
            .map(|row| (0..self.inputs.num_columns()).map(|column| self.inputs.get(row, column)).collect())
    }

    /// Weights of `-1` and `+1` of each output, input by input.
    pub(super) fn weights(&self) -> &[Vec<[f64; 2]>] {
        &self.weights
    }

    /// The sum of all weights.
    pub(super) fn total(&self) -> f64 {
        self.weights.iter().flatten().flatten().sum()
    }

    /// How much weight each class has at each input, in units of `1 / UNITS`, where the targets are one-hot codewords.
    pub(super) fn of_classes(&self) -> Result<Vec<ClassRow>, CertificateError> {
        if self.num_outputs < 2 || self.inputs.num_columns() > 64 {
            return Err(CertificateError::NotClasses { input: 0 });
        }
        let rows = self.inputs().zip(&self.weights).enumerate().map(|(index, (input, weights))| {
            // each row wants one output to be +1 and the others -1
            let total: f64 = weights.iter().map(|[_, plus]| plus).sum();
            if weights.iter().any(|[minus, plus]| (minus + plus - total).abs() > ROUNDING * total) {
                return Err(CertificateError::NotClasses { input: index });
            }
            let input = input.iter().enumerate().map(|(bit, &set)| u64::from(set) << bit).sum();
            Ok((input, weights.iter().map(|[_, plus]| (plus * UNITS) as i128).collect()))
        });
        rows.collect()
    }

    /// The classification errors of a network, by a forward pass in plain spins.
    pub(super) fn errors(&self, network: &Network) -> f64 {
        let of_input = |(input, weights): (Vec<bool>, &Vec<[f64; 2]>)| -> f64 {
            let class = verify::class_of(network, &input);
            weights.iter().enumerate().filter(|&(other, _)| other != class).map(|(_, [_, plus])| plus).sum()
        };
        self.inputs().zip(&self.weights).map(of_input).sum()
    }

    /// The loss of a network, by a forward pass in plain spins.
    pub(super) fn loss(&self, network: &Network) -> f64 {
        let of_input = |(input, weights): (Vec<bool>, &Vec<[f64; 2]>)| -> f64 {
            let outputs = verify::outputs(network, &input);
            weights.iter().zip(outputs).map(|(weights, output)| weights[usize::from(!output)]).sum()
        };
        self.inputs().zip(&self.weights).map(of_input).sum()
    }
}
