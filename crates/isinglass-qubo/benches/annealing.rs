//! Purpose: spin updates a second of simulated annealing on one thread.
//! Cost model: a sweep offers every variable once in every lane; only variables that some lane flips visit their neighbours, so
//! time grows linearly in variables × sweeps, and in the degree at high temperature. Expected exponent in variables: 1 while the
//! state of a block stays in cache. Throughput is given as spin updates: variables × reads × sweeps.
//! Data: random ±1 couplings on a random graph of degree 14, a model of 41 variables shaped like a compact formulation of a
//! minibatch, both from fixed seeds; and the instances of `shared/instances` where they are found.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use isinglass_qubo::io::{Format, ReadOptions, read};
use isinglass_qubo::rng::{Stream, stream};
use isinglass_qubo::sampler::{Exhaustive, SimulatedAnnealing};
use isinglass_qubo::{Bqm, BqmBuilder, RunControl, Sampler, Vartype};
use rand_core::Rng;
use std::hint::black_box;

fn below(stream: &mut Stream, bound: usize) -> usize {
    (stream.next_u64() >> 16) as usize % bound
}

/// Every variable is joined to seven others nearby, so that the mean degree is 14.
fn plus_minus_one(num_variables: usize) -> Bqm {
    let mut stream = stream(1, 0);
    let mut builder = BqmBuilder::new(Vartype::Spin, num_variables);
    for variable in 0..num_variables {
        for _ in 0..7 {
            let other = (variable + 1 + below(&mut stream, 200)) % num_variables;
            builder.add_quadratic(variable, other, if below(&mut stream, 2) == 1 { 1.0 } else { -1.0 });
        }
    }
    builder.drop_zeros().build().expect("finite coefficients")
}

/// Nine weights, each coupled to the activation it feeds in eight groups; the activations of a group to one error bit.
fn compact_like() -> Bqm {
    let mut stream = stream(2, 0);
    let mut builder = BqmBuilder::new(Vartype::Binary, 41);
    for group in 0..8 {
        let error = 9 + 4 * group + 3;
        builder.add_linear(error, 1.0);
        for neuron in 0..3 {
            let activation = 9 + 4 * group + neuron;
            for input in 0..3 {
                builder.add_quadratic(3 * neuron + input, activation, 2.0 - 4.0 * below(&mut stream, 2) as f64);
            }
            builder.add_linear(activation, 1.0);
            builder.add_quadratic(activation, error, 2.0);
        }
    }
    builder.build().expect("finite coefficients")
}

fn shared(name: &str) -> Option<Bqm> {
    let path = format!("{}/../../../shared/instances/{name}.coo", env!("CARGO_MANIFEST_DIR"));
    Some(read(&std::fs::read(path).ok()?, Format::Coo, &ReadOptions::default()).ok()?.bqm)
}

fn annealing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sa");
    group.sample_size(10);
    let mut problems = vec![("compact-like".to_owned(), compact_like(), (0.05, 5.0))];
    for num_variables in [5_640, 11_280, 22_560] {
        problems.push((format!("degree 14, {num_variables}"), plus_minus_one(num_variables), (0.1, 5.0)));
    }
    for (name, range) in [("exp1_b00", (0.0002, 6.7)), ("pegasus16_pm1", (0.1, 5.0)), ("sk1000", (0.1, 10.0))] {
        problems.extend(shared(name).map(|bqm| (name.to_owned(), bqm, range)));
    }
    for (name, bqm, range) in &problems {
        let num_sweeps = (4_000_000 / bqm.num_variables() as u64).clamp(200, 20_000);
        let annealing = SimulatedAnnealing {
            num_reads: 64,
            num_sweeps,
            beta_range: Some(*range),
            threads: Some(1),
            ..SimulatedAnnealing::default()
        };
        group.throughput(Throughput::Elements(64 * num_sweeps * bqm.num_variables() as u64));
        group.bench_function(name.as_str(), |bencher| {
            bencher.iter(|| annealing.sample(black_box(bqm), &RunControl::default()));
        });
    }
    group.finish();
}

fn exhaustive(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exhaustive");
    group.sample_size(10);
    for num_variables in [20, 22, 24] {
        let mut stream = stream(3, 0);
        let mut builder = BqmBuilder::new(Vartype::Binary, num_variables);
        for first in 0..num_variables {
            for second in 0..first {
                builder.add_quadratic(first, second, below(&mut stream, 21) as f64 - 10.0);
            }
        }
        let bqm = builder.build().expect("finite coefficients");
        group.throughput(Throughput::Elements(1 << num_variables));
        group.bench_function(BenchmarkId::from_parameter(num_variables), |bencher| {
            bencher.iter(|| Exhaustive::default().sample(black_box(&bqm), &RunControl::default()));
        });
    }
    group.finish();
}

criterion_group!(benches, annealing, exhaustive);
criterion_main!(benches);
