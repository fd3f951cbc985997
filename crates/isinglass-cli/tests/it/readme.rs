//! The first page says two commands, and shows what the first one prints.

use std::path::Path;

use crate::program::Program;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// The lines of each fenced block of this language.
fn blocks(document: &str, language: &str) -> Vec<Vec<String>> {
    let mut blocks = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(found) = line.strip_prefix("```") {
            let block = lines.by_ref().take_while(|line| *line != "```").map(str::to_owned).collect();
            if found == language {
                blocks.push(block);
            }
        }
    }
    blocks
}

/// Whether `text` is `pattern` with something, or nothing, in each place of `[..]`.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once("[..]") else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split("[..]").collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    text.ends_with(last)
}

#[test]
fn the_readme_has_two_commands_and_no_third() {
    let commands = blocks(&read("README.md"), "sh");
    assert_eq!(commands, [["cargo run --release -- train"], ["cargo xtask test"]]);
}

#[test]
fn the_first_command_prints_what_the_readme_shows() {
    let readme = read("README.md");
    let arguments = blocks(&readme, "sh")[0][0].split_once(" -- ").unwrap().1.to_owned();
    let output = Program::new().run(&arguments);
    assert_eq!(output.status.code(), Some(0));
    let printed = String::from_utf8(output.stdout).unwrap();
    let shown = blocks(&readme, "text");
    assert_eq!(shown.len(), 1, "one sample of the output");
    let printed: Vec<&str> = printed.lines().collect();
    assert_eq!(shown[0].len(), printed.len(), "{printed:#?}");
    for (pattern, line) in shown[0].iter().zip(printed) {
        assert!(fits(pattern, line), "README: {pattern}\nprinted: {line}");
    }
}

#[test]
fn the_command_on_a_chip_prints_the_lines_that_the_readme_shows() {
    let shown = blocks(&read("README.md"), "console");
    assert_eq!(shown.len(), 1, "one command on a chip");
    let output = Program::new().run(shown[0][0].strip_prefix("$ isinglass ").unwrap());
    assert_eq!(output.status.code(), Some(0));
    let printed = String::from_utf8(output.stdout).unwrap();
    let mut lines = printed.lines();
    for pattern in &shown[0][1..] {
        assert!(lines.any(|line| fits(pattern, line)), "README: {pattern}\nprinted: {printed}");
    }
}

#[test]
fn continuous_integration_runs_the_second_command() {
    let commands = blocks(&read("README.md"), "sh");
    assert!(read(".ci/run").lines().any(|line| line == commands[1][0]));
}

#[test]
fn a_pattern_fits_whole_lines_only() {
    assert!(fits("time [..] s", "time 1.5 s"));
    assert!(fits("a [..], b [..], c", "a 1, b 2, c"));
    assert!(!fits("time [..] s", "time 1.5 ms, or so"));
    assert!(!fits("a", "a b"));
}

#[test]
fn the_programs_of_the_readme_are_those_of_the_crate_page() {
    let page = read("crates/isinglass/src/lib.rs");
    let page: String = page
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .fold(String::new(), |page, line| page + line.strip_prefix(' ').unwrap_or(line) + "\n");
    let programs = blocks(&read("README.md"), "rust");
    assert_eq!(programs.len(), 2, "one trains, one compiles, samples and decodes");
    assert_eq!(programs, blocks(&page, ""));
}
