//! Chain strength: magnitude of the ferromagnetic couplings inside chains.

use isinglass_qubo::model::Bqm;

/// Chain strength method. Each coupler inside a chain gets `-strength`, in the units of the Ising model.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ChainStrength {
    /// `prefactor · rms(J) · sqrt(mean degree)`: compensates the torque that random neighbours exert on a chain. Ocean's
    /// `uniform_torque_compensation`, with a prefactor of 1.414.
    UniformTorqueCompensation {
        /// `[default: 1.414] [range: above 0]`
        prefactor: f64,
    },
    /// `prefactor · max(|h|, |J|)`.
    Scaled {
        /// `[default: 1] [range: above 0]`
        prefactor: f64,
    },
    /// Same strength for all chains.
    Uniform(f64),
    /// One strength for each variable.
    PerChain(Vec<f64>),
}

impl Default for ChainStrength {
    fn default() -> Self {
        Self::UniformTorqueCompensation { prefactor: 1.414 }
    }
}

/// Invalid chain strength.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainStrengthError {
    /// A strength or prefactor that is not finite and positive.
    #[error("a chain strength or its prefactor is {value}, but must be finite and above 0")]
    NotPositive {
        /// The value found.
        value: f64,
    },
    /// The number of strengths does not match the number of variables.
    #[error("there are {found} chain strengths for {expected} variables")]
    WrongNumber {
        /// Number of strengths.
        found: usize,
        /// Number of variables.
        expected: usize,
    },
}

impl ChainStrength {
    /// Computes the strength for each variable of an Ising model. Models without interactions, or without coefficients, get 1 times the
    /// prefactor.
    ///
    /// # Errors
    /// [`ChainStrengthError`] for strengths that are not positive and finite, or whose number is not the number of variables.
    ///
    /// # Examples
    /// ```
    /// use isinglass_chip::embedding::ChainStrength;
    /// use isinglass_qubo::{BqmBuilder, Vartype};
    /// let mut builder = BqmBuilder::new(Vartype::Spin, 5);
    /// for (first, second) in (0..5).flat_map(|first| (0..first).map(move |second| (first, second))) {
    ///     builder.add_quadratic(first, second, 1.0);
    /// }
    /// let strengths = ChainStrength::default().of(&builder.build()?)?;
    /// assert!((strengths[0] - 2.828).abs() < 1e-9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(&self, spin: &Bqm) -> Result<Vec<f64>, ChainStrengthError> {
        let num_variables = spin.num_variables();
        let strengths = match self {
            Self::UniformTorqueCompensation { prefactor } => vec![prefactor * torque(spin); num_variables],
            Self::Scaled { prefactor } => {
                let largest = spin.max_abs_coefficient();
                vec![prefactor * if largest > 0.0 { largest } else { 1.0 }; num_variables]
            }
            Self::Uniform(strength) => vec![*strength; num_variables],
            Self::PerChain(strengths) if strengths.len() == num_variables => strengths.clone(),
            Self::PerChain(strengths) => {
                return Err(ChainStrengthError::WrongNumber { found: strengths.len(), expected: num_variables });
            }
        };
        match strengths.iter().find(|strength| !(strength.is_finite() && **strength > 0.0)) {
            Some(&value) => Err(ChainStrengthError::NotPositive { value }),
            None => Ok(strengths),
        }
    }
}

impl ChainStrength {
    /// The strengths that [`Embedded`](super::Embedded) uses: given ones unchanged, computed ones with few digits, so that their sums
    /// with coefficients of few digits are exact.
    pub(super) fn on_chip(&self, spin: &Bqm) -> Result<Vec<f64>, ChainStrengthError> {
        let strengths = self.of(spin)?;
        Ok(match self {
            Self::Uniform(_) | Self::PerChain(_) => strengths,
            Self::UniformTorqueCompensation { .. } | Self::Scaled { .. } => {
                strengths.into_iter().map(few_bits).collect()
            }
        })
    }
}

/// A strength rounded up to 8 bits; unchanged where the result would not be finite.
pub(super) fn few_bits(strength: f64) -> f64 {
    let mask = (1u64 << (f64::MANTISSA_DIGITS - 8)) - 1;
    let rounded = f64::from_bits((strength.to_bits() + mask) & !mask);
    if rounded.is_finite() { rounded } else { strength }
}

/// `rms(J) sqrt(mean degree)`, 1 without interactions.
fn torque(spin: &Bqm) -> f64 {
    let biases: Vec<f64> = spin.interactions().map(|(.., bias)| bias).filter(|&bias| bias != 0.0).collect();
    // scaled first, since squares of extreme coefficients would leave the range of f64
    let largest = biases.iter().fold(0.0f64, |largest, bias| largest.max(bias.abs()));
    if largest == 0.0 {
        return 1.0;
    }
    let sum: f64 = biases.iter().map(|bias| (bias / largest).powi(2)).sum();
    let degree = 2.0 * biases.len() as f64 / spin.num_variables() as f64;
    largest * (sum / biases.len() as f64 * degree).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use isinglass_qubo::model::{BqmBuilder, Vartype};

    #[test]
    fn torque_compensation_is_that_of_ocean() {
        // the sum of all terms x_i and x_i x_j of five 0/1 variables gives 0.7070 there
        let mut builder = BqmBuilder::new(Vartype::Binary, 5);
        for first in 0..5 {
            builder.add_linear(first, 1.0);
            (0..first).for_each(|second| builder.add_quadratic(first, second, 1.0));
        }
        let spin = builder.build().unwrap().to_vartype(Vartype::Spin).unwrap();
        assert!((ChainStrength::default().of(&spin).unwrap()[0] - 0.707).abs() < 1e-9);
    }

    #[test]
    fn strengths_that_hold_nothing_are_refused() {
        let spin = BqmBuilder::new(Vartype::Spin, 2).build().unwrap();
        assert_eq!(ChainStrength::default().of(&spin).unwrap(), [1.414, 1.414]);
        assert!(ChainStrength::Uniform(0.0).of(&spin).is_err());
        assert!(ChainStrength::Uniform(f64::NAN).of(&spin).is_err());
        insta::assert_snapshot!(ChainStrength::PerChain(vec![1.0]).of(&spin).unwrap_err(), @"there are 1 chain strengths for 2 variables");
    }
}
