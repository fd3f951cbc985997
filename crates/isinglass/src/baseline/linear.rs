//! Logistic regression on the input spins.

mod lbfgs;

use super::{BaselineError, Counted, LabelledBits};
use crate::bits::BitMatrix;
use isinglass_qubo::sampler::{RunControl, SampleStatus};
use rayon::prelude::*;

/// Distinct rows that one task adds up; fixed, so that the number of threads does not change the order of the sums.
const CHUNK: usize = 1024;

/// Trains an L2-regularized logistic regression with L-BFGS, deterministically, starting from zero.
///
/// Two classes have one score `s(x) = b + sum_i w_i x_i`, more classes one each. With the log-likelihood `l` (logistic or
/// softmax) of the rows, it minimises `-l + |w|^2 / (2C)`; the intercepts `b` are not penalised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearTrainer {
    /// `C`, the inverse regularization strength. \[default: 1\] \[range: above 0\]
    pub inverse_penalty: f64,
    /// Maximum number of iterations. \[default: 500\]
    pub max_iterations: usize,
    /// Converged once no component of the gradient exceeds this times the number of rows. \[default: 1e-6\] \[range: above 0\]
    pub tolerance: f64,
}

impl Default for LinearTrainer {
    fn default() -> Self {
        Self { inverse_penalty: 1.0, max_iterations: 500, tolerance: 1e-6 }
    }
}

/// A trained linear classifier.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearModel {
    /// `(n_0 + 1) × num_scores`: weights input by input, then the intercepts.
    parameters: Vec<f64>,
    num_scores: usize,
    num_iterations: usize,
    converged: bool,
}

impl LinearTrainer {
    /// Trains the classifier. When `control` stops it early, returns the current model and the reason.
    ///
    /// # Errors
    /// [`BaselineError`] without rows or for parameters outside their ranges.
    pub fn fit(
        &self,
        train: &LabelledBits<'_>,
        control: &RunControl<'_>,
    ) -> Result<(LinearModel, Option<SampleStatus>), BaselineError> {
        for (name, value) in [("inverse_penalty", self.inverse_penalty), ("tolerance", self.tolerance)] {
            if value.is_nan() || value <= 0.0 {
                return Err(BaselineError::Parameter { name, value, allowed: "above 0" });
            }
        }
        if train.labels().is_empty() {
            return Err(BaselineError::NoTrainingRows);
        }
        let objective = Objective::new(train.count(), 1.0 / self.inverse_penalty);
        let tolerance = self.tolerance * train.labels().len() as f64;
        let start = vec![0.0; objective.num_parameters()];
        let mut stopped = None;
        let found = lbfgs::minimise(start, self.max_iterations, tolerance, |parameters| {
            if stopped.is_none() {
                stopped = control.should_stop(None);
            }
            if stopped.is_some() { None } else { Some(objective.value_and_gradient(parameters)) }
        });
        let model = LinearModel {
            parameters: found.point,
            num_scores: objective.num_scores,
            num_iterations: found.num_iterations,
            converged: found.converged,
        };
        Ok((model, stopped))
    }
}

impl LinearModel {
    /// Predicts the class of one row of `inputs`: a single score of 0 or more gives class 1; of several scores, the
    /// first largest wins.
    ///
    /// # Panics
    /// When `row` is out of range or `inputs` has another width than the training rows.
    #[must_use]
    pub fn predict(&self, inputs: &BitMatrix, row: usize) -> u32 {
        assert_eq!((inputs.num_columns() + 1) * self.num_scores, self.parameters.len(), "one column for each weight");
        let mut scores = vec![0.0; self.num_scores];
        let base = base_scores(&self.parameters, self.num_scores);
        scores_into(&mut scores, &self.parameters, &base, inputs.row(row));
        if let [score] = scores[..] {
            return u32::from(score >= 0.0);
        }
        let mut best = 0;
        for (class, score) in scores.iter().enumerate() {
            if *score > scores[best] {
                best = class;
            }
        }
        best as u32
    }

    /// Number of iterations.
    #[must_use]
    pub fn num_iterations(&self) -> usize {
        self.num_iterations
    }

    /// Whether the gradient fell below the tolerance.
    #[must_use]
    pub fn converged(&self) -> bool {
        self.converged
    }
}

/// The scores of the input whose spins are all `-1`.
fn base_scores(parameters: &[f64], num_scores: usize) -> Vec<f64> {
    let (weights, intercepts) = parameters.split_at(parameters.len() - num_scores);
    let mut base = intercepts.to_vec();
    for weights in weights.chunks_exact(num_scores) {
        base.iter_mut().zip(weights).for_each(|(base, weight)| *base -= weight);
    }
    base
}

/// Adds to the base scores twice the weights of the set bits.
fn scores_into(scores: &mut [f64], parameters: &[f64], base: &[f64], words: &[u64]) {
    scores.copy_from_slice(base);
    let num_scores = scores.len();
    for column in set_bits(words) {
        let weights = &parameters[column * num_scores..(column + 1) * num_scores];
        scores.iter_mut().zip(weights).for_each(|(score, weight)| *score += 2.0 * weight);
    }
}

/// The positions of the set bits.
fn set_bits(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(index, &word)| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let bit = (rest != 0).then(|| index * 64 + rest.trailing_zeros() as usize)?;
            rest &= rest - 1;
            Some(bit)
        })
    })
}

/// The training objective.
struct Objective {
    rows: Counted,
    num_scores: usize,
    penalty: f64,
}

impl Objective {
    fn new(rows: Counted, penalty: f64) -> Self {
        let num_scores = if rows.num_classes <= 2 { 1 } else { rows.num_classes };
        Self { rows, num_scores, penalty }
    }

    fn num_parameters(&self) -> usize {
        (self.rows.inputs.num_columns() + 1) * self.num_scores
    }

    /// `-l + penalty |w|^2 / 2` and its gradient.
    fn value_and_gradient(&self, parameters: &[f64]) -> (f64, Vec<f64>) {
        let num_rows = self.rows.inputs.num_rows();
        let base = base_scores(parameters, self.num_scores);
        let chunks: Vec<(f64, Vec<f64>)> = (0..num_rows.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| self.add_up(parameters, &base, chunk * CHUNK..((chunk + 1) * CHUNK).min(num_rows)))
            .collect();
        let (mut value, mut gradient) = (0.0, vec![0.0; parameters.len()]);
        for (part, parts) in chunks {
            value += part;
            gradient.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        }
        // A spin is twice its bit minus one: the second half is the same for every input.
        let (by_input, by_intercept) = gradient.split_at_mut(parameters.len() - self.num_scores);
        for slopes in by_input.chunks_exact_mut(self.num_scores) {
            slopes.iter_mut().zip(&*by_intercept).for_each(|(slope, all)| *slope -= all);
        }
        for (slope, weight) in by_input.iter_mut().zip(parameters) {
            *slope += self.penalty * weight;
            value += self.penalty * weight * weight / 2.0;
        }
        (value, gradient)
    }

    /// The negative log-likelihood of some rows, and its slopes along twice the bits and along the intercepts.
    fn add_up(&self, parameters: &[f64], base: &[f64], rows: std::ops::Range<usize>) -> (f64, Vec<f64>) {
        let (mut value, mut gradient) = (0.0, vec![0.0; parameters.len()]);
        let mut scores = vec![0.0; self.num_scores];
        let intercepts = parameters.len() - self.num_scores;
        for row in rows {
            let words = self.rows.inputs.row(row);
            scores_into(&mut scores, parameters, base, words);
            value += residuals(&mut scores, self.rows.classes(row));
            for column in set_bits(words) {
                let slopes = &mut gradient[column * self.num_scores..(column + 1) * self.num_scores];
                slopes.iter_mut().zip(&scores).for_each(|(slope, residual)| *slope += 2.0 * residual);
            }
            gradient[intercepts..].iter_mut().zip(&scores).for_each(|(slope, residual)| *slope += residual);
        }
        (value, gradient)
    }
}

/// Replaces the scores of an input by the slopes of its negative log-likelihood, which is returned.
fn residuals(scores: &mut [f64], counts: &[u32]) -> f64 {
    let num_rows: f64 = counts.iter().map(|&count| f64::from(count)).sum();
    if let [score] = scores {
        let upper = counts.get(1).map_or(0.0, |&count| f64::from(count));
        // log(1 + e^s), written so that nothing overflows.
        let softplus = score.max(0.0) + (-score.abs()).exp().ln_1p();
        let value = num_rows * softplus - upper * *score;
        *score = num_rows / (1.0 + (-*score).exp()) - upper;
        return value;
    }
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = scores.iter().map(|score| (score - highest).exp()).sum();
    let log_sum = highest + sum.ln();
    let mut value = 0.0;
    for (score, &count) in scores.iter_mut().zip(counts) {
        value += f64::from(count) * (log_sum - *score);
        *score = num_rows * (*score - log_sum).exp() - f64::from(count);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::Rng;

    #[test]
    fn the_gradient_agrees_with_finite_differences() {
        let mut stream = isinglass_qubo::rng::stream(4, 0);
        for num_classes in [2, 3, 4] {
            let inputs = BitMatrix::from_fn(40, 5, |_, _| stream.next_u64() >> 63 == 1);
            let labels: Vec<u32> = (0..40).map(|_| (stream.next_u64() % num_classes as u64) as u32).collect();
            let train = LabelledBits::new(&inputs, &labels, num_classes).unwrap();
            let objective = Objective::new(train.count(), 0.7);
            let mut point: Vec<f64> =
                (0..objective.num_parameters()).map(|_| (stream.next_u64() >> 11) as f64 / 2f64.powi(53)).collect();
            let (_, gradient) = objective.value_and_gradient(&point);
            for index in 0..point.len() {
                let at = point[index];
                let step = 1e-5;
                point[index] = at + step;
                let above = objective.value_and_gradient(&point).0;
                point[index] = at - step;
                let below = objective.value_and_gradient(&point).0;
                point[index] = at;
                let slope = (above - below) / (2.0 * step);
                assert!((slope - gradient[index]).abs() < 1e-5, "{slope} against {}", gradient[index]);
            }
        }
    }

    #[test]
    fn large_scores_overflow_nothing() {
        let mut scores = [1e4];
        assert_eq!((residuals(&mut scores, &[0, 3]), scores[0]), (0.0, 0.0));
        let mut scores = [-1e4, 1e4, 0.0];
        assert_eq!((residuals(&mut scores, &[0, 2, 0]), scores), (0.0, [0.0, 0.0, 0.0]));
    }
}
