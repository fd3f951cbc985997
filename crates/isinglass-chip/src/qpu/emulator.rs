//! Classical emulator of a quantum annealer.

mod freeze_out;
mod programming;
#[cfg(test)]
mod tests;

use super::control_error::ControlErrors;
use super::properties::{PropertiesError, SolverProperties};
use super::scope::EmulationScope;
use super::timing::TimingRequest;
use crate::embedding::RangeFault;
use freeze_out::FreezeOut;
use isinglass_qubo::model::{Bqm, Vartype};
use isinglass_qubo::sample_set::SampleSet;
use isinglass_qubo::sampler::{
    ClusterMoves, Isa, RotorMoves, RunControl, SampleError, SampleResult, SampleStatus, Sampler, Watch, check_energies,
    in_pool,
};
use programming::Programming;

/// Memory limit for samples, in bytes.
const MAX_BYTES: usize = 16 << 30;

/// Classical emulator of a quantum annealer. **It does not use a quantum computer, and its results do not predict the speed of one.**
///
/// A problem passes through the same stages as on the chip:
///
/// 1. It is converted to an Ising model and scaled to the chip's ranges ([`SolverProperties::scale`]), or rejected if it is out of range
///    without auto-scaling.
/// 2. Each programming cycle rounds the biases and draws [`ControlErrors`] once. With `num_spin_reversal_transforms` each cycle has a
///    random gauge; more cycles follow if one may not make all reads.
/// 3. A read anneals with `A(s)` and `B(s)` of the chip at its temperature, by [`Dynamics`], in `annealing_time · sweeps_per_microsecond`
///    sweeps for `s` from 0 to 1. It ends where `B(s)/2kT` is the inverse of the effective temperature (**freeze-out**). There every spin
///    in turn is set by a heat bath at the effective temperature, so that a qubit without couplings in a field `h` reads `+1` with
///    probability `1 / (1 + exp(2h / T_eff))`. If even `B(1)` is too small for the requested effective temperature, the emulator lowers
///    the chip's temperature accordingly.
/// 4. Each spin is misread with probability `readout_error`.
///
/// An interrupted run drops reads whose anneal was cut off, since a chip has none, but never the first block (64 reads of spin vectors,
/// `64 / num_slices` of path integrals): that one is annealed to its end.
///
/// Energies are those of the original problem, without scaling and errors. Single-spin flips cannot flip a chain of qubits, so
/// [`chains`](Self::chains) are also flipped as a whole, once in each sweep, whatever the transverse field; on a real chip they slow down
/// as it falls.
///
/// The same seed gives the same samples for any number of threads and on any instruction set.
///
/// # Examples
/// ```
/// use isinglass_chip::qpu::{QpuEmulator, SolverProperties};
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 3);
/// for (first, second) in [(0, 1), (1, 2), (0, 2)] {
///     builder.add_quadratic(first, second, 1.0);
/// }
/// let emulator = QpuEmulator::new(SolverProperties::named("advantage6")?);
/// let sampling = emulator.sample(&builder.build()?, &RunControl::default())?;
/// assert_eq!(sampling.best().map(|row| row.energy), Some(-1.0));
/// assert!(emulator.scope().notice().starts_with("classical emulation of Advantage_system6"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # References
/// T. Albash, T. F. Rønnow, M. Troyer, D. A. Lidar, *Reexamining classical and quantum models for the D-Wave One processor*, Eur. Phys. J.
/// Special Topics 224 (2015), for models with control errors; M. H. Amin, *Searching for quantum speedup in quasistatic quantum
/// annealers*, Phys. Rev. A 92 (2015), for freeze-out.
#[derive(Clone, Debug, PartialEq)]
pub struct QpuEmulator {
    /// The chip.
    pub properties: SolverProperties,
    /// Number of reads. `[default: 100] [range: 1..]`
    pub num_reads: usize,
    /// Annealing time in microseconds. `[default: the chip's] [range: the chip's]`
    pub annealing_time: Option<f64>,
    /// Whether to scale biases to the chip's ranges; otherwise biases out of range are errors. `[default: true]`
    pub auto_scale: bool,
    /// Qubit labels of the variables; without them, sums over groups of couplers are not checked.
    /// `[default: none] [range: one for each variable]`
    pub qubits: Option<Vec<u32>>,
    /// Cluster updates: which groups of qubits also flip together. `[default: Strong]`
    pub chains: ClusterMoves,
    /// Emulation model. `[default: spin vectors]`
    pub dynamics: Dynamics,
    /// Monte Carlo sweeps for each microsecond of annealing. The value is a free parameter: it sets the length of the emulated anneal,
    /// not the speed of a real chip. `[default: 50] [range: above 0, finite]`
    pub sweeps_per_microsecond: f64,
    /// Temperature of the Boltzmann distribution of single qubits, in units of `h` on the chip.
    /// `[default: the chip's] [range: above 0, finite]`
    pub effective_temperature: Option<f64>,
    /// Integrated control errors (ICE).
    pub control_errors: ControlErrors,
    /// Probability that a spin is misread. `[default: 0.001, the published bound] [range: 0..=1]`
    pub readout_error: f64,
    /// Number of spin-reversal transforms, each with a programming cycle; the qubits of a chain share one sign. 0 for none.
    /// `[default: 0]`
    pub num_spin_reversal_transforms: usize,
    /// Random seed. `[default: 0]`
    pub seed: u64,
    /// Number of threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
    /// Instruction set; affects only the speed. `[default: the widest supported]`
    pub isa: Option<Isa>,
}

/// Emulation model: classical dynamics that approximate those of the chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dynamics {
    /// Spin-vector Monte Carlo: a planar rotor for each qubit ([`SpinVectorMonteCarlo`](isinglass_qubo::sampler::SpinVectorMonteCarlo)).
    SpinVector {
        /// Proposal distribution of the angles.
        moves: RotorMoves,
    },
    /// Path-integral Monte Carlo: the world lines of qubits in imaginary time
    /// ([`SimulatedQuantumAnnealing`](isinglass_qubo::sampler::SimulatedQuantumAnnealing)).
    PathIntegral {
        /// Number of Trotter slices. `[range: 2, 4, 8, 16, 32 or 64]`
        num_slices: usize,
    },
}

impl Default for Dynamics {
    fn default() -> Self {
        Self::SpinVector { moves: RotorMoves::Uniform }
    }
}

impl QpuEmulator {
    /// Creates an emulator of this chip, with defaults for everything else.
    #[must_use]
    pub fn new(properties: SolverProperties) -> Self {
        Self {
            properties,
            num_reads: 100,
            annealing_time: None,
            auto_scale: true,
            qubits: None,
            chains: ClusterMoves::Strong,
            dynamics: Dynamics::default(),
            sweeps_per_microsecond: 50.0,
            effective_temperature: None,
            control_errors: ControlErrors::default(),
            readout_error: 0.001,
            num_spin_reversal_transforms: 0,
            seed: 0,
            threads: None,
            isa: None,
        }
    }

    /// Creates an emulator of this chip without control errors, quantization and readout errors.
    #[must_use]
    pub fn noiseless(properties: SolverProperties) -> Self {
        Self { control_errors: ControlErrors::NONE, readout_error: 0.0, ..Self::new(properties) }
    }

    /// Timing request for this run on `num_qubits` qubits, with all reads in one submission.
    #[must_use]
    pub fn timing_request(&self, num_qubits: usize) -> TimingRequest {
        TimingRequest {
            num_reads: self.num_reads as u64,
            annealing_time: self.annealing_time,
            ..TimingRequest::new(num_qubits)
        }
    }

    /// Lists what this emulation models and what it does not.
    #[must_use]
    pub fn scope(&self) -> EmulationScope {
        let has_groups = self.properties.per_group_coupling_range.is_some();
        let (mut modelled, mut not_modelled) = (Vec::new(), Vec::new());
        let mut enter = |is_modelled: bool, what: &str| {
            if is_modelled { modelled.push(what.to_owned()) } else { not_modelled.push(what.to_owned()) }
        };
        enter(self.auto_scale, "auto-scaling");
        enter(true, "ranges of h, J and reads");
        if has_groups {
            enter(self.qubits.is_some(), "ranges of sums over groups of couplers");
        } else {
            enter(true, "ranges of sums over the couplers of a qubit");
        }
        enter(self.control_errors.has_errors(), "Gaussian errors of h and J, drawn once for each programming");
        enter(self.control_errors.has_steps(), "quantization of h and J");
        enter(self.readout_error > 0.0, "readout errors");
        enter(true, "effective temperature of single qubits");
        enter(true, "A(s) and B(s) of the chip");
        enter(self.chains != ClusterMoves::None, "chain flips (at any transverse field)");
        if self.num_spin_reversal_transforms > 0 {
            enter(true, "spin-reversal transforms");
        }
        for what in [
            "quantum dynamics and its speed",
            "flux noise and drift between reads",
            "background susceptibility",
            "earlier freeze-out of ferromagnetic clusters",
            "correlation of successive reads",
        ] {
            enter(false, what);
        }
        EmulationScope {
            solver: self.properties.name.clone(),
            is_classical: true,
            is_emulated: true,
            modelled,
            not_modelled,
            assumptions: self.properties.assumptions.clone(),
        }
    }

    fn check(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<(), SampleError> {
        let refuse = |name, value, allowed| Err(SampleError::Parameter { name, value, allowed });
        self.properties.check().map_err(|error| match error {
            PropertiesError::Range { key, low, allowed, .. } => {
                SampleError::Parameter { name: key, value: low, allowed }
            }
            PropertiesError::Number { key, value, allowed } => SampleError::Parameter { name: key, value, allowed },
            _ => SampleError::Parameter { name: "timing data", value: f64::NAN, allowed: "those of a solver" },
        })?;
        if self.num_reads == 0 {
            return refuse("num_reads", 0.0, "at least 1");
        }
        let (shortest, longest) = self.properties.annealing_time_range;
        if let Some(time) = self.annealing_time
            && !(shortest..=longest).contains(&time)
        {
            return refuse("annealing_time", time, "in the chip's annealing_time_range");
        }
        for (name, value) in [
            ("sweeps_per_microsecond", self.sweeps_per_microsecond),
            ("effective_temperature", self.effective_temperature.unwrap_or(1.0)),
        ] {
            if !(value.is_finite() && value > 0.0) {
                return refuse(name, value, "a finite number above 0");
            }
        }
        if !(0.0..=1.0).contains(&self.readout_error) {
            return refuse("readout_error", self.readout_error, "at least 0 and at most 1");
        }
        if let Some(qubits) = &self.qubits
            && qubits.len() != bqm.num_variables()
        {
            return refuse("number of qubits", qubits.len() as f64, "that of the variables");
        }
        self.control_errors.check()?;
        let sample = bqm.num_variables().saturating_add(size_of::<f64>());
        // in the reads of a programming cycle, transformed back, and in the sample set
        let bytes = self.num_reads.saturating_mul(sample).saturating_mul(3);
        control.check_memory(bytes, MAX_BYTES)
    }

    /// Reads of each programming.
    fn programmings(&self, num_qubits: usize) -> Result<Vec<usize>, SampleError> {
        let most = self.properties.max_reads(&self.timing_request(num_qubits));
        if most == 0 {
            let value = self.annealing_time.unwrap_or(self.properties.timing.default_annealing_time);
            return Err(SampleError::Parameter {
                name: "annealing_time",
                value,
                allowed: "short enough for one read within the chip's limit for a run",
            });
        }
        let each = self.num_reads.div_ceil(self.num_spin_reversal_transforms.max(1));
        let each = each.min(usize::try_from(most).unwrap_or(usize::MAX));
        Ok((0..self.num_reads).step_by(each).map(|first| each.min(self.num_reads - first)).collect())
    }

    /// Scales an Ising model to the chip, before rounding and errors, and returns it with the divisor.
    ///
    /// # Errors
    /// [`SampleError::OutOfRange`] without auto-scaling, with the bias that is furthest out of range; [`SampleError::Model`] if
    /// coefficients overflow.
    pub fn scaled(&self, spin: &Bqm) -> Result<(Bqm, f64), SampleError> {
        let qubits = self.qubits.as_deref();
        if self.auto_scale {
            let scale = self.properties.scale(spin, qubits);
            return Ok((crate::embedding::divided(spin, scale)?, scale));
        }
        match self.properties.worst_range_fault(spin, qubits) {
            Some(RangeFault { what, value, low, high }) => Err(SampleError::OutOfRange { what, value, low, high }),
            None => Ok((spin.clone(), 1.0)),
        }
    }
}

impl Sampler for QpuEmulator {
    fn name(&self) -> &'static str {
        "qpu-emulator"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        self.check(bqm, control)?;
        check_energies(bqm)?;
        in_pool(self.threads, || self.run(bqm, control))
    }
}

impl QpuEmulator {
    fn run(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        let spin = bqm.to_vartype(Vartype::Spin)?;
        let ClusterMoves::Sets(chains) = self.chains.resolved(&spin) else {
            return self.all_programmings(bqm, &spin, &[], control);
        };
        self.all_programmings(bqm, &spin, &chains, control)
    }

    fn all_programmings(
        &self,
        bqm: &Bqm,
        spin: &Bqm,
        chains: &[Vec<u32>],
        control: &RunControl<'_>,
    ) -> Result<SampleResult, SampleError> {
        let programmings = self.programmings(bqm.num_variables())?;
        let freeze_out = FreezeOut::new(self)?;
        let watch = Watch::new(control, self.num_reads as u64);
        let (mut rows, mut num_updates, mut beta_range, mut first) = (Vec::new(), 0u64, None, 0);
        for (index, &num_reads) in programmings.iter().enumerate() {
            // a run that was stopped still returns the first reads of its first programming
            if index > 0 && watch.is_stopped() {
                break;
            }
            let programming = Programming::new(self, spin, chains, index)?;
            let reads = programming.reads(&freeze_out, num_reads, (first, self.num_reads), control)?;
            num_updates = num_updates.saturating_add(reads.num_updates);
            beta_range.get_or_insert(freeze_out.beta_range(programming.scale()));
            for spins in reads.spins {
                let [low, high] = bqm.vartype().values();
                let sample: Vec<i8> = spins.into_iter().map(|spin| if spin > 0 { high } else { low }).collect();
                watch.enter(bqm.energy(&sample));
                rows.push(sample);
            }
            watch.advance(num_reads as u64);
            first += num_reads;
        }
        let samples = SampleSet::from_samples(bqm, rows);
        Ok(SampleResult {
            samples: samples.expect("one value of the vartype for each variable"),
            status: watch.stopped_by().unwrap_or(SampleStatus::Heuristic),
            lower_bound: None,
            num_sweeps: freeze_out.num_sweeps(),
            num_updates,
            beta_range,
        })
    }
}
