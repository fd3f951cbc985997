use super::*;
use crate::testing::{planted, random_integers, random_reals};

fn run(bqm: &Bqm, milliseconds: u64, threads: usize, control: RunControl<'_>) -> SampleResult {
    let annealing = SimulatedAnnealing { threads: Some(threads), ..SimulatedAnnealing::default() };
    let deadline = Instant::now() + Duration::from_millis(milliseconds);
    let control = RunControl { deadline: Some(deadline), ..control };
    Portfolio { bqm, annealing: &annealing, control, deadline }.run(None).unwrap()
}

#[test]
fn planted_minima_are_found_with_any_number_of_threads() {
    let planted = planted(60, 80, 1);
    for threads in [1, 2, 3] {
        let sampling = run(&planted.bqm, 200, threads, RunControl::default());
        assert_eq!(sampling.best().unwrap().energy, planted.energy, "{threads} threads");
        assert_eq!(sampling.status, SampleStatus::TimeLimit);
    }
}

#[test]
fn no_sample_can_be_lowered_by_a_flip_however_short_the_time() {
    for (milliseconds, bqm) in
        [(0, random_integers(Vartype::Spin, 3000, 6, 3, 1)), (5, random_reals(Vartype::Binary, 300, 40, 2))]
    {
        let sampling = run(&bqm, milliseconds, 2, RunControl::default());
        let best = sampling.best().unwrap();
        let [low, high] = bqm.vartype().values();
        let mut sample = best.sample.to_vec();
        for variable in 0..sample.len() {
            let own = sample[variable];
            sample[variable] = if own == low { high } else { low };
            assert!(bqm.energy(&sample) > best.energy - 1e-9);
            sample[variable] = own;
        }
    }
}

#[test]
fn a_target_and_the_user_end_it_long_before_the_deadline() {
    let planted = planted(40, 50, 1);
    let start = Instant::now();
    let target = Some(planted.energy);
    let sampling = run(&planted.bqm, 60_000, 2, RunControl { target, ..RunControl::default() });
    assert_eq!((sampling.status, sampling.best().unwrap().energy), (SampleStatus::Target, planted.energy));
    let cancel = AtomicBool::new(true);
    let sampling = run(&planted.bqm, 60_000, 2, RunControl { cancel: Some(&cancel), ..RunControl::default() });
    assert_eq!((sampling.status, sampling.samples.is_empty()), (SampleStatus::Interrupted, false));
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn an_errand_that_succeeds_ends_the_run() {
    let bqm = random_integers(Vartype::Spin, 100, 6, 3, 1);
    let annealing = SimulatedAnnealing { threads: Some(2), ..SimulatedAnnealing::default() };
    let start = Instant::now();
    let deadline = start + Duration::from_secs(60);
    let portfolio = Portfolio { bqm: &bqm, annealing: &annealing, control: RunControl::default(), deadline };
    let sampling = portfolio.run(Some(&|_| true)).unwrap();
    assert_eq!(sampling.samples.num_variables(), 100);
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn problems_without_variables_or_terms_are_run_as_well() {
    for num_variables in [0, 1, 5] {
        let bqm = crate::BqmBuilder::new(Vartype::Binary, num_variables).build().unwrap();
        let sampling = run(&bqm, 10, 2, RunControl::default());
        assert_eq!(sampling.best().map(|row| row.energy), Some(0.0));
    }
}

#[test]
fn coefficients_that_cannot_be_annealed_are_an_error() {
    let mut builder = crate::BqmBuilder::new(Vartype::Spin, 2);
    builder.add_quadratic(0, 1, 1.0);
    let bqm = builder.build().unwrap();
    let annealing = SimulatedAnnealing { threads: Some(0), ..SimulatedAnnealing::default() };
    let deadline = Instant::now() + Duration::from_millis(10);
    let portfolio = Portfolio { bqm: &bqm, annealing: &annealing, control: RunControl::default(), deadline };
    assert!(matches!(portfolio.run(None), Err(SampleError::Parameter { name: "threads", .. })));
}
