//! An Ising model in the narrowest numbers that hold it.

use super::lanes::Couplings;
use super::number::Number;
use super::order::{Order, VariableOrder};
use crate::model::Bqm;
use crate::sampler::clusters::Clusters;
use crate::sampler::scaling::{common_unit, largest_field};

/// The type of a block's numbers, narrowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    Byte,
    Integer,
    Single,
    Double,
}

/// What coefficients are divided by, and in which numbers they are then held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scaling {
    pub(super) width: Width,
    pub(super) unit: f64,
    /// Whether sums of fields may round; then fields are computed afresh now and then.
    pub(super) rounds: bool,
}

/// The largest thermal error, `beta` times energy, that 32-bit floating-point numbers may bring in.
const NEGLIGIBLE: f64 = 1e-3;

impl Scaling {
    /// Bytes, 16-bit integers or exact floating-point numbers if all coefficients are multiples of a common unit and no field can
    /// leave the range. Otherwise floating-point numbers with the largest field near 1: of 32 bits, unless their rounding would
    /// be felt at `coldest`, the largest inverse temperature.
    pub(super) fn new(spin: &Bqm, coldest: f64) -> Self {
        let largest = largest_field(spin);
        if let Some(unit) = common_unit(spin) {
            let bound = largest / unit;
            let widths = [
                (f64::from(i8::MAX), Width::Byte),
                (f64::from(i16::MAX), Width::Integer),
                (f64::from(1 << 24), Width::Single),
                ((1u64 << 52) as f64, Width::Double),
            ];
            if let Some(&(_, width)) = widths.iter().find(|&&(limit, _)| bound <= limit) {
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
}

/// Variables of a sweep between two looks at the clock in a problem that has more of them: a few milliseconds.
pub(super) const PART: usize = 1 << 16;

/// Linear biases and couplings as multiples of a unit.
pub(super) struct Problem<T> {
    pub(super) linear: Vec<T>,
    /// Fields where all spins are -1.
    pub(super) down: Vec<T>,
    pub(super) couplings: Couplings<T>,
    /// The order of a sweep, in parts between which a run can be stopped.
    pub(super) order: Vec<Order>,
    /// Whether each sweep has an order of its own.
    pub(super) shuffles: bool,
    /// What is flipped as a whole after each sweep.
    pub(super) clusters: Clusters,
    pub(super) rounds: bool,
}

impl<T: Number> Problem<T> {
    pub(super) fn new(spin: &Bqm, scaling: Scaling, order: VariableOrder, cluster_moves: bool) -> Self {
        let scaled = |bias: f64| T::from_f64(bias / scaling.unit);
        let num_variables = spin.num_variables();
        let mut couplings = Couplings::with_capacity(num_variables, 2 * spin.num_interactions());
        let mut down = Vec::with_capacity(num_variables);
        for variable in 0..num_variables {
            let (neighbors, biases) = spin.neighborhood(variable);
            let mut field = scaled(spin.linear()[variable]);
            for (&neighbor, &bias) in neighbors.iter().zip(biases) {
                let strength = scaled(bias);
                if strength != T::ZERO {
                    field = field.plus(strength.times(T::from_i8(-1)));
                    couplings.push(neighbor, strength.plus(strength));
                }
            }
            couplings.end_row();
            down.push(field);
        }
        let linear = spin.linear().iter().map(|&bias| scaled(bias)).collect();
        Self {
            linear,
            down,
            couplings,
            order: Order::new(order, spin).into_parts(PART),
            shuffles: order == VariableOrder::Random,
            clusters: if cluster_moves { Clusters::find(spin, scaling.unit) } else { Clusters::default() },
            rounds: scaling.rounds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};

    fn triangle(bias: f64, linear: f64) -> Bqm {
        let mut builder = BqmBuilder::new(Vartype::Spin, 3);
        for (first, second) in [(0, 1), (1, 2), (0, 2)] {
            builder.add_quadratic(first, second, bias);
        }
        builder.add_linear(0, linear);
        builder.build().unwrap()
    }

    fn width(bias: f64, linear: f64, coldest: f64) -> Width {
        Scaling::new(&triangle(bias, linear), coldest).width
    }

    #[test]
    fn the_narrowest_numbers_that_hold_every_field_are_chosen() {
        assert_eq!(width(0.5, 62.5, 1.0), Width::Byte);
        assert_eq!(width(0.5, 63.0, 1.0), Width::Integer);
        assert_eq!(width(1.0, 32_765.0, 1.0), Width::Integer);
        assert_eq!(width(1.0, 32_766.0, 1.0), Width::Single);
        assert_eq!(width(1.0, 1e9, 1.0), Width::Double);
        assert_eq!(width(0.0, 0.0, 1.0), Width::Byte);
    }

    #[test]
    fn coefficients_without_a_common_unit_take_64_bits_only_where_32_would_be_felt() {
        assert_eq!(width(0.1, 1.0, 100.0), Width::Single);
        assert_eq!(width(0.1, 1e6, 100.0), Width::Double);
    }
}
