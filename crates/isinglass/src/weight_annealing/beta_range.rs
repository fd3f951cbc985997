//! Default range of inverse temperatures.

use crate::task::Groups;

/// Default range of inverse temperatures of [`WeightAnnealing`](super::WeightAnnealing) for these groups,
/// `(1 / norm, 4 / max(least, norm / 1000))`, with `norm = sqrt(sum delta²)` and `least` the smallest positive delta.
///
/// `norm` is the change of the loss when about all groups flip at random: the first sweep accepts almost every flip.
/// The last sweep accepts a flip that costs the smallest delta with probability `exp(-4)`. Groups without deltas get
/// `(0.1, 1)`.
///
/// # Examples
/// ```
/// use isinglass::{bits::BitMatrix, task::{Merge, Task}, weight_annealing::default_beta_range};
/// let inputs = BitMatrix::from_fn(4, 2, |row, column| row >> column & 1 == 1);
/// let groups = Task::new(inputs, BitMatrix::zeros(4, 1))?.group(Merge::Equal);
/// assert_eq!(default_beta_range(&groups), (0.5, 4.0));
/// # Ok::<(), isinglass::task::TaskError>(())
/// ```
#[must_use]
pub fn default_beta_range(groups: &Groups) -> (f64, f64) {
    let deltas = || groups.deltas.iter().copied().filter(|&delta| delta > 0.0);
    let largest = deltas().fold(0.0, f64::max);
    if largest == 0.0 {
        return (0.1, 1.0);
    }
    // squares of extreme deltas would leave the range of f64
    let norm = deltas().map(|delta| (delta / largest).powi(2)).sum::<f64>().sqrt();
    let least = deltas().fold(f64::INFINITY, f64::min) / largest;
    let beta = |relative: f64| (relative / largest).clamp(f64::MIN_POSITIVE, LARGEST_BETA);
    (beta(1.0 / norm), beta(4.0 / least.max(norm / 1000.0)))
}

/// Keeps the range finite for deltas at the lower end of the range of `f64`.
const LARGEST_BETA: f64 = 1e300;
