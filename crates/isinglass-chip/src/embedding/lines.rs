//! The wires of a chip: qubits as segments of long lines, vertical and horizontal, coupled where they cross.

use crate::hardware::{ChimeraCoordinates, Chip, PegasusCoordinates, Topology, ZephyrCoordinates};
use std::collections::HashMap;

/// Where a qubit lies: on which line of its direction, at which place there, and which lines of the other direction it crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Segment {
    pub(super) is_horizontal: bool,
    pub(super) line: u32,
    pub(super) place: u32,
    /// The lines of the other direction from the first to the one after the last.
    pub(super) first: u32,
    pub(super) end: u32,
}

/// All working qubits of a chip of a known topology by line.
pub(super) struct Lines<'a> {
    chip: &'a Chip,
    at: HashMap<(bool, u32, u32), (u32, Segment)>,
    /// Lines of each direction, vertical first.
    pub(super) num_lines: [u32; 2],
    /// Lines that a qubit crosses.
    pub(super) length: u32,
    reaches: [Vec<Option<(u32, u32)>>; 2],
}

/// The segment of a qubit of a topology.
pub(super) fn segment(topology: Topology, label: u32) -> Segment {
    match topology {
        Topology::Chimera { columns, shore, .. } => {
            let ChimeraCoordinates { row, column, shore: direction, index } =
                ChimeraCoordinates::of(label, columns, shore);
            let (across, place) = if direction == 0 { (column, row) } else { (row, column) };
            let (first, end) = (place * shore, (place + 1) * shore);
            Segment { is_horizontal: direction == 1, line: across * shore + index, place, first, end }
        }
        Topology::Pegasus { size, .. } => {
            let PegasusCoordinates { u, w, k, z } = PegasusCoordinates::of(label, size);
            let first = 12 * z + crate::hardware::pegasus_offset(u, k);
            Segment { is_horizontal: u == 1, line: 12 * w + k, place: z, first, end: first + 12 }
        }
        Topology::Zephyr { size, shore } => {
            let ZephyrCoordinates { u, w, k, j, z } = ZephyrCoordinates::of(label, size, shore);
            let first = (2 * z + j) * 2 * shore;
            Segment { is_horizontal: u == 1, line: (w * shore + k) * 2 + j, place: z, first, end: first + 4 * shore }
        }
    }
}

impl<'a> Lines<'a> {
    /// The lines of a chip, if its topology is known.
    pub(super) fn of(chip: &'a Chip) -> Option<Self> {
        let topology = chip.topology()?;
        let mut at = HashMap::with_capacity(chip.qubits().len());
        let mut num_lines = [0; 2];
        for &qubit in chip.qubits() {
            let segment = segment(topology, qubit);
            let count = &mut num_lines[usize::from(segment.is_horizontal)];
            *count = segment.line.max(*count - u32::from(*count > 0)) + 1;
            at.insert((segment.is_horizontal, segment.line, segment.place), (qubit, segment));
        }
        let length = at.values().next().map_or(1, |(_, segment): &(u32, Segment)| segment.end - segment.first);
        let mut reaches = num_lines.map(|count| vec![None; count as usize]);
        for (_, segment) in at.values() {
            let reach = &mut reaches[usize::from(segment.is_horizontal)][segment.line as usize];
            let (first, last) = reach.unwrap_or((segment.first, segment.end - 1));
            *reach = Some((first.min(segment.first), last.max(segment.end - 1)));
        }
        Some(Self { chip, at, num_lines, length, reaches })
    }

    /// The unbroken part of a line that crosses the other lines from `first` to before `end`, as far as its qubits reach; `None`
    /// where a qubit or a coupler between two of them is missing.
    pub(super) fn wire(&self, is_horizontal: bool, line: u32, first: u32, end: u32) -> Option<Vec<u32>> {
        let mut wire: Vec<u32> = Vec::new();
        let mut last: Option<Segment> = None;
        for place in 0.. {
            let Some(&(qubit, segment)) = self.at.get(&(is_horizontal, line, place)) else {
                // beyond the border, or a hole in the wanted part
                if last.is_some() || place > self.num_lines[usize::from(!is_horizontal)] {
                    break;
                }
                continue;
            };
            if segment.end <= first {
                continue;
            }
            if segment.first >= end {
                break;
            }
            if let Some(&before) = wire.last()
                && !self.chip.graph().has_edge(before, qubit)
            {
                return None;
            }
            wire.push(qubit);
            last = Some(segment);
        }
        let (lowest, highest) = (self.at_qubit(*wire.first()?), last?);
        let (least, most) = self.reach(is_horizontal, line)?;
        (lowest.first <= first.max(least) && highest.end > (end - 1).min(most)).then_some(wire)
    }

    /// All qubits of one direction, in no order.
    pub(super) fn segments(&self, is_horizontal: bool) -> impl Iterator<Item = (u32, Segment)> + '_ {
        self.at.values().copied().filter(move |(_, segment)| segment.is_horizontal == is_horizontal)
    }

    /// Whether a coupler joins two qubits.
    pub(super) fn is_coupled(&self, first: u32, second: u32) -> bool {
        self.chip.graph().has_edge(first, second)
    }

    /// The lines that the qubits of a line cross, first and last included; `None` for a line without qubits.
    pub(super) fn reach(&self, is_horizontal: bool, line: u32) -> Option<(u32, u32)> {
        self.reaches[usize::from(is_horizontal)][line as usize]
    }

    /// The qubit of a line that crosses a line of the other direction.
    fn place_at(&self, is_horizontal: bool, line: u32, other: u32) -> Option<(u32, Segment)> {
        let length = self.length;
        // qubits of a line begin at a multiple of their length and an offset below it
        let last = other / length;
        let places = [Some(last), last.checked_sub(1)].into_iter().flatten();
        let found = places.filter_map(|place| self.at.get(&(is_horizontal, line, place)).copied());
        found.into_iter().find(|(_, segment)| (segment.first..segment.end).contains(&other))
    }

    /// The whole part of a line around its crossing with `from`, no further than needed to cross `first` to `last`; empty if no qubit
    /// lies there.
    pub(super) fn piece(&self, is_horizontal: bool, line: u32, from: u32, first: u32, last: u32) -> Vec<u32> {
        let Some((start, middle)) = self.place_at(is_horizontal, line, from) else { return Vec::new() };
        let mut piece = vec![start];
        for is_up in [false, true] {
            let (mut qubit, mut at) = (start, middle);
            loop {
                if if is_up { at.end > last } else { at.first <= first } {
                    break;
                }
                let Some(place) = (if is_up { Some(at.place + 1) } else { at.place.checked_sub(1) }) else { break };
                let Some(&(next, segment)) = self.at.get(&(is_horizontal, line, place)) else { break };
                if !self.chip.graph().has_edge(qubit, next) {
                    break;
                }
                piece.push(next);
                (qubit, at) = (next, segment);
            }
        }
        piece
    }

    /// Lines next to each other that begin and end alike: all qubits begin and end at multiples of it.
    pub(super) fn block(&self) -> Option<u32> {
        self.at.values().map(|(_, segment)| segment.first).fold(None, |block, first| {
            let (mut one, mut other) = (block.unwrap_or(self.length), first);
            while other > 0 {
                (one, other) = (other, one % other);
            }
            Some(one)
        })
    }

    /// By line of one direction: its unbroken parts, each the segments of its qubits in ascending order.
    pub(super) fn whole_parts(&self, is_horizontal: bool) -> Vec<Vec<Vec<Segment>>> {
        let direction = usize::from(is_horizontal);
        let mut by_line = vec![Vec::new(); self.num_lines[direction] as usize];
        for (qubit, segment) in self.segments(is_horizontal) {
            by_line[segment.line as usize].push((segment, qubit));
        }
        let parts = |mut line: Vec<(Segment, u32)>| {
            line.sort_unstable_by_key(|(segment, _)| segment.place);
            let is_joined = |one: &(Segment, u32), next: &(Segment, u32)| {
                one.0.place + 1 == next.0.place && self.is_coupled(one.1, next.1)
            };
            line.chunk_by(is_joined).map(|part| part.iter().map(|&(segment, _)| segment).collect()).collect()
        };
        by_line.into_iter().map(parts).collect()
    }

    /// Columns and rows, each a line with a working qubit where they cross, that are not coupled there.
    pub(super) fn cuts(&self) -> Vec<(u32, u32)> {
        let [_, num_rows] = self.num_lines;
        let columns = self.segments(false);
        let crossed =
            columns.flat_map(|(qubit, at)| (at.first..at.end.min(num_rows)).map(move |row| (qubit, at.line, row)));
        let cuts = crossed.filter(|&(qubit, column, row)| {
            self.place_at(true, row, column).is_some_and(|(other, _)| !self.is_coupled(qubit, other))
        });
        cuts.map(|(_, column, row)| (column, row)).collect()
    }

    /// By line of one direction: how many qubits of the other direction begin there, of a line that is long enough to go on.
    pub(super) fn starts(&self, is_horizontal: bool) -> Vec<u32> {
        let mut starts = vec![0; self.num_lines[usize::from(is_horizontal)] as usize];
        for (_, segment) in self.at.values().filter(|(_, segment)| segment.is_horizontal != is_horizontal) {
            if let Some(start) = starts.get_mut(segment.first as usize) {
                *start += 1;
            }
        }
        starts
    }

    /// Where a qubit of the chip lies.
    pub(super) fn at_qubit(&self, qubit: u32) -> Segment {
        segment(self.chip.topology().expect("lines have a topology"), qubit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qubits_of_different_directions_are_coupled_exactly_where_they_cross() {
        for name in ["chimera:3,4,2", "pegasus:3", "zephyr:2,3", "zephyr:3"] {
            let topology: Topology = name.parse().unwrap();
            let graph = topology.graph();
            let qubits = topology.qubits();
            for (&left, &right) in qubits.iter().flat_map(|left| qubits.iter().map(move |right| (left, right))) {
                let (here, there) = (segment(topology, left), segment(topology, right));
                if here.is_horizontal != there.is_horizontal {
                    let covers = |one: Segment, other: Segment| (one.first..one.end).contains(&other.line);
                    assert_eq!(
                        graph.has_edge(left, right),
                        covers(here, there) && covers(there, here),
                        "{here:?} {there:?}"
                    );
                } else if here.line == there.line {
                    assert_eq!(graph.has_edge(left, right), here.place.abs_diff(there.place) == 1);
                }
            }
        }
    }

    #[test]
    fn a_wire_is_a_chain_and_ends_at_faults() {
        let topology: Topology = "pegasus:4".parse().unwrap();
        let ideal = Chip::ideal(topology);
        let wire = Lines::of(&ideal).unwrap().wire(false, 17, 6, 30).unwrap();
        assert!(wire.windows(2).all(|pair| ideal.graph().has_edge(pair[0], pair[1])) && wire.len() >= 2);
        let broken = Chip::with_faults(topology, &[], &[(wire[0], wire[1])]).unwrap();
        assert_eq!(Lines::of(&broken).unwrap().wire(false, 17, 6, 30), None);
        let holed = Chip::with_faults(topology, &[wire[1]], &[]).unwrap();
        assert_eq!(Lines::of(&holed).unwrap().wire(false, 17, 6, 30), None);
    }
}
