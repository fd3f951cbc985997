//! Numbers as people read them.

/// Formats a number with at most this many significant digits, as short as possible.
pub(super) fn rounded(value: f64, digits: usize) -> String {
    let near: f64 = format!("{value:.*e}", digits.max(1) - 1).parse().unwrap_or(value);
    shortest(near, 1e15)
}

/// The shortest text that is this number and no other; as a power of ten from `large` on, and when small.
pub(super) fn shortest(value: f64, large: f64) -> String {
    let size = value.abs();
    if size >= large || (size < 1e-4 && size > 0.0) { format!("{value:e}") } else { format!("{}", value + 0.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let exact = [0.1 + 0.2, -0.0, 1_234_567.0, 2e22, -1.5e-7, 1.0 / 3.0].map(|value| rounded(value, 12));
        assert_eq!(exact, ["0.3", "0", "1234567", "2e22", "-1.5e-7", "0.333333333333"]);
        assert_eq!([0.12345, -99.96, 1234.5].map(|value| rounded(value, 3)), ["0.123", "-100", "1230"]);
        assert_eq!([1e6, 20_000.0, 0.0005].map(|value| shortest(value, 1e6)), ["1e6", "20000", "0.0005"]);
    }
}
