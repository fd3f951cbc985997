//! Rows of bits to train and test on, with what made them from raw rows.

use super::{
    Classes, Dataset, DatasetError, Pipeline, PipelineOptions, ReadOptions, Split, SplitOptions, Table, TestRows,
    TestSource, identifier_columns,
};

/// Training and test rows as bits with class indices, and the pipeline and classes that were fitted on the training rows.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedData {
    /// Turns raw rows into bits.
    pub pipeline: Pipeline,
    /// The classes of the training rows.
    pub classes: Classes,
    /// The training rows.
    pub train: Dataset,
    /// The test rows.
    pub test: Option<Dataset>,
    /// How the test rows were chosen, if there are any.
    pub test_rows: Option<TestRows>,
    /// The columns among the inputs that look like identifiers of the rows, unless [`PipelineOptions::features`] names the columns.
    pub identifiers: Vec<String>,
    /// Name or path of the training rows.
    pub source: String,
    /// SHA-256 of the file of the training rows, hexadecimal.
    pub sha256: String,
}

impl PreparedData {
    /// Fits pipeline and classes on the training rows and those beyond the limit, never on test rows, and encodes all rows.
    ///
    /// # Errors
    /// [`DatasetError`] when columns or labels do not allow it.
    pub fn fit(split: &Split, options: &PipelineOptions) -> Result<Self, DatasetError> {
        Self::with_classes(split, options, Classes::fit(split.fitted_on())?)
    }

    /// The same with classes that are known.
    ///
    /// # Errors
    /// [`DatasetError`] when columns or labels do not allow it.
    pub fn with_classes(split: &Split, options: &PipelineOptions, classes: Classes) -> Result<Self, DatasetError> {
        let rows = split.fitted_on();
        let pipeline = Pipeline::fit(rows, options)?;
        let train = Dataset::encode(&split.train, &pipeline, &classes)?;
        let encode_test = |table| Dataset::encode(table, &pipeline, &classes);
        let test = split.test.as_ref().map(encode_test).transpose()?;
        let is_input = |name: &String| options.features.is_none() && pipeline.column_names().any(|input| input == name);
        let identifiers = identifier_columns(rows).into_iter().map(|index| rows.columns()[index].name.clone());
        Ok(Self {
            identifiers: identifiers.filter(is_input).collect(),
            source: split.train.source().to_owned(),
            sha256: split.train.sha256().to_owned(),
            test_rows: split.test_rows.clone(),
            pipeline,
            classes,
            train,
            test,
        })
    }

    /// Divides a table into training rows and a stratified share of test rows (`0` for none, less than 1), drawn with seed 0, and
    /// prepares both with the default pipeline.
    ///
    /// # Errors
    /// [`DatasetError`] when the share is out of range, or columns or labels do not allow it.
    ///
    /// # Examples
    /// ```
    /// use isinglass::dataset::{PreparedData, builtin};
    /// let data = PreparedData::of_table(builtin("monks-1", 0)?, 0.25)?;
    /// assert_eq!(data.train.labels.len() + data.test.map_or(0, |test| test.labels.len()), 432);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_table(table: Table, test_share: f64) -> Result<Self, DatasetError> {
        let test = if test_share == 0.0 { TestSource::None } else { TestSource::Fraction(test_share) };
        let options = SplitOptions { test, ..SplitOptions::default() };
        Self::fit(&Split::prepare(table, &options, &ReadOptions::default())?, &PipelineOptions::default())
    }
}
