//! Making a model smaller without losing its optimum, and leading samples back.

mod dominated;
mod flow;
mod low_degree;
mod pairs;
mod regions;
mod roof;
mod statistics;
#[cfg(test)]
mod tests;
mod undo;
mod units;
mod work;

pub(crate) use roof::roof_dual;
pub use statistics::Statistics;
pub(crate) use undo::Undo;
pub(crate) use units::{Unit, Units};
pub(crate) use work::Work;

use crate::model::{Bqm, ModelError, Vartype};
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

/// The most bytes that the model under reduction may take.
const MAX_BYTES: usize = 16 << 30;

/// Regions have at most this many variables.
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
/// regions.
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
    /// Minimise over variables with at most so many neighbours. `[default: 3] [range: 0..=3; None: over none]`
    pub max_degree: Option<usize>,
    /// Fix and merge pairs by what their rows imply. `[default: true]`
    pub pairs: bool,
    /// Fix variables by roof duality. `[default: true]`
    pub roof_duality: bool,
    /// Search regions of at most so many variables, in `2^region_size` steps each. `[default: 12] [range: 2..=20, 0: none]`
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
            region_size: 12,
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
        let component =
            |variables: Vec<u32>| work.to_bqm(&variables, unit, bqm.vartype()).map(|bqm| Component { bqm, variables });
        let components = components.into_iter().map(component).collect::<Result<_, _>>()?;
        let offset = bqm.offset() + unit.value(work.offset(), 0);
        Ok(Presolved { vartype: bqm.vartype(), offset, components, work, statistics })
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
        let mut bound = None;
        let mut regions = Regions::new(work.num_variables());
        let mut roof_is_due = self.roof_duality;
        loop {
            while let Some(variable) = work.next_changed() {
                self.reduce_variable(work, variable, statistics);
                regions.add(work, variable);
                roof_is_due = self.roof_duality;
                if work.effort() > limit || stop() {
                    return Outcome { bound, complete: false };
                }
            }
            if work.num_left() == 0 {
                return Outcome { bound: Some(work.offset()), complete: true };
            }
            if std::mem::take(&mut roof_is_due) {
                let Some(dual) = roof_dual(work, !self.strong_only, limit) else {
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
            let found = self.region_size > 0
                && loop {
                    let Some(variable) = regions.next(work) else { break false };
                    if regions::search(work, variable, self.region_size, self.strong_only, statistics) {
                        regions.add(work, variable);
                        break true;
                    }
                    if work.effort() > limit || stop() {
                        return Outcome { bound, complete: false };
                    }
                };
            if !found {
                return Outcome { bound, complete: true };
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
    queue: VecDeque<u32>,
    is_waiting: Vec<bool>,
}

impl Regions {
    fn new(num_variables: usize) -> Self {
        Self { queue: VecDeque::new(), is_waiting: vec![false; num_variables] }
    }

    fn add(&mut self, work: &Work, variable: usize) {
        if work.is_left(variable) && !std::mem::replace(&mut self.is_waiting[variable], true) {
            self.queue.push_back(variable as u32);
        }
    }

    fn next(&mut self, work: &Work) -> Option<usize> {
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

/// A bound in units as an energy that no [`Bqm::energy`] is below, rounding included.
pub(crate) fn bound_value(bqm: &Bqm, unit: Unit, bound: Units) -> f64 {
    let value = unit.value_below(bound, bqm.offset());
    if unit.energies_are_exact(bqm) {
        return value;
    }
    let terms = bqm.linear().iter().copied().chain(bqm.interactions().map(|(.., bias)| bias));
    let (count, sum) = terms.fold((2.0, bqm.offset().abs()), |(count, sum), bias| (count + 1.0, sum + bias.abs()));
    // an energy is a sum of so many terms, each addition off by at most half an epsilon of what is added up at most
    (value - count * f64::EPSILON * sum).next_down()
}

/// A connected component of what is left.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// The component as a model of its own, of the vartype of the whole.
    pub bqm: Bqm,
    /// By variable of the component, the variable of the whole model that it stands for; ascending.
    pub variables: Vec<u32>,
}

/// A model made smaller, and the way back.
///
/// `E(lift(x_1, x_2, ..)) = offset + sum_c E_c(x_c)` over the components `c`, exactly where the coefficients of the components are
/// numbers that `f64` holds (multiples of powers of two), and within rounding otherwise; the least value of both sides is the
/// same.
#[derive(Clone, Debug)]
pub struct Presolved {
    vartype: Vartype,
    offset: f64,
    components: Vec<Component>,
    work: Work,
    statistics: Statistics,
}

impl Presolved {
    /// The energy of what was taken out; each component has its own offset besides.
    #[must_use]
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// Connected components in the order of their least variable; none where the model is solved.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// What it bought.
    #[must_use]
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// The sample of the whole model that samples of the components lead to.
    ///
    /// # Panics
    /// When there is not one sample for each component, with one value for each of its variables.
    #[must_use]
    pub fn lift<S: AsRef<[i8]>>(&self, samples: &[S]) -> Vec<i8> {
        assert_eq!(samples.len(), self.components.len(), "one sample for each component");
        let [low, high] = self.vartype.values();
        let mut values = vec![false; self.work.num_variables()];
        for (component, sample) in self.components.iter().zip(samples) {
            let sample = sample.as_ref();
            assert_eq!(sample.len(), component.variables.len(), "one value for each variable");
            for (&variable, &value) in component.variables.iter().zip(sample) {
                values[variable as usize] = value == high;
            }
        }
        self.work.lift(&mut values);
        values.into_iter().map(|value| if value { high } else { low }).collect()
    }
}

/// The roof dual bound of a model, and the variables that it fixes.
#[derive(Clone, Debug, PartialEq)]
pub struct RoofDuality {
    /// No sample has less energy.
    pub lower_bound: f64,
    /// Variables and values that all optima have, in ascending order; without `strong_only` more of them, such that some optimum
    /// has all these values.
    pub fixed: Vec<(usize, i8)>,
}

/// Roof duality by itself, on the model as it is.
///
/// # Errors
/// As [`Presolve::run`].
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, Vartype, presolve::roof_duality};
/// let mut builder = BqmBuilder::new(Vartype::Binary, 2);
/// builder.add_linear(0, -3.0);
/// builder.add_quadratic(0, 1, 2.0);
/// let roof = roof_duality(&builder.build()?, true)?;
/// assert_eq!((roof.lower_bound, roof.fixed), (-3.0, vec![(0, 1), (1, 0)]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// P. L. Hammer, P. Hansen, B. Simeone, *Roof duality, complementation and persistency in quadratic 0-1 optimization*,
/// Math. Programming 28 (1984).
pub fn roof_duality(bqm: &Bqm, strong_only: bool) -> Result<RoofDuality, PresolveError> {
    let unit = Unit::of(bqm)?;
    let mut work = model_in_units(bqm, unit)?;
    let roof = roof_dual(&mut work, !strong_only, u64::MAX).expect("no limit");
    let [low, high] = bqm.vartype().values();
    let fixed = roof.strong.into_iter().chain(roof.weak);
    let mut fixed: Vec<_> = fixed.map(|(variable, value)| (variable, if value { high } else { low })).collect();
    fixed.sort_unstable();
    Ok(RoofDuality { lower_bound: bound_value(bqm, unit, roof.bound), fixed })
}
