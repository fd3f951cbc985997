//! `cargo xtask test`: runs the steps in order until one fails.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::{cargo, tidy, works};

/// Action of a step.
enum Action {
    /// Cargo with these arguments, and these variables set.
    Cargo { arguments: Vec<&'static str>, variables: Vec<(&'static str, &'static str)> },
    /// The house rules.
    Tidy,
    /// Nothing, for this reason.
    Skip(&'static str),
}

struct Step {
    name: &'static str,
    action: Action,
}

/// Runs all steps.
///
/// # Errors
/// The first step that failed and the command that runs it again.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let start = Instant::now();
    let mut lines = Vec::new();
    for step in steps(root) {
        println!("\n=== {}: {}", step.name, step.command());
        let step_start = Instant::now();
        if let Err(cause) = step.run(root) {
            let (name, command, time) = (step.name, step.command(), seconds(step_start.elapsed()));
            return Err(format!(
                "step `{name}` failed after {time}: {cause}\nhint: run this step again with\n    {command}"
            ));
        }
        let verdict = if matches!(step.action, Action::Skip(_)) { "skipped" } else { "ok" };
        lines.push(format!("{:<10} {verdict:<8} {:>9}", step.name, seconds(step_start.elapsed())));
    }
    println!("\n{}\nOK: every step passed in {}", lines.join("\n"), seconds(start.elapsed()));
    Ok(())
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// What the default build leaves out; everything is tested with it, and the default build is checked by itself.
const FULL: &str = "isinglass-cli/full";

fn steps(root: &Path) -> Vec<Step> {
    let has_nextest = works(cargo(root).args(["nextest", "--version"]));
    let tests = if has_nextest {
        vec!["nextest", "run", "--workspace", "--features", FULL, "--no-fail-fast"]
    } else {
        vec!["test", "--workspace", "--features", FULL, "--lib", "--bins", "--tests", "--examples", "--no-fail-fast"]
    };
    let step = |name, arguments| Step { name, action: Action::Cargo { arguments, variables: Vec::new() } };
    vec![
        step("format", vec!["fmt", "--all", "--check"]),
        step("lints", vec!["clippy", "--workspace", "--features", FULL, "--all-targets", "--", "-D", "warnings"]),
        step("default", vec!["clippy", "--package", "isinglass-cli", "--", "-D", "warnings"]),
        step("tests", tests),
        step("doctests", vec!["test", "--workspace", "--features", FULL, "--doc"]),
        Step {
            name: "docs",
            action: Action::Cargo {
                arguments: vec!["doc", "--workspace", "--features", FULL, "--no-deps"],
                variables: vec![("RUSTDOCFLAGS", "-D warnings")],
            },
        },
        Step { name: "tidy", action: Action::Tidy },
        Step { name: "fuzz", action: fuzz_targets(root) },
    ]
}

/// Compiles the fuzz targets. Their runtime is C++, and its source is not a dependency of the workspace: if either is not available, the
/// step is skipped with a message.
fn fuzz_targets(root: &Path) -> Action {
    if !works(Command::new("c++").arg("--version")) {
        return Action::Skip("there is no C++ compiler `c++`, which the fuzz targets need");
    }
    if !works(cargo(root).args(["fetch", "--manifest-path", "fuzz/Cargo.toml"])) {
        return Action::Skip("the dependencies of the fuzz targets cannot be fetched");
    }
    // in the folder of the workspace, where the lints have checked most dependencies already
    let arguments = vec!["check", "--manifest-path", "fuzz/Cargo.toml", "--target-dir", "target", "--bins"];
    Action::Cargo { arguments, variables: Vec::new() }
}

impl Step {
    /// The step as one would type it.
    fn command(&self) -> String {
        match &self.action {
            Action::Cargo { arguments, variables } => {
                let variables: String =
                    variables.iter().map(|(variable, value)| format!("{variable}=\"{value}\" ")).collect();
                format!("{variables}cargo {}", arguments.join(" "))
            }
            Action::Tidy => "cargo xtask tidy".to_owned(),
            Action::Skip(reason) => format!("skipped, because {reason}"),
        }
    }

    fn run(&self, root: &Path) -> Result<(), String> {
        match &self.action {
            Action::Cargo { arguments, variables } => {
                let status = cargo(root).args(arguments).envs(variables.iter().copied()).status();
                match status {
                    Ok(status) if status.success() => Ok(()),
                    Ok(status) => Err(format!("cargo ended with {status}")),
                    Err(error) => Err(format!("cargo cannot be started: {error}")),
                }
            }
            Action::Tidy => tidy::run(root),
            Action::Skip(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_shows_the_command_that_runs_it_alone() {
        let action =
            Action::Cargo { arguments: vec!["doc", "--no-deps"], variables: vec![("RUSTDOCFLAGS", "-D warnings")] };
        let step = Step { name: "docs", action };
        assert_eq!(step.command(), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps");
    }

    #[test]
    fn a_step_that_cannot_run_passes_and_says_why() {
        let step = Step { name: "fuzz", action: Action::Skip("there is no compiler") };
        assert_eq!(step.run(Path::new(".")), Ok(()));
        assert_eq!(step.command(), "skipped, because there is no compiler");
    }
}
