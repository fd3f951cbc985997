//! Plan of a reproduction.

use super::mode::Mode;
use isinglass::formulation::FormulationOptions;
use isinglass_chip::embedding::{ChainStrength, EmbeddingCache};
use isinglass_chip::hardware::{Chip, Topology};
use isinglass_chip::qpu::{QpuService, SolverProperties};
use serde::Serialize;
use std::sync::Arc;

/// Experiment of the paper: batches of equal size, taken one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Experiment {
    /// Name: `exp0` or `exp1`.
    pub name: String,
    /// Number of rows in a batch.
    pub batch_size: usize,
    /// Number of batches.
    pub num_batches: usize,
}

impl Experiment {
    /// Names of both experiments.
    pub const NAMES: [&'static str; 2] = ["exp0", "exp1"];

    /// Both experiments: 20 batches of 4 rows (`exp0`) or of 8 rows (`exp1`).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let batch_size = match name {
            "exp0" => 4,
            "exp1" => 8,
            _ => return None,
        };
        Some(Self { name: name.to_owned(), batch_size, num_batches: 20 })
    }
}

/// Named formulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FormulationChoice {
    /// Formulation of the paper, with lambda 50.
    Reference,
    /// Compact formulation.
    Compact,
}

impl FormulationChoice {
    /// Name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Compact => "compact",
        }
    }

    /// Chain strength. The notebook takes Ocean's default on the coefficients over 0/1, which are four times those over spins; a quarter
    /// of it lets the chains of the reference formulation break in the minimum. Ours is the default over spins.
    #[must_use]
    pub fn chain_strength(self) -> ChainStrength {
        let prefactor = match self {
            Self::Reference => 4.0 * 1.414,
            Self::Compact => 1.414,
        };
        ChainStrength::UniformTorqueCompensation { prefactor }
    }

    /// Compiler options.
    #[must_use]
    pub fn options(self) -> FormulationOptions {
        match self {
            Self::Reference => FormulationOptions::reference(),
            Self::Compact => FormulationOptions::compact(),
        }
    }
}

/// Network to train on whole sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Shape {
    /// Number of hidden neurons.
    pub hidden: usize,
    /// Whether neurons have biases.
    pub bias: bool,
}

/// Plan of a reproduction. Results depend only on it, except for `threads`, for what `proof_seconds` and the limits of the run cut off,
/// and for the reads of a real chip.
#[derive(Clone, Debug)]
pub struct ReproducePlan {
    /// Experiments to run. `[default: both]`
    pub experiments: Vec<Experiment>,
    /// Formulations to run. `[default: reference, then compact]`
    pub formulations: Vec<FormulationChoice>,
    /// Modes to run; the optimum is always proven, since the others are measured against it. `[default: all but the real chip]`
    pub modes: Vec<Mode>,
    /// Number of annealing reads for each batch. `[default: 1000, as in the paper] [range: 1..]`
    pub num_reads: usize,
    /// Number of sweeps in each read. `[default: 1000] [range: 1..]`
    pub num_sweeps: u64,
    /// Number of chip reads for each batch, emulated or real; the paper has 500 and 5,000. `[default: 500] [range: 1..]`
    pub qpu_reads: usize,
    /// Chip of the embedded modes. `[default: pegasus:16 without faults]`
    pub chip: Chip,
    /// Chip of both QPU modes, emulated or real, with its working graph. `[default: advantage6, with as many faults, drawn at random]`
    pub qpu_chip: Chip,
    /// Solver properties of the QPU chip. `[default: those of Advantage_system6]`
    pub qpu: SolverProperties,
    /// Service that runs problems on the real chip, whose graph and properties are those above. `[default: none]`
    pub real_qpu: Option<Arc<dyn QpuService>>,
    /// Embedding cache. `[default: in memory, empty]`
    pub cache: EmbeddingCache,
    /// Time limit of a proof in seconds: of a batch by branch and bound, or of a whole set by the exact trainer.
    /// `[default: 10] [range: above 0]`
    pub proof_seconds: f64,
    /// Numbers of sweeps at which success is measured on the first batch of each experiment; empty for no scan.
    /// `[default: 30, 100, 300, 1000, 3000]`
    pub scan_sweeps: Vec<u64>,
    /// Networks to train on whole sets; empty for none. `[default: 3 hidden neurons without and with bias]`
    pub shapes: Vec<Shape>,
    /// Largest number of inputs; sets with more are skipped. `[default: all]`
    pub max_inputs: usize,
    /// Random seed. `[default: 0]`
    pub seed: u64,
    /// Number of threads; all cores if absent. It does not affect results.
    pub threads: Option<usize>,
}

impl Default for ReproducePlan {
    fn default() -> Self {
        let topology: Topology = "pegasus:16".parse().expect("a topology");
        let model = isinglass_chip::hardware::ChipModel::named("advantage6").expect("a chip by name");
        Self {
            experiments: Experiment::NAMES.iter().filter_map(|name| Experiment::named(name)).collect(),
            formulations: vec![FormulationChoice::Reference, FormulationChoice::Compact],
            modes: Mode::OFFLINE.to_vec(),
            num_reads: 1000,
            num_sweeps: 1000,
            qpu_reads: 500,
            chip: Chip::ideal(topology),
            qpu_chip: model.emulated(),
            qpu: SolverProperties::named("advantage6").expect("a chip by name"),
            real_qpu: None,
            cache: EmbeddingCache::default(),
            proof_seconds: 10.0,
            scan_sweeps: vec![30, 100, 300, 1000, 3000],
            shapes: vec![Shape { hidden: 3, bias: false }, Shape { hidden: 3, bias: true }],
            max_inputs: usize::MAX,
            seed: 0,
            threads: None,
        }
    }
}

impl ReproducePlan {
    /// The plan reduced to fewer batches, reads and sets, which runs in seconds instead of minutes.
    #[must_use]
    pub fn quick() -> Self {
        let plan = Self::default();
        let few = |experiment: Experiment| Experiment { num_batches: 3, ..experiment };
        Self {
            experiments: plan.experiments.into_iter().map(few).collect(),
            num_reads: 128,
            num_sweeps: 300,
            qpu_reads: 20,
            proof_seconds: 2.0,
            scan_sweeps: vec![100, 300],
            max_inputs: 7,
            ..plan
        }
    }
}
