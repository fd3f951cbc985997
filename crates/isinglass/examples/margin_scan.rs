//! How often annealing finds an optimum, by the margin of the penalties.
//!
//! Compiles built-in tasks with every margin, anneals all of them alike (8,192 reads of 200 sweeps, seed 0), and prints the
//! share of reads whose decoded weights have the least loss there is, which exact training proves. The last line is the
//! geometric mean over the tasks of that share relative to the task's best margin; tasks that a margin solved fewer than 20
//! times are left out of it: their shares are mostly chance. Run with `cargo run --release -p isinglass --example margin_scan`.

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use isinglass::bits::BitMatrix;
use isinglass::dataset::{Classes, Dataset, Pipeline, PipelineOptions, builtin, order};
use isinglass::exact::ExactTrainer;
use isinglass::formulation::{FormulationOptions, PenaltyRule, WeightTerms, compile};
use isinglass::network::Architecture;
use isinglass::task::{Merge, Task};
use isinglass_qubo::{RunControl, Sampler, sampler::SimulatedAnnealing};
use std::error::Error;

const MARGINS: [f64; 7] = [1.0, 1.0625, 1.125, 1.25, 1.5, 2.0, 3.0];
/// Set, features (all, if none is named), rows taken from a shuffle, hidden neurons, bias.
type Case = (&'static str, &'static [&'static str], usize, usize, bool);
const CASES: [Case; 11] = [
    ("teacher:3-3-1:rows=8", &[], 8, 3, true),
    ("teacher:5-3-1:rows=32", &[], 8, 3, false),
    ("teacher:5-3-1:rows=32", &[], 8, 3, true),
    ("teacher:7-3-1", &[], 8, 3, false),
    ("teacher:7-3-1", &[], 16, 3, false),
    ("majority:5", &[], 32, 3, false),
    ("parity:3", &[], 8, 3, false),
    ("parity:3", &[], 8, 3, true),
    ("monks-1", &["a1", "a2"], 16, 3, false),
    ("monks-1", &["a5", "a6"], 16, 3, true),
    ("tictactoe", &["top-left"], 32, 3, true),
];

fn task((name, features, num_rows, ..): Case) -> Result<Task, Box<dyn Error>> {
    let table = builtin(name, 1)?;
    let features = (!features.is_empty()).then(|| features.iter().map(|&feature| feature.to_owned()).collect());
    let pipeline = Pipeline::fit(&table, &PipelineOptions { features, ..PipelineOptions::default() })?;
    let data = Dataset::encode(&table, &pipeline, &Classes::fit(&table)?)?;
    let targets = BitMatrix::from_fn(data.labels.len(), 1, |row, _| data.labels[row] == 1);
    let mut rows = order::seeded_shuffle(data.labels.len(), 0);
    rows.truncate(num_rows);
    Ok(Task::new(data.inputs, targets)?.select_rows(&rows))
}

fn main() -> Result<(), Box<dyn Error>> {
    let control = RunControl::default();
    let annealing = SimulatedAnnealing { num_reads: 8192, num_sweeps: 200, ..SimulatedAnnealing::default() };
    let cells = |cells: [String; MARGINS.len()]| cells.iter().map(|cell| format!(" {cell:>7} |")).collect::<String>();
    println!("| task | rows | bias |{}", cells(MARGINS.map(|margin| margin.to_string())));
    let (mut logs, mut num_compared) = (MARGINS.map(|_| 0.0), 0.0);
    for case @ (name, _, num_rows, hidden, bias) in CASES {
        let task = task(case)?;
        let architecture = Architecture::new(vec![task.inputs().num_columns(), hidden, 1], bias)?;
        let least = ExactTrainer::default().train(&task, &architecture, &control)?.loss;
        let groups = task.group(Merge::Equal);
        let mut shares = [0.0; MARGINS.len()];
        for (share, margin) in shares.iter_mut().zip(MARGINS) {
            let options =
                FormulationOptions { penalties: PenaltyRule::PerGroup { margin }, ..FormulationOptions::compact() };
            let formulation = compile(&task, &architecture, &options, &WeightTerms::default())?;
            let sampling = annealing.sample(&formulation.qubo, &control)?;
            for row in sampling.samples.rows() {
                let network = formulation.layout.decode(row.sample)?;
                let hit = f64::from(groups.loss(&network.infer(&groups.inputs)) == least);
                *share += hit / annealing.num_reads as f64;
            }
        }
        println!("| {name} | {num_rows} | {bias} |{}", cells(shares.map(|share| format!("{:.2}", 100.0 * share))));
        let best = shares.iter().copied().fold(0.0, f64::max);
        if shares.iter().all(|&share| share * annealing.num_reads as f64 >= 20.0) {
            num_compared += 1.0;
            logs.iter_mut().zip(shares).for_each(|(log, share)| *log += f64::ln(share / best));
        }
    }
    println!("| mean | | |{}", cells(logs.map(|log| format!("{:.2}", f64::exp(log / num_compared)))));
    Ok(())
}
