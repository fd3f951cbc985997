//! Rough outlines of cliques, in whole blocks of lines.
//!
//! A clique is a sequence of Ls: the column of each crosses the rows of all before it, and its row the columns of all after it. So
//! rows are taken one beside the other, at either end, while columns are given up one after the other, from either end.

use super::runs::Runs;

/// The rows taken so far and the columns left, each from the first to before the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Front {
    pub(super) rows: (usize, usize),
    pub(super) columns: (usize, usize),
}

/// The way of a clique through the lines, one block of rows and columns a step.
#[derive(Clone, Debug)]
pub(super) struct Outline {
    /// Before the first step, and after each.
    pub(super) fronts: Vec<Front>,
    /// Ls with a whole column and a whole row, minus half of one for each crossing pair without a coupler.
    pub(super) num_ells: usize,
    /// A guess of the qubits that they need, in sixteenths.
    pub(super) num_qubits: u64,
}

/// Ls are worth more than any number of qubits.
const ELL: i64 = 1 << 32;
/// Qubits are guessed in sixteenths.
const PART: i64 = 16;

/// How a step goes on: the row above or below, the column at the left or the right.
#[derive(Clone, Copy, Debug)]
struct Step {
    is_above: bool,
    is_left: bool,
}

const STEPS: [Step; 4] = [
    Step { is_above: false, is_left: true },
    Step { is_above: true, is_left: true },
    Step { is_above: false, is_left: false },
    Step { is_above: true, is_left: false },
];

/// How many lines of a block are whole, and the qubits of one of them in sixteenths.
#[derive(Clone, Copy, Debug)]
struct Whole {
    num_lines: u16,
    num_qubits: u16,
}

/// The whole lines of blocks, by number of blocks that they cross, direction, block and first block that is crossed.
pub(super) struct Table<'a> {
    runs: &'a Runs,
    cuts: Cuts,
    spans: Vec<Option<[Vec<Whole>; 2]>>,
}

impl<'a> Table<'a> {
    pub(super) fn of(runs: &'a Runs) -> Self {
        let most = runs.num_lines().into_iter().max().unwrap_or(0) / runs.block();
        Self { runs, cuts: Cuts::of(runs), spans: vec![None; most + 1] }
    }

    /// Columns and rows, in blocks.
    fn num_blocks(&self) -> [usize; 2] {
        self.runs.num_lines().map(|count| count / self.runs.block())
    }

    fn fill(&mut self, span: usize) {
        if self.spans[span].is_none() {
            self.spans[span] = Some([false, true].map(|is_horizontal| self.whole(is_horizontal, span)));
        }
    }

    fn whole(&self, is_horizontal: bool, span: usize) -> Vec<Whole> {
        let (runs, block) = (self.runs, self.runs.block());
        let [num_along, num_across] =
            [is_horizontal, !is_horizontal].map(|direction| self.num_blocks()[usize::from(direction)]);
        let at = |each: usize, first: usize| {
            let qubits = (each * block..(each + 1) * block)
                .filter_map(|line| runs.num_qubits(is_horizontal, line, first * block, (first + span) * block - 1));
            let (count, sum) = qubits.fold((0, 0), |(count, sum), qubits| (count + 1, sum + i64::from(qubits)));
            Whole { num_lines: count as u16, num_qubits: (sum * PART / count.max(1)) as u16 }
        };
        let positions = 0..(num_across + 1).saturating_sub(span);
        (0..num_along).flat_map(|each| positions.clone().map(move |first| at(each, first))).collect()
    }

    /// The whole lines of one direction that cross `span` blocks.
    fn get(&self, is_horizontal: bool, span: usize) -> &[Whole] {
        &self.spans[span].as_ref().expect("filled before")[usize::from(is_horizontal)]
    }
}

/// By block of columns: the missing couplers of all rows before a block.
pub(super) struct Cuts {
    num_rows: usize,
    before: Vec<i64>,
}

impl Cuts {
    pub(super) fn of(runs: &Runs) -> Self {
        let block = runs.block();
        let [num_columns, num_rows] = runs.num_lines().map(|count| count / block);
        let mut before = Vec::new();
        if !runs.is_all_coupled() {
            for column in 0..num_columns {
                let columns = column * block..(column + 1) * block;
                before.extend((0..=num_rows).map(|row| runs.num_cuts(columns.clone(), 0..row * block) as i64));
            }
        }
        Self { num_rows, before }
    }

    pub(super) fn num_cuts(&self, column: usize, (first, end): (usize, usize)) -> i64 {
        if self.before.is_empty() {
            return 0;
        }
        let before = &self.before[column * (self.num_rows + 1)..];
        before[end] - before[first]
    }
}

/// The best outlines of `width` blocks for cliques of at least `wanted`, one for each place where it ends, best first; at most `most`.
pub(super) fn outlines(
    table: &mut Table<'_>,
    width: usize,
    wanted: usize,
    max_length: u32,
    most: usize,
) -> Vec<Outline> {
    let [num_columns, num_rows] = table.num_blocks();
    if width == 0 || width > num_columns.min(num_rows) {
        return Vec::new();
    }
    // by step, first row and first column that is left: the best value, and how it came
    let mut steps: Vec<Vec<u8>> = Vec::with_capacity(width);
    let mut values = vec![0; (num_rows + 1) * (num_columns + 1)];
    (1..=width).for_each(|span| table.fill(span));
    let max_length = i64::from(max_length) * PART;
    for taken in 1..=width {
        let left = width - taken;
        let (columns, rows) = (table.get(false, taken), table.get(true, left + 1));
        let (row_positions, before_positions) = (num_rows + 1 - taken, num_columns - left);
        let positions = num_columns + 1 - left;
        let mut next = vec![i64::MIN; row_positions * positions];
        let mut came = vec![0; next.len()];
        for row in 0..row_positions {
            for column in 0..before_positions {
                for (index, step) in STEPS.into_iter().enumerate() {
                    let (ell_row, before) = if step.is_above { (row, row + 1) } else { (row + taken - 1, row) };
                    let (ell_column, after) = if step.is_left { (column, column + 1) } else { (column + left, column) };
                    let down = columns[ell_column * row_positions + row];
                    let right = rows[ell_row * before_positions + column];
                    let num_qubits = i64::from(down.num_qubits) + i64::from(right.num_qubits);
                    let is_short = num_qubits <= max_length;
                    let ells = if is_short { i64::from(down.num_lines.min(right.num_lines)) } else { 0 };
                    let lost = table.cuts.num_cuts(ell_column, (row, row + taken)) * (ELL / 2);
                    let value = values[before * before_positions + column] + ells * (ELL - num_qubits) - lost;
                    let at = row * positions + after;
                    if value > next[at] {
                        (next[at], came[at]) = (value, index as u8);
                    }
                }
            }
        }
        values = next;
        steps.push(came);
    }
    let mut ends: Vec<usize> = (0..values.len()).collect();
    ends.sort_by_key(|&end| {
        let (num_ells, num_qubits) = split(values[end]);
        (std::cmp::Reverse(num_ells.min(wanted)), num_qubits, std::cmp::Reverse(num_ells))
    });
    ends.truncate(most);
    let ends = ends.into_iter().map(|end| (end / (num_columns + 1), end % (num_columns + 1), values[end]));
    ends.map(|(row, column, value)| trace(&steps, num_columns, table.runs.block(), (row, column), value)).collect()
}

/// The Ls and qubits in a value.
fn split(value: i64) -> (usize, u64) {
    let num_ells = (value + ELL / 2 - 1).max(0) / ELL;
    (num_ells as usize, (num_ells * ELL - value).max(0) as u64)
}

fn trace(steps: &[Vec<u8>], num_columns: usize, block: usize, end: (usize, usize), value: i64) -> Outline {
    let (mut row, mut column) = end;
    let width = steps.len();
    let mut fronts = Vec::with_capacity(width + 1);
    for taken in (0..=width).rev() {
        let left = width - taken;
        fronts.push(Front {
            rows: (row * block, (row + taken) * block),
            columns: (column * block, (column + left) * block),
        });
        if taken > 0 {
            let step = STEPS[usize::from(steps[taken - 1][row * (num_columns + 1 - left) + column])];
            row += usize::from(step.is_above);
            column -= usize::from(step.is_left);
        }
    }
    fronts.reverse();
    let (num_ells, num_qubits) = split(value);
    Outline { fronts, num_ells, num_qubits }
}
