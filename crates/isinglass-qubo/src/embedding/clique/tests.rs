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
        ("zephyr:2", 24, 4),
        // one more than the chains of busclique
        ("zephyr:4", 56, 6),
    ] {
        let chip = ideal(name);
        let found = clique(size, &chip).unwrap();
        assert!(found.max_chain_length() <= longest, "{name}: {}", found.max_chain_length());
        assert!(largest_clique(&chip).unwrap().chains().len() >= size, "{name}");
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
        assert!(rest < whole && rest * 2 > whole, "{name}: {rest} of {whole}");
        assert_eq!(clique(rest / 2, &chip).unwrap().chains().len(), rest / 2);
        assert!(biclique(4, 6, &chip).is_some());
    }
}

#[test]
fn what_is_too_large_is_not_found() {
    assert_eq!(clique(17, &ideal("chimera:4")), None);
    assert_eq!(biclique(17, 4, &ideal("chimera:4")), None);
    let bare = Chip::from_graph("bare", complete(5));
    assert_eq!(clique(3, &bare), None);
}
