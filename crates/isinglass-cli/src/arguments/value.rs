//! Values of arguments: times with a unit, ranges, shapes. Each parser says what it expected.

use std::num::NonZeroUsize;
use std::time::Duration;

/// A time such as `500ms`, `10s`, `1.5m` or `2h`; longer than nothing.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let expected = || "a time is a number and one of the units ms, s, m, h, such as 10s".to_owned();
    let unit_start = text.find(|character: char| character.is_ascii_alphabetic()).ok_or_else(expected)?;
    let (number, unit) = text.split_at(unit_start);
    let seconds_per_unit = match unit {
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(expected()),
    };
    let number: f64 = number.parse().map_err(|_| expected())?;
    match Duration::try_from_secs_f64(number * seconds_per_unit) {
        Ok(time) if !time.is_zero() => Ok(time),
        Ok(_) => Err("a time must be longer than nothing".to_owned()),
        Err(_) => Err("the time is negative or too long".to_owned()),
    }
}

/// Two finite numbers, the lower first, such as `0.1..5` or `0.1,5`.
pub(crate) fn range(text: &str) -> Result<(f64, f64), String> {
    let parts = text.split_once("..").or_else(|| text.split_once(','));
    let (low, high) = parts.ok_or("a range is two numbers, such as 0.1..5")?;
    let (low, high) = (finite(low)?, finite(high)?);
    if low < high { Ok((low, high)) } else { Err(format!("the first number, {low}, must be below the second, {high}")) }
}

/// Two inverse temperatures, the lower first and above zero.
pub(crate) fn beta_range(text: &str) -> Result<(f64, f64), String> {
    let (low, high) = range(text)?;
    if low > 0.0 {
        Ok((low, high))
    } else {
        Err(format!("inverse temperatures must be above 0, but the first is {low}"))
    }
}

/// Rows and columns, such as `2x2`, both at least 1.
pub(crate) fn shape(text: &str) -> Result<(usize, usize), String> {
    let parse = |part: &str| part.parse().ok().filter(|&size: &usize| size > 0);
    let sizes = text.split_once('x').and_then(|(rows, columns)| Some((parse(rows)?, parse(columns)?)));
    sizes.ok_or_else(|| "a shape is rows x columns, such as 2x2".to_owned())
}

/// A whole number from 1 on.
pub(crate) fn count(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "a count is a whole number from 1 on".to_owned())
}

/// A finite number.
pub(crate) fn finite(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| format!("`{text}` is not a finite number"))
}

/// A finite number above zero.
pub(crate) fn positive(text: &str) -> Result<f64, String> {
    let number = finite(text)?;
    if number > 0.0 { Ok(number) } else { Err(format!("{number} is not above 0")) }
}

/// A finite number, zero or above.
pub(crate) fn not_negative(text: &str) -> Result<f64, String> {
    let number = finite(text)?;
    if number >= 0.0 { Ok(number) } else { Err(format!("{number} is below 0")) }
}

/// A share of rows, from 0 to 1.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let number = finite(text)?;
    if (0.0..=1.0).contains(&number) {
        Ok(number)
    } else {
        Err(format!("an accuracy is a share from 0 to 1, such as 0.95, not {number}"))
    }
}

/// A probability.
pub(crate) fn probability(text: &str) -> Result<f64, String> {
    let number = finite(text)?;
    if (0.0..=1.0).contains(&number) {
        Ok(number)
    } else {
        Err(format!("a probability is a number from 0 to 1, not {number}"))
    }
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_=.,:/+@%".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("1.5m"), Ok(Duration::from_secs(90)));
        for text in ["10", "s", "10 years", "-1s", "0s", "1e300h", ""] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ranges_ascend() {
        assert_eq!(range("0.1..5"), Ok((0.1, 5.0)));
        assert_eq!(range("-1,5"), Ok((-1.0, 5.0)));
        for text in ["5..1", "1", "1..inf", "nan..2", "..", "2..2"] {
            assert!(range(text).is_err(), "{text}");
        }
        assert!(beta_range("0..1").is_err());
    }

    #[test]
    fn zero_is_not_negative() {
        assert_eq!((not_negative("0"), not_negative("0.5")), (Ok(0.0), Ok(0.5)));
        assert!(["-0.5", "nan", "inf"].into_iter().all(|text| not_negative(text).is_err()));
    }

    #[test]
    fn probabilities_and_shares_are_at_most_one() {
        assert_eq!((probability("1"), share("0")), (Ok(1.0), Ok(0.0)));
        assert_eq!(probability("1.5"), Err("a probability is a number from 0 to 1, not 1.5".to_owned()));
        assert!(["-0.5", "nan"].into_iter().all(|text| probability(text).is_err() && share(text).is_err()));
    }

    #[test]
    fn counts_start_at_one() {
        assert_eq!(count("32").map(NonZeroUsize::get), Ok(32));
        assert!(["0", "-1", "1.5", ""].into_iter().all(|text| count(text).is_err()));
    }

    #[test]
    fn shapes_have_two_sides() {
        assert_eq!(shape("2x3"), Ok((2, 3)));
        for text in ["2", "2x0", "x", "2x2x2"] {
            assert!(shape(text).is_err(), "{text}");
        }
    }
}
