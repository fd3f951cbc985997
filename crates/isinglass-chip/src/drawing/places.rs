//! Layout of qubits in a drawing: wires on the known topologies, points elsewhere.

use crate::hardware::{
    ChimeraCoordinates, Chip, Graph, PegasusCoordinates, Topology, ZephyrCoordinates, pegasus_offset,
};
use std::f64::consts::TAU;

/// From a point to a point, `[x, y]` each.
pub(super) type Line = [[f64; 2]; 2];

/// Largest number of nodes that the spring layout takes (at most a second).
const SPRINGS: usize = 1000;
/// Iterations of the spring layout.
const ROUNDS: usize = 150;

/// A line for each label; a point is a line from itself to itself.
pub(super) struct Places {
    lines: Vec<Line>,
    are_points: bool,
    size: [f64; 2],
}

impl Places {
    /// The places of all labels of a chip, missing ones included.
    pub(super) fn of(chip: &Chip) -> Self {
        let wire: fn(Topology, u32) -> Line = match chip.topology() {
            Some(Topology::Chimera { .. }) => chimera,
            Some(Topology::Pegasus { .. }) => pegasus,
            Some(Topology::Zephyr { .. }) => zephyr,
            None => return Self::points(chip.graph()),
        };
        let topology = chip.topology().expect("every other chip was drawn as points");
        let lines = (0..topology.num_labels()).map(|label| wire(topology, label)).collect();
        Self::framed(lines, false)
    }

    fn points(graph: &Graph) -> Self {
        let points = springs(graph);
        Self::framed(points.into_iter().map(|point| [point, point]).collect(), true)
    }

    /// Moved so that a margin of 2 is left all round.
    fn framed(mut lines: Vec<Line>, are_points: bool) -> Self {
        let corner = |pick: fn(f64, f64) -> f64, axis: usize| {
            lines.iter().flatten().map(|point| point[axis]).reduce(pick).unwrap_or(0.0)
        };
        let low = [corner(f64::min, 0), corner(f64::min, 1)];
        let size = [corner(f64::max, 0) - low[0] + 4.0, corner(f64::max, 1) - low[1] + 4.0];
        for point in lines.iter_mut().flatten() {
            *point = [point[0] - low[0] + 2.0, point[1] - low[1] + 2.0];
        }
        Self { lines, are_points, size }
    }

    /// Leaves only what is around these qubits; nothing changes where there are none.
    pub(super) fn crop(&mut self, qubits: impl Iterator<Item = u32>, margin: f64) {
        let ends: Vec<[f64; 2]> =
            qubits.filter_map(|qubit| self.lines.get(qubit as usize).copied()).flatten().collect();
        let corner = |pick: fn(f64, f64) -> f64, axis: usize| ends.iter().map(|end| end[axis]).reduce(pick);
        let axes = [0, 1].map(|axis| {
            let (low, high) = (corner(f64::min, axis)?, corner(f64::max, axis)?);
            Some(((low - margin).max(0.0), (high + margin).min(self.size[axis])))
        });
        let [Some(x), Some(y)] = axes else { return };
        for point in self.lines.iter_mut().flatten() {
            *point = [point[0] - x.0, point[1] - y.0];
        }
        self.size = [x.1 - x.0, y.1 - y.0];
    }

    /// Whether some of a line is in the picture.
    pub(super) fn is_seen(&self, line: Line) -> bool {
        (0..2).all(|axis| {
            let (one, other) = (line[0][axis], line[1][axis]);
            one.max(other) > 0.0 && one.min(other) < self.size[axis]
        })
    }

    pub(super) fn has(&self, qubit: u32) -> bool {
        (qubit as usize) < self.lines.len()
    }

    pub(super) fn are_points(&self) -> bool {
        self.are_points
    }

    pub(super) fn size(&self) -> [f64; 2] {
        self.size
    }

    /// Widths of thin lines, of qubits in chains, of dots that hold chains together, and of small dots.
    pub(super) fn widths(&self) -> [f64; 4] {
        if self.are_points { [0.08, 0.7, 0.5, 0.12] } else { [0.12, 0.5, 0.85, 0.22] }
    }

    pub(super) fn qubit(&self, qubit: u32) -> Line {
        self.lines[qubit as usize]
    }

    /// Where two qubits are coupled: the point where their wires cross, or the shortest line between parallel ones.
    pub(super) fn coupler(&self, first: u32, second: u32) -> Line {
        let (one, two) = (self.qubit(first), self.qubit(second));
        if self.are_points {
            return [one[0], two[0]];
        }
        let is_vertical = |line: &Line| line[0][0] == line[1][0];
        match (is_vertical(&one), is_vertical(&two)) {
            (true, false) => [[one[0][0], two[0][1]]; 2],
            (false, true) => [[two[0][0], one[0][1]]; 2],
            (vertical, _) => {
                let along = usize::from(vertical);
                let (start, end) = (one[0][along].max(two[0][along]), one[1][along].min(two[1][along]));
                let mut link = [one[0], two[0]];
                if start <= end {
                    // side by side
                    link.iter_mut().for_each(|point| point[along] = (start + end) / 2.0);
                } else if one[0][along] < two[0][along] {
                    (link[0][along], link[1][along]) = (one[1][along], two[0][along]);
                } else {
                    (link[0][along], link[1][along]) = (one[0][along], two[1][along]);
                }
                link
            }
        }
    }
}

fn wire(is_vertical: bool, across: f64, from: f64, to: f64) -> Line {
    if is_vertical { [[across, from], [across, to]] } else { [[from, across], [to, across]] }
}

fn chimera(topology: Topology, label: u32) -> Line {
    let Topology::Chimera { columns, shore, .. } = topology else { unreachable!("only asked of Chimera") };
    let at = ChimeraCoordinates::of(label, columns, shore);
    let pitch = f64::from(shore) + 1.5;
    let (across, along) = if at.shore == 0 { (at.column, at.row) } else { (at.row, at.column) };
    let start = f64::from(along) * pitch;
    let margin = 0.35;
    wire(
        at.shore == 0,
        f64::from(across) * pitch + f64::from(at.index),
        start - margin,
        start + f64::from(shore - 1) + margin,
    )
}

/// A qubit crosses the twelve lines from `12 z + offset` on.
fn pegasus(topology: Topology, label: u32) -> Line {
    let Topology::Pegasus { size, .. } = topology else { unreachable!("only asked of Pegasus") };
    let PegasusCoordinates { u, w, k, z } = PegasusCoordinates::of(label, size);
    let start = f64::from(12 * z + pegasus_offset(u, k));
    wire(u == 0, f64::from(12 * w + k), start - 0.2, start + 11.2)
}

/// A qubit crosses the lines of two blocks; the two shifts lie side by side.
fn zephyr(topology: Topology, label: u32) -> Line {
    let Topology::Zephyr { size, shore } = topology else { unreachable!("only asked of Zephyr") };
    let ZephyrCoordinates { u, w, k, j, z } = ZephyrCoordinates::of(label, size, shore);
    // two wires on a line
    let across = f64::from(w * shore + k) * 2.0 + f64::from(j) * 0.8;
    let start = f64::from((2 * z + j) * shore) * 2.0;
    wire(u == 0, across, start - 0.2, start + f64::from(2 * shore - 1) * 2.0 + 1.0)
}

/// Nodes on a circle, then pushed apart by each other and pulled together along edges, with steps that shrink.
///
/// # References
/// T. M. J. Fruchterman, E. M. Reingold, *Graph drawing by force-directed placement* (1991).
fn springs(graph: &Graph) -> Vec<[f64; 2]> {
    let num_nodes = graph.num_nodes();
    let radius = 0.3 * num_nodes as f64 + 1.0;
    let on_circle = |node: usize| {
        let angle = TAU * node as f64 / num_nodes as f64;
        [radius * angle.cos(), radius * angle.sin()]
    };
    let mut points: Vec<[f64; 2]> = (0..num_nodes).map(on_circle).collect();
    if num_nodes > SPRINGS {
        return points;
    }
    // the distance at which push and pull are equal
    let rest = 2.0;
    for round in 0..ROUNDS {
        let reach = radius * 0.2 * (1.0 - round as f64 / ROUNDS as f64).powi(2) + 0.01;
        let force = |node: usize| {
            let [x, y] = points[node];
            let mut sum = [-0.01 * x, -0.01 * y];
            let mut add = |other: usize, strength: &dyn Fn(f64) -> f64| {
                let (right, down) = (points[other][0] - x, points[other][1] - y);
                let distance = (right * right + down * down).sqrt().max(1e-6);
                let factor = strength(distance) / distance;
                sum = [sum[0] + factor * right, sum[1] + factor * down];
            };
            (0..num_nodes).filter(|&other| other != node).for_each(|other| add(other, &|far| -rest * rest / far));
            graph.neighbors(node as u32).iter().for_each(|&other| add(other as usize, &|far| far * far / rest));
            sum
        };
        let forces: Vec<[f64; 2]> = (0..num_nodes).map(force).collect();
        for (point, [right, down]) in points.iter_mut().zip(forces) {
            let length = (right * right + down * down).sqrt();
            let step = if length > reach { reach / length } else { 1.0 };
            *point = [point[0] + step * right, point[1] + step * down];
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coupled_wires_cross_or_touch_and_others_do_not() {
        for topology in ["chimera:3", "pegasus:3", "zephyr:2"] {
            let chip = Chip::ideal(topology.parse().unwrap());
            let places = Places::of(&chip);
            let is_vertical = |qubit: u32| places.qubit(qubit)[0][0] == places.qubit(qubit)[1][0];
            let qubits = chip.qubits();
            for (&first, &second) in qubits.iter().flat_map(|first| qubits.iter().map(move |second| (first, second))) {
                if !is_vertical(first) || is_vertical(second) {
                    continue;
                }
                let (down, across) = (places.qubit(first), places.qubit(second));
                let (x, y) = (down[0][0], across[0][1]);
                let crosses = down[0][1] <= y && y <= down[1][1] && across[0][0] <= x && x <= across[1][0];
                assert_eq!(crosses, chip.graph().has_edge(first, second), "{topology}: {first} and {second}");
            }
            for (first, second) in chip.graph().edges().filter(|&(u, v)| is_vertical(u) == is_vertical(v)) {
                let [from, to] = places.coupler(first, second);
                let length = (from[0] - to[0]).abs() + (from[1] - to[1]).abs();
                assert!(length <= 4.0, "{topology}: {first} and {second} are neighbours, but {length} apart");
            }
        }
    }

    #[test]
    fn springs_keep_neighbours_nearer_than_others() {
        let path = Graph::from_edges(12, (0..11).map(|node| (node, node + 1))).unwrap();
        let points = springs(&path);
        let distance =
            |one: usize, two: usize| (points[one][0] - points[two][0]).hypot(points[one][1] - points[two][1]);
        assert!((0..11).all(|node| distance(node, node + 1) < distance(0, 11)));
        assert!(points.iter().flatten().all(|number| number.is_finite()));
    }
}
