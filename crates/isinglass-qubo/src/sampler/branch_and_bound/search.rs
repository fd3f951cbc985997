//! The tree of nodes: the least bound first, and depth first below.

use super::descent::descend;
use crate::presolve::{Presolve, Statistics, Undo, Units, Work, roof_dual};
use crate::sampler::watch::Watch;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::rc::Rc;

/// Values of all variables of a model, and its energy with them.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    pub(super) energy: Units,
    pub(super) values: Vec<bool>,
}

/// What a search found out about a model.
pub(super) struct Solved {
    /// No values have less energy, or none have less than was to be beaten.
    pub(super) lower: Units,
    /// Better values than were known, if there are any.
    pub(super) best: Option<Solution>,
}

/// Depth-first search goes so deep and no deeper, for it takes stack; what lies below keeps its bound.
const MOST_DEPTH: usize = 400;

/// Roof duality of the model as it is; in a run that is stopped, the sum of all that can lower the energy.
pub(super) fn bound(work: &mut Work, watch: &Watch<'_>) -> Units {
    let lowest = |work: &Work| {
        let row = |variable: usize| {
            let pairs = work.row(variable).iter().filter(|&&(other, _)| (other as usize) < variable);
            pairs.map(|&(_, bias)| bias.min(0)).sum::<Units>() + work.linear(variable).min(0)
        };
        work.offset() + work.left().map(row).sum::<Units>()
    };
    roof_dual(work, true, &|_| watch.is_stopped()).map_or_else(|| lowest(work), |roof| roof.bound)
}

pub(super) struct Search<'a> {
    pub(super) rules: Presolve,
    pub(super) watch: &'a Watch<'a>,
    pub(super) max_nodes: u64,
    pub(super) max_memory: usize,
}

/// A model that was reduced, and how it follows from the one that was split.
struct Node {
    lower: Units,
    /// In the order in which nodes came, to decide among equal bounds.
    number: u64,
    work: Work,
    above: Option<Rc<Above>>,
}

/// One step back to the root.
struct Above {
    /// By variable of the model below, the variable of this one.
    variables: Vec<u32>,
    num_variables: usize,
    undo: Vec<Undo>,
    above: Option<Rc<Above>>,
}

impl Node {
    fn bytes(&self) -> usize {
        let row = size_of::<Vec<(u32, Units)>>() + 4 * size_of::<Units>();
        self.work.num_variables() * row + self.work.num_interactions() * 2 * size_of::<(u32, Units)>()
    }

    /// Values of the root's variables from those of the node's.
    fn lift_to_root(&self, mut values: Vec<bool>) -> Vec<bool> {
        let mut above = &self.above;
        while let Some(step) = above {
            let mut larger = vec![false; step.num_variables];
            step.variables.iter().zip(values).for_each(|(&variable, value)| larger[variable as usize] = value);
            step.undo.iter().rev().for_each(|undo| undo.undo(&mut larger));
            values = larger;
            above = &step.above;
        }
        values
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Node {}

impl Ord for Node {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.lower, self.number).cmp(&(other.lower, other.number))
    }
}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Search<'_> {
    /// Searches a model with a known bound for something better than is known; `tell` hears of every improvement.
    pub(super) fn best_first(&mut self, work: Work, lower: Units, known: Solution, tell: impl Fn(&Solution)) -> Solved {
        let mut best = known;
        let improve = |best: &mut Solution, node: &Node, found: Solution| {
            if found.energy < best.energy {
                *best = Solution { energy: found.energy, values: node.lift_to_root(found.values) };
                tell(best);
            }
        };
        let mut number = 0;
        let mut bytes = 0;
        let mut open = BinaryHeap::from([Reverse(Node { lower, number, work, above: None })]);
        while let Some(Reverse(node)) = open.pop() {
            bytes -= node.bytes().min(bytes);
            if node.lower >= best.energy {
                break;
            }
            if self.is_over() {
                return Solved { lower: node.lower, best: Some(best) };
            }
            let mut components = node.work.components();
            if components.len() != 1 || bytes > self.max_memory {
                let Solved { lower, best: found } = self.depth_first(&node.work, node.lower, best.energy, 0);
                found.into_iter().for_each(|found| improve(&mut best, &node, found));
                if lower < best.energy {
                    // it was cut short
                    let least = open.peek().map_or(lower, |Reverse(next)| lower.min(next.lower));
                    return Solved { lower: least, best: Some(best) };
                }
                continue;
            }
            let variables = components.remove(0);
            let part = node.work.part(&variables);
            let (variable, values) = branching(&part);
            let above = Above {
                variables,
                num_variables: node.work.num_variables(),
                undo: node.work.undo().to_vec(),
                above: node.above.clone(),
            };
            let above = Rc::new(above);
            for &value in values {
                let (work, lower) = self.child(&part, node.work.offset(), variable, value, node.lower);
                number += 1;
                let child = Node { lower, number, work, above: Some(above.clone()) };
                improve(&mut best, &child, lifted_descent(&child.work));
                if child.lower < best.energy {
                    bytes += child.bytes();
                    open.push(Reverse(child));
                }
            }
        }
        Solved { lower: best.energy, best: Some(best) }
    }

    fn is_over(&self) -> bool {
        self.watch.is_stopped() || self.watch.done() >= self.max_nodes
    }

    /// A part with one variable fixed and reduced, on top of an offset, and its bound.
    fn child(&self, part: &Work, offset: Units, variable: usize, value: bool, lower: Units) -> (Work, Units) {
        let mut work = part.clone();
        work.add_offset(offset);
        work.fix(variable, value);
        let outcome = self.rules.reduce(&mut work, &mut Statistics::default(), || self.watch.is_stopped());
        self.watch.advance(1);
        (work, outcome.bound.map_or(lower, |bound| bound.max(lower)))
    }

    /// The best values of energy below `upper` of a reduced model, whose bound is `lower`.
    fn depth_first(&mut self, work: &Work, lower: Units, upper: Units, depth: usize) -> Solved {
        if lower >= upper {
            return Solved { lower, best: None };
        }
        let found = lifted_descent(work);
        let mut best = (found.energy < upper).then_some(found);
        let components = work.components();
        let below = best.as_ref().map_or(upper, |best| best.energy);
        if lower >= below || components.is_empty() || depth > MOST_DEPTH || self.is_over() {
            return Solved { lower: if components.is_empty() { work.offset() } else { lower }, best };
        }
        let parts: Vec<(Vec<u32>, Work)> = components
            .into_iter()
            .map(|variables| {
                let part = work.part(&variables);
                (variables, part)
            })
            .collect();
        let solved = match &parts[..] {
            [(_, part)] => self.split(part, work.offset(), lower, below, depth),
            _ => self.each_part(&parts, work.offset(), below, depth),
        };
        if let Some(found) = solved.best {
            // values of the parts, side by side
            let mut values = vec![false; work.num_variables()];
            let variables = parts.iter().flat_map(|(variables, _)| variables);
            variables.zip(found.values).for_each(|(&variable, value)| values[variable as usize] = value);
            work.lift(&mut values);
            best = Some(Solution { energy: found.energy, values });
        }
        Solved { lower: lower.max(solved.lower), best }
    }

    /// Both values of one variable of a connected part.
    fn split(&mut self, part: &Work, offset: Units, lower: Units, mut upper: Units, depth: usize) -> Solved {
        let (variable, values) = branching(part);
        let mut children: Vec<_> =
            values.iter().map(|&value| self.child(part, offset, variable, value, lower)).collect();
        children.sort_by_key(|&(_, lower)| lower);
        let mut best = None;
        let mut least = Units::MAX;
        for (work, lower) in children {
            let solved = self.depth_first(&work, lower, upper, depth + 1);
            least = least.min(solved.lower);
            if let Some(found) = solved.best {
                upper = found.energy;
                best = Some(found);
            }
        }
        Solved { lower: least, best }
    }

    /// Parts that do not interact, one after the other; values of the parts side by side.
    fn each_part(&mut self, parts: &[(Vec<u32>, Work)], offset: Units, upper: Units, depth: usize) -> Solved {
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|&index| parts[index].0.len());
        let mut lowers: Vec<Units> = parts.iter().map(|(_, part)| bound(&mut part.clone(), self.watch)).collect();
        let mut found: Vec<Option<Solution>> = vec![None; parts.len()];
        let total = |lowers: &[Units]| offset + lowers.iter().sum::<Units>();
        for index in order {
            let room = upper - (total(&lowers) - lowers[index]);
            let solved = self.depth_first(&parts[index].1, lowers[index], room, depth + 1);
            lowers[index] = solved.lower.max(lowers[index]);
            found[index] = solved.best;
            if found[index].is_none() {
                // nothing good enough, or cut short
                return Solved { lower: total(&lowers), best: None };
            }
        }
        let found = found.into_iter().flatten();
        let (mut energy, mut values) = (offset, Vec::new());
        for part in found {
            energy += part.energy;
            values.extend(part.values);
        }
        let best = (energy < upper).then_some(Solution { energy, values });
        Solved { lower: total(&lowers), best }
    }
}

/// A sample of a reduced model, for all of its variables.
fn lifted_descent(work: &Work) -> Solution {
    let mut found = descend(work);
    work.lift(&mut found.values);
    found
}

/// The variable at which a connected model is split, and the values to try: one, if both are alike because no variable has a
/// field over ±1.
fn branching(part: &Work) -> (usize, &'static [bool]) {
    let strength = |variable: usize| part.row(variable).iter().map(|&(_, bias)| bias.abs()).sum::<Units>();
    let key = |&variable: &usize| (part.row(variable).len(), strength(variable), Reverse(variable));
    let variable = part.left().max_by_key(key).expect("a component has a variable");
    let field =
        |variable: usize| 2 * part.linear(variable) + part.row(variable).iter().map(|&(_, bias)| bias).sum::<Units>();
    let is_even = part.left().all(|variable| field(variable) == 0);
    (variable, if is_even { &[false] } else { &[false, true] })
}
