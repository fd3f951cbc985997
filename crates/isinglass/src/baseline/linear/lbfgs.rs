//! L-BFGS with a weak Wolfe line search, for smooth convex functions.
//!
//! # References
//! J. Nocedal, "Updating quasi-Newton matrices with limited storage", 1980; A. S. Lewis and M. L. Overton, "Nonsmooth
//! optimization via quasi-Newton methods", 2013, for the line search by bisection.

use std::collections::VecDeque;

/// Number of stored (step, gradient change) pairs that approximate the inverse Hessian.
const MEMORY: usize = 10;
/// A step must win this share of what the slope promises, and keep at most this share of the slope.
const SUFFICIENT_DECREASE: f64 = 1e-4;
const CURVATURE: f64 = 0.9;
/// Steps tried along one direction.
const MAX_TRIALS: usize = 60;

/// Where the minimisation ended.
pub(super) struct Minimum {
    pub(super) point: Vec<f64>,
    pub(super) num_iterations: usize,
    pub(super) converged: bool,
}

/// A point with its value and gradient.
struct Evaluated {
    point: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

/// A step and how it changed the gradient.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    product: f64,
}

/// Minimises from `start` until the largest component of the gradient is at most `tolerance`; `evaluate` gives value and
/// gradient, or `None` to stop.
pub(super) fn minimise(
    start: Vec<f64>,
    max_iterations: usize,
    tolerance: f64,
    mut evaluate: impl FnMut(&[f64]) -> Option<(f64, Vec<f64>)>,
) -> Minimum {
    let Some((value, gradient)) = evaluate(&start) else {
        return Minimum { point: start, num_iterations: 0, converged: false };
    };
    let mut current = Evaluated { point: start, value, gradient };
    let mut pairs: VecDeque<Pair> = VecDeque::new();
    let mut num_iterations = 0;
    let is_flat = |gradient: &[f64]| gradient.iter().all(|slope| slope.abs() <= tolerance);
    while !is_flat(&current.gradient) && num_iterations < max_iterations {
        let direction = direction(&current.gradient, &pairs);
        let Some(next) = line_search(&current, &direction, &mut evaluate) else { break };
        num_iterations += 1;
        let step: Vec<f64> = next.point.iter().zip(&current.point).map(|(new, old)| new - old).collect();
        let change: Vec<f64> = next.gradient.iter().zip(&current.gradient).map(|(new, old)| new - old).collect();
        let product = dot(&step, &change);
        if product > 0.0 {
            if pairs.len() == MEMORY {
                pairs.pop_front();
            }
            pairs.push_back(Pair { step, change, product });
        }
        current = next;
    }
    Minimum { converged: is_flat(&current.gradient), point: current.point, num_iterations }
}

/// Minus the gradient times the estimated inverse curvature, by the two-loop recursion.
fn direction(gradient: &[f64], pairs: &VecDeque<Pair>) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut factors = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let factor = dot(&pair.step, &direction) / pair.product;
        add(&mut direction, -factor, &pair.change);
        factors.push(factor);
    }
    let scale = match pairs.back() {
        Some(pair) => pair.product / dot(&pair.change, &pair.change),
        // The first step has length one at most.
        None => 1.0 / dot(gradient, gradient).sqrt().max(1.0),
    };
    direction.iter_mut().for_each(|component| *component *= scale);
    for (pair, factor) in pairs.iter().zip(factors.into_iter().rev()) {
        let correction = factor - dot(&pair.change, &direction) / pair.product;
        add(&mut direction, correction, &pair.step);
    }
    direction
}

/// A point along `direction` that satisfies the weak Wolfe conditions, found by doubling and bisection.
fn line_search(
    from: &Evaluated,
    direction: &[f64],
    evaluate: &mut impl FnMut(&[f64]) -> Option<(f64, Vec<f64>)>,
) -> Option<Evaluated> {
    let slope = dot(&from.gradient, direction);
    let (mut low, mut high, mut length) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..MAX_TRIALS {
        let mut point = from.point.clone();
        add(&mut point, length, direction);
        let (value, gradient) = evaluate(&point)?;
        if value > from.value + SUFFICIENT_DECREASE * length * slope {
            high = length;
        } else if dot(&gradient, direction) < CURVATURE * slope {
            low = length;
        } else {
            return Some(Evaluated { point, value, gradient });
        }
        length = if high.is_finite() { (low + high) / 2.0 } else { 2.0 * length };
    }
    None
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// Adds `factor * other` to `sum`.
fn add(sum: &mut [f64], factor: f64, other: &[f64]) {
    sum.iter_mut().zip(other).for_each(|(sum, other)| *sum += factor * other);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badly_scaled_quadratic_is_minimised() {
        let scales = [1.0, 10.0, 1e3, 1e-2];
        let found = minimise(vec![5.0, -3.0, 2.0, 100.0], 200, 1e-9, |point| {
            let gradient: Vec<f64> = point.iter().zip(scales).map(|(x, scale)| scale * (x - 1.0)).collect();
            let value = point.iter().zip(scales).map(|(x, scale)| scale * (x - 1.0).powi(2) / 2.0).sum();
            Some((value, gradient))
        });
        assert!(found.converged, "after {} iterations", found.num_iterations);
        assert!(found.point.iter().all(|x| (x - 1.0).abs() < 1e-6), "{:?}", found.point);
    }

    #[test]
    fn it_stops_when_told_and_keeps_its_place() {
        let found = minimise(vec![3.0], 10, 1e-9, |_| None);
        assert_eq!((found.point, found.num_iterations, found.converged), (vec![3.0], 0, false));
    }
}
