//! The frame around marks: title, legend, axes.

use super::canvas::{Anchor, Canvas, LINE, Label, MARGIN, TEXT, WIDTH, cut, width};
use super::scale::{Scale, Ticks};

/// Between a sign of the legend and its name, and between a number and its axis.
const GAP: f64 = 8.0;
/// Between entries of the legend, and the least between numbers along an axis.
const APART: f64 = 20.0;
/// From the ends of an axis of numbers to those of the area, for signs at its ends.
const INSIDE: f64 = 16.0;
/// Height of charts with a value axis, between its ends.
const HEIGHT: f64 = 300.0;
/// Numbers on a value axis.
const NUMBERS: usize = 8;
/// Numbers along the bottom.
const NUMBERS_ALONG: usize = 10;

/// Where marks lie.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// Writes the heading on one line or two, and says where they end.
pub(super) fn heading(canvas: &mut Canvas, title: &str) -> f64 {
    let (room, ink) = (WIDTH - 2.0 * MARGIN, canvas.palette.ink);
    // letters of a heading are larger, and bold
    let of_line = room / 1.3;
    let (mut first, mut rest) = (title.trim(), "");
    if width(first) > of_line {
        let breaks = first.char_indices().filter(|(_, character)| character.is_whitespace());
        if let Some((end, _)) = breaks.take_while(|(end, _)| width(&first[..*end]) <= of_line).last() {
            (first, rest) = (&first[..end], first[end..].trim_start());
        }
    }
    let mut top = MARGIN;
    for line in [first, rest].into_iter().filter(|line| !line.is_empty()) {
        let at = [MARGIN, top + TEXT];
        let label = Label::new(line, at, Anchor::Start, ink);
        canvas.label(Label { is_heading: true, room: of_line * 1.2, ..label });
        top += LINE;
    }
    top
}

/// Writes names behind their signs, on as many lines as they need, and says where they end. `sign` draws one with its
/// left end and its middle at a place, `broad` units wide.
pub(super) fn legend(
    canvas: &mut Canvas,
    top: f64,
    names: &[&str],
    broad: f64,
    sign: impl Fn(&mut Canvas, usize, [f64; 2]),
) -> f64 {
    let (mut left, mut middle) = (MARGIN, top + LINE / 2.0);
    for (index, name) in names.iter().enumerate() {
        let room = WIDTH - 2.0 * MARGIN - broad - GAP;
        let long = width(&cut(name, room));
        if left > MARGIN && left + broad + GAP + long > WIDTH - MARGIN {
            (left, middle) = (MARGIN, middle + LINE);
        }
        sign(canvas, index, [left, middle]);
        let at = [left + broad + GAP, middle + TEXT * 0.35];
        canvas.label(Label { room, ..Label::new(name, at, Anchor::Start, canvas.palette.ink) });
        left += broad + GAP + long + APART;
    }
    if names.is_empty() { top } else { middle + LINE / 2.0 }
}

/// Writes the label of the vertical axis above it, and returns its lower end.
pub(super) fn above(canvas: &mut Canvas, top: f64, text: &str) -> f64 {
    if text.is_empty() {
        return top + GAP;
    }
    let label = Label::new(text, [MARGIN, top + TEXT + 2.0], Anchor::Start, canvas.palette.muted);
    canvas.label(Label { room: WIDTH - 2.0 * MARGIN, ..label });
    top + LINE + GAP
}

/// Writes what the horizontal axis counts, in the middle below it, and ends the picture.
pub(super) fn below(canvas: &mut Canvas, area: Area, top: f64, text: &str) {
    if text.is_empty() {
        return canvas.end_at(top);
    }
    let middle = f64::midpoint(area.left, area.right);
    let room = 2.0 * (middle - MARGIN).min(WIDTH - MARGIN - middle);
    let label = Label::new(text, [middle, top + TEXT + 2.0], Anchor::Middle, canvas.palette.muted);
    canvas.label(Label { room, ..label });
    canvas.end_at(top + LINE);
}

/// Draws a value axis at the left with its grid, `right` units before the end of the picture, and says where marks go.
pub(super) fn value_axis(
    canvas: &mut Canvas,
    top: f64,
    right: f64,
    (low, high): (f64, f64),
    is_log: bool,
) -> (Area, Scale) {
    let ticks = Ticks::around(low, high, is_log, NUMBERS);
    let labels = ticks.labels();
    let broad = labels.iter().map(|label| width(label)).fold(0.0, f64::max);
    let left = (MARGIN + broad + GAP).max(48.0);
    let area = Area { left, right: WIDTH - right, top, bottom: top + HEIGHT };
    let scale = Scale { ticks, from: area.bottom, to: area.top };
    let (grid, muted) = (canvas.palette.grid, canvas.palette.muted);
    for &line in &scale.ticks.minor {
        let y = scale.place(line);
        canvas.line([area.left, y], [area.right, y], grid, 0.5);
    }
    for (&value, label) in scale.ticks.values.iter().zip(&labels) {
        let y = scale.place(value);
        canvas.line([area.left, y], [area.right, y], grid, 1.0);
        canvas.label(Label::new(label, [area.left - GAP, y + TEXT * 0.35], Anchor::End, muted));
    }
    (area, scale)
}

/// Draws an axis of numbers along the bottom with its grid, and says where its numbers end.
pub(super) fn number_axis(canvas: &mut Canvas, area: Area, (low, high): (f64, f64), is_log: bool) -> (Scale, f64) {
    let fitting = |room: usize| {
        let scale =
            Scale { ticks: Ticks::around(low, high, is_log, room), from: area.left + INSIDE, to: area.right - INSIDE };
        let labels = scale.ticks.labels();
        let ends = |index: usize| {
            let (middle, half) = (scale.place(scale.ticks.values[index]), width(&labels[index]) / 2.0);
            (middle - half, middle + half)
        };
        let fits = (1..labels.len()).all(|index| ends(index - 1).1 + APART <= ends(index).0);
        (fits, scale, labels)
    };
    // fewer than four are not to be had: those are the narrowest
    let rooms = (4..=NUMBERS_ALONG).rev().map(fitting);
    let (_, scale, labels) = rooms.reduce(|best, next| if best.0 { best } else { next }).expect("there are rooms");
    let (grid, muted) = (canvas.palette.grid, canvas.palette.muted);
    for &line in &scale.ticks.minor {
        let x = scale.place(line);
        canvas.line([x, area.top], [x, area.bottom], grid, 0.5);
    }
    for (&value, label) in scale.ticks.values.iter().zip(&labels) {
        let x = scale.place(value);
        canvas.line([x, area.top], [x, area.bottom], grid, 1.0);
        // numbers at the ends move in rather than out of the picture
        let half = width(label) / 2.0;
        let middle = x.clamp(MARGIN + half, WIDTH - MARGIN - half);
        canvas.label(Label::new(label, [middle, area.bottom + LINE], Anchor::Middle, muted));
    }
    (scale, area.bottom + LINE + GAP)
}

/// The least and the largest of some numbers.
pub(super) fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
}
