//! The types that spins, fields and couplings of a block can have.

use super::acceptance::Acceptance;
use super::lanes::{Couplings, State};
use super::order::Order;
use super::random::Random;
use super::{clusters, integer, small, wide};
use crate::sampler::clusters::Clusters;
use crate::sampler::isa::Isa;

/// A type of numbers with the kernel that anneals them. Integer arithmetic wraps: a field that is known to fit in the end may
/// leave the range on the way there.
pub(super) trait Number: Copy + PartialEq + PartialOrd + Send + Sync {
    const ZERO: Self;

    /// Rounds; integers are only asked for values that they hold.
    fn from_f64(value: f64) -> Self;
    fn from_i8(value: i8) -> Self;
    fn to_f64(self) -> f64;
    fn to_f32(self) -> f32;
    fn times(self, other: Self) -> Self;
    fn plus(self, other: Self) -> Self;

    /// Offers the variables of `order` one after another a flip in every lane.
    fn sweep(
        isa: Isa,
        acceptance: &Acceptance,
        couplings: &Couplings<Self>,
        order: &Order,
        state: &mut State<Self>,
        random: &mut Random,
    );

    /// Offers every cluster in every lane a flip of all its members.
    fn flip_clusters(
        isa: Isa,
        acceptance: &Acceptance,
        clusters: &Clusters,
        couplings: &Couplings<Self>,
        state: &mut State<Self>,
        random: &mut Random,
    );
}

macro_rules! number {
    ($type:ty, $zero:literal, $times:expr, $plus:expr, $sweep:path, $flip:path) => {
        impl Number for $type {
            const ZERO: Self = $zero;
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn from_i8(value: i8) -> Self {
                value.into()
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
            fn sweep(
                isa: Isa,
                acceptance: &Acceptance,
                couplings: &Couplings<Self>,
                order: &Order,
                state: &mut State<Self>,
                random: &mut Random,
            ) {
                $sweep(isa, acceptance, couplings, order, state, random);
            }
            fn flip_clusters(
                isa: Isa,
                acceptance: &Acceptance,
                clusters: &Clusters,
                couplings: &Couplings<Self>,
                state: &mut State<Self>,
                random: &mut Random,
            ) {
                $flip(isa, acceptance, clusters, couplings, state, random);
            }
        }
    };
}

number!(i8, 0, i8::wrapping_mul, i8::wrapping_add, small::sweep, clusters::flip_bytes);
number!(i16, 0, i16::wrapping_mul, i16::wrapping_add, integer::sweep, clusters::flip_integers);
number!(f32, 0.0, |a, b| a * b, |a, b| a + b, wide::sweep_singles, clusters::flip_singles);
number!(f64, 0.0, |a, b| a * b, |a, b| a + b, wide::sweep_doubles, clusters::flip_doubles);
