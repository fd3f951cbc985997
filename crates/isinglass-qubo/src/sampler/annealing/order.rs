//! The order in which a sweep offers flips, in groups of variables that do not interact.
//!
//! What happens to one variable of a group changes nothing for the others, so a kernel may decide on all of them before it
//! changes any field: then it waits for one unforeseeable branch a group instead of one a variable.

use crate::model::Bqm;
use crate::rng::Stream;
use rand_core::Rng;
use serde::{Deserialize, Serialize};

/// The order in which a sweep visits the variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableOrder {
    /// By index, the same in every sweep, but for a variable that interacts with one of the eight visited before it: that one comes
    /// a few places later.
    #[default]
    Index,
    /// A new random permutation for every sweep, shared by the 64 reads of a block.
    Random,
    /// By colour of a greedy colouring, and by index within a colour: variables of one colour do not interact (a checkerboard,
    /// on a square grid).
    Coloring,
}

/// The most variables in a group.
pub(super) const GROUP: usize = 8;

/// How many variables are tried for a group.
const WINDOW: usize = 8 * GROUP;

/// Variables in order, cut into groups of at most [`GROUP`] that do not interact.
#[derive(Clone)]
pub(super) struct Order {
    variables: Vec<u32>,
    ends: Vec<u32>,
}

impl Order {
    /// The order for a model; of [`VariableOrder::Random`] the first, to be shuffled.
    pub(super) fn new(order: VariableOrder, bqm: &Bqm) -> Self {
        let num_variables = bqm.num_variables() as u32;
        match order {
            VariableOrder::Index => Self::by_window(bqm, 0..num_variables),
            VariableOrder::Coloring => Self::by_color(bqm),
            VariableOrder::Random => {
                Self { variables: (0..num_variables).collect(), ends: (1..=num_variables).collect() }
            }
        }
    }

    /// The groups in order.
    #[inline(always)]
    pub(super) fn groups(&self) -> impl Iterator<Item = &[u32]> {
        let mut begin = 0;
        self.ends.iter().map(move |&end| {
            let group = &self.variables[begin..end as usize];
            begin = end as usize;
            group
        })
    }

    /// The order cut into parts of at most `size` variables, or of one group; a sweep through all of them is a sweep through it.
    pub(super) fn into_parts(self, size: usize) -> Vec<Self> {
        if self.variables.len() <= size {
            return vec![self];
        }
        let mut parts = Vec::with_capacity(self.variables.len() / size + 1);
        let mut part = Self { variables: Vec::new(), ends: Vec::new() };
        for group in self.groups() {
            if !part.variables.is_empty() && part.variables.len() + group.len() > size {
                parts.push(std::mem::replace(&mut part, Self { variables: Vec::new(), ends: Vec::new() }));
            }
            part.variables.extend_from_slice(group);
            part.ends.push(part.variables.len() as u32);
        }
        parts.push(part);
        parts
    }

    /// The order that was cut into these parts.
    pub(super) fn joined(parts: &[Self]) -> Self {
        let mut order = Self { variables: Vec::new(), ends: Vec::new() };
        for group in parts.iter().flat_map(Self::groups) {
            order.variables.extend_from_slice(group);
            order.ends.push(order.variables.len() as u32);
        }
        order
    }

    /// Draws a permutation of groups of one.
    pub(super) fn shuffle(&mut self, stream: &mut Stream) {
        for place in (1..self.variables.len()).rev() {
            // the upper half of a product: biased by less than 2^-32
            let other = (u128::from(stream.next_u64()) * (place as u128 + 1)) >> 64;
            self.variables.swap(place, other as usize);
        }
    }

    /// Takes variables in the order given; one that interacts with a member waits for the next group.
    fn by_window(bqm: &Bqm, variables: impl ExactSizeIterator<Item = u32>) -> Self {
        let mut order = Self { variables: Vec::with_capacity(variables.len()), ends: Vec::new() };
        // the last group that a variable interacts with, counted from 1
        let mut met = vec![0u32; bqm.num_variables()];
        let mut variables = variables;
        let (mut waiting, mut still_waiting) = (Vec::new(), Vec::new());
        loop {
            let (begin, group) = (order.variables.len(), order.ends.len() as u32 + 1);
            let mut tried = 0;
            waiting.reverse();
            while order.variables.len() - begin < GROUP
                && tried < WINDOW
                && let Some(variable) = waiting.pop().or_else(|| variables.next())
            {
                tried += 1;
                if met[variable as usize] == group {
                    still_waiting.push(variable);
                } else {
                    order.variables.push(variable);
                    bqm.neighborhood(variable as usize).0.iter().for_each(|&neighbor| met[neighbor as usize] = group);
                }
            }
            still_waiting.extend(waiting.drain(..).rev());
            if order.variables.len() == begin {
                return order;
            }
            order.ends.push(order.variables.len() as u32);
            std::mem::swap(&mut waiting, &mut still_waiting);
        }
    }

    /// Colours in turn; each takes the least that no neighbour has.
    fn by_color(bqm: &Bqm) -> Self {
        let num_variables = bqm.num_variables();
        let mut colors = vec![u32::MAX; num_variables];
        // the last variable with a neighbour of this colour
        let mut taken = Vec::new();
        for variable in 0..num_variables {
            for &neighbor in bqm.neighborhood(variable).0 {
                if let Some(taken) = taken.get_mut(colors[neighbor as usize] as usize) {
                    *taken = variable;
                }
            }
            let color = taken.iter().position(|&last| last != variable).unwrap_or(taken.len());
            if color == taken.len() {
                taken.push(usize::MAX);
            }
            colors[variable] = color as u32;
        }
        let mut order = Self { variables: (0..num_variables as u32).collect(), ends: Vec::new() };
        order.variables.sort_by_key(|&variable| colors[variable as usize]);
        let mut begin = 0;
        for class in order.variables.chunk_by(|&left, &right| colors[left as usize] == colors[right as usize]) {
            for group in class.chunks(GROUP) {
                begin += group.len();
                order.ends.push(begin as u32);
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};
    use crate::rng::stream;
    use crate::testing::random_integers;

    fn assert_proper(order: &Order, bqm: &Bqm) {
        let mut seen = vec![false; bqm.num_variables()];
        for group in order.groups() {
            assert!((1..=GROUP).contains(&group.len()));
            for &variable in group {
                assert!(!std::mem::replace(&mut seen[variable as usize], true));
                assert!(bqm.neighborhood(variable as usize).0.iter().all(|neighbor| !group.contains(neighbor)));
            }
        }
        assert!(seen.into_iter().all(|seen| seen));
    }

    #[test]
    fn every_variable_is_in_one_group_whose_members_do_not_interact() {
        for (num_variables, degree) in [(0, 0), (1, 0), (5, 4), (300, 0), (300, 6), (100, 60), (40, 39)] {
            let bqm = random_integers(Vartype::Spin, num_variables, degree, 3, 1);
            for order in [VariableOrder::Index, VariableOrder::Random, VariableOrder::Coloring] {
                let mut order = Order::new(order, &bqm);
                assert_proper(&order, &bqm);
                if order.variables.len() == order.ends.len() {
                    order.shuffle(&mut stream(1, 0));
                    assert_proper(&order, &bqm);
                }
            }
        }
    }

    #[test]
    fn groups_of_sparse_models_are_full_and_stay_near_the_order_of_indices() {
        let bqm = random_integers(Vartype::Spin, 1000, 6, 3, 1);
        let order = Order::new(VariableOrder::Index, &bqm);
        assert!(order.ends.len() < 140, "{}", order.ends.len());
        for (place, &variable) in order.variables.iter().enumerate() {
            assert!(place.abs_diff(variable as usize) <= WINDOW);
        }
    }

    #[test]
    fn parts_are_the_groups_of_the_order_one_after_the_other() {
        let bqm = random_integers(Vartype::Spin, 300, 6, 3, 1);
        for kind in [VariableOrder::Index, VariableOrder::Random, VariableOrder::Coloring] {
            let order = Order::new(kind, &bqm);
            for size in [1, 50, 299, 300] {
                let parts = order.clone().into_parts(size);
                assert!(parts.iter().all(|part| part.variables.len() <= size.max(GROUP)));
                assert!(Order::joined(&parts).groups().eq(order.groups()));
            }
        }
    }

    #[test]
    fn a_grid_takes_two_colors() {
        let mut builder = BqmBuilder::new(Vartype::Spin, 36);
        for row in 0..6 {
            for column in 0..5 {
                builder.add_quadratic(6 * row + column, 6 * row + column + 1, 1.0);
                builder.add_quadratic(6 * column + row, 6 * column + row + 6, 1.0);
            }
        }
        let order = Order::new(VariableOrder::Coloring, &builder.build().unwrap());
        let parity = |variable: u32| (variable / 6 + variable % 6) % 2;
        assert!(order.variables.iter().map(|&variable| parity(variable)).is_sorted());
    }

    #[test]
    fn permutations_are_even() {
        let mut order = Order { variables: vec![0, 1, 2, 3], ends: vec![1, 2, 3, 4] };
        let (mut counts, mut stream) = (std::collections::BTreeMap::new(), stream(1, 0));
        for _ in 0..24_000 {
            order.shuffle(&mut stream);
            *counts.entry(order.variables.clone()).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 24);
        let statistic: f64 = counts.values().map(|&count| f64::from(count - 1000).powi(2) / 1000.0).sum();
        assert!(statistic < 23.0 + 5.0 * 46f64.sqrt(), "chi-square {statistic}");
    }
}
