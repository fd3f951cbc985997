//! Cliques and bicliques on the lines of a chip.

mod chains;
mod outline;
mod runs;
mod staircase;
#[cfg(test)]
mod tests;

use super::Embedding;
use super::lines::Lines;
use crate::hardware::{Chip, Graph};
use chains::Ells;
use outline::{Outline, outlines};
use runs::Runs;
use staircase::Wanted;

/// Outlines of one width that are worked out.
const OUTLINES: usize = 2;
/// Widths beyond the first that has room, in blocks of lines.
const SPARE_WIDTHS: usize = 6;
/// Outlines that are worked out for the largest clique.
const LARGEST_OUTLINES: usize = 12;

/// A complete graph on `num_variables` variables with short chains of equal length, if this chip has room for one.
///
/// Every variable gets an L: a piece of a vertical line and one of a horizontal line that cross; the vertical piece of each crosses
/// the horizontal pieces of all before it. Broken lines are used as far as they are whole.
///
/// # References
/// V. Choi, *Minor-embedding in adiabatic quantum computation: II. Minor-universal graph design* (2011); T. Boothby, A. D. King,
/// A. Roy, *Fast clique minor generation in Chimera qubit connectivity graphs* (2016).
///
/// # Examples
/// ```
/// use isinglass_qubo::embedding::clique;
/// use isinglass_qubo::hardware::{Chip, Topology};
/// let chip = Chip::ideal("zephyr:4".parse::<Topology>()?);
/// let embedding = clique(56, &chip).expect("Z4 has a clique of 56");
/// assert_eq!(embedding.max_chain_length(), 6);
/// # Ok::<(), isinglass_qubo::hardware::TopologyError>(())
/// ```
#[must_use]
pub fn clique(num_variables: usize, chip: &Chip) -> Option<Embedding> {
    let lines = Lines::of(chip)?;
    let runs = Runs::of(&lines)?;
    let most = runs.num_lines().into_iter().min()? / runs.block();
    let widths = num_variables.saturating_sub(1).div_ceil(runs.block()).max(1)..=most;
    let mut best: Option<Ells<'_>> = None;
    let mut left = usize::MAX;
    for width in widths {
        if left == 0 { break; }
        left -= 1;
        for outline in outlines(&runs, width, OUTLINES) {
            if (outline.num_ells + SPARE) < num_variables { continue; }
            let mut ells = work_out(&runs, &outline, u32::MAX);
            if ells.ells.len() < num_variables { continue; }
            ells.truncate(num_variables);
            left = left.min(SPARE_WIDTHS);
            if best.as_ref().is_none_or(|best| ells.num_qubits() < best.num_qubits()) {
                best = Some(ells);
            }
        }
    }
    let chains = best?.chains(&lines);
    let problem = complete(num_variables);
    Embedding::new(chains, &problem, chip).ok()
}

const SPARE: usize = 12;

/// The largest clique that is found on this chip: the one of fewest qubits of that size.
#[must_use]
pub fn largest_clique(chip: &Chip) -> Option<Embedding> {
    let lines = Lines::of(chip)?;
    let runs = Runs::of(&lines)?;
    let most = runs.num_lines().into_iter().min()? / runs.block();
    let mut rough: Vec<Outline> = Vec::new();
    for width in (1..=most).rev() {
        let largest = rough.iter().map(|outline| outline.num_ells).max().unwrap_or(0);
        if width * runs.block() + SPARE < largest {
            break;
        }
        rough.extend(outlines(&runs, width, OUTLINES));
    }
    rough.sort_by_key(|outline| std::cmp::Reverse(outline.num_ells));
    let mut best = Ells { runs: &runs, ells: Vec::new() };
    for outline in rough.iter().take(LARGEST_OUTLINES) {
        let ells = work_out(&runs, outline, u32::MAX);
        if std::env::var("DBG").is_ok() { eprintln!("w {} rough {} fine {}", (outline.fronts.len() - 1) * runs.block(), outline.num_ells, ells.ells.len()); }
        if ells.ells.len() > best.ells.len() { best = ells; }
    }
    best.trim();
    let chains = best.chains(&lines);
    let problem = complete(chains.len());
    Embedding::new(chains, &problem, chip).ok()
}

/// The most Ls near an outline of which every two touch.
fn work_out<'a>(runs: &'a Runs, outline: &Outline, max_length: u32) -> Ells<'a> {
    let is_banned = runs.num_lines().map(|count| vec![false; count]);
    let mut wanted = Wanted { runs, is_banned, max_length };
    loop {
        let ells = Ells { runs, ells: wanted.best(outline) };
        let strangers = ells.strangers();
        if strangers.is_empty() {
            return ells;
        }
        wanted.ban(strangers);
    }
}

/// A complete bipartite graph, the variables of the first side before those of the second, if this chip has room for it: the sides
/// are straight wires of the two directions.
#[must_use]
pub fn biclique(first: usize, second: usize, chip: &Chip) -> Option<Embedding> {
    let lines = Lines::of(chip)?;
    let chains =
        [(first, second, false), (second, first, true)].into_iter().find_map(|(vertical, horizontal, swapped)| {
            let (mut columns, mut rows) = crossing(&lines, chip, vertical, horizontal)?;
            if swapped {
                std::mem::swap(&mut columns, &mut rows);
            }
            columns.append(&mut rows);
            Some(columns)
        })?;
    let edges = (0..first as u32).flat_map(|left| (0..second as u32).map(move |right| (left, first as u32 + right)));
    Embedding::new(chains, &Graph::from_edges(first + second, edges).ok()?, chip).ok()
}

fn complete(num_variables: usize) -> Graph {
    let edges = (0..num_variables as u32).flat_map(|first| (0..first).map(move |second| (first, second)));
    Graph::from_edges(num_variables, edges).expect("a complete graph has no loops")
}

impl Wanted<'_> {
    /// Bans lines until no column crosses a row in vain: those that most often do so first, else of the direction that has lost fewer.
    fn ban(&mut self, mut strangers: Vec<(usize, usize)>) {
        while !strangers.is_empty() {
            let times = |pick: fn(&(usize, usize)) -> usize, size: usize| {
                let mut times = vec![0; size];
                strangers.iter().for_each(|pair| times[pick(pair)] += 1);
                times.into_iter().enumerate().map(|(line, times): (usize, usize)| (times, line)).max().unwrap_or((0, 0))
            };
            let column = times(|pair| pair.0, self.is_banned[0].len());
            let row = times(|pair| pair.1, self.is_banned[1].len());
            let lost = [0, 1].map(|direction: usize| self.is_banned[direction].iter().filter(|&&banned| banned).count());
            if (column.0, lost[1]) > (row.0, lost[0]) {
                self.is_banned[0][column.1] = true;
                strangers.retain(|pair| pair.0 != column.1);
            } else {
                self.is_banned[1][row.1] = true;
                strangers.retain(|pair| pair.1 != row.1);
            }
        }
    }
}

type Side = Vec<Vec<u32>>;

/// So many columns and rows, each a wire that crosses all of the other side.
fn crossing(lines: &Lines<'_>, chip: &Chip, vertical: usize, horizontal: usize) -> Option<(Side, Side)> {
    let [columns, rows] = lines.num_lines;
    let spare_columns = (columns as usize).checked_sub(vertical)?;
    let spare_rows = (rows as usize).checked_sub(horizontal)?;
    let starts = |spare: usize| (0..=spare).step_by((spare / 12).max(1));
    // lines beyond those needed make up for broken ones
    let widths = |needed: usize, spare: usize| (0..4).map(move |step| needed + (step * needed.div_ceil(12)).min(spare));
    let mut best: Option<(Side, Side)> = None;
    for (width, height) in widths(vertical, spare_columns).zip(widths(horizontal, spare_rows)) {
        for first_column in starts(columns as usize - width) {
            for first_row in starts(rows as usize - height) {
                let (left, top) = (first_column as u32, first_row as u32);
                let (right, bottom) = (left + width as u32 - 1, top + height as u32 - 1);
                let column = |line| lines.piece(false, line, (top + bottom) / 2, top, bottom);
                let row = |line| lines.piece(true, line, (left + right) / 2, left, right);
                let mut sides = ((left..=right).map(column).collect(), (top..=bottom).map(row).collect());
                if keep_crossing(&mut sides, chip, vertical, horizontal) {
                    let size = |(columns, rows): &(Side, Side)| columns.iter().chain(rows).map(Vec::len).sum::<usize>();
                    if best.as_ref().is_none_or(|best| size(&sides) < size(best)) {
                        best = Some(sides);
                    }
                }
            }
        }
        if best.is_some() {
            break;
        }
    }
    best
}

/// Takes wires away until all of one side cross all of the other, and as many are left as wanted; says whether they are.
fn keep_crossing((columns, rows): &mut (Side, Side), chip: &Chip, vertical: usize, horizontal: usize) -> bool {
    columns.retain(|wire| !wire.is_empty());
    rows.retain(|wire| !wire.is_empty());
    if columns.len() < vertical || rows.len() < horizontal {
        return false;
    }
    let mut owner = vec![usize::MAX; chip.graph().num_nodes()];
    for (index, row) in rows.iter().enumerate() {
        row.iter().for_each(|&qubit| owner[qubit as usize] = index);
    }
    let crossed = |column: &Vec<u32>| {
        let mut seen = vec![false; rows.len()];
        for &near in column.iter().flat_map(|&qubit| chip.graph().neighbors(qubit)) {
            if let Some(seen) = seen.get_mut(owner[near as usize]) {
                *seen = true;
            }
        }
        seen
    };
    let crossed: Vec<Vec<bool>> = columns.iter().map(crossed).collect();
    let mut is_column: Vec<bool> = vec![true; columns.len()];
    let mut is_row: Vec<bool> = vec![true; rows.len()];
    loop {
        let missing_of_column =
            |column: usize| (0..is_row.len()).filter(|&row| is_row[row] && !crossed[column][row]).count();
        let missing_of_row =
            |row: usize| (0..is_column.len()).filter(|&column| is_column[column] && !crossed[column][row]).count();
        let worst_column =
            (0..is_column.len()).filter(|&each| is_column[each]).map(|each| (missing_of_column(each), each)).max();
        let worst_row = (0..is_row.len()).filter(|&each| is_row[each]).map(|each| (missing_of_row(each), each)).max();
        let (Some((column_misses, column)), Some((row_misses, row))) = (worst_column, worst_row) else { return false };
        if column_misses == 0 && row_misses == 0 {
            break;
        }
        if column_misses > row_misses {
            is_column[column] = false
        } else {
            is_row[row] = false
        }
        let count = |side: &[bool]| side.iter().filter(|&&kept| kept).count();
        if count(&is_column) < vertical || count(&is_row) < horizontal {
            return false;
        }
    }
    for (side, kept, wanted) in [(columns, is_column, vertical), (rows, is_row, horizontal)] {
        let mut kept = kept.into_iter();
        side.retain(|_| kept.next().expect("one entry for each wire"));
        side.sort_by_key(Vec::len);
        side.truncate(wanted);
    }
    true
}
