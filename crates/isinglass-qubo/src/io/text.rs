//! Lines, words and numbers of text files, with their places.

use super::error::{Fault, Place, ReadCause, excerpt};
use super::problem::MAX_VARIABLES;

/// A word and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Word<'_> {
    pub(super) fn fault(&self, cause: ReadCause) -> Fault {
        Fault { place: Place::Line { line: self.line, column: Some(self.column) }, cause }
    }

    pub(super) fn unexpected(&self, expected: &'static str) -> Fault {
        self.fault(ReadCause::Unexpected { found: excerpt(self.text), expected })
    }

    /// A finite number: decimal, with or without point and exponent.
    pub(super) fn float(&self) -> Result<f64, Fault> {
        let not_finite = || self.fault(ReadCause::NotFinite { found: excerpt(self.text) });
        let number: f64 = self.text.parse().map_err(|_| self.unexpected("a number"))?;
        if number.is_finite() { Ok(number) } else { Err(not_finite()) }
    }

    /// A variable index below [`MAX_VARIABLES`].
    pub(super) fn index(&self) -> Result<usize, Fault> {
        let too_large = || ReadCause::IndexTooLarge { index: excerpt(self.text), limit: MAX_VARIABLES };
        match self.digits("a variable index (0, 1, 2, ...)")? {
            Some(index) if index < MAX_VARIABLES => Ok(index),
            _ => Err(self.fault(too_large())),
        }
    }

    /// A variable of `num_variables` that the file counts from `base` (0 or 1); counted from 0.
    pub(super) fn index_within(&self, base: usize, num_variables: usize) -> Result<usize, Fault> {
        let expected = if base == 0 { "a variable index (0, 1, 2, ...)" } else { "a variable index (1, 2, 3, ...)" };
        let Some(index) = self.digits(expected)? else {
            let cause = ReadCause::IndexTooLarge { index: excerpt(self.text), limit: MAX_VARIABLES };
            return Err(self.fault(cause));
        };
        match index.checked_sub(base) {
            Some(variable) if variable < num_variables => Ok(variable),
            _ => {
                let index = i64::try_from(index).unwrap_or(i64::MAX);
                Err(self.fault(ReadCause::IndexOutOfRange { index, num_variables, base }))
            }
        }
    }

    /// A number of variables, at most [`MAX_VARIABLES`].
    pub(super) fn num_variables(&self) -> Result<usize, Fault> {
        match self.digits("a number of variables")? {
            Some(count) if count <= MAX_VARIABLES => Ok(count),
            _ => Err(self.fault(ReadCause::TooManyVariables { found: excerpt(self.text), limit: MAX_VARIABLES })),
        }
    }

    /// A count of things for which no memory is taken.
    pub(super) fn count(&self) -> Result<u64, Fault> {
        self.digits("a count")?
            .map(|count| count as u64)
            .ok_or_else(|| self.fault(ReadCause::NotFinite { found: excerpt(self.text) }))
    }

    /// A natural number, `None` when it is too large for a `usize`.
    fn digits(&self, expected: &'static str) -> Result<Option<usize>, Fault> {
        if self.text.is_empty() || !self.text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected(expected));
        }
        Ok(self.text.parse().ok())
    }
}

/// The file as text, without a byte order mark. A file of white space is empty.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Fault { place: Place::Byte { offset: error.valid_up_to() }, cause: ReadCause::NotUtf8 })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Fault::in_file(ReadCause::Empty));
    }
    Ok(text)
}

/// Lines with their numbers from 1, whatever ends them.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

/// The words of one line, separated by white space.
pub(super) fn words(number: usize, line: &str) -> impl Iterator<Item = Word<'_>> {
    line.split_ascii_whitespace().map(move |text| {
        let before = text.as_ptr() as usize - line.as_ptr() as usize;
        Word { text, line: number, column: line[..before].chars().count() + 1 }
    })
}

/// The shortest text that reads back as the same number; with an exponent where digits alone would be long.
pub(super) fn short_float(value: f64) -> String {
    const LONGEST: usize = 24;
    let plain = value.to_string();
    if plain.len() <= LONGEST { plain } else { format!("{value:e}") }
}
