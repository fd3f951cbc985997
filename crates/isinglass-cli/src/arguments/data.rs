//! Everything between a data file and rows of bits to train and test on.

use std::path::PathBuf;

use clap::Args;
use isinglass::dataset::{Binarize, Classes, Dataset, Pipeline, PipelineOptions, Split, TestSource};

use super::fetched::fetched;
use super::rows::RowArguments;
use super::table::{TableArguments, parse};
use super::value;
use crate::failure::Failure;

/// Data to train and test on.
#[derive(Args, Clone, Debug)]
pub(crate) struct DataArguments {
    /// Where raw rows come from.
    #[command(flatten)]
    pub(crate) table: TableArguments,
    /// Which rows are taken.
    #[command(flatten)]
    pub(crate) rows: RowArguments,
    /// Test rows: a second file (or the name of one that was fetched), a fraction of the rows such as 0.25, or none [default: none]
    #[arg(long, value_name = "FILE|FRACTION", value_parser = parse::<TestSource>, help_heading = "Rows")]
    pub(crate) test: Option<TestSource>,
    /// File of the labels of the test file
    #[arg(long, value_name = "FILE", help_heading = "Rows")]
    pub(crate) test_labels: Option<PathBuf>,
    /// Keep these columns only, by name or LIBSVM id, such as 6,22,36
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Inputs")]
    pub(crate) features: Option<Vec<String>>,
    /// Keep the columns whose mean over the training rows is inside this range, bounds excluded
    #[arg(long, value_name = "LOW..HIGH", value_parser = value::range, allow_hyphen_values = true, help_heading = "Inputs")]
    pub(crate) feature_mean: Option<(f64, f64)>,
    /// Average images over blocks of so many rows and columns, such as 2x2
    #[arg(long, value_name = "ROWSxCOLUMNS", value_parser = value::shape, help_heading = "Inputs")]
    pub(crate) pool: Option<(usize, usize)>,
    /// How a column becomes bits: auto, threshold:NUMBER, mean, median, thermometer:LEVELS or one-hot
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = parse::<Binarize>, help_heading = "Inputs")]
    pub(crate) binarize: Binarize,
}

/// Rows of bits with class indices, and what turned raw rows into them.
#[derive(Clone, Debug)]
pub(crate) struct PreparedData {
    /// What makes bits of raw rows, fitted on the training rows.
    pub(crate) pipeline: Pipeline,
    /// The classes of the training rows.
    pub(crate) classes: Classes,
    /// The training rows.
    pub(crate) train: Dataset,
    /// The test rows.
    pub(crate) test: Option<Dataset>,
}

impl DataArguments {
    /// Reads the rows, keeps those of the classes asked for, orders them, and divides them for training and testing.
    /// `default` is the built-in set to take when neither a set nor a file is named.
    ///
    /// # Errors
    /// A [`Failure`] when any of these steps is not possible.
    pub(crate) fn split(&self, default: Option<&str>) -> Result<Split, Failure> {
        let options = self.rows.split_options(self.test_source()?);
        Ok(Split::prepare(self.table.read(default)?, &options, &self.table.read_options())?)
    }

    /// Makes bits of rows: pipeline and classes are fitted on the training rows and those beyond the limit, never on test rows.
    ///
    /// # Errors
    /// A [`Failure`] when columns or labels do not allow it.
    pub(crate) fn prepare(&self, split: &Split) -> Result<PreparedData, Failure> {
        let pipeline = Pipeline::fit(split.fitted_on(), &self.pipeline_options())?;
        let classes = Classes::fit(split.fitted_on())?;
        let train = Dataset::encode(&split.train, &pipeline, &classes)?;
        let test = split.test.as_ref().map(|table| Dataset::encode(table, &pipeline, &classes)).transpose()?;
        Ok(PreparedData { pipeline, classes, train, test })
    }

    /// What the pipeline is to do.
    pub(crate) fn pipeline_options(&self) -> PipelineOptions {
        PipelineOptions {
            features: self.features.clone(),
            feature_mean: self.feature_mean,
            pool: self.pool,
            binarize: self.binarize,
        }
    }

    /// Where the test rows come from, with the labels that belong to them.
    fn test_source(&self) -> Result<TestSource, Failure> {
        match (self.test.clone().unwrap_or(TestSource::None), &self.test_labels) {
            (TestSource::File { path, .. }, labels) => {
                // a file that was fetched is known by its name
                let known = path.to_str().filter(|_| !path.exists()).and_then(fetched);
                Ok(TestSource::File { path: known.unwrap_or(path), labels: labels.clone() })
            }
            (_, Some(_)) => Err(Failure::input("`--test-labels` needs `--test FILE`")),
            (source, None) => Ok(source),
        }
    }
}
