//! State of an evaluation: a network and its counters on all groups.

mod classes;

use super::Weight;
use super::counter::{ACTIVATION, DIGITS, Plane, each, is_empty, record_len, settle, splat, step, turned};
use super::slices::{Slices, Tally};
use crate::network::{Architecture, Network};
use crate::task::Objective;
use classes::Classes;

/// The records of all neurons, block by block, so that the memory a flip touches in a block is contiguous.
#[derive(Clone, Debug)]
pub(super) struct State<'a, const WORDS: usize> {
    slices: &'a Slices<WORDS>,
    architecture: Architecture,
    layers: Vec<Layer>,
    /// Layer by layer, the weights of each input to all neurons.
    bits: Vec<bool>,
    planes: Vec<Plane<WORDS>>,
    /// Planes of a block.
    stride: usize,
    tally: Tally<WORDS>,
    /// Neurons of a layer that flip, and those of the next one.
    turns: [Vec<Turn<WORDS>>; 2],
    /// Digits of a counter that is tried.
    digits: Vec<Plane<WORDS>>,
    /// Empty where output bits are counted.
    classes: Classes<WORDS>,
}

/// Where the weights and the records of a layer are.
#[derive(Clone, Debug)]
struct Layer {
    width: usize,
    /// Inputs that are neurons or columns, the constant of the bias not counted.
    num_inputs: usize,
    /// That of `(neuron, input)` is `bits[weights + input * width + neuron]`.
    weights: usize,
    /// The first record of a block, and the planes of each.
    start: usize,
    record: usize,
}

impl Layer {
    fn range(&self, neuron: usize) -> std::ops::Range<usize> {
        let start = self.start + neuron * self.record;
        start..start + self.record
    }

    /// The place of a weight of this layer.
    #[inline(always)]
    fn place(&self, neuron: usize, input: usize) -> usize {
        self.weights + input * self.width + neuron
    }
}

/// A neuron that flips in the groups of `mask`; `activation` is from before.
#[derive(Clone, Copy, Debug)]
struct Turn<const WORDS: usize> {
    neuron: usize,
    mask: Plane<WORDS>,
    activation: Plane<WORDS>,
}

impl<const WORDS: usize> Turn<WORDS> {
    /// Where the neuron, before it flipped, agreed with a weight on it.
    #[inline(always)]
    fn agreed(&self, weight: bool) -> Plane<WORDS> {
        let flip = splat(!weight);
        each(|word| self.activation[word] ^ flip)
    }
}

impl<'a, const WORDS: usize> State<'a, WORDS> {
    pub(super) fn new(slices: &'a Slices<WORDS>, network: &Network) -> Self {
        let architecture = network.architecture().clone();
        assert_eq!(
            (slices.fan_in, slices.num_outputs),
            (architecture.fan_in(0), architecture.num_outputs()),
            "the groups were sliced for other inputs, outputs or bias"
        );
        let mut stride = 0;
        let (mut layers, mut bits) = (Vec::new(), Vec::new());
        for index in 0..architecture.num_layers() {
            let (width, fan_in) = (architecture.width(index + 1), architecture.fan_in(index));
            let weights = bits.len();
            bits.extend((0..width * fan_in).map(|place| network.weight(index, place % width, place / width)));
            let record = record_len(fan_in);
            layers.push(Layer { width, num_inputs: architecture.width(index), weights, start: stride, record });
            stride += width * record;
        }
        let planes = vec![[0; WORDS]; stride * slices.num_blocks];
        let digits = Vec::new();
        let turns = [Vec::new(), Vec::new()];
        let (tally, classes) = (Tally::ZERO, Classes::default());
        let mut state = Self { slices, architecture, layers, bits, planes, stride, tally, turns, digits, classes };
        for block in 0..slices.num_blocks {
            state.count(block);
        }
        state
    }

    /// Counts agreements in a block, and what wrong outputs cost there.
    fn count(&mut self, block: usize) {
        for layer in 0..self.layers.len() {
            for neuron in 0..self.layers[layer].width {
                let fan_in = self.architecture.fan_in(layer);
                let start = -(fan_in.div_ceil(2) as i64);
                let mut record = vec![[0; WORDS]; self.layers[layer].record];
                for (digit, plane) in record[DIGITS..].iter_mut().enumerate() {
                    *plane = [splat(start >> digit & 1 == 1); WORDS];
                }
                for input in 0..fan_in {
                    let agrees = self.agrees(block, Weight { layer, neuron, input });
                    step(&mut record[DIGITS..], &agrees, &[0; WORDS]);
                }
                settle(&mut record);
                let start = block * self.stride;
                let range = self.layers[layer].range(neuron);
                self.planes[start + range.start..start + range.end].copy_from_slice(&record);
            }
        }
        if self.slices.objective == Objective::Errors {
            self.count_classes(block);
            return;
        }
        // as if every output had been right, and then flipped where it is not
        for output in 0..self.slices.num_outputs {
            let target = self.slices.targets[block * self.slices.num_outputs + output];
            let activation = self.activation(block, self.layers.len() - 1, output);
            let wrong = each(|word| target[word] ^ activation[word]);
            self.slices.turn(&mut self.tally, block, output, &wrong, &target);
        }
    }

    pub(super) fn loss(&self) -> f64 {
        self.slices.constant + self.slices.to_loss(&self.tally)
    }

    #[inline(always)]
    pub(super) fn bits(&self) -> &[bool] {
        &self.bits
    }

    pub(super) fn network_of(&self, bits: &[bool]) -> Network {
        assert_eq!(bits.len(), self.bits.len(), "one bit for each weight");
        Network::from_fn(self.architecture.clone(), |layer, neuron, input| {
            bits[self.layers[layer].place(neuron, input)]
        })
    }

    #[inline(always)]
    pub(super) fn is_set(&self, weight: Weight) -> bool {
        self.bits[self.layers[weight.layer].place(weight.neuron, weight.input)]
    }

    #[inline(always)]
    fn activation(&self, block: usize, layer: usize, neuron: usize) -> Plane<WORDS> {
        self.planes[block * self.stride + self.layers[layer].range(neuron).start + ACTIVATION]
    }

    /// Where a weight agrees with its input.
    #[inline(always)]
    fn agrees(&self, block: usize, weight: Weight) -> Plane<WORDS> {
        let Weight { layer, input, .. } = weight;
        let activation = if layer == 0 {
            self.slices.inputs[block * self.slices.fan_in + input]
        } else if input < self.layers[layer].num_inputs {
            self.activation(block, layer - 1, input)
        } else {
            [u64::MAX; WORDS]
        };
        let flip = splat(!self.is_set(weight));
        each(|word| activation[word] ^ flip)
    }

    #[inline(always)]
    pub(super) fn change(&mut self, weight: Weight) -> f64 {
        let mut tally = Tally::ZERO;
        let moves_output = self.slices.objective == Objective::Errors && weight.layer + 1 == self.layers.len();
        for block in 0..self.slices.num_blocks {
            let agrees = self.agrees(block, weight);
            if moves_output {
                self.try_output(block, weight, &agrees, &mut tally);
                continue;
            }
            let start = block * self.stride;
            let range = self.layers[weight.layer].range(weight.neuron);
            let record = &self.planes[start + range.start..start + range.end];
            let mask = turned(record, &[u64::MAX; WORDS], &agrees);
            if !is_empty(&mask) {
                let turn = Turn { neuron: weight.neuron, mask, activation: record[ACTIVATION] };
                self.follow(block, weight.layer, turn, &mut tally);
            }
        }
        self.slices.to_loss(&tally)
    }

    /// Adds to `tally` the cost of flipping a neuron in a block.
    #[inline(always)]
    fn follow(&mut self, block: usize, layer: usize, turn: Turn<WORDS>, tally: &mut Tally<WORDS>) {
        if self.slices.objective == Objective::Errors {
            self.follow_classes(block, layer, turn, tally);
            return;
        }
        let last = self.layers.len() - 1;
        if layer == last {
            self.slices.turn(tally, block, turn.neuron, &turn.mask, &turn.activation);
            return;
        }
        // one input moves each counter by one at most
        let above = &self.layers[layer + 1];
        let (records, width) = (&self.planes[block * self.stride + above.start..], above.width);
        let weights = &self.bits[above.place(0, turn.neuron)..][..width];
        let (mut turns, mut next) = (std::mem::take(&mut self.turns[0]), std::mem::take(&mut self.turns[1]));
        turns.clear();
        for (neuron, (record, &weight)) in records.chunks_exact(above.record).zip(weights).enumerate() {
            let mask = turned(record, &turn.mask, &turn.agreed(weight));
            if layer + 1 == last {
                self.slices.turn(tally, block, neuron, &mask, &record[ACTIVATION]);
            } else if !is_empty(&mask) {
                turns.push(Turn { neuron, mask, activation: record[ACTIVATION] });
            }
        }
        let mut digits = std::mem::take(&mut self.digits);
        for index in layer + 2..=last {
            let above = &self.layers[index];
            let records = &self.planes[block * self.stride + above.start..];
            next.clear();
            for (neuron, record) in records.chunks_exact(above.record).take(above.width).enumerate() {
                digits.clear();
                digits.extend_from_slice(&record[DIGITS..]);
                for turn in &turns {
                    step(&mut digits, &turn.mask, &turn.agreed(self.bits[above.place(neuron, turn.neuron)]));
                }
                let sign = &digits[digits.len() - 1];
                let activation = record[ACTIVATION];
                let mask = each(|word| activation[word] ^ !sign[word]);
                if index == last {
                    self.slices.turn(tally, block, neuron, &mask, &activation);
                } else if !is_empty(&mask) {
                    next.push(Turn { neuron, mask, activation });
                }
            }
            std::mem::swap(&mut turns, &mut next);
        }
        self.turns = [turns, next];
        self.digits = digits;
    }

    #[inline(always)]
    pub(super) fn flip(&mut self, weight: Weight) {
        let last = self.layers.len() - 1;
        let (mut turns, mut next) = (std::mem::take(&mut self.turns[0]), std::mem::take(&mut self.turns[1]));
        let mut tally = Tally::ZERO;
        for block in 0..self.slices.num_blocks {
            let start = block * self.stride;
            let agreed = self.agrees(block, weight);
            let range = self.layers[weight.layer].range(weight.neuron);
            let record = &mut self.planes[start + range.start..start + range.end];
            let activation = record[ACTIVATION];
            step(&mut record[DIGITS..], &[u64::MAX; WORDS], &agreed);
            let mask = settle(record);
            turns.clear();
            if !is_empty(&mask) {
                turns.push(Turn { neuron: weight.neuron, mask, activation });
            }
            let is_moved = weight.layer == last || !turns.is_empty();
            let mut layer = weight.layer;
            while layer < last && !turns.is_empty() {
                layer += 1;
                next.clear();
                let above = &self.layers[layer];
                let records = &mut self.planes[start + above.start..];
                for (neuron, record) in records.chunks_exact_mut(above.record).take(above.width).enumerate() {
                    for turn in &turns {
                        let weight = self.bits[above.place(neuron, turn.neuron)];
                        step(&mut record[DIGITS..], &turn.mask, &turn.agreed(weight));
                    }
                    let activation = record[ACTIVATION];
                    let mask = settle(record);
                    if !is_empty(&mask) {
                        next.push(Turn { neuron, mask, activation });
                    }
                }
                std::mem::swap(&mut turns, &mut next);
            }
            match self.slices.objective {
                Objective::Errors if is_moved => self.settle_classes(block, &mut tally),
                Objective::Errors => {}
                Objective::OutputBits => {
                    for turn in &turns {
                        self.slices.turn(&mut tally, block, turn.neuron, &turn.mask, &turn.activation);
                    }
                }
            }
        }
        self.tally.add(&tally);
        self.turns = [turns, next];
        let place = self.layers[weight.layer].place(weight.neuron, weight.input);
        self.bits[place] = !self.bits[place];
    }
}
