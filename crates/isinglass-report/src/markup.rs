//! Escaping of text and formatting of coordinates in XML and HTML.

/// Escapes text for markup or a quoted attribute, and replaces characters that XML does not allow.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(character),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            character if character.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            character => escaped.push(character),
        }
    }
    escaped
}

/// A coordinate, with at most two decimals.
#[must_use]
pub fn number(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    // adding zero turns -0 into 0
    format!("{}", rounded + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        assert_eq!(escaped("<a b=\"c\" d='e'>&\n"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\n");
        assert_eq!(escaped("\u{0}\u{1b}\u{85}\u{7f}\r\u{ffff}é"), "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}é");
    }

    #[test]
    fn coordinates_have_two_decimals_and_no_negative_zero() {
        assert_eq!([-0.001, 0.1 + 0.2, 1.005, -2.5].map(number), ["0", "0.3", "1", "-2.5"]);
    }
}
