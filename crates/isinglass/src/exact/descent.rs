//! A good committee to begin with: exchange one member at a time for the best one.

use super::committee::{Committee, Problem};
use isinglass_qubo::rng;
use isinglass_qubo::sampler::RunControl;
use rand_core::Rng;
use rayon::prelude::*;

/// Random committees that the descent starts from.
const NUM_STARTS: u64 = 16;

impl Problem<'_> {
    /// The best of several descents; the first of equally good ones.
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
            match self.best_last(&part, 0..self.candidates.len() as u32, committee.cost) {
                Some((index, cost)) => {
                    committee.cost = cost;
                    committee.members[member] = index;
                    unchanged = 0;
                }
                None => unchanged += 1,
            }
            if unchanged >= self.num_hidden || control.should_stop(None).is_some() {
                break;
            }
        }
        committee.members.sort_unstable();
        committee
    }
}
