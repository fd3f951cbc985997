//! From values to places, with round numbers along the way.

use super::values::shortest;

/// The fewest numbers an axis is asked to have room for.
const FEWEST: usize = 4;
/// Strides between powers of ten, in powers.
const STRIDES: [i32; 10] = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500];
/// Ranges smaller than this part of their numbers are widened: their numbers could not be told apart.
const NARROWEST: f64 = 1e-9;

/// Round numbers that enclose a range.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ticks {
    /// Ascending; the first is at or below the range, the last at or above it.
    pub(super) values: Vec<f64>,
    /// Lines between, without numbers.
    pub(super) minor: Vec<f64>,
    is_log: bool,
}

impl Ticks {
    /// Between 3 and `room` numbers around `low..=high`; `room` is at least 4.
    pub(super) fn around(low: f64, high: f64, is_log: bool, room: usize) -> Self {
        let room = room.max(FEWEST);
        if !is_log {
            return Self { values: linear(low, high, room), minor: Vec::new(), is_log };
        }
        if low < high && high < 2.0 * low {
            // too short for powers of ten
            return Self { values: linear(low, high, room), minor: Vec::new(), is_log };
        }
        let (values, stride) = logarithmic(low, high, room);
        let minor = between(&values, stride);
        Self { values, minor, is_log }
    }

    /// Labels, as printed.
    pub(super) fn labels(&self) -> Vec<String> {
        self.values.iter().map(|&value| shortest(value, 1e6)).collect()
    }

    /// How far along the axis a value lies, from 0 to 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        let measure = |value: f64| if self.is_log { value.log10() } else { value };
        let (first, last) = (measure(self.values[0]), measure(self.values[self.values.len() - 1]));
        (measure(value) - first) / (last - first)
    }
}

/// An axis on the picture.
#[derive(Debug)]
pub(super) struct Scale {
    pub(super) ticks: Ticks,
    /// Where the first number is.
    pub(super) from: f64,
    /// Where the last number is.
    pub(super) to: f64,
}

impl Scale {
    pub(super) fn place(&self, value: f64) -> f64 {
        self.from + (self.to - self.from) * self.ticks.share(value)
    }
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear(low: f64, high: f64, room: usize) -> Vec<f64> {
    let (low, high) = widened(low, high);
    // rounding to both sides adds less than two steps
    let (digit, power) = parts((high - low) / (room - 2) as f64);
    let factors = [1, 2, 5, 10];
    let least = factors.iter().position(|&factor| factor as f64 >= digit).expect("digits are below 10");
    let mut values = multiples(low, high, factors[least], power);
    if values.len() < 3 {
        // both ends of the range lie between two numbers; with the next shorter step there are three or four
        values = if least > 0 {
            multiples(low, high, factors[least - 1], power)
        } else {
            multiples(low, high, 5, power - 1)
        };
    }
    values
}

/// Multiples of `factor · 10^power`, from the last at or below a range to the first at or above it.
fn multiples(low: f64, high: f64, factor: i64, power: i32) -> Vec<f64> {
    // numbers read from text are the nearest to what is meant
    let tick = |index: i64| decimal(index * factor, power);
    let mut index = (low / tick(1)).ceil() as i64 + 1;
    while tick(index) > low {
        index -= 1;
    }
    let mut values = vec![tick(index)];
    while values[values.len() - 1] < high {
        index += 1;
        values.push(tick(index));
    }
    values
}

/// A range that is wide enough to count in.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if size < 1e-290 {
        return (if low < 0.0 { -1.0 } else { 0.0 }, 1.0);
    }
    let more = if low == high {
        size * 0.1
    } else if high - low < size * NARROWEST {
        size * NARROWEST
    } else {
        0.0
    };
    (low - more, high + more)
}

/// 1, 2 and 5 times powers of ten, or powers of ten, with the stride of the powers.
fn logarithmic(low: f64, high: f64, room: usize) -> (Vec<f64>, i32) {
    let tick = |index: i32| decimal([1, 2, 5][index.rem_euclid(3) as usize], index.div_euclid(3));
    let mut first = 3 * parts(low).1;
    while tick(first + 1) <= low {
        first += 1;
    }
    let mut last = first;
    while tick(last) < high {
        last += 1;
    }
    if last == first {
        first -= 1;
    }
    last = last.max(first + 2);
    if (last - first) < room as i32 {
        return ((first..=last).map(tick).collect(), 0);
    }
    let (low, (digit, power)) = (parts(low).1, parts(high));
    let high = if digit > 1.0 { power + 1 } else { power };
    let ends = |stride: i32| (low.div_euclid(stride), -(-high).div_euclid(stride));
    let fits = |&stride: &i32| ends(stride).1 - ends(stride).0 < room as i32;
    let stride = STRIDES.into_iter().find(fits).expect("numbers have fewer powers of ten");
    let (first, last) = ends(stride);
    // the outermost powers of long strides are not numbers any more
    let power = |index: i32| (index * stride).clamp(-307, 308);
    ((first..=last).map(|index| decimal(1, power(index))).collect(), stride)
}

/// Lines between numbers on a logarithmic axis: at every digit, or at every power of ten that was left out.
fn between(values: &[f64], stride: i32) -> Vec<f64> {
    let (low, high) = (values[0], values[values.len() - 1]);
    let powers = parts(low).1..=parts(high).1;
    let digits = if stride > 1 { 1..=1 } else { 2..=9 };
    let lines = powers.flat_map(|power| digits.clone().map(move |digit| decimal(digit, power)));
    lines.filter(|line| *line > low && *line < high && !values.contains(line)).collect()
}

/// First digits, at least 1 and below 10, and power of ten.
fn parts(value: f64) -> (f64, i32) {
    let text = format!("{value:e}");
    let (digits, power) = text.split_once('e').expect("scientific numbers have a power");
    (digits.parse().expect("digits of a number"), power.parse().expect("power of a number"))
}

/// The number nearest to `digits · 10^power`.
fn decimal(digits: i64, power: i32) -> f64 {
    format!("{digits}e{power}").parse().expect("digits and a power")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether a number is 1, 2 or 5 times a power of ten, to twelve digits.
    fn is_round(value: f64) -> bool {
        let (digit, _) = parts(value);
        [1.0, 2.0, 5.0, 10.0].iter().any(|round: &f64| (digit - round).abs() < 1e-9)
    }

    fn numbers() -> impl Strategy<Value = f64> {
        (-1.0..1.0f64, -300..300i32).prop_map(|(digits, power)| digits * 10f64.powi(power))
    }

    proptest! {
        #[test]
        fn round_numbers_enclose_every_range(one in numbers(), two in numbers(), near in any::<bool>(), room in 4..=12usize) {
            let two = if near { one * (1.0 + 1e-3 * (two.abs() % 1.0)) } else { two };
            let (low, high) = (one.min(two), one.max(two));
            let ticks = Ticks::around(low, high, false, room);
            let values = &ticks.values;
            prop_assert!((3..=room).contains(&values.len()), "{values:?}");
            prop_assert!(values[0] <= low && high <= values[values.len() - 1], "{values:?}");
            let step = values[1] - values[0];
            let scale = values.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
            for pair in values.windows(2) {
                prop_assert!(pair[1] > pair[0] && (pair[1] - pair[0] - step).abs() <= 1e-14 * scale, "{values:?}");
            }
            if step > 1e-4 * scale {
                prop_assert!(is_round(step), "{values:?}");
                prop_assert!(ticks.labels().iter().all(|label| label.len() <= 12), "{values:?}");
            }
            prop_assert!((0.0..=1.0).contains(&ticks.share(low)) && (0.0..=1.0).contains(&ticks.share(high)));
        }

        #[test]
        fn powers_enclose_every_positive_range(one in numbers(), two in numbers(), factor in 1.0..1e4f64, near in any::<bool>(), room in 4..=12usize) {
            let (one, two) = (one.abs().max(1e-280), two.abs().max(1e-280));
            let (low, high) = if near { (one, (one * factor).min(1e300)) } else { (one.min(two), one.max(two)) };
            let ticks = Ticks::around(low, high, true, room);
            let values = &ticks.values;
            prop_assert!((3..=room).contains(&values.len()), "{low} {high} {values:?}");
            prop_assert!(0.0 < values[0] && values[0] <= low && high <= values[values.len() - 1], "{low} {high} {values:?}");
            prop_assert!(values.windows(2).all(|pair| pair[0] < pair[1]));
            if high >= 2.0 * low {
                prop_assert!(values.iter().all(|&value| is_round(value)), "{values:?}");
            }
            prop_assert!(ticks.minor.iter().all(|line| values[0] < *line && *line < values[values.len() - 1]));
            let shares: Vec<f64> = values.iter().map(|&value| ticks.share(value)).collect();
            prop_assert!(shares[0] == 0.0 && shares.windows(2).all(|pair| pair[0] < pair[1]), "{shares:?}");
        }
    }

    #[test]
    fn usual_ranges_have_the_numbers_one_would_write() {
        let labels = |low, high, is_log| Ticks::around(low, high, is_log, 8).labels().join(" ");
        assert_eq!(labels(0.0, 1.0, false), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(labels(0.1, 0.7, false), "0.1 0.2 0.3 0.4 0.5 0.6 0.7");
        assert_eq!(labels(-3.0, 47.0, false), "-10 0 10 20 30 40 50");
        assert_eq!(labels(0.0, 0.0, false), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(labels(0.0, 3e6, false), "0 500000 1e6 1.5e6 2e6 2.5e6 3e6");
        assert_eq!(labels(2.0, 40.0, true), "2 5 10 20 50");
        assert_eq!(labels(3.0, 3.0, true), "2 5 10");
        assert_eq!(labels(2.0, 2.0, true), "1 2 5");
        assert_eq!(labels(1.0, 1e5, true), "1 10 100 1000 10000 100000");
        assert_eq!(labels(1e-3, 1e9, true), "0.0001 0.01 1 100 10000 1e6 1e8 1e10");
        assert_eq!(labels(100.0, 120.0, true), "100 105 110 115 120");
    }

    #[test]
    fn lines_between_powers_are_at_the_digits() {
        let ticks = Ticks::around(1.0, 10.0, true, 6);
        assert_eq!((ticks.values, ticks.minor), (vec![1.0, 2.0, 5.0, 10.0], vec![3.0, 4.0, 6.0, 7.0, 8.0, 9.0]));
        assert!((Ticks::around(1.0, 100.0, true, 6).share(10.0) - 0.5).abs() < 1e-12);
    }
}
