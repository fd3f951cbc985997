//! The best samples so far.

use crate::model::{Bqm, Vartype};
use std::sync::Arc;

/// Samples that are kept: as many as an anneal of a block makes.
const CAPACITY: usize = 64;

/// Entries of all samples together, above which fewer are kept.
const MOST_ENTRIES: usize = 1 << 26;

/// A sample over spins with its energy.
pub(super) type Member = (f64, Arc<[i8]>);

/// Distinct samples, best first.
pub(super) struct Elite {
    /// Whether a sample and its complement count as one.
    is_symmetric: bool,
    capacity: usize,
    members: Vec<Member>,
}

impl Elite {
    pub(super) fn new(spin: &Bqm) -> Self {
        let is_symmetric = spin.linear().iter().all(|&bias| bias == 0.0);
        let capacity = (MOST_ENTRIES / spin.num_variables().max(1)).clamp(2, CAPACITY);
        Self { is_symmetric, capacity, members: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    pub(super) fn best_energy(&self) -> Option<f64> {
        self.members.first().map(|(energy, _)| *energy)
    }

    /// Takes samples in that are new and good enough; returns whether one is better than all before.
    pub(super) fn enter(&mut self, samples: Vec<(f64, Vec<i8>)>) -> bool {
        let before = self.best_energy().unwrap_or(f64::INFINITY);
        for (energy, sample) in samples {
            let place = self.members.partition_point(|(known, _)| *known < energy);
            let is_known = self.members[place..].iter().take_while(|(known, _)| *known == energy);
            if place < self.capacity && !is_known.clone().any(|(_, known)| self.is_same(known, &sample)) {
                self.members.insert(place, (energy, sample.into()));
                self.members.truncate(self.capacity);
            }
        }
        self.best_energy().is_some_and(|best| best < before)
    }

    fn is_same(&self, one: &[i8], other: &[i8]) -> bool {
        one == other || self.is_symmetric && one.iter().zip(other).all(|(one, other)| *one == -other)
    }

    /// All of them.
    pub(super) fn members(&self) -> Vec<Member> {
        self.members.clone()
    }

    /// The best ones in values of a vartype.
    pub(super) fn samples(&self, most: usize, vartype: Vartype) -> Vec<Vec<i8>> {
        let [low, high] = vartype.values();
        let sample = |(_, spins): &Member| spins.iter().map(|&spin| if spin > 0 { high } else { low }).collect();
        self.members.iter().take(most).map(sample).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BqmBuilder;

    fn elite(linear: f64) -> Elite {
        let mut builder = BqmBuilder::new(Vartype::Spin, 3);
        builder.add_linear(0, linear);
        builder.add_quadratic(0, 1, 1.0);
        Elite::new(&builder.build().unwrap())
    }

    #[test]
    fn the_best_samples_come_first_and_complements_count_once() {
        for (linear, expected) in [(0.0, 2), (1.0, 3)] {
            let mut elite = elite(linear);
            assert!(elite.enter(vec![(1.0, vec![1, 1, 1]), (1.0, vec![-1, -1, -1]), (1.0, vec![1, 1, 1])]));
            assert!(elite.enter(vec![(-1.0, vec![1, -1, 1])]));
            assert!(!elite.enter(vec![(-1.0, vec![1, -1, 1])]));
            assert_eq!((elite.len(), elite.best_energy()), (expected, Some(-1.0)));
            assert_eq!(elite.samples(1, Vartype::Binary), [[1, 0, 1]]);
        }
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let mut elite = Elite::new(&BqmBuilder::new(Vartype::Spin, 7).build().unwrap());
        for number in 0..100u8 {
            let sample = (0..7).map(|bit| if number >> bit & 1 == 1 { 1 } else { -1 }).collect();
            elite.enter(vec![(f64::from(100 - number), sample)]);
        }
        assert_eq!((elite.len(), elite.best_energy()), (CAPACITY, Some(1.0)));
    }
}
