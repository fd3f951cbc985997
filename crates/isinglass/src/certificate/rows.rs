//! Rows merged by equal inputs.

use super::classes::ClassRow;
use super::error::CertificateError;
use crate::bits::BitMatrix;
use crate::network::{Architecture, Network};
use crate::task::Task;
use crate::verify;
use isinglass_qubo::dyadic::{decode, scale};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Maximum sum of the row weights, in units: sums and differences then fit into 128 bits.
const MOST_UNITS: i128 = 1 << 100;

/// Row weights as integer multiples of a power of two.
pub(super) struct Units {
    exponent: i32,
    /// For each input, the weights of `-1` and `+1` of each output in turn.
    pub(super) weights: Vec<Vec<[i128; 2]>>,
}

impl Units {
    /// The `f64` nearest to this number of units.
    pub(super) fn value(&self, units: i128) -> f64 {
        scale(units as f64, self.exponent)
    }

    /// The smallest number of units that is not below a finite number, or the largest representable number if that
    /// overflows.
    pub(super) fn at_least(&self, value: f64) -> i128 {
        let Some((odd, exponent)) = decode(value) else { return 0 };
        let shift = exponent - self.exponent;
        let bits = (i64::BITS - odd.unsigned_abs().leading_zeros()) as i32;
        match i128::from(odd) {
            odd if bits + shift > 125 => {
                if odd > 0 {
                    i128::MAX
                } else {
                    i128::MIN
                }
            }
            odd if shift >= 0 => odd << shift,
            odd if bits + shift > 0 => -(-odd >> -shift),
            odd => i128::from(odd > 0),
        }
    }

    /// The loss of a network, by a forward pass in plain spins.
    pub(super) fn loss(&self, rows: &Rows, network: &Network) -> i128 {
        let of_input = |(input, weights): (Vec<bool>, &Vec<[i128; 2]>)| -> i128 {
            let outputs = verify::outputs(network, &input);
            weights.iter().zip(outputs).map(|(weights, output)| weights[usize::from(!output)]).sum()
        };
        rows.inputs().zip(&self.weights).map(of_input).sum()
    }

    /// The classification errors of a network, by a forward pass in plain spins.
    pub(super) fn errors(&self, rows: &Rows, network: &Network) -> i128 {
        let of_input = |(input, weights): (Vec<bool>, &Vec<[i128; 2]>)| -> i128 {
            let class = verify::class_of(network, &input);
            weights.iter().enumerate().filter(|&(other, _)| other != class).map(|(_, [_, plus])| plus).sum()
        };
        rows.inputs().zip(&self.weights).map(of_input).sum()
    }

    /// Weight of each class at each input, for one-hot targets.
    ///
    /// # Errors
    /// [`CertificateError::NotClasses`] when the targets are not one-hot.
    pub(super) fn of_classes(&self, rows: &Rows) -> Result<Vec<ClassRow>, CertificateError> {
        let of_input = |(index, (input, weights)): (usize, (Vec<bool>, &Vec<[i128; 2]>))| {
            // each row wants one output to be +1 and the others -1
            let total: i128 = weights.iter().map(|[_, plus]| plus).sum();
            let is_one_hot = weights.iter().all(|[minus, plus]| minus + plus == total);
            if weights.len() < 2 || input.len() > 64 || !is_one_hot {
                return Err(CertificateError::NotClasses { input: index });
            }
            let input = input.iter().enumerate().map(|(bit, &set)| u64::from(set) << bit).sum();
            Ok((input, weights.iter().map(|&[_, plus]| plus).collect()))
        };
        rows.inputs().zip(&self.weights).enumerate().map(of_input).collect()
    }
}

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

    /// Converts the weights without rounding, if the rows are valid and have this shape.
    pub(super) fn units(&self, architecture: &Architecture) -> Result<Units, CertificateError> {
        let (inputs, outputs) = (architecture.num_inputs(), architecture.num_outputs());
        let (row_inputs, row_outputs) = (self.inputs.num_columns(), self.num_outputs);
        if self.inputs.num_rows() == 0 {
            return Err(CertificateError::NoRows);
        }
        if (row_inputs, row_outputs) != (inputs, outputs) {
            return Err(CertificateError::Shape { row_inputs, row_outputs, inputs, outputs });
        }
        let sound = |weights: &Vec<[f64; 2]>| {
            weights.len() == outputs && weights.iter().flatten().all(|weight| weight.is_finite() && *weight >= 0.0)
        };
        if self.weights.len() != self.inputs.num_rows() {
            return Err(CertificateError::Weights { input: self.weights.len().min(self.inputs.num_rows()) });
        }
        if let Some(input) = self.weights.iter().position(|weights| !sound(weights)) {
            return Err(CertificateError::Weights { input });
        }
        let all = || self.weights.iter().flatten().flatten().copied();
        let exponent = all().filter_map(decode).map(|(_, exponent)| exponent).min().unwrap_or(0);
        let units = |weight: f64| match decode(weight) {
            Some((odd, own)) if scale(weight, -exponent) <= MOST_UNITS as f64 => i128::from(odd) << (own - exponent),
            Some(_) => MOST_UNITS + 1,
            None => 0,
        };
        let total = all().fold(0i128, |total, weight| total.saturating_add(units(weight)));
        if total > MOST_UNITS {
            return Err(CertificateError::TooFarApart);
        }
        let whole = |weights: &Vec<[f64; 2]>| weights.iter().map(|pair| pair.map(units)).collect();
        let units = Units { exponent, weights: self.weights.iter().map(whole).collect() };
        if units.value(total).is_finite() { Ok(units) } else { Err(CertificateError::TooLarge) }
    }

    /// The distinct inputs.
    pub(super) fn inputs(&self) -> impl ExactSizeIterator<Item = Vec<bool>> {
        (0..self.inputs.num_rows())
            .map(|row| (0..self.inputs.num_columns()).map(|column| self.inputs.get(row, column)).collect())
    }
}
