//! Latent weights, the forward and backward pass for one row, and Adam.

use crate::network::{Architecture, Network};
use isinglass_qubo::rng::Stream;
use rand_core::Rng;

/// Decay of Adam's running means of the gradient and of its square, and what keeps its divisor from zero.
const FIRST_DECAY: f32 = 0.9;
const SECOND_DECAY: f32 = 0.999;
const EPSILON: f32 = 1e-8;

/// Latent weights and their signs, layer by layer: `n_{l+1} × fan_in(l)`.
pub(super) struct Latent {
    architecture: Architecture,
    values: Vec<Vec<f32>>,
    signs: Vec<Vec<f32>>,
}

/// Slopes of the loss along the signs, and the buffers of a pass.
pub(super) struct Gradient {
    slopes: Vec<Vec<f32>>,
    /// Activations of the inputs and of each layer, with the constant of the bias behind them.
    activations: Vec<Vec<f32>>,
    /// For each hidden layer: the slope of the hard tanh at each neuron, 1 within `[-1, 1]` and 0 outside.
    windows: Vec<Vec<f32>>,
    /// Gradients with respect to the scaled pre-activations of the current layer and of the one below.
    upper: Vec<f32>,
    lower: Vec<f32>,
}

impl Latent {
    /// Latent weights drawn evenly from `[-1, 1)`.
    pub(super) fn random(architecture: Architecture, stream: &mut Stream) -> Self {
        let values: Vec<Vec<f32>> = (0..architecture.num_layers())
            .map(|layer| {
                let number = architecture.fan_in(layer) * architecture.width(layer + 1);
                (0..number).map(|_| (stream.next_u64() >> 40) as f32 / (1u32 << 23) as f32 - 1.0).collect()
            })
            .collect();
        let signs = values.iter().map(|values| values.iter().map(|&value| sign(value)).collect()).collect();
        Self { architecture, values, signs }
    }

    /// The ±1 network.
    pub(super) fn network(&self) -> Network {
        Network::from_fn(self.architecture.clone(), |layer, neuron, input| {
            self.signs[layer][neuron * self.architecture.fan_in(layer) + input] > 0.0
        })
    }

    /// Runs one row forward and back and adds the slopes of its loss to `gradient`.
    pub(super) fn add_gradient(&self, gradient: &mut Gradient, input: &[u64], target: &[u64], sharpness: f32) {
        let Gradient { slopes, activations, windows, upper, lower } = gradient;
        let num_layers = self.architecture.num_layers();
        for (column, activation) in activations[0][..self.architecture.num_inputs()].iter_mut().enumerate() {
            *activation = if input[column / 64] >> (column % 64) & 1 == 1 { 1.0 } else { -1.0 };
        }
        for layer in 0..num_layers {
            let fan_in = self.architecture.fan_in(layer);
            let scale = scale_of(fan_in);
            let (below, above) = activations.split_at_mut(layer + 1);
            for (neuron, weights) in self.signs[layer].chunks_exact(fan_in).enumerate() {
                let scaled = scale * dot(weights, &below[layer]);
                if layer + 1 < num_layers {
                    above[0][neuron] = sign(scaled);
                    windows[layer][neuron] = if scaled.abs() <= 1.0 { 1.0 } else { 0.0 };
                } else {
                    // The last layer keeps the scaled pre-activation itself for the loss.
                    above[0][neuron] = scaled;
                }
            }
        }
        upper.clear();
        upper.extend(activations[num_layers].iter().enumerate().map(|(output, preactivation)| {
            let spin = if target[output / 64] >> (output % 64) & 1 == 1 { 1.0 } else { -1.0 };
            -sharpness * spin / (1.0 + (sharpness * spin * preactivation).exp())
        }));
        for layer in (0..num_layers).rev() {
            let fan_in = self.architecture.fan_in(layer);
            let scale = scale_of(fan_in);
            lower.clear();
            lower.resize(fan_in, 0.0);
            let rows = self.signs[layer].chunks_exact(fan_in).zip(slopes[layer].chunks_exact_mut(fan_in));
            for ((weights, slopes), slope) in rows.zip(&*upper) {
                let slope = slope * scale;
                slopes.iter_mut().zip(&activations[layer]).for_each(|(sum, activation)| *sum += slope * activation);
                if layer > 0 {
                    lower.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += slope * weight);
                }
            }
            if layer > 0 {
                // Behind the neurons stands the constant of the bias, which nothing can change.
                lower.truncate(self.architecture.width(layer));
                lower.iter_mut().zip(&windows[layer - 1]).for_each(|(slope, window)| *slope *= window);
            }
            std::mem::swap(upper, lower);
        }
    }
}

impl Gradient {
    /// No slopes yet.
    pub(super) fn zero(latent: &Latent) -> Self {
        let architecture = &latent.architecture;
        let activations = (0..=architecture.num_layers())
            .map(|position| {
                let last = position == architecture.num_layers();
                let width = if last { architecture.num_outputs() } else { architecture.fan_in(position) };
                vec![1.0; width]
            })
            .collect();
        let windows = (1..architecture.num_layers()).map(|position| vec![0.0; architecture.width(position)]).collect();
        let slopes = latent.values.iter().map(|values| vec![0.0; values.len()]).collect();
        Self { slopes, activations, windows, upper: Vec::new(), lower: Vec::new() }
    }

    /// Forgets the slopes added so far.
    pub(super) fn clear(&mut self) {
        self.slopes.iter_mut().for_each(|slopes| slopes.fill(0.0));
    }
}

/// The state of Adam.
pub(super) struct Adam {
    learning_rate: f32,
    first: Vec<Vec<f32>>,
    second: Vec<Vec<f32>>,
    first_power: f32,
    second_power: f32,
}

impl Adam {
    pub(super) fn new(latent: &Latent, learning_rate: f32) -> Self {
        let zero: Vec<Vec<f32>> = latent.values.iter().map(|values| vec![0.0; values.len()]).collect();
        Self { learning_rate, first: zero.clone(), second: zero, first_power: 1.0, second_power: 1.0 }
    }

    /// One step along the mean slope of `num_rows` rows; latent weights are clipped to `[-1, 1]`.
    pub(super) fn step(&mut self, latent: &mut Latent, gradient: &Gradient, num_rows: usize) {
        self.first_power *= FIRST_DECAY;
        self.second_power *= SECOND_DECAY;
        let (first_scale, second_scale) = (1.0 / (1.0 - self.first_power), 1.0 / (1.0 - self.second_power));
        let mean = 1.0 / num_rows as f32;
        for layer in 0..latent.values.len() {
            let weights = latent.values[layer].iter_mut().zip(&mut latent.signs[layer]);
            let moments = self.first[layer].iter_mut().zip(&mut self.second[layer]);
            for (((value, own_sign), (first, second)), slope) in weights.zip(moments).zip(&gradient.slopes[layer]) {
                let slope = slope * mean;
                *first += (1.0 - FIRST_DECAY) * (slope - *first);
                *second += (1.0 - SECOND_DECAY) * (slope * slope - *second);
                let step = *first * first_scale / ((*second * second_scale).sqrt() + EPSILON);
                *value = (*value - self.learning_rate * step).clamp(-1.0, 1.0);
                *own_sign = sign(*value);
            }
        }
    }
}

/// What pre-activations of a fan-in are multiplied with, `1 / sqrt(2 n)`.
///
/// The sum of `n` random spins has the standard deviation `sqrt(n)`. A division by `n` would put all sums of a wide layer next to
/// zero, where the stand-in lets every gradient pass and neurons drift until they are constant.
fn scale_of(fan_in: usize) -> f32 {
    1.0 / (2.0 * fan_in as f32).sqrt()
}

/// `+1` for zero, as everywhere.
fn sign(value: f32) -> f32 {
    if value >= 0.0 { 1.0 } else { -1.0 }
}

/// The sum of products, in eight lanes that the compiler can keep in one register.
fn dot(left: &[f32], right: &[f32]) -> f32 {
    let (left_lanes, right_lanes) = (left.chunks_exact(8), right.chunks_exact(8));
    let rest: f32 = left_lanes.remainder().iter().zip(right_lanes.remainder()).map(|(left, right)| left * right).sum();
    let mut lanes = [0.0; 8];
    for (left, right) in left_lanes.zip(right_lanes) {
        for lane in 0..8 {
            lanes[lane] += left[lane] * right[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slopes_of_the_last_layer_agree_with_finite_differences() {
        // Of one layer alone no sign is in the way: the loss is smooth in its weights.
        let architecture = Architecture::new(vec![4, 2], true).unwrap();
        let mut latent = Latent::random(architecture, &mut isinglass_qubo::rng::stream(1, 0));
        let (input, target, sharpness) = ([0b0110], [0b01], 2.0);
        let mut gradient = Gradient::zero(&latent);
        latent.add_gradient(&mut gradient, &input, &target, sharpness);
        let loss = |signs: &[f32]| -> f32 {
            let spins = [-1.0, 1.0, 1.0, -1.0, 1.0];
            let preactivation = |neuron: usize| dot(&signs[neuron * 5..neuron * 5 + 5], &spins) / 10f32.sqrt();
            let one = |spin: f32, neuron: usize| (1.0 + (-sharpness * spin * preactivation(neuron)).exp()).ln();
            one(1.0, 0) + one(-1.0, 1)
        };
        for index in 0..10 {
            let at = latent.signs[0][index];
            latent.signs[0][index] = at + 0.01;
            let above = loss(&latent.signs[0]);
            latent.signs[0][index] = at - 0.01;
            let below = loss(&latent.signs[0]);
            latent.signs[0][index] = at;
            let slope = (above - below) / 0.02;
            assert!((slope - gradient.slopes[0][index]).abs() < 1e-3, "{slope} {}", gradient.slopes[0][index]);
        }
    }

    #[test]
    fn a_hidden_layer_gets_the_slope_of_the_layer_above_within_its_window() {
        let architecture = Architecture::new(vec![3, 3, 1], false).unwrap();
        let spins = [1.0, -1.0, 1.0];
        let scale = 1.0 / 6f32.sqrt();
        let mut blocked = 0;
        for seed in 0..20 {
            let latent = Latent::random(architecture.clone(), &mut isinglass_qubo::rng::stream(seed, 0));
            let mut gradient = Gradient::zero(&latent);
            latent.add_gradient(&mut gradient, &[0b101], &[1], 1.0);
            let output = scale * dot(&latent.signs[1], &gradient.activations[1]);
            let slope = -1.0 / (1.0 + output.exp());
            for neuron in 0..3 {
                // Three spins that all agree are outside: 3 / sqrt(6) > 1.
                let inside = dot(&latent.signs[0][neuron * 3..neuron * 3 + 3], &spins).abs() < 2.0;
                blocked += usize::from(!inside);
                for (input, spin) in spins.into_iter().enumerate() {
                    let passed = slope * latent.signs[1][neuron] * scale * spin * scale;
                    let expected = if inside { passed } else { 0.0 };
                    assert!((gradient.slopes[0][neuron * 3 + input] - expected).abs() < 1e-6);
                }
            }
        }
        assert!(blocked > 0);
    }
}
