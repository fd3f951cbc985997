//! Hubs laid twice: down one half of the chip and down the other, the two wires of each joined by a row across the middle.
//!
//! The gates of a group need one half only, so that a row has room for two groups, and outputs pass fewer wires of others.

use crate::embedding::crossbar::{Hubs, Wires};
use crate::embedding::lines::Lines;
use std::ops::Range;

/// Where the outputs of groups are joined.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fold {
    /// Bundles between the middle of the chip and the columns without hubs; the others lie at the border.
    pub(super) num_inner: usize,
    /// Columns between two bundles at the same side of those.
    pub(super) gap: u32,
}

/// Wires for all hubs, and the first column of the second half; `None` if they do not fit.
pub(super) fn lay(hubs: &Hubs, lines: &Lines<'_>, fold: Fold) -> Option<(Wires, u32)> {
    let columns = crossed_columns(lines);
    let middle = (columns.start + columns.end) / 2;
    let left = half(hubs, lines, fold, (columns.start..middle).rev())?;
    let right = half(hubs, lines, fold, middle..columns.end)?;
    let shared = left.iter().chain(&right).filter_map(|&(_, column)| lines.reach(false, column));
    let shared = shared.fold(0..u32::MAX, |rows, (first, last)| rows.start.max(first)..rows.end.min(last + 1));
    let mut is_taken = vec![false; lines.num_lines[1] as usize];
    let mut wires = Vec::with_capacity(left.len());
    let mut turned = 0;
    // long ways across the middle come first: they have the least choice
    for (&(hub, one), &(_, other)) in left.iter().zip(&right).rev() {
        let ((first, last), (start, end)) = (lines.reach(false, one)?, lines.reach(false, other)?);
        let (near, far) = (one.min(other), one.max(other));
        let is_open = |&row: &u32| {
            let crosses = |(first, last): (u32, u32)| first <= near && far <= last;
            !is_taken[row as usize] && lines.reach(true, row).is_some_and(crosses)
        };
        let mut rows: Vec<u32> = (first.max(start)..=last.min(end)).filter(is_open).collect();
        // even over all rows that gates may use, so that every group finds the same; rows beyond those cost nothing
        let target = shared.start + spread(turned, shared.end.checked_sub(shared.start)?);
        rows.sort_by_key(|row| if shared.contains(row) { row.abs_diff(target) + 1 } else { 0 });
        let across = |row: &u32| lines.wire(true, *row, near, far + 1).map(|turn| (*row, turn));
        let (row, turn) = rows.iter().find_map(across)?;
        turned += usize::from(shared.contains(&row));
        is_taken[row as usize] = true;
        let mut wire = turn;
        for column in [one, other] {
            wire.extend(lines.wire(false, column, 0, lines.num_lines[1])?);
        }
        wires.push((hub, wire));
    }
    Some((wires, middle))
}

/// A number below `end`: any few in a row are spread evenly.
fn spread(index: usize, end: u32) -> u32 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    ((index as f64 * GOLDEN).fract() * f64::from(end)) as u32
}

/// The columns that one row crosses, where at least half of all rows cross each: the wires of a hub next to either border are joined too.
fn crossed_columns(lines: &Lines<'_>) -> Range<u32> {
    let reaches: Vec<(u32, u32)> = (0..lines.num_lines[1]).filter_map(|row| lines.reach(true, row)).collect();
    let is_crossed = |column: u32| {
        let crossing = reaches.iter().filter(|&&(first, last)| (first..=last).contains(&column)).count();
        2 * crossing >= reaches.len()
    };
    let whole = reaches.iter().filter(|&&(first, last)| is_crossed(first) && is_crossed(last));
    whole.max_by_key(|&&(first, last)| last - first).map_or(0..0, |&(first, last)| first..last + 1)
}

/// Columns for all hubs of one half, from the middle of the chip to its border.
fn half(
    hubs: &Hubs,
    lines: &Lines<'_>,
    fold: Fold,
    columns: impl DoubleEndedIterator<Item = u32>,
) -> Option<Vec<(usize, u32)>> {
    let mut columns = columns.filter(|&column| lines.wire(false, column, 0, lines.num_lines[1]).is_some());
    let (inner, outer) = hubs.bundles().split_at(fold.num_inner.min(hubs.bundles().len()));
    let mut laid = Vec::new();
    for (index, bundle) in inner.iter().enumerate() {
        // the one next to the middle shares its gap with the other half
        let skipped = if index > 0 { fold.gap } else { fold.gap / 2 };
        (0..skipped).try_for_each(|_| columns.next().map(|_| ()))?;
        for &hub in bundle {
            laid.push((hub, columns.next()?));
        }
    }
    let num_inner = laid.len();
    for (index, bundle) in outer.iter().rev().enumerate() {
        let skipped = if index > 0 { fold.gap } else { 0 };
        (0..skipped).try_for_each(|_| columns.next_back().map(|_| ()))?;
        for &hub in bundle.iter().rev() {
            laid.push((hub, columns.next_back()?));
        }
    }
    laid[num_inner..].reverse();
    Some(laid)
}
