//! Chart errors.

/// Error from rendering a chart.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ChartError {
    /// A value is not finite, or too large.
    #[error("chart {chart:?}, {place}: {value} is not a finite number from -1e300 to 1e300")]
    NotFinite {
        /// Title of the chart.
        chart: String,
        /// Position of the value.
        place: String,
        /// Value found.
        value: f64,
    },
    /// A value on a logarithmic axis is not positive.
    #[error("chart {chart:?}, {place}: {value} is not above 1e-280, which a logarithmic axis asks for")]
    NotPositive {
        /// Title of the chart.
        chart: String,
        /// Position of the value.
        place: String,
        /// Value found.
        value: f64,
    },
    /// The lower end of an error bar is above its upper end.
    #[error("chart {chart:?}, {place}: the error bar begins at {low}, above its end {high}")]
    Reversed {
        /// Title of the chart.
        chart: String,
        /// Position of the point.
        place: String,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Lengths do not match.
    #[error("chart {chart:?}, {place}: {found} values, expected {expected}")]
    Ragged {
        /// Title of the chart.
        chart: String,
        /// Name of the series or row; `rows` for the number of rows.
        place: String,
        /// Length found.
        found: usize,
        /// Length expected: the number of categories, rows or columns.
        expected: usize,
    },
    /// A category axis is logarithmic.
    #[error("chart {chart:?}: the {axis} axis has names, which have no logarithm")]
    LogarithmicNames {
        /// Title of the chart.
        chart: String,
        /// Which axis, `x` or `y`.
        axis: char,
    },
    /// The chart has no values.
    #[error("chart {chart:?}: there are no values to draw")]
    Empty {
        /// Title of the chart.
        chart: String,
    },
    /// The chart has too many elements.
    #[error("chart {chart:?}: {found} {what}, at most {limit} can be told apart")]
    TooMuch {
        /// Title of the chart.
        chart: String,
        /// Kind of element.
        what: &'static str,
        /// Number found.
        found: usize,
        /// Maximum number.
        limit: usize,
    },
}
