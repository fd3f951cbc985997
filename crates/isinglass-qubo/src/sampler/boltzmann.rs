//! Comparing counts of states with the distributions that they should follow.

use crate::model::Bqm;

/// The number of a state: bit `i` is set where spin `i` is up.
pub(super) fn index(spins: &[i8]) -> usize {
    spins.iter().enumerate().fold(0, |index, (variable, &spin)| index | usize::from(spin > 0) << variable)
}

/// The spins of a state by its number.
pub(super) fn spins(index: usize, num_variables: usize) -> Vec<i8> {
    (0..num_variables).map(|variable| if index >> variable & 1 == 1 { 1 } else { -1 }).collect()
}

/// How often each state of a model over spins was among the samples.
pub(super) fn counts<'a>(num_variables: usize, samples: impl Iterator<Item = &'a [i8]>) -> Vec<f64> {
    let mut counts = vec![0.0; 1 << num_variables];
    samples.for_each(|sample| counts[index(sample)] += 1.0);
    counts
}

/// `exp(-beta E)` of every state.
pub(super) fn weights(bqm: &Bqm, beta: f64) -> Vec<f64> {
    let num_variables = bqm.num_variables();
    (0..1 << num_variables).map(|index| (-beta * bqm.energy(&spins(index, num_variables))).exp()).collect()
}

/// Fails unless independent counts agree with probabilities in proportion to the weights: Pearson's statistic over states that are
/// expected at least five times (the rarer ones together) must lie within five standard deviations of its mean.
pub(super) fn assert_follows(counts: &[f64], weights: &[f64], what: &str) {
    let scale = counts.iter().sum::<f64>() / weights.iter().sum::<f64>();
    let (mut statistic, mut freedom, mut rare) = (0.0, -1.0, (0.0, 0.0));
    let mut bin = |count: f64, expected: f64| {
        statistic += (count - expected).powi(2) / expected;
        freedom += 1.0;
    };
    for (&count, weight) in counts.iter().zip(weights) {
        let expected = weight * scale;
        if expected >= 5.0 {
            bin(count, expected);
        } else {
            rare = (rare.0 + count, rare.1 + expected);
        }
    }
    if rare.1 >= 5.0 {
        bin(rare.0, rare.1);
    }
    assert!(freedom >= 5.0, "{what}: too few states are expected often enough");
    let bound = freedom + 5.0 * f64::sqrt(2.0 * freedom);
    assert!(statistic < bound, "{what}: chi-square {statistic} with {freedom} degrees of freedom");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Vartype;
    use crate::testing::random_integers;

    #[test]
    fn counts_of_another_temperature_are_told_apart() {
        let bqm = random_integers(Vartype::Spin, 6, 3, 2, 1);
        let exact = weights(&bqm, 0.3);
        let scale = 20_000.0 / exact.iter().sum::<f64>();
        let expected: Vec<f64> = exact.iter().map(|weight| (weight * scale).round()).collect();
        assert_follows(&expected, &exact, "the distribution itself");
        let other = weights(&bqm, 0.25);
        assert!(std::panic::catch_unwind(|| assert_follows(&expected, &other, "another temperature")).is_err());
    }
}
