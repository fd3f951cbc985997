//! Purpose: time of the presolve by size, of roof duality by itself, and of branch and bound by nodes.
//! Cost model: the cheap rules look at every row a few times; a region is at most `2^region_size` states and is searched once for
//! each variable whose row changed; roof duality is a largest flow over twice the variables. Expected exponent: about 1 in the number
//! of gates and of spins, where the degree stays the same.
//! Data: gates as penalties (copies of inputs, majority of three, outputs fed on) over a fixed number of inputs; sparse random
//! fields and ±1 couplings, mean degree 3 and 14, N, 2N, 4N; instances of `shared/instances` where they are found. Fixed seeds;
//! models are built outside the timed part.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use isinglass_qubo::io::{Format, ReadOptions, read};
use isinglass_qubo::presolve::{Presolve, roof_duality};
use isinglass_qubo::sampler::BranchAndBound;
use isinglass_qubo::testing::random_integers;
use isinglass_qubo::{Bqm, BqmBuilder, RunControl, Sampler, Vartype};
use std::hint::black_box;
use std::time::Duration;

/// `num_gates` majorities of three copied inputs each, whose outputs are copied into a chain of neighbours.
fn gates(num_gates: usize) -> Bqm {
    let num_inputs = 3 + num_gates / 4;
    // of a gate: three copies, the low bit, the output
    let first_of = |gate: usize| num_inputs + 5 * gate;
    let mut builder = BqmBuilder::new(Vartype::Binary, first_of(num_gates));
    let mut square = |terms: &[(usize, f64)]| {
        for (place, &(first, weight)) in terms.iter().enumerate() {
            builder.add_linear(first, 50.0 * weight * weight);
            for &(second, other) in &terms[..place] {
                builder.add_quadratic(first, second, 100.0 * weight * other);
            }
        }
    };
    for gate in 0..num_gates {
        let own = first_of(gate);
        for copy in 0..3 {
            square(&[((gate * (copy + 1) + copy) % num_inputs, 1.0), (own + copy, -1.0)]);
        }
        square(&[(own, 1.0), (own + 1, 1.0), (own + 2, 1.0), (own + 3, -1.0), (own + 4, -2.0)]);
    }
    for gate in 1..num_gates {
        builder.add_quadratic(first_of(gate - 1) + 4, first_of(gate) + 4, if gate % 3 == 0 { 3.0 } else { -2.0 });
    }
    builder.build().expect("finite coefficients")
}

fn shared(name: &str) -> Option<Bqm> {
    let path = format!("{}/../../../shared/instances/{name}.coo", env!("CARGO_MANIFEST_DIR"));
    Some(read(&std::fs::read(path).ok()?, Format::Coo, &ReadOptions::default()).ok()?.bqm)
}

fn presolves(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("presolve");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    for size in [100, 200, 400] {
        let bqm = gates(size);
        group.throughput(Throughput::Elements(bqm.num_variables() as u64));
        group.bench_with_input(BenchmarkId::new("gates", size), &bqm, |bencher, bqm| {
            bencher.iter(|| black_box(Presolve::default().run(bqm)));
        });
    }
    for (name, degree) in [("sparse", 3), ("degree-14", 14)] {
        for size in [1410, 2820, 5640] {
            let bqm = random_integers(Vartype::Spin, size, degree, 3, 1);
            group.throughput(Throughput::Elements(size as u64));
            group.bench_with_input(BenchmarkId::new(name, size), &bqm, |bencher, bqm| {
                bencher.iter(|| black_box(Presolve::default().run(bqm)));
            });
        }
    }
    for name in ["exp0_b00", "exp1_b00_emb", "f7b8_b00", "f15b8_b00", "pegasus16_pm1"] {
        if let Some(bqm) = shared(name) {
            group.throughput(Throughput::Elements(bqm.num_variables() as u64));
            group.bench_function(name, |bencher| bencher.iter(|| black_box(Presolve::default().run(&bqm))));
        }
    }
    group.finish();
}

fn roofs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("roof-duality");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    for size in [1410, 2820, 5640] {
        let bqm = random_integers(Vartype::Spin, size, 14, 3, 1);
        group.throughput(Throughput::Elements(size as u64));
        group.bench_with_input(BenchmarkId::new("degree-14", size), &bqm, |bencher, bqm| {
            bencher.iter(|| black_box(roof_duality(bqm, false)));
        });
    }
    group.finish();
}

fn nodes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("branch-and-bound");
    group.sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
    const NODES: u64 = 500;
    group.throughput(Throughput::Elements(NODES));
    for size in [100, 200, 400] {
        let bqm = random_integers(Vartype::Spin, size, 8, 3, 1);
        let sampler = BranchAndBound { max_nodes: NODES, num_sweeps: 100, ..BranchAndBound::default() };
        group.bench_with_input(BenchmarkId::new("degree-8", size), &bqm, |bencher, bqm| {
            bencher.iter(|| black_box(sampler.sample(bqm, &RunControl::default())));
        });
    }
    group.finish();
    if let Some(bqm) = shared("exp1_b00") {
        criterion.bench_function("branch-and-bound/exp1_b00 to proof", |bencher| {
            bencher.iter(|| black_box(BranchAndBound::default().sample(&bqm, &RunControl::default())));
        });
    }
}

criterion_group!(benches, presolves, roofs, nodes);
criterion_main!(benches);
