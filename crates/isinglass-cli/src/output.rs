//! The only place that writes to standard output and standard error.
//!
//! Standard output gets the result, as text or as one JSON object; standard error gets notes, progress and errors. Where a
//! file was written to standard output, only that is there: the result goes to standard error, unless notes are not wanted.

pub(crate) mod confusion;
pub(crate) mod figure;
pub(crate) mod histogram;
pub(crate) mod number;
pub(crate) mod pixels;
pub(crate) mod sheet;
pub(crate) mod table;

use std::ffi::OsString;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::failure::{Failure, usage_failure};
use crate::files::is_output_reserved;
use crate::progress::without_bar;

/// The version of the JSON objects, raised when a name changes its meaning or goes away.
const SCHEMA: u32 = 1;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();
const NOTE: Style = AnsiColor::Yellow.on_default().bold();

/// The result of a command: JSON by its fields, text by [`Report::text`].
pub(crate) trait Report: Serialize {
    /// The result for people, complete with the last line feed.
    fn text(&self) -> String;
}

/// Where results, notes and errors go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
}

#[derive(Serialize)]
struct ResultDocument<'a, R> {
    schema: u32,
    #[serde(flatten)]
    report: &'a R,
}

#[derive(Serialize)]
struct ErrorDocument<E> {
    schema: u32,
    error: E,
}

impl Output {
    /// Output as JSON or text, with notes or without.
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    /// Whether notes and progress are not wanted.
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Prints the result of a command. Call it once: standard output then holds one JSON object or one text.
    ///
    /// # Errors
    /// A [`Failure`] when standard output takes no more.
    pub(crate) fn report<R: Report>(self, report: &R) -> Result<(), Failure> {
        let is_data = is_output_reserved();
        if is_data && self.quiet {
            return Ok(());
        }
        if self.json {
            json_line(&ResultDocument { schema: SCHEMA, report }).map_err(|error| Failure::writing(&error))
        } else if is_data {
            error_text(&report.text());
            Ok(())
        } else {
            let text = report.text();
            let write = || {
                let mut stdout = anstream::stdout().lock();
                stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
            };
            without_bar(write).map_err(|error| Failure::writing(&error))
        }
    }

    /// Says something that is worth knowing and no result.
    pub(crate) fn note(self, text: &str) {
        if !self.quiet {
            error_text(&format!("{NOTE}note:{NOTE:#} {text}\n"));
        }
    }

    /// Says what somebody will pay for, even to those who want no notes.
    pub(crate) fn charge(self, text: &str) {
        error_text(&format!("{NOTE}note:{NOTE:#} {text}\n"));
    }

    /// Says that a goal was not met; the result, JSON or text, is printed before.
    pub(crate) fn goal_not_met(self, goal: &str) {
        error_text(&format!("{ERROR}goal not met:{ERROR:#} {goal}\n"));
    }

    /// Says why the command failed.
    pub(crate) fn failure(self, failure: &Failure) {
        let mut text = format!("{ERROR}error:{ERROR:#} {}\n", failure.message());
        for cause in failure.causes() {
            text.push_str(&format!("caused by: {cause}\n"));
        }
        if let Some(hint) = failure.hint() {
            text.push_str(&format!("\n{HINT}hint:{HINT:#} {hint}\n"));
        }
        error_text(&text);
        self.error_document(failure.document());
    }

    /// Shows the help that was asked for, or what is wrong with these arguments, and returns the exit code.
    pub(crate) fn usage(self, error: &clap::Error, arguments: &[OsString]) -> u8 {
        // Nothing can be done where neither stream takes the text.
        let _ = error.print();
        let code = u8::try_from(error.exit_code()).unwrap_or(2);
        if error.use_stderr() {
            self.error_document(usage_failure(error, arguments).document());
        }
        code
    }

    fn error_document(self, error: impl Serialize) {
        if self.json {
            // The exit code and standard error tell it as well.
            let _ = json_line(&ErrorDocument { schema: SCHEMA, error });
        }
    }
}

/// Writes one JSON object and a line feed to standard output, or to standard error where standard output holds data.
fn json_line(document: &impl Serialize) -> io::Result<()> {
    without_bar(|| {
        let mut out: Box<dyn Write> =
            if is_output_reserved() { Box::new(io::stderr().lock()) } else { Box::new(io::stdout().lock()) };
        serde_json::to_writer(&mut out, document)?;
        out.write_all(b"\n")?;
        out.flush()
    })
}

/// Writes to standard error; where that fails there is nowhere to say so.
fn error_text(text: &str) {
    let _ = without_bar(|| anstream::stderr().lock().write_all(text.as_bytes()));
}
