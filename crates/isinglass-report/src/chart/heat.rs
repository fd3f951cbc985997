//! Tables of coloured cells.

use super::canvas::{Anchor, Canvas, LINE, Label, MARGIN, TEXT, WIDTH, cut, mark, spoken, width};
use super::frame::Area;
use super::values::rounded;
use super::{Chart, categories, frame};
use crate::markup::number;

/// How strong the colour of the largest value is. With more, text on it could not be read.
pub(super) const STRONGEST: f64 = 0.5;
/// Cells of the scale on each side of zero.
const STEPS: i32 = 5;
/// Size of a cell of the scale.
const STEP: f64 = 20.0;
/// Names of rows are cut to this length.
const LONGEST: f64 = 200.0;
/// Largest width of a cell.
const WIDEST: f64 = 96.0;
/// Largest height of a cell.
const HIGHEST: f64 = 32.0;
/// Height of tables of many rows.
const HEIGHT: f64 = 640.0;
/// Cells lower than this have no room for text.
const WRITTEN: f64 = 18.0;
/// Cells smaller than this have no gap around them.
const PARTED: f64 = 6.0;

pub(super) fn draw(
    canvas: &mut Canvas,
    chart: &Chart,
    rows: &[String],
    columns: &[String],
    values: &[Vec<Option<f64>>],
) {
    let largest = values.iter().flatten().flatten().fold(0.0, |most: f64, value| most.max(value.abs()));
    let top = frame::heading(canvas, &chart.title);
    let top = legend(canvas, top, values, largest);
    let top = frame::above(canvas, top, &chart.y.label);
    let broad = rows.iter().map(|row| width(&cut(row, LONGEST))).fold(0.0, f64::max);
    let left = (MARGIN + broad + 8.0).max(48.0);
    let wide = ((WIDTH - MARGIN - left) / columns.len() as f64).min(WIDEST);
    let high = (HEIGHT / rows.len() as f64).min(HIGHEST);
    let area = Area { left, right: left + wide * columns.len() as f64, top, bottom: top + high * rows.len() as f64 };
    // all cells have the same number of digits, as many as fit
    let room = if high >= WRITTEN { wide - 6.0 } else { 0.0 };
    let fits = |digits: usize| values.iter().flatten().flatten().all(|value| width(&rounded(*value, digits)) <= room);
    let digits = if fits(3) { 3 } else { 2 };
    let gap = if wide.min(high) < PARTED { 0.0 } else { 1.0 };
    for ((index, row), cells) in rows.iter().enumerate().zip(values) {
        let y = top + index as f64 * high;
        for ((index, column), value) in columns.iter().enumerate().zip(cells) {
            let place = [left + index as f64 * wide, y, wide - gap, high - gap];
            let said = value.map_or_else(|| "no value".to_owned(), |value| rounded(value, 12));
            canvas.push(format_args!("{}", mark(&format!("{}, {}: {said}", spoken(row), spoken(column)))));
            cell(canvas, value.map(|value| share(value, largest)), place);
            if let Some(text) = value.map(|value| rounded(value, digits)).filter(|text| width(text) <= room) {
                let at = [place[0] + place[2] / 2.0, place[1] + place[3] / 2.0 + TEXT * 0.35];
                canvas.label(Label::new(&text, at, Anchor::Middle, canvas.palette.ink));
            }
            canvas.push(format_args!("</g>\n"));
        }
    }
    let every = categories::stride(WRITTEN, high);
    for (index, row) in rows.iter().enumerate().step_by(every) {
        let at = [left - 8.0, top + (index as f64 + 0.5) * high + TEXT * 0.35];
        let label = Label::new(row, at, Anchor::End, canvas.palette.muted);
        canvas.label(Label { room: LONGEST, ..label });
    }
    let bottom = categories::along(canvas, columns, left + wide / 2.0, wide, area.bottom);
    frame::below(canvas, area, bottom, &chart.x.label);
}

/// From -1 to 1.
fn share(value: f64, largest: f64) -> f64 {
    if largest > 0.0 { value / largest } else { 0.0 }
}

/// A coloured cell, or an empty one with a line through it: left, top, width and height.
fn cell(canvas: &mut Canvas, share: Option<f64>, [x, y, wide, high]: [f64; 4]) {
    let [left, top, right, bottom] = [x, y, x + wide, y + high].map(number);
    let [width, height] = [wide, high].map(number);
    let (plus, minus, grid) = (canvas.palette.plus, canvas.palette.minus, canvas.palette.grid);
    canvas.push(format_args!("<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\""));
    let Some(share) = share else {
        let color = canvas.palette.muted;
        return canvas.push(format_args!(
            " fill=\"{grid}\" fill-opacity=\"0.4\"/><line x1=\"{left}\" y1=\"{bottom}\" x2=\"{right}\" y2=\"{top}\" \
             stroke=\"{color}\" stroke-width=\"1\"/>"
        ));
    };
    let color = if share < 0.0 { minus } else { plus };
    canvas.push(format_args!(" fill=\"{color}\" fill-opacity=\"{}\"", number(share.abs() * STRONGEST)));
    if wide.min(high) >= PARTED {
        // without an edge a zero would be no cell
        canvas.push(format_args!(" stroke=\"{grid}\" stroke-width=\"1\""));
    }
    canvas.push(format_args!("/>"));
}

/// Colours from the least value there may be to the largest, with as much of both signs as there is.
fn legend(canvas: &mut Canvas, top: f64, values: &[Vec<Option<f64>>], largest: f64) -> f64 {
    let (low, high) = frame::range(values.iter().flatten().flatten().copied());
    let from = if low < 0.0 { -STEPS } else { 0 };
    let to = if high > 0.0 { STEPS } else { 0 };
    let (mut left, ink) = (MARGIN, canvas.palette.ink);
    let baseline = top + LINE / 2.0 + TEXT * 0.35;
    let write = |canvas: &mut Canvas, text: &str, left: &mut f64| {
        canvas.label(Label::new(text, [*left, baseline], Anchor::Start, ink));
        *left += width(text) + 8.0;
    };
    let value = |step: i32| rounded(f64::from(step) / f64::from(STEPS) * largest, 3);
    write(canvas, &value(from), &mut left);
    for step in from..=to {
        cell(canvas, Some(f64::from(step) / f64::from(STEPS)), [left, top + 3.0, STEP - 1.0, LINE - 6.0]);
        left += STEP;
    }
    left += 8.0;
    if from < to {
        write(canvas, &value(to), &mut left);
    }
    if values.iter().flatten().any(Option::is_none) {
        left += 16.0;
        cell(canvas, None, [left, top + 3.0, STEP - 1.0, LINE - 6.0]);
        left += STEP + 8.0;
        write(canvas, "no value", &mut left);
    }
    top + LINE
}
