//! The dual of the linear program over fractions of candidates, by cutting planes.

use super::candidates::Candidates;
use super::committee::Part;
use super::cost::Costs;
use super::prices::Prices;
use isinglass_qubo::sampler::RunControl;
use microlp::{ComparisonOp, OptimizationDirection, Problem, Solution, SolveOptions, SolveOutcome, TerminationReason};
use std::time::Duration;

/// Candidates that the first program knows, and those that join it in a round.
const FIRST: usize = 100;
const MORE: usize = 40;

/// Maximum number of programs solved.
const MAX_ROUNDS: usize = 60;

/// Candidates that are priced between two checks of the stop condition.
const CANDIDATES_PER_CHECK: u32 = 1 << 12;

/// Time between two checks of the stop condition, in the middle of a program.
const SLICE: Duration = Duration::from_millis(200);

/// Shares of the prices at `part` (see [`Prices`]) that prove about as much as any: the bound is the same function of them,
/// whatever the program's rounding.
///
/// The program maximises `r t - sum_g u_g b_g` with `t` at most the price of each candidate that it knows; the cheapest
/// candidates at its solution join it, until none undercuts `t`. Ends early once the bound reaches `spare`, or when asked to.
///
/// # References
/// J. E. Kelley, The cutting-plane method for solving convex programs, 1960.
pub(super) fn best_shares(
    part: &Part,
    candidates: &Candidates,
    costs: &Costs,
    spare: u32,
    control: &RunControl<'_>,
) -> Vec<f64> {
    let mut best = vec![0.0; costs.num_groups()];
    let mut best_bound = 0.0;
    let scale = f64::from(costs.total()).max(1.0) / costs.num_groups().max(1) as f64;
    let mut program = Problem::new(OptimizationDirection::Maximize);
    let mut variables = vec![None; costs.num_groups()];
    part.for_each_open(|group, level| {
        let most = f64::from(costs.of_group(group)) / scale / (part.remaining - level) as f64;
        variables[group] = Some((program.add_var(-most * level as f64, (0.0, 1.0)), most));
    });
    let least = program.add_var(part.remaining as f64, (0.0, f64::INFINITY));
    let row = |index: u32| {
        let missed = candidates.misses(index);
        let charged = (0..variables.len()).filter(|group| missed[group / 64] >> (group % 64) & 1 == 1);
        let charged = charged.filter_map(|group| variables[group].map(|(variable, most)| (variable, -most)));
        charged.chain([(least, 1.0)]).collect::<Vec<_>>()
    };
    // Candidates come in ascending order of cost.
    for index in 0..FIRST.min(candidates.len()) as u32 {
        program.add_constraint(row(index), ComparisonOp::Le, 0.0);
    }
    let mut options = SolveOptions::default();
    options.presolve = false;
    options.time_limit = Some(SLICE);
    let mut solution = solved(program.solve_with(options), control);
    let mut last = f64::INFINITY;
    for _ in 0..MAX_ROUNDS {
        // A linear program that the solver gives up on is ignored.
        let Some(current) = solution.take() else { break };
        let shares: Vec<f64> = variables
            .iter()
            .map(|variable| variable.map_or(0.0, |(variable, _)| current.var_value(variable)))
            .collect();
        let prices = Prices::new(part, costs, &shares);
        let mut priced: Vec<(u64, u32)> = Vec::with_capacity(candidates.len());
        for index in 0..candidates.len() as u32 {
            if index % CANDIDATES_PER_CHECK == 0 && control.should_stop(None).is_some() {
                return best;
            }
            priced.push((prices.of(candidates.misses(index)), index));
        }
        let joining = MORE.min(priced.len());
        priced.select_nth_unstable(joining - 1);
        priced.truncate(joining);
        let least_price = priced.iter().map(|&(price, _)| price).min().unwrap_or_default();
        let bound = prices.bound(part, least_price);
        if bound > best_bound {
            (best, best_bound) = (shares, bound);
        }
        // What the program claims falls to what can be proven; it stays where only its rounding is left.
        let claimed = current.objective() * scale;
        // costs are whole: a thousandth of one decides nothing, and where nothing can be proven, no round changes that.
        let is_done = claimed - best_bound < 1e-3 * claimed.max(1.0) || claimed > last * (1.0 - 1e-9);
        if is_done || best_bound >= f64::from(spare) || control.should_stop(None).is_some() {
            break;
        }
        last = claimed;
        let mut next = Some(current);
        for (_, index) in priced {
            next =
                next.and_then(|solution| solved(solution.add_constraint(row(index), ComparisonOp::Le, 0.0), control));
        }
        solution = next;
    }
    best
}

/// The solution of a program, slice by slice; nothing if its solver gives it up or the run is stopped.
fn solved(outcome: Result<SolveOutcome, microlp::Error>, control: &RunControl<'_>) -> Option<Solution> {
    let mut outcome = outcome.ok()?;
    while outcome.termination_reason() == TerminationReason::TimeLimit {
        if control.should_stop(None).is_some() {
            return None;
        }
        outcome = outcome.resume().ok()?;
    }
    outcome.into_solution().ok().filter(|_| control.should_stop(None).is_none())
}
