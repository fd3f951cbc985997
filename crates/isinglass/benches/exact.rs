//! Purpose: time of exact training from a task in memory to a proven optimum, on 1,605 generated rows shaped like those of a1a.
//! Cost model: listing functions takes `2^n` steps for `n` inputs; committees of 3 number `F^3 / 6` for `F` functions, and
//! what prices prune is left out. Two more inputs make four times the functions: at most 6 doublings of time, and about 3 in practice.
//! If the file a1a is in the folder that `ISINGLASS_DATA` names, its rows are timed too.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use isinglass::bits::BitMatrix;
use isinglass::exact::ExactTrainer;
use isinglass::network::Architecture;
use isinglass::task::Task;
use isinglass_qubo::rng;
use isinglass_qubo::sampler::RunControl;
use rand_core::Rng;
use std::path::Path;

/// Rows whose features are set with probability 0.3 to 0.65, and whose label leans on a few of them.
fn generated(num_inputs: usize) -> Task {
    let mut stream = rng::stream(1, num_inputs as u64);
    let mut uniform = || (stream.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    let chance: Vec<f64> = (0..num_inputs).map(|_| 0.3 + 0.35 * uniform()).collect();
    let inputs = BitMatrix::from_fn(1605, num_inputs, |_, column| uniform() < chance[column]);
    let targets = BitMatrix::from_fn(1605, 1, |row, _| {
        let set = (0..num_inputs / 2).filter(|&column| inputs.get(row, column)).count();
        uniform() < if 4 * set > num_inputs { 0.5 } else { 0.1 }
    });
    Task::new(inputs, targets).expect("rows and targets agree")
}

/// The rows of a LIBSVM file, with the features whose mean lies strictly between the two numbers.
fn read(path: &Path, above: f64, below: f64) -> Option<Task> {
    let text = std::fs::read_to_string(path).ok()?;
    let rows: Vec<(bool, Vec<usize>)> = text
        .lines()
        .map(|line| {
            let ids = line.split_whitespace().skip(1).filter_map(|field| field.split(':').next()?.parse().ok());
            (line.starts_with('+'), ids.collect())
        })
        .collect();
    let mean = |id: usize| rows.iter().filter(|(_, ids)| ids.contains(&id)).count() as f64 / rows.len() as f64;
    let chosen: Vec<usize> = (1..=123).filter(|&id| mean(id) > above && mean(id) < below).collect();
    let inputs = BitMatrix::from_fn(rows.len(), chosen.len(), |row, column| rows[row].1.contains(&chosen[column]));
    let targets = BitMatrix::from_fn(rows.len(), 1, |row, _| rows[row].0);
    Task::new(inputs, targets).ok()
}

fn train(task: &Task, widths: Vec<usize>, bias: bool) -> f64 {
    let architecture = Architecture::new(widths, bias).expect("the widths are small and positive");
    let training = ExactTrainer::default().train(task, &architecture, &RunControl::default());
    training.expect("the trainer takes this size").loss
}

fn bench_exact(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("exact");
    group.sample_size(10);
    for num_inputs in [5, 7, 9] {
        let task = generated(num_inputs);
        group.bench_with_input(BenchmarkId::new("generated, 3 hidden", num_inputs), &task, |bencher, task| {
            bencher.iter(|| train(task, vec![num_inputs, 3, 1], false));
        });
    }
    if let Some(folder) = std::env::var_os("ISINGLASS_DATA") {
        for (above, below, num_hidden, bias) in [
            (0.3, 0.65, 3, false),
            (0.3, 0.65, 3, true),
            (0.3, 0.65, 5, false),
            (0.3, 0.7, 3, false),
            (0.3, 0.65, 7, false),
            (0.21, 0.79, 3, false),
        ] {
            let Some(task) = read(&Path::new(&folder).join("a1a"), above, below) else { continue };
            let widths = vec![task.inputs().num_columns(), num_hidden, 1];
            let name = format!("a1a, {}-{num_hidden}-1, bias {bias}", widths[0]);
            group.bench_function(name, |bencher| bencher.iter(|| train(&task, widths.clone(), bias)));
        }
    }
    group.finish();
}

criterion_group!(benches, bench_exact);
criterion_main!(benches);
