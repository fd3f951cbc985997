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
    /// Ls that have a whole column and a whole row.
    pub(super) num_ells: usize,
    /// A guess of the qubits that they need, in sixteenths.
    num_qubits: u64,
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

/// By position: how many lines of a block are whole there, and the qubits of one of them.
struct Whole {
    num_positions: usize,
    whole: Vec<(i64, i64)>,
}

impl Whole {
    /// For parts that cross so many blocks.
    fn of(runs: &Runs, is_horizontal: bool, span: usize) -> Self {
        let block = runs.block();
        let [num_blocks, num_across] =
            [is_horizontal, !is_horizontal].map(|direction| runs.num_lines()[usize::from(direction)] / block);
        let num_positions = num_across + 1 - span;
        let at = |position: usize, each: usize| {
            let lines = (each * block..(each + 1) * block)
                .filter_map(|line| runs.num_qubits(is_horizontal, line, position * block, (position + span) * block - 1));
            let (count, sum) = lines.fold((0, 0), |(count, sum), qubits| (count + 1, sum + i64::from(qubits)));
            (count, sum * PART / count.max(1))
        };
        let whole = (0..num_blocks).flat_map(|each| (0..num_positions).map(move |position| (position, each)));
        Self { num_positions, whole: whole.map(|(position, each)| at(position, each)).collect() }
    }

    fn get(&self, block: usize, position: usize) -> (i64, i64) {
        self.whole[block * self.num_positions + position]
    }
}

/// The best outlines of so many blocks, one for each place where it ends, best first; at most `most`.
pub(super) fn outlines(runs: &Runs, width: usize, most: usize) -> Vec<Outline> {
    let [num_columns, num_rows] = runs.num_lines().map(|count| count / runs.block());
    if width == 0 || width > num_columns.min(num_rows) {
        return Vec::new();
    }
    // by step, first row and first column that is left: the best value, and how it came
    let mut steps: Vec<Vec<u8>> = Vec::with_capacity(width);
    let mut values = vec![0; (num_rows + 1) * (num_columns + 1)];
    for taken in 1..=width {
        let left = width - taken;
        let (columns, rows) = (Whole::of(runs, false, taken), Whole::of(runs, true, left + 1));
        let (row_positions, before_positions) = (num_rows + 1 - taken, num_columns - left);
        let positions = num_columns + 1 - left;
        let mut next = vec![i64::MIN; row_positions * positions];
        let mut came = vec![0; next.len()];
        for row in 0..row_positions {
            for column in 0..before_positions {
                for (index, step) in STEPS.into_iter().enumerate() {
                    let (ell_row, before) = if step.is_above { (row, row + 1) } else { (row + taken - 1, row) };
                    let (ell_column, after) =
                        if step.is_left { (column, column + 1) } else { (column + left, column) };
                    let ((downs, down), (rights, right)) = (columns.get(ell_column, row), rows.get(ell_row, column));
                    let ells = downs.min(rights);
                    let value = values[before * before_positions + column] + ells * (ELL - down - right);
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
    ends.sort_by_key(|&end| std::cmp::Reverse(values[end]));
    ends.truncate(most);
    let ends = ends.into_iter().map(|end| (end / (num_columns + 1), end % (num_columns + 1), values[end]));
    ends.map(|(row, column, value)| trace(&steps, num_columns, runs.block(), (row, column), value)).collect()
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
    let num_ells = (value + ELL - 1) / ELL;
    Outline { fronts, num_ells: num_ells as usize, num_qubits: (num_ells * ELL - value) as u64 }
}
