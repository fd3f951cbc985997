//! One mode on one batch.

use super::ReproduceError;
use super::exact_search::ExactSearch;
use super::mode::Mode;
use super::outcome::{BatchResult, OnChip};
use super::plan::{FormulationChoice, ReproducePlan};
use isinglass::formulation::{Formulation, WeightTerms, compile};
use isinglass::network::Architecture;
use isinglass::task::Task;
use isinglass::verify::verify;
use isinglass_chip::embedding::{ControlError, Embedded, EmbeddedReport, EmbeddingComposite};
use isinglass_chip::qpu::{Plan, PlanRequest, QpuEmulator, ServiceRecord, ServiceSampler};
use isinglass_qubo::sampler::{ClusterMoves, SimulatedAnnealing};
use isinglass_qubo::time_to_solution::{Success, meets};
use isinglass_qubo::{RunControl, SampleResult, SampleStatus, Sampler};
use std::collections::BTreeMap;
use std::time::Instant;

/// A batch, and what it is measured against.
pub(super) struct Batch<'a> {
    pub(super) number: usize,
    pub(super) task: &'a Task,
    pub(super) architecture: &'a Architecture,
    pub(super) optimum: f64,
    pub(super) seed: u64,
}

/// A batch that was solved, and the chains it was solved on.
pub(super) struct Solved {
    pub(super) result: BatchResult,
    pub(super) chains: Vec<Vec<u32>>,
    /// Why a real chip has not made all reads.
    pub(super) failure: Option<String>,
}

impl Batch<'_> {
    /// Solves the batch in this mode; `None` if the run is interrupted.
    pub(super) fn solve(
        &self,
        mode: Mode,
        choice: FormulationChoice,
        plan: &ReproducePlan,
        control: &RunControl<'_>,
    ) -> Result<Option<Solved>, ReproduceError> {
        let start = Instant::now();
        let formulation = compile(self.task, self.architecture, &choice.options(), &WeightTerms::default())?;
        let record = ServiceRecord::default();
        let sampled = if mode.is_on_chip() {
            self.on_chip(mode, choice, &formulation, plan, &record, control)
        } else {
            self.sampler(mode, plan, None, &record)
                .sample(&formulation.qubo, control)
                .map(|sampling| (sampling, None))
                .map_err(ReproduceError::from)
        };
        let (sampling, report) = match sampled {
            // who stopped it must know what is left of it at the service
            Err(error) if error.of_service().is_some() => return Err(error),
            // an interrupted search for an embedding has no result
            Err(_) if control.should_stop(None).is_some() => return Ok(None),
            other => other?,
        };
        // reads of a real chip were paid for
        let is_kept = sampling.status == SampleStatus::Optimal || mode == Mode::Qpu;
        if control.should_stop(None).is_some() && !is_kept {
            return Ok(None);
        }
        let Some(best) = sampling.best() else { return Ok(None) };
        let verification = verify(&formulation.qubo, &formulation.layout, self.task, best.sample)?;
        let embedding_seconds = report.as_ref().map_or(0.0, |report: &EmbeddedReport| report.embedding_seconds);
        let seconds = (start.elapsed().as_secs_f64() - embedding_seconds).max(0.0);
        let on_chip = report.as_ref().map(|report| on_chip(mode, report, &formulation, plan, &record)).transpose()?;
        let result = BatchResult {
            batch: self.number,
            errors: verification.loss,
            excess: verification.loss - self.optimum,
            energy: Some(verification.energy),
            proven: sampling.status == SampleStatus::Optimal && formulation.statistics.exact,
            violations: Some(verification.violations()),
            seconds,
            success: mode.has_reads().then(|| self.success(&sampling)),
            on_chip,
            energies: if mode.has_reads() { self.histogram(&sampling) } else { BTreeMap::new() },
        };
        let num_reads = sampling.samples.len();
        let is_cut = mode == Mode::Qpu && num_reads < plan.qpu_reads;
        let cut = || is_cut.then(|| format!("stopped after {num_reads} of {} reads of a batch", plan.qpu_reads));
        Ok(Some(Solved {
            result,
            chains: report.map_or_else(Vec::new, |report| report.chains),
            failure: record.failure().or_else(cut),
        }))
    }

    /// Reads at the minimum. The formulations are exact, so that it is the least loss.
    fn success(&self, sampling: &SampleResult) -> Success {
        let energies = sampling.samples.energies();
        let successes = energies.iter().filter(|&&energy| meets(energy, self.optimum)).count() as u64;
        Success { successes, num_reads: energies.len() as u64 }
    }

    fn histogram(&self, sampling: &SampleResult) -> BTreeMap<i64, u64> {
        let mut counts = BTreeMap::new();
        for energy in sampling.samples.energies() {
            *counts.entry((energy - self.optimum).round() as i64).or_default() += 1;
        }
        counts
    }

    fn on_chip(
        &self,
        mode: Mode,
        choice: FormulationChoice,
        formulation: &Formulation,
        plan: &ReproducePlan,
        record: &ServiceRecord,
        control: &RunControl<'_>,
    ) -> Result<(SampleResult, Option<EmbeddedReport>), ReproduceError> {
        let chip = if mode.is_qpu() { &plan.qpu_chip } else { &plan.chip };
        let make = |_: u64, embedded: &Embedded| self.sampler(mode, plan, Some(embedded), record);
        let composite = EmbeddingComposite {
            cache: plan.cache.clone(),
            chain_strength: choice.chain_strength(),
            seed: self.seed,
            ..EmbeddingComposite::new(Box::new(make), chip.clone())
        };
        let (sampling, report) = composite.sample_embedded(&formulation.qubo, control)?;
        Ok((sampling, Some(report)))
    }

    fn sampler<'a>(
        &self,
        mode: Mode,
        plan: &'a ReproducePlan,
        embedded: Option<&Embedded>,
        record: &'a ServiceRecord,
    ) -> Box<dyn Sampler + 'a> {
        let (seed, threads) = (self.seed, plan.threads);
        let annealing = SimulatedAnnealing {
            num_reads: plan.num_reads,
            num_sweeps: plan.num_sweeps,
            seed,
            threads,
            ..SimulatedAnnealing::default()
        };
        match mode {
            Mode::Hard | Mode::SoftExact | Mode::EmbeddedExact => {
                Box::new(ExactSearch { seconds: plan.proof_seconds, seed, threads })
            }
            Mode::SoftAnnealed | Mode::EmbeddedAnnealed => Box::new(annealing),
            Mode::EmbeddedSingleFlips => Box::new(SimulatedAnnealing { cluster_moves: false, ..annealing }),
            Mode::QpuEmulated => Box::new(emulator(plan, seed, embedded)),
            Mode::Qpu => Box::new(ServiceSampler {
                service: plan.real_qpu.clone().expect("a plan with the real chip is checked for it"),
                properties: plan.qpu.clone(),
                qubits: embedded.map_or_else(Vec::new, |embedded| embedded.qubits().to_vec()),
                num_reads: plan.qpu_reads as u64,
                annealing_time: Some(plan.qpu.timing.default_annealing_time),
                record,
            }),
        }
    }
}

/// The emulator of a model over qubits, which knows their chains.
fn emulator(plan: &ReproducePlan, seed: u64, embedded: Option<&Embedded>) -> QpuEmulator {
    let default = QpuEmulator::new(plan.qpu.clone());
    let sets = |embedded: &Embedded| {
        let chains = embedded.chains().iter().filter(|chain| chain.len() > 1);
        ClusterMoves::Sets(chains.map(|chain| chain.iter().map(|&qubit| qubit as u32).collect()).collect())
    };
    QpuEmulator {
        num_reads: plan.qpu_reads,
        qubits: embedded.map(|embedded| embedded.qubits().to_vec()),
        chains: embedded.map_or(default.chains.clone(), sets),
        seed,
        threads: plan.threads,
        ..default
    }
}

fn on_chip(
    mode: Mode,
    report: &EmbeddedReport,
    formulation: &Formulation,
    plan: &ReproducePlan,
    record: &ServiceRecord,
) -> Result<OnChip, ReproduceError> {
    let precision = plan.qpu.precision(&report.embedded, formulation.gap(), ControlError::default());
    let request = PlanRequest { num_reads: report.num_reads as u64, ..PlanRequest::default() };
    let time = match mode {
        Mode::QpuEmulated => Some(Plan::new(&plan.qpu, &report.embedded, &request)?.qpu_access_time),
        Mode::Qpu => record.qpu_access_time(),
        _ => None,
    };
    let num_reads = if mode.has_reads() { report.num_reads as u64 } else { 0 };
    let successes = if mode.has_reads() { report.num_broken_reads as u64 } else { 0 };
    Ok(OnChip {
        num_qubits: report.embedding.num_qubits,
        max_chain_length: report.embedding.max_chain_length,
        embedding_seconds: report.embedding_seconds,
        chain_strength: report.chain_strengths.iter().copied().fold(0.0, f64::max),
        broken_reads: Success { successes, num_reads },
        mean_break_rate: report.mean_break_rate(),
        scaled_gap: precision.scaled_gap,
        qpu_access_time: time,
    })
}
