//! Committees of hidden neurons: the state of a partial committee, and a lower bound on its cost.

use super::candidates::Candidates;
use super::cost::Costs;
use crate::bits::BitMatrix;

/// A committee: a multiset of candidates, and the groups' cost that its output misses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Committee {
    pub(super) cost: u32,
    pub(super) members: Vec<u32>,
}

/// The search for the best committee of `num_hidden` candidates under one choice of the output's bias.
pub(super) struct Problem<'a> {
    pub(super) candidates: &'a Candidates,
    pub(super) costs: &'a Costs,
    pub(super) num_hidden: usize,
    pub(super) root: Part,
}

/// The open groups of a partial committee.
///
/// Level `b` holds the groups that bear `b` more members against them and are lost with the next. Groups that can no longer
/// be lost, and those that are lost already, are in no level.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    levels: Vec<u64>,
    num_words: usize,
    /// Cost of the groups that are lost whatever comes.
    pub(super) lost: u32,
    /// Members still to choose.
    pub(super) remaining: usize,
}

impl Part {
    /// The empty part: group `g` bears `tolerance(target bit of g)` members against it.
    pub(super) fn empty(
        targets: &BitMatrix,
        costs: &Costs,
        num_hidden: usize,
        tolerance: impl Fn(bool) -> i64,
    ) -> Self {
        let num_words = targets.num_rows().div_ceil(64);
        let highest = tolerance(false).max(tolerance(true)).clamp(0, num_hidden as i64 - 1) as usize;
        let mut part = Self { levels: vec![0; (highest + 1) * num_words], num_words, lost: 0, remaining: num_hidden };
        for group in 0..targets.num_rows() {
            match usize::try_from(tolerance(targets.get(group, 0))) {
                Err(_) => part.lost += costs.of_group(group),
                Ok(level) if level <= highest => part.levels[level * num_words + group / 64] |= 1 << (group % 64),
                Ok(_) => {}
            }
        }
        part
    }

    /// The groups that the next member to miss them loses.
    #[inline]
    pub(super) fn critical(&self) -> &[u64] {
        &self.levels[..self.num_words]
    }

    /// Writes to `next` the open groups after one more member, which misses the groups `missed`.
    pub(super) fn extend_into(&self, next: &mut Self, missed: &[u64], costs: &Costs) {
        let words = self.num_words;
        next.num_words = words;
        next.remaining = self.remaining - 1;
        next.lost = self.lost + costs.weigh_both(self.critical(), missed);
        next.levels.clear();
        next.levels.resize(self.levels.len(), 0);
        for (index, level) in next.levels.iter_mut().enumerate() {
            let missed = missed[index % words];
            let above = self.levels.get(index + words).copied().unwrap_or(0);
            *level = self.levels[index] & !missed | above & missed;
        }
    }

    /// The open groups after one more member.
    pub(super) fn extend(&self, missed: &[u64], costs: &Costs) -> Self {
        let mut next = Self::default();
        self.extend_into(&mut next, missed, costs);
        next
    }

    /// The relation between the cost of the members to come and what they lose.
    ///
    /// Let each of the `r` members to come miss groups of cost `m` or more, `r m` in all. A group of level `b < r` takes `b`
    /// misses for nothing and at most `r` if it is lost; every other group takes at most `r`. So `r m <= room + depth * loss`.
    pub(super) fn room(&self, costs: &Costs) -> (u64, u64) {
        let remaining = self.remaining as u64;
        let (mut room, mut depth) = (remaining * u64::from(costs.total()), 0);
        if self.num_words > 0 {
            for (level, groups) in (0..remaining).zip(self.levels.chunks_exact(self.num_words)) {
                let cost = u64::from(costs.weigh(groups));
                if cost > 0 {
                    room -= cost * (remaining - level);
                    depth = depth.max(remaining - level);
                }
            }
        }
        (room, depth)
    }

    /// A lower bound on the cost of a committee whose remaining members each cost `least` or more.
    pub(super) fn bound(&self, costs: &Costs, least: u32) -> u32 {
        let (room, depth) = self.room(costs);
        let excess = (self.remaining as u64 * u64::from(least)).saturating_sub(room);
        // A depth of nothing means that nothing can be lost any more: the members fit into the room.
        self.lost + u32::try_from(excess.div_ceil(depth.max(1))).expect("groups in levels cost less than all groups")
    }

    /// Calls `visit` with each group that the members to come can still lose, and with the misses that it bears.
    pub(super) fn for_each_open(&self, mut visit: impl FnMut(usize, usize)) {
        if self.num_words == 0 {
            return;
        }
        for (level, groups) in (0..self.remaining).zip(self.levels.chunks_exact(self.num_words)) {
            for (word, &bits) in groups.iter().enumerate() {
                let mut bits = bits;
                while bits != 0 {
                    visit(word * 64 + bits.trailing_zeros() as usize, level);
                    bits &= bits - 1;
                }
            }
        }
    }
}

impl Problem<'_> {
    /// The best last member for `part` among some candidates, and the committee's cost, if that is below `limit`.
    pub(super) fn best_last(
        &self,
        part: &Part,
        among: impl Iterator<Item = u32>,
        mut limit: u32,
    ) -> Option<(u32, u32)> {
        debug_assert_eq!(part.remaining, 1);
        let mut best = None;
        for index in among {
            let Some(spare) = limit.checked_sub(part.lost) else { break };
            if let Some(cost) = self.costs.weigh_both_below(part.critical(), self.candidates.misses(index), spare) {
                limit = part.lost + cost;
                best = Some((index, limit));
            }
        }
        best
    }
}
