//! From arguments to an exit code: parse, run the command, show what went wrong.

use std::any::Any;
use std::cell::RefCell;
use std::ffi::OsString;
use std::panic::{self, UnwindSafe};
use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, ColorWhen};
use crate::failure::{Failure, FailureKind, with_tips};
use crate::output::Output;
use crate::session::Session;

/// How a command ended that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done as asked.
    Done,
    /// All was done, but a goal that the user set was not met; the text says which.
    GoalNotMet(String),
}

/// The exit code for a goal that was not met.
const GOAL_NOT_MET: u8 = 1;

/// Runs the program; the first argument is its name.
pub(crate) fn run(arguments: Vec<OsString>) -> ExitCode {
    color_when(&arguments).choice().write_global();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let output = Output::new(arguments.iter().any(|argument| argument == "--json"), false);
            return ExitCode::from(output.usage(&with_tips(error), &arguments));
        }
    };
    let output = Output::new(cli.global.json, cli.global.quiet);
    let result = guard(panic::AssertUnwindSafe(|| cli.command.run(&Session::start(&cli.global)?)));
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::GoalNotMet(goal)) => {
            output.goal_not_met(&goal);
            ExitCode::from(GOAL_NOT_MET)
        }
        // The reader of the output has what it wanted.
        Err(failure) if failure.kind() == FailureKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(failure.kind().exit_code())
        }
    }
}

/// The choice of colour, found before the arguments are parsed because complaints about them are coloured too.
fn color_when(arguments: &[OsString]) -> ColorWhen {
    let texts: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let value = texts.iter().enumerate().find_map(|(index, &text)| match text {
        "--color" => texts.get(index + 1).copied(),
        _ => text.strip_prefix("--color="),
    });
    match value {
        Some("always") => ColorWhen::Always,
        Some("never") => ColorWhen::Never,
        _ => ColorWhen::Auto,
    }
}

/// Runs `work`, and turns a panic into a failure that says how to report it.
fn guard<T>(work: impl FnOnce() -> Result<T, Failure> + UnwindSafe) -> Result<T, Failure> {
    thread_local! {
        static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
    }
    panic::set_hook(Box::new(|info| {
        PLACE.with(|place| *place.borrow_mut() = info.location().map(ToString::to_string));
    }));
    let result = panic::catch_unwind(work);
    drop(panic::take_hook());
    result.unwrap_or_else(|payload| {
        let place = PLACE.with(|place| place.borrow_mut().take());
        Err(internal(payload.as_ref(), place))
    })
}

/// A panic as a failure; `place` is unknown when another thread panicked.
fn internal(payload: &(dyn Any + Send), place: Option<String>) -> Failure {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let cause = match place {
        Some(place) => format!("{text} ({place})"),
        None => text.to_owned(),
    };
    Failure::internal("internal error")
        .because(cause)
        .with_hint("this is a defect of isinglass: please report it with this message, the command and its input")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_internal_failure_with_its_place() {
        let failure = guard(|| -> Result<(), Failure> { panic!("three is not {}", 4) }).unwrap_err();
        assert_eq!(failure.kind().exit_code(), 3);
        assert_eq!(failure.message(), "internal error");
        assert!(failure.causes()[0].starts_with("three is not 4 ("), "{:?}", failure.causes());
        assert!(failure.causes()[0].contains("app.rs:"), "{:?}", failure.causes());
    }

    #[test]
    fn the_choice_of_colour_is_found_in_either_spelling() {
        let arguments = |texts: &[&str]| texts.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(color_when(&arguments(&["isinglass", "--color", "never"])), ColorWhen::Never);
        assert_eq!(color_when(&arguments(&["isinglass", "--color=always"])), ColorWhen::Always);
        assert_eq!(color_when(&arguments(&["isinglass", "--color"])), ColorWhen::Auto);
    }
}
