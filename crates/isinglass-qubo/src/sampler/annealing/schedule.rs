//! How the inverse temperature rises.

use crate::model::Bqm;

/// `beta_k = hot (cold / hot)^(k / (n - 1))`, both ends included; the cold end alone for a single sweep.
pub(super) struct Geometric {
    hot: f64,
    cold: f64,
    num_sweeps: u64,
}

impl Geometric {
    pub(super) fn new((hot, cold): (f64, f64), num_sweeps: u64) -> Self {
        Self { hot, cold, num_sweeps }
    }

    pub(super) fn beta(&self, sweep: u64) -> f64 {
        if sweep + 1 >= self.num_sweeps || self.hot == self.cold {
            return self.cold;
        }
        self.hot * (self.cold / self.hot).powf(sweep as f64 / (self.num_sweeps - 1) as f64)
    }
}

/// A range of inverse temperatures from the coefficients of an Ising model: `1 / r_50` to `8 / r_10`.
///
/// `r_i = sqrt(h_i^2 + sum_j J_ij^2)` is the root mean square of the field at variable `i` over random neighbours, `r_50`
/// the median and `r_10` the lower tenth of those that are not zero. To flip against a field `r` costs `2 r`. So at the
/// hot end half of the variables do it with probability `exp(-2)` or more: hotter sweeps are spent in disorder. At the cold
/// end nine in ten do it with probability `exp(-16)` or less: colder sweeps are spent frozen. Quantiles let neither a few
/// strongly coupled variables nor a few nearly free ones decide, and single small couplings do not count at all.
///
/// A model without any coefficient gets `(0.1, 1)`.
#[must_use]
pub fn default_beta_range(spin: &Bqm) -> (f64, f64) {
    let mut sizes: Vec<f64> = (0..spin.num_variables()).map(|variable| field_size(spin, variable)).collect();
    sizes.retain(|&size| size > 0.0);
    if sizes.is_empty() {
        return (0.1, 1.0);
    }
    sizes.sort_unstable_by(f64::total_cmp);
    let last = sizes.len() - 1;
    let inverse = |factor: f64, size: f64| (factor / size).clamp(f64::MIN_POSITIVE, f64::MAX);
    (inverse(1.0, sizes[last / 2]), inverse(8.0, sizes[last / 10]))
}

/// `sqrt(h_i^2 + sum_j J_ij^2)`, of the largest term so that no square leaves the range of `f64`.
fn field_size(spin: &Bqm, variable: usize) -> f64 {
    let (_, biases) = spin.neighborhood(variable);
    let terms = || std::iter::once(spin.linear()[variable]).chain(biases.iter().copied()).map(f64::abs);
    let largest = terms().fold(0.0, f64::max);
    if largest == 0.0 { 0.0 } else { largest * terms().map(|term| (term / largest).powi(2)).sum::<f64>().sqrt() }
}
