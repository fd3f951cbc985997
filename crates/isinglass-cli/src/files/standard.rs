//! Standard input and standard output as files, under the name `-`.
//!
//! Standard input is one input only, and standard output is one output only: then it holds nothing else, and reports go to
//! standard error.

use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use isinglass_qubo::io::read_limited;

use crate::failure::Failure;
use crate::progress::without_bar;

/// The name of either stream.
const STANDARD: &str = "-";

/// Whether a path names standard input or standard output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path == Path::new(STANDARD)
}

/// Who asked for standard input first, and what it holds.
type Content = (Option<&'static str>, Result<Vec<u8>, Failure>);

/// Standard input, whole, for the input called `input`. The same input may ask again; `None` never may.
///
/// # Errors
/// A [`Failure`] when it cannot be read, or another input was read from it.
pub(super) fn read_input(input: Option<&'static str>) -> Result<&'static [u8], Failure> {
    static CONTENT: OnceLock<Content> = OnceLock::new();
    let mut is_first = false;
    let (owner, content) = CONTENT.get_or_init(|| {
        is_first = true;
        (input, read_all())
    });
    if !is_first && (input.is_none() || *owner != input) {
        return Err(Failure::input("two inputs are `-`, but standard input can be only one of them")
            .with_hint("give all inputs but one as files"));
    }
    content.as_deref().map_err(Clone::clone)
}

fn read_all() -> Result<Vec<u8>, Failure> {
    let read = read_limited(io::stdin().lock(), super::most_bytes());
    read.map_err(|error| Failure::from_error(&error).context("cannot read standard input"))
}

static IS_RESERVED: AtomicBool = AtomicBool::new(false);

/// Reserves standard output for data.
///
/// # Errors
/// A [`Failure`] when it is reserved already.
pub(super) fn reserve_output() -> Result<(), Failure> {
    if IS_RESERVED.swap(true, Ordering::Relaxed) {
        return Err(Failure::input("two outputs are `-`, but standard output can be only one of them")
            .with_hint("write all outputs but one to files"));
    }
    Ok(())
}

/// Whether standard output is reserved for data, so that reports go to standard error.
pub(crate) fn is_output_reserved() -> bool {
    IS_RESERVED.load(Ordering::Relaxed)
}

/// Writes data to standard output.
///
/// # Errors
/// A [`Failure`] when standard output takes no more.
pub(super) fn write_output(bytes: &[u8]) -> Result<(), Failure> {
    let write = || {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush())
    };
    without_bar(write).map_err(|error| Failure::writing(&error))
}
