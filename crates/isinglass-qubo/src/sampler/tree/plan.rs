//! What is computed in which sequence, and where it lies: the tables of an elimination order on a stack.

use super::order::Order;

/// Entries of a table that are computed together; a word holds the decisions of one block.
pub(super) const BLOCK: usize = 64;

/// The elimination of one variable: a table over its scope, minimised over the variable itself.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) variable: u32,
    scope: (usize, usize),
    /// Steps whose tables are taken from the top of the stack, the lowest first.
    children: (usize, usize),
    /// Whether the table may be written over the lowest child's: entry by entry where that has the whole scope, and at once
    /// where it is a single block.
    pub(super) in_place: bool,
}

/// The steps so arranged that each finds the tables it needs on top of the stack and leaves its own in their place.
///
/// Bit 0 of the index of a table stands for the variable of its scope that is eliminated last, the top bit for the one that is
/// eliminated first: the variable of the step that takes it.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    scopes: Vec<u32>,
    children: Vec<u32>,
    /// Most entries on the stack at any time.
    pub(super) peak: u128,
    /// Entries of all tables, one for each assignment of a scope and its variable.
    pub(super) num_entries: u128,
    /// Words of 64 decisions.
    pub(super) num_words: u128,
}

impl Plan {
    /// Arranges the steps of an order so that the stack stays low: of several children, the one that needs most above what
    /// it leaves goes first.
    ///
    /// # References
    /// J. W. H. Liu, *On the storage requirement in the out-of-core multifrontal method for sparse factorization*, ACM Trans. Math.
    /// Softw. 12 (1986).
    pub(super) fn new(order: &Order) -> Self {
        let num_variables = order.variables.len();
        let mut places = vec![0u32; num_variables];
        for (place, &variable) in order.variables.iter().enumerate() {
            places[variable as usize] = place as u32;
        }
        // by place in the order: the parent, and the children as linked lists
        let mut first_child = vec![NONE; num_variables];
        let mut next_sibling = vec![NONE; num_variables];
        let mut peaks = vec![0u128; num_variables];
        let mut sorted: Vec<Vec<u32>> = vec![Vec::new(); num_variables];
        let mut in_place = vec![false; num_variables];
        let mut roots = Vec::new();
        for place in 0..num_variables {
            let mut children: Vec<u32> = list(&first_child, &next_sibling, place).collect();
            let size = |child: u32| 1u128 << order.scope(child as usize).len();
            children.sort_by_key(|&child| (std::cmp::Reverse(peaks[child as usize] - size(child)), child));
            let (mut top, mut peak) = (0, 0);
            for &child in &children {
                peak = peak.max(top + peaks[child as usize]);
                top += size(child);
            }
            let own = 1u128 << order.scope(place).len();
            in_place[place] = own <= BLOCK as u128 || children.first().is_some_and(|&child| size(child) == 2 * own);
            peaks[place] = peak.max(if in_place[place] { top.max(own) } else { top + own });
            sorted[place] = children;
            let parent = order.scope(place).iter().map(|&variable| places[variable as usize]).min();
            match parent {
                Some(parent) => {
                    next_sibling[place] = first_child[parent as usize];
                    first_child[parent as usize] = place as u32;
                }
                None => roots.push(place as u32),
            }
        }
        let mut plan =
            Self { steps: Vec::new(), scopes: Vec::new(), children: Vec::new(), peak: 0, num_entries: 0, num_words: 0 };
        plan.steps.reserve(num_variables);
        plan.peak = roots.iter().map(|&root| peaks[root as usize]).max().unwrap_or(0);
        // depth first, children before parents
        let mut pending: Vec<(u32, bool)> = roots.iter().rev().map(|&root| (root, false)).collect();
        let mut step_of = vec![NONE; num_variables];
        while let Some((place, children_done)) = pending.pop() {
            let children = &sorted[place as usize];
            if !children_done && !children.is_empty() {
                pending.push((place, true));
                pending.extend(children.iter().rev().map(|&child| (child, false)));
                continue;
            }
            let (scope_start, child_start) = (plan.scopes.len(), plan.children.len());
            plan.scopes.extend_from_slice(order.scope(place as usize));
            plan.scopes[scope_start..].sort_unstable_by_key(|&variable| std::cmp::Reverse(places[variable as usize]));
            plan.children.extend(children.iter().map(|&child| step_of[child as usize]));
            step_of[place as usize] = plan.steps.len() as u32;
            let size = 1u128 << (plan.scopes.len() - scope_start);
            plan.num_entries += 2 * size;
            plan.num_words += size.div_ceil(BLOCK as u128);
            plan.steps.push(Step {
                variable: order.variables[place as usize],
                scope: (scope_start, plan.scopes.len()),
                children: (child_start, plan.children.len()),
                in_place: in_place[place as usize],
            });
        }
        plan
    }

    /// The scope of a step by bit of the index of its table.
    pub(super) fn scope(&self, step: &Step) -> &[u32] {
        &self.scopes[step.scope.0..step.scope.1]
    }

    /// The steps whose tables a step takes, lowest on the stack first.
    pub(super) fn children(&self, step: &Step) -> impl ExactSizeIterator<Item = &Step> {
        self.children[step.children.0..step.children.1].iter().map(|&child| &self.steps[child as usize])
    }
}

const NONE: u32 = u32::MAX;

fn list<'a>(first: &'a [u32], next: &'a [u32], place: usize) -> impl Iterator<Item = u32> + 'a {
    let link = |place: u32| Some(place).filter(|&place| place != NONE);
    std::iter::successors(link(first[place]), move |&place| link(next[place as usize]))
}
