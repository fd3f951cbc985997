//! The model file: a network, the input pipeline that feeds it, and how it was made.

use crate::bits::BitMatrix;
use crate::dataset::{Classes, DatasetError, Pipeline, Table};
use crate::network::{Codebook, Network};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The word that every model file begins with.
const FORMAT: &str = "isinglass-model";
/// The version that this program writes, and the only one so far.
const VERSION: u32 = 1;

/// How a model was made, so that it can be made again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Version of isinglass.
    pub isinglass: String,
    /// The command line.
    pub command: String,
    /// The seed.
    pub seed: u64,
    /// Where the training rows come from.
    pub data: String,
    /// SHA-256 of the data, hexadecimal.
    pub data_sha256: String,
    /// The formulation's name.
    pub formulation: String,
    /// The solver's name.
    pub solver: String,
    /// Errors on the training rows, and how many rows there were.
    pub train_errors: usize,
    /// Training rows.
    pub num_train_rows: usize,
}

/// A trained network that takes raw rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The weights.
    pub network: Network,
    /// The names of the classes, in the order of the codebook.
    pub classes: Classes,
    /// Which output bits stand for which class.
    pub codebook: Codebook,
    /// From raw rows to input bits, fitted on the training rows.
    pub pipeline: Pipeline,
    /// How it was made.
    pub made: Provenance,
}

/// The file: a header, a checksum, the model.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile<T> {
    format: String,
    version: u32,
    /// SHA-256 of `model` as compact JSON, in the order of the file.
    sha256: String,
    model: T,
}

/// Why a file is no model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// Not JSON, or cut off.
    #[error("not a model file: no valid JSON (line {line}, column {column})")]
    Json {
        /// The line of the fault.
        line: usize,
        /// Its column.
        column: usize,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// Another kind of JSON.
    #[error("not a model file: its `format` is {found}, not \"{FORMAT}\"")]
    Foreign {
        /// What it has there.
        found: String,
    },
    /// A version that this program does not know.
    #[error("model version {found} is not known; this program reads version {VERSION}")]
    Version {
        /// The version.
        found: String,
    },
    /// The contents are not what was written.
    #[error("the model is damaged: its checksum is {found}, but the file says {expected}")]
    Checksum {
        /// Computed.
        found: String,
        /// Stated.
        expected: String,
    },
    /// The right kind of file with wrong contents.
    #[error("the model is damaged")]
    Contents {
        /// What is wrong.
        source: serde_json::Error,
    },
    /// Parts that do not fit together.
    #[error("the model is damaged: {what} is {found}, but the network has {expected}")]
    Parts {
        /// Which part.
        what: &'static str,
        /// Its size.
        found: usize,
        /// The size that fits.
        expected: usize,
    },
    /// The pipeline is damaged.
    #[error("the model is damaged: its input pipeline makes no sense")]
    Pipeline {
        /// What is wrong.
        source: DatasetError,
    },
}

impl ModelError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Json { .. } | Self::Foreign { .. } => "give a file that `isinglass train --out` wrote".to_owned(),
            Self::Version { .. } => "use the version of isinglass that wrote it, or train again".to_owned(),
            _ => "train again, or take the file from a backup".to_owned(),
        })
    }
}

fn checksum(model: &serde_json::Value) -> String {
    Sha256::digest(model.to_string().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Model {
    /// The text of the model file: JSON, ending with a line break.
    ///
    /// # Panics
    /// Never for a model whose provenance holds text: every part is plain data.
    #[must_use]
    pub fn to_json(&self) -> String {
        let model = serde_json::to_value(self).expect("a model is plain data");
        let file = ModelFile { format: FORMAT.to_owned(), version: VERSION, sha256: checksum(&model), model };
        let mut text = serde_json::to_string_pretty(&file).expect("a model is plain data");
        text.push('\n');
        text
    }

    /// Reads a model file, refusing foreign and damaged ones.
    ///
    /// # Errors
    /// [`ModelError`] with the reason.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|source| ModelError::Json {
            line: source.line(),
            column: source.column(),
            source,
        })?;
        let field = |name: &str| value.get(name).map_or_else(|| "missing".to_owned(), ToString::to_string);
        if value.get("format").and_then(|format| format.as_str()) != Some(FORMAT) {
            return Err(ModelError::Foreign { found: field("format") });
        }
        if value.get("version").and_then(serde_json::Value::as_u64) != Some(u64::from(VERSION)) {
            return Err(ModelError::Version { found: field("version") });
        }
        let file: ModelFile<serde_json::Value> =
            serde_json::from_value(value).map_err(|source| ModelError::Contents { source })?;
        let found = checksum(&file.model);
        if found != file.sha256 {
            return Err(ModelError::Checksum { found, expected: file.sha256 });
        }
        let model: Self = serde_json::from_value(file.model).map_err(|source| ModelError::Contents { source })?;
        model.check()?;
        Ok(model)
    }

    fn check(&self) -> Result<(), ModelError> {
        self.pipeline.check().map_err(|source| ModelError::Pipeline { source })?;
        let architecture = self.network.architecture();
        let parts = [
            ("the number of input bits", self.pipeline.num_inputs(), architecture.num_inputs()),
            ("the number of codeword bits", self.codebook.num_outputs(), architecture.num_outputs()),
            ("the number of codewords", self.codebook.num_classes(), self.classes.names().len()),
        ];
        match parts.into_iter().find(|(_, found, expected)| found != expected) {
            Some((what, found, expected)) => Err(ModelError::Parts { what, found, expected }),
            None => Ok(()),
        }
    }

    /// The class index of each row of bits.
    ///
    /// # Panics
    /// When the rows do not have as many bits as the network has inputs.
    #[must_use]
    pub fn predict_bits(&self, inputs: &BitMatrix) -> Vec<u32> {
        predict(&self.network, &self.codebook, inputs)
    }

    /// The class index of each raw row.
    ///
    /// # Errors
    /// [`DatasetError`] when the rows lack a column that the pipeline needs.
    pub fn predict(&self, table: &Table) -> Result<Vec<u32>, DatasetError> {
        Ok(self.predict_bits(&self.pipeline.apply(table)?))
    }
}

/// The class that a network gives each row.
///
/// # Panics
/// When rows, network and codebook differ in width.
#[must_use]
pub fn predict(network: &Network, codebook: &Codebook, inputs: &BitMatrix) -> Vec<u32> {
    let preactivations = network.output_preactivations(inputs);
    preactivations.chunks_exact(codebook.num_outputs()).map(|outputs| codebook.predict(outputs)).collect()
}

#[cfg(test)]
mod tests;
