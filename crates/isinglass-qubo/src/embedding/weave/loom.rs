//! What is laid on the lines of a chip, and where a group of variables may be laid.

use super::Group;
use super::draft::{Draft, Plan};
use crate::embedding::crossbar::Wires;
use crate::embedding::lines::{Lines, Segment};
use std::ops::{Range, RangeInclusive};

/// Rows from the first to the last one of a group: as many as a qubit of Pegasus crosses, or more if need be.
const HEIGHTS: [u32; 4] = [12, 18, 24, 36];
/// Columns on either side of the hubs that groups may use.
const MARGIN: u32 = 12;
/// Columns with hubs among those in which a group is joined.
const JUNCTION: u32 = 14;

/// A qubit of a line, and whether it is coupled to the next one.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) qubit: u32,
    segment: Segment,
    is_joined: bool,
}

/// The lines of a chip with what is laid on them. Rows are horizontal lines, columns vertical ones.
pub(super) struct Loom {
    lines: [Vec<Vec<Piece>>; 2],
    is_used: Vec<bool>,
    /// The columns of each bundle.
    bundles: Vec<RangeInclusive<u32>>,
    is_hub: Vec<bool>,
    rows: Range<u32>,
    columns: Range<u32>,
    num_hubs: usize,
    frontier: u32,
}

impl Loom {
    /// The lines of a chip with these hubs, all of them vertical.
    pub(super) fn new(lines: &Lines<'_>, hubs: &Wires, bundle_of: &[Option<usize>], num_bundles: usize) -> Self {
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
        let mut loom = Self {
            is_hub: vec![false; all[0].len()],
            lines: all,
            is_used: vec![false; num_labels],
            bundles: vec![RangeInclusive::new(u32::MAX, 0); num_bundles],
            rows: 0..u32::MAX,
            columns: 0..0,
            num_hubs: hubs.len(),
            frontier: 0,
        };
        for (hub, wire) in hubs {
            let crossed = wire.iter().map(|&qubit| lines.at_qubit(qubit));
            let crossed = crossed.fold((u32::MAX, 0), |(first, end), at| (at.first.min(first), at.end.max(end)));
            // rows that all hubs cross
            loom.rows = loom.rows.start.max(crossed.0)..loom.rows.end.min(crossed.1);
            for &qubit in wire {
                loom.is_used[qubit as usize] = true;
                let at = lines.at_qubit(qubit);
                loom.is_hub[at.line as usize] = true;
                if let Some(bundle) = bundle_of[*hub] {
                    let columns = &mut loom.bundles[bundle];
                    *columns = (*columns.start()).min(at.line)..=(*columns.end()).max(at.line);
                }
            }
        }
        let first = loom.is_hub.iter().position(|&is_hub| is_hub).unwrap_or(0);
        let end = loom.is_hub.iter().rposition(|&is_hub| is_hub).map_or(0, |last| last + 1);
        loom.columns = first as u32..end as u32;
        loom.frontier = loom.rows.start;
        loom
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

    /// The first and the last column of a bundle.
    pub(super) fn bundle(&self, bundle: usize) -> (u32, u32) {
        self.bundles[bundle].clone().into_inner()
    }

    /// Columns without hubs near a bundle.
    pub(super) fn beside(&self, bundle: usize) -> impl Iterator<Item = u32> + '_ {
        let (first, last) = self.bundle(bundle);
        let near = first.saturating_sub(MARGIN)..(last + MARGIN).min(self.is_hub.len() as u32);
        near.filter(|&column| !self.is_hub[column as usize])
    }

    /// The qubit of a row that crosses a column.
    pub(super) fn crossing(&self, row: u32, column: u32) -> Option<u32> {
        let row = self.lines[1].get(row as usize)?;
        let piece = row.get(row.partition_point(|piece| piece.segment.end <= column))?;
        (piece.segment.first <= column).then_some(piece.qubit)
    }

    /// What it costs to have gates on rows up to this one: hubs are as long as there are gates.
    pub(super) fn growth(&self, last_row: u32) -> f64 {
        let rows = (last_row + 1).saturating_sub(self.frontier);
        f64::from(rows) * self.num_hubs as f64 / f64::from(HEIGHTS[0])
    }

    /// The row after the last one that a gate lies on.
    pub(super) fn last_row(&self) -> u32 {
        self.frontier
    }

    /// Chains for the variables of a group, if there is room for all of them.
    pub(super) fn lay(&mut self, group: &Group) -> Option<Vec<(usize, Vec<u32>)>> {
        let plan = HEIGHTS.into_iter().find_map(|height| self.best_plan(group, height))?;
        plan.chains.iter().flat_map(|(_, chain)| chain).for_each(|&qubit| self.is_used[qubit as usize] = true);
        self.frontier = self.frontier.max(plan.last_row + 1);
        Some(plan.chains)
    }

    /// The cheapest way to lay a group on so many neighbouring rows.
    fn best_plan(&self, group: &Group, height: u32) -> Option<Plan> {
        let mut best: Option<Plan> = None;
        let last = (self.frontier + height).min(self.rows.end.checked_sub(height)?);
        let first = self.columns.start.saturating_sub(MARGIN);
        let end = (self.columns.end + MARGIN).min(self.is_hub.len() as u32);
        let num_columns = (group.cells.len() + group.others.len()).saturating_sub(1).max(1);
        for anchor in (self.rows.start..=last).step_by(2) {
            let rows = anchor..anchor + height;
            let is_open = |&at: &u32| !self.is_hub[at as usize] && self.free(false, at, anchor, rows.end - 1).is_some();
            let open: Vec<u32> = (first..end).filter(is_open).collect();
            for columns in open.windows(num_columns) {
                let is_near = |(&first, &last): (&u32, &u32)| last - first < num_columns as u32 + JUNCTION;
                if columns.first().zip(columns.last()).is_some_and(is_near) {
                    let most = best.as_ref().map_or(f64::INFINITY, |plan| plan.cost);
                    best = Draft::new(self, rows.clone(), columns).plan(group, most).or(best);
                }
            }
        }
        best
    }
}
