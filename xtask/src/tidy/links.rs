//! Links in Markdown that lead to files of the repository.

use super::Fault;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in tree.with_ending(".md") {
        let Some(text) = tree.text(path) else { continue };
        let mut in_fence = false;
        for (index, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                in_fence = !in_fence;
            } else if !in_fence {
                let broken = targets(line).filter(|target| !tree.has(&resolved(path, target)));
                let hint = "paths in links count from the folder of the file";
                faults.extend(
                    broken.map(|target| {
                        Fault::new(path, index + 1, format!("the link `{target}` leads to no file"), hint)
                    }),
                );
            }
        }
    }
    faults
}

/// Where the links of a line lead, without fragments; links out of the repository and inside the page are left out.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    // every other part stands between backquotes, where nothing is a link
    let parts = line.split('`').step_by(2);
    parts.flat_map(|part| part.split("](").skip(1)).filter_map(|rest| {
        let target = rest.split([')', ' ', '#']).next().unwrap_or_default();
        (!target.is_empty() && !target.contains(':')).then_some(target)
    })
}

/// The path from the root of what `target` means in the file `path`.
fn resolved(path: &str, target: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    if target.starts_with('/') {
        parts.clear();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
