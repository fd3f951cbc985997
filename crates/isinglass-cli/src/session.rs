//! What a command is given beside its arguments.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::thread::available_parallelism;

use crate::cli::GlobalArguments;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;
use crate::progress::Bar;

/// The flags that every command has, put into effect.
#[derive(Debug)]
pub(crate) struct Session {
    output: Output,
    threads: Option<NonZeroUsize>,
}

impl Session {
    /// A session with these flags.
    pub(crate) fn new(global: &GlobalArguments) -> Self {
        global.color.choice().write_global();
        Self { output: Output::new(global.json, global.quiet), threads: global.threads }
    }

    /// Where results, notes and errors go.
    pub(crate) fn output(&self) -> Output {
        self.output
    }

    /// Number of threads to work with.
    pub(crate) fn num_threads(&self) -> usize {
        self.threads.or_else(|| available_parallelism().ok()).map_or(1, NonZeroUsize::get)
    }

    /// A flag that becomes true when the user presses Ctrl-C. Only from the first call on does Ctrl-C wait for the command
    /// to end by itself, so long work must look at the flag.
    ///
    /// # Errors
    /// A [`Failure`] when the system does not take the handler.
    pub(crate) fn interrupted(&self) -> Result<&'static AtomicBool, Failure> {
        interrupt::watch(self.output)
    }

    /// A progress bar called `name`, hidden when standard error is no terminal or notes are not wanted.
    pub(crate) fn bar(&self, name: &'static str) -> Bar {
        Bar::new(name, self.output.is_quiet())
    }
}
