//! SAPI token.

use std::fmt;

/// SAPI token, hidden in all output.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Creates a token; `None` if it has characters that are not allowed in a header.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_token = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_token.then(|| Self(text.to_owned()))
    }

    /// Value of the request header.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }

    /// Sanitizes untrusted text: removes the token and control characters, and limits the length.
    pub(crate) fn censored(&self, text: &str) -> String {
        let text = text.replace(&self.0, "***");
        let visible = text.split(|letter: char| letter.is_control() || letter.is_whitespace());
        let mut text = visible.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = text.char_indices().nth(300) {
            text.truncate(end);
            text.push_str("...");
        }
        text
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_shown() {
        let token = Token::new(" DEV-123 ").unwrap();
        assert_eq!((format!("{token:?}").as_str(), token.secret()), ("Token(***)", "DEV-123"));
        assert_eq!(token.censored("no DEV-123 here:\n\u{1b}[31mred"), "no *** here: [31mred");
        assert_eq!(token.censored(&"ä".repeat(1000)).chars().count(), 303);
        assert_eq!((Token::new(""), Token::new("a b"), Token::new("a\r\nHost: b")), (None, None, None));
    }
}
