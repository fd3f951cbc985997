//! The batches of the paper, and the parts of a reproduction.

use super::*;
use isinglass::dataset::{ReadOptions, Table};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Found by exhaustive search over the 4,096 weight vectors, with code that shares nothing with isinglass.
const OPTIMA: [[u8; 20]; 2] = [
    [1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 2, 1, 0, 0, 2, 1, 1, 2, 1, 1],
    [1, 2, 3, 2, 1, 3, 0, 3, 3, 3, 3, 3, 3, 1, 2, 4, 1, 1, 3, 4],
];

fn a1a() -> Option<ReproduceData> {
    let path = format!("{}/../../../shared/data/a1a", env!("CARGO_MANIFEST_DIR"));
    let table = Table::read(&path, &ReadOptions::default()).ok()?;
    Some(ReproduceData::a1a(&table, None).unwrap())
}

fn small(modes: &[Mode]) -> ReproducePlan {
    ReproducePlan {
        experiments: vec![Experiment { name: "small".to_owned(), batch_size: 4, num_batches: 2 }],
        modes: modes.to_vec(),
        shapes: Vec::new(),
        scan_sweeps: Vec::new(),
        num_reads: 64,
        num_sweeps: 100,
        qpu_reads: 5,
        ..ReproducePlan::quick()
    }
}

/// All that does not depend on the clock.
fn without_times(mut reproduction: Reproduction) -> serde_json::Value {
    for experiment in &mut reproduction.experiments {
        let of_formulations = experiment.formulations.iter_mut().flat_map(|formulation| &mut formulation.modes);
        for mode in experiment.hard.iter_mut().chain(of_formulations) {
            for batch in &mut mode.batches {
                batch.seconds = 0.0;
                if let Some(chip) = &mut batch.on_chip {
                    chip.embedding_seconds = 0.0;
                }
            }
            mode.summary = Summary::of(&mode.batches);
        }
    }
    serde_json::to_value(reproduction).unwrap()
}

#[test]
fn the_batches_of_the_paper_have_the_optima_that_enumeration_found() {
    let Some(data) = a1a() else { return };
    assert_eq!((&data.notice, data.batches.num_rows()), (&None, 1605));
    let sizes: Vec<usize> = data.sets.iter().map(|set| set.train.inputs.num_columns()).collect();
    assert_eq!(sizes, [3, 7, 9, 15]);
    let plan = ReproducePlan {
        modes: vec![Mode::Hard, Mode::SoftExact],
        shapes: Vec::new(),
        scan_sweeps: Vec::new(),
        ..ReproducePlan::default()
    };
    let reproduction = reproduce(&data, &plan, &[], &RunControl::default()).unwrap();
    assert!(reproduction.unfinished.is_empty());
    for (experiment, expected) in reproduction.experiments.iter().zip(OPTIMA) {
        assert_eq!(experiment.optima, expected.map(f64::from), "{}", experiment.experiment.name);
        for mode in &experiment.hard {
            assert!(mode.summary.num_feasible.is_none(), "no sample, whose constraints one could check");
        }
        for mode in experiment.formulations.iter().flat_map(|formulation| &formulation.modes) {
            let Summary { num_optimal, num_proven, num_feasible, .. } = mode.summary;
            assert_eq!((num_optimal, num_proven, num_feasible), (20, 20, Some(20)), "{}", mode.title);
        }
    }
    let totals: Vec<f64> = reproduction.experiments.iter().map(|experiment| experiment.total_optimum).collect();
    assert_eq!(totals, [18.0, 46.0]);
    let sizes: Vec<_> = reproduction.experiments.iter().map(|each| each.formulations[0].num_variables).collect();
    assert_eq!(sizes, [(108, 108), (204, 204)]);
}

#[test]
fn every_mode_runs_on_the_substitute_and_says_what_it_is() {
    let data = ReproduceData::substitute().unwrap();
    assert!(data.is_substitute && data.notice.as_deref().unwrap().starts_with("SUBSTITUTE"));
    let reproduction = reproduce(&data, &small(&Mode::OFFLINE), &[], &RunControl::default()).unwrap();
    assert!(reproduction.unfinished.is_empty(), "{:?}", reproduction.unfinished);
    let [experiment] = reproduction.experiments.as_slice() else { panic!("one experiment") };
    assert_eq!(experiment.hard.len(), 1);
    for formulation in &experiment.formulations {
        assert_eq!(formulation.modes.len(), 6);
        for mode in &formulation.modes {
            assert_eq!(mode.is_emulated, mode.title.contains("EMULATED"));
            assert_eq!(mode.batches.len(), 2);
            assert!(mode.batches.iter().all(|batch| batch.excess >= 0.0), "{}", mode.title);
            let kind = Mode::named(&mode.mode).unwrap();
            assert_eq!(mode.summary.num_qubits.is_some(), kind.is_on_chip());
            assert_eq!(mode.summary.success.is_some(), kind.has_reads());
            assert_eq!(mode.summary.median_qpu_access_time.is_some(), kind == Mode::QpuEmulated);
            if matches!(kind, Mode::SoftExact | Mode::EmbeddedExact) {
                assert_eq!(mode.summary.num_proven, 2, "{}", mode.title);
            }
        }
    }
}

#[test]
fn results_do_not_depend_on_the_number_of_threads_but_on_the_seed() {
    let data = ReproduceData::substitute().unwrap();
    let modes = [Mode::SoftAnnealed, Mode::EmbeddedAnnealed, Mode::EmbeddedSingleFlips, Mode::QpuEmulated];
    let cache = isinglass_chip::embedding::EmbeddingCache::default();
    let of = |threads, seed| {
        let pairs = Experiment { name: "pairs".to_owned(), batch_size: 2, num_batches: 2 };
        let (experiments, cache) = (vec![pairs], cache.clone());
        let plan = ReproducePlan { experiments, cache, threads: Some(threads), seed, ..small(&modes) };
        without_times(reproduce(&data, &plan, &[], &RunControl::default()).unwrap())
    };
    assert_eq!(of(1, 0), of(2, 0));
    assert_ne!(of(1, 0), of(1, 1));
}

/// Reads of simulated annealing, until it fails.
#[derive(Debug)]
struct Annealer {
    name: &'static str,
    left: AtomicU64,
    asked: AtomicU64,
}

impl Annealer {
    fn new(left: u64) -> Self {
        Self { name: "Chip_1", left: left.into(), asked: 0.into() }
    }
}

impl isinglass_chip::qpu::QpuService for Annealer {
    fn solver(&self) -> &str {
        self.name
    }

    fn submit(
        &self,
        problem: &isinglass_chip::qpu::QpuProblem<'_>,
        control: &RunControl<'_>,
    ) -> Result<Option<isinglass_chip::qpu::QpuReads>, String> {
        use isinglass_qubo::Sampler;
        self.asked.fetch_add(1, Ordering::Relaxed);
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.checked_sub(1).ok_or("the chip is warm")?, Ordering::Relaxed);
        let annealing = SimulatedAnnealing { num_reads: problem.num_reads as usize, ..SimulatedAnnealing::default() };
        let sampling = annealing.sample(problem.spin, control).map_err(|error| error.to_string())?;
        let spins = sampling.samples.rows().map(|row| row.sample.to_vec()).collect();
        Ok(Some(isinglass_chip::qpu::QpuReads { spins, qpu_access_time: Some(left as f64) }))
    }
}

#[test]
fn a_real_chip_is_called_by_its_name_and_its_time_is_the_measured_one() {
    let data = ReproduceData::substitute().unwrap();
    let with = |left: u64| ReproducePlan {
        formulations: vec![FormulationChoice::Compact],
        real_qpu: Some(std::sync::Arc::new(Annealer::new(left))),
        ..small(&[Mode::Qpu])
    };
    let reproduction = reproduce(&data, &with(2), &[], &RunControl::default()).unwrap();
    let [mode] = reproduction.experiments[0].formulations[0].modes.as_slice() else { panic!("one mode") };
    assert_eq!((mode.mode.as_str(), mode.title.as_str(), mode.is_emulated), ("qpu", "QPU (Chip_1, real)", false));
    let times: Vec<_> = mode.batches.iter().map(|batch| batch.on_chip.as_ref().unwrap().qpu_access_time).collect();
    assert_eq!((times, mode.summary.median_qpu_access_time), (vec![Some(2.0), Some(1.0)], Some(1.5)));
    assert_eq!(mode.summary.success.unwrap().num_reads, 10);
    assert!(mode.batches.iter().all(|batch| batch.excess >= 0.0));
    // a chip that fails keeps what it has done
    let reproduction = reproduce(&data, &with(1), &[], &RunControl::default()).unwrap();
    assert_eq!(
        reproduction.unfinished,
        ["small, compact, QPU (Chip_1, real): Chip_1 did not run the problem: the chip is warm (1 of 2 batches done)"]
    );
    let plan = ReproducePlan { real_qpu: None, ..with(1) };
    let error = reproduce(&data, &plan, &[], &RunControl::default()).unwrap_err();
    assert!(matches!(error, ReproduceError::NoService));
    let plan = ReproducePlan { experiments: Vec::new(), ..plan };
    assert!(reproduce(&data, &plan, &[], &RunControl::default()).unwrap().unfinished.is_empty());
}

#[test]
fn nothing_is_submitted_after_a_failure() {
    let data = ReproduceData::substitute().unwrap();
    let chip = std::sync::Arc::new(Annealer::new(3));
    let experiment = |name: &str| Experiment { name: name.to_owned(), batch_size: 4, num_batches: 2 };
    let plan = ReproducePlan {
        experiments: vec![experiment("one"), experiment("two")],
        formulations: vec![FormulationChoice::Reference, FormulationChoice::Compact],
        real_qpu: Some(chip.clone()),
        ..small(&[Mode::SoftExact, Mode::Qpu])
    };
    let reproduction = reproduce(&data, &plan, &[], &RunControl::default()).unwrap();
    assert_eq!(chip.asked.load(Ordering::Relaxed), 4);
    let missing = |place: &str, done: u32| {
        format!(
            "{place}, QPU (Chip_1, real): Chip_1 did not run the problem: the chip is warm ({done} of 2 batches done)"
        )
    };
    let expected = [("one, compact", 1), ("two, reference", 0), ("two, compact", 0)];
    assert_eq!(reproduction.unfinished, expected.map(|(place, done)| missing(place, done)));
    let others = reproduction.experiments.iter().flat_map(|each| &each.formulations).map(|each| &each.modes[0]);
    assert!(others.into_iter().all(|mode| mode.batches.len() == 2));
}

#[test]
fn a_run_that_is_stopped_names_what_is_missing() {
    struct StopAt<'a>(u64, &'a AtomicBool, AtomicU64);
    impl isinglass_qubo::Progress for StopAt<'_> {
        fn report(&self, report: ProgressReport) {
            self.2.store(report.total, Ordering::Relaxed);
            self.1.store(report.done >= self.0, Ordering::Relaxed);
        }
    }
    let data = ReproduceData::substitute().unwrap();
    let cancel = AtomicBool::new(false);
    let stop = StopAt(3, &cancel, AtomicU64::new(0));
    let plan = ReproducePlan {
        formulations: vec![FormulationChoice::Compact],
        shapes: vec![Shape { hidden: 3, bias: false }],
        max_inputs: 3,
        ..small(&[Mode::Hard, Mode::SoftExact, Mode::SoftAnnealed])
    };
    let control = RunControl { cancel: Some(&cancel), progress: Some(&stop), ..RunControl::default() };
    let reproduction = reproduce(&data, &plan, &[], &control).unwrap();
    assert_eq!(stop.2.load(Ordering::Relaxed), 7);
    assert_eq!(
        reproduction.unfinished,
        [
            "small, compact, soft QUBO, exact: 1 of 2 batches done",
            "small, compact, soft QUBO, annealed: 0 of 2 batches done",
            "whole set monks-1-3, 3 hidden neurons: stopped",
        ]
    );
    assert_eq!(reproduction.experiments[0].formulations[0].modes[0].summary.num_batches, 1);
}

#[test]
fn a_chip_without_room_leaves_the_other_modes_as_they_are() {
    let data = ReproduceData::substitute().unwrap();
    let chip = isinglass_chip::hardware::Chip::ideal("pegasus:2".parse().unwrap());
    let plan = ReproducePlan {
        formulations: vec![FormulationChoice::Reference],
        chip,
        ..small(&[Mode::EmbeddedExact, Mode::SoftExact])
    };
    let reproduction = reproduce(&data, &plan, &[], &RunControl::default()).unwrap();
    let [missing] = reproduction.unfinished.as_slice() else { panic!("{:?}", reproduction.unfinished) };
    assert!(missing.starts_with("small, reference, embedded QUBO, exact: no embedding exists"), "{missing}");
    assert_eq!(reproduction.experiments[0].formulations[0].modes[1].summary.num_proven, 2);
}

#[test]
fn another_solver_of_hard_constraints_is_put_beside_the_exact_trainer() {
    struct AllUp;
    impl ConstrainedSolver for AllUp {
        fn name(&self) -> String {
            "all up".to_owned()
        }

        fn solve(
            &self,
            _: &Task,
            architecture: &Architecture,
            _: &RunControl<'_>,
        ) -> Result<Option<(Network, bool)>, String> {
            Ok(Some((Network::from_fn(architecture.clone(), |_, _, _| true), false)))
        }
    }
    struct Missing;
    impl ConstrainedSolver for Missing {
        fn name(&self) -> String {
            "missing".to_owned()
        }

        fn solve(&self, _: &Task, _: &Architecture, _: &RunControl<'_>) -> Result<Option<(Network, bool)>, String> {
            Err("it is not installed".to_owned())
        }
    }
    let data = ReproduceData::substitute().unwrap();
    let reproduction = reproduce(&data, &small(&[Mode::Hard]), &[&AllUp, &Missing], &RunControl::default()).unwrap();
    let [exact, all_up, missing] = reproduction.experiments[0].hard.as_slice() else { panic!("three") };
    assert_eq!((exact.summary.num_optimal, exact.summary.num_proven), (2, 2));
    assert_eq!((all_up.mode.as_str(), all_up.summary.num_proven, all_up.batches.len()), ("hard-all up", 0, 2));
    assert!(all_up.batches.iter().zip(&exact.batches).all(|(all_up, exact)| all_up.errors >= exact.errors));
    assert_eq!(missing.unfinished.as_deref(), Some("it is not installed (0 of 2 batches done)"));
}

#[test]
fn whole_sets_are_trained_proven_and_compared() {
    let data = ReproduceData::substitute().unwrap();
    let sizes: Vec<usize> = data.sets.iter().map(|set| set.train.inputs.num_columns()).collect();
    assert_eq!(sizes, [3, 7, 10, 15]);
    let plan = ReproducePlan {
        experiments: Vec::new(),
        shapes: vec![Shape { hidden: 3, bias: true }],
        max_inputs: 3,
        ..small(&[])
    };
    let reproduction = reproduce(&data, &plan, &[], &RunControl::default()).unwrap();
    let [set] = reproduction.sets.as_slice() else { panic!("one set") };
    assert_eq!((set.num_rows, set.num_test_rows), (324, 108));
    let network = &set.networks[0];
    let methods: Vec<&str> = network.trainings.iter().map(|training| training.method).collect();
    assert_eq!(methods, ["weights", "compact-annealed", "exact"]);
    let optimum = network.optimum.errors.expect("a small network is proven");
    assert!(network.trainings.iter().all(|training| training.train_errors as f64 >= optimum));
    assert!(optimum >= set.unavoidable_errors);
    let names: Vec<&str> = network.baselines.iter().map(|baseline| baseline.name).collect();
    assert_eq!(names, ["majority", "logistic", "gradient_median", "gradient_best"]);
    assert!(network.num_variables["reference"].unwrap() > 10 * network.num_variables["compact"].unwrap());
}

#[test]
fn a_plan_that_makes_no_sense_is_refused() {
    let data = ReproduceData::substitute().unwrap();
    let refusal = |plan: ReproducePlan| reproduce(&data, &plan, &[], &RunControl::default()).unwrap_err().to_string();
    let large = Experiment { name: "large".to_owned(), batch_size: 100, num_batches: 20 };
    let plan = ReproducePlan { experiments: vec![large], ..small(&[]) };
    assert_eq!(refusal(plan), "large needs 2000 rows, but there are only 324");
    let plan = ReproducePlan { qpu_reads: 0, ..small(&[]) };
    assert_eq!(refusal(plan), "qpu_reads is 0, but must be at least 1");
}
