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
    let examples = root.path().join("cli.in/docs/examples");
    std::fs::create_dir_all(&examples).unwrap();
    for entry in std::fs::read_dir(repository().join("docs/examples")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, examples.join(path.file_name().unwrap())).unwrap();
    }
    let document = root.path().join("cli.md");
    std::fs::copy(repository().join("docs/cli.md"), &document).unwrap();
    trycmd::TestCases::new().case(document).run();
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
