//! Weights as a small picture for the terminal.

use crate::network::{Architecture, Network};
use std::collections::HashMap;
use std::fmt::Write as _;

/// Networks with more weights than this are not drawn.
const MAX_WEIGHTS: usize = 2048;

/// A picture of the weights: `█` is +1, `·` is -1; empty for a network too large to look at.
///
/// The first layer is drawn as images if its inputs are pixels (named `r1c1`, row and column from 1), with a gap where an
/// image has a pixel that the network does not see; every other layer as one row of weights for each neuron.
#[must_use]
pub fn weights_picture(network: &Network, input_names: &[String]) -> String {
    let architecture = network.architecture();
    let mut picture = String::new();
    if architecture.num_weights() > MAX_WEIGHTS {
        return picture;
    }
    for layer in 0..architecture.num_layers() {
        let pixels = (layer == 0).then(|| pixels(input_names)).flatten();
        let title = layer_title(architecture, layer);
        match pixels {
            Some(pixels) => images(&mut picture, network, &title, &pixels),
            None => rows(&mut picture, network, layer, &title),
        }
    }
    picture
}

/// What the neurons of a layer are called, before their numbers.
pub(super) fn layer_title(architecture: &Architecture, layer: usize) -> String {
    match (architecture.num_layers() - layer, layer) {
        (1, _) => "output".to_owned(),
        (2, 0) => "hidden".to_owned(),
        _ => format!("hidden {}, neuron", layer + 1),
    }
}

fn block(weight: bool) -> char {
    if weight { '█' } else { '·' }
}

fn sign(weight: bool) -> char {
    if weight { '+' } else { '-' }
}

fn rows(picture: &mut String, network: &Network, layer: usize, title: &str) {
    let architecture = network.architecture();
    for neuron in 0..architecture.width(layer + 1) {
        let weights: String = (0..architecture.width(layer)).map(|i| block(network.weight(layer, neuron, i))).collect();
        let number = if architecture.width(layer + 1) == 1 { String::new() } else { format!(" {:>2}", neuron + 1) };
        let _ = write!(picture, "  {title}{number}  {weights}");
        if architecture.bias() {
            let _ = write!(picture, "  bias {}", sign(network.weight(layer, neuron, architecture.width(layer))));
        }
        picture.push('\n');
    }
}

/// The place of each input in an image, if every input is a pixel of its own.
pub(super) fn pixels(input_names: &[String]) -> Option<HashMap<(usize, usize), usize>> {
    let mut places = HashMap::new();
    for (input, name) in input_names.iter().enumerate() {
        let (row, column) = name.strip_prefix('r')?.split_once('c')?;
        places.insert((row.parse().ok()?, column.parse().ok()?), input);
    }
    (places.len() == input_names.len() && !places.is_empty()).then_some(places)
}

/// The neurons of the first layer as images, several side by side.
fn images(picture: &mut String, network: &Network, title: &str, pixels: &HashMap<(usize, usize), usize>) {
    let architecture = network.architecture();
    let last = |part: fn(&(usize, usize)) -> usize| pixels.keys().map(part).max().unwrap_or(0);
    let first = |part: fn(&(usize, usize)) -> usize| pixels.keys().map(part).min().unwrap_or(0);
    let (top, bottom, left, right) =
        (first(|place| place.0), last(|place| place.0), first(|place| place.1), last(|place| place.1));
    // two characters a pixel make it about square
    let width = (2 * (right - left + 1)).max(title.len() + 4);
    let side_by_side = (90 / (width + 3)).max(1);
    let neurons: Vec<usize> = (0..architecture.width(1)).collect();
    for strip in neurons.chunks(side_by_side) {
        let mut lines = vec![String::new(); bottom - top + 2 + usize::from(architecture.bias())];
        for &neuron in strip {
            let _ = write!(lines[0], "  {:<width$} ", format!("{title} {}", neuron + 1));
            for row in top..=bottom {
                let pixel = |column| match pixels.get(&(row, column)) {
                    Some(&input) => block(network.weight(0, neuron, input)),
                    None => ' ',
                };
                let line: String = (left..=right).flat_map(|column| [pixel(column); 2]).collect();
                let _ = write!(lines[row - top + 1], "  {line:<width$} ");
            }
            if architecture.bias() {
                let bias = format!("bias {}", sign(network.weight(0, neuron, architecture.num_inputs())));
                let _ = write!(lines[bottom - top + 2], "  {bias:<width$} ");
            }
        }
        for line in lines {
            picture.push_str(line.trim_end());
            picture.push('\n');
        }
    }
}
