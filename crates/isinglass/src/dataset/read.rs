//! Reading a [`Table`] from a file or bytes: options, limits and format detection.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use flate2::read::MultiGzDecoder;
use isinglass_qubo::io::open_file;

use super::error::{DatasetError, Quantity};
use super::table::{Table, hex_sha256};
use super::{array, csv, idx, libsvm, npy, npz};

/// A file format. Each may also be compressed with gzip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Sparse text, `label id:value ...`.
    Libsvm,
    /// Text cells separated by comma, semicolon or tab.
    Csv,
    /// One NumPy array.
    Npy,
    /// An archive of NumPy arrays.
    Npz,
    /// The format of the MNIST files.
    Idx,
}

impl Format {
    /// Format names.
    pub const NAMES: [&str; 5] = ["libsvm", "csv", "npy", "npz", "idx"];
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::NAMES[*self as usize])
    }
}

impl FromStr for Format {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        match text {
            "libsvm" => Ok(Self::Libsvm),
            "csv" => Ok(Self::Csv),
            "npy" => Ok(Self::Npy),
            "npz" => Ok(Self::Npz),
            "idx" => Ok(Self::Idx),
            _ => {
                Err(DatasetError::Option { value: text.to_owned(), expected: "a format: libsvm, csv, npy, npz or idx" })
            }
        }
    }
}

/// Label column of a CSV or NPY file.
///
/// As text: `first`, `last`, `none`, a position from 1, or else a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LabelColumn {
    /// The first column.
    First,
    /// The last column.
    Last,
    /// The column at this position, counted from 1.
    Position(usize),
    /// The column with this name in the header.
    Name(String),
    /// No column: the rows have no labels.
    None,
}

impl FromStr for LabelColumn {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        Ok(match text {
            "first" => Self::First,
            "last" => Self::Last,
            "none" => Self::None,
            _ => match text.parse::<usize>() {
                Ok(0) => {
                    return Err(DatasetError::Option {
                        value: text.to_owned(),
                        expected: "a label column: positions count from 1",
                    });
                }
                Ok(position) => Self::Position(position),
                Err(_) => Self::Name(text.to_owned()),
            },
        })
    }
}

/// Size limits of a file, checked before memory is allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file after decompression. [default: 4 GiB]
    pub bytes: u64,
    /// Rows times columns of the table; a cell takes 8 bytes. [default: 2^28, that is 2 GiB]
    pub cells: u64,
    /// Columns of the table. [default: 2^20]
    pub columns: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 1 << 32, cells: 1 << 28, columns: 1 << 20 }
    }
}

impl Limits {
    /// Checks a table of `num_rows × num_columns` against the limits.
    pub(super) fn check(&self, path: &str, num_rows: usize, num_columns: usize) -> Result<(), DatasetError> {
        let too_large =
            |quantity, found, allowed| DatasetError::TooLarge { path: path.to_owned(), quantity, found, allowed };
        if num_columns as u64 > self.columns {
            return Err(too_large(Quantity::Columns, num_columns as u64, self.columns));
        }
        let cells = (num_rows as u64).saturating_mul(num_columns as u64);
        if cells > self.cells {
            return Err(too_large(Quantity::Cells, cells, self.cells));
        }
        Ok(())
    }
}

/// Options for reading a file. Options left at `None` are detected from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The format. [default: from the first bytes, otherwise from the file name extension]
    pub format: Option<Format>,
    /// The label column of CSV and of two-dimensional NPY. [default: the last; none when `labels_path` is given]
    pub label: Option<LabelColumn>,
    /// A file with the labels alone: IDX, one-dimensional NPY, or text with one label on each line. [default: for IDX
    /// images the file with `labels` for `images` in its name, if there is one; else none]
    pub labels_path: Option<PathBuf>,
    /// Whether a CSV file has a header row. [default: detected]
    pub header: Option<bool>,
    /// The separator of CSV. [default: the most frequent of comma, semicolon, tab and `|` in the first line]
    pub separator: Option<u8>,
    /// CSV columns to read as categories although they hold numbers.
    pub categorical: Vec<String>,
    /// Columns to drop, by name or by position from 1. Their cells are not checked, so values may be missing there.
    /// Each column must exist.
    pub drop: Vec<String>,
    /// The only feature columns to read, by name; all others are dropped. A table that lacks one of them is read
    /// completely, as are LIBSVM files and images. [default: all]
    pub only: Option<Vec<String>>,
    /// The array of an NPZ file with the features. [default: `X`, `x`, `data`, `x_train`, whichever is first]
    pub features_array: Option<String>,
    /// The array of an NPZ file with the labels. [default: `y`, `labels`, `target`, `y_train`, whichever is first]
    pub labels_array: Option<String>,
    /// Size limits.
    pub limits: Limits,
}

impl ReadOptions {
    /// The label column, or the given default if the options do not set one.
    pub(super) fn label_or(&self, default: LabelColumn) -> LabelColumn {
        match (&self.label, &self.labels_path) {
            (_, Some(_)) => LabelColumn::None,
            (Some(label), None) => label.clone(),
            (None, None) => default,
        }
    }
}

impl Table {
    /// Reads a table, with labels from a second file if [`ReadOptions::labels_path`] is set.
    ///
    /// # Errors
    /// Any [`DatasetError`] about files: the file cannot be read, is damaged, exceeds a limit, or does not hold a valid
    /// table.
    pub fn read(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Self, DatasetError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let bytes = read_file(path, &options.limits)?;
        let (table, format) = parse(&bytes, &name, options)?;
        // Only one copy of a large file at a time.
        drop(bytes);
        let labels_path = match &options.labels_path {
            Some(labels_path) => Some(labels_path.clone()),
            None if format == Format::Idx && options.label.is_none() => labels_beside(path),
            None => None,
        };
        let Some(labels_path) = labels_path else { return Ok(table) };
        let bytes = read_file(&labels_path, &options.limits)?;
        let labels = read_labels_bytes(&bytes, &labels_path.display().to_string(), options)?;
        table.with_labels(&labels, Some(&hex_sha256(&bytes)))
    }
}

/// Reads a table from the bytes of a file; `name` is used in messages and for format detection.
///
/// Does not open other files: [`ReadOptions::labels_path`] only indicates that no column holds the labels.
///
/// # Errors
/// Any [`DatasetError`] about the content.
///
/// # Examples
/// ```
/// use isinglass::dataset::{read_bytes, ReadOptions};
/// let table = read_bytes(b"+1 1:0.5 3:2\n-1 2:1\n", "two.libsvm", &ReadOptions::default())?;
/// assert_eq!((table.num_rows(), table.num_columns()), (2, 3));
/// # Ok::<(), isinglass::dataset::DatasetError>(())
/// ```
pub fn read_bytes(bytes: &[u8], name: &str, options: &ReadOptions) -> Result<Table, DatasetError> {
    parse(bytes, name, options).map(|(table, _)| table)
}

/// Reads a table and, from the bytes of a second file called `labels_name`, its labels.
///
/// [`ReadOptions::labels_path`] must be set, so that no column is used as the labels; the path is not opened.
///
/// # Errors
/// Any [`DatasetError`] about the content.
pub fn read_bytes_with_labels(
    bytes: &[u8],
    name: &str,
    labels: &[u8],
    labels_name: &str,
    options: &ReadOptions,
) -> Result<Table, DatasetError> {
    let table = read_bytes(bytes, name, options)?;
    let texts = read_labels_bytes(labels, labels_name, options)?;
    table.with_labels(&texts, Some(&hex_sha256(labels)))
}

fn parse(bytes: &[u8], name: &str, options: &ReadOptions) -> Result<(Table, Format), DatasetError> {
    let content = inflate(bytes, name, &options.limits)?;
    let format = match options.format {
        Some(format) => format,
        None => detect(&content, name)?,
    };
    let without_column = matches!(format, Format::Libsvm | Format::Npz | Format::Idx);
    if without_column && !matches!(options.label, None | Some(LabelColumn::None)) {
        return Err(DatasetError::NoLabelColumn { path: name.to_owned(), format });
    }
    let sha256 = hex_sha256(bytes);
    let table = match format {
        Format::Libsvm => libsvm::read(&content, name, sha256, options)?.drop_columns(&options.drop)?,
        Format::Csv => csv::read(&content, name, sha256, options)?,
        Format::Npy => {
            let array = npy::read(&content, name, &options.limits)?;
            array::into_table(array, options.label_or(LabelColumn::Last), name, sha256, options)?
        }
        Format::Npz => npz::read(&content, name, sha256, options)?,
        Format::Idx => {
            let array = idx::read(&content, name, &options.limits)?;
            array::into_table(array, LabelColumn::None, name, sha256, options)?
        }
    };
    Ok((table, format))
}

/// Reads a file of labels alone: IDX, one-dimensional NPY, or text with one label on each line.
///
/// # Errors
/// Any [`DatasetError`] about the content.
pub fn read_labels_bytes(bytes: &[u8], name: &str, options: &ReadOptions) -> Result<Vec<String>, DatasetError> {
    let content = inflate(bytes, name, &options.limits)?;
    match detect_by_magic(&content) {
        Some(Format::Idx) => array::into_labels(idx::read(&content, name, &options.limits)?, name),
        Some(Format::Npy) => array::into_labels(npy::read(&content, name, &options.limits)?, name),
        _ => csv::read_labels(&content, name),
    }
}

/// Reads the whole file; fails once it exceeds the limit.
fn read_file(path: &Path, limits: &Limits) -> Result<Vec<u8>, DatasetError> {
    let failed = |source| DatasetError::File { path: path.display().to_string(), source };
    let file = open_file(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(limits.bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    check_length(&bytes, &path.display().to_string(), limits)?;
    Ok(bytes)
}

fn check_length(bytes: &[u8], name: &str, limits: &Limits) -> Result<(), DatasetError> {
    if bytes.len() as u64 > limits.bytes {
        return Err(DatasetError::TooLarge {
            path: name.to_owned(),
            quantity: Quantity::Bytes,
            found: bytes.len() as u64,
            allowed: limits.bytes,
        });
    }
    Ok(())
}

/// Decompresses gzip data; decompression stops at the limit.
fn inflate<'a>(bytes: &'a [u8], name: &str, limits: &Limits) -> Result<Cow<'a, [u8]>, DatasetError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut content = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(limits.bytes.saturating_add(1))
        .read_to_end(&mut content)
        .map_err(|source| DatasetError::Gzip { path: name.to_owned(), source })?;
    check_length(&content, name, limits)?;
    Ok(Cow::Owned(content))
}

fn detect_by_magic(content: &[u8]) -> Option<Format> {
    match content {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Some(Format::Npz),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Some(Format::Npy),
        [0, 0, 8 | 9 | 0x0b..=0x0e, 1..=8, ..] => Some(Format::Idx),
        _ => None,
    }
}

/// Detects the format from the first bytes, otherwise from the file name extension, otherwise from the first line of
/// text.
fn detect(content: &[u8], name: &str) -> Result<Format, DatasetError> {
    if let Some(format) = detect_by_magic(content) {
        return Ok(format);
    }
    let name_without_gz = name.strip_suffix(".gz").unwrap_or(name);
    let ending = name_without_gz.rsplit(['.', '/', '-']).next().unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "libsvm" | "svm" | "svmlight" => return Ok(Format::Libsvm),
        "csv" | "tsv" => return Ok(Format::Csv),
        "npy" => return Ok(Format::Npy),
        "npz" => return Ok(Format::Npz),
        "idx" | "ubyte" => return Ok(Format::Idx),
        _ => {}
    }
    let first_line = content
        .split(|&byte| byte == b'\n')
        .map(|line| line.trim_ascii())
        .find(|line| !line.is_empty() && !line.starts_with(b"#"))
        .and_then(|line| std::str::from_utf8(line).ok());
    match first_line {
        Some(line) if libsvm::looks_like(line) => Ok(Format::Libsvm),
        Some(line) if line.contains([',', ';', '\t']) => Ok(Format::Csv),
        _ => Err(DatasetError::UnknownFormat { path: name.to_owned() }),
    }
}

/// The conventional label file of an IDX image file: `t10k-images-idx3-ubyte.gz` has `t10k-labels-idx1-ubyte.gz`, and
/// either may be uncompressed.
fn labels_beside(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    if !name.contains("images") {
        return None;
    }
    let plain = name.strip_suffix(".gz").unwrap_or(name).replace("images", "labels").replace("idx3", "idx1");
    let zipped = format!("{plain}.gz");
    let candidates = if name.ends_with(".gz") { [zipped, plain] } else { [plain, zipped] };
    candidates.into_iter().map(|candidate| images.with_file_name(candidate)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests;
