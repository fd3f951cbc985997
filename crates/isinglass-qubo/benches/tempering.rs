//! Purpose: spin updates a second of the samplers whose lanes are temperatures, slices, rotors or members of a population, beside
//! simulated annealing on the same problem; and the time in which parallel tempering reaches the best known cuts of the Gset.
//! Cost model: as for annealing, `lanes × (variables + flips × degree)` a sweep; lanes at high temperatures flip most, so that a
//! ladder costs more than an anneal. Expected exponent: 1 in the number of variables while the state of a block stays in the
//! second-level cache.
//! Data: ±1 couplings on a square torus of 50 × 50 spins; the graphs of `shared/instances` where they are found. Fixed seeds; models
//! are built outside the timed part. One thread.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use isinglass_qubo::rng::stream;
use isinglass_qubo::sampler::{
    ParallelTempering, PopulationAnnealing, SimulatedAnnealing, SimulatedQuantumAnnealing, SpinVectorMonteCarlo,
};
use isinglass_qubo::{Bqm, BqmBuilder, RunControl, Sampler, Vartype};
use rand_core::Rng;
use std::hint::black_box;
use std::time::Duration;

const SIDE: usize = 50;

fn torus() -> Bqm {
    let mut stream = stream(1, 0);
    let mut builder = BqmBuilder::new(Vartype::Spin, SIDE * SIDE);
    for (row, column) in (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (row, column))) {
        for (right, down) in [(1, 0), (0, 1)] {
            let other = (row + down) % SIDE * SIDE + (column + right) % SIDE;
            let sign = if stream.next_u64() >> 63 == 1 { 1.0 } else { -1.0 };
            builder.add_quadratic(row * SIDE + column, other, sign);
        }
    }
    builder.build().expect("finite coefficients")
}

fn updates(criterion: &mut Criterion) {
    let bqm = torus();
    let (num_sweeps, threads) = (500, Some(1));
    let tempering = ParallelTempering { num_reads: 1, num_sweeps, threads, ..ParallelTempering::default() };
    let samplers: [(&str, Box<dyn Sampler>); 6] = [
        ("sa", Box::new(SimulatedAnnealing { num_sweeps, threads, ..SimulatedAnnealing::default() })),
        ("pt", Box::new(ParallelTempering { num_reads: 2, cluster_moves: Some(false), ..tempering })),
        ("pt_clusters", Box::new(tempering)),
        ("pa", Box::new(PopulationAnnealing { num_reads: 256, threads, ..PopulationAnnealing::default() })),
        (
            "sqa",
            Box::new(SimulatedQuantumAnnealing {
                num_reads: 2,
                num_sweeps,
                threads,
                ..SimulatedQuantumAnnealing::default()
            }),
        ),
        ("svmc", Box::new(SpinVectorMonteCarlo { num_sweeps, threads, ..SpinVectorMonteCarlo::default() })),
    ];
    let mut group = criterion.benchmark_group("torus");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for (name, sampler) in samplers {
        let sampling = sampler.sample(&bqm, &RunControl::default()).expect("parameters within their ranges");
        group.throughput(Throughput::Elements(sampling.num_updates));
        group.bench_function(name, |bencher| {
            bencher.iter(|| sampler.sample(black_box(&bqm), &RunControl::default()));
        });
    }
    group.finish();
}

/// A graph of the Gset as the Ising model whose energy is the sum of weights minus twice the cut, and that sum.
fn maxcut(name: &str) -> Option<(Bqm, f64)> {
    let path = format!("{}/../../../shared/instances/{name}.rud", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).ok()?;
    let mut numbers = text.split_whitespace().map(|word| word.parse::<f64>().expect("a number"));
    let (num_variables, num_edges) = (numbers.next()? as usize, numbers.next()? as usize);
    let mut builder = BqmBuilder::new(Vartype::Spin, num_variables);
    let mut sum = 0.0;
    for _ in 0..num_edges {
        let (first, second, weight) = (numbers.next()? as usize, numbers.next()? as usize, numbers.next()?);
        builder.add_quadratic(first - 1, second - 1, weight);
        sum += weight;
    }
    Some((builder.build().ok()?, sum))
}

fn time_to_best_known_cut(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("best_known_cut");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    let graphs =
        [("G1", 11_624.0), ("G11", 564.0), ("G14", 3064.0), ("G22", 13_359.0), ("G32", 1410.0), ("G39", 2408.0)];
    for (name, cut) in graphs.into_iter().chain([("G43", 6660.0)]) {
        let Some((bqm, sum)) = maxcut(name) else { continue };
        let control = RunControl { target: Some(sum - 2.0 * cut), ..RunControl::default() };
        // a new seed each time: the distribution of times is what is measured
        let mut seed = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                seed += 1;
                let tempering = ParallelTempering {
                    num_reads: 1,
                    num_sweeps: 10_000_000,
                    threads: Some(1),
                    seed,
                    ..ParallelTempering::default()
                };
                tempering.sample(&bqm, &control)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, updates, time_to_best_known_cut);
criterion_main!(benches);
