//! Compiled tasks, and decoding samples from external samplers into models.

use crate::bits::BitMatrix;
use crate::checksummed::{self, ChecksummedError};
use crate::dataset::{Classes, Pipeline, TestRows};
use crate::descent::Descent;
use crate::evaluation::SlicedGroups;
use crate::formulation::{
    Formulation, FormulationError, FormulationOptions, Layout, LayoutError, WeightTerms, compile,
};
use crate::metrics::Score;
use crate::model::{Model, ModelError, Provenance, check_parts};
use crate::network::{Codebook, Network};
use crate::task::{Merge, Task};
use crate::verify::{Verification, VerifyError, loss, verify};
use isinglass_qubo::io::{Label, SampleFile};
use isinglass_qubo::{RunControl, Vartype};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// The format name at the start of every layout file.
const FORMAT: &str = "isinglass-layout";

/// A compiled task: the variable layout, the training rows, and the preprocessing and classes needed to build a model
/// from a sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompiledTask {
    /// The role of each variable.
    pub layout: Layout,
    /// How the task was compiled.
    pub options: FormulationOptions,
    /// The rows as bits.
    pub task: Task,
    /// The names of the classes.
    pub classes: Classes,
    /// The codeword of output bits for each class.
    pub codebook: Codebook,
    /// The pipeline that turns raw rows into input bits.
    pub pipeline: Pipeline,
    /// Provenance; decoding a sample fills in the errors.
    pub made: Provenance,
    /// The held-out test rows, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<HeldOutRows>,
}

/// Held-out test rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldOutRows {
    /// The rows as bits, `N × n_0`.
    pub inputs: BitMatrix,
    /// The index of the class of each row.
    pub labels: Vec<u32>,
    /// The test fraction requested; `None` for rows from a separate file.
    pub fraction: Option<f64>,
    /// How the test rows were chosen.
    pub chosen: TestRows,
}

impl HeldOutRows {
    /// Whether a layout of this width and number of classes could have such rows.
    fn fit(&self, num_inputs: usize, num_classes: usize) -> bool {
        self.inputs.num_columns() == num_inputs
            && self.inputs.num_rows() == self.labels.len()
            && !self.labels.is_empty()
            && self.labels.iter().all(|&label| (label as usize) < num_classes)
    }
}

/// Why a layout file, or a sample for it, cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandoverError {
    /// The file has another format or is damaged.
    #[error(transparent)]
    Seal(#[from] ChecksummedError),
    /// Parts of the file do not match each other.
    #[error("the layout file is damaged")]
    Parts(#[from] ModelError),
    /// The test rows have a different width, or labels outside the classes.
    #[error("the layout file is damaged: its test rows do not fit its network and classes")]
    TestRows,
    /// The task does not compile.
    #[error("the layout file is damaged: its task does not compile")]
    Formulation(#[from] FormulationError),
    /// The task compiles to a different layout.
    #[error("the layout is not what its task compiles to; it was made by another version or by hand")]
    OtherLayout,
    /// The sample file is empty.
    #[error("the file has no samples")]
    NoSamples,
    /// The samples lack a variable of the layout.
    #[error("the samples have no variable `{label}`")]
    MissingVariable {
        /// Its label.
        label: String,
    },
    /// The samples have a variable that the layout lacks.
    #[error("the samples have the variable `{label}`, which the layout does not have")]
    UnknownVariable {
        /// Its label.
        label: Label,
    },
    /// The number of values per sample differs from the number of variables.
    #[error("the samples have {found} values each, but the layout has {expected} variables")]
    NumVariables {
        /// Values of a sample.
        found: usize,
        /// Variables of the layout.
        expected: usize,
    },
    /// A sample does not fit the layout.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A sample cannot be verified.
    #[error("the sample cannot be verified")]
    Verify(#[from] VerifyError),
}

impl HandoverError {
    /// A hint that tells the user how to fix the error.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Seal(error) => Some(error.hint()),
            Self::OtherLayout | Self::Formulation(_) | Self::Parts(_) | Self::TestRows => {
                Some("compile the task again".to_owned())
            }
            Self::MissingVariable { .. } | Self::UnknownVariable { .. } | Self::NumVariables { .. } => {
                Some("give samples of the problem that was compiled together with this layout".to_owned())
            }
            _ => None,
        }
    }
}

/// The best decoded sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The model, with the training errors in its provenance.
    pub model: Model,
    /// Its loss on the training rows, for the [objective](crate::task::Objective) of the task.
    pub loss: f64,
    /// The loss of the sample's weights before local search.
    pub sampled_loss: f64,
    /// Its errors on the training rows.
    pub train: Score,
    /// Its errors on the rows that the layout keeps for testing.
    pub test: Option<Score>,
    /// The verification result of the sample before local search.
    pub verification: Verification,
    /// Index of the sample in the file, from 0.
    pub index: usize,
    /// Number of samples in the file.
    pub num_samples: usize,
}

impl CompiledTask {
    /// Serialises to the text of a layout file: JSON, ending with a newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        checksummed::write(FORMAT, self)
    }

    /// Parses a layout file.
    ///
    /// # Errors
    /// [`HandoverError`] when it is foreign or damaged.
    pub fn from_json(text: &str) -> Result<Self, HandoverError> {
        let handover: Self = checksummed::read(FORMAT, text)?;
        let architecture = handover.layout.architecture();
        check_parts(architecture, &handover.pipeline, &handover.codebook, &handover.classes)?;
        let (num_inputs, num_classes) = (architecture.num_inputs(), handover.classes.names().len());
        match &handover.test {
            Some(test) if !test.fit(num_inputs, num_classes) => Err(HandoverError::TestRows),
            _ => Ok(handover),
        }
    }

    /// Compiles the task again and checks that the layout is unchanged.
    ///
    /// # Errors
    /// [`HandoverError`] when it does not compile, or to something else.
    pub fn compile(&self) -> Result<Formulation, HandoverError> {
        let formulation = compile(&self.task, self.layout.architecture(), &self.options, &WeightTerms::default())?;
        if formulation.layout == self.layout { Ok(formulation) } else { Err(HandoverError::OtherLayout) }
    }

    /// Decodes the weights of every sample into networks and returns the model with the lowest loss on the rows; ties
    /// go to the first sample.
    ///
    /// If the samples name their variables, values are matched by name, otherwise by position.
    ///
    /// # Errors
    /// [`HandoverError`] when there are no samples or they are not of this problem.
    pub fn decode(&self, samples: &SampleFile) -> Result<Decoded, HandoverError> {
        self.decode_with(samples, None)
    }

    /// Decodes like [`CompiledTask::decode`], then improves the weights of every sample by local search on the true
    /// loss, as in training. Ties after local search go to the lower loss before it. `control` can stop the local
    /// search early.
    ///
    /// # Errors
    /// As [`CompiledTask::decode`].
    pub fn decode_polished(&self, samples: &SampleFile, control: &RunControl<'_>) -> Result<Decoded, HandoverError> {
        self.decode_with(samples, Some(control))
    }

    fn decode_with(&self, samples: &SampleFile, polish: Option<&RunControl<'_>>) -> Result<Decoded, HandoverError> {
        let formulation = self.compile()?;
        let places = self.places(samples)?;
        let sample =
            |row: &[i8]| -> Vec<i8> { places.iter().map(|&place| to_binary(row[place], samples.vartype)).collect() };
        let networks = samples.rows.iter().map(|row| self.layout.decode(&sample(row)));
        let networks: Vec<Network> = networks.collect::<Result<_, _>>()?;
        let before: Vec<f64> = networks.par_iter().map(|network| loss(network, &self.task)).collect();
        let (networks, after) = match polish {
            None => (networks, before.clone()),
            Some(control) => {
                let polished = self.polished(networks, control);
                let after = polished.par_iter().map(|network| loss(network, &self.task)).collect();
                (polished, after)
            }
        };
        let key = |index: usize| (after[index], before[index]);
        let best = (0..networks.len())
            .min_by(|&left, &right| key(left).partial_cmp(&key(right)).expect("losses are numbers"))
            .ok_or(HandoverError::NoSamples)?;
        let verification = verify(&formulation.qubo, &self.layout, &self.task, &sample(&samples.rows[best]))?;
        let mut model = Model {
            network: networks[best].clone(),
            classes: self.classes.clone(),
            codebook: self.codebook.clone(),
            pipeline: self.pipeline.clone(),
            made: self.made.clone(),
        };
        let train = Score::of(&model.predict_bits(self.task.inputs()), &self.labels());
        let test = self.test.as_ref().map(|test| Score::of(&model.predict_bits(&test.inputs), &test.labels));
        model.made.train_errors = train.errors;
        let num_samples = samples.rows.len();
        Ok(Decoded {
            model,
            loss: after[best],
            sampled_loss: before[best],
            train,
            test,
            verification,
            index: best,
            num_samples,
        })
    }

    /// Descent from each network, with the weights fixed that the gauge of the QUBO fixes.
    fn polished(&self, networks: Vec<Network>, control: &RunControl<'_>) -> Vec<Network> {
        let groups = SlicedGroups::new(&self.task.loss_groups(Merge::Equal), self.layout.architecture());
        let terms = WeightTerms { fixed: self.layout.known_weights().to_vec(), ..WeightTerms::default() };
        let stop = || control.should_stop(None).is_some();
        let descent = Descent { groups: &groups, terms: &terms, stop: &stop };
        networks.into_par_iter().map(|network| descent.run(&network)).collect()
    }

    /// The classes of the rows: those whose codewords are their targets.
    fn labels(&self) -> Vec<u32> {
        let targets = self.task.targets();
        let label = |row: usize| {
            let spins: Vec<i64> =
                (0..targets.num_columns()).map(|output| i64::from(targets.spin(row, output))).collect();
            self.codebook.predict(&spins)
        };
        (0..targets.num_rows()).map(label).collect()
    }

    /// Where in a sample of the file the value of each variable is.
    fn places(&self, samples: &SampleFile) -> Result<Vec<usize>, HandoverError> {
        let expected = self.layout.roles().len();
        let found = samples.rows.first().ok_or(HandoverError::NoSamples)?.len();
        let Some(labels) = &samples.labels else {
            return if found == expected {
                Ok((0..expected).collect())
            } else {
                Err(HandoverError::NumVariables { found, expected })
            };
        };
        let place_of: HashMap<&Label, usize> = labels.iter().zip(0..).collect();
        let is_numbered = labels.iter().all(|label| matches!(label, Label::Integer(_)));
        let place = |(variable, role): (usize, &crate::formulation::Role)| {
            let text = role.to_string();
            let label = if is_numbered { Label::Integer(variable as i64) } else { Label::Text(text.clone()) };
            place_of.get(&label).copied().ok_or(HandoverError::MissingVariable { label: text })
        };
        let places: Vec<usize> = self.layout.roles().iter().enumerate().map(place).collect::<Result<_, _>>()?;
        let known: HashSet<usize> = places.iter().copied().collect();
        match (0..labels.len()).find(|place| !known.contains(place)) {
            Some(unknown) => Err(HandoverError::UnknownVariable { label: labels[unknown].clone() }),
            None => Ok(places),
        }
    }
}

fn to_binary(value: i8, vartype: Vartype) -> i8 {
    match vartype {
        Vartype::Binary => value,
        Vartype::Spin => i8::from(value > 0),
    }
}

#[cfg(test)]
mod tests;
