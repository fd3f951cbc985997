//! Roof duality: a lower bound, and the values that go with it.

use super::flow::{Network, UNREACHED};
use super::presolved::bound_value;
use super::units::{Unit, Units};
use super::work::Work;
use super::{PresolveError, model_in_units};
use crate::model::Bqm;
use std::collections::HashMap;

/// What the largest flow tells.
pub(crate) struct Roof {
    /// No state has less energy.
    pub(crate) bound: Units,
    /// Variables with a value that they have in all optima.
    pub(crate) strong: Vec<(usize, bool)>,
    /// Variables with a value such that some optimum has all of them, the strong ones left out.
    pub(crate) weak: Vec<(usize, bool)>,
}

/// The roof dual of what is left of a model, and the variables it fixes.
///
/// With literals `u` (a variable or its complement) the energy is written as `c + sum a_u u + sum a_uv u v` with `a >= 0`, which is
/// at least `c`. Each product `a_uv u v` says that `u = 1` and `v = 1` together cost, and becomes arcs `u -> 1 - v` and
/// `v -> 1 - u` of capacity `a_uv`; with a literal `x_0 = 1` linear terms do as well. A flow `f` from `x_0` to its complement
/// changes the terms so that the energy stays what it is and `c` grows by `f / 2`; the largest flow gives the roof dual.
/// Everything is a whole number of units, so nothing rounds, and a half may be rounded up.
///
/// Literals that `x_0` reaches in the residual network are 1 in all optima (strong persistency). If a set of literals without
/// complements in it has no residual arc out of it, some optimum has all of them at 1: every term they are in vanishes
/// (weak persistency). A strongly connected component of the mean of the flow and its mirror image belongs to such a set if it
/// comes later than the complement's; components that are their own complements say nothing.
///
/// Among the weak ones `u` is strong if residual arcs lead from its complement to it, not both ends of any of which belong to
/// components that say nothing: in an optimum with `u = 0` one of these arcs would be a positive term, and it would vanish when
/// the weak literals are set to 1.
///
/// `None` when `is_over` says so of the effort, the arcs looked at. `weak` is empty unless asked for; then strong ones of the last kind are
/// among the weak ones.
///
/// # References
/// P. L. Hammer, P. Hansen, B. Simeone, *Roof duality, complementation and persistency in quadratic 0-1 optimization*,
/// Math. Programming 28 (1984); E. Boros, P. L. Hammer, *Pseudo-Boolean optimization*, Discrete Appl. Math. 123 (2002).
pub(crate) fn roof_dual(work: &mut Work, ask_weak: bool, is_over: &dyn Fn(u64) -> bool) -> Option<Roof> {
    let variables: Vec<usize> = work.left().collect();
    let mut number = vec![0u32; work.num_variables()];
    for (place, &variable) in variables.iter().enumerate() {
        number[variable] = place as u32;
    }
    let source = 2 * variables.len() as u32;
    let sink = source ^ 1;
    let mut network = Network::new(2 * variables.len() + 2);
    let mut constant = work.offset();
    let mut linear: Vec<Units> = variables.iter().map(|&variable| work.linear(variable)).collect();
    // node 2k: the variable itself, 2k + 1: its complement
    for (place, &variable) in variables.iter().enumerate() {
        for &(neighbor, bias) in work.row(variable).iter().filter(|&&(neighbor, _)| neighbor as usize > variable) {
            let (own, other) = (2 * place as u32, 2 * number[neighbor as usize]);
            if bias > 0 {
                network.add(own, other ^ 1, bias);
            } else {
                // q x y = q y - q (1 - x) y
                linear[number[neighbor as usize] as usize] += bias;
                network.add(own ^ 1, other ^ 1, -bias);
            }
        }
    }
    for (place, &bias) in linear.iter().enumerate() {
        let own = 2 * place as u32;
        if bias > 0 {
            network.add(source, own ^ 1, bias);
        } else if bias < 0 {
            constant += bias;
            network.add(source, own, -bias);
        }
    }
    network.connect();
    let (flow, largest) = network.push(source, sink, &mut work.effort, is_over);
    if !largest {
        return None;
    }
    let levels = network.levels(source, &mut work.effort);
    let is_strong = |node: u32| levels[node as usize] != UNREACHED;
    let literal = |node: u32| (variables[node as usize / 2], node & 1 == 0);
    let mut strong: Vec<_> = (0..source).filter(|&node| is_strong(node)).map(literal).collect();
    let outside = |node: u32| node >= source || is_strong(node) || is_strong(node ^ 1);
    let components = network.components(outside);
    work.effort += 4 * u64::from(source);
    // components are numbered from the end; both are unreached where the variable is strong
    let is_weak = |node: u32| components[node as usize] < components[node as usize ^ 1];
    let mut weak = Vec::new();
    if ask_weak {
        weak = (0..source).filter(|&node| is_weak(node)).map(literal).collect();
    } else {
        let is_mute = |node: u32| components[node as usize] == components[node as usize ^ 1];
        let follows = |tail: u32, head: u32| !(outside(head) || is_mute(tail) && is_mute(head));
        // by component: its members are equal in all optima
        let mut forced: HashMap<u32, bool> = HashMap::new();
        for node in (0..source).filter(|&node| is_weak(node)) {
            let effort = &mut work.effort;
            let reaches = || !is_over(*effort) && network.reaches(node ^ 1, node, follows, effort);
            if *forced.entry(components[node as usize]).or_insert_with(reaches) {
                strong.push(literal(node));
            }
        }
    }
    Some(Roof { bound: constant + (flow + 1).div_euclid(2), strong, weak })
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
/// As [`Presolve::run`](super::Presolve::run).
///
/// # Panics
/// Never: the flow has no limit.
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
    let roof = roof_dual(&mut work, !strong_only, &|_| false).expect("no limit");
    let [low, high] = bqm.vartype().values();
    let fixed = roof.strong.into_iter().chain(roof.weak);
    let mut fixed: Vec<_> = fixed.map(|(variable, value)| (variable, if value { high } else { low })).collect();
    fixed.sort_unstable();
    Ok(RoofDuality { lower_bound: bound_value(bqm, unit, roof.bound), fixed })
}
