//! Bars side by side.

use super::canvas::{Canvas, mark, spoken};
use super::values::rounded;
use super::{Chart, Series, categories, frame, shapes};

/// Margin at the right.
const RIGHT: f64 = 16.0;
/// Part of a category that bars take.
const FILLED: f64 = 0.8;
/// Largest width of a bar.
const WIDEST: f64 = 64.0;
/// Bars lower than this get a line, so that they are seen.
const LOWEST: f64 = 1.5;

pub(super) fn draw(canvas: &mut Canvas, chart: &Chart, categories: &[String], series: &[Series]) {
    let top = frame::heading(canvas, &chart.title);
    let top = legend(canvas, top, chart, series);
    let top = frame::above(canvas, top, &chart.y.label);
    let values = || series.iter().flat_map(|one| &one.values).flatten().copied();
    let (low, high) = frame::range(values());
    // counts have no halves, and from four on the numbers at the axis have none either
    let are_counts = values().all(|value| value.fract() == 0.0);
    let high = if are_counts && !chart.y.log && high > 0.0 { high.max(4.0) } else { high };
    // the least bar of a logarithmic axis has a height too
    let range = if chart.y.log { (low / 1.5, high) } else { (low.min(0.0), high.max(0.0)) };
    let (area, scale) = frame::value_axis(canvas, top, RIGHT, range, chart.y.log);
    let base = if chart.y.log { area.bottom } else { scale.place(0.0) };
    let step = (area.right - area.left) / categories.len() as f64;
    let broad = (step * FILLED / series.len() as f64).min(WIDEST);
    // a gap between bars that are wide enough for one
    let gap = if broad > 6.0 { 1.5 } else { 0.0 };
    for (index, category) in categories.iter().enumerate() {
        let middle = area.left + (index as f64 + 0.5) * step;
        let left = middle - broad * series.len() as f64 / 2.0;
        for (number, one) in series.iter().enumerate() {
            let Some(value) = one.values[index] else { continue };
            let end = scale.place(value);
            let place = [left + number as f64 * broad, end.min(base), broad - gap, (base - end).abs()];
            canvas.push(format_args!("{}", mark(&title(&one.name, category, value))));
            shapes::bar(canvas, number, place);
            if place[3] < LOWEST {
                let color = canvas.palette.series[number];
                canvas.line([place[0], base], [place[0] + place[2], base], color, 3.0);
            }
            canvas.push(format_args!("</g>\n"));
        }
    }
    // below the bars of nothing
    canvas.line([area.left, base], [area.right, base], canvas.palette.muted, 1.0);
    let bottom = categories::along(canvas, categories, area.left + step / 2.0, step, area.bottom);
    frame::below(canvas, area, bottom, &chart.x.label);
}

fn title(series: &str, category: &str, value: f64) -> String {
    let value = rounded(value, 12);
    if series.is_empty() {
        return format!("{}: {value}", spoken(category));
    }
    format!("{}, {}: {value}", spoken(series), spoken(category))
}

fn legend(canvas: &mut Canvas, top: f64, chart: &Chart, series: &[Series]) -> f64 {
    let mut names: Vec<&str> = series.iter().map(|one| one.name.as_str()).collect();
    if let [only] = names[..]
        && (only.is_empty() || only == chart.y.label)
    {
        names.clear();
    }
    frame::legend(canvas, top, &names, 18.0, |canvas, number, [x, y]| {
        shapes::bar(canvas, number, [x, y - 7.0, 18.0, 14.0])
    })
}
