//! Clique and biclique embeddings on the lines of a chip.

mod chains;
mod outline;
mod rectangle;
mod runs;
mod staircase;
mod strangers;
#[cfg(test)]
mod tests;

use super::Embedding;
use super::lines::Lines;
use crate::hardware::{Chip, Graph};
use chains::Ells;
use outline::{Outline, Table, outlines};
use rectangle::crossing;
use runs::Runs;
use staircase::{Limits, Wanted};
use strangers::cover;

/// Widths beyond the first that has room, in blocks of lines, that are tried for a clique.
const SPARE_WIDTHS: usize = 6;
/// Outlines of one width that are compared for a clique.
const OUTLINES: usize = 4;
/// Outlines that are worked out for a clique, those that seem to need fewest qubits first.
const WORKED_OUT: usize = 6;
/// Outlines that are worked out for the largest clique, those of most Ls first.
const LARGEST_OUTLINES: usize = 10;
/// The refinement adds at most one chain for every this many chains of an outline.
const GAIN: usize = 12;
/// Lines by which a clique may stray from its outline: for few qubits, and for most chains.
const REACH: (usize, usize) = (3, 6);
/// Lines beside an outline that may be used for the largest clique.
const MARGIN: usize = 4;

/// Embeds a complete graph on `num_variables` variables with short chains of nearly equal length, or returns `None` if no room is found.
///
/// Every variable gets an L: a piece of a column and one of a row that cross; the column of each crosses the rows of all before it. The
/// first may be a row alone and the last a column alone. Rows are taken one beside the other, at either end, and columns given up from
/// either end: first the outline that loses fewest lines to faults is found, in whole blocks of lines, then the best Ls near it, line
/// by line. Fewest qubits count first; where chains can be one shorter for two qubits in a hundred, they are.
///
/// # References
/// V. Choi, *Minor-embedding in adiabatic quantum computation: II. Minor-universal graph design* (2011); T. Boothby, A. D. King,
/// A. Roy, *Fast clique minor generation in Chimera qubit connectivity graphs* (2016).
///
/// # Examples
/// ```
/// use isinglass_chip::embedding::clique;
/// use isinglass_chip::hardware::{Chip, Topology};
/// let chip = Chip::ideal("zephyr:4".parse::<Topology>()?);
/// let embedding = clique(56, &chip).expect("Z4 has a clique of 56");
/// assert_eq!(embedding.max_chain_length(), 5);
/// # Ok::<(), isinglass_chip::hardware::TopologyError>(())
/// ```
#[must_use]
pub fn clique(num_variables: usize, chip: &Chip) -> Option<Embedding> {
    let lines = Lines::of(chip)?;
    let runs = Runs::of(&lines)?;
    let mut table = Table::of(&runs);
    let mut best = shortest(&mut table, &runs, num_variables, u32::MAX).or_else(|| {
        let mut largest = largest(&mut table, &runs, num_variables)?;
        largest.truncate(num_variables);
        Some(largest)
    })?;
    // chains of equal length are worth a few qubits
    while let Some(shorter) = shortest(&mut table, &runs, num_variables, best.max_length().saturating_sub(1)) {
        if shorter.num_qubits() * 50 > best.num_qubits() * 51 {
            break;
        }
        best = shorter;
    }
    let chains = best.chains(&lines);
    Embedding::new(chains, &complete(num_variables), chip).ok()
}

/// A clique of fewest qubits whose chains have at most `max_length` qubits.
fn shortest<'a>(table: &mut Table<'_>, runs: &'a Runs, num_variables: usize, max_length: u32) -> Option<Ells<'a>> {
    // a chain crosses as many lines as the clique is wide
    let widest = (max_length as usize).saturating_mul(runs.length()) / runs.block();
    let most = (runs.num_lines().into_iter().min()? / runs.block()).min(widest);
    let least = num_variables.saturating_sub(1).div_ceil(runs.block()).max(1);
    let mut rough: Vec<Outline> = Vec::new();
    let mut left = SPARE_WIDTHS;
    for width in least..=most {
        let more = outlines(table, width, num_variables, max_length, OUTLINES);
        rough.extend(more.into_iter().filter(|outline| outline.num_ells + num_variables / GAIN >= num_variables));
        left -= usize::from(rough.iter().any(|outline| outline.num_ells >= num_variables));
        let is_whole =
            |outline: &Outline| outline.num_ells == width * runs.block() && outline.num_ells >= num_variables;
        if left == 0 || rough.iter().any(is_whole) {
            break;
        }
    }
    let per_ell = |outline: &Outline| outline.num_qubits / outline.num_ells.max(1) as u64;
    rough.sort_by_key(|outline| (std::cmp::Reverse(outline.num_ells.min(num_variables)), per_ell(outline)));
    let worked_out = rough.iter().take(WORKED_OUT).filter_map(|outline| {
        let mut ells =
            work_out(runs, outline, Limits { num_chains: num_variables, max_length, reach: REACH.0, margin: 0 });
        ells.truncate(num_variables);
        (ells.ells.len() == num_variables).then_some(ells)
    });
    worked_out.min_by_key(|ells| (ells.num_qubits(), ells.max_length()))
}

/// Embeds the largest clique found on this chip, with the fewest qubits found for that size.
#[must_use]
pub fn largest_clique(chip: &Chip) -> Option<Embedding> {
    let lines = Lines::of(chip)?;
    let runs = Runs::of(&lines)?;
    let chains = largest(&mut Table::of(&runs), &runs, 1)?.chains(&lines);
    let problem = complete(chains.len());
    Embedding::new(chains, &problem, chip).ok()
}

/// The largest clique, if it has at least `wanted` variables.
fn largest<'a>(table: &mut Table<'_>, runs: &'a Runs, wanted: usize) -> Option<Ells<'a>> {
    let most = runs.num_lines().into_iter().min()? / runs.block();
    let mut rough: Vec<Outline> = Vec::new();
    let mut most_ells = 0;
    for width in (1..=most).rev() {
        let widest_gain = width * runs.block() / GAIN + 1;
        if width * runs.block() + widest_gain < most_ells.max(wanted) {
            break;
        }
        rough.extend(outlines(table, width, usize::MAX, u32::MAX, 1));
        most_ells = rough.last().map_or(0, |outline| outline.num_ells).max(most_ells);
    }
    rough.sort_by_key(|outline| std::cmp::Reverse(outline.num_ells));
    let mut best: Option<Ells<'_>> = None;
    for outline in rough.iter().take(LARGEST_OUTLINES) {
        let num_chains = best.as_ref().map_or(wanted, |best| best.ells.len());
        let limits = Limits { num_chains, max_length: u32::MAX, reach: REACH.1, margin: MARGIN };
        let mut ells = work_out(runs, outline, limits);
        ells.trim();
        let key = |ells: &Ells<'_>| (ells.ells.len(), std::cmp::Reverse(ells.num_qubits()));
        if ells.ells.len() >= wanted && best.as_ref().is_none_or(|best| key(&ells) > key(best)) {
            best = Some(ells);
        }
    }
    best
}

/// The most Ls near an outline of which every two touch.
fn work_out<'a>(runs: &'a Runs, outline: &Outline, limits: Limits) -> Ells<'a> {
    let is_banned = runs.num_lines().map(|count| vec![false; count]);
    let mut wanted = Wanted { runs, is_banned, limits };
    let mut spare = [0; 2];
    loop {
        let ells = Ells { runs, ells: wanted.best(outline) };
        let strangers = ells.strangers();
        if strangers.is_empty() {
            return ells;
        }
        for (banned, lines) in wanted.is_banned.iter_mut().zip(cover(strangers, &mut spare)) {
            lines.into_iter().for_each(|line| banned[line] = true);
        }
    }
}

/// Embeds a complete bipartite graph if the chip has room for it. The variables of the first side come before those of the second; the
/// sides are straight wires of the two directions.
#[must_use]
pub fn biclique(first: usize, second: usize, chip: &Chip) -> Option<Embedding> {
    let lines = Lines::of(chip)?;
    let runs = Runs::of(&lines)?;
    // a side without variables still is a line that is crossed
    let wanted = [first.max(1), second.max(1)];
    let upright = crossing(&runs, wanted).map(|upright| upright.wires(&lines));
    let lying =
        crossing(&runs, [wanted[1], wanted[0]]).map(|lying| lying.wires(&lines)).map(|[columns, rows]| [rows, columns]);
    let num_qubits = |wires: &[Vec<Vec<u32>>; 2]| wires.iter().flatten().map(Vec::len).sum::<usize>();
    let [mut left, mut right] = upright.into_iter().chain(lying).min_by_key(num_qubits)?;
    left.truncate(first);
    right.truncate(second);
    let chains = [left, right].concat();
    let edges = (0..first as u32).flat_map(|left| (0..second as u32).map(move |right| (left, first as u32 + right)));
    Embedding::new(chains, &Graph::from_edges(first + second, edges).ok()?, chip).ok()
}

fn complete(num_variables: usize) -> Graph {
    let edges = (0..num_variables as u32).flat_map(|first| (0..first).map(move |second| (first, second)));
    Graph::from_edges(num_variables, edges).expect("a complete graph has no loops")
}
