//! Variables whose best value does not depend on their neighbours.

use super::statistics::Statistics;
use super::work::Work;

/// Fixes a variable whose field `b_i + sum_j q_ij x_j` has one sign for all values of its neighbours.
///
/// Proof: where the field is never negative, setting the variable to 0 raises no energy, and lowers it where the field is
/// positive; likewise for 1. Over ±1 this is `|h_i| >= sum_j |J_ij|`. If the field can be zero, optima may be lost.
pub(super) fn fix(work: &mut Work, variable: usize, strong_only: bool, statistics: &mut Statistics) -> bool {
    let (least, most) = work.field_range(variable);
    work.effort += work.row(variable).len() as u64 + 1;
    let zero = if strong_only { least > 0 } else { least >= 0 };
    let one = if strong_only { most < 0 } else { most <= 0 };
    if zero || one {
        work.fix(variable, !zero);
        statistics.dominated += 1;
    }
    zero || one
}
