//! `cargo xtask tidy`: checks the repository against its house rules.
//!
//! Each rule is a function from the [`Tree`] of files to faults, in a separate file, tested in `tests.rs` on a small tree that breaks it.

mod crates;
mod files;
mod links;
mod modules;
mod source;
#[cfg(test)]
mod tests;
mod tree;
mod words;

use std::fmt;
use std::path::Path;

use tree::Tree;

/// A rule that is broken, and where.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fault {
    path: String,
    /// From 1; 1 too for a fault of the whole file.
    line: usize,
    message: String,
    hint: String,
}

impl Fault {
    fn new(path: &str, line: usize, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into(), hint: hint.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}\n    hint: {}", self.path, self.line, self.message, self.hint)
    }
}

/// Checks every rule and prints what is broken.
///
/// # Errors
/// When anything is.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let tree = Tree::tracked(root);
    let mut faults = Vec::new();
    for rule in [crates::check, modules::check, files::check, words::check, links::check] {
        faults.extend(rule(&tree));
    }
    faults.sort();
    for fault in &faults {
        eprintln!("{fault}");
    }
    if faults.is_empty() {
        println!("{} files are tidy", tree.files().len());
        return Ok(());
    }
    Err(format!("tidy found {} {}", faults.len(), if faults.len() == 1 { "fault" } else { "faults" }))
}
