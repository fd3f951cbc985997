//! One way to lay a group: a few neighbouring rows, and columns in which the outputs of the group are joined.

use super::Group;
use super::loom::{Loom, Piece};
use std::cmp::Reverse;
use std::ops::Range;

/// How a group can be laid.
pub(super) struct Plan {
    /// Qubits, and what the hubs grow by.
    pub(super) cost: f64,
    pub(super) chains: Vec<(usize, Vec<u32>)>,
    pub(super) last_row: u32,
}

/// A plan in the making.
pub(super) struct Draft<'l> {
    loom: &'l Loom,
    rows: Range<u32>,
    columns: &'l [u32],
    taken: Vec<u32>,
    /// Columns that join the rows of one cell.
    links: Vec<u32>,
    chains: Vec<(usize, Vec<u32>)>,
    /// What is to be joined with each other: rows and their variables.
    members: Vec<(u32, usize)>,
    num_qubits: usize,
}

/// Rows for a cell, and the qubits on them.
struct Rows {
    num_qubits: usize,
    out: u32,
    slacks: Vec<u32>,
}

impl<'l> Draft<'l> {
    /// Nothing yet, on these rows and columns.
    pub(super) fn new(loom: &'l Loom, rows: Range<u32>, columns: &'l [u32]) -> Self {
        let (taken, links, chains, members) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { loom, rows, columns, taken, links, chains, members, num_qubits: 0 }
    }

    /// The group laid, if there is room and it costs less than `most`.
    ///
    /// Every gate is a row across the hubs of its bundle. The rows of outputs go on to the columns, and each pair of them is joined where
    /// the column of the upper one crosses the lower one.
    pub(super) fn plan(mut self, group: &Group, most: f64) -> Option<Plan> {
        // cells that are far away have the least choice
        let mut cells: Vec<&(usize, Vec<usize>)> = group.cells.iter().collect();
        cells.sort_by_key(|(bundle, _)| {
            let (first, last) = self.loom.bundle(*bundle);
            Reverse(((first + last) / 2).abs_diff(self.columns[0]))
        });
        for (bundle, cell) in cells {
            self.lay_cell(*bundle, cell)?;
            if self.num_qubits as f64 >= most {
                return None;
            }
        }
        let mut others = group.others.iter().copied();
        let without_row = others.next();
        others.try_for_each(|other| self.lay_other(other))?;
        self.join(without_row)?;
        let last_row = self.taken.iter().max().copied().unwrap_or(self.rows.start);
        let cost = self.num_qubits as f64 + self.loom.growth(last_row);
        (cost < most).then_some(Plan { cost, chains: self.chains, last_row })
    }

    /// The first and the last of some columns and of those in which the group is joined.
    fn reach(&self, (first, last): (u32, u32)) -> (u32, u32) {
        self.columns.iter().fold((first, last), |(first, last), &column| (first.min(column), last.max(column)))
    }

    fn free(&self, is_horizontal: bool, line: u32, first: u32, last: u32) -> Option<&'l [Piece]> {
        self.loom.free(is_horizontal, line, first, last)
    }

    fn put(&mut self, variable: usize, pieces: &[Piece]) {
        self.num_qubits += pieces.len();
        let qubits = pieces.iter().map(|piece| piece.qubit);
        match self.chains.iter_mut().find(|(each, _)| *each == variable) {
            Some((_, chain)) => chain.extend(qubits),
            None => self.chains.push((variable, qubits.collect())),
        }
    }

    /// The rows of fewest qubits for an output and its slack bits.
    fn rows_of(&self, bundle: usize, num_slacks: usize) -> Option<Rows> {
        let (from, to) = self.loom.bundle(bundle);
        let (first, last) = self.reach((from, to));
        let is_open = |row: &u32| !self.taken.contains(row);
        let rows = |out: u32| {
            let mut num_qubits = self.free(true, out, first, last)?.len();
            // the partner of a row is coupled to it; others need a column
            let others = self.rows.clone().filter(|&row| row / 2 != out / 2);
            let near = std::iter::once(out ^ 1).chain(others).filter(is_open);
            let mut free = near.filter_map(|row| Some((row, self.free(true, row, from, to)?.len())));
            let mut slacks = Vec::with_capacity(num_slacks);
            for _ in 0..num_slacks {
                let (row, length) = free.next()?;
                num_qubits += length + usize::from(row != out ^ 1);
                slacks.push(row);
            }
            Some(Rows { num_qubits, out, slacks })
        };
        self.rows.clone().filter(is_open).filter_map(rows).min_by_key(|rows| rows.num_qubits)
    }

    fn lay_cell(&mut self, bundle: usize, cell: &[usize]) -> Option<()> {
        let (&output, slacks) = cell.split_first()?;
        let rows = self.rows_of(bundle, slacks.len())?;
        let (from, to) = self.loom.bundle(bundle);
        let (first, last) = self.reach((from, to));
        self.put(output, self.free(true, rows.out, first, last)?);
        self.members.push((rows.out, output));
        let mut crossed = vec![rows.out];
        for (&slack, &row) in slacks.iter().zip(&rows.slacks) {
            self.put(slack, self.free(true, row, from, to)?);
            let is_joined = crossed.iter().all(|&other| other == row ^ 1);
            crossed.push(row);
            if !is_joined {
                self.link(bundle, slack, &crossed);
            }
        }
        self.taken.extend(crossed);
        Some(())
    }

    /// Gives a variable a column across rows of its cell, if one is free.
    fn link(&mut self, bundle: usize, variable: usize, rows: &[u32]) {
        let (Some(&top), Some(&bottom)) = (rows.iter().min(), rows.iter().max()) else { return };
        let is_across = |column: u32| {
            rows.iter().all(|&row| {
                let qubit = self.loom.crossing(row, column);
                qubit.is_some_and(|qubit| self.chains.iter().any(|(_, chain)| chain.contains(&qubit)))
            })
        };
        let is_open =
            |column: &u32| !self.columns.contains(column) && !self.links.contains(column) && is_across(*column);
        let mut columns = self.loom.beside(bundle).filter(is_open);
        if let Some((column, pieces)) =
            columns.find_map(|column| Some((column, self.free(false, column, top, bottom)?)))
        {
            self.links.push(column);
            self.put(variable, pieces);
        }
    }

    /// A variable that touches no hub, on a row where the group is joined.
    fn lay_other(&mut self, other: usize) -> Option<()> {
        let (first, last) = (*self.columns.first()?, *self.columns.last()?);
        let mut rows = self.rows.clone().filter(|row| !self.taken.contains(row));
        let (row, pieces) = rows.find_map(|row| Some((row, self.free(true, row, first, last)?)))?;
        self.put(other, pieces);
        self.taken.push(row);
        self.members.push((row, other));
        Some(())
    }

    /// Columns for all members but the lowest one, and for one variable that has no row.
    fn join(&mut self, without_row: Option<usize>) -> Option<()> {
        self.members.sort_unstable();
        let (Some(&(top, _)), Some(&(lowest, _))) = (self.members.first(), self.members.last()) else { return None };
        let upper = self.members[..self.members.len() - 1].to_vec();
        let joined = without_row.map(|variable| (top, variable)).into_iter().chain(upper);
        for ((row, variable), &column) in joined.zip(self.columns) {
            self.put(variable, self.free(false, column, row, lowest)?);
        }
        Some(())
    }
}
