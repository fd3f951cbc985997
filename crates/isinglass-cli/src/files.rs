//! Files that commands read and write, with failures that name them. `-` is standard input or standard output.

mod standard;

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use isinglass_qubo::io::{open_file, read_limited, write_atomically};

pub(crate) use standard::{is_output_reserved, is_standard};

use crate::failure::Failure;
use crate::memory;

/// The bytes of the input called `input`, which may be read twice even where it is standard input.
///
/// # Errors
/// A [`Failure`] that names the file, or when another input was standard input.
pub(crate) fn read_input(path: &Path, input: &'static str) -> Result<Cow<'static, [u8]>, Failure> {
    if is_standard(path) {
        return standard::read_input(Some(input)).map(Cow::Borrowed);
    }
    read_bytes(path).map(Cow::Owned)
}

/// A file, whole.
///
/// # Errors
/// A [`Failure`] that names the file, or when another input was standard input.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    if is_standard(path) {
        return standard::read_input(None).map(<[u8]>::to_vec);
    }
    let read = open_file(path).and_then(|file| read_limited(file, most_bytes()));
    read.map_err(|error| Failure::from_error(&error).context(cannot_read(path)))
}

/// A text file, whole.
///
/// # Errors
/// A [`Failure`] that names the file, or when another input was standard input.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let text = String::from_utf8(read_bytes(path)?);
    text.map_err(|_| Failure::input("it is not UTF-8 text").context(cannot_read(path)))
}

/// The longest file that is read: what it holds takes several times its length.
fn most_bytes() -> u64 {
    memory::available().map_or(u64::MAX, |bytes| bytes / 16)
}

/// What is said first when reading failed.
pub(crate) fn cannot_read(path: &Path) -> String {
    format!("cannot read {}", input_name(path))
}

/// What is said first when writing failed.
pub(crate) fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", output_name(path))
}

/// An input as messages call it.
pub(crate) fn input_name(path: &Path) -> String {
    if is_standard(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// An output as messages call it.
pub(crate) fn output_name(path: &Path) -> String {
    if is_standard(path) { "standard output".to_owned() } else { path.display().to_string() }
}

/// Writes a text file whole or not at all.
///
/// # Errors
/// A [`Failure`] that names the file.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), Failure> {
    write_bytes(path, text.as_bytes())
}

/// Writes a file whole or not at all.
///
/// # Errors
/// A [`Failure`] that names the file.
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if is_standard(path) {
        return standard::write_output(bytes);
    }
    write_atomically(path, |file| file.write_all(bytes))
        .map_err(|error: io::Error| Failure::from_error(&error).context(cannot_write(path)))
}

/// Writes a file whole or not at all, piece by piece; for standard output the pieces are collected first.
///
/// # Errors
/// A [`Failure`] that names the file.
pub(crate) fn write_with<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if is_standard(path) {
        let mut bytes = Vec::new();
        let value = write(&mut bytes).map_err(|failure| failure.context(cannot_write(path)))?;
        standard::write_output(&bytes)?;
        return Ok(value);
    }
    write_atomically(path, |file| write(file)).map_err(|failure| failure.context(cannot_write(path)))
}

/// Finds out early that the ending of a name is of no format that is written. A name without an ending, a device and a pipe
/// take any format.
///
/// # Errors
/// A [`Failure`] that lists the endings.
pub(crate) fn check_ending(path: Option<&Path>, endings: &[&str]) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let Some(ending) = path.extension().and_then(OsStr::to_str) else { return Ok(()) };
    if endings.iter().any(|known| known.eq_ignore_ascii_case(ending)) || is_stream(path) {
        return Ok(());
    }
    Err(unknown_ending(path, endings))
}

/// The error for a file name whose ending is not that of a format that is written.
pub(crate) fn unknown_ending(path: &Path, endings: &[&str]) -> Failure {
    let cause = match path.extension() {
        Some(ending) => format!("`.{}` is not the ending of a format that is written here", ending.display()),
        None => "the file extension does not identify a format".to_owned(),
    };
    let endings: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
    let hint = match endings.as_slice() {
        [only] => format!("end the name with {only}"),
        [first @ .., last] => format!("end the name with {} or {last}", first.join(", ")),
        [] => return Failure::input(cause).context(cannot_write(path)),
    };
    Failure::input(cause).context(cannot_write(path)).with_hint(hint)
}

/// Whether there is something at a path to which a file beside it says nothing: a device, a pipe or a terminal.
fn is_stream(path: &Path) -> bool {
    path.exists() && !path.is_file() && !path.is_dir()
}

/// Finds out early that a file cannot be put at one of these places, before the work whose results they are to hold.
///
/// # Errors
/// A [`Failure`] that names the first such place, and why.
pub(crate) fn check_places<'a>(places: impl IntoIterator<Item = &'a Option<PathBuf>>) -> Result<(), Failure> {
    places
        .into_iter()
        .flatten()
        .try_for_each(|path| check_place(path).map_err(|failure| failure.context(cannot_write(path))))
}

fn check_place(path: &Path) -> Result<(), Failure> {
    if is_standard(path) {
        return standard::reserve_output();
    }
    if path.is_dir() || path.file_name().is_none() {
        return Err(Failure::input("it is a directory"));
    }
    if is_stream(path) {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match fs::metadata(parent) {
        Ok(parent) if parent.is_dir() => {}
        Ok(_) => return Err(Failure::input(format!("{} is not a directory", parent.display()))),
        Err(error) => return Err(Failure::from_error(&error)),
    }
    // permissions, read-only disks and quotas are found out only by trying
    let trial = parent.join(format!(".isinglass-{}.trial", std::process::id()));
    let tried = File::create_new(&trial).and_then(|file| {
        drop(file);
        fs::remove_file(&trial)
    });
    tried.map_err(|error| Failure::from_error(&error))
}

/// The folder of isinglass among the user's folders of one kind: where a variable of the environment says, else below the home folder.
pub(crate) fn user_folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    user_folder_of("isinglass", variable, below_home)
}

/// The folder of a program among the user's folders of one kind.
pub(crate) fn user_folder_of(program: &str, variable: &str, below_home: &str) -> Option<PathBuf> {
    let variable_of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folders = variable_of(variable)
        .or_else(|| variable_of("LOCALAPPDATA"))
        .or_else(|| variable_of("HOME").map(|home| home.join(below_home)));
    folders.map(|folders| folders.join(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(path: &str) -> String {
        let failure = check_places([&Some(PathBuf::from(path))]).unwrap_err();
        format!("{}: {}", failure.message(), failure.causes().join(": "))
    }

    #[test]
    fn places_where_no_file_can_be_are_found_out() {
        insta::assert_snapshot!(refusal("."), @"cannot write .: it is a directory");
        insta::assert_snapshot!(refusal("no/such/file"), @"cannot write no/such/file: No such file or directory (os error 2)");
        insta::assert_snapshot!(refusal("Cargo.toml/file"), @"cannot write Cargo.toml/file: Cargo.toml is not a directory");
    }

    #[test]
    fn an_ending_that_is_not_written_is_refused_with_those_that_are() {
        let refusal = |path: &str, endings: &[&str]| {
            let failure = check_ending(Some(Path::new(path)), endings).unwrap_err();
            format!("{}: {}; {}", failure.message(), failure.causes().join(": "), failure.hint().unwrap())
        };
        insta::assert_snapshot!(refusal("a.xlsx", &["json"]), @"cannot write a.xlsx: `.xlsx` is not the ending of a format that is written here; end the name with .json");
        insta::assert_snapshot!(refusal("b/a.v1.xlsx", &["json", "csv"]), @"cannot write b/a.v1.xlsx: `.xlsx` is not the ending of a format that is written here; end the name with .json or .csv");
        for path in ["a.json", "a.JSON", "b.c/a", "-", ".json"] {
            check_ending(Some(Path::new(path)), &["json"]).unwrap();
        }
        check_ending(None, &["json"]).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_directory_that_takes_no_files_is_found_out() {
        // not even the superuser creates files there
        assert!(refusal("/proc/model.json").starts_with("cannot write /proc/model.json: "));
    }

    #[test]
    fn trying_leaves_nothing_behind_and_touches_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("old.json");
        fs::write(&path, "old").unwrap();
        check_places([&Some(path.clone()), &Some(directory.path().join("new.json")), &None]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_a_place() {
        check_places([&Some(PathBuf::from("/dev/null"))]).unwrap();
    }
}
