//! Bicliques: the whole columns and rows of a rectangle.

use super::super::lines::Lines;
use super::outline::Cuts;
use super::runs::Runs;
use super::strangers::cover;

/// Rectangles that are worked out, those that seem to need fewest qubits first.
const RECTANGLES: usize = 16;
/// Number of rectangles with enough coupled lines after which the search stops.
const MOST: usize = 1024;

/// Blocks of columns and of rows, each from the first to before the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rectangle {
    columns: (usize, usize),
    rows: (usize, usize),
}

/// Lines of both directions, columns first, each of which crosses all of the other.
#[derive(Clone, Debug)]
pub(super) struct Crossing<'a> {
    runs: &'a Runs,
    lines: [Vec<usize>; 2],
}

/// How many lines are whole, and their qubits.
#[derive(Clone, Copy, Debug, Default)]
struct Whole {
    num_lines: u32,
    num_qubits: u32,
}

impl Whole {
    fn of(runs: &Runs, is_horizontal: bool, block: usize, (first, end): (usize, usize)) -> Self {
        let size = runs.block();
        let lines = block * size..(block + 1) * size;
        let qubits = lines.filter_map(|line| runs.num_qubits(is_horizontal, line, first * size, end * size - 1));
        qubits.fold(Self::default(), |whole, num_qubits| whole.plus(Self { num_lines: 1, num_qubits }))
    }

    fn plus(self, other: Self) -> Self {
        Self { num_lines: self.num_lines + other.num_lines, num_qubits: self.num_qubits + other.num_qubits }
    }

    fn minus(self, other: Self) -> Self {
        Self { num_lines: self.num_lines - other.num_lines, num_qubits: self.num_qubits - other.num_qubits }
    }

    /// The qubits of `wanted` of these lines, in sixteenths.
    fn share(self, wanted: usize) -> usize {
        16 * wanted * self.num_qubits as usize / self.num_lines.max(1) as usize
    }
}

/// Finds `wanted` columns and rows, each of which crosses all of the other direction, with few qubits.
pub(super) fn crossing<'a>(runs: &'a Runs, wanted: [usize; 2]) -> Option<Crossing<'a>> {
    let mut best: Option<(u32, Crossing<'a>)> = None;
    let mut num_found = 0;
    for rectangle in rectangles(runs, wanted) {
        let Some(mut crossing) = Crossing::of(runs, rectangle, wanted) else { continue };
        crossing.truncate(wanted);
        let num_qubits = crossing.num_qubits();
        if best.as_ref().is_none_or(|(least, _)| num_qubits < *least) {
            best = Some((num_qubits, crossing));
        }
        num_found += 1;
        if num_found == RECTANGLES {
            break;
        }
    }
    best.map(|(_, crossing)| crossing)
}

/// The rectangles with at least `wanted` whole columns and rows, by expected number of qubits, lowest first.
fn rectangles(runs: &Runs, wanted: [usize; 2]) -> Vec<Rectangle> {
    let [num_columns, num_rows] = runs.num_lines().map(|count| count / runs.block());
    let cuts = Cuts::of(runs);
    // by first column and column after the last: the whole rows before each block
    let mut rows_before = Vec::with_capacity(num_columns * (num_columns + 1) / 2 * (num_rows + 1));
    let mut starts = Vec::with_capacity(num_columns);
    for first in 0..num_columns {
        starts.push(rows_before.len());
        for end in first + 1..=num_columns {
            let mut sum = Whole::default();
            rows_before.push(sum);
            for row in 0..num_rows {
                sum = sum.plus(Whole::of(runs, true, row, (first, end)));
                rows_before.push(sum);
            }
        }
    }
    let mut found: Vec<(usize, Rectangle)> = Vec::new();
    for top in 0..num_rows {
        for bottom in top + 1..=num_rows {
            // the whole columns and the missing couplers before each block
            let mut columns_before = vec![(Whole::default(), 0)];
            for column in 0..num_columns {
                let (whole, num_cuts) = columns_before[column];
                let here = Whole::of(runs, false, column, (top, bottom));
                columns_before.push((whole.plus(here), num_cuts + cuts.num_cuts(column, (top, bottom))));
            }
            let mut end = 0;
            for first in 0..num_columns {
                let columns = |end: usize| columns_before[end].0.minus(columns_before[first].0);
                while end <= num_columns && (end <= first || (columns(end).num_lines as usize) < wanted[0]) {
                    end += 1;
                }
                for end in end..=num_columns {
                    let rows_before = &rows_before[starts[first] + (end - first - 1) * (num_rows + 1)..];
                    let rows = rows_before[bottom].minus(rows_before[top]);
                    if (rows.num_lines as usize) < wanted[1] {
                        break;
                    }
                    let columns = columns(end);
                    let spare = (columns.num_lines + rows.num_lines) as usize - wanted[0] - wanted[1];
                    let num_cuts = (columns_before[end].1 - columns_before[first].1) as usize;
                    // a missing coupler takes one line, unless it takes a line that is missing already
                    if 2 * spare >= num_cuts {
                        let num_qubits = columns.share(wanted[0]) + rows.share(wanted[1]);
                        found.push((num_qubits, Rectangle { columns: (first, end), rows: (top, bottom) }));
                    }
                    if spare >= num_cuts {
                        break;
                    }
                }
            }
        }
    }
    if found.len() > MOST {
        found.select_nth_unstable(MOST);
        found.truncate(MOST);
    }
    found.sort_unstable();
    found.into_iter().map(|(_, rectangle)| rectangle).collect()
}

impl<'a> Crossing<'a> {
    /// The whole lines of a rectangle that are coupled wherever they cross, if they are enough.
    fn of(runs: &'a Runs, rectangle: Rectangle, wanted: [usize; 2]) -> Option<Self> {
        let size = runs.block();
        let whole = |is_horizontal: bool, (first, end): (usize, usize), across: (usize, usize)| {
            let is_whole =
                |&line: &usize| runs.num_qubits(is_horizontal, line, across.0 * size, across.1 * size - 1).is_some();
            (first * size..end * size).filter(is_whole).collect::<Vec<usize>>()
        };
        let Rectangle { columns, rows } = rectangle;
        let mut lines = [whole(false, columns, rows), whole(true, rows, columns)];
        if !runs.is_all_coupled() {
            let pairs = lines[0].iter().flat_map(|&column| lines[1].iter().map(move |&row| (column, row)));
            let strangers = pairs.filter(|&(column, row)| !runs.is_coupled(column, row)).collect();
            let mut spare = [0, 1].map(|direction: usize| lines[direction].len() as i64 - wanted[direction] as i64);
            let gone = cover(strangers, &mut spare);
            for (lines, gone) in lines.iter_mut().zip(gone) {
                lines.retain(|line| !gone.contains(line));
            }
        }
        (0..2).all(|direction| lines[direction].len() >= wanted[direction]).then_some(Self { runs, lines })
    }

    /// The lines that those of a direction cross.
    fn span(&self, is_horizontal: bool) -> (usize, usize) {
        let across = &self.lines[usize::from(!is_horizontal)];
        (across[0], across[across.len() - 1])
    }

    fn num_qubits(&self) -> u32 {
        let of_direction = |is_horizontal: bool| {
            let (first, last) = self.span(is_horizontal);
            let lines = self.lines[usize::from(is_horizontal)].iter();
            lines.filter_map(|&line| self.runs.num_qubits(is_horizontal, line, first, last)).sum::<u32>()
        };
        of_direction(false) + of_direction(true)
    }

    /// Drops lines until `wanted` are left, each time the one whose removal leaves fewest qubits.
    fn truncate(&mut self, wanted: [usize; 2]) {
        for direction in [0, 1] {
            while self.lines[direction].len() > wanted[direction] {
                let without = |index: usize| {
                    let mut rest = self.clone();
                    rest.lines[direction].remove(index);
                    rest
                };
                let rest = (0..self.lines[direction].len()).map(without).min_by_key(Self::num_qubits);
                *self = rest.expect("there are more than wanted");
            }
        }
    }

    /// The columns and the rows, each a wire.
    pub(super) fn wires(&self, lines: &Lines<'_>) -> [Vec<Vec<u32>>; 2] {
        [false, true].map(|is_horizontal| {
            let (first, last) = self.span(is_horizontal);
            let wire = |&line: &usize| lines.piece(is_horizontal, line as u32, first as u32, first as u32, last as u32);
            self.lines[usize::from(is_horizontal)].iter().map(wire).collect()
        })
    }
}
