//! Estimates of QPU time and cost.

use super::properties::SolverProperties;
use super::timing::{AccessTime, TimingRequest};
use crate::embedding::{Embedded, RangeFault};
use isinglass_qubo::model::ModelError;
use serde::Serialize;

/// Parameters of a planned run. Times are in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlanRequest {
    /// Total number of reads. `[default: 1000] [range: 1..]`
    pub num_reads: u64,
    /// Annealing time. `[default: the chip's]`
    pub annealing_time: Option<f64>,
    /// Programming thermalization time. `[default: the chip's]`
    pub programming_thermalization: Option<f64>,
    /// Readout thermalization time. `[default: the chip's]`
    pub readout_thermalization: Option<f64>,
    /// Whether to add delays between reads that reduce correlations. `[default: false]`
    pub reduce_intersample_correlation: bool,
    /// Number of spin-reversal transforms, each a separate submission; 0 for none. `[default: 0]`
    pub num_spin_reversal_transforms: u64,
}

impl Default for PlanRequest {
    fn default() -> Self {
        Self {
            num_reads: 1000,
            annealing_time: None,
            programming_thermalization: None,
            readout_thermalization: None,
            reduce_intersample_correlation: false,
            num_spin_reversal_transforms: 0,
        }
    }
}

impl PlanRequest {
    /// The request for a run that made only `num_reads` reads; transforms without a read are omitted.
    #[must_use]
    pub fn with_reads_done(self, num_reads: u64) -> Self {
        let of_each = self.num_reads.div_ceil(self.num_spin_reversal_transforms.max(1)).max(1);
        let done = if self.num_spin_reversal_transforms == 0 { 0 } else { num_reads.div_ceil(of_each) };
        Self { num_reads, num_spin_reversal_transforms: done, ..self }
    }
}

/// Error from planning a run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A parameter is out of the chip's range.
    #[error("{name} is {value}, but {solver} takes {low} to {high}")]
    OutOfRange {
        /// Name of the parameter.
        name: &'static str,
        /// Value of the parameter.
        value: f64,
        /// The solver.
        solver: String,
        /// Lower limit.
        low: f64,
        /// Upper limit.
        high: f64,
    },
    /// A single read exceeds the run duration limit.
    #[error("one read takes {duration:.1} µs with cooling, but {solver} runs a problem for at most {limit} µs")]
    TooLong {
        /// Duration of one read in microseconds.
        duration: f64,
        /// The solver.
        solver: String,
        /// Run duration limit in microseconds.
        limit: f64,
    },
    /// The coefficients cannot be scaled to the chip.
    #[error("the coefficients cannot be scaled to the chip")]
    Model(#[from] ModelError),
}

/// Group of identical submissions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Submission {
    /// Number of submissions.
    pub count: u64,
    /// Reads in each submission.
    pub num_reads: u64,
    /// Run duration that the service compares with its limit, in microseconds.
    pub run_duration: f64,
    /// Timing of each submission, in microseconds.
    pub time: AccessTime,
}

/// Estimate of a QPU run: qubits, submissions, time, charge, and whether the biases are in range. Times are in microseconds.
///
/// Network latency, queueing, and the service's overhead of about 10,000 to 20,000 microseconds for each submission are not included;
/// they are not charged.
///
/// # Examples
/// ```
/// use isinglass_chip::embedding::{ChainStrength, Embedded, Embedding, interaction_graph};
/// use isinglass_chip::qpu::{Plan, PlanRequest, SolverProperties};
/// use isinglass_chip::hardware::Chip;
/// use isinglass_qubo::{BqmBuilder, Vartype};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 2);
/// builder.add_quadratic(0, 1, -1.0);
/// let (bqm, chip) = (builder.build()?, Chip::ideal("pegasus:2".parse()?));
/// let embedding = Embedding::new(vec![vec![2], vec![28]], &interaction_graph(&bqm), &chip);
/// let embedding = embedding.or_else(|_| Embedding::new(vec![vec![3], vec![28]], &interaction_graph(&bqm), &chip))?;
/// let embedded = Embedded::new(&bqm, &embedding, &chip, &ChainStrength::default())?;
/// let plan = Plan::new(&SolverProperties::named("advantage6")?, &embedded, &PlanRequest::default())?;
/// assert_eq!((plan.num_qubits, plan.num_chains, plan.num_submissions), (2, 2, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Solver name.
    pub solver: String,
    /// Number of chains, one for each variable of the problem.
    pub num_chains: usize,
    /// Number of qubits in use.
    pub num_qubits: usize,
    /// Number of couplers in use, including those inside chains.
    pub num_couplers: usize,
    /// Length of the longest chain.
    pub max_chain_length: usize,
    /// Total number of reads.
    pub num_reads: u64,
    /// Annealing time.
    pub annealing_time: f64,
    /// Largest number of reads in one submission.
    pub max_reads_per_submission: u64,
    /// Number of submissions.
    pub num_submissions: u64,
    /// Submissions, identical ones grouped.
    pub submissions: Vec<Submission>,
    /// Total charged QPU access time.
    pub qpu_access_time: f64,
    /// Charge: access time times the solver's quota conversion rate.
    pub charge: f64,
    /// Divisor of all biases under auto-scaling.
    pub scale: f64,
    /// The bias that is furthest out of the chip's ranges without scaling, if any.
    pub unscaled_fault: Option<String>,
    /// Whether all biases are in range after scaling.
    pub is_in_range: bool,
    /// Smallest absolute nonzero bias after scaling, to compare with control errors of 0.01 to 0.02.
    pub least_bias: Option<f64>,
    /// Assumptions about properties of this chip that are not known.
    pub assumptions: Vec<String>,
}

impl Plan {
    /// Estimates running `embedded` on the chip.
    ///
    /// # Errors
    /// [`PlanError`] if the chip does not accept the request.
    pub fn new(properties: &SolverProperties, embedded: &Embedded, request: &PlanRequest) -> Result<Self, PlanError> {
        let spin = embedded.bqm();
        let timing = |num_reads| TimingRequest {
            num_qubits: spin.num_variables(),
            num_reads,
            annealing_time: request.annealing_time,
            programming_thermalization: request.programming_thermalization,
            readout_thermalization: request.readout_thermalization,
            reduce_intersample_correlation: request.reduce_intersample_correlation,
            reverse_annealing: None,
        };
        check(properties, request)?;
        let most = properties.max_reads(&timing(1));
        if most == 0 {
            return Err(PlanError::TooLong {
                duration: properties.timing.run_duration(&timing(1)),
                solver: properties.name.clone(),
                limit: properties.problem_run_duration_range.1,
            });
        }
        let each = request.num_reads.div_ceil(request.num_spin_reversal_transforms.max(1)).min(most);
        let submission = |count, num_reads| Submission {
            count,
            num_reads,
            run_duration: properties.timing.run_duration(&timing(num_reads)),
            time: properties.timing.access_time(&timing(num_reads)),
        };
        let (full, rest) = (request.num_reads / each, request.num_reads % each);
        let mut submissions = vec![submission(full, each)];
        submissions.extend((rest > 0).then(|| submission(1, rest)));
        let qpu_access_time = submissions.iter().map(|each| each.count as f64 * each.time.qpu_access_time).sum();
        let qubits = Some(embedded.qubits());
        let scale = properties.scale(spin, qubits);
        let scaled = crate::embedding::divided(spin, scale)?;
        Ok(Self {
            solver: properties.name.clone(),
            num_chains: embedded.chains().len(),
            num_qubits: spin.num_variables(),
            num_couplers: spin.num_interactions(),
            max_chain_length: embedded.chains().iter().map(Vec::len).max().unwrap_or(0),
            num_reads: request.num_reads,
            annealing_time: request.annealing_time.unwrap_or(properties.timing.default_annealing_time),
            max_reads_per_submission: most,
            num_submissions: full + u64::from(rest > 0),
            submissions,
            qpu_access_time,
            charge: qpu_access_time * properties.quota_conversion_rate,
            scale,
            unscaled_fault: properties.worst_range_fault(spin, qubits).as_ref().map(RangeFault::to_string),
            is_in_range: properties.range_faults(&scaled, qubits).is_empty(),
            least_bias: scaled.min_abs_coefficient(),
            assumptions: properties.assumptions.clone(),
        })
    }
}

fn check(properties: &SolverProperties, request: &PlanRequest) -> Result<(), PlanError> {
    let times = (0.0, properties.problem_run_duration_range.1);
    let cases = [
        ("num_reads", Some(request.num_reads as f64), (1.0, u64::MAX as f64)),
        ("annealing_time", request.annealing_time, properties.annealing_time_range),
        ("programming_thermalization", request.programming_thermalization, times),
        ("readout_thermalization", request.readout_thermalization, times),
    ];
    for (name, value, (low, high)) in cases {
        if let Some(value) = value
            && !(low..=high).contains(&value)
        {
            return Err(PlanError::OutOfRange { name, value, solver: properties.name.clone(), low, high });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::{ChainStrength, Embedding, interaction_graph};
    use crate::hardware::{Chip, Graph};
    use isinglass_qubo::model::{BqmBuilder, Vartype};

    #[test]
    fn gauges_that_got_no_read_were_not_done() {
        let done = |num_reads, num_spin_reversal_transforms, read| {
            let request = PlanRequest { num_reads, num_spin_reversal_transforms, ..PlanRequest::default() };
            let done = request.with_reads_done(read);
            assert_eq!(done.num_reads, read);
            done.num_spin_reversal_transforms
        };
        assert_eq!((done(1000, 4, 1000), done(1000, 4, 64), done(1000, 4, 251)), (4, 1, 2));
        assert_eq!((done(500, 1500, 500), done(500, 400, 500), done(500, 0, 500)), (500, 250, 0));
    }

    /// A triangle of variables on a ring of four qubits.
    fn triangle(strength: f64) -> Embedded {
        let mut builder = BqmBuilder::new(Vartype::Spin, 3);
        [(0, 1), (1, 2), (0, 2)].into_iter().for_each(|(first, second)| builder.add_quadratic(first, second, 1.0));
        let bqm = builder.build().unwrap();
        let ring = Chip::from_graph("ring", Graph::from_edges(4, (0..4).map(|node| (node, (node + 1) % 4))).unwrap());
        let embedding = Embedding::new(vec![vec![0], vec![1], vec![2, 3]], &interaction_graph(&bqm), &ring).unwrap();
        Embedded::new(&bqm, &embedding, &ring, &ChainStrength::Uniform(strength)).unwrap()
    }

    fn plan(request: PlanRequest) -> Result<Plan, PlanError> {
        Plan::new(&SolverProperties::named("advantage6").unwrap(), &triangle(3.0), &request)
    }

    #[test]
    fn a_plan_adds_up() {
        let plan = plan(PlanRequest { num_reads: 25_001, ..PlanRequest::default() }).unwrap();
        assert_eq!((plan.num_chains, plan.num_qubits, plan.num_couplers, plan.max_chain_length), (3, 4, 4, 2));
        assert_eq!((plan.max_reads_per_submission, plan.num_submissions), (10_000, 3));
        let reads: u64 = plan.submissions.iter().map(|each| each.count * each.num_reads).sum();
        assert_eq!((reads, plan.submissions[1].num_reads), (25_001, 5001));
        let time: f64 = plan.submissions.iter().map(|each| each.count as f64 * each.time.qpu_access_time).sum();
        assert_eq!((plan.qpu_access_time, plan.charge), (time, time));
        assert!(plan.submissions.iter().all(|each| each.run_duration <= 1e6));
        // a chain of 3 where -2 is the end
        assert_eq!((plan.scale, plan.is_in_range, plan.least_bias), (1.5, true, Some(1.0 / 1.5)));
        assert_eq!(
            plan.unscaled_fault.as_deref(),
            Some("the coupling of qubits 2 and 3 is -3, but the chip takes -2 to 1")
        );
    }

    #[test]
    fn long_anneals_and_gauges_need_more_submissions() {
        let long =
            plan(PlanRequest { num_reads: 1000, annealing_time: Some(2000.0), ..PlanRequest::default() }).unwrap();
        // (2000 + 36) n + 1000 within a second
        assert_eq!((long.max_reads_per_submission, long.num_submissions), (490, 3));
        let gauges = plan(PlanRequest { num_spin_reversal_transforms: 10, ..PlanRequest::default() }).unwrap();
        assert_eq!((gauges.num_submissions, gauges.submissions[0].num_reads), (10, 100));
        let uncorrelated =
            plan(PlanRequest { reduce_intersample_correlation: true, ..PlanRequest::default() }).unwrap();
        assert!(
            (uncorrelated.qpu_access_time - plan(PlanRequest::default()).unwrap().qpu_access_time - 595_000.0).abs()
                < 1e-6
        );
    }

    #[test]
    fn what_the_chip_does_not_take_is_refused() {
        let error = |request| plan(request).unwrap_err().to_string();
        insta::assert_snapshot!(error(PlanRequest { annealing_time: Some(0.1), ..PlanRequest::default() }), @"annealing_time is 0.1, but Advantage_system6 takes 0.5 to 2000");
        insta::assert_snapshot!(error(PlanRequest { readout_thermalization: Some(f64::NAN), ..PlanRequest::default() }), @"readout_thermalization is NaN, but Advantage_system6 takes 0 to 1000000");
        insta::assert_snapshot!(error(PlanRequest { programming_thermalization: Some(1e6), ..PlanRequest::default() }), @"one read takes 1000056.6 µs with cooling, but Advantage_system6 runs a problem for at most 1000000 µs");
        assert!(error(PlanRequest { num_reads: 0, ..PlanRequest::default() }).starts_with("num_reads is 0, but "));
    }
}
