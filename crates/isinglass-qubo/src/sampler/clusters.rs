//! Variables that only move together: chains, and whatever else is coupled much more strongly than to the rest.
//!
//! Where a problem was embedded on hardware, a logical variable is a chain of physical ones, and every path of single flips from
//! one value of the chain to the other breaks it on the way. Samplers offer each cluster a flip of all its members.

use super::SampleError;
use crate::model::Bqm;
use std::collections::BTreeMap;

/// Which variables a sampler moves together, besides one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ClusterMoves {
    /// None.
    #[default]
    None,
    /// Those that couplings far stronger than the others hold together: chains of embedded problems, as a rule.
    Strong,
    /// These sets of variables, such as the chains of an embedding. Sets may overlap; one variable alone is no set.
    Sets(Vec<Vec<u32>>),
}

/// A part with more couplings of a class to the outside is not bound by them: chains are paths and trees.
const MAX_STRONG: usize = 3;

/// Classes of couplings that are looked at, each half as strong as the one before: a millionth of the strongest at the end.
const MAX_CLASSES: usize = 20;

impl ClusterMoves {
    /// [`Strong`](Self::Strong) as the sets that it stands for in a model over spins; the others as they are.
    ///
    /// # Examples
    /// ```
    /// use isinglass_qubo::{BqmBuilder, Vartype, sampler::ClusterMoves};
    /// // two chains of two, and a weak coupling between them
    /// let mut builder = BqmBuilder::new(Vartype::Spin, 4);
    /// builder.add_quadratic(0, 1, -8.0);
    /// builder.add_quadratic(2, 3, -8.0);
    /// builder.add_quadratic(1, 2, 1.0);
    /// let ClusterMoves::Sets(sets) = ClusterMoves::Strong.resolved(&builder.build()?) else { unreachable!() };
    /// assert_eq!(sets[..2], [[0, 1], [2, 3]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn resolved(&self, spin: &Bqm) -> Self {
        match self {
            Self::Strong => Self::Sets(Clusters::find(spin, 1.0).sets()),
            other => other.clone(),
        }
    }
}

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
    /// The clusters that `moves` asks for.
    ///
    /// # Errors
    /// [`SampleError::Parameter`] for a set with a variable that the model does not have, or with one twice.
    pub(in crate::sampler) fn new(spin: &Bqm, unit: f64, moves: &ClusterMoves) -> Result<Self, SampleError> {
        match moves {
            ClusterMoves::None => Ok(Self::default()),
            ClusterMoves::Strong => Ok(Self::find(spin, unit)),
            ClusterMoves::Sets(sets) => Self::of_sets(spin, unit, sets),
        }
    }

    fn of_sets(spin: &Bqm, unit: f64, sets: &[Vec<u32>]) -> Result<Self, SampleError> {
        let mut clusters = Self::default();
        // the last set that a variable was met in
        let mut met = vec![usize::MAX; spin.num_variables()];
        for (index, set) in sets.iter().enumerate() {
            for &variable in set {
                let refused =
                    |allowed| SampleError::Parameter { name: "cluster_moves", value: variable.into(), allowed };
                match met.get_mut(variable as usize) {
                    None => return Err(refused("sets of variables of the problem")),
                    Some(set) if *set == index => return Err(refused("sets that have no variable twice")),
                    Some(set) => *set = index,
                }
            }
            if set.len() > 1 {
                clusters.push(spin, unit, set.clone(), |other| met[other as usize] == index);
            }
        }
        Ok(clusters)
    }

    /// The members of each.
    fn sets(&self) -> Vec<Vec<u32>> {
        self.iter().map(|(members, _)| members.to_vec()).collect()
    }

    /// The clusters of an Ising model.
    ///
    /// Couplings are sorted into classes, each with the strongest left and all that are at least half as strong. A coupling of
    /// the class binds the parts at its ends (variables at first) if for both of them it is as strong as all couplings of
    /// other classes that leave the part, added up, and at most three couplings of the class leave the part. Parts that are
    /// bound become one part for the next class, and a cluster.
    pub(in crate::sampler) fn find(spin: &Bqm, unit: f64) -> Self {
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
    pub(in crate::sampler) fn are_in(spin: &Bqm) -> bool {
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
            self.push(spin, unit, members, |other| parts.of(other) == part);
        }
    }

    /// Adds one cluster.
    fn push(&mut self, spin: &Bqm, unit: f64, members: Vec<u32>, mut is_member: impl FnMut(u32) -> bool) {
        for &variable in &members {
            let (neighbors, biases) = spin.neighborhood(variable as usize);
            for (&neighbor, &bias) in neighbors.iter().zip(biases) {
                if variable < neighbor && is_member(neighbor) {
                    self.bonds.push((variable, neighbor, 2.0 * bias / unit));
                }
            }
        }
        self.members.extend(members);
        self.ends.push((self.members.len(), self.bonds.len()));
    }

    /// Members and bonds of each cluster.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u32], &[(u32, u32, f64)])> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};
    use crate::testing::random_reals;

    fn sets(bqm: &Bqm) -> Vec<Vec<u32>> {
        Clusters::find(bqm, 1.0).sets()
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
    fn sets_that_are_given_are_taken_as_they_are_and_checked() {
        let sets = |sets: &[&[u32]]| {
            let sets = sets.iter().map(|set| set.to_vec()).collect();
            Clusters::new(&chains(4.0), 1.0, &ClusterMoves::Sets(sets)).map(|clusters| {
                clusters.iter().map(|(members, bonds)| (members.to_vec(), bonds.to_vec())).collect::<Vec<_>>()
            })
        };
        let found = sets(&[&[1, 0], &[5], &[4, 0]]).unwrap();
        assert_eq!(found, [(vec![1, 0], vec![(0, 1, -8.0)]), (vec![4, 0], vec![])]);
        insta::assert_snapshot!(sets(&[&[1, 12]]).unwrap_err(), @"cluster_moves is 12, but must be sets of variables of the problem");
        insta::assert_snapshot!(sets(&[&[1, 2], &[3, 3]]).unwrap_err(), @"cluster_moves is 3, but must be sets that have no variable twice");
    }
}
