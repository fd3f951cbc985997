//! Everything between a data file and rows of bits to train and test on.

use std::path::{Path, PathBuf};

use clap::Args;
use isinglass::dataset::{
    Binarize, ClassError, Classes, DatasetError, PipelineOptions, PreparedData, Split, SplitOptions, TestOrder,
    TestRows, TestSource,
};

use super::fetched::fetched;
use super::rows::RowArguments;
use super::table::{TableArguments, drop_flag, parse};
use super::value;
use crate::failure::Failure;
use crate::files::{input_name, is_standard, read_input};
use crate::progress::stage;
use crate::session::Session;

/// Data to train and test on.
#[derive(Args, Clone, Debug)]
pub(crate) struct DataArguments {
    /// Where raw rows come from.
    #[command(flatten)]
    pub(crate) table: TableArguments,
    /// Which rows are taken.
    #[command(flatten)]
    pub(crate) rows: RowArguments,
    /// Test rows: a second file (`-` for standard input, or the name of one that was fetched), a fraction of the rows such as 0.25, or none
    /// [default: none]
    #[arg(long, value_name = "FILE|FRACTION", value_parser = parse::<TestSource>, help_heading = "Rows")]
    pub(crate) test: Option<TestSource>,
    /// How a fraction of test rows is chosen: stratified or last [default: stratified]
    #[arg(long, value_name = "ORDER", value_parser = parse::<TestOrder>, help_heading = "Rows")]
    pub(crate) test_order: Option<TestOrder>,
    /// File of the labels of the test file
    #[arg(long, value_name = "FILE", help_heading = "Rows")]
    pub(crate) test_labels: Option<PathBuf>,
    /// Keep these columns only, by name or LIBSVM id, such as 6,22,36
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', help_heading = "Inputs")]
    pub(crate) features: Option<Vec<String>>,
    /// Keep the columns whose mean over the training rows is inside this range, bounds excluded
    #[arg(long, value_name = "LOW..HIGH", value_parser = value::range, allow_hyphen_values = true, help_heading = "Inputs")]
    pub(crate) feature_mean: Option<(f64, f64)>,
    /// Pooling window for averaging images, such as 2x2
    #[arg(long, value_name = "ROWSxCOLUMNS", value_parser = value::shape, help_heading = "Inputs")]
    pub(crate) pool: Option<(usize, usize)>,
    /// How a column becomes bits: auto, threshold:NUMBER, mean, median, thermometer:LEVELS or one-hot
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = parse::<Binarize>, help_heading = "Inputs")]
    pub(crate) binarize: Binarize,
}

/// Names the columns that look like identifiers, and the flag that drops them.
pub(crate) fn note_identifiers(identifiers: &[String], session: &Session) {
    const SHOWN: usize = 8;
    let names: Vec<&str> = identifiers.iter().take(SHOWN).map(String::as_str).collect();
    let shown = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let more = if identifiers.len() > SHOWN { ", ..." } else { "" };
    let (columns, look, them) = match names.len() {
        0 => return,
        1 => ("column", "looks like an identifier", "it"),
        _ => ("columns", "look like identifiers", "them"),
    };
    session.output().note(&format!(
        "the {columns} {shown}{more} {look}: nearly every row has another value. To leave {them} out: {}",
        drop_flag(names)
    ));
}

impl DataArguments {
    /// Reads the rows, keeps those of the classes asked for, orders them, and divides them for training and testing.
    /// `default` is the built-in set to take when neither a set nor a file is named.
    ///
    /// # Errors
    /// A [`Failure`] when any of these steps is not possible.
    pub(crate) fn split(&self, default: Option<&str>) -> Result<Split, Failure> {
        if self.pool.is_some() && !self.table.drop.is_empty() {
            return Err(Failure::input("--pool needs whole images, but --drop leaves pixels out")
                .with_hint("leave out pooled pixels with --features or --feature-mean"));
        }
        let test = self.test_source()?;
        if self.test_order.is_some() && !matches!(test, TestSource::Fraction(_)) {
            return Err(Failure::input("`--test-order` needs a fraction, such as `--test 0.25`"));
        }
        let options = SplitOptions {
            test_order: self.test_order.unwrap_or_default(),
            seed: self.table.data_seed,
            ..self.rows.split_options(test)
        };
        Ok(Split::prepare(self.table.read(default)?, &options, &self.table.read_options())?)
    }

    /// Makes bits of rows: pipeline and classes are fitted on the training rows and those beyond the limit, never on test rows.
    ///
    /// # Errors
    /// A [`Failure`] when columns or labels do not allow it.
    pub(crate) fn prepare(&self, split: &Split) -> Result<PreparedData, Failure> {
        let _bar = stage("encoding");
        let rows = split.fitted_on();
        // labels that the user listed are classes, however many there are
        let classes = if self.rows.classes.is_some() { Classes::of_labels(rows) } else { Classes::fit(rows) };
        let prepared = classes.and_then(|classes| PreparedData::with_classes(split, &self.pipeline_options(), classes));
        prepared.map_err(|error| unfit(error, split))
    }

    /// Whether the labels can be classes: not so if they are measurements or names, unless the user listed them.
    pub(crate) fn has_classes(&self, split: &Split) -> bool {
        let is_too_many = |error| matches!(error, DatasetError::Class(ClassError::TooMany { .. }));
        self.rows.classes.is_some() || !Classes::fit(split.fitted_on()).is_err_and(is_too_many)
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

    /// The fraction of the rows that is kept for testing, if that is where test rows come from.
    pub(crate) fn test_fraction(&self) -> Option<f64> {
        match self.test {
            Some(TestSource::Fraction(fraction)) => Some(fraction),
            _ => None,
        }
    }

    /// Where the test rows come from, with the labels that belong to them.
    fn test_source(&self) -> Result<TestSource, Failure> {
        match (self.test.clone().unwrap_or(TestSource::None), &self.test_labels) {
            (TestSource::File { path, .. }, labels) => test_file(path, labels.clone()),
            (_, Some(_)) => Err(Failure::input("`--test-labels` needs `--test FILE`")),
            (source, None) => Ok(source),
        }
    }
}

/// Why training and test rows do not have the classes that they need, with the flag that helps.
fn unfit(error: DatasetError, split: &Split) -> Failure {
    let hint = match (&error, &split.test_rows) {
        (DatasetError::Class(ClassError::Unseen { .. } | ClassError::TooFew { .. }), Some(TestRows::Last)) => Some(
            "the rows are sorted by class: leave --test-order last out, or shuffle them first with --shuffle seed:1"
                .to_owned(),
        ),
        (DatasetError::Class(ClassError::Unseen { classes, .. }), _) => {
            Some(format!("keep the classes of the training rows only: --classes={}", value::quoted(&classes.join(","))))
        }
        _ => None,
    };
    Failure::from(error).with_optional_hint(hint)
}

/// The test rows of a file, which is read at once where it or its labels are standard input.
///
/// # Errors
/// A [`Failure`] when standard input cannot be read, or another input was read from it.
pub(crate) fn test_file(path: PathBuf, labels: Option<PathBuf>) -> Result<TestSource, Failure> {
    if !is_standard(&path) && !labels.as_deref().is_some_and(is_standard) {
        return Ok(TestSource::File { path: known_file(path), labels });
    }
    let content = |path: &Path, input: &'static str| -> Result<(Vec<u8>, String), Failure> {
        Ok((read_input(path, input)?.into_owned(), input_name(path)))
    };
    let (bytes, name) = content(&path, "test rows")?;
    let labels = labels.map(|path| content(&path, "labels of the test rows")).transpose()?;
    Ok(TestSource::Content { bytes, name, labels })
}

/// The place of a file: a file that was fetched is known by its name.
pub(crate) fn known_file(path: PathBuf) -> PathBuf {
    let known = path.to_str().filter(|_| !path.exists()).and_then(fetched);
    known.unwrap_or(path)
}
