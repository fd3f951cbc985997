//! Names and sizes of files.

use super::Fault;
use super::tree::Tree;

/// The most lines of a Rust file.
const MOST_LINES: usize = 800;
/// The most bytes of any file.
const MOST_BYTES: u64 = 1 << 20;
/// Rust files that may be longer, and why.
const LONG_FILES: [(&str, &str); 0] = [];
/// Names that say nothing about what is in a file or folder.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "common", "helpers", "helper", "misc"];

pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    check_with(tree, &LONG_FILES)
}

/// The rules, with a list of files that may be long.
pub(super) fn check_with(tree: &Tree, long_files: &[(&str, &str)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in tree.files() {
        let bytes = tree.size(path);
        if bytes > MOST_BYTES {
            let message = format!("the file has {bytes} bytes; at most {MOST_BYTES} are kept in the repository");
            faults.push(Fault::new(path, 1, message, "keep a smaller example, or generate it"));
        }
        if !path.ends_with(".rs") {
            continue;
        }
        faults.extend(check_name(path));
        let lines = tree.text(path).map_or(0, |text| text.lines().count());
        let listed = long_files.iter().any(|(long, _)| long == path);
        if lines > MOST_LINES && !listed {
            let message = format!("the file has {lines} lines; at most {MOST_LINES} are read with pleasure");
            let hint = "split it, or list it with a reason in LONG_FILES of xtask/src/tidy/files.rs";
            faults.push(Fault::new(path, MOST_LINES + 1, message, hint));
        }
        if lines <= MOST_LINES && listed {
            let hint = "take it out of LONG_FILES of xtask/src/tidy/files.rs";
            faults.push(Fault::new(path, 1, "the file is listed as long, but no longer is", hint));
        }
    }
    faults
}

fn check_name(path: &str) -> Option<Fault> {
    if path.ends_with("/mod.rs") {
        let hint = format!("rename it to {}.rs", path.trim_end_matches("/mod.rs"));
        return Some(Fault::new(path, 1, "a module file named after the module is easier to find than a mod.rs", hint));
    }
    let empty = path.trim_end_matches(".rs").split('/').find(|part| EMPTY_NAMES.contains(part))?;
    let hint = "name it after the one thing it knows";
    Some(Fault::new(path, 1, format!("`{empty}` does not say what is in it"), hint))
}
