//! One Metropolis sweep of 64 replicas, each lane at its own temperature.
//!
//! A flip changes the energy by `-2 s f`. It is taken iff `s f + E / (2 beta) >= 0` with `E` exponentially distributed, that is with
//! probability `min(1, exp(2 beta s f))`; with `s f = 0` it is turned down as often as `ZERO_COST_REJECTION` says.

use super::Temperatures;
use super::number::Number;
use super::problem::Problem;
use crate::sampler::isa::dispatch;
use crate::sampler::lanes::{LANES, LaneRandom, Lanes, bits, exponential};
use std::ops::Range;

/// Variables whose gains are summed before they go to the energies.
pub(super) const CHUNK: usize = 1 << 12;

macro_rules! kernels {
    ($sweep:ident, $turn:ident, $look:ident, $type:ty) => {
        dispatch! {
            pub(super) fn $sweep(
                part: (&Problem<$type>, Range<usize>),
                spins: &mut [Lanes<$type>],
                fields: &mut [Lanes<$type>],
                energies: &mut Lanes<f64>,
                temperatures: &Temperatures,
                random: &mut LaneRandom,
            ) = sweep_lanes
        }
        dispatch! {
            pub(super) fn $turn(
                problem: &Problem<$type>,
                variable: usize,
                lanes: u64,
                spins: &mut [Lanes<$type>],
                fields: &mut [Lanes<$type>],
                energies: &mut Lanes<f64>,
            ) = turn_lanes
        }
        dispatch! {
            pub(super) fn $look(spins: &Lanes<$type>, fields: &Lanes<$type>, gains: &mut [f32; LANES]) -> u64 = look_at_lanes
        }
    };
}

kernels!(sweep_bytes, turn_bytes, look_at_bytes, i8);
kernels!(sweep_integers, turn_integers, look_at_integers, i16);
kernels!(sweep_singles, turn_singles, look_at_singles, f32);
kernels!(sweep_doubles, turn_doubles, look_at_doubles, f64);

#[inline(always)]
fn sweep_lanes<T: Number>(
    (problem, variables): (&Problem<T>, Range<usize>),
    spins: &mut [Lanes<T>],
    fields: &mut [Lanes<T>],
    energies: &mut Lanes<f64>,
    temperatures: &Temperatures,
    random: &mut LaneRandom,
) {
    let mut first = variables.start;
    while first < variables.end {
        let end = variables.end.min(first + CHUNK);
        let mut sums = [T::Sum::default(); LANES];
        for variable in first..end {
            update(problem, variable, spins, fields, &mut sums, temperatures, random);
        }
        for (energy, sum) in energies.0.iter_mut().zip(sums) {
            *energy -= 2.0 * sum.into();
        }
        first = end;
    }
}

#[inline(always)]
fn update<T: Number>(
    problem: &Problem<T>,
    variable: usize,
    spins: &mut [Lanes<T>],
    fields: &mut [Lanes<T>],
    sums: &mut [T::Sum; LANES],
    temperatures: &Temperatures,
    random: &mut LaneRandom,
) {
    let words = random.words().0;
    let mut gains = [T::ZERO; LANES];
    let (own_spins, own_fields) = (&spins[variable].0, &fields[variable].0);
    for lane in 0..LANES {
        gains[lane] = own_fields[lane].signed(own_spins[lane]);
    }
    let mut accepted = [false; LANES];
    for lane in 0..LANES {
        let gain = gains[lane].to_f32();
        let least = if gain == 0.0 { temperatures.least_if_free.0[lane] } else { 0.0 };
        accepted[lane] = gain + temperatures.reach.0[lane] * exponential(words[lane]) >= least;
    }
    if !accepted.iter().fold(false, |any, accept| any | accept) {
        return;
    }
    turn_accepted(problem, variable, &accepted, &gains, spins, fields, sums);
}

/// Turns `variable` where accepted, and adds the gains of these lanes to their sums.
#[inline(always)]
fn turn_accepted<T: Number>(
    problem: &Problem<T>,
    variable: usize,
    accepted: &[bool; LANES],
    gains: &[T; LANES],
    spins: &mut [Lanes<T>],
    fields: &mut [Lanes<T>],
    sums: &mut [T::Sum; LANES],
) {
    let spins = &mut spins[variable].0;
    // the new spins of those that turn, zero elsewhere
    let mut turned = [T::ZERO; LANES];
    for lane in 0..LANES {
        let opposite = T::MINUS_ONE.signed(spins[lane]);
        turned[lane] = if accepted[lane] { opposite } else { T::ZERO };
        spins[lane] = if accepted[lane] { opposite } else { spins[lane] };
        sums[lane] = if accepted[lane] { gains[lane] } else { T::ZERO }.add_to(sums[lane]);
    }
    for entry in problem.row(variable) {
        let twice = entry.strength.plus(entry.strength);
        for (field, turned) in fields[entry.neighbor as usize].0.iter_mut().zip(&turned) {
            *field = field.plus(twice.signed(*turned));
        }
    }
}

/// `s_i f_i` of each lane, and the lanes in which the spin is up as bits.
#[inline(always)]
fn look_at_lanes<T: Number>(spins: &Lanes<T>, fields: &Lanes<T>, gains: &mut [f32; LANES]) -> u64 {
    let mut ups = [false; LANES];
    for lane in 0..LANES {
        gains[lane] = fields.0[lane].signed(spins.0[lane]).to_f32();
        ups[lane] = spins.0[lane] > T::ZERO;
    }
    bits(&ups)
}

/// Turns `variable` in the lanes whose bits are set.
#[inline(always)]
fn turn_lanes<T: Number>(
    problem: &Problem<T>,
    variable: usize,
    lanes: u64,
    spins: &mut [Lanes<T>],
    fields: &mut [Lanes<T>],
    energies: &mut Lanes<f64>,
) {
    let mut sums = [T::Sum::default(); LANES];
    let mut gains = [T::ZERO; LANES];
    let (own_spins, own_fields) = (&spins[variable].0, &fields[variable].0);
    for lane in 0..LANES {
        gains[lane] = own_fields[lane].signed(own_spins[lane]);
    }
    let lanes = std::array::from_fn(|lane| lanes >> lane & 1 == 1);
    turn_accepted(problem, variable, &lanes, &gains, spins, fields, &mut sums);
    for (energy, sum) in energies.0.iter_mut().zip(sums) {
        *energy -= 2.0 * sum.into();
    }
}
