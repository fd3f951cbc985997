//! SVG charts: bars, lines and heat maps.

mod bars;
mod canvas;
mod categories;
mod check;
mod error;
mod frame;
mod heat;
mod lines;
mod palette;
mod scale;
mod shapes;
mod values;

pub use error::ChartError;
pub(crate) use palette::Palette;

use canvas::Canvas;
use serde::Serialize;

/// Chart of numbers, rendered as SVG.
///
/// Every mark has its exact values, to twelve digits, as a title. Series differ in shape, dashes or texture as well as color, and stay
/// visible where they coincide. Long labels are shortened, with the whole text as a title, and rotated or thinned out where they would
/// overlap; the value axis of bars begins at 0, unless it is logarithmic.
///
/// # Examples
/// ```
/// use isinglass_report::chart::{Axis, Chart, Line, Marks, Point, Theme};
/// let point = |x, y| Point { x, y, low: None, high: None };
/// let annealing = Line { name: "annealing".to_owned(), points: vec![point(1.0, 8.0), point(10.0, 3.0)] };
/// let chart = Chart {
///     title: "Best energy found".to_owned(),
///     x: Axis { label: "sweeps".to_owned(), log: true },
///     y: Axis { label: "energy above the optimum".to_owned(), log: false },
///     marks: Marks::Lines { series: vec![annealing] },
/// };
/// let svg = chart.svg(Theme::Light)?;
/// assert!(svg.starts_with("<svg ") && svg.contains("<title>annealing: (10, 3)</title>"));
/// # Ok::<(), isinglass_report::chart::ChartError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chart {
    /// Title; may be empty.
    pub title: String,
    /// Horizontal axis; that of a heat map is the title of its columns.
    pub x: Axis,
    /// Vertical axis; that of a heat map is the title of its rows, which go from top to bottom.
    pub y: Axis,
    /// Data of the chart.
    pub marks: Marks,
}

/// Axis of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Axis {
    /// Axis label with unit; may be empty.
    pub label: String,
    /// Whether the scale is logarithmic; not supported on category axes. `[default: false]`
    pub log: bool,
}

/// Type and data of a chart.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Marks {
    /// Grouped bars, one group for each category. On a logarithmic axis only the ends of bars are meaningful, not their heights.
    Bars {
        /// Categories, from left to right.
        categories: Vec<String>,
        /// One to six series, each with a value for every category.
        series: Vec<Series>,
    },
    /// Lines through points, in order.
    Lines {
        /// One to six series.
        series: Vec<Line>,
    },
    /// Heat map. The color shows sign and magnitude relative to the largest value; zero is white (black on a dark background). Values are
    /// printed in cells that are large enough.
    Heat {
        /// Row labels, from top to bottom.
        rows: Vec<String>,
        /// Column labels, from left to right.
        columns: Vec<String>,
        /// Values by row; `None` for an empty cell.
        values: Vec<Vec<Option<f64>>>,
    },
}

/// Bar series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// Name of the series.
    pub name: String,
    /// One value for each category; `None` for no bar.
    pub values: Vec<Option<f64>>,
}

/// Line series.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Name of the series.
    pub name: String,
    /// Points, in drawing order.
    pub points: Vec<Point>,
}

/// Point with an optional error bar.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Horizontal value.
    pub x: f64,
    /// Vertical value.
    pub y: f64,
    /// Lower end of the error bar. `[default: y]`
    pub low: Option<f64>,
    /// Upper end of the error bar. `[default: y]`
    pub high: Option<f64>,
}

/// Color theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// CSS variables `--paper`, `--ink`, `--muted`, `--grid`, `--minus`, `--plus` and `--series-1` to `--series-6` of the surrounding
    /// page, as [`Document`](crate::document::Document) defines them.
    #[default]
    Page,
    /// Light background.
    Light,
    /// Dark background.
    Dark,
}

impl Chart {
    /// Renders the chart as SVG text, 720 units wide and as high as needed. It references nothing outside itself except the variables of
    /// [`Theme::Page`] and has no identifiers, so that several charts fit in one page. The same chart gives the same bytes.
    ///
    /// # Errors
    /// [`ChartError`] if a value is not finite, exceeds `±1e300`, or is not above `1e-280` on a logarithmic axis; if lengths do not
    /// match; and if there are no values or too many elements.
    pub fn svg(&self, theme: Theme) -> Result<String, ChartError> {
        check::check(self)?;
        let mut canvas = Canvas::new(Palette::of(theme));
        match &self.marks {
            Marks::Bars { categories, series } => bars::draw(&mut canvas, self, categories, series),
            Marks::Lines { series } => lines::draw(&mut canvas, self, series),
            Marks::Heat { rows, columns, values } => heat::draw(&mut canvas, self, rows, columns, values),
        }
        Ok(canvas.finish(&self.name()))
    }

    /// Accessible name of the chart.
    fn name(&self) -> String {
        if self.title.is_empty() { format!("{} by {}", self.y.label, self.x.label) } else { self.title.clone() }
    }
}

#[cfg(test)]
mod tests;
