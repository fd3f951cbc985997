//! The best clique near an outline, line by line.

use super::outline::{Front, Outline};
use super::runs::Runs;

/// Lines by which a front may stray from the outline at each of its ends.
const REACH: usize = 6;
const SIDE: usize = 2 * REACH + 1;
/// Lines beside the outline that may be used as well.
const MARGIN: usize = 4;
/// A chain is worth more than any number of qubits.
const CHAIN: i64 = 1 << 32;

/// The lines of a chain: a column and a row, or one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ell {
    pub(super) column: Option<usize>,
    pub(super) row: Option<usize>,
}

/// What is asked of Ls.
pub(super) struct Wanted<'a> {
    pub(super) runs: &'a Runs,
    /// Columns and rows that are not to be used.
    pub(super) is_banned: [Vec<bool>; 2],
    /// The most qubits of a chain.
    pub(super) max_length: u32,
}

/// One move of a front: which line it takes, and what for.
#[derive(Clone, Copy, Debug)]
struct Move {
    /// A row above (or below), if one is taken.
    is_above: Option<bool>,
    /// A column at the left (or right), if one is given up.
    is_left: Option<bool>,
    /// Whether the lines make a chain.
    is_chain: bool,
}

const MOVES: [Move; 12] = {
    const fn step(is_above: Option<bool>, is_left: Option<bool>, is_chain: bool) -> Move {
        Move { is_above, is_left, is_chain }
    }
    const ENDS: [Option<bool>; 2] = [Some(false), Some(true)];
    [
        step(ENDS[0], ENDS[0], true),
        step(ENDS[0], ENDS[1], true),
        step(ENDS[1], ENDS[0], true),
        step(ENDS[1], ENDS[1], true),
        step(ENDS[0], None, false),
        step(ENDS[1], None, false),
        step(None, ENDS[0], false),
        step(None, ENDS[1], false),
        step(ENDS[0], None, true),
        step(ENDS[1], None, true),
        step(None, ENDS[0], true),
        step(None, ENDS[1], true),
    ]
};

impl Move {
    fn num_lines(self) -> usize {
        usize::from(self.is_above.is_some()) + usize::from(self.is_left.is_some())
    }

    /// The front after it, and the lines that it takes; `None` where there are none.
    fn apply(self, front: Front, num_rows: usize) -> Option<(Front, Ell)> {
        let (mut next, mut ell) = (front, Ell { column: None, row: None });
        match self.is_above {
            Some(true) => {
                next.rows.0 = front.rows.0.checked_sub(1)?;
                ell.row = Some(next.rows.0);
            }
            Some(false) => {
                next.rows.1 = (front.rows.1 < num_rows).then_some(front.rows.1 + 1)?;
                ell.row = Some(front.rows.1);
            }
            None => {}
        }
        if let Some(is_left) = self.is_left {
            if front.columns.0 == front.columns.1 {
                return None;
            }
            if is_left {
                next.columns.0 += 1;
                ell.column = Some(front.columns.0);
            } else {
                next.columns.1 -= 1;
                ell.column = Some(next.columns.1);
            }
        }
        Some((next, ell))
    }
}

impl Wanted<'_> {
    /// The qubits of a chain that leads from one front to the next; `None` where it is broken or too long.
    fn num_qubits(&self, front: Front, next: Front, ell: Ell) -> Option<u32> {
        let down = match ell.column {
            Some(column) if self.is_banned[0][column] || next.rows.0 == next.rows.1 => return None,
            Some(column) => self.runs.num_qubits(false, column, next.rows.0, next.rows.1 - 1)?,
            None => 0,
        };
        let right = match ell.row {
            Some(row) if self.is_banned[1][row] || front.columns.0 == front.columns.1 => return None,
            Some(row) => self.runs.num_qubits(true, row, front.columns.0, front.columns.1 - 1)?,
            None => 0,
        };
        let is_alone = match (ell.column, ell.row) {
            (Some(column), Some(row)) => return (self.runs.is_coupled(column, row) && down + right <= self.max_length).then_some(down + right),
            // only the first chain may be a row, only the last one a column
            (None, Some(_)) => front.rows.0 == front.rows.1,
            (Some(_), None) => front.columns.0 + 1 == front.columns.1,
            (None, None) => false,
        };
        (is_alone && down + right <= self.max_length).then_some(down + right)
    }

    /// The Ls of the most chains, of fewest qubits among these, near an outline.
    pub(super) fn best(&self, outline: &Outline) -> Vec<Ell> {
        let tube = Tube::around(&outline.fronts, self.runs);
        tube.best(self)
    }
}

/// The fronts that are tried: by number of lines taken or given up, those near the outline.
struct Tube {
    centers: Vec<Front>,
    /// Columns before the first step.
    width: usize,
    num_rows: usize,
}

impl Tube {
    fn around(fronts: &[Front], runs: &Runs) -> Self {
        let [num_columns, num_rows] = runs.num_lines();
        let (start, end) = (fronts[0], *fronts.last().expect("an outline has a start"));
        let (left, right) = (start.columns.0.min(MARGIN), (num_columns - start.columns.1).min(MARGIN));
        let widened = Front { columns: (start.columns.0 - left, start.columns.1 + right), ..start };
        let width = widened.columns.1 - widened.columns.0;
        let mut centers: Vec<Front> = Vec::new();
        // both margins are passed first
        for passed in 0..left + right {
            let (at_left, at_right) = (passed.min(left), passed.saturating_sub(left));
            centers.push(Front { columns: (widened.columns.0 + at_left, widened.columns.1 - at_right), ..start });
        }
        for pair in fronts.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let lines = to.rows.1 - to.rows.0 - (from.rows.1 - from.rows.0);
            for taken in 0..lines {
                // the end that moves does so line by line
                let part = |from: usize, to: usize| if from < to { from + taken } else if from > to { from - taken } else { from };
                let front = Front {
                    rows: (part(from.rows.0, to.rows.0), part(from.rows.1, to.rows.1)),
                    columns: (part(from.columns.0, to.columns.0), part(from.columns.1, to.columns.1)),
                };
                centers.extend([front, front]);
            }
        }
        centers.extend(vec![end; 1 + 2 * MARGIN]);
        Self { centers, width, num_rows }
    }

    fn index(&self, taken: usize, front: Front) -> Option<usize> {
        let center = self.centers.get(taken)?;
        let offset = |at: usize, center: usize| (at + REACH).checked_sub(center).filter(|&offset| offset < SIDE);
        let (above, below) = (offset(front.rows.0, center.rows.0)?, offset(front.rows.1, center.rows.1)?);
        Some((above * SIDE + below) * SIDE + offset(front.columns.0, center.columns.0)?)
    }

    fn front(&self, taken: usize, index: usize) -> Option<Front> {
        let center = self.centers[taken];
        let at = |offset: usize, center: usize| (center + offset).checked_sub(REACH);
        let rows = (at(index / (SIDE * SIDE), center.rows.0)?, at(index / SIDE % SIDE, center.rows.1)?);
        let given_up = taken.checked_sub(rows.1.checked_sub(rows.0)?)?;
        let first = at(index % SIDE, center.columns.0)?;
        let front = Front { rows, columns: (first, first + self.width.checked_sub(given_up)?) };
        (rows.1 <= self.num_rows).then_some(front)
    }

    fn best(&self, wanted: &Wanted<'_>) -> Vec<Ell> {
        const NONE: i64 = i64::MIN;
        const SIZE: usize = SIDE * SIDE * SIDE;
        let num_layers = self.centers.len();
        let mut values = vec![NONE; num_layers * SIZE];
        let mut came = vec![u8::MAX; num_layers * SIZE];
        let mut best: Option<(i64, usize, usize)> = None;
        for row in 0..SIDE {
            // no rows yet: any place, all columns
            let start = self.centers[0];
            let Some(row) = (start.rows.0 + row).checked_sub(REACH).filter(|&row| row <= self.num_rows) else { continue };
            let front = Front { rows: (row, row), columns: (start.columns.0, start.columns.0 + self.width) };
            if let Some(index) = self.index(0, front) {
                values[index] = 0;
            }
        }
        for taken in 0..num_layers {
            for index in 0..SIZE {
                let value = values[taken * SIZE + index];
                if value == NONE {
                    continue;
                }
                let Some(front) = self.front(taken, index) else { continue };
                if front.columns.0 == front.columns.1 {
                    if best.is_none_or(|(best, ..)| value > best) {
                        best = Some((value, taken, index));
                    }
                    continue;
                }
                for (number, each) in MOVES.into_iter().enumerate() {
                    let Some((next, ell)) = each.apply(front, self.num_rows) else { continue };
                    let after = taken + each.num_lines();
                    let Some(at) = self.index(after, next) else { continue };
                    let gain = if each.is_chain {
                        let Some(qubits) = wanted.num_qubits(front, next, ell) else { continue };
                        CHAIN - i64::from(qubits)
                    } else {
                        0
                    };
                    let at = after * SIZE + at;
                    if value + gain > values[at] {
                        (values[at], came[at]) = (value + gain, number as u8);
                    }
                }
            }
        }
        best.map(|(_, taken, index)| self.trace(&came, taken, index)).unwrap_or_default()
    }

    fn trace(&self, came: &[u8], mut taken: usize, mut index: usize) -> Vec<Ell> {
        let mut ells = Vec::new();
        while let Some(&each) = MOVES.get(usize::from(came[taken * SIDE * SIDE * SIDE + index])) {
            let front = self.front(taken, index).expect("a front that was reached");
            let (mut before, mut ell) = (front, Ell { column: None, row: None });
            match each.is_above {
                Some(true) => {
                    ell.row = Some(front.rows.0);
                    before.rows.0 += 1;
                }
                Some(false) => {
                    ell.row = Some(front.rows.1 - 1);
                    before.rows.1 -= 1;
                }
                None => {}
            }
            match each.is_left {
                Some(true) => {
                    before.columns.0 -= 1;
                    ell.column = Some(before.columns.0);
                }
                Some(false) => {
                    ell.column = Some(before.columns.1);
                    before.columns.1 += 1;
                }
                None => {}
            }
            if each.is_chain {
                ells.push(ell);
            }
            taken -= each.num_lines();
            index = self.index(taken, before).expect("a front that was passed");
        }
        ells.reverse();
        ells
    }
}
