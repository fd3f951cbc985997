//! The best clique near an outline, line by line.

use super::outline::{Front, Outline};
use super::runs::Runs;

/// A chain is worth more than any number of qubits.
const CHAIN: i64 = 1 << 32;

/// The lines of a chain: a column and a row, or one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ell {
    pub(super) column: Option<usize>,
    pub(super) row: Option<usize>,
}

/// Limits on the Ls that a search may return.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Least number of chains; with fewer, the search returns none.
    pub(super) num_chains: usize,
    /// Largest number of qubits in a chain.
    pub(super) max_length: u32,
    /// Lines by which a front may stray from the outline at each of its ends.
    pub(super) reach: usize,
    /// Lines beside the outline that may be used as well.
    pub(super) margin: usize,
}

/// A search for Ls.
pub(super) struct Wanted<'a> {
    pub(super) runs: &'a Runs,
    /// Columns and rows that are not to be used.
    pub(super) is_banned: [Vec<bool>; 2],
    pub(super) limits: Limits,
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
        let is_chain = match (ell.column, ell.row) {
            (Some(column), Some(row)) => self.runs.is_coupled(column, row),
            // only the first chain may be a row, only the last one a column
            (None, Some(_)) => front.rows.0 == front.rows.1,
            (Some(_), None) => front.columns.0 + 1 == front.columns.1,
            (None, None) => false,
        };
        (is_chain && down + right <= self.limits.max_length).then_some(down + right)
    }

    /// The Ls of the most chains, of fewest qubits among these, near an outline.
    pub(super) fn best(&self, outline: &Outline) -> Vec<Ell> {
        let tube = Tube::around(&outline.fronts, self.runs, self.limits);
        tube.best(self)
    }
}

/// The fronts that are tried: by number of lines taken or given up, those near the outline.
struct Tube {
    centers: Vec<Front>,
    reach: usize,
    /// Columns before the first step.
    width: usize,
    num_rows: usize,
}

impl Tube {
    fn around(fronts: &[Front], runs: &Runs, limits: Limits) -> Self {
        let margin = limits.margin;
        let [num_columns, num_rows] = runs.num_lines();
        let (start, end) = (fronts[0], *fronts.last().expect("an outline has a start"));
        let (left, right) = (start.columns.0.min(margin), (num_columns - start.columns.1).min(margin));
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
                let part = |from: usize, to: usize| {
                    if from < to {
                        from + taken
                    } else if from > to {
                        from - taken
                    } else {
                        from
                    }
                };
                let front = Front {
                    rows: (part(from.rows.0, to.rows.0), part(from.rows.1, to.rows.1)),
                    columns: (part(from.columns.0, to.columns.0), part(from.columns.1, to.columns.1)),
                };
                centers.extend([front, front]);
            }
        }
        centers.extend(vec![end; 1 + 2 * margin]);
        Self { centers, reach: limits.reach, width, num_rows }
    }

    /// How far apart the ends of fronts may be.
    fn side(&self) -> usize {
        2 * self.reach + 1
    }

    /// Fronts with the same number of lines taken.
    fn size(&self) -> usize {
        self.side().pow(3)
    }

    fn index(&self, taken: usize, front: Front) -> Option<usize> {
        let (center, side) = (self.centers.get(taken)?, self.side());
        let offset = |at: usize, center: usize| (at + self.reach).checked_sub(center).filter(|&offset| offset < side);
        let (above, below) = (offset(front.rows.0, center.rows.0)?, offset(front.rows.1, center.rows.1)?);
        Some((above * side + below) * side + offset(front.columns.0, center.columns.0)?)
    }

    fn front(&self, taken: usize, index: usize) -> Option<Front> {
        let (center, side) = (self.centers[taken], self.side());
        let at = |offset: usize, center: usize| (center + offset).checked_sub(self.reach);
        let rows = (at(index / (side * side), center.rows.0)?, at(index / side % side, center.rows.1)?);
        let given_up = taken.checked_sub(rows.1.checked_sub(rows.0)?)?;
        let first = at(index % side, center.columns.0)?;
        let front = Front { rows, columns: (first, first + self.width.checked_sub(given_up)?) };
        (rows.1 <= self.num_rows).then_some(front)
    }

    fn best(&self, wanted: &Wanted<'_>) -> Vec<Ell> {
        const NONE: i64 = i64::MIN;
        let (num_layers, size) = (self.centers.len(), self.size());
        let mut values = vec![NONE; num_layers * size];
        let mut came = vec![u8::MAX; num_layers * size];
        let mut best: Option<(i64, usize, usize)> = None;
        for row in 0..self.side() {
            // no rows yet: any place, all columns
            let start = self.centers[0];
            let Some(row) = (start.rows.0 + row).checked_sub(self.reach).filter(|&row| row <= self.num_rows) else {
                continue;
            };
            let front = Front { rows: (row, row), columns: (start.columns.0, start.columns.0 + self.width) };
            if let Some(index) = self.index(0, front) {
                values[index] = 0;
            }
        }
        for taken in 0..num_layers {
            for index in 0..size {
                let value = values[taken * size + index];
                if value == NONE {
                    continue;
                }
                let Some(front) = self.front(taken, index) else { continue };
                // even if every column that is left made a chain, and the first row one alone
                let num_chains = (value + CHAIN - 1) / CHAIN;
                let most = front.columns.1 - front.columns.0 + usize::from(front.rows.0 == front.rows.1);
                if num_chains as usize + most < wanted.limits.num_chains {
                    continue;
                }
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
                    let at = after * size + at;
                    if value + if each.is_chain { CHAIN } else { 0 } <= values[at] {
                        continue;
                    }
                    let gain = if each.is_chain {
                        let Some(qubits) = wanted.num_qubits(front, next, ell) else { continue };
                        CHAIN - i64::from(qubits)
                    } else {
                        0
                    };
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
        while let Some(&each) = MOVES.get(usize::from(came[taken * self.size() + index])) {
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

#[cfg(test)]
mod tests {
    use super::super::super::lines::Lines;
    use super::super::outline::{Table, outlines};
    use super::*;
    use crate::hardware::{Chip, Topology};

    /// The most chains that any staircase has, by trying all.
    fn most(wanted: &Wanted<'_>, front: Front, num_rows: usize) -> usize {
        let chains = MOVES.into_iter().filter_map(|each| {
            let (next, ell) = each.apply(front, num_rows)?;
            let is_broken = each.is_chain && wanted.num_qubits(front, next, ell).is_none();
            (!is_broken).then(|| usize::from(each.is_chain) + most(wanted, next, num_rows))
        });
        chains.max().unwrap_or(0)
    }

    #[test]
    fn no_staircase_has_more_chains_than_the_best_one() {
        let topology: Topology = "chimera:2,2,2".parse().unwrap();
        for missing in [vec![], vec![5], vec![0, 10], vec![2, 7, 12], vec![1, 6, 9]] {
            let chip = Chip::with_faults(topology, &missing, &[(8, 11)]).unwrap();
            let lines = Lines::of(&chip).unwrap();
            let runs = Runs::of(&lines).unwrap();
            let limits = Limits { num_chains: 0, max_length: u32::MAX, reach: 4, margin: 4 };
            let wanted = Wanted { runs: &runs, is_banned: [vec![false; 4], vec![false; 4]], limits };
            let found = outlines(&mut Table::of(&runs), 2, usize::MAX, u32::MAX, 1);
            let starts = (0..=4).map(|row| Front { rows: (row, row), columns: (0, 4) });
            let expected = starts.map(|front| most(&wanted, front, 4)).max().unwrap();
            assert_eq!(wanted.best(&found[0]).len(), expected, "{missing:?}");
        }
    }
}
