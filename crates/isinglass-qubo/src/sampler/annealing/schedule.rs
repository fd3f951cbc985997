//! How the inverse temperature rises.

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

    /// The inverse temperature of sweep `sweep`, counted from 0.
    pub(super) fn beta(&self, sweep: u64) -> f64 {
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
        let schedule = Geometric::new((0.1, 5.0), 5);
        let betas: Vec<f64> = (0..5).map(|sweep| schedule.beta(sweep)).collect();
        assert_eq!((betas[0], betas[4]), (0.1, 5.0));
        for pair in betas.windows(2) {
            assert!((pair[1] / pair[0] - 50f64.powf(0.25)).abs() < 1e-12);
        }
    }

    #[test]
    fn one_sweep_takes_the_cold_end_and_huge_ranges_stay_finite() {
        assert_eq!(Geometric::new((0.1, 5.0), 1).beta(0), 5.0);
        let schedule = Geometric::new((1e-300, 1e300), 1000);
        assert!((0..1000).all(|sweep| schedule.beta(sweep).is_finite()));
    }
}
