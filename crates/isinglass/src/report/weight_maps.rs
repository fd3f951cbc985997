//! Weights as grids of signs, for figures.

use super::picture::{layer_title, pixels};
use crate::network::Network;
use std::collections::HashMap;

/// Networks with more weights than this have no grids.
const MAX_WEIGHTS: usize = 4096;

/// The weights of a layer, or of one neuron whose inputs are the pixels of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightMap {
    /// What they belong to.
    pub title: String,
    /// Names of the rows.
    pub rows: Vec<String>,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Row by row whether a weight is +1; nothing where there is none.
    pub weights: Vec<Vec<Option<bool>>>,
}

/// The weights of all layers; none for a network too large to look at.
///
/// The first layer is one image for each neuron if its inputs are pixels (named `r1c1`, row and column from 1); every other layer has a
/// row for each neuron and a column for each input, with the bias, where there is one, last.
#[must_use]
pub fn weight_maps(network: &Network, input_names: &[String]) -> Vec<WeightMap> {
    let architecture = network.architecture();
    if architecture.num_weights() > MAX_WEIGHTS {
        return Vec::new();
    }
    let layers = 0..architecture.num_layers();
    layers
        .flat_map(|layer| match (layer == 0).then(|| pixels(input_names)).flatten() {
            Some(pixels) => images(network, &pixels),
            None => vec![neurons(network, layer, input_names)],
        })
        .collect()
}

fn neurons(network: &Network, layer: usize, input_names: &[String]) -> WeightMap {
    let architecture = network.architecture();
    let num_inputs = architecture.width(layer);
    let input = |input: usize| match (layer, input_names.get(input)) {
        (0, Some(name)) => name.clone(),
        (0, None) => format!("input {}", input + 1),
        _ => format!("neuron {}", input + 1),
    };
    let mut columns: Vec<String> = (0..num_inputs).map(input).collect();
    columns.extend(architecture.bias().then(|| "bias".to_owned()));
    let neurons = 0..architecture.width(layer + 1);
    WeightMap {
        title: layer_title(architecture, layer),
        rows: neurons.clone().map(|neuron| format!("neuron {}", neuron + 1)).collect(),
        weights: neurons
            .map(|neuron| (0..columns.len()).map(|input| Some(network.weight(layer, neuron, input))).collect())
            .collect(),
        columns,
    }
}

fn images(network: &Network, pixels: &HashMap<(usize, usize), usize>) -> Vec<WeightMap> {
    let architecture = network.architecture();
    let span = |part: fn(&(usize, usize)) -> usize| {
        let places = pixels.keys().map(part);
        places.clone().min().unwrap_or(0)..=places.max().unwrap_or(0)
    };
    let (rows, columns) = (span(|place| place.0), span(|place| place.1));
    let image = |neuron: usize| {
        let weight = |row, column| pixels.get(&(row, column)).map(|&input| network.weight(0, neuron, input));
        let bias = match architecture.bias() {
            true if network.weight(0, neuron, architecture.num_inputs()) => ", bias +1",
            true => ", bias -1",
            false => "",
        };
        WeightMap {
            title: format!("{} {}{bias}", layer_title(architecture, 0), neuron + 1),
            rows: rows.clone().map(|row| format!("r{row}")).collect(),
            columns: columns.clone().map(|column| format!("c{column}")).collect(),
            weights: rows.clone().map(|row| columns.clone().map(|column| weight(row, column)).collect()).collect(),
        }
    };
    (0..architecture.width(1)).map(image).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Architecture;

    fn network(widths: &[usize], bias: bool) -> Network {
        let architecture = Architecture::new(widths.to_vec(), bias).unwrap();
        Network::from_fn(architecture, |layer, neuron, input| (layer + neuron + input) % 2 == 0)
    }

    #[test]
    fn every_weight_has_its_place_once() {
        for bias in [false, true] {
            let network = network(&[3, 2, 1], bias);
            let maps = weight_maps(&network, &["6".to_owned(), "22".to_owned(), "36".to_owned()]);
            let num_places: usize = maps.iter().flat_map(|map| &map.weights).map(Vec::len).sum();
            assert_eq!(num_places, network.architecture().num_weights());
            assert_eq!(maps[0].columns[..3], ["6", "22", "36"]);
            assert_eq!(maps[0].weights[1][2], Some(network.weight(0, 1, 2)));
            assert_eq!((maps[1].rows.len(), maps[1].columns.len()), (1, 2 + usize::from(bias)));
        }
    }

    #[test]
    fn neurons_that_see_pixels_are_images_with_gaps_where_there_is_no_pixel() {
        let names = ["r2c1", "r2c3", "r3c2"].map(str::to_owned);
        let network = network(&[3, 2, 1], true);
        let maps = weight_maps(&network, &names);
        assert_eq!(maps.len(), 3);
        assert_eq!((maps[0].rows.join(" "), maps[0].columns.join(" ")), ("r2 r3".to_owned(), "c1 c2 c3".to_owned()));
        let sign = |input| Some(network.weight(0, 1, input));
        assert_eq!(maps[1].weights, [vec![sign(0), None, sign(1)], vec![None, sign(2), None]]);
        assert!(maps[1].title.ends_with(", bias +1") || maps[1].title.ends_with(", bias -1"));
    }

    #[test]
    fn a_network_too_large_to_look_at_has_no_grids() {
        assert!(weight_maps(&network(&[2000, 3, 1], false), &[]).is_empty());
    }
}
