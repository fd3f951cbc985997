//! A yardstick for training: what weights reach that were not learned at all.

use super::{Polished, TrainingPlan};
use crate::formulation::{Formulation, WeightTerms};
use crate::network::Network;
use crate::task::Task;
use isinglass_qubo::{RunControl, rng};
use rand_core::Rng;
use serde::Serialize;

/// Sets the random weights apart from what training draws from the same seed: any odd number.
const RANDOM_WEIGHTS: u64 = 0x9e6c_63d0_876a_3f6b;

/// What as many vectors of random weights reach as a run had reads, with the same polish.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RandomWeights {
    /// Vectors.
    pub num_reads: usize,
    /// The least loss of any of them, polished if the plan says so.
    pub loss: f64,
    /// Vectors that reach it.
    pub num_best: usize,
    /// The least loss before polish.
    pub sampled_loss: f64,
}

/// Draws `num_reads` vectors of weights evenly and independently, and polishes them as a run of `plan` on all rows of `task` does
/// with its reads; weights that `formulation` takes as known stay so. Nothing without a vector, or when the run is stopped.
#[must_use]
pub fn random_weights(
    task: &Task,
    plan: &TrainingPlan,
    formulation: Option<&Formulation>,
    num_reads: usize,
    control: &RunControl<'_>,
) -> Option<RandomWeights> {
    let known = formulation.map_or(&[][..], |formulation| formulation.layout.known_weights());
    let terms = WeightTerms { fixed: known.to_vec(), ..WeightTerms::default() };
    let draw = |index: usize| {
        let mut stream = rng::stream(plan.seed ^ RANDOM_WEIGHTS, index as u64);
        Network::from_fn(plan.architecture.clone(), |layer, neuron, input| {
            let drawn = stream.next_u64() >> 63 == 1;
            let is_this = |each: &&(usize, usize, usize, bool)| (each.0, each.1, each.2) == (layer, neuron, input);
            known.iter().find(is_this).map_or(drawn, |&(.., bit)| bit)
        })
    };
    let polished = Polished::all(task, plan, &terms, (0..num_reads).map(draw).collect(), control);
    if control.should_stop(None).is_some() {
        return None;
    }
    let counts = polished.counts(None);
    let (_, best) = polished.best()?;
    Some(RandomWeights { num_reads, loss: best.energy, num_best: counts.num_best, sampled_loss: counts.sampled_loss? })
}
