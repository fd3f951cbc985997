//! An Ising model in the narrowest numbers that hold it.

use super::number::Number;
use crate::model::Bqm;
use crate::sampler::scaling::{common_unit, largest_field};

/// The type of the numbers of replicas, narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sampler) enum Width {
    Byte,
    Integer,
    Single,
    Double,
}

/// What coefficients are divided by, and in which numbers they are then held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::sampler) struct Scaling {
    pub(in crate::sampler) width: Width,
    pub(in crate::sampler) unit: f64,
    /// Whether sums of fields may round; then they are computed afresh now and then.
    pub(in crate::sampler) rounds: bool,
}

/// The largest thermal error, `beta` times energy, that 32-bit floating-point numbers may bring in.
const NEGLIGIBLE: f64 = 1e-3;

impl Scaling {
    /// Integers or exact floating-point numbers if all coefficients are multiples of a common unit and no field can leave the
    /// range. Otherwise floating-point numbers with the largest field near 1: of 32 bits, unless their rounding would be felt at
    /// `coldest`, the largest inverse temperature.
    pub(in crate::sampler) fn new(spin: &Bqm, coldest: f64) -> Self {
        let largest = largest_field(spin);
        if let Some(unit) = common_unit(spin) {
            let widths = [
                (f64::from(i8::MAX), Width::Byte),
                (f64::from(i16::MAX), Width::Integer),
                (f64::from(1 << 24), Width::Single),
                ((1u64 << 52) as f64, Width::Double),
            ];
            if let Some(&(_, width)) = widths.iter().find(|&&(limit, _)| largest / unit <= limit) {
                return Self { width, unit, rounds: false };
            }
        }
        if largest == 0.0 {
            return Self { width: Width::Byte, unit: 1.0, rounds: false };
        }
        // a power of two, so that the division itself does not round; kept away from the ends of the range of f64
        let unit = 2f64.powi((largest.log2().floor() as i32).clamp(-1000, 1000));
        let felt = coldest * largest * f64::from(f32::EPSILON) > NEGLIGIBLE;
        Self { width: if felt { Width::Double } else { Width::Single }, unit, rounds: true }
    }

    /// `beta` per unit, finite.
    pub(in crate::sampler) fn beta(&self, beta: f64) -> f64 {
        (beta * self.unit).min(1e150)
    }
}

/// Calls `$body` with `$number` being the type of numbers of a width.
macro_rules! with_width {
    ($width:expr, $number:ident => $body:expr) => {
        match $width {
            $crate::sampler::replicas::Width::Byte => {
                type $number = i8;
                $body
            }
            $crate::sampler::replicas::Width::Integer => {
                type $number = i16;
                $body
            }
            $crate::sampler::replicas::Width::Single => {
                type $number = f32;
                $body
            }
            $crate::sampler::replicas::Width::Double => {
                type $number = f64;
                $body
            }
        }
    };
}
pub(in crate::sampler) use with_width;

/// Linear biases and couplings as multiples of a unit, couplings as compressed rows.
pub(in crate::sampler) struct Problem<T> {
    pub(super) linear: Vec<T>,
    row_starts: Vec<usize>,
    entries: Vec<Entry<T>>,
    pub(super) rounds: bool,
}

/// What a kernel needs of one coupling: its strength and the other variable.
#[derive(Clone, Copy)]
pub(in crate::sampler) struct Entry<T> {
    pub(in crate::sampler) strength: T,
    pub(in crate::sampler) neighbor: u32,
}

impl<T: Number> Problem<T> {
    pub(in crate::sampler) fn new(spin: &Bqm, scaling: Scaling) -> Self {
        let scaled = |bias: f64| T::from_f64(bias / scaling.unit);
        let (mut row_starts, mut entries) = (vec![0], Vec::with_capacity(2 * spin.num_interactions()));
        for variable in 0..spin.num_variables() {
            let (neighbors, biases) = spin.neighborhood(variable);
            let row = neighbors.iter().zip(biases);
            let row = row.map(|(&neighbor, &bias)| Entry { strength: scaled(bias), neighbor });
            entries.extend(row.filter(|entry| entry.strength != T::ZERO));
            row_starts.push(entries.len());
        }
        let linear = spin.linear().iter().map(|&bias| scaled(bias)).collect();
        Self { linear, row_starts, entries, rounds: scaling.rounds }
    }

    /// The couplings of `variable`.
    #[inline(always)]
    pub(in crate::sampler) fn row(&self, variable: usize) -> &[Entry<T>] {
        &self.entries[self.row_starts[variable]..self.row_starts[variable + 1]]
    }

    /// Number of variables.
    pub(in crate::sampler) fn num_variables(&self) -> usize {
        self.linear.len()
    }

    /// Couplings of a variable that has any, on average.
    pub(in crate::sampler) fn mean_degree(&self) -> f64 {
        let coupled = self.row_starts.windows(2).filter(|row| row[0] < row[1]).count();
        self.entries.len() as f64 / coupled.max(1) as f64
    }

    /// Mean absolute strength of the couplings; 1 where there are none.
    pub(in crate::sampler) fn mean_coupling(&self) -> f64 {
        if self.entries.is_empty() {
            return 1.0;
        }
        self.entries.iter().map(|entry| entry.strength.to_f64().abs()).sum::<f64>() / self.entries.len() as f64
    }

    /// Whether turning all spins keeps the energy.
    pub(in crate::sampler) fn is_symmetric(&self) -> bool {
        self.linear.iter().all(|bias| *bias == T::ZERO)
    }
}
