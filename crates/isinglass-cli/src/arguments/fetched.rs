//! Data files that `isinglass data fetch` brings, and where they lie.

use std::path::{Path, PathBuf};

use isinglass_paper::reproduce::{A1A_SHA256, A1A_TEST_SHA256};

use crate::files::user_folder;

/// A file that can be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fetchable {
    /// Its name, on the command line and in the folder.
    pub(crate) name: &'static str,
    /// Where it is from.
    pub(crate) url: &'static str,
    /// SHA-256 of its bytes, in hexadecimal.
    pub(crate) sha256: &'static str,
    /// Its size in bytes.
    pub(crate) num_bytes: u64,
    /// What it is, in one line.
    pub(crate) description: &'static str,
}

/// The files that can be fetched.
pub(crate) const FETCHABLE: [Fetchable; 2] = [
    Fetchable {
        name: "a1a",
        url: "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary/a1a",
        sha256: A1A_SHA256,
        num_bytes: 114_818,
        description: "1,605 training rows of UCI Adult as 123 bits (CC BY 4.0), the data of arXiv 2107.02751",
    },
    Fetchable {
        name: "a1a.t",
        url: "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/binary/a1a.t",
        sha256: A1A_TEST_SHA256,
        num_bytes: 2_214_693,
        description: "the 30,956 test rows that belong to a1a",
    },
];

/// The folder that files are fetched into unless the user names one.
pub(crate) fn data_folder() -> Option<PathBuf> {
    user_folder("XDG_DATA_HOME", ".local/share").map(|folder| folder.join("data"))
}

/// The place of a file that can be fetched, if it was.
pub(crate) fn fetched(name: &str) -> Option<PathBuf> {
    let known = FETCHABLE.iter().find(|file| file.name == name)?;
    Some(data_folder()?.join(known.name)).filter(|path| path.is_file())
}

/// What to do about a file that could be fetched; nothing for any other name.
pub(crate) fn fetch_hint(name: &Path) -> Option<String> {
    let known = FETCHABLE.iter().find(|file| name == Path::new(file.name))?;
    Some(format!("`isinglass data fetch {}` fetches it; `--data FILE` takes the file from anywhere", known.name))
}
