//! The layout of chains on the lines of a chip, and placement of groups of variables.

use super::Group;
use super::draft::{Draft, Lengths, Plan, Window};
use crate::embedding::crossbar::Wires;
use crate::embedding::lines::{Lines, Segment};
use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};

/// Rows from the first to the last one of a group: as many as a qubit of Pegasus crosses, or more if need be.
const HEIGHTS: [u32; 4] = [12, 18, 24, 36];
/// Columns on either side of the hubs that groups may use.
const MARGIN: u32 = 12;
/// Columns with hubs among those in which a group is joined.
const JUNCTION: u32 = 14;
/// Columns more than a group needs, so that it finds some that are free, on chips that are to be filled.
const SPARE: usize = 2;

/// A qubit of a line, and whether it is coupled to the next one.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) qubit: u32,
    segment: Segment,
    is_joined: bool,
}

/// The lines of a chip with what is laid on them. Rows are horizontal lines, columns vertical ones.
pub(super) struct LineLayout {
    lines: [Vec<Vec<Piece>>; 2],
    is_used: Vec<bool>,
    is_hub: Vec<bool>,
    rows: Range<u32>,
    num_hubs: usize,
    sides: Vec<Side>,
    /// Heights that were too small for groups of some shape, since gates came to lie on rows further down.
    failed: HashMap<Shape, usize>,
}

/// All that matters of a group: bundles and numbers of variables.
type Shape = (Vec<(usize, usize)>, usize);

/// A part of the chip in which every hub has a column.
pub(super) struct Side {
    /// The columns of each bundle.
    bundles: Vec<RangeInclusive<u32>>,
    columns: Range<u32>,
    /// The row after the last one that a gate lies on.
    frontier: u32,
}

impl LineLayout {
    /// The lines of a chip with these hubs. Each has a vertical part on either side of every one of these columns.
    pub(super) fn new(
        lines: &Lines<'_>,
        hubs: &Wires,
        bundle_of: &[Option<usize>],
        num_bundles: usize,
        middle: Option<u32>,
    ) -> Self {
        let all = [false, true].map(|is_horizontal| {
            let mut all = vec![Vec::new(); lines.num_lines[usize::from(is_horizontal)] as usize];
            for (qubit, segment) in lines.segments(is_horizontal) {
                all[segment.line as usize].push(Piece { qubit, segment, is_joined: false });
            }
            for line in &mut all {
                line.sort_by_key(|piece: &Piece| piece.segment.place);
                for place in 1..line.len() {
                    line[place - 1].is_joined = lines.is_coupled(line[place - 1].qubit, line[place].qubit);
                }
            }
            all
        });
        let num_labels = all.iter().flatten().flatten().map(|piece| piece.qubit as usize + 1).max().unwrap_or(0);
        let num_columns = all[0].len() as u32;
        let ranges: Vec<Range<u32>> = match middle {
            Some(middle) => vec![0..middle, middle..num_columns],
            None => std::iter::once(0..num_columns).collect(),
        };
        let mut line_layout = Self {
            is_hub: vec![false; all[0].len()],
            lines: all,
            is_used: vec![false; num_labels],
            rows: 0..u32::MAX,
            num_hubs: hubs.len(),
            sides: Vec::new(),
            failed: HashMap::new(),
        };
        for range in ranges {
            let mut bundles = vec![RangeInclusive::new(u32::MAX, 0); num_bundles];
            for (hub, wire) in hubs {
                let vertical = wire.iter().map(|&qubit| lines.at_qubit(qubit));
                let vertical = vertical.filter(|at| !at.is_horizontal && range.contains(&at.line));
                let mut crossed = (u32::MAX, 0);
                for at in vertical {
                    crossed = (at.first.min(crossed.0), at.end.max(crossed.1));
                    line_layout.is_hub[at.line as usize] = true;
                    if let Some(bundle) = bundle_of[*hub] {
                        let columns = &mut bundles[bundle];
                        *columns = (*columns.start()).min(at.line)..=(*columns.end()).max(at.line);
                    }
                }
                // rows that all hubs cross
                line_layout.rows = line_layout.rows.start.max(crossed.0)..line_layout.rows.end.min(crossed.1);
            }
            let first = bundles.iter().map(|bundle| *bundle.start()).min().unwrap_or(0);
            let end = bundles.iter().map(|bundle| *bundle.end() + 1).max().unwrap_or(0);
            line_layout.sides.push(Side { bundles, columns: first..end, frontier: 0 });
        }
        hubs.iter().flat_map(|(_, wire)| wire).for_each(|&qubit| line_layout.is_used[qubit as usize] = true);
        line_layout.sides.iter_mut().for_each(|side| side.frontier = line_layout.rows.start);
        line_layout
    }

    /// The free qubits of a line that cross all lines from `first` to `last`.
    pub(super) fn free(&self, is_horizontal: bool, line: u32, first: u32, last: u32) -> Option<&[Piece]> {
        let line = self.lines[usize::from(is_horizontal)].get(line as usize)?;
        let start = line.partition_point(|piece| piece.segment.end <= first);
        let mut end = start;
        loop {
            let piece = line.get(end)?;
            if self.is_used[piece.qubit as usize] || (end == start && piece.segment.first > first) {
                return None;
            }
            end += 1;
            if piece.segment.end > last {
                return Some(&line[start..end]);
            }
            if !piece.is_joined {
                return None;
            }
        }
    }

    /// Columns without hubs near a bundle.
    pub(super) fn beside(&self, (first, last): (u32, u32)) -> impl Iterator<Item = u32> + '_ {
        let near = first.saturating_sub(MARGIN)..(last + MARGIN).min(self.is_hub.len() as u32);
        near.filter(|&column| !self.is_hub[column as usize])
    }

    /// The qubit of a row that crosses a column.
    pub(super) fn crossing(&self, row: u32, column: u32) -> Option<u32> {
        let row = self.lines[1].get(row as usize)?;
        let piece = row.get(row.partition_point(|piece| piece.segment.end <= column))?;
        (piece.segment.first <= column).then_some(piece.qubit)
    }

    /// Cost of gates on rows up to this one: hubs extend to the last gate.
    pub(super) fn growth(&self, side: &Side, last_row: u32) -> f64 {
        let rows = (last_row + 1).saturating_sub(side.frontier);
        f64::from(rows) * self.num_hubs as f64 / f64::from(HEIGHTS[0])
    }

    /// The row after the last one that a gate lies on whose hubs have this column.
    pub(super) fn last_row(&self, column: u32) -> u32 {
        let side = self.sides.iter().find(|side| side.columns.contains(&column));
        side.map_or(0, |side| side.frontier)
    }

    /// Chains for the variables of a group, if there is room for all of them.
    pub(super) fn lay(&mut self, group: &Group) -> Option<Vec<(usize, Vec<u32>)>> {
        let shape = (group.cells.iter().map(|(bundle, cell)| (*bundle, cell.len())).collect(), group.others.len());
        let num_failed = self.failed.get(&shape).copied().unwrap_or(0);
        let heights = HEIGHTS.into_iter().enumerate().skip(num_failed);
        let mut plans = heights.filter_map(|(place, height)| Some((place, self.best_plan(group, height)?)));
        let Some((place, (side, plan))) = plans.next() else {
            self.failed.insert(shape, HEIGHTS.len());
            return None;
        };
        self.failed.insert(shape, place);
        plan.chains.iter().flat_map(|(_, chain)| chain).for_each(|&qubit| self.is_used[qubit as usize] = true);
        let frontier = &mut self.sides[side].frontier;
        if plan.last_row >= *frontier {
            *frontier = plan.last_row + 1;
            self.failed.clear();
        }
        Some(plan.chains)
    }

    /// By row: how many free qubits cross the columns from `first` to `last`.
    pub(super) fn lengths(&self, first: u32, last: u32) -> Lengths {
        (0..self.lines[1].len() as u32).map(|row| self.free(true, row, first, last).map(<[Piece]>::len)).collect()
    }

    /// The cheapest way to lay a group on `height` neighbouring rows, and the side.
    fn best_plan(&self, group: &Group, height: u32) -> Option<(usize, Plan)> {
        let mut best: Option<(usize, Plan)> = None;
        // where the chip is to be filled columns may be left out
        let spare = if self.is_full() { SPARE } else { 0 };
        let num_columns = (group.cells.len() + group.others.len()).saturating_sub(1).max(1) + spare;
        for (index, side) in self.sides.iter().enumerate() {
            let last = (side.frontier + height).min(self.rows.end.checked_sub(height)?);
            let first = side.columns.start.saturating_sub(MARGIN);
            let end = (side.columns.end + MARGIN).min(self.is_hub.len() as u32);
            let own: Vec<Lengths> =
                side.bundles.iter().map(|bundle| self.lengths(*bundle.start(), *bundle.end())).collect();
            let mut windows: HashMap<Vec<u32>, Window<'_>> = HashMap::new();
            for anchor in (self.rows.start..=last).step_by(2) {
                let rows = anchor..anchor + height;
                let is_open = |&at: &u32| {
                    let is_free = self.is_full() || self.free(false, at, anchor, rows.end - 1).is_some();
                    !self.is_hub[at as usize] && is_free
                };
                let open: Vec<u32> = (first..end).filter(is_open).collect();
                for columns in open.windows(num_columns) {
                    let is_near = |(&first, &last): (&u32, &u32)| last - first < num_columns as u32 + JUNCTION;
                    if columns.first().zip(columns.last()).is_some_and(is_near) {
                        if !windows.contains_key(columns) {
                            windows.insert(columns.to_vec(), Window::new(self, side, columns, &own));
                        }
                        let most = best.as_ref().map_or(f64::INFINITY, |(_, plan)| plan.cost);
                        let plan = Draft::new(self, &windows[columns], rows.clone()).plan(group, most);
                        best = plan.map(|plan| (index, plan)).or(best);
                    }
                }
            }
        }
        best
    }

    /// Whether hubs were laid more than once because there are more groups than rows for them.
    pub(super) fn is_full(&self) -> bool {
        self.sides.len() > 1
    }
}

impl Side {
    /// The first and the last column of a bundle.
    pub(super) fn bundle(&self, bundle: usize) -> (u32, u32) {
        self.bundles[bundle].clone().into_inner()
    }
}
