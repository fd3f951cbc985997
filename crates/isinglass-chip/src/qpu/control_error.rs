//! Integrated control errors (ICE): quantization of programmed biases, and errors that stay fixed during a programming cycle.

use isinglass_qubo::model::{Bqm, BqmBuilder, ModelError, Vartype};
use isinglass_qubo::rng::Stream;
use isinglass_qubo::sampler::SampleError;
use rand_core::Rng;

/// Integrated control errors (ICE) of programmed biases, in units of `h` and `J` on the chip.
///
/// A bias is first rounded to the nearest multiple of its step, and then a normally distributed error is added, drawn once for each
/// variable and each interaction of a programmed problem: `h + round + N(h_mean, h_sigma)`, and in the same way `J`.
///
/// The published figures are ranges of older chips, orders of magnitude only: standard deviations of 0.008 to 0.026 for `h` and 0.009 to
/// 0.016 for `J`, a mean of -0.05 (early in the anneal) to -0.013 (late) for `h` and of up to 0.02 either way for `J`, rounding errors of
/// at most 0.0005 to 0.008 for `h` and 0.00025 to 0.0045 for `J`, depending on the value. The defaults are the middles of the ranges of
/// standard deviations, the late mean for `h`, no mean for `J`, and steps of twice the geometric means of the largest rounding errors.
///
/// # References
/// D-Wave documentation, *Error sources for problem representation*, 2026.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ControlErrors {
    /// Mean error of `h`. `[default: -0.013] [range: finite]`
    pub h_mean: f64,
    /// Standard deviation of the error of `h`. `[default: 0.017] [range: 0.., finite]`
    pub h_sigma: f64,
    /// Mean error of `J`. `[default: 0] [range: finite]`
    pub j_mean: f64,
    /// Standard deviation of the error of `J`. `[default: 0.0125] [range: 0.., finite]`
    pub j_sigma: f64,
    /// Quantization step of `h`; 0 for none. `[default: 0.004] [range: 0.., finite]`
    pub h_step: f64,
    /// Quantization step of `J`; 0 for none. `[default: 0.002] [range: 0.., finite]`
    pub j_step: f64,
}

impl Default for ControlErrors {
    fn default() -> Self {
        Self { h_mean: -0.013, h_sigma: 0.017, j_mean: 0.0, j_sigma: 0.0125, h_step: 0.004, j_step: 0.002 }
    }
}

impl ControlErrors {
    /// No control errors: biases are used unchanged.
    pub const NONE: Self = Self { h_mean: 0.0, h_sigma: 0.0, j_mean: 0.0, j_sigma: 0.0, h_step: 0.0, j_step: 0.0 };

    /// Returns whether random errors are drawn.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        [self.h_mean, self.h_sigma, self.j_mean, self.j_sigma].iter().any(|&error| error != 0.0)
    }

    /// Returns whether biases are rounded.
    #[must_use]
    pub fn has_steps(&self) -> bool {
        self.h_step != 0.0 || self.j_step != 0.0
    }

    /// Checks that the parameters are in range.
    pub(super) fn check(&self) -> Result<(), SampleError> {
        for (name, value) in [("h_mean", self.h_mean), ("j_mean", self.j_mean)] {
            if !value.is_finite() {
                return Err(SampleError::Parameter { name, value, allowed: "a finite number" });
            }
        }
        for (name, value) in
            [("h_sigma", self.h_sigma), ("j_sigma", self.j_sigma), ("h_step", self.h_step), ("j_step", self.j_step)]
        {
            if !(value.is_finite() && value >= 0.0) {
                return Err(SampleError::Parameter { name, value, allowed: "a finite number of at least 0" });
            }
        }
        Ok(())
    }

    /// Applies the errors to an Ising model that is scaled to the chip.
    pub(super) fn apply(&self, spin: &Bqm, stream: &mut Stream) -> Result<Bqm, ModelError> {
        let mut builder = BqmBuilder::new(Vartype::Spin, spin.num_variables());
        for (variable, &bias) in spin.linear().iter().enumerate() {
            builder.add_linear(variable, rounded(bias, self.h_step) + self.h_mean + self.h_sigma * normal(stream));
        }
        for (first, second, bias) in spin.interactions() {
            let bias = rounded(bias, self.j_step) + self.j_mean + self.j_sigma * normal(stream);
            builder.add_quadratic(first, second, bias);
        }
        builder.build()
    }
}

fn rounded(bias: f64, step: f64) -> f64 {
    if step > 0.0 { (bias / step).round() * step } else { bias }
}

/// A number with the standard normal distribution (Box and Muller, 1958).
fn normal(stream: &mut Stream) -> f64 {
    let mut uniform = || ((stream.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    let radius = (-2.0 * uniform().ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use isinglass_qubo::rng::stream;
    use isinglass_qubo::testing::random_reals;

    /// Mean and standard deviation.
    fn moments(values: &[f64]) -> (f64, f64) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
        (mean, variance.sqrt())
    }

    #[test]
    fn errors_have_the_mean_and_the_deviation_that_were_asked_for() {
        let bqm = random_reals(Vartype::Spin, 10_000, 4, 1);
        let errors = ControlErrors { h_step: 0.0, j_step: 0.0, j_mean: 0.01, ..ControlErrors::default() };
        let noisy = errors.apply(&bqm, &mut stream(5, 0)).unwrap();
        let h: Vec<f64> = noisy.linear().iter().zip(bqm.linear()).map(|(noisy, bias)| noisy - bias).collect();
        let j: Vec<f64> =
            noisy.interactions().zip(bqm.interactions()).map(|(noisy, exact)| noisy.2 - exact.2).collect();
        for (values, mean, sigma) in [(h, -0.013, 0.017), (j, 0.01, 0.0125)] {
            let (found_mean, found_sigma) = moments(&values);
            let error = sigma / (values.len() as f64).sqrt();
            assert!((found_mean - mean).abs() < 5.0 * error && (found_sigma - sigma).abs() < 5.0 * error);
            let beyond_two = values.iter().filter(|&&value| (value - mean).abs() > 2.0 * sigma).count();
            // 4.55 % of a normal distribution
            assert!((beyond_two as f64 / values.len() as f64 - 0.0455).abs() < 0.011);
        }
        assert_eq!(noisy, errors.apply(&bqm, &mut stream(5, 0)).unwrap());
        assert_ne!(noisy, errors.apply(&bqm, &mut stream(5, 1)).unwrap());
    }

    #[test]
    fn steps_leave_multiples_and_nothing_leaves_the_biases_as_they_are() {
        let bqm = random_reals(Vartype::Spin, 100, 4, 1);
        let steps = ControlErrors { h_step: 0.25, j_step: 0.125, ..ControlErrors::NONE };
        let stepped = steps.apply(&bqm, &mut stream(1, 0)).unwrap();
        for (stepped, bias) in stepped.linear().iter().zip(bqm.linear()) {
            assert!((stepped / 0.25).fract() == 0.0 && (stepped - bias).abs() <= 0.125);
        }
        assert!(stepped.interactions().all(|(.., bias)| (bias / 0.125).fract() == 0.0));
        let same = ControlErrors::NONE.apply(&bqm, &mut stream(1, 0)).unwrap();
        assert!(same.linear() == bqm.linear() && same.interactions().eq(bqm.interactions()));
        assert!(!ControlErrors::NONE.has_errors() && !ControlErrors::NONE.has_steps());
    }
}
