//! The best local minima of one read, and new starts from them.

use super::below;
use super::problem::Number;
use crate::rng::Stream;
use rand_core::Rng;

/// Members that are kept. `tabu` finds the minima of the published formulations soonest with 6 to 10.
const CAPACITY: usize = 8;

/// After so many newcomers in a row that were no better than the worst member, or known, the population has converged.
const REJECTIONS: u32 = 20;

/// Local minima, best first, no two of them equal; begun afresh when nothing new comes in any more.
#[derive(Clone, Debug)]
pub(super) struct Population<T> {
    /// Whether a sample and its complement count as one.
    is_symmetric: bool,
    members: Vec<(f64, Vec<T>)>,
    rejections: u32,
    /// The best of all populations so far.
    champion: Option<(f64, Vec<T>)>,
}

impl<T: Number> Population<T> {
    pub(super) fn new(is_symmetric: bool) -> Self {
        Self { is_symmetric, members: Vec::new(), rejections: 0, champion: None }
    }

    /// Takes a local minimum in, if it is new and good enough.
    pub(super) fn enter(&mut self, spins: &[T], energy: f64) {
        if self.champion.as_ref().is_none_or(|(best, _)| energy < *best) {
            self.champion = Some((energy, spins.to_vec()));
        }
        let is_known = self.members.iter().any(|(known, member)| *known == energy && self.is_same(member, spins));
        let place = self.members.partition_point(|(known, _)| *known <= energy);
        if is_known || place == CAPACITY {
            self.rejections += 1;
            return;
        }
        self.rejections = 0;
        self.members.truncate(CAPACITY - 1);
        self.members.insert(place, (energy, spins.to_vec()));
    }

    fn is_same(&self, one: &[T], other: &[T]) -> bool {
        let differences = distance(one, other);
        differences == 0 || self.is_symmetric && differences == one.len()
    }

    /// The best local minimum of all that came, once one has.
    pub(super) fn champion(&self) -> Option<&[T]> {
        self.champion.as_ref().map(|(_, spins)| spins.as_slice())
    }

    /// Where to search next: `None` for a random start, while there are too few members, or a child of two of them.
    ///
    /// It has what its parents agree on, and each other spin from either of them with equal probability; where a sample
    /// is as good as its complement, the parents are first turned so that they agree on at least half.
    pub(super) fn child(&mut self, stream: &mut Stream) -> Option<Vec<T>> {
        if self.rejections >= REJECTIONS {
            self.members.clear();
            self.rejections = 0;
        }
        if self.members.len() < CAPACITY {
            return None;
        }
        let first = below(stream, CAPACITY);
        let second = (first + 1 + below(stream, CAPACITY - 1)) % CAPACITY;
        let (first, second) = (&self.members[first].1, &self.members[second].1);
        let turned = self.is_symmetric && 2 * distance(first, second) > first.len();
        let inherit = |(&one, &other): (&T, &T)| {
            let other = if turned { -other } else { other };
            if one == other || stream.next_u64() >> 63 == 0 { one } else { other }
        };
        Some(first.iter().zip(second).map(inherit).collect())
    }
}

fn distance<T: Number>(one: &[T], other: &[T]) -> usize {
    one.iter().zip(other).filter(|(one, other)| one != other).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    fn spins(bits: u32) -> Vec<i32> {
        (0..32).map(|bit| if bits >> bit & 1 == 1 { 1 } else { -1 }).collect()
    }

    #[test]
    fn known_minima_and_complements_count_once() {
        for (is_symmetric, expected) in [(true, 1), (false, 2)] {
            let mut population = Population::new(is_symmetric);
            for bits in [0x0f0f, 0x0f0f, !0x0f0f] {
                population.enter(&spins(bits), -3.0);
            }
            assert_eq!(population.members.len(), expected);
        }
    }

    #[test]
    fn the_worst_member_makes_room_and_the_champion_outlives_its_population() {
        let mut population = Population::new(false);
        for bits in 0..20 {
            population.enter(&spins(bits), f64::from((bits + 7) % 20));
        }
        let energies: Vec<f64> = population.members.iter().map(|member| member.0).collect();
        assert_eq!(energies, (0..CAPACITY).map(|energy| energy as f64).collect::<Vec<_>>());
        for _ in 0..REJECTIONS {
            population.enter(&spins(13), 0.0);
        }
        assert_eq!(population.child(&mut stream(0, 0)), None);
        population.enter(&spins(1), 5.0);
        assert_eq!(population.champion(), Some(spins(13).as_slice()));
    }

    #[test]
    fn a_child_has_what_its_parents_agree_on() {
        let mut population = Population::new(true);
        // seven bits that all members share, up to complement
        for bits in 0..CAPACITY as u32 {
            let member = spins(0x5500_0000 | (bits * 0x1111));
            population.enter(&if bits % 2 == 0 { member } else { member.iter().map(|spin| -spin).collect() }, -1.0);
        }
        for seed in 0..50 {
            let child = population.child(&mut stream(seed, 0)).unwrap();
            let expected = spins(0x5500_0000);
            let agree = (16..32).filter(|&bit| child[bit] == expected[bit]).count();
            assert!(agree == 16 || agree == 0, "{child:?}");
        }
    }
}
