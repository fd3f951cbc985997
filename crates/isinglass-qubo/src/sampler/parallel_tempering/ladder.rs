//! The ladder of inverse temperatures, moved until neighbours exchange equally often.

/// Inverse temperatures, hottest first, and what is known of the exchanges between neighbours.
#[derive(Clone, Debug)]
pub(super) struct Ladder {
    betas: Vec<f64>,
    /// Sums of the probabilities that an exchange with the next rung is refused, and how many were tried.
    refused: Vec<(f64, u64)>,
}

/// A rung that never refuses counts as this much, so that distances stay above zero.
const LEAST_REFUSAL: f64 = 1e-3;

impl Ladder {
    /// A geometric ladder; a ladder of equal rungs where both ends are equal.
    pub(super) fn new((hot, cold): (f64, f64), num_rungs: usize) -> Self {
        let beta = |rung: usize| match rung {
            _ if rung + 1 == num_rungs => cold,
            0 => hot,
            // by logarithms, since the quotient of the ends may overflow
            _ => (hot.ln() + rung as f64 / (num_rungs - 1) as f64 * (cold.ln() - hot.ln())).exp(),
        };
        let betas = (0..num_rungs).map(|rung| if hot == cold { cold } else { beta(rung) }).collect();
        Self { betas, refused: vec![(0.0, 0); num_rungs - 1] }
    }

    /// The inverse temperatures.
    pub(super) fn betas(&self) -> &[f64] {
        &self.betas
    }

    /// Takes note that `rung` and the next would exchange with this probability.
    pub(super) fn record(&mut self, rung: usize, probability: f64) {
        let (sum, count) = &mut self.refused[rung];
        *sum += 1.0 - probability;
        *count += 1;
    }

    /// Moves the inner rungs so that all neighbours would refuse equally often, as far as can be told from what was recorded,
    /// and forgets the records.
    ///
    /// The shares of refusals `r_k` add up to a distance `L(beta_k) = r_0 + .. + r_(k-1)` along the ladder, which hardly depends
    /// on where the rungs are; new ones are put at equal distances on its piecewise linear interpolation.
    pub(super) fn spread(&mut self) {
        let refusal = |&(sum, count): &(f64, u64)| (sum / count.max(1) as f64).max(LEAST_REFUSAL);
        let shares: Vec<f64> = self.refused.iter().map(refusal).collect();
        let total: f64 = shares.iter().sum();
        let old = self.betas.clone();
        let (mut below, mut piece) = (0.0, 0);
        for (rung, beta) in self.betas.iter_mut().enumerate().skip(1).take(shares.len().saturating_sub(1)) {
            let wanted = total * rung as f64 / shares.len() as f64;
            while piece + 1 < shares.len() && below + shares[piece] < wanted {
                below += shares[piece];
                piece += 1;
            }
            let share = ((wanted - below) / shares[piece]).min(1.0);
            *beta = old[piece] + share * (old[piece + 1] - old[piece]);
        }
        self.refused.fill((0.0, 0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_gather_where_exchanges_are_refused() {
        // refusals in proportion to how much of a density each step covers, most of it near beta = 1
        let density = |beta: f64| (10.0 * (beta - 1.0)).tanh();
        let mut ladder = Ladder::new((0.1, 4.0), 16);
        for _ in 0..8 {
            let betas = ladder.betas().to_vec();
            for rung in 0..15 {
                ladder.record(rung, 1.0 - 0.4 * (density(betas[rung + 1]) - density(betas[rung])));
            }
            ladder.spread();
        }
        let betas = ladder.betas();
        assert_eq!((betas[0], betas[15]), (0.1, 4.0));
        assert!(betas.is_sorted());
        let steps: Vec<f64> = betas.windows(2).map(|pair| density(pair[1]) - density(pair[0])).collect();
        let inner = &steps[1..14];
        assert!(inner.iter().all(|&step| (step - 2.0 / 15.0).abs() < 0.03), "{steps:?}");
    }

    #[test]
    fn a_ladder_of_one_temperature_stays_as_it_is() {
        let mut ladder = Ladder::new((0.7, 0.7), 5);
        ladder.record(2, 0.3);
        ladder.spread();
        assert_eq!(ladder.betas(), [0.7; 5]);
        let mut single = Ladder::new((0.1, 2.0), 1);
        single.spread();
        assert_eq!(single.betas(), [2.0]);
    }

    #[test]
    fn rates_that_are_even_move_nothing() {
        let mut ladder = Ladder::new((0.5, 8.0), 5);
        for rung in 0..4 {
            ladder.record(rung, 0.5);
        }
        ladder.spread();
        for (beta, expected) in ladder.betas().iter().zip([0.5, 1.0, 2.0, 4.0, 8.0]) {
            assert!((beta - expected).abs() < 1e-12);
        }
    }
}
