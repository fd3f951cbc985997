//! Why a command failed: what is said about it, and with which exit code.

use std::error::Error;

use serde::Serialize;

mod conversion;
mod usage;

/// Hint where a feature of Cargo is missing that the default build leaves out.
pub(crate) const INSTALL_FULL: &str =
    "install the full program: cargo install --path crates/isinglass-cli --features full";

pub(crate) use usage::{usage_failure, with_tips};

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// The command line, a file, or the system it runs on.
    Input,
    /// isinglass itself.
    Internal,
    /// Nobody reads the output any more: no failure in the eyes of the user.
    BrokenPipe,
}

impl FailureKind {
    /// The exit code of the program.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::BrokenPipe => 0,
            Self::Input => 2,
            Self::Internal => 3,
        }
    }
}

/// A failed command: one sentence, the causes behind it, and what can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    kind: FailureKind,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    possible_values: Vec<String>,
}

/// A failure as JSON.
#[derive(Serialize)]
pub(crate) struct FailureDocument<'a> {
    message: &'a str,
    causes: &'a [String],
    hint: Option<&'a str>,
    /// Left out where they cannot be counted.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    possible_values: &'a [String],
    code: u8,
}

impl Failure {
    /// A failure that the user can do something about.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        let (causes, possible_values) = (Vec::new(), Vec::new());
        Self { kind: FailureKind::Input, message: message.into(), causes, hint: None, possible_values }
    }

    /// A defect of isinglass.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Internal, ..Self::input(message) }
    }

    /// A failure to write results: quiet when nobody reads them.
    pub(crate) fn writing(error: &std::io::Error) -> Self {
        let failure = Self::from_error(error).context("cannot write the result");
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self { kind: FailureKind::BrokenPipe, ..failure },
            _ => failure,
        }
    }

    /// The message of `error`, and the messages of its sources as causes, leaving out what was said already.
    pub(crate) fn from_error(error: &dyn Error) -> Self {
        let mut failure = Self::input(error.to_string());
        let mut next = error.source();
        while let Some(source) = next {
            let text = source.to_string();
            if !failure.causes.last().unwrap_or(&failure.message).ends_with(&text) {
                failure.causes.push(text);
            }
            next = source.source();
        }
        failure
    }

    /// The same failure as the cause of what `message` says.
    #[must_use]
    pub(crate) fn context(mut self, message: impl Into<String>) -> Self {
        let message = std::mem::replace(&mut self.message, message.into());
        self.causes.insert(0, message);
        self
    }

    /// The same failure with a last cause.
    #[must_use]
    pub(crate) fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// The same failure with advice, a sentence without a full stop.
    #[must_use]
    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        self.with_optional_hint(Some(hint.into()))
    }

    /// The same failure with advice, where there is any; else with what advice it had.
    #[must_use]
    pub(crate) fn with_optional_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// The same failure with all values that would have been allowed.
    #[must_use]
    pub(crate) fn with_possible_values(mut self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.possible_values = values.into_iter().map(Into::into).collect();
        self
    }

    /// Whose fault it is.
    pub(crate) fn kind(&self) -> FailureKind {
        self.kind
    }

    /// What failed.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Why, the nearest cause first.
    pub(crate) fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What can be done about it.
    pub(crate) fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What JSON says of it.
    pub(crate) fn document(&self) -> FailureDocument<'_> {
        let Self { message, causes, possible_values, .. } = self;
        FailureDocument { message, causes, hint: self.hint(), possible_values, code: self.kind.exit_code() }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::from_error(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(std::io::Error);

    impl std::fmt::Display for Outer {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(formatter, "outer: {}", self.0)
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn a_source_that_was_quoted_already_is_not_repeated() {
        let failure = Failure::from_error(&Outer(std::io::Error::other("disk on fire")));
        assert_eq!(failure.message(), "outer: disk on fire");
        assert!(failure.causes().is_empty());
    }

    #[test]
    fn context_pushes_the_message_down() {
        let failure = Failure::input("no such thing").because("nobody made one").context("cannot start");
        assert_eq!((failure.message(), failure.causes()[0].as_str()), ("cannot start", "no such thing"));
        assert_eq!(failure.causes().len(), 2);
    }

    #[test]
    fn a_broken_pipe_is_success() {
        let error = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::writing(&error).kind().exit_code(), 0);
    }
}
