//! Flips of several variables at once: chains, and whatever else is coupled much more strongly than to the rest.
//!
//! Where a problem was embedded on hardware, a logical variable is a chain of physical ones, and every path of single flips from
//! one value of the chain to the other breaks it on the way. So after a sweep each cluster is offered a flip of all its members.

use super::acceptance::Acceptance;
use super::lanes::{Couplings, LANES, State, gather, spread};
use super::number::Number;
use super::random::Random;
use super::wide::{draw, minus_ln};
use crate::model::Bqm;
use crate::sampler::isa::dispatch;
use std::collections::BTreeMap;

/// A part with more couplings of a class to the outside is not bound by them: chains are paths and trees.
const MAX_STRONG: usize = 3;

/// Classes of couplings that are looked at, each half as strong as the one before: a millionth of the strongest at the end.
const MAX_CLASSES: usize = 20;

/// Sets of variables that are flipped as a whole, the most strongly coupled first; sets may contain each other.
#[derive(Default)]
pub(super) struct Clusters {
    members: Vec<u32>,
    /// Couplings within a cluster: both ends and twice the strength in units.
    bonds: Vec<(u32, u32, f64)>,
    /// Ends of each cluster in both lists.
    ends: Vec<(usize, usize)>,
}

/// A coupling that may hold a cluster together.
struct Bond {
    first: u32,
    second: u32,
    strength: f64,
}

impl Clusters {
    /// The clusters of an Ising model.
    ///
    /// Couplings are sorted into classes, each with the strongest left and all that are at least half as strong. A coupling of
    /// the class binds the parts at its ends (variables at first) if for both of them it is as strong as all couplings of
    /// other classes that leave the part, added up, and at most three couplings of the class leave the part. Parts that are
    /// bound become one part for the next class, and a cluster.
    pub(super) fn find(spin: &Bqm, unit: f64) -> Self {
        let bonds = spin.interactions().filter(|&(.., bias)| bias != 0.0);
        let mut bonds: Vec<Bond> = bonds
            .map(|(first, second, bias)| Bond { first: first as u32, second: second as u32, strength: bias.abs() })
            .collect();
        bonds.sort_by(|left, right| right.strength.total_cmp(&left.strength));
        let mut clusters = Self::default();
        let mut parts = Parts { parents: (0..spin.num_variables() as u32).collect() };
        let mut begin = 0;
        for _ in 0..MAX_CLASSES {
            let Some(strongest) = bonds.get(begin) else { break };
            let end = begin + bonds[begin..].partition_point(|bond| bond.strength >= strongest.strength / 2.0);
            let bound = parts.bind(&bonds, begin..end);
            clusters.extend(spin, unit, &mut parts, &bound);
            begin = end;
        }
        clusters
    }

    /// Whether a model has any.
    pub(super) fn are_in(spin: &Bqm) -> bool {
        !Self::find(spin, 1.0).ends.is_empty()
    }

    /// Adds the parts that these variables are in.
    fn extend(&mut self, spin: &Bqm, unit: f64, parts: &mut Parts, bound: &[u32]) {
        let mut members = BTreeMap::new();
        for &variable in bound {
            members.entry(parts.of(variable)).or_insert_with(Vec::new);
        }
        if members.is_empty() {
            return;
        }
        for variable in 0..spin.num_variables() as u32 {
            if let Some(members) = members.get_mut(&parts.of(variable)) {
                members.push(variable);
            }
        }
        for (part, members) in members {
            for &variable in &members {
                let (neighbors, biases) = spin.neighborhood(variable as usize);
                for (&neighbor, &bias) in neighbors.iter().zip(biases) {
                    if variable < neighbor && parts.of(neighbor) == part {
                        self.bonds.push((variable, neighbor, 2.0 * bias / unit));
                    }
                }
            }
            self.members.extend(members);
            self.ends.push((self.members.len(), self.bonds.len()));
        }
    }

    /// Members and bonds of each cluster.
    fn iter(&self) -> impl Iterator<Item = (&[u32], &[(u32, u32, f64)])> {
        let mut begin = (0, 0);
        self.ends.iter().map(move |&end| {
            let cluster = (&self.members[begin.0..end.0], &self.bonds[begin.1..end.1]);
            begin = end;
            cluster
        })
    }
}

/// A partition of the variables as a forest.
struct Parts {
    parents: Vec<u32>,
}

impl Parts {
    fn of(&mut self, mut variable: u32) -> u32 {
        while self.parents[variable as usize] != variable {
            let above = self.parents[self.parents[variable as usize] as usize];
            self.parents[variable as usize] = above;
            variable = above;
        }
        variable
    }

    /// Joins the parts that bonds of a class bind, and returns a variable of each bond that does.
    fn bind(&mut self, bonds: &[Bond], class: std::ops::Range<usize>) -> Vec<u32> {
        let mut strong = vec![0usize; self.parents.len()];
        let mut other = vec![0.0f64; self.parents.len()];
        for (index, bond) in bonds.iter().enumerate() {
            let (first, second) = (self.of(bond.first), self.of(bond.second));
            if first != second {
                for part in [first, second] {
                    if class.contains(&index) {
                        strong[part as usize] += 1;
                    } else {
                        other[part as usize] += bond.strength;
                    }
                }
            }
        }
        let mut binding = Vec::new();
        for bond in &bonds[class] {
            let ends = [self.of(bond.first), self.of(bond.second)];
            let binds = |part: u32| strong[part as usize] <= MAX_STRONG && bond.strength >= other[part as usize];
            if ends[0] != ends[1] && ends.into_iter().all(binds) {
                binding.push(ends);
            }
        }
        for &[first, second] in &binding {
            let (first, second) = (self.of(first), self.of(second));
            self.parents[first.max(second) as usize] = first.min(second);
        }
        binding.into_iter().map(|[first, _]| first).collect()
    }
}

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
    use crate::model::{BqmBuilder, Vartype};
    use crate::testing::{random_integers, random_reals};

    fn sets(bqm: &Bqm) -> Vec<Vec<u32>> {
        Clusters::find(bqm, 1.0).iter().map(|(members, _)| members.to_vec()).collect()
    }

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
    fn chains_are_found_whatever_their_strength() {
        for strength in [4.0, 50.0, 1e6] {
            let sets = sets(&chains(strength));
            assert_eq!(sets[..4], [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]], "strength {strength}");
        }
    }

    #[test]
    fn equal_couplings_on_a_lattice_make_no_clusters() {
        let mut builder = BqmBuilder::new(Vartype::Spin, 64);
        for variable in 0..64 {
            builder.add_quadratic(variable, (variable + 1) % 64, 1.0);
            builder.add_quadratic(variable, (variable + 8) % 64, -1.0);
        }
        assert!(sets(&builder.build().unwrap()).is_empty());
    }

    #[test]
    fn random_couplings_make_few_clusters() {
        let bqm = random_reals(Vartype::Spin, 1000, 14, 1);
        assert!(sets(&bqm).iter().map(Vec::len).sum::<usize>() <= 10);
    }

    #[test]
    fn bonds_are_the_couplings_within_a_cluster() {
        let bqm = chains(50.0);
        for (members, bonds) in Clusters::find(&bqm, 0.5).iter().take(4) {
            assert_eq!(bonds, [(members[0], members[1], -200.0), (members[1], members[2], -200.0)]);
        }
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
            block.sweep(&problem, crate::sampler::isa::Isa::detect(), rules);
            block.assert_fields(&problem);
        }
        check::<i8>(&chains(4.0));
        check::<i16>(&chains(500.0));
        check::<i8>(&random_integers(Vartype::Spin, 30, 3, 5, 1));
        check::<f64>(&random_reals(Vartype::Spin, 30, 3, 1));
    }
}
