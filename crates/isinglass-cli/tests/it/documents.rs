//! The documents say what the program does.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::Program;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_commands_in_the_documents_do_what_is_shown() {
    // Documents are read from the root of the repository; trycmd runs commands beside the document.
    let root = tempfile::tempdir().unwrap();
    let cases = trycmd::TestCases::new();
    cases.env("XDG_CACHE_HOME", root.path().join("caches").display().to_string());
    cases.env("XDG_DATA_HOME", root.path().join("data").display().to_string());
    // no document uses the chip of whoever runs it
    cases.env("DWAVE_API_TOKEN", "");
    cases.env("XDG_CONFIG_HOME", root.path().join("config").display().to_string());
    cases.env("XDG_CONFIG_DIRS", root.path().join("config").display().to_string());
    for name in ["cli.md", "chips.md", "exact.md", "reproduce.md", "reports.md"] {
        let document = root.path().join(name);
        std::fs::copy(repository().join("docs").join(name), &document).unwrap();
        let beside = root.path().join(name.replace(".md", ".in/docs"));
        std::fs::create_dir_all(&beside).unwrap();
        copy_examples(&beside.join("examples"));
        cases.case(document);
    }
    cases.run();
}

fn copy_examples(to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(repository().join("docs/examples")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn the_reference_of_the_command_line_is_what_the_program_says() {
    let page = std::fs::read_to_string(repository().join("docs/cli.md")).unwrap();
    let (_, rest) = page.split_once("<!-- generated:cli -->").expect("the page has the marker");
    let (section, _) = rest.split_once("<!-- /generated -->").expect("the page has the closing marker");
    let said = String::from_utf8(Program::new().run("reference").stdout).unwrap();
    assert!(section.trim() == said.trim(), "docs/cli.md is not current; write it with `cargo xtask gen`");
}

#[test]
fn every_name_in_the_json_about_chips_is_documented() {
    let tables = std::fs::read_to_string(repository().join("docs/chips.md")).unwrap();
    let program = Program::new().file("pair.edges", "0 1\n");
    let is_documented = |name: &str| tables.contains(&format!("`{name}`")) || name == "schema";
    let check = |value: &Value, what: &str| {
        let missing: Vec<&String> = value.as_object().unwrap().keys().filter(|name| !is_documented(name)).collect();
        assert!(missing.is_empty(), "{what}: {missing:?}");
    };
    program.run("compile parity:2 --bias --out problem.coo --layout layout.json");
    check(&program.json("embed problem.coo --layout layout.json --topology pegasus:3"), "embed");
    check(&program.json("draw --topology chimera:1"), "draw");
    check(&program.json("solve problem.coo --embed pegasus:3 --chain-strength scan")["embedded"], "solve");
    check(&program.json("train parity:2 --bias --chip advantage2-4 --num-sweeps 50")["embedded"], "train");
    let emulated = program.json("train parity:2 --bias --chip advantage2-4 --solver qpu-emulator --num-reads 20");
    check(&emulated["embedded"], "train");
    check(&emulated["emulation"], "train");
    check(&program.json("solve problem.coo --chip advantage2-4 --solver qpu-emulator")["emulation"], "solve");
}

#[test]
fn the_version_is_printed() {
    let output = Program::new().run("--version");
    assert_eq!(String::from_utf8_lossy(&output.stdout), concat!("isinglass ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn every_command_has_a_manual_page() {
    let program = Program::new();
    assert!(program.run("man --out pages").status.success());
    for page in ["isinglass.1", "isinglass-solve.1", "isinglass-data.1", "isinglass-data-show.1", "isinglass-man.1"] {
        let text = std::fs::read_to_string(program.path().join("pages").join(page)).unwrap();
        assert!(text.contains(".TH "), "{page}");
    }
    assert!(!program.path().join("pages/isinglass-reference.1").exists());
    assert!(String::from_utf8_lossy(&program.run("man").stdout).contains(".TH "));
}

#[test]
fn each_shell_has_completions() {
    let program = Program::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = program.run(&format!("completions {shell}"));
        assert!(String::from_utf8_lossy(&script.stdout).contains("num-sweeps"), "{shell}");
    }
}

/// The names of all fields, however deep, but not those of free maps such as the details of a baseline.
fn names(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                found.push(name.clone());
                if name != "detail" {
                    names(value, found);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| names(value, found)),
        _ => {}
    }
}

#[test]
fn every_name_in_the_json_of_the_learning_commands_is_documented() {
    let document = std::fs::read_to_string(repository().join("docs/cli.md")).unwrap();
    let tables = document.split_once("## Training").unwrap().1.split_once("## Data sets").unwrap().0;
    let program = Program::new();
    for arguments in [
        "train parity:2 --bias --batch-size 2 --num-sweeps 50 --test 0.25 --classes=-1,1 --out model.json",
        "predict model.json parity:2",
        "eval model.json parity:2",
        "compile parity:2 --bias --out problem.coo --layout layout.json",
        "solve problem.coo --out samples.json",
        "decode samples.json --layout layout.json",
    ] {
        let report = program.json(arguments);
        if arguments.starts_with("solve") {
            continue;
        }
        let mut found = vec![];
        names(&report, &mut found);
        let is_documented = |name: &str| {
            let spellings = [format!("`{name}`"), format!(".{name}`"), format!("`{name}.")];
            name == "schema" || spellings.iter().any(|spelling| tables.contains(spelling))
        };
        let missing: Vec<&String> = found.iter().filter(|name| !is_documented(name)).collect();
        assert!(missing.is_empty(), "{arguments}: {missing:?}");
    }
}

#[test]
fn every_name_in_the_json_about_the_paper_is_documented() {
    let tables = std::fs::read_to_string(repository().join("docs/reproduce.md")).unwrap();
    let program = Program::new();
    for arguments in [
        "reproduce --quick --experiments exp0 --max-inputs 3 --formulations compact --time-limit 1m",
        "ablate --limit 2 --topology pegasus:6 --sweeps 20 --min-reads 64",
    ] {
        let mut found = vec![];
        let report = program.json(arguments);
        names(&report, &mut found);
        // free maps from numbers, and weights as the model file has them
        let is_free = |name: &str| {
            name.parse::<i64>().is_ok() || ["layers", "num_columns", "architecture", "schema"].contains(&name)
        };
        let missing: Vec<&String> =
            found.iter().filter(|name| !is_free(name) && !tables.contains(&format!("`{name}`"))).collect();
        assert!(missing.is_empty(), "{arguments}: {missing:?}");
    }
}

#[test]
fn the_commands_behind_the_results_run() {
    let document = std::fs::read_to_string(repository().join("docs/results.md")).unwrap();
    let commands: Vec<&str> = document.lines().filter_map(|line| line.strip_prefix("    isinglass ")).collect();
    assert!(commands.len() >= 2, "{commands:?}");
    let program = Program::new().file("a1a", "+1 6:1 40:1\n-1 22:1\n-1 36:1 40:1\n+1 41:1\n".repeat(50));
    for command in commands {
        let command = command.replace("--data-dir DIR", "--data-dir .").replace("DIR/a1a", "a1a");
        let output = program.run(&format!("{command} --time-limit 1ms"));
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
