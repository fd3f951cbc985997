//! Rows labelled by a planted network of weights +1 and -1, so that a network of the same shape makes no error.

use std::collections::HashSet;

use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::{BuiltinFault, boolean};
use crate::bits::BitMatrix;
use crate::dataset::order::seeded_shuffle;

/// How the argument is written.
pub(super) const FORM: &str = "teacher:INPUTS-WIDTH-...-1, optionally followed by :bias and :rows=N";

const MAX_WIDTH: u64 = 1024;
const MAX_LAYERS: u64 = 16;
const MAX_ROWS: u64 = 1 << 20;
/// Up to this many inputs all rows are made, unless a number of rows is given.
const ALL_ROWS_UP_TO: usize = 10;
/// Up to this many inputs rows are drawn from a list of all, without repetition.
const LISTED_UP_TO: usize = 20;
const DEFAULT_ROWS: usize = 1024;
const MAX_ATTEMPTS: u32 = 1000;

/// The parsed argument.
#[derive(Debug)]
pub(super) struct Teacher {
    /// Inputs, then the width of each layer; the last is 1.
    widths: Vec<usize>,
    bias: bool,
    num_rows: usize,
}

/// Different rows of inputs and the label of each.
pub(super) struct LabelledRows {
    pub(super) inputs: BitMatrix,
    pub(super) labels: Vec<bool>,
}

impl Teacher {
    pub(super) fn parse(argument: &str) -> Result<Self, BuiltinFault> {
        let not_understood = |text: &str| BuiltinFault::Argument { argument: text.to_owned(), form: FORM };
        let mut parts = argument.split(':');
        let widths_text = parts.next().unwrap_or_default();
        let widths: Vec<u64> = widths_text
            .split('-')
            .map(|width| width.parse().map_err(|_| not_understood(widths_text)))
            .collect::<Result<_, _>>()?;
        BuiltinFault::check_range("the number of layers", widths.len() as u64 - 1, 1, MAX_LAYERS)?;
        for &width in &widths {
            BuiltinFault::check_range("a width", width, 1, MAX_WIDTH)?;
        }
        BuiltinFault::check_range("the width of the last layer", widths[widths.len() - 1], 1, 1)?;
        let widths: Vec<usize> = widths.into_iter().map(|width| width as usize).collect();
        let most_rows = if widths[0] <= LISTED_UP_TO { 1 << widths[0] } else { MAX_ROWS };
        let mut teacher = Self {
            num_rows: if widths[0] <= ALL_ROWS_UP_TO { 1 << widths[0] } else { DEFAULT_ROWS },
            bias: false,
            widths,
        };
        for part in parts {
            match part.split_once('=') {
                None if part == "bias" => teacher.bias = true,
                Some(("rows", number)) => {
                    let number = number.parse().map_err(|_| not_understood(part))?;
                    BuiltinFault::check_range("the number of rows", number, 2, most_rows)?;
                    teacher.num_rows = number as usize;
                }
                _ => return Err(not_understood(part)),
            }
        }
        let cells = teacher.num_rows as u64 * teacher.widths[0] as u64;
        BuiltinFault::check_range("the number of cells", cells, 2, MAX_ROWS * 32)?;
        Ok(teacher)
    }

    /// Draws rows and a network; the network is drawn again until both labels occur.
    pub(super) fn draw(&self, seed: u64) -> Result<LabelledRows, BuiltinFault> {
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
        let inputs = self.rows(&mut generator);
        for _ in 0..MAX_ATTEMPTS {
            let network = self.network(&mut generator);
            let labels: Vec<bool> = (0..inputs.num_rows()).map(|row| forward(&network, &inputs, row)).collect();
            if labels.contains(&true) && labels.contains(&false) {
                return Ok(LabelledRows { inputs, labels });
            }
        }
        Err(BuiltinFault::OneSided { attempts: MAX_ATTEMPTS })
    }

    /// All rows in order, or as many different ones as asked for.
    fn rows(&self, generator: &mut Xoshiro256PlusPlus) -> BitMatrix {
        let num_inputs = self.widths[0];
        if num_inputs <= LISTED_UP_TO {
            let all = boolean::all_rows(num_inputs);
            if self.num_rows == all.num_rows() {
                return all;
            }
            let order = seeded_shuffle(all.num_rows(), generator.next_u64());
            return all.select_rows(&order[..self.num_rows]);
        }
        let mut inputs = BitMatrix::zeros(0, num_inputs);
        let mut seen = HashSet::new();
        let unused_bits = (64 - num_inputs % 64) % 64;
        while inputs.num_rows() < self.num_rows {
            let mut words: Vec<u64> = (0..inputs.words_per_row()).map(|_| generator.next_u64()).collect();
            if let Some(last) = words.last_mut() {
                *last >>= unused_bits;
            }
            if seen.insert(words.clone()) {
                inputs.push_row(&words);
            }
        }
        inputs
    }

    /// One layer after the other, each a list of neurons.
    fn network(&self, generator: &mut Xoshiro256PlusPlus) -> Vec<Vec<Neuron>> {
        let mut spin = || if generator.next_u64() >> 63 == 1 { 1 } else { -1 };
        let layers = self.widths.windows(2).map(|pair| {
            let neuron = |_| Neuron {
                weights: (0..pair[0]).map(|_| spin()).collect(),
                bias: if self.bias { spin() } else { 0 },
            };
            (0..pair[1]).map(neuron).collect()
        });
        layers.collect()
    }
}

/// Fires when the weighted sum of its inputs and its bias is not negative: a tie counts as +1.
struct Neuron {
    weights: Vec<i32>,
    bias: i32,
}

/// The output of the network for one row.
fn forward(network: &[Vec<Neuron>], inputs: &BitMatrix, row: usize) -> bool {
    let mut spins: Vec<i32> = (0..inputs.num_columns()).map(|column| i32::from(inputs.spin(row, column))).collect();
    for layer in network {
        let fire = |neuron: &Neuron| {
            let sum: i32 = neuron.weights.iter().zip(&spins).map(|(weight, spin)| weight * spin).sum();
            if sum + neuron.bias >= 0 { 1 } else { -1 }
        };
        spins = layer.iter().map(fire).collect();
    }
    spins[0] > 0
}
