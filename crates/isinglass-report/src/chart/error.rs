//! Why a chart cannot be drawn.

/// Why a chart cannot be drawn.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChartError {
    /// A value that has no place on an axis.
    #[error("chart {chart:?}, {place}: {value} is no finite number from -1e300 to 1e300")]
    NotFinite {
        /// Title of the chart.
        chart: String,
        /// Which value.
        place: String,
        /// The value.
        value: f64,
    },
    /// A value without a logarithm on a logarithmic axis.
    #[error("chart {chart:?}, {place}: {value} is not above 1e-280, which a logarithmic axis asks for")]
    NotPositive {
        /// Title of the chart.
        chart: String,
        /// Which value.
        place: String,
        /// The value.
        value: f64,
    },
    /// An error bar that ends below its beginning.
    #[error("chart {chart:?}, {place}: the error bar begins at {low}, above its end {high}")]
    Reversed {
        /// Title of the chart.
        chart: String,
        /// Which point.
        place: String,
        /// Its beginning.
        low: f64,
        /// Its end.
        high: f64,
    },
    /// Lengths that do not fit together.
    #[error("chart {chart:?}, {place}: {found} values, expected {expected}")]
    Ragged {
        /// Title of the chart.
        chart: String,
        /// The series or row; `rows` for the number of rows.
        place: String,
        /// Its length.
        found: usize,
        /// The number of categories, rows or columns.
        expected: usize,
    },
    /// A logarithmic axis of names.
    #[error("chart {chart:?}: the {axis} axis has names, which have no logarithm")]
    LogarithmicNames {
        /// Title of the chart.
        chart: String,
        /// Which axis, `x` or `y`.
        axis: char,
    },
    /// No value at all.
    #[error("chart {chart:?}: there is no value to draw")]
    Empty {
        /// Title of the chart.
        chart: String,
    },
    /// More than can be seen.
    #[error("chart {chart:?}: {found} {what}, at most {limit} can be told apart")]
    TooMuch {
        /// Title of the chart.
        chart: String,
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        limit: usize,
    },
}
