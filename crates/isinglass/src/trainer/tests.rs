use super::*;
use crate::dataset::builtin;
use isinglass_qubo::SampleStatus;

fn data(name: &str) -> PreparedData {
    PreparedData::of_table(builtin(name, 0).unwrap(), 0.0).unwrap()
}

#[test]
fn a_very_small_qubo_is_searched_and_a_larger_one_left_to_weights() {
    let control = RunControl::default();
    let chosen = |name: &str, hidden: &[usize]| {
        let (trainer, data) = (Trainer { hidden: hidden.to_vec(), ..Trainer::default() }, data(name));
        let planned = trainer.prepare(&data).unwrap().plan(&control).unwrap();
        (planned.plan.solver.name(), planned.reason.unwrap())
    };
    let (solver, reason) = chosen("majority:3", &[]);
    assert_eq!(solver, "exhaustive");
    assert!(reason.ends_with("variables are few enough to try all samples"), "{reason}");
    let (solver, reason) = chosen("parity:5", &[5]);
    assert_eq!(solver, "weights");
    assert!(reason.contains("variables are too many to try all samples"), "{reason}");
}

#[test]
fn the_stages_one_by_one_give_what_fit_gives() {
    let (data, control) = (data("parity:3"), RunControl::default());
    let trainer =
        Trainer { hidden: vec![3], bias: true, num_reads: 16, num_sweeps: 100, seed: 7, ..Trainer::default() };
    let whole = trainer.fit(&data, &control).unwrap();
    let planned = trainer.prepare(&data).unwrap().plan(&control).unwrap();
    let state = TrainingState::default();
    let fitted = planned.train(state, &control, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(fitted.model(), whole.model);
    assert_eq!(fitted.optimum(&control).loss, Some(0.0));
    assert_eq!(whole.random_weights, fitted.random_weights(&control));
    assert!(whole.report.result.proven_optimal && whole.report.baselines.len() == 4);
}

#[test]
fn a_fit_keeps_its_time_limit_with_the_larger_part_for_the_solver() {
    let data = data("parity:9");
    let trainer = Trainer { hidden: vec![9], num_reads: 1 << 20, proof_time: None, ..Trainer::default() };
    let limit = Duration::from_millis(800);
    let start = Instant::now();
    let control = RunControl { deadline: Some(start + limit), ..RunControl::default() };
    let trained = trainer.fit(&data, &control).unwrap();
    assert!(start.elapsed() < limit + Duration::from_millis(700), "took {:?}", start.elapsed());
    assert_eq!(trained.report.solver.status, SampleStatus::TimeLimit);
    let seconds = trained.report.solver.seconds;
    assert!(seconds < 0.95 * limit.as_secs_f64() && seconds > 0.4 * limit.as_secs_f64(), "the solver took {seconds} s");
    assert_eq!(trained.report.baselines.len(), 4);
}

#[test]
fn a_batch_of_no_rows_is_an_error() {
    let trainer = Trainer { batch_size: Some(0), ..Trainer::default() };
    let error = trainer.fit(&data("parity:3"), &RunControl::default()).unwrap_err();
    assert_eq!(error.to_string(), "batch_size is 0, but must be at least 1");
}
