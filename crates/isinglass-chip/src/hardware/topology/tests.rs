use super::*;
use sha2::{Digest, Sha256};

fn pegasus(size: u32, fabric_only: bool) -> Topology {
    Topology::Pegasus { size, fabric_only }
}

/// Nodes, edges, the sum of `u + v` and of `u v` over the edges, and the beginning of the SHA-256 of the sorted lines `u v`.
type Row = (usize, usize, u64, u64, &'static str);

fn check(topology: Topology, expected: Row) {
    let graph = topology.graph();
    let edges: Vec<(u64, u64)> = graph.edges().map(|(u, v)| (u.into(), v.into())).collect();
    let text: String = edges.iter().map(|(u, v)| format!("{u} {v}\n")).collect();
    let hash: String = Sha256::digest(text.as_bytes())[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let sum = edges.iter().map(|(u, v)| u + v).sum();
    let product = edges.iter().map(|(u, v)| u * v).sum();
    let found = (topology.qubits().len(), graph.num_edges(), sum, product, hash.as_str());
    assert_eq!(found, expected, "{topology}");
}

#[test]
fn graphs_are_those_of_ocean_edge_by_edge() {
    let chimera = |rows, columns, shore| Topology::Chimera { rows, columns, shore };
    let zephyr = |size, shore| Topology::Zephyr { size, shore };
    check(chimera(1, 1, 4), (8, 16, 112, 132, "54d98cb3e31d082f"));
    check(chimera(2, 2, 4), (32, 80, 2480, 24168, "3a873854aec3e68f"));
    check(chimera(4, 4, 4), (128, 352, 44704, 1_854_032, "e8e93a7119dbada8"));
    check(chimera(16, 16, 4), (2048, 6016, 12_314_752, 8_360_041_792, "2edf8b6b853d8456"));
    check(pegasus(2, true), (40, 164, 7708, 73_176, "9a134c8544dc7641"));
    check(pegasus(2, false), (48, 168, 7896, 76_444, "e86b903bd96a2569"));
    check(pegasus(3, true), (128, 704, 100_672, 3_065_776, "e163086df7b69d1e"));
    check(pegasus(3, false), (144, 720, 102_960, 3_186_804, "0bb2e8fee14f1f22"));
    check(pegasus(4, true), (264, 1604, 460_348, 28_401_312, "6a2b819cce95a72c"));
    check(pegasus(16, true), (5640, 40_484, 233_147_356, 290_817_191_040, "d8eac0f74904bcc8"));
    check(pegasus(16, false), (5760, 40_656, 234_137_904, 292_949_265_060, "2e38b56ab48cec91"));
    check(zephyr(2, 2), (80, 356, 28_124, 510_340, "7565fff55b569118"));
    check(zephyr(2, 4), (160, 1224, 194_616, 6_556_744, "5f6b01c13bd5e6c2"));
    check(zephyr(4, 4), (576, 5032, 2_893_400, 357_783_408, "1f8184edbb38bbfb"));
    check(zephyr(12, 4), (4800, 45_864, 220_101_336, 228_452_008_144, "ef22ee5f62601249"));
    check(zephyr(15, 4), (7440, 71_736, 533_644_104, 858_945_327_200, "45f4a6c93290d811"));
}

#[test]
fn graphs_without_a_published_hash_have_the_published_sizes() {
    let sizes = |topology: Topology| (topology.qubits().len(), topology.graph().num_edges());
    assert_eq!(sizes(pegasus(6, true)), (680, 4484));
    assert_eq!(sizes(Topology::Zephyr { size: 1, shore: 1 }), (12, 22));
    assert_eq!(sizes(Topology::Zephyr { size: 1, shore: 4 }), (48, 280));
    assert_eq!(sizes(Topology::Zephyr { size: 3, shore: 4 }), (336, 2808));
}

#[test]
fn the_main_fabric_of_pegasus_has_the_published_labels_and_degrees() {
    let small = pegasus(2, true);
    assert_eq!((small.qubits().first(), small.qubits().last()), (Some(&2), Some(&45)));
    assert_eq!(small.graph().edges().take(3).collect::<Vec<_>>(), [(2, 3), (2, 28), (2, 29)]);
    let large = pegasus(16, true);
    let graph = large.graph();
    let mut degrees = std::collections::BTreeMap::new();
    large.qubits().iter().for_each(|&qubit| *degrees.entry(graph.degree(qubit)).or_insert(0) += 1);
    assert_eq!(
        degrees.into_iter().rev().collect::<Vec<_>>(),
        [(15, 4472), (14, 688), (11, 208), (10, 32), (7, 208), (6, 32)]
    );
    assert_eq!((large.qubits().first(), large.qubits().last()), (Some(&30), Some(&5729)));
}

#[test]
fn nice_coordinates_have_the_published_sizes() {
    for (size, nodes, edges) in [(2, 24, 92), (3, 96, 528), (4, 216, 1324), (16, 5400, 38_956)] {
        let nice = nice_pegasus_labels(size);
        let inside = |label: &u32| nice.binary_search(label).is_ok();
        let graph = pegasus(size, false).graph();
        assert_eq!(nice.len(), nodes);
        assert_eq!(graph.edges().filter(|(u, v)| inside(u) && inside(v)).count(), edges, "P{size}");
    }
}

#[test]
fn coordinates_and_labels_are_each_others_inverse() {
    for label in 0..pegasus(5, false).num_labels() {
        assert_eq!(PegasusCoordinates::of(label, 5).label(5), label);
    }
    for label in 0..(Topology::Zephyr { size: 3, shore: 2 }).num_labels() {
        assert_eq!(ZephyrCoordinates::of(label, 3, 2).label(3, 2), label);
    }
    for label in 0..(Topology::Chimera { rows: 2, columns: 3, shore: 4 }).num_labels() {
        assert_eq!(ChimeraCoordinates::of(label, 3, 4).label(3, 4), label);
    }
}

#[test]
fn names_are_read_back_and_others_refused() {
    for text in ["chimera:16,16,4", "pegasus:16", "zephyr:12,4"] {
        assert_eq!(text.parse::<Topology>().unwrap().to_string(), text);
    }
    assert_eq!("zephyr:12".parse::<Topology>().unwrap(), Topology::Zephyr { size: 12, shore: 4 });
    insta::assert_snapshot!("pegasus:16,4".parse::<Topology>().unwrap_err(), @"`pegasus:16,4` is not a topology: expected chimera:M, chimera:M,N,T, pegasus:M, zephyr:M or zephyr:M,T");
    insta::assert_snapshot!("pegasus:1".parse::<Topology>().unwrap_err(), @"pegasus:1 is out of range: the size is at least 2, and a graph has at most 4000000 qubits and 30000000 couplers");
    insta::assert_snapshot!("zephyr:4000000000".parse::<Topology>().unwrap_err(), @"zephyr:4000000000,4 is out of range: the size is at least 1, and a graph has at most 4000000 qubits and 30000000 couplers");
    // few qubits, but all of one side coupled to all of the other
    for text in ["chimera:1,1,100000", "zephyr:1,20000"] {
        assert!(matches!(text.parse::<Topology>(), Err(TopologyError::Size { .. })), "{text}");
    }
}
