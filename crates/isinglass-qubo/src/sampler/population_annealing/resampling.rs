//! How many copies a replica gets, from its energy alone.

/// Copies that replicas get on average, and the logarithm of the mean of `exp(-step E)`.
pub(super) struct Expected {
    pub(super) copies: Vec<f64>,
    pub(super) log_mean_weight: f64,
}

/// What a step of `step` in inverse temperature gives replicas of these energies.
pub(super) fn expected(energies: &[f64], step: f64) -> Expected {
    let least = energies.iter().copied().fold(f64::INFINITY, f64::min);
    // relative to the least energy, so that nothing overflows and the sum is at least 1
    let weights: Vec<f64> = energies.iter().map(|energy| (-step * (energy - least)).exp()).collect();
    let mean = weights.iter().sum::<f64>() / energies.len() as f64;
    Expected { copies: weights.iter().map(|weight| weight / mean).collect(), log_mean_weight: mean.ln() - step * least }
}

/// The share of replicas that are expected to leave no copy: `mean_i max(0, 1 - copies_i)`.
pub(super) fn culled(copies: &[f64]) -> f64 {
    copies.iter().map(|copies| (1.0 - copies).max(0.0)).sum::<f64>() / copies.len() as f64
}

/// Halvings of the range in which the step is looked for.
const HALVINGS: u32 = 40;

/// Steps grow by this factor at least, so that every run comes to its end.
const LEAST_GROWTH: f64 = 1e-4;

/// The largest step from `beta` towards `cold` that is expected to cull at most the share `culling`: the new inverse temperature.
pub(super) fn next_beta(energies: &[f64], beta: f64, cold: f64, culling: f64) -> f64 {
    let fits = |next: f64| culled(&expected(energies, next - beta).copies) <= culling;
    if fits(cold) {
        return cold;
    }
    // from zero no step is too small
    let (mut low, mut high) = (beta, cold);
    for _ in 0..HALVINGS {
        // in ratios where the range is wide; the product of both could leave the range of f64
        let middle = if low > 0.0 && high > 4.0 * low { low.sqrt() * high.sqrt() } else { f64::midpoint(low, high) };
        if fits(middle) { low = middle } else { high = middle }
    }
    if low > 0.0 { low.max(beta * (1.0 + LEAST_GROWTH)).min(cold) } else { high }
}

/// Numbers of copies with the given means and the sum of `copies.len()`: systematic resampling with one random number in `[0, 1)`.
pub(super) fn systematic(copies: &[f64], uniform: f64) -> Vec<usize> {
    let (mut sum, mut given) = (0.0, 0usize);
    let count = |(index, mean): (usize, &f64)| {
        sum += mean;
        // the last one takes what rounding has left over
        let end = if index + 1 == copies.len() { copies.len() } else { ((sum + uniform) as usize).min(copies.len()) };
        let count = end.saturating_sub(given);
        given = given.max(end);
        count
    };
    copies.iter().enumerate().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_have_their_means_and_keep_the_population() {
        let energies = [3.0, -1.0, 0.0, 2.5, -1.0, 4.0];
        let Expected { copies, log_mean_weight } = expected(&energies, 0.4);
        let mean = energies.iter().map(|energy: &f64| (-0.4 * energy).exp()).sum::<f64>() / 6.0;
        assert!((log_mean_weight - mean.ln()).abs() < 1e-12);
        let mut sums = [0usize; 6];
        for step in 0..10_000 {
            let counts = systematic(&copies, (f64::from(step) + 0.5) / 10_000.0);
            assert_eq!(counts.iter().sum::<usize>(), 6);
            for ((count, mean), sum) in counts.iter().zip(&copies).zip(&mut sums) {
                assert!(*count >= *mean as usize && *count <= *mean as usize + 1);
                *sum += count;
            }
        }
        for (energy, (sum, mean)) in energies.iter().zip(sums.iter().zip(&copies)) {
            assert!((*sum as f64 / 10_000.0 - mean).abs() < 1e-3);
            assert!((mean - (-0.4 * energy).exp() / sums.len() as f64 * 6.0 / log_mean_weight.exp()).abs() < 1e-12);
        }
    }

    #[test]
    fn the_next_temperature_culls_what_was_asked_for() {
        let energies: Vec<f64> = (0..1000).map(|index| f64::from(index % 37) - 20.0).collect();
        for beta in [0.0, 0.01, 0.5] {
            let next = next_beta(&energies, beta, 1e6, 0.1);
            assert!(next > beta);
            assert!((culled(&expected(&energies, next - beta).copies) - 0.1).abs() < 1e-3, "{beta} {next}");
        }
        for unit in [1e-300, 1e300] {
            let energies: Vec<f64> = energies.iter().map(|energy| energy * unit).collect();
            let next = next_beta(&energies, 0.5 / unit, 1e3 / unit, 0.1);
            assert!((culled(&expected(&energies, next - 0.5 / unit).copies) - 0.1).abs() < 1e-3, "{unit} {next}");
        }
        assert_eq!(next_beta(&energies, 0.5, 0.5001, 0.1), 0.5001);
        assert_eq!(next_beta(&[2.0; 9], 0.0, 1e300, 0.1), 1e300);
    }
}
