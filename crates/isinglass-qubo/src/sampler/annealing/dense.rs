//! The layout for dense problems: whole rows of couplings, the fields of each read side by side, and updates that wait.
//!
//! Variables are taken in tiles of 64. Within a tile ([`tile`]) the fields of its own variables are kept up to date for all reads
//! at once, and who flipped is noted, a bit for each read and variable. After the tile ([`rows`]) the rows of the variables that
//! flipped are added to all fields of those reads where they flipped, in index order. So a field is loaded and stored once
//! for a tile and not once for a flip, and a read that did not flip costs nothing. Every field is the sum of the same numbers in
//! the same order as in the sparse layout, so that samples are the same where both go by index.

mod matrix;
mod rows;
#[cfg(test)]
mod tests;
mod tile;

use super::acceptance::Acceptance;
use super::lanes::{LANES, Lanes};
use super::layout::Layout;
use super::number::Number;
use super::order::VariableOrder;
use super::problem::Scaling;
use super::random::{Random, random_spins};
use super::wide::Rule;
use crate::model::Bqm;
use crate::sampler::isa::Isa;
use matrix::{Matrix, Piece, TILE, WIDTH};
use rows::{Turned, transpose};
use tile::Tile;

pub(super) use matrix::suits;

/// Tiles between two looks at the clock: some milliseconds in a problem that has more of them.
const TILES_BETWEEN_LOOKS: usize = 16;

/// The numbers for which there are dense kernels.
pub(super) trait DenseNumber: Number {
    /// What a tile is decided on in: floating-point numbers that hold every field exactly.
    type Wide: Number;

    fn widen(self) -> Self::Wide;
    /// [`rows::add_rows`] for these numbers.
    fn add_rows(
        isa: Isa,
        rows: &[Piece<Self>],
        next: &[Piece<Self>],
        fields: &mut [Piece<Self>],
        turned: &Turned<Self>,
    );
    /// [`tile::offer_flips`] for these numbers.
    fn offer_flips(isa: Isa, rule: Rule, tile: &mut Tile<Self::Wide>, spins: &mut [u64], random: &mut Random);
}

macro_rules! dense_number {
    ($type:ty, $wide:ty, $add_rows:path, $offer_flips:path) => {
        impl DenseNumber for $type {
            type Wide = $wide;

            #[inline(always)]
            fn widen(self) -> $wide {
                self.into()
            }
            fn add_rows(
                isa: Isa,
                rows: &[Piece<Self>],
                next: &[Piece<Self>],
                fields: &mut [Piece<Self>],
                turned: &Turned<Self>,
            ) {
                $add_rows(isa, rows, next, fields, turned);
            }
            fn offer_flips(isa: Isa, rule: Rule, tile: &mut Tile<$wide>, spins: &mut [u64], random: &mut Random) {
                $offer_flips(isa, rule, tile, spins, random);
            }
        }
    };
}

dense_number!(i16, f32, rows::add_integers, tile::offer_singles);
dense_number!(f32, f32, rows::add_singles, tile::offer_singles);
dense_number!(f64, f64, rows::add_doubles, tile::offer_doubles);

/// States of [`LANES`] reads.
pub(super) struct DenseBlock<T: DenseNumber> {
    /// Bit `lane` of a variable is set where its spin is +1.
    spins: Vec<u64>,
    /// For each piece of [`WIDTH`] variables the fields of all reads.
    fields: Vec<Piece<T>>,
    random: Random,
    tile: Box<Tile<T::Wide>>,
}

/// An Ising model with its couplings as a full matrix.
pub(super) struct DenseProblem<T> {
    linear: Vec<T>,
    /// Fields where all spins are -1.
    down: Vec<T>,
    matrix: Matrix<T>,
    rounds: bool,
}

impl<T: DenseNumber> Layout for DenseBlock<T> {
    type Problem = DenseProblem<T>;

    fn problem(spin: &Bqm, scaling: Scaling, order: VariableOrder, _: bool) -> DenseProblem<T> {
        debug_assert_eq!(order, VariableOrder::Index);
        let scaled = |bias: f64| T::from_f64(bias / scaling.unit);
        let linear: Vec<T> = spin.linear().iter().map(|&bias| scaled(bias)).collect();
        let field = |(variable, &own): (usize, &T)| {
            let (_, biases) = spin.neighborhood(variable);
            biases.iter().fold(own, |sum, &bias| sum.plus(scaled(bias).times(T::from_i8(-1))))
        };
        let down = linear.iter().enumerate().map(field).collect();
        DenseProblem { linear, down, matrix: Matrix::new(spin, scaling.unit), rounds: scaling.rounds }
    }

    fn bytes(num_variables: usize) -> (usize, usize) {
        let fields = num_variables.next_multiple_of(WIDTH).saturating_mul(size_of::<Lanes<T>>());
        let spins = num_variables.saturating_mul(size_of::<u64>());
        let rest = size_of::<Random>() + size_of::<Tile<T::Wide>>();
        (matrix::bytes::<T>(num_variables), fields.saturating_add(spins).saturating_add(rest))
    }

    fn new(problem: &DenseProblem<T>, seed: u64, index: usize) -> Self {
        let mut random = Random::new(seed, index);
        let num_variables = problem.linear.len();
        let spins = random_spins(&mut random, num_variables);
        let fields = vec![Piece([T::ZERO; WIDTH]); num_variables.div_ceil(WIDTH) * LANES];
        let mut block = Self { spins, fields, random, tile: Tile::new() };
        block.compute_fields(problem, Isa::Portable);
        block
    }

    fn sweep(
        &mut self,
        problem: &DenseProblem<T>,
        isa: Isa,
        rules: impl Iterator<Item = Acceptance>,
        is_stopped: &dyn Fn() -> bool,
    ) {
        if problem.rounds {
            self.compute_fields(problem, isa);
        }
        for rule in rules {
            let rule = Rule::new(&rule);
            for tile in 0..problem.matrix.num_tiles() {
                if tile > 0 && tile % TILES_BETWEEN_LOOKS == 0 && is_stopped() {
                    return;
                }
                self.offer_tile(problem, isa, rule, tile);
            }
        }
    }

    fn energies(&self, problem: &DenseProblem<T>) -> [f64; LANES] {
        std::array::from_fn(|lane| {
            let term = |(variable, own): (usize, &T)| {
                let field = self.fields[variable / WIDTH * LANES + lane].0[variable % WIDTH];
                let sum = field.to_f64() + own.to_f64();
                if self.spins[variable] >> lane & 1 == 1 { sum } else { -sum }
            };
            problem.linear.iter().enumerate().map(term).sum()
        })
    }

    fn sample(&self, lane: usize, [low, high]: [i8; 2]) -> Vec<i8> {
        self.spins.iter().map(|spins| if spins >> lane & 1 == 1 { high } else { low }).collect()
    }
}

impl<T: DenseNumber> DenseBlock<T> {
    fn compute_fields(&mut self, problem: &DenseProblem<T>, isa: Isa) {
        for (pieces, down) in self.fields.chunks_mut(LANES).zip(problem.down.chunks(WIDTH)) {
            for piece in pieces {
                piece.0[..down.len()].copy_from_slice(down);
            }
        }
        for tile in 0..problem.matrix.num_tiles() {
            let members = tile * TILE..self.spins.len().min((tile + 1) * TILE);
            let up = self.ups(members);
            self.add_tile(problem, isa, tile, &Turned { who: up, up, values: [T::from_i8(-2), T::from_i8(2)] });
        }
    }

    /// For every lane its spins among 64 variables, a bit for each.
    fn ups(&self, members: std::ops::Range<usize>) -> [u64; LANES] {
        let mut ups = [0; TILE];
        ups[..members.len()].copy_from_slice(&self.spins[members]);
        transpose(&ups)
    }

    fn offer_tile(&mut self, problem: &DenseProblem<T>, isa: Isa, rule: Rule, tile: usize) {
        let members = tile * TILE..self.spins.len().min((tile + 1) * TILE);
        let (piece, offset) = (tile * TILE / WIDTH, tile * TILE % WIDTH);
        let own = &self.fields[piece * LANES..][..LANES];
        self.tile.load(own, problem.matrix.rows(tile, piece), offset);
        T::offer_flips(isa, rule, &mut self.tile, &mut self.spins[members.clone()], &mut self.random);
        if self.tile.flips.iter().any(|&flips| flips != 0) {
            let values = [T::from_i8(-2), T::from_i8(2)];
            let turned = Turned { who: transpose(&self.tile.flips), up: self.ups(members), values };
            self.add_tile(problem, isa, tile, &turned);
        }
    }

    fn add_tile(&mut self, problem: &DenseProblem<T>, isa: Isa, tile: usize, turned: &Turned<T>) {
        for (piece, fields) in self.fields.chunks_mut(LANES).enumerate() {
            T::add_rows(isa, problem.matrix.rows(tile, piece), problem.matrix.after(tile, piece), fields, turned);
        }
    }
}
