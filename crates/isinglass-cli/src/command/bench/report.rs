//! The table of runs.

use isinglass_qubo::SampleStatus;
use isinglass_qubo::mip_solver::MipClaim;
use isinglass_qubo::sampler::SampleResult;
use isinglass_qubo::time_to_solution::{Success, meets, tts99};
use serde::Serialize;

use crate::arguments::problem::Problem;
use crate::arguments::solver::{Sampled, SolverName};
use crate::failure::Failure;
use crate::output::Report;
use crate::output::number::{compact, duration, rate, significant, thousands};
use crate::output::sheet::Sheet;
use crate::output::table::{Align, table};

/// One solver on one problem.
#[derive(Serialize)]
pub(super) struct Line {
    problem: String,
    num_variables: usize,
    num_interactions: usize,
    solver: &'static str,
    status: Option<SampleStatus>,
    refused: Option<String>,
    best_energy: Option<f64>,
    best_cut: Option<f64>,
    lower_bound: Option<f64>,
    /// What a solver of mixed-integer programs says of the minimum: its claim, not checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<MipClaim>,
    known_optimum: Option<f64>,
    num_reads: u64,
    /// Reads that reached the optimum in the file or a proven one, else the best energy of this run.
    num_best: u64,
    tts99: Option<f64>,
    seconds: f64,
    updates_per_second: Option<f64>,
}

impl Line {
    pub(super) fn new(problem: &Problem, solver: SolverName, result: Result<Sampled, Failure>, seconds: f64) -> Self {
        let file = &problem.file;
        let mut line = Self {
            problem: problem.name().to_owned(),
            num_variables: file.bqm.num_variables(),
            num_interactions: file.bqm.num_interactions(),
            solver: solver.text(),
            status: None,
            refused: None,
            best_energy: None,
            best_cut: None,
            lower_bound: None,
            claim: None,
            known_optimum: file.optimum,
            num_reads: 0,
            num_best: 0,
            tts99: None,
            seconds,
            updates_per_second: None,
        };
        match result {
            Ok(sampled) => {
                line.enter(&sampled.sampling, |energy| file.cut(energy));
                line.claim = sampled.claim;
            }
            Err(failure) => line.refused = Some(failure.message().to_owned()),
        }
        line
    }

    fn enter(&mut self, sampling: &SampleResult, cut: impl Fn(f64) -> Option<f64>) {
        let energies = sampling.samples.energies();
        self.status = Some(sampling.status);
        self.best_energy = sampling.best().map(|row| row.energy);
        self.best_cut = self.best_energy.and_then(cut);
        self.lower_bound = sampling.lower_bound;
        self.num_reads = energies.len() as u64;
        let aim = self.known_optimum.or(self.best_energy);
        self.num_best = energies.iter().filter(|&&energy| aim.is_some_and(|aim| meets(energy, aim))).count() as u64;
        let is_known = self.known_optimum.is_some() || sampling.status == SampleStatus::Optimal;
        let success = Success { successes: self.num_best, num_reads: self.num_reads };
        if is_known && self.num_best > 0 {
            self.tts99 = success.rate().map(|rate| tts99(self.seconds / self.num_reads as f64, rate));
        }
        if sampling.num_updates > 0 && self.seconds > 0.0 {
            self.updates_per_second = Some(sampling.num_updates as f64 / self.seconds);
        }
    }

    fn cells(&self) -> Vec<String> {
        let energy = |energy: Option<f64>| energy.map_or(String::new(), compact);
        let above = match (self.best_energy, self.known_optimum) {
            (Some(best), Some(known)) if meets(best, known) => "0".to_owned(),
            (Some(best), Some(known)) => significant(best - known),
            _ => String::new(),
        };
        let status = match (self.status, &self.refused) {
            (_, Some(reason)) => reason.clone(),
            (Some(SampleStatus::Optimal), _) => "proven".to_owned(),
            (Some(SampleStatus::TimeLimit), _) => "time limit".to_owned(),
            (Some(SampleStatus::Interrupted), _) => "interrupted".to_owned(),
            (Some(SampleStatus::Target), _) => "target".to_owned(),
            (Some(SampleStatus::Heuristic) | None, _) => match &self.claim {
                Some(claim) if claim.optimal => format!("optimal according to {}", claim.solver),
                _ => String::new(),
            },
        };
        vec![
            self.problem.clone(),
            thousands(self.num_variables as u64),
            self.solver.to_owned(),
            energy(self.best_energy),
            energy(self.best_cut),
            above,
            if self.num_reads > 0 { format!("{} of {}", self.num_best, self.num_reads) } else { String::new() },
            self.tts99.map_or(String::new(), duration),
            duration(self.seconds),
            self.updates_per_second.map_or(String::new(), rate),
            status,
        ]
    }
}

/// The report; its fields are the names in JSON.
#[derive(Serialize)]
pub(super) struct BenchReport {
    seed: u64,
    threads: usize,
    runs: Vec<Line>,
}

impl BenchReport {
    pub(super) fn new(seed: u64, runs: Vec<Line>) -> Self {
        Self { seed, threads: rayon::current_num_threads(), runs }
    }
}

impl Report for BenchReport {
    fn text(&self) -> String {
        const COLUMNS: [(&str, Align); 11] = [
            ("problem", Align::Left),
            ("variables", Align::Right),
            ("solver", Align::Left),
            ("best", Align::Right),
            ("cut", Align::Right),
            ("above known", Align::Right),
            ("at best", Align::Right),
            ("TTS99", Align::Right),
            ("time", Align::Right),
            ("updates/s", Align::Right),
            ("status", Align::Left),
        ];
        let mut rows = vec![COLUMNS.map(|(name, _)| name.to_owned()).to_vec()];
        rows.extend(self.runs.iter().map(Line::cells));
        // columns in which nothing stands are left out
        let used: Vec<usize> =
            (0..COLUMNS.len()).filter(|&column| rows[1..].iter().any(|row| !row[column].is_empty())).collect();
        let rows: Vec<Vec<String>> =
            rows.iter().map(|row| used.iter().map(|&column| row[column].clone()).collect()).collect();
        let columns: Vec<Align> = used.iter().map(|&column| COLUMNS[column].1).collect();
        let mut sheet = Sheet::new();
        sheet.lines("runs", table(&columns, &rows));
        sheet.line("seed", format!("{}, {} threads", self.seed, self.threads));
        sheet.finish()
    }
}
