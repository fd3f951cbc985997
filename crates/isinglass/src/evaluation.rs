//! Incremental evaluation of the loss under single weight flips, bit-sliced with 64 groups per word.

mod counter;
mod moves;
mod slices;
mod state;

use crate::network::{Architecture, Network};
use crate::task::{Groups, Objective};
pub use moves::{Move, moves};
use slices::Slices;
use state::State;

/// Index of a weight: layer, neuron and input, each from 0; the input past the last one is the bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Weight {
    /// The layer.
    pub layer: usize,
    /// The neuron in its layer.
    pub neuron: usize,
    /// The input of the neuron.
    pub input: usize,
}

impl Weight {
    /// All weights of an architecture, by layers, neurons and inputs.
    pub fn all(architecture: &Architecture) -> impl Iterator<Item = Self> {
        (0..architecture.num_layers()).flat_map(move |layer| {
            (0..architecture.width(layer + 1))
                .flat_map(move |neuron| (0..architecture.fan_in(layer)).map(move |input| Self { layer, neuron, input }))
        })
    }
}

/// Groups of rows in bit-sliced form: bit `g % 64` of word `g / 64` belongs to group `g`.
#[derive(Clone, Debug)]
pub struct SlicedGroups {
    slices: Width<Slices<1>, Slices<WIDE>>,
    total_delta: f64,
}

/// Words per block if one word is not enough: a 512-bit register.
const WIDE: usize = 8;

/// One word if the groups fit, otherwise blocks of words.
#[derive(Clone, Debug)]
enum Width<N, W> {
    Narrow(N),
    Wide(W),
}

impl SlicedGroups {
    /// Converts the groups of a task to bit-sliced form, for networks of this architecture.
    ///
    /// # Panics
    /// When groups and network differ in inputs or outputs.
    #[must_use]
    pub fn new(groups: &Groups, architecture: &Architecture) -> Self {
        assert_eq!(groups.inputs.num_columns(), architecture.num_inputs(), "one column for each input");
        assert_eq!(groups.targets.num_columns(), architecture.num_outputs(), "one target for each output");
        let slices = if groups.len() <= 64 {
            Width::Narrow(Slices::new(groups, architecture.bias()))
        } else {
            Width::Wide(Slices::new(groups, architecture.bias()))
        };
        let total_delta = match groups.objective {
            Objective::OutputBits => groups.deltas.iter().sum(),
            Objective::Errors => {
                let of_groups = groups.deltas.chunks_exact(architecture.num_outputs());
                of_groups.map(|deltas| deltas.iter().copied().fold(0.0, f64::max)).sum()
            }
        };
        Self { slices, total_delta }
    }

    /// Maximum of the loss above its constant: the sum of all deltas, or of the largest delta of each group if
    /// classification errors are counted.
    #[must_use]
    pub fn total_delta(&self) -> f64 {
        self.total_delta
    }

    /// Memory of an [`Evaluation`] of an architecture on this many groups, in bytes.
    #[must_use]
    pub fn state_bytes(num_groups: usize, architecture: &Architecture) -> usize {
        let words = if num_groups <= 64 { 1 } else { num_groups.div_ceil(64 * WIDE).saturating_mul(WIDE) };
        let planes = (0..architecture.num_layers())
            .map(|layer| architecture.width(layer + 1).saturating_mul(counter::record_len(architecture.fan_in(layer))))
            .fold(architecture.num_outputs(), usize::saturating_add);
        words.saturating_mul(8).saturating_mul(planes).saturating_add(2 * architecture.num_weights())
    }

    /// Number of blocks that every flip visits.
    #[must_use]
    pub fn num_blocks(&self) -> usize {
        match &self.slices {
            Width::Narrow(slices) => slices.num_blocks,
            Width::Wide(slices) => slices.num_blocks,
        }
    }
}

/// A network with the counters of all neurons in all groups, so that trying or applying a weight flip costs a few bit
/// operations per 64 groups.
///
/// A neuron of fan-in `n` fires iff `d = c - ceil(n / 2) >= 0`, where `c` inputs agree with their weights. `d` is
/// stored in two's complement, one bit-plane over the groups per digit, together with the groups in which one agreement
/// more or less flips the neuron (`d = -1` and `d = 0`). A weight flip changes `d` by one, so trying a flip reads only
/// these two planes in its layer; only the neurons that flip there are propagated upwards. If all deltas are multiples
/// of one number by less than `2^20`, the loss is an exact sum over digits of the deltas, one popcount each; otherwise
/// it is an `f64` sum over groups.
///
/// If classification errors are counted, the counters of the outputs are compared digit by digit; the class of a group
/// is the first of the largest ([`winner`](crate::network::winner)). A flip then costs the deltas of the groups whose
/// class changes.
#[derive(Clone, Debug)]
pub struct Evaluation<'a>(Width<State<'a, 1>, State<'a, WIDE>>);

/// Runs `$body` on the state of either width.
macro_rules! on_state {
    ($evaluation:expr, $state:ident => $body:expr) => {
        match $evaluation {
            Width::Narrow($state) => $body,
            Width::Wide($state) => $body,
        }
    };
}

impl<'a> Evaluation<'a> {
    /// Evaluates `network` on all groups.
    ///
    /// # Panics
    /// When `groups` were sliced for networks with other inputs, outputs or bias.
    #[must_use]
    pub fn new(groups: &'a SlicedGroups, network: &Network) -> Self {
        Self(match &groups.slices {
            Width::Narrow(slices) => Width::Narrow(State::new(slices, network)),
            Width::Wide(slices) => Width::Wide(State::new(slices, network)),
        })
    }

    /// The current loss. In `f64`, with the accumulated rounding of all changes so far, if the deltas of the groups
    /// have no common unit.
    #[must_use]
    pub fn loss(&self) -> f64 {
        on_state!(&self.0, state => state.loss())
    }

    /// The current network.
    #[must_use]
    pub fn network(&self) -> Network {
        self.network_of(self.bits())
    }

    /// All weights in their current state, as bits in an internal order: for [`Evaluation::network_of`].
    #[inline(always)]
    #[must_use]
    pub fn bits(&self) -> &[bool] {
        on_state!(&self.0, state => state.bits())
    }

    /// The network with these bits, as returned by [`Evaluation::bits`].
    ///
    /// # Panics
    /// When the number of bits differs from the number of weights.
    #[must_use]
    pub fn network_of(&self, bits: &[bool]) -> Network {
        on_state!(&self.0, state => state.network_of(bits))
    }

    /// Whether a weight is `+1`.
    #[inline(always)]
    #[must_use]
    pub fn is_set(&self, weight: Weight) -> bool {
        on_state!(&self.0, state => state.is_set(weight))
    }

    /// Change of the loss if a weight were flipped.
    #[inline(always)]
    pub fn change(&mut self, weight: Weight) -> f64 {
        on_state!(&mut self.0, state => state.change(weight))
    }

    /// Change of loss plus linear term if a weight were flipped.
    #[inline(always)]
    pub fn cost(&mut self, offer: &Move) -> f64 {
        let term = if self.is_set(offer.weight) { -offer.bias } else { offer.bias };
        self.change(offer.weight) + term
    }

    /// Flips a weight.
    #[inline(always)]
    pub fn flip(&mut self, weight: Weight) {
        on_state!(&mut self.0, state => state.flip(weight));
    }
}

#[cfg(test)]
mod tests;
