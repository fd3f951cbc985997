//! What goes to a sampler elsewhere and comes back: a compiled task with everything that turns a sample into a model.

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

/// The word that every layout file begins with.
const FORMAT: &str = "isinglass-layout";

/// A compiled task: the layout of its variables, the rows, and what makes raw rows of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompiledTask {
    /// What each variable means.
    pub layout: Layout,
    /// How the task was compiled.
    pub options: FormulationOptions,
    /// The rows as bits.
    pub task: Task,
    /// The names of the classes.
    pub classes: Classes,
    /// Which output bits stand for which class.
    pub codebook: Codebook,
    /// From raw rows to input bits.
    pub pipeline: Pipeline,
    /// How it was made; errors are filled in when a sample comes back.
    pub made: Provenance,
    /// The rows that were kept apart for testing, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<HeldOutRows>,
}

/// Rows kept apart for testing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldOutRows {
    /// The rows as bits, `N × n_0`.
    pub inputs: BitMatrix,
    /// The index of the class of each row.
    pub labels: Vec<u32>,
    /// The fraction of all rows that was asked for; `None` for the rows of a second file.
    pub fraction: Option<f64>,
    /// How they were chosen.
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

/// Why a layout file or a sample for it is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandoverError {
    /// A foreign or damaged file.
    #[error(transparent)]
    Seal(#[from] ChecksummedError),
    /// Parts that do not fit together.
    #[error("the layout file is damaged")]
    Parts(#[from] ModelError),
    /// Test rows of another width, or with classes that are not there.
    #[error("the layout file is damaged: its test rows do not fit its network and classes")]
    TestRows,
    /// The task does not compile.
    #[error("the layout file is damaged: its task does not compile")]
    Formulation(#[from] FormulationError),
    /// The task compiles to something else.
    #[error("the layout is not what its task compiles to; it was made by another version or by hand")]
    OtherLayout,
    /// There are no samples.
    #[error("the file has no samples")]
    NoSamples,
    /// A variable of the layout without a value.
    #[error("the samples have no variable `{label}`")]
    MissingVariable {
        /// Its label.
        label: String,
    },
    /// A variable with values that the layout does not have.
    #[error("the samples have the variable `{label}`, which the layout does not have")]
    UnknownVariable {
        /// Its label.
        label: Label,
    },
    /// More or fewer values than variables.
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
    /// What to do about it.
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

/// The best of the samples that came back.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The model; its provenance has the training errors filled in.
    pub model: Model,
    /// Its loss on the training rows: what the [objective](crate::task::Objective) of the task counts.
    pub loss: f64,
    /// The loss of the sample's own weights, before they were polished.
    pub sampled_loss: f64,
    /// Its errors on the training rows.
    pub train: Score,
    /// Its errors on the rows that the layout keeps for testing.
    pub test: Option<Score>,
    /// What the sample turned out to be that the weights were read from, before these were polished.
    pub verification: Verification,
    /// Its place in the file, from 0.
    pub index: usize,
    /// Samples in the file.
    pub num_samples: usize,
}

impl CompiledTask {
    /// The text of the layout file: JSON, ending with a line break.
    #[must_use]
    pub fn to_json(&self) -> String {
        checksummed::write(FORMAT, self)
    }

    /// Reads a layout file.
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

    /// Compiles the task again, and checks that the layout is still that of the problem.
    ///
    /// # Errors
    /// [`HandoverError`] when it does not compile, or to something else.
    pub fn compile(&self) -> Result<Formulation, HandoverError> {
        let formulation = compile(&self.task, self.layout.architecture(), &self.options, &WeightTerms::default())?;
        if formulation.layout == self.layout { Ok(formulation) } else { Err(HandoverError::OtherLayout) }
    }

    /// Reads the weights of every sample, and makes a model of those of least loss on the rows; the first among equals.
    ///
    /// Where the samples name their variables, values are found by name, else by place.
    ///
    /// # Errors
    /// [`HandoverError`] when there are no samples or they are not of this problem.
    pub fn decode(&self, samples: &SampleFile) -> Result<Decoded, HandoverError> {
        self.decode_with(samples, None)
    }

    /// The same with the weights of every sample polished by descent on the true loss, as in training: the model is the one of
    /// least loss after that, among equals the one of least loss before. Descent ends early where `control` says so.
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
