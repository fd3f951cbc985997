//! Development tasks of the isinglass repository: `cargo xtask test | tidy | gen | fuzz | instructions`.
//!
//! It uses only the standard library, so that it builds quickly on a fresh machine.

// A program for the terminal: printing is what it does.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod fuzz;
mod instructions;
mod reference;
mod steps;
mod tidy;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const USAGE: &str = "\
Development tasks for the isinglass repository

Usage: cargo xtask <COMMAND>

Commands:
  test             Run all checks: format, lints, tests, documentation, tidy, fuzz targets
  tidy             Check the house rules only: layers, sizes, names, links
  gen              Regenerate the generated sections of the documentation
  fuzz [SECONDS]   Run every fuzz target for SECONDS with cargo-fuzz [default: 60]
  instructions     Count the instructions of fixed workloads with valgrind, and compare them with bench/instructions.txt;
                   with --bless, write them there
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => steps::run(&root()),
        ["tidy"] => tidy::run(&root()),
        ["gen"] => reference::write(&root()),
        ["fuzz"] => fuzz::run(&root(), fuzz::DEFAULT_SECONDS),
        ["fuzz", seconds] => match seconds.parse() {
            Ok(seconds) => fuzz::run(&root(), seconds),
            Err(_) => Err(format!("`{seconds}` is not a number of seconds\nhint: cargo xtask fuzz 60")),
        },
        ["instructions"] => instructions::run(&root(), false),
        ["instructions", "--bless"] => instructions::run(&root(), true),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(format!("unknown task `{}`\n\n{USAGE}", words.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the repository: the folder above this crate.
fn root() -> PathBuf {
    let crate_root = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("xtask"), PathBuf::from);
    crate_root.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Cargo, the same one that runs this program, at the root of the repository.
fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Whether a program can be started and says that all is well, its output unseen.
fn works(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
