//! Points, joined, with their error bars.

use super::canvas::{Canvas, mark, spoken};
use super::frame::Area;
use super::scale::Scale;
use super::values::rounded;
use super::{Chart, Line, Point, frame, shapes};
use crate::markup::number;
use std::collections::BTreeMap;

/// Margin at the right.
const RIGHT: f64 = 16.0;
/// Size of signs.
const SIGN: f64 = 4.0;
/// Growth of a sign for every later one at the same place.
const GROWTH: f64 = 2.2;
/// Signs nearer than this lie on each other.
const NEAR: f64 = 3.0;
/// Lines of more points have signs only at evenly spaced points.
const SIGNS: usize = 40;
const WIDTH: f64 = 2.0;
/// Additional width of a line over that of the next series, whose gaps it fills where they coincide.
const WIDER: f64 = 0.8;

pub(super) fn draw(canvas: &mut Canvas, chart: &Chart, series: &[Line]) {
    let top = frame::heading(canvas, &chart.title);
    let top = legend(canvas, top, chart, series);
    let top = frame::above(canvas, top, &chart.y.label);
    let points = || series.iter().flat_map(|line| &line.points);
    let heights = frame::range(points().flat_map(|point| [Some(point.y), point.low, point.high]).flatten());
    let (area, y) = frame::value_axis(canvas, top, RIGHT, heights, chart.y.log);
    let (x, bottom) = frame::number_axis(canvas, area, frame::range(points().map(|point| point.x)), chart.x.log);
    canvas.line([area.left, area.bottom], [area.right, area.bottom], canvas.palette.muted, 1.0);
    let places = Places::of(series, &x, &y);
    for (number, points) in places.points.iter().enumerate() {
        path(canvas, number, series.len(), points);
    }
    for (number, line) in series.iter().enumerate() {
        let every = if line.points.len() > SIGNS { line.points.len().div_ceil(SIGNS) } else { 1 };
        for (index, point) in line.points.iter().enumerate() {
            let at = places.points[number][index];
            canvas.push(format_args!("{}", mark(&title(&line.name, point))));
            let [earlier, later] = places.others(number, at);
            error_bar(canvas, number, point, [at[0], y.place(low(point)), y.place(high(point))], [earlier, later]);
            let radius = SIGN + GROWTH * f64::from(later);
            if index % every == 0 || index + 1 == line.points.len() {
                shapes::sign(canvas, number, at, radius);
            } else {
                hidden(canvas, at);
            }
            canvas.push(format_args!("</g>\n"));
        }
    }
    frame::below(canvas, Area { bottom, ..area }, bottom, &chart.x.label);
}

/// Where points lie, and which lie on each other.
struct Places {
    points: Vec<Vec<[f64; 2]>>,
    /// The series with a point in each square of [`NEAR`] units.
    squares: BTreeMap<[i32; 2], Vec<(usize, [f64; 2])>>,
}

impl Places {
    fn of(series: &[Line], x: &Scale, y: &Scale) -> Self {
        let place = |point: &Point| [x.place(point.x), y.place(point.y)];
        let points: Vec<Vec<_>> = series.iter().map(|line| line.points.iter().map(place).collect()).collect();
        let mut squares: BTreeMap<[i32; 2], Vec<(usize, [f64; 2])>> = BTreeMap::new();
        for (number, line) in points.iter().enumerate() {
            for &at in line {
                let inside = squares.entry(square(at)).or_default();
                // one of each series is enough to be seen
                if inside.last().is_none_or(|(last, _)| *last != number) {
                    inside.push((number, at));
                }
            }
        }
        Self { points, squares }
    }

    /// How many earlier and how many later series have a point here.
    fn others(&self, number: usize, at: [f64; 2]) -> [u8; 2] {
        let [column, row] = square(at);
        let around = (column - 1..=column + 1).flat_map(|column| (row - 1..=row + 1).map(move |row| [column, row]));
        let mut has = [false; super::check::SERIES];
        for &(other, [x, y]) in around.filter_map(|square| self.squares.get(&square)).flatten() {
            has[other] |= (x - at[0]).hypot(y - at[1]) < NEAR;
        }
        [&has[..number], &has[number + 1..]].map(|others| others.iter().map(|&has| u8::from(has)).sum())
    }
}

fn square(at: [f64; 2]) -> [i32; 2] {
    at.map(|place| (place / NEAR) as i32)
}

fn stroke(series: usize, num_series: usize) -> String {
    number(WIDTH + WIDER * (num_series - 1 - series) as f64)
}

fn path(canvas: &mut Canvas, series: usize, num_series: usize, points: &[[f64; 2]]) {
    if points.len() < 2 {
        return;
    }
    let places: Vec<String> = points.iter().map(|[x, y]| format!("{} {}", number(*x), number(*y))).collect();
    let (color, width) = (canvas.palette.series[series], stroke(series, num_series));
    canvas.push(format_args!(
        "<path d=\"M{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" stroke-linejoin=\"round\"{}/>\n",
        places.join("L"),
        shapes::dashes(series)
    ));
}

fn low(point: &Point) -> f64 {
    point.low.unwrap_or(point.y)
}

fn high(point: &Point) -> f64 {
    point.high.unwrap_or(point.y)
}

/// The error bar of a point, at a place, from one height to another. Those that coincide lie inside each other, with gaps.
fn error_bar(canvas: &mut Canvas, series: usize, point: &Point, [x, low, high]: [f64; 3], [earlier, later]: [u8; 2]) {
    if point.low.is_none() && point.high.is_none() {
        return;
    }
    let later = f64::from(later);
    let (color, width, half) = (canvas.palette.series[series], number(1.5 + WIDER * later), 4.0 + 2.0 * later);
    let gaps = if earlier > 0 { shapes::dashes(series) } else { String::new() };
    let [along, from, to] = [x, low, high].map(number);
    canvas.push(format_args!(
        "<line x1=\"{along}\" y1=\"{from}\" x2=\"{along}\" y2=\"{to}\" stroke=\"{color}\" stroke-width=\"{width}\"{gaps}/>"
    ));
    for end in [low, high] {
        canvas.line([x - half, end], [x + half, end], color, 1.5);
    }
}

/// A place that says its values and shows nothing.
fn hidden(canvas: &mut Canvas, at: [f64; 2]) {
    let [x, y, radius] = [at[0], at[1], SIGN].map(number);
    canvas.push(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"none\" pointer-events=\"all\"/>"));
}

fn title(series: &str, point: &Point) -> String {
    let value = |value| rounded(value, 12);
    let name = if series.is_empty() { String::new() } else { format!("{}: ", spoken(series)) };
    let error = match (point.low, point.high) {
        (None, None) => String::new(),
        _ => format!(", from {} to {}", value(low(point)), value(high(point))),
    };
    format!("{name}({}, {}){error}", value(point.x), value(point.y))
}

fn legend(canvas: &mut Canvas, top: f64, chart: &Chart, series: &[Line]) -> f64 {
    let mut names: Vec<&str> = series.iter().map(|line| line.name.as_str()).collect();
    if let [only] = names[..]
        && (only.is_empty() || only == chart.y.label)
    {
        names.clear();
    }
    frame::legend(canvas, top, &names, 36.0, |canvas, number, [x, y]| {
        path(canvas, number, series.len(), &[[x, y], [x + 36.0, y]]);
        shapes::sign(canvas, number, [x + 18.0, y], SIGN + 1.0);
    })
}
