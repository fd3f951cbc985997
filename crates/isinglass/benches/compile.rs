//! Purpose: how long it takes to compile rows in memory into a `compact` QUBO.
//! Cost model: each group meets each hidden neuron of the first layer once, with `fan_in²/2` terms; so time grows linearly in
//! groups × neurons at a fixed fan-in. Expected exponent: 1. The fitted one is printed at the end.
//! Data: random rows of 15 bits from fixed seeds, and a1a with 15 features where `shared/data/a1a` is found.

use criterion::{BenchmarkId, Criterion, Throughput};
use isinglass::bits::BitMatrix;
use isinglass::formulation::{FormulationOptions, WeightTerms, compile};
use isinglass::network::Architecture;
use isinglass::task::Task;
use isinglass_qubo::rng::stream;
use rand_core::Rng;
use std::hint::black_box;
use std::time::Instant;

const NUM_INPUTS: usize = 15;

fn random_task(num_rows: usize) -> Task {
    let mut stream = stream(1, num_rows as u64);
    let mut coin = || stream.next_u64() >> 63 == 1;
    let inputs = BitMatrix::from_fn(num_rows, NUM_INPUTS, |_, _| coin());
    let targets = BitMatrix::from_fn(num_rows, 1, |_, _| coin());
    Task::new(inputs, targets).expect("shapes agree")
}

/// a1a restricted to the columns whose mean is strictly between 0.21 and 0.79: 15 of them.
fn a1a_15() -> Option<Task> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/a1a")).ok()?;
    let mut labels = Vec::new();
    let mut rows = Vec::new();
    for line in text.lines() {
        let (label, entries) = line.split_once(' ')?;
        labels.push(label == "+1");
        let mut row = [false; 124];
        for entry in entries.split_whitespace() {
            row[entry.split_once(':')?.0.parse::<usize>().ok()?] = true;
        }
        rows.push(row);
    }
    let mean = |id: usize| rows.iter().filter(|row| row[id]).count() as f64 / rows.len() as f64;
    let ids: Vec<usize> = (1..124).filter(|&id| mean(id) > 0.21 && mean(id) < 0.79).collect();
    let inputs = BitMatrix::from_fn(rows.len(), ids.len(), |row, column| rows[row][ids[column]]);
    let targets = BitMatrix::from_fn(rows.len(), 1, |row, _| labels[row]);
    Task::new(inputs, targets).ok()
}

fn compile_once(task: &Task, hidden: usize) -> usize {
    let architecture = Architecture::new(vec![NUM_INPUTS, hidden, 1], false).expect("a small network");
    let formulation = compile(task, &architecture, &FormulationOptions::compact(), &WeightTerms::default());
    formulation.expect("a small task compiles").statistics.num_interactions
}

fn benchmarks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(20);
    if let Some(task) = a1a_15() {
        group.bench_function("a1a-15, H=3", |bencher| bencher.iter(|| compile_once(black_box(&task), 3)));
        group.bench_function("a1a-15, H=7", |bencher| bencher.iter(|| compile_once(black_box(&task), 7)));
    }
    for num_rows in [250, 500, 1000] {
        let task = random_task(num_rows);
        group.throughput(Throughput::Elements(3 * num_rows as u64));
        group.bench_function(BenchmarkId::new("random rows, H=3", num_rows), |bencher| {
            bencher.iter(|| compile_once(black_box(&task), 3));
        });
    }
    group.finish();
}

/// Slope of log(time) against log(groups × neurons), least squares over the medians of nine runs each.
fn fitted_exponent() -> f64 {
    let points: Vec<(f64, f64)> = [(250, 3), (500, 3), (1000, 3), (2000, 3), (2000, 7), (4000, 7)]
        .into_iter()
        .map(|(num_rows, hidden)| {
            let task = random_task(num_rows);
            let mut seconds: Vec<f64> = (0..9)
                .map(|_| {
                    let start = Instant::now();
                    black_box(compile_once(&task, hidden));
                    start.elapsed().as_secs_f64()
                })
                .collect();
            seconds.sort_by(f64::total_cmp);
            (((num_rows * hidden) as f64).ln(), seconds[4].ln())
        })
        .collect();
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / points.len() as f64;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let covariance: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    covariance / points.iter().map(|point| (point.0 - x).powi(2)).sum::<f64>()
}

#[expect(clippy::print_stdout, reason = "a benchmark reports on stdout")]
fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    benchmarks(&mut criterion);
    criterion.final_summary();
    println!("fitted exponent of compile time in groups x neurons: {:.2}", fitted_exponent());
}
