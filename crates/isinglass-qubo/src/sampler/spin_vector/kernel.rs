//! One Metropolis sweep of rotors.

use super::RotorMoves;
use super::rotors::Rotors;
use crate::sampler::clusters::Clusters;
use crate::sampler::isa::dispatch;
use crate::sampler::lanes::{LANES, exponential, unit_interval};
use std::f32::consts::PI;
use std::ops::Range;

/// What a rotor feels, times `beta`, and how far it may turn.
pub(super) struct Strengths {
    /// `beta A / 2`.
    transverse: f32,
    /// `beta B / 2`.
    classical: f32,
    /// The widest step in units of pi; none for angles that do not depend on the present one.
    reach: Option<f32>,
}

/// Stronger fields freeze a rotor just as well, and sums of products stay finite.
const FROZEN: f64 = 1e15;

impl Strengths {
    pub(super) fn new(beta: f64, a: f64, b: f64, moves: RotorMoves) -> Self {
        let reach = match moves {
            RotorMoves::Uniform => None,
            RotorMoves::TransverseField => Some(if a < b { (a / b) as f32 } else { 1.0 }),
        };
        let strength = |energy: f64| (beta * energy / 2.0).min(FROZEN) as f32;
        Self { transverse: strength(a), classical: strength(b), reach }
    }
}

dispatch! {
    /// Offers each rotor of `variables` a new angle in every lane, in index order.
    pub(super) fn sweep(rotors: &mut Rotors<'_>, variables: Range<usize>, strengths: &Strengths) = sweep_lanes
}

#[inline(always)]
fn sweep_lanes(rotors: &mut Rotors<'_>, variables: Range<usize>, strengths: &Strengths) {
    for variable in variables {
        let (proposals, words) = (rotors.random.words().0, rotors.random.words().0);
        let turns = &mut rotors.turns[variable].0;
        let cosines = &mut rotors.cosines[variable].0;
        let fields = &rotors.fields[variable].0;
        let mut changes = [0f32; LANES];
        for lane in 0..LANES {
            let drawn = unit_interval(proposals[lane]);
            let turn = match strengths.reach {
                None => drawn - 0.5,
                Some(reach) => reflected(turns[lane] + reach * (2.0 * drawn - 1.0)),
            };
            // theta = pi (turn + 1/2)
            let change = -sine(turn) - cosines[lane];
            let cost = strengths.classical * fields[lane] * change
                - strengths.transverse * (cosine(turn) - cosine(turns[lane]));
            let accepted = exponential(words[lane]) >= cost;
            changes[lane] = if accepted { change } else { 0.0 };
            turns[lane] = if accepted { turn } else { turns[lane] };
            cosines[lane] = if accepted { -sine(turn) } else { cosines[lane] };
        }
        if changes.iter().fold(true, |none, change| none & (*change == 0.0)) {
            continue;
        }
        for &(neighbor, strength) in rotors.couplings.row(variable) {
            for (field, change) in rotors.fields[neighbor as usize].0.iter_mut().zip(&changes) {
                *field += strength * change;
            }
        }
    }
}

dispatch! {
    /// Offers every cluster in every lane that all its angles go from `theta` to `pi - theta`.
    pub(super) fn turn_clusters(rotors: &mut Rotors<'_>, strengths: &Strengths, clusters: &Clusters) = turn_clusters_in_lanes
}

/// Neither the transverse field nor the couplings within a cluster feel the turn. With
/// `b = sum_i f_i cos theta_i - 2 sum_ij J_ij cos theta_i cos theta_j` over members and bonds, it costs `-2 b` times the strength of the problem.
#[inline(always)]
fn turn_clusters_in_lanes(rotors: &mut Rotors<'_>, strengths: &Strengths, clusters: &Clusters) {
    for (members, bonds) in clusters.iter() {
        let mut outer = [0f32; LANES];
        for &member in members {
            let (cosines, fields) = (&rotors.cosines[member as usize].0, &rotors.fields[member as usize].0);
            for lane in 0..LANES {
                outer[lane] += cosines[lane] * fields[lane];
            }
        }
        for &(first, second, twice) in bonds {
            let twice = twice.clamp(-1e15, 1e15) as f32;
            let (first, second) = (&rotors.cosines[first as usize].0, &rotors.cosines[second as usize].0);
            for lane in 0..LANES {
                outer[lane] -= twice * first[lane] * second[lane];
            }
        }
        let words = rotors.random.words().0;
        let mut signs = [1f32; LANES];
        for lane in 0..LANES {
            let accepted = exponential(words[lane]) >= -2.0 * strengths.classical * outer[lane];
            signs[lane] = if accepted { -1.0 } else { 1.0 };
        }
        for &member in members {
            let member = member as usize;
            let mut changes = [0f32; LANES];
            let (turns, cosines) = (&mut rotors.turns[member].0, &mut rotors.cosines[member].0);
            for lane in 0..LANES {
                changes[lane] = signs[lane] * cosines[lane] - cosines[lane];
                turns[lane] *= signs[lane];
                cosines[lane] *= signs[lane];
            }
            for &(neighbor, strength) in rotors.couplings.row(member) {
                for (field, change) in rotors.fields[neighbor as usize].0.iter_mut().zip(&changes) {
                    *field += strength * change;
                }
            }
        }
    }
}

/// Back into `[-1/2, 1/2]` from at most 1 beyond.
#[inline(always)]
fn reflected(turn: f32) -> f32 {
    let turn = if turn > 0.5 { 1.0 - turn } else { turn };
    if turn < -0.5 { -1.0 - turn } else { turn }
}

/// `sin(pi x)` for `|x| <= 1/2`, by its series to the eleventh power.
#[inline(always)]
fn sine(x: f32) -> f32 {
    let x = PI * x;
    let y = x * x;
    x * (1.0 - y / 6.0 * (1.0 - y / 20.0 * (1.0 - y / 42.0 * (1.0 - y / 72.0 * (1.0 - y / 110.0)))))
}

/// `cos(pi x)` for `|x| <= 1/2`, by its series to the twelfth power.
#[inline(always)]
fn cosine(x: f32) -> f32 {
    let y = PI * x * PI * x;
    1.0 - y / 2.0 * (1.0 - y / 12.0 * (1.0 - y / 30.0 * (1.0 - y / 56.0 * (1.0 - y / 90.0 * (1.0 - y / 132.0)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_and_cosine_are_right_to_six_digits() {
        for step in -1000..=1000 {
            let x = step as f32 / 2000.0;
            let exact = (f64::from(x) * std::f64::consts::PI).sin_cos();
            assert!((f64::from(sine(x)) - exact.0).abs() < 1e-6 && (f64::from(cosine(x)) - exact.1).abs() < 1e-6);
        }
    }

    #[test]
    fn angles_are_reflected_at_both_ends() {
        for (turn, expected) in [(0.25, 0.25), (0.75, 0.25), (-0.75, -0.25), (1.5, -0.5), (-1.5, 0.5)] {
            assert_eq!(reflected(turn), expected);
        }
    }
}
