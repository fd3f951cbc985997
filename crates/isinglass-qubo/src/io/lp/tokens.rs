//! The words and signs of LP text.

use crate::io::error::{Fault, ReadCause, excerpt};
use crate::io::text::{Word, lines};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Name,
    Number(f64),
    /// One of `+ - * / ^ : [ ]`.
    Sign(char),
    LessOrEqual,
    GreaterOrEqual,
    Equal,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) word: Word<'a>,
    /// Whether it is the first of its line: only there can it begin a section.
    pub(super) opens_line: bool,
}

/// Cuts a text into tokens. `\` starts a comment.
pub(super) fn tokenize(text: &str) -> Result<Vec<Token<'_>>, Fault> {
    let mut tokens = Vec::new();
    for (number, line) in lines(text) {
        let line = line.split_once('\\').map_or(line, |(code, _)| code);
        let mut opens_line = true;
        let mut column = 1;
        let mut rest = line;
        loop {
            let trimmed = rest.trim_start();
            column += rest[..rest.len() - trimmed.len()].chars().count();
            let Some(first) = trimmed.chars().next() else { break };
            let length = match first {
                '0'..='9' | '.' => number_length(trimmed.as_bytes()),
                '<' | '>' | '=' => relation_length(trimmed.as_bytes()),
                '+' | '-' | '*' | '/' | '^' | ':' | '[' | ']' => 1,
                _ => trimmed.bytes().take_while(|&byte| is_in_name(byte)).count(),
            };
            let word = Word { text: &trimmed[..length.max(first.len_utf8())], line: number, column };
            let kind = match first {
                '0'..='9' | '.' => Kind::Number(word.float()?),
                '<' | '>' | '=' => relation(&word)?,
                '+' | '-' | '*' | '/' | '^' | ':' | '[' | ']' => Kind::Sign(first),
                _ if length > 0 => Kind::Name,
                _ => {
                    let cause = ReadCause::Unexpected { found: excerpt(word.text), expected: "a name, number or sign" };
                    return Err(word.fault(cause));
                }
            };
            tokens.push(Token { kind, word, opens_line });
            opens_line = false;
            // all tokens are ASCII
            column += word.text.len();
            rest = &trimmed[word.text.len()..];
        }
    }
    Ok(tokens)
}

fn is_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!\"#$%&(),.;?@_'`{}~".contains(&byte)
}

/// Digits, point, digits, and an exponent if it has digits: `2e` is a number 2 before a name.
fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let start = end + 1 + sign;
        if bytes.get(start).is_some_and(u8::is_ascii_digit) {
            end = digits(start);
        }
    }
    end
}

fn relation_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| matches!(byte, b'<' | b'>' | b'=')).count()
}

fn relation(word: &Word<'_>) -> Result<Kind, Fault> {
    match word.text {
        "<" | "<=" | "=<" => Ok(Kind::LessOrEqual),
        ">" | ">=" | "=>" => Ok(Kind::GreaterOrEqual),
        "=" => Ok(Kind::Equal),
        _ => Err(word.unexpected("`<=`, `>=` or `=`")),
    }
}
