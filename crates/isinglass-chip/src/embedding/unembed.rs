//! Unembedding: from samples of qubits to samples of variables.

use super::Embedded;
use isinglass_qubo::model::{Bqm, Vartype};
use isinglass_qubo::rng::{Stream, stream};
use rand_core::Rng;

/// How to resolve broken chains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChainBreakMethod {
    /// Majority vote; ties are broken by a fair seeded coin.
    #[default]
    MajorityVote,
    /// Random value, with the share of the chain's qubits as probability.
    WeightedRandom,
    /// Discard samples with a broken chain.
    Discard,
    /// Minimize the energy greedily: broken chains are set one after the other, each time the one whose better value gains most. Ties are
    /// in variable order; where no value gains, the majority decides.
    MinimizeEnergy,
}

/// Unembedded samples with chain break statistics.
#[derive(Clone, Debug, PartialEq)]
pub struct Unembedded {
    /// Samples, one spin for each variable.
    pub samples: Vec<Vec<i8>>,
    /// Index of the read of each sample.
    pub reads: Vec<usize>,
    /// Share of broken chains in each read, discarded ones included.
    pub chain_break_fractions: Vec<f64>,
    /// Chain break rate of each variable.
    pub break_rates: Vec<f64>,
}

/// Unembeds samples of `embedded` to the variables of `spin`, the original Ising model. Ties in read `k` use stream `k` of the seed.
///
/// # Panics
/// If a sample does not have one spin for each qubit, or `spin` is not the original model.
pub fn unembed<'s>(
    embedded: &Embedded,
    spin: &Bqm,
    samples: impl IntoIterator<Item = &'s [i8]>,
    method: ChainBreakMethod,
    seed: u64,
) -> Unembedded {
    let chains = embedded.chains();
    assert_eq!((spin.num_variables(), spin.vartype()), (chains.len(), Vartype::Spin), "the model that was embedded");
    let mut result = Unembedded {
        samples: Vec::new(),
        reads: Vec::new(),
        chain_break_fractions: Vec::new(),
        break_rates: Vec::new(),
    };
    let mut breaks = vec![0usize; chains.len()];
    for (read, sample) in samples.into_iter().enumerate() {
        assert_eq!(sample.len(), embedded.qubits().len(), "one spin for each qubit");
        let sums: Vec<i64> =
            chains.iter().map(|chain| chain.iter().map(|&qubit| i64::from(sample[qubit])).sum()).collect();
        let is_broken = |variable: usize| sums[variable].unsigned_abs() as usize != chains[variable].len();
        let broken: Vec<usize> = (0..chains.len()).filter(|&variable| is_broken(variable)).collect();
        broken.iter().for_each(|&variable| breaks[variable] += 1);
        result.chain_break_fractions.push(broken.len() as f64 / chains.len().max(1) as f64);
        if method == ChainBreakMethod::Discard && !broken.is_empty() {
            continue;
        }
        let mut coins = stream(seed, read as u64);
        let mut spins: Vec<i8> = sums.iter().map(|&sum| majority(sum, &mut coins)).collect();
        match method {
            ChainBreakMethod::MajorityVote | ChainBreakMethod::Discard => {}
            ChainBreakMethod::WeightedRandom => {
                for &variable in &broken {
                    let length = chains[variable].len() as i64;
                    let up = ((length + sums[variable]) / 2) as u64;
                    spins[variable] = if below(&mut coins, length as u64) < up { 1 } else { -1 };
                }
            }
            ChainBreakMethod::MinimizeEnergy => minimize_energy(spin, &mut spins, broken),
        }
        result.samples.push(spins);
        result.reads.push(read);
    }
    let num_reads = result.chain_break_fractions.len().max(1) as f64;
    result.break_rates = breaks.into_iter().map(|count| count as f64 / num_reads).collect();
    result
}

fn majority(sum: i64, coins: &mut Stream) -> i8 {
    match sum {
        0 => below(coins, 2) as i8 * 2 - 1,
        _ => sum.signum() as i8,
    }
}

/// A number below `bound`, which is small, from the upper bits of a word.
fn below(coins: &mut Stream, bound: u64) -> u64 {
    ((u128::from(coins.next_u64()) * u128::from(bound)) >> 64) as u64
}

/// Sets the `broken` variables one after the other, each time the one with the largest field of those that are settled.
fn minimize_energy(spin: &Bqm, spins: &mut [i8], mut broken: Vec<usize>) {
    let mut is_open = vec![false; spins.len()];
    broken.iter().for_each(|&variable| is_open[variable] = true);
    let mut fields = vec![0.0; spins.len()];
    for &variable in &broken {
        let (neighbors, biases) = spin.neighborhood(variable);
        let settled = neighbors.iter().zip(biases).filter(|&(&other, _)| !is_open[other as usize]);
        let field = |sum: f64, (&other, bias): (&u32, &f64)| sum + bias * f64::from(spins[other as usize]);
        fields[variable] = settled.fold(spin.linear()[variable], field);
    }
    while !broken.is_empty() {
        let first_of_largest = |best: usize, next: usize| {
            if fields[broken[next]].abs() > fields[broken[best]].abs() { next } else { best }
        };
        let index = (0..broken.len()).reduce(first_of_largest).expect("some chain is open");
        let variable = broken.remove(index);
        if fields[variable] != 0.0 {
            spins[variable] = if fields[variable] > 0.0 { -1 } else { 1 };
        }
        is_open[variable] = false;
        let (neighbors, biases) = spin.neighborhood(variable);
        for (&other, bias) in neighbors.iter().zip(biases) {
            fields[other as usize] += bias * f64::from(spins[variable]);
        }
    }
}

/// Unembeds only the chains of `variables`, by majority vote with seeded ties. The other variables are set as
/// [`ChainBreakMethod::MinimizeEnergy`] sets broken chains, so that samples are complete; a caller may recompute them. Breaks are counted
/// among `variables`; the rates of the others are zero.
///
/// # Panics
/// If a sample does not have one spin for each qubit, `spin` is not the original model, or a variable is out of range.
pub fn unembed_only<'s>(
    embedded: &Embedded,
    spin: &Bqm,
    samples: impl IntoIterator<Item = &'s [i8]>,
    variables: &[usize],
    seed: u64,
) -> Unembedded {
    let chains = embedded.chains();
    assert_eq!((spin.num_variables(), spin.vartype()), (chains.len(), Vartype::Spin), "the model that was embedded");
    let mut is_read = vec![false; chains.len()];
    variables.iter().for_each(|&variable| is_read[variable] = true);
    let others: Vec<usize> = (0..chains.len()).filter(|&variable| !is_read[variable]).collect();
    let mut breaks = vec![0usize; chains.len()];
    let (mut rows, mut fractions) = (Vec::new(), Vec::new());
    for (read, sample) in samples.into_iter().enumerate() {
        assert_eq!(sample.len(), embedded.qubits().len(), "one spin for each qubit");
        let mut coins = stream(seed, read as u64);
        let mut spins = vec![-1; chains.len()];
        let mut num_broken = 0usize;
        for variable in (0..chains.len()).filter(|&variable| is_read[variable]) {
            let sum: i64 = chains[variable].iter().map(|&qubit| i64::from(sample[qubit])).sum();
            if sum.unsigned_abs() as usize != chains[variable].len() {
                breaks[variable] += 1;
                num_broken += 1;
            }
            spins[variable] = majority(sum, &mut coins);
        }
        minimize_energy(spin, &mut spins, others.clone());
        fractions.push(num_broken as f64 / (chains.len() - others.len()).max(1) as f64);
        rows.push(spins);
    }
    let num_reads = rows.len().max(1) as f64;
    Unembedded {
        reads: (0..rows.len()).collect(),
        samples: rows,
        chain_break_fractions: fractions,
        break_rates: breaks.into_iter().map(|count| count as f64 / num_reads).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embedding::{ChainStrength, Embedding, interaction_graph};
    use crate::hardware::{Chip, Graph};
    use isinglass_qubo::model::BqmBuilder;

    /// Two variables with equal ground-state values, a field on the first one, on a ring of six qubits, three for each.
    fn pair() -> (Bqm, Embedded) {
        let mut builder = BqmBuilder::new(Vartype::Spin, 2);
        builder.add_linear(0, -0.5);
        builder.add_quadratic(0, 1, -2.0);
        let bqm = builder.build().unwrap();
        let ring = Chip::from_graph("ring", Graph::from_edges(6, (0..6).map(|node| (node, (node + 1) % 6))).unwrap());
        let problem = interaction_graph(&bqm);
        let embedding = Embedding::new(vec![vec![0, 1, 2], vec![3, 4, 5]], &problem, &ring).unwrap();
        let embedded = Embedded::new(&bqm, &embedding, &ring, &ChainStrength::default()).unwrap();
        (bqm, embedded)
    }

    fn run(samples: &[[i8; 6]], method: ChainBreakMethod) -> Unembedded {
        let (bqm, embedded) = pair();
        unembed(&embedded, &bqm, samples.iter().map(<[i8; 6]>::as_slice), method, 1)
    }

    const WHOLE: [i8; 6] = [1, 1, 1, -1, -1, -1];
    const BROKEN: [i8; 6] = [1, 1, 1, -1, 1, -1];

    #[test]
    fn unbroken_chains_are_read_off_by_every_method() {
        use ChainBreakMethod::{Discard, MajorityVote, MinimizeEnergy, WeightedRandom};
        for method in [MajorityVote, WeightedRandom, Discard, MinimizeEnergy] {
            let result = run(&[WHOLE], method);
            assert_eq!((result.samples, result.break_rates), (vec![vec![1, -1]], vec![0.0, 0.0]));
        }
    }

    #[test]
    fn broken_chains_are_counted_for_each_variable_and_each_read() {
        let result = run(&[WHOLE, BROKEN, BROKEN, WHOLE], ChainBreakMethod::Discard);
        assert_eq!(result.break_rates, [0.0, 0.5]);
        assert_eq!(result.chain_break_fractions, [0.0, 0.5, 0.5, 0.0]);
        assert_eq!(result.reads, [0, 3]);
    }

    #[test]
    fn the_majority_decides_and_energy_may_overrule_it() {
        assert_eq!(run(&[BROKEN], ChainBreakMethod::MajorityVote).samples, [[1, -1]]);
        assert_eq!(run(&[BROKEN], ChainBreakMethod::MinimizeEnergy).samples, [[1, 1]]);
    }

    #[test]
    fn only_the_chains_that_are_named_are_read() {
        let (bqm, embedded) = pair();
        // the chain of variable 1 is unbroken and down, but ignored: it follows variable 0
        let result = unembed_only(&embedded, &bqm, [WHOLE.as_slice(), BROKEN.as_slice()], &[0], 1);
        assert_eq!((result.samples, result.break_rates), (vec![vec![1, 1]; 2], vec![0.0, 0.0]));
        let result = unembed_only(&embedded, &bqm, [WHOLE.as_slice(), BROKEN.as_slice()], &[1], 1);
        assert_eq!((result.samples, result.break_rates), (vec![vec![-1, -1]; 2], vec![0.0, 0.5]));
        assert_eq!(result.chain_break_fractions, [0.0, 1.0]);
    }

    #[test]
    fn shares_of_qubits_are_probabilities() {
        let result = run(&[BROKEN; 3000], ChainBreakMethod::WeightedRandom);
        let up = result.samples.iter().filter(|sample| sample[1] == 1).count();
        // a third of 3,000, five standard deviations
        assert!(up.abs_diff(1000) < 130, "{up}");
    }

    #[test]
    fn ties_are_fair() {
        let bqm = BqmBuilder::new(Vartype::Spin, 1).build().unwrap();
        let chip = Chip::from_graph("pair", Graph::from_edges(2, [(0, 1)]).unwrap());
        let embedding = Embedding::new(vec![vec![0, 1]], &interaction_graph(&bqm), &chip).unwrap();
        let embedded = Embedded::new(&bqm, &embedding, &chip, &ChainStrength::default()).unwrap();
        let result = unembed(&embedded, &bqm, vec![[1i8, -1].as_slice(); 3000], ChainBreakMethod::MajorityVote, 1);
        let up = result.samples.iter().filter(|sample| sample[0] == 1).count();
        assert!(up.abs_diff(1500) < 140, "{up}");
    }
}
