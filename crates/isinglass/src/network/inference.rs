//! Bit-packed inference: agreements are counted with XNOR and popcount, 64 weights a word.

use super::Network;
use crate::bits::BitMatrix;

impl Network {
    /// Computes the output bits of every input row: `rows × n_0` bits in, `rows × n_L` bits out.
    ///
    /// # Panics
    /// When the inputs do not have `n_0` columns.
    #[must_use]
    pub fn infer(&self, inputs: &BitMatrix) -> BitMatrix {
        let mut activations = BitMatrix::zeros(0, self.architecture().num_outputs());
        self.for_each_row(inputs, |_, words| activations.push_row(words));
        activations
    }

    /// Computes the pre-activations `2c - n` of the output layer, row by row: `rows × n_L` values.
    ///
    /// # Panics
    /// When the inputs do not have `n_0` columns.
    #[must_use]
    pub fn output_preactivations(&self, inputs: &BitMatrix) -> Vec<i64> {
        let mut all = Vec::with_capacity(inputs.num_rows() * self.architecture().num_outputs());
        self.for_each_row(inputs, |preactivations, _| all.extend_from_slice(preactivations));
        all
    }

    /// Runs every row through the network; `output` gets the last layer's pre-activations and its packed bits.
    fn for_each_row(&self, inputs: &BitMatrix, mut output: impl FnMut(&[i64], &[u64])) {
        let architecture = self.architecture();
        assert_eq!(inputs.num_columns(), architecture.num_inputs(), "one column for each input");
        let (mut activations, mut next) = (Vec::new(), Vec::new());
        let mut preactivations = Vec::new();
        for row in 0..inputs.num_rows() {
            activations.clear();
            activations.extend_from_slice(inputs.row(row));
            for layer in 0..architecture.num_layers() {
                if architecture.bias() {
                    set_bit(&mut activations, architecture.width(layer));
                }
                let weights = self.layer(layer);
                let fan_in = architecture.fan_in(layer) as i64;
                next.clear();
                next.resize(weights.num_rows().div_ceil(64), 0);
                preactivations.clear();
                for neuron in 0..weights.num_rows() {
                    let differing: u32 =
                        weights.row(neuron).iter().zip(&activations).map(|(w, a)| (w ^ a).count_ones()).sum();
                    let preactivation = fan_in - 2 * i64::from(differing);
                    preactivations.push(preactivation);
                    if preactivation >= 0 {
                        next[neuron / 64] |= 1 << (neuron % 64);
                    }
                }
                std::mem::swap(&mut activations, &mut next);
            }
            output(&preactivations, &activations);
        }
    }
}

/// Sets bit `position`, growing the words by one if it is the first past their end.
fn set_bit(words: &mut Vec<u64>, position: usize) {
    if position / 64 == words.len() {
        words.push(0);
    }
    words[position / 64] |= 1 << (position % 64);
}

#[cfg(test)]
mod tests {
    use crate::bits::BitMatrix;
    use crate::network::{Architecture, Network};
    use proptest::prelude::*;

    /// The forward pass in plain spins, written from the definition.
    fn plain(network: &Network, input: &[i64]) -> Vec<i64> {
        let architecture = network.architecture();
        let mut spins = input.to_vec();
        let mut sums = Vec::new();
        for layer in 0..architecture.num_layers() {
            if architecture.bias() {
                spins.push(1);
            }
            sums = (0..architecture.width(layer + 1))
                .map(|neuron| {
                    let weight = |i| if network.weight(layer, neuron, i) { 1 } else { -1 };
                    spins.iter().enumerate().map(|(i, spin)| weight(i) * spin).sum()
                })
                .collect();
            spins = sums.iter().map(|&sum: &i64| if sum >= 0 { 1 } else { -1 }).collect();
        }
        sums
    }

    proptest! {
        #[test]
        fn packed_inference_equals_the_definition(
            widths in proptest::collection::vec(prop_oneof![1usize..9, 60usize..70, 120usize..132], 2..5),
            bias: bool,
            seed: u64,
        ) {
            use rand_core::Rng;
            let mut stream = isinglass_qubo::rng::stream(seed, 0);
            let mut coin = || stream.next_u64() >> 63 == 1;
            let architecture = Architecture::new(widths, bias).unwrap();
            let inputs = BitMatrix::from_fn(5, architecture.num_inputs(), |_, _| coin());
            let network = Network::from_fn(architecture, |_, _, _| coin());
            let found = network.output_preactivations(&inputs);
            let bits = network.infer(&inputs);
            let outputs = network.architecture().num_outputs();
            for row in 0..5 {
                let input: Vec<i64> = (0..inputs.num_columns()).map(|c| i64::from(inputs.spin(row, c))).collect();
                let expected = plain(&network, &input);
                prop_assert_eq!(&found[row * outputs..(row + 1) * outputs], expected.as_slice());
                for (output, &sum) in expected.iter().enumerate() {
                    prop_assert_eq!(bits.get(row, output), sum >= 0);
                }
            }
        }
    }
}
