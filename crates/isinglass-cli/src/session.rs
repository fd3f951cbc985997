//! What a command is given beside its arguments.

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::thread;

use rayon::ThreadPoolBuilder;

use crate::cli::GlobalArguments;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;
use crate::progress::{self, Bar};

/// More threads for each core only cost memory and time.
const THREADS_PER_CORE: NonZeroUsize = NonZeroUsize::new(4).expect("4 is not zero");

/// The most threads that are started.
fn most_threads() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).saturating_mul(THREADS_PER_CORE)
}

/// The flags that every command has, put into effect.
#[derive(Debug)]
pub(crate) struct Session {
    output: Output,
    /// Shown until the command ends.
    _bar: Bar,
}

impl Session {
    /// A session with these flags. The number of threads is that of the pool in which all parallel work runs.
    ///
    /// # Errors
    /// A [`Failure`] when the system does not start so many threads.
    pub(crate) fn start(global: &GlobalArguments) -> Result<Self, Failure> {
        global.color.choice().write_global();
        let output = Output::new(global.json, global.quiet);
        progress::show_stages(!output.is_quiet());
        if let Some(asked) = global.threads {
            let threads = asked.min(most_threads());
            if threads < asked {
                output.note(&format!(
                    "--threads {asked} is more than {THREADS_PER_CORE} for each core: {threads} are started"
                ));
            }
            ThreadPoolBuilder::new()
                .num_threads(threads.get())
                .build_global()
                .map_err(|error| Failure::from_error(&error).context(format!("cannot start {threads} threads")))?;
        }
        Ok(Self { output, _bar: Bar::of_command(output.is_quiet()) })
    }

    /// Where results, notes and errors go.
    pub(crate) fn output(&self) -> Output {
        self.output
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
