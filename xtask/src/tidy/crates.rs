//! Layers between crates, and versions of dependencies named in one place.

use super::Fault;
use super::tree::Tree;

/// Every crate, and the crates of the workspace that it may depend on.
const LAYERS: [(&str, &[&str]); 9] = [
    ("isinglass-report", &[]),
    ("isinglass-qubo", &[]),
    ("isinglass-chip", &["isinglass-qubo", "isinglass-report"]),
    ("isinglass-mip", &["isinglass-qubo"]),
    ("isinglass-sapi", &["isinglass-qubo", "isinglass-chip"]),
    ("isinglass", &["isinglass-qubo", "isinglass-chip", "isinglass-report"]),
    ("isinglass-paper", &["isinglass-qubo", "isinglass-chip", "isinglass"]),
    (
        "isinglass-cli",
        &[
            "isinglass-report",
            "isinglass-qubo",
            "isinglass-chip",
            "isinglass-mip",
            "isinglass-sapi",
            "isinglass",
            "isinglass-paper",
        ],
    ),
    ("xtask", &[]),
];

/// A line of a manifest that names a dependency.
struct Dependency<'a> {
    line: usize,
    name: &'a str,
    /// Whether it is needed outside tests.
    ordinary: bool,
    from_workspace: bool,
}

pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in
        tree.with_ending("/Cargo.toml").filter(|path| path.starts_with("crates/") || *path == "xtask/Cargo.toml")
    {
        let Some(text) = tree.text(path) else { continue };
        let name = package_name(&text);
        let Some((_, allowed)) = LAYERS.iter().find(|(known, _)| *known == name) else {
            let hint = "give it a place in LAYERS of xtask/src/tidy/crates.rs and in ARCHITECTURE.md";
            faults.push(Fault::new(path, 1, format!("the crate `{name}` has no layer"), hint));
            continue;
        };
        for dependency in dependencies(&text) {
            let is_ours = LAYERS.iter().any(|(known, _)| *known == dependency.name);
            // a crate may depend on itself in tests, to switch a feature on
            let is_itself = dependency.name == name && !dependency.ordinary;
            if is_ours && !is_itself && !allowed.contains(&dependency.name) {
                let message = format!("`{name}` must not depend on `{}`", dependency.name);
                let hint = "move what both need down into the lower crate; ARCHITECTURE.md shows the layers";
                faults.push(Fault::new(path, dependency.line, message, hint));
            }
            if dependency.ordinary && !dependency.from_workspace {
                let message = format!("the version of `{}` is not that of the workspace", dependency.name);
                let hint =
                    format!("write `{}.workspace = true`, and the version in the Cargo.toml above", dependency.name);
                faults.push(Fault::new(path, dependency.line, message, hint));
            }
        }
    }
    faults
}

/// The value of `name` in a manifest; the first one is that of the package.
fn package_name(manifest: &str) -> &str {
    let value = manifest.lines().find_map(|line| line.strip_prefix("name")?.trim_start().strip_prefix('='));
    value.unwrap_or_default().trim().trim_matches('"')
}

/// All dependencies, as lines of a table or as separate tables.
fn dependencies(manifest: &str) -> Vec<Dependency<'_>> {
    let mut found: Vec<Dependency<'_>> = Vec::new();
    // the kind of the table that lines belong to, and whether it is that of a single dependency
    let mut table = None;
    for (index, line) in manifest.lines().map(str::trim).enumerate() {
        if let Some(header) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            table = dependency_table(header);
            if let Some((ordinary, Some(name))) = table {
                found.push(Dependency { line: index + 1, name, ordinary, from_workspace: false });
            }
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let (key, value) = (key.trim(), value.trim());
        match table {
            Some((_, Some(_))) if key == "workspace" => {
                if let Some(last) = found.last_mut() {
                    last.from_workspace = value == "true";
                }
            }
            Some((ordinary, None)) if !key.starts_with('#') => {
                let (name, property) = key.split_once('.').unwrap_or((key, ""));
                let value: String = value.split_whitespace().collect();
                let from_workspace =
                    if property.is_empty() { value.contains("workspace=true") } else { property == "workspace" };
                found.push(Dependency { line: index + 1, name: name.trim_matches('"'), ordinary, from_workspace });
            }
            _ => {}
        }
    }
    found
}

/// For the header of a table of dependencies: whether they are needed outside tests, and the name if it is that of one.
fn dependency_table(header: &str) -> Option<(bool, Option<&str>)> {
    // a table for some targets only: `target.'cfg(...)'.dependencies`
    let header = match header.strip_prefix("target.") {
        Some(rest) => &rest[rest.rfind("'.").map_or(0, |end| end + 2)..],
        None => header,
    };
    for (table, ordinary) in [("dependencies", true), ("build-dependencies", true), ("dev-dependencies", false)] {
        if let Some(rest) = header.strip_prefix(table) {
            return match rest.strip_prefix('.') {
                Some(name) => Some((ordinary, Some(name))),
                None if rest.is_empty() => Some((ordinary, None)),
                None => None,
            };
        }
    }
    None
}
