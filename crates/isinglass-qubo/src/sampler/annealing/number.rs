//! The types that spins, fields and couplings of a block can have.

use super::lanes::{Couplings, State};
use super::random::Random;
use super::{small, wide};
use crate::sampler::isa::Isa;

/// A type of numbers with the kernel that anneals them. Integer arithmetic wraps: a field that is known to fit in the end may
/// leave the range on the way there.
pub(super) trait Number: Copy + PartialEq + PartialOrd + Send + Sync {
    const ZERO: Self;
    const ONE: Self;
    const MINUS_TWO: Self;

    /// Rounds; integers are only asked for values that they hold.
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn to_f32(self) -> f32;
    fn times(self, other: Self) -> Self;
    fn plus(self, other: Self) -> Self;

    /// Offers every variable a flip in every lane, in index order, at inverse temperature `beta` per unit of the fields.
    fn sweep(isa: Isa, beta: f64, couplings: &Couplings<Self>, state: &mut State<Self>, random: &mut Random);
}

macro_rules! number {
    ($type:ty, $zero:literal, $one:literal, $minus_two:literal, $times:expr, $plus:expr, $sweep:path) => {
        impl Number for $type {
            const ZERO: Self = $zero;
            const ONE: Self = $one;
            const MINUS_TWO: Self = $minus_two;
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
            fn times(self, other: Self) -> Self {
                $times(self, other)
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                $plus(self, other)
            }
            fn sweep(isa: Isa, beta: f64, couplings: &Couplings<Self>, state: &mut State<Self>, random: &mut Random) {
                $sweep(isa, beta, couplings, state, random);
            }
        }
    };
}

number!(i8, 0, 1, -2, i8::wrapping_mul, i8::wrapping_add, small::sweep);
number!(i16, 0, 1, -2, i16::wrapping_mul, i16::wrapping_add, wide::sweep_integers);
number!(f32, 0.0, 1.0, -2.0, |a, b| a * b, |a, b| a + b, wide::sweep_singles);
number!(f64, 0.0, 1.0, -2.0, |a, b| a * b, |a, b| a + b, wide::sweep_doubles);
