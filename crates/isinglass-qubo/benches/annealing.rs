//! Purpose: spin updates a second of simulated annealing, and states a second of exhaustive search, on one thread.
//! Cost model: a sweep offers every variable once in every lane, and only variables that some lane flips visit their neighbours: a
//! sweep costs `reads × (variables + flips × degree)`. Expected exponents: 1 in the number of variables while the state of a
//! block (72 bytes a variable where fields are bytes) stays in the second-level cache (`degree_14`), at most 1 in the number of
//! interactions at equal variables (`degree`), 1 in the number of sweeps (`sweeps`); 2 in the number of variables for dense
//! problems while the matrix (4 bytes an entry) stays in the third-level cache; 1 in the number of assignments.
//! Data: random ±1 couplings on a random graph of mean degree 14 at 5,640 spins (those of an ideal Pegasus P16), twice and four
//! times as many, of degrees 8, 16 and 32, with twice and four times the sweeps; random models of density 0.63, real or integer,
//! with 500 variables, twice and four times as many; a model of 41 variables with half-integer coefficients, shaped like a small
//! compiled network; and instances of `shared/instances` where they are found. Fixed seeds; models are built outside the timed
//! part.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use isinglass_qubo::io::{Format, ReadOptions, read};
use isinglass_qubo::rng::{Stream, stream};
use isinglass_qubo::sampler::{Exhaustive, Isa, SimulatedAnnealing};
use isinglass_qubo::testing::{random_integers, random_reals};
use isinglass_qubo::{Bqm, BqmBuilder, RunControl, Sampler, Vartype};
use rand_core::Rng;
use std::hint::black_box;
use std::time::Duration;

fn below(stream: &mut Stream, bound: usize) -> usize {
    (stream.next_u64() >> 16) as usize % bound
}

/// Every variable is joined to `degree / 2` others among the next 200.
fn plus_minus_one(num_variables: usize, degree: usize) -> Bqm {
    let mut stream = stream(1, 0);
    let mut builder = BqmBuilder::new(Vartype::Spin, num_variables);
    for variable in 0..num_variables {
        for _ in 0..degree / 2 {
            let other = (variable + 1 + below(&mut stream, 200)) % num_variables;
            builder.add_quadratic(variable, other, if below(&mut stream, 2) == 1 { 1.0 } else { -1.0 });
        }
    }
    builder.drop_zeros().build().expect("finite coefficients")
}

/// Nine weights, each coupled to 24 hidden and 8 output variables; three hidden variables to each output. Coefficients are
/// multiples of 1/2.
fn compact_like() -> Bqm {
    const WEIGHTS: usize = 9;
    const HIDDEN: usize = 24;
    let mut stream = stream(2, 0);
    let mut half = |range: usize| 0.5 * (below(&mut stream, 2 * range + 1) as f64 - range as f64);
    let mut builder = BqmBuilder::new(Vartype::Binary, WEIGHTS + HIDDEN + 8);
    for variable in 0..builder.num_variables() {
        builder.add_linear(variable, half(4));
    }
    for weight in 0..WEIGHTS {
        for other in WEIGHTS..builder.num_variables() {
            builder.add_quadratic(weight, other, half(2));
        }
    }
    for hidden in 0..HIDDEN {
        builder.add_quadratic(WEIGHTS + hidden, WEIGHTS + HIDDEN + hidden / 3, 2.0);
    }
    builder.drop_zeros().build().expect("finite coefficients")
}

fn shared(name: &str) -> Option<Bqm> {
    let path = format!("{}/../../../shared/instances/{name}.coo", env!("CARGO_MANIFEST_DIR"));
    Some(read(&std::fs::read(path).ok()?, Format::Coo, &ReadOptions::default()).ok()?.bqm)
}

/// One problem of the annealing benchmark.
struct Case {
    name: String,
    bqm: Bqm,
    num_sweeps: u64,
    beta_range: (f64, f64),
}

fn cases() -> Vec<Case> {
    let case = |name: &str, bqm, num_sweeps, beta_range| Case { name: name.to_owned(), bqm, num_sweeps, beta_range };
    let mut cases = vec![case("41_variables", compact_like(), 20_000, (0.05, 5.0))];
    for num_variables in [5_640, 11_280, 22_560] {
        let name = format!("degree_14/{num_variables}");
        cases.push(case(&name, plus_minus_one(num_variables, 14), 5_640_000 / num_variables as u64, (0.1, 5.0)));
    }
    for degree in [8, 16, 32] {
        cases.push(case(&format!("degree/{degree}"), plus_minus_one(5_640, degree), 500, (0.1, 5.0)));
    }
    for num_sweeps in [500, 1000, 2000] {
        cases.push(case(&format!("sweeps/{num_sweeps}"), plus_minus_one(5_640, 14), num_sweeps, (0.1, 5.0)));
    }
    cases.push(case("real_degree_14", random_reals(Vartype::Spin, 5_640, 14, 1), 200, (0.1, 10.0)));
    for num_variables in [500, 1_000, 2_000] {
        // the standard deviation of a coupling, times this, is the field of random spins: beta is per unit of it
        let size = (num_variables as f64).sqrt();
        let reals = random_reals(Vartype::Spin, num_variables, num_variables, 1);
        let integers = random_integers(Vartype::Spin, num_variables, num_variables, 5, 1);
        for (name, bqm, unit) in [("dense_real", reals, 0.58 * size), ("dense_integer", integers, 3.16 * size)] {
            let name = format!("{name}/{num_variables}");
            cases.push(case(&name, bqm, 100_000 / num_variables as u64, (0.1 / unit, 10.0 / unit)));
        }
    }
    for (name, num_sweeps, beta_range) in [
        ("pegasus16_pm1", 1000, (0.1, 5.0)),
        ("exp1_b00", 1000, (0.0002, 6.7)),
        ("exp1_b00_emb", 1000, (0.0005, 0.5)),
        ("sk1000", 20, (0.1, 10.0)),
    ] {
        cases.extend(shared(name).map(|bqm| case(name, bqm, num_sweeps, beta_range)));
    }
    cases
}

fn annealing(criterion: &mut Criterion) {
    const NUM_READS: usize = 64;
    let mut group = criterion.benchmark_group("annealing");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for Case { name, bqm, num_sweeps, beta_range } in cases() {
        group.throughput(Throughput::Elements(num_sweeps * (NUM_READS * bqm.num_variables()) as u64));
        for isa in Isa::ALL.into_iter().filter(|isa| isa.is_available()) {
            let annealing = SimulatedAnnealing {
                num_reads: NUM_READS,
                num_sweeps,
                beta_range: Some(beta_range),
                threads: Some(1),
                isa: Some(isa),
                ..SimulatedAnnealing::default()
            };
            group.bench_function(BenchmarkId::new(&name, format!("{isa:?}").to_lowercase()), |bencher| {
                bencher.iter(|| annealing.sample(black_box(&bqm), &RunControl::default()));
            });
        }
    }
    group.finish();
}

fn exhaustive(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exhaustive");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    let search = Exhaustive { threads: Some(1), ..Exhaustive::default() };
    for num_variables in [24, 25, 26] {
        group.throughput(Throughput::Elements(1 << num_variables));
        let integers = random_integers(Vartype::Binary, num_variables, num_variables, 10, 1);
        let reals = random_reals(Vartype::Binary, num_variables, num_variables, 1);
        for (name, bqm) in [("integers", integers), ("reals", reals)] {
            group.bench_function(BenchmarkId::new(name, num_variables), |bencher| {
                bencher.iter(|| search.sample(black_box(&bqm), &RunControl::default()));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, annealing, exhaustive);
criterion_main!(benches);
