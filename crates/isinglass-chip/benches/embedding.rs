//! Purpose: time to an embedding by each method, on one thread. Cost model: the router places every variable again in every pass; a
//! placement spreads masks of 64 chains over the free qubits around them, `qubits reached × 15 couplers`, plus a fixed cost for every
//! qubit of the chip. Expected exponent: 1 in variables at equal degree; the number of passes grows slowly. Data: complete graphs of 30
//! and 60 variables; a random graph of mean degree 4 on 100 variables; a random 3-regular graph on 400; a network-like graph of 2 × 7
//! weights against 24 groups; all on ideal Pegasus P16. Fixed seeds; graphs are built outside the timed part.

use criterion::{Criterion, criterion_group, criterion_main};
use isinglass_chip::embedding::{Embedder, largest_clique};
use isinglass_chip::hardware::{Chip, Graph, Topology};
use isinglass_qubo::RunControl;
use isinglass_qubo::rng::stream;
use rand_core::Rng;
use std::hint::black_box;

fn complete(size: u32) -> Graph {
    Graph::from_edges(size as usize, (0..size).flat_map(|first| (0..first).map(move |second| (first, second))))
        .expect("a complete graph")
}

fn sparse(size: u32) -> Graph {
    let mut random = stream(1, 0);
    let mut draw = || (random.next_u64() >> 32) as u32 % size;
    let pairs: Vec<(u32, u32)> =
        (0..2 * size).map(|_| (draw(), draw())).filter(|(first, second)| first != second).collect();
    Graph::from_edges(size as usize, pairs).expect("no loops")
}

/// Three random perfect matchings, drawn again where they join a pair twice.
fn cubic(size: u32) -> Graph {
    let mut random = stream(2, 0);
    let mut edges: Vec<(u32, u32)> = Vec::new();
    while edges.len() < 3 * size as usize / 2 {
        let mut order: Vec<u32> = (0..size).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, random.next_u64() as usize % (last + 1));
        }
        let matching: Vec<(u32, u32)> =
            order.chunks_exact(2).map(|pair| (pair[0].min(pair[1]), pair[0].max(pair[1]))).collect();
        if matching.iter().all(|pair| !edges.contains(pair)) {
            edges.extend(matching);
        }
    }
    Graph::from_edges(size as usize, edges).expect("no loops")
}

fn network(inputs: u32, groups: u32) -> Graph {
    let mut edges = Vec::new();
    for neuron in 0..2 {
        let weight = |input: u32| neuron * inputs + input;
        for input in 0..inputs {
            edges.extend((0..input).map(|other| (weight(other), weight(input))));
            edges.extend((0..groups).map(|group| (weight(input), 2 * inputs + 2 * group + neuron)));
        }
    }
    edges.extend((0..groups).map(|group| (2 * inputs + 2 * group, 2 * inputs + 2 * group + 1)));
    Graph::from_edges((2 * inputs + 2 * groups) as usize, edges).expect("no loops")
}

fn embedding(criterion: &mut Criterion) {
    let chip = Chip::ideal("pegasus:16".parse::<Topology>().expect("a topology"));
    let mut group = criterion.benchmark_group("embed");
    group.sample_size(10);
    for (name, problem) in [
        ("K30", complete(30)),
        ("K60", complete(60)),
        ("sparse-100", sparse(100)),
        ("cubic-400", cubic(400)),
        ("network-7x24", network(7, 24)),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                Embedder::default()
                    .find(black_box(&problem), &chip, &RunControl::default())
                    .map(|found| found.lower_bound)
            });
        });
    }
    let small = Chip::ideal("pegasus:6".parse::<Topology>().expect("a topology"));
    group.bench_function("largest-clique-P6", |bencher| bencher.iter(|| largest_clique(black_box(&small))));
    group.finish();
}

criterion_group!(benches, embedding);
criterion_main!(benches);
