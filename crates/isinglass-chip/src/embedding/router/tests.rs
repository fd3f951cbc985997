use super::*;
use crate::hardware::Topology;
use isinglass_qubo::rng::stream;
use isinglass_qubo::sampler::{Progress, ProgressReport};
use rand_core::Rng;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

fn sparse(size: u32, seed: u64) -> Graph {
    let mut random = stream(seed, 0);
    let mut draw = || (random.next_u64() >> 32) as u32 % size;
    let pairs: Vec<(u32, u32)> =
        (0..3 * size / 2).map(|_| (draw(), draw())).filter(|(first, second)| first != second).collect();
    Graph::from_edges(size as usize, pairs).unwrap()
}

fn complete(size: u32) -> Graph {
    Graph::from_edges(size as usize, (0..size).flat_map(|first| (0..first).map(move |second| (first, second)))).unwrap()
}

/// The topology without every 50th qubit.
fn faulty(name: &str) -> Chip {
    let topology: Topology = name.parse().unwrap();
    let missing: Vec<u32> = topology.qubits().into_iter().step_by(50).collect();
    Chip::with_faults(topology, &missing, &[]).unwrap()
}

#[test]
fn sparse_graphs_are_routed_on_chips_with_faults_and_the_same_seed_gives_the_same_chains() {
    for name in ["chimera:8", "pegasus:4", "zephyr:3"] {
        let (chip, problem) = (faulty(name), sparse(40, 3));
        let route = |seed| Router { seed, ..Router::default() }.embed(&problem, &chip, &RunControl::default()).unwrap();
        let found = route(1);
        Embedding::new(found.chains().to_vec(), &problem, &chip).unwrap();
        assert_eq!(found, route(1), "{name}");
        assert_ne!(found, route(2), "{name}");
    }
}

#[test]
fn a_search_connects_any_number_of_chains_by_the_fewest_qubits() {
    // two centres joined to each other, each with half of the leaves: masks of 1, 4 and 16 words
    for leaves in [6, 70, 300] {
        let spokes = (0..leaves).map(|leaf| (leaf % 2, 2 + leaf));
        let chip = Graph::from_edges(leaves as usize + 2, spokes.chain([(0, 1)])).unwrap();
        let chains: Vec<[u16; 1]> = (0..leaves as u16).map(|leaf| [2 + leaf]).collect();
        let chains: Vec<&[u16]> = chains.iter().map(|chain| chain.as_slice()).collect();
        let price = vec![search::FREE; chip.num_nodes()];
        let mut search = search::Search::new(&chip);
        for round in 0..2 {
            let mut tree = search.connect(&price, &chains, &mut stream(round, 0));
            tree.sort_unstable();
            assert_eq!(tree, [0, 1], "{leaves} leaves");
        }
    }
}

#[test]
fn a_chain_of_a_hub_has_a_qubit_beside_it_for_every_neighbour_as_long_as_qubits_may_be_shared() {
    let chip = Chip::ideal("pegasus:3".parse().unwrap());
    let star = Graph::from_edges(41, (1..41).map(|leaf| (0, leaf))).unwrap();
    let mut attempt = Attempt::new(&star, &chip, stream(0, 0), Negotiation::STEEP);
    let beside = |attempt: &Attempt<'_>| {
        let chain = &attempt.chains[0];
        let near = chain.iter().flat_map(|&qubit| attempt.search.near(qubit)).copied();
        near.filter(|qubit| !chain.contains(qubit)).collect::<std::collections::BTreeSet<u16>>().len()
    };
    assert!(attempt.place(0));
    assert!(beside(&attempt) >= 40, "{}", beside(&attempt));
    attempt.prune(0);
    assert!(beside(&attempt) >= 40, "nothing touches it yet, and it is not cut back: {}", beside(&attempt));
    attempt.is_strict = true;
    attempt.prune(0);
    assert_eq!(attempt.chains[0].len(), 1);
    // a leaf needs no more than a qubit
    assert!(attempt.place(1));
    assert_eq!(attempt.chains[1].len(), 1);
}

/// Graphs of which most variables touch a few hubs.
fn hub_graphs() -> Vec<(&'static str, Graph)> {
    let graph = |edges: Vec<(u32, u32)>| {
        let size = edges.iter().map(|edge| edge.0.max(edge.1) + 1).max().unwrap_or(0);
        Graph::from_edges(size as usize, edges).unwrap()
    };
    let spokes = |leaves: u32| (1..=leaves).map(|leaf| (0, leaf));
    let two_stars = (0..80).map(|leaf| (leaf % 2, 2 + leaf)).chain([(0, 1)]);
    let wheel = spokes(60).chain((1..=60).map(|leaf| (leaf, leaf % 60 + 1)));
    let caterpillar = (0..100).map(|leaf| (leaf / 20, 5 + leaf)).chain((0..4).map(|spine| (spine, spine + 1)));
    let both =
        |hubs: u32, leaves: u32| (0..hubs).flat_map(move |hub| (hubs..hubs + leaves).map(move |leaf| (hub, leaf)));
    let sparse = spokes(70).chain((1..=35).map(|leaf| (leaf, 36 + leaf * 7 % 35)));
    // a tree whose nodes have as many children as their depth lets them
    let tree = (1..=30).map(|child| (0, child)).chain((31..=90).map(|leaf| (1 + leaf % 3, leaf)));
    vec![
        ("two stars", graph(two_stars.collect())),
        ("wheel", graph(wheel.collect())),
        ("caterpillar", graph(caterpillar.collect())),
        ("K2,50", graph(both(2, 50).collect())),
        ("K3,50", graph(both(3, 50).collect())),
        ("star and a matching", graph(sparse.collect())),
        ("tree", graph(tree.collect())),
    ]
}

#[test]
fn hubs_find_room_on_every_family_with_and_without_faults() {
    let control = RunControl::default();
    let watch = Watch::new(&control, MAX_PASSES);
    let ideal = Chip::ideal("pegasus:4".parse().unwrap());
    for (what, problem) in hub_graphs() {
        for chip in [&ideal, &faulty("pegasus:4"), &faulty("zephyr:3"), &faulty("chimera:12")] {
            let route = |index| {
                let mut attempt = Attempt::new(&problem, chip, stream(0, index), Negotiation::STEEP);
                attempt.route(5, &watch).then_some(attempt)
            };
            let mut attempt = (0..3).find_map(route).unwrap_or_else(|| panic!("{what} on {}", chip.name()));
            // not shortened yet, but without the room that is not needed
            attempt.is_strict = true;
            (0..problem.num_nodes()).for_each(|variable| attempt.prune(variable));
            let (qubits, bound) =
                (attempt.embedding(chip).unwrap().num_qubits(), crate::embedding::min_qubits(&problem, chip));
            assert!(qubits <= 3 * bound.unwrap(), "{what} on {}: {qubits} qubits, at least {bound:?}", chip.name());
        }
    }
}

#[test]
fn shortening_takes_no_more_qubits() {
    let (problem, chip) = (sparse(30, 4), faulty("pegasus:4"));
    let long = Router { patience: 1, ..Router::default() }.embed(&problem, &chip, &RunControl::default()).unwrap();
    let short = Router { seed: 9, ..Router::default() }.shorten(&long, &problem, &chip, &RunControl::default());
    assert!(short.num_qubits() <= long.num_qubits());
    Embedding::new(short.chains().to_vec(), &problem, &chip).unwrap();
}

#[test]
fn a_run_that_is_stopped_keeps_what_it_has() {
    let (problem, chip) = (sparse(30, 5), faulty("pegasus:4"));
    let whole = Router::default().embed(&problem, &chip, &RunControl::default()).unwrap();
    let cancel = AtomicBool::new(true);
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    let kept = Router::default().shorten(&whole, &problem, &chip, &control);
    assert!(kept.num_qubits() <= whole.num_qubits());
    for control in [control, RunControl { deadline: Some(Instant::now()), ..RunControl::default() }] {
        let stopped = Router::default().embed(&problem, &chip, &control).unwrap_err();
        assert_eq!(stopped, RouteError::NotFound { tries: 1, num_shared: 0, num_unplaced: 30 });
    }
}

#[test]
fn a_failure_says_how_near_it_came() {
    let chip = Chip::ideal("chimera:2".parse().unwrap());
    let error = Router::default().embed(&complete(10), &chip, &RunControl::default()).unwrap_err();
    let RouteError::NotFound { tries, num_shared, num_unplaced } = error else { panic!("{error}") };
    assert_eq!((tries, num_unplaced), (10, 0));
    assert!((1..32).contains(&num_shared), "{num_shared}");
}

struct Passes(Mutex<Vec<ProgressReport>>);

impl Progress for Passes {
    fn report(&self, report: ProgressReport) {
        self.0.lock().unwrap().push(report);
    }
}

#[test]
fn progress_is_told_in_passes_and_stays_below_its_total() {
    let chip = Chip::ideal("chimera:4".parse().unwrap());
    let passes = Passes(Mutex::default());
    let control = RunControl { progress: Some(&passes), ..RunControl::default() };
    // too large for this chip: all tries are made
    let router = Router { tries: 3, patience: 20, ..Router::default() };
    assert!(router.embed(&complete(24), &chip, &control).is_err());
    let reports = passes.0.lock().unwrap();
    assert!(
        reports.iter().all(|report| report.total == 3 * 2 * MAX_PASSES && (1..=report.total).contains(&report.done))
    );
    assert!(reports.is_sorted_by_key(|report| report.done));
}
