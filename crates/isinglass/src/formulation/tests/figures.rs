//! Sizes that must come out: by formula on any data, and on the paper's own data where they are present.

use super::super::{Formulation, FormulationOptions, Reductions, WeightTerms, compile};
use crate::bits::BitMatrix;
use crate::network::Architecture;
use crate::task::Task;
use isinglass_qubo::rng::stream;
use rand_core::Rng;
use std::path::PathBuf;

fn size(formulation: &Formulation) -> (usize, usize) {
    (formulation.statistics.num_variables, formulation.statistics.num_interactions)
}

fn compiled(task: &Task, widths: &[usize], options: &FormulationOptions) -> Formulation {
    let architecture = Architecture::new(widths.to_vec(), false).unwrap();
    let formulation = compile(task, &architecture, options, &WeightTerms::default()).unwrap();
    assert!(formulation.statistics.exact);
    formulation
}

fn random_task(num_rows: usize, num_inputs: usize) -> Task {
    let mut stream = stream(1, 0);
    let inputs = BitMatrix::from_fn(num_rows, num_inputs, |_, _| stream.next_u64() >> 63 == 1);
    let targets = BitMatrix::from_fn(num_rows, 1, |_, _| stream.next_u64() >> 63 == 1);
    Task::new(inputs, targets).unwrap()
}

#[test]
fn reference_has_the_paper_s_size() {
    let reference = FormulationOptions::reference();
    assert_eq!(size(&compiled(&random_task(4, 3), &[3, 3, 1], &reference)), (108, 272));
    assert_eq!(size(&compiled(&random_task(8, 3), &[3, 3, 1], &reference)), (204, 544));
    // weights + N (d H + H k1 + 2 H + k2 + 1) with d = 2^k1 - 1, H = 2^k2 - 1 hidden neurons
    for (inputs, k1) in [(3, 2), (7, 3), (15, 4)] {
        for rows in [4, 8] {
            let (weights, hidden, k2) = (3 * inputs + 3, 3, 2);
            let expected = weights + rows * (inputs * hidden + hidden * k1 + 2 * hidden + k2 + 1);
            let formulation = compiled(&random_task(rows, inputs), &[inputs, 3, 1], &reference);
            assert_eq!(formulation.statistics.num_variables, expected);
        }
    }
}

/// The rows of a1a with these columns (ids as in the file), or none where the file is not there.
fn a1a(columns: impl Fn(usize, f64) -> bool) -> Option<(Vec<Vec<bool>>, Vec<bool>)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/a1a");
    let text = std::fs::read_to_string(path).ok()?;
    let mut rows = Vec::new();
    let mut labels = Vec::new();
    for line in text.lines() {
        let mut parts = line.split_whitespace();
        labels.push(parts.next().unwrap() == "+1");
        let mut row = vec![false; 124];
        for part in parts {
            row[part.split_once(':').unwrap().0.parse::<usize>().unwrap()] = true;
        }
        rows.push(row);
    }
    let mean = |id: usize| rows.iter().filter(|row| row[id]).count() as f64 / rows.len() as f64;
    let ids: Vec<usize> = (1..124).filter(|&id| columns(id, mean(id))).collect();
    let selected = rows.iter().map(|row| ids.iter().map(|&id| row[id]).collect()).collect();
    Some((selected, labels))
}

fn task_of(rows: &[Vec<bool>], labels: &[bool]) -> Task {
    let inputs = BitMatrix::from_fn(rows.len(), rows[0].len(), |row, column| rows[row][column]);
    Task::new(inputs, BitMatrix::from_fn(rows.len(), 1, |row, _| labels[row])).unwrap()
}

#[test]
fn compact_has_the_stated_size_on_the_whole_of_a1a() {
    let compact = FormulationOptions::compact();
    let Some((rows, labels)) = a1a(|id, _| [6, 22, 36].contains(&id)) else { return };
    assert_eq!(compiled(&task_of(&rows, &labels), &[3, 3, 1], &compact).statistics.num_variables, 17);
    let expected = [
        ((0.3, 0.65), vec![(3, (189, 1287)), (7, (433, 3531))]),
        ((0.3, 0.7), vec![(3, (447, 0)), (7, (1029, 0))]),
        ((0.21, 0.79), vec![(3, (2955, 43965)), (7, (6798, 108_987))]),
    ];
    for ((low, high), sizes) in expected {
        let (rows, labels) = a1a(|_, mean| mean > low && mean < high).unwrap();
        let task = task_of(&rows, &labels);
        for (hidden, (variables, interactions)) in sizes {
            let found = size(&compiled(&task, &[rows[0].len(), hidden, 1], &compact));
            assert_eq!(found.0, variables);
            assert!(interactions == 0 || found.1 == interactions, "{found:?}");
        }
    }
}

#[test]
fn unmerged_batches_have_the_stated_sizes() {
    let Some((rows, labels)) = a1a(|id, _| [6, 22, 36].contains(&id)) else { return };
    let mut unmerged = FormulationOptions::compact();
    unmerged.reductions = Reductions { merge_equal: false, merge_negated: false, ..Reductions::ALL };
    let in_file: Vec<usize> = (0..8).collect();
    let shuffled = numpy_order(rows.len());
    // how many pairs of weights cancel depends on the rows: 15 interactions a row and up to 9 between weights
    for (order, num_rows, expected) in
        [(&in_file, 4, (25, 63)), (&in_file, 8, (41, 123)), (&shuffled, 4, (25, 63)), (&shuffled, 8, (41, 129))]
    {
        let rows: Vec<Vec<bool>> = order[..num_rows].iter().map(|&row| rows[row].clone()).collect();
        let labels: Vec<bool> = order[..num_rows].iter().map(|&row| labels[row]).collect();
        assert_eq!(size(&compiled(&task_of(&rows, &labels), &[3, 3, 1], &unmerged)), expected);
    }
}

/// The paper's own QUBO of its first batch, as its notebook builds it: the same numbers, whatever the names.
#[test]
fn reference_has_the_coefficients_of_the_paper_s_notebook() {
    let Some((rows, labels)) = a1a(|id, _| [6, 22, 36].contains(&id)) else { return };
    let order = numpy_order(rows.len());
    for (name, num_rows) in [("exp0_b00", 4), ("exp1_b00", 8)] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../../shared/instances/{name}.coo"));
        let Ok(text) = std::fs::read_to_string(path) else { return };
        let mut offset = 0.0;
        let mut expected: Vec<(bool, f64)> = Vec::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [i, j, bias] if *i != "#" => expected.push((i == j, bias.parse().unwrap())),
                ["#", key] if key.starts_with("offset=") => offset = key[7..].parse().unwrap(),
                _ => {}
            }
        }
        let rows: Vec<Vec<bool>> = order[..num_rows].iter().map(|&row| rows[row].clone()).collect();
        let labels: Vec<bool> = order[..num_rows].iter().map(|&row| labels[row]).collect();
        let qubo = compiled(&task_of(&rows, &labels), &[3, 3, 1], &FormulationOptions::reference()).qubo;
        let linear = qubo.linear().iter().map(|&bias| (true, bias));
        let mut found: Vec<(bool, f64)> = linear.chain(qubo.interactions().map(|(.., bias)| (false, bias))).collect();
        found.retain(|&(_, bias)| bias != 0.0);
        let order = |left: &(bool, f64), right: &(bool, f64)| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1));
        expected.sort_by(order);
        found.sort_by(order);
        assert_eq!(offset, qubo.offset());
        assert_eq!(found, expected);
    }
}

/// numpy's legacy `RandomState(2).shuffle` of `0..n`.
fn numpy_order(n: usize) -> Vec<usize> {
    let mut generator = rand_mt::Mt::new(2);
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        let mask = (last as u32 + 1).next_power_of_two() - 1;
        let other = loop {
            let draw = generator.next_u32() & mask;
            if draw <= last as u32 {
                break draw as usize;
            }
        };
        order.swap(last, other);
    }
    order
}
