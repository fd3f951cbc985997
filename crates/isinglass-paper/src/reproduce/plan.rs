//! What is to be run.

use super::mode::Mode;
use isinglass::formulation::FormulationOptions;
use isinglass_chip::embedding::{ChainStrength, EmbeddingCache};
use isinglass_chip::hardware::{Chip, Topology};
use isinglass_chip::qpu::{QpuService, SolverProperties};
use serde::Serialize;
use std::sync::Arc;

/// An experiment of the paper: batches of so many rows, cut off one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Experiment {
    /// Its name: `exp0` or `exp1`.
    pub name: String,
    /// Rows of a batch.
    pub batch_size: usize,
    /// Batches.
    pub num_batches: usize,
}

impl Experiment {
    /// The names of both experiments.
    pub const NAMES: [&'static str; 2] = ["exp0", "exp1"];

    /// 20 batches of 4 rows (`exp0`) or of 8 rows (`exp1`).
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

/// A formulation by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FormulationChoice {
    /// The paper's, with lambda 50.
    Reference,
    /// Ours.
    Compact,
}

impl FormulationChoice {
    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Compact => "compact",
        }
    }

    /// How chains are held together. The notebook takes Ocean's default on the coefficients over 0/1, which are four times those over
    /// spins; a quarter of it lets the chains of the reference formulation break in the minimum. Ours is the default over spins.
    #[must_use]
    pub fn chain_strength(self) -> ChainStrength {
        let prefactor = match self {
            Self::Reference => 4.0 * 1.414,
            Self::Compact => 1.414,
        };
        ChainStrength::UniformTorqueCompensation { prefactor }
    }

    /// The options of the compiler.
    #[must_use]
    pub fn options(self) -> FormulationOptions {
        match self {
            Self::Reference => FormulationOptions::reference(),
            Self::Compact => FormulationOptions::compact(),
        }
    }
}

/// A network that is trained on whole sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Shape {
    /// Hidden neurons.
    pub hidden: usize,
    /// Whether neurons have biases.
    pub bias: bool,
}

/// A whole reproduction. Results depend on it alone, but for `threads`, for what `proof_seconds` and the limits of the run cut off, and
/// for what a real chip reads.
#[derive(Clone, Debug)]
pub struct ReproducePlan {
    /// Which experiments. `[default: both]`
    pub experiments: Vec<Experiment>,
    /// Which formulations. `[default: reference, then compact]`
    pub formulations: Vec<FormulationChoice>,
    /// Which modes; the optimum is always proven, since the others are measured against it. `[default: all but the real chip]`
    pub modes: Vec<Mode>,
    /// Reads of annealing for each batch. `[default: 1000, as in the paper] [range: 1..]`
    pub num_reads: usize,
    /// Sweeps of each read. `[default: 1000] [range: 1..]`
    pub num_sweeps: u64,
    /// Reads of the chip for each batch, emulated or real; the paper has 500 and 5,000. `[default: 500] [range: 1..]`
    pub qpu_reads: usize,
    /// The chip of the embedded modes. `[default: pegasus:16 without faults]`
    pub chip: Chip,
    /// The chip of both QPU modes, emulated or real: its working graph. `[default: advantage6, with as many faults, drawn at random]`
    pub qpu_chip: Chip,
    /// Its ranges, times and temperature. `[default: those of Advantage_system6]`
    pub qpu: SolverProperties,
    /// Who runs problems on the real chip, whose graph and properties are those above. `[default: nobody]`
    pub real_qpu: Option<Arc<dyn QpuService>>,
    /// Embeddings found earlier. `[default: in memory, empty]`
    pub cache: EmbeddingCache,
    /// The most seconds of a proof: of a batch by branch and bound, or of a whole set by the exact trainer. `[default: 10] [range: above 0]`
    pub proof_seconds: f64,
    /// Numbers of sweeps at which success is measured on the first batch of each experiment; none for no such scan.
    /// `[default: 30, 100, 300, 1000, 3000]`
    pub scan_sweeps: Vec<u64>,
    /// The networks that are trained on whole sets; none to leave that out. `[default: 3 hidden neurons without and with bias]`
    pub shapes: Vec<Shape>,
    /// Sets of more inputs are left out. `[default: all]`
    pub max_inputs: usize,
    /// Seed of all randomness. `[default: 0]`
    pub seed: u64,
    /// Threads; all cores if absent. Not part of what results depend on.
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
    /// The same with fewer batches, reads and sets: seconds instead of minutes.
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
