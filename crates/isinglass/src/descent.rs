//! Descent in weight space: single weights are flipped as long as that lowers the true loss.
//!
//! A sample of a QUBO is seldom a local minimum of the loss itself: its slack bits and activations hold its weights in place.
//! Once decoded, the weights are free of them.

use crate::network::Network;
use crate::task::Groups;
use std::collections::{HashMap, HashSet};

/// Flips offered between two looks at whether to stop.
const FLIPS_BETWEEN_LOOKS: usize = 64;

/// What descent starts from and minimises: `loss(w) + sum_w h_w b_w`.
#[derive(Clone, Copy)]
pub struct Descent<'a> {
    /// The task.
    pub groups: &'a Groups,
    /// Weights that stay as they are: `(layer, neuron, input, bit)`.
    pub fixed: &'a [(usize, usize, usize, bool)],
    /// Linear terms on weight bits: `(layer, neuron, input, h)`.
    pub biases: &'a [(usize, usize, usize, f64)],
    /// Asked now and then whether to end with what there is.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl std::fmt::Debug for Descent<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Descent")
            .field("fixed", &self.fixed)
            .field("biases", &self.biases)
            .finish_non_exhaustive()
    }
}

impl Descent<'_> {
    /// Flips single weights, in the order of layers, neurons and inputs and again from the start, whenever that lowers the
    /// objective; ends when no flip does. The result is never worse than `network`.
    ///
    /// A flip is judged by the groups in which it turns its neuron over: the others are not looked at twice.
    ///
    /// # Panics
    /// When groups and network differ in width.
    #[must_use]
    pub fn run(&self, network: Network) -> Network {
        let places: Vec<(usize, usize, usize)> = self.free_places(&network);
        let mut state = State::new(self.groups, network);
        let bias_of: HashMap<(usize, usize, usize), f64> =
            self.biases.iter().map(|&(layer, neuron, input, bias)| ((layer, neuron, input), bias)).collect();
        // less than rounding can account for is no gain: else flips could go round in a circle
        let least_gain = 1e-12 * self.groups.deltas.iter().sum::<f64>();
        let mut since_last = 0;
        for (offered, &(layer, neuron, input)) in places.iter().cycle().enumerate() {
            if since_last >= places.len() || (offered % FLIPS_BETWEEN_LOOKS == 0 && (self.stop)()) {
                break;
            }
            let bias = bias_of.get(&(layer, neuron, input)).copied().unwrap_or(0.0);
            let change_of_bias = if state.network.weight(layer, neuron, input) { -bias } else { bias };
            if state.change_of_loss(layer, neuron, input) + change_of_bias < -least_gain {
                state.flip(layer, neuron, input);
                since_last = 0;
            } else {
                since_last += 1;
            }
        }
        state.network
    }

    fn free_places(&self, network: &Network) -> Vec<(usize, usize, usize)> {
        let architecture = network.architecture();
        let mut places = Vec::new();
        for layer in 0..architecture.num_layers() {
            for neuron in 0..architecture.width(layer + 1) {
                places.extend((0..architecture.fan_in(layer)).map(|input| (layer, neuron, input)));
            }
        }
        let fixed: HashSet<(usize, usize, usize)> = self.fixed.iter().map(|&(l, n, i, _)| (l, n, i)).collect();
        places.retain(|place| !fixed.contains(place));
        places
    }
}

/// A network with its pre-activations on every group.
struct State<'a> {
    groups: &'a Groups,
    network: Network,
    /// `sums[layer][neuron * G + group]`
    sums: Vec<Vec<i32>>,
}

fn spin(bit: bool) -> i32 {
    if bit { 1 } else { -1 }
}

impl<'a> State<'a> {
    fn new(groups: &'a Groups, network: Network) -> Self {
        let architecture = network.architecture();
        let sums = (0..architecture.num_layers()).map(|l| vec![0; architecture.width(l + 1) * groups.len()]).collect();
        let mut state = Self { groups, network, sums };
        for group in 0..groups.len() {
            for layer in 0..state.sums.len() {
                for neuron in 0..state.network.architecture().width(layer + 1) {
                    state.sums[layer][neuron * groups.len() + group] = state.sum(layer, neuron, group);
                }
            }
        }
        state
    }

    /// The activation that a layer gets as input in a group; past the last neuron, that of the bias.
    fn input(&self, layer: usize, input: usize, group: usize) -> i32 {
        if input >= self.network.architecture().width(layer) {
            1
        } else if layer == 0 {
            spin(self.groups.inputs.get(group, input))
        } else {
            spin(self.sums[layer - 1][input * self.groups.len() + group] >= 0)
        }
    }

    fn sum(&self, layer: usize, neuron: usize, group: usize) -> i32 {
        let fan_in = self.network.architecture().fan_in(layer);
        (0..fan_in).map(|i| spin(self.network.weight(layer, neuron, i)) * self.input(layer, i, group)).sum()
    }

    /// By how much the sum of a neuron changes in a group when one of its weights is flipped.
    fn change_of_sum(&self, layer: usize, neuron: usize, input: usize, group: usize) -> i32 {
        -2 * spin(self.network.weight(layer, neuron, input)) * self.input(layer, input, group)
    }

    /// By how much the loss changes when a weight is flipped.
    fn change_of_loss(&self, layer: usize, neuron: usize, input: usize) -> f64 {
        let num_groups = self.groups.len();
        (0..num_groups)
            .filter_map(|group| {
                let before = self.sums[layer][neuron * num_groups + group];
                let after = before + self.change_of_sum(layer, neuron, input, group);
                ((before >= 0) != (after >= 0)).then(|| self.change_of_group(layer, neuron, after, group))
            })
            .sum()
    }

    /// The change of a group's loss when the sum of one neuron becomes `sum`.
    fn change_of_group(&self, layer: usize, neuron: usize, sum: i32, group: usize) -> f64 {
        let num_groups = self.groups.len();
        // neurons of a layer that turn over, with their new activation
        let mut turned = vec![(neuron, spin(sum >= 0))];
        for next in layer + 1..self.sums.len() {
            let mut turned_next = Vec::new();
            for above in 0..self.network.architecture().width(next + 1) {
                let before = self.sums[next][above * num_groups + group];
                let change: i32 =
                    turned.iter().map(|&(input, now)| 2 * now * spin(self.network.weight(next, above, input))).sum();
                if (before >= 0) != (before + change >= 0) {
                    turned_next.push((above, spin(before + change >= 0)));
                }
            }
            turned = turned_next;
        }
        let loss = |(output, now): (usize, i32)| {
            let delta = self.groups.delta(group, output);
            if (now > 0) == self.groups.targets.get(group, output) { -delta } else { delta }
        };
        turned.into_iter().map(loss).sum()
    }

    fn flip(&mut self, layer: usize, neuron: usize, input: usize) {
        let num_groups = self.groups.len();
        for group in 0..num_groups {
            let change = self.change_of_sum(layer, neuron, input, group);
            self.sums[layer][neuron * num_groups + group] += change;
        }
        self.network.set_weight(layer, neuron, input, !self.network.weight(layer, neuron, input));
        for next in layer + 1..self.sums.len() {
            for above in 0..self.network.architecture().width(next + 1) {
                for group in 0..num_groups {
                    self.sums[next][above * num_groups + group] = self.sum(next, above, group);
                }
            }
        }
    }
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
    fn the_change_of_loss_is_the_difference_of_two_forward_passes() {
        for (seed, (widths, bias)) in
            [(&[4, 3, 1][..], false), (&[3, 2, 2], true), (&[3, 3, 2, 3], false), (&[5, 1], true)]
                .into_iter()
                .enumerate()
        {
            let architecture = Architecture::new(widths.to_vec(), bias).unwrap();
            let mut stream = stream(seed as u64, 8);
            let mut coin = || stream.next_u64() >> 63 == 1;
            let inputs = BitMatrix::from_fn(12, architecture.num_inputs(), |_, _| coin());
            let targets = BitMatrix::from_fn(12, architecture.num_outputs(), |_, _| coin());
            let groups = Task::new(inputs, targets).unwrap().group(Merge::Equal);
            let network = Network::from_fn(architecture.clone(), |_, _, _| coin());
            let loss = |network: &Network| groups.loss(&network.infer(&groups.inputs));
            let descent = Descent { groups: &groups, fixed: &[], biases: &[], stop: &|| false };
            let mut state = State::new(&groups, network.clone());
            for (layer, neuron, input) in descent.free_places(&network) {
                let before = loss(&state.network);
                let change = state.change_of_loss(layer, neuron, input);
                state.flip(layer, neuron, input);
                assert_eq!(loss(&state.network) - before, change, "{architecture}: ({layer}, {neuron}, {input})");
            }
            let end = descent.run(network.clone());
            assert!(loss(&end) <= loss(&network));
            let state = State::new(&groups, end);
            assert!(descent.free_places(&network).iter().all(|&(l, n, i)| state.change_of_loss(l, n, i) >= 0.0));
        }
    }

    #[test]
    fn fixed_weights_stay_and_biases_count() {
        let groups = Task::new(BitMatrix::from_fn(1, 3, |_, _| true), BitMatrix::from_fn(1, 1, |_, _| true));
        let groups = groups.unwrap().group(Merge::Equal);
        let start = Network::from_fn(Architecture::new(vec![3, 1], false).unwrap(), |_, _, _| false);
        let fixed = [(0, 0, 0, false)];
        let biases = [(0, 0, 1, 0.25), (0, 0, 2, -0.25)];
        // two of three weights must be set to answer right; the first may not, and the second costs less than the error
        let end = Descent { groups: &groups, fixed: &fixed, biases: &biases, stop: &|| false }.run(start.clone());
        assert_eq!([0, 1, 2].map(|input| end.weight(0, 0, input)), [false, true, true]);
        let free = Descent { groups: &groups, fixed: &[], biases: &biases, stop: &|| false }.run(start);
        assert!(free.weight(0, 0, 2));
        let stopped = Descent { groups: &groups, fixed: &[], biases: &biases, stop: &|| true };
        assert!(
            !stopped.run(free.clone()).weight(0, 0, 0) || free.weight(0, 0, 0),
            "a stopped descent changes nothing"
        );
    }
}
