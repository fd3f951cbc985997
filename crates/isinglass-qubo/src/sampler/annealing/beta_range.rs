//! The range of inverse temperatures where the user gives none.

use crate::model::Bqm;

/// A range of inverse temperatures from the coefficients of an Ising model.
///
/// Hot: the variable with the largest possible field `F` flips against it with probability 1/2, `ln 2 / (2 F)`. Cold:
/// the `n_min` variables with the smallest non-zero coefficient `g` are together excited by it with probability 1/100,
/// `ln(100 n_min) / (2 g)`. A model without any coefficient gets `(0.1, 1)`.
///
/// # References
/// The rule of D-Wave's `dwave-samplers` (`SimulatedAnnealingSampler`, version 1.8).
#[must_use]
pub fn default_beta_range(spin: &Bqm) -> (f64, f64) {
    let mut largest_field: f64 = 0.0;
    let mut smallest = f64::INFINITY;
    let mut num_smallest = 0.0f64;
    for variable in 0..spin.num_variables() {
        let (_, biases) = spin.neighborhood(variable);
        let own = std::iter::once(spin.linear()[variable]).chain(biases.iter().copied()).map(f64::abs);
        largest_field = largest_field.max(own.clone().sum());
        let least = own.filter(|&bias| bias > 0.0).fold(f64::INFINITY, f64::min);
        if least < smallest {
            (smallest, num_smallest) = (least, 1.0);
        } else if least == smallest {
            num_smallest += 1.0;
        }
    }
    if largest_field == 0.0 {
        return (0.1, 1.0);
    }
    let hot = std::f64::consts::LN_2 / (2.0 * largest_field);
    let cold = (100.0 * num_smallest).ln() / (2.0 * smallest);
    (hot.clamp(f64::MIN_POSITIVE, LARGEST_BETA), cold.clamp(f64::MIN_POSITIVE, LARGEST_BETA))
}

/// Keeps the range finite for coefficients at the lower end of the range of `f64`.
const LARGEST_BETA: f64 = 1e300;
