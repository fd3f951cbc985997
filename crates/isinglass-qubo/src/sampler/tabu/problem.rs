//! An Ising model as one-flip searches read it: couplings in a common unit, integers where that is exact.

use crate::model::{Bqm, Vartype};
use crate::sampler::scaling::{common_unit, largest_field};
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Mul, Neg};

/// Above this share of all pairs the couplings are a full matrix, whose rows are added to the costs as vectors.
const DENSE: f64 = 0.25;

/// The most bytes that a full matrix may take.
const MAX_MATRIX: usize = 1 << 30;

/// Integers in `f64` stay below this in absolute value, so that some of them can be added exactly.
const EXACT_BOUND: f64 = (1u64 << 50) as f64;

/// What rounding may add up to, as a share of the numbers themselves.
const RESOLUTION: f64 = 1.0 / (1u64 << 36) as f64;

/// What costs are: `i32`, or `f64` where biases have no common unit or are too far apart.
pub(in crate::sampler) trait Number:
    Copy + PartialOrd + Debug + Send + Sync + Add<Output = Self> + AddAssign + Mul<Output = Self> + Neg<Output = Self>
{
    /// Above every cost.
    const BOUND: Self;
    /// Added to the cost of a flip that is not allowed: the sum is at least `BOUND`, and its double representable.
    const BLOCKED: Self;
    const ZERO: Self;
    const ONE: Self;
    /// An integer that is ordered as the number is: least numbers are found with vector instructions only among integers.
    type Key: Ord + Copy + Debug + Send + Sync;
    fn key(self) -> Self::Key;
    fn from_key(key: Self::Key) -> Self;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
}

impl Number for i32 {
    const BOUND: Self = 1 << 28;
    const BLOCKED: Self = 1 << 29;
    const ZERO: Self = 0;
    const ONE: Self = 1;
    type Key = Self;
    #[inline(always)]
    fn key(self) -> Self {
        self
    }
    #[inline(always)]
    fn from_key(key: Self) -> Self {
        key
    }
    fn from_f64(value: f64) -> Self {
        value as Self
    }
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Number for f64 {
    const BOUND: Self = Self::INFINITY;
    const BLOCKED: Self = Self::INFINITY;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    type Key = i64;
    #[inline(always)]
    fn key(self) -> i64 {
        flip_negative(self.to_bits() as i64)
    }
    #[inline(always)]
    fn from_key(key: i64) -> Self {
        Self::from_bits(flip_negative(key) as u64)
    }
    fn from_f64(value: f64) -> Self {
        value
    }
    fn to_f64(self) -> f64 {
        self
    }
}

/// Turns the order of the absolute values of negative numbers around.
#[inline(always)]
fn flip_negative(bits: i64) -> i64 {
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

/// The unit in which costs are `i32`, if there is one.
pub(in crate::sampler) fn integer_unit(spin: &Bqm) -> Option<f64> {
    common_unit(spin).filter(|unit| 2.0 * largest_field(spin) / unit < f64::from(i32::BOUND))
}

/// Biases of an Ising model divided by `unit`; couplings twice, since a flip changes a neighbour's field by `2 J`.
#[derive(Debug)]
pub(in crate::sampler) struct Problem<T> {
    unit: f64,
    offset: f64,
    pub(super) linear: Vec<T>,
    row_starts: Vec<usize>,
    neighbors: Vec<u32>,
    /// `2 J` along the compressed rows.
    doubled: Vec<T>,
    /// `2 J` of all pairs in rows filled up to whole blocks; empty for a sparse model.
    matrix: Vec<T>,
    /// Energies that differ by no more count as equal: sums of floating-point numbers drift.
    pub(super) resolution: f64,
    /// `log2` of the variables in a block.
    pub(super) shift: u32,
}

impl Problem<i32> {
    /// `spin` in integer multiples of `unit`, that of [`integer_unit`].
    pub(in crate::sampler) fn in_integers(spin: &Bqm, unit: f64) -> Self {
        Self::new(spin, unit, 0.0)
    }
}

impl Problem<f64> {
    /// `spin` in floating-point numbers: integer multiples of the common unit, if there is one and they can be summed up exactly.
    pub(in crate::sampler) fn in_floats(spin: &Bqm) -> Self {
        let largest = largest_field(spin);
        match common_unit(spin).filter(|unit| largest / unit < EXACT_BOUND) {
            Some(unit) => Self::new(spin, unit, 0.0),
            None => Self::new(spin, 1.0, largest * RESOLUTION),
        }
    }
}

impl<T: Number> Problem<T> {
    fn new(spin: &Bqm, unit: f64, resolution: f64) -> Self {
        debug_assert_eq!(spin.vartype(), Vartype::Spin);
        let num_variables = spin.num_variables();
        let shift = block_shift(num_variables, 2 * spin.num_interactions());
        let stride = num_variables.next_multiple_of(1 << shift);
        let cells = num_variables.saturating_mul(stride);
        let is_dense = spin.density() > DENSE && cells.saturating_mul(size_of::<T>()) <= MAX_MATRIX;
        let mut problem = Self {
            unit,
            offset: spin.offset(),
            linear: spin.linear().iter().map(|&bias| T::from_f64(bias / unit)).collect(),
            row_starts: vec![0],
            neighbors: Vec::with_capacity(2 * spin.num_interactions()),
            doubled: Vec::with_capacity(2 * spin.num_interactions()),
            matrix: vec![T::ZERO; if is_dense { cells } else { 0 }],
            resolution,
            shift,
        };
        for variable in 0..num_variables {
            let (others, biases) = spin.neighborhood(variable);
            for (&other, &bias) in others.iter().zip(biases) {
                let twice = T::from_f64(2.0 * (bias / unit));
                problem.neighbors.push(other);
                problem.doubled.push(twice);
                if is_dense {
                    problem.matrix[variable * stride + other as usize] = twice;
                }
            }
            problem.row_starts.push(problem.neighbors.len());
        }
        problem
    }

    pub(in crate::sampler) fn num_variables(&self) -> usize {
        self.linear.len()
    }

    /// The couplings of `variable` with all variables, if the model is dense.
    #[inline(always)]
    pub(super) fn dense_row(&self, variable: usize) -> Option<&[T]> {
        let stride = self.num_variables().next_multiple_of(1 << self.shift);
        (!self.matrix.is_empty()).then(|| &self.matrix[variable * stride..][..stride])
    }

    /// The neighbours of `variable` and its couplings with them.
    #[inline(always)]
    pub(super) fn row(&self, variable: usize) -> (&[u32], &[T]) {
        let range = self.row_starts[variable]..self.row_starts[variable + 1];
        (&self.neighbors[range.clone()], &self.doubled[range])
    }

    /// Whether a sample and its complement have the same energy.
    pub(in crate::sampler) fn is_symmetric(&self) -> bool {
        self.linear.iter().all(|&bias| bias == T::ZERO)
    }

    /// An energy of the model in units, offset left out; a little higher, so that rounding does not hide that it is met.
    pub(in crate::sampler) fn in_units(&self, energy: f64) -> f64 {
        let units = (energy - self.offset) / self.unit;
        units + units.abs() * RESOLUTION
    }
}

/// `log2` of a size of blocks that balances looking through the blocks of a variable's neighbours and the minima of all blocks.
fn block_shift(num_variables: usize, entries: usize) -> u32 {
    let mean_degree = entries as f64 / num_variables.max(1) as f64;
    let balanced = (num_variables as f64 / (mean_degree + 2.0)).sqrt();
    (balanced.log2().round() as u32).clamp(5, 12)
}
