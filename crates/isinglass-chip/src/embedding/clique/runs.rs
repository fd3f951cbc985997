//! The unbroken parts of the lines of a chip, and where lines of two directions are not coupled though they cross.

use super::super::lines::Lines;

/// The part of a line around one of its crossings.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    /// The line of the other direction after the last one that the unbroken part crosses; 0 where no qubit lies.
    end: u16,
    /// The qubit's place on the line.
    place: u16,
}

#[derive(Debug)]
struct Direction {
    num_across: usize,
    /// By line and line of the other direction.
    runs: Vec<Run>,
}

/// Wires available on the lines of a chip. Lines are counted in full blocks: those of a block begin and end alike.
#[derive(Debug)]
pub(super) struct Runs {
    directions: [Direction; 2],
    /// Columns and rows that cross, but are not coupled, by column; empty where there are none.
    cuts: Vec<bool>,
    /// Columns, rows.
    num_lines: [usize; 2],
    block: usize,
    /// Lines that a qubit crosses.
    length: usize,
}

impl Runs {
    pub(super) fn of(lines: &Lines<'_>) -> Option<Self> {
        let block = lines.block()? as usize;
        let num_lines = lines.num_lines.map(|count| (count as usize).next_multiple_of(block));
        if num_lines.iter().any(|&count| count > usize::from(u16::MAX)) {
            return None;
        }
        let directions = [false, true].map(|is_horizontal| Direction::of(lines, is_horizontal, num_lines));
        let mut cuts = Vec::new();
        for (column, row) in lines.cuts() {
            cuts.resize(num_lines[0] * num_lines[1], false);
            cuts[column as usize * num_lines[1] + row as usize] = true;
        }
        Some(Self { directions, cuts, num_lines, block, length: lines.length as usize })
    }

    /// Columns and rows, in whole blocks.
    pub(super) fn num_lines(&self) -> [usize; 2] {
        self.num_lines
    }

    /// Lines next to each other that cross the same lines wherever they do not end or break.
    pub(super) fn block(&self) -> usize {
        self.block
    }

    /// Lines that a qubit crosses.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// The qubits of a line that crosses others from `first` to `last` without a break; `None` where it does not.
    pub(super) fn num_qubits(&self, is_horizontal: bool, line: usize, first: usize, last: usize) -> Option<u32> {
        let direction = &self.directions[usize::from(is_horizontal)];
        let runs = &direction.runs[line * direction.num_across..][..direction.num_across];
        let (start, stop) = (runs[first], runs[last]);
        (last < usize::from(start.end)).then(|| u32::from(stop.place - start.place) + 1)
    }

    /// Whether a column and a row that cross are coupled there.
    pub(super) fn is_coupled(&self, column: usize, row: usize) -> bool {
        self.cuts.is_empty() || !self.cuts[column * self.num_lines[1] + row]
    }

    /// How many of these columns and rows are not coupled though they cross.
    pub(super) fn num_cuts(&self, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> usize {
        let cuts = |column| self.cuts[column * self.num_lines[1]..][rows.clone()].iter().filter(|&&cut| cut).count();
        if self.cuts.is_empty() { 0 } else { columns.map(cuts).sum() }
    }

    /// Whether all lines that cross are coupled.
    pub(super) fn is_all_coupled(&self) -> bool {
        self.cuts.is_empty()
    }
}

impl Direction {
    fn of(lines: &Lines<'_>, is_horizontal: bool, num_lines: [usize; 2]) -> Self {
        let (num_along, num_across) = (num_lines[usize::from(is_horizontal)], num_lines[usize::from(!is_horizontal)]);
        let mut runs = vec![Run::default(); num_along * num_across];
        let by_line = runs.chunks_exact_mut(num_across.max(1)).zip(lines.whole_parts(is_horizontal));
        for (line, parts) in by_line {
            for part in parts {
                let end = part.last().map_or(0, |segment| segment.end.min(num_across as u32));
                for segment in &part {
                    let run = Run { end: end as u16, place: segment.place as u16 };
                    line[segment.first as usize..segment.end.min(num_across as u32) as usize].fill(run);
                }
            }
        }
        Self { num_across, runs }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::lines::segment;
    use super::*;
    use crate::hardware::{Chip, Topology};

    #[test]
    fn a_run_has_as_many_qubits_as_the_wire_along_it() {
        for name in ["chimera:3,4,2", "pegasus:3", "zephyr:2,2"] {
            let topology: Topology = name.parse().unwrap();
            let missing: Vec<u32> = topology.qubits().into_iter().skip(5).step_by(11).collect();
            let chip = Chip::with_faults(topology, &missing, &[]).unwrap();
            let lines = Lines::of(&chip).unwrap();
            let runs = Runs::of(&lines).unwrap();
            for is_horizontal in [false, true] {
                let [num_along, num_across] =
                    [is_horizontal, !is_horizontal].map(|at| lines.num_lines[usize::from(at)]);
                for (line, first) in (0..num_along).flat_map(|line| (0..num_across).map(move |first| (line, first))) {
                    for last in first..num_across {
                        let wire = lines.piece(is_horizontal, line, first, first, last);
                        let end = wire.iter().map(|&qubit| segment(topology, qubit).end).max();
                        let expected = end.is_some_and(|end| end > last).then_some(wire.len() as u32);
                        let found = runs.num_qubits(is_horizontal, line as usize, first as usize, last as usize);
                        assert_eq!(found, expected, "{name} {is_horizontal} {line} {first} {last}");
                    }
                }
            }
        }
    }

    #[test]
    fn missing_couplers_where_lines_cross_are_known() {
        let topology: Topology = "chimera:2".parse().unwrap();
        assert!(Runs::of(&Lines::of(&Chip::ideal(topology)).unwrap()).unwrap().is_all_coupled());
        // qubits 1 and 6 of the first cell: column 1 and row 2
        let chip = Chip::with_faults(topology, &[], &[(1, 6)]).unwrap();
        let runs = Runs::of(&Lines::of(&chip).unwrap()).unwrap();
        assert!(!runs.is_all_coupled() && !runs.is_coupled(1, 2) && runs.is_coupled(2, 1));
        assert_eq!([runs.num_cuts(0..8, 0..8), runs.num_cuts(0..8, 3..8)], [1, 0]);
    }
}
