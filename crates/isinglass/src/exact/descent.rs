//! Initial committee for the search, by exchanging one member at a time.

use super::committee::{Committee, Part, Problem};
use isinglass_qubo::rng;
use isinglass_qubo::sampler::RunControl;
use rand_core::Rng;
use rayon::prelude::*;

/// Words of candidates compared between two checks of the stop condition: about a millisecond.
const WORDS_PER_CHECK: usize = 1 << 20;

/// Random committees that the descent starts from.
const NUM_STARTS: u64 = 16;

impl Problem<'_> {
    /// The best result of several descents; ties go to the first.
    pub(super) fn descend(&self, control: &RunControl<'_>) -> Committee {
        let descents = (0..NUM_STARTS).into_par_iter().map(|start| (self.descend_once(start, control), start));
        let best = descents.min_by_key(|(committee, start)| (committee.cost, *start));
        best.expect("there is more than one start").0
    }

    /// Descends from random committee number `start` until no exchange of one member helps.
    fn descend_once(&self, start: u64, control: &RunControl<'_>) -> Committee {
        let mut stream = rng::stream(0, start);
        let num_candidates = self.candidates.len() as u64;
        let members: Vec<u32> =
            (0..self.num_hidden).map(|_| (((stream.next_u64() >> 32) * num_candidates) >> 32) as u32).collect();
        let mut committee = Committee { cost: u32::MAX, members };
        let mut unchanged = 0;
        for member in (0..self.num_hidden).cycle() {
            let mut part = self.root.clone();
            for (other, &index) in committee.members.iter().enumerate() {
                if other != member {
                    part = part.extend(self.candidates.misses(index), self.costs);
                }
            }
            let (best, is_stopped) = self.best_of_all(&part, committee.cost, control);
            match best {
                Some((index, cost)) => {
                    committee.cost = cost;
                    committee.members[member] = index;
                    unchanged = 0;
                }
                None => unchanged += 1,
            }
            if unchanged >= self.num_hidden || is_stopped {
                break;
            }
        }
        if committee.cost == u32::MAX {
            // stopped before any exchange
            let whole = committee
                .members
                .iter()
                .fold(self.root.clone(), |part, &index| part.extend(self.candidates.misses(index), self.costs));
            committee.cost = whole.lost;
        }
        committee.members.sort_unstable();
        committee
    }

    /// The best last member for `part` among all candidates, if the committee then costs less than `limit`, and whether the search
    /// for it was stopped.
    fn best_of_all(&self, part: &Part, limit: u32, control: &RunControl<'_>) -> (Option<(u32, u32)>, bool) {
        let total = self.candidates.len() as u32;
        let piece = (WORDS_PER_CHECK / self.costs.num_groups().div_ceil(64).max(1)).max(1);
        let (mut best, mut limit) = (None, limit);
        for start in (0..total).step_by(piece) {
            let end = total.min(start.saturating_add(piece as u32));
            if let Some((index, cost)) = self.best_last(part, start..end, limit) {
                (best, limit) = (Some((index, cost)), cost);
            }
            if control.should_stop(None).is_some() {
                return (best, true);
            }
        }
        (best, false)
    }
}
