//! Layers inside the libraries: a module uses only itself and the modules above it in the list of `lib.rs`.

use std::collections::HashMap;

use super::Fault;
use super::source::{code_only, without_tests};
use super::tree::Tree;

/// The crates whose modules are in layers.
const LIBRARIES: [&str; 5] = ["isinglass-report", "isinglass-qubo", "isinglass-chip", "isinglass", "isinglass-paper"];

/// Contents of `lib.rs`.
#[derive(Default)]
struct Root {
    /// Its modules, lowest first.
    order: Vec<String>,
    /// The module of each name that is exported at the root.
    exported: HashMap<String, String>,
}

pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    LIBRARIES.iter().flat_map(|library| check_library(tree, library)).collect()
}

fn check_library(tree: &Tree, library: &str) -> Vec<Fault> {
    let source = format!("crates/{library}/src/");
    let lib = format!("{source}lib.rs");
    let Some(text) = tree.text(&lib) else { return Vec::new() };
    let code = code_only(&text);
    let root = Root::parse(&without_tests(&code));
    let with_tests = Root::parse(&code);
    let mut faults = Vec::new();
    for path in tree.with_ending(".rs") {
        let Some(inside) = path.strip_prefix(&source) else { continue };
        let modules: Vec<&str> = inside.trim_end_matches(".rs").split('/').collect();
        if inside == "lib.rs" || modules.contains(&"tests") {
            continue;
        }
        let own = modules[0];
        let Some(own_place) = root.place(own) else {
            if with_tests.place(own).is_some() {
                continue;
            }
            let hint = format!("add `pub mod {own};` to {lib}, below all that it uses");
            faults.push(Fault::new(path, 1, format!("`{own}` is not a module of {lib}"), hint));
            continue;
        };
        let Some(text) = tree.text(path) else { continue };
        for (line, name) in root_names(&without_tests(&code_only(&text)), modules.len()) {
            let used = root.exported.get(&name).unwrap_or(&name);
            if root.place(used).is_some_and(|place| place > own_place) {
                let message = format!("`{own}` uses `{used}`, which is below it in {lib}");
                let hint =
                    format!("move `pub mod {used};` above `pub mod {own};` if that closes no circle, or move the code");
                faults.push(Fault::new(path, line, message, hint));
            }
        }
    }
    faults
}

impl Root {
    fn parse(code: &str) -> Self {
        let mut root = Self::default();
        for statement in code.split(';') {
            let words: Vec<&str> = statement.split_whitespace().collect();
            if let Some(position) = words.iter().position(|word| *word == "mod") {
                root.order.extend(words.get(position + 1).map(|name| (*name).to_owned()));
            } else if let Some(position) = words.windows(2).position(|pair| pair == ["pub", "use"]) {
                let path = words[position + 2..].concat();
                let path = path.trim_start_matches("self::").trim_start_matches("crate::");
                if let Some((module, names)) = path.split_once("::") {
                    let names = names.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                    root.exported
                        .extend(names.filter(|name| !name.is_empty()).map(|name| (name.to_owned(), module.to_owned())));
                }
            }
        }
        root
    }

    fn place(&self, module: &str) -> Option<usize> {
        self.order.iter().position(|listed| listed == module)
    }
}

/// The names at the root of the crate that a file uses, each with its line: `crate::name`, `crate::{name, other}`, and
/// as many `super::` in front of the name as the file has modules around its code (`depth`).
fn root_names(code: &str, depth: usize) -> Vec<(usize, String)> {
    let up = "super::".repeat(depth);
    let mut found = Vec::new();
    for prefix in ["crate::", up.as_str()] {
        for (start, _) in code.match_indices(prefix) {
            let before = code[..start].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let after = start + prefix.len();
            for (offset, name) in names_at(&code[after..]) {
                let line = 1 + code[..after + offset].matches('\n').count();
                found.push((line, name.to_owned()));
            }
        }
    }
    found
}

/// The name that `code` begins with, or all first names of the group that it begins with, each with its place.
fn names_at(code: &str) -> Vec<(usize, &str)> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut at_first_name = true;
    let mut position = 0;
    while let Some(character) = code[position..].chars().next() {
        if character.is_alphanumeric() || character == '_' {
            let rest = &code[position..];
            let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            if at_first_name {
                names.push((position, &rest[..length]));
                at_first_name = false;
            }
            position += length;
        } else {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => at_first_name = true,
                _ => {}
            }
            position += character.len_utf8();
        }
        if depth == 0 {
            break;
        }
    }
    names
}
