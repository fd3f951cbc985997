//! `cargo xtask fuzz`: runs every fuzz target for a while with cargo-fuzz.

use std::fs;
use std::path::Path;

use crate::{cargo, works};

/// Default time for each target.
pub(crate) const DEFAULT_SECONDS: u64 = 60;
/// Where the targets are, one file each.
const TARGETS: &str = "fuzz/targets";

/// Small valid inputs to begin with, a folder for each target.
const SEEDS: &str = "fuzz/seeds";
/// Inputs that earlier runs found interesting, a folder for each target; not in the repository.
const CORPUS: &str = "fuzz/corpus";

/// Runs every target for `seconds`, starting from its seeds and the inputs that earlier runs found.
///
/// # Errors
/// If cargo-fuzz is not installed, or an input makes a reader panic.
pub(crate) fn run(root: &Path, seconds: u64) -> Result<(), String> {
    if !works(cargo(root).args(["fuzz", "--version"])) {
        return Err("cargo-fuzz is not installed\nhint: cargo install cargo-fuzz".to_owned());
    }
    let time = format!("-max_total_time={seconds}");
    let quiet = "-verbosity=0";
    let targets = targets(root)?;
    for target in &targets {
        println!("\n=== {target}: {seconds} s");
        let (corpus, seeds) = (format!("{CORPUS}/{target}"), format!("{SEEDS}/{target}"));
        fs::create_dir_all(root.join(&corpus)).map_err(|error| format!("{corpus}: {error}"))?;
        // no sanitizer: stable Rust has none, and safe code gives it nothing to find
        let status = cargo(root)
            .args(["fuzz", "run", "--sanitizer", "none", target, &corpus, &seeds, "--", &time, quiet])
            .status()
            .map_err(|error| format!("cargo cannot be started: {error}"))?;
        if !status.success() {
            return Err(format!(
                "{target} found an input that fails; it is in fuzz/artifacts/{target}\n\
                 hint: cargo fuzz run --sanitizer none {target} fuzz/artifacts/{target}/FILE"
            ));
        }
    }
    println!("\nOK: {} targets, {seconds} s each, found nothing", targets.len());
    Ok(())
}

/// The names of the targets, in alphabetical order; each has seeds.
fn targets(root: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(root.join(TARGETS)).map_err(|error| format!("{TARGETS}: {error}"))?;
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".rs").map(str::to_owned))
        .collect();
    names.sort();
    match names.iter().find(|name| !root.join(SEEDS).join(name).is_dir()) {
        Some(name) => Err(format!("{name} has no seeds\nhint: put a small valid input into {SEEDS}/{name}")),
        None => Ok(names),
    }
}
