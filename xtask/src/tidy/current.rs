//! Generated sections of the documentation are what would be generated now.

use super::Fault;
use super::tree::Tree;
use crate::reference::{FILE, replaced};

/// `printed` is what the program says about itself.
pub(super) fn check(tree: &Tree, printed: impl FnOnce() -> Result<String, String>) -> Option<Fault> {
    let Some(text) = tree.text(FILE) else {
        let hint = "write it with the lines `<!-- generated:cli -->` and `<!-- /generated -->`, then `cargo xtask gen`";
        return Some(Fault::new(FILE, 1, "the file is missing", hint));
    };
    // without markers there is nothing to compare, and no need to build the program
    if let Err(message) = replaced(&text, "") {
        return Some(Fault::new(FILE, 1, message, "add the line where the generated section belongs"));
    }
    let updated = printed().and_then(|section| replaced(&text, &section));
    match updated {
        Ok(updated) if updated == text => None,
        Ok(updated) => {
            let differing = text.lines().zip(updated.lines()).take_while(|(old, new)| old == new).count();
            Some(Fault::new(FILE, differing + 1, "the generated section is not current", "cargo xtask gen"))
        }
        Err(message) => Some(Fault::new(FILE, 1, message, "cargo run -p isinglass-cli -- reference")),
    }
}
