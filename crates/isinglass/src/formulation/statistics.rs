//! Statistics of a formulation: its size and its guarantees.

use super::arithmetic::Arithmetic;
use super::compile::WeightTerms;
use super::layout::Role;
use super::options::{FormulationOptions, GateKind};
use super::penalty::Penalties;
use super::wide_gap;
use crate::network::Architecture;
use crate::task::{Groups, Merge};
use isinglass_qubo::Bqm;
use serde::Serialize;

/// Number of variables of one kind of role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleCount {
    /// The kind, such as `weight` ([`Role::KINDS`]).
    pub role: &'static str,
    /// The number of variables.
    pub count: usize,
}

/// Size, shape and guarantees of a formulation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statistics {
    /// Variables of the QUBO.
    pub num_variables: usize,
    /// Pairs of variables with a quadratic term.
    pub num_interactions: usize,
    /// Groups of rows in the QUBO.
    pub num_groups: usize,
    /// Rows of the task.
    pub num_rows: usize,
    /// Number of variables by role; kinds without variables are left out.
    pub variables_by_role: Vec<RoleCount>,
    /// Maximum degree of a variable.
    pub max_degree: usize,
    /// Mean degree of a variable.
    pub mean_degree: f64,
    /// Density: interactions as a share of all pairs.
    pub density: f64,
    /// Largest absolute coefficient, without the offset.
    pub max_abs_coefficient: f64,
    /// Smallest nonzero absolute coefficient.
    pub min_abs_coefficient: f64,
    /// Step of the loss: every loss is a multiple of it, up to a constant; zero if the loss is constant.
    pub loss_step: f64,
    /// A proven lower bound on the energy between the minimum and the best state whose weights are not optimal: the step of
    /// the loss. Zero where nothing is proven.
    pub guaranteed_gap: f64,
    /// A proven lower bound on how far a state with a violated constraint lies above the loss of its weights. Zero
    /// means that minima with violated constraints may exist (their weights are optimal all the same); negative, that
    /// minima may have wrong weights.
    pub constraint_surplus: f64,
    /// Whether the minimum of the QUBO is proven to be the minimum of the loss (plus the weight terms, if there are any): penalties are
    /// strong enough, and all sums of coefficients are free of rounding in 64-bit floating point.
    pub exact: bool,
    /// Notes: why the formulation is exact or not, and other remarks.
    pub notes: Vec<String>,
}

impl Statistics {
    pub(super) fn new(qubo: &Bqm, roles: &[Role], groups: &Groups) -> Self {
        let variables_by_role = Role::KINDS
            .into_iter()
            .map(|role| RoleCount { role, count: roles.iter().filter(|present| present.kind() == role).count() })
            .filter(|count| count.count > 0)
            .collect();
        let (num_variables, num_interactions) = (qubo.num_variables(), qubo.num_interactions());
        Self {
            num_variables,
            num_interactions,
            num_groups: groups.len(),
            num_rows: groups.num_rows,
            variables_by_role,
            max_degree: qubo.max_degree(),
            mean_degree: if num_variables == 0 { 0.0 } else { 2.0 * num_interactions as f64 / num_variables as f64 },
            density: qubo.density(),
            max_abs_coefficient: qubo.max_abs_coefficient(),
            min_abs_coefficient: qubo.min_abs_coefficient().unwrap_or(0.0),
            loss_step: groups.deltas.iter().fold(0.0, |step, &delta| greatest_common_divisor(step, delta)),
            guaranteed_gap: 0.0,
            constraint_surplus: 0.0,
            exact: false,
            notes: Vec::new(),
        }
    }

    /// Whether the minimum is that of the loss, and the gaps that follow.
    pub(super) fn with_guarantees(
        mut self,
        penalties: &Penalties,
        arithmetic: &Arithmetic,
        weights: &WeightTerms,
    ) -> Self {
        let is_strong = penalties.ratio() >= 1.0 && penalties.surplus() >= 0.0;
        self.exact = is_strong && arithmetic.is_exact();
        // without constraints there is nothing to violate, and no state to lie anywhere
        self.constraint_surplus =
            if penalties.surplus().is_finite() { penalties.surplus() - arithmetic.rounding() } else { 0.0 };
        let has_biases = weights.biases.iter().any(|&(.., bias)| bias != 0.0);
        if self.exact && !has_biases {
            self.guaranteed_gap = self.loss_step;
        }
        let note = if self.exact {
            "exact: a violated constraint costs at least what it can save, so the minimum is that of the loss"
                .to_owned()
        } else if is_strong {
            "not exact: sums of the coefficients are rounded in 64-bit floating point, so the minimum may not be that of the loss"
                .to_owned()
        } else {
            format!(
                "not exact: a violated constraint costs as little as {:.3} of what it can save; \
                 the minimum may lie below the loss of its weights",
                penalties.ratio()
            )
        };
        self.notes.push(note);
        if has_biases {
            self.notes.push("weight terms are part of the objective, so no gap is guaranteed".to_owned());
        }
        self
    }

    /// Notes on the reductions used.
    pub(super) fn with_notes(
        mut self,
        architecture: &Architecture,
        options: &FormulationOptions,
        merge: Merge,
        weights: &WeightTerms,
    ) -> Self {
        let reductions = options.reductions;
        if reductions.merge_negated && merge != Merge::EqualAndNegated {
            self.notes.push("rows with opposite inputs stay apart: the network is not odd".to_owned());
        }
        if reductions.gauge && weights.biases.iter().any(|&(.., bias)| bias != 0.0) {
            self.notes.push("the weight terms act on networks whose gauge-fixed outgoing weights are +1".to_owned());
        }
        let fan_ins = (0..architecture.num_layers()).map(|layer| architecture.fan_in(layer));
        // a gate without known products has range fan_in / 2, and one with known products does not have a larger range
        let wide: Vec<String> = fan_ins
            .clone()
            .filter(|fan_in| fan_in / 2 > wide_gap::MAX_RANGE as usize)
            .map(|fan_in| fan_in.to_string())
            .collect();
        if options.gate == GateKind::WideGap && !wide.is_empty() {
            self.notes.push(format!(
                "fan-in {} is too large for wide-gap gates, which end at {}: half-step gates there",
                wide.join(", "),
                2 * wide_gap::MAX_RANGE + 1
            ));
        }
        let other: Vec<String> =
            fan_ins.filter(|fan_in| !(fan_in + 1).is_power_of_two()).map(|fan_in| fan_in.to_string()).collect();
        if !reductions.half_step && !other.is_empty() {
            self.notes.push(format!(
                "fan-in {} is not one less than a power of two: the threshold is set right, where the paper's own gate is not",
                other.join(", ")
            ));
        }
        self
    }
}

/// The largest number of which both are integer multiples; exact, as the remainder of two floats is.
fn greatest_common_divisor(mut first: f64, mut second: f64) -> f64 {
    while second != 0.0 {
        (first, second) = (second, first % second);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::greatest_common_divisor;

    #[test]
    fn the_step_of_a_loss_is_the_common_divisor_of_its_weights() {
        let step = |deltas: &[f64]| deltas.iter().fold(0.0, |step, &delta| greatest_common_divisor(step, delta));
        assert_eq!([step(&[6.0, 4.0]), step(&[1.5, 2.25]), step(&[7.0]), step(&[])], [2.0, 0.75, 7.0, 0.0]);
    }
}
