use super::*;
use isinglass_qubo::rng::stream;
use rand_core::Rng;

fn complete(size: u32) -> Graph {
    Graph::from_edges(size as usize, (0..size).flat_map(|first| (0..first).map(move |second| (first, second)))).unwrap()
}

fn ideal(name: &str) -> Chip {
    Chip::ideal(name.parse().unwrap())
}

/// The topology without one qubit in `part`, drawn at random.
fn faulty(name: &str, part: u64) -> Chip {
    let topology: Topology = name.parse().unwrap();
    let mut random = stream(5, part);
    let missing: Vec<u32> = topology.qubits().into_iter().filter(|_| random.next_u64().is_multiple_of(part)).collect();
    Chip::with_faults(topology, &missing, &[]).unwrap()
}

/// Two neurons of `inputs` weights, a clique each; in every group an activation for each neuron, and an error bit.
fn network(inputs: u32, groups: u32) -> Graph {
    let weight = |neuron: u32, input: u32| neuron * inputs + input;
    let gate = |group: u32, which: u32| 2 * inputs + 3 * group + which;
    let mut edges = Vec::new();
    for neuron in 0..2 {
        for input in 0..inputs {
            edges.extend((0..input).map(|other| (weight(neuron, other), weight(neuron, input))));
            edges.extend((0..groups).map(|group| (weight(neuron, input), gate(group, neuron))));
        }
    }
    for group in 0..groups {
        edges.extend([
            (gate(group, 0), gate(group, 1)),
            (gate(group, 0), gate(group, 2)),
            (gate(group, 1), gate(group, 2)),
        ]);
    }
    Graph::from_edges((2 * inputs + 3 * groups) as usize, edges).unwrap()
}

fn find(problem: &Graph, chip: &Chip) -> Result<EmbeddingResult, FindError> {
    Embedder::default().find(problem, chip, &RunControl::default())
}

#[test]
fn network_graphs_start_from_wires_on_all_families_with_and_without_faults() {
    let problem = network(5, 24);
    for name in ["chimera:12", "pegasus:6", "zephyr:5"] {
        for chip in [ideal(name), faulty(name, 50)] {
            let found = find(&problem, &chip).unwrap();
            assert_eq!(found.method, EmbedMethod::Crossbar, "{name}");
            assert!(found.embedding.num_qubits() >= found.lower_bound);
            // the chains were checked when the embedding was made, here against this very chip
            Embedding::new(found.embedding.chains().to_vec(), &problem, &chip).unwrap();
        }
    }
}

/// Three variables that each touch one variable of every group, and groups whose variables mostly touch each other.
fn few_hubs(groups: u32) -> Graph {
    let of = |group: u32, which: u32| 3 + 8 * group + which;
    let edges = (0..groups).flat_map(|group| {
        let hubs = (0..3).map(move |hub| (hub, of(group, hub)));
        hubs.chain(
            (0..8).flat_map(move |which| [1, 2, 4].map(|step| (of(group, which), of(group, (which + step) % 8)))),
        )
    });
    Graph::from_edges(3 + 8 * groups as usize, edges.filter(|(first, second)| first != second)).unwrap()
}

#[test]
fn wires_are_not_laid_for_a_few_interactions() {
    let (problem, chip) = (few_hubs(20), ideal("pegasus:8"));
    let hubs = Hubs::of(&problem).unwrap();
    assert_eq!((hubs.num_crossings(), hubs.num_interactions(&problem)), (20, 60));
    let found = find(&problem, &chip).unwrap();
    assert_eq!(found.method, EmbedMethod::Routed);
    // without a try of the router there are wires
    let forced = Embedder { router: Router { tries: 0, ..Router::default() }, ..Embedder::default() };
    assert!(matches!(
        forced.find(&problem, &chip, &RunControl::default()),
        Ok(EmbeddingResult { method: EmbedMethod::Crossbar, .. })
    ));
}

fn star(leaves: u32) -> Graph {
    Graph::from_edges(leaves as usize + 1, (1..=leaves).map(|leaf| (0, leaf))).unwrap()
}

#[test]
fn stars_are_embedded_from_every_seed_in_as_few_qubits_as_there_can_be() {
    for (leaves, name, most) in
        [(30, "pegasus:3", 33), (60, "pegasus:3", 66), (30, "zephyr:2", 33), (30, "chimera:4", 38)]
    {
        for seed in 0..6 {
            let embedder = Embedder { router: Router { seed, ..Router::default() }, ..Embedder::default() };
            let found = embedder.find(&star(leaves), &ideal(name), &RunControl::default());
            let qubits = found.map(|found| found.embedding.num_qubits());
            assert!(qubits.as_ref().is_ok_and(|&qubits| qubits <= most), "{leaves} on {name}, seed {seed}: {qubits:?}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_embedding() {
    let (problem, chip) = (network(4, 20), faulty("pegasus:5", 40));
    assert_eq!(find(&problem, &chip), find(&problem, &chip));
}

#[test]
fn a_part_of_the_chip_stays_in_place() {
    let chip = ideal("chimera:2");
    let found = find(chip.graph(), &chip).unwrap();
    assert_eq!((found.method, found.embedding.num_qubits(), found.lower_bound), (EmbedMethod::Native, 32, 32));
}

#[test]
fn dense_problems_take_the_chains_of_the_complete_graph() {
    for chip in [ideal("pegasus:4"), faulty("pegasus:4", 50)] {
        let found = find(&complete(20), &chip).unwrap();
        assert_eq!(found.method, EmbedMethod::Clique);
    }
    let both = (0..8).flat_map(|left| (8..16).map(move |right| (left, right)));
    let found = find(&Graph::from_edges(16, both).unwrap(), &ideal("zephyr:2")).unwrap();
    assert_eq!((found.method, found.embedding.max_chain_length()), (EmbedMethod::Biclique, 1));
}

#[test]
fn a_failure_says_why() {
    let chip = ideal("chimera:2");
    insta::assert_snapshot!(find(&complete(40), &chip).unwrap_err(), @"no embedding exists: 40 variables need at least 520 qubits, and chimera:2,2,4 has 32");
    insta::assert_snapshot!(find(&complete(10), &chip).unwrap_err(), @"10 variables with 100 % of all possible interactions have no known embedding on chimera:2,2,4; chimera:3,3,4 without faults has room even for all interactions");
    let ring = Chip::from_graph("ring", Graph::from_edges(9, (0..9).map(|node| (node, (node + 1) % 9))).unwrap());
    insta::assert_snapshot!(find(&complete(4), &ring).unwrap_err(), @"no embedding exists: a variable has 3 neighbours, more than any chain on ring can reach");
}

#[test]
fn what_surely_fits_has_such_a_clique() {
    for (name, sizes) in [("chimera:2", 3..20), ("pegasus:2", 3..34), ("zephyr:1", 3..34)] {
        for size in sizes {
            let fits = surely_fits(size, Some(name.parse().unwrap()));
            assert!(clique(size, &Chip::ideal(fits)).is_some(), "{size} on {fits}");
        }
    }
}
