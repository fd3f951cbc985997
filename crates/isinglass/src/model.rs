//! The model file: a network, the input pipeline that feeds it, and how it was made.

mod scores;

pub use scores::RowScores;

use crate::bits::BitMatrix;
use crate::checksummed::{self, ChecksummedError};
use crate::dataset::{Classes, DatasetError, Pipeline, Table};
use crate::network::{Architecture, Codebook, Network};
use serde::{Deserialize, Serialize};

/// The format name at the start of every model file.
const FORMAT: &str = "isinglass-model";

/// Provenance: everything needed to reproduce a model.
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
    /// Errors on the training rows.
    pub train_errors: usize,
    /// Number of training rows.
    pub num_train_rows: usize,
}

/// A trained model: a network with its input pipeline and classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The network.
    pub network: Network,
    /// The names of the classes, in the order of the codebook.
    pub classes: Classes,
    /// The codeword of output bits for each class.
    pub codebook: Codebook,
    /// The pipeline, fitted on the training rows, that turns raw rows into input bits.
    pub pipeline: Pipeline,
    /// Provenance.
    pub made: Provenance,
}

/// Why a model file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file has another format or is damaged.
    #[error(transparent)]
    Seal(#[from] ChecksummedError),
    /// Parts of the file do not match each other.
    #[error("the model is damaged: {what} is {found}, but the network has {expected}")]
    Parts {
        /// The part.
        what: &'static str,
        /// Its size.
        found: usize,
        /// The size that fits.
        expected: usize,
    },
    /// The pipeline is damaged.
    #[error("the model is damaged: its input pipeline is invalid")]
    Pipeline {
        /// The cause.
        source: DatasetError,
    },
}

impl ModelError {
    /// A hint that tells the user how to fix the error.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Seal(error) => error.hint(),
            Self::Parts { .. } | Self::Pipeline { .. } => "train again, or take the file from a backup".to_owned(),
        }
    }
}

impl Model {
    /// Serialises to the text of a model file: JSON, ending with a newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        checksummed::write(FORMAT, self)
    }

    /// Parses a model file.
    ///
    /// # Errors
    /// [`ModelError`] when the file has another format or is damaged.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        let model: Self = checksummed::read(FORMAT, text)?;
        model.check()?;
        Ok(model)
    }

    fn check(&self) -> Result<(), ModelError> {
        check_parts(self.network.architecture(), &self.pipeline, &self.codebook, &self.classes)
    }

    /// Predicts the class index of each row of bits.
    ///
    /// # Panics
    /// When the rows do not have as many bits as the network has inputs.
    #[must_use]
    pub fn predict_bits(&self, inputs: &BitMatrix) -> Vec<u32> {
        predict(&self.network, &self.codebook, inputs)
    }

    /// Predicts the class index of each raw row.
    ///
    /// # Errors
    /// [`DatasetError`] when the rows lack a column that the pipeline needs.
    pub fn predict(&self, table: &Table) -> Result<Vec<u32>, DatasetError> {
        Ok(self.predict_bits(&self.pipeline.apply(table)?))
    }
}

/// Whether pipeline, codebook and classes fit a network of this shape.
pub(crate) fn check_parts(
    architecture: &Architecture,
    pipeline: &Pipeline,
    codebook: &Codebook,
    classes: &Classes,
) -> Result<(), ModelError> {
    pipeline.check().map_err(|source| ModelError::Pipeline { source })?;
    let parts = [
        ("the number of input bits", pipeline.num_inputs(), architecture.num_inputs()),
        ("the number of codeword bits", codebook.num_outputs(), architecture.num_outputs()),
        ("the number of codewords", codebook.num_classes(), classes.names().len()),
    ];
    match parts.into_iter().find(|(_, found, expected)| found != expected) {
        Some((what, found, expected)) => Err(ModelError::Parts { what, found, expected }),
        None => Ok(()),
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
