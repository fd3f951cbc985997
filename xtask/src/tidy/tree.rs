//! The files of the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder and the files in it that belong to the repository, as sorted paths with `/` between their parts.
pub(super) struct Tree {
    root: PathBuf,
    files: BTreeSet<String>,
}

impl Tree {
    /// The files that git tracks. If git is not available (an unpacked archive, a machine without git), all files except hidden
    /// directories, build directories and what `.gitignore` lists.
    pub(super) fn tracked(root: &Path) -> Self {
        let output = Command::new("git")
            .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached"])
            .current_dir(root)
            .output()
            .ok()
            .filter(|output| output.status.success() && !output.stdout.is_empty());
        let Some(output) = output else { return Self::walked(root) };
        let names = String::from_utf8_lossy(&output.stdout);
        // a file that was deleted but not yet committed is still listed
        let files = names.split('\0').filter(|name| root.join(name).is_file()).map(str::to_owned).collect();
        Self { root: root.to_path_buf(), files }
    }

    /// All files, ignored ones left out.
    pub(super) fn walked(root: &Path) -> Self {
        let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        let ignored: Vec<&str> = ignored.lines().map(|line| line.trim().trim_matches('/')).collect();
        let mut files = BTreeSet::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(root.join(&folder)).into_iter().flatten().filter_map(Result::ok) {
                let Ok(name) = entry.file_name().into_string() else { continue };
                let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
                let Ok(kind) = entry.file_type() else { continue };
                if name == ".git" || name == "target" || ignored.contains(&path.as_str()) {
                    continue;
                }
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    files.insert(path);
                }
            }
        }
        Self { root: root.to_path_buf(), files }
    }

    /// Paths of all files.
    pub(super) fn files(&self) -> &BTreeSet<String> {
        &self.files
    }

    /// Paths of files with this ending, the dot included.
    pub(super) fn with_ending<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = &'a str> {
        self.files.iter().map(String::as_str).filter(move |path| path.ends_with(ending))
    }

    /// The text of a file; `None` if the file does not exist or is not text.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok()
    }

    /// The size of a file in bytes.
    pub(super) fn size(&self, path: &str) -> u64 {
        fs::metadata(self.root.join(path)).map_or(0, |metadata| metadata.len())
    }

    /// Whether there is a file or a folder with files at this path.
    pub(super) fn has(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        path.is_empty()
            || self.files.contains(path)
            || self.files.range(inside.clone()..).next().is_some_and(|first| first.starts_with(&inside))
    }
}
