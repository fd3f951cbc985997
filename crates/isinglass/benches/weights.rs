//! Purpose: time of annealing weights, from groups in memory to the best network of a read, on generated rows with 2,000, 4,000 and
//! 8,000 groups, one thread, 20 sweeps.
//! Cost model: a flip that is tried costs a few operations on registers for each 512 groups, and for each neuron above where
//! it turns something over; one that is taken, a few more for each digit of a counter. So twice the groups take twice the
//! time (exponent 1); twice the hidden neurons, twice the weights to offer.
//! A throughput is weights offered a flip per second.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use isinglass::bits::BitMatrix;
use isinglass::formulation::WeightTerms;
use isinglass::network::Architecture;
use isinglass::task::{Groups, Merge, Task};
use isinglass::weight_annealing::WeightAnnealing;
use isinglass_qubo::{RunControl, rng};
use rand_core::Rng;

const NUM_SWEEPS: u64 = 20;

/// This many distinct random rows, each with a random target.
fn groups(num_groups: usize, architecture: &Architecture) -> Groups {
    let mut stream = rng::stream(1, num_groups as u64);
    let inputs = BitMatrix::from_fn(num_groups, architecture.num_inputs(), |_, _| stream.next_u64() >> 63 == 1);
    let targets = BitMatrix::from_fn(num_groups, architecture.num_outputs(), |_, _| stream.next_u64() >> 63 == 1);
    Task::new(inputs, targets).expect("rows and targets agree").group(Merge::Equal)
}

fn bench_weights(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("weights");
    group.sample_size(10);
    for widths in [&[31, 7, 1][..], &[31, 14, 1], &[31, 7, 7, 3]] {
        let architecture = Architecture::new(widths.to_vec(), true).expect("the widths are small and positive");
        for num_groups in [2000, 4000, 8000] {
            let groups = groups(num_groups, &architecture);
            let annealing = WeightAnnealing {
                num_reads: 1,
                num_sweeps: NUM_SWEEPS,
                threads: Some(1),
                ..WeightAnnealing::default()
            };
            group.throughput(Throughput::Elements(NUM_SWEEPS * architecture.num_weights() as u64));
            group.bench_with_input(
                BenchmarkId::new(architecture.to_string(), num_groups),
                &groups,
                |bencher, groups| {
                    let terms = WeightTerms::default();
                    bencher.iter(|| annealing.run(groups, &architecture, &terms, &RunControl::default()));
                },
            );
        }
    }
    group.finish();
}

criterion_group!(benches, bench_weights);
criterion_main!(benches);
