//! A file on its way: what is there of it, and its sum so far.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Bytes that are read at once.
pub(super) const CHUNK: usize = 1 << 16;

/// The part of a file that has arrived, in a file of its own beside the place of the whole, so that a later run can go on.
pub(super) struct Part {
    path: PathBuf,
    file: File,
    hash: Sha256,
    num_bytes: u64,
}

impl Part {
    /// What an earlier run left, or nothing yet.
    pub(super) fn open(target: &Path) -> io::Result<Self> {
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let path = target.with_file_name(name);
        let mut file = OpenOptions::new().create(true).read(true).append(true).open(&path)?;
        let (hash, num_bytes) = hash_of(&mut file)?;
        Ok(Self { path, file, hash, num_bytes })
    }

    /// Bytes that have arrived.
    pub(super) fn num_bytes(&self) -> u64 {
        self.num_bytes
    }

    /// Forgets them.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        (self.hash, self.num_bytes) = (Sha256::new(), 0);
        Ok(())
    }

    /// Adds what has come.
    pub(super) fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.num_bytes += bytes.len() as u64;
        Ok(())
    }

    /// The sum of what has arrived, in hexadecimal.
    pub(super) fn sha256(&self) -> String {
        hexadecimal(self.hash.clone())
    }

    /// Puts the file into its place.
    pub(super) fn finish(self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        // closed first: some systems do not rename open files
        drop(self.file);
        fs::rename(&self.path, target)
    }

    /// Takes it away.
    pub(super) fn remove(self) -> io::Result<()> {
        drop(self.file);
        fs::remove_file(&self.path)
    }
}

/// The sum of a file, in hexadecimal, and its size.
pub(super) fn sha256_of(path: &Path) -> io::Result<(String, u64)> {
    let (hash, num_bytes) = hash_of(&mut File::open(path)?)?;
    Ok((hexadecimal(hash), num_bytes))
}

fn hash_of(file: &mut File) -> io::Result<(Sha256, u64)> {
    let (mut hash, mut num_bytes, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK]);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok((hash, num_bytes)),
            read => {
                hash.update(&chunk[..read]);
                num_bytes += read as u64;
            }
        }
    }
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
