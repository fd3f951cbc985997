//! Where raw rows come from: a built-in set or a file.

use std::path::{Path, PathBuf};

use clap::Args;
use isinglass::dataset::{
    BuiltinFault, DatasetError, Format, LabelColumn, Limits, ReadOptions, Table, builtin, read_bytes,
    read_bytes_with_labels,
};

use super::fetched::{fetch_hint, fetched};
use super::value::quoted;
use crate::failure::Failure;
use crate::files::{input_name, is_standard, read_input};
use crate::{memory, progress};

/// Where raw rows come from.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Data")]
pub(crate) struct TableArguments {
    /// A built-in data set, or a file that was fetched; `isinglass data list` lists them
    #[arg(conflicts_with = "data")]
    pub(crate) dataset: Option<String>,
    /// A data file, `-` for standard input: LIBSVM, CSV, NPY, NPZ or IDX, also compressed with gzip
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,
    /// Format of the file: libsvm, csv, npy, npz or idx [default: found out from content and name]
    #[arg(long, value_name = "FORMAT", value_parser = parse::<Format>)]
    pub(crate) format: Option<Format>,
    /// Label column of CSV and NPY: first, last, none, a position from 1, or a name [default: last]
    #[arg(long, value_name = "COLUMN", value_parser = parse::<LabelColumn>)]
    pub(crate) label: Option<LabelColumn>,
    /// File of the labels alone, for IDX, NPY and CSV
    #[arg(long, value_name = "FILE", requires = "data")]
    pub(crate) labels: Option<PathBuf>,
    /// The array of an NPZ file with the features [default: X, x, data or x_train]
    #[arg(long, value_name = "NAME", requires = "data")]
    pub(crate) features_array: Option<String>,
    /// The array of an NPZ file with the labels [default: y, labels, target or y_train]
    #[arg(long, value_name = "NAME", requires = "data")]
    pub(crate) labels_array: Option<String>,
    /// Leave out these columns, by name or position, such as id,name
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', allow_hyphen_values = true)]
    pub(crate) drop: Vec<String>,
    /// Seed of random built-in sets and of the test rows
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) data_seed: u64,
}

/// The default limits, or what the memory of the machine allows: a table takes several times the bytes of its file.
fn limits() -> Limits {
    let default = Limits::default();
    let Some(available) = memory::available() else { return default };
    Limits { bytes: default.bytes.min(available / 8), cells: default.cells.min(available / 32), ..default }
}

/// Parses a value with the words of the data library for what is wrong with it.
pub(crate) fn parse<T: std::str::FromStr<Err = DatasetError>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: DatasetError| error.to_string())
}

/// The flag that leaves out these columns, as a shell takes it. A name with a comma can only be given by its position.
pub(crate) fn drop_flag<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() || names.iter().any(|name| name.contains(',')) {
        return "--drop POSITION".to_owned();
    }
    format!("--drop {}", quoted(&names.join(",")))
}

impl TableArguments {
    /// Whether a set or a file is named.
    pub(crate) fn is_named(&self) -> bool {
        self.dataset.is_some() || self.data.is_some()
    }

    /// How the file is to be read.
    pub(crate) fn read_options(&self) -> ReadOptions {
        ReadOptions {
            format: self.format,
            label: self.label.clone(),
            labels_path: self.labels.clone(),
            features_array: self.features_array.clone(),
            labels_array: self.labels_array.clone(),
            drop: self.drop.clone(),
            limits: limits(),
            ..ReadOptions::default()
        }
    }

    /// The table of a file or of standard input, whose labels may lie in a second file.
    fn read_file(&self, path: &Path, options: &ReadOptions) -> Result<Table, Failure> {
        let is_any_standard = is_standard(path) || options.labels_path.as_deref().is_some_and(is_standard);
        if !is_any_standard {
            return Ok(Table::read(path, options)?);
        }
        let (bytes, name) = (read_input(path, "data")?, input_name(path));
        Ok(match &options.labels_path {
            Some(path) => {
                let labels = read_input(path, "labels")?;
                read_bytes_with_labels(&bytes, &name, &labels, &input_name(path), options)?
            }
            None => read_bytes(&bytes, &name, options)?,
        })
    }

    /// The raw table; `default` is the built-in set to take when neither a set nor a file is named.
    ///
    /// # Errors
    /// A [`Failure`] when nothing is named and there is no default, or the set or file cannot be read.
    pub(crate) fn read(&self, default: Option<&str>) -> Result<Table, Failure> {
        self.read_columns(default, None)
    }

    /// The same with the feature columns of `only` and no others, where all of them are there.
    ///
    /// # Errors
    /// As [`TableArguments::read`].
    pub(crate) fn read_columns(&self, default: Option<&str>, only: Option<Vec<String>>) -> Result<Table, Failure> {
        let _bar = progress::stage("reading");
        let options = ReadOptions { only, ..self.read_options() };
        if let Some(path) = &self.data {
            return self.read_file(path, &options);
        }
        let Some(name) = self.dataset.as_deref().or(default) else {
            return Err(Failure::input("no data set is named")
                .with_hint("`isinglass data list` lists the built-in sets; `--data FILE` takes a file"));
        };
        if let Some(path) = fetched(name) {
            return Ok(Table::read(path, &options)?);
        }
        let table = builtin(name, self.data_seed).map_err(|error| match error {
            error if fetch_hint(Path::new(name)).is_some() => {
                Failure::from(error).with_optional_hint(fetch_hint(Path::new(name)))
            }
            DatasetError::Builtin { fault: BuiltinFault::Unknown { nearest: None }, .. } => Failure::from(error)
                .with_hint("`isinglass data list` lists the built-in sets; `--data FILE` takes a file"),
            _ => error.into(),
        })?;
        Ok(table.drop_columns(&self.drop)?)
    }
}
