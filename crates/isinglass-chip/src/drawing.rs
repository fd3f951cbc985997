//! SVG drawings of hardware graphs and of embeddings on them.

mod places;

use crate::hardware::Chip;
use isinglass_report::markup::{escaped, number};
use places::{Line, Places};
use std::collections::HashMap;
use std::fmt::Write;

/// Background color of the drawing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Background {
    /// White.
    #[default]
    Light,
    /// Nearly black.
    Dark,
}

/// Colors of everything except chains.
struct Palette {
    paper: &'static str,
    unused: &'static str,
    point: &'static str,
    missing: &'static str,
    coupler: &'static str,
    lightness: [f64; 2],
}

impl Background {
    fn palette(self) -> Palette {
        match self {
            Self::Light => Palette {
                paper: "#ffffff",
                unused: "#d4d7dc",
                point: "#8b919b",
                missing: "#e0565b",
                coupler: "#3c4048",
                lightness: [0.45, 0.6],
            },
            Self::Dark => Palette {
                paper: "#14161a",
                unused: "#3a3f47",
                point: "#7d8590",
                missing: "#ff7b72",
                coupler: "#d8dce2",
                lightness: [0.55, 0.7],
            },
        }
    }
}

/// SVG drawing of a chip, optionally with the chains of an embedding.
///
/// On Chimera, Pegasus and Zephyr every qubit is drawn as a vertical or horizontal wire, as on the chip; two qubits are coupled where
/// their wires cross (internal couplers), where one wire continues another (external couplers), and where Pegasus and Zephyr pair
/// parallel wires (odd couplers). Any other graph is drawn as points and lines in a spring layout, or on a circle if it is large. Unused
/// working qubits are grey; missing qubits and couplers are thin and red; each chain has its own color, thick dots on the couplers inside
/// the chain, and its label as a title; small dots are couplers between chains. The same input gives the same bytes.
///
/// # Examples
/// ```
/// use isinglass_chip::drawing::Drawing;
/// use isinglass_chip::hardware::{Chip, Topology};
/// let chip = Chip::ideal("chimera:1".parse::<Topology>()?);
/// let svg = Drawing { chains: &[vec![0, 4], vec![1]], ..Drawing::of(&chip) }.to_svg();
/// assert!(svg.starts_with("<svg ") && svg.contains("<title>variable 1: 1 qubit</title>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Drawing<'a> {
    /// The chip.
    pub chip: &'a Chip,
    /// Chains to draw; qubits that are not on the chip are ignored. `[default: none]`
    pub chains: &'a [Vec<u32>],
    /// Chain labels, one for each chain, shown instead of their indices. `[default: none]`
    pub labels: &'a [String],
    /// Background color. `[default: light]`
    pub background: Background,
    /// Whether to show only the part of the chip around the chains. `[default: false]`
    pub is_cropped: bool,
}

/// Margin around the chains of a cropped picture, in lines of the chip.
const MARGIN: f64 = 3.0;

impl<'a> Drawing<'a> {
    /// A drawing of the chip alone, on a white background.
    #[must_use]
    pub fn of(chip: &'a Chip) -> Self {
        Self { chip, chains: &[], labels: &[], background: Background::Light, is_cropped: false }
    }

    /// Renders the drawing as SVG text.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let mut places = Places::of(self.chip);
        if self.is_cropped {
            places.crop(self.chains.iter().flatten().copied(), MARGIN);
        }
        let palette = self.background.palette();
        let graph = self.chip.graph();
        let mut owner: HashMap<u32, usize> = HashMap::new();
        for (variable, chain) in self.chains.iter().enumerate() {
            owner.extend(chain.iter().filter(|qubit| places.has(**qubit)).map(|&qubit| (qubit, variable)));
        }
        let mut unused = Path::default();
        let free = |qubit: &&u32| !owner.contains_key(qubit);
        let is_seen = |line: &Line| places.is_seen(*line);
        let free = self.chip.qubits().iter().filter(free).map(|&qubit| places.qubit(qubit));
        free.filter(is_seen).for_each(|line| unused.line(line));
        let (mut lines, mut between) = (Path::default(), Path::default());
        for (first, second) in graph.edges().filter(|&(first, second)| is_seen(&places.coupler(first, second))) {
            match (owner.get(&first), owner.get(&second)) {
                (Some(one), Some(two)) if one != two => between.line(places.coupler(first, second)),
                (Some(_), Some(_)) => {}
                // wires show their couplers by crossing; points do not
                _ if places.are_points() => lines.line(places.coupler(first, second)),
                _ => {}
            }
        }
        let (missing_qubits, missing_couplers) = self.missing(&places);
        let (mut svg, [width, height]) = (String::new(), places.size());
        let scale = (1600.0 / width.max(height)).clamp(6.0, 40.0);
        let _ = writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" fill=\"none\" stroke-linecap=\"round\">",
            number(width * scale),
            number(height * scale),
            number(width),
            number(height)
        );
        let _ = writeln!(svg, "<title>{}</title>", escaped(self.chip.name()));
        let _ = writeln!(svg, "<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>", palette.paper);
        let [thin, wire, dot, small] = places.widths();
        lines.write(&mut svg, palette.unused, thin);
        if places.are_points() {
            // points stand out from the lines between them
            unused.write(&mut svg, palette.point, wire);
        } else {
            unused.write(&mut svg, palette.unused, thin * 2.0);
        }
        missing_qubits.write(&mut svg, palette.missing, thin);
        for (variable, chain) in self.chains.iter().enumerate() {
            self.chain(&mut svg, &places, variable, chain, (wire, dot), palette.lightness[variable % 2]);
        }
        between.write(&mut svg, palette.coupler, small);
        missing_couplers.write(&mut svg, palette.missing, small);
        svg.push_str("</svg>\n");
        svg
    }

    fn chain(
        &self,
        svg: &mut String,
        places: &Places,
        variable: usize,
        chain: &[u32],
        (wire, dot): (f64, f64),
        lightness: f64,
    ) {
        let (mut qubits, mut joints) = (Path::default(), Path::default());
        let mut members: Vec<u32> = chain.iter().copied().filter(|&qubit| places.has(qubit)).collect();
        members.sort_unstable();
        for &qubit in &members {
            qubits.line(places.qubit(qubit));
            let inside = self.chip.graph().neighbors(qubit).iter().filter(|&&other| other > qubit);
            for &other in inside.filter(|other| members.binary_search(other).is_ok()) {
                joints.line(places.coupler(qubit, other));
            }
        }
        // hues a golden angle apart differ most from those just before
        let color = color((variable as f64 * 0.618_033_988_75).fract(), 0.65, lightness);
        let label = self.labels.get(variable).map_or_else(|| variable.to_string(), |label| escaped(label));
        let number = chain.len();
        let noun = if number == 1 { "qubit" } else { "qubits" };
        let _ = writeln!(svg, "<g><title>variable {label}: {number} {noun}</title>");
        qubits.write(svg, &color, wire);
        joints.write(svg, &color, if places.are_points() { wire / 2.0 } else { dot });
        svg.push_str("</g>\n");
    }

    /// Qubits of the topology that do not work, and faulty couplers between working qubits.
    fn missing(&self, places: &Places) -> (Path, Path) {
        let (mut qubits, mut couplers) = (Path::default(), Path::default());
        if let Some(topology) = self.chip.topology() {
            let works = |qubit: &u32| self.chip.qubits().binary_search(qubit).is_ok();
            let missing = topology.qubits().into_iter().filter(|qubit| !works(qubit)).map(|qubit| places.qubit(qubit));
            missing.filter(|&line| places.is_seen(line)).for_each(|line| qubits.line(line));
            for (first, second) in topology.graph().edges() {
                let line = places.coupler(first, second);
                if works(&first) && works(&second) && !self.chip.graph().has_edge(first, second) && places.is_seen(line)
                {
                    couplers.line(line);
                }
            }
        }
        (qubits, couplers)
    }
}

/// Lines of one colour and width.
#[derive(Default)]
struct Path(String);

impl Path {
    fn line(&mut self, [[x, y], [to_x, to_y]]: Line) {
        let (right, down) = (to_x - x, to_y - y);
        let rest = if right == 0.0 && down == 0.0 {
            // a dot: lines of no length are not drawn everywhere
            "h.01".to_owned()
        } else if down == 0.0 {
            format!("h{}", number(right))
        } else if right == 0.0 {
            format!("v{}", number(down))
        } else {
            format!("l{} {}", number(right), number(down))
        };
        let _ = write!(self.0, "M{} {}{rest}", number(x), number(y));
    }

    fn write(&self, svg: &mut String, color: &str, width: f64) {
        if !self.0.is_empty() {
            let _ = writeln!(svg, "<path stroke=\"{color}\" stroke-width=\"{}\" d=\"{}\"/>", number(width), self.0);
        }
    }
}

/// Hue, saturation and lightness, each from 0 to 1, as `#rrggbb`.
fn color(hue: f64, saturation: f64, lightness: f64) -> String {
    let chroma = saturation * lightness.min(1.0 - lightness);
    let channel = |shift: f64| {
        let position = (shift + hue * 12.0) % 12.0;
        let level = lightness - chroma * (position - 3.0).min(9.0 - position).clamp(-1.0, 1.0);
        (level * 255.0).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", channel(0.0), channel(8.0), channel(4.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::{Graph, Topology};

    const CELL: Topology = Topology::Chimera { rows: 1, columns: 1, shore: 1 };

    #[test]
    fn a_pair_of_crossing_wires_is_drawn_to_the_letter() {
        let chip = Chip::ideal(CELL);
        let drawing = Drawing { chains: &[vec![0, 1]], labels: &["a<b".to_owned()], ..Drawing::of(&chip) };
        insta::assert_snapshot!(drawing.to_svg());
        assert_eq!(drawing.to_svg(), drawing.to_svg());
    }

    #[test]
    fn every_qubit_and_coupler_has_its_mark_once() {
        let topology = Topology::Zephyr { size: 2, shore: 4 };
        let chip = Chip::with_faults(topology, &[5, 9], &[]).unwrap();
        let strokes = |svg: &str, color: &str| {
            let lines = svg.lines().filter(|line| line.contains(color));
            lines.map(|line| line.matches('M').count()).sum::<usize>()
        };
        let palette = Background::Light.palette();
        let svg = Drawing::of(&chip).to_svg();
        assert_eq!((strokes(&svg, palette.unused), strokes(&svg, palette.missing)), (158, 2));
        let all: Vec<Vec<u32>> = chip.qubits().iter().map(|&qubit| vec![qubit]).collect();
        let svg = Drawing { chains: &all, background: Background::Dark, ..Drawing::of(&chip) }.to_svg();
        assert_eq!(strokes(&svg, Background::Dark.palette().coupler), chip.graph().num_edges());
        assert_eq!(svg.matches("<title>variable").count(), 158);
    }

    #[test]
    fn a_cropped_picture_has_the_chains_and_only_what_is_near() {
        let topology = Topology::Zephyr { size: 4, shore: 4 };
        let chip = Chip::with_faults(topology, &[5, 9, 300], &[]).unwrap();
        let chains = [vec![40, 41], vec![200]];
        let whole = Drawing { chains: &chains, ..Drawing::of(&chip) };
        let cropped = Drawing { is_cropped: true, ..whole };
        let chains_of = |svg: &str| svg.matches("<title>variable").count();
        let (whole, cropped) = (whole.to_svg(), cropped.to_svg());
        assert_eq!((chains_of(&whole), chains_of(&cropped)), (2, 2));
        assert!(cropped.len() < whole.len());
        // without chains there is nothing to crop to
        let alone = Drawing { is_cropped: true, ..Drawing::of(&chip) };
        assert_eq!(alone.to_svg(), Drawing::of(&chip).to_svg());
    }

    #[test]
    fn any_graph_is_drawn_and_unknown_qubits_are_left_out() {
        let ring =
            Chip::from_graph("a & b", Graph::from_edges(40, (0..40).map(|node| (node, (node + 1) % 40))).unwrap());
        let svg = Drawing { chains: &[vec![3, 4], vec![99]], ..Drawing::of(&ring) }.to_svg();
        assert!(svg.contains("<title>a &amp; b</title>") && svg.contains("variable 1: 1 qubit"));
        assert!(!svg.contains("NaN"));
        let empty = Chip::from_graph("none", Graph::from_edges(0, []).unwrap());
        assert!(Drawing::of(&empty).to_svg().ends_with("</svg>\n"));
    }

    #[test]
    fn colors_are_those_of_the_wheel() {
        assert_eq!((color(0.0, 1.0, 0.5), color(1.0 / 3.0, 1.0, 0.5)), ("#ff0000".to_owned(), "#00ff00".to_owned()));
        assert_eq!(color(0.7, 0.0, 0.5), "#808080");
    }
}
