//! Random models from a seed.

use crate::model::{Bqm, BqmBuilder, Vartype};
use crate::rng::{Stream, stream};
use rand_core::Rng;

/// A model, one of its minimizers, and their energy.
#[derive(Clone, Debug, PartialEq)]
pub struct Planted {
    /// The model, over spins.
    pub bqm: Bqm,
    /// A sample of least energy.
    pub sample: Vec<i8>,
    /// Its energy.
    pub energy: f64,
}

/// An Ising model whose minimum is known: frustrated loops that share one ground state.
///
/// Each of `num_loops` loops visits `3..=6` distinct random variables (all, where there are fewer). Its couplings agree with a
/// random sample, all but one, so that the sample is a minimizer of every loop and hence of their sum. Couplings are integers;
/// fewer than three variables leave no room for a loop, and the model without terms.
///
/// # References
/// I. Hen et al., *Probing for quantum speedup in spin-glass problems with planted solutions*, Phys. Rev. A 92 (2015).
///
/// # Panics
/// Never: the coefficients are finite.
///
/// # Examples
/// ```
/// use isinglass_qubo::{sampler::exhaustive, testing::planted};
/// let planted = planted(12, 10, 1);
/// assert_eq!(exhaustive::minimum(&planted.bqm)?, planted.energy);
/// # Ok::<(), isinglass_qubo::SampleError>(())
/// ```
#[must_use]
pub fn planted(num_variables: usize, num_loops: usize, seed: u64) -> Planted {
    let mut stream = stream(seed, 0);
    let sample: Vec<i8> = (0..num_variables).map(|_| if below(&mut stream, 2) == 1 { 1 } else { -1 }).collect();
    let mut builder = BqmBuilder::new(Vartype::Spin, num_variables).drop_zeros();
    let mut energy = 0.0;
    let mut order: Vec<usize> = (0..num_variables).collect();
    for _ in 0..if num_variables < 3 { 0 } else { num_loops } {
        let length = (3 + below(&mut stream, 4)).min(num_variables);
        for place in 0..length {
            order.swap(place, place + below(&mut stream, num_variables - place));
        }
        let frustrated = below(&mut stream, length);
        for place in 0..length {
            let (first, second) = (order[place], order[(place + 1) % length]);
            let aligned = f64::from(sample[first] * sample[second]);
            builder.add_quadratic(first, second, if place == frustrated { aligned } else { -aligned });
        }
        energy -= length as f64 - 2.0;
    }
    Planted { bqm: builder.build().expect("small integers"), sample, energy }
}

/// A model with random integer coefficients in `-largest..=largest`, zeros among them, `degree * num_variables / 2` random pairs
/// (equal ones add up), and the offset 0.5.
///
/// # Panics
/// Never: the coefficients are finite.
#[must_use]
pub fn random_integers(vartype: Vartype, num_variables: usize, degree: usize, largest: u32, seed: u64) -> Bqm {
    let width = 2 * largest as usize + 1;
    random(vartype, num_variables, degree, seed, |stream| below(stream, width) as f64 - f64::from(largest))
}

/// As [`random_integers`], with coefficients evenly distributed in `-1.0..1.0`: they have no common unit.
///
/// # Panics
/// Never: the coefficients are finite.
#[must_use]
pub fn random_reals(vartype: Vartype, num_variables: usize, degree: usize, seed: u64) -> Bqm {
    random(vartype, num_variables, degree, seed, |stream| (stream.next_u64() >> 11) as f64 / (1u64 << 52) as f64 - 1.0)
}

fn random(
    vartype: Vartype,
    num_variables: usize,
    degree: usize,
    seed: u64,
    mut bias: impl FnMut(&mut Stream) -> f64,
) -> Bqm {
    let mut stream = stream(seed, 0);
    let mut builder = BqmBuilder::new(vartype, num_variables);
    builder.add_offset(0.5);
    for variable in 0..num_variables {
        builder.add_linear(variable, bias(&mut stream));
    }
    for _ in 0..if num_variables < 2 { 0 } else { degree * num_variables / 2 } {
        let first = below(&mut stream, num_variables);
        let second = (first + 1 + below(&mut stream, num_variables - 1)) % num_variables;
        builder.add_quadratic(first, second, bias(&mut stream));
    }
    builder.build().expect("small numbers")
}

/// A number below `bound`, even enough for tests.
fn below(stream: &mut Stream, bound: usize) -> usize {
    (stream.next_u64() >> 16) as usize % bound
}
