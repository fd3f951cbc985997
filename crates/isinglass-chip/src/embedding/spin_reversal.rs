//! Spin-reversal transforms (gauges), which average out errors of a chip that favour one sign.

use isinglass_qubo::model::{Bqm, BqmBuilder, ModelError, Vartype};
use isinglass_qubo::rng::stream;
use isinglass_qubo::sampler::random_spins;

/// Spin-reversal transform: `s_i = g_i s'_i` with `g_i` in `{-1, +1}`, so that `h'_i = g_i h_i` and `J'_ij = g_i g_j J_ij`, and energies
/// do not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpinReversal {
    signs: Vec<i8>,
}

impl SpinReversal {
    /// Draws transform number `index` of a seed: each spin is flipped with probability 1/2.
    #[must_use]
    pub fn random(num_variables: usize, seed: u64, index: u64) -> Self {
        Self { signs: random_spins(num_variables, &mut stream(seed, index)) }
    }

    /// Creates the transform with these signs.
    ///
    /// # Panics
    /// If a sign is neither -1 nor +1.
    #[must_use]
    pub fn from_signs(signs: Vec<i8>) -> Self {
        assert!(signs.iter().all(|sign| [-1, 1].contains(sign)), "signs are -1 or +1");
        Self { signs }
    }

    /// Applies the transform to an Ising model.
    ///
    /// # Errors
    /// Never for a model over spins: signs do not overflow.
    ///
    /// # Panics
    /// When the model has another number of variables, or is not one over spins.
    pub fn apply(&self, spin: &Bqm) -> Result<Bqm, ModelError> {
        assert_eq!(
            (spin.num_variables(), spin.vartype()),
            (self.signs.len(), Vartype::Spin),
            "a model over these spins"
        );
        let sign = |variable: usize| f64::from(self.signs[variable]);
        let mut builder = BqmBuilder::new(Vartype::Spin, self.signs.len());
        builder.add_offset(spin.offset());
        spin.linear()
            .iter()
            .enumerate()
            .for_each(|(variable, bias)| builder.add_linear(variable, bias * sign(variable)));
        spin.interactions()
            .for_each(|(first, second, bias)| builder.add_quadratic(first, second, bias * sign(first) * sign(second)));
        builder.build()
    }

    /// Transforms a sample; the transform is its own inverse.
    ///
    /// # Panics
    /// If the number of spins is not the number of variables.
    #[must_use]
    pub fn turn(&self, spins: &[i8]) -> Vec<i8> {
        assert_eq!(spins.len(), self.signs.len(), "one spin for each variable");
        spins.iter().zip(&self.signs).map(|(spin, sign)| spin * sign).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use isinglass_qubo::testing::random_integers;

    #[test]
    fn energies_stay_what_they_are() {
        let bqm = random_integers(Vartype::Spin, 12, 5, 6, 2);
        for index in 0..4 {
            let reversal = SpinReversal::random(12, 1, index);
            let turned = reversal.apply(&bqm).unwrap();
            for sample in 0..20 {
                let spins = random_spins(12, &mut stream(3, sample));
                assert_eq!(turned.energy(&reversal.turn(&spins)), bqm.energy(&spins));
                assert_eq!(reversal.turn(&reversal.turn(&spins)), spins);
            }
        }
        assert_ne!(SpinReversal::random(64, 1, 0), SpinReversal::random(64, 1, 1));
    }
}
