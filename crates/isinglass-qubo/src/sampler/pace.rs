//! How an anneal goes through its schedule: sweep by sweep, or in longer steps where it would not be done by the deadline.

use std::time::{Duration, Instant};

/// Where an anneal stands in a schedule of `num_sweeps` sweeps.
///
/// Without a deadline every sweep is made. With one, the time that the last sweeps took tells how many more can be made;
/// if these are fewer than are left, the steps through the schedule are lengthened so that its cold end is reached in
/// time. A run that is cut off at a high temperature is worth nothing.
#[derive(Debug)]
pub(super) struct Pace {
    deadline: Option<Instant>,
    num_sweeps: u64,
    /// Sweeps of the schedule made or passed over.
    position: f64,
    /// When the last stretch began, and its sweeps.
    last: Option<(Instant, u64)>,
}

/// Sweeps to be made between two looks at the clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stretch {
    from: f64,
    step: f64,
    num_sweeps: u64,
    end: u64,
}

impl Stretch {
    /// Number of sweeps to be made.
    pub(super) fn len(&self) -> u64 {
        self.num_sweeps
    }

    /// Sweeps of the schedule that the stretch passes over.
    pub(super) fn num_passed_over(&self) -> u64 {
        let to = (self.from + self.step * self.num_sweeps as f64).round() as u64;
        to.saturating_sub(self.from.round() as u64).saturating_sub(self.num_sweeps)
    }

    /// The sweeps to be made, as places in the schedule.
    pub(super) fn sweeps(self) -> impl Iterator<Item = u64> {
        (1..=self.num_sweeps).map(move |count| {
            let next = (self.from + self.step * count as f64).round() as u64;
            next.min(self.end).saturating_sub(1)
        })
    }
}

impl Pace {
    pub(super) fn new(deadline: Option<Instant>, num_sweeps: u64) -> Self {
        Self { deadline, num_sweeps, position: 0.0, last: None }
    }

    /// Whether the schedule was gone through to its end.
    pub(super) fn is_done(&self) -> bool {
        self.position.round() as u64 >= self.num_sweeps
    }

    /// The next sweeps, at most `most`; `None` at the end of the schedule.
    pub(super) fn next(&mut self, most: u64) -> Option<Stretch> {
        self.next_at(Instant::now, most)
    }

    fn next_at(&mut self, now: impl Fn() -> Instant, most: u64) -> Option<Stretch> {
        if self.is_done() {
            return None;
        }
        let left = self.num_sweeps - self.position.round() as u64;
        let mut num_sweeps = most.min(left);
        let mut step = 1.0;
        if let Some(deadline) = self.deadline {
            let now = now();
            if let Some((began, made)) = self.last {
                let time = deadline.saturating_duration_since(now);
                let possible = num_possible(time, now.duration_since(began), made);
                if possible < left {
                    step = left as f64 / possible as f64;
                    num_sweeps = most.min(possible);
                }
            } else {
                // one sweep tells how long they take; more would be made at the hot end for nothing if few fit
                num_sweeps = 1;
            }
            self.last = Some((now, num_sweeps));
        }
        let from = self.position;
        self.position = (from + step * num_sweeps as f64).min(self.num_sweeps as f64);
        Some(Stretch { from, step, num_sweeps, end: self.num_sweeps })
    }
}

/// How many sweeps fit into the time left if the last ones took so long; one is kept in hand, and one is always made.
fn num_possible(left: Duration, taken: Duration, made: u64) -> u64 {
    let per_sweep = taken.as_secs_f64().max(1e-9) / made.max(1) as f64;
    ((left.as_secs_f64() / per_sweep) as u64).saturating_sub(1).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(pace: &mut Pace, most: u64, now: impl Fn() -> Instant) -> Vec<u64> {
        pace.next_at(now, most).map_or_else(Vec::new, |stretch| stretch.sweeps().collect())
    }

    #[test]
    fn without_a_deadline_every_sweep_is_made_once() {
        let mut pace = Pace::new(None, 10);
        let made: Vec<u64> = std::iter::from_fn(|| pace.next(3)).flat_map(Stretch::sweeps).collect();
        assert_eq!(made, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_schedule_that_fits_is_not_shortened() {
        let start = Instant::now();
        let mut pace = Pace::new(Some(start + Duration::from_secs(100)), 10);
        let mut made = Vec::new();
        for second in 0..4 {
            made.extend(places(&mut pace, 3, || start + Duration::from_secs(second)));
        }
        assert_eq!(made, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn a_schedule_that_does_not_fit_still_ends_at_its_cold_end_before_the_deadline() {
        for num_sweeps in [50, 1000, 1 << 40] {
            let start = Instant::now();
            let mut pace = Pace::new(Some(start + Duration::from_secs(20)), num_sweeps);
            // a second for each sweep
            let (mut clock, mut made) = (start, Vec::new());
            loop {
                let stretch = places(&mut pace, 2, || clock);
                if stretch.is_empty() {
                    break;
                }
                clock += Duration::from_secs(stretch.len() as u64);
                made.extend(stretch);
            }
            assert!(clock <= start + Duration::from_secs(20) && made.len() >= 17, "{} sweeps", made.len());
            assert!(made.is_sorted() && *made.last().unwrap() == num_sweeps - 1);
        }
    }

    #[test]
    fn what_is_passed_over_and_what_is_made_add_up_to_the_schedule() {
        let start = Instant::now();
        let mut pace = Pace::new(Some(start + Duration::from_secs(10)), 1000);
        let (mut clock, mut sum) = (start, 0);
        while let Some(stretch) = pace.next_at(|| clock, 1) {
            clock += Duration::from_secs(1);
            sum += stretch.len() + stretch.num_passed_over();
        }
        assert!(sum.abs_diff(1000) <= 10, "{sum}");
    }
}
