//! The tables: each entry the least energy of what was eliminated so far, for one assignment of a scope.

use super::integers::Integers;
use super::kernel::{Child, Entry, Field, Walk};
use super::plan::{BLOCK, Plan, Step};
use crate::sampler::Isa;
use rayon::prelude::*;

/// Blocks that are computed without a look at the clock, and by one thread: about a millisecond.
const BLOCKS_PER_TASK: usize = 1 << 12;
/// Entries between two looks at the clock where tables are small.
const ENTRIES_BETWEEN_LOOKS: u64 = 1 << 16;

/// Minimises out all variables as planned and returns a minimiser, each variable as 0 or 1; nothing if the run is stopped.
pub(super) fn minimize<T: Entry>(model: &impl Integers, plan: &Plan, run: &Run<'_>) -> Option<Vec<u8>> {
    let mut stack = vec![T::default(); plan.peak as usize];
    let mut words = vec![0; plan.num_words as usize];
    let num_variables = model.num_variables();
    let mut terms = Terms { model, couplings: vec![0; num_variables] };
    let (mut field, mut children) = (Field::default(), Vec::new());
    let (mut top, mut word, mut unreported) = (0, 0, 0);
    for step in &plan.steps {
        let scope = plan.scope(step);
        terms.collect(step.variable, scope, &mut field);
        let base = top - plan.children(step).map(|child| 1usize << plan.scope(child).len()).sum::<usize>();
        let num_blocks = (1usize << scope.len()).div_ceil(BLOCK);
        let decisions = &mut words[word..word + num_blocks];
        word += num_blocks;
        arrange(plan, step, &mut children);
        let parts = Parts { field: &field, children: &children, in_place: step.in_place, size: scope.len() };
        if !parts.eliminate(&mut stack[base..], top - base, decisions, run) {
            return None;
        }
        // the table of a root is a single number, the minimum of its component: nobody needs it
        top = base + if scope.is_empty() { 0 } else { 1 << scope.len() };
        if num_blocks <= BLOCKS_PER_TASK {
            unreported += 2 << scope.len();
        }
        if unreported >= ENTRIES_BETWEEN_LOOKS {
            if (run.advance)(unreported) {
                return None;
            }
            unreported = 0;
        }
    }
    Some(values(plan, &words, num_variables))
}

/// How to run.
pub(super) struct Run<'a> {
    pub(super) isa: Isa,
    /// Whether large tables are shared among the threads of the surrounding pool.
    pub(super) in_parallel: bool,
    /// Takes the number of entries done and says whether to stop.
    pub(super) advance: &'a (dyn Fn(u64) -> bool + Sync),
}

/// Says where the entries of each child are found while the table of `step` is walked through.
fn arrange(plan: &Plan, step: &Step, children: &mut Vec<Child>) {
    children.clear();
    let scope = plan.scope(step);
    let mut start = 0;
    for child in plan.children(step) {
        // the child's scope without its top bit, the variable of the step, lies within the scope of the step
        let (_, of_child) = plan.scope(child).split_last().expect("a child's scope has its parent's variable");
        let (mut mask, mut bit) = (0u64, 0);
        for variable in of_child {
            while scope[bit] != *variable {
                bit += 1;
            }
            mask |= 1 << bit;
            bit += 1;
        }
        children.push(Child::new(start, scope.len(), mask));
        start += 2 << of_child.len();
    }
}

/// What goes into the table of one variable over a scope of `size` others.
#[derive(Clone, Copy)]
struct Parts<'a, T> {
    field: &'a Field<T>,
    children: &'a [Child],
    in_place: bool,
    size: usize,
}

impl<T: Entry> Parts<'_, T> {
    /// Computes the table at the front of `stack`, where its children lie up to `top`; false when stopped.
    fn eliminate(self, stack: &mut [T], top: usize, decisions: &mut [u64], run: &Run<'_>) -> bool {
        let Self { field, children, in_place, size } = self;
        let len = 1 << size;
        if len <= BLOCK {
            let mut block = [T::default(); BLOCK];
            let walk = Walk { field, children, entries: &stack[..top], origin: 0 };
            T::blocks(run.isa, &walk, 0, &mut block, None, decisions);
            stack[..len].copy_from_slice(&block[..len]);
            true
        } else if in_place {
            let (table, rest) = stack[..top].split_at_mut(len);
            let (upper, entries) = rest.split_at(len);
            let walk = Walk { field, children: &children[1..], entries, origin: 2 * len };
            tasks(&walk, table, Some(upper), decisions, run)
        } else {
            let (entries, above) = stack.split_at_mut(top);
            let walk = Walk { field, children, entries, origin: 0 };
            let done = tasks(&walk, &mut above[..len], None, decisions, run);
            stack.copy_within(top..top + len, 0);
            done
        }
    }
}

/// Splits the blocks of a large table into tasks.
fn tasks<T: Entry>(
    walk: &Walk<'_, T>,
    table: &mut [T],
    upper: Option<&[T]>,
    decisions: &mut [u64],
    run: &Run<'_>,
) -> bool {
    let is_large = decisions.len() > BLOCKS_PER_TASK;
    let task = |(index, (table, decisions)): (usize, (&mut [T], &mut [u64]))| {
        let first = index * BLOCKS_PER_TASK;
        let upper = upper.map(|upper| &upper[first * BLOCK..][..table.len()]);
        T::blocks(run.isa, walk, first, table, upper, decisions);
        // tables of a single task are counted by the caller, several at a time
        !is_large || !(run.advance)(2 * table.len() as u64)
    };
    if run.in_parallel && is_large {
        let tables = table.par_chunks_mut(BLOCKS_PER_TASK * BLOCK);
        tables.zip(decisions.par_chunks_mut(BLOCKS_PER_TASK)).enumerate().all(task)
    } else {
        let tables = table.chunks_mut(BLOCKS_PER_TASK * BLOCK);
        tables.zip(decisions.chunks_mut(BLOCKS_PER_TASK)).enumerate().all(task)
    }
}

/// Reads the decisions backwards: each variable, given those eliminated after it.
fn values(plan: &Plan, words: &[u64], num_variables: usize) -> Vec<u8> {
    let mut values = vec![0; num_variables];
    let mut end = words.len();
    for step in plan.steps.iter().rev() {
        let scope = plan.scope(step);
        let start = end - (1usize << scope.len()).div_ceil(BLOCK);
        let entry =
            scope.iter().enumerate().fold(0, |entry, (bit, &other)| entry | usize::from(values[other as usize]) << bit);
        values[step.variable as usize] = (words[start + entry / BLOCK] >> (entry % BLOCK) & 1) as u8;
        end = start;
    }
    values
}

/// The terms of the model.
struct Terms<'a, M> {
    model: &'a M,
    /// By variable: the bias to the variable being eliminated.
    couplings: Vec<i128>,
}

impl<M: Integers> Terms<'_, M> {
    /// What setting `variable` to 1 adds: its bias, and its couplings to the variables of `scope`. Couplings to variables
    /// eliminated earlier were counted there.
    fn collect<T: Entry>(&mut self, variable: u32, scope: &[u32], field: &mut Field<T>) {
        let couplings = &mut self.couplings;
        let bias = self.model.terms(variable as usize, |neighbor, coupling| couplings[neighbor as usize] = coupling);
        field.set(T::from_integer(bias), scope.iter().map(|&other| T::from_integer(couplings[other as usize])));
        self.model.terms(variable as usize, |neighbor, _| couplings[neighbor as usize] = 0);
    }
}
