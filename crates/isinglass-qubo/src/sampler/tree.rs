//! Bucket elimination along a tree decomposition: the exact minimum where the interactions form a graph of small width.

mod bound;
mod graph;
mod integers;
mod kernel;
mod order;
mod plan;
mod tables;
#[cfg(test)]
mod tests;
mod units;

use super::descent::descend;
use super::isa::Isa;
use super::scaling::check_energies;
use super::state::{State, values};
use super::threads::in_pool;
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, SampleStatus, Sampler};
use crate::model::{Bqm, BqmBuilder, Vartype};
use crate::presolve::Work;
use crate::sample_set::SampleSet;
use graph::EliminationGraph;
use integers::{InUnits, Integers};
use order::Order;
use plan::Plan;
use tables::Run;
use units::Units;

/// Minimises out one variable after the other, each in a table over the variables that it is then joined to.
///
/// The graph of the model has the variables as vertices and interactions other than zero as edges. Eliminating a variable `v` joins
/// its neighbours `S`, its scope, and leaves a table of `2^|S|` numbers: for each assignment of `S`, the least energy of all terms
/// that contain `v` or a variable eliminated before it through `v`. The size of the largest scope is the width of the order. Time
/// and memory are proportional to the entries, `sum 2^(|S| + 1)`, whatever the number of variables. [`elimination_width`] tells them
/// beforehand.
///
/// Orders are looked for by exact reductions, least fill, and randomised attempts from a fixed seed, for as long as that takes
/// less time than the tables; the one of fewest entries is taken. Tables hold integers of 32, 64 or 128 bits, multiples of the
/// largest power of two that divides all coefficients: nothing is rounded, and the sample is a minimum of the exact energy. Among several minima the
/// variables are set in the reverse of the elimination order, each to its lower value where both are as good. The result depends
/// neither on the number of threads nor on the instruction set.
///
/// The status is [`SampleStatus::Optimal`] and the energy its own bound, unless the run was stopped: then the sample is where steepest
/// descent leads from all variables at their lower value, and there is no bound.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, SampleStatus, Sampler, Vartype, sampler::TreeDecomposition};
/// let mut ring = BqmBuilder::new(Vartype::Spin, 101);
/// for spin in 0..101 {
///     ring.add_quadratic(spin, (spin + 1) % 101, 1.0);
/// }
/// let sampling = TreeDecomposition::default().sample(&ring.build()?, &RunControl::default())?;
/// assert_eq!((sampling.status, sampling.samples.energies()), (SampleStatus::Optimal, [-99.0].as_slice()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// U. Bertelè, F. Brioschi, *Nonserial Dynamic Programming* (1972).
/// R. Dechter, *Bucket elimination: a unifying framework for reasoning*, Artif. Intell. 113 (1999).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeDecomposition {
    /// The largest width of an elimination order that is taken. `[default: 28] [range: 0..=40]`
    pub max_width: usize,
    /// The most bytes that tables and decisions may take. `[default: 2^30, a gibibyte] [range: 0..]`
    pub max_bytes: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]` Only tables over 19 and more variables are shared among them.
    pub threads: Option<usize>,
    /// Instruction set. `[default: the widest there is]` Changes the speed only.
    pub isa: Option<Isa>,
}

impl Default for TreeDecomposition {
    fn default() -> Self {
        Self { max_width: 28, max_bytes: 1 << 30, threads: None, isa: None }
    }
}

/// No setting takes an order of larger width.
const MOST_WIDTH: usize = 40;
/// No order is looked for whose width is larger: 128 bits still hold the number of its entries.
const MOST_WIDTH_FOUND: usize = 96;
/// Graphs whose vertices and edge ends together are more are not taken: their edges alone would fill a quarter gibibyte.
const MOST_IN_GRAPH: usize = 1 << 24;
/// The work spent on a lower bound: a fraction of a second.
const MOST_WORK_ON_BOUND: u64 = 1 << 24;
/// Fewer entries than this are computed on the calling thread: a pool takes longer to start.
const ENTRIES_WORTH_THREADS: u128 = 1 << 22;

/// What [`TreeDecomposition`] would take on a model.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct EliminationWidth {
    /// The largest scope of the order found; `None` where no order of width at most 96 was found within the work allowed.
    pub width: Option<usize>,
    /// No elimination order has less width.
    pub lower_bound: usize,
    /// Table entries to be computed, about a nanosecond each; infinite without an order.
    pub num_entries: f64,
    /// Bytes of memory for tables and decisions; infinite without an order.
    pub num_bytes: f64,
}

/// The width of the elimination order that [`TreeDecomposition`] would take, and what it would cost, without any table.
///
/// Takes a fraction of a second also where the width is too large for tables.
///
/// # Errors
/// [`SampleError::EnergyOverflow`] and [`SampleError::Precision`] as the sampler.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, Vartype, sampler::elimination_width};
/// let mut clique = BqmBuilder::new(Vartype::Spin, 5);
/// for (first, second) in (0..5).flat_map(|second| (0..second).map(move |first| (first, second))) {
///     clique.add_quadratic(first, second, 1.0);
/// }
/// let found = elimination_width(&clique.build()?)?;
/// assert_eq!((found.width, found.lower_bound, found.num_entries), (Some(4), 4, 62.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn elimination_width(bqm: &Bqm) -> Result<EliminationWidth, SampleError> {
    check_energies(bqm)?;
    let units = Units::new(bqm)?;
    let (order, low) = find_order(bqm, MOST_WIDTH_FOUND, order::MOST_WORK, &|| false);
    let lower_bound = lower_bound(bqm, low, order.as_ref());
    Ok(found(order, units, lower_bound))
}

/// As [`elimination_width`], but only for orders of width up to `most_width`, within less work, until `is_stopped`, and without more
/// of a lower bound than the search gives.
pub(crate) fn elimination_width_within(
    bqm: &Bqm,
    most_width: usize,
    most_work: u64,
    is_stopped: &dyn Fn() -> bool,
) -> Result<EliminationWidth, SampleError> {
    check_energies(bqm)?;
    let units = Units::new(bqm)?;
    let (order, lower_bound) = find_order(bqm, most_width.min(MOST_WIDTH_FOUND), most_work, is_stopped);
    Ok(found(order, units, lower_bound))
}

fn found(order: Option<Order>, units: Units, lower_bound: usize) -> EliminationWidth {
    match order {
        Some(order) => {
            let plan = Plan::new(&order);
            let num_bytes = num_bytes(&plan, units.bytes());
            EliminationWidth { width: Some(order.width), lower_bound, num_entries: order.num_entries, num_bytes }
        }
        None => EliminationWidth { width: None, lower_bound, num_entries: f64::INFINITY, num_bytes: f64::INFINITY },
    }
}

/// The best order found, if any, and a lower bound on the width of all.
fn find_order(bqm: &Bqm, most_width: usize, most_work: u64, is_stopped: &dyn Fn() -> bool) -> (Option<Order>, usize) {
    let num_ends: usize = (0..bqm.num_variables()).map(|variable| graph::neighbors(bqm, variable).count()).sum();
    let low = bound::edge_bound(bqm.num_variables(), num_ends / 2);
    if low > most_width || bqm.num_variables() + num_ends > MOST_IN_GRAPH {
        return (None, low);
    }
    let Some(graph) = EliminationGraph::new(bqm, most_width, is_stopped) else { return (None, low) };
    let (order, reduced) = order::best_order(graph, most_work, is_stopped);
    (order, low.max(reduced))
}

/// A better lower bound, where the order found leaves room for one.
fn lower_bound(bqm: &Bqm, low: usize, order: Option<&Order>) -> usize {
    if order.is_some_and(|order| order.width == low) || low > MOST_WIDTH_FOUND {
        return low;
    }
    let neighbors = (0..bqm.num_variables()).map(|variable| graph::neighbors(bqm, variable).collect());
    low.max(bound::minor_min_width(neighbors.collect(), MOST_WORK_ON_BOUND))
}

/// Bytes of tables and decisions.
fn num_bytes(plan: &Plan, bytes_of_entry: usize) -> f64 {
    plan.peak as f64 * bytes_of_entry as f64 + plan.num_words as f64 * size_of::<u64>() as f64
}

impl Sampler for TreeDecomposition {
    fn name(&self) -> &'static str {
        "tree"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        if self.threads == Some(0) {
            return Err(SampleError::Parameter { name: "threads", value: 0.0, allowed: "at least 1" });
        }
        if self.max_width > MOST_WIDTH {
            let value = self.max_width as f64;
            return Err(SampleError::Parameter { name: "max_width", value, allowed: "at most 40" });
        }
        check_energies(bqm)?;
        let units = Units::new(bqm)?;
        let (order, low) = find_order(bqm, MOST_WIDTH_FOUND, order::MOST_WORK, &|| control.should_stop(None).is_some());
        let fits = order.as_ref().filter(|order| order.width <= self.max_width);
        let plan = match (fits, control.should_stop(None)) {
            (_, Some(status)) => return stopped(bqm, control, status),
            (Some(order), None) => Plan::new(order),
            (None, None) => {
                let lower_bound = lower_bound(bqm, low, order.as_ref());
                let width = order.map(|order| order.width);
                return Err(SampleError::TooWide { width, lower_bound, limit: self.max_width });
            }
        };
        let num_bytes = num_bytes(&plan, units.bytes());
        if num_bytes > self.max_bytes as f64 {
            let limit = usize::try_from(self.max_bytes).unwrap_or(usize::MAX);
            return Err(SampleError::Memory { bytes: num_bytes as usize, limit });
        }
        control.check_memory(num_bytes as usize, usize::MAX)?;
        let watch = Watch::new(control, plan.num_entries as u64);
        let minimizer = self.minimizer(&InUnits { bqm, units }, units.bytes(), &plan, &watch)?;
        match (minimizer, watch.stopped_by()) {
            (Some(minimizer), _) => {
                let [low, high] = bqm.vartype().values();
                let sample: Vec<i8> = minimizer.into_iter().map(|value| if value == 0 { low } else { high }).collect();
                Ok(sampling(bqm, sample, SampleStatus::Optimal))
            }
            (None, status) => stopped(bqm, control, status.expect("only a stopped run is left unfinished")),
        }
    }
}

impl TreeDecomposition {
    /// Values of least energy of a model whose coefficients may have more digits than an `f64`; nothing where it is too wide, or the run is
    /// stopped.
    ///
    /// # Errors
    /// [`SampleError`] when threads cannot be started.
    pub(super) fn minimize(&self, work: &Work, control: &RunControl<'_>) -> Result<Option<Vec<u8>>, SampleError> {
        // only which variables interact counts for the order
        let mut graph = BqmBuilder::new(Vartype::Binary, work.num_variables());
        for variable in 0..work.num_variables() {
            let above = work.row(variable).iter().filter(|&&(neighbor, _)| neighbor as usize > variable);
            above.for_each(|&(neighbor, _)| graph.add_quadratic(variable, neighbor as usize, 1.0));
        }
        let is_stopped = || control.should_stop(None).is_some();
        let (order, _) = find_order(&graph.build()?, MOST_WIDTH_FOUND, order::MOST_WORK, &is_stopped);
        let Some(order) = order.filter(|order| order.width <= self.max_width) else { return Ok(None) };
        let plan = Plan::new(&order);
        let bytes = size_of::<i128>();
        if num_bytes(&plan, bytes) > self.max_bytes as f64 {
            return Ok(None);
        }
        let watch = Watch::new(control, plan.num_entries as u64);
        self.minimizer(work, bytes, &plan, &watch)
    }

    /// A minimiser from tables of integers of this number of bytes, each variable as 0 or 1; nothing if the run is stopped.
    fn minimizer<M: Integers + Sync>(
        &self,
        model: &M,
        bytes: usize,
        plan: &Plan,
        watch: &Watch<'_>,
    ) -> Result<Option<Vec<u8>>, SampleError> {
        let minimize = |in_parallel| {
            let run = Run { isa: Isa::or_detect(self.isa), in_parallel, advance: &|entries| watch.advance(entries) };
            match bytes {
                4 => tables::minimize::<i32>(model, plan, &run),
                8 => tables::minimize::<i64>(model, plan, &run),
                _ => tables::minimize::<i128>(model, plan, &run),
            }
        };
        if plan.num_entries < ENTRIES_WORTH_THREADS || self.threads == Some(1) {
            Ok(minimize(false))
        } else {
            in_pool(self.threads, || Ok(minimize(true)))
        }
    }
}

/// What a stopped run returns.
fn stopped(bqm: &Bqm, control: &RunControl<'_>, status: SampleStatus) -> Result<SampleResult, SampleError> {
    let spin = bqm.as_vartype(Vartype::Spin)?;
    let mut state = State::new(&spin, vec![-1; bqm.num_variables()]);
    descend(&mut state, &Watch::new(control, 0));
    Ok(sampling(bqm, values(state.spins(), bqm.vartype()), status))
}

fn sampling(bqm: &Bqm, sample: Vec<i8>, status: SampleStatus) -> SampleResult {
    let samples = SampleSet::from_samples(bqm, [sample]).expect("one value of the vartype for each variable");
    let lower_bound = (status == SampleStatus::Optimal).then(|| bqm.energy_below(samples.row(0).sample));
    SampleResult { samples, status, lower_bound, num_sweeps: 0, num_updates: 0, beta_range: None }
}
