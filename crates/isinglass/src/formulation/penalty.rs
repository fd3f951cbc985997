//! Penalty strengths, and whether they are sufficient.

use super::arithmetic::few_bits;
use super::options::PenaltyRule;
use super::product::ProductPenalty;

/// Assigns penalty strengths and tracks whether they are sufficient.
///
/// For fixed weights the energy, minimised over all other variables, is a sum over groups. In a group with a violated
/// constraint the loss can be lower than the true one by at most what depends on that constraint: the group's whole
/// `sum_o delta_o` for anything in a hidden layer, the `delta_o` of output `o` for anything in its neuron. That is the
/// constraint's *need*. If every violation costs at least its need, then `min E(w, .) = loss(w)` for every `w`.
pub(super) struct Penalties {
    rule: PenaltyRule,
    /// Least `cost - need` and `cost / need` over all constraints so far.
    surplus: f64,
    ratio: f64,
}

impl Penalties {
    /// The penalties of a rule, whose number is rounded up to few significant bits: sums of penalties then leave no rounding errors where
    /// they should cancel.
    pub(super) fn new(rule: PenaltyRule) -> Self {
        let rule = match rule {
            PenaltyRule::PerGroup { margin } => PenaltyRule::PerGroup { margin: few_bits(margin) },
            PenaltyRule::Uniform { lambda } => PenaltyRule::Uniform { lambda: few_bits(lambda) },
        };
        Self { rule, surplus: f64::INFINITY, ratio: f64::INFINITY }
    }

    /// Strength of a threshold gate whose violation costs at least `gap` times that strength.
    pub(super) fn gate(&mut self, need: f64, gap: f64) -> f64 {
        let strength = match self.rule {
            PenaltyRule::PerGroup { margin } => margin * need / gap,
            PenaltyRule::Uniform { lambda } => lambda,
        };
        self.enter(strength * gap, need);
        strength
    }

    /// Strength of a product or copy.
    pub(super) fn product(&mut self, need: f64) -> ProductPenalty {
        let strength = match self.rule {
            PenaltyRule::PerGroup { margin } => margin * need,
            PenaltyRule::Uniform { lambda } => lambda,
        };
        self.enter(strength, need);
        ProductPenalty { strength, ancilla_gap: need }
    }

    fn enter(&mut self, cost: f64, need: f64) {
        self.surplus = self.surplus.min(cost - need);
        self.ratio = self.ratio.min(cost / need);
    }

    /// Minimum of `cost - need` over all constraints: a lower bound on how far a state with a violated constraint lies
    /// above the loss of its weights. Infinite without constraints.
    pub(super) fn surplus(&self) -> f64 {
        self.surplus
    }

    /// Minimum of `cost / need` over all constraints.
    pub(super) fn ratio(&self) -> f64 {
        self.ratio
    }
}
