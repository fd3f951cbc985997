//! Embedded models: Ising models over the qubits of an embedding.

use super::Embedding;
use super::chain_strength::{ChainStrength, ChainStrengthError};
use crate::hardware::Chip;
use isinglass_qubo::model::{Bqm, BqmBuilder, ModelError, Vartype};
use std::collections::HashMap;

/// Error from embedding a model on a chip.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// The embedding belongs to another problem.
    #[error("the embedding has {found} chains, but the problem has {expected} variables")]
    WrongNumber {
        /// Number of chains.
        found: usize,
        /// Number of variables.
        expected: usize,
    },
    /// No coupler joins the chains of two interacting variables.
    #[error("variables {first} and {second} interact, but no coupler joins their chains")]
    MissingCoupler {
        /// The first variable.
        first: usize,
        /// The second variable.
        second: usize,
    },
    /// The chain strength is invalid.
    #[error(transparent)]
    ChainStrength(#[from] ChainStrengthError),
    /// The coefficients overflow.
    #[error("the coefficients on the chip overflow")]
    Model(#[from] ModelError),
}

/// Ising model over the qubits of an embedding, in which unbroken samples have the energies of the original model.
///
/// A linear bias is split equally over the qubits of its chain and a quadratic bias equally over all couplers between the two chains;
/// every coupler inside a chain gets `-strength`. The offset compensates for the chain couplings, so that an unbroken sample has exactly
/// the energy of the original sample. Equal parts are rounded to 26 bits and the last one takes the rest, so that parts of numbers with
/// few digits add up exactly; computed chain strengths are rounded up to 8 bits.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    bqm: Bqm,
    qubits: Vec<u32>,
    chains: Vec<Vec<usize>>,
    strengths: Vec<f64>,
}

impl Embedded {
    /// Embeds `bqm` on `chip`; 0/1 variables become spins.
    ///
    /// # Errors
    /// [`EmbedError`] if the embedding does not fit the model, or coefficients overflow.
    pub fn new(bqm: &Bqm, embedding: &Embedding, chip: &Chip, strength: &ChainStrength) -> Result<Self, EmbedError> {
        let spin = bqm.to_vartype(Vartype::Spin)?;
        let (found, expected) = (embedding.chains().len(), spin.num_variables());
        if found != expected {
            return Err(EmbedError::WrongNumber { found, expected });
        }
        let strengths = strength.on_chip(&spin)?;
        let mut qubits: Vec<u32> = embedding.chains().iter().flatten().copied().collect();
        qubits.sort_unstable();
        let position: HashMap<u32, usize> = qubits.iter().enumerate().map(|(index, &qubit)| (qubit, index)).collect();
        let chains: Vec<Vec<usize>> =
            embedding.chains().iter().map(|chain| chain.iter().map(|qubit| position[qubit]).collect()).collect();
        let mut owner = vec![0; qubits.len()];
        for (variable, chain) in chains.iter().enumerate() {
            chain.iter().for_each(|&qubit| owner[qubit] = variable);
        }
        let mut couplers: HashMap<(usize, usize), Vec<(usize, usize)>> = HashMap::new();
        for (first, &qubit) in qubits.iter().enumerate() {
            for other in chip.graph().neighbors(qubit) {
                if let Some(&second) = position.get(other).filter(|&&second| second > first) {
                    let (one, two) = (owner[first].min(owner[second]), owner[first].max(owner[second]));
                    couplers.entry((one, two)).or_default().push((first, second));
                }
            }
        }
        let mut builder = BqmBuilder::new(Vartype::Spin, qubits.len());
        builder.add_offset(spin.offset());
        for (variable, chain) in chains.iter().enumerate() {
            for (&qubit, part) in chain.iter().zip(parts(spin.linear()[variable], chain.len())) {
                builder.add_linear(qubit, part);
            }
            for &(first, second) in couplers.get(&(variable, variable)).into_iter().flatten() {
                builder.add_quadratic(first, second, -strengths[variable]);
                builder.add_offset(strengths[variable]);
            }
        }
        for (first, second, bias) in spin.interactions().filter(|&(.., bias)| bias != 0.0) {
            let couplers = couplers.get(&(first, second)).ok_or(EmbedError::MissingCoupler { first, second })?;
            for (&(one, two), part) in couplers.iter().zip(parts(bias, couplers.len())) {
                builder.add_quadratic(one, two, part);
            }
        }
        Ok(Self { bqm: builder.build()?, qubits, chains, strengths })
    }

    /// The embedded Ising model; its variable `i` is qubit `qubits()[i]`.
    #[must_use]
    pub fn bqm(&self) -> &Bqm {
        &self.bqm
    }

    /// Labels of the qubits in use, in ascending order.
    #[must_use]
    pub fn qubits(&self) -> &[u32] {
        &self.qubits
    }

    /// Chain of each original variable, as variable indices of [`bqm`](Self::bqm).
    #[must_use]
    pub fn chains(&self) -> &[Vec<usize>] {
        &self.chains
    }

    /// Chain strength of each variable.
    #[must_use]
    pub fn strengths(&self) -> &[f64] {
        &self.strengths
    }

    /// The unbroken embedded sample for `spins` of the original model.
    ///
    /// # Panics
    /// If the number of spins is not the number of variables.
    #[must_use]
    pub fn lift(&self, spins: &[i8]) -> Vec<i8> {
        assert_eq!(spins.len(), self.chains.len(), "one spin for each variable");
        let mut sample = vec![0; self.qubits.len()];
        for (chain, &spin) in self.chains.iter().zip(spins) {
            chain.iter().for_each(|&qubit| sample[qubit] = spin);
        }
        sample
    }
}

/// Splits a number into equal parts whose sum is exact where the number has few digits.
fn parts(value: f64, number: usize) -> impl Iterator<Item = f64> {
    let quotient = value / number as f64;
    // the lower 27 bits of the mantissa cleared: sums of a few such numbers do not round
    let part = f64::from_bits(quotient.to_bits() & !((1 << 27) - 1));
    let rest = value - part * (number - 1) as f64;
    (0..number).map(move |index| if index + 1 < number { part } else { rest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::interaction_graph;
    use crate::hardware::Graph;
    use isinglass_qubo::testing::random_integers;
    use proptest::prelude::*;

    /// A complete graph of chains: variable `v` is row `v` of a grid whose nodes are joined along rows and columns.
    fn grid(num_variables: usize, length: usize) -> (Chip, Vec<Vec<u32>>) {
        let node = |row: usize, column: usize| (row * length + column) as u32;
        let mut edges = Vec::new();
        for row in 0..num_variables {
            for column in 0..length {
                if column + 1 < length {
                    edges.push((node(row, column), node(row, column + 1)));
                }
                edges.extend((0..row).map(|other| (node(row, column), node(other, column))));
            }
        }
        let graph = Graph::from_edges(num_variables * length, edges).unwrap();
        let chains = (0..num_variables).map(|row| (0..length).map(|column| node(row, column)).collect()).collect();
        (Chip::from_graph("grid", graph), chains)
    }

    proptest! {
        #[test]
        fn unbroken_samples_keep_their_energy_exactly(
            seed in 0u64..1000, num_variables in 1usize..9, length in 1usize..6, binary: bool, bits in 0u32..512,
        ) {
            let vartype = if binary { Vartype::Binary } else { Vartype::Spin };
            let bqm = random_integers(vartype, num_variables, 3, 50, seed);
            let (chip, chains) = grid(num_variables, length);
            let embedding = Embedding::new(chains, &interaction_graph(&bqm), &chip).unwrap();
            let embedded = Embedded::new(&bqm, &embedding, &chip, &ChainStrength::Uniform(7.5)).unwrap();
            let spins: Vec<i8> = (0..num_variables).map(|v| if bits >> v & 1 == 1 { 1 } else { -1 }).collect();
            let [low, high] = vartype.values();
            let sample: Vec<i8> = spins.iter().map(|&spin| if spin > 0 { high } else { low }).collect();
            prop_assert_eq!(embedded.bqm().energy(&embedded.lift(&spins)), bqm.energy(&sample));
        }

        #[test]
        fn parts_of_short_numbers_add_up_exactly(value in -100_000i32..100_000, number in 1usize..40) {
            let value = f64::from(value) / 4.0;
            prop_assert_eq!(parts(value, number).sum::<f64>(), value);
            let largest = parts(value, number).fold(0.0f64, |largest, part| largest.max(part.abs()));
            // each part is short by up to 2^-25, and the last one takes what all lack
            prop_assert!(largest <= value.abs() / number as f64 * (1.0 + number as f64 / f64::from(1 << 25)));
        }
    }

    #[test]
    fn a_broken_chain_costs_twice_its_strength_for_each_broken_coupler() {
        let bqm = random_integers(Vartype::Spin, 3, 0, 0, 1);
        let (chip, chains) = grid(3, 4);
        let embedding = Embedding::new(chains, &interaction_graph(&bqm), &chip).unwrap();
        let embedded = Embedded::new(&bqm, &embedding, &chip, &ChainStrength::Uniform(2.0)).unwrap();
        let mut sample = embedded.lift(&[1, 1, 1]);
        sample[5] = -1;
        assert_eq!(embedded.bqm().energy(&sample), bqm.energy(&[1, 1, 1]) + 8.0);
    }
}
