//! One read of an Ising model: spins, and the local fields that tell what a flip costs.

use crate::model::{Bqm, Vartype};
use crate::rng::Stream;
use rand_core::Rng;

/// Spins `s_i` and fields `f_i = h_i + sum_j J_ij s_j` of one read; flipping `s_i` changes the energy by `-2 s_i f_i`.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, Vartype, sampler::SpinState};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 2);
/// builder.add_quadratic(0, 1, 3.0);
/// let bqm = builder.build()?;
/// let mut state = SpinState::new(&bqm, vec![1, 1]);
/// assert_eq!(state.cost(0), -6.0);
/// state.flip(0);
/// assert_eq!((state.spins(), state.cost(0)), (&[-1, 1][..], 6.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct State<'a> {
    model: &'a Bqm,
    spins: Vec<i8>,
    fields: Vec<f64>,
}

impl<'a> State<'a> {
    /// The state with these spins, one for each variable, of a model over spins.
    #[must_use]
    pub fn new(model: &'a Bqm, spins: Vec<i8>) -> Self {
        debug_assert_eq!((model.vartype(), spins.len()), (Vartype::Spin, model.num_variables()));
        let field = |variable: usize| {
            let (neighbors, biases) = model.neighborhood(variable);
            let coupled = neighbors.iter().zip(biases).map(|(&other, bias)| bias * f64::from(spins[other as usize]));
            coupled.fold(model.linear()[variable], |sum, term| sum + term)
        };
        let fields = (0..spins.len()).map(field).collect();
        Self { model, spins, fields }
    }

    /// Random spins, 64 from each word of the stream.
    pub(super) fn random(model: &'a Bqm, stream: &mut Stream) -> Self {
        Self::new(model, random_spins(model.num_variables(), stream))
    }

    /// The spins.
    #[must_use]
    pub fn spins(&self) -> &[i8] {
        &self.spins
    }

    /// The variables that interact with `variable`.
    pub(super) fn neighbors(&self, variable: usize) -> &'a [u32] {
        self.model.neighborhood(variable).0
    }

    /// What flipping `variable` adds to the energy: `-2 s_i f_i`.
    #[inline]
    #[must_use]
    pub fn cost(&self, variable: usize) -> f64 {
        -2.0 * f64::from(self.spins[variable]) * self.fields[variable]
    }

    /// Flips `variable` and brings its neighbours' fields up to date.
    #[inline]
    pub fn flip(&mut self, variable: usize) {
        let spin = -self.spins[variable];
        self.spins[variable] = spin;
        let change = 2.0 * f64::from(spin);
        let (neighbors, biases) = self.model.neighborhood(variable);
        for (&other, bias) in neighbors.iter().zip(biases) {
            self.fields[other as usize] += change * bias;
        }
    }
}

/// Independent random spins, each `-1` or `+1` with probability 1/2; 64 from each word of the stream.
///
/// # Examples
/// ```
/// use isinglass_qubo::{rng::stream, sampler::random_spins};
/// let spins = random_spins(100, &mut stream(1, 0));
/// assert_eq!(spins.len(), 100);
/// assert!(spins.iter().all(|spin| spin.abs() == 1));
/// ```
#[must_use]
pub fn random_spins(num_variables: usize, stream: &mut Stream) -> Vec<i8> {
    let mut spins = Vec::with_capacity(num_variables);
    while spins.len() < num_variables {
        let word = stream.next_u64();
        let bits = 64.min(num_variables - spins.len());
        spins.extend((0..bits).map(|bit| if word >> bit & 1 == 1 { 1 } else { -1 }));
    }
    spins
}

/// Spins as values of `vartype`: `+1` is the higher one.
pub(super) fn values(spins: &[i8], vartype: Vartype) -> Vec<i8> {
    let [low, high] = vartype.values();
    spins.iter().map(|&spin| if spin > 0 { high } else { low }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;
    use crate::testing::random_integers;

    #[test]
    fn the_cost_of_a_flip_is_the_difference_of_energies() {
        let model = random_integers(Vartype::Spin, 70, 6, 5, 1);
        let mut state = State::random(&model, &mut stream(3, 0));
        for variable in (0..70).chain(0..70).rev() {
            let (before, cost) = (model.energy(state.spins()), state.cost(variable));
            state.flip(variable);
            assert_eq!(model.energy(state.spins()), before + cost);
        }
    }
}
