//! Progress bars on standard error.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use isinglass_qubo::Progress;
use isinglass_qubo::sampler::ProgressReport;

use crate::output::number;

/// Work that takes less shows no bar.
const APPEARS_AFTER: Duration = Duration::from_millis(300);
/// Time between two drawings while nothing is reported.
const TICK: Duration = Duration::from_millis(250);
/// Steps of a bar that follows whichever is further, the work or the clock.
const STEPS: u64 = 1000;

/// The bar of the whole command, which bars within it rename.
static WHOLE: Mutex<Option<ProgressBar>> = Mutex::new(None);

fn whole() -> Option<ProgressBar> {
    WHOLE.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Writes to a stream that may be the terminal with the bar, which is taken away meanwhile.
pub(crate) fn without_bar<T>(write: impl FnOnce() -> T) -> T {
    match whole() {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// Whether [`stage`] shows anything.
static STAGES_ARE_SHOWN: AtomicBool = AtomicBool::new(false);

/// Shows or hides the stages of all commands.
pub(crate) fn show_stages(are_shown: bool) {
    STAGES_ARE_SHOWN.store(are_shown, Ordering::Relaxed);
}

/// A bar for work that reports nothing, such as reading a file: it shows the time taken, and disappears when dropped.
pub(crate) fn stage(name: &'static str) -> Bar {
    Bar::new(name, !STAGES_ARE_SHOWN.load(Ordering::Relaxed))
}

/// A bar that follows a sampler, or any work counted in steps. It appears once the command has taken a moment, and disappears when
/// it is dropped. A bar within another takes its place until then.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    /// The name of the bar whose place it takes.
    outer: Option<String>,
    start: Instant,
    /// When the work ends at the latest.
    limit: Option<Duration>,
    appearance: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Bar {
    /// A bar called `name`; it draws nothing when `is_hidden` or when standard error is not a terminal.
    pub(crate) fn new(name: &'static str, is_hidden: bool) -> Self {
        let start = Instant::now();
        if let Some(bar) = whole().filter(|_| !is_hidden) {
            let outer = Some(bar.prefix());
            begin(&bar, name.to_owned());
            return Self { bar, outer, start, limit: None, appearance: None };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        begin(&bar, name.to_owned());
        let appearance = (!is_hidden && std::io::stderr().is_terminal()).then(|| appear_later(bar.clone()));
        Self { bar, outer: None, start, limit: None, appearance }
    }

    /// The bar of a whole command: every bar made before it is dropped takes its place, so that something is shown however the time is
    /// divided between stages.
    pub(crate) fn of_command(is_hidden: bool) -> Self {
        let bar = Self::new("working", is_hidden);
        if bar.appearance.is_some() {
            *WHOLE.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar.bar.clone());
        }
        bar
    }

    /// The same bar for work that ends at `deadline` at the latest: it shows whichever is further, the work or the clock.
    pub(crate) fn until(mut self, deadline: Option<Instant>) -> Self {
        self.limit = deadline.map(|deadline| deadline.saturating_duration_since(self.start));
        self
    }

    /// The share of the whole that is done.
    fn share(&self, report: ProgressReport, elapsed: Duration) -> f64 {
        let of_work = if report.total > 0 { report.done as f64 / report.total as f64 } else { 0.0 };
        let of_time = match self.limit {
            Some(limit) if !limit.is_zero() => elapsed.as_secs_f64() / limit.as_secs_f64(),
            Some(_) => 1.0,
            None => 0.0,
        };
        of_work.max(of_time).min(1.0)
    }
}

/// A bar called `name` of which nothing is known yet but the time.
fn begin(bar: &ProgressBar, name: String) {
    bar.unset_length();
    bar.set_position(0);
    bar.set_message("");
    bar.set_prefix(name);
    bar.set_style(style("{prefix} {spinner} {elapsed} {msg}"));
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is well-formed").progress_chars("=> ")
}

/// Lets the bar be drawn after a moment, unless it is dropped before.
fn appear_later(bar: ProgressBar) -> (Sender<()>, JoinHandle<()>) {
    let (dropped, wait) = mpsc::channel();
    let thread = thread::spawn(move || {
        if wait.recv_timeout(APPEARS_AFTER) == Err(RecvTimeoutError::Timeout) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(TICK);
        }
    });
    (dropped, thread)
}

impl Progress for Bar {
    fn report(&self, report: ProgressReport) {
        if self.bar.length().is_none() {
            self.bar.set_style(style("{prefix} [{bar:30}] {percent:>3} % {elapsed} {msg}"));
            self.bar.set_length(STEPS);
        }
        self.bar.set_position((self.share(report, self.start.elapsed()) * STEPS as f64) as u64);
        if let Some(energy) = report.best_energy {
            self.bar.set_message(format!("best {}", number::compact(energy)));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(outer) = self.outer.take() {
            begin(&self.bar, outer);
            return;
        }
        if self.appearance.is_some() {
            *WHOLE.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        if let Some((dropped, thread)) = self.appearance.take() {
            drop(dropped);
            // the thread ends at once: its channel is closed
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_follows_whichever_is_further_the_work_or_the_clock() {
        let report = |done, total| ProgressReport { done, total, best_energy: None };
        let seconds = Duration::from_secs;
        let bar = Bar::new("test", true);
        assert_eq!(bar.share(report(3, 12), seconds(60)), 0.25);
        assert_eq!(bar.share(report(0, 0), seconds(60)), 0.0);
        let mut limited = Bar::new("test", true);
        limited.limit = Some(seconds(10));
        assert_eq!(limited.share(report(1, 100), seconds(5)), 0.5);
        assert_eq!(limited.share(report(9, 10), seconds(5)), 0.9);
        assert_eq!(limited.share(report(9, 10), seconds(50)), 1.0);
    }
}
