//! The isinglass program.

mod app;
mod arguments;
mod cli;
mod command;
mod failure;
mod files;
mod interrupt;
mod memory;
mod output;
mod progress;
mod session;

use std::process::ExitCode;

fn main() -> ExitCode {
    app::run(std::env::args_os().collect())
}
