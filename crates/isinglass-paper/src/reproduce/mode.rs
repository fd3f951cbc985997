//! The ways in which the paper solves a batch, and ours beside them.

use serde::Serialize;

/// One way to solve a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The optimum under hard constraints.
    Hard,
    /// The minimum of the QUBO, proven.
    SoftExact,
    /// The QUBO, annealed.
    SoftAnnealed,
    /// The minimum of the model over qubits, proven.
    EmbeddedExact,
    /// The model over qubits, annealed, chains turned as a whole besides.
    EmbeddedAnnealed,
    /// The model over qubits, annealed by single flips alone, as in the paper.
    EmbeddedSingleFlips,
    /// The model over qubits on an emulated chip.
    QpuEmulated,
    /// The model over qubits on a real chip.
    Qpu,
}

impl Mode {
    /// All of them that need no service.
    pub const OFFLINE: [Self; 7] = {
        let [one, two, three, four, five, six, seven, _] = Self::ALL;
        [one, two, three, four, five, six, seven]
    };

    /// All of them, in the order in which they are run.
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

    /// The names, as on the command line.
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

    /// The name, as on the command line and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The mode of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// What it is called in tables; the real chip besides by its name.
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

    /// What the paper's notebook does there.
    #[must_use]
    pub fn of_paper(self) -> &'static str {
        match self {
            Self::Hard => "Gurobi, hard constraints",
            Self::SoftExact => "Gurobi, QUBO",
            Self::SoftAnnealed => "qubovert annealing, 1,000 anneals",
            Self::EmbeddedExact => "Gurobi, embedded QUBO",
            Self::EmbeddedAnnealed => "not in the paper (chains that turn as a whole)",
            Self::EmbeddedSingleFlips => "qubovert annealing of the embedded QUBO, 1,000 anneals",
            Self::QpuEmulated | Self::Qpu => "D-Wave Advantage, 500 and 5,000 reads",
        }
    }

    /// What we do there.
    #[must_use]
    pub fn of_isinglass(self) -> &'static str {
        match self {
            Self::Hard => "exact search over neuron functions",
            Self::SoftExact | Self::EmbeddedExact => "presolve and bucket elimination, else branch and bound",
            Self::SoftAnnealed => "simulated annealing",
            Self::EmbeddedAnnealed => "simulated annealing with moves of whole chains",
            Self::EmbeddedSingleFlips => "simulated annealing of single qubits",
            Self::QpuEmulated => "classical emulation of a chip; no quantum computer took part",
            Self::Qpu => "a real chip through its service; seconds have the network and the queue in them",
        }
    }

    /// Whether it works on the qubits of a chip.
    #[must_use]
    pub fn is_on_chip(self) -> bool {
        self >= Self::EmbeddedExact
    }

    /// Whether it works on [`qpu_chip`](super::ReproducePlan::qpu_chip).
    #[must_use]
    pub fn is_qpu(self) -> bool {
        matches!(self, Self::QpuEmulated | Self::Qpu)
    }

    /// Whether it has reads, so that a share of them succeeds.
    #[must_use]
    pub fn has_reads(self) -> bool {
        !matches!(self, Self::Hard | Self::SoftExact | Self::EmbeddedExact)
    }
}
