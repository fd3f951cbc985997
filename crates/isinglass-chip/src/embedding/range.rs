//! Bias ranges of a chip, and scaling of models to them.

use isinglass_qubo::model::{Bqm, BqmBuilder, ModelError, Vartype};

/// Ranges of the biases that a chip accepts.
///
/// # References
/// D-Wave documentation, *QPU solver properties*, 2026.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HardwareRange {
    /// Range of linear biases. `[default: -4..4]`
    pub h: (f64, f64),
    /// Extended range of couplings. `[default: -2..1]`
    pub j: (f64, f64),
    /// Range of the sum of all couplings of a qubit. `[default: -18..15]`
    pub per_qubit_coupling: Option<(f64, f64)>,
}

impl Default for HardwareRange {
    fn default() -> Self {
        Self { h: (-4.0, 4.0), j: (-2.0, 1.0), per_qubit_coupling: Some((-18.0, 15.0)) }
    }
}

/// Bias outside the range of a chip.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{what} is {value}, but the chip takes {low} to {high}")]
pub struct RangeFault {
    /// The bias.
    pub what: String,
    /// Its value.
    pub value: f64,
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

impl HardwareRange {
    /// Divisor that scales an Ising model to the full range, as the service's `auto_scale` does: the largest ratio of a bias to the limit
    /// on its side. It is below 1 for models that are scaled up and 1 for models without coefficients.
    #[must_use]
    pub fn scale(&self, spin: &Bqm) -> f64 {
        let ratio = |value: f64, (low, high): (f64, f64)| if value < 0.0 { value / low } else { value / high };
        let linear = spin.linear().iter().map(|&bias| ratio(bias, self.h));
        let quadratic = spin.interactions().map(|(.., bias)| ratio(bias, self.j));
        let sums =
            self.per_qubit_coupling.into_iter().flat_map(|range| coupling_sums(spin).map(move |sum| ratio(sum, range)));
        let largest = linear.chain(quadratic).chain(sums).fold(0.0f64, f64::max);
        if largest > 0.0 { largest } else { 1.0 }
    }

    /// Divides the biases by [`scale`](Self::scale), drops the offset, and returns the model with the divisor.
    ///
    /// # Errors
    /// [`ModelError`] if coefficients overflow.
    pub fn auto_scale(&self, spin: &Bqm) -> Result<(Bqm, f64), ModelError> {
        let scale = self.scale(spin);
        Ok((divided(spin, scale)?, scale))
    }

    /// Lists the biases of an Ising model that exceed the range by more than a rounding error.
    #[must_use]
    pub fn check(&self, spin: &Bqm) -> Vec<RangeFault> {
        self.check_named(spin, "variable", |variable| variable)
    }

    /// As [`check`](Self::check), with another word for variables and other numbers.
    pub(crate) fn check_named<N: std::fmt::Display>(
        &self,
        spin: &Bqm,
        word: &str,
        number: impl Fn(usize) -> N,
    ) -> Vec<RangeFault> {
        let mut faults = Vec::new();
        let mut check = |value: f64, (low, high): (f64, f64), what: &dyn Fn() -> String| {
            if value < low - 1e-9 * low.abs() || value > high + 1e-9 * high.abs() {
                faults.push(RangeFault { what: what(), value, low, high });
            }
        };
        for (variable, &bias) in spin.linear().iter().enumerate() {
            check(bias, self.h, &|| format!("the linear bias of {word} {}", number(variable)));
        }
        for (first, second, bias) in spin.interactions() {
            check(bias, self.j, &|| format!("the coupling of {word}s {} and {}", number(first), number(second)));
        }
        if let Some(range) = self.per_qubit_coupling {
            for (variable, sum) in coupling_sums(spin).enumerate() {
                check(sum, range, &|| format!("the sum of all couplings of {word} {}", number(variable)));
            }
        }
        faults
    }
}

/// The model with its biases divided by `scale`, without its offset.
pub(crate) fn divided(spin: &Bqm, scale: f64) -> Result<Bqm, ModelError> {
    let mut builder = BqmBuilder::new(Vartype::Spin, spin.num_variables());
    spin.linear().iter().enumerate().for_each(|(variable, bias)| builder.add_linear(variable, bias / scale));
    spin.interactions().for_each(|(first, second, bias)| builder.add_quadratic(first, second, bias / scale));
    builder.build()
}

fn coupling_sums(spin: &Bqm) -> impl Iterator<Item = f64> + '_ {
    (0..spin.num_variables()).map(|variable| spin.neighborhood(variable).1.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(linear: &[f64], quadratic: &[(usize, usize, f64)]) -> Bqm {
        let mut builder = BqmBuilder::new(Vartype::Spin, linear.len());
        linear.iter().enumerate().for_each(|(variable, &bias)| builder.add_linear(variable, bias));
        quadratic.iter().for_each(|&(first, second, bias)| builder.add_quadratic(first, second, bias));
        builder.add_offset(3.0);
        builder.build().unwrap()
    }

    #[test]
    fn the_number_that_is_furthest_out_decides_the_scale() {
        let range = HardwareRange::default();
        assert_eq!(range.scale(&model(&[8.0, -2.0], &[(0, 1, 1.0)])), 2.0);
        assert_eq!(range.scale(&model(&[0.0, 0.0], &[(0, 1, -6.0)])), 3.0);
        assert_eq!(range.scale(&model(&[0.0, 0.0], &[(0, 1, 0.5)])), 0.5);
        assert_eq!(range.scale(&model(&[0.0, 0.0], &[])), 1.0);
        let star: Vec<_> = (1..21).map(|other| (0, other, 1.0)).collect();
        assert_eq!(range.scale(&model(&[0.0; 21], &star)), 20.0 / 15.0);
    }

    #[test]
    fn scaled_models_are_inside_and_touch_the_range() {
        let range = HardwareRange::default();
        let (scaled, scale) = range.auto_scale(&model(&[8.0, -30.0, 1.0], &[(0, 1, 3.0), (1, 2, -7.0)])).unwrap();
        assert!(range.check(&scaled).is_empty() && scaled.offset() == 0.0);
        assert!((range.scale(&scaled) - 1.0).abs() < 1e-12 && scale == 7.5);
        insta::assert_snapshot!(range.check(&model(&[5.0, 0.0], &[(0, 1, 1.5)])).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"), @r"
        the linear bias of variable 0 is 5, but the chip takes -4 to 4
        the coupling of variables 0 and 1 is 1.5, but the chip takes -2 to 1
        ");
    }
}
