//! Modes of the reproduction: the paper's ways to solve a batch, and ours.

use serde::Serialize;

/// Way to solve a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Exact optimum under hard constraints.
    Hard,
    /// Proven minimum of the QUBO.
    SoftExact,
    /// Simulated annealing of the QUBO.
    SoftAnnealed,
    /// Proven minimum of the embedded model.
    EmbeddedExact,
    /// Simulated annealing of the embedded model, with chain flips.
    EmbeddedAnnealed,
    /// Simulated annealing of the embedded model with single-spin flips only, as in the paper.
    EmbeddedSingleFlips,
    /// Sampling of the embedded model on an emulated chip.
    QpuEmulated,
    /// Sampling of the embedded model on a real chip.
    Qpu,
}

impl Mode {
    /// All modes that need no service.
    pub const OFFLINE: [Self; 7] = {
        let [one, two, three, four, five, six, seven, _] = Self::ALL;
        [one, two, three, four, five, six, seven]
    };

    /// All modes, in the order in which they run.
    pub const ALL: [Self; 8] = [
        Self::Hard,
        Self::SoftExact,
        Self::SoftAnnealed,
        Self::EmbeddedExact,
        Self::EmbeddedAnnealed,
        Self::EmbeddedSingleFlips,
        Self::QpuEmulated,
        Self::Qpu,
    ];

    /// Mode names, as on the command line.
    pub const NAMES: [&'static str; 8] = [
        "hard",
        "soft-exact",
        "soft-annealed",
        "embedded-exact",
        "embedded-annealed",
        "embedded-single-flips",
        "qpu-emulated",
        "qpu",
    ];

    /// Mode name, as on the command line and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Looks up a mode by name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Title in tables; that of the real chip includes the solver's name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Hard => "hard constraints (optimum)",
            Self::SoftExact => "soft QUBO, exact",
            Self::SoftAnnealed => "soft QUBO, annealed",
            Self::EmbeddedExact => "embedded QUBO, exact",
            Self::EmbeddedAnnealed => "embedded QUBO, annealed",
            Self::EmbeddedSingleFlips => "embedded QUBO, annealed, single flips only",
            Self::QpuEmulated => "QPU (EMULATED)",
            Self::Qpu => "QPU (real)",
        }
    }

    /// Description of the paper's method in this mode.
    #[must_use]
    pub fn of_paper(self) -> &'static str {
        match self {
            Self::Hard => "Gurobi, hard constraints",
            Self::SoftExact => "Gurobi, QUBO",
            Self::SoftAnnealed => "qubovert annealing, 1,000 anneals",
            Self::EmbeddedExact => "Gurobi, embedded QUBO",
            Self::EmbeddedAnnealed => "not in the paper (chain flips)",
            Self::EmbeddedSingleFlips => "qubovert annealing of the embedded QUBO, 1,000 anneals",
            Self::QpuEmulated | Self::Qpu => "D-Wave Advantage, 500 and 5,000 reads",
        }
    }

    /// Description of our method in this mode.
    #[must_use]
    pub fn of_isinglass(self) -> &'static str {
        match self {
            Self::Hard => "exact search over neuron functions",
            Self::SoftExact | Self::EmbeddedExact => "presolve and bucket elimination, else branch and bound",
            Self::SoftAnnealed => "simulated annealing",
            Self::EmbeddedAnnealed => "simulated annealing with chain flips",
            Self::EmbeddedSingleFlips => "simulated annealing of single qubits",
            Self::QpuEmulated => "classical emulation of a chip; no quantum computer took part",
            Self::Qpu => "real QPU through its service; times include network and queue",
        }
    }

    /// Returns whether the mode works on an embedded model.
    #[must_use]
    pub fn is_on_chip(self) -> bool {
        self >= Self::EmbeddedExact
    }

    /// Returns whether the mode uses [`qpu_chip`](super::ReproducePlan::qpu_chip).
    #[must_use]
    pub fn is_qpu(self) -> bool {
        matches!(self, Self::QpuEmulated | Self::Qpu)
    }

    /// Returns whether the mode has reads, and thus a success rate.
    #[must_use]
    pub fn has_reads(self) -> bool {
        !matches!(self, Self::Hard | Self::SoftExact | Self::EmbeddedExact)
    }
}
