//! Flips of all members of a cluster at once, after a sweep of single flips.

use super::acceptance::Acceptance;
use super::lanes::{Couplings, LANES, State, gather, spread};
use super::number::Number;
use super::random::Random;
use super::wide::{draw, minus_ln};
use crate::sampler::clusters::Clusters;
use crate::sampler::isa::dispatch;

dispatch! {
    pub(super) fn flip_bytes(acceptance: &Acceptance, clusters: &Clusters, couplings: &Couplings<i8>, state: &mut State<i8>, random: &mut Random) = flip
}
dispatch! {
    pub(super) fn flip_integers(acceptance: &Acceptance, clusters: &Clusters, couplings: &Couplings<i16>, state: &mut State<i16>, random: &mut Random) = flip
}
dispatch! {
    pub(super) fn flip_singles(acceptance: &Acceptance, clusters: &Clusters, couplings: &Couplings<f32>, state: &mut State<f32>, random: &mut Random) = flip
}
dispatch! {
    pub(super) fn flip_doubles(acceptance: &Acceptance, clusters: &Clusters, couplings: &Couplings<f64>, state: &mut State<f64>, random: &mut Random) = flip
}

/// Offers every cluster in every lane a flip of all its members, by Metropolis' rule.
///
/// With `b = sum_i s_i f_i - 2 sum_ij J_ij s_i s_j` over members and bonds, the energy between a cluster and the rest, the flip costs
/// `-2 b` units of energy.
#[inline(always)]
fn flip<T: Number>(
    acceptance: &Acceptance,
    clusters: &Clusters,
    couplings: &Couplings<T>,
    state: &mut State<T>,
    random: &mut Random,
) {
    let reach = (0.5 / acceptance.beta).min(1e30);
    let least_if_free = if acceptance.beta > 0.0 { reach * FREE_FLIP } else { 0.0 };
    for (members, bonds) in clusters.iter() {
        let mut outer = [0f64; LANES];
        for &member in members {
            let up = spread(state.spins[member as usize]);
            let fields = &state.fields[member as usize].0;
            for lane in 0..LANES {
                let field = fields[lane].to_f64();
                outer[lane] += if up[lane] == 0 { -field } else { field };
            }
        }
        for &(first, second, twice) in bonds {
            let opposite = spread(state.spins[first as usize] ^ state.spins[second as usize]);
            for lane in 0..LANES {
                outer[lane] -= if opposite[lane] == 0 { twice } else { -twice };
            }
        }
        let words = draw(random);
        let mut accepted = [0i8; LANES];
        for lane in 0..LANES {
            let least = if outer[lane] == 0.0 { least_if_free } else { 0.0 };
            accepted[lane] = i8::from(outer[lane] + reach * f64::from(minus_ln(words[lane])) >= least);
        }
        let accepted = gather(&accepted);
        if accepted == 0 {
            continue;
        }
        for &member in members {
            let member = member as usize;
            let bits = state.spins[member];
            state.spins[member] = bits ^ accepted;
            let (rising, falling) = (spread(accepted & !bits), spread(accepted & bits));
            let mut turns = [T::ZERO; LANES];
            for lane in 0..LANES {
                turns[lane] = T::from_i8(falling[lane] - rising[lane]);
            }
            for (neighbor, twice) in couplings.row(member) {
                for (field, turn) in state.fields[neighbor].0.iter_mut().zip(&turns) {
                    *field = field.plus(twice.times(*turn));
                }
            }
        }
    }
}

/// A flip that costs nothing is turned down when an exponential number is below this, once in 16 times: a cluster that is free
/// would otherwise flip in every sweep.
const FREE_FLIP: f64 = 0.064_538_521_137_571_17;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Bqm, BqmBuilder, Vartype};
    use crate::testing::{random_integers, random_reals};

    /// Chains of three, with couplings between them: strong chains of `-strength`.
    fn chains(strength: f64) -> Bqm {
        let mut builder = BqmBuilder::new(Vartype::Spin, 12);
        for chain in 0..4 {
            for link in 0..2 {
                builder.add_quadratic(3 * chain + link, 3 * chain + link + 1, -strength);
            }
        }
        for (first, second) in [(0, 3), (1, 7), (2, 9), (4, 6), (5, 10), (8, 11), (0, 8)] {
            builder.add_quadratic(first, second, 1.0);
        }
        builder.build().unwrap()
    }

    #[test]
    fn fields_and_spins_agree_after_flips() {
        use crate::sampler::annealing::order::VariableOrder;
        use crate::sampler::annealing::problem::{Problem, Scaling};
        fn check<T: Number>(bqm: &Bqm) {
            let problem = Problem::<T>::new(bqm, Scaling::new(bqm, 1.0), VariableOrder::Index, true);
            let mut block = crate::sampler::annealing::block::Block::new(&problem, 1, 0);
            let rules = std::iter::repeat_n(
                Acceptance { criteria: super::super::ProposalAcceptanceCriteria::Metropolis, beta: 0.3 },
                20,
            );
            block.sweep(&problem, crate::sampler::isa::Isa::detect(), rules, &|| false);
            block.assert_fields(&problem);
        }
        check::<i8>(&chains(4.0));
        check::<i16>(&chains(500.0));
        check::<i8>(&random_integers(Vartype::Spin, 30, 3, 5, 1));
        check::<f64>(&random_reals(Vartype::Spin, 30, 3, 1));
    }
}
