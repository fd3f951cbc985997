//! Cliques and bicliques on the lines of a chip.

#[cfg(test)]
mod tests;

use super::Embedding;
use super::lines::{Lines, segment};
use crate::hardware::{Chip, Graph};

/// Candidate lines of the other direction that a line is paired with, on either side of its rank.
const REACH: usize = 16;
/// Lines by which one direction is moved against the other, and the step.
const SHIFTS: std::ops::RangeInclusive<i64> = -4..=4;
const SHIFT_STEP: i64 = 4;
/// Widths that are tried for a clique, each a sixteenth wider than the last.
const SPARE_WIDTHS: usize = 9;

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
    let (runs, most) = (Runs::of(&lines, chip)?, *lines.num_lines.iter().min()? as usize);
    // more lines than variables make up for lines that are broken
    let widths = (0..SPARE_WIDTHS).map(|spare| num_variables + spare * (num_variables / 16).max(2));
    let mut widths: Vec<usize> = widths.map(|width| width.min(most.max(num_variables))).collect();
    widths.dedup();
    let chains = widths.into_iter().find_map(|width| best_clique(&lines, &runs, chip, width, num_variables))?;
    let problem = complete(num_variables);
    Embedding::new(chains, &problem, chip).ok()
}

/// The largest clique that [`clique`] finds on this chip.
#[must_use]
pub fn largest_clique(chip: &Chip) -> Option<Embedding> {
    let lines = Lines::of(chip)?;
    let (runs, most) = (Runs::of(&lines, chip)?, *lines.num_lines.iter().min()? as usize);
    let mut largest: Vec<Vec<u32>> = Vec::new();
    for width in (1..=most).rev() {
        if width <= largest.len() || width + 4 * REACH < most && !largest.is_empty() {
            break;
        }
        for window in windows(&lines, width) {
            let found = window.clique(&lines, &runs, chip, usize::MAX);
            if found.len() > largest.len() {
                largest = found;
            }
        }
    }
    let problem = complete(largest.len());
    Embedding::new(largest, &problem, chip).ok()
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

/// A place for a clique: so many neighbouring lines of each direction, and which way the Ls turn.
#[derive(Clone, Copy, Debug)]
struct Window {
    width: usize,
    first_column: u32,
    first_row: u32,
    is_mirrored: bool,
    /// Whether lines may end before they cross all others: some of the Ls are then left out.
    is_loose: bool,
}

fn windows(lines: &Lines<'_>, width: usize) -> Vec<Window> {
    let [columns, rows] = lines.num_lines.map(|count| count as i64 - width as i64);
    if columns < 0 || rows < 0 {
        return Vec::new();
    }
    let mut windows = Vec::new();
    let mut add = |column: i64, row: i64| {
        let (first_column, first_row) = (column as u32, row as u32);
        for (is_mirrored, is_loose) in [(false, false), (true, false), (false, true), (true, true)] {
            windows.push(Window { width, first_column, first_row, is_mirrored, is_loose });
        }
    };
    let step = (columns / 8).max(1);
    for column in (0..=columns).step_by(step as usize) {
        for row in (0..=rows).step_by((rows / 8).max(1) as usize) {
            // a small clique has many places: along the diagonal will do
            if SHIFTS.clone().any(|shift| (row - column - shift * SHIFT_STEP).abs() * 2 <= SHIFT_STEP.max(step)) {
                add(column, row);
            }
        }
    }
    windows
}

/// The chains of fewest qubits for a clique of at least `wanted` variables on so many lines.
fn best_clique(lines: &Lines<'_>, runs: &Runs, chip: &Chip, width: usize, wanted: usize) -> Option<Vec<Vec<u32>>> {
    let found = windows(lines, width).into_iter().filter_map(|window| {
        let mut chains = window.clique(lines, runs, chip, wanted);
        (chains.len() >= wanted).then(|| {
            chains.truncate(wanted);
            chains
        })
    });
    found.min_by_key(|chains| chains.iter().map(Vec::len).sum::<usize>())
}

impl Window {
    fn column(&self, index: usize) -> u32 {
        self.first_column + index as u32
    }

    fn row(&self, index: usize) -> u32 {
        self.first_row + if self.is_mirrored { self.width - 1 - index } else { index } as u32
    }

    /// Chains of which every two touch: `wanted` of them, or as many as there are.
    fn clique(&self, lines: &Lines<'_>, runs: &Runs, chip: &Chip, wanted: usize) -> Vec<Vec<u32>> {
        let ells = self.ells(lines, runs);
        if wanted < ells.len() {
            // fewer Ls are shorter ones
            let chains = self.chains(&ells[..wanted], lines, chip);
            if chains.len() == wanted {
                return chains;
            }
        }
        self.chains(&ells, lines, chip)
    }

    /// Columns and rows that make Ls, by column. Broken lines are paired in order, whole ones with any near them.
    fn ells(&self, lines: &Lines<'_>, runs: &Runs) -> Vec<(u32, u32)> {
        let last_column = self.column(self.width - 1);
        let is_in = |reach: Option<(u32, u32)>, at: u32| reach.is_some_and(|(first, last)| first <= at && at <= last);
        // rows should go on to the last column, and columns back to the first row
        let fits = |first: usize, second: usize| {
            let (column, row) = (self.column(first), self.row(second));
            let (down, right) = (lines.reach(false, column), lines.reach(true, row));
            let is_far = is_in(right, last_column) && is_in(down, self.row(0));
            is_in(down, row) && is_in(right, column) && (is_far || self.is_loose)
        };
        let is_whole = |first: usize, second: usize| {
            let (column, row) = (self.column(first), self.row(second));
            runs.is_whole(false, column, row, self.row(0)) && runs.is_whole(true, row, column, last_column)
        };
        let ells = |partners: Vec<Option<usize>>| -> Vec<(u32, u32)> {
            let pairs = partners.into_iter().enumerate();
            pairs.filter_map(|(index, partner)| Some((self.column(index), self.row(partner?)))).collect()
        };
        let by_near = ells(pair(self.width, |first, second| fits(first, second) && is_whole(first, second)));
        if by_near.len() == self.width {
            return by_near;
        }
        ells(pair_in_order(self.width, |first, second| fits(first, second) && is_whole(first, second)))
    }

    /// The chains of these Ls, without those that miss another one.
    fn chains(&self, ells: &[(u32, u32)], lines: &Lines<'_>, chip: &Chip) -> Vec<Vec<u32>> {
        let is_in = |reach: Option<(u32, u32)>, at: u32| reach.is_some_and(|(first, last)| first <= at && at <= last);
        let last_column = ells.iter().map(|&(column, _)| column).max().unwrap_or(0);
        // what each column and row must cross: columns the rows before, or else rows the columns before
        let mut downs: Vec<(u32, u32)> = ells.iter().map(|&(_, row)| (row, row)).collect();
        let mut rights: Vec<(u32, u32)> = ells.iter().map(|&(column, _)| (column, last_column)).collect();
        let grow = |span: &mut (u32, u32), at: u32| *span = (span.0.min(at), span.1.max(at));
        for (later, &(column, row)) in ells.iter().enumerate() {
            let (down, right) = (lines.reach(false, column), lines.reach(true, row));
            for (earlier, &(other_column, other_row)) in ells[..later].iter().enumerate() {
                if is_in(down, other_row) {
                    grow(&mut downs[later], other_row);
                } else if is_in(right, other_column) && is_in(lines.reach(false, other_column), row) {
                    grow(&mut rights[later], other_column);
                    grow(&mut downs[earlier], row);
                }
            }
        }
        let mut chains: Vec<Vec<u32>> = Vec::with_capacity(ells.len());
        for ((&(column, row), down), right) in ells.iter().zip(downs).zip(rights) {
            let mut chain = lines.piece(false, column, row, down.0, down.1);
            chain.extend(lines.piece(true, row, column, right.0, right.1));
            chains.push(chain);
        }
        drop_strangers(&mut chains, chip);
        chains
    }
}

/// The unbroken parts of all lines: the lines of the other direction that each crosses, from the first to before the last.
struct Runs([Vec<Vec<(u32, u32)>>; 2]);

impl Runs {
    fn of(lines: &Lines<'_>, chip: &Chip) -> Option<Self> {
        let topology = chip.topology()?;
        let runs = |is_horizontal: bool, line: u32| {
            let (mut runs, mut at, end) = (Vec::new(), 0, lines.num_lines[usize::from(!is_horizontal)]);
            while at < end {
                let piece = lines.piece(is_horizontal, line, at, 0, end);
                let segments = || piece.iter().map(|&qubit| segment(topology, qubit));
                match segments().map(|segment| segment.end).max() {
                    Some(last) => {
                        runs.push((segments().map(|segment| segment.first).min().unwrap_or(at), last));
                        at = last;
                    }
                    None => at += 1,
                }
            }
            runs
        };
        let all = |is_horizontal: bool| {
            (0..lines.num_lines[usize::from(is_horizontal)]).map(|line| runs(is_horizontal, line)).collect()
        };
        Some(Self([all(false), all(true)]))
    }

    /// Whether a line is whole from where it crosses line `from` of the other direction to line `to`, or to its own end before.
    fn is_whole(&self, is_horizontal: bool, line: u32, from: u32, to: u32) -> bool {
        let runs = &self.0[usize::from(is_horizontal)][line as usize];
        let Some(&(first, end)) = runs.iter().find(|&&(first, end)| (first..end).contains(&from)) else { return false };
        let (least, most) = (runs.first().map_or(0, |run| run.0), runs.last().map_or(0, |run| run.1));
        if to < from { first <= to.max(least) } else { end > to.min(most - 1) }
    }
}

/// Pairs indices with others in ascending order, as many as `fits` allows: the longest common subsequence.
fn pair_in_order(width: usize, fits: impl Fn(usize, usize) -> bool) -> Vec<Option<usize>> {
    let is_pair: Vec<bool> = (0..width * width).map(|both| fits(both / width, both % width)).collect();
    let mut longest = vec![0u32; (width + 1) * (width + 1)];
    let at = |first: usize, second: usize| first * (width + 1) + second;
    for first in (0..width).rev() {
        for second in (0..width).rev() {
            let paired = longest[at(first + 1, second + 1)] + u32::from(is_pair[first * width + second]);
            longest[at(first, second)] = paired.max(longest[at(first + 1, second)]).max(longest[at(first, second + 1)]);
        }
    }
    let mut partners = vec![None; width];
    let (mut first, mut second) = (0, 0);
    while first < width && second < width {
        let here = longest[at(first, second)];
        if is_pair[first * width + second] && here == longest[at(first + 1, second + 1)] + 1 {
            partners[first] = Some(second);
            (first, second) = (first + 1, second + 1);
        } else if here == longest[at(first + 1, second)] {
            first += 1;
        } else {
            second += 1;
        }
    }
    partners
}

/// Pairs every index with another one near it, as far as `fits` allows.
fn pair(width: usize, fits: impl Fn(usize, usize) -> bool) -> Vec<Option<usize>> {
    let near = |index: usize| {
        let around = (0..=REACH).flat_map(move |step| [index.checked_sub(step), (step > 0).then_some(index + step)]);
        around.flatten().filter(|&other| other < width && fits(index, other)).collect::<Vec<usize>>()
    };
    let mut pairing = Pairing { near: (0..width).map(near).collect(), partners: vec![None; width] };
    for index in 0..width {
        pairing.find_partner(index, &mut vec![false; width]);
    }
    let mut partners = vec![None; width];
    for (other, index) in pairing.partners.into_iter().enumerate() {
        if let Some(index) = index {
            partners[index] = Some(other);
        }
    }
    partners
}

struct Pairing {
    near: Vec<Vec<usize>>,
    /// Who has each partner.
    partners: Vec<Option<usize>>,
}

impl Pairing {
    /// Finds a partner, for which others may have to take another one (an augmenting path).
    fn find_partner(&mut self, index: usize, tried: &mut [bool]) -> bool {
        for place in 0..self.near[index].len() {
            let partner = self.near[index][place];
            if std::mem::replace(&mut tried[partner], true) {
                continue;
            }
            if self.partners[partner].is_none_or(|other| self.find_partner(other, tried)) {
                self.partners[partner] = Some(index);
                return true;
            }
        }
        false
    }
}

/// Takes chains away, those that miss most first, until every two touch.
fn drop_strangers(chains: &mut Vec<Vec<u32>>, chip: &Chip) {
    let mut owner = vec![usize::MAX; chip.graph().num_nodes()];
    for (index, chain) in chains.iter().enumerate() {
        chain.iter().for_each(|&qubit| owner[qubit as usize] = index);
    }
    let touched = |chain: &Vec<u32>| {
        let mut seen = vec![false; chains.len()];
        for &near in chain.iter().flat_map(|&qubit| chip.graph().neighbors(qubit)) {
            if let Some(seen) = seen.get_mut(owner[near as usize]) {
                *seen = true;
            }
        }
        seen
    };
    let touched: Vec<Vec<bool>> = chains.iter().map(touched).collect();
    let is_stranger = |first: usize, second: usize| first != second && !touched[first][second];
    let mut strangers: Vec<usize> =
        (0..chains.len()).map(|first| (0..chains.len()).filter(|&second| is_stranger(first, second)).count()).collect();
    let mut is_gone = vec![false; chains.len()];
    while let Some(worst) = (0..chains.len()).filter(|&each| !is_gone[each]).max_by_key(|&each| strangers[each])
        && strangers[worst] > 0
    {
        is_gone[worst] = true;
        (0..chains.len()).filter(|&each| is_stranger(worst, each)).for_each(|each| strangers[each] -= 1);
    }
    let mut gone = is_gone.into_iter();
    chains.retain(|_| !gone.next().expect("one entry for each chain"));
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
