//! Making a model smaller without losing its optimum, and leading samples back.

mod dominated;
mod flow;
mod low_degree;
mod pairs;
mod presolved;
mod regions;
mod roof;
mod statistics;
#[cfg(test)]
mod tests;
mod undo;
mod units;
mod work;

pub(crate) use presolved::bound_value;
pub use presolved::{Component, Presolved};
pub(crate) use roof::roof_dual;
pub use roof::{RoofDuality, roof_duality};
pub use statistics::Statistics;
pub(crate) use undo::Undo;
pub(crate) use units::{Unit, Units};
pub(crate) use work::Work;

use crate::model::{Bqm, ModelError};
use std::collections::VecDeque;

/// Why a model cannot be presolved.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PresolveError {
    /// The biases have no common unit within reach, so that reductions would round.
    #[error(
        "biases add up to more than 2^100 times the largest power of two that divides them all, too much to be reduced exactly"
    )]
    Range,
    /// More memory than is allowed.
    #[error("presolving would take {bytes} bytes; at most {limit} are taken")]
    Memory {
        /// Bytes needed.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A parameter outside its range.
    #[error("{name} is {value}, but must be {allowed}")]
    Parameter {
        /// The parameter.
        name: &'static str,
        /// What it was set to.
        value: f64,
        /// What it may be.
        allowed: &'static str,
    },
    /// What is left of the model cannot be written as one.
    #[error("the reduced model cannot be written")]
    Model(#[from] ModelError),
}

/// Searches in a row without a result after which regions are given up: a large model without gates would only cost time.
const PATIENCE: usize = 1000;

/// Regions are given up as well when this effort, a tenth of a second, was in vain.
const EFFORT_IN_VAIN: u64 = 1 << 27;

/// The most bytes that the model under reduction may take.
const MAX_BYTES: usize = 16 << 30;

/// A region has at most this many variables that are told apart.
const LARGEST_REGION: usize = 20;

/// Which reductions are tried, and how much work they may be.
///
/// Variables are fixed, merged with others, or minimised over, until no rule applies any more; what is left falls into connected
/// components. A sample of these leads back to one of the whole with the same energy ([`Presolved::lift`]), and optima to optima.
/// Coefficients are whole multiples of a power of two on the way, so that nothing rounds: only the coefficients that come out
/// are rounded to `f64`, if they have to be.
///
/// At least one optimum is kept, and unless `strong_only` is set others may be lost. Rules run in this order, the cheap ones on
/// each variable whose row changed, the others when these are at rest: a field of one sign, few neighbours, pairs; roof duality;
/// regions; roof duality again, if these found anything.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, Vartype, presolve::Presolve};
/// // a chain: every variable has few neighbours
/// let mut builder = BqmBuilder::new(Vartype::Spin, 5);
/// builder.add_linear(0, 0.5);
/// for first in 0..4 {
///     builder.add_quadratic(first, first + 1, 1.0);
/// }
/// let presolved = Presolve::default().run(&builder.build()?)?;
/// assert!(presolved.components().is_empty());
/// assert_eq!((presolved.lift::<&[i8]>(&[]), presolved.offset()), (vec![-1, 1, -1, 1, -1], -4.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// E. Boros, P. L. Hammer, *Pseudo-Boolean optimization*, Discrete Appl. Math. 123 (2002); M. Lewis, F. Glover, *Quadratic
/// unconstrained binary optimization problem preprocessing: theory and empirical analysis*, Networks 70 (2017).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presolve {
    /// Fix variables whose field has one sign. `[default: true]`
    pub dominated: bool,
    /// Largest number of neighbours of a variable that is minimised over. `[default: 3] [range: 0..=3; None: over none]`
    pub max_degree: Option<usize>,
    /// Fix and merge pairs by what their rows imply. `[default: true]`
    pub pairs: bool,
    /// Fix variables by roof duality. `[default: true]`
    pub roof_duality: bool,
    /// Search regions, each in at most `2^region_size` steps. `[default: 16] [range: 2..=20, 0: none]`
    pub region_size: usize,
    /// Keep all optima: only what holds in all of them is used. `[default: false]`
    pub strong_only: bool,
    /// Rules stop after about so many entries, arcs and states looked at. `[default: 10^9]`
    pub effort: u64,
}

impl Default for Presolve {
    fn default() -> Self {
        Self {
            dominated: true,
            max_degree: Some(3),
            pairs: true,
            roof_duality: true,
            region_size: 16,
            strong_only: false,
            effort: 1_000_000_000,
        }
    }
}

impl Presolve {
    /// No rule at all: only connected components.
    #[must_use]
    pub fn none() -> Self {
        Self {
            dominated: false,
            max_degree: None,
            pairs: false,
            roof_duality: false,
            region_size: 0,
            ..Self::default()
        }
    }

    /// Presolves a model.
    ///
    /// # Errors
    /// [`PresolveError`] for a parameter outside its range, for biases too far apart to be reduced exactly, and for a model too
    /// large for memory.
    pub fn run(&self, bqm: &Bqm) -> Result<Presolved, PresolveError> {
        self.run_until(bqm, || false)
    }

    /// As [`run`](Self::run), and what is found so far as soon as `stop` says so.
    pub(crate) fn run_until(&self, bqm: &Bqm, stop: impl Fn() -> bool) -> Result<Presolved, PresolveError> {
        self.check()?;
        let unit = Unit::of(bqm)?;
        let mut work = model_in_units(bqm, unit)?;
        let mut statistics = Statistics {
            num_variables: bqm.num_variables(),
            num_interactions: bqm.num_interactions(),
            ..Statistics::default()
        };
        let outcome = self.reduce(&mut work, &mut statistics, stop);
        statistics.complete = outcome.complete;
        let bound = if work.num_left() == 0 { Some(work.offset()) } else { outcome.bound };
        statistics.lower_bound = bound.map(|bound| bound_value(bqm, unit, bound));
        let components = work.components();
        statistics.num_components = components.len();
        statistics.largest_component = components.iter().map(Vec::len).max().unwrap_or(0);
        statistics.num_variables_left = work.num_left();
        statistics.num_interactions_left = work.num_interactions();
        let component = |variables: Vec<u32>| {
            let (bqm, rounding) = work.to_bqm(&variables, unit, bqm.vartype())?;
            Ok::<_, ModelError>(Component { bqm, variables, rounding })
        };
        let components = components.into_iter().map(component).collect::<Result<_, _>>()?;
        let offset = bqm.offset() + unit.value(work.offset(), 0);
        let offset_below = bound_value(bqm, unit, work.offset());
        Ok(Presolved { vartype: bqm.vartype(), offset, offset_below, components, work, statistics })
    }

    /// Refuses parameters outside their range.
    pub(crate) fn check(&self) -> Result<(), PresolveError> {
        let refuse = |name, value: usize, allowed| Err(PresolveError::Parameter { name, value: value as f64, allowed });
        match (self.region_size, self.max_degree) {
            (size, _) if size == 1 || size > LARGEST_REGION => refuse("region_size", size, "0, or from 2 to 20"),
            (_, Some(degree)) if degree > 3 => refuse("max_degree", degree, "at most 3"),
            _ => Ok(()),
        }
    }

    /// Reduces until no rule applies.
    pub(crate) fn reduce(&self, work: &mut Work, statistics: &mut Statistics, stop: impl Fn() -> bool) -> Outcome {
        let limit = work.effort().saturating_add(self.effort);
        let is_over_at = |effort: u64| effort > limit || stop();
        let is_over = |work: &Work| is_over_at(work.effort());
        let mut bound = None;
        let mut regions = Regions::new(work.num_variables());
        let mut roof_is_due = self.roof_duality;
        let mut regions_are_done = true;
        loop {
            while let Some(variable) = work.next_changed() {
                self.reduce_variable(work, variable, statistics);
                regions.add(work, variable);
                roof_is_due = self.roof_duality;
                if is_over(work) {
                    return Outcome { bound, complete: false };
                }
            }
            if work.num_left() == 0 {
                return Outcome { bound: Some(work.offset()), complete: true };
            }
            // once before the regions, and once whenever they are all searched
            if regions_are_done && std::mem::take(&mut roof_is_due) {
                let Some(dual) = roof_dual(work, !self.strong_only, &is_over_at) else {
                    return Outcome { bound, complete: false };
                };
                bound = bound.max(Some(dual.bound));
                statistics.roof_strong += dual.strong.len();
                statistics.roof_weak += dual.weak.len();
                dual.strong.iter().chain(&dual.weak).for_each(|&(variable, value)| work.fix(variable, value));
                if !dual.strong.is_empty() || !dual.weak.is_empty() {
                    continue;
                }
            }
            let next = if self.region_size > 0 { regions.next(work) } else { None };
            let Some(variable) = next else {
                if roof_is_due {
                    regions_are_done = true;
                    continue;
                }
                return Outcome { bound, complete: true };
            };
            regions_are_done = false;
            let before = work.effort();
            if regions::search(work, variable, self.region_size, self.strong_only, statistics) {
                regions.in_vain = 0;
                regions.effort_in_vain = 0;
                regions.add(work, variable);
            } else {
                regions.in_vain += 1;
                regions.effort_in_vain += work.effort() - before;
            }
            if is_over(work) {
                return Outcome { bound, complete: false };
            }
        }
    }

    /// The first of the cheap rules that takes something out.
    fn reduce_variable(&self, work: &mut Work, variable: usize, statistics: &mut Statistics) {
        if self.dominated && dominated::fix(work, variable, self.strong_only, statistics) {
            return;
        }
        if let Some(max_degree) = self.max_degree
            && low_degree::minimize(work, variable, max_degree, self.strong_only, statistics)
        {
            return;
        }
        if self.pairs {
            pairs::tie(work, variable, self.strong_only, statistics);
        }
    }
}

/// How a reduction ended.
pub(crate) struct Outcome {
    /// The best lower bound that was computed.
    pub(crate) bound: Option<Units>,
    /// Whether no rule applies any more.
    pub(crate) complete: bool,
}

/// Variables around which regions are still to be searched.
struct Regions {
    /// Searches in a row that found nothing.
    in_vain: usize,
    effort_in_vain: u64,
    queue: VecDeque<u32>,
    is_waiting: Vec<bool>,
}

impl Regions {
    fn new(num_variables: usize) -> Self {
        Self { in_vain: 0, effort_in_vain: 0, queue: VecDeque::new(), is_waiting: vec![false; num_variables] }
    }

    fn add(&mut self, work: &Work, variable: usize) {
        if work.is_left(variable) && !std::mem::replace(&mut self.is_waiting[variable], true) {
            self.queue.push_back(variable as u32);
        }
    }

    /// The next variable, unless so many were in vain that the rest is given up.
    fn next(&mut self, work: &Work) -> Option<usize> {
        if self.in_vain > PATIENCE || self.effort_in_vain > EFFORT_IN_VAIN {
            return None;
        }
        while let Some(variable) = self.queue.pop_front() {
            let variable = variable as usize;
            self.is_waiting[variable] = false;
            if work.is_left(variable) {
                return Some(variable);
            }
        }
        None
    }
}

/// A model in units, if it fits in memory.
pub(crate) fn model_in_units(bqm: &Bqm, unit: Unit) -> Result<Work, PresolveError> {
    let entries = bqm.num_interactions().saturating_mul(2 * size_of::<(u32, Units)>());
    let bytes = bqm.num_variables().saturating_mul(size_of::<Work>()).saturating_add(entries);
    if bytes > MAX_BYTES {
        return Err(PresolveError::Memory { bytes, limit: MAX_BYTES });
    }
    Ok(Work::new(bqm, unit))
}
