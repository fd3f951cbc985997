//! The generated reference of the command line: what `isinglass reference` prints, between two markers in `docs/cli.md`.

use std::fs;
use std::path::Path;

use crate::cargo;

/// The file with the generated section.
pub(crate) const FILE: &str = "docs/cli.md";
const OPENING: &str = "<!-- generated:cli -->";
const CLOSING: &str = "<!-- /generated -->";

/// Regenerates the section.
///
/// # Errors
/// If the program does not run, or the file or its markers are missing.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    let path = root.join(FILE);
    let text = fs::read_to_string(&path).map_err(|error| format!("{FILE}: {error}"))?;
    let updated = replaced(&text, &printed(root)?)?;
    if updated == text {
        println!("{FILE} is current");
        return Ok(());
    }
    fs::write(&path, updated).map_err(|error| format!("{FILE}: {error}"))?;
    println!("{FILE} was updated");
    Ok(())
}

/// Runs the program and returns its reference.
///
/// # Errors
/// When it cannot be built or run, with what it said last.
pub(crate) fn printed(root: &Path) -> Result<String, String> {
    let output = cargo(root)
        .args(["run", "--quiet", "--package", "isinglass-cli", "--features", "full", "--", "reference"])
        .output()
        .map_err(|error| format!("cargo cannot be started: {error}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`isinglass reference` failed: {}", errors.trim()));
    }
    String::from_utf8(output.stdout).map_err(|_| "`isinglass reference` printed something else than UTF-8".to_owned())
}

/// The text with `section` between the markers.
///
/// # Errors
/// When a marker is missing.
pub(crate) fn replaced(text: &str, section: &str) -> Result<String, String> {
    let missing = |marker: &str| format!("{FILE} has no line `{marker}`");
    let start = text.find(OPENING).ok_or_else(|| missing(OPENING))? + OPENING.len();
    let end = start + text[start..].find(CLOSING).ok_or_else(|| missing(CLOSING))?;
    Ok(format!("{}\n\n{}\n\n{}", &text[..start], section.trim(), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_markers_is_replaced() {
        let text = "# Commands\n<!-- generated:cli -->\n\nold\n\n<!-- /generated -->\nend\n";
        let updated = replaced(text, "new\n").unwrap();
        assert_eq!(updated, "# Commands\n<!-- generated:cli -->\n\nnew\n\n<!-- /generated -->\nend\n");
        assert_eq!(replaced(&updated, "new\n").unwrap(), updated);
    }

    #[test]
    fn a_missing_marker_is_named() {
        assert_eq!(replaced("nothing", "new").unwrap_err(), "docs/cli.md has no line `<!-- generated:cli -->`");
        let half = "<!-- generated:cli -->\n";
        assert_eq!(replaced(half, "new").unwrap_err(), "docs/cli.md has no line `<!-- /generated -->`");
    }
}
