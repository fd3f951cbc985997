//! Child processes that are watched, and stopped when the user says so.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use isinglass_qubo::RunControl;

use crate::highs::elapsed;

/// Time for solvers to end by themselves after Ctrl-C, which reaches them too, before they are interrupted.
const PATIENCE: Duration = Duration::from_millis(150);
/// Time between interrupting and killing a process: an interrupted run ends within a second.
const LAST_WAIT: Duration = Duration::from_millis(700);
/// The most of a log that is read.
const MAX_LOG: u64 = 1 << 26;

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Done,
    /// Stopped because the control said so.
    Stopped,
    /// Ended unsuccessfully.
    Failed(String),
}

/// How a process ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) end: End,
    pub(crate) text: String,
}

/// Runs a command with its log in `folder` until it ends or `control` says stop: then it is interrupted, and killed if that does not help.
pub(crate) fn run(mut command: Command, folder: &Path, control: &RunControl<'_>) -> io::Result<Output> {
    let log = folder.join("log.txt");
    let file = File::create(&log)?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let mut child = Running(command.spawn()?);
    let start = Instant::now();
    let (mut pause, mut last_report) = (Duration::from_millis(1), start);
    let end = loop {
        if let Some(status) = child.0.try_wait()? {
            break end_of(status);
        }
        if control.should_stop(None).is_some() {
            child.stop()?;
            break End::Stopped;
        }
        if let Some(progress) = control.progress
            && last_report.elapsed() >= Duration::from_millis(250)
        {
            last_report = Instant::now();
            progress.report(elapsed(start, control));
        }
        sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    let mut bytes = Vec::new();
    File::open(&log)?.take(MAX_LOG).read_to_end(&mut bytes)?;
    Ok(Output { end, text: String::from_utf8_lossy(&bytes).into_owned() })
}

/// Output of a command that should end within `limit`.
pub(crate) fn output_of(
    command: Command,
    scratch: &Path,
    limit: Duration,
    control: &RunControl<'_>,
) -> io::Result<Output> {
    let folder = tempfile::Builder::new().prefix("isinglass-mip-").tempdir_in(scratch)?;
    let deadline = Instant::now().checked_add(limit);
    run(command, folder.path(), &RunControl { deadline, ..*control })
}

fn end_of(status: ExitStatus) -> End {
    if status.success() { End::Done } else { End::Failed(format!("it ended with {status}")) }
}

/// A process that does not outlive this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            // nothing can be done if it cannot be killed
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

impl Running {
    fn stop(&mut self) -> io::Result<()> {
        if self.ends_within(PATIENCE)? {
            return Ok(());
        }
        self.interrupt();
        if !self.ends_within(LAST_WAIT)? {
            self.0.kill()?;
            self.0.wait()?;
        }
        Ok(())
    }

    fn ends_within(&mut self, limit: Duration) -> io::Result<bool> {
        let start = Instant::now();
        while start.elapsed() < limit {
            if self.0.try_wait()?.is_some() {
                return Ok(true);
            }
            sleep(Duration::from_millis(10));
        }
        Ok(false)
    }

    /// Sends the signal of Ctrl-C, on which solvers write the best solution found.
    #[cfg(unix)]
    fn interrupt(&self) {
        use rustix::process::{Pid, Signal, kill_process};
        // a process that has just ended ignores the signal
        let _ = kill_process(Pid::from_child(&self.0), Signal::INT);
    }

    #[cfg(not(unix))]
    fn interrupt(&self) {}
}
