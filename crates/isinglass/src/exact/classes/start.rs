//! Initial network for the search, by local search.

use crate::evaluation::{Evaluation, SlicedGroups, Weight};
use crate::network::{Architecture, Network};
use crate::task::Groups;
use isinglass_qubo::rng;
use isinglass_qubo::sampler::RunControl;
use rand_core::Rng;
use rayon::prelude::*;

/// Random networks that a descent starts from.
const NUM_STARTS: u64 = 64;

/// The best of several descents by flips of single weights; the first of equally good ones.
pub(super) fn start(groups: &Groups, architecture: &Architecture, control: &RunControl<'_>) -> Network {
    let sliced = SlicedGroups::new(groups, architecture);
    let weights: Vec<Weight> = Weight::all(architecture).collect();
    let least_gain = 1e-12 * sliced.total_delta();
    let descend = |start: u64| {
        let mut stream = rng::stream(2, start);
        let network = Network::from_fn(architecture.clone(), |_, _, _| stream.next_u64() >> 63 == 1);
        let mut evaluation = Evaluation::new(&sliced, &network);
        let mut since_last = 0;
        for &weight in weights.iter().cycle() {
            if since_last >= weights.len() || control.should_stop(None).is_some() {
                break;
            }
            since_last += 1;
            if evaluation.change(weight) < -least_gain {
                evaluation.flip(weight);
                since_last = 0;
            }
        }
        (evaluation.loss(), start, evaluation.network())
    };
    let best = (0..NUM_STARTS)
        .into_par_iter()
        .map(descend)
        .min_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    best.expect("there is more than one start").2
}
