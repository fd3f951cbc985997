//! What an annealer does to its energies in time: `A(s)` and `B(s)`.

use super::SampleError;
use crate::model::Bqm;

/// Energies of the transverse field and of the problem along an anneal, `s` from 0 to 1:
/// `H(s) = -A(s)/2 sum_i X_i + B(s)/2 (sum_i h_i Z_i + sum_{i<j} J_ij Z_i Z_j)`.
///
/// Between two points `B` is interpolated linearly, and `A` in its logarithm (linearly where an end is zero).
///
/// # References
/// D-Wave Systems, *QPU-specific characteristics* (2026), the tables of `A(s)` and `B(s)` of the chips.
///
/// # Examples
/// ```
/// use isinglass_qubo::sampler::AnnealSchedule;
/// let chip = AnnealSchedule::chip("Advantage2_system2").expect("a known chip");
/// assert_eq!((chip.a(0.0), chip.b(1.0)), (10.0, 13.765));
/// assert_eq!(chip.temperature_mk(), Some(16.7));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct AnnealSchedule {
    points: Vec<SchedulePoint>,
    temperature_mk: Option<f64>,
}

/// One point of a schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SchedulePoint {
    /// Normalised time. `[range: 0..=1]`
    pub s: f64,
    /// Energy of the transverse field, in GHz (times the Planck constant) for a chip.
    pub a: f64,
    /// Energy of the problem, in the same unit.
    pub b: f64,
}

/// Boltzmann's constant over Planck's, in GHz for each mK.
const GHZ_PER_MK: f64 = 0.02084;

/// The largest `|h|` and `|J|` that the chips take.
const LARGEST_H: f64 = 4.0;
const LARGEST_J: f64 = 1.0;

struct Chip {
    name: &'static str,
    temperature_mk: f64,
    /// `A` and `B` at `s = 0, 0.1, .., 1`.
    table: [(f64, f64); 11],
}

impl AnnealSchedule {
    /// Names of the chips whose standard schedule is known.
    pub const CHIPS: [&'static str; 4] = [CHIPS[0].name, CHIPS[1].name, CHIPS[2].name, CHIPS[3].name];

    /// The standard schedule of a chip (one of [`Self::CHIPS`]), from its published table at `s = 0, 0.1, .., 1`, and its temperature.
    #[must_use]
    pub fn chip(name: &str) -> Option<Self> {
        let chip = CHIPS.iter().find(|chip| chip.name == name)?;
        let point = |(index, &(a, b)): (usize, &(f64, f64))| SchedulePoint { s: index as f64 / 10.0, a, b };
        let points = chip.table.iter().enumerate().map(point).collect();
        Some(Self { points, temperature_mk: Some(chip.temperature_mk) })
    }

    /// `A(s) = a (1 - s)` and `B(s) = b s`.
    ///
    /// # Errors
    /// [`SampleError::Parameter`] for a number that is negative or not finite.
    pub fn linear(a: f64, b: f64) -> Result<Self, SampleError> {
        Self::from_points(vec![SchedulePoint { s: 0.0, a, b: 0.0 }, SchedulePoint { s: 1.0, a: 0.0, b }])
    }

    /// A schedule through the points given, `s` rising from 0 to 1.
    ///
    /// # Errors
    /// [`SampleError::Parameter`] when `s` does not begin at 0, rise, and end at 1, or when a number is negative or not finite.
    pub fn from_points(points: Vec<SchedulePoint>) -> Result<Self, SampleError> {
        let refuse = |name, value, allowed| Err(SampleError::Parameter { name, value, allowed });
        for point in &points {
            for (name, value) in [("A(s)", point.a), ("B(s)", point.b)] {
                if !(value.is_finite() && value >= 0.0) {
                    return refuse(name, value, "a finite number of at least 0");
                }
            }
        }
        if let Some(pair) =
            points.windows(2).find(|pair| pair[0].s.partial_cmp(&pair[1].s) != Some(std::cmp::Ordering::Less))
        {
            return refuse("s", pair[1].s, "larger than at the point before");
        }
        match points.as_slice() {
            [first, .., last] if first.s == 0.0 && last.s == 1.0 => Ok(Self { points, temperature_mk: None }),
            [first, .., last] if first.s == 0.0 => refuse("s", last.s, "1 at the last point"),
            [first, _, ..] => refuse("s", first.s, "0 at the first point"),
            _ => refuse("points of the schedule", points.len() as f64, "at least 2"),
        }
    }

    /// The points.
    #[must_use]
    pub fn points(&self) -> &[SchedulePoint] {
        &self.points
    }

    /// The energy of the transverse field at `s` (at the nearer end, if `s` is outside `0..=1`).
    #[must_use]
    pub fn a(&self, s: f64) -> f64 {
        let (before, after, share) = self.around(s);
        if before.a > 0.0 && after.a > 0.0 && share > 0.0 && share < 1.0 {
            (before.a.ln() + share * (after.a.ln() - before.a.ln())).exp()
        } else {
            before.a * (1.0 - share) + after.a * share
        }
    }

    /// The energy of the problem at `s` (at the nearer end, if `s` is outside `0..=1`).
    #[must_use]
    pub fn b(&self, s: f64) -> f64 {
        let (before, after, share) = self.around(s);
        before.b * (1.0 - share) + after.b * share
    }

    /// The chip's temperature in mK; `None` for a schedule that is no chip's.
    #[must_use]
    pub fn temperature_mk(&self) -> Option<f64> {
        self.temperature_mk
    }

    /// The inverse temperature in 1/GHz: `1 / (0.02084 T)` with `T` in mK.
    #[must_use]
    pub fn beta(temperature_mk: f64) -> f64 {
        1.0 / (GHZ_PER_MK * temperature_mk)
    }

    /// What a problem over spins is divided by to fill the range of the chips, `|h| <= 4` and `|J| <= 1`: the larger one of
    /// `max |h| / 4` and `max |J|`; 1 for a problem without coefficients. As the chips' own automatic scaling, this makes small
    /// coefficients larger, too; bounds on sums of couplings are not looked at.
    #[must_use]
    pub fn scale(spin: &Bqm) -> f64 {
        let linear = spin.linear().iter().fold(0.0, |largest: f64, bias| largest.max(bias.abs() / LARGEST_H));
        let quadratic = spin.interactions().fold(0.0, |largest: f64, (.., bias)| largest.max(bias.abs() / LARGEST_J));
        match linear.max(quadratic) {
            0.0 => 1.0,
            // quotients of subnormal numbers by each other are of no use
            scale => scale.max(f64::MIN_POSITIVE),
        }
    }

    /// The least `s` at which `B` is `energy`; 1 where `B` stays below.
    #[must_use]
    pub fn s_of_b(&self, energy: f64) -> f64 {
        if self.points[0].b >= energy {
            return 0.0;
        }
        let reaches = |pair: &&[SchedulePoint]| pair[1].b >= energy;
        self.points
            .windows(2)
            .find(reaches)
            .map_or(1.0, |pair| pair[0].s + (pair[1].s - pair[0].s) * (energy - pair[0].b) / (pair[1].b - pair[0].b))
    }

    /// The part of the schedule up to `end`, stretched to the whole range of `s`.
    ///
    /// # Errors
    /// [`SampleError::Parameter`] when `end` is not above 0 and at most 1.
    pub fn until(&self, end: f64) -> Result<Self, SampleError> {
        if !(end > 0.0 && end <= 1.0) {
            return Err(SampleError::Parameter {
                name: "end of the schedule",
                value: end,
                allowed: "above 0 and at most 1",
            });
        }
        let before =
            self.points.iter().filter(|point| point.s < end).map(|point| SchedulePoint { s: point.s / end, ..*point });
        let last = SchedulePoint { s: 1.0, a: self.a(end), b: self.b(end) };
        Ok(Self { points: before.chain([last]).collect(), temperature_mk: self.temperature_mk })
    }

    fn around(&self, s: f64) -> (SchedulePoint, SchedulePoint, f64) {
        let after = self.points.partition_point(|point| point.s < s).clamp(1, self.points.len() - 1);
        let (before, after) = (self.points[after - 1], self.points[after]);
        (before, after, ((s - before.s) / (after.s - before.s)).clamp(0.0, 1.0))
    }
}

const CHIPS: [Chip; 4] = [
    Chip {
        name: "Advantage_system4",
        temperature_mk: 15.4,
        table: [
            (9.839, 0.259),
            (4.491, 0.558),
            (2.344, 0.975),
            (1.195, 1.508),
            (0.5123, 2.157),
            (0.1483, 2.921),
            (0.0225, 3.801),
            (0.00154, 4.796),
            (4.3e-5, 5.908),
            (4.2e-7, 7.135),
            (1.2e-9, 8.477),
        ],
    },
    Chip {
        name: "Advantage_system6",
        temperature_mk: 16.0,
        table: [
            (9.627, 0.232),
            (4.399, 0.499),
            (2.296, 0.871),
            (1.175, 1.347),
            (0.5053, 1.926),
            (0.1455, 2.608),
            (0.0224, 3.393),
            (0.00160, 4.282),
            (4.6e-5, 5.273),
            (4.8e-7, 6.368),
            (1.5e-9, 7.566),
        ],
    },
    Chip {
        name: "Advantage2_system1",
        temperature_mk: 20.0,
        table: [
            (11.315, 0.558),
            (5.741, 1.083),
            (3.300, 1.762),
            (1.900, 2.612),
            (0.9711, 3.690),
            (0.3718, 5.041),
            (0.0892, 6.606),
            (0.0117, 8.359),
            (7.8e-4, 10.296),
            (2.5e-5, 12.420),
            (3.3e-7, 14.734),
        ],
    },
    Chip {
        name: "Advantage2_system2",
        temperature_mk: 16.7,
        table: [
            (10.000, 0.412),
            (4.516, 0.894),
            (2.325, 1.568),
            (1.165, 2.431),
            (0.4733, 3.482),
            (0.1238, 4.734),
            (0.0161, 6.164),
            (0.00096, 7.782),
            (2.2e-5, 9.588),
            (1.7e-7, 11.582),
            (1.0e-9, 13.765),
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};

    #[test]
    fn every_chip_has_a_field_that_falls_and_a_problem_that_rises() {
        for name in AnnealSchedule::CHIPS {
            let chip = AnnealSchedule::chip(name).unwrap();
            let steps: Vec<f64> = (0..=1000).map(|step| f64::from(step) / 1000.0).collect();
            assert!(steps.is_sorted_by(|&left, &right| chip.a(left) > chip.a(right) && chip.b(left) < chip.b(right)));
            assert!(AnnealSchedule::from_points(chip.points().to_vec()).is_ok());
        }
        assert_eq!(AnnealSchedule::chip("Advantage_system9"), None);
    }

    #[test]
    fn the_field_is_interpolated_in_its_logarithm_and_the_problem_linearly() {
        let chip = AnnealSchedule::chip("Advantage_system4").unwrap();
        assert!((chip.a(0.65) - (0.0225f64 * 0.00154).sqrt()).abs() < 1e-12);
        assert!((chip.b(0.65) - (3.801 + 4.796) / 2.0).abs() < 1e-12);
        assert_eq!((chip.a(0.3), chip.b(0.3)), (1.195, 1.508));
        assert_eq!((chip.a(-1.0), chip.b(2.0)), (9.839, 8.477));
        let linear = AnnealSchedule::linear(6.0, 2.0).unwrap();
        assert_eq!((linear.a(0.25), linear.b(0.25), linear.a(1.0)), (4.5, 0.5, 0.0));
        // kT of 15.4 mK is 0.321 GHz
        assert!((AnnealSchedule::beta(15.4) - 1.0 / 0.321).abs() < 1e-3);
    }

    #[test]
    fn a_part_of_a_schedule_is_that_part() {
        let chip = AnnealSchedule::chip("Advantage_system4").unwrap();
        assert!((chip.s_of_b(chip.b(0.537)) - 0.537).abs() < 1e-12);
        assert_eq!((chip.s_of_b(0.0), chip.s_of_b(100.0)), (0.0, 1.0));
        let part = chip.until(0.537).unwrap();
        for step in 0..=100 {
            let s = f64::from(step) / 100.0;
            assert!((part.b(s) - chip.b(0.537 * s)).abs() < 1e-9 && (part.a(s) / chip.a(0.537 * s) - 1.0).abs() < 1e-9);
        }
        assert_eq!(chip.until(1.0).unwrap(), chip);
        insta::assert_snapshot!(chip.until(0.0).unwrap_err(), @"end of the schedule is 0, but must be above 0 and at most 1");
    }

    #[test]
    fn points_that_are_no_schedule_are_refused() {
        let message = |points: &[(f64, f64, f64)]| {
            let points = points.iter().map(|&(s, a, b)| SchedulePoint { s, a, b }).collect();
            AnnealSchedule::from_points(points).unwrap_err().to_string()
        };
        insta::assert_snapshot!(message(&[]), @"points of the schedule is 0, but must be at least 2");
        insta::assert_snapshot!(message(&[(0.0, 1.0, 0.0), (0.5, 0.0, 1.0)]), @"s is 0.5, but must be 1 at the last point");
        insta::assert_snapshot!(message(&[(0.1, 1.0, 0.0), (1.0, 0.0, 1.0)]), @"s is 0.1, but must be 0 at the first point");
        insta::assert_snapshot!(
            message(&[(0.0, 1.0, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, 1.0)]),
            @"s is 0, but must be larger than at the point before"
        );
        insta::assert_snapshot!(
            message(&[(0.0, f64::NAN, 0.0), (1.0, 0.0, 1.0)]),
            @"A(s) is NaN, but must be a finite number of at least 0"
        );
    }

    #[test]
    fn the_scale_fills_the_range_of_the_chip() {
        let mut builder = BqmBuilder::new(Vartype::Spin, 3);
        assert_eq!(AnnealSchedule::scale(&builder.clone().build().unwrap()), 1.0);
        builder.add_linear(0, -2.0);
        assert_eq!(AnnealSchedule::scale(&builder.clone().build().unwrap()), 0.5);
        builder.add_quadratic(1, 2, 3.0);
        assert_eq!(AnnealSchedule::scale(&builder.build().unwrap()), 3.0);
    }
}
