//! The model file: a network, the input pipeline that feeds it, and how it was made.

mod scores;

pub use scores::RowScores;

use crate::bits::BitMatrix;
use crate::checksummed::{self, ChecksummedError};
use crate::dataset::{Classes, DatasetError, Pipeline, Table};
use crate::network::{Architecture, Codebook, Network};
use serde::{Deserialize, Serialize};

/// The word that every model file begins with.
const FORMAT: &str = "isinglass-model";

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

/// Why a file is no model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A foreign or damaged file.
    #[error(transparent)]
    Seal(#[from] ChecksummedError),
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
    #[error("the model is damaged: its input pipeline is invalid")]
    Pipeline {
        /// What is wrong.
        source: DatasetError,
    },
}

impl ModelError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Seal(error) => error.hint(),
            Self::Parts { .. } | Self::Pipeline { .. } => "train again, or take the file from a backup".to_owned(),
        }
    }
}

impl Model {
    /// The text of the model file: JSON, ending with a line break.
    #[must_use]
    pub fn to_json(&self) -> String {
        checksummed::write(FORMAT, self)
    }

    /// Reads a model file, refusing foreign and damaged ones.
    ///
    /// # Errors
    /// [`ModelError`] with the reason.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        let model: Self = checksummed::read(FORMAT, text)?;
        model.check()?;
        Ok(model)
    }

    fn check(&self) -> Result<(), ModelError> {
        check_parts(self.network.architecture(), &self.pipeline, &self.codebook, &self.classes)
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
