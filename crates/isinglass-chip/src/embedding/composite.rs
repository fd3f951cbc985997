//! Embedding composite: embeds a problem, samples it on the chip, and unembeds the samples.

mod physical;
#[cfg(test)]
mod tests;

use super::{
    CachedEmbedding, ChainBreakMethod, ChainStrength, EmbedError, Embedded, Embedder, EmbeddingCache, EmbeddingOrigin,
    EmbeddingResult, EmbeddingStatistics, Fault, FindError, Unembedded, interaction_graph, unembed, unembed_only,
};
use crate::hardware::{Chip, Graph};
use isinglass_qubo::model::{Bqm, ModelError, Vartype};
use isinglass_qubo::rng::{mix, stream};
use isinglass_qubo::sample_set::SampleSet;
use isinglass_qubo::sampler::{
    RunControl, SampleError, SampleResult, SampleStatus, Sampler, common_divisor, random_spins,
};
use physical::Physical;
use serde::Serialize;
use std::time::Instant;

/// Sets the seed of coins for broken chains apart from the sampler's, whose own streams may begin with the same bits: any odd number.
const COINS: u64 = 0x94d0_49bb_1331_11eb;

/// Sampler composite that minor-embeds a problem on a chip, samples the embedded model with `inner`, and unembeds the samples.
///
/// Energies are those of the problem. Every sample of the problem has an unbroken embedded sample of the same energy, so the minimum
/// energy of the embedded model is a lower bound on the problem's, whatever the chain strength. The status is `Optimal` if `inner` proves
/// a bound and a sample attains it, which requires unbroken chains. This is reported only if all coefficients, split ones included, are
/// multiples of one unit, so that no sum rounds; other bounds are lowered by the largest possible rounding error.
///
/// Chain strengths computed from the problem are rounded up to 8 bits, by less than 1 %, so that integer problems keep integer
/// coefficients; strengths supplied by the caller are used unchanged.
///
/// With spin-reversal transforms the inner sampler runs once for each, so the number of reads is multiplied and the time up to the
/// deadline is divided. A target that only samples with broken chains reach, and not the unembedded ones, does not end the run.
///
/// # Examples
/// ```
/// use isinglass_chip::embedding::{Embedded, EmbeddingComposite};
/// use isinglass_chip::hardware::{Chip, Topology};
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::SimulatedAnnealing};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 3);
/// for (first, second) in [(0, 1), (1, 2), (0, 2)] {
///     builder.add_quadratic(first, second, 1.0);
/// }
/// let chip = Chip::ideal("chimera:1".parse::<Topology>()?);
/// let make = |seed, _: &Embedded| Box::new(SimulatedAnnealing { seed, ..SimulatedAnnealing::default() }) as Box<dyn Sampler>;
/// let composite = EmbeddingComposite::new(Box::new(make), chip);
/// let (sampling, report) = composite.sample_embedded(&builder.build()?, &RunControl::default())?;
/// assert_eq!((sampling.best().map(|row| row.energy), report.embedding.num_qubits), (Some(-1.0), 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct EmbeddingComposite<'a> {
    /// Constructor of the sampler for the embedded model.
    pub inner: MakeSampler<'a>,
    /// The chip.
    pub chip: Chip,
    /// Embedder that finds the chains. `[default: Embedder::default()]`
    pub embedder: Embedder,
    /// Embedding cache. `[default: in memory, empty]`
    pub cache: EmbeddingCache,
    /// Fixed chains by variable index, used instead of the embedder. `[default: none]`
    pub chains: Option<Vec<Vec<u32>>>,
    /// Chain strength method. `[default: uniform torque compensation]`
    pub chain_strength: ChainStrength,
    /// How to resolve broken chains. `[default: majority vote]`
    pub chain_break_method: ChainBreakMethod,
    /// Variables to unembed directly, overriding `chain_break_method`; see [`unembed_only`]. `[default: all]`
    pub unembed_variables: Option<Vec<usize>>,
    /// Number of spin-reversal transforms; 0 for a single run without one. `[default: 0]`
    pub num_spin_reversal_transforms: usize,
    /// Seed of the inner sampler, the spin-reversal transforms and the tie-breaking of broken chains; the embedder has a separate seed.
    /// `[default: 0]`
    pub seed: u64,
}

/// Constructor of the sampler for the embedded model, from a seed and the model with its chains and qubits. It is called with a different
/// seed for each spin-reversal transform: with the same random numbers, reads of a transformed problem would follow those of the
/// original.
pub type MakeSampler<'a> = Box<dyn Fn(u64, &Embedded) -> Box<dyn Sampler + 'a> + 'a>;

/// Statistics of a run on an embedded problem.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EmbeddedReport {
    /// The chip's name.
    pub chip: String,
    /// Embedding statistics.
    #[serde(flatten)]
    pub embedding: EmbeddingStatistics,
    /// Source of the embedding.
    pub origin: EmbeddingOrigin,
    /// Qubits of each variable.
    pub chains: Vec<Vec<u32>>,
    /// Strength of each chain, in the units of the problem over spins.
    pub chain_strengths: Vec<f64>,
    /// Number of reads on the chip.
    pub num_reads: usize,
    /// Number of examined reads with at least one broken chain.
    pub num_broken_reads: usize,
    /// Chain break rate of each variable: the share of reads in which its chain is broken.
    pub break_rates: Vec<f64>,
    /// Energy of the embedded model for each read; equal to the problem's energy if no chain is broken.
    pub physical_energies: Vec<f64>,
    /// Status of the inner sampler's run: `Optimal` refers to the embedded model.
    pub physical_status: SampleStatus,
    /// Number of spin-reversal transforms performed.
    pub num_spin_reversal_transforms: usize,
    /// Time to find or read the embedding, in seconds.
    pub embedding_seconds: f64,
    /// Error from writing a new embedding to the cache directory, if any.
    pub unsaved: Option<String>,
    /// The embedded model.
    #[serde(skip)]
    pub embedded: Embedded,
}

impl EmbeddedReport {
    /// Mean chain break rate over all chains.
    #[must_use]
    pub fn mean_break_rate(&self) -> f64 {
        self.break_rates.iter().sum::<f64>() / self.break_rates.len().max(1) as f64
    }

    /// Variables with broken chains, by break rate, highest first; ties are in index order.
    #[must_use]
    pub fn worst_chains(&self) -> Vec<usize> {
        let mut worst: Vec<usize> =
            (0..self.break_rates.len()).filter(|&index| self.break_rates[index] > 0.0).collect();
        worst.sort_by(|&one, &two| self.break_rates[two].total_cmp(&self.break_rates[one]));
        worst
    }
}

/// Error of an embedding composite.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddingCompositeError {
    /// No embedding was found.
    #[error("no embedding was found")]
    Find(#[from] FindError),
    /// The fixed chains are not a valid embedding.
    #[error("the chains are not a valid embedding of the problem on {chip}")]
    Given {
        /// The chip's name.
        chip: String,
        /// The first fault found.
        source: Fault,
    },
    /// The model cannot be embedded on the chip.
    #[error("the model cannot be embedded on the chip")]
    Embed(#[from] EmbedError),
    /// The model cannot be converted to Ising form.
    #[error("the problem cannot be converted to an Ising model")]
    Model(#[from] ModelError),
    /// The inner sampler failed.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A variable index in `unembed_variables` is out of range.
    #[error("variable {variable} is out of range: the problem has {num_variables} variables")]
    NoVariable {
        /// The variable.
        variable: usize,
        /// Number of variables.
        num_variables: usize,
    },
    /// All reads have broken chains and were discarded.
    #[error("all of {num_reads} reads have broken chains and were discarded")]
    AllDiscarded {
        /// Number of reads.
        num_reads: usize,
    },
}

impl<'a> EmbeddingComposite<'a> {
    /// Creates the composite from a sampler constructor and a chip, with defaults for everything else.
    #[must_use]
    pub fn new(inner: MakeSampler<'a>, chip: Chip) -> Self {
        Self {
            inner,
            chip,
            embedder: Embedder::default(),
            cache: EmbeddingCache::default(),
            chains: None,
            chain_strength: ChainStrength::default(),
            chain_break_method: ChainBreakMethod::default(),
            unembed_variables: None,
            num_spin_reversal_transforms: 0,
            seed: 0,
        }
    }

    /// Returns the embedding for this interaction graph: the fixed one, a cached one, or a new one.
    ///
    /// # Errors
    /// [`EmbeddingCompositeError`] if no embedding is found, or the fixed one does not fit.
    pub fn embed(&self, problem: &Graph, control: &RunControl<'_>) -> Result<CachedEmbedding, EmbeddingCompositeError> {
        match &self.chains {
            None => Ok(self.cache.find(&self.embedder, problem, &self.chip, control)?),
            Some(chains) => match EmbeddingResult::given(chains.clone(), problem, &self.chip) {
                Ok(found) => Ok(CachedEmbedding { found, origin: EmbeddingOrigin::Given, unsaved: None }),
                Err(source) => Err(EmbeddingCompositeError::Given { chip: self.chip.name().to_owned(), source }),
            },
        }
    }

    /// Samples the problem on the chip and returns the samples with statistics of the run.
    ///
    /// # Errors
    /// [`EmbeddingCompositeError`] if no embedding is found, the model overflows, `inner` fails, or all reads are discarded. A run that
    /// is interrupted before an embedding is found has no samples and is an error.
    pub fn sample_embedded(
        &self,
        bqm: &Bqm,
        control: &RunControl<'_>,
    ) -> Result<(SampleResult, EmbeddedReport), EmbeddingCompositeError> {
        self.sample_with_strength(bqm, &self.chain_strength, control)
    }

    pub(super) fn sample_with_strength(
        &self,
        bqm: &Bqm,
        strength: &ChainStrength,
        control: &RunControl<'_>,
    ) -> Result<(SampleResult, EmbeddedReport), EmbeddingCompositeError> {
        let spin = bqm.to_vartype(Vartype::Spin)?;
        let start = Instant::now();
        let lookup = self.embed(&interaction_graph(&spin), control)?;
        let embedding_seconds = start.elapsed().as_secs_f64();
        let embedded = Embedded::new(&spin, &lookup.found.embedding, &self.chip, strength)?;
        let (mut physical, mut logical) = self.sample_once(bqm, &spin, &embedded, control)?;
        if physical.status == SampleStatus::Target && !logical.meets(control.target) {
            let on = RunControl { target: None, ..*control };
            (physical, logical) = self.sample_once(bqm, &spin, &embedded, &on)?;
        }
        let Unembedded { chain_break_fractions, break_rates, .. } = &logical.unembedded;
        let report = EmbeddedReport {
            chip: self.chip.name().to_owned(),
            embedding: lookup.found.statistics(),
            origin: lookup.origin,
            chains: lookup.found.embedding.chains().to_vec(),
            chain_strengths: embedded.strengths().to_vec(),
            num_reads: chain_break_fractions.len(),
            num_broken_reads: chain_break_fractions.iter().filter(|&&share| share > 0.0).count(),
            break_rates: break_rates.clone(),
            physical_energies: physical.energies.clone(),
            physical_status: physical.status,
            num_spin_reversal_transforms: physical.num_transforms,
            embedding_seconds,
            unsaved: lookup.unsaved.map(|error| error.to_string()),
            embedded,
        };
        if logical.samples.is_empty() {
            return Err(EmbeddingCompositeError::AllDiscarded { num_reads: report.num_reads });
        }
        let least = logical.samples.best().map_or(f64::INFINITY, |row| row.energy);
        let slack = rounding(bqm, &spin, report.embedded.bqm());
        let bound = physical.lower_bound.map(|bound| if slack == 0.0 { bound } else { (bound - slack).next_down() });
        let is_proven =
            physical.status == SampleStatus::Optimal && slack == 0.0 && bound.is_some_and(|bound| least <= bound);
        let status = match physical.status {
            _ if is_proven => SampleStatus::Optimal,
            stopped @ (SampleStatus::Interrupted | SampleStatus::TimeLimit) => stopped,
            _ if logical.meets(control.target) => SampleStatus::Target,
            _ => SampleStatus::Heuristic,
        };
        let sampling = SampleResult {
            samples: logical.samples,
            status,
            // the best sample cannot lie below a bound on all samples
            lower_bound: if is_proven { Some(least) } else { bound.map(|bound| bound.min(least)) },
            num_sweeps: physical.num_sweeps,
            num_updates: physical.num_updates,
            beta_range: physical.beta_range,
        };
        Ok((sampling, report))
    }

    fn sample_once(
        &self,
        bqm: &Bqm,
        spin: &Bqm,
        embedded: &Embedded,
        control: &RunControl<'_>,
    ) -> Result<(Physical, Logical), EmbeddingCompositeError> {
        let physical = Physical::sample(self, embedded, control)?;
        let samples = physical.rows.iter().map(Vec::as_slice);
        let seed = mix(self.seed ^ COINS);
        let unembedded = match &self.unembed_variables {
            None => unembed(embedded, spin, samples, self.chain_break_method, seed),
            Some(variables) => {
                let num_variables = spin.num_variables();
                if let Some(&variable) = variables.iter().find(|&&variable| variable >= num_variables) {
                    return Err(EmbeddingCompositeError::NoVariable { variable, num_variables });
                }
                unembed_only(embedded, spin, samples, variables, seed)
            }
        };
        let [low, high] = bqm.vartype().values();
        let values = |spins: &Vec<i8>| spins.iter().map(|&spin| if spin > 0 { high } else { low }).collect::<Vec<i8>>();
        let samples = SampleSet::from_samples(bqm, unembedded.samples.iter().map(values));
        let samples = samples.expect("one value of the vartype for each variable");
        Ok((physical, Logical { samples, unembedded }))
    }
}

/// Samples of the problem.
struct Logical {
    samples: SampleSet,
    unembedded: Unembedded,
}

impl Logical {
    fn meets(&self, target: Option<f64>) -> bool {
        let best = self.samples.best().map(|row| row.energy);
        target.zip(best).is_some_and(|(target, best)| best <= target)
    }
}

/// By how much rounding could raise an energy of the model over qubits above that of the problem: 0 where all coefficients are
/// multiples of one unit and no sum of them has more digits than a number holds.
fn rounding(bqm: &Bqm, spin: &Bqm, physical: &Bqm) -> f64 {
    let numbers = || {
        [bqm, spin, physical].into_iter().flat_map(|model| {
            let linear = model.linear().iter().copied();
            linear.chain(model.interactions().map(|(.., bias)| bias)).chain([model.offset()])
        })
    };
    let total: f64 = numbers().map(f64::abs).sum();
    match common_divisor(numbers) {
        Some(unit) if total / unit < (1u64 << 52) as f64 => 0.0,
        None if total == 0.0 => 0.0,
        _ => total * f64::EPSILON * (physical.num_interactions() + physical.num_variables() + 2) as f64,
    }
}

impl Sampler for EmbeddingComposite<'_> {
    fn name(&self) -> &'static str {
        "embedding"
    }

    /// A run that is interrupted before an embedding is found returns one random sample.
    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        match self.sample_embedded(bqm, control) {
            Ok((sampling, _)) => Ok(sampling),
            Err(EmbeddingCompositeError::Sample(error)) => Err(error),
            Err(EmbeddingCompositeError::Model(error)) => Err(error.into()),
            Err(error) => match (error, control.should_stop(None)) {
                (EmbeddingCompositeError::Find(FindError::NotFound { .. }), Some(status)) => {
                    let [low, high] = bqm.vartype().values();
                    let spins = random_spins(bqm.num_variables(), &mut stream(self.seed, 0));
                    let sample: Vec<i8> = spins.into_iter().map(|spin| if spin > 0 { high } else { low }).collect();
                    let samples = SampleSet::from_samples(bqm, [sample]).expect("one value for each variable");
                    let nothing = SampleResult {
                        samples,
                        status,
                        lower_bound: None,
                        num_sweeps: 0,
                        num_updates: 0,
                        beta_range: None,
                    };
                    Ok(nothing)
                }
                (error, _) => Err(SampleError::Embedding { reason: with_causes(&error) }),
            },
        }
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(&format!(": {source}"));
        next = source.source();
    }
    text
}
