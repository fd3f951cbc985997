//! Numbers and times for people.

pub(crate) use isinglass::report::thousands;

/// A number of things, with the word for one or for many.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number as u64), if number == 1 { one } else { many })
}

/// A number with ten significant digits at most, so that rounding errors do not show.
pub(crate) fn compact(value: f64) -> String {
    let rounded: f64 = format!("{value:.9e}").parse().unwrap_or(value);
    let magnitude = rounded.abs();
    if magnitude != 0.0 && !(1e-4..1e15).contains(&magnitude) {
        format!("{rounded:e}")
    } else {
        // Adding zero turns -0 into 0.
        format!("{}", rounded + 0.0)
    }
}

/// A number with three significant digits.
pub(crate) fn significant(value: f64) -> String {
    compact(format!("{value:.2e}").parse().unwrap_or(value))
}

/// A share as a percentage with one decimal place.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A time in the unit that suits it: `12 ns`, `340 µs`, `12.5 ms`, `3.20 s`, `2 min 5 s`, `1 h 2 min`.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds > 0.0 && seconds < 0.9995e-6 {
        format!("{:.0} ns", seconds * 1e9)
    } else if seconds < 0.9995e-3 {
        format!("{:.0} µs", seconds * 1e6)
    } else if seconds < 0.99995 {
        format!("{:.1} ms", seconds * 1e3)
    } else if seconds < 59.995 {
        format!("{seconds:.2} s")
    } else if seconds < 3599.5 {
        let whole = seconds.round() as u64;
        format!("{} min {} s", whole / 60, whole % 60)
    } else {
        let minutes = (seconds / 60.0).round() as u64;
        format!("{} h {} min", minutes / 60, minutes % 60)
    }
}

/// A number of things per second, with three digits: `812`, `95.3 k`, `312 M`, `1.20 G`.
pub(crate) fn rate(per_second: f64) -> String {
    let units = ["", " k", " M", " G", " T"];
    let mut value = per_second;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = match value {
        _ if unit == 0 || value >= 99.95 => 0,
        _ if value >= 9.995 => 1,
        _ => 2,
    };
    format!("{value:.decimals$}{}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_commas() {
        let counts = [0, 999, 1_000, 12_345, 1_234_567].map(thousands);
        assert_eq!(counts, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn rounding_errors_do_not_show() {
        let values = [0.1 + 0.2, -17.499_999_999_999_996, -0.0, 3.0, 1e-7, 2.5e20].map(compact);
        assert_eq!(values, ["0.3", "-17.5", "0", "3", "1e-7", "2.5e20"]);
    }

    #[test]
    fn times_have_the_unit_that_suits_them() {
        let times = [0.0, 12e-9, 0.000_34, 0.0125, 0.999_99, 3.2, 59.999, 125.4, 3720.0].map(duration);
        assert_eq!(
            times,
            ["0 µs", "12 ns", "340 µs", "12.5 ms", "1.00 s", "3.20 s", "1 min 0 s", "2 min 5 s", "1 h 2 min"]
        );
    }

    #[test]
    fn rates_have_three_digits() {
        let rates = [7.0, 812.0, 95_310.0, 999_600.0, 312e6, 1.2e9].map(rate);
        assert_eq!(rates, ["7", "812", "95.3 k", "1.00 M", "312 M", "1.20 G"]);
    }
}
