//! Bucket elimination against enumeration, transfer matrices and known widths.

use super::*;
use crate::model::BqmBuilder;
use crate::sampler::{Exhaustive, exhaustive};
use crate::testing::{planted, random_integers, random_reals};
use proptest::prelude::*;

fn solve(bqm: &Bqm) -> SampleResult {
    TreeDecomposition::default().sample(bqm, &RunControl::default()).unwrap()
}

fn least(bqm: &Bqm) -> f64 {
    let sampling = solve(bqm);
    assert_eq!(sampling.status, SampleStatus::Optimal);
    sampling.samples.energies()[0]
}

/// A model of ones on these edges.
fn model(num_variables: usize, edges: impl IntoIterator<Item = (usize, usize)>) -> Bqm {
    let mut builder = BqmBuilder::new(Vartype::Spin, num_variables);
    for (first, second) in edges {
        builder.add_quadratic(first, second, 1.0);
    }
    builder.build().unwrap()
}

fn clique(num_variables: usize) -> Bqm {
    model(num_variables, (0..num_variables).flat_map(|second| (0..second).map(move |first| (first, second))))
}

fn grid_edges(rows: usize, columns: usize) -> Vec<(usize, usize)> {
    let at = |row: usize, column: usize| column * rows + row;
    let down = (0..columns).flat_map(|column| (1..rows).map(move |row| (at(row - 1, column), at(row, column))));
    let right = (1..columns).flat_map(|column| (0..rows).map(move |row| (at(row, column - 1), at(row, column))));
    down.chain(right).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 2 } else { 60 }, ..ProptestConfig::default() })]

    #[test]
    fn the_minimum_of_integer_models_is_found(num_variables in 0..15usize, degree in 0..9usize, seed: u64) {
        for vartype in [Vartype::Binary, Vartype::Spin] {
            let bqm = random_integers(vartype, num_variables, degree, 3, seed);
            prop_assert_eq!(least(&bqm), exhaustive::minimum(&bqm).unwrap());
        }
    }

    #[test]
    fn the_minimum_of_real_models_is_found(num_variables in 0..15usize, degree in 0..9usize, seed: u64) {
        for vartype in [Vartype::Binary, Vartype::Spin] {
            let bqm = random_reals(vartype, num_variables, degree, seed);
            prop_assert_eq!(least(&bqm), exhaustive::minimum(&bqm).unwrap());
        }
    }

    #[test]
    fn widths_lie_between_their_lower_bound_and_the_order_and_enclose_the_true_one(
        num_variables in 1..10usize, degree in 0..8usize, seed: u64,
    ) {
        let bqm = random_integers(Vartype::Spin, num_variables, degree, 4, seed);
        let found = elimination_width(&bqm).unwrap();
        let (_, low) = find_order(&bqm, MOST_WIDTH_FOUND, order::MOST_WORK, &|| false);
        let width = treewidth(&bqm);
        prop_assert!(low <= width && found.lower_bound <= width && width <= found.width.unwrap(), "{} in {:?}", width, found);
    }
}

/// The least width of all orders, by dynamic programming over the sets of variables eliminated first.
///
/// H. L. Bodlaender et al., *On exact algorithms for treewidth*, ESA (2006).
fn treewidth(bqm: &Bqm) -> usize {
    let num_variables = bqm.num_variables();
    let adjacent = |one: usize, other: usize| bqm.quadratic(one, other) != 0.0;
    let scope_size = |gone: usize, variable: usize| {
        let mut reached = vec![variable];
        let mut seen = 1usize << variable;
        let mut size = 0;
        while let Some(one) = reached.pop() {
            for other in (0..num_variables).filter(|&other| adjacent(one, other)) {
                if seen >> other & 1 == 0 {
                    seen |= 1 << other;
                    if gone >> other & 1 == 1 { reached.push(other) } else { size += 1 }
                }
            }
        }
        size
    };
    let mut widths = vec![0; 1 << num_variables];
    for gone in 1..widths.len() {
        let members = (0..num_variables).filter(|&variable| gone >> variable & 1 == 1);
        let last = |variable: usize| widths[gone & !(1 << variable)].max(scope_size(gone & !(1 << variable), variable));
        widths[gone] = members.map(last).min().unwrap();
    }
    widths[widths.len() - 1]
}

#[test]
fn the_width_of_known_graphs_is_found() {
    let width = |bqm: &Bqm| elimination_width(bqm).unwrap().width.unwrap();
    assert_eq!(width(&model(0, [])), 0);
    assert_eq!(width(&model(3, [])), 0);
    assert_eq!(width(&model(100, (1..100).map(|vertex| (vertex / 2, vertex)).filter(|(a, b)| a != b))), 1);
    assert_eq!(width(&model(100, (0..100).map(|vertex| (vertex, (vertex + 1) % 100)))), 2);
    for size in [2, 5, 12] {
        assert_eq!(width(&clique(size)), size - 1);
    }
    for (rows, columns) in [(2, 9), (3, 3), (3, 20), (4, 12), (5, 5), (5, 30)] {
        let grid = model(rows * columns, grid_edges(rows, columns));
        assert_eq!(width(&grid), rows.min(columns), "{rows} x {columns}");
    }
}

#[test]
fn interactions_of_bias_zero_do_not_count() {
    let mut builder = BqmBuilder::new(Vartype::Binary, 10);
    for (first, second) in (0..10).flat_map(|second| (0..second).map(move |first| (first, second))) {
        builder.add_quadratic(first, second, if second == first + 1 { -1.0 } else { 0.0 });
    }
    let bqm = builder.build().unwrap();
    assert_eq!(elimination_width(&bqm).unwrap().width, Some(1));
    assert_eq!(least(&bqm), -9.0);
}

/// The minimum of a grid model column by column, all states of a column at a time.
fn by_transfer_matrix(bqm: &Bqm, rows: usize, columns: usize) -> f64 {
    let spin = |state: usize, row: usize| if state >> row & 1 == 1 { 1.0 } else { -1.0 };
    let states = 1 << rows;
    let mut energies = vec![0.0; states];
    for column in 0..columns {
        let at = |row: usize| column * rows + row;
        let within = |state: usize| -> f64 {
            let fields: f64 = (0..rows).map(|row| bqm.linear()[at(row)] * spin(state, row)).sum();
            let down = |row: usize| bqm.quadratic(at(row - 1), at(row)) * spin(state, row - 1) * spin(state, row);
            fields + (1..rows).map(down).sum::<f64>()
        };
        let between = |before: usize, state: usize| -> f64 {
            let right = |row: usize| bqm.quadratic(at(row) - rows, at(row)) * spin(before, row) * spin(state, row);
            if column == 0 { 0.0 } else { (0..rows).map(right).sum() }
        };
        let best = |state: usize| {
            let all = (0..states).map(|before| energies[before] + between(before, state));
            all.fold(f64::INFINITY, f64::min) + within(state)
        };
        energies = (0..states).map(best).collect();
    }
    energies.into_iter().fold(f64::INFINITY, f64::min) + bqm.offset()
}

#[test]
fn grids_agree_with_the_transfer_matrix() {
    for (rows, columns, seed) in [(3, 40, 1), (5, 25, 2), (7, 8, 3)] {
        let signs = random_integers(Vartype::Spin, rows * columns * 3, 0, 5, seed);
        let mut builder = BqmBuilder::new(Vartype::Spin, rows * columns);
        for variable in 0..rows * columns {
            builder.add_linear(variable, signs.linear()[variable]);
        }
        for (place, (first, second)) in grid_edges(rows, columns).into_iter().enumerate() {
            builder.add_quadratic(first, second, signs.linear()[rows * columns + place]);
        }
        let bqm = builder.build().unwrap();
        assert_eq!(least(&bqm), by_transfer_matrix(&bqm, rows, columns), "{rows} x {columns}");
    }
}

#[test]
fn planted_minima_of_larger_models_are_found() {
    for seed in 0..4 {
        let planted = planted(100, 40, seed);
        assert_eq!(least(&planted.bqm), planted.energy);
    }
}

#[test]
#[cfg_attr(miri, ignore = "millions of entries")]
fn tables_of_many_blocks_agree_with_enumeration_on_every_instruction_set() {
    for (degree, seed) in [(6, 1), (8, 2), (12, 3), (20, 4)] {
        let bqm = random_integers(Vartype::Binary, 20, degree, 100, seed);
        let minimum = exhaustive::minimum(&bqm).unwrap();
        let samples = Isa::ALL.map(|isa| {
            let tree = TreeDecomposition { isa: Some(isa), ..TreeDecomposition::default() };
            tree.sample(&bqm, &RunControl::default()).unwrap()
        });
        assert_eq!(samples[0].samples.energies()[0], minimum);
        assert!(samples.iter().all(|sampling| *sampling == samples[0]));
    }
}

/// A dense core, and variables joined to parts of it: tables of several tasks that take tables of other shapes.
fn core_with_satellites() -> Bqm {
    const CORE: usize = 21;
    let values = random_integers(Vartype::Spin, 400, 0, 50, 9);
    let mut value = values.linear().iter().map(|value| value + 0.5).cycle();
    let mut builder = BqmBuilder::new(Vartype::Spin, CORE + 3);
    for second in 0..CORE {
        builder.add_linear(second, value.next().unwrap());
        for first in 0..second {
            builder.add_quadratic(first, second, value.next().unwrap());
        }
    }
    for satellite in 0..3 {
        for other in (0..CORE).filter(|other| (other + satellite) % 3 > 0) {
            builder.add_quadratic(other, CORE + satellite, value.next().unwrap());
        }
    }
    builder.build().unwrap()
}

#[test]
#[cfg_attr(miri, ignore = "millions of entries")]
fn large_tables_are_the_same_on_one_thread_and_on_several() {
    let bqm = core_with_satellites();
    assert!(elimination_width(&bqm).unwrap().num_entries >= ENTRIES_WORTH_THREADS as f64);
    let run = |threads| {
        let tree = TreeDecomposition { threads: Some(threads), ..TreeDecomposition::default() };
        tree.sample(&bqm, &RunControl::default()).unwrap()
    };
    let one = run(1);
    assert_eq!(run(3), one);
    let enumerated = Exhaustive::default().sample(&bqm, &RunControl::default()).unwrap();
    assert_eq!(one.samples.energies(), enumerated.samples.energies());
}

#[test]
fn coefficients_of_very_different_size_are_summed_exactly() {
    let mut builder = BqmBuilder::new(Vartype::Spin, 12);
    for variable in 0..12 {
        builder.add_linear(variable, if variable % 2 == 0 { 1e-14 } else { -1e-13 });
        builder.add_quadratic(variable, (variable + 1) % 12, 1e5 / 3.0);
    }
    let bqm = builder.build().unwrap();
    assert_eq!(Units::new(&bqm).unwrap().bytes(), 16);
    // both alternating states have the same energy in floating-point numbers
    assert!((0..12).all(|variable| i32::from(solve(&bqm).samples.row(0).sample[variable]) == [-1, 1][variable % 2]));
}

#[test]
fn ties_go_to_the_lower_value() {
    let free = BqmBuilder::new(Vartype::Spin, 4).build().unwrap();
    assert_eq!(solve(&free).samples.row(0).sample, [-1; 4]);
}

#[test]
fn wide_graphs_are_refused_with_the_width_found() {
    let refused = |bqm: &Bqm, max_width| {
        let tree = TreeDecomposition { max_width, ..TreeDecomposition::default() };
        tree.sample(bqm, &RunControl::default()).unwrap_err()
    };
    insta::assert_snapshot!(refused(&clique(42), 28), @"the best elimination order found has width 41 (none has less than 41), but at most 28 is taken");
    insta::assert_snapshot!(refused(&model(36, grid_edges(6, 6)), 3), @"the best elimination order found has width 6 (none has less than 4), but at most 3 is taken");
    insta::assert_snapshot!(refused(&clique(400), 28), @"no elimination order of width up to 96 was found (none has less than 399), but at most 28 is taken");
    insta::assert_snapshot!(refused(&clique(4), 41), @"max_width is 41, but must be at most 40");
}

#[test]
fn memory_above_the_limit_is_refused_before_it_is_taken() {
    let tree = TreeDecomposition { max_bytes: 1000, ..TreeDecomposition::default() };
    let error = tree.sample(&clique(16), &RunControl::default()).unwrap_err();
    insta::assert_snapshot!(error, @"sampling needs about 139 kB of memory, but the limit is 1.0 kB");
    assert_eq!(elimination_width(&clique(16)).unwrap().num_bytes, 139_304.0);
}

#[test]
fn a_run_stopped_between_tables_has_a_sample_without_a_bound() {
    let bqm = clique(20);
    let (order, _) = find_order(&bqm, MOST_WIDTH_FOUND, order::MOST_WORK, &|| false);
    let run = Run { isa: Isa::Portable, in_parallel: false, advance: &|_| true };
    let model = InUnits { bqm: &bqm, units: Units::new(&bqm).unwrap() };
    assert_eq!(tables::minimize::<i32>(&model, &Plan::new(&order.unwrap()), &run), None);
    let sampling = stopped(&bqm, &RunControl::default(), SampleStatus::TimeLimit).unwrap();
    assert_eq!((sampling.status, sampling.lower_bound, sampling.samples.len()), (SampleStatus::TimeLimit, None, 1));
    assert_eq!(sampling.samples.energies(), [-10.0]);
}

#[test]
fn instances_with_known_optima_are_solved_where_they_are_present() {
    let directory = format!("{}/../../../shared/instances", env!("CARGO_MANIFEST_DIR"));
    for name in ["exp0_b00", "exp0_b01", "exp0_b02", "exp1_b00", "exp1_b01", "exp1_b02", "f7b4_b00"] {
        let Ok(file) = std::fs::read(format!("{directory}/{name}.coo")) else { continue };
        let text = String::from_utf8_lossy(&file);
        let optimum = text.lines().find_map(|line| line.strip_prefix("# optimum=")?.parse::<f64>().ok()).unwrap();
        let bqm = crate::io::read(&file, crate::io::Format::Coo, &crate::io::ReadOptions::default()).unwrap().bqm;
        assert_eq!(least(&bqm), optimum, "{name}");
    }
}

#[test]
#[cfg_attr(miri, ignore = "long")]
fn tree_decomposition_passes_the_conformance_suite() {
    crate::testing::sampler_conformance(|_, threads| {
        Box::new(TreeDecomposition { threads: Some(threads), ..TreeDecomposition::default() })
    });
}

#[test]
fn the_search_for_an_order_ends_when_it_is_told_to() {
    let bqm = random_integers(Vartype::Spin, 20_000, 40, 3, 1);
    let looks = std::cell::Cell::new(0);
    let stop = || {
        looks.set(looks.get() + 1);
        looks.get() > 3
    };
    let found = elimination_width_within(&bqm, MOST_WIDTH_FOUND, order::MOST_WORK, &stop).unwrap();
    // the few looks after the one that says stop are those of the functions on the way out
    assert!(found.width.is_none() && looks.get() < 10, "{} looks", looks.get());
}

#[test]
fn an_order_wider_than_asked_for_is_not_looked_for() {
    let found = elimination_width_within(&clique(40), 16, order::MOST_WORK, &|| false).unwrap();
    assert_eq!((found.width, found.lower_bound), (None, 39));
    let ring = model(50, (0..50).map(|first| (first, (first + 1) % 50)));
    assert_eq!(elimination_width_within(&ring, 16, 1 << 20, &|| false).unwrap().width, Some(2));
}
