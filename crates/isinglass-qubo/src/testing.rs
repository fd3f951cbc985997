//! Problems with known answers, and the conformance suite that every sampler passes.

use crate::model::{Bqm, BqmBuilder, Vartype};
use crate::rng::stream;
use crate::sampler::{RunControl, SampleStatus, Sampler, Sampling};
use rand_core::Rng;
use std::sync::atomic::AtomicBool;

/// A random model with integer coefficients in `-range..=range`: about `degree` interactions for each variable.
///
/// # Panics
/// When there are interactions but fewer than two variables.
#[must_use]
pub fn random_integer_model(vartype: Vartype, num_variables: usize, degree: usize, range: u32, seed: u64) -> Bqm {
    let mut stream = stream(seed, 1);
    let mut draw = |below: u64| (stream.next_u64() >> 16) % below;
    let coefficient = |draw: &mut dyn FnMut(u64) -> u64| draw(u64::from(2 * range + 1)) as f64 - f64::from(range);
    let mut builder = BqmBuilder::new(vartype, num_variables);
    for variable in 0..num_variables {
        builder.add_linear(variable, coefficient(&mut draw));
    }
    for _ in 0..num_variables * degree / 2 {
        let first = draw(num_variables as u64) as usize;
        let second = (first + 1 + draw(num_variables as u64 - 1) as usize) % num_variables;
        builder.add_quadratic(first, second, coefficient(&mut draw));
    }
    builder.build().expect("small integers are finite")
}

/// An Ising model with a planted ground state: a ferromagnet seen through a random gauge, `J_ij = -s_i s_j` on a ring with
/// random chords. Returns the model and the energy of its ground states, minus the number of couplings counted with weights.
///
/// # Panics
/// When there are no variables.
#[must_use]
pub fn planted_model(num_variables: usize, seed: u64) -> (Bqm, f64) {
    let mut stream = stream(seed, 2);
    let mut draw = |below: u64| (stream.next_u64() >> 16) % below;
    let planted: Vec<f64> = (0..num_variables).map(|_| draw(2) as f64 * 2.0 - 1.0).collect();
    let mut builder = BqmBuilder::new(Vartype::Spin, num_variables);
    let mut ground = 0.0;
    for first in 0..num_variables {
        for second in [(first + 1) % num_variables, draw(num_variables as u64) as usize] {
            if first != second {
                builder.add_quadratic(first, second, -planted[first] * planted[second]);
                ground -= 1.0;
            }
        }
    }
    (builder.build().expect("small integers are finite"), ground)
}

/// Holds a sampler to the contract of [`Sampler`]. `make(seed, threads)` builds it with a few reads.
///
/// # Panics
/// When the contract is broken; the message says where.
pub fn sampler_conformance<S: Sampler>(make: impl Fn(u64, usize) -> S) {
    let run = |bqm: &Bqm, seed, threads| {
        let sampling = make(seed, threads).sample(bqm, &RunControl::default()).expect("a small problem is taken");
        check_samples(bqm, &sampling);
        sampling
    };
    for vartype in [Vartype::Spin, Vartype::Binary] {
        for (num_variables, degree) in [(1, 0), (2, 1), (9, 0), (12, 4), (16, 15)] {
            let bqm = random_integer_model(vartype, num_variables, degree, 3, 7);
            let sampling = run(&bqm, 3, 1);
            assert_eq!(sampling, run(&bqm, 3, 2), "the number of threads changes the samples");
            assert_eq!(sampling, run(&bqm, 3, 1), "the same seed gives other samples");
        }
        let nothing = BqmBuilder::new(vartype, 0).build().expect("nothing is finite");
        assert!(!run(&nothing, 0, 1).samples.is_empty(), "a problem without variables has one sample: the empty one");
        let mut isolated = BqmBuilder::new(vartype, 5);
        isolated.add_linear(2, -1.0);
        isolated.add_quadratic(0, 1, 0.0);
        run(&isolated.build().expect("small integers are finite"), 0, 1);
        for size in [1e-300, 1e-12, 1e12, 1e300] {
            let mut extreme = BqmBuilder::new(vartype, 4);
            extreme.add_linear(0, size);
            extreme.add_quadratic(0, 1, -size);
            extreme.add_quadratic(2, 3, 1.0);
            let bqm = extreme.build().expect("1e300 is finite");
            if let Ok(sampling) = make(1, 1).sample(&bqm, &RunControl::default()) {
                check_samples(&bqm, &sampling);
            }
        }
    }
    cancelled_runs_return_what_they_have(&make);
    a_target_is_reported(&make);
}

/// Right shape and values, and energies that are those of the problem.
fn check_samples(bqm: &Bqm, sampling: &Sampling) {
    let values = bqm.vartype().values();
    for row in sampling.samples.rows() {
        assert_eq!(row.sample.len(), bqm.num_variables());
        assert!(row.sample.iter().all(|value| values.contains(value)), "a value outside the vartype");
        assert!(row.energy.is_finite());
        assert_eq!(row.energy, bqm.energy(row.sample), "an energy that is not the problem's");
    }
}

fn cancelled_runs_return_what_they_have<S: Sampler>(make: &impl Fn(u64, usize) -> S) {
    let bqm = random_integer_model(Vartype::Spin, 26, 6, 3, 1);
    let cancel = AtomicBool::new(true);
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    let sampling = make(0, 1).sample(&bqm, &control).expect("a small problem is taken");
    assert_eq!(sampling.status, SampleStatus::Interrupted);
    assert!(!sampling.samples.is_empty(), "a cancelled run returns at least one sample");
    check_samples(&bqm, &sampling);
}

fn a_target_is_reported<S: Sampler>(make: &impl Fn(u64, usize) -> S) {
    let (bqm, ground) = planted_model(14, 4);
    let control = RunControl { target: Some(ground), ..RunControl::default() };
    let sampling = make(0, 1).sample(&bqm, &control).expect("a small problem is taken");
    let best = sampling.best().expect("a run has a sample").energy;
    assert!(best >= ground, "below the planted ground state");
    if best <= ground {
        assert!(
            matches!(sampling.status, SampleStatus::Target | SampleStatus::Optimal),
            "a target met is not reported"
        );
    }
}
