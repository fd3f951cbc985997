//! Local search in weight space: single-weight flips that lower the true loss.
//!
//! A sample of a QUBO is seldom a local minimum of the loss itself: its slack bits and activations hold its weights in place.
//! Once decoded, the weights are free of them.

use crate::evaluation::{Evaluation, Move, SlicedGroups, moves};
use crate::formulation::WeightTerms;
use crate::network::Network;
use isinglass_qubo::sampler::Isa;

/// Flips offered between two checks of the stop condition.
const FLIPS_BETWEEN_LOOKS: usize = 64;

/// The objective of the local search: `loss(w) + sum_w h_w b_w`.
#[derive(Clone, Copy)]
pub struct Descent<'a> {
    /// The task.
    pub groups: &'a SlicedGroups,
    /// Fixed weights, and linear terms on weight bits.
    pub terms: &'a WeightTerms,
    /// Polled periodically: whether to stop with the current result.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl std::fmt::Debug for Descent<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Descent").field("terms", &self.terms).finish_non_exhaustive()
    }
}

impl Descent<'_> {
    /// Flips single weights, cycling through layers, neurons and inputs, whenever that lowers the objective; ends when
    /// no flip does. The result is never worse than `network`.
    ///
    /// # Panics
    /// When groups and network differ in width.
    #[must_use]
    pub fn run(&self, network: &Network) -> Network {
        let moves = moves(network.architecture(), self.terms);
        let mut evaluation = Evaluation::new(self.groups, network);
        // an improvement below the rounding error does not count: otherwise flips could cycle
        let least_gain = 1e-12 * self.groups.total_delta();
        let mut since_last = 0;
        // a pass in pieces, so that each is compiled for the machine's vectors
        for offered in moves.chunks(FLIPS_BETWEEN_LOOKS).cycle() {
            if since_last >= moves.len() || (self.stop)() {
                break;
            }
            let last = offer(Isa::detect(), &mut evaluation, offered, least_gain);
            since_last = last.map_or(since_last + offered.len(), |last| offered.len() - 1 - last);
        }
        evaluation.network()
    }
}

isinglass_qubo::dispatch! {
    /// Flips what lowers the objective; returns the last one that did.
    fn offer(evaluation: &mut Evaluation<'_>, moves: &[Move], least_gain: f64) -> Option<usize> = offer_each
}

#[inline(always)]
fn offer_each(evaluation: &mut Evaluation<'_>, moves: &[Move], least_gain: f64) -> Option<usize> {
    let mut last = None;
    for (index, offer) in moves.iter().enumerate() {
        if evaluation.cost(offer) < -least_gain {
            evaluation.flip(offer.weight);
            last = Some(index);
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits::BitMatrix;
    use crate::network::Architecture;
    use crate::task::{Merge, Task};
    use isinglass_qubo::rng::stream;
    use rand_core::Rng;

    #[test]
    fn descent_ends_where_no_single_flip_lowers_the_loss() {
        for (seed, (widths, bias)) in
            [(&[4, 3, 1][..], false), (&[3, 2, 2], true), (&[9, 8, 2, 3], false), (&[5, 1], true)]
                .into_iter()
                .enumerate()
        {
            let architecture = Architecture::new(widths.to_vec(), bias).unwrap();
            let mut stream = stream(seed as u64, 8);
            let mut coin = || stream.next_u64() >> 63 == 1;
            let inputs = BitMatrix::from_fn(90, architecture.num_inputs(), |_, _| coin());
            let targets = BitMatrix::from_fn(90, architecture.num_outputs(), |_, _| coin());
            let groups = Task::new(inputs, targets).unwrap().group(Merge::Equal);
            let network = Network::from_fn(architecture.clone(), |_, _, _| coin());
            let loss = |network: &Network| groups.loss(&network.infer(&groups.inputs));
            let sliced = SlicedGroups::new(&groups, &architecture);
            let descent = Descent { groups: &sliced, terms: &WeightTerms::default(), stop: &|| false };
            let end = descent.run(&network);
            assert!(loss(&end) <= loss(&network));
            for layer in 0..architecture.num_layers() {
                for neuron in 0..architecture.width(layer + 1) {
                    for input in 0..architecture.fan_in(layer) {
                        let mut neighbor = end.clone();
                        neighbor.set_weight(layer, neuron, input, !end.weight(layer, neuron, input));
                        assert!(loss(&neighbor) >= loss(&end), "{architecture}: ({layer}, {neuron}, {input})");
                    }
                }
            }
        }
    }

    #[test]
    fn fixed_weights_stay_and_biases_count() {
        let groups = Task::new(BitMatrix::from_fn(1, 3, |_, _| true), BitMatrix::from_fn(1, 1, |_, _| true));
        let start = Network::from_fn(Architecture::new(vec![3, 1], false).unwrap(), |_, _, _| false);
        let groups = SlicedGroups::new(&groups.unwrap().group(Merge::Equal), start.architecture());
        let biases = vec![(0, 0, 1, 0.25), (0, 0, 2, -0.25)];
        // two of three weights must be set to answer right; the first may not, and the second costs less than the error
        let terms = WeightTerms { fixed: vec![(0, 0, 0, false)], biases: biases.clone() };
        let end = Descent { groups: &groups, terms: &terms, stop: &|| false }.run(&start);
        assert_eq!([0, 1, 2].map(|input| end.weight(0, 0, input)), [false, true, true]);
        let terms = WeightTerms { fixed: Vec::new(), biases };
        let free = Descent { groups: &groups, terms: &terms, stop: &|| false }.run(&start);
        assert!(free.weight(0, 0, 2));
        let stopped = Descent { groups: &groups, terms: &terms, stop: &|| true };
        assert_eq!(stopped.run(&start), start, "a stopped descent changes nothing");
    }
}
