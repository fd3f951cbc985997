//! What every sampler must do.

use super::generate::{planted, random_integers, random_reals};
use crate::model::{Bqm, BqmBuilder, Vartype};
use crate::sampler::{RunControl, SampleError, SampleResult, SampleStatus, Sampler};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Holds a sampler to the contract of [`Sampler`]. `make(seed, threads)` returns it with this seed and that many threads, set up so
/// that a model of a dozen variables is solved with near certainty; models have at most 16 variables.
///
/// Checked: samples have the vartype and the length of the problem, energies are those of [`Bqm::energy`] and finite; the same
/// seed gives the same samples on one thread and on two; a planted minimum is found; models without variables, without terms,
/// with isolated variables and with one variable are solved; a target stops the run; a cancelled run, and one whose deadline
/// has passed, return what they have; coefficients between `1e-300` and `1e300` either work or are refused.
///
/// # Panics
/// At the first breach, with a sentence that says which.
///
/// # Examples
/// ```
/// use isinglass_qubo::{sampler::SimulatedAnnealing, testing::sampler_conformance};
/// sampler_conformance(|seed, threads| {
///     Box::new(SimulatedAnnealing { num_sweeps: 200, seed, threads: Some(threads), ..SimulatedAnnealing::default() })
/// });
/// ```
pub fn sampler_conformance(make: impl Fn(u64, usize) -> Box<dyn Sampler>) {
    let sampler = make(1, 1);
    assert!(!sampler.name().is_empty(), "a sampler has a name");
    for vartype in [Vartype::Spin, Vartype::Binary] {
        check_models(&*sampler, vartype);
        check_threads(&make, vartype);
        check_scales(&*sampler, vartype);
    }
    check_planted(&*sampler);
    check_stopping(&*sampler);
}

/// Runs without limits and checks what comes back.
fn run(sampler: &dyn Sampler, bqm: &Bqm, what: &str) -> SampleResult {
    let sampling = sampler.sample(bqm, &RunControl::default());
    let sampling = sampling.unwrap_or_else(|error| panic!("{what} is sampled, but: {error}"));
    assert!(
        matches!(sampling.status, SampleStatus::Heuristic | SampleStatus::Optimal),
        "{what}: nobody stopped the run, but its status is {:?}",
        sampling.status
    );
    check(bqm, &sampling, what);
    sampling
}

fn check(bqm: &Bqm, sampling: &SampleResult, what: &str) {
    assert!(!sampling.samples.is_empty(), "{what}: there is at least one sample");
    assert_eq!(sampling.samples.num_variables(), bqm.num_variables(), "{what}: samples have a value for each variable");
    for row in sampling.samples.rows() {
        let values = bqm.vartype().values();
        assert!(row.sample.iter().all(|value| values.contains(value)), "{what}: values are those of the vartype");
        assert_eq!(row.energy, bqm.energy(row.sample), "{what}: energies are those of the problem");
        assert!(row.energy.is_finite(), "{what}: energies are finite");
        assert!(sampling.lower_bound.is_none_or(|bound| bound <= row.energy), "{what}: no sample is below the bound");
    }
    if sampling.status == SampleStatus::Optimal {
        let best = sampling.best().map(|row| bqm.energy_below(row.sample));
        assert_eq!(sampling.lower_bound, best, "{what}: an optimum is its own bound, rounded down");
    }
}

fn check_models(sampler: &dyn Sampler, vartype: Vartype) {
    for num_variables in 0..3 {
        let mut builder = BqmBuilder::new(vartype, num_variables);
        builder.add_offset(-2.5);
        let bqm = builder.build().expect("finite");
        let sampling = run(sampler, &bqm, "a model without terms");
        assert_eq!(sampling.best().map(|row| row.energy), Some(-2.5), "the energy without terms is the offset");
    }
    let mut builder = BqmBuilder::new(vartype, 5);
    builder.add_linear(1, -1.0);
    builder.add_quadratic(2, 4, 0.0);
    let bqm = builder.build().expect("finite");
    let sampling = run(sampler, &bqm, "a model of isolated variables");
    assert_eq!(sampling.best().map(|row| row.energy), Some(-1.0), "isolated variables are set right");
    run(sampler, &random_integers(vartype, 12, 5, 4, 3), "a model with integer coefficients");
    run(sampler, &random_reals(vartype, 12, 5, 3), "a model with real coefficients");
}

fn check_threads(make: &impl Fn(u64, usize) -> Box<dyn Sampler>, vartype: Vartype) {
    for bqm in [random_integers(vartype, 16, 5, 3, 8), random_reals(vartype, 16, 5, 8)] {
        let one = run(&*make(7, 1), &bqm, "a model on one thread");
        let again = run(&*make(7, 1), &bqm, "a model a second time");
        assert_eq!(one.samples, again.samples, "the same seed gives the same samples");
        let two = run(&*make(7, 2), &bqm, "a model on two threads");
        assert_eq!(one.samples, two.samples, "the number of threads does not change the samples");
    }
}

fn check_planted(sampler: &dyn Sampler) {
    for seed in 0..3 {
        let planted = planted(12, 9, seed);
        let sampling = run(sampler, &planted.bqm, "a model with a planted minimum");
        assert_eq!(sampling.best().map(|row| row.energy), Some(planted.energy), "the planted minimum is found");
    }
}

fn check_stopping(sampler: &dyn Sampler) {
    let bqm = random_integers(Vartype::Spin, 14, 4, 3, 2);
    let stopped = |control: RunControl<'_>, what: &str, allowed: &[SampleStatus]| {
        let sampling =
            sampler.sample(&bqm, &control).unwrap_or_else(|error| panic!("{what} returns samples, but: {error}"));
        check(&bqm, &sampling, what);
        assert!(allowed.contains(&sampling.status), "{what}: status {:?}, but {allowed:?} expected", sampling.status);
        sampling
    };
    let cancel = AtomicBool::new(true);
    // a sampler may be done before it looks
    let interrupted = [SampleStatus::Interrupted, SampleStatus::Optimal];
    stopped(RunControl { cancel: Some(&cancel), ..RunControl::default() }, "a cancelled run", &interrupted);
    let late = [SampleStatus::TimeLimit, SampleStatus::Optimal];
    let deadline = Some(Instant::now());
    stopped(RunControl { deadline, ..RunControl::default() }, "a run past its deadline", &late);
    let easy = [SampleStatus::Target, SampleStatus::Optimal];
    let target = Some(f64::MAX);
    let sampling = stopped(RunControl { target, ..RunControl::default() }, "a run with an easy target", &easy);
    assert!(sampling.best().is_some_and(|row| row.energy <= f64::MAX), "a target that was met is met by a sample");
    let reached =
        sampler.sample(&bqm, &RunControl::default()).expect("a small problem is sampled").best().map(|row| row.energy);
    let sampling = sampler.sample(&bqm, &RunControl { target: reached, ..RunControl::default() }).expect("and again");
    let is_met = sampling.best().map(|row| row.energy) <= reached;
    assert!(sampling.status != SampleStatus::Target || is_met, "a target that was met is met by a sample");
    let hopeless = [SampleStatus::Heuristic, SampleStatus::Optimal];
    let target = Some(f64::MIN);
    stopped(RunControl { target, ..RunControl::default() }, "a run with a target out of reach", &hopeless);
}

fn check_scales(sampler: &dyn Sampler, vartype: Vartype) {
    for scales in [[1e-300, 1e-300], [1e300, 1e300], [1e-300, 1e300], [1e-3, 1e9], [5e-324, 1.0], [1e308, 1e308]] {
        let mut builder = BqmBuilder::new(vartype, 6);
        for variable in 0..6 {
            builder.add_linear(variable, scales[variable % 2] * (0.3 + variable as f64 / 10.0));
            builder.add_quadratic(variable, (variable + 1) % 6, -scales[variable % 2] / (2.0 + variable as f64));
        }
        let bqm = builder.build().expect("finite");
        match sampler.sample(&bqm, &RunControl::default()) {
            Ok(sampling) => check(&bqm, &sampling, "a model with extreme coefficients"),
            Err(error) => {
                assert!(!matches!(error, SampleError::Parameter { .. }), "the coefficients are to blame, not: {error}");
            }
        }
    }
}
