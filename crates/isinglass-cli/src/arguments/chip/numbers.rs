//! Lists of qubits and couplers, on the command line or in files.

use std::path::Path;

use crate::failure::Failure;
use crate::files::{cannot_read, read_text};

/// The largest label of a node: a short line cannot ask for more memory than this many nodes take.
const MAX_NODE: u32 = 9_999_999;

/// Qubits, from a list or a file.
pub(super) fn qubits(list_or_file: &str) -> Result<Vec<u32>, Failure> {
    let of_line = |line: &str| line.split(separates).filter(|word| !word.is_empty()).map(label).collect();
    let lines: Vec<Vec<u32>> = read(list_or_file, of_line)?;
    Ok(lines.concat())
}

/// Couplers, from a list or a file.
pub(super) fn couplers(list_or_file: &str) -> Result<Vec<(u32, u32)>, Failure> {
    // `3-28`, `3 28` and `[3, 28]` are the same coupler
    let of_line = |line: &str| {
        let words = line.split(|character| separates(character) || character == '-');
        let labels = words.filter(|word| !word.is_empty()).map(label).collect::<Result<Vec<u32>, String>>()?;
        match labels.len() % 2 {
            0 => Ok(labels.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()),
            _ => Err(format!("{} qubits make no couplers, which have two each", labels.len())),
        }
    };
    let lines: Vec<Vec<(u32, u32)>> = read(list_or_file, of_line)?;
    Ok(lines.concat())
}

fn separates(character: char) -> bool {
    character.is_whitespace() || ",;[]".contains(character)
}

fn label(word: &str) -> Result<u32, String> {
    let label = word.parse().ok().filter(|&label: &u32| label <= MAX_NODE);
    label.ok_or_else(|| format!("`{word}` is not an integer from 0 to {MAX_NODE}"))
}

/// What `of_line` makes of each line without its comment; an error names the line.
fn lines<T>(text: &str, of_line: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    let text = text.trim_start_matches('\u{feff}').lines().enumerate();
    text.map(|(index, line)| {
        let content = line.split('#').next().unwrap_or_default();
        of_line(content).map_err(|cause| format!("line {}: {cause}", index + 1))
    })
    .collect()
}

/// A list as it stands if it begins with a digit and no file has this name, else a file.
fn read<T>(list_or_file: &str, of_line: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, Failure> {
    let path = Path::new(list_or_file);
    let is_list = list_or_file.starts_with(|first: char| first.is_ascii_digit() || first == '[') && !path.exists();
    if list_or_file.trim().is_empty() {
        return Ok(Vec::new());
    }
    if is_list {
        let found = of_line(list_or_file).map_err(|cause| Failure::input(format!("`{list_or_file}`: {cause}")))?;
        return Ok(vec![found]);
    }
    lines(&read_text(path)?, of_line).map_err(|cause| Failure::input(cause).context(cannot_read(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_in_every_spelling() {
        assert_eq!(qubits("3,17, 5"), Ok(vec![3, 17, 5]));
        assert_eq!(couplers("3-28,4-30"), Ok(vec![(3, 28), (4, 30)]));
        assert_eq!(couplers("[[3, 28], [4, 30]]"), Ok(vec![(3, 28), (4, 30)]));
        assert_eq!(
            couplers("3-28,4").unwrap_err().message(),
            "`3-28,4`: 3 qubits make no couplers, which have two each"
        );
        assert_eq!(qubits("3,-1").unwrap_err().message(), "`3,-1`: `-1` is not an integer from 0 to 9999999");
        assert!(qubits("no such file").is_err());
    }

    #[test]
    fn files_have_lines_and_comments() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("missing.txt");
        std::fs::write(&path, "# broken\n3 28\n\n4 30 # too\n").unwrap();
        assert_eq!(couplers(path.to_str().unwrap()), Ok(vec![(3, 28), (4, 30)]));
        assert_eq!(qubits(path.to_str().unwrap()), Ok(vec![3, 28, 4, 30]));
    }
}
