//! Training on a chip: every QUBO of a run is put onto the same chip, and its samples are brought back.

use super::TrainError;
use crate::formulation::{Formulation, Role};
use isinglass_chip::embedding::{
    ChainBreakMethod, ChainStrength, ControlError, Embedded, EmbeddedReport, Embedder, EmbeddingCache,
    EmbeddingComposite, EmbeddingFile, Precision, interaction_graph,
};
use isinglass_chip::hardware::Chip;
use isinglass_chip::qpu::{Plan, PlanRequest, SolverProperties};
use isinglass_qubo::io::Label;
use isinglass_qubo::sampler::SampleResult;
use isinglass_qubo::{RunControl, Sampler};
use serde::{Deserialize, Serialize, Serializer};
use std::sync::atomic::AtomicBool;

/// Which chip, and how QUBOs are put onto it. Minibatches with equal graphs share an embedding.
///
/// Two plans are equal if they lead to the same samples and records: the cache does not count.
#[derive(Clone, Debug)]
pub struct EmbeddingPlan {
    /// The chip.
    pub chip: Chip,
    /// Who finds embeddings. `[default: Embedder::default()]`
    pub embedder: Embedder,
    /// Embeddings found earlier. `[default: in memory, empty]`
    pub cache: EmbeddingCache,
    /// An embedding for all QUBOs of the run, by labels of variables, instead of found ones. `[default: none]`
    pub file: Option<EmbeddingFile>,
    /// How chains are held together. `[default: uniform torque compensation]`
    pub chain_strength: ChainStrength,
    /// What broken chains are worth; nothing: only the chains of weights are read, and all else follows from the weights.
    /// `[default: majority vote]`
    pub chain_break_method: Option<ChainBreakMethod>,
    /// Runs with the meaning of random spins turned round; 0 is one run without. `[default: 0]`
    pub num_spin_reversal_transforms: usize,
    /// Ranges and times of the chip; the ranges of chips in service and no times where they are not known. `[default: none]`
    pub properties: Option<SolverProperties>,
    /// Errors of the chip's numbers, for the precision in records. `[default: ControlError::default()]`
    pub control_error: ControlError,
    /// What is asked of the chip, if its time is to be reckoned; reads are those of a step. `[default: none]`
    pub request: Option<PlanRequest>,
}

impl EmbeddingPlan {
    /// A plan with defaults for everything but the chip.
    #[must_use]
    pub fn new(chip: Chip) -> Self {
        Self {
            chip,
            embedder: Embedder::default(),
            cache: EmbeddingCache::default(),
            file: None,
            chain_strength: ChainStrength::default(),
            chain_break_method: Some(ChainBreakMethod::default()),
            num_spin_reversal_transforms: 0,
            properties: None,
            control_error: ControlError::default(),
            request: None,
        }
    }

    /// The chains on which the QUBO of a formulation was solved, by variable: those of the file, or those in the cache. Nothing if there are
    /// none yet.
    #[must_use]
    pub fn chains(&self, formulation: &Formulation) -> Option<Vec<Vec<u32>>> {
        if self.file.is_some() {
            return self.given_chains(formulation).ok()?;
        }
        // nothing is looked for: what is not known already is stopped at once
        let stopped = AtomicBool::new(true);
        let control = RunControl { cancel: Some(&stopped), ..RunControl::default() };
        let graph = interaction_graph(&formulation.qubo);
        let lookup = self.cache.find(&self.embedder, &graph, &self.chip, &control).ok()?;
        Some(lookup.found.embedding.chains().to_vec())
    }

    /// The chains of the file, if there is one.
    fn given_chains(&self, formulation: &Formulation) -> Result<Option<Vec<Vec<u32>>>, TrainError> {
        let roles = formulation.layout.roles();
        let chains = self.file.as_ref().map(|file| {
            let labels: Vec<Label> = roles.iter().map(|role| Label::Text(role.to_string())).collect();
            // files of problems without labels name variables by their numbers
            file.chains(roles.len(), Some(&labels)).or_else(|error| file.chains(roles.len(), None).map_err(|_| error))
        });
        Ok(chains.transpose()?)
    }

    /// What samples and records depend on.
    fn identity(&self) -> (&Chip, String) {
        let Self { chip, embedder, cache: _, file, .. } = self;
        let chains = (&self.chain_strength, &self.chain_break_method, self.num_spin_reversal_transforms);
        let rest = (embedder, file, chains, &self.properties, self.control_error, self.request);
        (chip, format!("{rest:?}"))
    }
}

impl PartialEq for EmbeddingPlan {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Serialize for EmbeddingPlan {
    /// For fingerprints; nothing reads it back.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (chip, rest) = self.identity();
        let couplers: Vec<(u32, u32)> = chip.graph().edges().collect();
        (chip.name(), chip.qubits(), couplers, rest).serialize(serializer)
    }
}

/// What happened on the chip in one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddedStep {
    /// Variables of the QUBO.
    pub num_variables: usize,
    /// Qubits in all chains.
    pub num_qubits: usize,
    /// The longest chain.
    pub max_chain_length: usize,
    /// No embedding of this QUBO on this chip has fewer qubits.
    pub lower_bound: usize,
    /// The largest chain strength, in the units of the QUBO over spins.
    pub chain_strength: f64,
    /// Reads on the chip.
    pub num_reads: usize,
    /// Reads with a broken chain among those that were looked at.
    pub num_broken_reads: usize,
    /// The mean of the break rates of all chains.
    pub mean_break_rate: f64,
    /// Labels of variables whose chains break, with the share of reads in which they do, the worst first.
    pub break_rates: Vec<(String, f64)>,
    /// How precisely the chip sees the QUBO.
    pub precision: Precision,
    /// How long the chip would be busy, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qpu: Option<QpuTime>,
}

/// What the reads of one step would take on the chip, by the service's model of times ([`Plan`]). Nothing was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QpuTime {
    /// What auto-scaling divides all biases by.
    pub scale: f64,
    /// Submissions.
    pub num_submissions: u64,
    /// Microseconds that are charged.
    pub qpu_access_time: f64,
}

impl EmbeddedStep {
    fn of(report: &EmbeddedReport, plan: &EmbeddingPlan, formulation: &Formulation) -> Result<Self, TrainError> {
        let (gap, control_error) = (formulation.gap(), plan.control_error);
        let precision = Precision::on_chip(plan.properties.as_ref(), &report.embedded, gap, control_error);
        let request = plan.request.map(|request| request.with_reads_done(report.num_reads as u64));
        let qpu = match plan.properties.as_ref().zip(request) {
            Some((properties, request)) => {
                let plan = Plan::new(properties, &report.embedded, &request)?;
                let Plan { scale, num_submissions, qpu_access_time, .. } = plan;
                Some(QpuTime { scale, num_submissions, qpu_access_time })
            }
            None => None,
        };
        let rate = |variable: usize| (formulation.layout.roles()[variable].to_string(), report.break_rates[variable]);
        Ok(Self {
            num_variables: report.chains.len(),
            num_qubits: report.embedding.num_qubits,
            max_chain_length: report.embedding.max_chain_length,
            lower_bound: report.embedding.lower_bound,
            chain_strength: report.chain_strengths.iter().copied().fold(0.0, f64::max),
            num_reads: report.num_reads,
            num_broken_reads: report.num_broken_reads,
            mean_break_rate: report.mean_break_rate(),
            break_rates: report.worst_chains().into_iter().map(rate).collect(),
            precision,
            qpu,
        })
    }
}

/// Makes a sampler from a seed and, on a chip, the model over qubits.
pub(super) type MakeSampler<'a> = dyn Fn(u64, Option<&Embedded>) -> Box<dyn Sampler> + 'a;

/// Samples a QUBO with the sampler that `make` makes: as it is, or on a chip.
pub(super) fn sample_qubo(
    formulation: &Formulation,
    plan: Option<&EmbeddingPlan>,
    seed: u64,
    make: &MakeSampler<'_>,
    control: &RunControl<'_>,
) -> Result<(SampleResult, Option<EmbeddedStep>), TrainError> {
    let Some(plan) = plan else { return Ok((make(seed, None).sample(&formulation.qubo, control)?, None)) };
    let roles = formulation.layout.roles();
    let is_weight = |&variable: &usize| matches!(roles[variable], Role::Weight { .. });
    let composite = EmbeddingComposite {
        embedder: plan.embedder,
        cache: plan.cache.clone(),
        chains: plan.given_chains(formulation)?,
        chain_strength: plan.chain_strength.clone(),
        chain_break_method: plan.chain_break_method.unwrap_or_default(),
        unembed_variables: match plan.chain_break_method {
            Some(_) => None,
            None => Some((0..roles.len()).filter(is_weight).collect()),
        },
        num_spin_reversal_transforms: plan.num_spin_reversal_transforms,
        seed,
        ..EmbeddingComposite::new(Box::new(|seed, embedded: &Embedded| make(seed, Some(embedded))), plan.chip.clone())
    };
    let (sampling, report) = composite.sample_embedded(&formulation.qubo, control)?;
    Ok((sampling, Some(EmbeddedStep::of(&report, plan, formulation)?)))
}
