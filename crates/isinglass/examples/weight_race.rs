#![allow(clippy::print_stdout, missing_docs)]
use isinglass::bits::BitMatrix;
use isinglass::formulation::WeightTerms;
use isinglass::network::Architecture;
use isinglass::task::{Groups, Merge, Task};
use isinglass::weight_annealing::{WeightAnnealing, default_beta_range};
use isinglass_qubo::RunControl;
use std::time::Instant;

fn a1a(above: f64, below: f64) -> Task {
    let text = std::fs::read_to_string("/work/shared/data/a1a").unwrap();
    let rows: Vec<(bool, Vec<usize>)> = text
        .lines()
        .map(|line| {
            let ids = line.split_whitespace().skip(1).filter_map(|f| f.split(':').next()?.parse().ok());
            (line.starts_with('+'), ids.collect())
        })
        .collect();
    let mean = |id: usize| rows.iter().filter(|(_, ids)| ids.contains(&id)).count() as f64 / rows.len() as f64;
    let chosen: Vec<usize> = (1..=123).filter(|&id| mean(id) > above && mean(id) < below).collect();
    let inputs = BitMatrix::from_fn(rows.len(), chosen.len(), |r, c| rows[r].1.contains(&chosen[c]));
    let targets = BitMatrix::from_fn(rows.len(), 1, |r, _| rows[r].0);
    Task::new(inputs, targets).unwrap()
}
fn digits() -> Task {
    use isinglass::dataset::{Classes, Dataset, Pipeline, PipelineOptions, builtin};
    let table = builtin("digits", 1).unwrap();
    let pipeline = Pipeline::fit(&table, &PipelineOptions::default()).unwrap();
    let data = Dataset::encode(&table, &pipeline, &Classes::fit(&table).unwrap()).unwrap();
    let targets = BitMatrix::from_fn(data.labels.len(), 10, |r, c| data.labels[r] as usize == c);
    Task::new(data.inputs, targets).unwrap()
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let sweeps: u64 = args[1].parse().unwrap();
    let reads: usize = args[2].parse().unwrap();
    let (fh, fc): (f64, f64) = (args[3].parse().unwrap(), args[4].parse().unwrap());
    let only = args.get(5).cloned().unwrap_or_default();
    let cases: Vec<(&str, Task, Vec<usize>, bool, Option<f64>)> = vec![
        ("a1a7-3", a1a(0.3, 0.65), vec![3, 1], false, Some(462.0)),
        ("a1a7-7", a1a(0.3, 0.65), vec![7, 1], false, None),
        ("a1a9-3", a1a(0.3, 0.7), vec![3, 1], false, Some(412.0)),
        ("a1a9-3b", a1a(0.3, 0.7), vec![3, 1], true, None),
        ("a1a15-3", a1a(0.21, 0.79), vec![3, 1], false, Some(306.0)),
        ("a1a15-3b", a1a(0.21, 0.79), vec![3, 1], true, Some(296.0)),
        ("a1a15-7b", a1a(0.21, 0.79), vec![7, 1], true, None),
        ("a1a15-5-3", a1a(0.21, 0.79), vec![5, 3, 1], true, None),
        ("a1a48-15b", a1a(0.05, 0.95), vec![15, 1], true, None),
        ("digits10-32", digits(), vec![32, 10], true, None),
        ("digits10-16-16", digits(), vec![16, 16, 10], true, None),
    ];
    for (name, task, hidden, bias, target) in cases {
        if !only.is_empty() && !only.split(',').any(|o| o == name) {
            continue;
        }
        let mut widths = vec![task.inputs().num_columns()];
        widths.extend(hidden);
        let architecture = Architecture::new(widths, bias).unwrap();
        let merge = if architecture.is_odd() { Merge::EqualAndNegated } else { Merge::Equal };
        let groups: Groups = task.group(merge);
        let (h, c) = default_beta_range(&groups);
        let annealing = WeightAnnealing {
            num_reads: reads,
            num_sweeps: sweeps,
            beta_range: Some((h * fh, c * fc)),
            threads: Some(1),
            ..Default::default()
        };
        let start = Instant::now();
        let out = annealing.run(&groups, &architecture, &WeightTerms::default(), &RunControl::default()).unwrap();
        let t = start.elapsed().as_secs_f64();
        let mut l: Vec<f64> = out.reads.iter().map(|r| r.loss).collect();
        l.sort_by(f64::total_cmp);
        let hit = target.map_or(l[0], |t| t);
        println!(
            "{name:15} G={:5} beta {:.3}..{:.3} best {} hits {} (of {hit}) q10 {} median {} mean {:.2} | {:.2} s {:.1} M/s",
            groups.len(),
            h * fh,
            c * fc,
            l[0],
            l.iter().filter(|&&x| x <= hit).count(),
            l[l.len() / 10],
            l[l.len() / 2],
            l.iter().sum::<f64>() / l.len() as f64,
            t,
            out.num_updates as f64 / t / 1e6
        );
    }
}
