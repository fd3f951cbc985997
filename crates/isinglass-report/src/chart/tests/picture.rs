//! Reads back what was drawn, without code of the drawing.

/// An element: its name, its attributes and the text in it.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) text: String,
}

impl Element {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> f64 {
        self.get(name).unwrap_or_else(|| panic!("{name} in {self:?}")).parse().unwrap()
    }

    /// Left, top, right and bottom of what it paints, if it paints.
    pub(super) fn edges(&self) -> Option<[f64; 4]> {
        let around = |places: Vec<[f64; 2]>, margin: f64| {
            let side = |axis: usize, pick: fn(f64, f64) -> f64| places.iter().map(|at| at[axis]).reduce(pick).unwrap();
            [
                side(0, f64::min) - margin,
                side(1, f64::min) - margin,
                side(0, f64::max) + margin,
                side(1, f64::max) + margin,
            ]
        };
        let half = self.get("stroke-width").map_or(0.0, |width| width.parse::<f64>().unwrap() / 2.0);
        match self.name.as_str() {
            "rect" => {
                let [x, y] = [self.number("x"), self.number("y")];
                assert!(self.number("width") >= 0.0 && self.number("height") >= 0.0, "{self:?}");
                Some(around(vec![[x, y], [x + self.number("width"), y + self.number("height")]], half))
            }
            "circle" => Some(around(vec![[self.number("cx"), self.number("cy")]], self.number("r") + half)),
            "line" => {
                let [from, to] = [["x1", "y1"], ["x2", "y2"]].map(|names| names.map(|name| self.number(name)));
                let mut edges = around(vec![from, to], 0.0);
                // a line is as broad as its stroke, and no longer than it is
                let axis = usize::from(from[1] == to[1]);
                edges[axis] -= half;
                edges[axis + 2] += half;
                Some(edges)
            }
            "polygon" | "path" => {
                let text = self.get("points").or_else(|| self.get("d")).unwrap().replace(['M', 'L', ','], " ");
                let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
                Some(around(numbers.chunks(2).map(|pair| [pair[0], pair[1]]).collect(), half))
            }
            "text" => Some(around(self.corners().to_vec(), 0.0)),
            _ => None,
        }
    }

    /// How far a text is turned, in degrees.
    pub(super) fn turn(&self) -> f64 {
        let Some(turn) = self.get("transform") else { return 0.0 };
        turn.trim_start_matches("rotate(").split(' ').next().unwrap().parse().unwrap()
    }

    /// Left, top, right and bottom of a text before it is turned, its letters 0.6 of its size wide.
    fn level(&self) -> [f64; 4] {
        let size = self.get("font-size").map_or(14.0, |size| size.parse().unwrap());
        let wide = 0.6 * size * self.text.chars().count() as f64;
        let left = match self.get("text-anchor") {
            None => 0.0,
            Some("middle") => -wide / 2.0,
            Some("end") => -wide,
            other => panic!("{other:?}"),
        };
        [left, -0.75 * size, left + wide, 0.2 * size]
    }

    /// The corners of a text.
    fn corners(&self) -> [[f64; 2]; 4] {
        let [left, top, right, bottom] = self.level();
        let (sine, cosine) = self.turn().to_radians().sin_cos();
        let (x, y) = (self.number("x"), self.number("y"));
        [[left, top], [right, top], [right, bottom], [left, bottom]]
            .map(|[across, down]| [x + across * cosine - down * sine, y + across * sine + down * cosine])
    }

    /// Whether two texts touch: whether no side of either parts them.
    pub(super) fn touches(&self, other: &Self) -> bool {
        let (own, others) = (self.corners(), other.corners());
        let parted = |angle: f64| {
            let (sine, cosine) = angle.to_radians().sin_cos();
            let shadow = |corners: &[[f64; 2]; 4]| {
                let places = corners.map(|[x, y]| x * cosine + y * sine);
                (
                    places.iter().copied().fold(f64::INFINITY, f64::min),
                    places.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                )
            };
            let (one, two) = (shadow(&own), shadow(&others));
            one.1 <= two.0 || two.1 <= one.0
        };
        ![self.turn(), self.turn() + 90.0, other.turn(), other.turn() + 90.0].into_iter().any(parted)
    }
}

/// All elements in order. Panics unless every element is closed in its place and every attribute is quoted.
pub(super) fn elements(svg: &str) -> Vec<Element> {
    let (mut elements, mut open): (Vec<Element>, Vec<usize>) = (Vec::new(), Vec::new());
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(elements[open.pop().unwrap()].name, name);
        } else {
            let (tag, is_closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
            let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
            let mut attributes = Vec::new();
            while let Some((name, after)) = rest.split_once("=\"") {
                let (value, after) = after.split_once('"').unwrap();
                attributes.push((name.trim().to_owned(), value.to_owned()));
                rest = after;
            }
            assert_eq!(rest.trim(), "", "{piece}");
            elements.push(Element { name: name.to_owned(), attributes, text: String::new() });
            if !is_closed {
                open.push(elements.len() - 1);
            }
        }
        if let Some(&last) = open.last() {
            elements[last].text.push_str(&unescaped(text.trim_end_matches('\n')));
        } else {
            assert_eq!(text.trim(), "");
        }
    }
    assert!(open.is_empty());
    elements
}

fn unescaped(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    named.iter().fold(text.to_owned(), |text, (name, character)| text.replace(name, character))
}
