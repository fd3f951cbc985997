//! How far a run has come: what it needs to go on, and a record of each step.

use super::StepResult;
use super::embedding::EmbeddedStep;
use super::plan::{Batching, TrainingPlan};
use crate::bits::BitMatrix;
use crate::formulation::{WeightTerms, few_bits};
use crate::network::Network;
use crate::task::Task;
use crate::verify::{Verification, loss};
use isinglass_qubo::SampleStatus;
use isinglass_qubo::mip_solver::MipClaim;
use serde::{Deserialize, Serialize};

/// The state of a run between two steps; serialisable, so that a run can be taken up again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingState {
    /// The next step, from 0.
    pub next_step: usize,
    /// The online term: biases of the weight bits, `(layer, neuron, input, h)`; empty without one.
    pub biases: Vec<(usize, usize, usize, f64)>,
    /// The biases that the last step was compiled with.
    pub last_biases: Vec<(usize, usize, usize, f64)>,
    /// The best network so far, on the whole task.
    pub best: Option<BestNetwork>,
    /// A record of each step.
    pub steps: Vec<StepRecord>,
    /// The network that each step chose: what a checkpoint says of steps is computed again from them.
    pub networks: Vec<Network>,
}

/// The network of least loss on the whole task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BestNetwork {
    /// The network.
    pub network: Network,
    /// Its loss on the whole task.
    pub loss: f64,
    /// The step that found it.
    pub step: usize,
    /// The biases that this step was compiled with.
    pub biases: Vec<(usize, usize, usize, f64)>,
    /// The sample that its weights were read from; absent where a search over weights, or their polish, found them, and the sample of the
    /// QUBO is the one that they encode to.
    pub sample: Option<BitMatrix>,
    /// What that sample is.
    pub verification: Verification,
}

/// What one step did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// How sampling ended. Proofs of minibatches are not kept: where their minimum was proven it is [`SampleStatus::Heuristic`].
    pub status: SampleStatus,
    /// Rows learned.
    pub num_rows: usize,
    /// Reads done.
    pub num_reads: usize,
    /// Reads whose weights, polished, are as good as the best of the step.
    pub num_best: usize,
    /// Sweeps of each read.
    pub num_sweeps: u64,
    /// Spin updates offered; nodes for the exact trainer.
    pub num_updates: u64,
    /// Inverse temperatures at both ends.
    pub beta_range: Option<(f64, f64)>,
    /// Loss of the chosen weights on the rows of the step.
    pub loss: f64,
    /// Energy of the sample that they were read from, or, if they were polished, of the sample that stands for them.
    pub energy: f64,
    /// Least energy of all samples.
    pub least_energy: f64,
    /// The least number of wrong output bits on the rows of the step, where the solver proved it and the loss counts classification
    /// errors. Kept in no file: a proof is not read, but made.
    #[serde(skip)]
    pub least_output_bits: Option<f64>,
    /// Least objective (loss plus weight terms) of the weights of any sample, before they were polished.
    pub sampled_loss: f64,
    /// Violated constraints of the sample that the weights were read from; absent where a search over weights, or their polish, found them:
    /// the sample that they encode to violates none by construction.
    pub violations: Option<usize>,
    /// What happened on the chip, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embedded: Option<EmbeddedStep>,
    /// What a solver of mixed-integer programs says of the step's program: not checked, but for its point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mip: Option<MipClaim>,
}

impl Default for StepRecord {
    fn default() -> Self {
        Self {
            status: SampleStatus::Heuristic,
            num_rows: 0,
            num_reads: 0,
            num_best: 0,
            num_sweeps: 0,
            num_updates: 0,
            beta_range: None,
            loss: 0.0,
            energy: 0.0,
            least_energy: 0.0,
            least_output_bits: None,
            sampled_loss: 0.0,
            violations: None,
            embedded: None,
            mip: None,
        }
    }
}

/// The online term of a step.
pub(super) fn terms_of(biases: &[(usize, usize, usize, f64)]) -> WeightTerms {
    WeightTerms { fixed: Vec::new(), biases: biases.to_vec() }
}

impl TrainingState {
    pub(super) fn weight_terms(&self) -> WeightTerms {
        terms_of(&self.biases)
    }

    /// Takes in what a step found.
    pub(super) fn enter(&mut self, task: &Task, plan: &TrainingPlan, found: StepResult) {
        let StepResult { network, sample, verification, mut record } = found;
        let biases = self.biases.clone();
        self.pull(&network, plan);
        self.networks.push(network.clone());
        let loss = match plan.batching {
            // counted in the step already
            Batching::Whole => record.loss,
            Batching::Minibatches { .. } => loss(&network, task),
        };
        if self.best.as_ref().is_none_or(|best| loss < best.loss) {
            let (step, biases) = (self.next_step, biases.clone());
            self.best = Some(BestNetwork { network, loss, step, biases, sample, verification });
        }
        if plan.batching != Batching::Whole && record.status == SampleStatus::Optimal {
            record.status = SampleStatus::Heuristic;
        }
        self.last_biases = biases;
        self.steps.push(record);
        self.next_step += 1;
    }

    /// The least number of wrong output bits on the whole task, where the last step proved it.
    pub(super) fn least_output_bits(&self, plan: &TrainingPlan) -> Option<f64> {
        match plan.batching {
            Batching::Whole => self.steps.last()?.least_output_bits,
            Batching::Minibatches { .. } => None,
        }
    }

    /// Whether biases, losses and the best step are those that the networks lead to, one step after the other.
    pub(super) fn follows_from_networks(&self, task: &Task, plan: &TrainingPlan) -> bool {
        let mut replayed = Self::default();
        let mut best: Option<(f64, usize, Vec<_>)> = None;
        for (step, (network, record)) in self.networks.iter().zip(&self.steps).enumerate() {
            let batch = plan.rows_of_step(step, task).map(|rows| task.select_rows(&rows));
            let rows = batch.as_ref().unwrap_or(task);
            if (record.num_rows, record.loss) != (rows.num_rows(), loss(network, rows)) {
                return false;
            }
            let whole = if batch.is_some() { loss(network, task) } else { record.loss };
            if best.as_ref().is_none_or(|(least, ..)| whole < *least) {
                best = Some((whole, step, replayed.biases.clone()));
            }
            replayed.last_biases = replayed.biases.clone();
            replayed.pull(network, plan);
        }
        let is_best = match (&self.best, best) {
            (Some(found), Some((loss, step, biases))) => {
                found.network == self.networks[step] && (found.loss, found.step, &found.biases) == (loss, step, &biases)
            }
            (found, expected) => found.is_none() && expected.is_none(),
        };
        is_best && (&self.biases, &self.last_biases) == (&replayed.biases, &replayed.last_biases)
    }

    /// Ends the run after the step just entered.
    pub(super) fn stop(&mut self) {
        if let Some(last) = self.steps.last_mut() {
            last.status = SampleStatus::Interrupted;
        }
    }

    /// The paper's online term: `h_w += -alpha (2 w* - 1)` for every weight, with alpha as [`Batching::Minibatches`] says.
    fn pull(&mut self, network: &Network, plan: &TrainingPlan) {
        let alpha = match plan.batching {
            Batching::Minibatches { alpha, .. } if alpha != 0.0 => few_bits(alpha),
            _ => return,
        };
        let architecture = network.architecture();
        if self.biases.is_empty() {
            for layer in 0..architecture.num_layers() {
                for neuron in 0..architecture.width(layer + 1) {
                    self.biases.extend((0..architecture.fan_in(layer)).map(|input| (layer, neuron, input, 0.0)));
                }
            }
        }
        for (layer, neuron, input, bias) in &mut self.biases {
            *bias -= if network.weight(*layer, *neuron, *input) { alpha } else { -alpha };
        }
    }
}
