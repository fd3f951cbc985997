use super::*;
use crate::hardware::Topology;
use isinglass_qubo::automatic::Automatic;
use isinglass_qubo::model::BqmBuilder;
use isinglass_qubo::sampler::{Exhaustive, RandomSampling, SimulatedAnnealing, TreeDecomposition, exhaustive};
use isinglass_qubo::testing::{random_integers, random_reals, sampler_conformance};
use std::sync::atomic::AtomicBool;

const PEGASUS: Topology = Topology::Pegasus { size: 3, fabric_only: true };
const CHIMERA: Topology = Topology::Chimera { rows: 4, columns: 4, shore: 4 };

fn on<S: Sampler + 'static>(topology: Topology, make: impl Fn(u64) -> S + 'static) -> EmbeddingComposite<'static> {
    EmbeddingComposite::new(Box::new(move |seed, _: &Embedded| Box::new(make(seed))), Chip::ideal(topology))
}

fn annealing(threads: usize) -> impl Fn(u64) -> SimulatedAnnealing + 'static {
    move |seed| SimulatedAnnealing { num_sweeps: 300, seed, threads: Some(threads), ..SimulatedAnnealing::default() }
}

fn random(num_reads: usize) -> impl Fn(u64) -> RandomSampling + 'static {
    move |seed| RandomSampling { num_reads, seed, threads: None }
}

fn run(composite: &EmbeddingComposite<'_>, bqm: &Bqm) -> (SampleResult, EmbeddedReport) {
    composite.sample_embedded(bqm, &RunControl::default()).unwrap()
}

#[test]
fn sampling_on_a_chip_passes_the_conformance_suite() {
    let cache = EmbeddingCache::default();
    sampler_conformance(|seed, threads| {
        Box::new(EmbeddingComposite { seed, cache: cache.clone(), ..on(PEGASUS, annealing(threads)) })
    });
    sampler_conformance(|seed, threads| {
        let new = on(PEGASUS, move |seed| SimulatedAnnealing { num_reads: 32, ..annealing(threads)(seed) });
        let method = ChainBreakMethod::MinimizeEnergy;
        Box::new(EmbeddingComposite {
            seed,
            cache: cache.clone(),
            num_spin_reversal_transforms: 3,
            chain_break_method: method,
            ..new
        })
    });
}

#[test]
fn an_exact_sampler_on_the_chip_proves_the_optimum_of_the_problem() {
    for seed in 0..6 {
        let bqm = random_integers(if seed % 2 == 0 { Vartype::Spin } else { Vartype::Binary }, 9, 6, 4, seed);
        let composite = on(CHIMERA, |_| Automatic::default());
        let (sampling, report) = run(&composite, &bqm);
        assert_eq!((sampling.status, report.physical_status), (SampleStatus::Optimal, SampleStatus::Optimal));
        assert_eq!(sampling.best().unwrap().energy, exhaustive::minimum(&bqm).unwrap());
        assert_eq!((report.num_broken_reads, sampling.lower_bound), (0, exhaustive::minimum(&bqm).ok()));
    }
}

#[test]
fn chains_that_do_not_hold_prove_a_bound_and_no_optimum() {
    // a frustrated complete graph: weak chains break at the least energy over qubits
    let mut builder = BqmBuilder::new(Vartype::Spin, 8);
    for (first, second) in (0..8).flat_map(|first| (0..first).map(move |second| (first, second))) {
        builder.add_quadratic(first, second, 1.0);
    }
    let bqm = builder.build().unwrap();
    let chain_strength = ChainStrength::Uniform(0.125);
    let new = on(CHIMERA, |_| TreeDecomposition::default());
    let composite = EmbeddingComposite { chain_strength, ..new };
    let (sampling, report) = run(&composite, &bqm);
    assert!(report.num_broken_reads > 0 && report.physical_status == SampleStatus::Optimal);
    assert_eq!(sampling.status, SampleStatus::Heuristic);
    let least = exhaustive::minimum(&bqm).unwrap();
    assert!(sampling.lower_bound.unwrap() < least && sampling.best().unwrap().energy >= least);
    assert_eq!(report.worst_chains().len(), report.break_rates.iter().filter(|&&rate| rate > 0.0).count());
}

#[test]
fn nothing_is_proven_where_sums_round() {
    let bqm = random_reals(Vartype::Spin, 9, 6, 1);
    let composite = on(Topology::Zephyr { size: 1, shore: 4 }, |_| Exhaustive::default());
    let (sampling, report) = run(&composite, &bqm);
    assert_eq!((sampling.status, report.physical_status), (SampleStatus::Heuristic, SampleStatus::Optimal));
    let least = exhaustive::minimum(&bqm).unwrap();
    assert!(sampling.lower_bound.unwrap() <= least && sampling.lower_bound.unwrap() > least - 1e-6);
}

#[test]
fn a_target_that_only_broken_chains_meet_does_not_end_the_run() {
    let bqm = random_integers(Vartype::Spin, 10, 9, 3, 1);
    let new = on(CHIMERA, annealing(1));
    let composite = EmbeddingComposite { chain_strength: ChainStrength::Uniform(0.01), ..new };
    let least = exhaustive::minimum(&bqm).unwrap();
    let control = RunControl { target: Some(least - 1.0), ..RunControl::default() };
    let (sampling, report) = composite.sample_embedded(&bqm, &control).unwrap();
    assert!(report.physical_energies.iter().any(|&energy| energy < least - 1.0), "the chains are too weak");
    assert_eq!((sampling.status, report.num_reads), (SampleStatus::Heuristic, 64));
}

#[test]
fn every_spin_reversal_adds_reads_and_they_differ() {
    let bqm = random_integers(Vartype::Spin, 10, 5, 3, 1);
    let new = on(PEGASUS, random(8));
    let (sampling, report) = run(&EmbeddingComposite { num_spin_reversal_transforms: 4, ..new }, &bqm);
    assert_eq!((sampling.samples.len(), report.num_reads, report.num_spin_reversal_transforms), (32, 32, 4));
    let rows: std::collections::HashSet<Vec<i8>> = sampling.samples.rows().map(|row| row.sample.to_vec()).collect();
    assert!(rows.len() > 24, "the same random qubits mean something else each time: {}", rows.len());
}

#[test]
fn physical_energies_of_unbroken_reads_are_those_of_the_problem() {
    let bqm = random_integers(Vartype::Binary, 10, 6, 3, 4);
    let composite = on(CHIMERA, annealing(1));
    let (sampling, report) = run(&EmbeddingComposite { num_spin_reversal_transforms: 2, ..composite }, &bqm);
    assert_eq!(report.num_broken_reads, 0, "the default strength holds here");
    assert_eq!(sampling.samples.energies(), report.physical_energies);
}

#[test]
fn chains_that_are_given_are_taken_and_checked() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 3);
    [(0, 1), (1, 2), (0, 2)].into_iter().for_each(|(first, second)| builder.add_quadratic(first, second, 1.0));
    let bqm = builder.build().unwrap();
    let with = |chains| EmbeddingComposite {
        chains: Some(chains),
        ..on(Topology::Chimera { rows: 1, columns: 1, shore: 4 }, annealing(1))
    };
    let (_, report) = run(&with(vec![vec![0, 4], vec![1], vec![5]]), &bqm);
    assert_eq!((report.origin, report.embedding.num_qubits), (EmbeddingOrigin::Given, 4));
    let error = with(vec![vec![0], vec![1], vec![5]]).sample(&bqm, &RunControl::default()).unwrap_err();
    insta::assert_snapshot!(error, @"the problem cannot be sampled on the chip: the chains are not a valid embedding of the problem on chimera:1,1,4: variables 0 and 1 interact, but no coupler joins their chains");
}

#[test]
fn the_chains_of_other_variables_are_not_read() {
    let bqm = random_integers(Vartype::Spin, 10, 5, 3, 1);
    let new = on(CHIMERA, random(50));
    let unembed_variables = |variables: &[usize]| EmbeddingComposite {
        unembed_variables: Some(variables.to_vec()),
        ..on(CHIMERA, random(50))
    };
    let (sampling, report) = run(&unembed_variables(&[2, 7]), &bqm);
    assert!((0..10).all(|variable| [2, 7].contains(&variable) || report.break_rates[variable] == 0.0));
    // the others follow by energy, so they are better than random ones
    let mean = |sampling: &SampleResult| sampling.samples.energies().iter().sum::<f64>() / 50.0;
    assert!(mean(&sampling) < mean(&run(&new, &bqm).0));
    let error = unembed_variables(&[10]).sample_embedded(&bqm, &RunControl::default());
    insta::assert_snapshot!(error.unwrap_err(), @"variable 10 is out of range: the problem has 10 variables");
}

#[test]
fn reads_that_are_all_discarded_are_an_error_that_says_so() {
    let bqm = random_integers(Vartype::Spin, 12, 11, 3, 1);
    let new = on(CHIMERA, random(20));
    let composite = EmbeddingComposite { chain_break_method: ChainBreakMethod::Discard, ..new };
    let error = composite.sample_embedded(&bqm, &RunControl::default()).unwrap_err();
    insta::assert_snapshot!(error, @"all of 20 reads have broken chains and were discarded");
}

#[test]
fn a_run_stopped_before_there_is_an_embedding_says_so_or_gives_a_random_sample() {
    let bqm = random_integers(Vartype::Spin, 30, 6, 3, 1);
    let cancel = AtomicBool::new(true);
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    let composite = on(CHIMERA, annealing(1));
    assert!(matches!(composite.sample_embedded(&bqm, &control), Err(EmbeddingCompositeError::Find(_))));
    let sampling = composite.sample(&bqm, &control).unwrap();
    assert_eq!((sampling.status, sampling.samples.len()), (SampleStatus::Interrupted, 1));
}

#[test]
fn a_scan_finds_that_weak_chains_break_and_strong_ones_hold() {
    let bqm = random_integers(Vartype::Spin, 12, 11, 3, 1);
    let composite = on(CHIMERA, annealing(1));
    let rows = composite.scan(&bqm, &[0.01, 1.0, 2.0], &RunControl::default()).unwrap();
    assert!(rows[0].broken_reads > 0.9 && rows[2].broken_reads < 0.1);
    let best = super::super::best_of_scan(&rows).unwrap();
    assert_eq!(best.best_energy, exhaustive::minimum(&bqm).ok());
    assert!(best.chain_strength > rows[0].chain_strength && best.success_rate > 0.0);
}

#[test]
fn inner_samplers_are_made_for_the_model_over_qubits() {
    let bqm = random_integers(Vartype::Spin, 9, 8, 4, 1);
    let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let notes = seen.clone();
    let make = move |seed, embedded: &Embedded| {
        notes.borrow_mut().push((seed, embedded.clone()));
        Box::new(RandomSampling { num_reads: 3, seed, threads: None }) as Box<dyn Sampler>
    };
    let composite = EmbeddingComposite {
        num_spin_reversal_transforms: 2,
        seed: 5,
        ..EmbeddingComposite::new(Box::new(make), Chip::ideal(CHIMERA))
    };
    let (_, report) = run(&composite, &bqm);
    let chains = |embedded: &Embedded| -> Vec<Vec<u32>> {
        embedded.chains().iter().map(|chain| chain.iter().map(|&qubit| embedded.qubits()[qubit]).collect()).collect()
    };
    let seen = seen.borrow();
    assert_eq!(seen.iter().map(|(seed, _)| *seed).collect::<Vec<_>>(), [5, 6]);
    assert!(seen.iter().all(|(_, embedded)| chains(embedded) == report.chains && *embedded == report.embedded));
}

#[test]
fn coins_for_broken_chains_know_nothing_of_the_samples() {
    // one chain of two qubits, and single qubits for the other variables
    let chip = Chip::from_graph("pair", Graph::from_edges(65, [(0, 1)]).unwrap());
    let chains: Vec<Vec<u32>> = std::iter::once(vec![0, 1]).chain((2..65).map(|qubit| vec![qubit])).collect();
    let bqm = BqmBuilder::new(Vartype::Spin, chains.len()).build().unwrap();
    let make = |seed, _: &Embedded| Box::new(random(2000)(seed)) as Box<dyn Sampler>;
    let composite = EmbeddingComposite { chains: Some(chains), ..EmbeddingComposite::new(Box::new(make), chip) };
    let (sampling, report) = run(&composite, &bqm);
    let num_ties = report.num_broken_reads as f64;
    assert!((num_ties - 1000.0).abs() < 120.0);
    for variable in 1..bqm.num_variables() {
        let equal = sampling.samples.rows().filter(|row| row.sample[0] == row.sample[variable]).count();
        // all reads, half of them with a coin: five standard deviations
        assert!((equal as f64 - 1000.0).abs() < 112.0, "variable {variable}: {equal} of 2000");
    }
}

#[test]
fn the_search_for_an_embedding_is_not_cut_to_the_share_of_a_strength() {
    let bqm = random_integers(Vartype::Spin, 30, 3, 4, 1);
    let composite = on(PEGASUS, random(4));
    let deadline = Some(Instant::now() + std::time::Duration::from_secs(10));
    // shares of 5 ms
    let rows = composite.scan(&bqm, &[1.0; 2000], &RunControl { deadline, ..RunControl::default() }).unwrap();
    assert!(!rows.is_empty());
}
