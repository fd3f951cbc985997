//! What goes to a sampler elsewhere and comes back: a compiled task with everything that turns a sample into a model.

use crate::dataset::{Classes, Pipeline};
use crate::formulation::{
    Formulation, FormulationError, FormulationOptions, Layout, LayoutError, WeightTerms, compile,
};
use crate::metrics::Score;
use crate::model::{Model, ModelError, Provenance, check_parts};
use crate::network::Codebook;
use crate::sealed::{self, SealError};
use crate::task::Task;
use crate::verify::{Verification, VerifyError, loss, verify};
use isinglass_qubo::Vartype;
use isinglass_qubo::io::{Label, SampleFile};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The word that every layout file begins with.
const FORMAT: &str = "isinglass-layout";

/// A compiled task: the layout of its variables, the rows, and what makes raw rows of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
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
}

/// Why a layout file or a sample for it is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandoverError {
    /// A foreign or damaged file.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Parts that do not fit together.
    #[error("the layout file is damaged")]
    Parts(#[from] ModelError),
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
            Self::OtherLayout | Self::Formulation(_) | Self::Parts(_) => Some("compile the task again".to_owned()),
            Self::MissingVariable { .. } | Self::NumVariables { .. } => {
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
    /// Its errors on the training rows.
    pub train: Score,
    /// What its sample turned out to be.
    pub verification: Verification,
    /// Its place in the file, from 0.
    pub index: usize,
    /// Samples in the file.
    pub num_samples: usize,
}

impl Handover {
    /// The text of the layout file: JSON, ending with a line break.
    #[must_use]
    pub fn to_json(&self) -> String {
        sealed::seal(FORMAT, self)
    }

    /// Reads a layout file.
    ///
    /// # Errors
    /// [`HandoverError`] when it is foreign or damaged.
    pub fn from_json(text: &str) -> Result<Self, HandoverError> {
        let handover: Self = sealed::open(FORMAT, text)?;
        check_parts(handover.layout.architecture(), &handover.pipeline, &handover.codebook, &handover.classes)?;
        Ok(handover)
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
        let formulation = self.compile()?;
        let places = self.places(samples)?;
        let mut best: Option<(f64, usize, Vec<i8>)> = None;
        for (index, row) in samples.rows.iter().enumerate() {
            let sample: Vec<i8> = places.iter().map(|&place| to_binary(row[place], samples.vartype)).collect();
            let loss = loss(&self.layout.decode(&sample)?, &self.task);
            if best.as_ref().is_none_or(|(least, ..)| loss < *least) {
                best = Some((loss, index, sample));
            }
        }
        let (_, index, sample) = best.ok_or(HandoverError::NoSamples)?;
        let verification = verify(&formulation.qubo, &self.layout, &self.task, &sample)?;
        let mut model = Model {
            network: self.layout.decode(&sample)?,
            classes: self.classes.clone(),
            codebook: self.codebook.clone(),
            pipeline: self.pipeline.clone(),
            made: self.made.clone(),
        };
        let train = Score::of(&model.predict_bits(self.task.inputs()), &self.labels());
        model.made.train_errors = train.errors;
        Ok(Decoded { model, train, verification, index, num_samples: samples.rows.len() })
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
        if found != expected {
            return Err(HandoverError::NumVariables { found, expected });
        }
        let Some(labels) = &samples.labels else { return Ok((0..expected).collect()) };
        let place_of: HashMap<&Label, usize> = labels.iter().zip(0..).collect();
        let is_numbered = labels.iter().all(|label| matches!(label, Label::Integer(_)));
        let place = |(variable, role): (usize, &crate::formulation::Role)| {
            let text = role.to_string();
            let label = if is_numbered { Label::Integer(variable as i64) } else { Label::Text(text.clone()) };
            place_of.get(&label).copied().ok_or(HandoverError::MissingVariable { label: text })
        };
        self.layout.roles().iter().enumerate().map(place).collect()
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
