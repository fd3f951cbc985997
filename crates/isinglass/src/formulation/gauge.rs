//! Fixed weights: those the user fixes, and those fixed by gauge symmetry.

use crate::network::Architecture;

/// Known weights, `known[layer][neuron][input]`; `None` is for the QUBO to find.
pub(super) type KnownWeights = Vec<Vec<Vec<Option<bool>>>>;

/// All weights unknown.
pub(super) fn unknown(architecture: &Architecture) -> KnownWeights {
    (0..architecture.num_layers())
        .map(|layer| vec![vec![None; architecture.fan_in(layer)]; architecture.width(layer + 1)])
        .collect()
}

/// Fixes to `+1` the weight from each hidden neuron into the first neuron of the next layer, where a symmetry allows it.
///
/// Negating all weights into a hidden neuron of odd fan-in negates its activation (its sum is never zero); negating all
/// weights out of it as well changes nothing. So of each pair of equivalent networks one has a `+1` there. Taken from the
/// last hidden layer down, each choice leaves those above it alone. A neuron with a weight that the user fixed is left out.
pub(super) fn fix(architecture: &Architecture, known: &mut KnownWeights) {
    let user_fixed = known.clone();
    for layer in 0..architecture.num_layers() - 1 {
        if architecture.fan_in(layer).is_multiple_of(2) {
            continue;
        }
        for neuron in 0..architecture.width(layer + 1) {
            let into_is_free = user_fixed[layer][neuron].iter().all(Option::is_none);
            let out_is_free = user_fixed[layer + 1].iter().all(|weights| weights[neuron].is_none());
            if into_is_free && out_is_free {
                known[layer + 1][0][neuron] = Some(true);
            }
        }
    }
}
