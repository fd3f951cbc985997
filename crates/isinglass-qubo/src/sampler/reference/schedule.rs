//! The inverse temperatures of the reference.

use super::ReferenceAnnealing;
use crate::model::Bqm;
use crate::sampler::SampleError;

/// How the inverse temperature of [`ReferenceAnnealing`] rises.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ReferenceSchedule {
    /// Equal ratios, both ends of the range included; the last alone where there is but one.
    #[default]
    Geometric,
    /// Equal differences, likewise.
    Linear,
    /// These, each for `num_sweeps_per_beta` sweeps; `num_sweeps` and `beta_range` have no say.
    Custom(Vec<f64>),
}

/// The most inverse temperatures that are listed.
const MAX_BETAS: u64 = 1 << 27;

impl ReferenceAnnealing {
    /// One inverse temperature for each `num_sweeps_per_beta` sweeps.
    pub(super) fn betas(&self, spin: &Bqm) -> Result<Vec<f64>, SampleError> {
        let refuse = |name, value, allowed| Err(SampleError::Parameter { name, value, allowed });
        if self.num_sweeps_per_beta == 0 {
            return refuse("num_sweeps_per_beta", 0.0, "at least 1");
        }
        if let ReferenceSchedule::Custom(betas) = &self.beta_schedule {
            if let Some(&beta) = betas.iter().find(|beta| !(beta.is_finite() && **beta >= 0.0)) {
                return refuse("beta_schedule", beta, "finite numbers of at least 0");
            }
            return if betas.is_empty() {
                refuse("beta_schedule", 0.0, "at least 1 number")
            } else {
                Ok(betas.clone())
            };
        }
        if self.num_sweeps == 0 || !self.num_sweeps.is_multiple_of(self.num_sweeps_per_beta) {
            return refuse("num_sweeps", self.num_sweeps as f64, "a multiple of num_sweeps_per_beta, and at least 1");
        }
        let num_betas = self.num_sweeps / self.num_sweeps_per_beta;
        if num_betas > MAX_BETAS {
            return refuse("num_sweeps", self.num_sweeps as f64, "at most 2^27 times num_sweeps_per_beta");
        }
        let (first, last) = self.beta_range.unwrap_or_else(|| reference_beta_range(spin));
        for beta in [first, last] {
            if !(beta.is_finite() && beta >= 0.0) {
                return refuse("beta_range", beta, "two finite numbers of at least 0");
            }
        }
        if self.beta_schedule == ReferenceSchedule::Linear {
            return Ok(evenly(first, last, num_betas));
        }
        if first.min(last) == 0.0 {
            return refuse("beta_range", 0.0, "above 0 at both ends for a geometric schedule");
        }
        let mut betas: Vec<f64> =
            evenly(first.log10(), last.log10(), num_betas).into_iter().map(|power| 10f64.powf(power)).collect();
        // powers of logarithms are not quite the numbers
        if num_betas > 1 {
            betas[0] = first;
        }
        *betas.last_mut().expect("at least one") = last;
        Ok(betas)
    }
}

/// `count` numbers at equal distances; the last alone if one is asked for.
fn evenly(first: f64, last: f64, count: u64) -> Vec<f64> {
    let step = (last - first) / (count.max(2) - 1) as f64;
    let mut numbers: Vec<f64> = (0..count).map(|index| index as f64 * step + first).collect();
    *numbers.last_mut().expect("at least one") = last;
    numbers
}

/// The range of inverse temperatures that [`ReferenceAnnealing`] takes unless told:
/// `(ln 2 / (2 max_i (|h_i| + sum_j |J_ij|)), ln(100 n) / (2 g))`.
///
/// `g` is the least size of a coefficient other than zero, and `n` the number of variables with such a one. So at first every flip
/// has at least even odds, and at last some variable is expected to be out of place once in a hundred times if the least cost
/// of a flip is that of the least coefficient. A model without any coefficient gets `(0.1, 1)`.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, Vartype, sampler::reference_beta_range};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 5);
/// for second in 0..5 {
///     for first in 0..second {
///         builder.add_quadratic(first, second, 1.0);
///     }
/// }
/// let (hot, cold) = reference_beta_range(&builder.build()?);
/// assert!((hot - 0.0866).abs() < 1e-4 && (cold - 3.1073).abs() < 1e-4);
/// # Ok::<(), isinglass_qubo::ModelError>(())
/// ```
#[must_use]
pub fn reference_beta_range(spin: &Bqm) -> (f64, f64) {
    let mut largest = 0f64;
    let (mut least, mut num_least) = (f64::INFINITY, 0u32);
    for (variable, own) in spin.linear().iter().enumerate() {
        let sizes = || std::iter::once(own).chain(spin.neighborhood(variable).1).map(|bias| bias.abs());
        largest = largest.max(sizes().sum());
        let own_least = sizes().filter(|&size| size > 0.0).fold(f64::INFINITY, f64::min);
        if own_least < least {
            (least, num_least) = (own_least, 0);
        }
        num_least += u32::from(own_least == least);
    }
    if largest == 0.0 {
        return (0.1, 1.0);
    }
    let cold = (f64::from(num_least) / 0.01).ln() / (2.0 * least);
    // finite even where the least coefficient is not a normal number
    let finite = |beta: f64| beta.clamp(f64::MIN_POSITIVE, 1e300);
    (finite(std::f64::consts::LN_2 / (2.0 * largest)), finite(cold))
}
