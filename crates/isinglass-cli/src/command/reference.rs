//! `isinglass reference`: all commands in Markdown, made from the definitions that parse them.

use clap::{Arg, Command, CommandFactory};
use serde::Serialize;

use crate::app::Outcome;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Report;
use crate::session::Session;

#[derive(Serialize)]
struct Reference {
    markdown: String,
}

impl Report for Reference {
    fn text(&self) -> String {
        self.markdown.clone()
    }
}

/// Prints the reference.
///
/// # Errors
/// A [`Failure`] when standard output takes no more.
pub(crate) fn run(session: &Session) -> Result<Outcome, Failure> {
    let program = Cli::command();
    let mut sections = vec![global_section(&program)];
    collect(&program, program.get_name(), &mut sections);
    session.output().report(&Reference { markdown: sections.join("\n") })?;
    Ok(Outcome::Done)
}

/// The section on the flags that every command has.
fn global_section(program: &Command) -> String {
    let rows: String = program.get_arguments().filter(|argument| argument.is_global_set()).map(row).collect();
    format!("### Every command\n\n{TABLE_HEAD}{rows}")
}

/// The sections of the subcommands of `command`, which is called as `name`, in their order.
fn collect(command: &Command, name: &str, sections: &mut Vec<String>) {
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        let name = format!("{name} {}", subcommand.get_name());
        if subcommand.has_subcommands() {
            collect(subcommand, &name, sections);
        } else {
            sections.push(section(subcommand, &name));
        }
    }
}

const TABLE_HEAD: &str = "| argument | default | meaning |\n|---|---|---|\n";

fn section(command: &Command, name: &str) -> String {
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let visible = |argument: &&Arg| !argument.is_hide_set() && !argument.is_global_set();
    let (positionals, options): (Vec<&Arg>, Vec<&Arg>) =
        command.get_arguments().filter(visible).partition(|argument| argument.is_positional());
    let usage: String = positionals.iter().map(|argument| format!(" {}", placeholder(argument))).collect();
    let rows: String = positionals.into_iter().chain(options).map(row).collect();
    let table = if rows.is_empty() { String::new() } else { format!("\n{TABLE_HEAD}{rows}") };
    format!("### `{name}`\n\n{about}.\n\n    {name} [options]{usage}\n{table}")
}

/// An argument as it stands in the usage: in brackets unless it must be there.
fn placeholder(argument: &Arg) -> String {
    let name = value_name(argument);
    if argument.is_required_set() { name } else { format!("[{name}]") }
}

fn value_name(argument: &Arg) -> String {
    match argument.get_value_names() {
        Some(names) => names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" "),
        None => argument.get_id().as_str().to_uppercase(),
    }
}

/// The line of the table for one argument.
fn row(argument: &Arg) -> String {
    let takes_values = argument.get_action().takes_values();
    let mut name = match (argument.get_long(), argument.get_short()) {
        (Some(long), Some(short)) => format!("--{long}, -{short}"),
        (Some(long), None) => format!("--{long}"),
        (None, Some(short)) => format!("-{short}"),
        (None, None) => String::new(),
    };
    if takes_values {
        name = format!("{name} {}", value_name(argument)).trim_start().to_owned();
    }
    let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let mut help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let default = match help.split_once(" [default: ") {
        Some((before, after)) => {
            let default = after.trim_end_matches(']').to_owned();
            help.truncate(before.len());
            default
        }
        None if takes_values && !defaults.is_empty() => format!("`{}`", defaults.join(",")),
        None if argument.is_required_set() => "(required)".to_owned(),
        None => String::new(),
    };
    let values: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| takes_values && !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() {
        help = format!("{help}: {}", values.join(", "));
    }
    let cell = |text: String| text.replace('|', "\\|").replace('\n', " ");
    format!("| `{}` | {default} | {} |\n", cell(name), cell(help))
}
