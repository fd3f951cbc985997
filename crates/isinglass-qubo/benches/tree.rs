//! Purpose: whole runs of bucket elimination on one thread, the search for an order included.
//! Cost model: the entries of all tables, `sum 2^(scope + 1)`, and the work of the search for an order, which is held to about half of that;
//! on small widths the order takes longer. Expected exponent: 1 in the number of variables of a family of fixed width (measured 1.1 to 1.4,
//! by the priority queue of the order and by caches).
//! Data: ladders of 8 rungs' width with random signs, N, 2 N and 4 N columns long; random integer models on dense graphs, whose
//! entries double with each variable; a shared core of 12 variables with N sparse pieces of 8; and instances of
//! `shared/instances` where they are found. Fixed seeds; models are built outside the timed part.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use isinglass_qubo::io::{Format, ReadOptions, read};
use isinglass_qubo::rng::{Stream, stream};
use isinglass_qubo::sampler::{Isa, TreeDecomposition, elimination_width};
use isinglass_qubo::testing::random_integers;
use isinglass_qubo::{Bqm, BqmBuilder, RunControl, Sampler, Vartype};
use rand_core::Rng;
use std::hint::black_box;

fn below(stream: &mut Stream, bound: usize) -> usize {
    (stream.next_u64() >> 16) as usize % bound
}

/// A grid of 8 rows with couplings of -1 and +1.
fn strip(columns: usize) -> Bqm {
    const ROWS: usize = 8;
    let mut stream = stream(1, 0);
    let mut builder = BqmBuilder::new(Vartype::Spin, ROWS * columns);
    for column in 0..columns {
        for row in 0..ROWS {
            let here = column * ROWS + row;
            let down = (row + 1 < ROWS).then_some(here + 1);
            let right = (column + 1 < columns).then_some(here + ROWS);
            for other in [down, right].into_iter().flatten() {
                builder.add_quadratic(here, other, if below(&mut stream, 2) == 1 { 1.0 } else { -1.0 });
            }
        }
    }
    builder.build().expect("finite coefficients")
}

/// Chains of 8 variables, each variable coupled to three of 12 that all chains share.
fn core_and_pieces(num_pieces: usize) -> Bqm {
    const CORE: usize = 12;
    const PIECE: usize = 8;
    let mut stream = stream(2, 0);
    let mut builder = BqmBuilder::new(Vartype::Binary, CORE + PIECE * num_pieces);
    for variable in CORE..builder.num_variables() {
        builder.add_linear(variable, below(&mut stream, 9) as f64 - 4.0);
        for _ in 0..3 {
            builder.add_quadratic(below(&mut stream, CORE), variable, below(&mut stream, 9) as f64 - 4.0);
        }
        if !(variable - CORE).is_multiple_of(PIECE) {
            builder.add_quadratic(variable - 1, variable, 2.0);
        }
    }
    builder.build().expect("finite coefficients")
}

fn shared(name: &str) -> Option<Bqm> {
    let path = format!("{}/../../../shared/instances/{name}.coo", env!("CARGO_MANIFEST_DIR"));
    Some(read(&std::fs::read(path).ok()?, Format::Coo, &ReadOptions::default()).ok()?.bqm)
}

fn tree(criterion: &mut Criterion) {
    let mut cases = Vec::new();
    for size in [100, 200, 400] {
        cases.push((format!("strip/{size}"), strip(size)));
        cases.push((format!("core_and_pieces/{size}"), core_and_pieces(size)));
    }
    for size in [18, 19, 20] {
        cases.push((format!("dense/{size}"), random_integers(Vartype::Binary, size, 4 * size, 10, 1)));
    }
    for name in ["exp0_b00", "exp1_b00", "f7b4_b00", "f7b8_b00", "f15b4_b00"] {
        cases.extend(shared(name).map(|bqm| (name.to_owned(), bqm)));
    }
    let mut group = criterion.benchmark_group("tree");
    group.sample_size(10);
    for (name, bqm) in cases {
        for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
            let tree = TreeDecomposition { threads: Some(1), isa: Some(isa), ..TreeDecomposition::default() };
            group.bench_function(BenchmarkId::new(&name, format!("{isa:?}").to_lowercase()), |bencher| {
                bencher.iter(|| tree.sample(black_box(&bqm), &RunControl::default()));
            });
        }
        group.bench_function(BenchmarkId::new(&name, "width"), |bencher| {
            bencher.iter(|| elimination_width(black_box(&bqm)));
        });
    }
    group.finish();
}

criterion_group!(benches, tree);
criterion_main!(benches);
