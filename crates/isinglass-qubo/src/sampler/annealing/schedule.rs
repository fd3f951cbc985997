//! How the inverse temperature rises.

use crate::sampler::SampleError;
use serde::{Deserialize, Serialize};

/// How the inverse temperature goes from sweep to sweep.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BetaSchedule {
    /// `beta_k = hot (cold / hot)^(k / (n - 1))` for sweep `k` of `n`, both ends of the range included; the cold end alone for a
    /// single sweep.
    #[default]
    Geometric,
    /// `beta_k = hot + (cold - hot) k / (n - 1)`, likewise.
    Linear,
    /// Inverse temperatures, each with its number of sweeps. Takes the place of the number of sweeps and of the range.
    Custom(Vec<(f64, u64)>),
}

/// A [`BetaSchedule`] with all that it depends on: the inverse temperature of every sweep.
///
/// # Examples
/// ```
/// use isinglass_qubo::sampler::{BetaSchedule, Schedule};
/// let schedule = Schedule::new(&BetaSchedule::Geometric, (1.0, 4.0), 3)?;
/// assert_eq!((schedule.beta(0), schedule.beta(2), schedule.num_sweeps()), (1.0, 4.0, 3));
/// # Ok::<(), isinglass_qubo::SampleError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    form: Form,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    Geometric(Ends),
    Linear(Ends),
    /// Inverse temperatures, and the sweeps from the start to the last of each.
    Custom(Vec<(f64, u64)>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Ends {
    hot: f64,
    cold: f64,
    num_sweeps: u64,
}

impl BetaSchedule {
    /// Refuses an invalid schedule.
    pub(super) fn check(&self, num_sweeps: u64, beta_range: Option<(f64, f64)>) -> Result<(), SampleError> {
        let refuse = |name, value, allowed| Err(SampleError::Parameter { name, value, allowed });
        let is_allowed = |beta: f64| beta.is_finite() && beta >= 0.0;
        if let Self::Custom(steps) = self {
            let total = steps.iter().try_fold(0u64, |sum, &(_, sweeps)| sum.checked_add(sweeps));
            return match (steps.iter().find(|&&(beta, _)| !is_allowed(beta)), total) {
                (Some(&(beta, _)), _) => refuse("beta_schedule", beta, "finite numbers of at least 0"),
                (None, Some(0)) => refuse("num_sweeps of beta_schedule", 0.0, "at least 1 in all"),
                (None, None) => refuse("num_sweeps of beta_schedule", f64::INFINITY, "at most 2^64 - 1 in all"),
                (None, Some(_)) => Ok(()),
            };
        }
        if num_sweeps == 0 {
            return refuse("num_sweeps", 0.0, "at least 1");
        }
        let Some((hot, cold)) = beta_range else { return Ok(()) };
        for beta in [hot, cold] {
            if !is_allowed(beta) {
                return refuse("beta_range", beta, "two finite numbers of at least 0");
            }
        }
        if *self == Self::Geometric && hot.min(cold) == 0.0 && hot != cold {
            return refuse("beta_range", 0.0, "above 0 at both ends, or 0 at both, for a geometric schedule");
        }
        Ok(())
    }

    /// Whether the range of inverse temperatures matters.
    pub(super) fn takes_range(&self) -> bool {
        !matches!(self, Self::Custom(_))
    }
}

impl Schedule {
    /// The schedule of `num_sweeps` sweeps from the first to the second of `beta_range`; a custom schedule asks for neither.
    ///
    /// # Errors
    /// [`SampleError::Parameter`] for no sweeps, and for inverse temperatures that are not finite and at least 0, or of which one
    /// alone is 0 where the schedule is geometric.
    pub fn new(schedule: &BetaSchedule, beta_range: (f64, f64), num_sweeps: u64) -> Result<Self, SampleError> {
        schedule.check(num_sweeps, Some(beta_range))?;
        let (hot, cold) = beta_range;
        let ends = Ends { hot, cold, num_sweeps };
        let form = match schedule {
            BetaSchedule::Geometric => Form::Geometric(ends),
            BetaSchedule::Linear => Form::Linear(ends),
            BetaSchedule::Custom(steps) => {
                let mut done = 0;
                let end = |&(beta, sweeps): &(f64, u64)| {
                    done += sweeps;
                    (beta, done)
                };
                Form::Custom(steps.iter().filter(|&&(_, sweeps)| sweeps > 0).map(end).collect())
            }
        };
        Ok(Self { form })
    }

    /// Sweeps in all.
    #[must_use]
    pub fn num_sweeps(&self) -> u64 {
        match &self.form {
            Form::Geometric(ends) | Form::Linear(ends) => ends.num_sweeps,
            Form::Custom(steps) => steps.last().map_or(0, |&(_, end)| end),
        }
    }

    /// The inverse temperatures of the first and the last sweep.
    #[must_use]
    pub fn ends(&self) -> (f64, f64) {
        (self.beta(0), self.beta(self.num_sweeps() - 1))
    }

    /// The largest inverse temperature.
    pub(super) fn coldest(&self) -> f64 {
        match &self.form {
            Form::Geometric(ends) | Form::Linear(ends) => ends.hot.max(ends.cold),
            Form::Custom(steps) => steps.iter().map(|&(beta, _)| beta).fold(0.0, f64::max),
        }
    }

    /// The inverse temperature of sweep `sweep`, counted from 0.
    ///
    /// # Panics
    /// When a custom schedule has no such sweep.
    #[must_use]
    pub fn beta(&self, sweep: u64) -> f64 {
        match &self.form {
            // by logarithms, since the quotient of the ends may overflow
            Form::Geometric(ends) => {
                ends.between(sweep, |hot, cold, share| (hot.ln() + share * (cold.ln() - hot.ln())).exp())
            }
            Form::Linear(ends) => ends.between(sweep, |hot, cold, share| hot * (1.0 - share) + cold * share),
            Form::Custom(steps) => steps[steps.partition_point(|&(_, end)| end <= sweep)].0,
        }
    }
}

impl Ends {
    /// Meets both ends exactly, and mixes in between.
    fn between(&self, sweep: u64, mix: impl Fn(f64, f64, f64) -> f64) -> f64 {
        if sweep + 1 >= self.num_sweeps || self.hot == self.cold {
            self.cold
        } else if sweep == 0 {
            self.hot
        } else {
            mix(self.hot, self.cold, sweep as f64 / (self.num_sweeps - 1) as f64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn betas(schedule: &BetaSchedule, range: (f64, f64), num_sweeps: u64) -> Vec<f64> {
        let schedule = Schedule::new(schedule, range, num_sweeps).unwrap();
        (0..schedule.num_sweeps()).map(|sweep| schedule.beta(sweep)).collect()
    }

    #[test]
    fn both_ends_are_met_exactly_and_steps_are_equal() {
        let geometric = betas(&BetaSchedule::Geometric, (0.1, 5.0), 5);
        let linear = betas(&BetaSchedule::Linear, (0.0, 5.0), 5);
        assert_eq!((geometric[0], geometric[4]), (0.1, 5.0));
        for pair in geometric.windows(2) {
            assert!((pair[1] / pair[0] - 50f64.powf(0.25)).abs() < 1e-12);
        }
        assert_eq!(linear, [0.0, 1.25, 2.5, 3.75, 5.0]);
    }

    #[test]
    fn one_sweep_takes_the_cold_end_and_huge_ranges_stay_finite() {
        for schedule in [BetaSchedule::Geometric, BetaSchedule::Linear] {
            assert_eq!(betas(&schedule, (0.1, 5.0), 1), [5.0]);
            assert!(betas(&schedule, (1e-300, 1e300), 1000).into_iter().all(f64::is_finite));
        }
    }

    #[test]
    fn a_list_is_followed_sweep_by_sweep() {
        let list = BetaSchedule::Custom(vec![(0.5, 2), (9.0, 0), (0.25, 1), (2.0, 3)]);
        assert_eq!(betas(&list, (0.0, 0.0), 77), [0.5, 0.5, 0.25, 2.0, 2.0, 2.0]);
        let schedule = Schedule::new(&list, (0.0, 0.0), 77).unwrap();
        assert_eq!((schedule.ends(), schedule.coldest()), ((0.5, 2.0), 2.0));
    }
}
