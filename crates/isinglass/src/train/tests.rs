use super::*;
use crate::bits::BitMatrix;
use crate::network::{Architecture, Codebook};
use isinglass_chip::embedding::ChainBreakMethod;
use isinglass_chip::hardware::Chip;
use isinglass_qubo::testing::Enumeration;
use rand_core::Rng;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn majority_task() -> Task {
    let inputs = BitMatrix::from_fn(8, 3, |row, column| row >> column & 1 == 1);
    let targets = BitMatrix::from_fn(8, 1, |row, _| row.count_ones() >= 2);
    Task::new(inputs, targets).unwrap()
}

fn noisy_task(num_rows: usize) -> Task {
    let mut stream = rng::stream(3, 0);
    let mut coin = || stream.next_u64() >> 63 == 1;
    let inputs = BitMatrix::from_fn(num_rows, 5, |_, _| coin());
    let targets = BitMatrix::from_fn(num_rows, 1, |_, _| coin());
    Task::new(inputs, targets).unwrap()
}

fn plan(widths: &[usize], bias: bool, solver: Solver) -> TrainingPlan {
    TrainingPlan { solver, ..TrainingPlan::new(Architecture::new(widths.to_vec(), bias).unwrap()) }
}

#[test]
fn random_weights_are_polished_as_reads_are_and_lose_to_the_optimum_only() {
    let task = noisy_task(20);
    for polish in [false, true] {
        let plan = TrainingPlan { polish, ..plan(&[5, 1], false, ANNEALING) };
        let formulation = run(&task, &plan).formulation;
        let control = RunControl::default();
        let of = |num_reads| random_weights(&task, &plan, formulation.as_ref(), num_reads, &control).unwrap();
        let optimum = run(&task, &TrainingPlan { solver: Solver::Exact, ..plan.clone() }).loss;
        // 32 networks in all: each is among so many
        let many = of(1000);
        assert_eq!((many.sampled_loss, many.loss, many.num_reads), (optimum, optimum, 1000));
        assert!(many.num_best > 0 && (polish || many.num_best < 1000));
        let one = of(1);
        assert!(one.loss >= optimum && one.sampled_loss >= one.loss && (polish || one.loss == one.sampled_loss));
        assert_eq!(one, of(1));
        let cancel = AtomicBool::new(true);
        let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
        assert_eq!(random_weights(&task, &plan, formulation.as_ref(), 10, &control), None);
    }
}

const ANNEALING: Solver = Solver::Annealing { num_reads: 40, num_sweeps: 200, beta_range: None };
const WEIGHTS: Solver = Solver::Weights { num_reads: 20, num_sweeps: 100, beta_range: None };

fn run(task: &Task, plan: &TrainingPlan) -> Training {
    train(task, plan, TrainingState::default(), &RunControl::default(), |_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn all_solvers_reach_the_optimum_of_a_small_task() {
    let task = noisy_task(6);
    let optimum = run(&task, &plan(&[5, 1], false, Solver::Exact));
    assert_eq!(optimum.status, SampleStatus::Optimal);
    for solver in [ANNEALING, WEIGHTS, Solver::Exhaustive] {
        let training = run(&task, &plan(&[5, 1], false, solver.clone()));
        assert_eq!(training.loss, optimum.loss, "{solver:?}");
        assert_eq!(training.loss, training.verification.completed_energy);
    }
}

#[test]
fn hard_constraints_reach_the_optimum_and_what_the_solver_claims_is_kept_apart() {
    let solver = Solver::Mip(NamedMipSolver { parameters: String::new(), solver: Arc::new(Enumeration) });
    for (widths, bias) in [(&[5, 1][..], false), (&[5, 1], true), (&[5, 2, 1], false)] {
        let task = noisy_task(6);
        let optimum = run(&task, &plan(widths, bias, Solver::Exact)).loss;
        let training = run(&task, &TrainingPlan { polish: false, ..plan(widths, bias, solver.clone()) });
        let claim = training.state.steps[0].mip.clone().unwrap();
        assert_eq!((training.loss, claim.bound, claim.objective), (optimum, Some(optimum), Some(optimum)));
        // the claim is not ours
        assert!(claim.optimal && training.status == SampleStatus::Heuristic);
        assert_eq!(training.verification.violations(), 0);
    }
}

#[test]
fn hard_constraints_learn_minibatches_with_the_online_term() {
    let solver = Solver::Mip(NamedMipSolver { parameters: String::new(), solver: Arc::new(Enumeration) });
    let batching = Batching::Minibatches { batch_size: 4, batches: 3, alpha: 0.125 };
    let of = |solver| run(&noisy_task(12), &TrainingPlan { batching, polish: false, ..plan(&[5, 1], false, solver) });
    let (hard, soft) = (of(solver), of(Solver::Exhaustive));
    assert_eq!(hard.state.steps.len(), 3);
    // both minimise the same objective to the end, whichever of the minima they take first
    assert_eq!(hard.state.steps[0].energy, soft.state.steps[0].energy);
}

#[test]
fn a_solver_of_programs_that_is_cancelled_at_once_leaves_a_network() {
    let solver = Solver::Mip(NamedMipSolver { parameters: String::new(), solver: Arc::new(Enumeration) });
    let cancel = AtomicBool::new(true);
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    let watch = |_: &TrainingState| ControlFlow::Continue(());
    let plan = plan(&[5, 1], false, solver);
    let training = train(&noisy_task(6), &plan, TrainingState::default(), &control, watch).unwrap();
    assert_eq!(training.status, SampleStatus::Interrupted);
    assert_eq!(training.state.steps[0].mip.as_ref().unwrap().objective, None);
}

#[test]
fn annealing_learns_the_majority_with_every_constraint_in_place() {
    let training = run(&majority_task(), &plan(&[3, 3, 1], false, ANNEALING));
    assert_eq!((training.loss, training.verification.energy, training.verification.violations()), (0.0, 0.0, 0));
    assert_eq!(training.state.steps.len(), 1);
}

#[test]
fn a_run_taken_up_from_any_step_ends_as_one_that_was_never_cut_off() {
    let task = noisy_task(20);
    let batching = Batching::Minibatches { batch_size: 6, batches: 5, alpha: 0.25 };
    for solver in [ANNEALING, WEIGHTS] {
        resume_everywhere(&task, &TrainingPlan { batching, ..plan(&[5, 3, 1], true, solver) });
    }
}

fn resume_everywhere(task: &Task, plan: &TrainingPlan) {
    let mut states = Vec::new();
    let whole = train(task, plan, TrainingState::default(), &RunControl::default(), |state| {
        states.push(serde_json::to_string(state).unwrap());
        ControlFlow::Continue(())
    });
    let whole = whole.unwrap();
    assert_eq!(states.len(), 5);
    for text in &states {
        let state: TrainingState = serde_json::from_str(text).unwrap();
        let resumed = train(task, plan, state, &RunControl::default(), |_| ControlFlow::Continue(())).unwrap();
        assert_eq!((resumed.network, resumed.state), (whole.network.clone(), whole.state.clone()));
        assert_eq!(resumed.formulation, whole.formulation, "the last step is compiled with the biases that it had");
        assert_eq!((resumed.verification, resumed.is_sampled), (whole.verification.clone(), whole.is_sampled));
    }
}

#[test]
fn a_proof_is_never_read_from_a_checkpoint() {
    let task = noisy_task(6);
    let annealed = plan(&[5, 1], false, Solver::Annealing { num_reads: 300, num_sweeps: 5, beta_range: None });
    let mut state = run(&task, &annealed).state;
    assert_eq!((state.steps.len(), state.steps[2].status), (3, SampleStatus::Heuristic));
    state.steps[2].status = SampleStatus::Optimal;
    let read = TrainingState::from_checkpoint(&state.to_checkpoint(&annealed, &task), &annealed, &task).unwrap();
    assert_eq!((read.steps.len(), read.next_step), (2, 2), "the step is done again");
    let resumed = train(&task, &annealed, read, &RunControl::default(), |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(resumed.status, SampleStatus::Heuristic);
    // in any other place it is a state that no run can be in
    state.steps[1].status = SampleStatus::Optimal;
    let read = TrainingState::from_checkpoint(&state.to_checkpoint(&annealed, &task), &annealed, &task);
    assert!(matches!(read, Err(CheckpointError::State)));
    let batching = Batching::Minibatches { batch_size: 3, batches: 2, alpha: 0.0 };
    let batches = TrainingPlan { batching, ..plan(&[5, 1], false, Solver::Exhaustive) };
    let mut state = run(&task, &batches).state;
    assert!(
        state.steps.iter().all(|step| step.status == SampleStatus::Heuristic),
        "proofs of minibatches are not kept"
    );
    state.steps[1].status = SampleStatus::Optimal;
    let read = TrainingState::from_checkpoint(&state.to_checkpoint(&batches, &task), &batches, &task);
    assert!(matches!(read, Err(CheckpointError::State)));
}

#[test]
fn a_proof_is_established_again_when_a_finished_run_is_resumed() {
    let task = noisy_task(6);
    let hard = Solver::Mip(NamedMipSolver { parameters: String::new(), solver: Arc::new(Enumeration) });
    for solver in [Solver::Exhaustive, Solver::Exact, hard] {
        let plan = plan(&[5, 1], false, solver);
        let whole = run(&task, &plan);
        let state = TrainingState::from_checkpoint(&whole.state.to_checkpoint(&plan, &task), &plan, &task).unwrap();
        assert_eq!(state.next_step, 0);
        let resumed = train(&task, &plan, state, &RunControl::default(), |_| ControlFlow::Continue(())).unwrap();
        assert_eq!((resumed.status, resumed.state, resumed.loss), (whole.status, whole.state, whole.loss));
    }
}

#[test]
fn what_a_checkpoint_says_of_its_best_network_is_checked() {
    let task = noisy_task(20);
    let batching = Batching::Minibatches { batch_size: 6, batches: 3, alpha: 0.25 };
    for solver in [ANNEALING, WEIGHTS] {
        let plan = TrainingPlan { batching, ..plan(&[5, 3, 1], true, solver) };
        let state = run(&task, &plan).state;
        let read = |change: &dyn Fn(&mut BestNetwork)| {
            let mut state = state.clone();
            change(state.best.as_mut().unwrap());
            TrainingState::from_checkpoint(&state.to_checkpoint(&plan, &task), &plan, &task)
        };
        assert_eq!(read(&|_| {}).unwrap(), state);
        let forgeries: [&dyn Fn(&mut BestNetwork); 6] = [
            &|best| best.loss -= 1.0,
            &|best| best.verification.energy -= 1.0,
            &|best| best.verification.violated_gates += 1,
            &|best| best.sample = Some(BitMatrix::zeros(0, 3)),
            &|best| best.sample = Some(BitMatrix::zeros(1, 3)),
            &|best| best.step = 3,
        ];
        for forge in forgeries {
            assert!(matches!(read(forge), Err(CheckpointError::State)));
        }
    }
}

#[test]
fn losses_and_online_terms_of_a_checkpoint_are_those_of_its_networks() {
    let task = noisy_task(20);
    let minibatches = Batching::Minibatches { batch_size: 6, batches: 4, alpha: 0.1 };
    let rounds = Solver::Annealing { num_reads: 300, num_sweeps: 5, beta_range: None };
    for (batching, solver) in [(minibatches, ANNEALING), (minibatches, WEIGHTS), (Batching::Whole, rounds)] {
        let plan = TrainingPlan { batching, ..plan(&[5, 3, 1], true, solver) };
        let state = run(&task, &plan).state;
        let read = |change: &dyn Fn(&mut TrainingState)| {
            let mut state = state.clone();
            change(&mut state);
            TrainingState::from_checkpoint(&state.to_checkpoint(&plan, &task), &plan, &task)
        };
        assert_eq!(read(&|_| {}).unwrap(), state);
        let forgeries: [&dyn Fn(&mut TrainingState); 8] = [
            &|state| state.steps[1].loss -= 1.0,
            &|state| state.steps[2].num_rows += 1,
            &|state| state.steps[0].num_best = state.steps[0].num_reads + 1,
            &|state| state.networks.truncate(1),
            &|state| state.networks[0] = Network::from_fn(Architecture::new(vec![5, 1], true).unwrap(), |_, _, _| true),
            &|state| state.biases.push((0, 0, 0, 1.0)),
            &|state| state.last_biases.push((0, 0, 0, 1.0)),
            // a true network, but not the best one
            &|state| state.best.as_mut().unwrap().step += 1,
        ];
        for (index, forge) in forgeries.iter().enumerate() {
            assert!(matches!(read(forge), Err(CheckpointError::State)), "{index}");
        }
    }
}

#[test]
fn constraints_are_counted_only_of_samples_that_a_sampler_returned() {
    let task = noisy_task(30);
    for solver in [WEIGHTS, Solver::Exact] {
        let training = run(&task, &plan(&[5, 3, 1], false, solver));
        assert!(!training.is_sampled && training.state.steps.iter().all(|step| step.violations.is_none()));
    }
    let plan = TrainingPlan { polish: false, ..plan(&[5, 3, 1], false, ANNEALING) };
    let training = run(&task, &plan);
    assert!(training.is_sampled);
    assert_eq!(training.state.steps[0].violations, Some(training.verification.violations()));
    let polished = run(&task, &TrainingPlan { polish: true, ..plan });
    let step = &polished.state.steps[0];
    assert_eq!(step.violations.is_none(), step.loss < step.sampled_loss, "a polished network is no sample");
}

#[test]
fn rounds_on_the_whole_set_go_on_too() {
    let solver = Solver::Annealing { num_reads: 300, num_sweeps: 5, beta_range: None };
    let plan = plan(&[5, 3, 1], false, solver);
    let task = noisy_task(20);
    let mut first = None;
    let whole = train(&task, &plan, TrainingState::default(), &RunControl::default(), |state| {
        first.get_or_insert_with(|| state.clone());
        ControlFlow::Continue(())
    });
    let whole = whole.unwrap();
    assert_eq!(whole.state.steps.iter().map(|step| step.num_reads).collect::<Vec<_>>(), [128, 128, 44]);
    let resumed = train(&task, &plan, first.unwrap(), &RunControl::default(), |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(resumed.state, whole.state);
}

#[test]
fn annealed_weights_are_written_as_a_sample_of_the_qubo_with_every_constraint_in_place() {
    let task = noisy_task(30);
    // fan-ins with and without a gauge to fix
    for (widths, bias) in [(&[5, 3, 1][..], false), (&[5, 2, 1], false), (&[5, 3, 2, 1], true), (&[5, 4, 1], true)] {
        let training = run(&task, &plan(widths, bias, WEIGHTS));
        let found = &training.verification;
        assert_eq!((found.energy, found.loss, found.violations()), (training.loss, training.loss, 0), "{widths:?}");
        assert_eq!(training.loss, loss(&training.network, &task));
    }
    // with the online term, energy and objective are about the same representative of the gauge
    let batching = Batching::Minibatches { batch_size: 6, batches: 4, alpha: 0.25 };
    let training = run(&task, &TrainingPlan { batching, polish: false, ..plan(&[5, 3, 1], false, WEIGHTS) });
    for step in &training.state.steps {
        assert_eq!(step.energy, step.sampled_loss);
    }
}

#[test]
fn the_online_term_pulls_towards_earlier_solutions() {
    let task = noisy_task(20);
    let batching = Batching::Minibatches { batch_size: 4, batches: 3, alpha: 0.5 };
    let training = run(&task, &TrainingPlan { batching, ..plan(&[5, 1], false, ANNEALING) });
    assert_eq!(training.state.biases.len(), 5);
    for (.., bias) in training.state.biases {
        assert!([-1.5, -0.5, 0.5, 1.5].contains(&bias), "three batches, a half each: {bias}");
    }
}

#[test]
fn a_cancelled_run_keeps_a_network_and_shows_no_incomplete_step() {
    let cancel: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
    let make = move |call: SamplerCall<'_>| -> Box<dyn Sampler> {
        cancel.store(true, Ordering::Relaxed);
        Box::new(SimulatedAnnealing { seed: call.seed, ..SimulatedAnnealing::default() })
    };
    let (name, parameters) = ("mine", String::new());
    let cancelling =
        NamedSampler { name, parameters, num_reads: Some(40), has_rounds: true, make: std::sync::Arc::new(make) };
    for solver in [Solver::Sampler(cancelling), WEIGHTS, Solver::Exact] {
        let control = RunControl { cancel: Some(cancel), ..RunControl::default() };
        let mut shown = 0;
        let plan = plan(&[5, 3, 1], false, solver);
        let training = train(&noisy_task(20), &plan, TrainingState::default(), &control, |_| {
            shown += 1;
            ControlFlow::Continue(())
        });
        assert_eq!((training.unwrap().status, shown), (SampleStatus::Interrupted, 0));
    }
}

#[test]
fn plans_that_make_no_sense_are_refused() {
    let task = majority_task();
    let message = |batching, solver| {
        let plan = TrainingPlan { batching, ..plan(&[3, 3, 1], false, solver) };
        let watch = |_: &TrainingState| ControlFlow::Continue(());
        train(&task, &plan, TrainingState::default(), &RunControl::default(), watch).unwrap_err().to_string()
    };
    let batches = |batch_size, batches, alpha| Batching::Minibatches { batch_size, batches, alpha };
    insta::assert_snapshot!(message(batches(9, 1, 0.0), ANNEALING), @"batch_size is 9, but there are only 8 training rows");
    insta::assert_snapshot!(message(batches(0, 1, 0.0), ANNEALING), @"batch_size is 0, but must be at least 1");
    insta::assert_snapshot!(message(batches(4, 0, 0.0), ANNEALING), @"batches is 0, but must be at least 1");
    insta::assert_snapshot!(message(batches(4, 1, f64::NAN), ANNEALING), @"alpha is NaN, but must be a finite number");
    insta::assert_snapshot!(message(batches(4, 1, 0.1), Solver::Exact), @"the exact trainer minimises the loss alone, so alpha must be 0, not 0.1");
}

#[test]
fn a_checkpoint_is_taken_only_by_the_run_that_wrote_it() {
    let task = noisy_task(20);
    let batching = Batching::Minibatches { batch_size: 6, batches: 2, alpha: 0.25 };
    let plan = TrainingPlan { batching, ..plan(&[5, 3, 1], true, ANNEALING) };
    let state = run(&task, &plan).state;
    let text = state.to_checkpoint(&plan, &task);
    assert_eq!(TrainingState::from_checkpoint(&text, &plan, &task).unwrap(), state);
    // another number of threads is the same run
    let threads = TrainingPlan { threads: Some(1), ..plan.clone() };
    assert_eq!(TrainingState::from_checkpoint(&text, &threads, &task).unwrap(), state);
    let other = TrainingPlan { seed: 1, ..plan.clone() };
    let error = TrainingState::from_checkpoint(&text, &other, &task).unwrap_err();
    insta::assert_snapshot!(format!("{error} | {}", error.hint()), @"the checkpoint is of another run: data, network, formulation, solver with reads and sweeps, batches and seed must be the same | repeat the command that wrote it, or start anew without --resume");
    let error = TrainingState::from_checkpoint(&text[..300], &plan, &task).unwrap_err();
    insta::assert_snapshot!(format!("{error} | {}", error.hint()), @"not an isinglass-checkpoint file: invalid JSON (line 10, column 11) | give a file that `isinglass train --checkpoint` wrote");
}

#[test]
fn a_target_is_met_by_the_loss_and_asked_anew_when_a_run_is_resumed() {
    let task = noisy_task(20);
    let solver = Solver::Annealing { num_reads: 300, num_sweeps: 50, beta_range: None };
    let plan = plan(&[5, 3, 1], false, solver);
    let control = RunControl { target: Some(20.0), ..RunControl::default() };
    let mut state = TrainingState::default();
    let first = train(&task, &plan, TrainingState::default(), &control, |now| {
        state = now.clone();
        ControlFlow::Continue(())
    });
    assert_eq!((first.unwrap().status, state.steps.len()), (SampleStatus::Target, 1));
    let control = RunControl { target: Some(-1.0), ..RunControl::default() };
    let resumed = train(&task, &plan, state, &control, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((resumed.status, resumed.state.steps.len()), (SampleStatus::Heuristic, 3));
}

fn on_chip(plan: TrainingPlan) -> TrainingPlan {
    let chip = Chip::ideal("pegasus:4".parse().unwrap());
    TrainingPlan { embedding: Some(EmbeddingPlan::new(chip)), ..plan }
}

#[test]
fn a_network_is_trained_on_a_chip() {
    for chain_break_method in [Some(ChainBreakMethod::MajorityVote), Some(ChainBreakMethod::MinimizeEnergy), None] {
        let mut plan = on_chip(plan(&[3, 3, 1], false, ANNEALING));
        plan.embedding.as_mut().unwrap().chain_break_method = chain_break_method;
        let training = run(&majority_task(), &plan);
        assert_eq!((training.loss, training.verification.violations()), (0.0, 0));
        let step = training.state.steps[0].embedded.as_ref().unwrap();
        assert!(step.num_qubits >= step.lower_bound && step.num_reads == 40, "{step:?}");
        let only_weights = |(label, _): &(String, f64)| label.starts_with("weight_");
        assert!(chain_break_method.is_some() || step.break_rates.iter().all(only_weights));
    }
}

#[test]
fn minibatches_on_a_chip_are_resumed_like_any_others() {
    let batching = Batching::Minibatches { batch_size: 6, batches: 5, alpha: 0.25 };
    let plan = on_chip(TrainingPlan { batching, ..plan(&[5, 1], true, ANNEALING) });
    resume_everywhere(&noisy_task(20), &plan);
}

#[test]
fn a_checkpoint_knows_its_chip() {
    let task = noisy_task(20);
    let plan = on_chip(plan(&[5, 1], false, ANNEALING));
    let text = run(&task, &plan).state.to_checkpoint(&plan, &task);
    assert!(TrainingState::from_checkpoint(&text, &plan, &task).is_ok());
    let mut other = plan.clone();
    other.embedding.as_mut().unwrap().chip = Chip::ideal("pegasus:5".parse().unwrap());
    assert!(plan != other && TrainingState::from_checkpoint(&text, &other, &task).is_err());
    let plan = TrainingPlan { solver: WEIGHTS, ..plan };
    let error = train(&task, &plan, TrainingState::default(), &RunControl::default(), |_| ControlFlow::Continue(()));
    insta::assert_snapshot!(error.unwrap_err(), @"the solver weights does not sample a QUBO, so it cannot work on a chip");
}

/// Annealing as any sampler, with parameters of this name.
fn named(parameters: &str, has_rounds: bool) -> Solver {
    let make = |call: SamplerCall<'_>| -> Box<dyn Sampler> {
        let num_reads = call.num_reads.unwrap_or(1);
        Box::new(SimulatedAnnealing { num_reads, num_sweeps: 5, seed: call.seed, ..SimulatedAnnealing::default() })
    };
    let (name, parameters) = ("mine", parameters.to_owned());
    Solver::Sampler(NamedSampler {
        name,
        parameters,
        num_reads: Some(300),
        has_rounds,
        make: std::sync::Arc::new(make),
    })
}

#[test]
fn any_sampler_trains_as_annealing_does_with_the_same_parameters() {
    let task = noisy_task(20);
    let own =
        run(&task, &plan(&[5, 3, 1], false, Solver::Annealing { num_reads: 300, num_sweeps: 5, beta_range: None }));
    let rounds = run(&task, &plan(&[5, 3, 1], false, named("5", true)));
    assert_eq!((&own.state, &own.network), (&rounds.state, &rounds.network));
    let reads = |solver| -> Vec<usize> {
        run(&task, &plan(&[5, 3, 1], false, solver)).state.steps.iter().map(|step| step.num_reads).collect()
    };
    assert_eq!(reads(named("5", true)), [128, 128, 44]);
    assert_eq!(reads(named("5", false)), [300], "what is no independent read is done at once");
}

#[test]
fn a_checkpoint_of_a_sampler_with_other_parameters_is_refused() {
    let task = noisy_task(12);
    let of = |parameters| plan(&[5, 1], false, named(parameters, true));
    let text = run(&task, &of("5")).state.to_checkpoint(&of("5"), &task);
    assert!(TrainingState::from_checkpoint(&text, &of("5"), &task).is_ok());
    assert!(matches!(TrainingState::from_checkpoint(&text, &of("6"), &task), Err(CheckpointError::OtherRun)));
}

#[test]
fn solvers_of_weights_leave_out_a_qubo_that_is_large() {
    let mut stream = rng::stream(3, 0);
    let mut coin = || stream.next_u64() >> 63 == 1;
    let inputs = BitMatrix::from_fn(1500, 40, |_, _| coin());
    let task = Task::new(inputs, BitMatrix::from_fn(1500, 1, |_, _| coin())).unwrap();
    let weights = Solver::Weights { num_reads: 1, num_sweeps: 1, beta_range: None };
    let training = run(&task, &TrainingPlan { polish: false, ..plan(&[40, 40, 1], false, weights) });
    assert!(training.formulation.is_none());
    assert_eq!((training.loss, training.verification.violations()), (loss(&training.network, &task), 0));
    assert_eq!(training.verification.energy, training.loss);
    let small = run(&noisy_task(20), &plan(&[5, 3, 1], false, WEIGHTS));
    assert!(small.formulation.is_some_and(|formulation| formulation.statistics.num_variables > 0));
}

#[test]
fn a_deadline_in_the_middle_of_compiling_keeps_what_earlier_steps_found() {
    let task = noisy_task(20);
    let batching = Batching::Minibatches { batch_size: 6, batches: 5, alpha: 0.25 };
    let plan = TrainingPlan { batching, ..plan(&[5, 3, 1], true, WEIGHTS) };
    let cancel = AtomicBool::new(false);
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    let training = train(&task, &plan, TrainingState::default(), &control, |state| {
        if state.next_step == 2 {
            cancel.store(true, Ordering::Relaxed);
        }
        ControlFlow::Continue(())
    });
    let training = training.unwrap();
    assert_eq!((training.status, training.state.steps.len()), (SampleStatus::Interrupted, 2));
    // and before there is anything, that is said
    let error = train(&task, &plan, TrainingState::default(), &control, |_| ControlFlow::Continue(())).unwrap_err();
    assert!(matches!(error, TrainError::Formulation(FormulationError::Stopped { .. })), "{error}");
}

/// Rows in clouds of bits, one cloud for each of four classes.
fn clouds(num_rows: usize) -> (BitMatrix, Vec<u32>) {
    let mut stream = rng::stream(11, 0);
    let centers: Vec<u64> = (0..4).map(|_| stream.next_u64() % 256).collect();
    let labels: Vec<u32> = (0..num_rows).map(|row| row as u32 % 4).collect();
    let noise: Vec<u64> =
        (0..num_rows).map(|_| (0..8).map(|bit| u64::from(stream.next_u64().is_multiple_of(5)) << bit).sum()).collect();
    let bits = |row: usize| centers[labels[row] as usize] ^ noise[row];
    (BitMatrix::from_fn(num_rows, 8, |row, column| bits(row) >> column & 1 == 1), labels)
}

#[test]
fn more_than_two_classes_are_trained_on_classification_errors() {
    let (inputs, labels) = clouds(300);
    let codebook = Codebook::for_classes(4);
    let task = Task::of_classes(inputs.clone(), &labels, &codebook).unwrap();
    let errors = |network: &Network| {
        let predicted = crate::model::predict(network, &codebook, &inputs);
        crate::metrics::Score::of(&predicted, &labels).errors
    };
    let rows = crate::baseline::LabelledBits::new(&inputs, &labels, 4).unwrap();
    for hidden in [2, 4] {
        let plan = plan(&[8, hidden, 4], false, Solver::Weights { num_reads: 64, num_sweeps: 500, beta_range: None });
        let training = run(&task, &plan);
        assert_eq!(training.loss, errors(&training.network) as f64);
        // the same run on output bits has fewer of these wrong, and more rows
        let bits = run(&task.clone().with_objective(Objective::OutputBits).unwrap(), &plan);
        assert!(bits.loss <= training.wrong_output_bits, "{} {}", bits.loss, training.wrong_output_bits);
        assert!(training.loss < errors(&bits.network) as f64, "{} {}", training.loss, errors(&bits.network));
        let gradient = crate::baseline::GradientTrainer::default();
        let runs = gradient.fit(&rows, &plan.architecture, &codebook, &RunControl::default()).unwrap();
        let best = runs.iter().map(|run| errors(&run.network)).min().unwrap();
        assert!(training.loss <= best as f64, "{hidden} hidden: {} errors, {best} by gradients", training.loss);
    }
}

#[test]
fn a_proof_about_output_bits_is_not_one_about_errors() {
    let (inputs, labels) = clouds(24);
    let inputs = BitMatrix::from_fn(24, 2, |row, column| inputs.get(row, column));
    let task = Task::of_classes(inputs, &labels, &Codebook::for_classes(4)).unwrap();
    for polish in [false, true] {
        let plan = TrainingPlan { polish, ..plan(&[2, 4], false, Solver::Exhaustive) };
        let training = run(&task, &plan);
        assert_eq!(training.status, SampleStatus::Heuristic, "the least energy is not the least loss");
        let bits = run(&task.clone().with_objective(Objective::OutputBits).unwrap(), &plan);
        assert_eq!((bits.status, bits.least_output_bits), (SampleStatus::Optimal, None));
        assert_eq!(training.least_output_bits, Some(bits.loss));
        assert!(training.wrong_output_bits >= bits.loss);
        let exact = run(&task, &TrainingPlan { solver: Solver::Exact, ..plan.clone() });
        assert_eq!((exact.status, exact.least_output_bits), (SampleStatus::Optimal, None));
        assert!(exact.loss <= training.loss);
        // a checkpoint carries no proof
        let text = training.state.to_checkpoint(&plan, &task);
        let state = TrainingState::from_checkpoint(&text, &plan, &task).unwrap();
        let resumed = train(&task, &plan, state, &RunControl::default(), |_| ControlFlow::Continue(())).unwrap();
        assert_eq!((resumed.loss, resumed.least_output_bits), (training.loss, None));
    }
}

#[test]
fn minibatches_of_classes_are_pulled_on_and_judged_by_errors() {
    let (inputs, labels) = clouds(60);
    let task = Task::of_classes(inputs, &labels, &Codebook::for_classes(4)).unwrap();
    for solver in [ANNEALING, WEIGHTS] {
        let batching = Batching::Minibatches { batch_size: 20, batches: 3, alpha: 0.1 };
        let training = run(&task, &TrainingPlan { batching, ..plan(&[8, 3, 4], true, solver) });
        assert!(!training.state.biases.is_empty());
        assert_eq!(training.loss, loss(&training.network, &task));
        let batch = |step: usize| task.select_rows(&(20 * step..20 * (step + 1)).collect::<Vec<_>>());
        let best = training.state.best.as_ref().unwrap();
        assert_eq!(training.state.steps[best.step].loss, loss(&best.network, &batch(best.step)));
    }
}
