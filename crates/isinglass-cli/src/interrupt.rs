//! Ctrl-C: the first one asks the work to end with what it has, the second one ends the program at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::Failure;
use crate::output::Output;

/// The exit code that shells give to programs stopped by Ctrl-C: 128 and the number of the signal.
const INTERRUPTED: i32 = 130;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// The flag that Ctrl-C sets; the handler is put in place by the first call.
///
/// # Errors
/// A [`Failure`] when the system does not take the handler.
pub(crate) fn watch(output: Output) -> Result<&'static AtomicBool, Failure> {
    static INSTALLED: OnceLock<Result<(), Failure>> = OnceLock::new();
    let installed = INSTALLED.get_or_init(|| {
        ctrlc::set_handler(move || {
            if REQUESTED.swap(true, Ordering::Relaxed) {
                std::process::exit(INTERRUPTED);
            }
            output.note("stopping with the best so far; press Ctrl-C again to stop at once");
        })
        .map_err(|error| Failure::from_error(&error).context("cannot watch for Ctrl-C"))
    });
    installed.clone().map(|()| &REQUESTED)
}
