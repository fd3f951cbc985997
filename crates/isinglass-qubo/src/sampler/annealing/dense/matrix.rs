//! Couplings as a full matrix, in blocks that kernels read from end to end; and when it is worth having.

use super::DenseNumber;
use crate::model::Bqm;
use crate::sampler::annealing::problem::Width;

/// Variables that are decided on before fields are brought up to date: as many as a word has bits.
pub(super) const TILE: usize = 64;

/// Variables in a piece of fields.
pub(super) const WIDTH: usize = 128;

/// The largest matrix that is taken.
pub(super) const MAX_BYTES: usize = 4 << 30;

/// Fields, or couplings, of neighbouring variables.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(in crate::sampler::annealing) struct Piece<T>(pub(super) [T; WIDTH]);

/// For each tile of variables, and then for each piece of neighbours, [`TILE`] rows; zero beyond the last variable.
pub(super) struct Matrix<T> {
    pieces: Vec<Piece<T>>,
    num_tiles: usize,
    num_pieces: usize,
}

/// Bytes of a matrix.
pub(super) fn bytes<T>(num_variables: usize) -> usize {
    let rows = num_variables.next_multiple_of(TILE);
    rows.saturating_mul(num_variables.next_multiple_of(WIDTH)).saturating_mul(size_of::<T>())
}

/// Whether the dense layout is the faster one for a problem, and its matrix of bearable size.
///
/// An update of real coefficients took about 0.035 ns for each neighbour in the sparse layout, and 2 ns and 0.006 ns for each
/// variable in the dense one (AVX-512, `beta` from hot to cold on random problems of 64 to 3,000 variables). So the dense one
/// pays from a mean degree of about `50 + n / 7` on; with integers, which the sparse layout is better at, from `150 + n / 9` on.
pub(in crate::sampler::annealing) fn suits(spin: &Bqm, width: Width) -> bool {
    let num_variables = spin.num_variables();
    let (bytes, least_degree) = match width {
        // so many neighbours do not fit a byte
        Width::Byte => return false,
        Width::Integer => (bytes::<i16>(num_variables), 150 + num_variables / 9),
        Width::Single => (bytes::<f32>(num_variables), 50 + num_variables / 7),
        Width::Double => (bytes::<f64>(num_variables), 50 + num_variables / 7),
    };
    num_variables > 0 && bytes <= MAX_BYTES && 2 * spin.num_interactions() / num_variables >= least_degree
}

impl<T: DenseNumber> Matrix<T> {
    /// The couplings of a model in multiples of `unit`.
    pub(super) fn new(spin: &Bqm, unit: f64) -> Self {
        let num_variables = spin.num_variables();
        let (num_tiles, num_pieces) = (num_variables.div_ceil(TILE), num_variables.div_ceil(WIDTH));
        let mut pieces = vec![Piece([T::ZERO; WIDTH]); num_tiles * num_pieces * TILE];
        for variable in 0..num_variables {
            let (neighbors, biases) = spin.neighborhood(variable);
            let (tile, row) = (variable / TILE, variable % TILE);
            for (&neighbor, &bias) in neighbors.iter().zip(biases) {
                let (piece, column) = (neighbor as usize / WIDTH, neighbor as usize % WIDTH);
                pieces[(tile * num_pieces + piece) * TILE + row].0[column] = T::from_f64(bias / unit);
            }
        }
        Self { pieces, num_tiles, num_pieces }
    }

    pub(super) fn num_tiles(&self) -> usize {
        self.num_tiles
    }

    /// The couplings of the variables of a tile with those of a piece.
    pub(super) fn rows(&self, tile: usize, piece: usize) -> &[Piece<T>] {
        &self.pieces[(tile * self.num_pieces + piece) * TILE..][..TILE]
    }

    /// The rows that are wanted next: those of the next piece, or the first of the next tile, round to the first tile.
    pub(super) fn after(&self, tile: usize, piece: usize) -> &[Piece<T>] {
        let block = (tile * self.num_pieces + piece + 1) % (self.num_tiles * self.num_pieces);
        &self.pieces[block * TILE..][..TILE]
    }
}
