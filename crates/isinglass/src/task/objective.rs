//! The objective of a task: what its loss counts.

use super::{Groups, Merge, Task, TaskError};
use crate::bits::BitMatrix;
use crate::network::{Codebook, Network, winner};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The objective of a task: what its loss counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objective {
    /// Wrong output bits: `sum_r weight_r #{o : f(x_r)_o != y_ro}`.
    #[default]
    OutputBits,
    /// Classification errors: `sum_r weight_r [c(x_r) != c_r]`, where `c(x)` is the class that [`Codebook::predict`] reads from the
    /// pre-activations of the outputs, and `c_r` the class whose one-hot codeword is the target.
    Errors,
}

impl Objective {
    /// Whether this is the default, which files leave out.
    #[must_use]
    pub fn is_output_bits(&self) -> bool {
        *self == Self::OutputBits
    }

    /// What is counted, as a plural phrase.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::OutputBits => "wrong output bits",
            Self::Errors => "classification errors",
        }
    }
}

impl Task {
    /// Creates a classification task: the targets are the codewords of the classes, and row weights are 1.
    ///
    /// With a one-hot code of three or more classes, the loss counts classification errors. Two classes use one output,
    /// where a classification error is a wrong bit; for any other code the loss counts wrong output bits.
    ///
    /// # Errors
    /// [`TaskError`] when the numbers of rows differ or are zero.
    ///
    /// # Panics
    /// When a label is not a class of the codebook.
    ///
    /// # Examples
    /// ```
    /// use isinglass::{bits::BitMatrix, network::Codebook, task::{Objective, Task}};
    /// let inputs = BitMatrix::from_fn(3, 2, |row, column| row > column);
    /// let task = Task::of_classes(inputs, &[0, 1, 2], &Codebook::for_classes(3))?;
    /// assert_eq!(task.objective(), Objective::Errors);
    /// # Ok::<(), isinglass::task::TaskError>(())
    /// ```
    pub fn of_classes(inputs: BitMatrix, labels: &[u32], codebook: &Codebook) -> Result<Self, TaskError> {
        let task = Self::new(inputs, codebook.targets(labels))?;
        let objective = match codebook.is_one_hot() && codebook.num_classes() > 1 {
            true => Objective::Errors,
            false => Objective::OutputBits,
        };
        task.with_objective(objective)
    }

    /// Replaces the objective.
    ///
    /// # Errors
    /// [`TaskError::NotOneHot`] for classification errors when the targets of a row are not a one-hot codeword of two or more bits.
    pub fn with_objective(mut self, objective: Objective) -> Result<Self, TaskError> {
        if objective == Objective::Errors {
            let names_a_class =
                |row: usize| self.targets.row(row).iter().map(|word| word.count_ones()).sum::<u32>() == 1;
            let all = self.targets.num_columns() > 1;
            if let Some(row) = (0..self.num_rows()).find(|&row| !(all && names_a_class(row))) {
                return Err(TaskError::NotOneHot { row });
            }
        }
        self.objective = objective;
        Ok(self)
    }

    /// Replaces the objective by the number of wrong output bits.
    #[must_use]
    pub fn counting_output_bits(&self) -> Self {
        Self { objective: Objective::OutputBits, ..self.clone() }
    }

    /// The objective.
    #[must_use]
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// The first output with target `+1` in a row: the class of the row, if targets are one-hot.
    ///
    /// # Panics
    /// When `row` is out of range.
    #[must_use]
    pub fn class(&self, row: usize) -> usize {
        (0..self.targets.num_columns()).find(|&output| self.targets.get(row, output)).unwrap_or(0)
    }

    /// The groups that the loss depends on: those of [`Task::group`] for output bits, and for classification errors groups of rows with
    /// equal inputs by class.
    ///
    /// Rows with opposite inputs never share classes: where a network negates its outputs, the class of the largest pre-activation
    /// becomes that of the smallest. So with classification errors `merge` decides between equal rows and none.
    #[must_use]
    pub fn loss_groups(&self, merge: Merge) -> Groups {
        match self.objective {
            Objective::OutputBits => self.group(merge),
            Objective::Errors => self.group_by_class(merge),
        }
    }

    /// Distinct inputs with the weight `m_c` of each class. A group costs `M - m_c` if the network answers class `c`, `M = sum_c m_c`: the
    /// least of these whatever it answers, and `delta_c = max m - m_c` more.
    fn group_by_class(&self, merge: Merge) -> Groups {
        let num_classes = self.targets.num_columns();
        let mut index_of: HashMap<&[u64], usize> = HashMap::new();
        let mut rows: Vec<usize> = Vec::new();
        let mut weights: Vec<f64> = Vec::new();
        for row in 0..self.num_rows() {
            let new = rows.len();
            let group = match merge {
                Merge::Nothing => new,
                Merge::Equal | Merge::EqualAndNegated => *index_of.entry(self.inputs.row(row)).or_insert(new),
            };
            if group == new {
                rows.push(row);
                weights.resize((new + 1) * num_classes, 0.0);
            }
            weights[group * num_classes + self.class(row)] += self.weights[row];
        }
        let (mut constant, mut kept, mut deltas, mut heaviest) = (0.0, Vec::new(), Vec::new(), Vec::new());
        for (&row, weights) in rows.iter().zip(weights.chunks_exact(num_classes)) {
            let mut best = 0;
            for class in 1..num_classes {
                if weights[class] > weights[best] {
                    best = class;
                }
            }
            // without the heaviest class itself, so that a group of one class adds nothing, however the sum is rounded
            constant += (0..num_classes).filter(|&class| class != best).map(|class| weights[class]).sum::<f64>();
            if weights.iter().any(|&weight| weight < weights[best]) {
                kept.push(row);
                heaviest.push(best);
                deltas.extend(weights.iter().map(|weight| weights[best] - weight));
            }
        }
        Groups {
            inputs: self.inputs.select_rows(&kept),
            targets: BitMatrix::from_fn(kept.len(), num_classes, |group, class| heaviest[group] == class),
            deltas,
            constant,
            num_rows: self.num_rows(),
            objective: Objective::Errors,
        }
    }
}

impl Groups {
    /// Computes the loss of a network on the groups with the packed forward pass.
    ///
    /// # Panics
    /// When the numbers of inputs or outputs differ.
    #[must_use]
    pub fn loss_of(&self, network: &Network) -> f64 {
        let num_outputs = self.targets.num_columns();
        match self.objective {
            Objective::OutputBits => self.loss(&network.infer(&self.inputs)),
            Objective::Errors => {
                let preactivations = network.output_preactivations(&self.inputs);
                let winners = preactivations.chunks_exact(num_outputs).map(winner);
                let deltas = winners.zip(self.deltas.chunks_exact(num_outputs)).map(|(class, deltas)| deltas[class]);
                self.constant + deltas.sum::<f64>()
            }
        }
    }
}
