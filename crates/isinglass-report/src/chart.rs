//! Charts as SVG: bars, lines and heat maps.

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

/// A picture of numbers.
///
/// Every mark has its exact values, to twelve digits, as a title. Series differ in shape, dashes or texture beside their colour, and
/// stay visible where they coincide. Long labels are cut, with the whole text as a title, and turned or thinned out where
/// they would overlap; the value axis of bars begins at 0, unless it is logarithmic.
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
    /// The heading. It may be empty.
    pub title: String,
    /// From left to right; that of a heat map names its columns.
    pub x: Axis,
    /// From below to above; that of a heat map names its rows, which go from above to below.
    pub y: Axis,
    /// What it shows.
    pub marks: Marks,
}

/// What is counted along one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Axis {
    /// What it counts, with its unit. It may be empty.
    pub label: String,
    /// Whether equal distances are equal ratios. An axis of categories cannot be. `[default: false]`
    pub log: bool,
}

/// What a chart shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Marks {
    /// Bars side by side, a group for each category. On a logarithmic axis their heights have no meaning of their own, only
    /// where they end has.
    Bars {
        /// Names of the groups, from left to right.
        categories: Vec<String>,
        /// One to six, each with a value for every category.
        series: Vec<Series>,
    },
    /// Points joined in their order.
    Lines {
        /// One to six.
        series: Vec<Line>,
    },
    /// A table of coloured cells. The colour of a value says its sign and how large it is beside the largest, white (or
    /// black on dark ground) is zero; where it fits, the value is printed too.
    Heat {
        /// Names of the rows, from above to below.
        rows: Vec<String>,
        /// Names of the columns, from left to right.
        columns: Vec<String>,
        /// Row by row; nothing where there is no value.
        values: Vec<Vec<Option<f64>>>,
    },
}

/// Bars of one colour.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// What they are called.
    pub name: String,
    /// One for each category; nothing where there is no value.
    pub values: Vec<Option<f64>>,
}

/// Points of one colour.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// What they are called.
    pub name: String,
    /// In the order in which they are joined.
    pub points: Vec<Point>,
}

/// A point, and how uncertain it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// From left to right.
    pub x: f64,
    /// From below to above.
    pub y: f64,
    /// Where its error bar begins. `[default: at y]`
    pub low: Option<f64>,
    /// Where its error bar ends. `[default: at y]`
    pub high: Option<f64>,
}

/// Where the colours come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// The variables `--paper`, `--ink`, `--muted`, `--grid`, `--minus`, `--plus` and `--series-1` to `--series-6` of the page
    /// around, as [`Document`](crate::document::Document) defines them.
    #[default]
    Page,
    /// On white.
    Light,
    /// On nearly black.
    Dark,
}

impl Chart {
    /// The picture as text, 720 units wide and as high as it needs to be. It refers to nothing outside itself, other than the
    /// variables of [`Theme::Page`], and has no identifiers, so that many fit in one page. The same chart gives the same bytes.
    ///
    /// # Errors
    /// [`ChartError`] when a value is not finite, beyond `±1e300`, or not above `1e-280` on a logarithmic axis; when lengths do not
    /// fit together; when there is no value, and when there is too much to see.
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

    /// What it is called where it cannot be seen.
    fn name(&self) -> String {
        if self.title.is_empty() { format!("{} by {}", self.y.label, self.x.label) } else { self.title.clone() }
    }
}

#[cfg(test)]
mod tests;
