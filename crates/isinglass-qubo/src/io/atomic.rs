//! Writing a file as a whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Calls `write` with a new file beside `path`, and puts that file in the place of `path` when it is complete.
///
/// Other processes see the old file or the new one, never a part. The new file is created under a name of its own
/// (`.NAME.PID-NUMBER.tmp`), flushed, synchronised with the disk and renamed; when anything fails it is removed, and `path`
/// stays as it was. The new file has the mode that the process gives to new files. A symbolic link at `path` is replaced,
/// not followed. What exists at `path` but is no regular file, such as a pipe or `/dev/stdout`, cannot be replaced and is
/// written to directly.
///
/// # Errors
/// Whatever `write` returns, and any [`io::Error`] on the way, turned into the same type.
///
/// # Examples
/// ```
/// use std::io::Write;
/// # let path = std::env::temp_dir().join(format!("isinglass-doc-{}.txt", std::process::id()));
/// isinglass_qubo::io::write_atomically(&path, |file| writeln!(file, "all of it"))?;
/// assert_eq!(std::fs::read_to_string(&path)?, "all of it\n");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_atomically<T, E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<T, E>,
) -> Result<T, E> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        let mut writer = BufWriter::new(OpenOptions::new().write(true).open(path)?);
        let value = write(&mut writer)?;
        writer.flush()?;
        return Ok(value);
    }
    let (file, mut temporary) = create_beside(path)?;
    let mut writer = BufWriter::new(file);
    let value = write(&mut writer)?;
    let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    // closed first: some systems do not rename open files
    drop(file);
    fs::rename(&temporary.path, path)?;
    temporary.renamed = true;
    Ok(value)
}

/// A file that is removed again unless it was renamed.
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // nothing can be done here, and the first failure is the one to report
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A new file in the directory of `path`.
fn create_beside(path: &Path) -> io::Result<(File, Temporary)> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"));
    };
    loop {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{number}.tmp", std::process::id()));
        let temporary = path.with_file_name(temporary);
        match OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((file, Temporary { path: temporary, renamed: false })),
            // left behind by a process of the same number
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<OsString> {
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    #[test]
    fn a_complete_file_takes_the_place_of_the_old_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.txt");
        fs::write(&path, "old").unwrap();
        let count = write_atomically::<_, io::Error>(&path, |file| file.write(b"new")).unwrap();
        assert_eq!((count, fs::read_to_string(&path).unwrap().as_str()), (3, "new"));
        assert_eq!(names(directory.path()), ["out.txt"]);
    }

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.txt");
        fs::write(&path, "old").unwrap();
        let result = write_atomically::<(), io::Error>(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("no more"))
        });
        assert_eq!(result.unwrap_err().to_string(), "no more");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names(directory.path()), ["out.txt"]);
    }

    #[test]
    fn a_panic_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.txt");
        let write = || write_atomically::<(), io::Error>(&path, |_| panic!("in the middle"));
        assert!(std::panic::catch_unwind(write).is_err());
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn a_missing_directory_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("missing").join("out.txt");
        let error = write_atomically::<(), io::Error>(&path, |_| Ok(())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_directory_cannot_be_written() {
        let directory = tempfile::tempdir().unwrap();
        assert!(write_atomically::<(), io::Error>(directory.path(), |_| Ok(())).is_err());
        assert!(directory.path().is_dir());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        write_atomically::<_, io::Error>(Path::new("/dev/null"), |file| file.write_all(b"gone")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
