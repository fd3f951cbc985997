//! The chains of Ls: as long as they must be, and as few as are wanted.

use super::super::lines::Lines;
use super::runs::Runs;
use super::staircase::Ell;

/// Ls in order: the column of each crosses the rows of all before it.
#[derive(Clone, Debug)]
pub(super) struct Ells<'a> {
    pub(super) runs: &'a Runs,
    pub(super) ells: Vec<Ell>,
}

type Span = Option<(usize, usize)>;

fn hull(span: Span, at: Option<usize>) -> Span {
    match (span, at) {
        (Some((first, last)), Some(at)) => Some((first.min(at), last.max(at))),
        (None, at) => at.map(|at| (at, at)),
        (span, None) => span,
    }
}

impl Ells<'_> {
    /// The rows that each column crosses, and the columns that each row does.
    fn spans(&self) -> Vec<[Span; 2]> {
        let mut spans = vec![[None; 2]; self.ells.len()];
        let (mut rows, mut columns) = (None, None);
        for (spans, ell) in spans.iter_mut().zip(&self.ells) {
            rows = hull(rows, ell.row);
            spans[0] = rows;
        }
        for (spans, ell) in spans.iter_mut().zip(&self.ells).rev() {
            columns = hull(columns, ell.column);
            spans[1] = columns;
        }
        spans
    }

    fn lengths(&self) -> Vec<u32> {
        let num_qubits = |is_horizontal: bool, line: Option<usize>, span: Span| {
            let (Some(line), Some((first, last))) = (line, span) else { return 0 };
            self.runs.num_qubits(is_horizontal, line, first, last).unwrap_or(0)
        };
        let length = |(ell, spans): (&Ell, [Span; 2])| {
            num_qubits(false, ell.column, spans[0]) + num_qubits(true, ell.row, spans[1])
        };
        self.ells.iter().zip(self.spans()).map(length).collect()
    }

    /// All qubits.
    pub(super) fn num_qubits(&self) -> u32 {
        self.lengths().iter().sum()
    }

    /// The longest chain.
    pub(super) fn max_length(&self) -> u32 {
        self.lengths().into_iter().max().unwrap_or(0)
    }

    /// Gives a line back that no other chain needs: the first column and the last row.
    pub(super) fn trim(&mut self) {
        if let Some(first) = self.ells.first_mut()
            && first.row.is_some()
        {
            first.column = None;
        }
        if let Some(last) = self.ells.last_mut()
            && last.column.is_some()
        {
            last.row = None;
        }
    }

    /// Leaves Ls out until `wanted` are left, each time the one that leaves fewest qubits.
    pub(super) fn truncate(&mut self, wanted: usize) {
        while self.ells.len() > wanted {
            let without = |index: usize| {
                let mut rest = self.clone();
                rest.ells.remove(index);
                rest.trim();
                rest
            };
            let best = (0..self.ells.len()).map(without).min_by_key(|rest| (rest.num_qubits(), rest.max_length()));
            *self = best.expect("there are more than wanted");
        }
        self.trim();
    }

    /// Crossing columns and rows without a coupler: two chains that touch nowhere else.
    pub(super) fn strangers(&self) -> Vec<(usize, usize)> {
        let mut strangers = Vec::new();
        if self.runs.is_all_coupled() {
            return strangers;
        }
        for (later, ell) in self.ells.iter().enumerate() {
            let rows = self.ells[..later].iter().filter_map(|earlier| earlier.row);
            strangers.extend(ell.column.iter().flat_map(|&column| {
                rows.clone().filter(move |&row| !self.runs.is_coupled(column, row)).map(move |row| (column, row))
            }));
        }
        strangers
    }

    /// The chains.
    pub(super) fn chains(&self, lines: &Lines<'_>) -> Vec<Vec<u32>> {
        let piece = |is_horizontal: bool, line: Option<usize>, span: Span| {
            let (Some(line), Some((first, last))) = (line, span) else { return Vec::new() };
            lines.piece(is_horizontal, line as u32, first as u32, first as u32, last as u32)
        };
        let chain = |(ell, spans): (&Ell, [Span; 2])| {
            let mut chain = piece(false, ell.column, spans[0]);
            chain.extend(piece(true, ell.row, spans[1]));
            chain
        };
        self.ells.iter().zip(self.spans()).map(chain).collect()
    }
}
