//! `isinglass man`: manual pages, one for each command.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_mangen::Man;
use isinglass_qubo::io::write_atomically;
use serde::Serialize;
use std::io::Write;

use crate::app::Outcome;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::files::is_standard;
use crate::output::Report;
use crate::session::Session;

/// Where the pages go.
#[derive(Args, Debug)]
pub(crate) struct ManArguments {
    /// Write one page for each command to this directory instead of printing the first
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The pages, printed or written.
#[derive(Serialize)]
struct Pages {
    pages: Vec<Page>,
    #[serde(skip)]
    are_written: bool,
}

#[derive(Serialize)]
struct Page {
    name: String,
    text: String,
}

impl Report for Pages {
    fn text(&self) -> String {
        if self.are_written {
            self.pages.iter().map(|page| format!("{}\n", page.name)).collect()
        } else {
            self.pages.first().map(|page| page.text.clone()).unwrap_or_default()
        }
    }
}

/// Prints the page of the program, or writes all pages.
///
/// # Errors
/// A [`Failure`] when a page cannot be written.
pub(crate) fn run(arguments: &ManArguments, session: &Session) -> Result<Outcome, Failure> {
    let mut program = Cli::command();
    program.build();
    let mut pages = Vec::new();
    collect(&program, &mut pages).map_err(|error| Failure::writing(&error))?;
    let directory = arguments.out.as_deref().filter(|path| !is_standard(path));
    if let Some(directory) = directory {
        write(directory, &pages)?;
    }
    session.output().report(&Pages { pages, are_written: directory.is_some() })?;
    Ok(Outcome::Done)
}

/// The page of `command`, then those of its subcommands.
fn collect(command: &clap::Command, pages: &mut Vec<Page>) -> std::io::Result<()> {
    let man = Man::new(command.clone());
    let mut text = Vec::new();
    man.render(&mut text)?;
    pages.push(Page { name: man.get_filename(), text: String::from_utf8_lossy(&text).into_owned() });
    command.get_subcommands().filter(|command| !command.is_hide_set()).try_for_each(|command| collect(command, pages))
}

fn write(directory: &Path, pages: &[Page]) -> Result<(), Failure> {
    let cannot = |path: &Path, error: &std::io::Error| {
        Failure::from_error(error).context(format!("cannot write {}", path.display()))
    };
    fs::create_dir_all(directory).map_err(|error| cannot(directory, &error))?;
    for page in pages {
        let path = directory.join(&page.name);
        write_atomically(&path, |file| file.write_all(page.text.as_bytes())).map_err(|error| cannot(&path, &error))?;
    }
    Ok(())
}
