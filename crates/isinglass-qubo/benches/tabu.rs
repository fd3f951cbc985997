//! Purpose: what an iteration of tabu search costs, on one thread.
//! Cost model: a flip touches `degree` costs; blocks of `B` variables around the neighbours are looked through again, and the minima of
//! all blocks: `degree + min(degree, N / B) × B + N / B`, most of it in vectors. Expected exponent in the number of variables `N`: 0.5
//! for a fixed degree (blocks of `sqrt(N / degree)`), less while blocks have their least size of 32; 1 for dense models.
//! Data: random ±1 couplings of mean degree 6 at N, 2N, 4N; dense integers and reals at N, 2N, 4N; instances of
//! `shared/instances` where they are found. Fixed seeds; a benchmark is one read of a number of iterations, and its start.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use isinglass_qubo::io::{Format, ReadOptions, read};
use isinglass_qubo::sampler::Tabu;
use isinglass_qubo::testing::{random_integers, random_reals};
use isinglass_qubo::{Bqm, RunControl, Sampler, Vartype};
use std::hint::black_box;
use std::time::Duration;

fn shared(name: &str) -> Option<Bqm> {
    let path = format!("{}/../../../shared/instances/{name}.coo", env!("CARGO_MANIFEST_DIR"));
    Some(read(&std::fs::read(path).ok()?, Format::Coo, &ReadOptions::default()).ok()?.bqm)
}

fn iterations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tabu");
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    let mut cases = Vec::new();
    for num_variables in [10_000, 20_000, 40_000] {
        cases.push(("degree_6", num_variables, random_integers(Vartype::Spin, num_variables, 6, 1, 1)));
    }
    for num_variables in [500, 1_000, 2_000] {
        let degree = num_variables;
        cases.push(("dense_integers", num_variables, random_integers(Vartype::Spin, num_variables, degree, 9, 1)));
        cases.push(("dense_reals", num_variables, random_reals(Vartype::Spin, num_variables, degree, 1)));
    }
    for name in ["exp1_b00", "pegasus16_pm1", "sk1000"] {
        cases.extend(shared(name).map(|bqm| (name, bqm.num_variables(), bqm)));
    }
    for (name, num_variables, bqm) in cases {
        let num_iterations = 100_000;
        let tabu = Tabu { num_reads: 1, num_iterations, threads: Some(1), ..Tabu::default() };
        group.throughput(Throughput::Elements(num_iterations));
        group.bench_function(BenchmarkId::new(name, num_variables), |bencher| {
            bencher.iter(|| tabu.sample(black_box(&bqm), &RunControl::default()));
        });
    }
    group.finish();
}

criterion_group!(benches, iterations);
criterion_main!(benches);
