//! The picture while it is drawn: its text, and how much room text takes.

use super::palette::Palette;
use crate::markup::{escaped, number};
use std::borrow::Cow;
use std::fmt::Write;

/// Width of every chart.
pub(super) const WIDTH: f64 = 720.0;
/// Margin around the chart.
pub(super) const MARGIN: f64 = 12.0;
/// Size of text.
pub(super) const TEXT: f64 = 14.0;
/// From line to line of text.
pub(super) const LINE: f64 = 22.0;
/// Size of the heading beside that of text.
const LARGE: f64 = 1.2;
/// Maximum number of characters of names within titles of marks; the label has the whole name.
const SPOKEN: usize = 80;

/// A picture.
pub(super) struct Canvas {
    pub(super) palette: &'static Palette,
    body: String,
    height: f64,
}

/// Which part of a text is at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Text at a place.
#[derive(Clone, Copy)]
pub(super) struct Label<'a> {
    pub(super) text: &'a str,
    /// Position, on the baseline.
    pub(super) at: [f64; 2],
    pub(super) anchor: Anchor,
    pub(super) color: &'static str,
    /// It is cut to this length.
    pub(super) room: f64,
    /// Turned about its place, in degrees to the right.
    pub(super) turn: f64,
    pub(super) is_heading: bool,
}

impl<'a> Label<'a> {
    pub(super) fn new(text: &'a str, at: [f64; 2], anchor: Anchor, color: &'static str) -> Self {
        Self { text, at, anchor, color, room: WIDTH, turn: 0.0, is_heading: false }
    }
}

impl Canvas {
    pub(super) fn new(palette: &'static Palette) -> Self {
        Self { palette, body: String::new(), height: 0.0 }
    }

    /// Adds elements unchanged.
    pub(super) fn push(&mut self, elements: std::fmt::Arguments<'_>) {
        self.body.write_fmt(elements).expect("strings take all text");
    }

    /// Adds text, shortened if it does not fit, with the whole text as a title in that case.
    pub(super) fn label(&mut self, label: Label<'_>) {
        let scale = if label.is_heading { LARGE } else { 1.0 };
        let text = cut(label.text, label.room / scale);
        let [x, y] = label.at.map(number);
        self.push(format_args!("<text x=\"{x}\" y=\"{y}\" fill=\"{}\"", label.color));
        match label.anchor {
            Anchor::Start => {}
            Anchor::Middle => self.push(format_args!(" text-anchor=\"middle\"")),
            Anchor::End => self.push(format_args!(" text-anchor=\"end\"")),
        }
        if label.turn != 0.0 {
            self.push(format_args!(" transform=\"rotate({} {x} {y})\"", number(label.turn)));
        }
        if label.is_heading {
            self.push(format_args!(" font-size=\"{}\" font-weight=\"600\"", number(TEXT * LARGE)));
        }
        self.push(format_args!(">"));
        if text != label.text {
            self.push(format_args!("<title>{}</title>", escaped(label.text)));
        }
        self.push(format_args!("{}</text>\n", escaped(&text)));
    }

    /// A straight line.
    pub(super) fn line(&mut self, [x, y]: [f64; 2], [to_x, to_y]: [f64; 2], color: &str, width: f64) {
        let [x, y, to_x, to_y, width] = [x, y, to_x, to_y, width].map(number);
        self.push(format_args!(
            "<line x1=\"{x}\" y1=\"{y}\" x2=\"{to_x}\" y2=\"{to_y}\" stroke=\"{color}\" stroke-width=\"{width}\"/>\n"
        ));
    }

    /// Says where the picture ends.
    pub(super) fn end_at(&mut self, bottom: f64) {
        self.height = bottom + MARGIN;
    }

    /// The whole picture under its name.
    pub(super) fn finish(self, name: &str) -> String {
        let (name, height, width) = (escaped(name), number(self.height.ceil()), number(WIDTH));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{name}\" \
             font-family=\"system-ui,sans-serif\" font-size=\"{TEXT}\">\n<title>{name}</title>\n\
             <rect x=\"0\" y=\"0\" width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n{}</svg>\n",
            self.palette.paper, self.body
        )
    }
}

/// Start of a mark, with its title. It ends with `</g>`.
pub(super) fn mark(text: &str) -> String {
    format!("<g class=\"mark\"><title>{}</title>", escaped(text))
}

/// A name within the title of a mark.
pub(super) fn spoken(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(SPOKEN) {
        Some((end, _)) => Cow::Owned(format!("{}…", &name[..end])),
        None => Cow::Borrowed(name),
    }
}

/// How much room text takes, estimated from above: fonts differ.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(|character| TEXT * em(character)).sum()
}

/// Width of a character, in sizes of text.
fn em(character: char) -> f64 {
    match character {
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 1.0,
        'A'..='Z' => 0.75,
        '\0'..='\u{7f}' => 0.6,
        '\u{80}'..'\u{1100}' | '\u{2000}'..'\u{2500}' => 0.75,
        _ => 1.1,
    }
}

/// As much of a text as has room, with an ellipsis in place of the rest.
pub(super) fn cut(text: &str, room: f64) -> Cow<'_, str> {
    // sums of widths are rounded
    let (room, mut taken, mut end) = (room + 1e-6, 0.0, 0);
    for (start, character) in text.char_indices() {
        if taken + TEXT * em('…') <= room {
            end = start;
        }
        taken += TEXT * em(character);
        if taken > room {
            return Cow::Owned(format!("{}…", text[..end].trim_end()));
        }
    }
    Cow::Borrowed(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_where_its_room_ends() {
        assert_eq!(cut("abcdef", 6.0 * 0.6 * TEXT), "abcdef");
        assert_eq!(cut("abcdef", 5.9 * 0.6 * TEXT), "abcd…");
        assert_eq!(cut("ab cdef", 5.0 * 0.6 * TEXT), "ab…");
        assert_eq!(cut("äöü", 2.0 * TEXT), "ä…");
        assert_eq!((cut("", 0.0), cut("a", 0.0)), ("".into(), "…".into()));
        for room in 14..200 {
            assert!(width(&cut("Mixed Width of mäny wörds 漢字 %", f64::from(room))) <= f64::from(room) + 1e-6);
        }
    }
}
