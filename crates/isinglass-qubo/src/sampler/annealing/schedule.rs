//! How the inverse temperature rises.

use crate::sampler::SampleError;

/// A geometric schedule: `beta_k = hot (cold / hot)^(k / (n - 1))`, both ends included; the cold end alone for a single sweep.
///
/// # Examples
/// ```
/// use isinglass_qubo::sampler::Geometric;
/// let schedule = Geometric::new((1.0, 4.0), 2)?;
/// assert_eq!((schedule.beta(0), schedule.beta(1)), (1.0, 4.0));
/// # Ok::<(), isinglass_qubo::SampleError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometric {
    hot: f64,
    cold: f64,
    num_sweeps: u64,
}

impl Geometric {
    /// The schedule of `num_sweeps` sweeps from the first to the second of `beta_range`.
    ///
    /// # Errors
    /// [`SampleError::Parameter`] for no sweeps, and for a range that is not two finite numbers of at least 0, or of which one
    /// alone is 0.
    pub fn new(beta_range: (f64, f64), num_sweeps: u64) -> Result<Self, SampleError> {
        let refuse = |name, value, allowed| Err(SampleError::Parameter { name, value, allowed });
        let (hot, cold) = beta_range;
        if num_sweeps == 0 {
            return refuse("num_sweeps", 0.0, "at least 1");
        }
        for beta in [hot, cold] {
            if !(beta.is_finite() && beta >= 0.0) {
                return refuse("beta_range", beta, "two finite numbers of at least 0");
            }
        }
        if hot.min(cold) == 0.0 && hot != cold {
            return refuse("beta_range", 0.0, "above 0 at both ends, or 0 at both, for a geometric schedule");
        }
        Ok(Self { hot, cold, num_sweeps })
    }

    /// The inverse temperature of sweep `sweep`, counted from 0.
    #[must_use]
    pub fn beta(&self, sweep: u64) -> f64 {
        if sweep + 1 >= self.num_sweeps || self.hot == self.cold {
            self.cold
        } else if sweep == 0 {
            self.hot
        } else {
            // by logarithms, since the quotient of the ends may overflow
            let share = sweep as f64 / (self.num_sweeps - 1) as f64;
            (self.hot.ln() + share * (self.cold.ln() - self.hot.ln())).exp()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_met_exactly_and_ratios_are_equal() {
        let schedule = Geometric::new((0.1, 5.0), 5).unwrap();
        let betas: Vec<f64> = (0..5).map(|sweep| schedule.beta(sweep)).collect();
        assert_eq!((betas[0], betas[4]), (0.1, 5.0));
        for pair in betas.windows(2) {
            assert!((pair[1] / pair[0] - 50f64.powf(0.25)).abs() < 1e-12);
        }
    }

    #[test]
    fn one_sweep_takes_the_cold_end_and_huge_ranges_stay_finite() {
        assert_eq!(Geometric::new((0.1, 5.0), 1).unwrap().beta(0), 5.0);
        let schedule = Geometric::new((1e-300, 1e300), 1000).unwrap();
        assert!((0..1000).all(|sweep| schedule.beta(sweep).is_finite()));
    }
}
