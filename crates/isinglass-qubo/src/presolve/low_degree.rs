//! Variables with few neighbours, whose minimum is a quadratic function of these.

use super::statistics::Statistics;
use super::units::Units;
use super::work::Work;

/// Takes the minimum over a variable with at most `max_degree <= 3` neighbours, if it has no term of degree three.
///
/// The minimum `min(0, b + sum_j q_j x_j)` is a function of `d` neighbours, and some polynomial with a coefficient for each of
/// their `2^d` products goes through its values. For `d <= 2` it is quadratic: a constant, a bias for each neighbour, a coupling.
/// For `d = 3` it is where the coefficient of the product of all three vanishes, as it does without a field over ±1 (the
/// exchange of a star for a triangle). The energy of the rest is then the least one over the variable, for every sample.
///
/// The lifted value is the lower one where both have the same energy: other optima are lost. With `strong_only` a variable with
/// such a tie stays, and optima correspond one to one.
pub(super) fn minimize(
    work: &mut Work,
    variable: usize,
    max_degree: usize,
    strong_only: bool,
    statistics: &mut Statistics,
) -> bool {
    let row = work.row(variable);
    let degree = row.len();
    if degree > max_degree {
        return false;
    }
    let mut fields = [work.linear(variable); 8];
    for (place, &(_, bias)) in row.iter().enumerate() {
        for (mask, field) in fields.iter_mut().enumerate().take(1 << degree) {
            if mask >> place & 1 == 1 {
                *field += bias;
            }
        }
    }
    let mut minimum = [0; 8];
    for (minimum, &field) in minimum.iter_mut().zip(&fields).take(1 << degree) {
        *minimum = field.min(0);
    }
    // values by mask become coefficients by mask (Moebius transform)
    for place in 0..degree {
        for mask in (0..1usize << degree).filter(|mask| mask >> place & 1 == 1) {
            minimum[mask] -= minimum[mask ^ 1 << place];
        }
    }
    if minimum[7] != 0 || strong_only && fields[..1 << degree].contains(&(0 as Units)) {
        return false;
    }
    work.minimize(variable, &minimum);
    *[
        &mut statistics.isolated,
        &mut statistics.degree_one,
        &mut statistics.degree_two,
        &mut statistics.degree_three,
    ][degree] += 1;
    true
}
