//! Real QPUs behind a service, as samplers of models over their qubits.

use super::properties::SolverProperties;
use super::timing::TimingRequest;
use isinglass_qubo::model::{Bqm, Vartype};
use isinglass_qubo::sample_set::SampleSet;
use isinglass_qubo::sampler::{
    ProgressReport, RunControl, SampleError, SampleResult, SampleStatus, Sampler, check_energies,
};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Memory limit for samples, in bytes.
const MAX_BYTES: usize = 16 << 30;

/// Service that runs problems on a QPU. This crate does not use the network; implementations of this trait do.
pub trait QpuService: fmt::Debug + Send + Sync {
    /// Solver name.
    fn solver(&self) -> &str;

    /// Runs one problem until it is done or `control` interrupts it; then it is cancelled, and the result is `None`.
    ///
    /// # Errors
    /// The reason why the problem was not run.
    fn submit(&self, problem: &QpuProblem<'_>, control: &RunControl<'_>) -> Result<Option<QpuReads>, String>;
}

/// One submission. The service scales the problem to the chip's ranges.
#[derive(Clone, Copy, Debug)]
pub struct QpuProblem<'a> {
    /// Ising model, one spin for each qubit.
    pub spin: &'a Bqm,
    /// Qubit of each variable.
    pub qubits: &'a [u32],
    /// Number of reads. `[range: 1..]`
    pub num_reads: u64,
    /// Annealing time in microseconds. `[default: the chip's]`
    pub annealing_time: Option<f64>,
}

/// Samples returned by a QPU service.
#[derive(Clone, Debug, PartialEq)]
pub struct QpuReads {
    /// Spins of each read, in the order of the problem's variables.
    pub spins: Vec<Vec<i8>>,
    /// QPU access time in microseconds, as measured by the service.
    pub qpu_access_time: Option<f64>,
}

/// Record of the submissions of a run: access times and failures.
#[derive(Debug, Default)]
pub struct ServiceRecord(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    qpu_access_time: f64,
    is_partly_timed: bool,
    failure: Option<String>,
}

impl ServiceRecord {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, qpu_access_time: Option<f64>) {
        let mut entries = self.entries();
        match qpu_access_time {
            Some(time) => entries.qpu_access_time += time,
            None => entries.is_partly_timed = true,
        }
    }

    /// Total QPU access time in microseconds; `None` if any answer lacks it.
    #[must_use]
    pub fn qpu_access_time(&self) -> Option<f64> {
        let entries = self.entries();
        (!entries.is_partly_timed).then_some(entries.qpu_access_time)
    }

    /// Error of a submission that failed after earlier ones had returned reads.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.entries().failure.clone()
    }
}

/// Sampler on the qubits of a real QPU. Its samples are not reproducible: a QPU takes no seed.
///
/// Reads beyond the limit of one submission ([`SolverProperties::max_reads`]) are split into several. An interrupted run returns the
/// reads of completed submissions; so does a run in which a later submission fails, with the error in [`ServiceRecord::failure`].
/// Energies are recomputed from the samples.
#[derive(Clone, Debug)]
pub struct ServiceSampler<'a> {
    /// QPU service.
    pub service: Arc<dyn QpuService>,
    /// Properties of the solver.
    pub properties: SolverProperties,
    /// Qubit of each variable.
    pub qubits: Vec<u32>,
    /// Number of reads. `[range: 1..]`
    pub num_reads: u64,
    /// Annealing time in microseconds. `[default: the chip's] [range: the chip's]`
    pub annealing_time: Option<f64>,
    /// Record of access times and failures.
    pub record: &'a ServiceRecord,
}

impl ServiceSampler<'_> {
    /// The most reads of one submission.
    fn max_reads(&self) -> Result<u64, SampleError> {
        let (low, high) = self.properties.annealing_time_range;
        if let Some(value) = self.annealing_time
            && !(low..=high).contains(&value)
        {
            return Err(SampleError::OutOfRange { what: "annealing_time".to_owned(), value, low, high });
        }
        let request = TimingRequest { annealing_time: self.annealing_time, ..TimingRequest::new(self.qubits.len()) };
        match (self.num_reads, self.properties.max_reads(&request)) {
            (0, _) => Err(SampleError::Parameter { name: "num_reads", value: 0.0, allowed: "at least 1" }),
            (_, 0) => Err(self.failed("one read takes longer than a problem may run".to_owned())),
            (_, most) => Ok(most),
        }
    }

    fn failed(&self, reason: String) -> SampleError {
        SampleError::Service { solver: self.service.solver().to_owned(), reason }
    }
}

impl Sampler for ServiceSampler<'_> {
    fn name(&self) -> &'static str {
        "qpu"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        check_energies(bqm)?;
        if self.qubits.len() != bqm.num_variables() {
            return Err(SampleError::Parameter {
                name: "qubits",
                value: self.qubits.len() as f64,
                allowed: "one for each variable",
            });
        }
        let bytes = usize::try_from(self.num_reads).unwrap_or(usize::MAX).saturating_mul(bqm.num_variables().max(1));
        control.check_memory(bytes, MAX_BYTES)?;
        let (most, spin) = (self.max_reads()?, bqm.to_vartype(Vartype::Spin)?);
        let [low, high] = bqm.vartype().values();
        let (mut rows, mut done, mut status) = (Vec::<Vec<i8>>::new(), 0, SampleStatus::Heuristic);
        let mut best: Option<f64> = None;
        while done < self.num_reads {
            if let Some(stopped) = control.should_stop(best) {
                status = stopped;
                break;
            }
            let num_reads = most.min(self.num_reads - done);
            let problem =
                QpuProblem { spin: &spin, qubits: &self.qubits, num_reads, annealing_time: self.annealing_time };
            let reads = match self.service.submit(&problem, control) {
                Ok(Some(reads)) => reads,
                Ok(None) => {
                    status = control.should_stop(None).unwrap_or(SampleStatus::Interrupted);
                    break;
                }
                Err(reason) if rows.is_empty() => return Err(self.failed(reason)),
                // those before it were paid for
                Err(reason) => {
                    self.record.entries().failure = Some(self.failed(reason).to_string());
                    status = SampleStatus::Interrupted;
                    break;
                }
            };
            self.record.add(reads.qpu_access_time);
            for spins in reads.spins {
                if spins.len() != self.qubits.len() {
                    return Err(self.failed(format!("a read has {} spins of {}", spins.len(), self.qubits.len())));
                }
                let sample: Vec<i8> = spins.into_iter().map(|spin| if spin > 0 { high } else { low }).collect();
                let energy = bqm.energy(&sample);
                best = Some(best.map_or(energy, |best| best.min(energy)));
                rows.push(sample);
            }
            done += num_reads;
            if let Some(progress) = control.progress {
                progress.report(ProgressReport { done, total: self.num_reads, best_energy: best });
            }
        }
        let samples = SampleSet::from_samples(bqm, rows).expect("one value of the vartype for each variable");
        Ok(SampleResult { samples, status, lower_bound: None, num_sweeps: 0, num_updates: 0, beta_range: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use isinglass_qubo::model::BqmBuilder;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Answers with all spins up, says each time how long it took, and may cancel the run.
    #[derive(Debug, Default)]
    struct AllUp {
        reads: Mutex<Vec<u64>>,
        cancel: AtomicBool,
        cancels: bool,
        has_no_clock: bool,
        fails_after: Option<usize>,
    }

    impl QpuService for AllUp {
        fn solver(&self) -> &str {
            "all up"
        }

        fn submit(&self, problem: &QpuProblem<'_>, _: &RunControl<'_>) -> Result<Option<QpuReads>, String> {
            if self.fails_after == Some(self.reads.lock().unwrap().len()) {
                return Err("too warm".to_owned());
            }
            self.reads.lock().unwrap().push(problem.num_reads);
            self.cancel.store(self.cancels, Ordering::Relaxed);
            let spins = vec![vec![1; problem.qubits.len()]; problem.num_reads as usize];
            Ok(Some(QpuReads { spins, qpu_access_time: (!self.has_no_clock).then_some(100.0) }))
        }
    }

    fn pair() -> Bqm {
        let mut builder = BqmBuilder::new(Vartype::Binary, 2);
        builder.add_linear(0, 2.0);
        builder.add_quadratic(0, 1, -3.0);
        builder.build().unwrap()
    }

    fn sampler<'a>(service: &Arc<AllUp>, record: &'a ServiceRecord) -> ServiceSampler<'a> {
        ServiceSampler {
            service: service.clone(),
            properties: SolverProperties {
                num_reads_range: (1, 100),
                ..SolverProperties::named("advantage6").unwrap()
            },
            qubits: vec![3, 28],
            num_reads: 250,
            annealing_time: None,
            record,
        }
    }

    #[test]
    fn more_reads_than_one_submission_takes_are_split_up() {
        let (service, record) = (Arc::new(AllUp::default()), ServiceRecord::default());
        let sampling = sampler(&service, &record).sample(&pair(), &RunControl::default()).unwrap();
        assert_eq!(*service.reads.lock().unwrap(), [100, 100, 50]);
        assert_eq!((sampling.samples.len(), sampling.status), (250, SampleStatus::Heuristic));
        // up is 1, and the energy is that of the binary problem
        assert_eq!(sampling.best().map(|row| (row.energy, row.sample.to_vec())), Some((-1.0, vec![1, 1])));
        assert_eq!(record.qpu_access_time(), Some(300.0));
    }

    #[test]
    fn a_sum_with_a_part_that_was_not_said_is_not_said() {
        let service = Arc::new(AllUp { has_no_clock: true, ..AllUp::default() });
        let record = ServiceRecord::default();
        sampler(&service, &record).sample(&pair(), &RunControl::default()).unwrap();
        assert_eq!(record.qpu_access_time(), None);
    }

    #[test]
    fn a_run_that_is_stopped_keeps_the_reads_that_were_done() {
        let service = Arc::new(AllUp { cancels: true, ..AllUp::default() });
        let record = ServiceRecord::default();
        let control = RunControl { cancel: Some(&service.cancel), ..RunControl::default() };
        let sampling = sampler(&service, &record).sample(&pair(), &control).unwrap();
        assert_eq!((sampling.samples.len(), sampling.status), (100, SampleStatus::Interrupted));
        // a target that is met ends it, too
        let service = Arc::new(AllUp::default());
        let control = RunControl { target: Some(0.0), ..RunControl::default() };
        let sampling = sampler(&service, &record).sample(&pair(), &control).unwrap();
        assert_eq!((sampling.samples.len(), sampling.status), (100, SampleStatus::Target));
    }

    #[test]
    fn reads_that_were_paid_for_outlive_a_submission_that_fails() {
        let run = |fails_after| {
            let service = Arc::new(AllUp { fails_after: Some(fails_after), ..AllUp::default() });
            let record = ServiceRecord::default();
            let sampling = sampler(&service, &record).sample(&pair(), &RunControl::default());
            (
                sampling.map(|sampling| (sampling.samples.len(), sampling.status)),
                record.failure(),
                record.qpu_access_time(),
            )
        };
        let (sampling, failure, time) = run(2);
        assert_eq!((sampling.unwrap(), time), ((200, SampleStatus::Interrupted), Some(200.0)));
        insta::assert_snapshot!(failure.unwrap(), @"all up did not run the problem: too warm");
        let (sampling, failure, _) = run(0);
        assert!(matches!(sampling, Err(SampleError::Service { .. })));
        assert_eq!(failure, None);
    }

    #[test]
    fn what_the_chip_does_not_take_is_not_submitted() {
        let (service, record) = (Arc::new(AllUp::default()), ServiceRecord::default());
        let sampler = sampler(&service, &record);
        let error =
            |sampler: ServiceSampler<'_>| sampler.sample(&pair(), &RunControl::default()).unwrap_err().to_string();
        insta::assert_snapshot!(error(ServiceSampler { annealing_time: Some(0.1), ..sampler.clone() }), @"annealing_time is 0.1, but the chip takes 0.5 to 2000");
        insta::assert_snapshot!(error(ServiceSampler { num_reads: 0, ..sampler.clone() }), @"num_reads is 0, but must be at least 1");
        insta::assert_snapshot!(error(ServiceSampler { qubits: vec![3], ..sampler.clone() }), @"qubits is 1, but must be one for each variable");
        insta::assert_snapshot!(error(ServiceSampler { num_reads: 1 << 40, ..sampler.clone() }), @"sampling needs about 2.2 TB of memory, but the limit is 17 GB");
        assert!(service.reads.lock().unwrap().is_empty());
    }
}
