//! Runs with a deadline: annealing from the beginning, the presolve beside it, and the better of both.

use super::{Automatic, AutomaticReport, Choice, Effort, Method, choose, whole};
use crate::model::Bqm;
use crate::portfolio::Portfolio;
use crate::presolve::{Presolved, Statistics};
use crate::sampler::{RunControl, SampleError, SampleResult, SampleStatus, check_energies, combine, confirmed};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Share of the time that is for the presolve and for the choice of methods.
const SHARE_OF_PRESOLVE: u32 = 10;

/// Seconds that the presolve takes to write down one term: it is left out where this alone would take its time.
const SECONDS_PER_TERM: f64 = 60e-9;

/// Components with fewer of all variables than this are worth going on with.
const WORTH: f64 = 0.9;

/// What the presolve leads to.
enum Prepared {
    /// The minimum.
    Solved(SampleResult, Vec<Choice>, Option<Statistics>),
    /// Components, with the minimum of those that were solved.
    Reduced(Box<Presolved>, Vec<Choice>, Vec<Option<SampleResult>>),
    /// Nothing that is smaller than the problem.
    Nothing(Option<Statistics>, Option<Choice>),
}

impl Prepared {
    /// Whether annealing of the original problem should end.
    fn is_better(&self) -> bool {
        !matches!(self, Self::Nothing(..))
    }
}

impl Automatic {
    /// Samples until a deadline, or a proof.
    pub(super) fn sample_by(
        &self,
        deadline: Instant,
        bqm: &Bqm,
        control: &RunControl<'_>,
    ) -> Result<(SampleResult, AutomaticReport), SampleError> {
        check_energies(bqm)?;
        let start = Instant::now();
        let prepared = Mutex::new(None);
        let errand = |over: &AtomicBool| {
            let found = self.prepare(start, deadline, bqm, control, over);
            let is_better = found.as_ref().is_ok_and(Prepared::is_better);
            *prepared.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
            is_better
        };
        let portfolio = Portfolio { bqm, annealing: &self.annealing, control: *control, deadline };
        let raw = portfolio.run(Some(&errand))?;
        let prepared = prepared.into_inner().unwrap_or_else(PoisonError::into_inner).transpose()?;
        let report = |presolve, choices| AutomaticReport { presolve, choices };
        match prepared {
            Some(Prepared::Solved(sampling, choices, presolve)) => Ok((sampling, report(presolve, choices))),
            Some(Prepared::Reduced(presolved, choices, solved)) if raw.status == SampleStatus::TimeLimit => {
                let statistics = Some(*presolved.statistics());
                let sampling = self.sample_components(deadline, bqm, control, &presolved, solved)?;
                Ok((with_best(sampling, raw), report(statistics, choices)))
            }
            Some(Prepared::Reduced(presolved, choices, _)) => Ok((raw, report(Some(*presolved.statistics()), choices))),
            Some(Prepared::Nothing(presolve, choice)) => {
                let bound = presolve.and_then(|statistics| statistics.lower_bound);
                let choice = choice.unwrap_or_else(|| whole(bqm, Method::Sa));
                Ok((SampleResult { lower_bound: bound, ..raw }, report(presolve, vec![choice])))
            }
            None => Ok((raw, report(None, vec![whole(bqm, Method::Sa)]))),
        }
    }

    /// Presolves within its share of the time, and solves the components for which an exact method is fast enough.
    fn prepare(
        &self,
        start: Instant,
        deadline: Instant,
        bqm: &Bqm,
        control: &RunControl<'_>,
        over: &AtomicBool,
    ) -> Result<Prepared, SampleError> {
        let share = deadline.saturating_duration_since(start) / SHARE_OF_PRESOLVE;
        let end = start + share;
        let is_over = || over.load(Ordering::Relaxed) || Instant::now() >= end;
        let terms = (bqm.num_variables() + 2 * bqm.num_interactions()) as f64;
        if SECONDS_PER_TERM * terms > share.as_secs_f64() {
            return Ok(Prepared::Nothing(None, None));
        }
        let within = RunControl { deadline: Some(end), cancel: Some(over), progress: None, target: None, ..*control };
        if let Some(sampling) = self.at_once(bqm, &within)? {
            return Ok(Prepared::Solved(sampling, vec![whole(bqm, Method::Tree)], None));
        }
        // coefficients too far apart for the presolve: annealing takes them
        let Ok(presolved) = self.presolve.run_until(bqm, is_over) else { return Ok(Prepared::Nothing(None, None)) };
        let statistics = *presolved.statistics();
        let components = presolved.components();
        let mut choices = Vec::with_capacity(components.len());
        let mut solved = Vec::with_capacity(components.len());
        for (index, component) in components.iter().enumerate() {
            let order = Effort::before(&self.annealing, &component.bqm).order.max(1 << 22);
            let choice = choose(&component.bqm, order, &is_over);
            // exact methods may take longer than the presolve, but not most of the time
            let limit = deadline - deadline.saturating_duration_since(Instant::now()) / 2;
            let control = RunControl { deadline: Some(limit), ..within };
            let sampling = match choice.method {
                Method::Sa => None,
                exact => {
                    Some(confirmed(&presolved, index, self.make(exact).sample(&component.bqm, &control)?, &control)?)
                }
            };
            choices.push(choice);
            solved.push(sampling.filter(|sampling| sampling.status == SampleStatus::Optimal));
        }
        if let Some(parts) = solved.iter().cloned().collect::<Option<Vec<_>>>() {
            return Ok(Prepared::Solved(combine(bqm, &presolved, &parts, control), choices, Some(statistics)));
        }
        let open = || components.iter().zip(&solved).filter(|(_, solved)| solved.is_none());
        let largest = open().map(|(component, _)| component.variables.len()).max().unwrap_or(0);
        if largest as f64 > WORTH * bqm.num_variables() as f64 {
            let choice = choices.into_iter().max_by_key(|choice| choice.num_variables);
            return Ok(Prepared::Nothing(Some(statistics), choice));
        }
        Ok(Prepared::Reduced(Box::new(presolved), choices, solved))
    }

    /// Anneals the components that are not solved, small ones first, each for its share of the time by number of variables.
    fn sample_components(
        &self,
        deadline: Instant,
        bqm: &Bqm,
        control: &RunControl<'_>,
        presolved: &Presolved,
        mut parts: Vec<Option<SampleResult>>,
    ) -> Result<SampleResult, SampleError> {
        let components = presolved.components();
        let size = |index: usize| components[index].variables.len();
        let mut open: Vec<usize> = (0..components.len()).filter(|&index| parts[index].is_none()).collect();
        open.sort_by_key(|&index| size(index));
        let mut sizes_left: usize = open.iter().map(|&index| size(index)).sum();
        let is_alone = components.len() == 1;
        for index in open {
            let now = Instant::now();
            let share = deadline.saturating_duration_since(now).mul_f64(size(index) as f64 / sizes_left as f64);
            sizes_left -= size(index);
            let part = &components[index].bqm;
            let target = control.target.map(|target| target - presolved.offset()).filter(|_| is_alone);
            // the best energy of one component among several is not an energy of the whole
            let progress = control.progress.filter(|_| is_alone);
            let control = RunControl { target, progress, ..*control };
            let deadline = now + share.max(Duration::from_micros(100));
            let portfolio = Portfolio { bqm: part, annealing: &self.annealing, control, deadline };
            parts[index] = Some(portfolio.run(None)?);
        }
        let parts: Vec<SampleResult> = parts.into_iter().flatten().collect();
        Ok(combine(bqm, presolved, &parts, control))
    }
}

/// The samples of the presolved problem, and the best sample of the original problem where that is better.
fn with_best(mut sampling: SampleResult, raw: SampleResult) -> SampleResult {
    let energy = |sampling: &SampleResult| sampling.best().map_or(f64::INFINITY, |row| row.energy);
    let is_better = energy(&raw) < energy(&sampling);
    sampling.num_updates = sampling.num_updates.saturating_add(raw.num_updates);
    if is_better {
        sampling.samples.append(raw.samples);
    }
    sampling
}
