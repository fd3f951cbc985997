//! Whether the graph of a problem is of low dimension, as grids are: there, parts of good samples fit together.

use crate::model::Bqm;

/// The most neighbours of a variable, on average.
const MOST_NEIGHBORS: usize = 16;

/// Variables from which distances are counted.
const NUM_CENTERS: usize = 16;

/// The largest distance.
const RADIUS: usize = 8;

/// The most variables within that distance, on average: the square lattice has 145, with diagonals 289, and a random graph with three
/// neighbours for each variable 766.
const MOST_WITHIN: usize = 300;

/// Whether few variables are near to each other: at most 16 neighbours, and at most 300 variables and an eighth of all within eight
/// steps of a variable, on average.
///
/// Variables at distance at most `r` of one variable are about `r^d` in a lattice of dimension `d`, and grow exponentially with `r` in a
/// random graph.
pub(super) fn is_low(bqm: &Bqm) -> bool {
    let num_variables = bqm.num_variables();
    if num_variables == 0 || 2 * bqm.num_interactions() > MOST_NEIGHBORS * num_variables {
        return false;
    }
    let most = MOST_WITHIN.min(num_variables / 8);
    let mut met = vec![usize::MAX; num_variables];
    let centers = NUM_CENTERS.min(num_variables);
    let within = (0..centers).map(|center| {
        let mut near = vec![center * num_variables / centers];
        met[near[0]] = center;
        let mut begin = 0;
        for _ in 0..RADIUS {
            let end = near.len();
            for place in begin..end {
                for &other in bqm.neighborhood(near[place]).0 {
                    if met[other as usize] != center {
                        met[other as usize] = center;
                        near.push(other as usize);
                    }
                }
                // enough to decide, whatever the other centres say
                if near.len() > most * NUM_CENTERS {
                    return near.len();
                }
            }
            begin = end;
        }
        near.len()
    });
    within.sum::<usize>() <= most * centers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};
    use crate::testing::random_integers;

    /// A lattice of `side` times `side` variables, each coupled to the ones at these offsets.
    fn lattice(side: usize, offsets: &[(usize, usize)]) -> Bqm {
        let mut builder = BqmBuilder::new(Vartype::Spin, side * side);
        for (row, column) in (0..side * side).map(|variable| (variable / side, variable % side)) {
            for (down, right) in offsets {
                let other = (row + down) % side * side + (column + right) % side;
                builder.add_quadratic(row * side + column, other, 1.0);
            }
        }
        builder.build().unwrap()
    }

    #[test]
    fn lattices_in_the_plane_are_of_low_dimension_and_random_graphs_are_not() {
        assert!(is_low(&lattice(50, &[(0, 1), (1, 0)])));
        assert!(is_low(&lattice(50, &[(0, 1), (1, 0), (1, 1), (1, 49)])));
        for degree in [3, 6, 40] {
            assert!(!is_low(&random_integers(Vartype::Spin, 2500, degree, 9, 1)), "degree {degree}");
        }
    }

    #[test]
    fn problems_without_variables_and_small_ones_are_not() {
        assert!(!is_low(&lattice(0, &[])));
        assert!(!is_low(&lattice(10, &[(0, 1), (1, 0)])));
    }
}
