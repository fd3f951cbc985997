//! `isinglass data`: built-in sets and data files.

mod convert;
mod fetch;
mod inputs;
mod list;
mod picture;
mod show;

use clap::{Args, Subcommand};

use crate::app::Outcome;
use crate::failure::Failure;
use crate::session::Session;

/// What to do with data.
#[derive(Args, Debug)]
pub(crate) struct DataCommandArguments {
    /// What to do.
    #[command(subcommand)]
    command: DataCommand,
}

#[derive(Debug, Subcommand)]
enum DataCommand {
    /// List the built-in data sets
    List,
    /// Show what a data set holds
    Show(show::ShowArguments),
    /// Write a data set as another file
    Convert(convert::ConvertArguments),
    /// Fetch data files that are not built in, and check them
    Fetch(fetch::FetchArguments),
}

/// Does what the command says.
///
/// # Errors
/// A [`Failure`] when data cannot be read or written.
pub(crate) fn run(arguments: &DataCommandArguments, session: &Session) -> Result<Outcome, Failure> {
    match &arguments.command {
        DataCommand::List => list::run(session)?,
        DataCommand::Show(arguments) => show::run(arguments, session)?,
        DataCommand::Convert(arguments) => convert::run(arguments, session)?,
        DataCommand::Fetch(arguments) => fetch::run(arguments, session)?,
    }
    Ok(Outcome::Done)
}
