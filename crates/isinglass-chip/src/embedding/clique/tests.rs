use super::*;
use crate::hardware::Topology;

fn ideal(name: &str) -> Chip {
    Chip::ideal(name.parse().unwrap())
}

#[test]
fn cliques_on_ideal_chips_are_as_large_as_those_of_busclique() {
    for (name, size, longest) in [
        ("chimera:4", 16, 5),
        ("chimera:8", 32, 9),
        ("pegasus:2", 10, 2),
        ("pegasus:3", 24, 4),
        ("zephyr:2", 24, 3),
        ("zephyr:4", 56, 5),
    ] {
        let chip = ideal(name);
        let found = clique(size, &chip).unwrap();
        assert!(found.max_chain_length() <= longest, "{name}: {}", found.max_chain_length());
        assert!(largest_clique(&chip).unwrap().chains().len() >= size, "{name}");
    }
}

#[test]
fn a_row_and_a_column_alone_make_a_clique_one_larger() {
    // the treewidth of Chimera of size m is 4 m, so none is larger
    assert_eq!(largest_clique(&ideal("chimera:4")).unwrap().chains().len(), 17);
    assert_eq!(clique(17, &ideal("chimera:4")).unwrap().chains().len(), 17);
}

/// Each qubit of the topology, in ascending order, is missing with this probability, and after them each coupler. Random numbers are
/// the upper 31 bits of `x`, that starts at `2 seed + 1` and becomes `6364136223846793005 x + 1442695040888963407` modulo 2^64
/// before each; what is missing has one below 2^31 times the probability.
fn faulty(name: &str, qubits: f64, couplers: f64, seed: u64) -> Chip {
    let topology: Topology = name.parse().unwrap();
    let mut state = 2 * seed + 1;
    let mut is_missing = |probability: f64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33 < (probability * f64::from(1u32 << 31)) as u64
    };
    let missing: Vec<u32> = topology.qubits().into_iter().filter(|_| is_missing(qubits)).collect();
    let mut edges: Vec<(u32, u32)> = topology.graph().edges().map(|(one, two)| (one.min(two), one.max(two))).collect();
    edges.sort_unstable();
    edges.retain(|_| couplers > 0.0 && is_missing(couplers));
    Chip::with_faults(topology, &missing, &edges).unwrap()
}

/// Results of busclique (minorminer 0.2.22) on a faulty chip; with missing couplers, of one of its random runs.
struct Busclique {
    chip: (&'static str, f64, f64, u64),
    num_qubits: usize,
    largest_clique: usize,
    /// Variables, qubits, longest chain.
    clique: (usize, usize, usize),
    balanced_biclique: usize,
    /// Variables of both sides, qubits, longest chain.
    biclique: (usize, usize, usize, usize),
}

const fn row(
    chip: (&'static str, f64, f64, u64),
    num_qubits: usize,
    largest_clique: usize,
    clique: (usize, usize, usize),
    balanced_biclique: usize,
    biclique: (usize, usize, usize, usize),
) -> Busclique {
    Busclique { chip, num_qubits, largest_clique, clique, balanced_biclique, biclique }
}

const BUSCLIQUE: [Busclique; 7] = [
    row(("chimera:12", 0.02, 0.0, 1), 1126, 39, (24, 168, 7), 35, (12, 20, 172, 6)),
    row(("chimera:12", 0.05, 0.0, 2), 1082, 31, (20, 120, 6), 23, (10, 16, 130, 5)),
    row(("pegasus:6", 0.02, 0.0, 1), 664, 57, (30, 114, 4), 47, (20, 30, 184, 4)),
    row(("pegasus:6", 0.05, 0.0, 2), 643, 50, (30, 114, 4), 39, (16, 24, 120, 3)),
    row(("pegasus:6", 0.01, 0.005, 3), 675, 53, (30, 146, 5), 43, (16, 24, 120, 3)),
    row(("zephyr:5", 0.02, 0.0, 1), 858, 68, (40, 180, 5), 61, (30, 40, 245, 4)),
    row(("zephyr:5", 0.05, 0.0, 2), 832, 61, (40, 179, 5), 54, (24, 40, 244, 4)),
];

#[test]
fn cliques_on_faulty_chips_are_as_large_and_as_short_as_those_of_busclique() {
    for theirs in BUSCLIQUE {
        let (name, qubits, couplers, seed) = theirs.chip;
        let chip = faulty(name, qubits, couplers, seed);
        assert_eq!(chip.qubits().len(), theirs.num_qubits, "{name}");
        let largest = largest_clique(&chip).unwrap().chains().len();
        assert!(largest >= theirs.largest_clique, "{name}: {largest}");
        let (size, most, longest) = theirs.clique;
        let ours = clique(size, &chip).unwrap();
        assert!(ours.num_qubits() <= most, "{name}: {}", ours.num_qubits());
        assert!(ours.max_chain_length() <= longest, "{name}: {}", ours.max_chain_length());
    }
}

#[test]
fn bicliques_on_faulty_chips_are_as_large_and_as_short_as_those_of_busclique() {
    for theirs in BUSCLIQUE {
        let (name, qubits, couplers, seed) = theirs.chip;
        let chip = faulty(name, qubits, couplers, seed);
        let side = theirs.balanced_biclique;
        assert!(biclique(side, side, &chip).is_some(), "{name}");
        let (first, second, most, longest) = theirs.biclique;
        let ours = biclique(first, second, &chip).unwrap();
        assert!(ours.num_qubits() <= most, "{name}: {}", ours.num_qubits());
        assert!(ours.max_chain_length() <= longest, "{name}: {}", ours.max_chain_length());
    }
}

#[test]
fn bicliques_on_ideal_chips_are_as_large_as_those_of_busclique() {
    for (name, total, longest) in [("chimera:4", 32, 4), ("pegasus:3", 32, 2), ("zephyr:2", 48, 2)] {
        let found = biclique(total / 2, total / 2, &ideal(name)).unwrap();
        assert_eq!(found.max_chain_length(), longest, "{name}");
    }
}

#[test]
fn cliques_get_round_faults() {
    for name in ["chimera:6", "pegasus:4", "zephyr:3"] {
        let topology: Topology = name.parse().unwrap();
        let qubits = topology.qubits();
        let missing: Vec<u32> = qubits.iter().copied().skip(7).step_by(53).collect();
        let chip = Chip::with_faults(topology, &missing, &[]).unwrap();
        let (whole, rest) = (largest_clique(&ideal(name)).unwrap(), largest_clique(&chip).unwrap());
        let (whole, rest) = (whole.chains().len(), rest.chains().len());
        assert!(rest <= whole && rest * 2 > whole, "{name}: {rest} of {whole}");
        assert_eq!(clique(rest / 2, &chip).unwrap().chains().len(), rest / 2);
        assert!(biclique(4, 6, &chip).is_some());
    }
}

#[test]
fn what_is_too_large_is_not_found() {
    assert_eq!(clique(18, &ideal("chimera:4")), None);
    assert_eq!(biclique(17, 4, &ideal("chimera:4")), None);
    let bare = Chip::from_graph("bare", complete(5));
    assert_eq!(clique(3, &bare), None);
}
