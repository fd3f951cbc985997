//! One way to lay a group: a few neighbouring rows, and columns in which the outputs of the group are joined.

use super::Group;
use super::line_layout::{LineLayout, Piece, Side};
use std::cmp::Reverse;
use std::ops::Range;

/// How a group can be laid.
pub(super) struct Plan {
    /// Qubits, and what the hubs grow by.
    pub(super) cost: f64,
    pub(super) chains: Vec<(usize, Vec<u32>)>,
    pub(super) last_row: u32,
}

/// By row: how many free qubits cross a part of the chip, if they are coupled.
pub(super) type Lengths = Vec<Option<usize>>;

/// Columns in which a group may be joined, and what it takes to get there.
pub(super) struct Window<'l> {
    pub(super) side: &'l Side,
    pub(super) columns: Vec<u32>,
    /// By bundle: across its hubs.
    pub(super) own: &'l [Lengths],
    /// By bundle: across its hubs and all of the columns.
    pub(super) out: Vec<Lengths>,
    /// Across the columns.
    pub(super) across: Lengths,
}

impl<'l> Window<'l> {
    pub(super) fn new(line_layout: &LineLayout, side: &'l Side, columns: &[u32], own: &'l [Lengths]) -> Self {
        let (first, last) = (columns[0], columns[columns.len() - 1]);
        let reach = |bundle: usize| {
            let (from, to) = side.bundle(bundle);
            line_layout.lengths(from.min(first), to.max(last))
        };
        let out = (0..own.len()).map(reach).collect();
        Self { side, columns: columns.to_vec(), own, out, across: line_layout.lengths(first, last) }
    }
}

/// A variable that is joined with the others of its group.
struct Member {
    row: u32,
    variable: usize,
    /// Columns that its row crosses in any case.
    reach: Option<(u32, u32)>,
}

/// A plan in the making.
pub(super) struct Draft<'l> {
    line_layout: &'l LineLayout,
    window: &'l Window<'l>,
    rows: Range<u32>,
    taken: Vec<u32>,
    /// Columns that join the rows of one cell.
    links: Vec<u32>,
    chains: Vec<(usize, Vec<u32>)>,
    members: Vec<Member>,
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
    pub(super) fn new(line_layout: &'l LineLayout, window: &'l Window<'l>, rows: Range<u32>) -> Self {
        let (taken, links, chains, members) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { line_layout, window, rows, taken, links, chains, members, num_qubits: 0 }
    }

    /// The group laid, if there is room and it costs less than `most`.
    ///
    /// Every gate is a row across the hubs of its bundle. The rows of outputs go on to the columns, and each pair of them is joined where
    /// the column of the upper one crosses the lower one.
    pub(super) fn plan(mut self, group: &Group, most: f64) -> Option<Plan> {
        // cells that are far away have the least choice
        let mut cells: Vec<&(usize, Vec<usize>)> = group.cells.iter().collect();
        cells.sort_by_key(|(bundle, _)| {
            let (first, last) = self.window.side.bundle(*bundle);
            Reverse(((first + last) / 2).abs_diff(self.window.columns[0]))
        });
        // each cell takes what is free in these rows at least
        let mut least = self.line_layout.growth(self.window.side, self.rows.start + self.num_rows(group) - 1);
        for (bundle, cell) in &cells {
            least += self.least(*bundle, cell.len() - 1)? as f64;
        }
        for (bundle, cell) in cells {
            least -= self.least(*bundle, cell.len() - 1)? as f64;
            self.lay_cell(*bundle, cell)?;
            if self.num_qubits as f64 + least >= most {
                return None;
            }
        }
        let mut others = group.others.iter().copied();
        let without_row = others.next();
        others.try_for_each(|other| self.lay_other(other))?;
        self.join(without_row)?;
        let last_row = self.taken.iter().max().copied().unwrap_or(self.rows.start);
        let cost = self.num_qubits as f64 + self.line_layout.growth(self.window.side, last_row);
        (cost < most).then_some(Plan { cost, chains: self.chains, last_row })
    }

    fn free(&self, is_horizontal: bool, line: u32, first: u32, last: u32) -> Option<&'l [Piece]> {
        self.line_layout.free(is_horizontal, line, first, last)
    }

    fn put(&mut self, variable: usize, pieces: &[Piece]) {
        let place = self.chains.iter().position(|(each, _)| *each == variable).unwrap_or_else(|| {
            self.chains.push((variable, Vec::new()));
            self.chains.len() - 1
        });
        let chain = &mut self.chains[place].1;
        let before = chain.len();
        for piece in pieces {
            if !chain.contains(&piece.qubit) {
                chain.push(piece.qubit);
            }
        }
        self.num_qubits += chain.len() - before;
    }

    /// Rows that a group lies on at least.
    fn num_rows(&self, group: &Group) -> u32 {
        (group.cells.len() + group.others.len()).saturating_sub(1).max(1) as u32
    }

    /// A number of qubits below which no cell of this bundle can be laid.
    fn least(&self, bundle: usize, num_slacks: usize) -> Option<usize> {
        let range = self.rows.start as usize..self.rows.end as usize;
        let out = self.window.out[bundle][range.clone()].iter().flatten().min()?;
        let own = self.window.own[bundle][range].iter().flatten();
        Some(out + num_slacks * own.min()?)
    }

    /// The rows of fewest qubits for an output and its slack bits.
    fn rows_of(&self, bundle: usize, num_slacks: usize) -> Option<Rows> {
        let (own, reach) = (&self.window.own[bundle], &self.window.out[bundle]);
        let is_open = |row: &u32| !self.taken.contains(row);
        let mut free: Vec<(usize, u32)> =
            self.rows.clone().filter(is_open).filter_map(|row| Some((own[row as usize]?, row))).collect();
        if self.line_layout.is_full() {
            // those of fewest qubits first
            free.sort_unstable();
        }
        let mut best: Option<Rows> = None;
        for out in self.rows.clone().filter(is_open) {
            let Some(length) = reach[out as usize] else { continue };
            if best.as_ref().is_some_and(|best| length + num_slacks >= best.num_qubits) {
                continue;
            }
            let mut rows = Rows { num_qubits: length, out, slacks: Vec::with_capacity(num_slacks) };
            // the partner of a row is coupled to it; others need a column
            let partner = free.iter().copied().find(|&(_, row)| row == out ^ 1);
            let others = free.iter().filter(|(_, row)| row / 2 != out / 2).map(|&(length, row)| (length + 1, row));
            for (length, row) in partner.into_iter().chain(others).take(num_slacks) {
                rows.num_qubits += length;
                rows.slacks.push(row);
            }
            if rows.slacks.len() == num_slacks && best.as_ref().is_none_or(|best| rows.num_qubits < best.num_qubits) {
                best = Some(rows);
            }
        }
        best
    }

    fn lay_cell(&mut self, bundle: usize, cell: &[usize]) -> Option<()> {
        let (&output, slacks) = cell.split_first()?;
        let rows = self.rows_of(bundle, slacks.len())?;
        let (from, to) = self.window.side.bundle(bundle);
        let columns = &self.window.columns;
        let (first, last) = match (columns.first(), columns.last()) {
            // it may turn out that not all columns are needed
            (Some(&first), Some(&last)) if !self.line_layout.is_full() => (first.min(from), last.max(to)),
            _ => (from, to),
        };
        self.put(output, self.free(true, rows.out, first, last)?);
        self.members.push(Member { row: rows.out, variable: output, reach: Some((first, last)) });
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
                let qubit = self.line_layout.crossing(row, column);
                qubit.is_some_and(|qubit| self.chains.iter().any(|(_, chain)| chain.contains(&qubit)))
            })
        };
        let is_joining = |column: &u32| self.window.columns.contains(column);
        let is_open = |column: &u32| {
            !self.links.contains(column) && is_across(*column) && (self.line_layout.is_full() || !is_joining(column))
        };
        let columns = self.line_layout.beside(self.window.side.bundle(bundle)).filter(is_open);
        let mut free = columns.filter_map(|column| Some((column, self.free(false, column, top, bottom)?)));
        let best = match self.line_layout.is_full() {
            false => free.next(),
            // columns in which the group may be joined come last
            true => free.min_by_key(|(column, pieces)| (pieces.len(), is_joining(column))),
        };
        if let Some((column, pieces)) = best {
            self.links.push(column);
            self.put(variable, pieces);
        }
    }

    /// A variable that touches no hub, on a row where the group is joined.
    fn lay_other(&mut self, other: usize) -> Option<()> {
        let mut rows = self.rows.clone().filter(|row| !self.taken.contains(row));
        let row = rows.find(|&row| self.window.across[row as usize].is_some())?;
        self.taken.push(row);
        self.members.push(Member { row, variable: other, reach: None });
        Some(())
    }

    /// Columns for all members but the lowest one, and for one variable without a row.
    fn join(&mut self, without_row: Option<usize>) -> Option<()> {
        let mut members = std::mem::take(&mut self.members);
        members.sort_unstable_by_key(|member| member.row);
        let (top, lowest) = (members.first()?.row, members.last()?.row);
        let mut joined: Vec<u32> = Vec::with_capacity(members.len());
        if let Some(variable) = without_row {
            joined.push(self.column(variable, top, lowest, &joined)?);
        }
        for (index, member) in members.iter().enumerate() {
            if index + 1 < members.len() {
                joined.push(self.column(member.variable, member.row, lowest, &joined)?);
            }
            // the row crosses its own column and those of the members above it
            let (first, last) = (*joined.iter().min()?, *joined.iter().max()?);
            let (from, to) = member.reach.unwrap_or(match self.line_layout.is_full() {
                false => (self.window.columns[0], *self.window.columns.last()?),
                true => (first, last),
            });
            self.put(member.variable, self.free(true, member.row, first.min(from), last.max(to))?);
        }
        Some(())
    }

    /// Puts a variable on a column that crosses these rows: the next one, or that of fewest qubits where columns are to spare.
    fn column(&mut self, variable: usize, first: u32, last: u32, joined: &[u32]) -> Option<u32> {
        let columns = &self.window.columns;
        let (column, pieces) = if self.line_layout.is_full() {
            let is_open = |column: &&u32| !joined.contains(column) && !self.links.contains(column);
            let away = |column: u32| joined.first().map_or(0, |&other| other.abs_diff(column));
            columns
                .iter()
                .filter(is_open)
                .filter_map(|&column| Some((column, self.free(false, column, first, last)?)))
                .min_by_key(|(column, pieces)| (pieces.len(), away(*column)))?
        } else {
            let column = *columns.get(joined.len())?;
            (column, self.free(false, column, first, last)?)
        };
        self.put(variable, pieces);
        Some(column)
    }
}
