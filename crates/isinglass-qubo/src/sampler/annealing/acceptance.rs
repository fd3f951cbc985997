//! When a flip is taken.

use serde::{Deserialize, Serialize};

/// The rule by which a flip that costs the energy `dE` is taken at inverse temperature `beta`. Both keep the Boltzmann
/// distribution.
///
/// # References
/// N. Metropolis et al., *Equation of state calculations by fast computing machines*, J. Chem. Phys. 21 (1953);
/// R. J. Glauber, *Time-dependent statistics of the Ising model*, J. Math. Phys. 4 (1963).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalAcceptanceCriteria {
    /// `min(1, exp(-beta dE))`; flips that cost nothing are turned down once in 16 times.
    #[default]
    Metropolis,
    /// Heat bath: `1 / (1 + exp(beta dE))`, whatever the spin was before.
    Gibbs,
}

/// Share of the flips that cost nothing which Metropolis' rule does not take. Taken always, and offered in index order, they
/// carry the walls between domains of a chain along with the sweep, so that these never meet. Turning some of them down keeps
/// detailed balance. At `beta = 0`, where every flip is as good as free, all are taken.
const ZERO_COST_REJECTION: f64 = 1.0 / 16.0;

/// The rule at one inverse temperature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acceptance {
    pub(super) criteria: ProposalAcceptanceCriteria,
    /// Inverse temperature per unit of the fields.
    pub(super) beta: f64,
}

impl Acceptance {
    /// Whether a flip that gains is taken always.
    pub(super) fn takes_gains(&self) -> bool {
        self.criteria == ProposalAcceptanceCriteria::Metropolis
    }

    /// The probability of a flip that costs `2 cost >= 0` units of energy. By the heat bath, one that gains as much has the
    /// probability one minus this.
    pub(super) fn probability(&self, cost: f64) -> f64 {
        self.of_weight((-2.0 * self.beta * cost).exp(), cost == 0.0)
    }

    /// [`probability`](Self::probability) from `exp(-beta dE)` and whether the flip is free.
    pub(super) fn of_weight(&self, weight: f64, is_free: bool) -> f64 {
        match self.criteria {
            ProposalAcceptanceCriteria::Metropolis if is_free && self.beta > 0.0 => 1.0 - ZERO_COST_REJECTION,
            ProposalAcceptanceCriteria::Metropolis => weight,
            ProposalAcceptanceCriteria::Gibbs => weight / (1.0 + weight),
        }
    }

    /// [`probability`](Self::probability) as a multiple of `2^-48`, to which integer kernels decide.
    pub(super) fn threshold(&self, cost: i16) -> u64 {
        // beta * cost = inf * 0 cannot happen: beta is finite
        scaled(self.probability(f64::from(cost)))
    }

    /// A cost up to `limit` above which integer kernels never take a flip: there its probability is below `2^-49`.
    pub(super) fn cutoff(&self, limit: i16) -> i16 {
        // conversions saturate, and beta = 0 makes this infinite
        (49.0 * std::f64::consts::LN_2 / (2.0 * self.beta)).min(f64::from(limit)) as i16
    }
}

/// A probability as a multiple of `2^-48`.
pub(super) fn scaled(probability: f64) -> u64 {
    (probability * 2f64.powi(48)).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(criteria: ProposalAcceptanceCriteria, beta: f64) -> Acceptance {
        Acceptance { criteria, beta }
    }

    #[test]
    fn both_rules_balance_every_flip_with_its_reverse() {
        for beta in [0.01f64, 0.3, 2.0] {
            for cost in [0.5, 1.0, 7.0] {
                let weight = (-2.0 * beta * cost).exp();
                assert!((rule(ProposalAcceptanceCriteria::Metropolis, beta).probability(cost) - weight).abs() < 1e-15);
                let up = rule(ProposalAcceptanceCriteria::Gibbs, beta).probability(cost);
                assert!((up / (1.0 - up) / weight - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn no_flip_beyond_the_cutoff_has_a_chance() {
        for criteria in [ProposalAcceptanceCriteria::Metropolis, ProposalAcceptanceCriteria::Gibbs] {
            for beta in [1e-6, 1e-3, 0.1, 5.0, 1e6] {
                let rule = rule(criteria, beta);
                for limit in [127, i16::MAX] {
                    let cutoff = rule.cutoff(limit);
                    assert!(cutoff == limit || rule.threshold(cutoff + 1) == 0);
                    assert!(cutoff == 0 || rule.threshold(cutoff - 1) > 0);
                }
            }
            assert_eq!(rule(criteria, 0.0).cutoff(i16::MAX), i16::MAX);
        }
    }
}
