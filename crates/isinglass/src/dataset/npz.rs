//! NPZ: a zip archive of NPY arrays, one with the features and one with the labels.

use std::io::{self, Cursor, Read};

use thiserror::Error;
use zip::ZipArchive;

use super::array::{self, Array};
use super::error::{DatasetError, Quantity};
use super::npy;
use super::read::{LabelColumn, Limits, ReadOptions};
use super::table::Table;

/// Names under which features are looked for, in this order.
const FEATURES: [&str; 4] = ["X", "x", "data", "x_train"];
/// Names under which labels are looked for, in this order.
const LABELS: [&str; 4] = ["y", "labels", "target", "y_train"];

/// Why an NPZ file cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum NpzFault {
    /// The archive cannot be read.
    #[error("the zip archive is damaged or cut short ({0})")]
    Archive(io::Error),
    /// The requested array, or any array with a default name, is not in the file.
    #[error("there is no array {}; the file has {}", quoted(wanted, " or "), quoted(present, ", "))]
    NoArray {
        /// The names looked for.
        wanted: Vec<String>,
        /// Names of the arrays in the file.
        present: Vec<String>,
    },
}

fn quoted(names: &[String], separator: &str) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(separator)
}

impl NpzFault {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Archive(_) => Some("fetch or save the file again".into()),
            Self::NoArray { present, .. } if present.is_empty() => None,
            Self::NoArray { .. } => Some("say which array holds the features and which the labels".into()),
        }
    }
}

pub(super) fn read(content: &[u8], name: &str, sha256: String, options: &ReadOptions) -> Result<Table, DatasetError> {
    let damaged = |error: zip::result::ZipError| DatasetError::Npz {
        path: name.to_owned(),
        fault: NpzFault::Archive(error.into()),
    };
    let mut archive = ZipArchive::new(Cursor::new(content)).map_err(damaged)?;
    let mut present = Vec::new();
    for entry in archive.file_names() {
        present.extend(entry.map_err(damaged)?.strip_suffix(".npy").map(str::to_owned));
    }
    let missing = |wanted: &[&str]| DatasetError::Npz {
        path: name.to_owned(),
        fault: NpzFault::NoArray {
            wanted: wanted.iter().map(|&name| name.to_owned()).collect(),
            present: present.clone(),
        },
    };
    let choose = |asked: &Option<String>, usual: &[&str]| match asked {
        Some(asked) if present.contains(asked) => Ok(Some(asked.clone())),
        Some(asked) => Err(missing(&[asked])),
        None => Ok(usual.iter().find(|&&usual| present.iter().any(|name| name == usual)).map(|&name| name.to_owned())),
    };
    let features = choose(&options.features_array, &FEATURES)?.ok_or_else(|| missing(&FEATURES))?;
    let labels = match options.label_or(LabelColumn::Last) {
        LabelColumn::None => None,
        _ => choose(&options.labels_array, &LABELS)?,
    };
    let features = read_array(&mut archive, &features, name, &options.limits)?;
    let table = array::into_table(features, LabelColumn::None, name, sha256, options)?;
    let Some(labels) = labels else { return Ok(table) };
    let place = format!("{name}:{labels}");
    let labels = array::into_labels(read_array(&mut archive, &labels, name, &options.limits)?, &place)?;
    table.with_labels(&labels, None)
}

/// One array, decompressed up to the limit on bytes.
fn read_array(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    array: &str,
    name: &str,
    limits: &Limits,
) -> Result<Array, DatasetError> {
    let damaged = |error| DatasetError::Npz { path: name.to_owned(), fault: NpzFault::Archive(error) };
    let entry = archive.by_name(&format!("{array}.npy")).map_err(|error| damaged(error.into()))?;
    let mut content = Vec::new();
    entry.take(limits.bytes.saturating_add(1)).read_to_end(&mut content).map_err(damaged)?;
    let place = format!("{name}:{array}");
    if content.len() as u64 > limits.bytes {
        return Err(DatasetError::TooLarge {
            path: place,
            quantity: Quantity::Bytes,
            found: content.len() as u64,
            allowed: limits.bytes,
        });
    }
    npy::read(&content, &place, limits)
}

#[cfg(test)]
mod tests;
