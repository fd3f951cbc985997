//! The range of inverse temperatures where the user gives none.

use crate::formulation::WeightTerms;
use crate::task::Groups;

/// The range of inverse temperatures that [`WeightAnnealing`](super::WeightAnnealing) takes unless told.
#[must_use]
pub fn default_beta_range(groups: &Groups, _terms: &WeightTerms) -> (f64, f64) {
    let largest = groups.deltas.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return (0.1, 1.0);
    }
    let norm = largest * groups.deltas.iter().map(|delta| (delta / largest).powi(2)).sum::<f64>().sqrt();
    let least = groups.deltas.iter().copied().filter(|&delta| delta > 0.0).fold(f64::INFINITY, f64::min);
    (1.0 / norm, 4.0 / least.max(norm / 1000.0))
}
