//! The types that spins, fields and couplings of replicas can have.

use super::Temperatures;
use super::kernel;
use super::problem::Problem;
use crate::sampler::isa::Isa;
use crate::sampler::lanes::{LANES, LaneRandom, Lanes};
use std::ops::Range;

/// A type of numbers with the kernel that sweeps it. Integer arithmetic wraps: a field that is known to fit in the end may leave
/// the range on the way there.
pub(in crate::sampler) trait Number: Copy + PartialEq + PartialOrd + Send + Sync {
    /// Sums of gains of [`kernel::CHUNK`] variables, exact where fields are.
    type Sum: Copy + Default + Into<f64>;
    const ZERO: Self;
    const ONE: Self;
    const MINUS_ONE: Self;

    /// Rounds; integers are only asked for values that they hold.
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn to_f32(self) -> f32;
    fn add_to(self, sum: Self::Sum) -> Self::Sum;
    fn plus(self, other: Self) -> Self;
    /// This number times a sign: -1, 0 or 1.
    fn signed(self, sign: Self) -> Self;

    /// Offers each variable of `part`, a range of those of a problem, a flip in every lane, in index order.
    fn sweep(
        isa: Isa,
        part: (&Problem<Self>, Range<usize>),
        spins: &mut [Lanes<Self>],
        fields: &mut [Lanes<Self>],
        energies: &mut Lanes<f64>,
        temperatures: &Temperatures,
        random: &mut LaneRandom,
    );

    /// Turns `variable` in the lanes whose bits are set.
    fn turn(
        isa: Isa,
        problem: &Problem<Self>,
        variable: usize,
        lanes: u64,
        spins: &mut [Lanes<Self>],
        fields: &mut [Lanes<Self>],
        energies: &mut Lanes<f64>,
    );

    /// `s_i f_i` of each lane, and the lanes in which the spin is up as bits.
    fn look(isa: Isa, spins: &Lanes<Self>, fields: &Lanes<Self>, gains: &mut [f32; LANES]) -> u64;
}

macro_rules! number {
    ($type:ty, $sum:ty, $zero:literal, $one:literal, $minus_one:literal, $plus:expr, $signed:expr, $sweep:path, $turn:path, $look:path) => {
        impl Number for $type {
            type Sum = $sum;
            const ZERO: Self = $zero;
            const ONE: Self = $one;
            const MINUS_ONE: Self = $minus_one;
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.into()
            }
            #[inline(always)]
            fn to_f32(self) -> f32 {
                self as f32
            }
            #[inline(always)]
            fn add_to(self, sum: $sum) -> $sum {
                sum + <$sum>::from(self)
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                $plus(self, other)
            }
            #[inline(always)]
            fn signed(self, sign: Self) -> Self {
                $signed(self, sign)
            }
            fn sweep(
                isa: Isa,
                part: (&Problem<Self>, Range<usize>),
                spins: &mut [Lanes<Self>],
                fields: &mut [Lanes<Self>],
                energies: &mut Lanes<f64>,
                temperatures: &Temperatures,
                random: &mut LaneRandom,
            ) {
                $sweep(isa, part, spins, fields, energies, temperatures, random);
            }
            fn turn(
                isa: Isa,
                problem: &Problem<Self>,
                variable: usize,
                lanes: u64,
                spins: &mut [Lanes<Self>],
                fields: &mut [Lanes<Self>],
                energies: &mut Lanes<f64>,
            ) {
                $turn(isa, problem, variable, lanes, spins, fields, energies);
            }
            fn look(isa: Isa, spins: &Lanes<Self>, fields: &Lanes<Self>, gains: &mut [f32; LANES]) -> u64 {
                $look(isa, spins, fields, gains)
            }
        }
    };
}

// bytes have no multiplication among vector instructions: their signs are chosen
macro_rules! integer {
    ($type:ty, $sweep:path, $turn:path, $look:path) => {
        number!(
            $type,
            i32,
            0,
            1,
            -1,
            <$type>::wrapping_add,
            |number: $type, sign: $type| {
                let signed = if sign < 0 { number.wrapping_neg() } else { number };
                if sign == 0 { 0 } else { signed }
            },
            $sweep,
            $turn,
            $look
        );
    };
}

integer!(i8, kernel::sweep_bytes, kernel::turn_bytes, kernel::look_at_bytes);
integer!(i16, kernel::sweep_integers, kernel::turn_integers, kernel::look_at_integers);
number!(
    f32,
    f64,
    0.0,
    1.0,
    -1.0,
    |a, b| a + b,
    |a, b| a * b,
    kernel::sweep_singles,
    kernel::turn_singles,
    kernel::look_at_singles
);
number!(
    f64,
    f64,
    0.0,
    1.0,
    -1.0,
    |a, b| a + b,
    |a, b| a * b,
    kernel::sweep_doubles,
    kernel::turn_doubles,
    kernel::look_at_doubles
);
