//! Wrong arguments as failures: what is wrong, what would be allowed, and what was probably meant.

use std::error::Error;
use std::ffi::OsString;

use clap::CommandFactory;
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use isinglass_qubo::io::{Format, UnknownFormat};

use super::Failure;
use crate::cli::Cli;

/// Flags that take solvers.
const SOLVER_FLAGS: [&str; 3] = ["--solver ", "--solvers ", "--race "];
/// What people call a real chip among solvers.
const REAL_CHIPS: [&str; 5] = ["qpu", "dwave", "d-wave", "quantum", "annealer"];
/// Where real chips are.
const WHERE_CHIPS_ARE: [&str; 2] =
    ["`--solver qpu-emulator --chip advantage6` emulates a chip", "`isinglass reproduce --qpu` runs on a real one"];

fn text(error: &clap::Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        _ => None,
    }
}

fn texts(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// The same error with tips of ours: a real chip is not a solver, but there is something like it.
pub(crate) fn with_tips(mut error: clap::Error) -> clap::Error {
    let is_solver = text(&error, ContextKind::InvalidArg)
        .is_some_and(|flag| SOLVER_FLAGS.iter().any(|name| flag.starts_with(name)));
    let is_chip = text(&error, ContextKind::InvalidValue)
        .is_some_and(|value| REAL_CHIPS.iter().any(|name| name.eq_ignore_ascii_case(value)));
    if error.kind() == ErrorKind::InvalidValue && is_solver && is_chip {
        error.remove(ContextKind::SuggestedValue);
        let tips = WHERE_CHIPS_ARE.map(StyledStr::from).to_vec();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    }
    error
}

/// An error of the command line that `arguments` are, for JSON.
pub(crate) fn usage_failure(error: &clap::Error, arguments: &[OsString]) -> Failure {
    let all = error.to_string();
    let line = all.lines().next().unwrap_or_default();
    let mut failure = Failure::input(line.strip_prefix("error: ").unwrap_or(line));
    if error.kind() == ErrorKind::MissingRequiredArgument {
        for missing in texts(error, ContextKind::InvalidArg) {
            failure = failure.because(missing);
        }
    }
    failure.with_optional_hint(hint(error)).with_possible_values(possible_values(error, arguments))
}

/// What was probably meant.
fn hint(error: &clap::Error) -> Option<String> {
    let similar = [ContextKind::SuggestedValue, ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand];
    let mut similar = similar.into_iter().flat_map(|kind| texts(error, kind)).map(|name| format!("`{name}`"));
    if let Some(first) = similar.next() {
        let rest = similar.fold(first, |all, name| format!("{all} or {name}"));
        return Some(format!("did you mean {rest}?"));
    }
    match error.get(ContextKind::Suggested)? {
        ContextValue::StyledStrs(tips) => Some(tips.iter().map(StyledStr::to_string).collect::<Vec<_>>().join("; ")),
        _ => None,
    }
}

/// All values that would have been allowed, where they can be counted.
fn possible_values(error: &clap::Error, arguments: &[OsString]) -> Vec<String> {
    match error.kind() {
        ErrorKind::InvalidValue => texts(error, ContextKind::ValidValue),
        ErrorKind::MissingSubcommand => texts(error, ContextKind::ValidSubcommand),
        ErrorKind::InvalidSubcommand => subcommands(arguments),
        ErrorKind::ValueValidation if error.source().is_some_and(|source| source.is::<UnknownFormat>()) => {
            Format::all().map(|format| format.name().to_owned()).collect()
        }
        _ => Vec::new(),
    }
}

/// The commands below the last one that `arguments` name.
fn subcommands(arguments: &[OsString]) -> Vec<String> {
    let mut command = Cli::command();
    for argument in arguments.iter().skip(1).filter_map(|argument| argument.to_str()) {
        if let Some(below) = command.find_subcommand(argument).cloned() {
            command = below;
        }
    }
    command.get_subcommands().filter(|each| !each.is_hide_set()).map(|each| each.get_name().to_owned()).collect()
}
