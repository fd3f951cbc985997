//! A progress bar on standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use isinglass_qubo::Progress;
use isinglass_qubo::sampler::ProgressReport;

use crate::output::number;

/// A bar that follows a sampler, or any work counted in steps. It disappears when it is dropped.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// A bar called `name`; it draws nothing when `is_hidden` or when standard error is no terminal.
    pub(crate) fn new(name: &'static str, is_hidden: bool) -> Self {
        let target = if is_hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let style = ProgressStyle::with_template("{prefix} [{bar:30}] {percent:>3} % {elapsed} {msg}")
            .expect("the template is well-formed")
            .progress_chars("=> ");
        let bar = ProgressBar::with_draw_target(None, target).with_style(style).with_prefix(name);
        Self { bar }
    }
}

impl Progress for Bar {
    fn report(&self, report: ProgressReport) {
        self.bar.set_length(report.total);
        self.bar.set_position(report.done);
        if let Some(energy) = report.best_energy {
            self.bar.set_message(format!("best {}", number::compact(energy)));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
