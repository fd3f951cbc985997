//! Validation of charts before rendering.

use super::{Axis, Chart, ChartError, Line, Marks, Series};

/// As many as there are colours.
pub(super) const SERIES: usize = 6;
/// Bars of half a unit.
const BARS: usize = 1280;
const POINTS: usize = 20_000;
const ROWS: usize = 1000;
const COLUMNS: usize = 1000;
const CELLS: usize = 40_000;
/// Far enough from the largest number that widths of axes are numbers too.
const LARGEST: f64 = 1e300;
/// Far enough from numbers of fewer digits that an axis may begin below.
const SMALLEST: f64 = 1e-280;

/// Checks that the chart can be rendered. Sizes are checked before values.
pub(super) fn check(chart: &Chart) -> Result<(), ChartError> {
    let check = Check { chart };
    match &chart.marks {
        Marks::Bars { categories, series } => check.bars(categories, series),
        Marks::Lines { series } => check.lines(series),
        Marks::Heat { rows, columns, values } => check.heat(rows, columns, values),
    }
}

struct Check<'a> {
    chart: &'a Chart,
}

impl Check<'_> {
    fn title(&self) -> String {
        self.chart.title.clone()
    }

    fn bars(&self, categories: &[String], series: &[Series]) -> Result<(), ChartError> {
        self.names(&self.chart.x, 'x')?;
        self.at_most("series", series.len(), SERIES)?;
        self.at_most("bars", categories.len().saturating_mul(series.len()), BARS)?;
        let mut num_values = 0;
        for one in series {
            self.length(|| format!("series {:?}", one.name), one.values.len(), categories.len())?;
            for (value, category) in one.values.iter().zip(categories) {
                let Some(value) = *value else { continue };
                num_values += 1;
                self.value(&self.chart.y, value, || format!("series {:?}, category {category:?}", one.name))?;
            }
        }
        self.some(num_values)
    }

    fn lines(&self, series: &[Line]) -> Result<(), ChartError> {
        self.at_most("series", series.len(), SERIES)?;
        let num_points = series.iter().map(|line| line.points.len()).sum();
        self.at_most("points", num_points, POINTS)?;
        for line in series {
            for (index, point) in line.points.iter().enumerate() {
                let place = || format!("series {:?}, point {index}", line.name);
                self.value(&self.chart.x, point.x, || place() + ", x")?;
                self.value(&self.chart.y, point.y, || place() + ", y")?;
                for (value, name) in [(point.low, ", low"), (point.high, ", high")] {
                    value.map_or(Ok(()), |value| self.value(&self.chart.y, value, || place() + name))?;
                }
                let (low, high) = (point.low.unwrap_or(point.y), point.high.unwrap_or(point.y));
                if low > high {
                    return Err(ChartError::Reversed { chart: self.title(), place: place(), low, high });
                }
            }
        }
        self.some(num_points)
    }

    fn heat(&self, rows: &[String], columns: &[String], values: &[Vec<Option<f64>>]) -> Result<(), ChartError> {
        self.names(&self.chart.x, 'x')?;
        self.names(&self.chart.y, 'y')?;
        self.at_most("rows", rows.len(), ROWS)?;
        self.at_most("columns", columns.len(), COLUMNS)?;
        self.at_most("cells", rows.len() * columns.len(), CELLS)?;
        self.length(|| "rows".to_owned(), values.len(), rows.len())?;
        let mut num_values = 0;
        for (cells, row) in values.iter().zip(rows) {
            self.length(|| format!("row {row:?}"), cells.len(), columns.len())?;
            for (value, column) in cells.iter().zip(columns) {
                let Some(value) = *value else { continue };
                num_values += 1;
                self.value(&self.chart.y, value, || format!("row {row:?}, column {column:?}"))?;
            }
        }
        self.some(num_values)
    }

    fn value(&self, axis: &Axis, value: f64, place: impl Fn() -> String) -> Result<(), ChartError> {
        // a number that is none is not within either
        if !(-LARGEST..=LARGEST).contains(&value) {
            return Err(ChartError::NotFinite { chart: self.title(), place: place(), value });
        }
        if axis.log && value <= SMALLEST {
            return Err(ChartError::NotPositive { chart: self.title(), place: place(), value });
        }
        Ok(())
    }

    fn length(&self, place: impl Fn() -> String, found: usize, expected: usize) -> Result<(), ChartError> {
        if found != expected {
            return Err(ChartError::Ragged { chart: self.title(), place: place(), found, expected });
        }
        Ok(())
    }

    fn names(&self, axis: &Axis, name: char) -> Result<(), ChartError> {
        if axis.log {
            return Err(ChartError::LogarithmicNames { chart: self.title(), axis: name });
        }
        Ok(())
    }

    fn at_most(&self, what: &'static str, found: usize, limit: usize) -> Result<(), ChartError> {
        if found > limit {
            return Err(ChartError::TooMuch { chart: self.title(), what, found, limit });
        }
        Ok(())
    }

    fn some(&self, num_values: usize) -> Result<(), ChartError> {
        if num_values == 0 { Err(ChartError::Empty { chart: self.title() }) } else { Ok(()) }
    }
}
