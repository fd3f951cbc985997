//! Files opened for reading: none without an end, and none longer than a limit.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::memory::Bytes;

/// The length of the start of a file that must not be all zero bytes: no format begins so.
const START: u64 = 1 << 16;

/// Opens a file for reading, unless it is a device other than a terminal: `/dev/zero` has no end.
///
/// # Errors
/// That of the system, or [`ErrorKind::InvalidInput`] for a device.
pub fn open_file(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    if is_device(&file)? {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is a device, not a file"));
    }
    Ok(file)
}

#[cfg(unix)]
fn is_device(file: &File) -> io::Result<bool> {
    use std::io::IsTerminal;
    use std::os::unix::fs::FileTypeExt;
    let kind = file.metadata()?.file_type();
    Ok((kind.is_char_device() && !file.is_terminal()) || kind.is_block_device())
}

#[cfg(not(unix))]
fn is_device(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// All of a file or stream, unless that is more than `most` bytes or begins with nothing but zeros.
///
/// # Errors
/// That of the reader, [`ErrorKind::FileTooLarge`], or [`ErrorKind::InvalidData`] for zeros.
///
/// # Examples
/// ```
/// use isinglass_qubo::io::read_limited;
/// assert_eq!(read_limited(&b"0 1 1\n"[..], 100)?, b"0 1 1\n");
/// assert_eq!(read_limited(std::io::repeat(b'1'), 1000).unwrap_err().to_string(), "it is longer than the limit of 1.0 kB");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_limited(mut reader: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.by_ref().take(START.min(most.saturating_add(1))).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == START && bytes.iter().all(|&byte| byte == 0) {
        return Err(io::Error::new(ErrorKind::InvalidData, "it begins with nothing but zero bytes"));
    }
    let left = most.saturating_add(1).saturating_sub(bytes.len() as u64);
    reader.take(left).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::new(ErrorKind::FileTooLarge, format!("it is longer than the limit of {}", Bytes(most))));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_up_to_the_limit_is_read_whole() {
        for length in [0, 1, 1 << 16, 1 << 17] {
            let bytes: Vec<u8> = (0..length).map(|index| (index % 250) as u8 + 1).collect();
            assert_eq!(read_limited(&bytes[..], length).unwrap(), bytes);
            assert_eq!(read_limited(&bytes[..], u64::MAX).unwrap(), bytes);
            let cut = read_limited(&bytes[..], length.saturating_sub(1));
            assert_eq!(cut.is_err(), length > 0, "{length}");
        }
    }

    #[test]
    fn endless_streams_are_refused() {
        let kind = |byte| read_limited(io::repeat(byte), 1 << 20).unwrap_err().kind();
        assert_eq!((kind(0), kind(b'1')), (ErrorKind::InvalidData, ErrorKind::FileTooLarge));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_is_not_opened() {
        for path in ["/dev/zero", "/dev/urandom", "/dev/null"] {
            assert_eq!(open_file(Path::new(path)).unwrap_err().to_string(), "it is a device, not a file");
        }
    }
}
