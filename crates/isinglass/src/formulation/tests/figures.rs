//! Sizes that must come out: by formula on any data, and on the paper's own data where they are present.

use super::super::{Formulation, FormulationOptions, GateKind, Reductions, WeightTerms, compile};
use crate::a1a::Rows;
use crate::bits::BitMatrix;
use crate::dataset::order::numpy_shuffle;
use crate::network::Architecture;
use crate::task::Task;
use isinglass_chip::embedding::{ControlError, HardwareRange};
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

/// The task of some rows of a1a with these features, in this order; all of them if no order is given.
fn task_of(rows: &Rows, features: &[usize], order: Option<&[usize]>) -> Task {
    let labels = rows.labels();
    let targets = BitMatrix::from_fn(labels.len(), 1, |row, _| labels[row] == 1);
    let task = Task::new(rows.inputs(features), targets).unwrap();
    order.map_or(task.clone(), |order| task.select_rows(order))
}

/// The features of the paper's experiments.
const PAPER: [usize; 3] = [6, 22, 36];

#[test]
fn compact_has_the_stated_size_on_the_whole_of_a1a() {
    let compact = FormulationOptions::compact();
    let Some(rows) = Rows::read("a1a") else { return };
    assert_eq!(compiled(&task_of(&rows, &PAPER, None), &[3, 3, 1], &compact).statistics.num_variables, 17);
    let expected = [
        ((0.3, 0.65), [(3, (189, 1287)), (7, (433, 3531))]),
        ((0.3, 0.7), [(3, (447, 4140)), (7, (1029, 10584))]),
        ((0.21, 0.79), [(3, (2955, 43965)), (7, (6798, 108_987))]),
    ];
    for ((low, high), sizes) in expected {
        let features = rows.features_between(low, high);
        let task = task_of(&rows, &features, None);
        for (hidden, expected) in sizes {
            assert_eq!(size(&compiled(&task, &[features.len(), hidden, 1], &compact)), expected);
        }
    }
}

#[test]
fn unmerged_batches_have_the_stated_sizes() {
    let Some(rows) = Rows::read("a1a") else { return };
    let mut unmerged = FormulationOptions::compact();
    unmerged.reductions = Reductions { merge_equal: false, merge_negated: false, ..Reductions::ALL };
    let in_file: Vec<usize> = (0..8).collect();
    let shuffled = numpy_shuffle(rows.labels().len(), 2);
    // how many pairs of weights cancel depends on the rows: 15 interactions a row and up to 9 between weights
    for (order, num_rows, expected) in
        [(&in_file, 4, (25, 63)), (&in_file, 8, (41, 123)), (&shuffled, 4, (25, 63)), (&shuffled, 8, (41, 129))]
    {
        let task = task_of(&rows, &PAPER, Some(&order[..num_rows]));
        assert_eq!(size(&compiled(&task, &[3, 3, 1], &unmerged)), expected);
    }
}

/// The table of docs/chips.md, as its text has it.
#[test]
fn gaps_after_scaling_are_those_of_the_documentation() {
    let Some(rows) = Rows::read("a1a") else { return };
    let shuffled = numpy_shuffle(rows.labels().len(), 2);
    let features = [
        PAPER.to_vec(),
        rows.features_between(0.3, 0.65),
        rows.features_between(0.3, 0.7),
        rows.features_between(0.21, 0.79),
    ];
    let cell = |features: &[usize], batch: Option<usize>, options: &FormulationOptions| {
        let task = task_of(&rows, features, batch.map(|batch| &shuffled[..batch]));
        let formulation = compiled(&task, &[features.len(), 3, 1], options);
        let precision = formulation.precision(&HardwareRange::default(), ControlError::default()).unwrap();
        format!("{:.4} {}", precision.scaled_gap.unwrap(), formulation.statistics.num_variables)
    };
    let reference = FormulationOptions::reference();
    let half_step = FormulationOptions::compact();
    let wide = FormulationOptions { gate: GateKind::WideGap, ..half_step };
    let mut lines = vec![cell(&PAPER, Some(4), &reference), cell(&PAPER, Some(8), &reference)];
    let batches = [(0, Some(4)), (0, Some(8)), (1, Some(8)), (2, Some(8)), (3, Some(8))];
    for (set, batch) in batches.into_iter().chain((0..4).map(|set| (set, None))) {
        let cells = [&half_step, &wide].map(|options| cell(&features[set], batch, options));
        lines.push(cells.join(" | "));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    0.0133 108
    0.0133 204
    1.8824 13 | 3.7647 17
    0.3765 17 | 0.6275 25
    0.2353 70 | 0.4706 98
    0.3137 107 | 0.4706 139
    0.1176 125 | 0.4706 229
    0.0068 17 | 0.0088 25
    0.0044 189 | 0.0055 285
    0.0042 447 | 0.0048 615
    0.0034 2955 | 0.0035 6738
    ");
}

/// The paper's own QUBO of its first batch, as its notebook builds it: the same numbers, whatever the names.
#[test]
fn reference_has_the_coefficients_of_the_paper_s_notebook() {
    let Some(rows) = Rows::read("a1a") else { return };
    let order = numpy_shuffle(rows.labels().len(), 2);
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
        let task = task_of(&rows, &PAPER, Some(&order[..num_rows]));
        let qubo = compiled(&task, &[3, 3, 1], &FormulationOptions::reference()).qubo;
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
