//! Formulation options: reductions, gates and penalties.

use serde::{Deserialize, Serialize};

/// Reductions applied by `compact`, each with a switch. Letters refer to the sections of `docs/formulation.md`.
///
/// The reductions do not change the minimum, which is the minimum loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reductions {
    /// (a) Merges rows with equal inputs into one group.
    pub merge_equal: bool,
    /// (a) Merges rows with opposite inputs into one group, where the network is odd. Requires `merge_equal`.
    pub merge_negated: bool,
    /// (b) A product of a weight with a known bit is the weight or its negation, without a variable.
    pub substitute_inputs: bool,
    /// (c) A product of two unknown bits takes one variable, their AND, instead of two.
    pub and_products: bool,
    /// (d) The threshold gate counts slack in half steps: one slack bit fewer, twice the gap.
    pub half_step: bool,
    /// (f) The loss is linear in the output bit itself, without a variable.
    pub error_bit: bool,
    /// (g) One outgoing weight of each hidden neuron with odd fan-in is fixed to +1.
    pub gauge: bool,
}

impl Reductions {
    /// Every reduction.
    pub const ALL: Self = Self {
        merge_equal: true,
        merge_negated: true,
        substitute_inputs: true,
        and_products: true,
        half_step: true,
        error_bit: true,
        gauge: true,
    };

    /// No reduction.
    pub const NONE: Self = Self {
        merge_equal: false,
        merge_negated: false,
        substitute_inputs: false,
        and_products: false,
        half_step: false,
        error_bit: false,
        gauge: false,
    };

    /// Names of the switches, as on the command line.
    pub const NAMES: [&'static str; 7] =
        ["merge-equal", "merge-negated", "substitute-inputs", "and-products", "half-step", "error-bit", "gauge"];

    /// The switch with this name, to read or to set.
    pub fn switch(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "merge-equal" => &mut self.merge_equal,
            "merge-negated" => &mut self.merge_negated,
            "substitute-inputs" => &mut self.substitute_inputs,
            "and-products" => &mut self.and_products,
            "half-step" => &mut self.half_step,
            "error-bit" => &mut self.error_bit,
            "gauge" => &mut self.gauge,
            _ => return None,
        })
    }
}

/// Type of threshold gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateKind {
    /// The fewest slack bits.
    #[default]
    HalfStep,
    /// More slack bits and smaller coefficients, so that the gap is wider once they are scaled into the range of an analogue
    /// machine. Needs [`Reductions::half_step`]. Gates that would be too large are half-step gates.
    WideGap,
}

impl GateKind {
    /// Name, as on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HalfStep => "half-step",
            Self::WideGap => "wide-gap",
        }
    }
}

/// Penalty rule. A `margin` or `lambda` with more than 24 significant bits is rounded up to 8, so that sums of
/// penalties are exact.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum PenaltyRule {
    /// (e) As strong as each group needs: a violated constraint of a group costs at least `margin` times what violating it can
    /// save. `margin >= 1` is exact, `> 1` also makes every constraint hold in every minimum.
    PerGroup {
        /// The factor. `[default: 1.0625] [range: > 0; below 1 is not exact]`
        margin: f64,
    },
    /// One `lambda` in front of every constraint, as in the paper.
    Uniform {
        /// The penalty. `[default: 50] [range: > 0]`
        lambda: f64,
    },
}

/// Options of [`compile`](super::compile).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormulationOptions {
    /// Reductions.
    pub reductions: Reductions,
    /// Threshold gates used with `half_step`. `[default: half-step]`
    #[serde(default)]
    pub gate: GateKind,
    /// Penalty rule.
    pub penalties: PenaltyRule,
}

impl FormulationOptions {
    /// Default `lambda`, from the paper.
    pub const PAPER_LAMBDA: f64 = 50.0;
    /// The default margin, `1 + 1/16`: the smallest of those measured that makes every constraint hold in every minimum.
    ///
    /// Annealing finds optima the more often the smaller the margin is (section 6 of `docs/formulation.md`).
    pub const DEFAULT_MARGIN: f64 = 1.0625;

    /// The formulation of the paper: no reductions, one penalty of 50.
    #[must_use]
    pub fn reference() -> Self {
        let penalties = PenaltyRule::Uniform { lambda: Self::PAPER_LAMBDA };
        Self { reductions: Reductions::NONE, gate: GateKind::HalfStep, penalties }
    }

    /// The compact formulation: all reductions, one penalty per group.
    #[must_use]
    pub fn compact() -> Self {
        let penalties = PenaltyRule::PerGroup { margin: Self::DEFAULT_MARGIN };
        Self { reductions: Reductions::ALL, gate: GateKind::HalfStep, penalties }
    }

    /// `reference` without any reduction, else `compact`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        if self.reductions == Reductions::NONE { "reference" } else { "compact" }
    }

    /// The names of the reductions that `compact` does without. `merge-negated` goes with `merge-equal`, which it needs.
    #[must_use]
    pub fn left_out(&self) -> Vec<String> {
        if self.reductions == Reductions::NONE {
            return Vec::new();
        }
        let mut reductions = self.reductions;
        reductions.merge_negated |= !reductions.merge_equal;
        let is_off = |name: &&str| reductions.switch(name).is_some_and(|switch| !*switch);
        Reductions::NAMES.into_iter().filter(is_off).map(str::to_owned).collect()
    }
}
