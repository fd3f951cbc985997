//! Any sampler of QUBOs as the solver of a training run.

use isinglass_chip::embedding::Embedded;
use isinglass_qubo::Sampler;
use serde::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// What a sampler is made for: one step of a run, or one spin-reversal transform of it.
#[derive(Clone, Copy, Debug)]
pub struct SamplerCall<'a> {
    /// Seed.
    pub seed: u64,
    /// Reads, if the sampler has any number of them.
    pub num_reads: Option<usize>,
    /// The model over qubits, on a chip.
    pub embedded: Option<&'a Embedded>,
}

/// A sampler of QUBOs that is made anew for each step.
///
/// Two of them are equal if name, parameters and reads are.
#[derive(Clone)]
pub struct NamedSampler {
    /// Its name in reports.
    pub name: &'static str,
    /// All that its samples depend on beside the QUBO, the seed and the reads; for the fingerprints of checkpoints.
    pub parameters: String,
    /// Reads of the whole run, or of each minibatch; none for samplers that return what they return.
    pub num_reads: Option<usize>,
    /// Whether reads are independent, so that those of a whole set may be done in rounds, with a checkpoint after each.
    pub has_rounds: bool,
    /// Makes it.
    pub make: MakeStepSampler,
}

/// Makes the sampler of a step.
pub type MakeStepSampler = Arc<dyn Fn(SamplerCall<'_>) -> Box<dyn Sampler> + Send + Sync>;

impl NamedSampler {
    fn identity(&self) -> (&'static str, &str, Option<usize>, bool) {
        (self.name, &self.parameters, self.num_reads, self.has_rounds)
    }
}

impl fmt::Debug for NamedSampler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("NamedSampler").field(&self.identity()).finish()
    }
}

impl PartialEq for NamedSampler {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Serialize for NamedSampler {
    /// For fingerprints; nothing reads it back.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.identity().serialize(serializer)
    }
}
