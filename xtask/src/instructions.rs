//! `cargo xtask instructions`: compares the instruction counts of fixed workloads with the recorded ones.
//!
//! Counts come from valgrind's callgrind, which is independent of the load of the machine. It runs the AVX2 kernels, since it does not
//! support wider ones. Counts depend on the compiler: after a change of compiler, or a justified increase, record new ones with
//! `--bless`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{cargo, works};

/// Recorded counts, a line `workload count` each.
const RECORD: &str = "bench/instructions.txt";
/// Largest tolerated increase.
const TOLERANCE: f64 = 0.05;

/// Counts every workload and compares with the record, or updates it.
///
/// # Errors
/// If valgrind is not installed, a workload cannot be run, or one takes 5 % more instructions than recorded.
pub(crate) fn run(root: &Path, bless: bool) -> Result<(), String> {
    if !works(Command::new("valgrind").arg("--version")) {
        return Err("valgrind is not installed".to_owned());
    }
    let build = ["build", "--release", "-p", "isinglass-qubo", "--example", "workloads"];
    if !cargo(root).args(build).status().is_ok_and(|status| status.success()) {
        return Err(format!("the workloads do not build\nhint: cargo {}", build.join(" ")));
    }
    let program = root.join("target/release/examples/workloads");
    let names = Command::new(&program).output().map_err(|error| format!("{}: {error}", program.display()))?;
    let mut counts = BTreeMap::new();
    for name in String::from_utf8_lossy(&names.stdout).lines() {
        let count = count(&program, name)?;
        println!("{name:<24} {count:>14}");
        counts.insert(name.to_owned(), count);
    }
    if bless {
        let text: String = counts.iter().map(|(name, count)| format!("{name} {count}\n")).collect();
        return fs::write(root.join(RECORD), text).map_err(|error| format!("{RECORD}: {error}"));
    }
    let record = fs::read_to_string(root.join(RECORD)).map_err(|error| format!("{RECORD}: {error}"))?;
    let complaints = complaints(&parse(&record)?, &counts);
    if complaints.is_empty() {
        println!("\nOK: no workload takes more instructions than on record");
        return Ok(());
    }
    Err(format!("{}\nhint: cargo xtask instructions --bless, if the price is worth it", complaints.join("\n")))
}

/// Instructions of one workload, the start of the program included.
fn count(program: &Path, name: &str) -> Result<u64, String> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).arg(name);
    let output = command.output().map_err(|error| format!("valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected :")).map(|(_, count)| count.trim());
    let count = collected.filter(|_| output.status.success()).and_then(|count| count.parse().ok());
    count.ok_or_else(|| format!("{name} did not run under valgrind:\n{text}"))
}

fn parse(record: &str) -> Result<BTreeMap<String, u64>, String> {
    let line = |line: &str| {
        let (name, count) = line.split_once(' ')?;
        Some((name.to_owned(), count.parse().ok()?))
    };
    record.lines().map(|text| line(text).ok_or_else(|| format!("{RECORD}: `{text}` is not a count"))).collect()
}

fn complaints(record: &BTreeMap<String, u64>, counts: &BTreeMap<String, u64>) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, &count) in counts {
        match record.get(name) {
            None => complaints.push(format!("{name} is not on record")),
            Some(&before) if count as f64 > (1.0 + TOLERANCE) * before as f64 => {
                let share = 100.0 * (count as f64 / before as f64 - 1.0);
                complaints.push(format!("{name} takes {count} instructions, {share:.1} % more than on record"));
            }
            Some(_) => {}
        }
    }
    let gone = record.keys().filter(|name| !counts.contains_key(*name));
    complaints.extend(gone.map(|name| format!("{name} is on record, but is not a workload")));
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_instructions_new_and_lost_workloads_are_complained_about() {
        let record = parse("a 1000\nb 1000\nc 1000\n").unwrap();
        let counts = parse("a 1049\nb 1051\nd 1\n").unwrap();
        let complaints = complaints(&record, &counts);
        assert_eq!(
            complaints,
            [
                "b takes 1051 instructions, 5.1 % more than on record",
                "d is not on record",
                "c is on record, but is not a workload"
            ]
        );
    }

    #[test]
    fn a_line_that_is_no_count_is_refused() {
        assert!(parse("a b\n").is_err() && parse("a\n").is_err());
    }
}
