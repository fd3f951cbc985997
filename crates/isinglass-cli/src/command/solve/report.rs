//! What came of a run: the problem, the solver, the energies, the best sample.

use std::path::Path;

use isinglass_qubo::io::Label;
use isinglass_qubo::mip_solver::MipClaim;
use isinglass_qubo::presolve::Statistics;
use isinglass_qubo::race::MemberResult;
use isinglass_qubo::{SampleStatus, Vartype};
use serde::Serialize;

use super::sample;
use crate::arguments::embedding::EmbeddedOutput;
use crate::arguments::problem::Problem;
use crate::arguments::solver::{EmulationOutput, Sampled, claim_lines};
use crate::files::input_name;
use crate::output::Report;
use crate::output::histogram::histogram;
use crate::output::number::{compact, duration, percent, rate, significant, thousands};
use crate::output::sheet::Sheet;
use crate::output::table::{Align, table};

/// A run of a sampler.
pub(super) struct Run<'a> {
    pub(super) solver: &'static str,
    pub(super) seed: u64,
    pub(super) target: Option<f64>,
    pub(super) seconds: f64,
    pub(super) sampled: &'a Sampled,
    pub(super) standings: Vec<MemberResult>,
    pub(super) embedded: Option<EmbeddedOutput>,
    pub(super) emulation: Option<EmulationOutput>,
    pub(super) is_whole_sample_printed: bool,
}

/// The report; its fields are the names in JSON.
#[derive(Serialize)]
pub(super) struct SolveReport<'a> {
    source: &'a str,
    format: &'static str,
    vartype: Vartype,
    num_variables: usize,
    num_interactions: usize,
    max_degree: usize,
    density: f64,
    min_abs_coefficient: Option<f64>,
    max_abs_coefficient: f64,
    maximized: bool,
    solver: &'static str,
    solver_reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    presolve: Option<Statistics>,
    /// What a solver of mixed-integer programs says: not checked, but for its sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    mip: Option<&'a MipClaim>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    race: Vec<MemberResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    embedded: Option<EmbeddedOutput>,
    #[serde(skip_serializing_if = "Option::is_none")]
    emulation: Option<EmulationOutput>,
    seed: u64,
    num_reads: usize,
    num_sweeps: u64,
    beta_range: Option<(f64, f64)>,
    status: SampleStatus,
    target: Option<f64>,
    best_energy: Option<f64>,
    /// Of a max-cut problem only.
    #[serde(skip_serializing_if = "Option::is_none")]
    best_cut: Option<f64>,
    lower_bound: Option<f64>,
    num_best: usize,
    energies: &'a [f64],
    best_sample: Option<&'a [i8]>,
    labels: Option<&'a [Label]>,
    seconds: f64,
    updates_per_second: Option<f64>,
    #[serde(skip)]
    is_whole_sample_printed: bool,
}

impl<'a> SolveReport<'a> {
    /// The report on a run on `problem`.
    pub(super) fn new(problem: &'a Problem, run: Run<'a>) -> Self {
        let bqm = &problem.file.bqm;
        let sampling = &run.sampled.sampling;
        let energies = sampling.samples.energies();
        let best = sampling.best();
        // Equal samples may differ in the last digits when their energies were summed in another order.
        let best_text = best.map(|row| compact(row.energy));
        let updates = sampling.num_updates;
        Self {
            source: &problem.source,
            format: problem.format.name(),
            vartype: bqm.vartype(),
            num_variables: bqm.num_variables(),
            num_interactions: bqm.num_interactions(),
            max_degree: bqm.max_degree(),
            density: bqm.density(),
            min_abs_coefficient: bqm.min_abs_coefficient(),
            max_abs_coefficient: bqm.max_abs_coefficient(),
            maximized: problem.file.maximized,
            solver: run.solver,
            solver_reason: &run.sampled.reason,
            presolve: run.sampled.presolve,
            mip: run.sampled.claim.as_ref(),
            race: run.standings,
            embedded: run.embedded,
            emulation: run.emulation,
            seed: run.seed,
            num_reads: sampling.samples.len(),
            num_sweeps: sampling.num_sweeps,
            beta_range: sampling.beta_range,
            status: sampling.status,
            target: run.target,
            best_energy: best.map(|row| row.energy),
            best_cut: best.and_then(|row| problem.file.cut(row.energy)),
            lower_bound: sampling.lower_bound,
            num_best: energies.iter().filter(|&&energy| Some(compact(energy)) == best_text).count(),
            energies,
            best_sample: best.map(|row| row.sample),
            labels: problem.file.labels.as_deref(),
            seconds: run.seconds,
            updates_per_second: (updates > 0 && run.seconds > 0.0).then(|| updates as f64 / run.seconds),
            is_whole_sample_printed: run.is_whole_sample_printed,
        }
    }

    fn problem_lines(&self) -> Vec<String> {
        let (variables, interactions) = (thousands(self.num_variables as u64), thousands(self.num_interactions as u64));
        let coefficients = match self.min_abs_coefficient {
            Some(least) => format!("{} to {}", compact(least), compact(self.max_abs_coefficient)),
            None => "0".to_owned(),
        };
        let source = input_name(Path::new(self.source));
        let mut lines = vec![
            format!("{source} ({}, {})", self.format, self.vartype.name()),
            format!(
                "{variables} variables, {interactions} interactions, degree at most {}, density {}",
                thousands(self.max_degree as u64),
                percent(self.density)
            ),
            format!("absolute coefficients {coefficients}"),
        ];
        if self.maximized {
            lines.push("the file asks for a maximum: energies are its values with the sign changed".to_owned());
        }
        lines
    }

    fn solver_lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{}: {}", self.solver, self.solver_reason)];
        if self.num_sweeps > 0 {
            let (reads, sweeps) = (thousands(self.num_reads as u64), thousands(self.num_sweeps));
            let betas = self
                .beta_range
                .map_or(String::new(), |(low, high)| format!(", beta {} to {}", significant(low), significant(high)));
            lines.push(format!("{reads} reads of {sweeps} sweeps{betas}, seed {}", self.seed));
        }
        lines.extend(self.mip.iter().flat_map(|claim| claim_lines(claim, self.best_energy)));
        lines.extend(self.presolve.iter().filter(|presolve| presolve.num_taken_out() > 0).map(presolve_line));
        lines
    }

    fn race_lines(&self) -> Vec<String> {
        const COLUMNS: [Align; 6] = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Left];
        if self.race.is_empty() {
            return Vec::new();
        }
        let head = ["solver", "best", "after", "rounds", "reads", ""].map(str::to_owned).to_vec();
        let row = |standing: &MemberResult| {
            let best = standing.best();
            let remark = match &standing.refused {
                Some(reason) => reason.as_str(),
                None if standing.is_optimal => "proven",
                None => "",
            };
            vec![
                standing.name.clone(),
                best.map_or(String::new(), |best| compact(best.energy)),
                best.map_or(String::new(), |best| duration(best.seconds)),
                thousands(standing.num_rounds.into()),
                thousands(standing.num_reads),
                remark.to_owned(),
            ]
        };
        table(&COLUMNS, &[head].into_iter().chain(self.race.iter().map(row)).collect::<Vec<_>>())
    }

    fn bound_line(&self) -> Option<String> {
        let (bound, best) = (self.lower_bound?, self.best_energy?);
        (self.status != SampleStatus::Optimal)
            .then(|| format!("no sample has less than {}: the gap is {}", compact(bound), compact(best - bound)))
    }

    fn best_lines(&self) -> Vec<String> {
        let (Some(energy), Some(sample)) = (self.best_energy, self.best_sample) else {
            return vec!["no sample".to_owned()];
        };
        let mut first = compact(energy);
        if self.num_reads > 1 {
            let (num_best, num_reads) = (thousands(self.num_best as u64), thousands(self.num_reads as u64));
            first.push_str(&format!(" in {num_best} of {num_reads} reads"));
        }
        if self.maximized {
            first.push_str(&format!(", the value {} in the file", compact(-energy)));
        }
        let mut lines = vec![first];
        lines.extend(sample::lines(sample, self.vartype, self.labels, self.is_whole_sample_printed));
        lines
    }

    fn status_line(&self) -> String {
        let meaning = match self.status {
            SampleStatus::Heuristic => "heuristic: all reads are done, nothing is proven",
            SampleStatus::Optimal => "optimal: no sample has less energy",
            SampleStatus::Target => "target: stopped at the target energy",
            SampleStatus::TimeLimit => "time_limit: stopped by --time-limit, this is the best so far",
            SampleStatus::Interrupted => "interrupted: stopped by the user, this is the best so far",
        };
        meaning.to_owned()
    }
}

/// What the presolve took out, rule by rule.
fn presolve_line(presolve: &Statistics) -> String {
    let rules = [
        ("dominated", presolve.dominated),
        ("isolated", presolve.isolated),
        ("of degree 1", presolve.degree_one),
        ("of degree 2", presolve.degree_two),
        ("of degree 3", presolve.degree_three),
        ("by roof duality", presolve.roof_strong + presolve.roof_weak),
        ("fixed in pairs", presolve.pair_fixed + presolve.region_fixed),
        ("equal to another", presolve.pair_equal + presolve.region_equal),
        ("opposite to another", presolve.pair_opposite + presolve.region_opposite),
    ];
    let parts = rules.iter().filter(|(_, count)| *count > 0).map(|(rule, count)| format!("{count} {rule}"));
    format!("presolve took out {}: {}", presolve.num_taken_out(), parts.collect::<Vec<_>>().join(", "))
}

impl Report for SolveReport<'_> {
    fn text(&self) -> String {
        let mut sheet = Sheet::new();
        sheet.lines("problem", self.problem_lines());
        sheet.lines("solver", self.solver_lines());
        if let Some(embedded) = &self.embedded {
            let name = |variable: usize| {
                self.labels.map_or_else(|| variable.to_string(), |labels| labels[variable].to_string())
            };
            sheet.lines("chip", embedded.lines(&name));
            sheet.lines("scan", embedded.scan_lines());
            sheet.lines("precision", embedded.precision_lines());
        }
        if let Some(emulation) = &self.emulation {
            sheet.lines("emulated", emulation.lines());
        }
        sheet.lines("best", self.best_lines());
        if let Some(cut) = self.best_cut {
            sheet.line("cut", compact(cut));
        }
        if let Some(line) = self.bound_line() {
            sheet.line("bound", line);
        }
        sheet.lines("race", self.race_lines());
        if self.energies.len() > 1 {
            sheet.lines("energies", histogram(self.energies));
        }
        sheet.line("status", self.status_line());
        let speed = self.updates_per_second.map_or(String::new(), |speed| format!(", {} updates/s", rate(speed)));
        sheet.line("time", duration(self.seconds) + &speed);
        sheet.finish()
    }
}
