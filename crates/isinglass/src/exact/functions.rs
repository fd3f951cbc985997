//! Enumeration of the functions that one hidden neuron can compute on the groups.

use crate::bits::BitMatrix;
use isinglass_qubo::sampler::{RunControl, SampleStatus};
use std::collections::HashSet;

/// Words changed between two checks of the stop condition: about a millisecond.
const WORDS_PER_CHECK: usize = 1 << 20;

/// Functions that are kept of an enumeration that was stopped: enough for a network, and few enough to take no time.
const KEPT_WHEN_STOPPED: usize = 1 << 8;

/// A one in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

/// Distinct neuron functions, each with a weight vector that computes it.
pub(super) struct Functions {
    /// Words of one function: a bit for each group.
    pub(super) num_words: usize,
    /// Output bits, function by function.
    pub(super) outputs: Vec<u64>,
    /// Weight vector of each function: bit `i` is the weight of input `i`, the bias last.
    pub(super) weights: Vec<u32>,
    /// The reason the enumeration stopped early, if it did.
    pub(super) stopped: Option<SampleStatus>,
}

/// The number of distinct functions exceeds the limit.
pub(super) struct TooMany;

impl Functions {
    /// Enumerates the functions of a neuron on these inputs, `G × n_0`.
    ///
    /// For an odd fan-in only the weight vectors whose last weight is `+1` are tried: the others compute the complements.
    /// Neighbours in the Gray code differ in one weight, so each step adds or subtracts one in the agreement count of each
    /// group; eight counts share a word.
    pub(super) fn enumerate(
        inputs: &BitMatrix,
        bias: bool,
        limit: usize,
        control: &RunControl<'_>,
    ) -> Result<Self, TooMany> {
        let fan_in = inputs.num_columns() + usize::from(bias);
        let free = if fan_in % 2 == 1 { fan_in - 1 } else { fan_in };
        let num_words = inputs.num_rows().div_ceil(64);
        let mut functions = Self { num_words, outputs: Vec::new(), weights: Vec::new(), stopped: None };
        let mut seen: HashSet<Vec<u64>> = HashSet::new();
        let mut counts = Counts::new(inputs, fan_in);
        let mut weights = 0u32;
        if free < fan_in {
            weights = 1 << free;
            counts.flip(free, true);
        }
        let mut output = vec![0; num_words];
        // a step changes a byte for each group, and compares as many bits
        let vectors_per_check = (WORDS_PER_CHECK / (inputs.num_rows() / 4 + 16)).max(1) as u64;
        for step in 0..1u64 << free {
            if step > 0 {
                let flipped = step.trailing_zeros() as usize;
                weights ^= 1 << flipped;
                counts.flip(flipped, weights >> flipped & 1 == 1);
            }
            counts.fire(&mut output);
            if !seen.contains(&output) {
                if seen.len() == limit {
                    return Err(TooMany);
                }
                seen.insert(output.clone());
                functions.outputs.extend_from_slice(&output);
                functions.weights.push(weights);
            }
            if step % vectors_per_check == vectors_per_check - 1 {
                functions.stopped = control.should_stop(None);
                if functions.stopped.is_some() {
                    functions.weights.truncate(KEPT_WHEN_STOPPED);
                    functions.outputs.truncate(KEPT_WHEN_STOPPED * num_words);
                    break;
                }
            }
        }
        Ok(functions)
    }

    /// Number of functions found.
    pub(super) fn len(&self) -> usize {
        self.weights.len()
    }

    /// Output bits of function `index`.
    pub(super) fn output(&self, index: usize) -> &[u64] {
        &self.outputs[index * self.num_words..(index + 1) * self.num_words]
    }
}

/// Agreements between weights and inputs, a byte for each group.
///
/// A byte holds the count plus `128 - threshold`, so that its top bit says whether the neuron fires. Fan-ins are far below
/// 128: no byte ever carries into its neighbour.
struct Counts {
    bytes: Vec<u64>,
    /// For each input: a one in the byte of every group where it is `+1`, and in every group where it is `-1`.
    plus: Vec<Vec<u64>>,
    minus: Vec<Vec<u64>>,
}

impl Counts {
    /// The counts when all weights are `-1`.
    fn new(inputs: &BitMatrix, fan_in: usize) -> Self {
        let (num_groups, num_inputs) = (inputs.num_rows(), inputs.num_columns());
        let blocks = num_groups.div_ceil(8);
        let ones_where = |input: usize, wanted: bool| -> Vec<u64> {
            let mut ones = vec![0; blocks];
            for group in 0..num_groups {
                let bit = input == num_inputs || inputs.get(group, input);
                ones[group / 8] |= u64::from(bit == wanted) << (group % 8 * 8);
            }
            ones
        };
        let plus: Vec<Vec<u64>> = (0..fan_in).map(|input| ones_where(input, true)).collect();
        let minus: Vec<Vec<u64>> = (0..fan_in).map(|input| ones_where(input, false)).collect();
        let start = 128 - fan_in.div_ceil(2) as u64;
        let mut bytes = vec![0; blocks];
        for group in 0..num_groups {
            bytes[group / 8] |= start << (group % 8 * 8);
        }
        for ones in &minus {
            for (byte, one) in bytes.iter_mut().zip(ones) {
                *byte += one;
            }
        }
        Self { bytes, plus, minus }
    }

    /// Weight `input` becomes `weight`, from its opposite.
    fn flip(&mut self, input: usize, weight: bool) {
        let (gained, lost) =
            if weight { (&self.plus[input], &self.minus[input]) } else { (&self.minus[input], &self.plus[input]) };
        for ((bytes, gained), lost) in self.bytes.iter_mut().zip(gained).zip(lost) {
            *bytes = *bytes + gained - lost;
        }
    }

    /// Packs which groups the neuron fires on.
    fn fire(&self, output: &mut [u64]) {
        for (word, blocks) in output.iter_mut().zip(self.bytes.chunks(8)) {
            *word = 0;
            for (block, bytes) in blocks.iter().enumerate() {
                // The product moves the top bits of the eight bytes, in order, into its top byte.
                let fired = (bytes >> 7 & ONES).wrapping_mul(0x0102_0408_1020_4080) >> 56;
                *word |= fired << (block * 8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Architecture, Network};
    use rand_core::Rng;

    #[test]
    fn the_functions_are_those_of_all_weight_vectors_up_to_complement() {
        let mut stream = isinglass_qubo::rng::stream(3, 0);
        for (num_inputs, bias) in [(1, false), (2, false), (2, true), (3, true), (5, false), (6, true)] {
            let inputs = BitMatrix::from_fn(70, num_inputs, |_, _| stream.next_u64() >> 63 == 1);
            let functions = match Functions::enumerate(&inputs, bias, usize::MAX, &RunControl::default()) {
                Ok(functions) => functions,
                Err(TooMany) => unreachable!(),
            };
            let architecture = Architecture::new(vec![num_inputs, 1], bias).unwrap();
            let fan_in = architecture.fan_in(0);
            let infer = |weights: u32| -> Vec<u64> {
                let network = Network::from_fn(architecture.clone(), |_, _, input| weights >> input & 1 == 1);
                let outputs = network.infer(&inputs);
                let column = BitMatrix::from_fn(1, 70, |_, group| outputs.get(group, 0));
                column.row(0).to_vec()
            };
            let mut found = HashSet::new();
            for index in 0..functions.len() {
                assert_eq!(functions.output(index), infer(functions.weights[index]));
                found.insert(functions.output(index).to_vec());
            }
            let tried = (0..1u32 << fan_in).filter(|weights| fan_in.is_multiple_of(2) || weights >> (fan_in - 1) == 1);
            let expected: HashSet<Vec<u64>> = tried.map(infer).collect();
            assert_eq!(found, expected);
        }
    }
}
