//! The table of settings with success rates and times to solution.

use isinglass_qubo::time_to_solution::{Measurement, best};
use serde::Serialize;

use super::Target;
use crate::arguments::problem::Problem;
use crate::arguments::solver::SolverName;
use crate::files::input_name;
use crate::output::Report;
use crate::output::number::{compact, duration, significant, thousands};
use crate::output::sheet::Sheet;
use crate::output::table::{Align, table};

/// One line of the table.
#[derive(Serialize)]
struct Setting {
    #[serde(flatten)]
    measurement: Measurement,
    success_rate: Option<f64>,
    success_interval: (f64, f64),
    seconds_per_read: f64,
    tts99: Option<f64>,
    tts99_interval: (f64, Option<f64>),
}

impl From<Measurement> for Setting {
    fn from(measurement: Measurement) -> Self {
        Self {
            success_rate: measurement.success.rate(),
            success_interval: measurement.success.interval(),
            seconds_per_read: measurement.seconds_per_read(),
            tts99: measurement.tts99(),
            tts99_interval: measurement.tts99_interval(),
            measurement,
        }
    }
}

impl Setting {
    fn cells(&self, is_best: bool) -> Vec<String> {
        let Measurement { num_sweeps, success, best_energy, .. } = &self.measurement;
        let (low, high) = self.success_interval;
        let percent = |share: f64| format!("{} %", significant(100.0 * share));
        let tts = match self.tts99 {
            Some(tts) => duration(tts),
            None => format!("> {}", duration(self.tts99_interval.0)),
        };
        vec![
            if *num_sweeps > 0 { thousands(*num_sweeps) } else { String::new() },
            thousands(success.num_reads),
            thousands(success.successes),
            self.success_rate.map_or(String::new(), percent),
            format!("{} to {}", percent(low), percent(high)),
            duration(self.seconds_per_read),
            tts,
            compact(*best_energy),
            match (is_best, self.measurement.cut_short) {
                (_, true) => "cut short".to_owned(),
                (true, false) => "best".to_owned(),
                (false, false) => String::new(),
            },
        ]
    }
}

/// The report; its fields are the names in JSON.
#[derive(Serialize)]
pub(super) struct TtsReport<'a> {
    source: &'a str,
    num_variables: usize,
    num_interactions: usize,
    solver: &'static str,
    seed: u64,
    threads: usize,
    target: f64,
    /// The same as a cut, of a max-cut problem only.
    #[serde(skip_serializing_if = "Option::is_none")]
    target_cut: Option<f64>,
    #[serde(skip)]
    is_of_file: bool,
    settings: Vec<Setting>,
    best: Option<usize>,
    tts99: Option<f64>,
}

impl<'a> TtsReport<'a> {
    pub(super) fn new(
        problem: &'a Problem,
        solver: SolverName,
        target: Target,
        seed: u64,
        measurements: Vec<Measurement>,
    ) -> Self {
        let best = best(&measurements).and_then(|best| measurements.iter().position(|each| each == best));
        let settings: Vec<Setting> = measurements.into_iter().map(Setting::from).collect();
        Self {
            source: &problem.source,
            num_variables: problem.file.bqm.num_variables(),
            num_interactions: problem.file.bqm.num_interactions(),
            solver: solver.text(),
            seed,
            threads: rayon::current_num_threads(),
            target: target.energy,
            target_cut: problem.file.cut(target.energy),
            is_of_file: target.is_of_file,
            best,
            tts99: best.and_then(|best| settings[best].tts99),
            settings,
        }
    }

    /// Whether the first read of every batch met the target.
    pub(super) fn is_too_easy(&self) -> bool {
        !self.settings.is_empty() && self.settings.iter().all(|setting| setting.measurement.first_reads_met)
    }

    pub(super) fn has_success(&self) -> bool {
        self.best.is_some()
    }

    pub(super) fn least_energy(&self) -> Option<f64> {
        self.settings.iter().map(|setting| setting.measurement.best_energy).reduce(f64::min)
    }
}

impl Report for TtsReport<'_> {
    fn text(&self) -> String {
        let columns = [Align::Right; 8].into_iter().chain([Align::Left]).collect::<Vec<_>>();
        let head = ["sweeps", "reads", "hits", "success", "95 % interval", "a read", "TTS99", "best energy", ""];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        let cells = |(index, setting): (usize, &Setting)| setting.cells(self.best == Some(index));
        rows.extend(self.settings.iter().enumerate().map(cells));
        let mut sheet = Sheet::new();
        let (variables, interactions) = (thousands(self.num_variables as u64), thousands(self.num_interactions as u64));
        sheet.line(
            "problem",
            format!("{}: {variables} variables, {interactions} interactions", input_name(self.source.as_ref())),
        );
        sheet.line("solver", format!("{}, {} threads", self.solver, self.threads));
        let mut target = format!("energy {}", compact(self.target));
        if let Some(cut) = self.target_cut {
            target.push_str(&format!(", cut {}", compact(cut)));
        }
        if self.is_of_file {
            target.push_str(", the optimum in the file");
        }
        sheet.line("target", target);
        sheet.lines("settings", table(&columns, &rows));
        sheet.line(
            "TTS99",
            match self.tts99 {
                Some(tts) => {
                    format!("{}: after so long a read has met the target with 99 % probability", duration(tts))
                }
                None => "no read met the target".to_owned(),
            },
        );
        sheet.finish()
    }
}
