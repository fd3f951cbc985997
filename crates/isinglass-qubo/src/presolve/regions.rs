//! Small sets of variables, searched whole for every state of what surrounds them.

use super::statistics::Statistics;
use super::units::Units;
use super::work::Work;

/// Each coupling is sorted twice and copied, with numbers of 128 bits.
const EFFORT_PER_COUPLING: u64 = 64;

/// A set of variables, and the surrounding ones that interact with it.
struct Region {
    /// Bits from 0 on.
    inside: Vec<u32>,
    groups: Vec<Group>,
}

/// Surrounding variables that the inside sees alike, so that only the number of ones among them matters.
struct Group {
    /// The coupling of each with each variable inside.
    column: Vec<Units>,
    members: Vec<u32>,
}

/// What can be said of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    Fixed(u32, bool),
    Merged(u32, u32, bool),
}

/// Fixes a variable of the region around `variable`, or merges two, if for every state of the surrounding variables some state of
/// least energy of those inside agrees.
///
/// Proof: in any optimum the inside can be exchanged for such a state without raising the energy, since the rest sees the
/// inside only through the surrounding variables. What holds in a region holds in every larger one, so only the largest is
/// searched: it grows by the surrounding variable of the strongest couplings with it (the first among equals) that leaves at most
/// `2^size` states to be searched. Surrounding variables with equal couplings count together. With `strong_only` all states
/// of least energy must agree, and then all optima do.
///
/// A gate written as a penalty, such as `p = w`, is often kept by all optima although no row by itself shows it: breaking it
/// can pay for one variable, but not once the few gates fed by `p` have reacted.
///
/// # References
/// A. Shekhovtsov, *Maximum persistency in energy minimization*, CVPR (2014): improving mappings, of which this is a local case.
pub(super) fn search(
    work: &mut Work,
    variable: usize,
    size: usize,
    strong_only: bool,
    statistics: &mut Statistics,
) -> bool {
    let Some(region) = Region::around(work, variable, 1 << size) else { return false };
    match region.find(work, strong_only) {
        None => return false,
        Some(Finding::Fixed(variable, value)) => {
            work.fix(variable as usize, value);
            statistics.region_fixed += 1;
        }
        Some(Finding::Merged(first, second, opposite)) => {
            work.merge(first as usize, second as usize, opposite);
            *if opposite { &mut statistics.region_opposite } else { &mut statistics.region_equal } += 1;
        }
    }
    true
}

impl Region {
    /// The largest region from `variable` on, by the rule of [`search`]; `None` where it alone takes too many states.
    fn around(work: &mut Work, variable: usize, max_states: u64) -> Option<Self> {
        let mut region = Self::with(work, vec![variable as u32], max_states)?;
        loop {
            let strength = |column: &[Units]| column.iter().map(|bias| bias.abs()).sum::<Units>();
            let members = |group: &Group| {
                let strength = strength(&group.column);
                group.members.iter().map(|&member| (-strength, member)).collect::<Vec<_>>()
            };
            let mut candidates: Vec<(Units, u32)> = region.groups.iter().flat_map(members).collect();
            candidates.sort_unstable();
            let larger = candidates.into_iter().find_map(|(_, chosen)| {
                let inside = region.inside.iter().copied().chain([chosen]).collect();
                Self::with(work, inside, max_states)
            });
            let Some(larger) = larger else { return Some(region) };
            region = larger;
        }
    }

    /// The region with a given inside, if it takes at most `max_states` states.
    fn with(work: &mut Work, inside: Vec<u32>, max_states: u64) -> Option<Self> {
        let mut couplings: Vec<(u32, usize, Units)> = Vec::new();
        for (place, &own) in inside.iter().enumerate() {
            let row = work.row(own as usize);
            // even if all were alike
            if row.len() as u64 > max_states {
                return None;
            }
            let outside = row.iter().filter(|&&(other, _)| !inside.contains(&other));
            couplings.extend(outside.map(|&(other, bias)| (other, place, bias)));
        }
        work.effort += EFFORT_PER_COUPLING * couplings.len() as u64;
        couplings.sort_unstable();
        let mut columns: Vec<(Vec<Units>, u32)> = Vec::new();
        for same in couplings.chunk_by(|left, right| left.0 == right.0) {
            let mut column = vec![0; inside.len()];
            same.iter().for_each(|&(_, place, bias)| column[place] = bias);
            columns.push((column, same[0].0));
        }
        columns.sort_unstable();
        // those of the inside, times those of the surroundings that it can tell apart
        let mut num_states = 1u64 << inside.len();
        let mut groups = Vec::new();
        for alike in columns.chunk_by(|left, right| left.0 == right.0) {
            num_states = num_states.saturating_mul(alike.len() as u64 + 1);
            if num_states > max_states {
                return None;
            }
            let members = alike.iter().map(|&(_, member)| member).collect();
            groups.push(Group { column: alike[0].0.clone(), members });
        }
        // single ones first: they have bits
        groups.sort_by_key(|group| group.members.len());
        Some(Self { inside, groups })
    }

    /// Groups of one, which have bits above those of the inside.
    fn num_single(&self) -> usize {
        self.groups.partition_point(|group| group.members.len() == 1)
    }

    /// The first thing that holds, values before pairs.
    fn find(&self, work: &mut Work, strong_only: bool) -> Option<Finding> {
        let inside = self.inside.len();
        let states = 1usize << inside;
        let interior = self.interior_energies(work);
        let mut fields = vec![0 as Units; inside];
        let mut linear = vec![0 as Units; states];
        let mut claims = Claims::all(inside, inside + self.num_single());
        let mut counts = vec![0usize; self.groups.len()];
        loop {
            let mut least = interior[0];
            for state in 1..states {
                linear[state] = linear[state & (state - 1)] + fields[state.trailing_zeros() as usize];
                least = least.min(interior[state] + linear[state]);
            }
            let singles = counts[..self.num_single()].iter().rev().fold(0, |bits, count| bits << 1 | count);
            let best = (0..states).filter(|&state| interior[state] + linear[state] == least);
            claims.keep(best.map(|state| state | singles << inside), strong_only);
            work.effort += states as u64;
            if claims.none() || !self.count_up(&mut counts, &mut fields) {
                return claims.first(self);
            }
        }
    }

    /// The next numbers of ones in the groups and the fields that go with them; false after the last.
    fn count_up(&self, counts: &mut [usize], fields: &mut [Units]) -> bool {
        for (count, group) in counts.iter_mut().zip(&self.groups) {
            let step = if *count < group.members.len() { 1 } else { -(*count as Units) };
            fields.iter_mut().zip(&group.column).for_each(|(field, bias)| *field += step * bias);
            *count = (*count as Units + step) as usize;
            if step == 1 {
                return true;
            }
        }
        false
    }

    /// Energy by state of the inside, all surrounding variables being 0.
    fn interior_energies(&self, work: &Work) -> Vec<Units> {
        let mut energies = vec![0; 1 << self.inside.len()];
        for (place, &variable) in self.inside.iter().enumerate() {
            for state in 0..1usize << place {
                let row = work.row(variable as usize).iter();
                let coupled = row.filter(|&&(other, _)| {
                    self.inside[..place].iter().position(|&own| own == other).is_some_and(|own| state >> own & 1 == 1)
                });
                energies[state | 1 << place] =
                    energies[state] + work.linear(variable as usize) + coupled.map(|&(_, bias)| bias).sum::<Units>();
            }
        }
        energies
    }
}

/// What has held in every state of the surroundings so far. Masks have a bit for each variable inside and each surrounding one
/// that is alone in its group; of the others nothing is claimed.
struct Claims {
    ones: u32,
    zeros: u32,
    /// By inside variable, the variables that equal it and those that are opposite.
    equal: Vec<u32>,
    opposite: Vec<u32>,
}

impl Claims {
    fn all(inside: usize, size: usize) -> Self {
        let all = ((1u64 << size) - 1) as u32;
        let others: Vec<u32> = (0..inside).map(|own| all & !(1 << own)).collect();
        let own = ((1u64 << inside) - 1) as u32;
        Self { ones: own, zeros: own, equal: others.clone(), opposite: others }
    }

    /// Drops what the states of least energy under one state of the surroundings speak against.
    fn keep(&mut self, best: impl Iterator<Item = usize>, strong_only: bool) {
        if strong_only {
            for state in best {
                let state = state as u32;
                self.ones &= state;
                self.zeros &= !state;
                for own in 0..self.equal.len() {
                    let equal = if state >> own & 1 == 1 { state } else { !state };
                    self.equal[own] &= equal;
                    self.opposite[own] &= !equal;
                }
            }
            return;
        }
        let (mut ones, mut zeros) = (0, 0);
        let mut equal = [0u32; 32];
        let mut opposite = [0u32; 32];
        for state in best {
            let state = state as u32;
            ones |= state;
            zeros |= !state;
            for own in 0..self.equal.len() {
                let same = if state >> own & 1 == 1 { state } else { !state };
                equal[own] |= same;
                opposite[own] |= !same;
            }
        }
        self.ones &= ones;
        self.zeros &= zeros;
        for own in 0..self.equal.len() {
            self.equal[own] &= equal[own];
            self.opposite[own] &= opposite[own];
        }
    }

    fn none(&self) -> bool {
        self.ones == 0 && self.zeros == 0 && self.equal.iter().chain(&self.opposite).all(|&mask| mask == 0)
    }

    fn first(&self, region: &Region) -> Option<Finding> {
        let name = |bit: u32| {
            let bit = bit as usize;
            let inside = region.inside.len();
            if bit < inside { region.inside[bit] } else { region.groups[bit - inside].members[0] }
        };
        for (mask, value) in [(self.zeros, false), (self.ones, true)] {
            if mask != 0 {
                return Some(Finding::Fixed(name(mask.trailing_zeros()), value));
            }
        }
        for (masks, opposite) in [(&self.equal, false), (&self.opposite, true)] {
            if let Some(own) = masks.iter().position(|&mask| mask != 0) {
                return Some(Finding::Merged(region.inside[own], name(masks[own].trailing_zeros()), opposite));
            }
        }
        None
    }
}
