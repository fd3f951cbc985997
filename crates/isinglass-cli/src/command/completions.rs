//! `isinglass completions`: a script for a shell.

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use serde::Serialize;

use crate::app::Outcome;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Report;
use crate::session::Session;

/// Which shell.
#[derive(Args, Debug)]
pub(crate) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

#[derive(Serialize)]
struct Completions {
    shell: String,
    script: String,
}

impl Report for Completions {
    fn text(&self) -> String {
        self.script.clone()
    }
}

/// Prints the script.
///
/// # Errors
/// A [`Failure`] when standard output takes no more.
pub(crate) fn run(arguments: &CompletionsArguments, session: &Session) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "isinglass", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    session.output().report(&Completions { shell: arguments.shell.to_string(), script })?;
    Ok(Outcome::Done)
}
