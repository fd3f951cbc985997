//! Words that must not be left in the repository.

use super::Fault;
use super::source::code_only;
use super::tree::Tree;

/// Macros that belong to work in progress.
const MACROS: [&str; 3] = ["dbg", "todo", "unimplemented"];
/// Words for work put off, in two halves, so that this file does not hold them.
const MARKS: [(&str, &str); 3] = [("FIX", "ME"), ("TO", "DO"), ("XX", "X")];
/// Beginnings of paths that are there on one machine only, without their first and last slash.
const MACHINE_FOLDERS: [&str; 3] = ["home", "root", "Users"];

pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in tree.files() {
        let Some(text) = tree.text(path) else { continue };
        for (index, line) in text.lines().enumerate() {
            faults.extend(check_line(path, index + 1, line));
        }
        if path.ends_with(".rs") {
            for (index, line) in code_only(&text).lines().enumerate() {
                if let Some(name) = MACROS.into_iter().find(|name| has_word(line, &format!("{name}!"))) {
                    let message = format!("`{name}!` was left in the code");
                    faults.push(Fault::new(path, index + 1, message, "finish the code, or take it out"));
                }
            }
        }
    }
    faults
}

fn check_line(path: &str, number: usize, line: &str) -> Option<Fault> {
    if let Some((first, second)) = MARKS.into_iter().find(|(first, second)| has_word(line, &format!("{first}{second}")))
    {
        let hint = "do it now, or open an issue";
        return Some(Fault::new(path, number, format!("`{first}{second}` was left in the file"), hint));
    }
    let folder = MACHINE_FOLDERS.into_iter().find(|folder| has_word(line, &format!("/{folder}/")))?;
    let hint = "write a path relative to the repository";
    Some(Fault::new(path, number, format!("`/{folder}/` is a path of one machine"), hint))
}

/// Whether `word` is in the line without a letter, digit or `_` next to it. A path needs room in front only, and none of a
/// longer path or address.
fn has_word(line: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        let is_path = word.starts_with('/');
        let is_open = !before.is_some_and(|c| is_word(c) || is_path && matches!(c, '.' | '-' | '/' | '~' | '}'));
        is_open && (is_path || word.ends_with('!') || after.is_none_or(|c| !is_word(c)))
    })
}
