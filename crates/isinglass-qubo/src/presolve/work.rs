//! The model that reductions work on: 0/1 variables, whole coefficients, and rows that change.

use super::undo::Undo;
use super::units::{Unit, Units};
use crate::model::{Bqm, BqmBuilder, ModelError, Vartype};
use std::collections::VecDeque;

/// `E(x) = offset + sum_i b_i x_i + sum_{i<j} q_ij x_i x_j` in units, over the variables that are left.
///
/// 0/1 variables keep everything whole: a minimum over one variable is a whole number for every state of its neighbours, and so
/// are the coefficients of the polynomial through these numbers.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    offset: Units,
    linear: Vec<Units>,
    /// Neighbours in ascending order, each pair in both rows, no zeros.
    rows: Vec<Vec<(u32, Units)>>,
    is_left: Vec<bool>,
    num_left: usize,
    undo: Vec<Undo>,
    /// Variables whose row changed, each once.
    changed: VecDeque<u32>,
    is_changed: Vec<bool>,
    pub(super) effort: u64,
}

impl Work {
    /// A model in units of `unit`, its own offset left out.
    pub(super) fn new(bqm: &Bqm, unit: Unit) -> Self {
        let mut work = Self::empty(bqm.num_variables());
        let binary = bqm.vartype() == Vartype::Binary;
        for variable in 0..bqm.num_variables() {
            let own = unit.units(bqm.linear()[variable]);
            let (neighbors, biases) = bqm.neighborhood(variable);
            let row = neighbors.iter().zip(biases).map(|(&neighbor, &bias)| (neighbor, unit.units(bias)));
            let mut row: Vec<_> = row.filter(|&(_, bias)| bias != 0).collect();
            if binary {
                work.linear[variable] = own;
            } else {
                // s = 2x - 1: s_i s_j = 4 x_i x_j - 2 x_i - 2 x_j + 1
                let sum: Units = row.iter().map(|&(_, bias)| bias).sum();
                let above: Units =
                    row.iter().filter(|&&(neighbor, _)| neighbor as usize > variable).map(|&(_, bias)| bias).sum();
                work.linear[variable] = 2 * (own - sum);
                work.offset += above - own;
                row.iter_mut().for_each(|(_, bias)| *bias *= 4);
            }
            work.rows[variable] = row;
        }
        for variable in 0..work.linear.len() {
            work.touch(variable);
        }
        work
    }

    fn empty(num_variables: usize) -> Self {
        Self {
            offset: 0,
            linear: vec![0; num_variables],
            rows: vec![Vec::new(); num_variables],
            is_left: vec![true; num_variables],
            num_left: num_variables,
            undo: Vec::new(),
            changed: VecDeque::new(),
            is_changed: vec![false; num_variables],
            effort: 0,
        }
    }

    /// Row entries, states and arcs looked at so far.
    pub(crate) fn effort(&self) -> u64 {
        self.effort
    }

    pub(crate) fn offset(&self) -> Units {
        self.offset
    }

    pub(crate) fn add_offset(&mut self, offset: Units) {
        self.offset += offset;
    }

    /// Number of variables at the beginning.
    pub(crate) fn num_variables(&self) -> usize {
        self.linear.len()
    }

    pub(crate) fn num_left(&self) -> usize {
        self.num_left
    }

    pub(crate) fn num_interactions(&self) -> usize {
        self.rows.iter().map(Vec::len).sum::<usize>() / 2
    }

    pub(crate) fn is_left(&self, variable: usize) -> bool {
        self.is_left[variable]
    }

    /// Variables that are left, in ascending order.
    pub(crate) fn left(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.linear.len()).filter(|&variable| self.is_left[variable])
    }

    pub(crate) fn linear(&self, variable: usize) -> Units {
        self.linear[variable]
    }

    pub(crate) fn row(&self, variable: usize) -> &[(u32, Units)] {
        &self.rows[variable]
    }

    /// The least and the largest that setting `variable` to 1 can add to the energy.
    pub(super) fn field_range(&self, variable: usize) -> (Units, Units) {
        let mut range = (self.linear[variable], self.linear[variable]);
        for &(_, bias) in &self.rows[variable] {
            if bias < 0 {
                range.0 += bias;
            } else {
                range.1 += bias;
            }
        }
        range
    }

    fn touch(&mut self, variable: usize) {
        if !self.is_changed[variable] {
            self.is_changed[variable] = true;
            self.changed.push_back(variable as u32);
        }
    }

    /// The next variable that is left and whose row has changed since it was last taken here.
    pub(super) fn next_changed(&mut self) -> Option<usize> {
        while let Some(variable) = self.changed.pop_front() {
            let variable = variable as usize;
            self.is_changed[variable] = false;
            if self.is_left[variable] {
                return Some(variable);
            }
        }
        None
    }

    fn take_out(&mut self, variable: usize) -> Vec<(u32, Units)> {
        debug_assert!(self.is_left[variable]);
        self.is_left[variable] = false;
        self.num_left -= 1;
        let row = std::mem::take(&mut self.rows[variable]);
        for &(neighbor, _) in &row {
            let others = &mut self.rows[neighbor as usize];
            if let Ok(place) = others.binary_search_by_key(&(variable as u32), |&(other, _)| other) {
                others.remove(place);
            }
            self.touch(neighbor as usize);
        }
        self.effort += row.len() as u64 + 1;
        row
    }

    fn add_quadratic(&mut self, first: usize, second: usize, bias: Units) {
        if bias == 0 {
            return;
        }
        for (row, other) in [(first, second as u32), (second, first as u32)] {
            let entries = &mut self.rows[row];
            match entries.binary_search_by_key(&other, |&(neighbor, _)| neighbor) {
                Err(place) => entries.insert(place, (other, bias)),
                Ok(place) if entries[place].1 == -bias => drop(entries.remove(place)),
                Ok(place) => entries[place].1 += bias,
            }
        }
        self.touch(first);
        self.touch(second);
    }

    /// Puts a value in.
    pub(crate) fn fix(&mut self, variable: usize, value: bool) {
        let row = self.take_out(variable);
        if value {
            self.offset += self.linear[variable];
            for &(neighbor, bias) in &row {
                self.linear[neighbor as usize] += bias;
            }
        }
        self.undo.push(Undo::Fixed { variable: variable as u32, value });
    }

    /// Puts `x_first = x_second`, or `1 - x_second`, in; of the two the one with more neighbours is left.
    pub(crate) fn merge(&mut self, first: usize, second: usize, opposite: bool) {
        let (variable, into) =
            if self.rows[first].len() <= self.rows[second].len() { (first, second) } else { (second, first) };
        let row = self.take_out(variable);
        let own = self.linear[variable];
        if opposite {
            self.offset += own;
        }
        self.linear[into] += if opposite { -own } else { own };
        self.touch(into);
        for (neighbor, bias) in row {
            let neighbor = neighbor as usize;
            match (neighbor == into, opposite) {
                (true, true) => {}
                (true, false) => self.linear[into] += bias,
                (false, false) => self.add_quadratic(into, neighbor, bias),
                (false, true) => {
                    self.linear[neighbor] += bias;
                    self.add_quadratic(into, neighbor, -bias);
                }
            }
        }
        self.undo.push(Undo::Merged { variable: variable as u32, into: into as u32, opposite });
    }

    /// Takes the minimum over a variable with at most three neighbours, `minimum` its polynomial over them: by mask of
    /// neighbours, the coefficient of their product. The product of three must have the coefficient 0.
    pub(super) fn minimize(&mut self, variable: usize, minimum: &[Units; 8]) {
        debug_assert_eq!(minimum[7], 0);
        let row = self.take_out(variable);
        self.offset += minimum[0];
        for (place, &(neighbor, _)) in row.iter().enumerate() {
            self.linear[neighbor as usize] += minimum[1 << place];
            for (before, &(other, _)) in row[..place].iter().enumerate() {
                self.add_quadratic(neighbor as usize, other as usize, minimum[1 << place | 1 << before]);
            }
        }
        let (linear, neighbors) = (self.linear[variable], row.into_boxed_slice());
        self.undo.push(Undo::Minimized { variable: variable as u32, linear, neighbors });
    }

    /// What was taken out, to be undone from the end.
    pub(crate) fn undo(&self) -> &[Undo] {
        &self.undo
    }

    /// The energy of values of the variables that are left.
    pub(crate) fn energy(&self, values: &[bool]) -> Units {
        let ones = || self.left().filter(|&variable| values[variable]);
        let quadratic = |variable: usize| {
            let row = self.rows[variable].iter().map(|&(neighbor, bias)| (neighbor as usize, bias));
            row.filter(|&(other, _)| other < variable && values[other]).map(|(_, bias)| bias).sum::<Units>()
        };
        self.offset + ones().map(|variable| self.linear[variable] + quadratic(variable)).sum::<Units>()
    }

    /// Sets the variables that were taken out.
    pub(crate) fn lift(&self, values: &mut [bool]) {
        self.undo.iter().rev().for_each(|undo| undo.undo(values));
    }

    /// The variables that are left by connected component: components in order of their least variable, variables ascending.
    pub(crate) fn components(&self) -> Vec<Vec<u32>> {
        let mut seen = vec![false; self.linear.len()];
        let mut components = Vec::new();
        for root in self.left() {
            if seen[root] {
                continue;
            }
            seen[root] = true;
            let mut component = vec![root as u32];
            let mut next = 0;
            while let Some(&variable) = component.get(next) {
                next += 1;
                for &(neighbor, _) in &self.rows[variable as usize] {
                    if !std::mem::replace(&mut seen[neighbor as usize], true) {
                        component.push(neighbor);
                    }
                }
            }
            component.sort_unstable();
            components.push(component);
        }
        components
    }

    /// The part of some variables with offset 0, renumbered in their order; they must be whole components, in ascending order.
    pub(crate) fn part(&self, variables: &[u32]) -> Self {
        let mut part = Self::empty(variables.len());
        let number = |variable: u32| variables.binary_search(&variable).expect("whole components") as u32;
        for (place, &variable) in variables.iter().enumerate() {
            part.linear[place] = self.linear[variable as usize];
            let row = self.rows[variable as usize].iter();
            part.rows[place] = row.map(|&(neighbor, bias)| (number(neighbor), bias)).collect();
        }
        part
    }

    /// The part of some variables as a model of a vartype, without the offset, and by how much energies of that model may be off because
    /// its coefficients were rounded.
    pub(crate) fn to_bqm(&self, variables: &[u32], unit: Unit, vartype: Vartype) -> Result<(Bqm, f64), ModelError> {
        let part = self.part(variables);
        let mut builder = BqmBuilder::new(vartype, variables.len());
        // x = (s + 1) / 2: in quarters of a unit
        let spin = vartype == Vartype::Spin;
        let shift = if spin { 2 } else { 0 };
        let mut rounding = 0;
        let mut value = |units: Units| {
            rounding += unit.rounding(units, shift);
            unit.value(units, shift)
        };
        let mut constant = 0;
        for (variable, row) in part.rows.iter().enumerate() {
            let own = part.linear[variable];
            let sum: Units = row.iter().map(|&(_, bias)| bias).sum();
            builder.add_linear(variable, value(if spin { 2 * own + sum } else { own }));
            for &(neighbor, bias) in row.iter().filter(|&&(neighbor, _)| neighbor as usize > variable) {
                builder.add_quadratic(variable, neighbor as usize, value(bias));
                constant += bias;
            }
            constant += 2 * own;
        }
        if spin {
            builder.add_offset(value(constant));
        }
        let rounding = match rounding {
            0 => 0.0,
            units => unit.value(units, shift).next_up(),
        };
        Ok((builder.build()?, rounding))
    }
}
