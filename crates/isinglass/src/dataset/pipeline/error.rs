//! Why a pipeline cannot be fitted or applied.

use thiserror::Error;

use super::binarize::Binarize;

/// Why a pipeline cannot be fitted or applied.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum PipelineError {
    /// A column is not there.
    #[error("{path}: there is no column \"{name}\" among {num_columns}")]
    UnknownColumn {
        /// The source of the table.
        path: String,
        /// The column.
        name: String,
        /// Number of columns there are.
        num_columns: usize,
        /// Their names; at most the first 100.
        names: Vec<String>,
        /// A name that may have been meant.
        nearest: Option<String>,
    },
    /// A column is listed twice.
    #[error("the column \"{name}\" is listed twice")]
    RepeatedColumn {
        /// The column.
        name: String,
    },
    /// A column is chosen and dropped.
    #[error("the column \"{column}\" is both chosen as a feature and dropped")]
    DroppedFeature {
        /// The column.
        column: String,
    },
    /// Pooling is requested, but the table does not hold images.
    #[error("{path}: pooling needs images, and the shape of images is not known")]
    NoImages {
        /// The source of the table.
        path: String,
    },
    /// Blocks do not tile the image.
    #[error("blocks of {}x{} do not divide images of {}x{}", block.0, block.1, image.0, image.1)]
    PoolShape {
        /// Rows and columns of an image.
        image: (usize, usize),
        /// Rows and columns of a block.
        block: (usize, usize),
    },
    /// The images are not of the shape the pipeline was fitted to.
    #[error("{path}: the images are {}x{}, those in training were {}x{}", found.0, found.1, expected.0, expected.1)]
    ImageShape {
        /// The source of the table.
        path: String,
        /// Rows and columns found.
        found: (usize, usize),
        /// Rows and columns in training.
        expected: (usize, usize),
    },
    /// A column to be pooled holds categories.
    #[error("the pixel column \"{column}\" holds categories")]
    CategoricalPixel {
        /// The column.
        column: String,
    },
    /// The range of means is empty or not finite.
    #[error("the range of means {low}..{high} is empty")]
    MeanRange {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// A column of categories cannot be selected by its mean.
    #[error("the column \"{column}\" holds categories, which have no mean")]
    MeanOfCategories {
        /// The column.
        column: String,
    },
    /// The number in the way to make bits is out of range.
    #[error("{binarize} cannot be used: a threshold must be finite and a thermometer have 1 to 64 levels")]
    Binarize {
        /// The way to make bits.
        binarize: Binarize,
    },
    /// A column holds categories where the training rows had numbers.
    #[error("{path}: the column \"{column}\" holds categories, in training it held numbers")]
    NotNumeric {
        /// The source of the table.
        path: String,
        /// The column.
        column: String,
    },
    /// A column has too many values for one bit each.
    #[error(
        "the column \"{column}\" has {found} different {}; the limit for one bit per value is {allowed}",
        if *is_text { "texts" } else { "values" }
    )]
    TooManyLevels {
        /// The column.
        column: String,
        /// Whether it holds text.
        is_text: bool,
        /// Number of different values.
        found: usize,
        /// The limit.
        allowed: usize,
    },
    /// There are too many input bits.
    #[error("there are {found} input bits; the limit is {allowed}")]
    TooManyInputs {
        /// Number of input bits.
        found: usize,
        /// The limit.
        allowed: usize,
    },
    /// No column is left.
    #[error("no input is left (columns: {num_columns}, of these constant: {num_constant})")]
    NoInputs {
        /// Number of columns there were.
        num_columns: usize,
        /// How many were left out for being constant.
        num_constant: usize,
    },
    /// The stored pipeline lacks columns.
    #[error("the stored pipeline has no columns")]
    NoStoredColumns,
    /// The stored encoding of a column is not one that fitting makes.
    #[error("the stored encoding of the column \"{column}\" is not valid")]
    InvalidEncoding {
        /// The column.
        column: String,
    },
    /// A stored column is not a block of the pooled image.
    #[error("the stored column \"{name}\" is not a block of the pooled image")]
    NoSuchBlock {
        /// The column.
        name: String,
    },
}

impl PipelineError {
    pub(in crate::dataset) fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownColumn { nearest: Some(nearest), .. } => Some(format!("did you mean \"{nearest}\"?")),
            Self::PoolShape { .. } => {
                Some("rows and columns of the image must be multiples of those of a block".into())
            }
            Self::MeanRange { .. } => Some("write it as 0.3..0.65".into()),
            Self::MeanOfCategories { .. } => Some("choose the columns by name instead".into()),
            Self::TooManyLevels { is_text: true, .. } => Some("drop the column, or merge its categories".into()),
            Self::TooManyLevels { .. } => Some("leave the column out, or use a threshold or a thermometer".into()),
            Self::NoInputs { .. } => Some("name the columns, widen the range of means or use other thresholds".into()),
            Self::NoStoredColumns | Self::InvalidEncoding { .. } | Self::NoSuchBlock { .. } => {
                Some("the file was changed after it was written; fit the pipeline again".into())
            }
            _ => None,
        }
    }
}
