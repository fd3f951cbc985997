//! Members, and which of them a child replaces.

/// Spins and their energy.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    pub(super) spins: Vec<i8>,
    pub(super) energy: f64,
}

/// A population of at least one member.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Population {
    /// Whether a sample and its complement count as one.
    is_symmetric: bool,
    members: Vec<Member>,
}

impl Population {
    pub(super) fn new(members: Vec<Member>, is_symmetric: bool) -> Self {
        debug_assert!(!members.is_empty());
        Self { is_symmetric, members }
    }

    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    /// The member of least energy, the first among equals.
    pub(super) fn best(&self) -> &Member {
        self.members.iter().min_by(|one, other| one.energy.total_cmp(&other.energy)).expect("there is a member")
    }

    /// Puts `child` in the place of the nearest of its parents if it has less energy and is no member yet.
    pub(super) fn replace(&mut self, child: Member, parents: &[usize]) {
        let nearest = parents.iter().min_by_key(|&&parent| self.distance(&self.members[parent], &child));
        let place = *nearest.expect("a child has parents");
        let is_known = self.members.iter().any(|member| self.distance(member, &child) == 0);
        if child.energy < self.members[place].energy && !is_known {
            self.members[place] = child;
        }
    }

    /// Puts `champion` in the place of the worst member, unless one is as good.
    pub(super) fn keep(&mut self, champion: Member) {
        if champion.energy < self.best().energy {
            let worst = self.members.iter_mut().max_by(|one, other| one.energy.total_cmp(&other.energy));
            *worst.expect("there is a member") = champion;
        }
    }

    fn distance(&self, one: &Member, other: &Member) -> usize {
        let differences = one.spins.iter().zip(&other.spins).filter(|(one, other)| one != other).count();
        if self.is_symmetric { differences.min(one.spins.len() - differences) } else { differences }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(spins: [i8; 4], energy: f64) -> Member {
        Member { spins: spins.to_vec(), energy }
    }

    #[test]
    fn a_child_takes_the_place_of_its_nearest_parent_if_it_is_better_and_new() {
        let members = vec![member([1, 1, 1, 1], 3.0), member([1, 1, -1, -1], 1.0), member([1, -1, 1, -1], 4.0)];
        let mut population = Population::new(members, true);
        // the complement of the first but for one place
        let child = member([-1, -1, -1, 1], 2.0);
        population.replace(child.clone(), &[0, 1]);
        assert_eq!(population.members()[0], child);
        let before = population.clone();
        population.replace(child, &[2]);
        population.replace(member([1, 1, 1, 1], 1.5), &[1]);
        assert_eq!(population, before, "one is a member, the other worse than its parent");
        assert_eq!(population.best().energy, 1.0);
        population.keep(member([1, 1, 1, 1], 0.5));
        assert_eq!((population.best().energy, population.members().len()), (0.5, 3));
        assert!(population.members().iter().all(|member| member.energy < 4.0));
    }
}
