//! Simulated annealing of one read: for problems so large that a block of reads gets through too few sweeps.

use super::lanes::exponential;
use super::pace::Pace;
use super::watch::Watch;
use crate::model::Bqm;
use crate::rng::stream_state;

/// Variables of a sweep between two looks at the clock: about a millisecond.
const PART: usize = 1 << 16;

/// `-ln` of the least number that is drawn, rounded up: a flip beyond it is never taken.
const LARGEST_EXPONENTIAL: f64 = 23.0;

/// Share of the flips that cost nothing which are not taken, as in the other annealers, as a share of random words.
const ZERO_COST_REJECTION: u32 = 1 << 28;

/// Anneals from `start`, geometrically through a range of inverse temperatures, in at most `num_sweeps` sweeps and until the deadline
/// of `watch`; returns the last spins and the number of sweeps.
///
/// Metropolis' rule in index order, as [`SimulatedAnnealing`](super::SimulatedAnnealing). One read goes through a sparse model ten times
/// as fast as 64 reads side by side.
pub(crate) fn anneal_one(
    spin: &Bqm,
    start: Vec<i8>,
    seed: u64,
    (hot, cold): (f64, f64),
    num_sweeps: u64,
    watch: &Watch<'_>,
) -> (Vec<i8>, u64) {
    let mut read = Read::new(spin, start, seed);
    let last = num_sweeps.saturating_sub(1).max(1) as f64;
    let beta = |sweep: u64| (hot.ln() + (cold.ln() - hot.ln()) * (sweep as f64 / last)).exp();
    let between_looks = (PART / spin.num_variables().max(1)).max(1) as u64;
    let mut pace = Pace::new(watch.deadline(), num_sweeps);
    let mut made = 0;
    while let Some(stretch) = pace.next(between_looks) {
        for sweep in stretch.sweeps() {
            read.sweep(beta(sweep), watch);
        }
        made += stretch.len();
        watch.pass_over(stretch.num_passed_over());
        if watch.advance(stretch.len()) {
            break;
        }
    }
    (read.spins, made)
}

/// Spins `s_i` and fields `f_i = h_i + sum_j J_ij s_j`; flipping `s_i` costs `-2 s_i f_i`.
struct Read<'a> {
    spin: &'a Bqm,
    spins: Vec<i8>,
    fields: Vec<f64>,
    random: [u64; 2],
}

impl<'a> Read<'a> {
    fn new(spin: &'a Bqm, spins: Vec<i8>, seed: u64) -> Self {
        let field = |variable: usize| {
            let (neighbors, biases) = spin.neighborhood(variable);
            let terms = neighbors.iter().zip(biases).map(|(&other, bias)| bias * f64::from(spins[other as usize]));
            terms.fold(spin.linear()[variable], |sum, term| sum + term)
        };
        let fields = (0..spins.len()).map(field).collect();
        let [first, second, ..] = stream_state(seed, 0);
        Self { spin, spins, fields, random: [first, second | 1] }
    }

    /// 32 random bits: xorshift128+ (S. Vigna, 2017).
    #[inline(always)]
    fn word(&mut self) -> u32 {
        let [mut x, y] = self.random;
        x ^= x << 23;
        let z = x ^ y ^ (x >> 17) ^ (y >> 26);
        self.random = [y, z];
        (z.wrapping_add(y) >> 32) as u32
    }

    /// Offers every variable a flip; the rest of a long sweep is left out when the run is stopped.
    fn sweep(&mut self, beta: f64, watch: &Watch<'_>) {
        // as in the kernels, a flip is taken iff `-s f <= reach E` with `E` exponentially distributed
        let reach = (0.5 / beta).min(1e300);
        let hopeless = LARGEST_EXPONENTIAL * reach;
        for variable in 0..self.spins.len() {
            if variable % PART == 0 && variable > 0 && watch.is_stopped() {
                return;
            }
            let own = self.spins[variable];
            let half_cost = -f64::from(own) * self.fields[variable];
            if half_cost >= hopeless || half_cost >= 0.0 && !self.takes(half_cost, reach) {
                continue;
            }
            self.spins[variable] = -own;
            let change = -2.0 * f64::from(own);
            let (neighbors, biases) = self.spin.neighborhood(variable);
            for (&other, bias) in neighbors.iter().zip(biases) {
                self.fields[other as usize] += change * bias;
            }
        }
    }

    /// Whether a flip that does not gain is taken.
    #[inline(always)]
    fn takes(&mut self, half_cost: f64, reach: f64) -> bool {
        let word = self.word();
        if half_cost == 0.0 {
            return word >= ZERO_COST_REJECTION;
        }
        // the number of leading zeros bounds the logarithm, and decides most of the time
        let bound = f64::from(word.leading_zeros() + 1) * std::f64::consts::LN_2;
        half_cost <= reach * bound && half_cost <= reach * f64::from(exponential(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Vartype;
    use crate::rng::stream;
    use crate::sampler::state::random_spins;
    use crate::sampler::{RunControl, exhaustive};
    use crate::testing::{random_integers, random_reals};

    fn anneal(spin: &Bqm, seed: u64, range: (f64, f64), num_sweeps: u64) -> Vec<i8> {
        let start = random_spins(spin.num_variables(), &mut stream(seed, 1));
        let control = RunControl::default();
        let (spins, made) = anneal_one(spin, start, seed, range, num_sweeps, &Watch::new(&control, num_sweeps));
        assert_eq!(made, num_sweeps);
        spins
    }

    #[test]
    fn states_follow_the_boltzmann_distribution() {
        let spin = random_integers(Vartype::Spin, 5, 4, 3, 1);
        let (beta, num_reads) = (0.3, 20_000);
        let state = |spins: &[i8]| spins.iter().rev().fold(0, |bits, &spin| bits << 1 | usize::from(spin > 0));
        let mut counts = [0.0; 32];
        (0..num_reads).for_each(|seed| counts[state(&anneal(&spin, seed, (beta, beta), 30))] += 1.0);
        let energy = |bits: usize| {
            spin.energy(&(0..5).map(|bit| if bits >> bit & 1 == 1 { 1 } else { -1 }).collect::<Vec<i8>>())
        };
        let weights: Vec<f64> = (0..32).map(|bits| (-beta * energy(bits)).exp()).collect();
        let sum: f64 = weights.iter().sum();
        let statistic: f64 = counts
            .iter()
            .zip(&weights)
            .map(|(count, weight)| {
                let expected = num_reads as f64 * weight / sum;
                (count - expected).powi(2) / expected
            })
            .sum();
        assert!(statistic < 31.0 + 6.0 * 62f64.sqrt(), "chi-square {statistic}");
    }

    #[test]
    fn minima_of_small_problems_are_found() {
        for seed in 0..10 {
            let spin = random_reals(Vartype::Spin, 16, 6, seed);
            let least = exhaustive::minimum(&spin).unwrap();
            let energies = (0..20).map(|read| spin.energy(&anneal(&spin, read, (0.1, 10.0), 200)));
            assert!(energies.fold(f64::INFINITY, f64::min) <= least + 1e-9, "seed {seed}");
        }
    }

    #[test]
    fn a_long_sweep_ends_in_the_middle_when_the_run_is_stopped() {
        let cancel = std::sync::atomic::AtomicBool::new(true);
        let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
        let num_variables = 3 * PART;
        let mut builder = crate::BqmBuilder::new(Vartype::Spin, num_variables);
        (0..num_variables).for_each(|variable| builder.add_linear(variable, 1.0));
        let spin = builder.build().unwrap();
        let (spins, made) =
            anneal_one(&spin, vec![1; num_variables], 0, (1.0, 10.0), 1000, &Watch::new(&control, 1000));
        assert_eq!((made, spins.iter().filter(|&&spin| spin < 0).count()), (1, PART));
    }
}
